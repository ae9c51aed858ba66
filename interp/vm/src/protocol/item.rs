//! Subscripts, length and membership of any object, and indices as native numbers.
//!
//! Not here: slices as objects (`types/slice.rs`) and iteration (`iter.rs`).

use crate::object::{ObjExt, Owned};
use crate::typeobj::{PyType, TypeRef};
use crate::types::int::{int_ref, IntRef};
use crate::vm::{PyResult, Raised, Vm};

impl Vm {
    /// `o[key]`.
    pub fn get_item(&mut self, o: &Owned, key: &Owned) -> PyResult {
        if let Some(f) = o.type_of(self).slots().getitem { return f(self, o, key) }
        self.get_item_of_class(o, key)
    }

    #[cold]
    fn get_item_of_class(&mut self, o: &Owned, key: &Owned) -> PyResult {
        if let Some(ty) = o.cast::<PyType>() {
            if ty.ptr() == self.types.type_.ptr() { return self.new_generic_alias(o, key) }
            let name = self.names.__class_getitem__.clone();
            if let Some(method) = self.get_attr_opt(o, &name)? {
                if !self.is_none(&method) { return self.call1(&method, key) }
            }
            return Err(self.type_error(format!("type '{}' is not subscriptable", ty.name(self))));
        }
        Err(self.type_error(format!("'{}' object is not subscriptable", o.type_name(self))))
    }

    /// `o[key] = value`.
    pub fn set_item(&mut self, o: &Owned, key: &Owned, value: &Owned) -> PyResult<()> {
        match o.type_of(self).slots().setitem {
            Some(f) => f(self, o, key, Some(value)),
            None => { self.check_sequence_key(o, key)?; Err(self.type_error(format!("'{}' object does not support item assignment", o.type_name(self)))) }
        }
    }

    /// Where items cannot be changed: whether the object is a sequence asked by a position. IndexError if that is none that fits.
    #[cold]
    fn check_sequence_key(&mut self, o: &Owned, key: &Owned) -> PyResult<bool> {
        let ty = o.type_of(self);
        let s = ty.slots();
        let sequence = ty.is_heap_type() || s.concat.is_some() || s.repeat.is_some() || s.getitem.is_some() || s.contains.is_some() || s.len.is_some();
        if !sequence || !self.has_index(key) { return Ok(false) }
        let out_of_range = self.types.index_error.clone();
        self.index_sized(key, &out_of_range)?;
        Ok(true)
    }

    /// `del o[key]`.
    pub fn del_item(&mut self, o: &Owned, key: &Owned) -> PyResult<()> {
        let slots = o.type_of(self).slots();
        match slots.setitem {
            Some(f) => f(self, o, key, None),
            None => {
                // CPython says "doesn't" where it asked a sequence for a position.
                let verb = if self.check_sequence_key(o, key)? { "doesn't" } else { "does not" };
                Err(self.type_error(format!("'{}' object {verb} support item deletion", o.type_name(self))))
            }
        }
    }

    /// `len(o)`.
    pub fn len(&mut self, o: &Owned) -> PyResult<usize> {
        match o.type_of(self).slots().len {
            Some(f) => f(self, o),
            None => Err(self.type_error(format!("object of type '{}' has no len()", o.type_name(self)))),
        }
    }

    /// Estimated length (PEP 424): `len(o)`, else `o.__length_hint__()`, else `default`.
    pub fn length_hint(&mut self, o: &Owned, default: usize) -> PyResult<usize> {
        if let Some(f) = o.type_of(self).slots().len {
            match f(self, o) {
                Ok(n) => return Ok(n),
                Err(e) if e.is(self, &self.types.type_error) => {}
                Err(e) => return Err(e),
            }
        }
        let name = self.names.__length_hint__.clone();
        let Some(method) = self.lookup_special(o, &name)? else { return Ok(default) };
        let hint = match self.call0(&method) {
            Ok(hint) => hint,
            Err(e) if e.is(self, &self.types.type_error) => return Ok(default),
            Err(e) => return Err(e),
        };
        if self.is_not_implemented(&hint) { return Ok(default) }
        match int_ref(&hint) {
            Some(IntRef::Small(n)) if n >= 0 => Ok(n as usize),
            Some(IntRef::Small(_)) => Err(self.value_error("__length_hint__() should return >= 0")),
            Some(IntRef::Big(_)) => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
            None => Err(self.type_error(format!("__length_hint__ must be an integer, not {}", hint.type_name(self)))),
        }
    }

    /// `x in o`.
    pub fn contains(&mut self, o: &Owned, x: &Owned) -> PyResult<bool> {
        if let Some(f) = o.type_of(self).slots().contains { return f(self, o, x) }
        self.contains_by_iteration(o, x)
    }

    /// `x in o` by looking at every item, whatever the type's `__contains__` says.
    pub fn contains_by_iteration(&mut self, o: &Owned, x: &Owned) -> PyResult<bool> {
        let it = match self.iter(o) {
            Ok(it) => it,
            Err(e) if e.is(self, &self.types.type_error) =>
                return Err(self.type_error(format!("argument of type '{}' is not a container or iterable", o.type_name(self)))),
            Err(e) => return Err(e),
        };
        while let Some(item) = self.next(&it)? {
            if self.equal(&item, x)? { return Ok(true) }
        }
        Ok(false)
    }

    /// An index as a native number; an int outside the range raises IndexError.
    #[inline]
    pub fn item_index(&mut self, key: &Owned) -> PyResult<isize> {
        if let Some(n) = self.plain_int(key) { return Ok(n as isize) }
        let ty = self.types.index_error.clone();
        self.index_or(key, &ty)
    }

    /// A count as a native number; an int outside the range raises OverflowError.
    #[inline]
    pub fn count_index(&mut self, key: &Owned) -> PyResult<isize> {
        if let Some(n) = self.plain_int(key) { return Ok(n as isize) }
        let ty = self.types.overflow_error.clone();
        self.index_or(key, &ty)
    }

    fn index_or(&mut self, key: &Owned, error: &TypeRef) -> PyResult<isize> {
        let number = self.index(key)?;
        match int_ref(&number) {
            Some(IntRef::Small(n)) => Ok(n as isize),
            _ => {
                let message = format!("cannot fit '{}' into an index-sized integer", key.type_name(self));
                Err(self.exception_with_message(error, &message))
            }
        }
    }

    /// The value of an exact int that fits, in every representation of ints.
    #[inline(always)]
    pub(crate) fn plain_int(&self, o: &Owned) -> Option<i64> {
        if let Some(n) = o.word().as_small() { return Some(n) }
        if o.type_of(self).ptr() != self.types.int.ptr() { return None }
        match int_ref(o) {
            Some(IntRef::Small(n)) => Some(n),
            _ => None,
        }
    }

    /// Whether the object has `__index__`.
    #[inline]
    pub fn has_index(&self, o: &Owned) -> bool { o.word().is_int() || o.type_of(self).slots().index.is_some() }

    /// Bytes of the object itself, buffers and the collector's words not counted: the base of `__sizeof__`.
    pub fn basic_size(&self, o: &Owned) -> usize { instar_object::HEADER + o.type_of(self).info.payload_bytes as usize }

    /// TypeError for a subscript that is neither an integer nor a slice.
    #[cold]
    pub(crate) fn bad_subscript(&mut self, what: &str, key: &Owned) -> Raised {
        let name = key.type_name(self);
        self.type_error(format!("{what} indices must be integers or slices, not {name}"))
    }

    /// Marks `o` as having its repr made; `false` if it is so already (the caller shows `...`).
    pub fn repr_enter(&mut self, o: &Owned) -> bool {
        self.repr_running.insert(o.word().ptr().as_ptr() as usize)
    }

    /// Ends what [`Vm::repr_enter`] began.
    pub fn repr_leave(&mut self, o: &Owned) {
        self.repr_running.remove(&(o.word().ptr().as_ptr() as usize));
    }
}

/// `__class_getitem__` of generic builtin classes: an alias (PEP 585).
pub fn class_getitem(vm: &mut Vm, class: &Owned, item: &Owned) -> PyResult { vm.new_generic_alias(class, item) }

/// A position counted from the end if negative; `None` if outside `0..len`.
#[inline]
pub(crate) fn wrap_index(index: isize, len: usize) -> Option<usize> {
    let i = if index < 0 { index.checked_add_unsigned(len)? } else { index };
    usize::try_from(i).ok().filter(|i| *i < len)
}

/// The bounds of `index(value, start, stop)`: negative ones count from the end, never below zero.
pub(crate) fn clamp_bound(index: isize, len: usize) -> usize {
    if index < 0 { (index.saturating_add_unsigned(len)).max(0) as usize } else { index as usize }
}
