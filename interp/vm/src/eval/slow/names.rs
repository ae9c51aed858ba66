//! Locals, cells, globals, namespaces.
#![allow(clippy::missing_safety_doc)]

use instar_code::{LocalKind, Unit, FRAME_WORDS};

use crate::eval::frame::Frame;
use crate::eval::specialize;
use crate::eval::state::{obj, word_of};
use crate::object::{Owned, Ref, Slot, Word};
use crate::types::cell::PyCell;
use crate::types::dict::PyDict;
use crate::types::function::PyFunction;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

#[cold]
#[inline(never)]
pub unsafe fn unbound_local(vm: *mut Vm, fp: *mut Word, index: i32) {
    unsafe {
        let name = (*Frame(fp).exec()).local_name(index as usize);
        let e = (*vm).unbound_local_error(format!("cannot access local variable '{name}' where it is not associated with a value"));
        (*vm).raised = Some(e.0);
    }
}

/// Puts a cell with the old content into the local slot.
pub unsafe fn make_cell(vm: *mut Vm, slot: *mut Word) -> bool {
    unsafe {
        let content = Word::owned_or_none(*slot);
        match (*vm).new_object(PyCell { value: Slot::new(content) }) {
            Ok(cell) => { *slot = cell.into_obj().into_word(); true }
            Err(e) => { *slot = Word::NULL; (*vm).raised = Some(e.0); false }
        }
    }
}

/// The closure's cells become the last `count` locals.
pub unsafe fn copy_free_vars(fp: *mut Word, count: usize) {
    unsafe {
        let f = Frame(fp);
        let closure = (*f.func().ptr().payload::<PyFunction>()).closure.word();
        debug_assert!(!closure.is_null());
        let (items, len) = (*closure.ptr().payload::<PyTuple>()).raw_items();
        debug_assert_eq!(len, count);
        let first = f.locals().add((*f.exec()).nlocals - count);
        for k in 0..count {
            let w = *items.add(k);
            w.retain();
            *first.add(k) = w;
        }
    }
}

/// Content of a cell, borrowed.
#[inline(always)]
pub unsafe fn cell_content(cell: Word) -> Word { unsafe { (*cell.ptr().payload::<PyCell>()).value.word() } }

/// Replaces a cell's content; both words are owned.
#[inline(always)]
pub unsafe fn cell_replace(cell: Word, w: Word) -> Word {
    unsafe {
        let old = (*cell.ptr().payload::<PyCell>()).value.replace(Word::owned_or_none(w));
        old.map_or(Word::NULL, Owned::into_word)
    }
}

#[cold]
#[inline(never)]
pub unsafe fn unbound_cell(vm: *mut Vm, fp: *mut Word, r: i16) {
    unsafe {
        let exec = &*Frame(fp).exec();
        let index = (exec.nlocals as i32 + r as i32 + FRAME_WORDS) as usize;
        let local = &exec.blob.locals[index];
        let vm = &mut *vm;
        // The name of a local is known to be one: nothing else can have been meant.
        let e = if local.kind == LocalKind::Free {
            let e = vm.name_error(format!("cannot access free variable '{}' where it is not associated with a value in enclosing scope", local.name));
            e.0.set_name_attr(vm, &local.name);
            e
        } else {
            vm.unbound_local_error(format!("cannot access local variable '{}' where it is not associated with a value", local.name))
        };
        vm.raised = Some(e.0);
    }
}

pub unsafe fn from_dict_or_deref(vm: *mut Vm, fp: *mut Word, mapping: Word, cell: i16) -> Word {
    unsafe {
        let exec = &*Frame(fp).exec();
        let index = (exec.nlocals as i32 + cell as i32 + FRAME_WORDS) as usize;
        let v = &mut *vm;
        let found = (|| {
            let name = v.intern(exec.local_name(index))?;
            lookup_mapping(v, obj(&mapping), &name)
        })();
        match found {
            Ok(Some(o)) => o.into_word(),
            Ok(None) => {
                let w = cell_content(*fp.offset(cell as isize));
                if w.is_null() { unbound_cell(vm, fp, cell); return Word::NULL }
                w.retain();
                w
            }
            Err(e) => { v.raised = Some(e.0); Word::NULL }
        }
    }
}

/// `mapping[name]`, `None` for KeyError. Exact dicts run Python code only where a key that is no exact str has the same hash.
fn lookup_mapping(vm: &mut Vm, mapping: &Owned, name: &Owned) -> PyResult<Option<Owned>> {
    use crate::object::ObjExt;
    if mapping.is_exact::<PyDict>(vm) {
        let d = mapping.cast::<PyDict>().expect("law: exact dict").clone();
        return d.get_item(vm, name);
    }
    match vm.get_item(mapping, name) {
        Ok(o) => Ok(Some(o)),
        Err(e) if e.is(vm, &vm.types.key_error) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Builtins of the running function, borrowed; a dict.
#[inline(always)]
pub unsafe fn builtins_of(_: *mut Vm, fp: *mut Word) -> Word { unsafe { (*Frame(fp).func().ptr().payload::<PyFunction>()).builtins_word() } }

unsafe fn globals<'a>(fp: *mut Word) -> &'a Ref<PyDict> {
    unsafe { &*(Frame(fp).0.sub(4) as *const Ref<PyDict>) }
}

#[cold]
#[inline(never)]
fn name_error(vm: &mut Vm, name: &Owned) -> Word {
    let text = vm.repr_text_plain(name);
    let e = vm.name_error(format!("name '{text}' is not defined"));
    e.0.set_name_attr(vm, &text);
    vm.raised = Some(e.0);
    Word::NULL
}

/// Looks in globals, then builtins.
unsafe fn global_or_builtin(vm: &mut Vm, fp: *mut Word, name: &Owned) -> PyResult<Option<Owned>> {
    unsafe {
        // A subclass of dict decides itself (`__getitem__`, `__missing__`).
        let globals = globals(fp).obj().clone();
        let found = lookup_mapping(vm, &globals, name)?;
        if found.is_some() { return Ok(found) }
        let builtins = builtins_of(vm, fp);
        let b = obj(&builtins).clone();
        lookup_mapping(vm, &b, name)
    }
}

#[inline(never)]
pub unsafe fn load_global(vm: *mut Vm, fp: *mut Word, pc: *mut Unit) -> Word {
    unsafe {
        let vm = &mut *vm;
        let name = &(*Frame(fp).exec()).names[(*pc).wide() as u32 as usize];
        specialize::names::load_global(vm, fp, pc, name, false);
        match global_or_builtin(vm, fp, name) {
            Ok(Some(o)) => o.into_word(),
            Ok(None) => name_error(vm, name),
            Err(e) => { vm.raised = Some(e.0); Word::NULL }
        }
    }
}

unsafe fn name_at<'a>(fp: *mut Word, index: usize) -> &'a Owned { unsafe { &(*Frame(fp).exec()).names[index] } }

#[inline(never)]
pub unsafe fn store_global(vm: *mut Vm, fp: *mut Word, index: usize, value: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let r = globals(fp).set_interned(vm, name_at(fp, index), obj(&value).clone());
        super::status(vm, r)
    }
}

#[inline(never)]
pub unsafe fn delete_global(vm: *mut Vm, fp: *mut Word, index: usize) -> bool {
    unsafe {
        let vm = &mut *vm;
        let name = name_at(fp, index);
        let r = globals(fp).clone().del_item(vm, name);
        match r {
            Ok(true) => true,
            Ok(false) => { name_error(vm, name); false }
            Err(e) => { vm.raised = Some(e.0); false }
        }
    }
}

#[inline(never)]
pub unsafe fn load_name(vm: *mut Vm, fp: *mut Word, pc: *mut Unit) -> Word {
    unsafe {
        let vm = &mut *vm;
        let name = name_at(fp, (*pc).wide() as u32 as usize);
        let namespace = Frame(fp).names();
        if namespace.is_null() {
            let e = vm.system_error(format!("no locals when loading {}", vm.repr_text_plain(name)));
            vm.raised = Some(e.0);
            return Word::NULL;
        }
        if Frame(fp).namespace().same(Frame(fp).globals()) {
            specialize::names::load_global(vm, fp, pc, name, true);
        } else {
            match lookup_mapping(vm, obj(&namespace), name) {
                Ok(Some(o)) => return o.into_word(),
                Ok(None) => {}
                Err(e) => { vm.raised = Some(e.0); return Word::NULL }
            }
        }
        match global_or_builtin(vm, fp, name) {
            Ok(Some(o)) => o.into_word(),
            Ok(None) => name_error(vm, name),
            Err(e) => { vm.raised = Some(e.0); Word::NULL }
        }
    }
}

#[inline(never)]
pub unsafe fn store_name(vm: *mut Vm, fp: *mut Word, index: usize, value: Word) -> bool {
    unsafe {
        use crate::object::ObjExt;
        let vm = &mut *vm;
        let namespace = Frame(fp).names();
        let name = name_at(fp, index);
        let r = if namespace.is_null() {
            Err(vm.system_error(format!("no locals found when storing {}", vm.repr_text_plain(name))))
        } else {
            let ns: &Owned = obj(&namespace);
            if ns.is_exact::<PyDict>(vm) {
                ns.cast::<PyDict>().expect("law: exact dict").set_interned(vm, name, obj(&value).clone())
            } else {
                vm.set_item(ns, name, obj(&value))
            }
        };
        super::status(vm, r)
    }
}

#[inline(never)]
pub unsafe fn delete_name(vm: *mut Vm, fp: *mut Word, index: usize) -> bool {
    unsafe {
        let vm = &mut *vm;
        let name = name_at(fp, index);
        let namespace = Frame(fp).names();
        if namespace.is_null() {
            let e = vm.system_error(format!("no locals when deleting {}", vm.repr_text_plain(name)));
            vm.raised = Some(e.0);
            return false;
        }
        match vm.del_item(obj(&namespace), name) {
            Ok(()) => true,
            Err(e) if e.is(vm, &vm.types.key_error) => { name_error(vm, name); false }
            Err(e) => { vm.raised = Some(e.0); false }
        }
    }
}

#[inline(never)]
pub unsafe fn load_locals(vm: *mut Vm, fp: *mut Word) -> Word {
    unsafe {
        let ns = Frame(fp).names();
        if ns.is_null() {
            let e = (*vm).system_error("no locals");
            (*vm).raised = Some(e.0);
            return Word::NULL;
        }
        ns.retain();
        ns
    }
}

#[inline(never)]
pub unsafe fn from_dict_or_globals(vm: *mut Vm, fp: *mut Word, mapping: Word, index: usize) -> Word {
    unsafe {
        let vm = &mut *vm;
        let name = name_at(fp, index);
        let r = match lookup_mapping(vm, obj(&mapping), name) {
            Ok(None) => global_or_builtin(vm, fp, name),
            other => other,
        };
        match r {
            Ok(Some(o)) => o.into_word(),
            Ok(None) => name_error(vm, name),
            Err(e) => { vm.raised = Some(e.0); Word::NULL }
        }
    }
}

#[inline(never)]
pub unsafe fn load_build_class(vm: *mut Vm, fp: *mut Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let builtins = builtins_of(vm, fp);
        let name = vm.names.__build_class__.clone();
        let r = match lookup_mapping(vm, obj(&builtins), &name) {
            Ok(Some(o)) => Ok(o),
            Ok(None) => Err(vm.name_error("__build_class__ not found")),
            Err(e) => Err(e),
        };
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn setup_annotations(vm: *mut Vm, fp: *mut Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let ns = Frame(fp).names();
        if ns.is_null() {
            let e = vm.system_error("no locals found when setting up annotations");
            vm.raised = Some(e.0);
            return false;
        }
        let name = vm.names.__annotations__.clone();
        let r = match lookup_mapping(vm, obj(&ns), &name) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => vm.new_dict().and_then(|d| vm.set_item(obj(&ns), &name, d.obj())),
            Err(e) => Err(e),
        };
        super::status(vm, r)
    }
}
