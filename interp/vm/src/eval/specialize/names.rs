//! Globals and builtins by keys version.
#![allow(clippy::missing_safety_doc)]

use instar_code::{Op, Unit};

use super::{become_with, due, failed};
use crate::eval::frame::Frame;
use crate::eval::slow::names::builtins_of;
use crate::object::{Owned, Ref, Word};
use crate::types::dict::PyDict;
use crate::vm::Vm;

/// `module` says that the op is a LoadName whose namespace is the globals.
pub unsafe fn load_global(vm: &mut Vm, fp: *mut Word, pc: *mut Unit, name: &Owned, module: bool) {
    unsafe {
        if !due(pc) { return }
        let g = Frame(fp).globals();
        let globals = Ref::<PyDict>::from_ref_unchecked(&*(&raw const g).cast::<Owned>()).clone();
        if !crate::object::ObjExt::is_exact::<PyDict>(globals.obj(), vm) { return failed(pc) }
        if let Some(entry) = globals.find_interned(vm, name) {
            let version = globals.keys_version(vm);
            if version == 0 { return failed(pc) }
            let p = globals.table(vm).value_ptr(entry);
            return become_with(pc, if module { Op::LoadNameModule } else { Op::LoadGlobalModule }, version as u64, p as u64);
        }
        let b = builtins_of(vm, fp);
        let b: &Owned = &*(&raw const b).cast::<Owned>();
        let Some(builtins) = Ref::<PyDict>::cast(b).cloned() else { return failed(pc) };
        if !crate::object::ObjExt::is_exact::<PyDict>(b, vm) { return failed(pc) }
        let Some(entry) = builtins.find_interned(vm, name) else { return failed(pc) };
        let (gv, bv) = (globals.keys_version(vm), builtins.keys_version(vm));
        if gv == 0 || bv == 0 { return failed(pc) }
        let p = builtins.table(vm).value_ptr(entry);
        become_with(pc, if module { Op::LoadNameBuiltin } else { Op::LoadGlobalBuiltin }, gv as u64 | (bv as u64) << 32, p as u64);
    }
}
