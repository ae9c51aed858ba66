//! Making functions; imports by statement.
#![allow(clippy::missing_safety_doc)]

use crate::eval::frame::Frame;
use crate::eval::state::{obj, word_of};
use crate::object::{Owned, Ref, Word};
use crate::types::cell::PyCell;
use crate::types::code::PyCode;
use crate::types::dict::PyDict;
use crate::types::function::PyFunction;
use crate::types::tuple::PyTuple;
use crate::vm::Vm;

#[inline(never)]
pub unsafe fn make(vm: *mut Vm, fp: *mut Word, code: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let code = Ref::<PyCode>::from_ref_unchecked(obj(&code)).clone();
        let current = Ref::<PyFunction>::from_ref_unchecked(&*Frame(fp).0.sub(5).cast::<Owned>());
        let r = PyFunction::new(vm, code, current.globals.clone(), current.builtins.get()).map(Ref::into_obj);
        word_of(vm, r)
    }
}

/// Sets defaults and the like on a function being made; takes `v`. False with an error for what the compiler never gives: made code can.
pub unsafe fn set_attr(vm: *mut Vm, f: Word, v: Word, which: i16) -> bool {
    unsafe {
        let vm = &mut *vm;
        let v = Owned::from_word(v);
        let Some(f) = Ref::<PyFunction>::cast(obj(&f)) else { return unfit(vm) };
        let (slot, fits) = match which {
            1 => (&f.defaults, Ref::<PyTuple>::cast(&v).is_some()),
            2 => (&f.kwdefaults, Ref::<PyDict>::cast(&v).is_some()),
            4 => (&f.annotations, Ref::<PyTuple>::cast(&v).is_some()),
            8 => (&f.closure, is_closure(&v, f.code_ref().free_count())),
            _ => (&f.annotate, true),
        };
        if !fits { return unfit(vm) }
        slot.set(Some(v));
    }
    true
}

/// Whether the object is a tuple of so many cells.
fn is_closure(o: &Owned, count: usize) -> bool {
    Ref::<PyTuple>::cast(o).is_some_and(|t| t.items().len() == count && t.items().iter().all(|c| Ref::<PyCell>::cast(c).is_some()))
}

#[cold]
fn unfit(vm: &mut Vm) -> bool {
    let e = vm.system_error("operand of unexpected type");
    super::status(vm, Err(e))
}

#[inline(never)]
pub unsafe fn import_name(vm: *mut Vm, fp: *mut Word, index: usize, level: Word, fromlist: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let name = &(*Frame(fp).exec()).names[index];
        let f = Frame(fp);
        let globals = f.globals();
        let namespace = f.names();
        let locals = if namespace.is_null() { vm.none() } else { obj(&namespace).clone() };
        let builtins = super::names::builtins_of(vm, fp);
        let r = crate::import::import_statement(vm, name, obj(&globals), &locals, obj(&builtins), obj(&fromlist), obj(&level));
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn import_from(vm: *mut Vm, module: Word, name: &Owned) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = crate::import::import_from(vm, obj(&module), name);
        word_of(vm, r)
    }
}
