//! `staticmethod`.
//!
//! Not here: static methods of native types (`typeobj/build.rs`).

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::protocol::instance_dict;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::types::property::abstract_flag;
use crate::vm::{PyResult, Vm};

/// Payload of a staticmethod object.
#[derive(Default)]
pub struct PyStaticMethod {
    /// The wrapped callable.
    pub callable: Slot,
    /// `__dict__`.
    dict: Slot,
}
trace! { PyStaticMethod { callable, dict } }
crate::fields! { PyStaticMethod { callable, dict } }
payload!(PyStaticMethod, "staticmethod", staticmethod);

impl PyStaticMethod {
    /// Around `callable`, without its name and docstring (what a class body's implicit ones are).
    pub(crate) fn wrapping(callable: Owned) -> Self { PyStaticMethod { callable: Slot::new(Some(callable)), dict: Slot::default() } }
}

static DEF: TypeDef = TypeDef {
    doc: "Convert a function to be a static method.\n\nA static method does not receive an implicit first argument.\nTo declare a static method, use this idiom:\n\n     class C:\n         @staticmethod\n         def f(arg1, arg2, argN):\n             ...\n\nIt can be called either on the class (e.g. C.f()) or on an instance\n(e.g. C().f()). Both the class and the instance are ignored, and\nneither is passed implicitly as the first argument to the method.\n\nStatic methods in Python are similar to those found in Java or C++.\nFor a more advanced concept, see the classmethod builtin.",
    sig: "(function, /)",
    methods: &[Def::class("__class_getitem__", "", Native::N1(|vm, cls, item| vm.new_generic_alias(cls, item))).doc("See PEP 585")],
    getset: &[
        GetSet::member("__func__", |vm, o| Ok(vm.option_to_none(this(o).callable.get()))),
        GetSet::member("__wrapped__", |vm, o| Ok(vm.option_to_none(this(o).callable.get()))),
        GetSet::ro("__isabstractmethod__", |vm, o| { let b = abstract_flag(vm, this(o).callable.get())?; Ok(vm.bool(b)) }),
        GetSet::rw("__dict__", instance_dict::get_dict, instance_dict::set_dict),
        GetSet::rw("__annotations__", |vm, o| { let k = vm.names.__annotations__.clone(); from_wrapped(vm, o, &k) }, |vm, o, v| { let k = vm.names.__annotations__.clone(); set_own(vm, o, &k, v) }),
        GetSet::rw("__annotate__", |vm, o| { let k = vm.names.__annotate__.clone(); from_wrapped(vm, o, &k) }, |vm, o, v| { let k = vm.names.__annotate__.clone(); set_own(vm, o, &k, v) }),
    ],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.staticmethod.clone();
    let s = Slots { new: Some(new), init: Some(init_slot), repr: Some(repr), descr_get: Some(get), call: Some(call), dict_slot: Some(|o| &this(o).dict), ..Slots::default() };
    vm.fill_type(&ty, s, &DEF)
}

fn this(o: &Owned) -> &Ref<PyStaticMethod> { o.cast().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, PyStaticMethod::default())?.into_obj()) }

fn init_slot(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let [callable] = args.exactly(vm, "staticmethod", 1, 1)? else { return Ok(()) };
    this(o).callable.set(Some(callable.clone()));
    for key in [vm.names.__module__.clone(), vm.names.__name__.clone(), vm.names.__qualname__.clone(), vm.names.__doc__.clone()] {
        if let Some(v) = vm.get_attr_opt(callable, &key)? { vm.set_attr(o, &key, &v)? }
    }
    Ok(())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let inner = match this(o).callable.get() { Some(f) => vm.repr_text(&f)?, None => "None".to_owned() };
    vm.new_str(&format!("<staticmethod({inner})>"))
}

fn get(vm: &mut Vm, o: &Owned, _obj: Option<&Owned>, _owner: &Owned) -> PyResult {
    this(o).callable.get().ok_or_else(|| vm.runtime_error("uninitialized staticmethod object"))
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    match this(o).callable.get() {
        Some(f) => vm.call(&f, args),
        None => Err(vm.runtime_error("uninitialized staticmethod object")),
    }
}

/// The attribute as cached in the own `__dict__`, else the wrapped callable's, which is then cached (PEP 749).
fn from_wrapped(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult {
    let dict = instance_dict::get_dict(vm, o)?;
    let Ok(dict) = Ref::<super::dict::PyDict>::try_from(dict) else { return Err(vm.system_error("bad instance dictionary")) };
    if let Some(v) = dict.get_item(vm, key)? { return Ok(v) }
    let Some(f) = this(o).callable.get() else { return Err(vm.attribute_error_for(o, key)) };
    let v = vm.get_attr(&f, key)?;
    dict.set_item(vm, key, &v)?;
    Ok(v)
}

fn set_own(vm: &mut Vm, o: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let dict = instance_dict::get_dict(vm, o)?;
    let Ok(dict) = Ref::<super::dict::PyDict>::try_from(dict) else { return Err(vm.system_error("bad instance dictionary")) };
    match value {
        Some(v) => dict.set_item(vm, key, v),
        None if dict.del_item(vm, key)? => Ok(()),
        None => Err(vm.attribute_error_for(o, key)),
    }
}
