//! `_md5`, `_sha1`, `_sha2`: functions that make hash objects.
//!
//! Not here: the objects (`mod.rs`).

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use super::hasher::Kind;
use super::{initial, make_type, new_of_kind, ATTRIBUTES, FIXED};
use crate::support::{set, set_int};

static DEF: TypeDef = TypeDef { doc: "", sig: "", methods: FIXED, getset: ATTRIBUTES };

const SIG: &str = "($module, /, data=b'', *, usedforsecurity=True, string=None)";

fn make(vm: &mut Vm, kind: Kind, args: &[Option<Owned>]) -> PyResult {
    if let Some(flag) = &args[1] { vm.truth(flag)?; }
    let data = initial(vm, args[0].as_ref(), args[2].as_ref())?;
    new_of_kind(vm, kind, data)
}

fn types(vm: &mut Vm, ns: &Ref<PyDict>, module: &'static str, all: &[(Kind, &'static str, &str)]) -> PyResult<()> {
    for (kind, name, attribute) in all {
        let ty = make_type(vm, *kind, module, name, Slots::default(), false, &DEF)?;
        ty.set_flag(instar_vm::typeobj::vm_flags::NO_NEW, true);
        set(vm, ns, attribute, ty.obj())?;
    }
    set_int(vm, ns, "_GIL_MINSIZE", 2048)
}

/// `_md5`
pub static MD5: NativeModule = NativeModule {
    name: "_md5",
    doc: "",
    functions: &[Def::new("md5", SIG, Native::Bound(|vm, _, a| make(vm, Kind::Md5, a))).doc("Return a new MD5 hash object; optionally initialized with a string.")],
    exec: |vm, _, ns| types(vm, ns, "_md5", &[(Kind::Md5, "md5", "MD5Type")]),
};

/// `_sha1`
pub static SHA1: NativeModule = NativeModule {
    name: "_sha1",
    doc: "",
    functions: &[Def::new("sha1", SIG, Native::Bound(|vm, _, a| make(vm, Kind::Sha1, a))).doc("Return a new SHA1 hash object; optionally initialized with a string.")],
    exec: |vm, _, ns| types(vm, ns, "_sha1", &[(Kind::Sha1, "sha1", "SHA1Type")]),
};

/// `_sha2`
pub static SHA2: NativeModule = NativeModule {
    name: "_sha2",
    doc: "",
    functions: &[
        Def::new("sha224", SIG, Native::Bound(|vm, _, a| make(vm, Kind::Sha224, a))).doc("Return a new SHA-224 hash object; optionally initialized with a string."),
        Def::new("sha256", SIG, Native::Bound(|vm, _, a| make(vm, Kind::Sha256, a))).doc("Return a new SHA-256 hash object; optionally initialized with a string."),
        Def::new("sha384", SIG, Native::Bound(|vm, _, a| make(vm, Kind::Sha384, a))).doc("Return a new SHA-384 hash object; optionally initialized with a string."),
        Def::new("sha512", SIG, Native::Bound(|vm, _, a| make(vm, Kind::Sha512, a))).doc("Return a new SHA-512 hash object; optionally initialized with a string."),
    ],
    exec: |vm, _, ns| types(vm, ns, "_sha2", &[
        (Kind::Sha224, "SHA224Type", "SHA224Type"), (Kind::Sha256, "SHA256Type", "SHA256Type"),
        (Kind::Sha384, "SHA384Type", "SHA384Type"), (Kind::Sha512, "SHA512Type", "SHA512Type"),
    ]),
};
