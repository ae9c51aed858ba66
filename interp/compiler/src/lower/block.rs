//! Block stack: what `return`, `break` and `continue` must undo on their way out.
//!
//! Not here: what enters blocks (`loops.rs`, `try_.rs`, `with.rs`).

use instar_code::{Const, Op};
use instar_syntax::ast::{Expr, Stmt};
use instar_syntax::{Ranged, TextRange};

use super::unit::{local, Dst, Label};
use super::Compiler;
use crate::error::{error, R};

/// An enclosing construct of the current code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    pub(crate) kind: BlockKind<'a>,
    /// Handler in force outside.
    pub(crate) outer: u32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum BlockKind<'a> {
    /// A loop; `temps` are released when left early (iterator).
    Loop { on_break: Label, on_continue: Label, temps: u32 },
    /// Body of a `try` without `finally`: only the handler matters.
    Try,
    /// Body of a `try` with this `finally`.
    Finally(&'a [Stmt]),
    /// Body of a `with`: manager and exit method are the temps below.
    With { is_async: bool, range: TextRange },
    /// An `except` clause: exception pair on top, name to delete.
    Handler { name: Option<&'a str> },
    /// A `finally` run for an exception: exception pair on top.
    FinallyHandler,
    /// Body of an `except*` clause: nothing leaves it early.
    StarHandler,
}

/// Blocks that may lie inside each other, as in CPython.
const MAX_BLOCKS: usize = 21;

impl<'a> Compiler<'a> {
    pub(crate) fn push_block(&mut self, kind: BlockKind<'a>, outer: u32) -> R {
        if self.u.blocks.len() >= MAX_BLOCKS {
            let range = self.range;
            return error(range, "too many statically nested blocks");
        }
        self.u.blocks.push(Block { kind, outer });
        Ok(())
    }

    pub(crate) fn pop_block(&mut self) { self.u.blocks.pop(); }

    /// Emits what leaving the top `count` blocks needs. Afterwards the block stack is as before, depth and handler are
    /// those outside the blocks: the caller jumps or returns and then restores them.
    pub(crate) fn unwind(&mut self, count: usize) -> R {
        let saved = self.u.blocks.clone();
        for _ in 0..count {
            let Some(block) = self.u.blocks.pop() else { break };
            self.u.handler = block.outer;
            self.leave(block)?;
        }
        self.u.blocks = saved;
        Ok(())
    }

    fn leave(&mut self, block: Block<'a>) -> R {
        match block.kind {
            BlockKind::Loop { temps, .. } => for _ in 0..temps { self.u.pop(); },
            BlockKind::Try => {}
            BlockKind::Finally(body) => {
                self.body(body)?;
                // What follows is no part of the statement that leaves: that has been.
                self.nowhere();
            }
            BlockKind::With { is_async, range } => {
                self.at(range);
                self.exit_normally(is_async)?;
                self.nowhere();
            }
            BlockKind::Handler { name } => {
                let pair = self.u.depth as i32 - 2;
                self.u.emit(Op::PopExc, pair, 0, 0);
                if let Some(name) = name { self.clear_name(name)?; }
            }
            BlockKind::FinallyHandler => {
                let pair = self.u.depth as i32 - 2;
                self.u.emit(Op::PopExc, pair, 0, 0);
            }
            BlockKind::StarHandler => {
                return error(self.range, "'break', 'continue' and 'return' cannot appear in an except* block");
            }
        }
        Ok(())
    }

    /// `return` of a value or None.
    pub(crate) fn return_stmt(&mut self, value: Option<&'a Expr>, range: TextRange) -> R {
        let n = self.u.blocks.len();
        let (depth, handler) = (self.u.depth, self.u.handler);
        let constant = match value { None => Some(Const::None), Some(e) => self.fold(e)? };
        if let Some(c) = constant {
            self.at(value.map_or(range, |e| e.range()));
            self.u.emit(Op::Nop, 0, 0, 0);
            self.unwind(n)?;
            let k = self.u.constant(c);
            self.u.emit(Op::ReturnConst, 0, k as i32, 0);
        } else if let Some(e) = value {
            let quiet = self.u.blocks.iter().all(|b| matches!(b.kind, BlockKind::Loop { .. } | BlockKind::Try));
            if n == 0 || self.u.depth == 0 && quiet {
                let r = self.operand(e)?;
                self.at(range);
                self.u.emit(Op::Return, r, 0, 0);
            } else {
                let direct = if quiet { self.fast_name(e) } else { None };
                if let Some(i) = direct {
                    let r = self.operand(e)?;
                    debug_assert_eq!(r, local(i));
                    self.at(range);
                    self.unwind(n)?;
                    self.u.emit(Op::Return, r, 0, 0);
                } else {
                    let i = self.u.acquire();
                    self.expr(e, Dst::Local(i))?;
                    self.at(range);
                    self.unwind(n)?;
                    self.u.emit(Op::Return, local(i), 0, 0);
                    self.u.relinquish(i);
                }
            }
        }
        self.u.set_depth(depth);
        self.u.handler = handler;
        Ok(())
    }

    /// `break` or `continue`.
    pub(crate) fn leave_loop(&mut self, is_break: bool, range: TextRange) -> R {
        let found = self.u.blocks.iter().rposition(|b| matches!(b.kind, BlockKind::Loop { .. }));
        if self.u.blocks.iter().rposition(|b| matches!(b.kind, BlockKind::StarHandler)) > found {
            return error(range, "'break', 'continue' and 'return' cannot appear in an except* block");
        }
        let Some(i) = found else {
            return error(range, if is_break { "'break' outside loop" } else { "'continue' not properly in loop" });
        };
        let BlockKind::Loop { on_break, on_continue, .. } = self.u.blocks[i].kind else { return Ok(()) };
        let (depth, handler) = (self.u.depth, self.u.handler);
        self.u.emit(Op::Nop, 0, 0, 0);
        let inner = self.u.blocks.len() - i - 1;
        self.unwind(inner)?;
        if is_break {
            let block = self.u.blocks[i];
            self.u.handler = block.outer;
            self.leave(block)?;
            self.u.jump(on_break);
        } else if self.u.labels[on_continue as usize] == super::unit::NONE {
            self.u.jump(on_continue);
        } else {
            self.u.jump_back(on_continue);
        }
        self.u.set_depth(depth);
        self.u.handler = handler;
        Ok(())
    }
}
