//! Which characters a match, or the rest of a match after a repeat, can start with. Answers are supersets.

use crate::chars::Fold;
use crate::program::{At, Filter, Inst, One, Prefix, Program, Start};

/// Instructions looked at before giving up.
const MAX_NODES: usize = 200;

/// Picks how a search finds its starting places.
pub(crate) fn choose_start(program: &mut Program, prefix: Option<Prefix>) {
    program.start = match (prefix, program.insts.first()) {
        (Some(prefix), _) => Start::Prefix(Box::new(prefix)),
        (None, Some(Inst::At(At::Beginning))) => Start::Anchored,
        _ => match first_of(program, 0, false) {
            None => Start::Everywhere,
            Some(filter) => {
                let bytes: Vec<u8> = (0..=255u8).filter(|&b| filter.low[b as usize]).collect();
                if bytes.len() <= 3 { Start::Few(filter, bytes) } else { Start::Filter(filter) }
            }
        },
    };
}

/// Gives each one-character repeat the filter of what follows it.
pub(crate) fn fill_follow(program: &mut Program) {
    for rep in 0..program.reps.len() {
        program.reps[rep].follow = first_of(program, program.reps[rep].next as usize, true);
    }
}

/// The characters that code from `pc` on can start with; `None` if it may match without taking a character.
/// With `closed`, the end of an atomic body counts as a match: what follows it may not make the body give back.
fn first_of(program: &Program, pc: usize, closed: bool) -> Option<Filter> {
    let mut filter = Filter { low: Box::new([false; 256]), high: false };
    let mut todo = vec![pc];
    let mut seen = Vec::new();
    while let Some(pc) = todo.pop() {
        if seen.contains(&pc) {
            continue;
        }
        if seen.len() == MAX_NODES {
            return None;
        }
        seen.push(pc);
        match program.insts[pc] {
            Inst::One(one) => add(program, &mut filter, one),
            Inst::Fail => {}
            Inst::Success | Inst::GroupRef { .. } | Inst::AssertEnd | Inst::NotEnd => return None,
            Inst::AtomicEnd | Inst::PossessiveEnd { .. } if closed => return None,
            Inst::Mark(_) | Inst::At(_) | Inst::AtomicStart | Inst::AtomicEnd => todo.push(pc + 1),
            Inst::PossessiveStart { .. } => {
                let Inst::PossessiveHead { slot, .. } = program.insts[pc + 1] else { return None };
                todo.push(if program.loops[slot as usize].min > 0 { pc + 2 } else { pc + 1 });
            }
            Inst::Jump(to) => todo.push(to as usize),
            Inst::Branch(branch) => todo.extend(program.branches[branch as usize].iter().map(|a| a.pc as usize)),
            Inst::GroupExists { otherwise, .. } => todo.extend([pc + 1, otherwise as usize]),
            Inst::AssertStart { end, .. } | Inst::NotStart { end, .. } => todo.push(end as usize + 1),
            Inst::RepeatStart { slot, until } => {
                let zero = program.loops[slot as usize].min == 0;
                todo.push(if zero { until as usize } else { pc + 1 });
            }
            Inst::MaxUntil { slot } | Inst::MinUntil { slot } => {
                let repeat = program.loops[slot as usize];
                if repeat.max > 0 {
                    todo.push(repeat.body as usize);
                }
                todo.push(pc + 1);
            }
            Inst::PossessiveHead { exit, .. } => todo.extend([pc + 1, exit as usize]),
            Inst::PossessiveEnd { head } => todo.push(head as usize),
            Inst::Greedy(rep) | Inst::Lazy(rep) | Inst::Possessive(rep) => {
                let rep = &program.reps[rep as usize];
                if rep.max > 0 {
                    add(program, &mut filter, rep.one);
                }
                if rep.min == 0 {
                    todo.push(pc + 1);
                }
            }
        }
    }
    (!filter.high || !filter.low.iter().all(|&b| b)).then_some(filter)
}

fn add(program: &Program, filter: &mut Filter, one: One) {
    for (code, slot) in filter.low.iter_mut().enumerate() {
        *slot |= program.test(one, code as u32);
    }
    filter.high |= match one {
        One::Never => false,
        One::Char(code) => code >= 256,
        One::Folded(fold, code) => fold == Fold::Unicode || code >= 256,
        One::Set(set) => !program.sets[set as usize].is_low_only(),
        One::Any | One::All | One::NotChar(_) | One::NotFolded(..) => true,
    };
}
