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

use instar_code::Op;

use crate::object::{Owned, Word};
use crate::vm::Vm;
use frame::Frame;
use state::{Flow, Instr, State};

/// The ops that the loop dispatches itself, then all others.
macro_rules! ops_by_heat { ($mac:ident) => { $mac! {
    Move Copy Release LoadConst LoadNull LoadDeref StoreDeref LoadGlobalModule LoadGlobalBuiltin LoadAttrValue LoadAttrMember
    LoadAttrModule LoadAttrClass LoadAttrShared  LoadMethodType LoadMethodModule LoadMethodClass StoreAttrValue
    StoreAttrMember LoadAttr LoadMethod StoreAttr AddInt SubInt MulInt BinaryInt AddIntK SubIntK BinaryIntK AddFloat SubFloat
    MulFloat DivFloat BinaryNumber BinaryNumberK AddStr BinaryOp BinaryOpK CompareInt CompareIntK CompareJump CompareJumpK
    JumpIntLt JumpIntLe JumpIntEq JumpIntNe JumpIntGt JumpIntGe JumpIntLtK JumpIntLeK JumpIntEqK JumpIntNeK JumpIntGtK JumpIntGeK
    JumpFloat JumpFloatK JumpStr JumpStrK Is IsNot Contains NotContains SubscrListInt SubscrTupleInt SubscrListIntK
    SubscrTupleIntK SubscrDict StoreSubscrListInt LoadSubscr StoreSubscr ForIterRange ForIterList ForIterTuple ForIterGenerator
    ForIter GetIter CallPy CallMethodPy CallBuiltin CallMethodNative CallListAppend CallClass CallType1 CallLen CallIsinstance
    Return ReturnConst YieldValue Jump JumpBack JumpIfTrue JumpIfFalse JumpIfTrueBool JumpIfFalseBool
    JumpIfTrueKeep JumpIfFalseKeep JumpIfNone JumpIfNotNone UnaryNot UnaryNegative UnpackTuple UnpackSequence BuildTuple BuildList
    ListAppend
;
Call CallMethod CallKw LoadAttrProperty
    Nop LoadFar StoreFar CheckLocal CheckFar DeleteLocal DeleteFar MakeCell CopyFreeVars DeleteDeref LoadFromDictOrDeref
    LoadGlobal StoreGlobal DeleteGlobal LoadName StoreName DeleteName LoadLocals LoadFromDictOrGlobals LoadBuildClass
    SetupAnnotations DeleteAttr LoadAttrDyn StoreAttrDyn DeleteAttrDyn LoadSuperAttr LoadSuperMethod DeleteSubscr LoadSubscrK
    BuildSlice LoadSlice StoreSlice CompareOp CompareOpK UnaryPositive UnaryInvert CallMethodKw CallEx Intrinsic1 Intrinsic2
    BuildSet BuildMap BuildString BuildTemplate BuildInterpolation ListExtend SetAdd SetUpdate MapAdd DictUpdate DictMerge
    ListToTuple ConvertValue FormatSimple FormatWithSpec UnpackEx GetLen MatchMapping MatchSequence MatchKeys MatchClass
    MakeFunction SetFunctionAttr Raise RaiseFrom RaiseHandled PushExc PopExc ReraiseHandled ReraiseOver Reraise ExcMatch
    ExcGroupMatch LoadSpecial WithExceptStart LoadAssertionError ReturnGenerator GetYieldFromIter Send EndSend CleanupThrow
    GetAwaitable GetAIter GetANext EndAsyncFor ImportName ImportFrom ReturnUnclean ReturnConstUnclean LoadNameModule
    LoadNameBuiltin StoreSubscrDict UnpackList ContainsHashed SendGenerator
} } }

macro_rules! count { ($($hot:ident)* ; $($rare:ident)*) => { [$(Op::$hot),* , $(Op::$rare),*].len() } }
const _: () = assert!(ops_by_heat!(count) == Op::COUNT, "every op is either hot or rare");

/// Units of an op with its caches, as a constant.
const fn len(op: Op) -> usize { 1 + Op::CACHE[op as usize] as usize }

macro_rules! define_rare { ($($hot:ident)* ; $($name:ident)*) => {
    /// One rare op: the registers after it, and what it did.
    #[inline(never)]
    unsafe fn rare(state: State) -> (State, Flow) {
        // SAFETY: the op bodies' own laws; the verifier proved operands, depths and targets.
        unsafe {
            let State { pc, fp, k, vm } = state;
            let mut s = State { pc, fp, k, vm };
            let i = Instr(s.pc);
            match std::mem::transmute::<u16, Op>((*s.pc).op) {
                $( Op::$name => {
                    let flow = ops::$name(&mut s, i);
                    if matches!(flow, Flow::Next) { s.pc = s.pc.add(len(Op::$name)) }
                    (s, flow)
                } )*
                // The loop never passes these.
                $(Op::$hot)|* => std::hint::unreachable_unchecked(),
            }
        }
    }
} }
ops_by_heat!(define_rare);

macro_rules! define_run { ($($name:ident)* ; $($rare:ident)*) => {
    /// Runs `frame` (flagged ENTRY) until it returns. `None`: an exception is in `vm.raised`; the frame is gone.
    ///
    /// # Safety
    /// `frame` is the innermost frame of `vm`, complete, and its code has passed the verifier.
    #[inline(never)]
    pub unsafe fn run(vm: *mut Vm, frame: Frame) -> Option<Owned> {
        // SAFETY: as `rare`.
        unsafe {
            let mut s = State { pc: frame.pc(), fp: frame.0, k: (*frame.exec()).consts.as_ptr().cast(), vm };
            loop {
                loop {
                    let i = Instr(s.pc);
                    let op = (*s.pc).op;
                    crate::stats::op(op);
                    // Verified code holds only known opcodes.
                    match std::mem::transmute::<u16, Op>(op) {
                        $( Op::$name => match ops::$name(&mut s, i) {
                            Flow::Next => s.pc = s.pc.add(len(Op::$name)),
                            Flow::Jump => {}
                            Flow::Error => break,
                            Flow::Exit(word) => return Word::owned_or_none(word),
                        }, )*
                        // Named, not `_`: an exhaustive match needs no range check before the jump.
                        $(Op::$rare)|* => {
                            let (State { pc, fp, k, .. }, flow) = rare(State { pc: s.pc, fp: s.fp, k: s.k, vm: s.vm });
                            s.pc = pc;
                            s.fp = fp;
                            s.k = k;
                            match flow {
                                Flow::Next | Flow::Jump => {}
                                Flow::Error => break,
                                Flow::Exit(word) => return Word::owned_or_none(word),
                            }
                        }
                    }
                }
                match unwind::unwind(s.vm, s.pc, s.fp) {
                    Some((pc, fp)) => {
                        s.pc = pc;
                        s.fp = fp;
                        s.k = (*Frame(fp).exec()).consts.as_ptr().cast();
                    }
                    None => return None,
                }
            }
        }
    }
} }
ops_by_heat!(define_run);
