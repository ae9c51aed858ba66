//! A count in the lower half of the word, owner's bits in the upper half: storage shared by the 32-bit policies.
//! How the count moves is not decided here.
use core::cell::Cell;

const FLAGS_SHIFT: u32 = 24;
const SCRATCH: u32 = (1 << FLAGS_SHIFT) - 1;
const LINKED: u32 = 1 << 31;
const REVIVED: u32 = 1 << 16;

#[repr(C, align(8))]
pub struct Half {
    pub(crate) count: Cell<u32>,
    upper: Cell<u32>,
}

impl Half {
    #[inline(always)]
    pub(crate) const fn one() -> Self {
        Half { count: Cell::new(1), upper: Cell::new(0) }
    }
    #[inline(always)]
    pub(crate) fn set_one(&self) {
        self.count.set(1);
        self.upper.set(self.upper.get() & !(LINKED | SCRATCH));
    }
    #[inline(always)]
    pub(crate) fn link(&self, address: usize) {
        self.count.set(address as u32);
        let high = (address as u64 >> 32) as u32 & 0xffff;
        self.upper.set(self.upper.get() & !SCRATCH | high | LINKED);
    }
    #[inline(always)]
    pub(crate) fn is_linked(&self) -> bool {
        self.upper.get() & LINKED != 0
    }
    #[inline(always)]
    pub(crate) fn linked(&self) -> usize {
        ((self.upper.get() as u64 & 0xffff) << 32 | self.count.get() as u64) as usize
    }
    pub(crate) fn revive(&self) {
        self.upper.set(self.upper.get() | REVIVED);
    }
    #[inline(always)]
    pub(crate) fn is_revived(&self) -> bool {
        self.upper.get() & REVIVED != 0
    }
    #[inline(always)]
    pub(crate) fn flags(&self) -> u8 {
        (self.upper.get() >> FLAGS_SHIFT) as u8
    }
    #[inline(always)]
    pub(crate) fn set_flags(&self, flags: u8) {
        debug_assert!(flags & crate::LINKED_FLAG == 0);
        self.upper.set(self.upper.get() & SCRATCH | (flags as u32) << FLAGS_SHIFT);
    }
    #[inline(always)]
    pub(crate) fn scratch(&self) -> u32 {
        self.upper.get() & SCRATCH
    }
    #[inline(always)]
    pub(crate) fn set_scratch(&self, value: u32) {
        debug_assert!(value <= SCRATCH);
        self.upper.set(self.upper.get() & !SCRATCH | value & SCRATCH);
    }
}

/// The methods of `CountWord` that only move the bits of a [`Half`] at `self.0`.
macro_rules! half_methods {
    () => {
        #[inline(always)]
        fn one() -> Self {
            Self::from_half(Half::one())
        }
        #[inline(always)]
        fn count(&self) -> u64 {
            self.0.count.get() as u64
        }
        #[inline(always)]
        fn is_unique(&self) -> bool {
            self.0.count.get() == 1
        }
        #[inline(always)]
        fn set_one(&self) {
            self.0.set_one();
        }
        fn force(&self, count: u64) {
            self.0.count.set(count as u32);
        }
        #[inline(always)]
        fn link(&self, address: usize) {
            self.0.link(address);
        }
        #[inline(always)]
        fn is_linked(&self) -> bool {
            self.0.is_linked()
        }
        #[inline(always)]
        fn linked(&self) -> usize {
            self.0.linked()
        }
        #[inline(always)]
        fn revive(&self) {
            self.0.revive();
        }
        #[inline(always)]
        fn is_revived(&self) -> bool {
            self.0.is_revived()
        }
        #[inline(always)]
        fn flags(&self) -> u8 {
            self.0.flags()
        }
        #[inline(always)]
        fn set_flags(&self, flags: u8) {
            self.0.set_flags(flags);
        }
        #[inline(always)]
        fn scratch(&self) -> u32 {
            self.0.scratch()
        }
        #[inline(always)]
        fn set_scratch(&self, value: u32) {
            self.0.set_scratch(value);
        }
    };
}
pub(crate) use half_methods;
