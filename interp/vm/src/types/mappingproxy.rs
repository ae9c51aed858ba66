//! `mappingproxy`: a read-only view of a mapping, as `cls.__dict__`.
//!
//! Everything is passed on to the mapping. Not here: the namespaces themselves.

use instar_code::{Binary, Compare};

use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::payload;
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// Payload of a mappingproxy.
pub struct PyMappingProxy {
    /// What it shows.
    pub mapping: Owned,
}
trace! { PyMappingProxy { mapping } }
crate::fields! { PyMappingProxy { mapping } }
payload!(PyMappingProxy, "mappingproxy", mappingproxy);

static DEF: TypeDef = TypeDef {
    doc: "Read-only proxy of a mapping.", sig: "(mapping)",
    methods: &[
        Def::new("get", "($self, key, default=None, /)", Native::Var(get, 1, 2)).doc("Return the value for key if key is in the mapping, else default."),
        Def::new("keys", "($self, /)", Native::N0(|vm, o| pass(vm, o, "keys"))).doc("a set-like object providing a view on D's keys"),
        Def::new("values", "($self, /)", Native::N0(|vm, o| pass(vm, o, "values"))).doc("an object providing a view on D's values"),
        Def::new("items", "($self, /)", Native::N0(|vm, o| pass(vm, o, "items"))).doc("a set-like object providing a view on D's items"),
        Def::new("copy", "($self, /)", Native::N0(|vm, o| pass(vm, o, "copy"))).doc("a shallow copy of D"),
        Def::class("__class_getitem__", "", Native::N1(|vm, cls, item| vm.new_generic_alias(cls, item))).doc("See PEP 585"),
        Def::new("__reversed__", "($self, /)", Native::N0(|vm, o| pass(vm, o, "__reversed__"))),
    ],
    getset: &[],
};

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.mappingproxy.clone();
    let mut s = Slots {
        new: Some(new), repr: Some(repr), str: Some(|vm, o| vm.str(&this(o).mapping)), hash: Some(|vm, o| vm.hash(&this(o).mapping)),
        compare: Some(compare), iter: Some(|vm, o| vm.iter(&this(o).mapping)), len: Some(|vm, o| vm.len(&this(o).mapping)),
        getitem: Some(|vm, o, k| vm.get_item(&this(o).mapping, k)), contains: Some(contains), ..Slots::default()
    };
    s.binary[Binary::Or as usize] = Some(or);
    s.binary[Binary::InplaceOr as usize] = Some(inplace_or);
    vm.fill_type(&ty, s, &DEF)
}

fn this(o: &Owned) -> &Ref<PyMappingProxy> { o.cast().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    let mapping = match (args.pos(), args.kwnames()) {
        ([m], []) => m.clone(),
        ([], [k]) if crate::protocol::attr::name_text(k) == "mapping" => args.values()[0].clone(),
        ([], []) => return Err(vm.type_error("mappingproxy() missing required argument 'mapping' (pos 1)")),
        (p, k) => {
            let n = p.len() + k.len();
            return Err(vm.type_error(format!("mappingproxy() takes at most 1 argument ({n} given)")));
        }
    };
    if mapping.type_of(vm).slots().getitem.is_none() || mapping.cast::<PyList>().is_some() || mapping.cast::<PyTuple>().is_some() {
        let t = mapping.type_name(vm);
        return Err(vm.type_error(format!("mappingproxy() argument must be a mapping, not {t}")));
    }
    Ok(vm.new_object(PyMappingProxy { mapping })?.into_obj())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let inner = vm.repr(&this(o).mapping)?;
    let (open, close) = (vm.new_str("mappingproxy(")?, vm.new_str(")")?);
    let text = vm.binary(Binary::Add, &open, &inner)?;
    vm.binary(Binary::Add, &text, &close)
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let other = b.cast::<PyMappingProxy>().map_or_else(|| b.clone(), |p| p.mapping.clone());
    vm.rich_compare(&this(a).mapping, &other, op)
}

fn contains(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult<bool> { vm.contains(&this(o).mapping, key) }

fn get(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let p = this(o);
    let default = args.get(1).cloned().unwrap_or_else(|| vm.none());
    if p.mapping.is_exact::<PyDict>(vm)
        && let Some(d) = p.mapping.cast::<PyDict>()
    {
        return Ok(d.get_item(vm, &args[0])?.unwrap_or(default));
    }
    let name = vm.names.get.clone();
    vm.call_method(&p.mapping, &name, &[args[0].clone(), default])
}

fn pass(vm: &mut Vm, o: &Owned, method: &str) -> PyResult {
    let name = vm.intern(method)?;
    vm.call_method(&this(o).mapping, &name, &[])
}

fn or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let open = |o: &Owned| o.cast::<PyMappingProxy>().map_or_else(|| o.clone(), |p| p.mapping.clone());
    vm.binary(Binary::Or, &open(a), &open(b))
}

fn inplace_or(vm: &mut Vm, o: &Owned, _other: &Owned) -> PyResult {
    let t = o.type_name(vm);
    Err(vm.type_error(format!("'|=' is not supported by {t}; use '|' instead")))
}
