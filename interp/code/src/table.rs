//! What is derived from the op table: the `Op` enum and one `OpInfo` per op.
//!
//! Not here: the table itself (`ops.rs`), the meaning of ops (`instar-vm`).

use crate::for_each_op;
use crate::ops::{Effect, Kind};

/// Facts about one op.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// Name as the table spells it.
    pub name: &'static str,
    /// Doc sentences.
    pub doc: &'static str,
    /// Kinds of the operands `a`, `b`, `c` (a 32-bit kind stands at `b`, `c` is then `Zero`).
    pub kinds: [Kind; 3],
    /// Cache units behind the instruction.
    pub cache: u8,
    /// Effects.
    pub effects: &'static [Effect],
    /// The op this one is a specialisation of; only the VM writes those.
    pub family: Option<Op>,
}

macro_rules! define {
    (@family) => { None };
    (@family $head:ident) => { Some(Op::$head) };
    ($( $(#[doc = $doc:literal])* $name:ident [$a:ident $b:ident $c:ident] $cache:literal [$($effect:ident)*] $(of $head:ident)?; )*) => {
        /// An opcode: see the op table for operands and meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Op { $( $(#[doc = $doc])* $name ),* }

        impl Op {
            /// Every op, by number.
            pub const ALL: &'static [Op] = &[$(Op::$name),*];
            /// Number of ops.
            pub const COUNT: usize = Self::ALL.len();
            /// Cache units by op, for use in constants.
            pub const CACHE: &'static [u8] = &[$($cache),*];
            const INFO: &'static [OpInfo] = &[$( OpInfo {
                name: stringify!($name), doc: concat!($($doc),*), kinds: [Kind::$a, Kind::$b, Kind::$c],
                cache: $cache, effects: &[$(Effect::$effect),*], family: define!(@family $($head)?),
            } ),*];
        }
    };
}
for_each_op!(define);

impl Op {
    /// Decodes an opcode; `None` if the number names no op.
    pub fn from_u16(n: u16) -> Option<Op> { Self::ALL.get(n as usize).copied() }
    /// Facts about this op.
    pub const fn info(self) -> &'static OpInfo { &Self::INFO[self as usize] }
    /// Units of the instruction with its caches.
    pub fn len(self) -> usize { 1 + self.info().cache as usize }
    /// The op the compiler wrote where this one stands.
    pub fn generic(self) -> Op { self.info().family.unwrap_or(self) }
    /// Code of the family's generic op if this is a specialised form, else `u16::MAX`.
    pub const fn family_code(self) -> u16 {
        match Self::INFO[self as usize].family { Some(head) => head as u16, None => u16::MAX }
    }
    /// Whether the op has this effect.
    pub fn has(self, effect: Effect) -> bool { self.info().effects.contains(&effect) }
}
