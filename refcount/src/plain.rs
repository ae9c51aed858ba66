//! `Plain`: the whole word counts, as CPython did up to 3.11. No flags, no immortality.
use crate::{CountWord, Release};
use core::cell::Cell;

const LINKED: u64 = 1 << 63;
const REVIVED: u64 = 1 << 48;
const ADDRESS: u64 = (1 << crate::ADDRESS_BITS) - 1;

/// A 64-bit count that cannot overflow: that many references do not fit in memory.
#[repr(transparent)]
pub struct Plain(Cell<u64>);

// SAFETY: a wrapping 64-bit count; the link has bits of its own.
unsafe impl CountWord for Plain {
    const NAME: &'static str = "plain";
    const EXACT_MAX: u64 = u64::MAX >> 1;
    const IMMORTAL: bool = false;
    const EXTRA_BITS: bool = false;

    #[inline(always)]
    fn one() -> Self {
        Plain(Cell::new(1))
    }
    #[inline(always)]
    fn retain(&self) {
        self.0.set(self.0.get().wrapping_add(1));
    }
    #[inline(always)]
    fn release(&self) -> Release {
        let n = self.0.get().wrapping_sub(1);
        self.0.set(n);
        if n == 0 { Release::Dead } else { Release::Alive }
    }
    #[inline(always)]
    fn count(&self) -> u64 {
        self.0.get()
    }
    #[inline(always)]
    fn is_unique(&self) -> bool {
        self.0.get() == 1
    }
    #[inline(always)]
    fn is_stuck(&self) -> bool {
        false
    }
    #[inline(always)]
    fn set_one(&self) {
        self.0.set(1);
    }
    fn set_immortal(&self) {}
    fn is_immortal(&self) -> bool {
        false
    }
    fn force(&self, count: u64) {
        self.0.set(count);
    }
    #[inline(always)]
    fn link(&self, address: usize) {
        self.0.set(address as u64 & ADDRESS | LINKED);
    }
    #[inline(always)]
    fn is_linked(&self) -> bool {
        self.0.get() & LINKED != 0
    }
    #[inline(always)]
    fn linked(&self) -> usize {
        (self.0.get() & ADDRESS) as usize
    }
    fn revive(&self) {
        self.0.set(self.0.get() | REVIVED);
    }
    #[inline(always)]
    fn is_revived(&self) -> bool {
        self.0.get() & REVIVED != 0
    }
    #[inline(always)]
    fn flags(&self) -> u8 {
        0
    }
    fn set_flags(&self, _flags: u8) {
        debug_assert!(false, "a plain count has no flags");
    }
    #[inline(always)]
    fn scratch(&self) -> u32 {
        0
    }
    fn set_scratch(&self, _value: u32) {
        debug_assert!(false, "a plain count has no scratch bits");
    }
}
