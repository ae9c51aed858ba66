//! `filter`: the items of an iterable that a function accepts.
//!
//! Not here: comprehensions with conditions, which are code.

use crate::{payload, trace};
use crate::args::{check_count, Args};
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::list_iter::itself;
use crate::vm::{PyResult, Vm};

/// Payload of `filter`.
pub struct PyFilter {
    function: Owned,
    iterator: Owned,
}

trace! { PyFilter { function, iterator } }
crate::fields! { PyFilter { function, iterator } }
payload!(PyFilter, "filter", filter, Gc);

fn this_filter(this: &Owned) -> &Ref<PyFilter> { this.cast::<PyFilter>().expect("law: checked by the descriptor") }

/// Docs and methods of `filter`.
pub static DEF: TypeDef = TypeDef {
    doc: "The items for which function(item) is true; with None as function, the items that are true.",
    sig: "(function, iterable, /)",
    methods: &[Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling.")],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.filter.clone();
    vm.fill_type(&ty, Slots { new: Some(new), iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    // A subclass with an `__init__` of its own may take keywords there.
    let init = |ty: &TypeRef| ty.slots().init.map(|f| f as usize);
    if init(ty) == init(&vm.types.filter) { args.no_keywords(vm, "filter")? }
    check_count(vm, "filter", args.pos().len(), 2, 2)?;
    let iterator = vm.iter(&args.pos()[1])?;
    Ok(vm.new_object_of(ty, PyFilter { function: args.pos()[0].clone(), iterator })?.into_obj())
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    vm.check_native_stack("")?;
    let filter = this_filter(this);
    let by_truth = vm.is_none(&filter.function) || filter.function.is(vm.types.bool.obj());
    while let Some(item) = vm.next_raw(&filter.iterator)? {
        let keep = if by_truth { vm.truth(&item)? } else {
            let answer = vm.call1(&filter.function, &item)?;
            vm.truth(&answer)?
        };
        if keep { return Ok(Some(item)) }
        drop(item);
        vm.safe_point()?;
    }
    Ok(None)
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let filter = this_filter(this);
    let args = vm.new_tuple([filter.function.clone(), filter.iterator.clone()])?.into_obj();
    let ty = this.type_of(vm).obj().clone();
    Ok(vm.new_tuple([ty, args])?.into_obj())
}
