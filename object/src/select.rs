//! The only file that turns cargo features into types: which policy of each axis this build's `Active` layout has.
use crate::layout::{Compose, Layout};
use crate::{attrs, type_word, value, weak};

#[cfg(all(feature = "rc-none", feature = "rc-immortal", not(feature = "__all-features")))]
compile_error!("instar: `rc-none` counts nothing, so nothing can be kept from counting: drop `rc-immortal`, or the preset that implies it");

/// One axis: an alias, its default, and the feature that picks each alternative.
///
/// Two alternatives at once is a compile error, except under the sentinel `__all-features`.
macro_rules! axis {
    ($doc:literal $alias:ident = $default:ty; $( $feature:literal => $ty:ty ),+ $(,)?) => {
        const _: () = assert!(
            cfg!(feature = "__all-features") || (0 $( + cfg!(feature = $feature) as usize )+) <= 1,
            concat!("instar: conflicting features: axis `", stringify!($alias), "` takes at most one of",
                $( " `", $feature, "`" ),+, "; drop one, or drop the preset that implies it (did you forget --no-default-features?)"),
        );
        cfg_select! {
            $( feature = $feature => { #[doc = $doc] pub type $alias = $ty; } )+
            _ => { #[doc = $doc] pub type $alias = $default; }
        }
    };
}

axis! { "Width and overflow of the count." RcWord = instar_refcount::Plain; "rc-saturating" => instar_refcount::Saturating, "rc-none" => instar_refcount::Uncounted, "rc-packed" => instar_refcount::Packed }
axis! { "Whether some objects opt out of counting." Rc = RcWord; "rc-immortal" => instar_refcount::Immortal<RcWord> }
axis! { "Words of the cycle collector." Gc = instar_gc::TwoWord; "gc-one-word" => instar_gc::OneWord, "gc-zero-word" => crate::gc_words::ZeroWord }
axis! { "Where instance attributes live." Attrs = attrs::Split; "attrs-merged" => attrs::Merged, "attrs-inline" => attrs::Inline, "attrs-shape" => attrs::Shape }
axis! { "Slots that an instance gets." Slots = attrs::Spare; "slots-exact" => attrs::Exact }
axis! { "Where weak references are found." Weak = weak::InWord; "weakref-table" => weak::InTable }
axis! { "What one value slot holds." Value = value::Boxed; "value-tagged" => value::Tagged, "value-selftag" => value::SelfTag, "value-nanbox" => value::NanBox }
axis! { "Where cells come from." Alloc = instar_alloc::System; "alloc-pool" => instar_alloc::Pool, "alloc-pool8" => instar_alloc::Pool8, "alloc-bump" => instar_alloc::Bump, "alloc-mimalloc" => instar_alloc::Mimalloc }

axis! { "What the type word holds." Type = type_word::Pointer; "type-index" => type_word::Index }

#[cfg(feature = "alloc-mimalloc")]
impl crate::gc_words::AllocPolicy for instar_alloc::Mimalloc {
    type WithSide = Self;
}

/// The layout that the features ask for, before the question whether it is legal.
pub type Chosen = Compose<Rc, Gc, Attrs, Slots, Weak, Value, Alloc, { cfg!(feature = "elide-static") }, { cfg!(feature = "freelists") }, { cfg!(feature = "dealloc-queued") }, Type>;

const SMALL_COUNT: bool = <<Chosen as Layout>::Rc as instar_refcount::CountWord>::EXTRA_BITS;
const PACKED: bool = cfg!(feature = "rc-packed") && !cfg!(feature = "__all-features");
const _: () = assert!(!PACKED || cfg!(feature = "type-index"), "instar: `rc-packed` leaves half a word for the type: add `type-index`");
const _: () = assert!(
    !PACKED || cfg!(feature = "gc-zero-word"),
    "instar: `rc-packed` is for objects of one word, and collections count in the count itself: add `gc-zero-word`"
);
const _: () = assert!(!PACKED || cfg!(feature = "weakref-table"), "instar: `rc-packed` is for objects of one word: add `weakref-table`");
const _: () = assert!(
    cfg!(feature = "__all-features") || SMALL_COUNT || !cfg!(feature = "gc-one-word"),
    "instar: `gc-one-word` counts in spare bits of the count word: add `rc-saturating` or `rc-immortal`"
);
const _: () = assert!(
    cfg!(feature = "__all-features") || SMALL_COUNT || !cfg!(feature = "gc-zero-word"),
    "instar: `gc-zero-word` keeps flags and counts in spare bits of the count word: add `rc-saturating` or `rc-immortal`"
);
const _: () = assert!(
    cfg!(feature = "__all-features") || <<Chosen as Layout>::Alloc as instar_alloc::Cells>::SIDE != 0 || !cfg!(feature = "gc-zero-word"),
    "instar: `gc-zero-word` finds objects by walking pages: add `alloc-pool` or `alloc-pool8` (no other source has room on its pages)"
);
const _: () = assert!(
    cfg!(feature = "__all-features") || SMALL_COUNT || !cfg!(feature = "weakref-table"),
    "instar: `weakref-table` needs a header bit: add `rc-saturating` or `rc-immortal`"
);
const SHAPES: bool = cfg!(feature = "attrs-shape") && !cfg!(feature = "__all-features");
const _: () = assert!(!SHAPES || cfg!(feature = "type-index"), "instar: `attrs-shape` says more with the type's index: add `type-index`");
const _: () = assert!(!SHAPES || cfg!(feature = "slots-exact"), "instar: `attrs-shape` has no slot to spare: add `slots-exact`");

cfg_select! {
    feature = "__all-features" => {
        /// The layout of this build: under the sentinel, the best one.
        pub type Active = crate::presets::Best;
    }
    _ => {
        /// The layout of this build.
        pub type Active = Chosen;
    }
}

/// Whether counters on hot paths are compiled in.
pub const STATS: bool = cfg!(feature = "stats");
