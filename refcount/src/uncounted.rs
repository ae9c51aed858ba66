//! `Uncounted`: nobody counts, and nothing ever dies. The bound of all counting: what is left of a program's time under it is not the
//! count's. The word keeps its flags and scratch bits, so that every other policy finds what it asks for.
//!
//! ```text
//! 63      56 55             32 31             0
//! | flags 8 | scratch 24      | always 2^31   |    stuck from birth: a root to every collector
//! ```
use crate::half::{Half, half_methods};
use crate::{CountWord, Release};

/// A count that never moves.
#[repr(transparent)]
pub struct Uncounted(Half);

impl Uncounted {
    #[inline(always)]
    fn from_half(half: Half) -> Self {
        half.count.set(1 << 31);
        Uncounted(half)
    }
}

// SAFETY: no release says `Dead` and the count never moves; `Half` keeps the rest.
unsafe impl CountWord for Uncounted {
    const NAME: &'static str = "none";
    const EXACT_MAX: u64 = 0;
    const IMMORTAL: bool = false;
    const EXTRA_BITS: bool = true;
    half_methods!();

    #[inline(always)]
    fn retain(&self) {}
    #[inline(always)]
    fn release(&self) -> Release {
        Release::Alive
    }
    #[inline(always)]
    fn is_stuck(&self) -> bool {
        true
    }
    fn set_immortal(&self) {}
    fn is_immortal(&self) -> bool {
        false
    }
}
