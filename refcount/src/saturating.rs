//! `Saturating`: half a word counts and sticks at 2^31. Nobody asks to be immortal here; see `immortal.rs`.
use crate::half::{Half, half_methods};
use crate::{CountWord, Release};

/// A 32-bit count; once bit 31 is set it never moves again, so it can neither overflow nor reach zero.
///
/// Source of the idea: faster-cpython/ideas #452.
#[repr(transparent)]
pub struct Saturating(Half);

impl Saturating {
    #[inline(always)]
    const fn from_half(half: Half) -> Self {
        Saturating(half)
    }
}

// SAFETY: the count moves outside the sticky region only; `Half` keeps flags, scratch and links apart.
unsafe impl CountWord for Saturating {
    const NAME: &'static str = "saturating";
    const EXACT_MAX: u64 = (1 << 31) - 1;
    const IMMORTAL: bool = false;
    const EXTRA_BITS: bool = true;
    half_methods!();

    // TRICK: the arithmetic shift is 0 below the sticky region and -1 inside it: no branch that mixed operands could miss.
    #[inline(always)]
    fn retain(&self) {
        let c = self.0.count.get() as i32;
        self.0.count.set(c.wrapping_add(1 + (c >> 31)) as u32);
    }
    #[inline(always)]
    fn release(&self) -> Release {
        let c = self.0.count.get() as i32;
        let n = c.wrapping_sub(1 + (c >> 31));
        self.0.count.set(n as u32);
        if n == 0 { Release::Dead } else { Release::Alive }
    }
    #[inline(always)]
    fn is_stuck(&self) -> bool {
        (self.0.count.get() as i32) < 0
    }
    fn set_immortal(&self) {}
    fn is_immortal(&self) -> bool {
        false
    }
}
