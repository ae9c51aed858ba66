//! The eval loop: one `match` over the opcode, one inlined function per op.
//!
//! Rules that keep it fast (vm.md 2.E): the state is local scalars; `&mut State` never reaches a function that is not inlined;
//! slow paths are cold, take words and return a word. Tail duplication gives every hot op its own indirect jump; its cost in
//! compile time grows with (ops x ops), so ops that are rare in loops go through one call (`rare`) and a match of their own.
//! `ops/` holds the op bodies, `slow/` what they call, `specialize/` rewrites ops. Not here: entering from native code (`protocol/call.rs`).

pub mod bind;
pub mod breaker;
pub mod exec;
pub mod frame;
pub mod ops;
pub mod slow;
pub mod specialize;
pub mod stack;
pub mod state;
pub mod unwind;

use instar_code::{Op, Unit};

use crate::monitor::step;
use crate::object::{Owned, Word};
use crate::vm::Vm;
use frame::Frame;
use state::{After, Flow, Instr, State};

/// The ops that the loop dispatches itself; generic ops that it dispatches too but that also have a body out of line; all others.
/// A specialised op whose guard fails is executed once by the generic op of its family, out of line: generic ops of families
/// in the first list are in the second or third.
macro_rules! ops_by_heat { ($mac:ident) => { $mac! {
    LoadGlobalModule LoadGlobalBuiltin LoadAttrValue LoadAttrMember
    LoadAttrModule LoadAttrClass LoadAttrShared LoadMethodType LoadMethodModule LoadMethodClass LoadMethodClassBound LoadMethodClassStatic StoreAttrValue
    StoreAttrMember AddInt SubInt MulInt BinaryInt AddIntK SubIntK BinaryIntK AddFloat SubFloat
    MulFloat DivFloat BinaryNumber BinaryNumberK AddStr CompareInt CompareIntK
    JumpIntLt JumpIntLe JumpIntEq JumpIntNe JumpIntGt JumpIntGe JumpIntLtK JumpIntLeK JumpIntEqK JumpIntNeK JumpIntGtK JumpIntGeK
    JumpFloat JumpFloatK JumpStr JumpStrK SubscrListInt SubscrTupleInt SubscrListIntK
    SubscrTupleIntK SubscrDict SubscrDictK SubscrGetitem StoreSubscrListInt StoreSubscrDict ForIterRange ForIterList ForIterTuple ForIterGenerator ForIterNative ForIterPairs
    CallPy CallMethodPy CallPyDefaults CallMethodPyDefaults CallBuiltin CallMethodNative CallListAppend CallClass CallType1 CallLen CallIsinstance
    SendGenerator 
    UnpackTuple
 LoadAttrProperty UnpackList
;
    Move Copy Release LoadConst LoadNull LoadDeref StoreDeref Is IsNot Contains NotContains Return ReturnConst YieldValue ReturnGenerator GetAwaitable
    EndSend Jump JumpBack JumpIfTrue JumpIfFalse JumpIfTrueKeep JumpIfFalseKeep JumpIfNone JumpIfNotNone UnaryNot BuildTuple BuildList ListAppend GetIter UnaryNegative
    ForIter LoadSubscr StoreSubscr BinaryOp BinaryOpK Call CallMethod CallKw
;
    LoadAttr LoadMethod StoreAttr CompareJump CompareJumpK UnpackSequence
    Nop LoadFar StoreFar CheckLocal CheckFar DeleteLocal DeleteFar MakeCell CopyFreeVars DeleteDeref LoadFromDictOrDeref
    LoadGlobal StoreGlobal DeleteGlobal LoadName StoreName DeleteName LoadLocals LoadFromDictOrGlobals LoadBuildClass
    SetupAnnotations DeleteAttr LoadAttrDyn StoreAttrDyn DeleteAttrDyn LoadSuperAttr LoadSuperMethod DeleteSubscr LoadSubscrK
    BuildSlice LoadSlice StoreSlice CompareOp CompareOpK UnaryPositive UnaryInvert CallMethodKw CallEx Intrinsic1 Intrinsic2
    BuildSet BuildMap BuildString BuildTemplate BuildInterpolation ListExtend SetAdd SetUpdate MapAdd DictUpdate DictMerge
    ListToTuple ConvertValue FormatSimple FormatWithSpec UnpackEx GetLen MatchMapping MatchSequence MatchKeys MatchClass
    MakeFunction SetFunctionAttr Raise RaiseFrom RaiseHandled PushExc PopExc ReraiseHandled ReraiseOver Reraise ExcMatch
    ExcGroupMatch LoadSpecial WithExceptStart LoadAssertionError GetYieldFromIter Send CleanupThrow
    GetAIter GetANext EndAsyncFor ImportName ImportFrom LoadNameModule
    LoadNameBuiltin
} } }

macro_rules! count { ($($hot:ident)* ; $($both:ident)* ; $($rare:ident)*) => { [$(Op::$hot),* , $(Op::$both),* , $(Op::$rare),*].len() } }
const _: () = assert!(ops_by_heat!(count) + 3 == Op::COUNT, "every op is either hot or rare, but for those of monitored code");

/// Units of an op with its caches, as a constant.
const fn len(op: Op) -> usize { 1 + Op::CACHE[op as usize] as usize }

macro_rules! define_rare { ($($hot:ident)* ; $($both:ident)* ; $($name:ident)*) => {
    /// Executes the instruction as `op`: an op that the loop has no body for, or (by one more turn) the generic one of an op
    /// whose guard failed. `pc` null in the answer: the entry frame was left, its result (null after an exception) is in `vm.exit`.
    #[inline(never)]
    pub(crate) unsafe fn rare(vm: *mut Vm, pc: *mut Unit, fp: *mut Word, op: Op) -> After {
        // SAFETY: the op bodies' own laws; the verifier proved operands, depths and targets.
        unsafe {
            let mut s = State { pc, fp, k: Frame(fp).consts(), vm };
            let i = Instr(pc);
            let (flow, len) = match op {
                $( Op::$both => (ops::$both(&mut s, i), len(Op::$both)), )*
                $( Op::$name => (ops::$name(&mut s, i), len(Op::$name)), )*
                $(Op::$hot)|* => return rare(vm, pc, fp, op.generic()),
                Op::Traced | Op::Traced1 | Op::Traced2 => return step::step(vm, pc, fp),
            };
            match flow {
                Flow::Next => After { pc: s.pc.add(len), fp: s.fp },
                Flow::Jump => After { pc: s.pc, fp: s.fp },
                Flow::Miss => rare(vm, pc, fp, op.generic()),
                Flow::Error => unwind::unwind(s.vm, s.pc, s.fp),
                Flow::Exit(word) => After::exit(s.vm, word),
            }
        }
    }

    const _: () = {
        let mut n = 0;
        let hot = [$(Op::$hot),*];
        while n < hot.len() {
            let mut k = 0;
            while k < hot.len() {
                assert!(hot[n].family_code() != hot[k] as u16, "a generic op whose family is in the loop has its body out of line");
                k += 1;
            }
            n += 1;
        }
    };
} }
ops_by_heat!(define_rare);

/// Why the loop turned to a function.
enum Turn { Rare, Error, Traced }

macro_rules! define_run { ($($name:ident)* ; $($both:ident)* ; $($rare:ident)*) => {
    /// Runs `frame` (flagged ENTRY) until it returns. `None`: an exception is in `vm.raised`; the frame is gone.
    ///
    /// # Safety
    /// `frame` is the innermost frame of `vm`, complete, and its code has passed the verifier.
    #[inline(never)]
    pub unsafe fn run(vm: *mut Vm, frame: Frame) -> Option<Owned> {
        // SAFETY: as `rare`.
        unsafe {
            let _library = crate::stats::within(crate::stats::Origin::Library);
            let mut s = State { pc: frame.pc(), fp: frame.0, k: frame.consts(), vm };
            loop {
                let turn = loop {
                    let i = Instr(s.pc);
                    let op = (*s.pc).op;
                    crate::stats::op(s.pc);
                    // Verified code holds only known opcodes.
                    match std::mem::transmute::<u16, Op>(op) {
                        $( Op::$name => match ops::$name(&mut s, i) {
                            Flow::Next => s.pc = s.pc.add(len(Op::$name)),
                            Flow::Jump => {}
                            Flow::Miss => break Turn::Rare,
                            Flow::Error => break Turn::Error,
                            Flow::Exit(word) => return Word::owned_or_none(word),
                        }, )*
                        $( Op::$both => match ops::$both(&mut s, i) {
                            Flow::Next => s.pc = s.pc.add(len(Op::$both)),
                            Flow::Jump => {}
                            Flow::Miss => break Turn::Rare,
                            Flow::Error => break Turn::Error,
                            Flow::Exit(word) => return Word::owned_or_none(word),
                        }, )*
                        // Named, not `_`: an exhaustive match needs no range check before the jump.
                        $(Op::$rare)|* => break Turn::Rare,
                        Op::Traced | Op::Traced1 | Op::Traced2 => break Turn::Traced,
                    }
                };
                let after = match turn {
                    Turn::Rare => rare(s.vm, s.pc, s.fp, std::mem::transmute::<u16, Op>((*s.pc).op)),
                    Turn::Traced => step::step(s.vm, s.pc, s.fp),
                    Turn::Error => unwind::unwind(s.vm, s.pc, s.fp),
                };
                if after.pc.is_null() { return Word::owned_or_none((*s.vm).exit) }
                s.go(after);
            }
        }
    }
} }
ops_by_heat!(define_run);
