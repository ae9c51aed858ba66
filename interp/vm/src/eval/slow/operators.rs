//! Generic operators, with the attempt to specialise the op.
#![allow(clippy::missing_safety_doc)]

use instar_code::{Binary, Compare, Unit};

use crate::eval::specialize;
use crate::eval::state::{obj, word_of, ELIDE};
use crate::object::{Owned, Word};
use crate::types::str::PyStr;
use crate::vm::Vm;

#[inline(never)]
pub unsafe fn binary(vm: *mut Vm, pc: *mut Unit, a: Word, b: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        specialize::operators::binary(vm, pc, a, b);
        let op = Binary::from_u16((*pc.add(1)).op).expect("law: verified operator");
        if op == Binary::InplaceAdd && let Some(w) = append_to_local(vm, pc, a, b) { return w }
        let r = match op {
            // No class of these has a say before `str`.
            Binary::Mod if is_str(vm, a) && (vm.plain_int(obj(&b)).is_some() || is_str(vm, b) || b.is_ptr() && b.ptr().ty() == vm.types.tuple.ptr()) =>
                crate::types::str_percent::format(vm, obj(&a), obj(&b)),
            _ => vm.binary(op, obj(&a), obj(&b)),
        };
        word_of(vm, r)
    }
}

/// Whether the word is an exact str.
#[inline(always)]
unsafe fn is_str(vm: &Vm, w: Word) -> bool { w.is_ptr() && w.ptr().ty() == vm.types.str.ptr() }

/// `local += b` of exact strings: if the local holds the only reference to its string, that grows in place. `None` where it does not.
#[inline]
unsafe fn append_to_local(vm: &mut Vm, pc: *mut Unit, a: Word, b: Word) -> Option<Word> {
    unsafe {
        let i = *pc;
        // Without static elision the op itself holds a second reference.
        if !ELIDE || i.b >= 0 || i.a != i.b || a.same(b) || !is_str(vm, a) || !is_str(vm, b) || !a.is_unique() { return None }
        let local = vm.fp.offset(i.b as isize);
        if !(*local).same(a) { return None }
        *local = Word::NULL;
        let r = crate::types::str::append(vm, Owned::from_word(a), obj(&b));
        Some(word_of(vm, r))
    }
}

#[inline(never)]
pub unsafe fn compare(vm: *mut Vm, pc: *mut Unit, a: Word, b: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        specialize::operators::compare(vm, pc, a, b);
        let op = Compare::from_u16((*pc.add(1)).op).expect("law: verified comparison");
        if matches!(op, Compare::Eq | Compare::Ne) && is_str(vm, a) && is_str(vm, b) {
            let same = a.same(b) || PyStr::eq(&*a.ptr().payload::<PyStr>(), &*b.ptr().payload::<PyStr>());
            return vm.bool(same == (op == Compare::Eq)).into_word();
        }
        let r = vm.rich_compare(obj(&a), obj(&b), op);
        word_of(vm, r)
    }
}

/// Truth of a comparison: 1, 0, -1.
#[inline(never)]
pub unsafe fn compare_truth(vm: *mut Vm, pc: *mut Unit, a: Word, b: Word) -> i32 {
    unsafe {
        let vm = &mut *vm;
        specialize::operators::compare_jump(vm, pc, a, b);
        let op = Compare::from_u16((*pc.add(1)).op).expect("law: verified comparison");
        // Not `compare_bool`: a comparison in a condition has no identity shortcut.
        let r = vm.rich_compare(obj(&a), obj(&b), op).and_then(|o| vm.truth(&o));
        super::tristate(vm, r)
    }
}

/// `item in container`: 1, 0, -1.
#[inline(never)]
pub unsafe fn contains(vm: *mut Vm, container: Word, item: Word) -> i32 {
    unsafe {
        let vm = &mut *vm;
        let r = vm.contains(obj(&container), obj(&item));
        super::tristate(vm, r)
    }
}

macro_rules! unary {
    ($($name:ident)*) => { $(
        #[inline(never)]
        pub unsafe fn $name(vm: *mut Vm, a: Word) -> Word {
            unsafe {
                let vm = &mut *vm;
                let r = vm.$name(obj(&a));
                word_of(vm, r)
            }
        }
    )* };
}
unary! { negative positive invert }

#[inline(never)]
pub unsafe fn concat_str(vm: *mut Vm, a: Word, b: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = crate::types::str::concat(vm, obj(&a), obj(&b));
        word_of(vm, r)
    }
}

/// Appends `b` to the unique string `a` (owned, consumed), growing it in place where it fits.
#[inline(never)]
pub unsafe fn append_str(vm: *mut Vm, a: Word, b: Word) -> Word {
    unsafe {
        let vm = &mut *vm;
        let r = crate::types::str::append(vm, Owned::from_word(a), obj(&b));
        word_of(vm, r)
    }
}
