//! `_hmac`: keyed hashing (RFC 2104) over the hash functions of this crate.
//!
//! Not here: the hash functions (`hasher.rs`).

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::hasher::{Hasher, Kind};
use super::{data_of, hex};
use crate::support::{error_class, set, set_int};

#[derive(Clone)]
struct Hmac { inner: Hasher, outer: Hasher }

impl Hmac {
    fn new(kind: Kind, key: &[u8]) -> Hmac {
        let mut block = vec![0u8; kind.block_size()];
        if key.len() > block.len() {
            let mut h = Hasher::new(kind);
            h.update(key);
            let d = h.finish();
            block[..d.len()].copy_from_slice(&d);
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let padded = |pad: u8| {
            let mut h = Hasher::new(kind);
            h.update(&block.iter().map(|b| b ^ pad).collect::<Vec<_>>());
            h
        };
        Hmac { inner: padded(0x36), outer: padded(0x5C) }
    }
    fn finish(&self) -> Vec<u8> {
        let mut outer = self.outer.clone();
        outer.update(&self.inner.finish());
        outer.finish()
    }
}

/// Payload of `HMAC`.
pub struct PyHmac { state: Guarded<Hmac> }
instar_vm::trace! { PyHmac { } }
instar_vm::fields! { PyHmac { state } }
instar_vm::payload!(PyHmac, "HMAC");

#[derive(Default)]
struct State { error: Option<TypeRef> }

#[cold]
fn unsupported(vm: &mut Vm, what: &Owned) -> Raised {
    let text = match vm.repr_text(what) { Ok(r) => format!("unsupported hash type: {r}"), Err(e) => return e };
    match vm.state::<State>().error.clone() { Some(ty) => vm.exception_with_message(&ty, &text), None => vm.value_error(text) }
}

/// Names that CPython takes besides those of `hashlib`.
const ALIASES: [(&str, Kind); 10] = [("sha2_224", Kind::Sha224), ("sha2_256", Kind::Sha256), ("sha2_384", Kind::Sha384), ("sha2_512", Kind::Sha512),
    ("blake2b_512", Kind::Blake2b), ("blake2s_256", Kind::Blake2s), ("sha3-224", Kind::Sha3_224), ("sha3-256", Kind::Sha3_256), ("sha3-384", Kind::Sha3_384), ("sha3-512", Kind::Sha3_512)];

fn kind_of(vm: &mut Vm, what: &Owned) -> PyResult<Kind> {
    let name = match what.cast::<PyStr>() { Some(s) => s.to_string_lossy().to_ascii_lowercase(), None => return Err(unsupported(vm, what)) };
    let known = Kind::FIXED.into_iter().find(|k| k.name() == name).or_else(|| ALIASES.iter().find(|(n, _)| *n == name).map(|(_, k)| *k));
    match known { Some(k) => Ok(k), None => Err(unsupported(vm, what)) }
}

fn keyed(vm: &mut Vm, kind: Kind, key: &Owned, msg: Option<&Owned>) -> PyResult<Hmac> {
    let key = data_of(vm, key)?;
    let mut state = Hmac::new(kind, key.bytes(vm));
    if let Some(msg) = msg {
        let msg = data_of(vm, msg)?;
        state.inner.update(msg.bytes(vm));
    }
    Ok(state)
}

fn new(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(key), Some(digest)) = (&args[0], &args[2]) else { return Err(vm.type_error("new() missing 1 required argument 'digestmod'")) };
    let kind = kind_of(vm, digest)?;
    let msg = args[1].clone().filter(|m| !vm.is_none(m));
    let state = keyed(vm, kind, key, msg.as_ref())?;
    Ok(vm.new_object(PyHmac { state: Guarded::new(state) })?.into_obj())
}

fn compute(vm: &mut Vm, kind: Kind, key: &Owned, msg: &Owned) -> PyResult { let d = keyed(vm, kind, key, Some(msg))?.finish(); vm.new_bytes(&d) }

fn compute_digest(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(key), Some(msg), Some(digest)) = (&args[0], &args[1], &args[2]) else { return Err(vm.system_error("bad arguments")) };
    let kind = kind_of(vm, digest)?;
    compute(vm, kind, key, msg)
}

fn this<'a>(vm: &'a Vm, o: &'a Owned) -> &'a Hmac { o.cast::<PyHmac>().expect("law: checked by the descriptor").state.get(vm) }

fn update(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(msg) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let buffer = data_of(vm, msg)?;
    let mut state = this(vm, o).clone();
    state.inner.update(buffer.bytes(vm));
    if let Some(h) = o.cast::<PyHmac>() { *h.state.get_mut(vm) = state }
    Ok(vm.none())
}

fn copy(vm: &mut Vm, o: &Owned) -> PyResult { let state = this(vm, o).clone(); Ok(vm.new_object(PyHmac { state: Guarded::new(state) })?.into_obj()) }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = format!("<{} HMAC object @ {:#x}>", this(vm, o).inner.kind().name(), o.word().raw());
    vm.new_str(&text)
}

static DEF: TypeDef = TypeDef {
    doc: "The object used to calculate HMAC of a message.\n\nMethods:\n\nupdate() -- updates the current digest with an additional string\ndigest() -- return the current digest value\nhexdigest() -- return the current digest as a string of hexadecimal digits\ncopy() -- return a copy of the current hash object\n\nAttributes:\n\nname -- the name, including the hash algorithm used by this object\ndigest_size -- number of bytes in digest() output\n",
    sig: "",
    methods: &[
        Def::new("copy", "($self, /)", Native::N0(copy)).doc("Return a copy (\"clone\") of the HMAC object."),
        Def::new("digest", "($self, /)", Native::N0(|vm, o| { let d = this(vm, o).finish(); vm.new_bytes(&d) })).doc("Return the digest of the bytes passed to the update() method so far."),
        Def::new("hexdigest", "($self, /)", Native::N0(|vm, o| { let d = hex(&this(vm, o).finish()); vm.new_str_latin1(&d) })).doc("Return hexadecimal digest of the bytes passed to the update() method so far."),
        Def::new("update", "($self, /, msg)", Native::Bound(update)).doc("Update the HMAC object with the given message."),
    ],
    getset: &[
        GetSet::ro("name", |vm, o| { let n = format!("hmac-{}", this(vm, o).inner.kind().name()); vm.new_str(&n) }),
        GetSet::ro("block_size", |vm, o| { let n = this(vm, o).inner.kind().block_size(); vm.new_usize(n) }),
        GetSet::ro("digest_size", |vm, o| { let n = this(vm, o).inner.digest_size(); vm.new_usize(n) }),
    ],
};

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let (kept, base) = (vm.state::<State>().error.clone(), vm.types.value_error.clone());
    let error = error_class(vm, kept, "_hmac", "UnknownHashError", &base)?;
    set(vm, ns, "UnknownHashError", error.obj())?;
    vm.state::<State>().error = Some(error);
    let ty = match vm.types.native.find::<PyHmac>() {
        Some(ty) => ty.clone(),
        None => vm.new_native_type::<PyHmac>("_hmac", "HMAC", None, vm_flags::NO_NEW, Slots { repr: Some(repr), ..Slots::default() }, &DEF)?,
    };
    ty.set_flag(vm_flags::NO_NEW, true);
    set(vm, ns, "HMAC", ty.obj())?;
    set_int(vm, ns, "_GIL_MINSIZE", 2048)
}

const SIG: &str = "($module, key, msg, /)";

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_hmac",
    doc: "",
    functions: &[
        Def::new("new", "($module, /, key, msg=None, digestmod=None)", Native::Bound(new)).doc("Return a new HMAC object."),
        Def::new("compute_digest", "($module, /, key, msg, digest)", Native::Bound(compute_digest)),
        Def::new("compute_md5", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Md5, k, m))),
        Def::new("compute_sha1", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Sha1, k, m))),
        Def::new("compute_sha224", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Sha224, k, m))),
        Def::new("compute_sha256", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Sha256, k, m))),
        Def::new("compute_sha384", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Sha384, k, m))),
        Def::new("compute_sha512", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Sha512, k, m))),
        Def::new("compute_sha3_224", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Sha3_224, k, m))),
        Def::new("compute_sha3_256", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Sha3_256, k, m))),
        Def::new("compute_sha3_384", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Sha3_384, k, m))),
        Def::new("compute_sha3_512", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Sha3_512, k, m))),
        Def::new("compute_blake2s_32", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Blake2s, k, m))),
        Def::new("compute_blake2b_32", SIG, Native::N2(|vm, _, k, m| compute(vm, Kind::Blake2b, k, m))),
    ],
    exec,
};
