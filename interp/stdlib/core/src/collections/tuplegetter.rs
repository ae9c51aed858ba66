//! `_tuplegetter`: the fields of named tuples.

use instar_object::TypeFlags;
use instar_vm::args::Args;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::set_type;

struct TupleGetter { index: isize, doc: Slot }
trace! { TupleGetter { doc } }
instar_vm::fields! { TupleGetter { index, doc } }
payload!(TupleGetter, "_tuplegetter");

static DEF: TypeDef = TypeDef {
    doc: "", sig: "(index, doc, /)",
    methods: &[Def::new("__reduce__", "", Native::N0(reduce))],
    getset: &[GetSet::rw("__doc__", |vm, o| Ok(vm.option_to_none(this(o).doc.get())), |_, o, v| { this(o).doc.set(v.cloned()); Ok(()) })],
};

fn this(o: &Owned) -> &Ref<TupleGetter> { o.cast().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let two = args.exactly(vm, "_tuplegetter", 2, 2)?;
    let index = vm.size_argument(&two[0])?;
    Ok(vm.new_object_of(ty, TupleGetter { index, doc: Slot::new(Some(two[1].clone())) })?.into_obj())
}

fn get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _: &Owned) -> PyResult {
    let Some(obj) = obj.filter(|obj| !vm.is_none(obj)) else { return Ok(o.clone()) };
    let index = this(o).index;
    let Some(tuple) = obj.cast::<PyTuple>() else {
        let t = obj.type_name(vm);
        return Err(vm.type_error(format!("descriptor for index '{index}' for tuple subclasses doesn't apply to '{t}' object")));
    };
    match usize::try_from(index).ok().and_then(|i| tuple.get(i)) { Some(item) => Ok(item), None => Err(vm.index_error("tuple index out of range")) }
}

fn set(vm: &mut Vm, _: &Owned, _: &Owned, value: Option<&Owned>) -> PyResult<()> {
    Err(vm.attribute_error(if value.is_some() { "can't set attribute" } else { "can't delete attribute" }))
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let doc = vm.option_to_none(this(o).doc.get());
    let args = [vm.new_int(this(o).index as i64)?, doc];
    let (ty, args) = (o.type_of(vm).obj().clone(), vm.new_tuple(args)?.into_obj());
    Ok(vm.new_tuple([ty, args])?.into_obj())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let doc = vm.option_to_none(this(o).doc.get());
    let text = format!("{}({}, {})", o.bare_type_name(vm), this(o).index, vm.repr_text(&doc)?);
    vm.new_str(&text)
}

/// Makes the type.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { new: Some(new), repr: Some(repr), descr_get: Some(get), descr_set: Some(set), ..Slots::default() };
    let ty = vm.new_native_type::<TupleGetter>("collections", "_tuplegetter", None, TypeFlags::GC.bits(), slots, &DEF)?;
    set_type(vm, ns, &ty)
}
