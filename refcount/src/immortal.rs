//! `Immortal<R>`: some objects opt out of counting (PEP 683), on top of a plain, a saturating or a packed count.
//! All forms test before they write: the word of an immortal object may lie on a read-only page.
use crate::half::{Half, half_methods};
use crate::packed::packed_methods;
use crate::{CountWord, Packed, Plain, Release, Saturating};
use core::marker::PhantomData;

/// A policy from which objects may opt out.
pub trait Base: 'static {
    /// What the count is made of then.
    #[doc(hidden)]
    type Bits;
}
impl Base for Plain {
    type Bits = Half;
}
impl Base for Saturating {
    type Bits = Half;
}
impl Base for Packed {
    type Bits = Packed;
}

/// A 32-bit or 24-bit count with a region that means "never freed".
#[repr(transparent)]
pub struct Immortal<R: Base>(R::Bits, PhantomData<fn() -> R>);

impl<R: Base> Immortal<R> {
    #[inline(always)]
    const fn from_half(half: R::Bits) -> Self {
        Immortal(half, PhantomData)
    }
}
impl Immortal<Packed> {
    #[inline(always)]
    fn packed(&self) -> &Packed {
        &self.0
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

/// The count in three bytes; immortal in the middle of what is stuck.
// SAFETY: see `Packed`; what is immortal is stuck.
unsafe impl CountWord for Immortal<Packed> {
    const NAME: &'static str = "packed+immortal";
    const IMMORTAL: bool = true;
    packed_methods!();

    fn set_immortal(&self) {
        self.0.replace_count(3 << 22);
    }
    #[inline(always)]
    fn is_immortal(&self) -> bool {
        self.0.word() >= 3 << 30
    }
}
