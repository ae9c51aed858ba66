//! A covering array of layouts: every pair of choices on two axes that is legal occurs in one of them. `tests/covering.rs` proves it, and
//! runs them against the model. Layouts that people build are in `presets.rs`.
use crate::attrs::{Exact, Inline, Merged, Spare, Split};
use crate::gc_words::ZeroWord;
use crate::layout::Compose;
use crate::type_word::{Index, Pointer};
use crate::value::{Boxed, SelfTag, Tagged};
use crate::weak::{InTable, InWord};
use instar_alloc::{Bump, Pool, Pool8, System};
use instar_gc::{OneWord, TwoWord};
use instar_refcount::{Immortal, Plain, Saturating, Uncounted};

/// Row 0.
pub type C00 = Compose<Plain, TwoWord, Split, Spare, InWord, SelfTag, Pool8, false, true, false, Pointer>;
/// Row 1.
pub type C01 = Compose<Plain, TwoWord, Merged, Spare, InWord, Boxed, Bump, false, true, true, Pointer>;
/// Row 2.
pub type C02 = Compose<Plain, TwoWord, Merged, Exact, InWord, Tagged, Pool, false, false, true, Index>;
/// Row 3.
pub type C03 = Compose<Plain, TwoWord, Inline, Exact, InWord, Boxed, System, true, false, true, Index>;
/// Row 4.
pub type C04 = Compose<Saturating, TwoWord, Inline, Exact, InWord, Tagged, System, false, false, false, Index>;
/// Row 5.
pub type C05 = Compose<Saturating, OneWord, Split, Exact, InWord, Tagged, Bump, true, true, false, Pointer>;
/// Row 6.
pub type C06 = Compose<Saturating, OneWord, Merged, Exact, InWord, Boxed, Pool, false, true, true, Index>;
/// Row 7.
pub type C07 = Compose<Saturating, ZeroWord, Merged, Spare, InTable, SelfTag, Pool8, true, false, true, Index>;
/// Row 8.
pub type C08 = Compose<Uncounted, TwoWord, Split, Exact, InWord, SelfTag, Bump, false, false, false, Pointer>;
/// Row 9.
pub type C09 = Compose<Uncounted, TwoWord, Merged, Spare, InWord, Tagged, Pool, true, false, false, Index>;
/// Row 10.
pub type C10 = Compose<Uncounted, OneWord, Merged, Exact, InTable, SelfTag, System, true, false, true, Pointer>;
/// Row 11.
pub type C11 = Compose<Uncounted, ZeroWord, Inline, Exact, InTable, Boxed, Pool8, false, true, false, Pointer>;
/// Row 12.
pub type C12 = Compose<Immortal<Plain>, TwoWord, Split, Spare, InTable, Tagged, Bump, false, false, true, Index>;
/// Row 13.
pub type C13 = Compose<Immortal<Plain>, TwoWord, Inline, Spare, InWord, SelfTag, System, false, true, false, Pointer>;
/// Row 14.
pub type C14 = Compose<Immortal<Plain>, OneWord, Merged, Spare, InWord, Boxed, Pool8, false, false, true, Index>;
/// Row 15.
pub type C15 = Compose<Immortal<Plain>, ZeroWord, Split, Exact, InTable, Boxed, Pool, true, false, false, Index>;
/// Row 16.
pub type C16 = Compose<Immortal<Saturating>, TwoWord, Split, Spare, InTable, Boxed, System, false, false, true, Pointer>;
/// Row 17.
pub type C17 = Compose<Immortal<Saturating>, TwoWord, Inline, Spare, InWord, SelfTag, Bump, false, false, true, Pointer>;
/// Row 18.
pub type C18 = Compose<Immortal<Saturating>, OneWord, Merged, Spare, InWord, SelfTag, Pool, true, true, false, Pointer>;
/// Row 19.
pub type C19 = Compose<Immortal<Saturating>, OneWord, Inline, Exact, InTable, Boxed, Pool, false, false, true, Index>;
/// Row 20.
pub type C20 = Compose<Immortal<Saturating>, ZeroWord, Split, Spare, InWord, Tagged, Pool8, true, true, false, Index>;

/// The rows of the array, as `for_each_layout!` gives its layouts.
#[macro_export]
macro_rules! for_each_covering_layout {
    ($mac:ident) => {
        $mac! {
            c00 "c00" = $crate::covering::C00;
            c01 "c01" = $crate::covering::C01;
            c02 "c02" = $crate::covering::C02;
            c03 "c03" = $crate::covering::C03;
            c04 "c04" = $crate::covering::C04;
            c05 "c05" = $crate::covering::C05;
            c06 "c06" = $crate::covering::C06;
            c07 "c07" = $crate::covering::C07;
            c08 "c08" = $crate::covering::C08;
            c09 "c09" = $crate::covering::C09;
            c10 "c10" = $crate::covering::C10;
            c11 "c11" = $crate::covering::C11;
            c12 "c12" = $crate::covering::C12;
            c13 "c13" = $crate::covering::C13;
            c14 "c14" = $crate::covering::C14;
            c15 "c15" = $crate::covering::C15;
            c16 "c16" = $crate::covering::C16;
            c17 "c17" = $crate::covering::C17;
            c18 "c18" = $crate::covering::C18;
            c19 "c19" = $crate::covering::C19;
            c20 "c20" = $crate::covering::C20;
        }
    };
}
