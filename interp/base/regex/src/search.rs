//! The public ways to run a pattern and the loops that find starting places.

use crate::Pattern;
use crate::exec::attempt;
use crate::program::{Prefix, Start};
use crate::state::{State, Stop};
use instar_base_text::{Unit, Units, with_units};

/// Which matches count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Anywhere from the start position on.
    Search,
    /// At the start position.
    Match,
    /// At the start position and up to the end position.
    FullMatch,
}

impl Pattern {
    /// Runs the pattern over `subject[..end]` from `start` on; spans are left in `state`.
    ///
    /// `end` is cut to the subject's length. With `must_advance` an empty match at `start` itself does not count
    /// (how `finditer` goes on after an empty match). `hook` is asked every few thousand steps; `true` stops the run.
    ///
    /// # Errors
    /// [`Stop::Interrupted`] if the hook said so, [`Stop::OutOfMemory`] if the backtrack stack cannot grow.
    pub fn run(
        &self,
        state: &mut State,
        subject: Units<'_>,
        (start, end): (usize, usize),
        mode: Mode,
        must_advance: bool,
        hook: &mut dyn FnMut() -> bool,
    ) -> Result<bool, Stop> {
        with_units!(subject, units => self.run_units(state, units, (start, end), mode, must_advance, hook))
    }

    /// [`Pattern::run`] over a slice of one unit type (also for `bytes`).
    ///
    /// # Errors
    /// As [`Pattern::run`].
    pub fn run_units<U: Unit>(
        &self,
        state: &mut State,
        subject: &[U],
        (start, end): (usize, usize),
        mode: Mode,
        must_advance: bool,
        hook: &mut dyn FnMut() -> bool,
    ) -> Result<bool, Stop> {
        state.prepare(2 * self.groups, self.program.loops.len())?;
        let subject = &subject[..end.min(subject.len())];
        if start > subject.len() {
            return Ok(false);
        }
        if mode == Mode::Search {
            return self.search(state, subject, start, must_advance, hook);
        }
        let full = mode == Mode::FullMatch;
        let avoid = if must_advance { start } else { usize::MAX };
        let end = attempt(&self.program, state, subject, start, full, avoid, hook)?;
        state.span = end.map(|end| (start, end));
        Ok(end.is_some())
    }

    fn search<U: Unit>(
        &self,
        state: &mut State,
        subject: &[U],
        start: usize,
        must_advance: bool,
        hook: &mut dyn FnMut() -> bool,
    ) -> Result<bool, Stop> {
        let program = &self.program;
        let Some(last) = subject.len().checked_sub(program.min_width) else { return Ok(false) };
        let mut at = start;
        let mut avoid = if must_advance { start } else { usize::MAX };
        let mut dirty = false;
        while at <= last {
            let next = match &program.start {
                Start::Everywhere => Some(at),
                Start::Anchored => (at == start).then_some(at),
                Start::Prefix(prefix) => find_prefix(prefix, &subject[at..]).map(|i| at + i),
                Start::Filter(filter) => {
                    subject[at..].iter().position(|u| filter.has(u.code())).map(|i| at + i)
                }
                Start::Few(filter, bytes) => {
                    let rest = &subject[at..];
                    let found = match (U::as_bytes(rest), bytes.as_slice()) {
                        (Some(_), []) => None,
                        (Some(rest), &[a]) => memchr::memchr(a, rest),
                        (Some(rest), &[a, b]) => memchr::memchr2(a, b, rest),
                        (Some(rest), &[a, b, c]) => memchr::memchr3(a, b, c, rest),
                        _ => rest.iter().position(|u| filter.has(u.code())),
                    };
                    found.map(|i| at + i)
                }
            };
            let Some(found) = next.filter(|&found| found <= last) else { return Ok(false) };
            if let Start::Prefix(prefix) = &program.start
                && prefix.whole
            {
                state.span = Some((found, found + prefix.codes.len()));
                return Ok(true);
            }
            if dirty {
                state.clear_marks();
            }
            dirty = true;
            if let Some(end) = attempt(program, state, subject, found, false, avoid, hook)? {
                state.span = Some((found, end));
                return Ok(true);
            }
            avoid = usize::MAX;
            at = found + 1;
        }
        Ok(false)
    }
}

/// First place where the literal prefix stands.
fn find_prefix<U: Unit>(prefix: &Prefix, hay: &[U]) -> Option<usize> {
    if let Some(bytes) = U::as_bytes(hay) {
        return prefix.finder.as_ref()?.find(bytes);
    }
    let codes = &prefix.codes;
    let head = U::from_code(*codes.first()?)?;
    let last = hay.len().checked_sub(codes.len())?;
    let mut at = 0;
    while at <= last {
        at += head.position(&hay[at..=last])?;
        if hay[at + 1..at + codes.len()].iter().zip(&codes[1..]).all(|(u, &c)| u.code() == c) {
            return Some(at);
        }
        at += 1;
    }
    None
}
