//! `timedelta`: a duration of days, seconds and microseconds.
//!
//! Not here: adding durations to dates (`date.rs`, `moment.rs`).

use std::cell::Cell;

use instar_base_hash::TupleHasher;
use instar_base_num::{float_as_integer_ratio, IBig};
use instar_code::{Binary, Compare};
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::float::{float_value, PyFloat};
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::{new_wide, tp_name};
use crate::support::type_once;

/// Largest number of days, and negated the smallest.
pub const DAYS_MAX: i64 = 999_999_999;
const DAY_US: i128 = 86_400_000_000;

/// Payload of `timedelta`: normalised, so that `0 <= seconds < 86400` and `0 <= micros < 1000000`.
pub struct Delta {
    /// Days, of either sign.
    pub days: i32,
    /// Seconds of the day.
    pub seconds: i32,
    /// Microseconds of the second.
    pub micros: i32,
    hash: Cell<i64>,
}

instar_vm::trace! { Delta { } }
instar_vm::fields! { Delta { days, seconds, micros, hash } }
instar_vm::payload!(Delta, "timedelta");

impl Delta {
    /// The whole duration in microseconds.
    pub fn total(&self) -> i128 { i128::from(self.days) * DAY_US + i128::from(self.seconds) * 1_000_000 + i128::from(self.micros) }
    /// Whole seconds, rounded down.
    pub fn whole_seconds(&self) -> i64 { i64::from(self.days) * 86_400 + i64::from(self.seconds) }
    /// Whether it is no time at all.
    pub fn is_zero(&self) -> bool { self.days == 0 && self.seconds == 0 && self.micros == 0 }
    fn parts(&self) -> (i32, i32, i32) { (self.days, self.seconds, self.micros) }
}

/// The payload of a duration.
pub fn delta(o: &Owned) -> Option<&Delta> { o.cast::<Delta>().map(|d| &**d) }

fn this(o: &Owned) -> &Delta { delta(o).expect("law: checked by the descriptor") }

#[cold]
fn too_large(vm: &mut Vm) -> Raised { vm.overflow_error("Python int too large to convert to C int") }

/// A duration of `us` microseconds.
pub fn from_micros(vm: &mut Vm, us: i128) -> PyResult { let ty = vm.types.native_type::<Delta>().clone(); of_type(vm, &ty, us) }

/// A duration of so many days and microseconds together.
pub fn from_parts(vm: &mut Vm, days: i64, seconds: i64, micros: i64) -> PyResult {
    from_micros(vm, i128::from(days) * DAY_US + i128::from(seconds) * 1_000_000 + i128::from(micros))
}

fn of_type(vm: &mut Vm, ty: &TypeRef, us: i128) -> PyResult {
    let (days, rest) = (us.div_euclid(DAY_US), us.rem_euclid(DAY_US) as i64);
    let Ok(days) = i32::try_from(days) else { return Err(too_large(vm)) };
    if i64::from(days).abs() > DAYS_MAX { return Err(vm.overflow_error(format!("days={days}; must have magnitude <= {DAYS_MAX}"))) }
    let payload = Delta { days, seconds: (rest / 1_000_000) as i32, micros: (rest % 1_000_000) as i32, hash: Cell::new(-1) };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

fn from_big(vm: &mut Vm, us: IBig) -> PyResult { match i128::try_from(&us) { Ok(us) => from_micros(vm, us), Err(_) => Err(too_large(vm)) } }

/// `a / b` to the nearest, halves to even.
fn divide_nearest(a: &IBig, b: &IBig) -> IBig {
    use dashu_base::DivRemEuclid;
    use instar_base_num::Sign;
    let (a, b) = if b.sign() == Sign::Negative { (-a.clone(), -b.clone()) } else { (a.clone(), b.clone()) };
    let (q, r) = (&a).div_rem_euclid(&b);
    let twice: IBig = IBig::from(r) * IBig::from(2);
    let odd = q.as_sign_words().1.first().is_some_and(|w| w & 1 == 1);
    match twice.cmp(&b) {
        std::cmp::Ordering::Greater => q + 1,
        std::cmp::Ordering::Equal if odd => q + 1,
        _ => q,
    }
}

// ---- construction ----------------------------------------------------------------------------------------------------

const UNITS: [(&str, usize, i64); 7] = [("microseconds", 2, 1), ("milliseconds", 3, 1000), ("seconds", 1, 1_000_000), ("minutes", 4, 60_000_000),
    ("hours", 5, 3_600_000_000), ("days", 0, 86_400_000_000), ("weeks", 6, 604_800_000_000)];

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    const SIG: &Signature = &Signature::parse("(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)");
    let bound = args.bind(vm, "__new__", SIG)?;
    let mut whole = 0i128;
    let mut left = 0.0f64;
    for (name, i, factor) in UNITS {
        let Some(o) = &bound[i] else { continue };
        if let Some(n) = int_ref(o) {
            let n = match n { IntRef::Small(n) => Some(i128::from(n)), IntRef::Big(n) => i128::try_from(n).ok() };
            let sum = n.and_then(|n| n.checked_mul(factor.into())).and_then(|n| whole.checked_add(n));
            whole = match sum { Some(n) => n, None => return Err(too_large(vm)) };
        } else if let Some(x) = float_value(o) {
            if !x.is_finite() {
                if x.is_nan() { return Err(vm.value_error("cannot convert float NaN to integer")) }
                return Err(vm.overflow_error("cannot convert float infinity to integer"));
            }
            if x.abs() > 1e37 { return Err(too_large(vm)) }
            let mut part = x.fract() * factor as f64;
            let sum = (x.trunc() as i128).checked_mul(factor.into()).and_then(|n| whole.checked_add(n));
            whole = match sum { Some(n) => n, None => return Err(too_large(vm)) };
            whole += part.trunc() as i128;
            part = part.fract();
            left += part;
        } else {
            let t = o.type_name(vm);
            return Err(vm.type_error(format!("unsupported type for timedelta {name} component: {t}")));
        }
    }
    if left != 0.0 {
        let mut us = left.round();
        if (us - left).abs() == 0.5 {
            let odd = if whole & 1 != 0 { 1.0 } else { 0.0 };
            us = 2.0 * ((left + odd) * 0.5).round() - odd;
        }
        whole += us as i128;
    }
    of_type(vm, ty, whole)
}

// ---- arithmetic ------------------------------------------------------------------------------------------------------

fn pair(a: &Owned, b: &Owned) -> Option<(i128, i128)> { Some((delta(a)?.total(), delta(b)?.total())) }

fn add(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    match pair(a, b) { Some((x, y)) => from_micros(vm, x + y), None => Ok(vm.not_implemented()) }
}

fn sub(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    match pair(a, b) { Some((x, y)) => from_micros(vm, x - y), None => Ok(vm.not_implemented()) }
}

/// The difference of two durations.
pub fn difference(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { sub(vm, a, b) }

fn big(d: &Delta) -> IBig { IBig::from(d.total()) }

/// The fraction that a float is. A class may say it differently.
fn ratio(vm: &mut Vm, o: &Owned, x: f64) -> PyResult<(IBig, IBig)> {
    if o.is_exact::<PyFloat>(vm) { return float_as_integer_ratio(x).map_err(|e| vm.num_error(e)) }
    let key = vm.intern("as_integer_ratio")?;
    let answer = vm.call_method(o, &key, &[])?;
    let Some(pair) = answer.cast::<PyTuple>() else {
        let t = answer.type_name(vm);
        return Err(vm.type_error(format!("unexpected return type from as_integer_ratio(): expected tuple, not '{t}'")));
    };
    match pair.items() {
        [n, d] => { let (n, d) = (n.clone(), d.clone()); Ok((vm.index_big(&n)?, vm.index_big(&d)?)) }
        _ => Err(vm.value_error("as_integer_ratio() must return a 2-tuple")),
    }
}

fn mul(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (d, factor) = match (delta(a), delta(b)) { (Some(d), None) => (d, b), (None, Some(d)) => (d, a), _ => return Ok(vm.not_implemented()) };
    if let Some(n) = int_ref(factor) {
        if n.bits() > 128 && !d.is_zero() { return Err(too_large(vm)) }
        let product = big(d) * &*n.big();
        return from_big(vm, product);
    }
    let Some(x) = float_value(factor) else { return Ok(vm.not_implemented()) };
    let (num, den) = ratio(vm, factor, x)?;
    if den == IBig::from(0) { return Err(vm.zero_division_error("division by zero")) }
    from_big(vm, divide_nearest(&(big(d) * num), &den))
}

fn truediv(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let Some(d) = delta(a) else { return Ok(vm.not_implemented()) };
    if let Some(e) = delta(b) {
        let q = instar_base_num::true_div(&big(d), &big(e)).map_err(|e| vm.num_error(e))?;
        return vm.new_float(q);
    }
    if let Some(n) = int_ref(b) {
        if n.signum() == 0 { return Err(vm.zero_division_error("division by zero")) }
        return from_big(vm, divide_nearest(&big(d), &n.big()));
    }
    let Some(x) = float_value(b) else { return Ok(vm.not_implemented()) };
    let (num, den) = ratio(vm, b, x)?;
    if num == IBig::from(0) { return Err(vm.zero_division_error("division by zero")) }
    from_big(vm, divide_nearest(&(big(d) * den), &num))
}

/// `a` and `b` if both are durations and `b` is not zero; else what the operation gives.
fn divisible(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult<Option<(i128, i128)>> {
    match pair(a, b) {
        Some((_, 0)) => Err(vm.zero_division_error("integer division or modulo by zero")),
        p => Ok(p),
    }
}

fn floor(a: i128, b: i128) -> i128 { let q = a / b; if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q } }

fn floordiv(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    if delta(a).is_some() && delta(b).is_some() {
        return match pair(a, b) { Some((_, 0)) => Err(vm.zero_division_error("division by zero")), Some((x, y)) => new_wide(vm, floor(x, y)), None => Ok(vm.not_implemented()) };
    }
    let (Some(d), Some(n)) = (delta(a), int_ref(b)) else { return Ok(vm.not_implemented()) };
    if n.signum() == 0 { return Err(vm.zero_division_error("division by zero")) }
    let q = instar_base_num::floor_div(&big(d), &n.big()).map_err(|e| vm.num_error(e))?;
    from_big(vm, q)
}

fn remainder(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    match pair(a, b) {
        Some((_, 0)) => Err(vm.zero_division_error("division by zero")),
        Some((x, y)) => from_micros(vm, x - floor(x, y) * y),
        None => Ok(vm.not_implemented()),
    }
}

fn divmod(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    if delta(a).is_none() || delta(b).is_none() { return Ok(vm.not_implemented()) }
    let Some((x, y)) = divisible(vm, a, b)? else { return Ok(vm.not_implemented()) };
    let q = floor(x, y);
    let parts = [new_wide(vm, q)?, from_micros(vm, x - q * y)?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

// ---- comparison, text ------------------------------------------------------------------------------------------------

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (Some(x), Some(y)) = (delta(a), delta(b)) else { return Ok(vm.not_implemented()) };
    let holds = instar_vm::protocol::compare::ordering_holds(x.parts().cmp(&y.parts()), op);
    Ok(vm.bool(holds))
}

/// The hash of a duration.
pub fn hash_value(d: &Delta) -> i64 {
    if d.hash.get() == -1 {
        let mut h = TupleHasher::new();
        for n in [d.days, d.seconds, d.micros] { h.push(instar_base_hash::hash_i64(n.into())) }
        d.hash.set(h.finish());
    }
    d.hash.get()
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = this(o);
    let parts: Vec<String> = [("days", d.days), ("seconds", d.seconds), ("microseconds", d.micros)].iter().filter(|(_, n)| *n != 0).map(|(k, n)| format!("{k}={n}")).collect();
    let inner = if parts.is_empty() { "0".to_owned() } else { parts.join(", ") };
    let name = tp_name(vm, o);
    vm.new_str(&format!("{name}({inner})"))
}

fn str(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = this(o);
    let mut text = String::new();
    if d.days != 0 { text = format!("{} day{}, ", d.days, if d.days.abs() == 1 { "" } else { "s" }) }
    text += &format!("{}:{:02}:{:02}", d.seconds / 3600, d.seconds / 60 % 60, d.seconds % 60);
    if d.micros != 0 { text += &format!(".{:06}", d.micros) }
    vm.new_str(&text)
}

fn total_seconds(vm: &mut Vm, o: &Owned) -> PyResult {
    let q = instar_base_num::true_div(&big(this(o)), &IBig::from(1_000_000)).map_err(|e| vm.num_error(e))?;
    vm.new_float(q)
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = this(o);
    let state = [vm.new_int(d.days.into())?, vm.new_int(d.seconds.into())?, vm.new_int(d.micros.into())?];
    let parts = [o.type_of(vm).obj().clone(), vm.new_tuple(state)?.into_obj()];
    Ok(vm.new_tuple(parts)?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "Difference between two datetime values.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nAll arguments are optional and default to 0.\nArguments may be integers or floats, and may be positive or negative.",
    sig: "",
    methods: &[
        Def::new("total_seconds", "($self, /)", Native::N0(total_seconds)).doc("Total seconds in the duration."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("__reduce__() -> (cls, state)"),
    ],
    getset: &[
        GetSet { doc: "Number of days.", ..GetSet::member("days", |vm, o| vm.new_int(this(o).days.into())) },
        GetSet { doc: "Number of seconds (>= 0 and less than 1 day).", ..GetSet::member("seconds", |vm, o| vm.new_int(this(o).seconds.into())) },
        GetSet { doc: "Number of microseconds (>= 0 and less than 1 second).", ..GetSet::member("microseconds", |vm, o| vm.new_int(this(o).micros.into())) },
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let mut slots = Slots {
        new: Some(new), repr: Some(repr), str: Some(str), hash: Some(|_, o| Ok(hash_value(this(o)))), compare: Some(compare),
        bool: Some(|_, o| Ok(!this(o).is_zero())), negative: Some(|vm, o| from_micros(vm, -this(o).total())),
        positive: Some(|vm, o| from_micros(vm, this(o).total())), absolute: Some(|vm, o| from_micros(vm, this(o).total().abs())), divmod: Some(divmod), ..Slots::default()
    };
    for (op, f) in [(Binary::Add, add as instar_vm::slots::BinaryFn), (Binary::Sub, sub), (Binary::Mul, mul), (Binary::TrueDiv, truediv), (Binary::FloorDiv, floordiv), (Binary::Mod, remainder)] {
        slots.binary[op as usize] = Some(f);
    }
    let ty = type_once::<Delta>(vm, "datetime", "timedelta", None, vm_flags::BASETYPE, slots, &DEF)?;
    let ends = [("min", -DAYS_MAX, 0), ("max", DAYS_MAX, 86_399_999_999), ("resolution", 0, 1)];
    for (name, days, us) in ends {
        let (key, value) = (vm.intern(name)?, from_parts(vm, days, 0, us)?);
        ty.dict().set_interned(vm, &key, &value)?;
    }
    vm.type_modified(&ty);
    Ok(ty)
}

