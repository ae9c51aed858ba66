//! `Packed`: count and flags in half a word, so that the type fits into the other half and a header is one word.
//!
//! ```text
//! 31              8 7 6       0
//! | count 24       | 0 | flags |    bit 31 set: stuck
//! | 0            R | 1 | flags |    waits to be torn down; R: revived
//! ```
//! The count sticks at 2^23. There are no scratch bits, and no room for a link: whoever tears objects down keeps them in order, and
//! whoever collects counts in the count itself. Source of the idea: faster-cpython/ideas #452, with the measurement that a
//! naturally aligned half of a word is counted faster than a field across one.
use crate::{CountWord, LINKED_FLAG, Release};
use core::cell::Cell;

const ONE: u32 = 1 << 8;
const FLAGS: u32 = ONE - 1;
const LINKED: u32 = LINKED_FLAG as u32;

/// A 24-bit count beside 8 flags; once its upper bit is set it never moves again.
#[repr(transparent)]
pub struct Packed(Cell<u32>);

impl Packed {
    #[inline(always)]
    pub(crate) const fn from_half(packed: Self) -> Self {
        packed
    }
    #[inline(always)]
    pub(crate) fn packed(&self) -> &Self {
        self
    }
    #[inline(always)]
    pub(crate) const fn new_one() -> Self {
        Packed(Cell::new(ONE))
    }
    #[inline(always)]
    pub(crate) fn word(&self) -> u32 {
        self.0.get()
    }
    #[inline(always)]
    pub(crate) fn set_word(&self, word: u32) {
        self.0.set(word);
    }
    #[inline(always)]
    pub(crate) fn become_one(&self) {
        self.0.set(self.0.get() & FLAGS & !LINKED | ONE);
    }
    #[inline(always)]
    pub(crate) fn wait(&self) {
        self.0.set(self.0.get() & FLAGS | LINKED);
    }
    #[inline(always)]
    pub(crate) fn replace_count(&self, count: u64) {
        debug_assert!(count < 1 << 24);
        self.0.set(self.0.get() & FLAGS | (count as u32) << 8);
    }
    #[inline(always)]
    pub(crate) fn replace_flags(&self, flags: u8) {
        debug_assert!(flags & LINKED_FLAG == 0);
        self.0.set(self.0.get() & (!FLAGS | LINKED) | flags as u32);
    }
}

/// The methods of `CountWord` for a [`Packed`] at `self.packed()`; what is stuck and what is immortal is the same test.
macro_rules! packed_methods {
    () => {
        const EXACT_MAX: u64 = (1 << 23) - 1;
        const EXTRA_BITS: bool = true;
        const SCRATCH: bool = false;
        const LINKS: bool = false;
        #[inline(always)]
        fn one() -> Self {
            Self::from_half($crate::Packed::new_one())
        }
        #[inline(always)]
        fn retain(&self) {
            let word = self.packed().word();
            if (word as i32) >= 0 {
                self.packed().set_word(word.wrapping_add(1 << 8));
            }
        }
        #[inline(always)]
        fn release(&self) -> Release {
            let word = self.packed().word();
            if (word as i32) < 0 {
                return Release::Alive;
            }
            let left = word.wrapping_sub(1 << 8);
            self.packed().set_word(left);
            if left < 1 << 8 { Release::Dead } else { Release::Alive }
        }
        #[inline(always)]
        fn count(&self) -> u64 {
            (self.packed().word() >> 8) as u64
        }
        #[inline(always)]
        fn is_unique(&self) -> bool {
            self.packed().word() >> 8 == 1
        }
        #[inline(always)]
        fn is_stuck(&self) -> bool {
            (self.packed().word() as i32) < 0
        }
        #[inline(always)]
        fn set_one(&self) {
            self.packed().become_one();
        }
        #[inline(always)]
        fn force(&self, count: u64) {
            self.packed().replace_count(count);
        }
        #[inline(always)]
        fn link(&self, _address: usize) {
            self.packed().wait();
        }
        #[inline(always)]
        fn is_linked(&self) -> bool {
            self.packed().word() & $crate::LINKED_FLAG as u32 != 0
        }
        fn linked(&self) -> usize {
            0
        }
        fn revive(&self) {
            self.packed().set_word(self.packed().word() | 1 << 8);
        }
        #[inline(always)]
        fn is_revived(&self) -> bool {
            self.packed().word() & 1 << 8 != 0
        }
        #[inline(always)]
        fn flags(&self) -> u8 {
            self.packed().word() as u8
        }
        #[inline(always)]
        fn set_flags(&self, flags: u8) {
            self.packed().replace_flags(flags);
        }
        fn scratch(&self) -> u32 {
            0
        }
        fn set_scratch(&self, _value: u32) {}
    };
}
pub(crate) use packed_methods;

// SAFETY: the count moves by one in the upper 24 bits while their first is clear, and zero is met from one alone; flags are the others.
unsafe impl CountWord for Packed {
    const NAME: &'static str = "packed";
    const IMMORTAL: bool = false;
    packed_methods!();

    fn set_immortal(&self) {}
    fn is_immortal(&self) -> bool {
        false
    }
}
