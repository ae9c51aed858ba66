//! `_blake2`: BLAKE2b and BLAKE2s with all their parameters.
//!
//! Not here: the methods that all hash objects have (`mod.rs`).

use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::TypeDef;
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::{Owned, PyResult, Ref, Vm};

use super::hasher::{Hasher, Kind};
use super::{initial, make_type, new_hash, ATTRIBUTES, FIXED};
use crate::support::{c_int_or, set_class_attr, set_int, set_type};

/// Sizes of the two functions: digest and key, salt, personalisation.
struct Sizes { digest: usize, salt: usize, offset_max: u64, name: &'static str }

const B: Sizes = Sizes { digest: 64, salt: 16, offset_max: u64::MAX, name: "Blake2b" };
const S: Sizes = Sizes { digest: 32, salt: 8, offset_max: (1 << 48) - 1, name: "Blake2s" };

const SIG: &str = "(data=b'', *, digest_size=0, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)";

fn bytes(vm: &mut Vm, o: Option<&Owned>, max: usize, what: &str) -> PyResult<Vec<u8>> {
    let Some(o) = o else { return Ok(Vec::new()) };
    let bytes = vm.bytes_like(o)?;
    if bytes.len() > max { return Err(vm.value_error(format!("maximum {what} length is {max} bytes"))) }
    Ok(bytes)
}

fn ranged(vm: &mut Vm, o: Option<&Owned>, default: i32, range: std::ops::RangeInclusive<i32>, message: &str) -> PyResult<i32> {
    let n = c_int_or(vm, o, default)?;
    if range.contains(&n) { Ok(n) } else { Err(vm.value_error(message)) }
}

fn unsigned(vm: &mut Vm, o: Option<&Owned>, max: u64, what: &str, too_wide: &str) -> PyResult<u64> {
    let Some(o) = o else { return Ok(0) };
    let n = vm.index(o)?;
    match int_ref(&n) {
        Some(n) if n.signum() < 0 => Err(vm.value_error("Cannot convert negative int")),
        Some(n) => match n.to_u64() {
            Some(n) if n <= max => Ok(n),
            Some(_) => Err(vm.overflow_error(format!("{what} is too large"))),
            None => Err(vm.overflow_error(too_wide)),
        },
        None => Err(vm.system_error("an int is an int")),
    }
}

fn new<const WIDE: bool>(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let sizes = if WIDE { B } else { S };
    let kind = if WIDE { Kind::Blake2b } else { Kind::Blake2s };
    let a = args.bind(vm, kind.name(), const { &Signature::parse(SIG) })?;
    let size = c_int_or(vm, a[1].as_ref(), sizes.digest as i32)?;
    if let Some(flag) = &a[12] { vm.truth(flag)?; }
    let data = initial(vm, a[0].as_ref(), a[13].as_ref())?.cloned();
    if size < 1 || size > sizes.digest as i32 {
        return Err(vm.value_error(format!("digest_size for {} must be between 1 and {} bytes, here it is {size}", sizes.name, sizes.digest)));
    }
    let salt = bytes(vm, a[3].as_ref(), sizes.salt, "salt")?;
    let person = bytes(vm, a[4].as_ref(), sizes.salt, "person")?;
    let fanout = ranged(vm, a[5].as_ref(), 1, 0..=255, "fanout must be between 0 and 255")?;
    let depth = ranged(vm, a[6].as_ref(), 1, 1..=255, "depth must be between 1 and 255")?;
    let leaf = unsigned(vm, a[7].as_ref(), u32::MAX.into(), "leaf_size", "Python int too large for C unsigned long")?;
    let offset = unsigned(vm, a[8].as_ref(), sizes.offset_max, "node_offset", "Python int too large for C unsigned long long")?;
    let node_depth = ranged(vm, a[9].as_ref(), 0, 0..=255, "node_depth must be between 0 and 255")?;
    let inner = ranged(vm, a[10].as_ref(), 0, 0..=sizes.digest as i32, &format!("inner_size must be between 0 and is {}", sizes.digest))?;
    let key = bytes(vm, a[2].as_ref(), sizes.digest, "key")?;
    let last = match &a[11] { Some(o) => vm.truth(o)?, None => false };
    // Both builders have the same methods and no common trait.
    macro_rules! params {
        ($params:expr) => {{
            let mut p = $params;
            p.hash_length(size as usize).key(&key).salt(&salt).personal(&person).fanout(fanout as u8).max_depth(depth as u8).max_leaf_length(leaf as u32)
                .node_offset(offset).node_depth(node_depth as u8).inner_hash_length(inner as usize).last_node(last);
            p
        }};
    }
    let state = if WIDE { Hasher::blake2b(&params!(blake2b_simd::Params::new()), size as usize) } else { Hasher::blake2s(&params!(blake2s_simd::Params::new()), size as usize) };
    new_hash(vm, ty, state, data.as_ref())
}

static DEFS: [TypeDef; 2] = [
    TypeDef { doc: "Return a new BLAKE2b hash object.", sig: "(data=b'', *, digest_size=_blake2.blake2b.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True, string=None)", methods: FIXED, getset: ATTRIBUTES },
    TypeDef { doc: "Return a new BLAKE2s hash object.", sig: "(data=b'', *, digest_size=_blake2.blake2s.MAX_DIGEST_SIZE,\n        key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0,\n        node_offset=0, node_depth=0, inner_size=0, last_node=False,\n        usedforsecurity=True, string=None)", methods: FIXED, getset: ATTRIBUTES },
];

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let all: [(Kind, Sizes, instar_vm::slots::NewFn, &str); 2] = [(Kind::Blake2b, B, new::<true>, "BLAKE2B"), (Kind::Blake2s, S, new::<false>, "BLAKE2S")];
    for (i, (kind, sizes, maker, prefix)) in all.into_iter().enumerate() {
        let ty = make_type(vm, kind, "_blake2", kind.name(), Slots { new: Some(maker), ..Slots::default() }, true, &DEFS[i])?;
        for (name, n) in [("SALT_SIZE", sizes.salt), ("PERSON_SIZE", sizes.salt), ("MAX_KEY_SIZE", sizes.digest), ("MAX_DIGEST_SIZE", sizes.digest)] {
            let value = vm.new_usize(n)?;
            set_class_attr(vm, &ty, name, &value)?;
            set_int(vm, ns, &format!("{prefix}_{name}"), n as i64)?;
        }
        set_type(vm, ns, &ty)?;
    }
    set_int(vm, ns, "_GIL_MINSIZE", 2048)
}

/// The module.
pub static MODULE: NativeModule = NativeModule { name: "_blake2", doc: "_blake2b provides BLAKE2b for hashlib\n", functions: &[], exec };
