//! `method`: a function bound to its first argument.
//!
//! Not here: native methods (`builtin_function.rs`).

use instar_code::Compare;

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::payload;
use crate::protocol::attr;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::slot_dunder::call_with_first;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// Payload of a bound method.
#[repr(C)]
pub struct PyMethod {
    /// The callable.
    pub func: Owned,
    /// Its first argument.
    pub this: Owned,
}
trace! { PyMethod { func, this } }
crate::fields! { PyMethod { func, this } }
payload!(PyMethod, "method", method, GcWeak { func, this });

static DEF: TypeDef = TypeDef {
    doc: "Create a bound instance method object.", sig: "(function, instance, /)",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce))],
    getset: &[GetSet { member: true, name: "__func__", get: func, set: None, doc: "the function (or other callable) implementing a method" },
        GetSet { member: true, name: "__self__", get: self_, set: None, doc: "the instance to which a method is bound" }, GetSet::ro("__doc__", doc)],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.method.clone();
    let s = Slots { new: Some(new), repr: Some(repr), hash: Some(hash), call: Some(call), getattr: Some(getattr), compare: Some(compare), descr_get: Some(get), ..Slots::default() };
    vm.fill_type(&ty, s, &DEF)
}

impl Vm {
    /// `func` bound to `this`.
    #[inline]
    pub fn new_method(&self, func: Owned, this: Owned) -> PyResult { Ok(self.new_object(PyMethod { func, this })?.into_obj()) }
}

fn this(o: &Owned) -> &Ref<PyMethod> { o.cast().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    let args = args.exactly(vm, "method", 2, 2)?;
    if args[0].type_of(vm).slots().call.is_none() { return Err(vm.type_error("first argument must be callable")) }
    if vm.is_none(&args[1]) { return Err(vm.type_error("instance must not be None")) }
    vm.new_method(args[0].clone(), args[1].clone())
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult { call_with_first(vm, &this(o).func, &this(o).this, args) }

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let m = this(o);
    let mut name = None;
    for key in [vm.names.__qualname__.clone(), vm.names.__name__.clone()] {
        if let Some(n) = vm.get_attr_opt(&m.func, &key)? { name = Some(n); break }
    }
    let name = name.filter(|n| n.cast::<crate::types::str::PyStr>().is_some()).map_or_else(|| "?".to_owned(), |n| attr::name_text(&n));
    let text = format!("<bound method {name} of {}>", vm.repr_text(&m.this)?);
    vm.new_str(&text)
}

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let own = vm.identity_hash(&this(o).this);
    let h = own ^ vm.hash(&this(o).func)?;
    Ok(if h == -1 { -2 } else { h })
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (x, Some(y)) = (this(a), b.cast::<PyMethod>()) else { return Ok(vm.not_implemented()) };
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let equal = vm.equal(&x.func, &y.func)? && x.this.is(&y.this);
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

/// Attributes of the type first (`__func__`, `__self__`), then the function's.
fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult {
    if let Some(d) = vm.type_lookup(o.type_of(vm), name) {
        return match d.type_of(vm).slots().descr_get {
            Some(get) => { let owner = o.type_of(vm).obj().clone(); get(vm, &d, Some(o), &owner) }
            None => Ok(d),
        };
    }
    vm.get_attr_interned(&this(o).func, name)
}

fn get(_vm: &mut Vm, o: &Owned, _obj: Option<&Owned>, _owner: &Owned) -> PyResult { Ok(o.clone()) }
fn func(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).func.clone()) }
fn self_(_vm: &mut Vm, o: &Owned) -> PyResult { Ok(this(o).this.clone()) }

fn doc(vm: &mut Vm, o: &Owned) -> PyResult {
    let key = vm.names.__doc__.clone();
    Ok(match vm.get_attr_opt(&this(o).func, &key)? { Some(d) => d, None => vm.none() })
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let m = this(o);
    let key = vm.names.__name__.clone();
    let name = vm.get_attr(&m.func, &key)?;
    super::descriptor::reduce(vm, &m.this, &attr::name_text(&name))
}
