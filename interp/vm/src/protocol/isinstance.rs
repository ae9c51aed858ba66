//! `isinstance` and `issubclass`, with `__instancecheck__`, `__subclasscheck__` and objects that only have `__class__` or `__bases__`.
//!
//! Not here: the MRO test without hooks (`TypeRef::is_subtype_of`).

use crate::object::{ObjExt, Owned, Ref};
use crate::typeobj::{vm_flags, TypeRef};
use crate::types::tuple::PyTuple;
use crate::types::union::PyUnion;
use crate::vm::{PyResult, Vm};

impl Vm {
    /// `isinstance(obj, cls)`.
    pub fn is_instance(&mut self, obj: &Owned, cls: &Owned) -> PyResult<bool> {
        if obj.type_of(self).obj().is(cls) { return Ok(true) }
        if cls.type_of(self).ptr() == self.types.type_.ptr() { return self.recursive_is_instance(obj, cls) }
        if let Some(union) = cls.cast::<PyUnion>() { let args = union.args.clone(); return self.any_class(args.obj(), |vm, c| vm.is_instance(obj, c)) }
        if cls.cast::<PyTuple>().is_some() { return self.any_class(cls, |vm, c| vm.is_instance(obj, c)) }
        let name = self.names.__instancecheck__.clone();
        if let Some(check) = self.lookup_special(cls, &name)? {
            self.check_native_stack(" in __instancecheck__")?;
            let result = self.call1(&check, obj)?;
            return self.truth(&result);
        }
        self.recursive_is_instance(obj, cls)
    }

    /// `issubclass(derived, cls)`.
    pub fn is_subclass(&mut self, derived: &Owned, cls: &Owned) -> PyResult<bool> {
        if cls.type_of(self).ptr() == self.types.type_.ptr() {
            if derived.is(cls) { return Ok(true) }
            return self.recursive_is_subclass(derived, cls);
        }
        if let Some(union) = cls.cast::<PyUnion>() { let args = union.args.clone(); return self.any_class(args.obj(), |vm, c| vm.is_subclass(derived, c)) }
        if cls.cast::<PyTuple>().is_some() { return self.any_class(cls, |vm, c| vm.is_subclass(derived, c)) }
        let name = self.names.__subclasscheck__.clone();
        if let Some(check) = self.lookup_special(cls, &name)? {
            self.check_native_stack(" in __subclasscheck__")?;
            let result = self.call1(&check, derived)?;
            return self.truth(&result);
        }
        self.recursive_is_subclass(derived, cls)
    }

    fn any_class(&mut self, tuple: &Owned, test: impl Fn(&mut Vm, &Owned) -> PyResult<bool>) -> PyResult<bool> {
        self.check_native_stack(" in __instancecheck__")?;
        let Some(items) = Ref::<PyTuple>::cast(tuple) else { return Ok(false) };
        // A tuple does not change: its items may be looked at while Python code runs.
        for item in items.items() { if test(self, item)? { return Ok(true) } }
        Ok(false)
    }

    /// `type.__instancecheck__`: no hooks of `cls`.
    pub(crate) fn recursive_is_instance(&mut self, obj: &Owned, cls: &Owned) -> PyResult<bool> {
        if let Some(ty) = TypeRef::from_obj(cls) {
            if obj.type_of(self).is_subtype_of(self, ty) { return Ok(true) }
            if self.class_is_type(obj) { return Ok(false) }
            let name = self.names.__class__.clone();
            let Some(claimed) = self.get_attr_opt(obj, &name)? else { return Ok(false) };
            return Ok(match TypeRef::from_obj(&claimed) {
                Some(c) if c.ptr() != obj.type_of(self).ptr() => c.is_subtype_of(self, ty),
                _ => false,
            });
        }
        self.check_class(cls, "isinstance() arg 2 must be a type, a tuple of types, or a union")?;
        let name = self.names.__class__.clone();
        match self.get_attr_opt(obj, &name)? {
            Some(claimed) => self.abstract_is_subclass(&claimed, cls),
            None => Ok(false),
        }
    }

    /// Whether `obj.__class__` is the type for sure: attributes are looked up the general way and nobody between its type and
    /// `object` has defined another `__class__`.
    fn class_is_type(&self, obj: &Owned) -> bool {
        let ty = obj.type_of(self);
        ty.has_flag(vm_flags::GENERIC_GETATTR)
            && self.type_lookup_word(ty, &self.names.__class__).same(self.type_lookup_word(&self.types.object, &self.names.__class__))
    }

    /// `type.__subclasscheck__`: no hooks of `cls`.
    pub(crate) fn recursive_is_subclass(&mut self, derived: &Owned, cls: &Owned) -> PyResult<bool> {
        if let (Some(d), Some(c)) = (TypeRef::from_obj(derived), TypeRef::from_obj(cls)) { return Ok(d.is_subtype_of(self, c)) }
        self.check_class(derived, "issubclass() arg 1 must be a class")?;
        self.check_class(cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union")?;
        self.abstract_is_subclass(derived, cls)
    }

    /// `__bases__` of something that acts as a class; `None` if it does not.
    fn abstract_bases(&mut self, cls: &Owned) -> PyResult<Option<Ref<PyTuple>>> {
        let name = self.names.__bases__.clone();
        Ok(self.get_attr_opt(cls, &name)?.and_then(|b| Ref::try_from(b).ok()))
    }

    fn check_class(&mut self, cls: &Owned, message: &str) -> PyResult<()> {
        if self.abstract_bases(cls)?.is_some() { Ok(()) } else { Err(self.type_error(message)) }
    }

    fn abstract_is_subclass(&mut self, derived: &Owned, cls: &Owned) -> PyResult<bool> {
        let mut at = derived.clone();
        loop {
            if at.is(cls) { return Ok(true) }
            let Some(bases) = self.abstract_bases(&at)? else { return Ok(false) };
            match bases.items() {
                [] => return Ok(false),
                [only] => at = only.clone(),
                many => {
                    self.check_native_stack(" in __issubclass__")?;
                    for b in many { if self.abstract_is_subclass(b, cls)? { return Ok(true) } }
                    return Ok(false);
                }
            }
        }
    }
}
