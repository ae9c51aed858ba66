//! `_typing._ConstEvaluator`: the evaluator of a bound, default or value that was given as an object and not as an expression.
//!
//! Not here: type variables themselves (`typevar.rs`).

use crate::args::{Args, Signature};
use crate::native::TypeDef;
use crate::object::{ObjExt, Owned, Slot};
use crate::slots::Slots;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};
use crate::{payload, trace};

/// `annotationlib.Format.STRING`
const FORMAT_STRING: i64 = 4;

/// An evaluator.
pub struct PyConstEvaluator { value: Owned }
trace! { PyConstEvaluator { value } }
crate::fields! { PyConstEvaluator { value } }
payload!(PyConstEvaluator, "_ConstEvaluator", const_evaluator, Gc);

/// The function that evaluates a part: the compiler's, else one that gives the known value, else None.
pub fn of(vm: &mut Vm, evaluate: &Slot, value: &Slot) -> PyResult {
    if let Some(f) = evaluate.get() { return Ok(f) }
    let Some(value) = value.get().filter(|v| !vm.is_none(v)) else { return Ok(vm.none()) };
    if value.cast::<PyTuple>().is_some_and(|t| t.items().is_empty()) { return Ok(vm.none()) }
    Ok(vm.new_object(PyConstEvaluator { value })?.into_obj())
}

fn value_of(o: &Owned) -> Owned { o.cast::<PyConstEvaluator>().expect("law: checked by the descriptor").value.clone() }

/// How a type is written, as `annotationlib` has it.
fn written(vm: &mut Vm, o: &Owned) -> PyResult<String> {
    let module = vm.import_module("annotationlib")?;
    let function = vm.get_attr_str(&module, "type_repr")?;
    let text = vm.call1(&function, o)?;
    match text.cast::<PyStr>() { Some(s) => Ok(s.to_string_lossy()), None => vm.repr_text(&text) }
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let given = args.bind(vm, "constevaluator.__call__", &Signature::parse("(format)"))?;
    let format = match &given[0] { Some(f) => vm.index_i64(f)?, None => 1 };
    let value = value_of(o);
    if format != FORMAT_STRING { return Ok(value) }
    let text = match value.cast::<PyTuple>().map(|t| t.items().to_vec()) {
        Some(items) => {
            let all = items.iter().map(|i| written(vm, i)).collect::<PyResult<Vec<_>>>()?;
            format!("({}{})", all.join(", "), if all.len() == 1 { "," } else { "" })
        }
        None => written(vm, &value)?,
    };
    vm.new_str(&text)
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = vm.repr_text(&value_of(o))?;
    vm.new_str(&format!("<constevaluator {text}>"))
}

static DEF: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.const_evaluator.clone();
    vm.fill_type(&ty, Slots { call: Some(call), repr: Some(repr), ..Slots::default() }, &DEF)
}
