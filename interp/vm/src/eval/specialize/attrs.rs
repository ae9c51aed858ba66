//! Attributes by type version. The callers have asked `due`.
#![allow(clippy::missing_safety_doc)]

use instar_code::{Op, Unit};
use instar_object::{attrs, TypeFlags};

use super::{become_with, failed};
use crate::object::{ObjExt, Owned, Payload, Ref, Word};
use crate::typeobj::attr_plan::{work_out, Kind};
use crate::typeobj::{vm_flags, PyType, TypeRef};
use crate::types::member_descriptor::PyMemberDescriptor;
use crate::types::classmethod::PyClassMethod;
use crate::types::module::PyModule;
use crate::types::staticmethod::PyStaticMethod;
use crate::vm::Vm;

unsafe fn handle<'a>(o: &Word) -> &'a Owned { unsafe { &*(o as *const Word).cast::<Owned>() } }

fn version(vm: &mut Vm, ty: &TypeRef) -> u32 { vm.type_version(ty) }

pub unsafe fn load_attr(vm: &mut Vm, pc: *mut Unit, o: Word, name: &Owned) {
    unsafe {
        if special_receiver(vm, pc, o, name, Op::LoadAttrModule, Op::LoadAttrClass) { return }
        if !o.is_ptr() { return failed(pc) }
        let ty = handle(&o).type_of(vm).clone();
        if !ty.has_flag(vm_flags::GENERIC_GETATTR) { return failed(pc) }
        let (plan, word) = work_out(vm, handle(&o), &ty, name);
        let v = version(vm, &ty);
        if v == 0 { return failed(pc) }
        let first = v as u64 | (plan.at as u64) << 32;
        match plan.kind {
            Kind::Value => become_with(pc, Op::LoadAttrValue, first, name.word().raw() as u64),
            Kind::Member => become_with(pc, Op::LoadAttrMember, first, 0),
            Kind::Shared => become_with(pc, Op::LoadAttrShared, first, word.raw() as u64),
            Kind::Property => become_with(pc, Op::LoadAttrProperty, first, word.raw() as u64),
            _ => failed(pc),
        }
    }
}

pub unsafe fn load_method(vm: &mut Vm, pc: *mut Unit, o: Word, name: &Owned) {
    unsafe {
        if special_receiver(vm, pc, o, name, Op::LoadMethodModule, Op::LoadMethodClass) { return }
        if !o.is_ptr() { return failed(pc) }
        let ty = handle(&o).type_of(vm).clone();
        if !ty.has_flag(vm_flags::GENERIC_GETATTR) { return failed(pc) }
        let (plan, word) = work_out(vm, handle(&o), &ty, name);
        let v = version(vm, &ty);
        if v != 0 && plan.kind == Kind::Method { become_with(pc, Op::LoadMethodType, v as u64, word.raw() as u64) } else { failed(pc) }
    }
}

/// Modules and classes as receivers.
unsafe fn special_receiver(vm: &mut Vm, pc: *mut Unit, o: Word, name: &Owned, module_op: Op, class_op: Op) -> bool {
    unsafe {
        if !o.is_ptr() { return false }
        if o.ptr().ty() == vm.types.module.ptr() {
            let m = Ref::<PyModule>::from_ref_unchecked(handle(&o)).clone();
            let Some(dict) = m.namespace().cloned() else { failed(pc); return true };
            // A data descriptor of the module type comes first.
            let ty = vm.types.module.clone();
            if vm.type_lookup(&ty, name).is_some() { failed(pc); return true }
            match dict.find_interned(vm, name) {
                Some(entry) => {
                    let v = dict.keys_version(vm);
                    if v == 0 { failed(pc); return true }
                    become_with(pc, module_op, v as u64, dict.table(vm).value_ptr(entry) as u64);
                }
                None => failed(pc),
            }
            return true;
        }
        if std::ptr::eq(o.ptr().info().vtable, PyType::vtable()) {
            let class = Ref::<PyType>::from_ref_unchecked(handle(&o)).clone();
            let meta = class.obj().type_of(vm).clone();
            // The metaclass cannot change: then nothing of its comes before the class's own.
            let plain = meta.ptr() == vm.types.type_.ptr() && vm.type_lookup(&meta, name).is_none();
            let attr = vm.type_lookup(&class, name);
            match attr {
                Some(attr) if plain => {
                    // Only what access through the class gives unchanged: no descriptor, or a plain function.
                    if class_op == Op::LoadMethodClass {
                        let wrapped = if attr.is_exact::<PyClassMethod>(vm) { Some(Op::LoadMethodClassBound) }
                            else if attr.is_exact::<PyStaticMethod>(vm) { Some(Op::LoadMethodClassStatic) } else { None };
                        if let Some(op) = wrapped {
                            let v = version(vm, &class);
                            if v == 0 { failed(pc) } else { become_with(pc, op, v as u64, attr.word().raw() as u64) }
                            return true;
                        }
                    }
                    let is_function = attr.type_of(vm).ptr() == vm.types.function.ptr();
                    if attr.type_of(vm).slots().descr_get.is_some() && !is_function { failed(pc); return true }
                    let v = version(vm, &class);
                    if v == 0 { failed(pc) } else { become_with(pc, class_op, v as u64, attr.word().raw() as u64) }
                }
                _ => failed(pc),
            }
            return true;
        }
        false
    }
}

pub unsafe fn store_attr(vm: &mut Vm, pc: *mut Unit, o: Word, name: &Owned) {
    unsafe {
        if !o.is_ptr() { return failed(pc) }
        let ty = handle(&o).type_of(vm).clone();
        if !ty.has_flag(vm_flags::GENERIC_SETATTR) { return failed(pc) }
        let attr = vm.type_lookup(&ty, name);
        if let Some(m) = attr.as_ref().and_then(Ref::<PyMemberDescriptor>::cast) {
            let v = version(vm, &ty);
            return match m.offset() {
                Some(offset) if v != 0 => become_with(pc, Op::StoreAttrMember, v as u64 | (offset as u64) << 32, 0),
                _ => failed(pc),
            };
        }
        if attr.as_ref().is_some_and(|a| a.type_of(vm).slots().descr_set.is_some()) { return failed(pc) }
        if !ty.info.has(TypeFlags::ATTRS) { return failed(pc) }
        let Some(slot) = attrs::index(&ty.info, name.word()) else { return failed(pc) };
        let v = version(vm, &ty);
        if v == 0 { return failed(pc) }
        become_with(pc, Op::StoreAttrValue, v as u64 | (slot as u64) << 32, name.word().raw() as u64);
    }
}
