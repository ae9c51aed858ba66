//! `types.SimpleNamespace`.
//!
//! Not here: anything that uses it (`sys.implementation`).

use instar_code::Compare;

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::protocol::attr::name_text;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// Payload of a SimpleNamespace.
#[derive(Default)]
pub struct PySimpleNamespace { dict: Slot }
trace! { PySimpleNamespace { dict } }
crate::fields! { PySimpleNamespace { dict } }
payload!(PySimpleNamespace, "types.SimpleNamespace", simple_namespace);

static DEF: TypeDef = TypeDef {
    doc: "A simple attribute-based namespace.", sig: "(mapping_or_iterable=(), /, **kwargs)",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling"),
        Def::new("__replace__", "($self, /, **changes)", Native::Full(replace)).doc("Return a copy of the namespace object with new values for the specified attributes.")],
    getset: &[GetSet::member("__dict__", |vm, o| Ok(namespace(vm, o)?.into_obj()))],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.simple_namespace.clone();
    let s = Slots { new: Some(new), init: Some(init_slot), repr: Some(repr), compare: Some(compare), dict_slot: Some(|o| &this(o).dict), ..Slots::default() };
    vm.fill_type(&ty, s, &DEF)
}

fn this(o: &Owned) -> &Ref<PySimpleNamespace> { o.cast().expect("law: checked by the descriptor") }

impl Vm {
    /// A namespace around `dict`.
    pub fn new_simple_namespace(&mut self, dict: &Ref<PyDict>) -> PyResult { Ok(self.new_object(PySimpleNamespace { dict: Slot::new(Some(dict.obj().clone())) })?.into_obj()) }
}

fn namespace(vm: &mut Vm, o: &Owned) -> PyResult<Ref<PyDict>> {
    if let Some(d) = this(o).dict.get().and_then(|d| Ref::try_from(d).ok()) { return Ok(d) }
    let d = vm.new_dict()?;
    this(o).dict.set(Some(d.obj().clone()));
    Ok(d)
}

fn new(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult {
    let dict = vm.new_dict()?.into_obj();
    Ok(vm.new_object_of(ty, PySimpleNamespace { dict: Slot::new(Some(dict)) })?.into_obj())
}

fn init_slot(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let pos = args.pos();
    if pos.len() > 1 {
        let (t, n) = (o.bare_type_name(vm), pos.len());
        return Err(vm.type_error(format!("{t} expected at most 1 argument, got {n}")));
    }
    let dict = namespace(vm, o)?;
    if let Some(source) = pos.first() {
        let given = match source.cast::<PyDict>() {
            Some(d) => d.clone(),
            None => {
                let ty = vm.types.dict.obj().clone();
                let d = vm.call1(&ty, source)?;
                match Ref::try_from(d) { Ok(d) => d, Err(_) => return Err(vm.system_error("dict() made no dict")) }
            }
        };
        for (k, v) in given.pairs(vm)? {
            if k.cast::<PyStr>().is_none() {
                let t = k.type_name(vm);
                let what = if pos[0].cast::<PyDict>().is_some() { "keywords must be strings".to_owned() } else { format!("keywords must be strings, not '{t}'") };
                return Err(vm.type_error(what.split(',').next().unwrap_or_default()));
            }
            dict.set_item(vm, &k, &v)?;
        }
    }
    for (k, v) in args.keywords() { dict.set_item(vm, k, v)? }
    Ok(())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let name = if o.is_exact::<PySimpleNamespace>(vm) { "namespace".to_owned() } else { o.type_name(vm) };
    if !vm.repr_enter(o) { return vm.new_str(&format!("{name}(...)")) }
    let result = repr_parts(vm, o);
    vm.repr_leave(o);
    let parts = result?;
    vm.new_str(&format!("{name}({})", parts.join(", ")))
}

fn repr_parts(vm: &mut Vm, o: &Owned) -> PyResult<Vec<String>> {
    let mut parts = Vec::new();
    for (k, v) in namespace(vm, o)?.pairs(vm)? {
        if k.cast::<PyStr>().is_none_or(|s| s.is_empty()) { continue }
        parts.push(format!("{}={}", name_text(&k), vm.repr_text(&v)?));
    }
    Ok(parts)
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    if b.cast::<PySimpleNamespace>().is_none() { return Ok(vm.not_implemented()) }
    let (x, y) = (namespace(vm, a)?, namespace(vm, b)?);
    vm.rich_compare(x.obj(), y.obj(), op)
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = namespace(vm, o)?.into_obj();
    let class = o.type_of(vm).obj().clone();
    let empty = vm.consts.empty_tuple.obj().clone();
    Ok(vm.new_tuple(vec![class, empty, d])?.into_obj())
}

fn replace(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    if !args.pos().is_empty() {
        let n = args.pos().len();
        return Err(vm.type_error(format!("__replace__() takes no positional arguments ({n} given)")));
    }
    let class = o.type_of(vm).obj().clone();
    let copy = vm.call0(&class)?;
    if copy.cast::<PySimpleNamespace>().is_none() {
        let (wanted, got) = (vm.qualified_type_name(o), vm.qualified_type_name(&copy));
        return Err(vm.type_error(format!("expect types.SimpleNamespace type, but {wanted}() returned '{got}' object")));
    }
    let key = vm.names.__dict__.clone();
    let target = vm.get_attr(&copy, &key)?;
    let Ok(target) = Ref::<PyDict>::try_from(target) else { return Err(vm.type_error("expect types.SimpleNamespace type")) };
    for (k, v) in namespace(vm, o)?.pairs(vm)? { target.set_item(vm, &k, &v)? }
    for (k, v) in args.keywords() { target.set_item(vm, k, v)? }
    Ok(copy)
}
