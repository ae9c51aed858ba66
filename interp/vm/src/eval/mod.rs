//! The eval loop: one `match` over the opcode, one inlined function per op.
//!
//! Rules that keep it fast (vm.md 2.E): the state is local scalars; `&mut State` never reaches a function that is not inlined;
//! slow paths are cold, take words and return a word. `ops/` holds the op bodies, `slow/` what they call, `specialize/`
//! rewrites ops. Not here: entering from native code (`protocol/call.rs`).

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

use instar_code::{for_each_op, Op};

use crate::object::{Owned, Word};
use crate::vm::Vm;
use frame::Frame;
use state::{Flow, State};

macro_rules! define_run {
    ($( $(#[doc = $doc:literal])* $name:ident [$a:ident $b:ident $c:ident] $cache:literal [$($effect:ident)*] $(of $head:ident)?; )*) => {
        /// Runs `frame` (flagged ENTRY) until it returns. `None`: an exception is in `vm.raised`; the frame is gone.
        ///
        /// # Safety
        /// `frame` is the innermost frame of `vm`, complete, and its code has passed the verifier.
        #[inline(never)]
        pub unsafe fn run(vm: *mut Vm, frame: Frame) -> Option<Owned> {
            // SAFETY: the op bodies' own laws; the verifier proved operands, depths and targets.
            unsafe {
                let mut s = State { pc: frame.pc(), fp: frame.0, k: (*frame.exec()).consts.as_ptr().cast(), vm };
                loop {
                    loop {
                        let i = *s.pc;
                        crate::stats::op(i.op);
                        // Verified code holds only known opcodes.
                        match std::mem::transmute::<u16, Op>(i.op) {
                            $( Op::$name => match ops::$name(&mut s, i) {
                                Flow::Next => s.pc = s.pc.add(1 + $cache),
                                Flow::Jump => {}
                                Flow::Error => break,
                                Flow::Exit(word) => return Word::owned_or_none(word),
                            }, )*
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
    };
}
for_each_op!(define_run);
