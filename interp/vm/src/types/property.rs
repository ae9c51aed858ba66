//! `property`.
//!
//! Not here: computed attributes of native types (`getset_descriptor.rs`).

use std::cell::Cell;

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Raised, Vm};

/// Payload of a property.
#[derive(Default)]
pub struct PyProperty {
    pub(crate) fget: Slot,
    pub(crate) fset: Slot,
    pub(crate) fdel: Slot,
    doc: Slot,
    name: Slot,
    /// The docstring was taken from the getter.
    getter_doc: Cell<bool>,
}
trace! { PyProperty { fget, fset, fdel, doc, name } }
crate::fields! { PyProperty { fget, fset, fdel, doc, name, getter_doc } }
payload!(PyProperty, "property", property, Gc);

static DEF: TypeDef = TypeDef {
    doc: "Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function to be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    docstring\n\nTypical use is to define a managed attribute x:\n\nclass C(object):\n    def getx(self): return self._x\n    def setx(self, value): self._x = value\n    def delx(self): del self._x\n    x = property(getx, setx, delx, \"I'm the 'x' property.\")\n\nDecorators make defining new properties or modifying existing ones easy:\n\nclass C(object):\n    @property\n    def x(self):\n        \"I am the 'x' property.\"\n        return self._x\n    @x.setter\n    def x(self, value):\n        self._x = value\n    @x.deleter\n    def x(self):\n        del self._x",
    sig: "(fget=None, fset=None, fdel=None, doc=None)",
    methods: &[
        Def::new("getter", "", Native::N1(|vm, o, f| copy(vm, o, Some(f), None, None))).doc("Descriptor to obtain a copy of the property with a different getter."),
        Def::new("setter", "", Native::N1(|vm, o, f| copy(vm, o, None, Some(f), None))).doc("Descriptor to obtain a copy of the property with a different setter."),
        Def::new("deleter", "", Native::N1(|vm, o, f| copy(vm, o, None, None, Some(f)))).doc("Descriptor to obtain a copy of the property with a different deleter."),
        Def::new("__set_name__", "($self, owner, name, /)", Native::Full(set_name_method)).doc("Method to set name of a property."),
    ],
    getset: &[
        GetSet::member("fget", |vm, o| Ok(vm.option_to_none(this(o).fget.get()))),
        GetSet::member("fset", |vm, o| Ok(vm.option_to_none(this(o).fset.get()))),
        GetSet::member("fdel", |vm, o| Ok(vm.option_to_none(this(o).fdel.get()))),
        GetSet::member_rw("__doc__", |vm, o| Ok(vm.option_to_none(this(o).doc.get())), |_, o, v| { this(o).doc.set(v.cloned()); Ok(()) }),
        GetSet::rw("__name__", get_name, |_, o, v| { this(o).name.set(v.cloned()); Ok(()) }),
        GetSet::ro("__isabstractmethod__", is_abstract),
    ],
};

static INIT: Def = Def::new("property", "(fget=None, fset=None, fdel=None, doc=None)", Native::Bound(init_bound));

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.property.clone();
    let s = Slots { new: Some(new), init: Some(init_slot), descr_get: Some(get), descr_set: Some(set), ..Slots::default() };
    vm.fill_type(&ty, s, &DEF)
}

fn this(o: &Owned) -> &Ref<PyProperty> { o.cast().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, PyProperty::default())?.into_obj()) }

fn init_slot(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> { INIT.call(vm, o, args, &std::cell::OnceCell::new()).map(drop) }

fn init_bound(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let p = this(o);
    let given = |vm: &Vm, i: usize| args[i].as_ref().and_then(|a| vm.none_to_option(a));
    p.fget.set(given(vm, 0));
    p.fset.set(given(vm, 1));
    p.fdel.set(given(vm, 2));
    p.name.set(None);
    p.getter_doc.set(false);
    let mut doc = given(vm, 3);
    if let (None, Some(f)) = (&doc, p.fget.get()) {
        let key = vm.names.__doc__.clone();
        if let Some(d) = vm.get_attr_opt(&f, &key)?.filter(|d| !vm.is_none(d)) {
            p.getter_doc.set(true);
            doc = Some(d);
        }
    }
    if o.is_exact::<PyProperty>(vm) {
        p.doc.set(doc);
        return Ok(vm.none());
    }
    // A subclass keeps the docstring in its instance, if that has room.
    p.doc.set(None);
    let (key, value) = (vm.names.__doc__.clone(), vm.option_to_none(doc));
    match vm.set_attr(o, &key, &value) {
        // Without room it is dropped, unless it came from the getter.
        Err(e) if e.is(vm, &vm.types.attribute_error) && !p.getter_doc.get() => {}
        other => other?,
    }
    Ok(vm.none())
}

fn name_of(vm: &mut Vm, p: &PyProperty) -> PyResult<Option<Owned>> {
    if let Some(n) = p.name.get() { return Ok(Some(n)) }
    match p.fget.get() {
        Some(f) => { let key = vm.names.__name__.clone(); vm.get_attr_opt(&f, &key) }
        None => Ok(None),
    }
}

fn get_name(vm: &mut Vm, o: &Owned) -> PyResult {
    match name_of(vm, this(o))? {
        Some(n) => Ok(n),
        None => { let key = vm.names.__name__.clone(); Err(vm.attribute_error_for(o, &key)) }
    }
}

#[cold]
fn lacks(vm: &mut Vm, p: &PyProperty, obj: &Owned, what: &str) -> Raised {
    let name = match name_of(vm, p) { Ok(n) => n, Err(e) => return e };
    let class = obj.type_of(vm).qualname(vm);
    let name = match name { Some(n) => match vm.repr_text(&n) { Ok(r) => Some(r), Err(e) => return e }, None => None };
    match name {
        Some(n) => vm.attribute_error(format!("property {n} of '{class}' object has no {what}")),
        None => vm.attribute_error(format!("property of '{class}' object has no {what}")),
    }
}

fn get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _owner: &Owned) -> PyResult {
    let Some(obj) = obj else { return Ok(o.clone()) };
    match this(o).fget.get() {
        Some(f) => vm.call1(&f, obj),
        None => Err(lacks(vm, this(o), obj, "getter")),
    }
}

fn set(vm: &mut Vm, o: &Owned, obj: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let p = this(o);
    match (value, p.fset.get(), p.fdel.get()) {
        (Some(v), Some(f), _) => vm.call2(&f, obj, v).map(drop),
        (None, _, Some(f)) => vm.call1(&f, obj).map(drop),
        (Some(_), None, _) => Err(lacks(vm, p, obj, "setter")),
        (None, _, None) => Err(lacks(vm, p, obj, "deleter")),
    }
}

fn copy(vm: &mut Vm, o: &Owned, get: Option<&Owned>, set: Option<&Owned>, del: Option<&Owned>) -> PyResult {
    let p = this(o);
    let pick = |vm: &Vm, new: Option<&Owned>, old: &Slot| match new.filter(|n| !vm.is_none(n)) { Some(n) => n.clone(), None => vm.option_to_none(old.get()) };
    let fget = pick(vm, get, &p.fget);
    let doc = if p.getter_doc.get() && !vm.is_none(&fget) { vm.none() } else {
        let key = vm.names.__doc__.clone();
        if o.is_exact::<PyProperty>(vm) { vm.option_to_none(p.doc.get()) } else { match vm.get_attr_opt(o, &key)? { Some(d) => d, None => vm.none() } }
    };
    let (fset, fdel) = (pick(vm, set, &p.fset), pick(vm, del, &p.fdel));
    let class = o.type_of(vm).obj().clone();
    let new = vm.call_n(&class, &[fget, fset, fdel, doc])?;
    if let Some(q) = new.cast::<PyProperty>() { q.name.set(p.name.get()) }
    Ok(new)
}

fn set_name_method(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [_, name] = args.pos() else {
        let n = args.pos().len();
        return Err(vm.type_error(format!("__set_name__() takes 2 positional arguments but {n} were given")));
    };
    this(o).name.set(Some(name.clone()));
    Ok(vm.none())
}

/// Whether the attribute `__isabstractmethod__` of `f` is true.
pub(crate) fn abstract_flag(vm: &mut Vm, f: Option<Owned>) -> PyResult<bool> {
    let Some(f) = f else { return Ok(false) };
    let key = vm.names.__isabstractmethod__.clone();
    match vm.get_attr_opt(&f, &key)? { Some(v) => vm.truth(&v), None => Ok(false) }
}

fn is_abstract(vm: &mut Vm, o: &Owned) -> PyResult {
    let p = this(o);
    for f in [p.fget.get(), p.fset.get(), p.fdel.get()] { if abstract_flag(vm, f)? { return Ok(vm.bool(true)) } }
    Ok(vm.bool(false))
}
