//! Making functions; imports by statement.
#![allow(clippy::missing_safety_doc)]

use crate::eval::frame::Frame;
use crate::eval::state::{obj, word_of};
use crate::object::{Owned, Ref, Word};
use crate::types::code::PyCode;
use crate::types::function::PyFunction;
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

/// Sets defaults and the like on a function being made; takes `v`.
pub unsafe fn set_attr(_: *mut Vm, f: Word, v: Word, which: i16) {
    unsafe {
        let f = &*f.ptr().payload::<PyFunction>();
        let v = Some(Owned::from_word(v));
        match which {
            1 => f.defaults.set(v),
            2 => f.kwdefaults.set(v),
            4 => f.annotations.set(v),
            8 => f.closure.set(v),
            16 => f.annotate.set(v),
            _ => drop(v),
        }
    }
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
