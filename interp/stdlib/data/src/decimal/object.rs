//! `Decimal` objects: the payload, making them, and reading numbers out of operands.
//!
//! Not here: construction from Python's arguments (`new.rs`), operators (`operators.rs`), methods (`methods.rs`).

use std::ops::Deref;

use instar_base_decimal::{checked, Context, Dec};
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::context::PyContext;
use super::signals::report;

/// Payload of `Decimal`.
pub struct PyDecimal {
    /// The number.
    pub value: Dec,
}

instar_vm::trace! { PyDecimal { } }
instar_vm::fields! { PyDecimal { value } }
instar_vm::payload!(PyDecimal, "Decimal");

/// The number in a `Decimal`.
#[inline]
pub fn dec(o: &Owned) -> Option<&Dec> { o.cast::<PyDecimal>().map(|d| &d.value) }

/// The number of a receiver.
#[inline]
pub fn this(o: &Owned) -> &Dec { dec(o).expect("law: checked by the descriptor") }

/// A number that an operand is, or that was made of it.
pub enum Operand<'a> {
    /// A `Decimal`'s.
    Of(&'a Dec),
    /// An int's.
    Made(Dec),
}

impl Deref for Operand<'_> {
    type Target = Dec;
    #[inline]
    fn deref(&self) -> &Dec { match self { Operand::Of(d) => d, Operand::Made(d) => d } }
}

/// The exact number of an int object.
pub fn of_int(n: IntRef<'_>) -> Dec { match n { IntRef::Small(n) => Dec::int(n), IntRef::Big(n) => Dec::from_big(n) } }

/// The number of an operand that is a `Decimal` or an int.
#[inline]
pub fn operand(o: &Owned) -> Option<Operand<'_>> {
    if let Some(d) = dec(o) { return Some(Operand::Of(d)) }
    int_ref(o).map(|n| Operand::Made(of_int(n)))
}

/// As [`operand`], with the error of methods.
pub fn operand_required<'a>(vm: &mut Vm, o: &'a Owned) -> PyResult<Operand<'a>> {
    match operand(o) {
        Some(d) => Ok(d),
        None => {
            let t = o.type_name(vm);
            Err(vm.type_error(format!("conversion from {t} to Decimal is not supported")))
        }
    }
}

/// Numbers and precisions up to here need no memory that could be refused.
const SMALL: i64 = 4000;

/// Whether arithmetic with these numbers and this precision is small.
#[inline]
pub fn is_small(ctx: &Context, x: &Dec, y: &Dec) -> bool { ctx.prec <= SMALL && x.digits() <= SMALL && y.digits() <= SMALL }

/// Runs arithmetic whose memory may be refused.
pub fn guarded<R>(vm: &mut Vm, work: impl FnOnce() -> R) -> PyResult<R> { checked(work).ok_or_else(|| vm.no_memory()) }

/// A `Decimal` of the type itself.
#[inline]
pub fn new_decimal(vm: &mut Vm, pc: &PyContext, value: Dec) -> PyResult { Ok(vm.new_object_of(&pc.decimal, PyDecimal { value })?.into_obj()) }

/// The result of an operation in a context: its conditions are reported, then it becomes an object.
#[inline]
pub fn finish(vm: &mut Vm, pc: &Ref<PyContext>, value: Dec, status: u32) -> PyResult {
    if status != 0 { report(vm, pc, status)? }
    new_decimal(vm, pc, value)
}

/// Functions of one number.
pub type Unary = fn(&Dec, &Context, &mut u32) -> Dec;
/// Functions of two numbers.
pub type Binary = fn(&Dec, &Dec, &Context, &mut u32) -> Dec;

/// `op(x)` as an object.
#[inline]
pub fn apply1(vm: &mut Vm, pc: &Ref<PyContext>, op: Unary, x: &Dec) -> PyResult {
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let d = if is_small(&ctx, x, x) { op(x, &ctx, &mut status) } else { guarded(vm, || op(x, &ctx, &mut status))? };
    finish(vm, pc, d, status)
}

/// `op(x, y)` as an object.
#[inline]
pub fn apply2(vm: &mut Vm, pc: &Ref<PyContext>, op: Binary, x: &Dec, y: &Dec) -> PyResult {
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let d = if is_small(&ctx, x, y) { op(x, y, &ctx, &mut status) } else { guarded(vm, || op(x, y, &ctx, &mut status))? };
    finish(vm, pc, d, status)
}

/// As [`apply2`] for functions whose work is not bounded by the size of what they are given.
pub fn apply2_large(vm: &mut Vm, pc: &Ref<PyContext>, op: Binary, x: &Dec, y: &Dec) -> PyResult {
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let d = guarded(vm, || op(x, y, &ctx, &mut status))?;
    finish(vm, pc, d, status)
}
