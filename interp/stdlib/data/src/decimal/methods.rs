//! The type `Decimal`: its methods and slots.
//!
//! Not here: operators (`operators.rs`), conversion to other types (`convert.rs`).

use instar_base_decimal::{self as decimal, Context, Dec, Kind};
use instar_code::Binary as Op;
use instar_vm::args::Args;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::{Owned, PyResult, Vm};

use super::args::{self, bind, optional_rounding};
use super::object::{apply1, finish, guarded, is_small, new_decimal, operand_required, this, Binary, PyDecimal, Unary};
use super::{convert, current, new, operators};
use crate::support::type_once;

/// `x.method(context=None)`, a number.
fn one(vm: &mut Vm, o: &Owned, args: Args<'_>, op: Unary) -> PyResult {
    let [context] = bind(vm, args, ["context"], 0)?;
    let pc = args::context(vm, context)?;
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let d = guarded(vm, || op(this(o), &ctx, &mut status))?;
    finish(vm, &pc, d, status)
}

/// `x.method(context=None)`, something else.
fn ask(vm: &mut Vm, o: &Owned, args: Args<'_>, answer: fn(&mut Vm, &Dec, &Context) -> PyResult) -> PyResult {
    let [context] = bind(vm, args, ["context"], 0)?;
    let pc = args::context(vm, context)?;
    answer(vm, this(o), &pc.ctx.get())
}

/// `x.method(other, context=None)`
fn two(vm: &mut Vm, o: &Owned, args: Args<'_>, op: Binary) -> PyResult {
    let [other, context] = bind(vm, args, ["other", "context"], 1)?;
    let pc = args::context(vm, context)?;
    let Some(other) = other else { return Err(vm.system_error("bad arguments")) };
    let y = operand_required(vm, other)?;
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let d = guarded(vm, || op(this(o), &y, &ctx, &mut status))?;
    finish(vm, &pc, d, status)
}

fn fma(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [other, third, context] = bind(vm, args, ["other", "third", "context"], 2)?;
    let pc = args::context(vm, context)?;
    let (Some(other), Some(third)) = (other, third) else { return Err(vm.system_error("bad arguments")) };
    let (y, z) = (operand_required(vm, other)?, operand_required(vm, third)?);
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let d = guarded(vm, || decimal::fma(this(o), &y, &z, &ctx, &mut status))?;
    finish(vm, &pc, d, status)
}

fn quantize(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [exp, rounding, context] = bind(vm, args, ["exp", "rounding", "context"], 1)?;
    let pc = args::context(vm, context)?;
    let ctx = pc.ctx.get().rounding(optional_rounding(vm, rounding, &pc)?);
    let Some(exp) = exp else { return Err(vm.system_error("bad arguments")) };
    let (x, y, mut status) = (this(o), operand_required(vm, exp)?, 0);
    let d = if is_small(&ctx, x, &y) { decimal::quantize(x, &y, &ctx, &mut status) } else { guarded(vm, || decimal::quantize(x, &y, &ctx, &mut status))? };
    finish(vm, &pc, d, status)
}

/// `x.to_integral(rounding=None, context=None)` and the like.
fn integral(vm: &mut Vm, o: &Owned, args: Args<'_>, op: Unary) -> PyResult {
    let [rounding, context] = bind(vm, args, ["rounding", "context"], 0)?;
    let pc = args::context(vm, context)?;
    let (ctx, mut status) = (pc.ctx.get().rounding(optional_rounding(vm, rounding, &pc)?), 0);
    let d = guarded(vm, || op(this(o), &ctx, &mut status))?;
    finish(vm, &pc, d, status)
}

fn to_eng_string(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [context] = bind(vm, args, ["context"], 0)?;
    let pc = args::context(vm, context)?;
    let text = guarded(vm, || this(o).to_eng(pc.capitals.get()))?;
    vm.new_str(&text)
}

fn same_quantum(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [other, context] = bind(vm, args, ["other", "context"], 1)?;
    args::context(vm, context)?;
    let Some(other) = other else { return Err(vm.system_error("bad arguments")) };
    let y = operand_required(vm, other)?;
    Ok(vm.bool(decimal::same_quantum(this(o), &y)))
}

fn plain(vm: &mut Vm, d: Dec) -> PyResult { let pc = current::get(vm)?; new_decimal(vm, &pc, d) }

fn adjusted(vm: &mut Vm, o: &Owned) -> PyResult { let d = this(o); vm.new_int(if d.is_finite() { d.adjusted() } else { 0 }) }

/// Functions of two numbers that ask for no context.
pub mod binary {
    use super::*;
    /// Total order.
    pub fn compare_total(x: &Dec, y: &Dec, _: &Context, _: &mut u32) -> Dec { decimal::number(decimal::order_total(x, y)) }
    /// Total order without signs.
    pub fn compare_total_mag(x: &Dec, y: &Dec, _: &Context, _: &mut u32) -> Dec { decimal::number(decimal::order_total_magnitudes(x, y)) }
    /// The first with the sign of the second.
    pub fn copy_sign(x: &Dec, y: &Dec, _: &Context, _: &mut u32) -> Dec { x.with_sign(y.neg) }
    /// Digit by digit.
    pub fn logical_and(x: &Dec, y: &Dec, ctx: &Context, status: &mut u32) -> Dec { decimal::logical(x, y, ctx, status, |a, b| a & b) }
    /// Digit by digit.
    pub fn logical_or(x: &Dec, y: &Dec, ctx: &Context, status: &mut u32) -> Dec { decimal::logical(x, y, ctx, status, |a, b| a | b) }
    /// Digit by digit.
    pub fn logical_xor(x: &Dec, y: &Dec, ctx: &Context, status: &mut u32) -> Dec { decimal::logical(x, y, ctx, status, |a, b| a ^ b) }
}

macro_rules! one { ($name:literal, $op:path, $doc:literal) => {
    Def::new($name, "($self, /, context=None)", Native::Full(|vm, o, a| one(vm, o, a, $op))).doc($doc)
} }
macro_rules! two { ($name:literal, $op:path, $doc:literal) => {
    Def::new($name, "($self, /, other, context=None)", Native::Full(|vm, o, a| two(vm, o, a, $op))).doc($doc)
} }
macro_rules! is { ($name:literal, $test:expr, $doc:literal) => {
    Def::new($name, "($self, /)", Native::N0(|vm, o| { let test: fn(&Dec) -> bool = $test; Ok(vm.bool(test(this(o)))) })).doc($doc)
} }
macro_rules! integral { ($name:literal, $op:path, $doc:literal) => {
    Def::new($name, "($self, /, rounding=None, context=None)", Native::Full(|vm, o, a| integral(vm, o, a, $op))).doc($doc)
} }

static DEF: TypeDef = TypeDef {
    doc: "A decimal floating point number. 'value' is an int, str, tuple, float or another Decimal, and its\nnumber is taken exactly; without it the number is zero. The context decides whether malformed text\nraises InvalidOperation or becomes a NaN.",
    sig: "(value=\"0\", context=None)",
    methods: &[
        one!("exp", decimal::exp, "e to the power of the number, correctly rounded."),
        one!("ln", decimal::ln, "The natural logarithm, correctly rounded."),
        one!("log10", decimal::log10, "The logarithm to the base ten, correctly rounded."),
        one!("next_minus", decimal::next_minus, "The greatest number of the context that is smaller."),
        one!("next_plus", decimal::next_plus, "The smallest number of the context that is greater."),
        one!("normalize", decimal::reduce, "The number without zeros at its end; every zero becomes 0."),
        integral!("to_integral", decimal::to_integral, "The same as to_integral_value()."),
        integral!("to_integral_exact", decimal::to_integral_exact, "The number rounded to a whole one, with Inexact and Rounded signalled."),
        integral!("to_integral_value", decimal::to_integral, "The number rounded to a whole one, without any signal."),
        one!("sqrt", decimal::sqrt, "The square root, rounded to the nearest."),
        two!("compare", decimal::compare, "-1, 0, 1 or NaN: how the number compares with the other one."),
        two!("compare_signal", decimal::compare_signal, "Like compare(), but every NaN signals."),
        two!("max", decimal::max, "The greater number; a number wins against a quiet NaN."),
        two!("max_mag", decimal::max_mag, "The number with the greater magnitude."),
        two!("min", decimal::min, "The smaller number; a number wins against a quiet NaN."),
        two!("min_mag", decimal::min_mag, "The number with the smaller magnitude."),
        two!("next_toward", decimal::next_toward, "The next number of the context in the direction of the other one."),
        Def::new("quantize", "($self, /, exp, rounding=None, context=None)", Native::Full(quantize)).doc("The number rounded to the exponent of 'exp'."),
        two!("remainder_near", decimal::remainder_near, "What is left after the nearest whole multiple of the other number."),
        Def::new("fma", "($self, /, other, third, context=None)", Native::Full(fma)).doc("self * other + third, rounded once."),
        is!("is_canonical", |_| true, "True: all numbers are canonical."),
        is!("is_finite", Dec::is_finite, "Whether the number is neither infinite nor NaN."),
        is!("is_infinite", Dec::is_inf, "Whether the number is infinite."),
        is!("is_nan", Dec::is_nan, "Whether it is a NaN, quiet or signalling."),
        is!("is_qnan", |d| d.kind == Kind::Nan, "Whether it is a quiet NaN."),
        is!("is_snan", Dec::is_snan, "Whether it is a signalling NaN."),
        is!("is_signed", |d| d.neg, "Whether there is a minus sign."),
        is!("is_zero", Dec::is_zero, "Whether the number is a zero."),
        Def::new("is_normal", "($self, /, context=None)", Native::Full(|vm, o, a| ask(vm, o, a, |vm, d, c| Ok(vm.bool(d.is_normal(c))))))
            .doc("Whether the number is neither zero, subnormal, infinite nor NaN."),
        Def::new("is_subnormal", "($self, /, context=None)", Native::Full(|vm, o, a| ask(vm, o, a, |vm, d, c| Ok(vm.bool(d.is_subnormal(c))))))
            .doc("Whether the number is not zero and below the smallest normal one."),
        Def::new("adjusted", "($self, /)", Native::N0(adjusted)).doc("The exponent of the first digit; 0 for infinities and NaNs."),
        Def::new("canonical", "($self, /)", Native::N0(|_, o| Ok(o.clone()))).doc("The number itself."),
        Def::new("conjugate", "($self, /)", Native::N0(|_, o| Ok(o.clone()))).doc("The number itself."),
        Def::new("radix", "($self, /)", Native::N0(|vm, _| plain(vm, Dec::int(10)))).doc("Decimal(10)."),
        Def::new("copy_abs", "($self, /)", Native::N0(|vm, o| plain(vm, this(o).magnitude()))).doc("The number without its sign; not rounded."),
        Def::new("copy_negate", "($self, /)", Native::N0(|vm, o| plain(vm, this(o).negated()))).doc("The number with the other sign; not rounded."),
        one!("logb", decimal::logb, "The exponent of the first digit, as a Decimal."),
        one!("logical_invert", decimal::invert, "All digits, 0 or 1, turned round."),
        Def::new("number_class", "($self, /, context=None)", Native::Full(|vm, o, a| ask(vm, o, a, |vm, d, c| vm.new_str(d.class(c)))))
            .doc("The class of the number, such as '+Normal' or '-Zero'."),
        Def::new("to_eng_string", "($self, /, context=None)", Native::Full(to_eng_string)).doc("Text whose exponent is a multiple of three."),
        two!("compare_total", binary::compare_total, "Compare by the order in which 1.0 and 1.00 differ and NaNs have a place."),
        two!("compare_total_mag", binary::compare_total_mag, "Like compare_total() without signs."),
        two!("copy_sign", binary::copy_sign, "The number with the sign of the other one; not rounded."),
        Def::new("same_quantum", "($self, /, other, context=None)", Native::Full(same_quantum)).doc("Whether both have the same exponent, or are both infinite or both NaN."),
        two!("logical_and", binary::logical_and, "Digits that are 1 in both."),
        two!("logical_or", binary::logical_or, "Digits that are 1 in either."),
        two!("logical_xor", binary::logical_xor, "Digits that are 1 in one of both."),
        two!("rotate", decimal::rotate, "The digits of the precision turned to the left by so many places."),
        two!("scaleb", decimal::scaleb, "The number with the other one added to its exponent."),
        two!("shift", decimal::shift, "The digits moved to the left by so many places."),
        Def::class("from_float", "($type, f, /)", Native::N1(new::from_float)).doc("The exact value of a float or int."),
        Def::class("from_number", "($type, number, /)", Native::N1(new::from_number)).doc("The exact value of a float, int or Decimal; not of text."),
        Def::new("as_tuple", "($self, /)", Native::N0(convert::as_tuple)).doc("Sign, digits and exponent."),
        Def::new("as_integer_ratio", "($self, /)", Native::N0(convert::as_integer_ratio)).doc("Numerator and positive denominator of the number, in lowest terms."),
        Def::new("__copy__", "($self, /)", Native::N0(|_, o| Ok(o.clone()))),
        Def::new("__deepcopy__", "($self, object, /)", Native::N1(|_, o, _| Ok(o.clone()))),
        Def::new("__format__", "", Native::Full(convert::format_method)).doc("The number as text by a format."),
        Def::new("__reduce__", "($self, /)", Native::N0(convert::reduce)),
        Def::new("__round__", "", Native::Full(convert::round)),
        Def::new("__ceil__", "($self, /)", Native::N0(convert::ceil)),
        Def::new("__floor__", "($self, /)", Native::N0(convert::floor)),
        Def::new("__trunc__", "($self, /)", Native::N0(convert::trunc)),
        Def::new("__complex__", "($self, /)", Native::N0(convert::complex)),
        Def::new("__sizeof__", "($self, /)", Native::N0(convert::sizeof)),
    ],
    getset: &[
        GetSet::ro("real", |_, o| Ok(o.clone())),
        GetSet::ro("imag", |vm, _| plain(vm, Dec::zero(false, 0))),
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let mut slots = Slots {
        new: Some(new::new), repr: Some(convert::repr), str: Some(convert::str), hash: Some(operators::hash), compare: Some(operators::compare),
        bool: Some(operators::truth), negative: Some(operators::negative), positive: Some(operators::positive), absolute: Some(operators::absolute),
        int: Some(convert::trunc), float: Some(convert::float), divmod: Some(operators::divmod), pow: Some(operators::pow), ..Slots::default()
    };
    let binary: [(Op, instar_vm::slots::BinaryFn); 6] = [(Op::Add, operators::add), (Op::Sub, operators::sub), (Op::Mul, operators::mul),
        (Op::TrueDiv, operators::truediv), (Op::FloorDiv, operators::floordiv), (Op::Mod, operators::remainder)];
    for (op, f) in binary { slots.binary[op as usize] = Some(f) }
    type_once::<PyDecimal>(vm, "decimal", "Decimal", None, vm_flags::BASETYPE, slots, &DEF)
}

/// A method of a context with one operand.
pub fn of_context(vm: &mut Vm, pc: &Owned, x: &Owned, op: Unary) -> PyResult {
    let pc = super::context::this(pc);
    let x = operand_required(vm, x)?;
    apply1(vm, pc, op, &x)
}
