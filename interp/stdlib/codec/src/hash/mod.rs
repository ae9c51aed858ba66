//! Hash functions: `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`, `_hmac`.
//!
//! Here: the payload that all hash objects have and their methods. Not here: the functions themselves (RustCrypto and the BLAKE2
//! crates; `hasher.rs` puts them under one roof).

pub mod blake2;
mod hasher;
pub mod hmac;
pub mod plain;
pub mod sha3;

use std::collections::HashMap;

use instar_vm::native::{Def, GetSet, Native};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use hasher::{Hasher, Kind};

/// Payload of every hash object.
pub struct PyHash { state: Guarded<Hasher> }

instar_vm::trace! { PyHash { } }
instar_vm::fields! { PyHash { state } }
instar_vm::payload!(PyHash, "hash");

/// The types of this interpreter, by function.
#[derive(Default)]
struct State { types: HashMap<Kind, TypeRef> }

/// The bytes of data to hash, or CPython's TypeError.
fn data_of(vm: &mut Vm, o: &Owned) -> PyResult<instar_vm::protocol::buffer::Buffer> {
    if o.cast::<PyStr>().is_some() { return Err(vm.type_error("Strings must be encoded before hashing")) }
    if !vm.is_bytes_like(o) { return Err(vm.type_error("object supporting the buffer API required")) }
    let buffer = vm.buffer(o, false)?;
    if buffer.layout().is_some_and(|l| l.shape.len() > 1) { return Err(vm.buffer_error("Buffer must be single dimension")) }
    Ok(buffer)
}

/// The initial data of a constructor: `data`, or `string` as it was called once.
fn initial<'a>(vm: &mut Vm, data: Option<&'a Owned>, string: Option<&'a Owned>) -> PyResult<Option<&'a Owned>> {
    let string = string.filter(|s| !vm.is_none(s));
    if data.is_some() && string.is_some() {
        return Err(vm.type_error("'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version."));
    }
    Ok(data.or(string))
}

/// A new hash object of type `ty`, fed with `data`.
fn new_hash(vm: &mut Vm, ty: &TypeRef, mut state: Hasher, data: Option<&Owned>) -> PyResult {
    if let Some(data) = data {
        let buffer = data_of(vm, data)?;
        state.update(buffer.bytes(vm));
    }
    Ok(vm.new_object_of(ty, PyHash { state: Guarded::new(state) })?.into_obj())
}

/// A new hash object of the type made for `kind`.
fn new_of_kind(vm: &mut Vm, kind: Kind, data: Option<&Owned>) -> PyResult {
    let Some(ty) = vm.state::<State>().types.get(&kind).cloned() else { return Err(vm.system_error("hash module is not ready")) };
    new_hash(vm, &ty, Hasher::new(kind), data)
}

fn this<'a>(vm: &'a Vm, o: &'a Owned) -> &'a Hasher { o.cast::<PyHash>().expect("law: checked by the descriptor").state.get(vm) }

fn update(vm: &mut Vm, o: &Owned, data: &Owned) -> PyResult {
    let buffer = data_of(vm, data)?;
    // The state is taken out, so that the bytes can be read while it changes.
    let hash = o.cast::<PyHash>().expect("law: checked by the descriptor");
    let mut state = hash.state.get(vm).clone();
    state.update(buffer.bytes(vm));
    *hash.state.get_mut(vm) = state;
    Ok(vm.none())
}

fn digest(vm: &mut Vm, o: &Owned) -> PyResult { let d = this(vm, o).finish(); vm.new_bytes(&d) }

/// Lower case hexadecimal digits.
fn hex(bytes: &[u8]) -> Vec<u8> { bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|n| b"0123456789abcdef"[n as usize]).collect() }

fn hexdigest(vm: &mut Vm, o: &Owned) -> PyResult { let d = hex(&this(vm, o).finish()); vm.new_str_latin1(&d) }

fn copy(vm: &mut Vm, o: &Owned) -> PyResult {
    let (state, ty) = (this(vm, o).clone(), o.type_of(vm).clone());
    Ok(vm.new_object_of(&ty, PyHash { state: Guarded::new(state) })?.into_obj())
}

/// The methods of hash objects with a digest of fixed size.
macro_rules! fixed_methods {
    () => {
        &[
            Def::new("copy", "($self, /)", Native::N0(copy)).doc("Return a copy of the hash object."),
            Def::new("digest", "($self, /)", Native::N0(digest)).doc("Return the digest value as a bytes object."),
            Def::new("hexdigest", "($self, /)", Native::N0(hexdigest)).doc("Return the digest value as a string of hexadecimal digits."),
            Def::new("update", "($self, obj, /)", Native::N1(update)).doc("Update this hash object's state with the provided string."),
        ]
    };
}
static FIXED: &[Def] = fixed_methods!();

/// Attributes of all hash objects.
macro_rules! attributes {
    ($($more:expr),*) => {
        &[
            GetSet::ro("block_size", |vm, o| { let n = this(vm, o).kind().block_size(); vm.new_usize(n) }),
            GetSet::ro("digest_size", |vm, o| { let n = this(vm, o).digest_size(); vm.new_usize(n) }),
            GetSet::ro("name", |vm, o| { let n = this(vm, o).kind().name(); vm.new_str(n) }),
            $($more),*
        ]
    };
}
use attributes;

static ATTRIBUTES: &[GetSet] = attributes!();

/// The type for a kind, made once an interpreter. Without `new` Python code cannot call it.
fn make_type(vm: &mut Vm, kind: Kind, module: &'static str, name: &'static str, slots: Slots, basetype: bool, def: &'static instar_vm::native::TypeDef) -> PyResult<TypeRef> {
    if let Some(ty) = vm.state::<State>().types.get(&kind) { return Ok(ty.clone()) }
    let ty = vm.new_native_type::<PyHash>(module, name, None, if basetype { vm_flags::BASETYPE } else { 0 }, slots, def)?;
    vm.state::<State>().types.insert(kind, ty.clone());
    Ok(ty)
}
