//! What one match run needs and leaves behind: capture marks, loop counters, the backtrack stack. Reusable.

/// A position that was never set.
pub(crate) const UNSET: usize = usize::MAX;

/// Why a run ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The hook asked to stop.
    Interrupted,
    /// The backtrack stack could not grow.
    OutOfMemory,
}

/// A record on the backtrack stack: either a place to go on from, or something to undo on the way there.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Entry {
    /// Try alternative `alt` of a branch.
    Branch { branch: u32, alt: u32, at: usize },
    /// Undo a capture mark.
    Mark { slot: u32, lastindex: u32, old: usize },
    /// Undo a loop register change.
    Loop { slot: u32, count: usize, last: usize },
    /// Undo a loop register change and leave the loop.
    LoopExit { slot: u32, count: usize, last: usize, at: usize },
    /// Enter a lazy loop's body for its round number `round`.
    LoopEnter { slot: u32, round: usize, at: usize },
    /// Give back characters of a greedy repeat, down to `low`.
    Greedy { rep: u32, low: usize, at: usize },
    /// Take one more character for a lazy repeat, up to `limit`.
    Lazy { rep: u32, at: usize, limit: usize },
    /// Start of a body whose choices are dropped as one; `resume` is where to go on if the body fails.
    Barrier { resume: u32, prev: usize, at: usize },
}

/// Working memory and result of a match run.
#[derive(Debug, Default)]
pub struct State {
    pub(crate) marks: Vec<usize>,
    pub(crate) lastindex: u32,
    pub(crate) loops: Vec<(usize, usize)>,
    pub(crate) stack: Vec<Entry>,
    pub(crate) span: Option<(usize, usize)>,
    pub(crate) budget: u32,
}

/// Steps between two questions to the hook.
pub(crate) const HOOK_STEPS: u32 = 1 << 14;

impl State {
    /// Empty working memory; grows on first use.
    pub fn new() -> State {
        State::default()
    }

    /// Span of group `index` (0: the whole match), in code points from the subject's start.
    pub fn group(&self, index: usize) -> Option<(usize, usize)> {
        let span = self.span?;
        if index == 0 {
            return Some(span);
        }
        let at = (index - 1).checked_mul(2)?;
        let (start, end) = (*self.marks.get(at)?, *self.marks.get(at + 1)?);
        (start != UNSET && end != UNSET && start <= end).then_some((start, end))
    }

    /// Index of the last group that was closed, if any (`Match.lastindex`).
    pub fn lastindex(&self) -> Option<usize> {
        (self.span.is_some() && self.lastindex != 0).then_some(self.lastindex as usize)
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, entry: Entry) -> Result<(), Stop> {
        if self.stack.len() == self.stack.capacity() {
            self.grow()?;
        }
        self.stack.push(entry);
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> Result<(), Stop> {
        let more = self.stack.len().max(64);
        self.stack.try_reserve(more).map_err(|_| Stop::OutOfMemory)
    }

    /// Prepares for one attempt.
    #[inline]
    pub(crate) fn clear_marks(&mut self) {
        self.marks.fill(UNSET);
        self.lastindex = 0;
        self.stack.clear();
    }

    /// Prepares for a run of a pattern with this many marks and loops.
    pub(crate) fn prepare(&mut self, marks: usize, loops: usize) -> Result<(), Stop> {
        self.span = None;
        self.marks.clear();
        self.marks.try_reserve(marks).map_err(|_| Stop::OutOfMemory)?;
        self.marks.resize(marks, UNSET);
        self.loops.clear();
        self.loops.try_reserve(loops).map_err(|_| Stop::OutOfMemory)?;
        self.loops.resize(loops, (0, UNSET));
        if self.budget == 0 {
            self.budget = HOOK_STEPS;
        }
        self.lastindex = 0;
        self.stack.clear();
        Ok(())
    }
}
