//! `int`: the payload, looking at ints of any form, making them, and the type's slots.
//!
//! An int is an immediate word where the layout has those, else an object with payload [`PyInt`]; `bool` and subclasses are
//! objects always. Arithmetic is in `int/arith.rs`, reading text in `int/text.rs`, methods in `int_methods.rs`.

use std::cmp::Ordering;
use std::ops::Deref;

use instar_base_hash::{hash_big, hash_i64};
use instar_base_num::{int_to_f64, Error, ErrorKind, IBig, IntArg, Sign};
use instar_base_text::Units;
use instar_code::{Binary, Compare};

use crate::object::{ObjExt, Owned, Payload, Ref, Word};
use crate::protocol::compare::ordering_holds;
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Raised, Vm, SMALL_INT_MIN};

pub mod arith;
pub mod text;

/// Payload of `int`. The variant tells exact ints from instances of `bool` and subclasses, so that the eval loop need not look
/// at the type. `Big` values never fit an `i64`.
pub enum PyInt {
    /// An exact int.
    Small(i64),
    /// An exact int that needs more than 64 bits.
    Big(Box<IBig>),
    /// A bool, or an instance of a subclass.
    SubSmall(i64),
    /// An instance of a subclass.
    SubBig(Box<IBig>),
}

const _: () = assert!(size_of::<PyInt>() == 16);

instar_object::trace! { PyInt { } }
crate::fields! { PyInt }
crate::payload!(PyInt, "int", int, Bare);

impl PyInt {
    /// The payload of `True` or `False`.
    pub fn of_bool(b: bool) -> PyInt { PyInt::SubSmall(i64::from(b)) }

    /// The payload of a subclass instance with this value.
    pub fn of_subclass(value: IntRef<'_>) -> PyInt {
        match value { IntRef::Small(n) => PyInt::SubSmall(n), IntRef::Big(n) => PyInt::SubBig(Box::new(n.clone())) }
    }

    /// The value.
    #[inline(always)]
    pub fn value(&self) -> IntRef<'_> {
        match self {
            PyInt::Small(n) | PyInt::SubSmall(n) => IntRef::Small(*n),
            PyInt::Big(n) | PyInt::SubBig(n) => IntRef::Big(n),
        }
    }
}

/// The value of an int, wherever it is stored.
#[derive(Clone, Copy, Debug)]
pub enum IntRef<'a> {
    /// Fits a word.
    Small(i64),
    /// Does not fit an `i64`.
    Big(&'a IBig),
}

/// A big integer, borrowed or made for the occasion.
pub enum BigView<'a> {
    /// Made from a word.
    Own(IBig),
    /// Borrowed from an int object.
    Ref(&'a IBig),
}

impl Deref for BigView<'_> {
    type Target = IBig;
    fn deref(&self) -> &IBig { match self { BigView::Own(n) => n, BigView::Ref(n) => n } }
}

impl<'a> IntRef<'a> {
    /// As a big integer.
    pub fn big(self) -> BigView<'a> { match self { IntRef::Small(n) => BigView::Own(IBig::from(n)), IntRef::Big(n) => BigView::Ref(n) } }
    /// As an argument of the number formatting functions.
    pub fn arg(self) -> IntArg<'a> { match self { IntRef::Small(n) => IntArg::Small(n), IntRef::Big(n) => IntArg::Big(n) } }
    /// -1, 0 or 1.
    pub fn signum(self) -> i64 {
        match self { IntRef::Small(n) => n.signum(), IntRef::Big(n) => if n.sign() == Sign::Negative { -1 } else { 1 } }
    }
    /// Bits of the magnitude.
    pub fn bits(self) -> usize {
        match self { IntRef::Small(n) => 64 - n.unsigned_abs().leading_zeros() as usize, IntRef::Big(n) => instar_base_num::bit_length(n) }
    }
    /// Whether the value is odd.
    pub fn is_odd(self) -> bool {
        match self { IntRef::Small(n) => n & 1 == 1, IntRef::Big(n) => n.as_sign_words().1.first().is_some_and(|w| w & 1 == 1) }
    }
    /// Nearest float; `None` beyond the largest.
    #[inline]
    pub fn to_f64(self) -> Option<f64> { match self { IntRef::Small(n) => Some(n as f64), IntRef::Big(n) => int_to_f64(n) } }
    /// The value if it is a word.
    #[inline]
    pub fn to_i64(self) -> Option<i64> { match self { IntRef::Small(n) => Some(n), IntRef::Big(_) => None } }
    /// The value if it is an unsigned word.
    pub fn to_u64(self) -> Option<u64> { match self { IntRef::Small(n) => u64::try_from(n).ok(), IntRef::Big(n) => u64::try_from(n).ok() } }
    /// Order of two ints.
    #[inline]
    pub fn order(self, other: IntRef<'_>) -> Ordering {
        match (self, other) {
            (IntRef::Small(a), IntRef::Small(b)) => a.cmp(&b),
            // A big value is beyond all words on its side.
            (IntRef::Small(_), IntRef::Big(b)) => if b.sign() == Sign::Negative { Ordering::Greater } else { Ordering::Less },
            (IntRef::Big(a), IntRef::Small(_)) => if a.sign() == Sign::Negative { Ordering::Less } else { Ordering::Greater },
            (IntRef::Big(a), IntRef::Big(b)) => a.cmp(b),
        }
    }
    /// `hash(n)`
    #[inline]
    pub fn hash(self) -> i64 { match self { IntRef::Small(n) => hash_i64(n), IntRef::Big(n) => hash_big(n) } }
}

/// The value of `o` if it is an int, a bool or an instance of a subclass.
#[inline(always)]
pub fn int_ref(o: &Owned) -> Option<IntRef<'_>> {
    if let Some(n) = o.word().as_small() { return Some(IntRef::Small(n)) }
    // The payload check needs a heap object; `cast` makes sure.
    o.cast::<PyInt>().map(|p| Ref::deref(p).value())
}

/// Whether `type(o)` is exactly `int`.
#[inline(always)]
pub fn is_exact_int(vm: &Vm, o: &Owned) -> bool { o.word().is_int() || o.type_of(vm).ptr() == vm.types.int.ptr() }

/// The value of an exact int that is an immediate or a boxed word; neither bools nor subclasses.
///
/// # Safety
/// `w` is not NULL and alive.
#[inline(always)]
pub unsafe fn small(w: Word) -> Option<i64> {
    if <Word>::TAGGED_INTS { return w.as_small() }
    let p = w.ptr();
    if !std::ptr::eq(p.info().vtable, PyInt::vtable()) { return None }
    // SAFETY: the vtable says the payload is a PyInt; the caller keeps the object alive.
    match unsafe { &*p.payload::<PyInt>() } { PyInt::Small(n) => Some(*n), _ => None }
}

/// Both values, if both are small.
///
/// # Safety
/// As [`small`], for both.
#[inline(always)]
pub unsafe fn small_pair(a: Word, b: Word) -> Option<(i64, i64)> {
    // SAFETY: the caller's promise.
    unsafe {
        if <Word>::TAGGED_INTS { return if Word::both_int(a, b) { Some((a.small_unchecked(), b.small_unchecked())) } else { None } }
        Some((small(a)?, small(b)?))
    }
}

/// An owned word of an int that fits: immediate, cached or newly boxed. `None` if it does not fit an immediate or memory is short
/// (the caller's general path raises then).
///
/// # Safety
/// `vm` is the interpreter of this thread.
#[inline(always)]
pub unsafe fn small_word(vm: *mut Vm, n: i64) -> Option<Word> {
    if <Word>::TAGGED_INTS { return Word::from_small(n) }
    // SAFETY: the caller's promise.
    unsafe { (*vm).new_int(n).ok().map(Owned::into_word) }
}

/// Bytes of the longest decimal text of a word.
pub(crate) const DECIMAL_MAX: usize = 20;

/// The decimal digits of `n` with its sign, at the end of `room`.
#[inline]
pub(crate) fn decimal(n: i64, room: &mut [u8; DECIMAL_MAX]) -> &[u8] {
    let mut at = DECIMAL_MAX;
    let mut left = n.unsigned_abs();
    loop {
        at -= 1;
        room[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 { break }
    }
    if n < 0 { at -= 1; room[at] = b'-' }
    &room[at..]
}

impl Vm {
    /// An int.
    #[inline]
    pub fn new_int(&self, n: i64) -> PyResult {
        if let Some(o) = Owned::from_small(n) { return Ok(o) }
        if !<Word>::TAGGED_INTS {
            if let Some(o) = usize::try_from(n.wrapping_sub(SMALL_INT_MIN)).ok().and_then(|i| self.consts.small_ints.get(i)) { return Ok(o.clone()) }
        }
        Ok(self.new_object(PyInt::Small(n))?.into_obj())
    }

    /// `str(n)`
    pub fn int_text(&self, n: i64) -> PyResult {
        let mut digits = [0; DECIMAL_MAX];
        self.new_str_ascii(decimal(n, &mut digits))
    }

    /// An int from an unsigned word.
    pub fn new_uint(&self, n: u64) -> PyResult { match i64::try_from(n) { Ok(n) => self.new_int(n), Err(_) => self.new_bigint(IBig::from(n)) } }

    /// An int from a size.
    pub fn new_usize(&self, n: usize) -> PyResult { self.new_uint(n as u64) }

    /// An int of any size.
    pub fn new_bigint(&self, n: IBig) -> PyResult {
        match i64::try_from(&n) {
            Ok(small) => self.new_int(small),
            Err(_) => Ok(self.new_object(PyInt::Big(Box::new(n)))?.into_obj()),
        }
    }

    /// An exact int with the value of an int.
    pub fn exact_int(&self, o: &Owned) -> PyResult {
        if is_exact_int(self, o) { return Ok(o.clone()) }
        match int_ref(o) {
            Some(IntRef::Small(n)) => self.new_int(n),
            Some(IntRef::Big(n)) => arith::made(self, instar_base_num::bit_length(n), || n.clone()),
            None => Err(self.type_error("an integer is required")),
        }
    }

    /// The exception for a failed number conversion, or for a failed format.
    #[cold]
    pub fn num_error(&self, e: Error) -> Raised {
        match e.kind {
            ErrorKind::Value => match e.codes() {
                Some(codes) => match self.new_str_from(Units::Ucs4(codes)).and_then(|m| self.exception_with_argument(&self.types.value_error, m)) {
                    Ok(e) => Raised(e),
                    Err(no_memory) => no_memory,
                },
                None => self.value_error(e.message()),
            },
            ErrorKind::Overflow => self.overflow_error(e.message()),
            ErrorKind::Type => self.type_error(e.message()),
            ErrorKind::ZeroDivision => self.zero_division_error(e.message()),
            ErrorKind::Memory => self.no_memory(),
        }
    }
}

/// An int of type `ty` (int or a subclass) with the value of the exact int `value`.
pub(crate) fn of_type(vm: &mut Vm, ty: &TypeRef, value: Owned) -> PyResult {
    if ty.ptr() == vm.types.int.ptr() { return Ok(value) }
    let Some(n) = int_ref(&value) else { return Err(vm.system_error("int value expected")) };
    Ok(vm.new_object_of(ty, PyInt::of_subclass(n))?.into_obj())
}

/// Value of a receiver that the descriptor checked.
pub(crate) fn this_int(this: &Owned) -> IntRef<'_> { int_ref(this).expect("law: checked by the descriptor") }

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.int.clone();
    let mut s = Slots {
        new: Some(text::new), repr: Some(repr), hash: Some(hash), compare: Some(compare), bool: Some(truth),
        negative: Some(arith::negative), positive: Some(exact), invert: Some(arith::invert), absolute: Some(arith::absolute),
        int: Some(exact), index: Some(exact), float: Some(float), divmod: Some(super::int_methods::divmod), pow: Some(arith::pow), ..Slots::default()
    };
    for (op, f) in arith::BINARY { s.binary[*op as usize] = Some(*f) }
    debug_assert!(s.binary[Binary::MatMul as usize].is_none());
    vm.fill_type(&ty, s, &super::int_methods::DEF)
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    match this_int(this) {
        IntRef::Small(n) => vm.int_text(n),
        IntRef::Big(n) => {
            let text = instar_base_num::int_to_string(n, vm.settings.int_max_str_digits).map_err(|e| vm.num_error(e.into()))?;
            vm.new_str(&text)
        }
    }
}

fn hash(_: &mut Vm, this: &Owned) -> PyResult<i64> { Ok(this_int(this).hash()) }

fn truth(_: &mut Vm, this: &Owned) -> PyResult<bool> { Ok(this_int(this).signum() != 0) }

pub(crate) fn exact(vm: &mut Vm, this: &Owned) -> PyResult { vm.exact_int(this) }

fn float(vm: &mut Vm, this: &Owned) -> PyResult {
    let value = vm.int_as_float(this_int(this))?;
    vm.new_float(value)
}

pub(crate) fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (Some(a), Some(b)) = (int_ref(this), int_ref(other)) else { return Ok(vm.not_implemented()) };
    Ok(vm.bool(ordering_holds(a.order(b), op)))
}

impl Vm {
    /// The nearest float. OverflowError beyond the largest.
    #[inline]
    pub fn int_as_float(&self, n: IntRef<'_>) -> PyResult<f64> {
        n.to_f64().ok_or_else(|| self.overflow_error("int too large to convert to float"))
    }
}
