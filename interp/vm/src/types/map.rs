//! `map`: a function applied to the items of one or more iterables.
//!
//! Not here: the walk over several iterables in step (`zip.rs`).

use std::cell::Cell;

use crate::{payload, trace};
use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::list_iter::itself;
use crate::types::tuple::PyTuple;
use crate::types::zip::{one_of_each, strict_keyword};
use crate::vm::{PyResult, Vm};

/// Payload of `map`.
pub struct PyMap {
    iterators: Ref<PyTuple>,
    function: Owned,
    strict: Cell<bool>,
}

trace! { PyMap { iterators, function } }
crate::fields! { PyMap { iterators, function, strict } }
payload!(PyMap, "map", map, Gc);

fn this_map(this: &Owned) -> &Ref<PyMap> { this.cast::<PyMap>().expect("law: checked by the descriptor") }

/// Docs and methods of `map`.
pub static DEF: TypeDef = TypeDef {
    doc: "Results of function(item of the first iterable, item of the second, ...) until the shortest ends.\n\nWith strict, ValueError if another is longer.",
    sig: "(function, iterable, /, *iterables, strict=False)",
    methods: &[
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
        Def::new("__setstate__", "($self, object, /)", Native::N1(setstate)).doc("Set state information for unpickling."),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.map.clone();
    vm.fill_type(&ty, Slots { new: Some(new), iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let strict = strict_keyword(vm, args, "map")?;
    let Some((function, iterables)) = args.pos().split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Err(vm.type_error("map() must have at least two arguments."));
    };
    let mut iterators = Vec::with_capacity(iterables.len());
    for iterable in iterables { iterators.push(vm.iter(iterable)?) }
    let iterators = vm.new_tuple(iterators)?;
    Ok(vm.new_object_of(ty, PyMap { iterators, function: function.clone(), strict: Cell::new(strict) })?.into_obj())
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    vm.check_native_stack("")?;
    let map = this_map(this);
    if let [it] = map.iterators.items() {
        let Some(item) = vm.next_raw(it)? else { return Ok(None) };
        return vm.call1(&map.function, &item).map(Some);
    }
    let Some(items) = one_of_each(vm, &map.iterators, map.strict.get(), "map")? else { return Ok(None) };
    vm.call_n(&map.function, &items).map(Some)
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let map = this_map(this);
    let mut args = vec![map.function.clone()];
    args.extend_from_slice(map.iterators.items());
    let args = vm.new_tuple(args)?.into_obj();
    let ty = this.type_of(vm).obj().clone();
    let strict = map.strict.get().then(|| vm.bool(true));
    let parts: Vec<Owned> = [ty, args].into_iter().chain(strict).collect();
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let strict = vm.truth(state)?;
    this_map(this).strict.set(strict);
    Ok(vm.none())
}
