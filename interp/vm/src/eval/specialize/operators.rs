//! Operators, comparisons, subscripts, iteration, unpacking.
#![allow(clippy::missing_safety_doc)]

use instar_code::{Binary, Compare, Op, Unit};

use instar_object::TypeFlags;

use super::{become_, become_with, due, failed};
use crate::eval::slow;
use crate::eval::state::obj;
use crate::object::{ObjExt, ObjPtr, Owned, Word};
use crate::typeobj::PyType;
use crate::types::{float, int};
use crate::vm::Vm;

unsafe fn is(vm: &Vm, w: Word, ty: &crate::typeobj::TypeRef) -> bool {
    let _ = vm;
    w.is_ptr() && w.ptr().ty() == ty.ptr()
}

unsafe fn set_or_fail(pc: *mut Unit, to: Option<Op>) {
    unsafe { match to { Some(op) => become_(pc, op), None => failed(pc) } }
}

pub unsafe fn binary(vm: &mut Vm, pc: *mut Unit, a: Word, b: Word) {
    unsafe {
        if !due(pc) { return }
        let constant = (*pc).op == Op::BinaryOpK as u16;
        let code = (*pc.add(1)).op;
        let plain = if code >= Binary::PLAIN { code - Binary::PLAIN } else { code };
        const ADD: u16 = Binary::Add as u16;
        const SUB: u16 = Binary::Sub as u16;
        const MUL: u16 = Binary::Mul as u16;
        const DIV: u16 = Binary::TrueDiv as u16;
        const FLOOR: u16 = Binary::FloorDiv as u16;
        const MOD: u16 = Binary::Mod as u16;
        const AND: u16 = Binary::And as u16;
        const OR: u16 = Binary::Or as u16;
        const XOR: u16 = Binary::Xor as u16;
        const LSHIFT: u16 = Binary::LShift as u16;
        const RSHIFT: u16 = Binary::RShift as u16;
        let to = if int::small_pair(a, b).is_some() {
            match (plain, constant) {
                (ADD, false) => Some(Op::AddInt),
                (SUB, false) => Some(Op::SubInt),
                (MUL, false) => Some(Op::MulInt),
                (ADD, true) => Some(Op::AddIntK),
                (SUB, true) => Some(Op::SubIntK),
                (FLOOR | MOD | AND | OR | XOR | LSHIFT | RSHIFT, false) => Some(Op::BinaryInt),
                (MUL | FLOOR | MOD | AND | OR | XOR | LSHIFT | RSHIFT, true) => Some(Op::BinaryIntK),
                _ => None,
            }
        } else if float::exact_pair(vm, a, b).is_some() && !constant {
            match plain { ADD => Some(Op::AddFloat), SUB => Some(Op::SubFloat), MUL => Some(Op::MulFloat), DIV => Some(Op::DivFloat), _ => None }
        } else if float::mixed_pair(vm, a, b).is_some() && matches!(plain, ADD | SUB | MUL | DIV) {
            Some(if constant { Op::BinaryNumberK } else { Op::BinaryNumber })
        } else if plain == ADD && !constant && is(vm, a, &vm.types.str) && is(vm, b, &vm.types.str) {
            Some(Op::AddStr)
        } else { None };
        set_or_fail(pc, to);
    }
}

pub unsafe fn compare(vm: &mut Vm, pc: *mut Unit, a: Word, b: Word) {
    unsafe {
        if !due(pc) { return }
        let _ = vm;
        let constant = (*pc).op == Op::CompareOpK as u16;
        let to = int::small_pair(a, b).map(|_| if constant { Op::CompareIntK } else { Op::CompareInt });
        set_or_fail(pc, to);
    }
}

pub unsafe fn compare_jump(vm: &mut Vm, pc: *mut Unit, a: Word, b: Word) {
    unsafe {
        if !due_jump(pc) { return }
        let constant = (*pc).op == Op::CompareJumpK as u16;
        let Some(code) = Compare::from_u16((*pc.add(1)).op) else { return };
        let when_true = (*pc.add(1)).a & 1 != 0;
        let to = if int::small_pair(a, b).is_some() {
            use Compare::{Eq, Ge, Gt, Le, Lt, Ne};
            // "Jump if false" of a total order is the opposite comparison.
            let code = if when_true { code } else { match code { Lt => Ge, Le => Gt, Eq => Ne, Ne => Eq, Gt => Le, Ge => Lt } };
            Some(match (code, constant) {
                (Lt, false) => Op::JumpIntLt, (Le, false) => Op::JumpIntLe, (Eq, false) => Op::JumpIntEq,
                (Ne, false) => Op::JumpIntNe, (Gt, false) => Op::JumpIntGt, (Ge, false) => Op::JumpIntGe,
                (Lt, true) => Op::JumpIntLtK, (Le, true) => Op::JumpIntLeK, (Eq, true) => Op::JumpIntEqK,
                (Ne, true) => Op::JumpIntNeK, (Gt, true) => Op::JumpIntGtK, (Ge, true) => Op::JumpIntGeK,
            })
        } else if float::number_pair(vm, a, b).is_some() {
            Some(if constant { Op::JumpFloatK } else { Op::JumpFloat })
        } else if matches!(code, Compare::Eq | Compare::Ne) && is(vm, a, &vm.types.str) && is(vm, b, &vm.types.str) {
            Some(if constant { Op::JumpStrK } else { Op::JumpStr })
        } else { None };
        set_or_fail(pc, to);
    }
}

unsafe fn due_jump(pc: *mut Unit) -> bool { unsafe { due(pc) } }

pub unsafe fn subscript(vm: &mut Vm, pc: *mut Unit, o: Word, k: Word) {
    unsafe {
        if !due(pc) { return }
        let constant = (*pc).op == Op::LoadSubscrK as u16;
        let to = if int::small(k).is_some() && is(vm, o, &vm.types.list) { Some(if constant { Op::SubscrListIntK } else { Op::SubscrListInt }) }
            else if int::small(k).is_some() && is(vm, o, &vm.types.tuple) { Some(if constant { Op::SubscrTupleIntK } else { Op::SubscrTupleInt }) }
            else if !constant && has_python_getitem(vm, o) { Some(Op::SubscrGetitem) }
            else if is(vm, o, &vm.types.dict) { Some(if constant { Op::SubscrDictK } else { Op::SubscrDict }) }
            else { None };
        set_or_fail(pc, to);
    }
}

/// Whether the class of `o` defines `__getitem__` as a Python function. Notes its plan, which the op looks for.
unsafe fn has_python_getitem(vm: &mut Vm, o: Word) -> bool {
    unsafe {
        if !o.is_ptr() || !o.ptr().info().has(TypeFlags::HEAP_TYPE) { return false }
        let name = vm.names.__getitem__.clone();
        let o: &Owned = obj(&o);
        let f = vm.type_lookup_word(o.type_of(vm), &name);
        if f.is_null() || f.is_immediate() || f.ptr().ty() != vm.types.function.ptr() { return false }
        vm.note_plan(o, &name);
        true
    }
}

pub unsafe fn store_subscript(vm: &mut Vm, pc: *mut Unit, o: Word, k: Word) {
    unsafe {
        if !due(pc) { return }
        let to = if int::small(k).is_some() && is(vm, o, &vm.types.list) { Some(Op::StoreSubscrListInt) } else { None };
        set_or_fail(pc, to);
    }
}

pub unsafe fn for_iter(vm: &mut Vm, pc: *mut Unit, it: Word) {
    unsafe {
        // An exhausted specialised iterator ends up here too: that is no failure.
        let op = std::mem::transmute::<u16, Op>((*pc).op);
        let wanted = wanted(vm, it);
        let same = op != Op::ForIterNative || it.is_ptr() && (*pc.add(2)).bits() == Word::from_ptr(it.ptr().ty()).raw() as u64;
        if op != Op::ForIter && wanted == Some(op) && same { return }
        if !due(pc) { return }
        if wanted == Some(Op::ForIterNative) {
            let first = (*pc.add(1)).bits() & 0xFFFF_FFFF;
            let ty = Word::from_ptr(it.ptr().ty()).raw() as u64;
            return match pairs(vm, pc, it) {
                Some(moved) => become_with(pc, Op::ForIterPairs, first | u64::from(moved) << 32, ty),
                None => become_with(pc, Op::ForIterNative, first, ty),
            };
        }
        set_or_fail(pc, wanted);
    }
}

/// Whether the iterator gives pairs and the next instruction takes them apart: then whether two moves to locals follow.
unsafe fn pairs(vm: &Vm, pc: *mut Unit, it: Word) -> Option<bool> {
    unsafe {
        let unpack = pc.add(3);
        let family = [Op::UnpackSequence, Op::UnpackTuple, Op::UnpackList].iter().any(|op| (*unpack).op == *op as u16);
        let taken = family && (*unpack).c == 2 && (*unpack).b == (*pc).a && (*pc).a >= 0;
        (taken && slow::pairs::gives(vm, it)).then(|| moved(unpack, 2))
    }
}

/// Whether the `n` items that the instruction unpacks go on to locals by as many moves.
unsafe fn moved(unpack: *mut Unit, n: usize) -> bool {
    unsafe {
        let first = (*unpack).a;
        n > 0 && (0..n).all(|k| {
            let m = *unpack.add(2 + k);
            m.op == Op::Move as u16 && m.a < 0 && m.b == first + (n - 1 - k) as i16
        })
    }
}

unsafe fn wanted(vm: &Vm, it: Word) -> Option<Op> {
    if !it.is_ptr() { return None }
    let ty: ObjPtr = it.ptr().ty();
    let t = &vm.types;
    if ty == t.range_iterator.ptr() { Some(Op::ForIterRange) }
    else if ty == t.list_iterator.ptr() { Some(Op::ForIterList) }
    else if ty == t.tuple_iterator.ptr() { Some(Op::ForIterTuple) }
    else if ty == t.generator.ptr() { Some(Op::ForIterGenerator) }
    else {
        let info = it.ptr().info();
        let native = !info.has(TypeFlags::HEAP_TYPE) && unsafe { (*ty.payload::<PyType>()).slots().next.is_some() };
        native.then_some(Op::ForIterNative)
    }
}

/// `UnpackTuple`, `UnpackList`. If the items go on to locals by as many moves, the first cache unit says so.
pub unsafe fn unpack(vm: &mut Vm, pc: *mut Unit, o: Word, n: usize) {
    unsafe {
        if !due(pc) { return }
        let to = if is(vm, o, &vm.types.tuple) { Some(Op::UnpackTuple) } else if is(vm, o, &vm.types.list) { Some(Op::UnpackList) } else { None };
        (*pc.add(1)).a = moved(pc, n) as i16;
        set_or_fail(pc, to);
    }
}
