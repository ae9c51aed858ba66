//! A covering array of layouts: every pair of choices on two axes that is legal occurs in one of them. `tests/covering.rs` proves it, and
//! runs them against the model. Layouts that people build are in `presets.rs`.
use crate::attrs::{Exact, Inline, Merged, Shape, Spare, Split};
use crate::gc_words::ZeroWord;
use crate::layout::Compose;
use crate::type_word::{Index, Pointer};
use crate::value::{Boxed, NanBox, SelfTag, Tagged};
use crate::weak::{InTable, InWord};
use instar_alloc::{Bump, Pool, Pool8, System};
use instar_gc::{OneWord, TwoWord};
use instar_refcount::{Immortal, Packed, Plain, Saturating, Uncounted};

/// Row 0.
pub type C00 = Compose<Plain, TwoWord, Inline, Exact, InWord, Boxed, System, false, false, false, Index>;
/// Row 1.
pub type C01 = Compose<Plain, TwoWord, Merged, Exact, InWord, SelfTag, Pool8, true, true, true, Index>;
/// Row 2.
pub type C02 = Compose<Plain, TwoWord, Shape, Exact, InWord, NanBox, Pool, false, false, true, Index>;
/// Row 3.
pub type C03 = Compose<Plain, TwoWord, Split, Spare, InWord, Tagged, Bump, false, false, false, Pointer>;
/// Row 4.
pub type C04 = Compose<Saturating, OneWord, Inline, Spare, InTable, SelfTag, Bump, true, true, true, Pointer>;
/// Row 5.
pub type C05 = Compose<Saturating, OneWord, Merged, Exact, InWord, NanBox, System, true, false, false, Pointer>;
/// Row 6.
pub type C06 = Compose<Saturating, TwoWord, Shape, Exact, InTable, Tagged, System, false, false, true, Index>;
/// Row 7.
pub type C07 = Compose<Saturating, ZeroWord, Split, Spare, InWord, Boxed, Pool, true, false, true, Index>;
/// Row 8.
pub type C08 = Compose<Saturating, ZeroWord, Split, Spare, InWord, SelfTag, Pool8, true, true, false, Pointer>;
/// Row 9.
pub type C09 = Compose<Uncounted, OneWord, Merged, Spare, InWord, Tagged, Pool, true, false, false, Pointer>;
/// Row 10.
pub type C10 = Compose<Uncounted, OneWord, Shape, Exact, InTable, Boxed, Bump, true, true, false, Index>;
/// Row 11.
pub type C11 = Compose<Uncounted, TwoWord, Inline, Exact, InWord, NanBox, System, false, true, true, Pointer>;
/// Row 12.
pub type C12 = Compose<Uncounted, ZeroWord, Split, Spare, InWord, SelfTag, Pool8, true, false, false, Index>;
/// Row 13.
pub type C13 = Compose<Packed, ZeroWord, Inline, Spare, InTable, SelfTag, Pool, false, false, true, Index>;
/// Row 14.
pub type C14 = Compose<Packed, ZeroWord, Merged, Spare, InTable, Boxed, Pool, false, false, true, Index>;
/// Row 15.
pub type C15 = Compose<Packed, ZeroWord, Shape, Exact, InTable, NanBox, Pool8, true, true, false, Index>;
/// Row 16.
pub type C16 = Compose<Packed, ZeroWord, Split, Exact, InTable, Tagged, Pool, false, true, false, Index>;
/// Row 17.
pub type C17 = Compose<Immortal<Plain>, OneWord, Inline, Spare, InWord, Tagged, Bump, true, false, false, Pointer>;
/// Row 18.
pub type C18 = Compose<Immortal<Plain>, OneWord, Merged, Exact, InWord, Boxed, Pool8, true, true, true, Index>;
/// Row 19.
pub type C19 = Compose<Immortal<Plain>, OneWord, Split, Spare, InTable, NanBox, System, false, false, true, Index>;
/// Row 20.
pub type C20 = Compose<Immortal<Plain>, TwoWord, Inline, Exact, InWord, Boxed, Pool, true, true, false, Pointer>;
/// Row 21.
pub type C21 = Compose<Immortal<Plain>, ZeroWord, Shape, Exact, InWord, SelfTag, Pool, false, true, true, Index>;
/// Row 22.
pub type C22 = Compose<Immortal<Saturating>, OneWord, Merged, Spare, InTable, NanBox, Bump, false, true, true, Pointer>;
/// Row 23.
pub type C23 = Compose<Immortal<Saturating>, TwoWord, Shape, Exact, InWord, SelfTag, System, true, false, false, Index>;
/// Row 24.
pub type C24 = Compose<Immortal<Saturating>, ZeroWord, Inline, Exact, InWord, Tagged, Pool8, true, true, false, Pointer>;
/// Row 25.
pub type C25 = Compose<Immortal<Saturating>, ZeroWord, Split, Exact, InWord, Boxed, Pool, true, false, true, Index>;
/// Row 26.
pub type C26 = Compose<Immortal<Packed>, ZeroWord, Inline, Exact, InTable, NanBox, Pool8, true, true, false, Index>;
/// Row 27.
pub type C27 = Compose<Immortal<Packed>, ZeroWord, Merged, Spare, InTable, Tagged, Pool, true, false, false, Index>;
/// Row 28.
pub type C28 = Compose<Immortal<Packed>, ZeroWord, Shape, Exact, InTable, SelfTag, Pool, true, true, true, Index>;
/// Row 29.
pub type C29 = Compose<Immortal<Packed>, ZeroWord, Split, Exact, InTable, Boxed, Pool8, false, true, true, Index>;

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
            c21 "c21" = $crate::covering::C21;
            c22 "c22" = $crate::covering::C22;
            c23 "c23" = $crate::covering::C23;
            c24 "c24" = $crate::covering::C24;
            c25 "c25" = $crate::covering::C25;
            c26 "c26" = $crate::covering::C26;
            c27 "c27" = $crate::covering::C27;
            c28 "c28" = $crate::covering::C28;
            c29 "c29" = $crate::covering::C29;
        }
    };
}
