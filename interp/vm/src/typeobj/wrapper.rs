//! Calling a native slot from Python: `int.__add__(1, 2)`, `[].__len__()`.
//!
//! One function for all shapes; the checks and messages are CPython's. Not here: the descriptor objects
//! (`types/wrapper_descriptor.rs`, `types/method_wrapper.rs`).

use super::slot_table::{SlotFn, SlotRow, Wrap};
use super::TypeRef;
use crate::args::{check_count, Args};
use crate::object::{ObjExt, Owned};
use crate::protocol::attr;
use crate::protocol::buffer::Request;
use crate::protocol::buffer_release::native_buffer;
use crate::types::memoryview;
use crate::vm::{PyResult, Raised, Vm};

#[cold]
fn count(vm: &mut Vm, expected: usize, got: usize) -> Raised {
    vm.type_error(format!("expected {expected} argument{}, got {got}", if expected == 1 { "" } else { "s" }))
}

fn none<'a>(vm: &mut Vm, args: &'a [Owned]) -> PyResult<()> { if args.is_empty() { Ok(()) } else { Err(count(vm, 0, args.len())) } }

fn one<'a>(vm: &mut Vm, args: &'a [Owned]) -> PyResult<&'a Owned> {
    match args { [a] => Ok(a), _ => Err(count(vm, 1, args.len())) }
}

fn two<'a>(vm: &mut Vm, row: &SlotRow, args: &'a [Owned]) -> PyResult<(&'a Owned, &'a Owned)> {
    match args {
        [a, b] => Ok((a, b)),
        _ => { check_count(vm, row.text, args.len(), 2, 2)?; Err(vm.system_error("bad argument count")) }
    }
}

/// Calls `func`, the native function of `row`'s slot, for `this` (already checked to be an instance of the owner).
pub fn call_slot(vm: &mut Vm, row: &'static SlotRow, func: SlotFn, this: &Owned, args: Args<'_>) -> PyResult {
    if !args.kwnames().is_empty() && !matches!(row.wrap, Wrap::Call | Wrap::Init) {
        return Err(vm.type_error(format!("wrapper {}() takes no keyword arguments", row.text)));
    }
    let pos = args.pos();
    match (row.wrap, func) {
        (Wrap::Call, SlotFn::Call(f)) => f(vm, this, args),
        (Wrap::Init, SlotFn::Init(f)) => { f(vm, this, args)?; Ok(vm.none()) }
        (Wrap::Unary, SlotFn::Unary(f)) => { none(vm, pos)?; f(vm, this) }
        (Wrap::Len, SlotFn::Len(f)) => {
            none(vm, pos)?;
            let n = f(vm, this)?;
            vm.new_int(i64::try_from(n).unwrap_or(i64::MAX))
        }
        (Wrap::Hash, SlotFn::Hash(f)) => { none(vm, pos)?; let h = f(vm, this)?; vm.new_int(h) }
        (Wrap::Bool, SlotFn::Bool(f)) => { none(vm, pos)?; let b = f(vm, this)?; Ok(vm.bool(b)) }
        (Wrap::Next, SlotFn::Next(f)) => {
            none(vm, pos)?;
            match f(vm, this)? { Some(v) => Ok(v), None => Err(vm.stop_iteration(None)) }
        }
        (Wrap::Finalize, SlotFn::Finalize(f)) => { none(vm, pos)?; f(vm, this)?; Ok(vm.none()) }
        (Wrap::Binary | Wrap::BinaryL, SlotFn::Binary(f)) => { let a = one(vm, pos)?; f(vm, this, a) }
        (Wrap::BinaryR, SlotFn::Binary(f)) => { let a = one(vm, pos)?; f(vm, a, this) }
        (Wrap::Index, SlotFn::Binary(f)) => {
            let a = one(vm, pos)?;
            let n = vm.index(a)?;
            vm.index_i64(&n).map_err(|_| vm.overflow_error("cannot fit 'int' into an index-sized integer"))?;
            f(vm, this, &n)
        }
        (Wrap::Pow | Wrap::PowR | Wrap::InplacePow, SlotFn::Ternary(f)) => {
            let third = match pos {
                [_] => vm.none(),
                [_, m] if row.wrap != Wrap::InplacePow => m.clone(),
                _ if row.wrap == Wrap::InplacePow => return Err(count(vm, 1, pos.len())),
                _ => return Err(vm.type_error(format!("expected 1 or 2 arguments, got {}", pos.len()))),
            };
            if row.wrap == Wrap::PowR { f(vm, &pos[0], this, &third) } else { f(vm, this, &pos[0], &third) }
        }
        (Wrap::Contains, SlotFn::Contains(f)) => { let a = one(vm, pos)?; let b = f(vm, this, a)?; Ok(vm.bool(b)) }
        (Wrap::Compare(op), SlotFn::Compare(f)) => { let a = one(vm, pos)?; f(vm, this, a, op) }
        (Wrap::GetAttr, SlotFn::GetAttr(f)) => {
            let a = one(vm, pos)?;
            let name = attr::attribute_name(vm, a)?;
            f(vm, this, &name)
        }
        (Wrap::SetAttr, SlotFn::SetAttr(f)) => {
            let (a, v) = two(vm, row, pos)?;
            check_setattr(vm, this, f as usize, "__setattr__")?;
            let name = attr::attribute_name(vm, a)?;
            f(vm, this, &name, Some(v))?;
            Ok(vm.none())
        }
        (Wrap::DelAttr, SlotFn::SetAttr(f)) => {
            let a = one(vm, pos)?;
            check_setattr(vm, this, f as usize, "__delattr__")?;
            let name = attr::attribute_name(vm, a)?;
            f(vm, this, &name, None)?;
            Ok(vm.none())
        }
        (Wrap::SetItem, SlotFn::SetItem(f)) => { let (k, v) = two(vm, row, pos)?; f(vm, this, k, Some(v))?; Ok(vm.none()) }
        (Wrap::DelItem, SlotFn::SetItem(f)) => { let k = one(vm, pos)?; f(vm, this, k, None)?; Ok(vm.none()) }
        (Wrap::DescrGet, SlotFn::DescrGet(f)) => {
            check_count(vm, row.text, pos.len(), 1, 2)?;
            let obj = vm.none_to_option(&pos[0]);
            let owner = pos.get(1).cloned().unwrap_or_else(|| vm.none());
            if obj.is_none() && vm.is_none(&owner) { return Err(vm.type_error("__get__(None, None) is invalid")) }
            f(vm, this, obj.as_ref(), &owner)
        }
        (Wrap::DescrSet, SlotFn::DescrSet(f)) => { let (o, v) = two(vm, row, pos)?; f(vm, this, o, Some(v))?; Ok(vm.none()) }
        (Wrap::DescrDelete, SlotFn::DescrSet(f)) => { let o = one(vm, pos)?; f(vm, this, o, None)?; Ok(vm.none()) }
        (Wrap::Buffer, SlotFn::Buffer(f)) => {
            check_count(vm, row.text, pos.len(), 1, 1)?;
            let request = Request::of(vm, &pos[0])?;
            let buffer = native_buffer(vm, this, f, request)?;
            vm.new_memoryview_of(buffer)
        }
        (Wrap::ReleaseBuffer, SlotFn::Buffer(_)) => {
            check_count(vm, row.text, pos.len(), 1, 1)?;
            memoryview::release_of(vm, &pos[0], this)
        }
        _ => Err(vm.system_error(format!("slot wrapper {} does not fit its function", row.text))),
    }
}

/// `object.__setattr__(cls, ...)` must not go round `type.__setattr__`: the wrapper's function has to be the one that the most derived
/// native type of the object defines.
fn check_setattr(vm: &mut Vm, this: &Owned, func: usize, what: &str) -> PyResult<()> {
    let generic = super::slot_dunder::setattr_address();
    let address = |t: &TypeRef| t.slots().setattr.map_or(0, |f| f as usize);
    let ty = this.type_of(vm).clone();
    let mut defining = ty.clone();
    for base in ty.mro_items(vm).iter().rev() {
        let Some(base) = TypeRef::from_obj(base) else { continue };
        if address(base) != generic && address(base) == address(&ty) {
            defining = base.clone();
            break;
        }
    }
    let mut at = Some(defining);
    while let Some(t) = at {
        if address(&t) == func { return Ok(()) }
        if address(&t) != generic {
            let name = ty.name(vm);
            return Err(vm.type_error(format!("can't apply this {what} to {name} object")));
        }
        at = t.base();
    }
    Ok(())
}
