//! `Immortal<R>`: some objects opt out of counting (PEP 683), on top of a plain or a saturating count.
//! Both forms test before they write: the word of an immortal object may lie on a read-only page.
use crate::half::{Half, half_methods};
use crate::{Plain, CountWord, Release, Saturating};
use core::marker::PhantomData;

/// A 32-bit count with a region that means "never freed".
#[repr(transparent)]
pub struct Immortal<R>(Half, PhantomData<fn() -> R>);

impl<R> Immortal<R> {
    #[inline(always)]
    const fn from_half(half: Half) -> Self {
        Immortal(half, PhantomData)
    }
}

/// As CPython 3.12 ships it: retain stops at the very top, release looks at the sign.
// SAFETY: the count moves below 2^31 only in both directions or up, and zero is met from one alone; `Half` keeps the rest apart.
unsafe impl CountWord for Immortal<Plain> {
    const NAME: &'static str = "plain+immortal";
    const EXACT_MAX: u64 = (1 << 31) - 1;
    const IMMORTAL: bool = true;
    const EXTRA_BITS: bool = true;
    half_methods!();

    #[inline(always)]
    fn retain(&self) {
        let n = self.0.count.get().wrapping_add(1);
        if n != 0 {
            self.0.count.set(n);
        }
    }
    #[inline(always)]
    fn release(&self) -> Release {
        let c = self.0.count.get();
        if (c as i32) < 0 {
            return Release::Alive;
        }
        self.0.count.set(c.wrapping_sub(1));
        if c == 1 { Release::Dead } else { Release::Alive }
    }
    #[inline(always)]
    fn is_stuck(&self) -> bool {
        (self.0.count.get() as i32) < 0
    }
    fn set_immortal(&self) {
        self.0.count.set(u32::MAX);
    }
    #[inline(always)]
    fn is_immortal(&self) -> bool {
        self.0.count.get() == u32::MAX
    }
}

/// One sign test in both directions; an immortal count is one that sticks from the start.
// SAFETY: the count moves below 2^31 only in both directions or up, and zero is met from one alone; `Half` keeps the rest apart.
unsafe impl CountWord for Immortal<Saturating> {
    const NAME: &'static str = "saturating+immortal";
    const EXACT_MAX: u64 = (1 << 31) - 1;
    const IMMORTAL: bool = true;
    const EXTRA_BITS: bool = true;
    half_methods!();

    #[inline(always)]
    fn retain(&self) {
        let c = self.0.count.get();
        if (c as i32) >= 0 {
            self.0.count.set(c.wrapping_add(1));
        }
    }
    #[inline(always)]
    fn release(&self) -> Release {
        let c = self.0.count.get();
        if (c as i32) < 0 {
            return Release::Alive;
        }
        self.0.count.set(c.wrapping_sub(1));
        if c == 1 { Release::Dead } else { Release::Alive }
    }
    #[inline(always)]
    fn is_stuck(&self) -> bool {
        (self.0.count.get() as i32) < 0
    }
    fn set_immortal(&self) {
        self.0.count.set(3 << 30);
    }
    #[inline(always)]
    fn is_immortal(&self) -> bool {
        self.0.count.get() >= 3 << 30
    }
}
