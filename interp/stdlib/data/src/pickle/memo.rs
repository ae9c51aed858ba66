//! Memos of picklers and unpicklers, and the objects that show them.
//!
//! Not here: writing and reading memo opcodes.

use std::collections::HashMap;

use instar_object::TypeFlags;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{Owned, TraceField, Word};
use instar_vm::slots::Slots;
use instar_vm::typeobj::vm_flags;
use instar_vm::{ObjExt, PyResult, Vm};

use super::pickler::Pickler;
use super::unpickler::Unpickler;
use crate::support::type_once;

/// What a pickler has written: objects in the order of their numbers, found by address.
#[derive(Default)]
pub struct Memo { numbers: HashMap<usize, usize>, objects: Vec<(usize, Owned)> }

// SAFETY: visits every handle that it owns, once; the table holds numbers.
unsafe impl TraceField<instar_object::Active> for Memo {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { for (_, o) in &self.objects { visit(o.word()) } }
    fn clear_field(&mut self) { self.numbers.clear(); self.objects.clear() }
}

impl Memo {
    /// The number of an object.
    pub fn get(&self, o: &Owned) -> Option<usize> { self.numbers.get(&o.word().raw()).copied() }
    /// How many there are.
    pub fn len(&self) -> usize { self.objects.len() }
    /// Adds an object under a number.
    pub fn add(&mut self, o: &Owned, number: usize) { self.numbers.insert(o.word().raw(), number); self.objects.push((number, o.clone())) }
    /// Everything.
    pub fn items(&self) -> &[(usize, Owned)] { &self.objects }
}

/// Payload of both proxies: the pickler or unpickler.
pub struct Proxy { owner: Owned }
instar_vm::trace! { Proxy { owner } }
instar_vm::fields! { Proxy { owner } }
instar_vm::payload!(Proxy, "PicklerMemoProxy");

/// Payload of the unpickler's.
pub struct LoadProxy { owner: Owned }
instar_vm::trace! { LoadProxy { owner } }
instar_vm::fields! { LoadProxy { owner } }
instar_vm::payload!(LoadProxy, "UnpicklerMemoProxy");

/// A proxy of a pickler's memo.
pub fn of_pickler(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.new_object(Proxy { owner: o.clone() })?.into_obj()) }
/// A proxy of an unpickler's memo.
pub fn of_unpickler(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.new_object(LoadProxy { owner: o.clone() })?.into_obj()) }

/// The pickler behind a proxy.
pub fn pickler_behind(o: &Owned) -> Option<&Owned> { o.cast::<Proxy>().map(|p| &p.owner) }
/// The unpickler behind a proxy.
pub fn unpickler_behind(o: &Owned) -> Option<&Owned> { o.cast::<LoadProxy>().map(|p| &p.owner) }

fn copy_saved(vm: &mut Vm, o: &Owned) -> PyResult {
    let dict = vm.new_dict()?;
    let Some(p) = pickler_behind(o).and_then(|p| p.cast::<Pickler>()) else { return Ok(dict.into_obj()) };
    for (number, object) in p.memo.get(vm).items().to_vec() {
        let (id, number) = (vm.new_usize(object.word().raw())?, vm.new_usize(number)?);
        let pair = vm.new_tuple([number, object])?.into_obj();
        dict.set_item(vm, &id, &pair)?;
    }
    Ok(dict.into_obj())
}

fn clear_saved(vm: &mut Vm, o: &Owned) -> PyResult {
    if let Some(p) = pickler_behind(o).and_then(|p| p.cast::<Pickler>()) { let old = std::mem::take(p.memo.get_mut(vm)); drop(old) }
    Ok(vm.none())
}

fn copy_loaded(vm: &mut Vm, o: &Owned) -> PyResult {
    let dict = vm.new_dict()?;
    let Some(u) = unpickler_behind(o).and_then(|u| u.cast::<Unpickler>()) else { return Ok(dict.into_obj()) };
    for (key, value) in u.memo.pairs(vm)? { dict.set_item(vm, &key, &value)? }
    Ok(dict.into_obj())
}

fn clear_loaded(vm: &mut Vm, o: &Owned) -> PyResult {
    if let Some(u) = unpickler_behind(o).and_then(|u| u.cast::<Unpickler>()) { u.memo.clear(vm) }
    Ok(vm.none())
}

fn reduce(vm: &mut Vm, o: &Owned, copy: fn(&mut Vm, &Owned) -> PyResult) -> PyResult {
    let contents = copy(vm, o)?;
    let args = vm.new_tuple([contents])?.into_obj();
    let parts = [vm.types.dict.obj().clone(), args];
    Ok(vm.new_tuple(parts)?.into_obj())
}

static SAVED: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("clear", "($self, /)", Native::N0(clear_saved)).doc("Remove all items from memo."),
        Def::new("copy", "($self, /)", Native::N0(copy_saved)).doc("Copy the memo to a new object."),
        Def::new("__reduce__", "($self, /)", Native::N0(|vm, o| reduce(vm, o, copy_saved))).doc("Implement pickle support."),
    ],
    getset: &[],
};
static LOADED: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("clear", "($self, /)", Native::N0(clear_loaded)).doc("Remove all items from memo."),
        Def::new("copy", "($self, /)", Native::N0(copy_loaded)).doc("Copy the memo to a new object."),
        Def::new("__reduce__", "($self, /)", Native::N0(|vm, o| reduce(vm, o, copy_loaded))).doc("Implement pickling support."),
    ],
    getset: &[],
};

/// Makes the proxies' types.
pub fn make(vm: &mut Vm) -> PyResult<()> {
    let gc = TypeFlags::GC.bits();
    let a = type_once::<Proxy>(vm, "_pickle", "PicklerMemoProxy", None, gc, Slots::default(), &SAVED)?;
    let b = type_once::<LoadProxy>(vm, "_pickle", "UnpicklerMemoProxy", None, gc, Slots::default(), &LOADED)?;
    for ty in [a, b] { ty.set_flag(vm_flags::NO_NEW, true) }
    Ok(())
}
