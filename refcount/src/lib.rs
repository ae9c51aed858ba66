//! The count word of an object and the rules for changing it: one type a policy, all of them always compiled.
//!
//! A count word is eight bytes, or four if its owner wants the other half for something else. Policies that count in 32 of eight
//! bytes' bits leave the upper half to the owner of the object:
//!
//! ```text
//! 63      56 55             32 31             0
//! | flags 8 | scratch 24      | count 32      |    Saturating, Immortal<_>
//! | flags 8 | scratch 24      | always 2^31   |    Uncounted
//! | count 64                                  |    Plain: no flags, no scratch
//!                       | count 24 | flags 8  |    Packed, Immortal<Packed>: four bytes, no scratch, no link
//! | flags 8 | R | link: address, 48 bits      |    any policy, while the object waits to be torn down
//! ```
//!
//! A dead object needs no count, so the word then links it into a list of the dead (bit 63 says so, `R` = bit 48 says
//! that somebody took a reference to it meanwhile). What a death *does* is not decided here.
//!
//! Feature `testing`: [`laws!`] makes tests of the promises of [`CountWord`] for any policy, also one from elsewhere.
#![no_std]

mod half;
mod immortal;
mod packed;
mod plain;
mod saturating;
#[cfg(feature = "testing")]
pub mod testing;
mod uncounted;

pub use immortal::{Base, Immortal};
pub use packed::Packed;
pub use plain::Plain;
pub use saturating::Saturating;
pub use uncounted::Uncounted;

/// What one release told the caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Release {
    /// Somebody still holds the object.
    Alive,
    /// That was the last reference.
    Dead,
}

/// Bit of [`CountWord::flags`] that the link form of the word owns; never used as a flag.
pub const LINKED_FLAG: u8 = 0x80;
/// Addresses that a link can hold: below 2^48, as user space has on every 64-bit target we build for.
pub const ADDRESS_BITS: u32 = 48;

/// The count word of an object and the rules for changing it.
///
/// # Safety
/// Owners free memory when a word says `Dead`. An implementation promises (`laws!` tests it):
///   1. After `one`, k retains and k + 1 releases, exactly the last release says `Dead`, unless the count ever passed
///      `EXACT_MAX`: then no release ever does.
///   2. An immortal count never says `Dead`, stays immortal, and no retain or release writes its word.
///   3. `count` is the number of references while it is at most `EXACT_MAX`; beyond it `is_stuck` holds for ever.
///   4. Retain and release leave flags and scratch alone; links keep the flags.
///   5. After `link(a)`, `is_linked` holds and `linked` is `a` (0 without `LINKS`) until `set_one`, whatever `revive` and `set_flags` do meanwhile.
///   6. The word is eight bytes, aligned to eight, or without `LINKS` four; all that it knows is in it, and flags are its first byte then.
pub unsafe trait CountWord: Sized + 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Highest count represented exactly; above it the object lives for ever. 0: no count is, and nothing dies.
    const EXACT_MAX: u64;
    /// Whether `set_immortal` has an effect.
    const IMMORTAL: bool;
    /// Whether the word has flags beside the count.
    const EXTRA_BITS: bool;
    /// Whether the word has scratch bits too.
    const SCRATCH: bool = Self::EXTRA_BITS;
    /// Whether a link holds an address. If not, it only says that the object waits, and somebody else knows the order.
    const LINKS: bool = true;

    /// The word of a new object: one reference.
    fn one() -> Self;
    /// One reference more.
    fn retain(&self);
    /// One reference less.
    fn release(&self) -> Release;
    /// References as the word knows them. Meaningless while linked.
    fn count(&self) -> u64;
    /// Whether exactly one reference exists.
    fn is_unique(&self) -> bool;
    /// Whether the count has left the range in which releases are counted: stuck or immortal.
    fn is_stuck(&self) -> bool;
    /// Back to one reference from a dead or linked word; flags stay, scratch is cleared.
    fn set_one(&self);
    /// Opts the object out of counting. No effect unless `IMMORTAL`.
    fn set_immortal(&self);
    /// Whether the object is opted out of counting.
    fn is_immortal(&self) -> bool;
    /// Sets the count itself: for tests of the ends of the range.
    fn force(&self, count: u64);

    /// Replaces a zero count by a link (0 = end of the list); without `LINKS`, by the word that the object waits.
    fn link(&self, address: usize);
    /// Whether the word is a link now.
    fn is_linked(&self) -> bool;
    /// The address that `link` stored; 0 without `LINKS`.
    fn linked(&self) -> usize;
    /// Notes, on a linked word, that one reference was taken.
    fn revive(&self);
    /// Whether `revive` was called since `link`.
    fn is_revived(&self) -> bool;

    /// The flags byte; 0 without `EXTRA_BITS`.
    fn flags(&self) -> u8;
    /// Replaces the flags byte; only with `EXTRA_BITS`, and never with [`LINKED_FLAG`].
    fn set_flags(&self, flags: u8);
    /// The 24 scratch bits; 0 without `SCRATCH`.
    fn scratch(&self) -> u32;
    /// Replaces the scratch bits; only with `SCRATCH`.
    fn set_scratch(&self, value: u32);
}

/// Every policy, once. Tests, benches and tables read this list.
#[macro_export]
macro_rules! for_each_refcount {
    ($mac:ident) => {
        $mac! {
            plain = $crate::Plain;
            saturating = $crate::Saturating;
            uncounted = $crate::Uncounted;
            immortal_plain = $crate::Immortal<$crate::Plain>;
            immortal_saturating = $crate::Immortal<$crate::Saturating>;
            packed = $crate::Packed;
            immortal_packed = $crate::Immortal<$crate::Packed>;
        }
    };
}
