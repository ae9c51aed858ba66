//! Attributes: generic access and the forms guarded by a type version.
//!
//! Cache of the specialised forms: unit 1 = version in bits 0..32, slot or byte offset in bits 32..48; unit 2 = a borrowed
//! word or pointer that the version keeps valid. A type's version is reset when its dict, its bases or its shared keys change.

use instar_object::attrs;

use crate::eval::slow;
use crate::eval::state::{Flow, Instr, State, unlikely};
use crate::object::{Owned, Word};
use crate::typeobj::attr_plan::Found;
use crate::typeobj::{vm_flags, PyType};
use crate::types::classmethod::PyClassMethod;
use crate::types::dict::PyDict;
use crate::types::module::PyModule;
use crate::types::staticmethod::PyStaticMethod;

#[inline(always)]
pub unsafe fn LoadAttr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.use_(i.b());
        s.save();
        let w = slow::attrs::load_attr(s.vm, s.fp, s.pc, o);
        s.end(i.b(), o);
        s.finish(i.a(), w)
    }
}

/// Version of the type of a heap object; 0 for immediates (no cache holds 0).
#[inline(always)]
unsafe fn type_version(o: Word) -> u32 { if o.is_ptr() { o.ptr().info().version.get() } else { 0 } }

#[inline(always)]
unsafe fn slot_of(s: &State) -> usize { unsafe { (s.cache(1) >> 32) as u16 as usize } }

/// The slot in instances of the type of `o`: the cached one, else (a site that sees several types) what the method cache says.
#[inline(always)]
unsafe fn slot_for(s: &State, o: Word) -> Option<usize> {
    unsafe {
        if o.is_immediate() { return None }
        let version = o.ptr().info().version.get();
        if version == s.cache(1) as u32 { return Some(slot_of(s)) }
        (*s.vm).method_cache.slot_of(version, Word::from_raw(s.cache(2) as usize))
    }
}

/// Ends a load: `w` is shared into `a`, a temp receiver is released.
#[inline(always)]
unsafe fn loaded(s: &mut State, i: Instr, o: Word, w: Word) -> Flow {
    unsafe {
        w.retain_value();
        if i.b() >= 0 { s.drop_value(o) }
        s.set(i.a(), w);
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadAttrValue(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        let Some(slot) = slot_for(s, o) else { return Flow::Miss };
        let mut w = attrs::load(o.ptr(), slot);
        if unlikely(w.is_null()) {
            w = slow::attrs::load_from_dict(s.vm, o, s.name(i.c() as u16 as usize));
            if w.is_null() { return Flow::Miss }
        }
        loaded(s, i, o, w)
    }
}

#[inline(always)]
pub unsafe fn LoadAttrMember(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        if type_version(o) != s.cache(1) as u32 { return Flow::Miss }
        let w = *o.ptr().payload::<u8>().add(slot_of(s)).cast::<Word>();
        if unlikely(w.is_null()) { return Flow::Miss }
        loaded(s, i, o, w)
    }
}

/// The value behind a module's cached pointer, or null if the guard fails.
#[inline(always)]
unsafe fn module_value(s: &State, o: Word) -> Word {
    unsafe {
        if o.is_immediate() || o.ptr().ty() != (*s.vm).types.module.ptr() { return Word::NULL }
        let dict = (*o.ptr().payload::<PyModule>()).dict.word();
        if dict.is_null() || (*dict.ptr().payload::<PyDict>()).keys_version_raw() != s.cache(1) as u32 { return Word::NULL }
        *(s.cache(2) as *const Word)
    }
}

#[inline(always)]
pub unsafe fn LoadAttrModule(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        let w = module_value(s, o);
        if w.is_null() { return Flow::Miss }
        loaded(s, i, o, w)
    }
}

/// The cached attribute of a class, or null if `o` is not that class in that version.
#[inline(always)]
unsafe fn class_value(s: &State, o: Word) -> Word {
    unsafe {
        if o.is_immediate() || !std::ptr::eq(o.ptr().info().vtable, <PyType as crate::object::Payload>::vtable()) { return Word::NULL }
        if (*o.ptr().payload::<PyType>()).info.version.get() != s.cache(1) as u32 { return Word::NULL }
        Word::from_raw(s.cache(2) as usize)
    }
}

#[inline(always)]
pub unsafe fn LoadAttrClass(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        let w = class_value(s, o);
        if w.is_null() { return Flow::Miss }
        loaded(s, i, o, w)
    }
}

/// The type attribute cached for instances, or null if the guard fails or the instance has a dict of its own with that name.
#[inline(always)]
unsafe fn shared_value(s: &State, i: Instr, o: Word) -> Word {
    unsafe {
        if type_version(o) != s.cache(1) as u32 { return Word::NULL }
        if attrs::has_dict(o.ptr()) && !slow::attrs::load_from_dict(s.vm, o, s.name(i.c() as u16 as usize)).is_null() { return Word::NULL }
        Word::from_raw(s.cache(2) as usize)
    }
}

#[inline(always)]
pub unsafe fn LoadAttrShared(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        let w = shared_value(s, i, o);
        if w.is_null() { return Flow::Miss }
        loaded(s, i, o, w)
    }
}

#[inline(always)]
pub unsafe fn LoadAttrProperty(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        if type_version(o) != s.cache(1) as u32 { return Flow::Miss }
        let getter = Word::from_raw(s.cache(2) as usize);
        s.save();
        o.retain();
        if i.b() >= 0 { s.drop_value(o) }
        slow::calls::enter_getter(s, getter, o)
    }
}

#[inline(always)]
pub unsafe fn LoadMethod(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.use_(i.b());
        s.save();
        let pair = slow::attrs::load_method(s.vm, s.fp, s.pc, o);
        s.end(i.b(), o);
        if unlikely(pair.0.is_null()) { s.tick(); return Flow::Error }
        *s.at(i.a()) = pair.0;
        *s.at(i.a() + 1) = pair.1;
        s.tick();
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadMethodType(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        let mut f = shared_value(s, i, o);
        if f.is_null() {
            // A site that sees several types.
            match (*s.vm).planned(o, s.name(i.c() as u16 as usize).word()) { Some(Found::Method(w)) => f = w, _ => return Flow::Miss }
        }
        f.retain_ptr();
        if i.b() < 0 { o.retain_value() }
        *s.at(i.a()) = f;
        *s.at(i.a() + 1) = o;
    }
    Flow::Next
}

#[inline(always)]
unsafe fn method_plain(s: &mut State, i: Instr, o: Word, w: Word) -> Flow {
    unsafe {
        w.retain();
        if i.b() >= 0 { s.drop_value(o) }
        *s.at(i.a()) = w;
        *s.at(i.a() + 1) = Word::NULL;
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadMethodModule(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        let w = module_value(s, o);
        if w.is_null() { return Flow::Miss }
        method_plain(s, i, o, w)
    }
}

#[inline(always)]
pub unsafe fn LoadMethodClass(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        let w = class_value(s, o);
        if w.is_null() { return Flow::Miss }
        method_plain(s, i, o, w)
    }
}

#[inline(always)]
pub unsafe fn LoadMethodClassBound(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        let w = class_value(s, o);
        if w.is_null() { return Flow::Miss }
        let f = (*w.ptr().payload::<PyClassMethod>()).callable.word();
        if f.is_null() { return Flow::Miss }
        f.retain();
        if i.b() < 0 { o.retain() }
        *s.at(i.a()) = f;
        *s.at(i.a() + 1) = o;
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn LoadMethodClassStatic(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.b());
        let w = class_value(s, o);
        if w.is_null() { return Flow::Miss }
        let f = (*w.ptr().payload::<PyStaticMethod>()).callable.word();
        if f.is_null() { return Flow::Miss }
        method_plain(s, i, o, f)
    }
}

#[inline(always)]
pub unsafe fn StoreAttr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, v) = (s.use_(i.a()), s.use_(i.b()));
        s.save();
        let ok = slow::attrs::store_attr(s.vm, s.fp, s.pc, o, v);
        s.end(i.b(), v);
        s.end(i.a(), o);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
pub unsafe fn StoreAttrValue(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.a());
        let Some(slot) = slot_for(s, o) else { return Flow::Miss };
        // A plan of the method cache speaks of loads; the cached version speaks of stores.
        if type_version(o) != s.cache(1) as u32 && !(*o.ptr().ty().payload::<PyType>()).has_flag(vm_flags::GENERIC_SETATTR) { return Flow::Miss }
        match attrs::store(&(*s.vm).heap, o.ptr(), slot, Owned::from_word(s.take(i.b()))) {
            Ok(old) => s.drop_word(old),
            Err(value) => {
                // A dict, or no room: no failure of the guard.
                s.save();
                let ok = slow::attrs::store_first(s.vm, o, s.name(i.c() as u16 as usize), value);
                if i.a() >= 0 { s.drop_value(o) }
                s.tick();
                return if ok { Flow::Next } else { Flow::Error };
            }
        }
        if i.a() >= 0 { s.drop_value(o) }
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn StoreAttrMember(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.get(i.a());
        if type_version(o) != s.cache(1) as u32 { return Flow::Miss }
        let p = o.ptr().payload::<u8>().add(slot_of(s)).cast::<Word>();
        let old = std::mem::replace(&mut *p, s.take(i.b()));
        s.drop_word(old);
        if i.a() >= 0 { s.drop_value(o) }
    }
    Flow::Next
}

#[inline(always)]
pub unsafe fn DeleteAttr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let o = s.use_(i.a());
        s.save();
        let ok = slow::attrs::delete_attr(s.vm, o, s.name(i.c() as u16 as usize).word());
        s.end(i.a(), o);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
pub unsafe fn LoadAttrDyn(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, n) = (s.use_(i.b()), s.use_(i.c()));
        s.save();
        let w = slow::attrs::load_attr_dyn(s.vm, o, n);
        s.end(i.c(), n);
        s.end(i.b(), o);
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn StoreAttrDyn(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, v, n) = (s.use_(i.a()), s.use_(i.b()), s.use_(i.c()));
        s.save();
        let ok = slow::attrs::store_attr_dyn(s.vm, o, n, v);
        s.end(i.c(), n);
        s.end(i.b(), v);
        s.end(i.a(), o);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
pub unsafe fn DeleteAttrDyn(s: &mut State, i: Instr) -> Flow {
    unsafe {
        let (o, n) = (s.use_(i.a()), s.use_(i.b()));
        s.save();
        let ok = slow::attrs::delete_attr(s.vm, o, n);
        s.end(i.b(), n);
        s.end(i.a(), o);
        s.tick();
        if ok { Flow::Next } else { Flow::Error }
    }
}

#[inline(always)]
pub unsafe fn LoadSuperAttr(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let w = slow::attrs::super_attr(s.vm, s.at(i.b()), s.name(i.c() as u16 as usize), s.cache(1) != 0);
        for k in (0..3).rev() { let w = s.get(i.b() + k); s.drop_word(w) }
        s.finish(i.a(), w)
    }
}

#[inline(always)]
pub unsafe fn LoadSuperMethod(s: &mut State, i: Instr) -> Flow {
    unsafe {
        s.save();
        let pair = slow::attrs::super_method(s.vm, s.at(i.b()), s.name(i.c() as u16 as usize), s.cache(1) != 0);
        for k in (0..3).rev() { let w = s.get(i.b() + k); s.drop_word(w) }
        if unlikely(pair.0.is_null()) { s.tick(); return Flow::Error }
        *s.at(i.a()) = pair.0;
        *s.at(i.a() + 1) = pair.1;
        s.tick();
    }
    Flow::Next
}
