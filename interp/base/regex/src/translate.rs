//! From a code list to the internal program, checking everything on the way. One pass over the words with an
//! explicit stack of open constructs: how deep a list nests does not matter.

use crate::chars::{Class, Fold};
use crate::code::*;
use crate::first;
use crate::program::{Alternative, At, Inst, Item, Loop, One, Prefix, Program, Rep, Set, Start};

/// A code list the matcher refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidCode {
    /// Index of the word near which the list is wrong.
    pub offset: usize,
}

impl std::fmt::Display for InvalidCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "invalid SRE code at word {}", self.offset)
    }
}

impl std::error::Error for InvalidCode {}

type Res<T> = Result<T, InvalidCode>;

/// An open construct; `end` is the word index at which its body stops.
struct Open {
    end: usize,
    kind: Kind,
}

enum Kind {
    Branch { branch: usize, alternatives: Vec<Alternative>, jumps: Vec<(usize, usize)> },
    Repeat { start: usize, slot: u32 },
    Possessive { head: usize, slot: u32 },
    Atomic,
    Assert { start: usize },
    Not { start: usize },
    Yes { test: usize },
    No { jump: usize },
}

struct Translator<'a> {
    code: &'a [u32],
    groups: usize,
    at: usize,
    out: Program,
    open: Vec<Open>,
}

pub(crate) fn translate(code: &[u32], groups: usize) -> Res<Program> {
    if groups > MAX_GROUPS as usize {
        return Err(InvalidCode { offset: 0 });
    }
    let out = Program {
        insts: Vec::new(),
        sets: Vec::new(),
        branches: Vec::new(),
        reps: Vec::new(),
        loops: Vec::new(),
        start: Start::Everywhere,
        min_width: 0,
    };
    let mut tr = Translator { code, groups, at: 0, out, open: Vec::new() };
    let info = tr.info()?;
    tr.body()?;
    let mut program = tr.out;
    first::choose_start(&mut program, info);
    first::fill_follow(&mut program);
    Ok(program)
}

impl Translator<'_> {
    fn wrong<T>(&self) -> Res<T> {
        Err(InvalidCode { offset: self.at })
    }

    fn limit(&self) -> usize {
        self.open.last().map_or(self.code.len(), |open| open.end)
    }

    /// Word `k` after the current one, inside the innermost construct.
    fn word(&self, k: usize) -> Res<u32> {
        if self.at + k < self.limit() { Ok(self.code[self.at + k]) } else { self.wrong() }
    }

    /// Where a skip counted from word `k` leads; must stay inside the innermost construct.
    fn target(&self, k: usize, least: usize) -> Res<usize> {
        let to = self.at + k + self.word(k)? as usize;
        if to >= self.at + least && to <= self.limit() { Ok(to) } else { self.wrong() }
    }

    fn emit(&mut self, inst: Inst) -> usize {
        self.out.insts.push(inst);
        self.out.insts.len() - 1
    }

    fn here(&self) -> u32 {
        self.out.insts.len() as u32
    }

    fn info(&mut self) -> Res<Option<Prefix>> {
        if self.code.first() != Some(&INFO) {
            return Ok(None);
        }
        let end = self.target(1, 5)?;
        let (mask, min, max) = (self.word(2)?, self.word(3)?, self.word(4)?);
        if min > max || mask & !(INFO_PREFIX | INFO_LITERAL | INFO_CHARSET) != 0 || end < 5 {
            return self.wrong();
        }
        self.out.min_width = min as usize;
        let mut prefix = None;
        if mask & INFO_PREFIX != 0 {
            let len = self.word(5)? as usize;
            let body = 7usize;
            if len == 0 || len > self.code.len() || body + 2 * len != end || self.word(6)? as usize > len {
                return self.wrong();
            }
            let codes: Box<[u32]> = self.code[body..body + len].into();
            let bytes: Option<Vec<u8>> = codes.iter().map(|&c| u8::try_from(c).ok()).collect();
            let finder = bytes.map(|b| memchr::memmem::Finder::new(&b).into_owned());
            prefix = Some(Prefix { codes, finder, whole: mask & INFO_LITERAL != 0 });
        } else if mask & INFO_CHARSET != 0 {
            self.at = 5;
            self.set_items(end)?;
        } else if end != 5 {
            return self.wrong();
        }
        self.at = end;
        Ok(prefix)
    }

    /// Items of a set from the current word up to and with the closing word before `end`.
    fn set_items(&mut self, end: usize) -> Res<Vec<Item>> {
        let mut items = Vec::new();
        let words = |tr: &Self, k: usize, n: usize| {
            let from = tr.at + k;
            if from + n < end { Ok(&tr.code[from..from + n]) } else { tr.wrong() }
        };
        loop {
            if self.at >= end {
                return self.wrong();
            }
            let (item, len) = match self.code[self.at] {
                FAILURE => {
                    self.at += 1;
                    return if self.at == end { Ok(items) } else { self.wrong() };
                }
                NEGATE => (Item::Negate, 1),
                LITERAL => (Item::Char(words(self, 1, 1)?[0]), 2),
                RANGE => {
                    let w = words(self, 1, 2)?;
                    (Item::Range(w[0], w[1]), 3)
                }
                RANGE_UNI_IGNORE => {
                    let w = words(self, 1, 2)?;
                    (Item::RangeFolded(w[0], w[1]), 3)
                }
                CATEGORY => match Class::from_code(words(self, 1, 1)?[0]) {
                    Some((class, negated)) => (Item::Class(class, negated), 2),
                    None => return self.wrong(),
                },
                CHARSET => {
                    let mut bits = [0; 8];
                    bits.copy_from_slice(words(self, 1, 8)?);
                    (Item::Bits(bits), 9)
                }
                BIGCHARSET => {
                    let count = words(self, 1, 1)?[0] as usize;
                    let mut chunks = Box::new([0u8; 256]);
                    for (i, word) in words(self, 2, 64)?.iter().enumerate() {
                        chunks[4 * i..4 * i + 4].copy_from_slice(&word.to_le_bytes());
                    }
                    if count > 256 || chunks.iter().any(|&c| c as usize >= count) {
                        return self.wrong();
                    }
                    let bits = words(self, 66, 8 * count)?
                        .chunks_exact(8)
                        .map(|w| {
                            let mut bits = [0; 8];
                            bits.copy_from_slice(w);
                            bits
                        })
                        .collect();
                    (Item::BigBits(chunks, bits), 66 + 8 * count)
                }
                _ => return self.wrong(),
            };
            items.push(item);
            self.at += len;
        }
    }

    /// A one-character test at the current word, if there is one; moves past it.
    fn one(&mut self) -> Res<Option<One>> {
        let op = self.word(0)?;
        let (one, len) = match op {
            FAILURE => (One::Never, 1),
            ANY => (One::Any, 1),
            ANY_ALL => (One::All, 1),
            LITERAL => (One::Char(self.word(1)?), 2),
            NOT_LITERAL => (One::NotChar(self.word(1)?), 2),
            LITERAL_IGNORE => (One::Folded(Fold::Ascii, self.word(1)?), 2),
            LITERAL_UNI_IGNORE => (One::Folded(Fold::Unicode, self.word(1)?), 2),
            LITERAL_LOC_IGNORE => (One::Folded(Fold::Locale, self.word(1)?), 2),
            NOT_LITERAL_IGNORE => (One::NotFolded(Fold::Ascii, self.word(1)?), 2),
            NOT_LITERAL_UNI_IGNORE => (One::NotFolded(Fold::Unicode, self.word(1)?), 2),
            NOT_LITERAL_LOC_IGNORE => (One::NotFolded(Fold::Locale, self.word(1)?), 2),
            CATEGORY => match Class::from_code(self.word(1)?) {
                Some((class, negated)) => (self.set(Fold::Exact, vec![Item::Class(class, negated)]), 2),
                None => return self.wrong(),
            },
            IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => {
                let end = self.target(1, 3)?;
                let fold = match op {
                    IN => Fold::Exact,
                    IN_IGNORE => Fold::Ascii,
                    IN_UNI_IGNORE => Fold::Unicode,
                    _ => Fold::Locale,
                };
                self.at += 2;
                let items = self.set_items(end)?;
                return Ok(Some(self.set(fold, items)));
            }
            _ => return Ok(None),
        };
        self.at += len;
        Ok(Some(one))
    }

    fn set(&mut self, fold: Fold, items: Vec<Item>) -> One {
        self.out.sets.push(Set::new(fold, items));
        One::Set(self.out.sets.len() as u32 - 1)
    }

    fn bounds(&self, k: usize) -> Res<(usize, usize)> {
        let (min, max) = (self.word(k)?, self.word(k + 1)?);
        if min > max {
            return self.wrong();
        }
        Ok((min as usize, if max == MAX_REPEAT { usize::MAX } else { max as usize }))
    }

    fn group(&self, k: usize) -> Res<u32> {
        let group = self.word(k)?;
        if (group as usize) < self.groups { Ok(group) } else { self.wrong() }
    }

    fn body(&mut self) -> Res<()> {
        loop {
            if self.at == self.limit() {
                match self.open.pop() {
                    Some(open) => self.close(open)?,
                    None => return self.wrong(),
                }
                continue;
            }
            if let Some(one) = self.one()? {
                self.emit(if one == One::Never { Inst::Fail } else { Inst::One(one) });
                continue;
            }
            match self.word(0)? {
                SUCCESS => {
                    if !self.open.is_empty() || self.at + 1 != self.code.len() {
                        return self.wrong();
                    }
                    self.emit(Inst::Success);
                    return Ok(());
                }
                MARK => {
                    let mark = self.word(1)?;
                    if mark as usize >= 2 * self.groups {
                        return self.wrong();
                    }
                    self.emit(Inst::Mark(mark));
                    self.at += 2;
                }
                AT => {
                    let at = match self.word(1)? {
                        0 | 2 => At::Beginning,
                        1 => At::BeginningLine,
                        3 | 8 => At::Boundary(Class::Word),
                        4 | 9 => At::NonBoundary(Class::Word),
                        5 => At::End,
                        6 => At::EndLine,
                        7 => At::EndString,
                        10 => At::Boundary(Class::UniWord),
                        11 => At::NonBoundary(Class::UniWord),
                        _ => return self.wrong(),
                    };
                    self.emit(Inst::At(at));
                    self.at += 2;
                }
                op @ (GROUPREF | GROUPREF_IGNORE | GROUPREF_UNI_IGNORE | GROUPREF_LOC_IGNORE) => {
                    let fold = match op {
                        GROUPREF => Fold::Exact,
                        GROUPREF_IGNORE => Fold::Ascii,
                        GROUPREF_UNI_IGNORE => Fold::Unicode,
                        _ => Fold::Locale,
                    };
                    let group = self.group(1)?;
                    self.emit(Inst::GroupRef { group, fold });
                    self.at += 2;
                }
                JUMP => self.otherwise()?,
                _ => self.construct()?,
            }
        }
    }

    /// The jump that ends the first half of a conditional with two halves.
    fn otherwise(&mut self) -> Res<()> {
        let (end, test) = match self.open.last() {
            Some(Open { end, kind: Kind::Yes { test } }) => (*end, *test),
            _ => return self.wrong(),
        };
        if self.at + 2 != end {
            return self.wrong();
        }
        let skip = self.word(1)? as usize;
        self.open.pop();
        let to = self.at + 1 + skip;
        if skip == 0 || to > self.limit() {
            return self.wrong();
        }
        let jump = self.emit(Inst::Jump(0));
        self.patch_test(test);
        self.open.push(Open { end: to, kind: Kind::No { jump } });
        self.at += 2;
        Ok(())
    }

    fn patch_test(&mut self, test: usize) {
        let here = self.here();
        if let Inst::GroupExists { otherwise, .. } = &mut self.out.insts[test] {
            *otherwise = here;
        }
    }

    /// Opens a construct, or takes a whole one-character repeat.
    fn construct(&mut self) -> Res<()> {
        match self.word(0)? {
            BRANCH => {
                let end = self.target(1, 4)?;
                let branch = self.out.branches.len();
                self.out.branches.push(Box::new([]));
                self.emit(Inst::Branch(branch as u32));
                self.at += 2;
                let alternatives = vec![Alternative { pc: self.here(), first: None }];
                self.open.push(Open { end: end - 2, kind: Kind::Branch { branch, alternatives, jumps: Vec::new() } });
            }
            op @ (REPEAT | POSSESSIVE_REPEAT) => {
                let end = self.target(1, 4)?;
                let (min, max) = self.bounds(2)?;
                let slot = self.out.loops.len() as u32;
                self.out.loops.push(Loop { min, max, body: self.here() + 1, until: 0 });
                if op == REPEAT {
                    let start = self.emit(Inst::RepeatStart { slot, until: 0 });
                    self.open.push(Open { end, kind: Kind::Repeat { start, slot } });
                } else {
                    self.emit(Inst::PossessiveStart { slot });
                    let head = self.emit(Inst::PossessiveHead { slot, exit: 0 });
                    self.out.loops[slot as usize].body = self.here();
                    self.open.push(Open { end, kind: Kind::Possessive { head, slot } });
                }
                self.at += 4;
            }
            op @ (REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE) => {
                let end = self.target(1, 6)?;
                let (min, max) = self.bounds(2)?;
                self.at += 4;
                let Some(one) = self.one()? else { return self.wrong() };
                if self.at + 1 != end || self.word(0)? != SUCCESS {
                    return self.wrong();
                }
                self.at += 1;
                let rep = self.out.reps.len() as u32;
                self.out.reps.push(Rep { one, min, max, next: self.here() + 1, follow: None });
                self.emit(match op {
                    REPEAT_ONE => Inst::Greedy(rep),
                    MIN_REPEAT_ONE => Inst::Lazy(rep),
                    _ => Inst::Possessive(rep),
                });
            }
            ATOMIC_GROUP => {
                let end = self.target(1, 3)?;
                self.emit(Inst::AtomicStart);
                self.open.push(Open { end: end - 1, kind: Kind::Atomic });
                self.at += 2;
            }
            op @ (ASSERT | ASSERT_NOT) => {
                let end = self.target(1, 4)?;
                let back = self.word(2)?;
                let kind = if op == ASSERT {
                    Kind::Assert { start: self.emit(Inst::AssertStart { back, end: 0 }) }
                } else {
                    Kind::Not { start: self.emit(Inst::NotStart { back, end: 0 }) }
                };
                self.open.push(Open { end: end - 1, kind });
                self.at += 3;
            }
            GROUPREF_EXISTS => {
                let group = self.group(1)?;
                let end = self.at + 2 + self.word(2)? as usize;
                if end < self.at + 4 || end - 1 > self.limit() {
                    return self.wrong();
                }
                let test = self.emit(Inst::GroupExists { group, otherwise: 0 });
                self.open.push(Open { end: end - 1, kind: Kind::Yes { test } });
                self.at += 3;
            }
            _ => return self.wrong(),
        }
        Ok(())
    }

    /// Ends a construct whose body stops at the current word.
    fn close(&mut self, open: Open) -> Res<()> {
        let here = self.here();
        match open.kind {
            Kind::Branch { branch, mut alternatives, mut jumps } => {
                if self.word(0)? != JUMP {
                    return self.wrong();
                }
                let to = self.at + 1 + self.word(1)? as usize;
                jumps.push((self.emit(Inst::Jump(0)), to));
                self.at += 2;
                if self.word(0)? == 0 {
                    self.at += 1;
                    let here = self.here();
                    for (jump, to) in jumps {
                        if to != self.at {
                            return self.wrong();
                        }
                        self.out.insts[jump] = Inst::Jump(here);
                    }
                    for alt in &mut alternatives {
                        alt.first = match self.out.insts[alt.pc as usize] {
                            Inst::One(one) => Some(one),
                            _ => None,
                        };
                    }
                    self.out.branches[branch] = alternatives.into_boxed_slice();
                } else {
                    let end = self.target(0, 3)?;
                    self.at += 1;
                    alternatives.push(Alternative { pc: self.here(), first: None });
                    self.open.push(Open { end: end - 2, kind: Kind::Branch { branch, alternatives, jumps } });
                }
            }
            Kind::Repeat { start, slot } => {
                let until = match self.word(0)? {
                    MAX_UNTIL => Inst::MaxUntil { slot },
                    MIN_UNTIL => Inst::MinUntil { slot },
                    _ => return self.wrong(),
                };
                self.emit(until);
                self.out.insts[start] = Inst::RepeatStart { slot, until: here };
                self.out.loops[slot as usize].until = here;
                self.at += 1;
            }
            Kind::Possessive { head, slot } => {
                self.success()?;
                self.emit(Inst::PossessiveEnd { head: head as u32 });
                self.out.insts[head] = Inst::PossessiveHead { slot, exit: here + 1 };
                self.out.loops[slot as usize].until = here;
            }
            Kind::Atomic => {
                self.success()?;
                self.emit(Inst::AtomicEnd);
            }
            Kind::Assert { start } => {
                self.success()?;
                self.emit(Inst::AssertEnd);
                if let Inst::AssertStart { end, .. } = &mut self.out.insts[start] {
                    *end = here;
                }
            }
            Kind::Not { start } => {
                self.success()?;
                self.emit(Inst::NotEnd);
                if let Inst::NotStart { end, .. } = &mut self.out.insts[start] {
                    *end = here;
                }
            }
            Kind::Yes { test } => self.patch_test(test),
            Kind::No { jump } => self.out.insts[jump] = Inst::Jump(here),
        }
        Ok(())
    }

    fn success(&mut self) -> Res<()> {
        if self.word(0)? != SUCCESS {
            return self.wrong();
        }
        self.at += 1;
        Ok(())
    }
}
