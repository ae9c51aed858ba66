//! `super`.
//!
//! Not here: where the zero-argument form finds the class and self (`eval`), the fused ops for `super().x`.

use crate::args::Args;
use crate::native::{GetSet, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::protocol::attr;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::{vm_flags, TypeRef};
use crate::vm::{PyResult, Vm};

/// Payload of a super object.
#[derive(Default)]
pub struct PySuper {
    /// The class after which lookup starts.
    ty: Slot,
    /// The instance or class it is bound to.
    obj: Slot,
    /// The class whose MRO is walked.
    obj_type: Slot,
}
trace! { PySuper { ty, obj, obj_type } }
crate::fields! { PySuper { ty, obj, obj_type } }
payload!(PySuper, "super", super_, Gc);

static DEF: TypeDef = TypeDef {
    doc: "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires\n    issubclass(type2, type)\nTypical use to call a cooperative superclass method:\nclass C(B):\n    def meth(self, arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    def cmeth(cls, arg):\n        super().cmeth(arg)\n",
    sig: "", methods: &[],
    getset: &[
        GetSet { member: true, name: "__thisclass__", get: |vm, o| Ok(vm.option_to_none(this(o).ty.get())), set: None, doc: "the class invoking super()" },
        GetSet { member: true, name: "__self__", get: |vm, o| Ok(vm.option_to_none(this(o).obj.get())), set: None, doc: "the instance invoking super(); may be None" },
        GetSet { member: true, name: "__self_class__", get: |vm, o| Ok(vm.option_to_none(this(o).obj_type.get())), set: None, doc: "the type of the instance invoking super(); may be None" },
    ],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.super_.clone();
    let s = Slots { new: Some(new), init: Some(init_slot), repr: Some(repr), getattr: Some(getattr), descr_get: Some(get), ..Slots::default() };
    vm.fill_type(&ty, s, &DEF)
}

fn this(o: &Owned) -> &Ref<PySuper> { o.cast().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, PySuper::default())?.into_obj()) }

/// The class whose MRO `super(ty, obj)` walks.
pub(crate) fn check(vm: &mut Vm, ty: &TypeRef, obj: &Owned) -> PyResult<TypeRef> {
    let derived = |t: &&TypeRef| if t.ptr() == ty.ptr() { let mro = t.mro_items(vm); mro.is_empty() || mro.iter().any(|c| c.is(ty.obj())) } else { t.is_subtype_of(vm, ty) };
    if let Some(t) = TypeRef::from_obj(obj).filter(derived) { return Ok(t.clone()) }
    let own = obj.type_of(vm).clone();
    if own.is_subtype_of(vm, ty) { return Ok(own) }
    let key = vm.names.__class__.clone();
    if let Some(class) = vm.get_attr_opt(obj, &key)?
        && let Some(c) = TypeRef::from_obj(&class)
        && c.ptr() != own.ptr() && c.is_subtype_of(vm, ty)
    {
        return Ok(c.clone());
    }
    let (how, name) = match TypeRef::from_obj(obj) { Some(t) => ("type", t.name(vm)), None => ("instance of", own.name(vm)) };
    let t = ty.name(vm);
    Err(vm.type_error(format!("super(type, obj): obj ({how} {name}) is not an instance or subtype of type ({t}).")))
}

fn init_slot(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    args.no_keywords(vm, "super")?;
    let pos = args.pos();
    if pos.len() > 2 {
        let n = pos.len();
        return Err(vm.type_error(format!("super() expected at most 2 arguments, got {n}")));
    }
    let (class, obj) = match pos {
        [] => { let (c, s) = vm.current_frame_class_cell()?; (c, Some(s)) }
        [c] => (c.clone(), None),
        [c, o, ..] => (c.clone(), vm.none_to_option(o)),
    };
    let Some(ty) = TypeRef::from_obj(&class).cloned() else {
        let t = class.type_name(vm);
        return Err(vm.type_error(format!("super() argument 1 must be a type, not {t}")));
    };
    let obj_type = match &obj { Some(x) => Some(check(vm, &ty, x)?.into_obj()), None => None };
    let s = this(o);
    s.ty.set(Some(class));
    s.obj.set(obj);
    s.obj_type.set(obj_type);
    Ok(())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let s = this(o);
    let name = |vm: &Vm, slot: &Slot| slot.get().and_then(|t| TypeRef::from_obj(&t).map(|t| t.name(vm)));
    let ty = name(vm, &s.ty).unwrap_or_else(|| "NULL".to_owned());
    let text = match name(vm, &s.obj_type) {
        Some(t) => format!("<super: <class '{ty}'>, <{t} object>>"),
        None => format!("<super: <class '{ty}'>, NULL>"),
    };
    vm.new_str(&text)
}

fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult {
    let s = this(o);
    if let (Some(ty), Some(obj), Some(obj_type)) = (s.ty.get(), s.obj.get(), s.obj_type.get())
        && !name.is(&vm.names.__class__)
        && let (Some(ty), Some(obj_type)) = (TypeRef::from_obj(&ty), TypeRef::from_obj(&obj_type))
        && let Some(v) = lookup(vm, ty, &obj, obj_type, name)?
    {
        return Ok(v);
    }
    attr::GENERIC_GETATTR(vm, o, name)
}

fn lookup(vm: &mut Vm, ty: &TypeRef, obj: &Owned, obj_type: &TypeRef, name: &Owned) -> PyResult<Option<Owned>> {
    let Some(found) = vm.super_lookup(ty, obj_type, name) else { return Ok(None) };
    match found.type_of(vm).slots().descr_get {
        // Bound to a class: access through the class.
        Some(get) => get(vm, &found, if obj.is(obj_type.obj()) { None } else { Some(obj) }, obj_type.obj()).map(Some),
        None => Ok(Some(found)),
    }
}

impl Vm {
    /// `super(class, obj).name` without the super object. The name is interned.
    pub fn super_attr(&mut self, class: &Owned, obj: &Owned, name: &Owned) -> PyResult {
        if let Some(ty) = TypeRef::from_obj(class) && !name.is(&self.names.__class__) {
            let obj_type = check(self, ty, obj)?;
            if let Some(v) = lookup(self, ty, obj, &obj_type, name)? { return Ok(v) }
        }
        self.slow_super_attr(class, obj, name)
    }

    /// As [`Vm::super_attr`] for a call: the function with `Some(self)` to put first, or any callable with `None`.
    pub fn super_method(&mut self, class: &Owned, obj: &Owned, name: &Owned) -> PyResult<(Owned, Option<Owned>)> {
        if let Some(ty) = TypeRef::from_obj(class) && !name.is(&self.names.__class__) {
            let obj_type = check(self, ty, obj)?;
            if let Some(found) = self.super_lookup(ty, &obj_type, name) {
                if !obj.is(obj_type.obj()) && found.type_of(self).has_flag(vm_flags::METHOD_DESCRIPTOR) { return Ok((found, Some(obj.clone()))) }
                if let Some(v) = lookup(self, ty, obj, &obj_type, name)? { return Ok((v, None)) }
            }
        }
        Ok((self.slow_super_attr(class, obj, name)?, None))
    }

    fn slow_super_attr(&mut self, class: &Owned, obj: &Owned, name: &Owned) -> PyResult {
        let ty = self.types.super_.obj().clone();
        let s = self.call2(&ty, class, obj)?;
        self.get_attr_interned(&s, name)
    }
}

fn get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _owner: &Owned) -> PyResult {
    let s = this(o);
    let (Some(obj), None, Some(class)) = (obj, s.obj.get(), s.ty.get()) else { return Ok(o.clone()) };
    if !o.is_exact::<PySuper>(vm) {
        let own = o.type_of(vm).obj().clone();
        return vm.call2(&own, &class, obj);
    }
    let Some(ty) = TypeRef::from_obj(&class) else { return Ok(o.clone()) };
    let obj_type = check(vm, ty, obj)?.into_obj();
    let new = vm.new_object(PySuper { ty: Slot::new(Some(class.clone())), obj: Slot::new(Some(obj.clone())), obj_type: Slot::new(Some(obj_type)) })?;
    Ok(new.into_obj())
}
