//! `_sha3`: SHA-3 and SHAKE, types that are called.
//!
//! Not here: the methods that all hash objects have (`mod.rs`).

use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::{Owned, PyResult, Ref, Vm};

use super::hasher::{Hasher, Kind};
use super::{attributes, copy, hex, initial, make_type, new_hash, this, update, FIXED};
use crate::support::{room, set_int, set_type};

const KINDS: [Kind; 6] = [Kind::Sha3_224, Kind::Sha3_256, Kind::Sha3_384, Kind::Sha3_512, Kind::Shake128, Kind::Shake256];

fn new<const I: usize>(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let kind = KINDS[I];
    let a = args.bind(vm, kind.name(), const { &Signature::parse("(data=b'', *, usedforsecurity=True, string=None)") })?;
    if let Some(flag) = &a[1] { vm.truth(flag)?; }
    let data = initial(vm, a[0].as_ref(), a[2].as_ref())?;
    new_hash(vm, ty, Hasher::new(kind), data)
}

fn rate(vm: &mut Vm, o: &Owned) -> i64 { this(vm, o).kind().block_size() as i64 * 8 }

fn suffix(vm: &mut Vm, o: &Owned) -> PyResult {
    let b = if this(vm, o).kind().digest_size() == 0 { 0x1F } else { 0x06 };
    vm.new_bytes(&[b])
}

fn output(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult<Vec<u8>> {
    let Some(length) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let n = vm.index(length)?;
    let n = match int_ref(&n) {
        Some(n) if n.signum() < 0 => return Err(vm.value_error("Cannot convert negative int")),
        Some(n) => n.to_u64().unwrap_or(u64::MAX),
        None => u64::MAX,
    };
    // CPython's limit: lengths below 2^29 never overflow in its code.
    if n >= 1 << 29 { return Err(vm.value_error("length is too large")) }
    let mut out = room(vm, n as usize)?;
    out.resize(n as usize, 0);
    this(vm, o).finish_into(&mut out);
    Ok(out)
}

static ATTRIBUTES: &[GetSet] = attributes!(
    GetSet::ro("_capacity_bits", |vm, o| { let r = rate(vm, o); vm.new_int(1600 - r) }),
    GetSet::ro("_rate_bits", |vm, o| { let r = rate(vm, o); vm.new_int(r) }),
    GetSet::ro("_suffix", suffix)
);

static SHAKE: &[Def] = &[
    Def::new("copy", "($self, /)", Native::N0(copy)).doc("Return a copy of the hash object."),
    Def::new("digest", "($self, /, length)", Native::Bound(|vm, o, a| { let d = output(vm, o, a)?; vm.new_bytes(&d) })).doc("Return the digest value as a bytes object."),
    Def::new("hexdigest", "($self, /, length)", Native::Bound(|vm, o, a| { let d = output(vm, o, a)?; let mut text = room(vm, d.len() * 2)?; text.extend(hex(&d)); vm.new_str_latin1(&text) }))
        .doc("Return the digest value as a string of hexadecimal digits."),
    Def::new("update", "($self, data, /)", Native::N1(update)).doc("Update this hash object's state with the provided bytes-like object."),
];

static DEFS: [TypeDef; 6] = [
    TypeDef { doc: "sha3_224([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 28 bytes.", sig: "", methods: FIXED, getset: ATTRIBUTES },
    TypeDef { doc: "sha3_256([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 32 bytes.", sig: "", methods: FIXED, getset: ATTRIBUTES },
    TypeDef { doc: "sha3_384([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 48 bytes.", sig: "", methods: FIXED, getset: ATTRIBUTES },
    TypeDef { doc: "sha3_512([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object with a hashbit length of 64 bytes.", sig: "", methods: FIXED, getset: ATTRIBUTES },
    TypeDef { doc: "shake_128([data], *, usedforsecurity=True) -> SHAKE object\n\nReturn a new SHAKE hash object.", sig: "", methods: SHAKE, getset: ATTRIBUTES },
    TypeDef { doc: "shake_256([data], *, usedforsecurity=True) -> SHAKE object\n\nReturn a new SHAKE hash object.", sig: "", methods: SHAKE, getset: ATTRIBUTES },
];

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let makers: [instar_vm::slots::NewFn; 6] = [new::<0>, new::<1>, new::<2>, new::<3>, new::<4>, new::<5>];
    for ((kind, maker), def) in KINDS.into_iter().zip(makers).zip(&DEFS) {
        let ty = make_type(vm, kind, "_sha3", kind.name(), Slots { new: Some(maker), ..Slots::default() }, false, def)?;
        set_type(vm, ns, &ty)?;
    }
    let name = vm.new_str("HACL")?;
    crate::support::set(vm, ns, "implementation", &name)?;
    set_int(vm, ns, "_GIL_MINSIZE", 2048)
}

/// The module.
pub static MODULE: NativeModule = NativeModule { name: "_sha3", doc: "", functions: &[], exec };
