//! Calls by what is called.
#![allow(clippy::missing_safety_doc)]

use instar_code::{flags, Op, Unit};
use instar_object::TypeFlags;

use super::{become_with, due, failed};
use crate::native::Native;
use crate::object::{type_ptr, ObjExt, Owned, Payload, Ref, Word};
use crate::typeobj::PyType;
use crate::types::builtin_function::PyBuiltinFunction;
use crate::types::function::PyFunction;
use crate::types::method_descriptor::PyMethodDescriptor;
use crate::types::object_type::PyInstance;
use crate::vm::Vm;

unsafe fn handle<'a>(o: &Word) -> &'a Owned { unsafe { &*(o as *const Word).cast::<Owned>() } }

pub unsafe fn call(vm: &mut Vm, pc: *mut Unit, fp: *mut Word, b: i16, n: usize, method: bool) {
    unsafe {
        if !due(pc) { return }
        let f = *fp.offset(b as isize);
        if !f.is_ptr() { return failed(pc) }
        let this = if method { *fp.offset(b as isize + 1) } else { Word::NULL };
        let bound = !this.is_null();
        let ty = f.ptr().ty();
        if ty == vm.types.function.ptr() {
            let func = Ref::<PyFunction>::from_ref_unchecked(handle(&f)).clone();
            let p = func.exec_ptr();
            if p.is_null() { return }
            let exec = &*p;
            let given = n + bound as usize;
            if !exec.simple || exec.arg_count < given { return failed(pc) }
            if given < exec.arg_count { return become_with(pc, if method { Op::CallMethodPyDefaults } else { Op::CallPyDefaults }, 0, 0) }
            return become_with(pc, if method { Op::CallMethodPy } else { Op::CallPy }, 0, 0);
        }
        if method && bound && ty == vm.types.method_descriptor.ptr() {
            let d = Ref::<PyMethodDescriptor>::from_ref_unchecked(handle(&f));
            let this_ty = type_ptr(&vm.types, this);
            if this_ty != d.owner.ptr() { return failed(pc) }
            if this_ty == vm.types.list.ptr() && d.def.name == "append" && n == 1 {
                return become_with(pc, Op::CallListAppend, 0, f.raw() as u64);
            }
            return if shape_fits(d.def.func, n) { become_with(pc, Op::CallMethodNative, 0, 0) } else { failed(pc) };
        }
        if method { return failed(pc) }
        if ty == vm.types.builtin_function.ptr() {
            let d = Ref::<PyBuiltinFunction>::from_ref_unchecked(handle(&f));
            // Builtins live as long as their module; the cached word is compared, never followed.
            return match (d.def.name, n) {
                ("len", 1) if of_builtins(vm, d) => become_with(pc, Op::CallLen, 0, f.raw() as u64),
                ("isinstance", 2) if of_builtins(vm, d) => become_with(pc, Op::CallIsinstance, 0, f.raw() as u64),
                _ if shape_fits(d.def.func, n) => become_with(pc, Op::CallBuiltin, 0, 0),
                _ => failed(pc),
            };
        }
        if f.same(vm.types.type_.obj().word()) && n == 1 { return become_with(pc, Op::CallType1, 0, 0) }
        if std::ptr::eq(f.ptr().info().vtable, PyType::vtable()) { return class(vm, pc, f, n) }
        failed(pc)
    }
}

/// Whether this is the function of the builtins module under its own name.
fn of_builtins(vm: &Vm, d: &Ref<PyBuiltinFunction>) -> bool {
    let mut names = [(&vm.names.len, "len"), (&vm.names.isinstance, "isinstance")].into_iter();
    names.find(|(_, text)| *text == d.def.name).and_then(|(name, _)| vm.builtins.get_interned(vm, name)).is_some_and(|f| d.is(&f))
}

fn shape_fits(f: Native, n: usize) -> bool {
    match f {
        Native::N0(_) => n == 0,
        Native::N1(_) => n == 1,
        Native::N2(_) => n == 2,
        Native::Var(_, min, max) => n >= min && n <= max && n < 30_000,
        _ => false,
    }
}

/// Whether instances are made by `object.__new__`.
fn has_object_new(vm: &Vm, class: &Ref<PyType>) -> bool {
    match (class.slots().new, vm.types.object.slots().new) { (Some(a), Some(b)) => std::ptr::fn_addr_eq(a, b), _ => false }
}

/// A class whose metaclass is `type`, whose instances are plain and whose `__init__` is a Python function.
unsafe fn class(vm: &mut Vm, pc: *mut Unit, f: Word, n: usize) {
    unsafe {
        let class = Ref::<PyType>::from_ref_unchecked(handle(&f)).clone();
        let plain = class.obj().type_of(vm).ptr() == vm.types.type_.ptr()
            && class.info.has(TypeFlags::HEAP_TYPE)
            && std::ptr::eq(class.info.vtable, PyInstance::vtable())
            && has_object_new(vm, &class)
            && !class.has_flag(crate::typeobj::vm_flags::ABSTRACT);
        if !plain { return failed(pc) }
        let init = vm.names.__init__.clone();
        let Some(init) = vm.type_lookup(&class, &init) else { return failed(pc) };
        if init.type_of(vm).ptr() != vm.types.function.ptr() { return failed(pc) }
        let func = init.cast::<PyFunction>().expect("law: exact function").clone();
        let p = func.exec_ptr();
        if p.is_null() { return }
        let exec = &*p;
        let generator = exec.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR) != 0;
        if generator || !exec.simple || exec.arg_count != n + 1 { return failed(pc) }
        let (tv, fv) = (vm.type_version(&class), func.assign_version(vm));
        if tv == 0 || fv == 0 { return failed(pc) }
        become_with(pc, Op::CallClass, tv as u64 | (fv as u64) << 32, init.word().raw() as u64);
    }
}
