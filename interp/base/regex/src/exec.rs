//! One attempt at one place: the instruction loop and backtracking. Finding places to try lives in `search`.

use crate::chars::{Class, Fold};
use crate::program::{Alternative, At, Filter, Inst, One, Program, Rep};
use crate::state::{Entry, HOOK_STEPS, State, Stop, UNSET};
use instar_base_text::Unit;

/// "If the body fails, the attempt goes on failing."
const NO_RESUME: u32 = u32::MAX;

/// Tries to match at `start`; gives the end. `avoid` is an end that does not count, `full` asks for the very end.
pub(crate) fn attempt<U: Unit>(
    program: &Program,
    state: &mut State,
    text: &[U],
    start: usize,
    full: bool,
    avoid: usize,
    hook: &mut dyn FnMut() -> bool,
) -> Result<Option<usize>, Stop> {
    let mut run = Run { program, state, text, barrier: UNSET };
    run.go(start, full, avoid, hook)
}

struct Run<'a, U> {
    program: &'a Program,
    state: &'a mut State,
    text: &'a [U],
    /// Stack index of the innermost open barrier.
    barrier: usize,
}

impl<U: Unit> Run<'_, U> {
    fn go(
        &mut self,
        start: usize,
        full: bool,
        avoid: usize,
        hook: &mut dyn FnMut() -> bool,
    ) -> Result<Option<usize>, Stop> {
        let program = self.program;
        let text = self.text;
        let mut at = start;
        let mut pc = 0usize;
        loop {
            // Forward until something does not match.
            loop {
                match program.insts[pc] {
                    Inst::One(One::Char(literal)) => {
                        if text.get(at).is_none_or(|u| u.code() != literal) {
                            break;
                        }
                        at += 1;
                    }
                    Inst::One(One::Set(set)) => {
                        let set = &program.sets[set as usize];
                        if !text.get(at).is_some_and(|u| set.has(u.code())) {
                            break;
                        }
                        at += 1;
                    }
                    Inst::One(one) => {
                        if !text.get(at).is_some_and(|u| program.test(one, u.code())) {
                            break;
                        }
                        at += 1;
                    }
                    Inst::Mark(slot) => self.mark(slot, at)?,
                    Inst::At(test) => {
                        if !self.at_holds(test, at) {
                            break;
                        }
                    }
                    Inst::Jump(to) => {
                        pc = to as usize;
                        continue;
                    }
                    Inst::Branch(branch) => match self.branch(branch, 0, at)? {
                        Some(to) => {
                            pc = to;
                            continue;
                        }
                        None => break,
                    },
                    Inst::Greedy(index) => {
                        let rep = &program.reps[index as usize];
                        let Some(end) = self.take(rep, at, true) else { break };
                        let low = at + rep.min;
                        match self.give_back(rep, low, end) {
                            Some(end) => {
                                if end > low {
                                    self.state.push(Entry::Greedy { rep: index, low, at: end })?;
                                }
                                at = end;
                            }
                            None => break,
                        }
                    }
                    Inst::Lazy(index) => {
                        let rep = &program.reps[index as usize];
                        let Some(low) = self.take(rep, at, false) else { break };
                        let limit = at.saturating_add(rep.max);
                        match self.take_more(rep, low, limit) {
                            Some(end) => {
                                self.state.push(Entry::Lazy { rep: index, at: end, limit })?;
                                at = end;
                            }
                            None => break,
                        }
                    }
                    Inst::Possessive(index) => {
                        let Some(end) = self.take(&program.reps[index as usize], at, true) else { break };
                        at = end;
                    }
                    Inst::RepeatStart { slot, until } => {
                        self.log_loop(slot)?;
                        self.state.loops[slot as usize] = (0, UNSET);
                        match self.until(until as usize, slot, 0, at)? {
                            Some(to) => {
                                pc = to;
                                continue;
                            }
                            None => break,
                        }
                    }
                    Inst::MaxUntil { slot } | Inst::MinUntil { slot } => {
                        self.tick(hook)?;
                        let done = self.state.loops[slot as usize].0 + 1;
                        match self.until(pc, slot, done, at)? {
                            Some(to) => {
                                pc = to;
                                continue;
                            }
                            None => break,
                        }
                    }
                    Inst::GroupRef { group, fold } => match self.group_ref(group, fold, at) {
                        Some(end) => at = end,
                        None => break,
                    },
                    Inst::GroupExists { group, otherwise } => {
                        if self.group(group).is_none() {
                            pc = otherwise as usize;
                            continue;
                        }
                    }
                    Inst::AssertStart { back, .. } => {
                        let Some(from) = at.checked_sub(back as usize) else { break };
                        self.open_barrier(NO_RESUME, at)?;
                        at = from;
                    }
                    Inst::AssertEnd => at = self.commit(),
                    Inst::NotStart { back, end } => match at.checked_sub(back as usize) {
                        Some(from) => {
                            self.open_barrier(end + 1, at)?;
                            at = from;
                        }
                        None => {
                            pc = end as usize + 1;
                            continue;
                        }
                    },
                    Inst::NotEnd => {
                        self.roll_back();
                        break;
                    }
                    Inst::AtomicStart => self.open_barrier(NO_RESUME, at)?,
                    Inst::AtomicEnd => {
                        self.commit();
                    }
                    Inst::PossessiveStart { slot } => self.state.loops[slot as usize] = (0, UNSET),
                    Inst::PossessiveHead { slot, exit } => {
                        let bounds = program.loops[slot as usize];
                        let (count, last) = self.state.loops[slot as usize];
                        if count < bounds.min {
                            self.open_barrier(NO_RESUME, at)?;
                        } else if count < bounds.max && last != at {
                            self.state.loops[slot as usize].1 = at;
                            self.open_barrier(exit, at)?;
                        } else {
                            pc = exit as usize;
                            continue;
                        }
                    }
                    Inst::PossessiveEnd { head } => {
                        self.tick(hook)?;
                        self.commit();
                        if let Inst::PossessiveHead { slot, .. } = program.insts[head as usize] {
                            self.state.loops[slot as usize].0 += 1;
                        }
                        pc = head as usize;
                        continue;
                    }
                    Inst::Success => {
                        if at == avoid || (full && at != text.len()) {
                            break;
                        }
                        return Ok(Some(at));
                    }
                    Inst::Fail => break,
                }
                pc += 1;
            }
            // Back to the newest choice.
            self.tick(hook)?;
            match self.backtrack()? {
                Some((to, from)) => (pc, at) = (to, from),
                None => return Ok(None),
            }
        }
    }

    #[inline(always)]
    fn tick(&mut self, hook: &mut dyn FnMut() -> bool) -> Result<(), Stop> {
        self.state.budget -= 1;
        if self.state.budget == 0 {
            self.state.budget = HOOK_STEPS;
            if hook() {
                return Err(Stop::Interrupted);
            }
        }
        Ok(())
    }

    /// Undoes down to the newest choice and takes it: where to go on, and the position there.
    #[inline]
    fn backtrack(&mut self) -> Result<Option<(usize, usize)>, Stop> {
        let program = self.program;
        while let Some(entry) = self.state.stack.pop() {
            match entry {
                Entry::Mark { slot, lastindex, old } => {
                    self.state.marks[slot as usize] = old;
                    self.state.lastindex = lastindex;
                }
                Entry::Loop { slot, count, last } => self.state.loops[slot as usize] = (count, last),
                Entry::LoopExit { slot, count, last, at } => {
                    self.state.loops[slot as usize] = (count, last);
                    return Ok(Some((program.loops[slot as usize].until as usize + 1, at)));
                }
                Entry::LoopEnter { slot, round, at } => {
                    self.log_loop(slot)?;
                    self.state.loops[slot as usize] = (round, at);
                    return Ok(Some((program.loops[slot as usize].body as usize, at)));
                }
                Entry::Branch { branch, alt, at } => {
                    if let Some(pc) = self.branch(branch, alt as usize, at)? {
                        return Ok(Some((pc, at)));
                    }
                }
                Entry::Greedy { rep: index, low, at } => {
                    let rep = &program.reps[index as usize];
                    if let Some(at) = self.give_back(rep, low, at - 1) {
                        if at > low {
                            self.state.push(Entry::Greedy { rep: index, low, at })?;
                        }
                        return Ok(Some((rep.next as usize, at)));
                    }
                }
                Entry::Lazy { rep: index, at, limit } => {
                    let rep = &program.reps[index as usize];
                    if at < limit
                        && self.text.get(at).is_some_and(|u| program.test(rep.one, u.code()))
                        && let Some(at) = self.take_more(rep, at + 1, limit)
                    {
                        self.state.push(Entry::Lazy { rep: index, at, limit })?;
                        return Ok(Some((rep.next as usize, at)));
                    }
                }
                Entry::Barrier { resume, prev, at } => {
                    self.barrier = prev;
                    if resume != NO_RESUME {
                        return Ok(Some((resume as usize, at)));
                    }
                }
            }
        }
        Ok(None)
    }

    #[inline]
    fn mark(&mut self, slot: u32, at: usize) -> Result<(), Stop> {
        if !self.state.stack.is_empty() {
            let old = self.state.marks[slot as usize];
            self.state.push(Entry::Mark { slot, lastindex: self.state.lastindex, old })?;
        }
        self.state.marks[slot as usize] = at;
        if slot & 1 == 1 {
            self.state.lastindex = slot / 2 + 1;
        }
        Ok(())
    }

    /// Remembers a loop's register; with no choice open there is nothing to return to.
    #[inline]
    fn log_loop(&mut self, slot: u32) -> Result<(), Stop> {
        if self.state.stack.is_empty() {
            return Ok(());
        }
        let (count, last) = self.state.loops[slot as usize];
        self.state.push(Entry::Loop { slot, count, last })
    }

    /// Decides at the end of a round: `done` rounds are complete. Gives where to go on.
    ///
    /// The loop's register holds the number of rounds completed before the running one, and the position at which
    /// the last optional round started, so that a round that matched nothing is not repeated for ever.
    #[inline]
    fn until(&mut self, until: usize, slot: u32, done: usize, at: usize) -> Result<Option<usize>, Stop> {
        let bounds = self.program.loops[slot as usize];
        let (count, last) = self.state.loops[slot as usize];
        if done < bounds.min {
            self.log_loop(slot)?;
            self.state.loops[slot as usize].0 = done;
            return Ok(Some(bounds.body as usize));
        }
        let more = done < bounds.max && last != at;
        if matches!(self.program.insts[until], Inst::MaxUntil { .. }) {
            if more {
                self.state.push(Entry::LoopExit { slot, count, last, at })?;
                self.state.loops[slot as usize] = (done, at);
                return Ok(Some(bounds.body as usize));
            }
        } else if more {
            self.state.push(Entry::LoopEnter { slot, round: done, at })?;
        }
        Ok(Some(until + 1))
    }

    /// The first alternative from `alt` on that can start here; leaves a choice if there are more.
    #[inline]
    fn branch(&mut self, branch: u32, alt: usize, at: usize) -> Result<Option<usize>, Stop> {
        let program = self.program;
        let alternatives = &program.branches[branch as usize];
        let next = self.text.get(at).map(|u| u.code());
        let viable = |a: &Alternative| match a.first {
            Some(one) => next.is_some_and(|code| program.test(one, code)),
            None => true,
        };
        let Some(first) = alternatives[alt..].iter().position(viable).map(|i| alt + i) else { return Ok(None) };
        if let Some(other) = alternatives[first + 1..].iter().position(viable) {
            let alt = (first + 1 + other) as u32;
            self.state.push(Entry::Branch { branch, alt, at })?;
        }
        Ok(Some(alternatives[first].pc as usize))
    }

    /// Takes as many characters as the repeat allows (or just its minimum); `None` if there are too few.
    #[inline]
    fn take(&self, rep: &Rep, at: usize, greedy: bool) -> Option<usize> {
        let rest = &self.text[at..];
        let want = if greedy { rep.max } else { rep.min };
        let window = &rest[..want.min(rest.len())];
        let taken = match rep.one {
            One::All => window.len(),
            One::Any => count_until(window, 10),
            One::NotChar(literal) => count_until(window, literal),
            One::Char(literal) => window.iter().position(|u| u.code() != literal).unwrap_or(window.len()),
            One::Set(set) => {
                let set = &self.program.sets[set as usize];
                window.iter().position(|u| !set.has(u.code())).unwrap_or(window.len())
            }
            one => window.iter().position(|u| !self.program.test(one, u.code())).unwrap_or(window.len()),
        };
        (taken >= rep.min).then_some(at + taken)
    }

    /// The largest position from `low` to `at` where the rest can start.
    #[inline]
    fn give_back(&self, rep: &Rep, low: usize, at: usize) -> Option<usize> {
        let Some(filter) = &rep.follow else { return Some(at) };
        let starts = |filter: &Filter, at: usize| self.text.get(at).is_some_and(|u| filter.has(u.code()));
        let mut at = at;
        loop {
            if starts(filter, at) {
                return Some(at);
            }
            if at == low {
                return None;
            }
            at -= 1;
        }
    }

    /// The smallest position from `at` to `limit` where the rest can start, all before it being in the repeat.
    #[inline]
    fn take_more(&self, rep: &Rep, at: usize, limit: usize) -> Option<usize> {
        let Some(filter) = &rep.follow else { return Some(at) };
        let mut at = at;
        loop {
            let code = self.text.get(at)?.code();
            if filter.has(code) {
                return Some(at);
            }
            if at >= limit || !self.program.test(rep.one, code) {
                return None;
            }
            at += 1;
        }
    }

    fn group(&self, group: u32) -> Option<(usize, usize)> {
        let (start, end) = (self.state.marks[2 * group as usize], self.state.marks[2 * group as usize + 1]);
        (start != UNSET && end != UNSET && start <= end).then_some((start, end))
    }

    fn group_ref(&self, group: u32, fold: Fold, at: usize) -> Option<usize> {
        let (start, end) = self.group(group)?;
        let stop = at.checked_add(end - start)?;
        let (old, new) = (self.text.get(start..end)?, self.text.get(at..stop)?);
        let same = match fold {
            Fold::Exact => old == new,
            _ => old.iter().zip(new).all(|(a, b)| a == b || fold.apply(a.code()) == fold.apply(b.code())),
        };
        same.then_some(stop)
    }

    fn at_holds(&self, test: At, at: usize) -> bool {
        let newline = |index: usize| self.text[index].code() == 10;
        let end = self.text.len();
        let differs = |class: Class| {
            let word = |index: Option<usize>| {
                index.and_then(|i| self.text.get(i)).is_some_and(|u| class.has(u.code()))
            };
            word(at.checked_sub(1)) != word(Some(at))
        };
        match test {
            At::Beginning => at == 0,
            At::BeginningLine => at == 0 || newline(at - 1),
            At::End => at == end || (at + 1 == end && newline(at)),
            At::EndLine => at == end || newline(at),
            At::EndString => at == end,
            At::Boundary(class) => differs(class),
            At::NonBoundary(class) => !differs(class),
        }
    }

    fn open_barrier(&mut self, resume: u32, at: usize) -> Result<(), Stop> {
        let here = self.state.stack.len();
        self.state.push(Entry::Barrier { resume, prev: self.barrier, at })?;
        self.barrier = here;
        Ok(())
    }

    /// Ends a barrier's body with success: its choices go, its undo records stay. Gives the position it began at.
    fn commit(&mut self) -> usize {
        let base = self.barrier;
        let mut origin = 0;
        if let Some(&Entry::Barrier { prev, at, .. }) = self.state.stack.get(base) {
            self.barrier = prev;
            origin = at;
        }
        if base == 0 {
            // Nothing older to go back to, so nothing to undo either.
            self.state.stack.clear();
            return origin;
        }
        let mut keep = base;
        for i in base + 1..self.state.stack.len() {
            let entry = match self.state.stack[i] {
                entry @ (Entry::Mark { .. } | Entry::Loop { .. }) => entry,
                Entry::LoopExit { slot, count, last, .. } => Entry::Loop { slot, count, last },
                _ => continue,
            };
            self.state.stack[keep] = entry;
            keep += 1;
        }
        self.state.stack.truncate(keep);
        origin
    }

    /// Ends a negative look-around's body that matched: everything since its start is undone.
    fn roll_back(&mut self) {
        while let Some(entry) = self.state.stack.pop() {
            match entry {
                Entry::Mark { slot, lastindex, old } => {
                    self.state.marks[slot as usize] = old;
                    self.state.lastindex = lastindex;
                }
                Entry::Loop { slot, count, last } | Entry::LoopExit { slot, count, last, .. } => {
                    self.state.loops[slot as usize] = (count, last);
                }
                // Inner barriers are closed by now, so the first one met is the body's own.
                Entry::Barrier { prev, .. } => {
                    self.barrier = prev;
                    return;
                }
                _ => {}
            }
        }
    }
}

/// How many characters stand before the first `stop`.
#[inline]
fn count_until<U: Unit>(window: &[U], stop: u32) -> usize {
    U::from_code(stop).and_then(|stop| stop.position(window)).unwrap_or(window.len())
}
