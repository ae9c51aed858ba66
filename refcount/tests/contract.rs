//! The promises of `CountWord`, for every policy of `for_each_refcount!`, and that the tests of them find a policy that lies.
use instar_refcount::{CountWord, Immortal, Packed, testing};

macro_rules! all { ($($name:ident = $policy:ty;)*) => { $( mod $name { instar_refcount::laws!($policy); } )* } }
instar_refcount::for_each_refcount!(all);

/// A policy with one of its answers replaced.
macro_rules! liar {
    ($name:ident { $($lie:item)* } $($method:ident($($argument:ident: $type:ty)?) $(-> $result:ty)?;)*) => {
        #[repr(transparent)]
        struct $name(instar_refcount::Saturating);
        // SAFETY: deliberately broken; it guards no memory.
        unsafe impl CountWord for $name {
            const NAME: &'static str = stringify!($name);
            const EXACT_MAX: u64 = (1 << 31) - 1;
            const IMMORTAL: bool = false;
            const EXTRA_BITS: bool = true;
            fn one() -> Self {
                $name(CountWord::one())
            }
            $($lie)*
            $(fn $method(&self $(, $argument: $type)?) $(-> $result)? {
                self.0.$method($($argument)?)
            })*
        }
    };
}
use instar_refcount::Release;
liar! { NeverDead { fn release(&self) -> Release { let _ = self.0.release(); Release::Alive } }
    retain(); count() -> u64; is_unique() -> bool; is_stuck() -> bool; set_one(); set_immortal(); is_immortal() -> bool; force(count: u64);
    link(address: usize); is_linked() -> bool; linked() -> usize; revive(); is_revived() -> bool; flags() -> u8; set_flags(flags: u8);
    scratch() -> u32; set_scratch(value: u32);
}
liar! { LinkLosesFlags { fn link(&self, address: usize) { self.0.set_flags(0); self.0.link(address) } }
    retain(); release() -> Release; count() -> u64; is_unique() -> bool; is_stuck() -> bool; set_one(); set_immortal(); is_immortal() -> bool;
    force(count: u64); is_linked() -> bool; linked() -> usize; revive(); is_revived() -> bool; flags() -> u8; set_flags(flags: u8);
    scratch() -> u32; set_scratch(value: u32);
}

#[test]
#[should_panic]
fn a_word_that_never_says_dead_is_found() {
    testing::last_release_is_dead::<NeverDead>();
}
#[test]
#[should_panic]
fn a_link_that_loses_flags_is_found() {
    testing::flags_and_scratch_survive::<LinkLosesFlags>();
}

/// What is tested by its sign in both directions sticks where the sign is, at 2^23, and then no more moves.
#[test]
fn packed_counts_stick_at_their_sign() {
    fn check<R: CountWord>() {
        let c = R::one();
        c.force((1 << 23) - 1);
        c.retain();
        assert!(c.is_stuck());
        for _ in 0..3 {
            assert_eq!(c.count(), 1 << 23);
            c.retain();
            assert_eq!(c.count(), 1 << 23);
            assert_eq!(c.release(), Release::Alive);
        }
        let c = R::one();
        c.force((1 << 23) - 2);
        c.retain();
        assert!(!c.is_stuck());
        assert_eq!((c.release(), c.count()), (Release::Alive, (1 << 23) - 2));
    }
    check::<Packed>();
    check::<Immortal<Packed>>();
}
