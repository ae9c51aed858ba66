//! `float`: the payload, the eval loop's quick forms, arithmetic and conversion.
//!
//! Methods are in `float/methods.rs`. Not here: text of floats (`instar-base-num`).

use std::cell::Cell;
use std::cmp::Ordering;

use instar_base_hash::{hash_f64, hash_pointer};
use instar_base_num as num;
use instar_code::{Binary, Compare};

use crate::args::{check_count, Args};
use crate::object::{ObjExt, Owned, Word};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::int::text::number_text;
use crate::types::int::{int_ref, IntRef};
use crate::types::str::PyStr;
use crate::vm::{PyResult, Raised, Vm};

pub mod methods;

/// Payload of `float`.
pub struct PyFloat(Cell<f64>);

instar_object::trace! { PyFloat { } }
crate::fields! { PyFloat { 0 } }
crate::payload!(PyFloat, "float", float, Bare);

impl PyFloat {
    /// The payload of a new float.
    pub fn new(x: f64) -> PyFloat { PyFloat(Cell::new(x)) }
    /// The value.
    #[inline(always)]
    pub fn value(&self) -> f64 { self.0.get() }
    /// Changes the value of a float that nobody else can see.
    #[inline(always)]
    pub fn set_unshared(&self, x: f64) { self.0.set(x) }
}

/// The value of a float or an instance of a subclass.
#[inline(always)]
pub fn float_value(o: &Owned) -> Option<f64> { o.word().as_float().or_else(|| o.cast::<PyFloat>().map(|f| f.value())) }

/// The value of an exact float.
///
/// # Safety
/// `w` is alive and not NULL; `vm` is the interpreter.
#[inline(always)]
unsafe fn exact(vm: *mut Vm, w: Word) -> Option<f64> {
    // SAFETY: the type says that the payload is a PyFloat.
    unsafe {
        if let Some(x) = w.as_float() { return Some(x) }
        if w.is_ptr() && w.ptr().ty() == (*vm).types.float.ptr() { Some((*w.ptr().payload::<PyFloat>()).value()) } else { None }
    }
}

/// The value of an exact small int.
///
/// # Safety
/// As [`exact`].
#[inline(always)]
unsafe fn exact_small(w: Word) -> Option<i64> {
    // SAFETY: the caller's promise.
    unsafe { crate::types::int::small(w) }
}

/// Both values, if both are exact floats.
///
/// # Safety
/// The words are alive and not NULL; `vm` is the interpreter.
#[inline(always)]
pub unsafe fn exact_pair(vm: *mut Vm, a: Word, b: Word) -> Option<(f64, f64)> {
    // SAFETY: passed on.
    unsafe { Some((exact(vm, a)?, exact(vm, b)?)) }
}

/// Both values as floats, if one is an exact float and the other an exact float or a small int.
///
/// # Safety
/// As [`exact_pair`].
#[inline(always)]
pub unsafe fn mixed_pair(vm: *mut Vm, a: Word, b: Word) -> Option<(f64, f64)> {
    // SAFETY: passed on.
    unsafe {
        match (exact(vm, a), exact(vm, b)) {
            (Some(x), Some(y)) => Some((x, y)),
            (Some(x), None) => Some((x, exact_small(b)? as f64)),
            (None, Some(y)) => Some((exact_small(a)? as f64, y)),
            (None, None) => None,
        }
    }
}

/// As [`mixed_pair`] where the conversion of the int is exact, so that comparing the floats compares the numbers.
///
/// # Safety
/// As [`exact_pair`].
#[inline(always)]
pub unsafe fn number_pair(vm: *mut Vm, a: Word, b: Word) -> Option<(f64, f64)> {
    const EXACT: u64 = 1 << 53;
    let whole = |n: i64| if n.unsigned_abs() <= EXACT { Some(n as f64) } else { None };
    // SAFETY: passed on.
    unsafe {
        match (exact(vm, a), exact(vm, b)) {
            (Some(x), Some(y)) => Some((x, y)),
            (Some(x), None) => Some((x, whole(exact_small(b)?)?)),
            (None, Some(y)) => Some((whole(exact_small(a)?)?, y)),
            (None, None) => None,
        }
    }
}

/// Whether `w` is an exact float that only its holder can see, so that its value may be replaced.
///
/// # Safety
/// As [`exact_pair`].
#[inline(always)]
pub unsafe fn is_reusable(vm: *mut Vm, w: Word) -> bool {
    // SAFETY: passed on.
    unsafe { w.is_ptr() && w.ptr().ty() == (*vm).types.float.ptr() && w.is_unique() }
}

/// An owned word of a new float; NULL with the error in `vm.raised` if memory is short.
///
/// # Safety
/// `vm` is the interpreter of this thread.
#[inline(always)]
pub unsafe fn new_word(vm: *mut Vm, x: f64) -> Word {
    if let Some(w) = Word::from_float(x) { return w }
    // SAFETY: the caller's promise; the shape is the payload's (`SHAPE`).
    unsafe {
        match (*vm).heap.alloc_known::<PyFloat, false, false>((*vm).types.float.ptr(), PyFloat::new(x)) {
            Ok(o) => o.into_word(),
            Err(_) => no_room(vm),
        }
    }
}

/// Writes `x` over the float in a place that is about to get it, if nobody else can see that float: no new object, no death.
/// `false` if the place holds something else (or nothing).
///
/// # Safety
/// As [`exact_pair`]; the place owns its word, which may be NULL.
#[inline(always)]
pub unsafe fn store_into(vm: *mut Vm, place: Word, x: f64) -> bool {
    // SAFETY: passed on; the type says that the payload is a PyFloat.
    unsafe {
        let mine = is_reusable(vm, place);
        if mine { (*place.ptr().payload::<PyFloat>()).set_unshared(x) }
        mine
    }
}

#[cold]
#[inline(never)]
unsafe fn no_room(vm: *mut Vm) -> Word {
    // SAFETY: the caller's promise.
    unsafe { (*vm).raised = Some((*vm).no_memory().0) }
    Word::NULL
}

impl Vm {
    /// A float.
    #[inline(always)]
    pub fn new_float(&self, x: f64) -> PyResult {
        if let Some(o) = Owned::from_float(x) { return Ok(o) }
        Ok(self.new_object(PyFloat::new(x))?.into_obj())
    }
}

fn this_float(this: &Owned) -> f64 { float_value(this).expect("law: checked by the descriptor") }

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.float.clone();
    let mut s = Slots {
        new: Some(new), repr: Some(repr), hash: Some(hash), compare: Some(compare), bool: Some(|_, this| Ok(this_float(this) != 0.0)),
        negative: Some(|vm, this| vm.new_float(-this_float(this))), positive: Some(plain), absolute: Some(|vm, this| vm.new_float(this_float(this).abs())),
        int: Some(methods::trunc), float: Some(plain), divmod: Some(methods::divmod), pow: Some(pow), ..Slots::default()
    };
    s.binary[Binary::Add as usize] = Some(add);
    s.binary[Binary::Sub as usize] = Some(sub);
    s.binary[Binary::Mul as usize] = Some(mul);
    s.binary[Binary::TrueDiv as usize] = Some(true_div);
    s.binary[Binary::FloorDiv as usize] = Some(floor_div);
    s.binary[Binary::Mod as usize] = Some(modulo);
    vm.fill_type(&ty, s, &methods::DEF)
}

/// The exact float with the receiver's value.
fn plain(vm: &mut Vm, this: &Owned) -> PyResult {
    if this.is_exact::<PyFloat>(vm) { return Ok(this.clone()) }
    vm.new_float(this_float(this))
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult { vm.new_str(&num::float_repr(this_float(this))) }

fn hash(_: &mut Vm, this: &Owned) -> PyResult<i64> {
    // NaN hashes by identity.
    Ok(hash_f64(this_float(this)).unwrap_or_else(|| hash_pointer(this.word().raw())))
}

/// Exact order of a float and an int.
pub(crate) fn order_int(x: f64, n: IntRef<'_>) -> Option<Ordering> {
    match n {
        IntRef::Small(n) => num::compare_i64_float(n, x),
        IntRef::Big(n) => num::compare_int_float(n, x),
    }.map(Ordering::reverse)
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let x = this_float(this);
    let order = if let Some(y) = float_value(other) { x.partial_cmp(&y) } else if let Some(n) = int_ref(other) { order_int(x, n) } else { return Ok(vm.not_implemented()) };
    Ok(vm.bool(match order {
        Some(order) => crate::protocol::compare::ordering_holds(order, op),
        None => op == Compare::Ne,
    }))
}

/// An operand as a float: `None` if it is neither float nor int.
#[inline]
pub(crate) fn operand(vm: &Vm, o: &Owned) -> PyResult<Option<f64>> {
    if let Some(x) = float_value(o) { return Ok(Some(x)) }
    match int_ref(o) { Some(n) => vm.int_as_float(n).map(Some), None => Ok(None) }
}

macro_rules! arithmetic {
    ($name:ident, |$x:ident, $y:ident| $r:expr) => {
        fn $name(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
            let Some($x) = operand(vm, a)? else { return Ok(vm.not_implemented()) };
            let Some($y) = operand(vm, b)? else { return Ok(vm.not_implemented()) };
            match $r { Ok(r) => vm.new_float(r), Err(e) => Err(vm.num_error(e)) }
        }
    };
}
arithmetic!(add, |x, y| Ok::<f64, num::Error>(x + y));
arithmetic!(sub, |x, y| Ok::<f64, num::Error>(x - y));
arithmetic!(mul, |x, y| Ok::<f64, num::Error>(x * y));
arithmetic!(floor_div, |x, y| num::float_floor_div(x, y));
arithmetic!(modulo, |x, y| num::float_mod(x, y));

fn true_div(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let Some(x) = operand(vm, a)? else { return Ok(vm.not_implemented()) };
    let Some(y) = operand(vm, b)? else { return Ok(vm.not_implemented()) };
    if y == 0.0 { return Err(vm.zero_division_error("division by zero")) }
    vm.new_float(x / y)
}

fn pow(vm: &mut Vm, a: &Owned, b: &Owned, modulus: &Owned) -> PyResult {
    if !vm.is_none(modulus) { return Err(vm.type_error("pow() 3rd argument not allowed unless all arguments are integers")) }
    let Some(x) = operand(vm, a)? else { return Ok(vm.not_implemented()) };
    let Some(y) = operand(vm, b)? else { return Ok(vm.not_implemented()) };
    power(vm, x, y)
}

/// `x ** y` of floats, a complex number for fractional powers of negative ones.
pub(crate) fn power(vm: &mut Vm, x: f64, y: f64) -> PyResult {
    if x == 0.0 && y < 0.0 && y.is_finite() { return Err(vm.zero_division_error("zero to a negative power")) }
    if x < 0.0 && x.is_finite() && y.is_finite() && y != y.floor() {
        return super::complex::power(vm, (x, 0.0), (y, 0.0));
    }
    let r = x.powf(y);
    if r.is_infinite() && x.is_finite() && y.is_finite() { return Err(out_of_range(vm)) }
    vm.new_float(r)
}

/// OverflowError with the two arguments that C's `errno` gives.
#[cold]
pub(crate) fn out_of_range(vm: &mut Vm) -> Raised {
    const ERANGE: i64 = 34;
    let (code, text) = match (vm.new_int(ERANGE), vm.new_str("Numerical result out of range")) {
        (Ok(code), Ok(text)) => (code, text),
        (Err(e), _) | (_, Err(e)) => return e,
    };
    let ty = vm.types.overflow_error.clone();
    vm.raise(&ty, vec![code, text])
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let own_init = ty.slots().init.map(|f| f as usize) != vm.types.object.slots().init.map(|f| f as usize);
    if ty.ptr() == vm.types.float.ptr() || !own_init { args.no_keywords(vm, "float")? }
    check_count(vm, "float", args.pos().len(), 0, 1)?;
    let value = match args.pos().first() { Some(x) => from_object(vm, x)?, None => vm.new_float(0.0)? };
    if ty.ptr() == vm.types.float.ptr() { return Ok(value) }
    let x = this_float(&value);
    Ok(vm.new_object_of(ty, PyFloat::new(x))?.into_obj())
}

/// `float(o)`: an exact float.
fn from_object(vm: &mut Vm, o: &Owned) -> PyResult {
    if o.is_exact::<PyFloat>(vm) { return Ok(o.clone()) }
    // A subclass of str may define `__float__`.
    if let Some(x) = vm.float_of_number(o)? { return vm.new_float(x) }
    if let Some(s) = o.cast::<PyStr>().cloned() {
        let text = number_text(&s);
        return parse(vm, text.as_bytes(), o);
    }
    if vm.is_bytes_like(o) {
        let bytes = vm.bytes_like(o)?;
        return parse(vm, &bytes, o);
    }
    let name = o.type_name(vm);
    Err(vm.type_error(format!("float() argument must be a string or a real number, not '{name}'")))
}

fn parse(vm: &mut Vm, bytes: &[u8], shown: &Owned) -> PyResult {
    let text = std::str::from_utf8(bytes).ok().filter(|t| t.is_ascii());
    let value = text.and_then(|t| num::parse_float(t.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c'])));
    match value {
        Some(x) => vm.new_float(x),
        None => {
            let text = vm.repr_text(shown)?;
            Err(vm.value_error(format!("could not convert string to float: {text}")))
        }
    }
}
