//! Generic attribute access, with the attempt to specialise the op.
#![allow(clippy::missing_safety_doc)]

use instar_code::Unit;
use instar_object::attrs;

use crate::eval::frame::Frame;
use crate::eval::specialize;
use crate::eval::state::{obj, word_of};
use crate::object::{Owned, Ref, Word};
use crate::typeobj::attr_plan::Found;
use crate::types::dict::PyDict;
use crate::vm::{PyResult, Vm};

unsafe fn name_of<'a>(fp: *mut Word, pc: *mut Unit) -> &'a Owned { unsafe { &(*Frame(fp).exec()).names[(*pc).c as u16 as usize] } }

#[inline(always)]
pub unsafe fn load_attr(vm: *mut Vm, fp: *mut Word, pc: *mut Unit, o: Word) -> Word {
    unsafe {
        let name = name_of(fp, pc);
        let due = specialize::due(pc);
        if !due && let Some(Found::Value(w)) = (*vm).planned(o, name.word()) {
            w.retain();
            return w;
        }
        load_attr_generic(vm, pc, o, name, due)
    }
}

#[inline(never)]
unsafe fn load_attr_generic(vm: *mut Vm, pc: *mut Unit, o: Word, name: &Owned, due: bool) -> Word {
    unsafe {
        let vm = &mut *vm;
        if due { specialize::attrs::load_attr(vm, pc, o, name) }
        vm.note_plan(obj(&o), name);
        let r = vm.get_attr(obj(&o), name);
        word_of(vm, r)
    }
}

fn pair(vm: &mut Vm, r: PyResult<(Owned, Option<Owned>)>) -> (Word, Word) {
    match r {
        Ok((f, this)) => (f.into_word(), this.map_or(Word::NULL, Owned::into_word)),
        Err(e) => { vm.raised = Some(e.0); (Word::NULL, Word::NULL) }
    }
}

#[inline(always)]
pub unsafe fn load_method(vm: *mut Vm, fp: *mut Word, pc: *mut Unit, o: Word) -> (Word, Word) {
    unsafe {
        let name = name_of(fp, pc);
        let due = specialize::due(pc);
        if !due && let Some(found) = (*vm).planned(o, name.word()) {
            return match found {
                Found::Method(f) => { f.retain(); o.retain(); (f, o) }
                Found::Value(w) => { w.retain(); (w, Word::NULL) }
            };
        }
        load_method_generic(vm, pc, o, name, due)
    }
}

#[inline(never)]
unsafe fn load_method_generic(vm: *mut Vm, pc: *mut Unit, o: Word, name: &Owned, due: bool) -> (Word, Word) {
    unsafe {
        let vm = &mut *vm;
        if due { specialize::attrs::load_method(vm, pc, o, name) }
        vm.note_plan(obj(&o), name);
        let r = vm.get_method(obj(&o), name);
        pair(vm, r)
    }
}

#[inline(always)]
pub unsafe fn store_attr(vm: *mut Vm, fp: *mut Word, pc: *mut Unit, o: Word, v: Word) -> bool {
    unsafe {
        let name = name_of(fp, pc);
        let due = specialize::due(pc);
        if !due {
            v.retain();
            match (*vm).store_planned(o, name.word(), Owned::from_word(v)) {
                Ok(old) => { old.release(); return true }
                Err(value) => drop(value),
            }
        }
        store_attr_generic(vm, pc, o, v, name, due)
    }
}

#[inline(never)]
unsafe fn store_attr_generic(vm: *mut Vm, pc: *mut Unit, o: Word, v: Word, name: &Owned, due: bool) -> bool {
    unsafe {
        let vm = &mut *vm;
        let r = vm.set_attr(obj(&o), name, obj(&v));
        let ok = super::status(vm, r);
        // After the store: the first one may have added the key.
        if ok {
            if due { specialize::attrs::store_attr(vm, pc, o, name) }
            vm.note_plan(obj(&o), name);
        }
        ok
    }
}

/// A store whose op stays specialised: into an instance with a dict of its own. Takes `value`.
#[inline(never)]
pub unsafe fn store_first(vm: *mut Vm, o: Word, name: &Owned, value: Owned) -> bool {
    unsafe {
        let vm = &mut *vm;
        let dict = attrs::dict(o.ptr()).and_then(|dict| Ref::<PyDict>::cast(obj(&dict)).cloned());
        let r = match dict { Some(dict) => dict.set_item(vm, name, &value), None => vm.set_attr(obj(&o), name, &value) };
        super::status(vm, r)
    }
}

/// The value of `name` (interned) in the instance's own dict, borrowed; null if there is no dict or no such key. `o` is of a type with
/// attributes.
#[inline(never)]
pub unsafe fn load_from_dict(vm: *mut Vm, o: Word, name: &Owned) -> Word {
    unsafe { (*vm).own_dict_value(o, name) }
}

#[inline(never)]
pub unsafe fn delete_attr(vm: *mut Vm, o: Word, name: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let r = vm.del_attr(obj(&o), obj(&name));
        super::status(vm, r)
    }
}

#[inline(never)]
pub unsafe fn load_attr_dyn(vm: *mut Vm, o: Word, name: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = vm.intern_obj(obj(&name)).and_then(|n| vm.get_attr(obj(&o), &n));
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn store_attr_dyn(vm: *mut Vm, o: Word, name: Word, v: Word) -> bool {
    unsafe {
        let vm = &mut *vm;
        let r = vm.intern_obj(obj(&name)).and_then(|n| vm.set_attr(obj(&o), &n, obj(&v)));
        super::status(vm, r)
    }
}

/// `sup(class, this).name`, without the super object if `sup` is the builtin; another callable gets no arguments if the call is `bare`.
fn load_super(vm: &mut Vm, sup: &Owned, class: &Owned, this: &Owned, name: &Owned, method: bool, bare: bool) -> PyResult<(Owned, Option<Owned>)> {
    if vm.types.super_.is(sup) {
        return if method { vm.super_method(class, this, name) } else { Ok((vm.super_attr(class, this, name)?, None)) };
    }
    let made = if bare { vm.call0(sup)? } else { vm.call2(sup, class, this)? };
    Ok((vm.get_attr(&made, name)?, None))
}

/// `super(class, self).name` where the three temps at `base` hold super, class, self.
#[inline(never)]
pub unsafe fn super_attr(vm: *mut Vm, base: *mut Word, name: &Owned, bare: bool) -> Word {
    unsafe {
        let vm = &mut *vm;
        let (sup, class, this) = (obj(&*base), obj(&*base.add(1)), obj(&*base.add(2)));
        let r = load_super(vm, sup, class, this, name, false, bare).map(|(o, _)| o);
        word_of(vm, r)
    }
}

#[inline(never)]
pub unsafe fn super_method(vm: *mut Vm, base: *mut Word, name: &Owned, bare: bool) -> (Word, Word) {
    unsafe {
        let vm = &mut *vm;
        let (sup, class, this) = (obj(&*base), obj(&*base.add(1)), obj(&*base.add(2)));
        let r = load_super(vm, sup, class, this, name, true, bare);
        pair(vm, r)
    }
}
