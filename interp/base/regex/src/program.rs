//! The internal program: instructions, character sets and tables. How it is made is `translate`'s business.

use crate::chars::{Class, Fold, ascii_lower, ascii_upper, unicode_lower};
use instar_base_text::case;

/// A test of one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum One {
    /// Matches nothing.
    Never,
    /// Anything but a newline.
    Any,
    /// Anything.
    All,
    Char(u32),
    NotChar(u32),
    Folded(Fold, u32),
    NotFolded(Fold, u32),
    /// Index of a [`Set`].
    Set(u32),
}

/// A position test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Beginning,
    BeginningLine,
    End,
    EndLine,
    EndString,
    Boundary(Class),
    NonBoundary(Class),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Inst {
    One(One),
    Mark(u32),
    At(At),
    Jump(u32),
    /// Index of a list of alternatives.
    Branch(u32),
    GroupRef { group: u32, fold: Fold },
    /// Goes on when the group matched, else to `otherwise`.
    GroupExists { group: u32, otherwise: u32 },
    Fail,
    Success,
    /// Opens a look-around body that must match `back` characters earlier; `end` is the matching close.
    AssertStart { back: u32, end: u32 },
    AssertEnd,
    NotStart { back: u32, end: u32 },
    NotEnd,
    AtomicStart,
    AtomicEnd,
    /// Opens a general repeat; `until` is its closing instruction.
    RepeatStart { slot: u32, until: u32 },
    MaxUntil { slot: u32 },
    MinUntil { slot: u32 },
    PossessiveStart { slot: u32 },
    PossessiveHead { slot: u32, exit: u32 },
    PossessiveEnd { head: u32 },
    /// A repeat of one character test: index of a [`Rep`].
    Greedy(u32),
    Lazy(u32),
    Possessive(u32),
}

/// Bounds of a repeat of one character; the rest of the pattern starts at `next`.
#[derive(Debug)]
pub(crate) struct Rep {
    pub one: One,
    pub min: usize,
    pub max: usize,
    pub next: u32,
    /// What the rest must start with, when that is known.
    pub follow: Option<Filter>,
}

/// Bounds of a general repeat and where its body and its closing instruction are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loop {
    pub min: usize,
    pub max: usize,
    pub body: u32,
    pub until: u32,
}

/// One alternative of a branch with the test its first character must pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alternative {
    pub pc: u32,
    pub first: Option<One>,
}

/// A superset of the characters something can start with.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// Which code points below 256 can start it.
    pub low: Box<[bool; 256]>,
    /// Whether any code point from 256 on might.
    pub high: bool,
}

impl Filter {
    #[inline(always)]
    pub(crate) fn has(&self, code: u32) -> bool {
        if code < 256 { self.low[code as usize] } else { self.high }
    }
}

#[derive(Debug)]
pub(crate) enum Item {
    Negate,
    Char(u32),
    Range(u32, u32),
    RangeFolded(u32, u32),
    Class(Class, bool),
    /// 256 bits for code points below 256.
    Bits([u32; 8]),
    /// For code points below 65536: chunk numbers by high byte, then 256 bits a chunk.
    BigBits(Box<[u8; 256]>, Box<[[u32; 8]]>),
}

impl Item {
    fn has(&self, code: u32) -> bool {
        let bit = |bits: &[u32; 8]| bits[(code as usize >> 5) & 7] >> (code & 31) & 1 != 0;
        match self {
            Item::Negate => false,
            Item::Char(literal) => *literal == code,
            Item::Range(low, high) => (*low..=*high).contains(&code),
            Item::RangeFolded(low, high) => (*low..=*high).contains(&code) || (*low..=*high).contains(&case::upper_simple(code)),
            Item::Class(class, negated) => class.has(code) != *negated,
            Item::Bits(bits) => code < 256 && bit(bits),
            Item::BigBits(chunks, bits) => code < 0x10000 && bits.get(chunks[(code >> 8) as usize] as usize).is_some_and(bit),
        }
    }
}

/// A character set: an answer table for code points below 256 and the items for the rest.
#[derive(Debug)]
pub(crate) struct Set {
    pub low: Box<[bool; 256]>,
    pub fold: Fold,
    pub items: Box<[Item]>,
}

impl Set {
    pub(crate) fn new(fold: Fold, items: Vec<Item>) -> Set {
        let mut set = Set { low: Box::new([false; 256]), fold, items: items.into_boxed_slice() };
        let mut low = Box::new([false; 256]);
        for (code, slot) in low.iter_mut().enumerate() {
            *slot = set.slow(code as u32);
        }
        set.low = low;
        set
    }

    #[inline(always)]
    pub(crate) fn has(&self, code: u32) -> bool {
        if code < 256 { self.low[code as usize] } else { self.slow(code) }
    }

    #[inline(never)]
    fn slow(&self, code: u32) -> bool {
        match self.fold {
            Fold::Exact => self.items_have(code, code),
            Fold::Ascii => self.items_have(ascii_lower(code), ascii_lower(code)),
            Fold::Unicode => self.items_have(unicode_lower(code), unicode_lower(code)),
            Fold::Locale => self.items_have(ascii_lower(code), ascii_upper(code)),
        }
    }

    /// Whether the set has a character, given in both its cases: an item is hit by either, so that a negation refuses both.
    fn items_have(&self, lower: u32, upper: u32) -> bool {
        let mut found = true;
        for item in &self.items {
            if let Item::Negate = item {
                found = !found;
            } else if item.has(lower) || (upper != lower && item.has(upper)) {
                return found;
            }
        }
        !found
    }

    /// Whether no code point from 256 on can match (never wrong when it says so).
    pub(crate) fn is_low_only(&self) -> bool {
        self.fold != Fold::Unicode
            && self.items.iter().all(|item| match item {
                Item::Char(code) => *code < 256,
                Item::Range(_, high) => *high < 256,
                Item::Bits(_) => true,
                Item::Class(class, negated) => {
                    !negated && matches!(class, Class::Digit | Class::Space | Class::Word | Class::Linebreak)
                }
                _ => false,
            })
    }
}

/// A literal every match starts with.
#[derive(Debug)]
pub(crate) struct Prefix {
    pub codes: Box<[u32]>,
    /// Searcher for byte subjects, when the prefix fits in bytes.
    pub finder: Option<memchr::memmem::Finder<'static>>,
    /// Whether the prefix is the whole pattern.
    pub whole: bool,
}

/// How a search finds places worth trying.
#[derive(Debug)]
pub(crate) enum Start {
    Everywhere,
    /// Only where the search begins.
    Anchored,
    Prefix(Box<Prefix>),
    Filter(Filter),
    /// At most three bytes or one wider character can start a match.
    Few(Filter, Vec<u8>),
}

#[derive(Debug)]
pub(crate) struct Program {
    pub insts: Vec<Inst>,
    pub sets: Vec<Set>,
    pub branches: Vec<Box<[Alternative]>>,
    pub reps: Vec<Rep>,
    pub loops: Vec<Loop>,
    pub start: Start,
    /// Fewest characters of any match.
    pub min_width: usize,
}

impl Program {
    #[inline(always)]
    pub(crate) fn test(&self, one: One, code: u32) -> bool {
        match one {
            One::Never => false,
            One::Any => code != 10,
            One::All => true,
            One::Char(literal) => code == literal,
            One::NotChar(literal) => code != literal,
            One::Folded(fold, literal) => fold.equals(literal, code),
            One::NotFolded(fold, literal) => !fold.equals(literal, code),
            One::Set(set) => self.sets[set as usize].has(code),
        }
    }
}
