//! The promises of `CountWord` as functions that panic where one is broken, and `laws!`, which makes tests of them.
//! Nothing here is about a policy in particular.
use crate::{CountWord, Release};

/// Tests of the promises of [`CountWord`] for one policy, to be put in a module of their own.
#[macro_export]
macro_rules! laws {
    ($policy:ty) => {
        #[test]
        fn last_release_is_dead() {
            $crate::testing::last_release_is_dead::<$policy>()
        }
        #[test]
        fn past_the_end_never_dies() {
            $crate::testing::past_the_end_never_dies::<$policy>()
        }
        #[test]
        fn immortal_never_dies() {
            $crate::testing::immortal_never_dies::<$policy>()
        }
        #[test]
        fn flags_and_scratch_survive() {
            $crate::testing::flags_and_scratch_survive::<$policy>()
        }
        #[test]
        fn links_hold_addresses() {
            $crate::testing::links_hold_addresses::<$policy>()
        }
    };
}

/// Promise 1: of so many references, the last release says `Dead` and no other.
pub fn last_release_is_dead<R: CountWord>() {
    if R::EXACT_MAX == 0 {
        return uncounted_never_dies::<R>();
    }
    for k in 0..200u64 {
        let c = R::one();
        for i in 0..k {
            c.retain();
            assert_eq!(c.count(), i + 2);
        }
        for _ in 0..k {
            assert_eq!(c.release(), Release::Alive);
        }
        assert!(c.is_unique());
        assert_eq!(c.release(), Release::Dead);
    }
}

/// No release says dead, nobody is the only one, and no retain or release writes the word.
fn uncounted_never_dies<R: CountWord>() {
    let c = R::one();
    let word = || unsafe { core::ptr::from_ref(&c).cast::<u64>().read_volatile() };
    let before = word();
    for i in 0..1000 {
        if i % 3 == 0 {
            c.retain();
        } else {
            assert_eq!(c.release(), Release::Alive);
        }
        assert!(c.is_stuck() && !c.is_unique() && c.count() > 0 && word() == before);
    }
}

/// Promises 1 and 3: a count past its end is stuck for good, one at its end is not.
pub fn past_the_end_never_dies<R: CountWord>() {
    if R::EXACT_MAX == 0 {
        return; // it begins there
    }
    if R::EXACT_MAX > u32::MAX as u64 {
        return; // cannot be reached by references that fit in memory
    }
    let c = R::one();
    c.force(R::EXACT_MAX);
    assert!(!c.is_stuck());
    c.retain();
    assert!(c.is_stuck());
    for _ in 0..10_000 {
        assert_eq!(c.release(), Release::Alive);
        assert!(c.is_stuck());
    }
    let c = R::one();
    c.force(R::EXACT_MAX);
    assert_eq!(c.release(), Release::Alive);
    assert_eq!(c.count(), R::EXACT_MAX - 1);
}

/// Promise 2.
pub fn immortal_never_dies<R: CountWord>() {
    let c = R::one();
    c.set_immortal();
    assert_eq!(c.is_immortal(), R::IMMORTAL);
    if !R::IMMORTAL {
        assert_eq!(c.release(), if R::EXACT_MAX == 0 { Release::Alive } else { Release::Dead });
        return;
    }
    let before = c.count();
    for i in 0..100_000u32 {
        if i % 3 == 0 {
            c.retain();
        } else {
            assert_eq!(c.release(), Release::Alive);
        }
        assert!(c.is_immortal() && c.is_stuck());
    }
    assert_eq!(c.count(), before, "an immortal word is never written");
}

/// Promises 4 and 6.
pub fn flags_and_scratch_survive<R: CountWord>() {
    assert_eq!((size_of::<R>(), align_of::<R>()), if R::LINKS { (8, 8) } else { (4, 4) });
    let c = R::one();
    if !R::EXTRA_BITS {
        assert_eq!(c.flags(), 0);
        return;
    }
    c.set_flags(0x55);
    let scratch = if R::SCRATCH { 0xabcdef } else { 0 };
    c.set_scratch(scratch);
    c.retain();
    assert_eq!(c.release(), Release::Alive);
    assert_eq!((c.flags(), c.scratch()), (0x55, scratch));
    if R::EXACT_MAX == 0 {
        return;
    }
    assert_eq!(c.count(), 1);
    assert_eq!(c.release(), Release::Dead);
    c.link(0x7fff_dead_bee8);
    assert_eq!(c.flags() & 0x7f, 0x55);
    c.set_one();
    assert_eq!((c.flags(), c.scratch(), c.count()), (0x55, 0, 1));
}

/// Promise 5.
pub fn links_hold_addresses<R: CountWord>() {
    let c = R::one();
    if R::EXACT_MAX == 0 {
        return; // nothing dies, nothing is linked
    }
    for address in [0usize, 8, 0x7fff_ffff_fff8, 0xffff_ffff, 0x1_0000_0000] {
        assert_eq!(c.release(), Release::Dead);
        assert!(!c.is_linked());
        c.link(address);
        assert!(c.is_linked() && !c.is_revived());
        let held = if R::LINKS { address } else { 0 };
        assert_eq!(c.linked(), held);
        c.revive();
        assert!(c.is_linked() && c.is_revived());
        assert_eq!(c.linked(), held);
        c.link(0);
        assert!(c.is_linked() && !c.is_revived());
        c.set_one();
        assert!(!c.is_linked() && c.is_unique());
    }
}
