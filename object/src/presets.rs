//! Named layouts, as types: present in every build, so that tables and tests need no rebuild.
//! The features of the same names in `Cargo.toml` choose the same policies; a test compares them.
use crate::attrs::{Exact, Inline, Merged, Shape, Spare, Split};
use crate::gc_words::ZeroWord;
use crate::layout::Compose;
use crate::type_word::Index;
use crate::value::{Boxed, NanBox, SelfTag, Tagged};
use crate::weak::{InTable, InWord};
use instar_alloc::{Bump, Pool, Pool8, System};
use instar_gc::{OneWord, TwoWord};
use instar_refcount::{Immortal, Packed, Plain, Saturating, Uncounted};

/// No feature at all.
pub type Default = Compose<Plain, TwoWord, Split, Spare, InWord, Boxed, System, false, false>;
/// The object layout of CPython 3.11.
pub type Cpython311 = Compose<Plain, TwoWord, Split, Spare, InWord, Boxed, Pool, false, true>;
/// The object layout of CPython 3.12.
pub type Cpython312 = Compose<Immortal<Plain>, TwoWord, Merged, Spare, InWord, Boxed, Pool, false, true>;
/// The object layout of CPython 3.13.
pub type Cpython313 = Compose<Immortal<Plain>, TwoWord, Inline, Spare, InWord, Boxed, Pool, false, true>;
/// The object layout of CPython 3.14, and its borrowed operands.
pub type Cpython314 = Compose<Immortal<Plain>, TwoWord, Inline, Spare, InWord, Boxed, Pool, true, true>;
/// The goal that the Faster CPython team wrote down: half a word of count, one word of GC, merged attributes, no weakref word.
pub type Compact = Compose<Immortal<Saturating>, OneWord, Merged, Spare, InTable, Boxed, Pool, false, true>;
/// `Compact` without the spare slot.
pub type CompactExact = Compose<Immortal<Saturating>, OneWord, Merged, Exact, InTable, Boxed, Pool, false, true>;
/// What measurement says.
pub type Best = Compose<Immortal<Saturating>, OneWord, Inline, Exact, InTable, Tagged, Pool, true, false>;

/// `cpython-312` with a saturating count.
pub type StepSaturating = Compose<Immortal<Saturating>, TwoWord, Merged, Spare, InWord, Boxed, Pool, false, true>;
/// And with the weak-reference table; one step before `compact`.
pub type StepWeakTable = Compose<Immortal<Saturating>, TwoWord, Merged, Spare, InTable, Boxed, Pool, false, true>;
/// `compact-exact` with tagged integers.
pub type StepTagged = Compose<Immortal<Saturating>, OneWord, Merged, Exact, InTable, Tagged, Pool, false, true>;
/// And with static elision; one step before `best`.
pub type StepElide = Compose<Immortal<Saturating>, OneWord, Merged, Exact, InTable, Tagged, Pool, true, true>;
/// The default with a saturating count.
pub type DefaultSaturating = Compose<Saturating, TwoWord, Split, Spare, InWord, Boxed, System, false, false>;
/// The default with exact slots.
pub type DefaultExact = Compose<Plain, TwoWord, Split, Exact, InWord, Boxed, System, false, false>;
/// The default with tagged integers.
pub type DefaultTagged = Compose<Plain, TwoWord, Split, Spare, InWord, Tagged, System, false, false>;
/// The default with free lists.
pub type DefaultFreeLists = Compose<Plain, TwoWord, Split, Spare, InWord, Boxed, System, false, true>;
/// The default with values in the instance's cell.
pub type DefaultInline = Compose<Plain, TwoWord, Inline, Spare, InWord, Boxed, System, false, false>;
/// And with exact slots.
pub type DefaultInlineExact = Compose<Plain, TwoWord, Inline, Exact, InWord, Boxed, System, false, false>;
/// `best` with values in a block of their own.
pub type BestMerged = Compose<Immortal<Saturating>, OneWord, Merged, Exact, InTable, Tagged, Pool, true, false>;
/// `best` with 8-byte cells.
pub type Best8 = Compose<Immortal<Saturating>, OneWord, Inline, Exact, InTable, Tagged, Pool8, true, false>;
/// And with immediate floats.
pub type BestFloats8 = Compose<Immortal<Saturating>, OneWord, Inline, Exact, InTable, SelfTag, Pool8, true, false>;
/// The default with immediate floats.
pub type DefaultSelfTag = Compose<Plain, TwoWord, Split, Spare, InWord, SelfTag, System, false, false>;
/// The default with all floats but NaN immediate.
pub type DefaultNanBox = Compose<Plain, TwoWord, Split, Spare, InWord, NanBox, System, false, false>;
/// `best` with those.
pub type BestNanBox = Compose<Immortal<Saturating>, OneWord, Inline, Exact, InTable, NanBox, Pool, true, false>;
/// The default on 8-byte cells.
pub type DefaultPool8 = Compose<Plain, TwoWord, Split, Spare, InWord, Boxed, Pool8, false, false>;
/// The default on cells that are never used again.
pub type DefaultBump = Compose<Plain, TwoWord, Split, Spare, InWord, Boxed, Bump, false, false>;
/// A saturating count, one GC word, split attributes and the weak-reference table on the system allocator.
pub type OneWordSplit = Compose<Saturating, OneWord, Split, Spare, InTable, Boxed, System, false, false>;

/// `best` without a word for the collector.
pub type BestZeroWord = Compose<Immortal<Saturating>, ZeroWord, Inline, Exact, InTable, Tagged, Pool, true, false>;
/// And on 8-byte cells.
pub type BestZeroWord8 = Compose<Immortal<Saturating>, ZeroWord, Inline, Exact, InTable, Tagged, Pool8, true, false>;

/// `best` whose deaths are short.
pub type BestQueued = Compose<Immortal<Saturating>, OneWord, Inline, Exact, InTable, Tagged, Pool, true, false, true>;
/// `cpython-312` whose deaths are short.
pub type StepQueued = Compose<Immortal<Plain>, TwoWord, Merged, Spare, InWord, Boxed, Pool, false, true, true>;

/// `best` with an index for the type.
pub type BestTypeIndex = Compose<Immortal<Saturating>, OneWord, Inline, Exact, InTable, Tagged, Pool, true, false, false, Index>;
/// The default with an index for the type.
pub type DefaultTypeIndex = Compose<Plain, TwoWord, Split, Spare, InWord, Boxed, System, false, false, false, Index>;

/// `best` with a header of one word, and no other word for the collector.
pub type BestPacked = Compose<Immortal<Packed>, ZeroWord, Inline, Exact, InTable, Tagged, Pool, true, false, false, Index>;
/// `best` with shapes and headers of one word: nothing before the header.
pub type BestShape = Compose<Immortal<Packed>, ZeroWord, Shape, Exact, InTable, Tagged, Pool, true, false, false, Index>;
/// And on 8-byte cells.
pub type BestShape8 = Compose<Immortal<Packed>, ZeroWord, Shape, Exact, InTable, Tagged, Pool8, true, false, false, Index>;
/// Shapes without any other choice than those that they need.
pub type DefaultShape = Compose<Plain, TwoWord, Shape, Exact, InWord, Boxed, System, false, false, false, Index>;
/// A packed count without any other choice than those that it needs.
pub type PlainPacked = Compose<Packed, ZeroWord, Split, Spare, InTable, Boxed, Pool, false, false, false, Index>;

/// `best` without counts: nothing is freed. A bound, not a layout to work with.
pub type BestUncounted = Compose<Uncounted, OneWord, Inline, Exact, InTable, Tagged, Pool, true, false>;
/// The default without counts.
pub type DefaultUncounted = Compose<Uncounted, TwoWord, Split, Spare, InWord, Boxed, System, false, false>;

/// Presets and single steps between them, by name: first the ladder from `cpython-311` to `best`, then the plain layout and single
/// steps away from it, so that each policy is in the list.
#[macro_export]
macro_rules! for_each_layout {
    ($mac:ident) => {
        $mac! {
            cpython_311 "cpython-311" = $crate::presets::Cpython311;
            cpython_312 "cpython-312" = $crate::presets::Cpython312;
            cpython_313 "cpython-313" = $crate::presets::Cpython313;
            cpython_314 "cpython-314" = $crate::presets::Cpython314;
            step_saturating "cpython-312,rc-saturating" = $crate::presets::StepSaturating;
            step_weakref_table "cpython-312,rc-saturating,weakref-table" = $crate::presets::StepWeakTable;
            compact "compact" = $crate::presets::Compact;
            compact_exact "compact-exact" = $crate::presets::CompactExact;
            step_tagged "compact-exact,value-tagged" = $crate::presets::StepTagged;
            step_elide "compact-exact,value-tagged,elide-static" = $crate::presets::StepElide;
            best "best" = $crate::presets::Best;
            default "default" = $crate::presets::Default;
            default_saturating "rc-saturating" = $crate::presets::DefaultSaturating;
            default_exact "slots-exact" = $crate::presets::DefaultExact;
            default_tagged "value-tagged" = $crate::presets::DefaultTagged;
            default_freelists "freelists" = $crate::presets::DefaultFreeLists;
            default_inline "attrs-inline" = $crate::presets::DefaultInline;
            default_inline_exact "attrs-inline,slots-exact" = $crate::presets::DefaultInlineExact;
            best_merged "best,attrs-merged" = $crate::presets::BestMerged;
            best8 "best,alloc-pool8" = $crate::presets::Best8;
            best_floats8 "best,alloc-pool8,value-selftag" = $crate::presets::BestFloats8;
            best_zero_word "best,gc-zero-word" = $crate::presets::BestZeroWord;
            best_zero_word8 "best,gc-zero-word,alloc-pool8" = $crate::presets::BestZeroWord8;
            best_queued "best,dealloc-queued" = $crate::presets::BestQueued;
            step_queued "cpython-312,dealloc-queued" = $crate::presets::StepQueued;
            best_type_index "best,type-index" = $crate::presets::BestTypeIndex;
            best_packed "best,rc-packed,gc-zero-word,type-index" = $crate::presets::BestPacked;
            best_shape "best,rc-packed,gc-zero-word,type-index,attrs-shape" = $crate::presets::BestShape;
            best_shape8 "best,rc-packed,gc-zero-word,type-index,attrs-shape,alloc-pool8" = $crate::presets::BestShape8;
            default_shape "type-index,attrs-shape,slots-exact" = $crate::presets::DefaultShape;
            plain_packed "rc-packed,gc-zero-word,type-index,weakref-table,alloc-pool" = $crate::presets::PlainPacked;
            default_type_index "type-index" = $crate::presets::DefaultTypeIndex;
            default_selftag "value-selftag" = $crate::presets::DefaultSelfTag;
            default_nanbox "value-nanbox" = $crate::presets::DefaultNanBox;
            best_nanbox "best,value-nanbox" = $crate::presets::BestNanBox;
            default_pool8 "alloc-pool8" = $crate::presets::DefaultPool8;
            default_bump "alloc-bump" = $crate::presets::DefaultBump;
            one_word_split "rc-saturating,gc-one-word,weakref-table" = $crate::presets::OneWordSplit;
        }
    };
}

/// Layouts under which nothing dies, which no test of deaths can use: bounds to compare with. They follow what stands in the brackets.
#[macro_export]
macro_rules! for_each_bound {
    ($mac:ident [$($before:tt)*]) => {
        $mac! {
            $($before)*
            best_uncounted "best,rc-none" = $crate::presets::BestUncounted;
            default_uncounted "rc-none" = $crate::presets::DefaultUncounted;
        }
    };
}
