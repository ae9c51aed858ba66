//! Methods of `Context`: the operations of `Decimal` in this context, and a few of its own.
//!
//! Not here: attributes (`context.rs`).

use instar_base_decimal::{self as decimal, Dec, Kind};
use instar_vm::args::Args;
use instar_vm::native::{Def, Native};
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::args::{bind, exact};
use super::context::{clear, copy_method, reduce, this};
use super::methods::{binary, of_context};
use super::new::{create, of_float, How};
use super::object::{apply1, apply2, apply2_large, dec, finish, guarded, new_decimal, operand_required, Binary, PyDecimal, Unary};
use super::operators::{divmod_in, power_in};

fn large(vm: &mut Vm, o: &Owned, x: &Owned, op: Unary) -> PyResult {
    let (pc, x) = (this(o), operand_required(vm, x)?);
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let d = guarded(vm, || op(&x, &ctx, &mut status))?;
    finish(vm, pc, d, status)
}

fn two(vm: &mut Vm, o: &Owned, args: Args<'_>, op: Binary) -> PyResult {
    let [x, y] = exact(vm, args)?;
    let (x, y) = (operand_required(vm, x)?, operand_required(vm, y)?);
    apply2(vm, this(o), op, &x, &y)
}

fn two_large(vm: &mut Vm, o: &Owned, args: Args<'_>, op: Binary) -> PyResult {
    let [x, y] = exact(vm, args)?;
    let (x, y) = (operand_required(vm, x)?, operand_required(vm, y)?);
    apply2_large(vm, this(o), op, &x, &y)
}

fn fma(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [x, y, z] = exact(vm, args)?;
    let (x, y, z) = (operand_required(vm, x)?, operand_required(vm, y)?, operand_required(vm, z)?);
    let (ctx, mut status) = (this(o).ctx.get(), 0);
    let d = guarded(vm, || decimal::fma(&x, &y, &z, &ctx, &mut status))?;
    finish(vm, this(o), d, status)
}

fn divmod(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [x, y] = exact(vm, args)?;
    let (x, y) = (operand_required(vm, x)?, operand_required(vm, y)?);
    divmod_in(vm, this(o), &x, &y)
}

fn power(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [Some(x), Some(y), m] = bind(vm, args, ["a", "b", "modulo"], 2)? else { return Err(vm.system_error("bad arguments")) };
    let (x, y) = (operand_required(vm, x)?, operand_required(vm, y)?);
    let m = match m { Some(m) if !vm.is_none(m) => Some(operand_required(vm, m)?), _ => None };
    power_in(vm, this(o), &x, &y, m.as_deref())
}

fn same_quantum(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let [x, y] = exact(vm, args)?;
    let (x, y) = (operand_required(vm, x)?, operand_required(vm, y)?);
    Ok(vm.bool(decimal::same_quantum(&x, &y)))
}

/// The argument, which must be a `Decimal`.
fn decimal_only(vm: &mut Vm, x: &Owned) -> PyResult {
    if x.cast::<PyDecimal>().is_some() { Ok(x.clone()) } else { Err(vm.type_error("argument must be a Decimal")) }
}

fn copied(vm: &mut Vm, o: &Owned, x: &Owned, f: fn(&Dec) -> Dec) -> PyResult { let x = operand_required(vm, x)?; new_decimal(vm, this(o), f(&x)) }

fn copy_decimal(vm: &mut Vm, o: &Owned, x: &Owned) -> PyResult {
    if dec(x).is_some() { Ok(x.clone()) } else { copied(vm, o, x, Dec::clone) }
}

fn text(vm: &mut Vm, o: &Owned, x: &Owned, f: fn(&Dec, bool) -> String) -> PyResult {
    let x = operand_required(vm, x)?;
    let capitals = this(o).capitals.get();
    let text = guarded(vm, || f(&x, capitals))?;
    vm.new_str(&text)
}

fn create_decimal(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    if !args.kwnames().is_empty() { return Err(vm.type_error("Context.create_decimal() takes no keyword arguments")) }
    let [value] = bind(vm, args, ["num"], 0)?;
    create(vm, this(o), value)
}

fn create_decimal_from_float(vm: &mut Vm, o: &Owned, x: &Owned) -> PyResult { let d = of_float(vm, this(o), x, How::Fitted)?; new_decimal(vm, this(o), d) }

fn apply(vm: &mut Vm, o: &Owned, x: &Owned) -> PyResult { let x = operand_required(vm, x)?; apply1(vm, this(o), decimal::fit, &x) }

macro_rules! one { ($name:literal, $op:path, $doc:literal) => {
    Def::new($name, "($self, x, /)", Native::N1(|vm, o, x| of_context(vm, o, x, $op))).doc($doc)
} }
macro_rules! one_large { ($name:literal, $op:path, $doc:literal) => {
    Def::new($name, "($self, x, /)", Native::N1(|vm, o, x| large(vm, o, x, $op))).doc($doc)
} }
macro_rules! two { ($name:literal, $op:path, $doc:literal) => {
    Def::new($name, "($self, x, y, /)", Native::Full(|vm, o, a| two(vm, o, a, $op))).doc($doc)
} }
macro_rules! two_large { ($name:literal, $op:path, $doc:literal) => {
    Def::new($name, "($self, x, y, /)", Native::Full(|vm, o, a| two_large(vm, o, a, $op))).doc($doc)
} }
macro_rules! is { ($name:literal, $test:expr, $doc:literal) => {
    Def::new($name, "($self, x, /)", Native::N1(|vm, o, x| {
        let (test, x): (fn(&Dec, &decimal::Context) -> bool, _) = ($test, operand_required(vm, x)?);
        Ok(vm.bool(test(&x, &this(o).ctx.get())))
    })).doc($doc)
} }

/// The methods.
pub const METHODS: &[Def] = &[
    one!("abs", decimal::abs, "The magnitude of x."),
    one_large!("exp", decimal::exp, "e ** x, correctly rounded."),
    one_large!("ln", decimal::ln, "The natural logarithm of x."),
    one_large!("log10", decimal::log10, "The logarithm of x to the base ten."),
    one!("minus", decimal::minus, "-x, rounded."),
    one!("next_minus", decimal::next_minus, "The greatest number that is smaller than x."),
    one!("next_plus", decimal::next_plus, "The smallest number that is greater than x."),
    one!("normalize", decimal::reduce, "x without zeros at its end."),
    one!("plus", decimal::plus, "+x, rounded."),
    one!("to_integral", decimal::to_integral, "The same as to_integral_value()."),
    one!("to_integral_exact", decimal::to_integral_exact, "x as a whole number; rounding is signalled."),
    one!("to_integral_value", decimal::to_integral, "x as a whole number."),
    one_large!("sqrt", decimal::sqrt, "The square root of x."),
    two!("add", decimal::add, "x + y"),
    two!("compare", decimal::compare, "-1, 0, 1 or NaN: how x compares with y."),
    two!("compare_signal", decimal::compare_signal, "Like compare(), but every NaN signals."),
    two!("divide", decimal::div, "x / y"),
    two!("divide_int", decimal::divide_int, "x // y"),
    Def::new("divmod", "($self, x, y, /)", Native::Full(divmod)).doc("(x // y, x % y)"),
    two!("max", decimal::max, "The greater one of x and y."),
    two!("max_mag", decimal::max_mag, "The one with the greater magnitude."),
    two!("min", decimal::min, "The smaller one of x and y."),
    two!("min_mag", decimal::min_mag, "The one with the smaller magnitude."),
    two!("multiply", decimal::mul, "x * y"),
    two!("next_toward", decimal::next_toward, "The neighbour of x in the direction of y."),
    two_large!("quantize", decimal::quantize, "x with the exponent of y."),
    two!("remainder", decimal::remainder, "x % y"),
    two!("remainder_near", decimal::remainder_near, "x - y * n for the whole n nearest to x / y."),
    two!("subtract", decimal::sub, "x - y"),
    Def::new("power", "($self, /, a, b, modulo=None)", Native::Full(power)).doc("a ** b, or a ** b % modulo."),
    Def::new("fma", "($self, x, y, z, /)", Native::Full(fma)).doc("x * y + z, rounded once."),
    Def::new("Etiny", "($self, /)", Native::N0(|vm, o| vm.new_int(this(o).ctx.get().etiny()))).doc("The exponent of the smallest subnormal number: Emin - prec + 1."),
    Def::new("Etop", "($self, /)", Native::N0(|vm, o| vm.new_int(this(o).ctx.get().etop()))).doc("The exponent of the greatest number: Emax - prec + 1."),
    Def::new("radix", "($self, /)", Native::N0(|vm, o| new_decimal(vm, this(o), Dec::int(10)))).doc("Decimal(10)."),
    Def::new("is_canonical", "($self, x, /)", Native::N1(|vm, _, x| { decimal_only(vm, x)?; Ok(vm.bool(true)) })).doc("True."),
    is!("is_finite", |d, _| d.is_finite(), "Whether x is neither infinite nor NaN."),
    is!("is_infinite", |d, _| d.is_inf(), "Whether x is infinite."),
    is!("is_nan", |d, _| d.is_nan(), "Whether x is a NaN."),
    is!("is_normal", |d, c| d.is_normal(c), "Whether x is neither zero, subnormal, infinite nor NaN."),
    is!("is_qnan", |d, _| d.kind == Kind::Nan, "Whether x is a quiet NaN."),
    is!("is_signed", |d, _| d.neg, "Whether x has a minus sign."),
    is!("is_snan", |d, _| d.is_snan(), "Whether x is a signalling NaN."),
    is!("is_subnormal", |d, c| d.is_subnormal(c), "Whether x is below the smallest normal number and not zero."),
    is!("is_zero", |d, _| d.is_zero(), "Whether x is a zero."),
    Def::new("_apply", "($self, object, /)", Native::N1(apply)).doc("x rounded to this context."),
    Def::new("canonical", "($self, x, /)", Native::N1(|vm, _, x| decimal_only(vm, x))).doc("x itself."),
    Def::new("copy_abs", "($self, x, /)", Native::N1(|vm, o, x| copied(vm, o, x, Dec::magnitude))).doc("x without its sign."),
    Def::new("copy_decimal", "($self, x, /)", Native::N1(copy_decimal)).doc("x as a Decimal."),
    Def::new("copy_negate", "($self, x, /)", Native::N1(|vm, o, x| copied(vm, o, x, Dec::negated))).doc("x with the other sign."),
    one!("logb", decimal::logb, "The exponent of the first digit of x."),
    one_large!("logical_invert", decimal::invert, "All digits of x turned round."),
    Def::new("number_class", "($self, x, /)", Native::N1(|vm, o, x| { let x = operand_required(vm, x)?; vm.new_str(x.class(&this(o).ctx.get())) })).doc("The class of x."),
    Def::new("to_sci_string", "($self, x, /)", Native::N1(|vm, o, x| text(vm, o, x, Dec::to_sci))).doc("x in scientific notation."),
    Def::new("to_eng_string", "($self, x, /)", Native::N1(|vm, o, x| text(vm, o, x, Dec::to_eng))).doc("x in engineering notation."),
    two!("compare_total", binary::compare_total, "Compare x and y by the total order."),
    two!("compare_total_mag", binary::compare_total_mag, "Compare x and y by the total order without signs."),
    two!("copy_sign", binary::copy_sign, "x with the sign of y."),
    two!("logical_and", binary::logical_and, "Digits that are 1 in both."),
    two!("logical_or", binary::logical_or, "Digits that are 1 in either."),
    two!("logical_xor", binary::logical_xor, "Digits that are 1 in one of both."),
    two_large!("rotate", decimal::rotate, "The digits of x turned by y places."),
    Def::new("same_quantum", "($self, x, y, /)", Native::Full(same_quantum)).doc("Whether x and y have the same exponent."),
    two!("scaleb", decimal::scaleb, "x with y added to its exponent."),
    two_large!("shift", decimal::shift, "The digits of x moved by y places."),
    Def::new("clear_flags", "($self, /)", Native::N0(|vm, o| clear(vm, &this(o).status))).doc("Reset all flags."),
    Def::new("clear_traps", "($self, /)", Native::N0(|vm, o| clear(vm, &this(o).traps))).doc("Reset all traps."),
    Def::new("__copy__", "($self, /)", Native::N0(copy_method)),
    Def::new("__reduce__", "($self, /)", Native::N0(reduce)),
    Def::new("copy", "($self, /)", Native::N0(copy_method)).doc("A copy of the context, flags and traps included."),
    Def::new("create_decimal", "($self, num=\"0\", /)", Native::Full(create_decimal)).doc("A Decimal of num, rounded to this context."),
    Def::new("create_decimal_from_float", "($self, f, /)", Native::N1(create_decimal_from_float)).doc("A Decimal of a float, rounded to this context."),
];
