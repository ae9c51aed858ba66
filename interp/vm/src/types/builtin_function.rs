//! `builtin_function_or_method`: functions of native modules, and native methods bound to an object.
//!
//! Not here: how a native function is described and called (`native.rs`).

use std::cell::OnceCell;

use instar_code::Compare;

use super::descriptor;
use super::method_descriptor::PyMethodDescriptor;
use crate::args::{Args, Signature};
use crate::native::{Def, DefKind, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::types::module::PyModule;
use crate::vm::{PyResult, Vm};

/// Payload of a builtin function.
pub struct PyBuiltinFunction {
    /// The function.
    pub def: &'static Def,
    /// What it is bound to: an instance, a class, a module; nothing for plain functions.
    pub this: Option<Owned>,
    /// `__module__`.
    pub(crate) module: Slot,
    /// The descriptor it was bound from, a `method_descriptor`.
    descr: Option<Owned>,
    /// Its signature, parsed at the first call that needs it (the descriptor's, if there is one).
    parsed: OnceCell<Box<Signature>>,
}
trace! { PyBuiltinFunction { this, module, descr } }
crate::fields! { PyBuiltinFunction { def, this, module, descr, parsed } }
payload!(PyBuiltinFunction, "builtin_function_or_method", builtin_function, GcWeak);

impl PyBuiltinFunction {
    /// A function with its self (module, class or nothing) and module name.
    pub fn new(def: &'static Def, this: Option<Owned>, module: Option<Owned>) -> Self {
        PyBuiltinFunction { def, this, module: Slot::new(module), descr: None, parsed: OnceCell::new() }
    }
    /// A native method bound to `this`.
    pub(crate) fn bound(descr: &Ref<PyMethodDescriptor>, this: Owned) -> Self {
        PyBuiltinFunction { def: descr.def, this: Some(this), module: Slot::default(), descr: Some(descr.obj().clone()), parsed: OnceCell::new() }
    }
    /// Calls it.
    #[inline]
    pub fn invoke(&self, vm: &mut Vm, args: Args<'_>) -> PyResult {
        if !descriptor::fits(self.def, &args) { self.shape_error(vm, &args)? }
        let parsed = match self.descr() { Some(d) => &d.parsed, None => &self.parsed };
        match &self.this {
            Some(t) => self.def.call(vm, t, args, parsed),
            None => { let none = vm.none(); self.def.call(vm, &none, args, parsed) }
        }
    }
    /// In messages the name of a module's function has the module's name before it, unless that is `builtins`, and a bound one its
    /// class's.
    #[cold]
    fn shape_error(&self, vm: &mut Vm, args: &Args<'_>) -> PyResult<()> {
        if let Some(t) = self.this.as_ref().filter(|_| !self.is_plain()) {
            let owner = format!("{}.", TypeRef::from_obj(t).unwrap_or_else(|| t.type_of(vm)).qualname(vm));
            return descriptor::shape_error(vm, &owner, self.def, args);
        }
        let module = self.module.get().map(|m| vm.repr_text_plain(&m)).filter(|m| m != "builtins");
        let owner = module.map_or_else(String::new, |m| format!("{m}."));
        descriptor::shape_error(vm, &owner, self.def, args)
    }
    /// The descriptor it was bound from.
    #[inline]
    pub(crate) fn descr(&self) -> Option<&Ref<PyMethodDescriptor>> { self.descr.as_ref().and_then(|d| d.cast()) }
    fn is_plain(&self) -> bool { self.this.as_ref().is_none_or(|t| t.cast::<PyModule>().is_some()) }
}

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce))],
    getset: &[GetSet::member_rw("__module__", module, set_module), GetSet::ro("__doc__", doc), GetSet::ro("__name__", name), GetSet::ro("__qualname__", qualname),
        GetSet::ro("__self__", self_), GetSet::ro("__text_signature__", text_signature)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.builtin_function.clone();
    vm.fill_type(&ty, Slots { repr: Some(repr), hash: Some(hash), call: Some(call), compare: Some(compare), ..Slots::default() }, &DEF)
}

impl Vm {
    /// A function of a native module.
    pub fn new_builtin_function(&mut self, def: &'static Def, this: Option<Owned>, module: Option<Owned>) -> PyResult {
        Ok(self.new_object(PyBuiltinFunction::new(def, this, module))?.into_obj())
    }
}

fn this(o: &Owned) -> &Ref<PyBuiltinFunction> { o.cast().expect("law: checked by the descriptor") }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let f = this(o);
    let text = match &f.this {
        Some(t) if !f.is_plain() => format!("<built-in method {} of {} object at {:#x}>", f.def.name, t.type_name(vm), vm.identity(t)),
        _ => format!("<built-in function {}>", f.def.name),
    };
    vm.new_str(&text)
}

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let f = this(o);
    let own = f.this.as_ref().map_or(0, |t| vm.identity_hash(t));
    let h = own ^ (std::ptr::from_ref(f.def).addr() >> 4) as i64;
    Ok(if h == -1 { -2 } else { h })
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult { this(o).invoke(vm, args) }

fn compare(vm: &mut Vm, o: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (a, Some(b)) = (this(o), other.cast::<PyBuiltinFunction>()) else { return Ok(vm.not_implemented()) };
    let same_self = match (&a.this, &b.this) { (Some(x), Some(y)) => x.is(y), (None, None) => true, _ => false };
    let equal = same_self && std::ptr::eq(a.def, b.def);
    Ok(match op { Compare::Eq => vm.bool(equal), Compare::Ne => vm.bool(!equal), _ => vm.not_implemented() })
}

fn module(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(this(o).module.get())) }

fn set_module(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let _ = vm;
    this(o).module.set(value.cloned());
    Ok(())
}

fn doc(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).def.doc) }
fn name(vm: &mut Vm, o: &Owned) -> PyResult { vm.intern(this(o).def.name) }

fn qualname(vm: &mut Vm, o: &Owned) -> PyResult {
    let f = this(o);
    match &f.this {
        Some(t) if !f.is_plain() => {
            let class = TypeRef::from_obj(t).unwrap_or_else(|| t.type_of(vm)).clone();
            descriptor::qualname(vm, &class, f.def.name)
        }
        _ => vm.intern(f.def.name),
    }
}

fn self_(vm: &mut Vm, o: &Owned) -> PyResult {
    let f = this(o);
    Ok(if f.def.kind == DefKind::Static { vm.none() } else { vm.option_to_none(f.this.clone()) })
}

fn text_signature(vm: &mut Vm, o: &Owned) -> PyResult { descriptor::doc(vm, this(o).def.text_signature()) }

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let f = this(o);
    match &f.this {
        Some(t) if !f.is_plain() => descriptor::reduce(vm, t, f.def.name),
        _ => vm.new_str(f.def.name),
    }
}
