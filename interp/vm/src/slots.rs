//! The slots of a type: function pointers for the operations that the language itself performs.
//!
//! Native types fill them directly; a class that defines dunder methods gets functions that call those
//! (`typeobj/slot_update.rs`). `None` means the type does not support the operation. Slots are inherited when a type is made.
//! Not here: how operations dispatch on them (`protocol/`).

use instar_code::Compare;

use crate::args::Args;
use crate::object::Owned;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// `f(self) -> object`
pub type UnaryFn = fn(&mut Vm, &Owned) -> PyResult;
/// `f(left, right) -> object or NotImplemented`; called with operands in source order for both sides' types.
pub type BinaryFn = fn(&mut Vm, &Owned, &Owned) -> PyResult;
/// `pow(base, exponent, modulus or None)`
pub type TernaryFn = fn(&mut Vm, &Owned, &Owned, &Owned) -> PyResult;
/// `len(self)`
pub type LenFn = fn(&mut Vm, &Owned) -> PyResult<usize>;
/// `hash(self)`, never -1
pub type HashFn = fn(&mut Vm, &Owned) -> PyResult<i64>;
/// truth
pub type BoolFn = fn(&mut Vm, &Owned) -> PyResult<bool>;
/// `key in self`
pub type ContainsFn = fn(&mut Vm, &Owned, &Owned) -> PyResult<bool>;
/// `next(self)`: `Ok(None)` when exhausted
pub type NextFn = fn(&mut Vm, &Owned) -> PyResult<Option<Owned>>;
/// `self(*args)`
pub type CallFn = fn(&mut Vm, &Owned, Args<'_>) -> PyResult;
/// `getattr(self, name)`; the name is an interned exact str where it comes from code
pub type GetAttrFn = fn(&mut Vm, &Owned, &Owned) -> PyResult;
/// `setattr(self, name, value)`; `None` deletes
pub type SetAttrFn = fn(&mut Vm, &Owned, &Owned, Option<&Owned>) -> PyResult<()>;
/// `self[key] = value`; `None` deletes
pub type SetItemFn = fn(&mut Vm, &Owned, &Owned, Option<&Owned>) -> PyResult<()>;
/// comparison, may return NotImplemented
pub type CompareFn = fn(&mut Vm, &Owned, &Owned, Compare) -> PyResult;
/// `self.__get__(obj or None, type)`; `None` for the instance means access through the class
pub type DescrGetFn = fn(&mut Vm, &Owned, Option<&Owned>, &Owned) -> PyResult;
/// `self.__set__(obj, value)`; `None` is `__delete__`
pub type DescrSetFn = fn(&mut Vm, &Owned, &Owned, Option<&Owned>) -> PyResult<()>;
/// `cls.__new__(cls, *args)`
pub type NewFn = fn(&mut Vm, &TypeRef, Args<'_>) -> PyResult;
/// `self.__init__(*args)`
pub type InitFn = fn(&mut Vm, &Owned, Args<'_>) -> PyResult<()>;
/// `self.__del__()` (native finalizers and classes alike); errors go to the unraisable hook
pub type FinalizeFn = fn(&mut Vm, &Owned) -> PyResult<()>;
/// the object's own `__dict__` storage if it stands in its payload (functions, modules, exceptions)
pub type DictSlotFn = for<'a> fn(&'a Owned) -> &'a crate::object::Slot;
/// bytes of the object (PEP 3118, simplified): see `protocol/buffer.rs`
pub type BufferFn = fn(&mut Vm, &Owned, crate::protocol::buffer::Request) -> PyResult<crate::protocol::buffer::Buffer>;

macro_rules! slots {
    ($( $(#[$doc:meta])* $field:ident : $ty:ty ),* $(,)?) => {
        /// The slot table of a type.
        #[derive(Clone, Copy, Default)]
        #[allow(missing_docs)]
        pub struct Slots {
            $( $(#[$doc])* pub $field: Option<$ty>, )*
            /// Binary operators by `instar_code::Binary` (`Pow` is in `pow`): 13 plain then 13 in-place.
            pub binary: [Option<BinaryFn>; 26],
        }
        impl Slots {
            /// Fills what is empty here from `base`, except what a type never inherits (`finalize` follows the class).
            pub fn inherit(&mut self, base: &Slots) {
                $( if self.$field.is_none() { self.$field = base.$field; } )*
                for (mine, theirs) in self.binary.iter_mut().zip(base.binary) { if mine.is_none() { *mine = theirs; } }
            }
        }
    };
}

slots! {
    repr: UnaryFn, str: UnaryFn, hash: HashFn, call: CallFn,
    iter: UnaryFn, next: NextFn,
    getattr: GetAttrFn, setattr: SetAttrFn, compare: CompareFn,
    descr_get: DescrGetFn, descr_set: DescrSetFn,
    new: NewFn, init: InitFn, finalize: FinalizeFn,
    len: LenFn, getitem: BinaryFn, setitem: SetItemFn, contains: ContainsFn,
    /// sequence concatenation (`a + b` after the number protocol gave up) and repetition; `__add__`, `__mul__`, `__rmul__`
    concat: BinaryFn, inplace_concat: BinaryFn, repeat: BinaryFn, inplace_repeat: BinaryFn,
    bool: BoolFn, negative: UnaryFn, positive: UnaryFn, invert: UnaryFn, absolute: UnaryFn,
    int: UnaryFn, float: UnaryFn, index: UnaryFn, divmod: BinaryFn, pow: TernaryFn, inplace_pow: TernaryFn,
    await_: UnaryFn, aiter: UnaryFn, anext: UnaryFn,
    dict_slot: DictSlotFn, buffer: BufferFn,
}
