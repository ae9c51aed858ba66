//! Typed references to objects and the cells that payloads are made of.
//!
//! A payload is the Rust struct behind the header of a builtin object. Payloads are shared, so what changes lives in
//! one of three cells: `Cell` for plain numbers, [`Slot`] for one reference, [`Guarded`] for storage whose views
//! need the token (`&Vm` to read, `&mut Vm` to change: a view cannot be held across a call that may run Python).
//! Not here: allocation (`vm.rs`), the raw words (`instar-object`).

use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::ops::Deref;

use instar_object::reflect::Buffer;

pub use instar_object::{Buffered, Described, Field, ObjPtr, Owned, Shape, Trace, TraceField, VTable, Word, Words};

use crate::typeobj::{PyType, TypeRef};
use crate::vm::{Types, Vm};

/// A Rust struct that stands behind the header of a builtin object.
///
/// # Safety
/// 1. `vtable` returns the same static for every call, made by `VTable::of::<Self>` and used by no other type.
/// 2. Objects whose type carries that vtable hold a valid `Self` as payload.
/// 3. `SHAPE` fits the default type (checked when builtin types are made).
pub unsafe trait Payload: Trace + Described + Sized + 'static {
    /// What stands before the header of objects of the default type: known here, [`Vm::new_object`] asks the type nothing.
    const SHAPE: Shape = Shape::Any;
    /// The static vtable; its address identifies the payload type.
    fn vtable() -> &'static VTable;
    /// The builtin type that new objects of this payload get by default.
    fn default_type(types: &Types) -> &TypeRef;
}

/// `payload!(PyList, "list", list);` implements [`Payload`] with a unique static vtable.
/// The last argument is the field of [`Types`].
/// Without it (native modules): the type is the one that `Vm::new_native_type` made for the payload.
/// A fourth argument is the payload's [`Shape`], for types whose objects are made often. Fields in braces after it are those that
/// [`Words::Fields`] is about: all that own anything, first in a `repr(C)` struct, in the order of their release.
#[macro_export]
macro_rules! payload {
    ($ty:ty, $name:literal) => {
        // SAFETY: one static per implementation, made for this type.
        unsafe impl $crate::object::Payload for $ty {
            fn vtable() -> &'static $crate::object::VTable {
                static VTABLE: $crate::object::VTable = $crate::object::VTable::of::<$ty>($name).with_fields::<$ty>();
                &VTABLE
            }
            fn default_type(types: &$crate::vm::Types) -> &$crate::typeobj::TypeRef { types.native_type::<$ty>() }
        }
    };
    ($ty:ty, $name:literal, $field:ident, $shape:ident { $($word:ident),+ }) => {
        const _: fn(&$ty) = |payload| { $( let _: &dyn $crate::object::WordField = &payload.$word; )+ };
        const _: () = {
            let mut at = 0;
            $( assert!(std::mem::offset_of!($ty, $word) == at); at += size_of::<$crate::object::Word>(); )+
            assert!(at <= size_of::<$ty>());
        };
        // SAFETY: one static per implementation, made for this type. The words begin the payload, as asserted, and own all.
        unsafe impl $crate::object::Payload for $ty {
            const SHAPE: $crate::object::Shape = $crate::object::Shape::$shape;
            fn vtable() -> &'static $crate::object::VTable {
                const WORDS: u8 = [$( stringify!($word) ),+].len() as u8;
                static VTABLE: $crate::object::VTable =
                    unsafe { $crate::object::VTable::of::<$ty>($name).with_words($crate::object::Words::Fields(WORDS)).with_fields::<$ty>() };
                &VTABLE
            }
            fn default_type(types: &$crate::vm::Types) -> &$crate::typeobj::TypeRef { &types.$field }
        }
    };
    ($ty:ty, $name:literal, $field:ident $(, $shape:ident)?) => {
        // SAFETY: one static per implementation, made for this type.
        unsafe impl $crate::object::Payload for $ty {
            $(const SHAPE: $crate::object::Shape = $crate::object::Shape::$shape;)?
            fn vtable() -> &'static $crate::object::VTable {
                static VTABLE: $crate::object::VTable = $crate::object::VTable::of::<$ty>($name).with_fields::<$ty>();
                &VTABLE
            }
            fn default_type(types: &$crate::vm::Types) -> &$crate::typeobj::TypeRef { &types.$field }
        }
    };
}

/// An owned reference to an object whose payload is known to be `T` (the object's type may be a subclass).
#[repr(transparent)]
pub struct Ref<T>(Owned, PhantomData<*const T>);

impl<T> Clone for Ref<T> {
    #[inline]
    fn clone(&self) -> Self { Ref(self.0.clone(), PhantomData) }
}

impl<T> Deref for Ref<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: a Ref is only made for objects with payload T (from_owned_unchecked's promise); the object lives as long as self.
        unsafe { &*self.0.word().ptr().payload::<T>() }
    }
}

impl<T> Ref<T> {
    /// # Safety
    /// `obj` is a heap object with payload `T`.
    #[inline(always)]
    pub unsafe fn from_owned_unchecked(obj: Owned) -> Self { Ref(obj, PhantomData) }
    /// # Safety
    /// `obj` is a heap object with payload `T`.
    #[inline(always)]
    pub unsafe fn from_ref_unchecked(obj: &Owned) -> &Self {
        // SAFETY: repr(transparent) over Owned.
        unsafe { &*(obj as *const Owned).cast::<Self>() }
    }
    /// The untyped handle.
    #[inline(always)]
    pub fn obj(&self) -> &Owned { &self.0 }
    /// The untyped handle, given away.
    #[inline(always)]
    pub fn into_obj(self) -> Owned { self.0 }
    /// The object's address.
    #[inline(always)]
    pub fn ptr(&self) -> ObjPtr { self.0.word().ptr() }
    /// Identity.
    #[inline(always)]
    pub fn is(&self, other: &Owned) -> bool { self.0.is(other) }
}

impl<T: Payload> Ref<T> {
    /// Typed view of `obj` if its payload is `T` (exact type or subclass).
    #[inline(always)]
    pub fn cast(obj: &Owned) -> Option<&Self> {
        // SAFETY: the payload was checked.
        if has_payload::<T>(obj) { Some(unsafe { Self::from_ref_unchecked(obj) }) } else { None }
    }
    /// As [`Ref::cast`], taking the handle; gives it back if the payload is another.
    #[inline]
    pub fn try_from(obj: Owned) -> Result<Self, Owned> {
        // SAFETY: the payload was checked.
        if has_payload::<T>(&obj) { Ok(unsafe { Self::from_owned_unchecked(obj) }) } else { Err(obj) }
    }
}

/// Whether `obj` is a heap object with payload `T`.
#[inline(always)]
pub fn has_payload<T: Payload>(obj: &Owned) -> bool {
    let w = obj.word();
    w.is_ptr() && std::ptr::eq(w.ptr().info().vtable, T::vtable())
}

// SAFETY: visits the one handle it owns.
unsafe impl<T> TraceField for Ref<T> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { visit(self.0.word()) }
    fn clear_field(&mut self) {}
}

/// A field of a payload that is one word, perhaps null, which it owns.
///
/// # Safety
/// So it is, and its drop releases the word and does nothing else.
pub unsafe trait WordField {}
// SAFETY: transparent over a handle, which is a word.
unsafe impl WordField for Owned {}
// SAFETY: as above; `None` is the null word.
unsafe impl WordField for Option<Owned> {}
// SAFETY: as above.
unsafe impl WordField for Slot {}
// SAFETY: as above.
unsafe impl<T> WordField for Ref<T> {}

/// One changeable reference (possibly empty) inside a payload.
#[repr(transparent)]
#[derive(Default)]
pub struct Slot(UnsafeCell<Option<Owned>>);

impl Slot {
    /// A slot holding `value`.
    pub fn new(value: Option<Owned>) -> Self { Slot(UnsafeCell::new(value)) }
    /// A share of the content.
    #[inline]
    pub fn get(&self) -> Option<Owned> {
        // SAFETY: no reference into the cell outlives this expression; cloning a handle runs no foreign code.
        unsafe { (*self.0.get()).clone() }
    }
    /// The content as a word (borrowed), for tests of identity.
    #[inline(always)]
    pub fn word(&self) -> Word {
        // SAFETY: as `get`; the word is Copy.
        unsafe { (*self.0.get()).as_ref().map_or(Word::NULL, |o| o.word()) }
    }
    /// Whether it holds something.
    #[inline(always)]
    pub fn is_some(&self) -> bool { !self.word().is_null() }
    /// Replaces the content and gives back the old one (drop it only after the new one is in place).
    #[inline]
    pub fn replace(&self, value: Option<Owned>) -> Option<Owned> {
        // SAFETY: as `get`.
        unsafe { std::mem::replace(&mut *self.0.get(), value) }
    }
    /// Replaces the content; the old one is released after the new one is in place.
    #[inline]
    pub fn set(&self, value: Option<Owned>) { drop(self.replace(value)) }
    /// Fills an empty slot.
    #[inline]
    pub fn set_quietly(&self, value: Option<Owned>) { debug_assert!(!self.is_some()); std::mem::forget(self.replace(value)) }
    /// Empties the slot.
    #[inline]
    pub fn take(&self) -> Option<Owned> { self.replace(None) }
}

// SAFETY: visits the one handle it owns.
unsafe impl TraceField for Slot {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) {
        let w = self.word();
        if !w.is_null() { visit(w) }
    }
    fn clear_field(&mut self) { self.set(None) }
}

/// Storage whose inside is seen only with the token.
///
/// Sound because exactly one `Vm` exists per thread, `&mut Vm` excludes every view made with `&Vm`,
/// and death of other objects never writes this storage (architecture.md 3).
#[repr(transparent)]
#[derive(Default)]
pub struct Guarded<T>(UnsafeCell<T>);

impl<T> Guarded<T> {
    /// Wraps `value`.
    pub fn new(value: T) -> Self { Guarded(UnsafeCell::new(value)) }
    /// Reads: the view ends before anything that takes `&mut Vm`.
    #[inline(always)]
    pub fn get<'a>(&'a self, _vm: &'a Vm) -> &'a T {
        // SAFETY: see the type's doc; `&Vm` excludes `get_mut` views.
        unsafe { &*self.0.get() }
    }
    /// Changes: no other view of any guarded storage can be alive.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub fn get_mut<'a>(&'a self, _vm: &'a mut Vm) -> &'a mut T {
        // SAFETY: `&mut Vm` is exclusive and every view borrows the token.
        unsafe { &mut *self.0.get() }
    }
    /// # Safety
    /// No view of this storage is alive and none is made while the result is.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn get_unguarded(&self) -> &mut T { unsafe { &mut *self.0.get() } }
}

// SAFETY: forwards to the content; tracing happens at safe points where no `&mut` view is alive.
unsafe impl<T: TraceField> TraceField for Guarded<T> {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { unsafe { (*self.0.get()).trace_field(visit) } }
    fn clear_field(&mut self) { self.0.get_mut().clear_field() }
}

impl<T: Buffered> Buffered for Guarded<T> {
    // SAFETY: who asks has the token, or nobody runs.
    fn buffer(&self) -> Buffer { unsafe { (*self.0.get()).buffer() } }
}

/// Extension methods on untyped handles.
pub trait ObjExt {
    /// The object's type (`type(o)`).
    fn type_of<'a>(&'a self, vm: &'a Vm) -> &'a TypeRef;
    /// Typed view if the payload is `T`.
    fn cast<T: Payload>(&self) -> Option<&Ref<T>>;
    /// Whether the type is exactly the default type of `T`.
    fn is_exact<T: Payload>(&self, vm: &Vm) -> bool;
    /// Whether `type(o)` is `ty` or a subtype of it.
    fn is_instance_of(&self, vm: &Vm, ty: &TypeRef) -> bool;
    /// How messages name its type: as `type.__name__`, with the module before it where a native module made it.
    fn type_name(&self, vm: &Vm) -> String;
    /// How messages about an argument name what was given instead: its type, but None by itself.
    fn given_name(&self, vm: &Vm) -> String;
    /// `type(o).__name__`.
    fn bare_type_name(&self, vm: &Vm) -> String;
}

/// The type object of a value.
///
/// # Safety
/// `w` is not NULL and alive.
#[inline(always)]
pub unsafe fn type_ptr(types: &Types, w: Word) -> ObjPtr {
    if w.is_ptr() {
        w.ptr().ty()
    } else if w.is_float() {
        types.float.ptr()
    } else {
        types.int.ptr()
    }
}

impl ObjExt for Owned {
    #[inline(always)]
    fn type_of<'a>(&'a self, vm: &'a Vm) -> &'a TypeRef {
        let w = self.word();
        if w.is_ptr() {
            // SAFETY: a header's type word always points at a live type object; the field outlives the borrow of self.
            unsafe { Ref::<PyType>::from_ref_unchecked(&*std::ptr::from_ref(w.ptr().ty_field()).cast::<Owned>()) }
        } else if w.is_float() {
            &vm.types.float
        } else {
            &vm.types.int
        }
    }
    #[inline(always)]
    fn cast<T: Payload>(&self) -> Option<&Ref<T>> { Ref::cast(self) }
    #[inline(always)]
    fn is_exact<T: Payload>(&self, vm: &Vm) -> bool { self.type_of(vm).ptr() == T::default_type(&vm.types).ptr() }
    #[inline]
    fn is_instance_of(&self, vm: &Vm, ty: &TypeRef) -> bool { self.type_of(vm).is_subtype_of(vm, ty) }
    fn type_name(&self, vm: &Vm) -> String { self.type_of(vm).display_name(vm) }
    fn given_name(&self, vm: &Vm) -> String { if vm.is_none(self) { "None".to_owned() } else { self.type_name(vm) } }
    fn bare_type_name(&self, vm: &Vm) -> String { self.type_of(vm).name(vm) }
}
