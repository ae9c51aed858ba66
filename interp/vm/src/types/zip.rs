//! `zip`: tuples of one item from each of several iterables.
//!
//! Not here: `map`, which shares the messages of strict mode.

use std::cell::Cell;

use crate::{payload, trace};
use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::list_iter::itself;
use crate::types::str::PyStr;
use crate::types::tuple::{recycled, PyTuple};
use crate::vm::{PyResult, Raised, Vm};

/// Payload of `zip`.
pub struct PyZip {
    pub(crate) iterators: Ref<PyTuple>,
    pub(crate) strict: Cell<bool>,
    /// The tuple of the last step, to be filled again.
    pub(crate) last: Slot,
}

trace! { PyZip { iterators, last } }
crate::fields! { PyZip { iterators, strict, last } }
payload!(PyZip, "zip", zip, Gc);

impl PyZip {
    /// Whether it makes pairs, as long as both iterators last.
    pub(crate) fn is_of_two(&self) -> bool { !self.strict.get() && self.iterators.items().len() == 2 }
}

fn this_zip(this: &Owned) -> &Ref<PyZip> { this.cast::<PyZip>().expect("law: checked by the descriptor") }

/// Docs and methods of `zip`.
pub static DEF: TypeDef = TypeDef {
    doc: "Tuples of the first items of all iterables, of the second items, and so on until the shortest ends.\n\n>>> list(zip('ab', range(3)))\n[('a', 0), ('b', 1)]\n\nWith strict, ValueError if another is longer.",
    sig: "(*iterables, strict=False)",
    methods: &[
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
        Def::new("__setstate__", "($self, object, /)", Native::N1(setstate)).doc("Set state information for unpickling."),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.zip.clone();
    vm.fill_type(&ty, Slots { new: Some(new), iter: Some(itself), next: Some(next), ..Slots::default() }, &DEF)
}

/// The `strict` keyword, the only one that `zip` and `map` take.
pub(crate) fn strict_keyword(vm: &mut Vm, args: Args<'_>, name: &str) -> PyResult<bool> {
    let mut strict = false;
    let given = args.kwnames().len();
    if given > 1 { return Err(vm.type_error(format!("{name}() takes at most 1 keyword argument ({given} given)"))) }
    for (key, value) in args.keywords() {
        let key = key.cast::<PyStr>().map(|k| k.to_string_lossy()).unwrap_or_default();
        if key != "strict" { return Err(vm.type_error(format!("{name}() got an unexpected keyword argument '{key}'"))) }
        strict = vm.truth(value)?;
    }
    Ok(strict)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let strict = strict_keyword(vm, args, "zip")?;
    let mut iterators = Vec::with_capacity(args.pos().len());
    for iterable in args.pos() { iterators.push(vm.iter(iterable)?) }
    let iterators = vm.new_tuple(iterators)?;
    Ok(vm.new_object_of(ty, PyZip { iterators, strict: Cell::new(strict), last: Slot::default() })?.into_obj())
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    vm.check_native_stack("")?;
    let zip = this_zip(this);
    if !zip.strict.get() {
        match zip.iterators.items() {
            [a, b] => {
                let Some(a) = vm.next_raw(a)? else { return Ok(None) };
                let Some(b) = vm.next_raw(b)? else { return Ok(None) };
                return recycled(vm, &zip.last, [a, b]).map(Some);
            }
            [a, b, c] => {
                let Some(a) = vm.next_raw(a)? else { return Ok(None) };
                let Some(b) = vm.next_raw(b)? else { return Ok(None) };
                let Some(c) = vm.next_raw(c)? else { return Ok(None) };
                return recycled(vm, &zip.last, [a, b, c]).map(Some);
            }
            _ => {}
        }
    }
    let Some(items) = one_of_each(vm, &zip.iterators, zip.strict.get(), "zip")? else { return Ok(None) };
    Ok(Some(vm.new_tuple(items)?.into_obj()))
}

/// One item of each iterator; `None` when one is exhausted. In strict mode all must end together.
pub(crate) fn one_of_each(vm: &mut Vm, iterators: &Ref<PyTuple>, strict: bool, name: &str) -> PyResult<Option<Vec<Owned>>> {
    if iterators.is_empty() { return Ok(None) }
    let mut items = Vec::with_capacity(iterators.len());
    for (i, it) in iterators.items().iter().enumerate() {
        // Without strict mode a StopIteration goes on as it is; with it, it counts as the end.
        let item = if strict { vm.next(it)? } else { vm.next_raw(it)? };
        match item {
            Some(item) => items.push(item),
            None if !strict => return Ok(None),
            None if i > 0 => return Err(uneven(vm, name, i, "shorter")),
            None => {
                for (j, it) in iterators.items().iter().enumerate().skip(1) {
                    if vm.next(it)?.is_some() { return Err(uneven(vm, name, j, "longer")) }
                }
                return Ok(None);
            }
        }
    }
    Ok(Some(items))
}

#[cold]
fn uneven(vm: &mut Vm, name: &str, i: usize, how: &str) -> Raised {
    let others = if i == 1 { " 1".to_owned() } else { format!("s 1-{i}") };
    vm.value_error(format!("{name}() argument {} is {how} than argument{others}", i + 1))
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult {
    let zip = this_zip(this);
    let ty = this.type_of(vm).obj().clone();
    let iterators = zip.iterators.obj().clone();
    let strict = zip.strict.get().then(|| vm.bool(true));
    let parts: Vec<Owned> = [ty, iterators].into_iter().chain(strict).collect();
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn setstate(vm: &mut Vm, this: &Owned, state: &Owned) -> PyResult {
    let strict = vm.truth(state)?;
    this_zip(this).strict.set(strict);
    Ok(vm.none())
}
