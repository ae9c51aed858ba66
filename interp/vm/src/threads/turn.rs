//! A lock for objects whose methods may give up the GIL half way (buffered files, the import lock): taken and freed without an atomic.
//!
//! Not here: Python's locks (`_thread`).

use std::cell::Cell;
use std::sync::atomic::Ordering;

use super::wait::{WaitWord, Waited};
use crate::vm::{PyResult, Vm};

/// Who may use an object now. Everything but the word changes under the GIL only.
#[derive(Default)]
pub struct Turn {
    /// Number of the thread whose turn it is, 0 for none.
    owner: Cell<u64>,
    waiting: Cell<u32>,
    word: WaitWord,
}

/// The answer of [`Vm::take_turn`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It is the running thread's turn now.
    Now,
    /// It was so before.
    Already,
}

impl Turn {
    /// The thread whose turn it is.
    pub fn owner(&self) -> Option<u64> { Some(self.owner.get()).filter(|n| *n != 0) }
}

impl Vm {
    /// Waits until it is the running thread's turn. The caller keeps `turn` alive. What a thread that is gone held is free.
    #[inline]
    pub fn take_turn(&mut self, turn: &Turn) -> PyResult<Taken> {
        let me = self.thread_number();
        if turn.owner.get() == 0 {
            turn.owner.set(me);
            return Ok(Taken::Now);
        }
        if turn.owner.get() == me { return Ok(Taken::Already) }
        self.wait_for_turn(turn)
    }

    #[cold]
    fn wait_for_turn(&mut self, turn: &Turn) -> PyResult<Taken> {
        loop {
            let owner = turn.owner.get();
            // At the end of the interpreter nobody else goes on.
            if owner == 0 || self.finalizing || !self.thread_exists(owner) { break }
            let seen = turn.word.value().load(Ordering::Relaxed);
            turn.waiting.set(turn.waiting.get() + 1);
            let word = &turn.word;
            let waited = self.without_gil(|| word.wait(seen, None));
            turn.waiting.set(turn.waiting.get() - 1);
            if waited == Waited::Interrupted { self.safe_point()? }
        }
        turn.owner.set(self.thread_number());
        Ok(Taken::Now)
    }

    /// Ends the running thread's turn.
    #[inline]
    pub fn end_turn(&self, turn: &Turn) {
        turn.owner.set(0);
        if turn.waiting.get() > 0 {
            turn.word.value().fetch_add(1, Ordering::Relaxed);
            turn.word.wake(1);
        }
    }
}
