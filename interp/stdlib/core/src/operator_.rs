//! Module `_operator`: the operators as functions. The getters (`itemgetter`, ...) are in `operator_/getters.rs`.
//!
//! Not here: what the operators do (`instar-vm`, `protocol/`).

use instar_code::{Binary, Compare};
use instar_vm::args::Args;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

mod getters;

const A: &str = "($module, a, /)";
const AB: &str = "($module, a, b, /)";

macro_rules! binary {
    ($name:literal, $op:ident, $doc:literal) => { Def::new($name, AB, Native::N2(|vm, _, a, b| vm.binary(Binary::$op, a, b))).doc($doc) };
}
macro_rules! unary {
    ($name:literal, $f:ident, $doc:literal) => { Def::new($name, A, Native::N1(|vm, _, a| vm.$f(a))).doc($doc) };
}
macro_rules! compare {
    ($name:literal, $op:ident, $doc:literal) => { Def::new($name, AB, Native::N2(|vm, _, a, b| vm.rich_compare(a, b, Compare::$op))).doc($doc) };
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_operator",
    doc: "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\nto the intrinsic operators of Python.",
    functions: &[
        binary!("add", Add, "Same as a + b."), binary!("sub", Sub, "Same as a - b."), binary!("mul", Mul, "Same as a * b."),
        binary!("matmul", MatMul, "Same as a @ b."), binary!("floordiv", FloorDiv, "Same as a // b."), binary!("truediv", TrueDiv, "Same as a / b."),
        binary!("mod", Mod, "Same as a % b."), binary!("lshift", LShift, "Same as a << b."), binary!("rshift", RShift, "Same as a >> b."),
        binary!("and_", And, "Same as a & b."), binary!("xor", Xor, "Same as a ^ b."), binary!("or_", Or, "Same as a | b."), binary!("pow", Pow, "Same as a ** b."),
        binary!("iadd", InplaceAdd, "Same as a += b."), binary!("isub", InplaceSub, "Same as a -= b."), binary!("imul", InplaceMul, "Same as a *= b."),
        binary!("imatmul", InplaceMatMul, "Same as a @= b."), binary!("ifloordiv", InplaceFloorDiv, "Same as a //= b."), binary!("itruediv", InplaceTrueDiv, "Same as a /= b."),
        binary!("imod", InplaceMod, "Same as a %= b."), binary!("ilshift", InplaceLShift, "Same as a <<= b."), binary!("irshift", InplaceRShift, "Same as a >>= b."),
        binary!("iand", InplaceAnd, "Same as a &= b."), binary!("ixor", InplaceXor, "Same as a ^= b."), binary!("ior", InplaceOr, "Same as a |= b."), binary!("ipow", InplacePow, "Same as a **= b."),
        unary!("neg", negative, "Same as -a."), unary!("pos", positive, "Same as +a."), unary!("abs", absolute, "Same as abs(a)."),
        unary!("inv", invert, "Same as ~a."), unary!("invert", invert, "Same as ~a."), unary!("index", index, "Same as a.__index__()"),
        compare!("lt", Lt, "Same as a < b."), compare!("le", Le, "Same as a <= b."), compare!("eq", Eq, "Same as a == b."),
        compare!("ne", Ne, "Same as a != b."), compare!("gt", Gt, "Same as a > b."), compare!("ge", Ge, "Same as a >= b."),
        Def::new("truth", A, Native::N1(|vm, _, a| { let t = vm.truth(a)?; Ok(vm.bool(t)) })).doc("Return True if a is true, False otherwise."),
        Def::new("not_", A, Native::N1(|vm, _, a| { let t = vm.truth(a)?; Ok(vm.bool(!t)) })).doc("Same as not a."),
        Def::new("is_", AB, Native::N2(|vm, _, a, b| Ok(vm.bool(a.is(b))))).doc("Same as a is b."),
        Def::new("is_not", AB, Native::N2(|vm, _, a, b| Ok(vm.bool(!a.is(b))))).doc("Same as a is not b."),
        Def::new("is_none", A, Native::N1(|vm, _, a| Ok(vm.bool(vm.is_none(a))))).doc("Same as a is None."),
        Def::new("is_not_none", A, Native::N1(|vm, _, a| Ok(vm.bool(!vm.is_none(a))))).doc("Same as a is not None."),
        Def::new("contains", AB, Native::N2(|vm, _, a, b| { let t = vm.contains(a, b)?; Ok(vm.bool(t)) })).doc("Same as b in a (note reversed operands)."),
        Def::new("indexOf", AB, Native::N2(index_of)).doc("Return the first index of b in a."),
        Def::new("countOf", AB, Native::N2(count_of)).doc("Return the number of items in a which are, or which equal, b."),
        Def::new("concat", AB, Native::N2(|vm, _, a, b| vm.concatenate(a, b, false))).doc("Same as a + b, for a and b sequences."),
        Def::new("iconcat", AB, Native::N2(|vm, _, a, b| vm.concatenate(a, b, true))).doc("Same as a += b, for a and b sequences."),
        Def::new("getitem", AB, Native::N2(|vm, _, a, b| vm.get_item(a, b))).doc("Same as a[b]."),
        Def::new("setitem", "($module, a, b, c, /)", Native::Var(|vm, _, args| { vm.set_item(&args[0], &args[1], &args[2])?; Ok(vm.none()) }, 3, 3)).doc("Same as a[b] = c."),
        Def::new("delitem", AB, Native::N2(|vm, _, a, b| { vm.del_item(a, b)?; Ok(vm.none()) })).doc("Same as del a[b]."),
        Def::new("length_hint", "($module, obj, default=0, /)", Native::Var(length_hint, 1, 2)).doc("Return an estimate of the number of items in obj."),
        Def::new("call", "($module, obj, /, *args, **kwargs)", Native::Full(call)).doc("Same as obj(*args, **kwargs)."),
        Def::new("_compare_digest", AB, Native::N2(compare_digest)).doc("Return 'a == b' in time that does not depend on where they differ."),
    ],
    exec: getters::exec,
};

/// An iterator over what is searched.
fn searched(vm: &mut Vm, a: &Owned) -> PyResult {
    if vm.is_iterable(a) { return vm.iter(a) }
    let ty = a.type_name(vm);
    Err(vm.type_error(format!("argument of type '{ty}' is not iterable")))
}

fn index_of(vm: &mut Vm, _: &Owned, a: &Owned, b: &Owned) -> PyResult {
    let it = searched(vm, a)?;
    let mut i = 0i64;
    while let Some(item) = vm.next(&it)? {
        if vm.equal(&item, b)? { return vm.new_int(i) }
        i += 1;
    }
    Err(vm.value_error("sequence.index(x): x not in sequence"))
}

fn count_of(vm: &mut Vm, _: &Owned, a: &Owned, b: &Owned) -> PyResult {
    let it = searched(vm, a)?;
    let mut n = 0i64;
    while let Some(item) = vm.next(&it)? {
        if vm.equal(&item, b)? { n += 1 }
    }
    vm.new_int(n)
}

fn length_hint(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let default = match args.get(1) {
        None => 0,
        Some(d) => vm.index_i64(d)?,
    };
    let n = vm.length_hint(&args[0], usize::try_from(default).unwrap_or(0))?;
    vm.new_usize(n)
}

fn call(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let Some(f) = args.pos().first() else { return Err(vm.type_error("call expected at least 1 argument, got 0")) };
    vm.call(f, Args::new(&args.values()[1..], args.kwnames()))
}

fn compare_digest(vm: &mut Vm, _: &Owned, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = match (a.cast::<PyStr>(), b.cast::<PyStr>()) {
        (Some(x), Some(y)) => match (x.as_ascii(), y.as_ascii()) {
            (Some(x), Some(y)) => (x.as_bytes().to_vec(), y.as_bytes().to_vec()),
            _ => return Err(vm.type_error("comparing strings with non-ASCII characters is not supported")),
        },
        _ if vm.is_bytes_like(a) && vm.is_bytes_like(b) => (vm.bytes_argument(a)?, vm.bytes_argument(b)?),
        _ => {
            let (ta, tb) = (a.type_name(vm), b.type_name(vm));
            return Err(vm.type_error(format!("unsupported operand types(s) or combination of types: '{ta}' and '{tb}'")));
        }
    };
    // As long as the right operand is, whatever the left one holds.
    let same_length = x.len() == y.len();
    let left = if same_length { &x } else { &y };
    let difference = left.iter().zip(&y).fold(u8::from(!same_length), |d, (p, q)| std::hint::black_box(d | (p ^ q)));
    Ok(vm.bool(difference == 0))
}
