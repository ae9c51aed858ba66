//! The table that ties slots to dunder names: which names a slot has, how a native slot is called from Python, and which function
//! calls the dunder method of a class.
//!
//! Rows of one slot stand together: `slot_update.rs` decides over a slot by all its names. Not here: that decision, and the calling
//! (`wrapper.rs`, `slot_dunder.rs`, `slot_operator.rs`).

use instar_code::Compare;

use super::slot_dunder as d;
use super::slot_operator as o;
use crate::names::Names;
use crate::object::Owned;
use crate::slots::*;

macro_rules! slot_fns {
    ($($variant:ident $ty:ty),* $(,)?) => {
        /// A function out of a slot, whatever its shape.
        #[derive(Clone, Copy)]
        #[allow(missing_docs)]
        pub enum SlotFn { $($variant($ty)),* }
        impl SlotFn {
            /// The code address. Compare only addresses that come from statics: a function item may have several.
            pub fn addr(self) -> usize { match self { $(SlotFn::$variant(f) => f as usize),* } }
        }
    };
}

slot_fns! {
    Unary UnaryFn, Binary BinaryFn, Ternary TernaryFn, Len LenFn, Hash HashFn, Bool BoolFn, Contains ContainsFn, Next NextFn, Call CallFn,
    GetAttr GetAttrFn, SetAttr SetAttrFn, SetItem SetItemFn, Compare CompareFn, DescrGet DescrGetFn, DescrSet DescrSetFn,
    New NewFn, Init InitFn, Finalize FinalizeFn, Buffer BufferFn,
}

/// How Python code calls a native slot through a slot wrapper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Wrap {
    /// The name has no wrapper (`__getattr__`; `__new__` is a builtin function).
    None,
    Unary, BinaryL, BinaryR, Binary, Pow, PowR, InplacePow, Len, Hash, Bool, Contains, Next, Call, GetAttr, SetAttr, DelAttr, SetItem, DelItem,
    Compare(Compare), DescrGet, DescrSet, DescrDelete, Init, Finalize, Buffer, ReleaseBuffer, Index,
}

/// One dunder name of one slot.
pub struct SlotRow {
    /// Which slot; rows of the same slot have the same key.
    pub key: &'static str,
    /// The dunder name.
    pub text: &'static str,
    /// The dunder name, interned.
    pub name: fn(&Names) -> &Owned,
    /// How Python calls a native function of this slot.
    pub wrap: Wrap,
    /// The function that calls the dunder method; `None` where another slot of the same name does it (`concat`, `repeat`).
    pub generic: Option<SlotFn>,
    /// Reads the slot.
    pub get: fn(&Slots) -> Option<SlotFn>,
    /// Writes the slot (a function of another shape empties it).
    pub set: fn(&mut Slots, Option<SlotFn>),
    /// Text signature of the wrapper.
    pub sig: &'static str,
    /// Docstring of the wrapper.
    pub doc: &'static str,
}

macro_rules! row {
    ($field:ident $variant:ident $name:ident $wrap:expr, $generic:expr, $sig:literal, $doc:literal) => {
        SlotRow {
            key: stringify!($field), text: stringify!($name), name: |n| &n.$name, wrap: $wrap, generic: $generic,
            get: |s| s.$field.map(SlotFn::$variant),
            set: |s, f| s.$field = match f { Some(SlotFn::$variant(f)) => Some(f), _ => None },
            sig: $sig, doc: $doc,
        }
    };
    (binary[$i:literal] $name:ident $wrap:expr, $sig:literal, $doc:literal) => {
        SlotRow {
            key: concat!("binary", $i), text: stringify!($name), name: |n| &n.$name, wrap: $wrap, generic: Some(SlotFn::Binary(o::binary::<$i>)),
            get: |s| s.binary[$i].map(SlotFn::Binary),
            set: |s, f| s.binary[$i] = match f { Some(SlotFn::Binary(f)) => Some(f), _ => None },
            sig: $sig, doc: $doc,
        }
    };
}

/// The rows, grouped by slot.
pub static ROWS: &[SlotRow] = &[
    row!(getattr GetAttr __getattribute__ Wrap::GetAttr, Some(SlotFn::GetAttr(d::getattr)), "($self, name, /)", "Return getattr(self, name)."),
    row!(getattr GetAttr __getattr__ Wrap::None, Some(SlotFn::GetAttr(d::getattr)), "", ""),
    row!(setattr SetAttr __setattr__ Wrap::SetAttr, Some(SlotFn::SetAttr(d::setattr)), "($self, name, value, /)", "Implement setattr(self, name, value)."),
    row!(setattr SetAttr __delattr__ Wrap::DelAttr, Some(SlotFn::SetAttr(d::setattr)), "($self, name, /)", "Implement delattr(self, name)."),
    row!(repr Unary __repr__ Wrap::Unary, Some(SlotFn::Unary(d::repr)), "($self, /)", "Return repr(self)."),
    row!(hash Hash __hash__ Wrap::Hash, Some(SlotFn::Hash(d::hash)), "($self, /)", "Return hash(self)."),
    row!(call Call __call__ Wrap::Call, Some(SlotFn::Call(d::call_dunder)), "($self, /, *args, **kwargs)", "Call self as a function."),
    row!(str Unary __str__ Wrap::Unary, Some(SlotFn::Unary(d::str_)), "($self, /)", "Return str(self)."),
    row!(compare Compare __lt__ Wrap::Compare(Compare::Lt), Some(SlotFn::Compare(d::compare)), "($self, value, /)", "Return self<value."),
    row!(compare Compare __le__ Wrap::Compare(Compare::Le), Some(SlotFn::Compare(d::compare)), "($self, value, /)", "Return self<=value."),
    row!(compare Compare __eq__ Wrap::Compare(Compare::Eq), Some(SlotFn::Compare(d::compare)), "($self, value, /)", "Return self==value."),
    row!(compare Compare __ne__ Wrap::Compare(Compare::Ne), Some(SlotFn::Compare(d::compare)), "($self, value, /)", "Return self!=value."),
    row!(compare Compare __gt__ Wrap::Compare(Compare::Gt), Some(SlotFn::Compare(d::compare)), "($self, value, /)", "Return self>value."),
    row!(compare Compare __ge__ Wrap::Compare(Compare::Ge), Some(SlotFn::Compare(d::compare)), "($self, value, /)", "Return self>=value."),
    row!(iter Unary __iter__ Wrap::Unary, Some(SlotFn::Unary(d::iter)), "($self, /)", "Implement iter(self)."),
    row!(next Next __next__ Wrap::Next, Some(SlotFn::Next(d::next)), "($self, /)", "Implement next(self)."),
    row!(descr_get DescrGet __get__ Wrap::DescrGet, Some(SlotFn::DescrGet(d::descr_get)), "($self, instance, owner=None, /)", "Return an attribute of instance, which is of type owner."),
    row!(descr_set DescrSet __set__ Wrap::DescrSet, Some(SlotFn::DescrSet(d::descr_set)), "($self, instance, value, /)", "Set an attribute of instance to value."),
    row!(descr_set DescrSet __delete__ Wrap::DescrDelete, Some(SlotFn::DescrSet(d::descr_set)), "($self, instance, /)", "Delete an attribute of instance."),
    row!(init Init __init__ Wrap::Init, Some(SlotFn::Init(d::init)), "($self, /, *args, **kwargs)", "Initialize self.  See help(type(self)) for accurate signature."),
    row!(new New __new__ Wrap::None, Some(SlotFn::New(d::new)), "($type, *args, **kwargs)", "Create and return new object.  See help(type) for accurate signature."),
    row!(finalize Finalize __del__ Wrap::Finalize, Some(SlotFn::Finalize(d::finalize)), "($self, /)", "Called when the instance is about to be destroyed."),
    row!(buffer Buffer __buffer__ Wrap::Buffer, Some(SlotFn::Buffer(d::buffer)), "($self, flags, /)", "Return a buffer object that exposes the underlying memory of the object."),
    row!(buffer Buffer __release_buffer__ Wrap::ReleaseBuffer, Some(SlotFn::Buffer(d::buffer)), "($self, buffer, /)", "Release the buffer object that exposes the underlying memory of the object."),
    row!(await_ Unary __await__ Wrap::Unary, Some(SlotFn::Unary(d::await_)), "($self, /)", "Return an iterator to be used in await expression."),
    row!(aiter Unary __aiter__ Wrap::Unary, Some(SlotFn::Unary(d::aiter)), "($self, /)", "Return an awaitable, that resolves in asynchronous iterator."),
    row!(anext Unary __anext__ Wrap::Unary, Some(SlotFn::Unary(d::anext)), "($self, /)", "Return a value or raise StopAsyncIteration."),
    row!(binary[0] __add__ Wrap::BinaryL, "($self, value, /)", "Return self+value."),
    row!(binary[0] __radd__ Wrap::BinaryR, "($self, value, /)", "Return value+self."),
    row!(binary[1] __sub__ Wrap::BinaryL, "($self, value, /)", "Return self-value."),
    row!(binary[1] __rsub__ Wrap::BinaryR, "($self, value, /)", "Return value-self."),
    row!(binary[2] __mul__ Wrap::BinaryL, "($self, value, /)", "Return self*value."),
    row!(binary[2] __rmul__ Wrap::BinaryR, "($self, value, /)", "Return value*self."),
    row!(binary[3] __matmul__ Wrap::BinaryL, "($self, value, /)", "Return self@value."),
    row!(binary[3] __rmatmul__ Wrap::BinaryR, "($self, value, /)", "Return value@self."),
    row!(binary[4] __truediv__ Wrap::BinaryL, "($self, value, /)", "Return self/value."),
    row!(binary[4] __rtruediv__ Wrap::BinaryR, "($self, value, /)", "Return value/self."),
    row!(binary[5] __floordiv__ Wrap::BinaryL, "($self, value, /)", "Return self//value."),
    row!(binary[5] __rfloordiv__ Wrap::BinaryR, "($self, value, /)", "Return value//self."),
    row!(binary[6] __mod__ Wrap::BinaryL, "($self, value, /)", "Return self%value."),
    row!(binary[6] __rmod__ Wrap::BinaryR, "($self, value, /)", "Return value%self."),
    row!(binary[8] __lshift__ Wrap::BinaryL, "($self, value, /)", "Return self<<value."),
    row!(binary[8] __rlshift__ Wrap::BinaryR, "($self, value, /)", "Return value<<self."),
    row!(binary[9] __rshift__ Wrap::BinaryL, "($self, value, /)", "Return self>>value."),
    row!(binary[9] __rrshift__ Wrap::BinaryR, "($self, value, /)", "Return value>>self."),
    row!(binary[10] __and__ Wrap::BinaryL, "($self, value, /)", "Return self&value."),
    row!(binary[10] __rand__ Wrap::BinaryR, "($self, value, /)", "Return value&self."),
    row!(binary[11] __or__ Wrap::BinaryL, "($self, value, /)", "Return self|value."),
    row!(binary[11] __ror__ Wrap::BinaryR, "($self, value, /)", "Return value|self."),
    row!(binary[12] __xor__ Wrap::BinaryL, "($self, value, /)", "Return self^value."),
    row!(binary[12] __rxor__ Wrap::BinaryR, "($self, value, /)", "Return value^self."),
    row!(divmod Binary __divmod__ Wrap::BinaryL, Some(SlotFn::Binary(o::divmod)), "($self, value, /)", "Return divmod(self, value)."),
    row!(divmod Binary __rdivmod__ Wrap::BinaryR, Some(SlotFn::Binary(o::divmod)), "($self, value, /)", "Return divmod(value, self)."),
    row!(pow Ternary __pow__ Wrap::Pow, Some(SlotFn::Ternary(o::power)), "($self, value, mod=None, /)", "Return pow(self, value, mod)."),
    row!(pow Ternary __rpow__ Wrap::PowR, Some(SlotFn::Ternary(o::power)), "($self, value, mod=None, /)", "Return pow(value, self, mod)."),
    row!(negative Unary __neg__ Wrap::Unary, Some(SlotFn::Unary(d::negative)), "($self, /)", "-self"),
    row!(positive Unary __pos__ Wrap::Unary, Some(SlotFn::Unary(d::positive)), "($self, /)", "+self"),
    row!(absolute Unary __abs__ Wrap::Unary, Some(SlotFn::Unary(d::absolute)), "($self, /)", "abs(self)"),
    row!(bool Bool __bool__ Wrap::Bool, Some(SlotFn::Bool(d::bool_)), "($self, /)", "True if self else False"),
    row!(invert Unary __invert__ Wrap::Unary, Some(SlotFn::Unary(d::invert)), "($self, /)", "~self"),
    row!(int Unary __int__ Wrap::Unary, Some(SlotFn::Unary(d::int)), "($self, /)", "int(self)"),
    row!(float Unary __float__ Wrap::Unary, Some(SlotFn::Unary(d::float)), "($self, /)", "float(self)"),
    row!(binary[13] __iadd__ Wrap::Binary, "($self, value, /)", "Return self+=value."),
    row!(binary[14] __isub__ Wrap::Binary, "($self, value, /)", "Return self-=value."),
    row!(binary[15] __imul__ Wrap::Binary, "($self, value, /)", "Return self*=value."),
    row!(binary[16] __imatmul__ Wrap::Binary, "($self, value, /)", "Return self@=value."),
    row!(binary[17] __itruediv__ Wrap::Binary, "($self, value, /)", "Return self/=value."),
    row!(binary[18] __ifloordiv__ Wrap::Binary, "($self, value, /)", "Return self//=value."),
    row!(binary[19] __imod__ Wrap::Binary, "($self, value, /)", "Return self%=value."),
    row!(binary[21] __ilshift__ Wrap::Binary, "($self, value, /)", "Return self<<=value."),
    row!(binary[22] __irshift__ Wrap::Binary, "($self, value, /)", "Return self>>=value."),
    row!(binary[23] __iand__ Wrap::Binary, "($self, value, /)", "Return self&=value."),
    row!(binary[24] __ior__ Wrap::Binary, "($self, value, /)", "Return self|=value."),
    row!(binary[25] __ixor__ Wrap::Binary, "($self, value, /)", "Return self^=value."),
    row!(inplace_pow Ternary __ipow__ Wrap::InplacePow, Some(SlotFn::Ternary(o::inplace_power)), "($self, value, /)", "Return self**=value."),
    row!(index Unary __index__ Wrap::Unary, Some(SlotFn::Unary(d::index)), "($self, /)", "Return self converted to an integer, if self is suitable for use as an index into a list."),
    row!(len Len __len__ Wrap::Len, Some(SlotFn::Len(d::len)), "($self, /)", "Return len(self)."),
    row!(getitem Binary __getitem__ Wrap::Binary, Some(SlotFn::Binary(d::getitem)), "($self, key, /)", "Return self[key]."),
    row!(setitem SetItem __setitem__ Wrap::SetItem, Some(SlotFn::SetItem(d::setitem)), "($self, key, value, /)", "Set self[key] to value."),
    row!(setitem SetItem __delitem__ Wrap::DelItem, Some(SlotFn::SetItem(d::setitem)), "($self, key, /)", "Delete self[key]."),
    row!(contains Contains __contains__ Wrap::Contains, Some(SlotFn::Contains(d::contains)), "($self, key, /)", "Return bool(key in self)."),
    row!(concat Binary __add__ Wrap::Binary, None, "($self, value, /)", "Return self+value."),
    row!(repeat Binary __mul__ Wrap::Index, None, "($self, value, /)", "Return self*value."),
    row!(repeat Binary __rmul__ Wrap::Index, None, "($self, value, /)", "Return value*self."),
    row!(inplace_concat Binary __iadd__ Wrap::Binary, None, "($self, value, /)", "Implement self+=value."),
    row!(inplace_repeat Binary __imul__ Wrap::Index, None, "($self, value, /)", "Implement self*=value."),
];
