//! The helpers behind `Intrinsic1` and `Intrinsic2`.
#![allow(clippy::missing_safety_doc)]

use instar_code::{flags, Intrinsic1, Intrinsic2};

use crate::eval::frame::Frame;
use crate::eval::state::{obj, word_of};
use crate::object::{ObjExt, Owned, Ref, Word};
use crate::types::exception::PyException;
use crate::types::function::PyFunction;
use crate::types::tuple::PyTuple;
use crate::types::typevar;
use crate::vm::{PyResult, Raised, Vm};

#[inline(never)]
pub unsafe fn one(vm: *mut Vm, fp: *mut Word, which: i16, a: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = run_one(vm, fp, which, obj(&a));
        word_of(vm, r)
    }
}

unsafe fn run_one(vm: &mut Vm, fp: *mut Word, which: i16, a: &Owned) -> PyResult {
    const PRINT: i16 = Intrinsic1::Print as i16;
    const IMPORT_STAR: i16 = Intrinsic1::ImportStar as i16;
    const STOP: i16 = Intrinsic1::StopIterationError as i16;
    const WRAP: i16 = Intrinsic1::AsyncGenWrap as i16;
    const TYPEVAR: i16 = Intrinsic1::TypeVar as i16;
    const PARAMSPEC: i16 = Intrinsic1::ParamSpec as i16;
    const TUPLE: i16 = Intrinsic1::TypeVarTuple as i16;
    const GENERIC: i16 = Intrinsic1::SubscriptGeneric as i16;
    const ALIAS: i16 = Intrinsic1::TypeAlias as i16;
    match which {
        PRINT => {
            let hook = vm.names.displayhook.clone();
            match vm.sys.clone().get_interned(vm, &hook) {
                Some(hook) => vm.call1(&hook, a),
                None => Err(vm.runtime_error("lost sys.displayhook")),
            }
        }
        IMPORT_STAR => {
            let namespace = unsafe { Frame(fp).names() };
            if namespace.is_null() { return Err(vm.system_error("no locals found during 'import *'")) }
            crate::import::import_star(vm, a, unsafe { obj(&namespace) })?;
            Ok(vm.none())
        }
        STOP => Ok(stop_iteration_error(vm, unsafe { (*Frame(fp).exec()).flags }, a)),
        WRAP => crate::types::async_generator::wrap(vm, a.clone()),
        TYPEVAR => typevar::new_typevar(vm, a, None, None),
        PARAMSPEC => typevar::new_paramspec(vm, a),
        TUPLE => typevar::new_typevartuple(vm, a),
        GENERIC => typevar::subscript_generic(vm, a),
        ALIAS => typevar::new_type_alias(vm, a),
        _ => Err(vm.system_error("unknown intrinsic")),
    }
}

/// PEP 479: StopIteration (or StopAsyncIteration) that leaves a generator becomes RuntimeError.
fn stop_iteration_error(vm: &mut Vm, code_flags: u32, e: &Owned) -> Owned {
    let what = if code_flags & flags::COROUTINE != 0 { "coroutine" } else if code_flags & flags::ASYNC_GENERATOR != 0 { "async generator" } else { "generator" };
    let name = if e.is_instance_of(vm, &vm.types.stop_iteration) { "StopIteration" }
        else if code_flags & flags::ASYNC_GENERATOR != 0 && e.is_instance_of(vm, &vm.types.stop_async_iteration) { "StopAsyncIteration" }
        else { return e.clone() };
    let Raised(error) = vm.runtime_error(format!("{what} raised {name}"));
    error.set_cause(Some(e.clone()));
    error.context.set(Some(e.clone()));
    error.into_obj()
}

#[inline(never)]
pub unsafe fn two(vm: *mut Vm, which: i16, a: Word, b: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = run_two(vm, which, obj(&a), obj(&b));
        word_of(vm, r)
    }
}

fn run_two(vm: &mut Vm, which: i16, a: &Owned, b: &Owned) -> PyResult {
    const STAR: i16 = Intrinsic2::PrepReraiseStar as i16;
    const BOUND: i16 = Intrinsic2::TypeVarWithBound as i16;
    const CONSTRAINTS: i16 = Intrinsic2::TypeVarWithConstraints as i16;
    const PARAMS: i16 = Intrinsic2::SetFunctionTypeParams as i16;
    const DEFAULT: i16 = Intrinsic2::SetTypeParamDefault as i16;
    match which {
        STAR => crate::types::exception::prep_reraise_star(vm, a, b),
        BOUND => typevar::new_typevar(vm, a, Some(b.clone()), None),
        CONSTRAINTS => typevar::new_typevar(vm, a, None, Some(b.clone())),
        PARAMS => {
            if let Some(f) = Ref::<PyFunction>::cast(a) { f.type_params.set(Ref::<PyTuple>::cast(b).map(|t| t.obj().clone())) }
            Ok(a.clone())
        }
        DEFAULT => typevar::set_default(vm, a, b),
        _ => Err(vm.system_error("unknown intrinsic")),
    }
}

/// An exception object as the type the loop keeps it in.
pub fn as_exception(o: Owned) -> Option<Ref<PyException>> { Ref::<PyException>::try_from(o).ok() }
