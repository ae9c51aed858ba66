//! The covering array covers: every pair of choices on two axes that a layout may have occurs in one of its rows.
use instar_object::attrs::{self, AttrsPolicy, SlotPolicy};
use instar_object::type_word::{Index, Pointer, TypePolicy};
use instar_object::value::{self, ValueRepr};
use instar_object::weak::{self, WeakPolicy};
use instar_object::{Cells, GcHeader, Layout, CountWord, reflect};
use std::collections::BTreeSet;

/// Choices by axis, named as layouts name them.
fn axes() -> Vec<(&'static str, Vec<&'static str>)> {
    use instar_alloc::{Bump, Pool, Pool8, System};
    use instar_gc::{OneWord, TwoWord};
    use instar_refcount::{Immortal, Packed, Plain, Saturating, Uncounted};
    vec![
        (
            "rc",
            vec![
                Plain::NAME,
                Saturating::NAME,
                Uncounted::NAME,
                Packed::NAME,
                <Immortal<Plain>>::NAME,
                <Immortal<Saturating>>::NAME,
                <Immortal<Packed>>::NAME,
            ],
        ),
        ("gc", vec![TwoWord::NAME, OneWord::NAME, "zero-word"]),
        ("attrs", vec![attrs::Split::NAME, attrs::Merged::NAME, attrs::Inline::NAME, attrs::Shape::NAME]),
        ("slots", vec![attrs::Spare::NAME, attrs::Exact::NAME]),
        ("weakref", vec![weak::InWord::NAME, weak::InTable::NAME]),
        ("value", vec![value::Boxed::NAME, value::Tagged::NAME, value::SelfTag::NAME, value::NanBox::NAME]),
        ("alloc", vec![System::NAME, Pool::NAME, Pool8::NAME, Bump::NAME]),
        ("elide", vec!["off", "static"]),
        ("freelists", vec!["off", "on"]),
        ("release", vec!["prompt", "queued"]),
        ("type", vec![Pointer::NAME, Index::NAME]),
    ]
}

fn choices<L: Layout>() -> Vec<&'static str> {
    vec![
        L::Rc::NAME,
        L::Gc::NAME,
        L::Attrs::NAME,
        L::Slots::NAME,
        L::Weak::NAME,
        L::Value::NAME,
        L::Alloc::NAME,
        if L::ELIDE { "static" } else { "off" },
        if L::FREE_LISTS { "on" } else { "off" },
        if L::QUEUED { "queued" } else { "prompt" },
        L::Type::NAME,
    ]
}

/// A plain count has no bits to spare, only pools have pages to walk, a packed count is for objects of one word, and shapes are indices
/// and have nothing to spare; every other set is legal.
fn is_legal(a: &str, b: &str) -> bool {
    ![(a, b), (b, a)].iter().any(|pair| {
        matches!(
            pair,
            ("plain", "one-word" | "zero-word" | "table")
                | ("zero-word", "system" | "bump")
                | ("shape", "cpython" | "pointer")
                | ("packed" | "packed+immortal", "two-word" | "one-word" | "word" | "pointer" | "system" | "bump")
        )
    })
}

#[test]
fn every_legal_pair_occurs() {
    let axes = axes();
    let mut rows = Vec::new();
    macro_rules! all { ($($name:ident $text:literal = $layout:ty;)*) => { $( rows.push(choices::<$layout>()); )* } }
    instar_object::for_each_covering_layout!(all);
    let mut seen = BTreeSet::new();
    for row in &rows {
        for (i, (name, known)) in axes.iter().enumerate() {
            assert!(known.contains(&row[i]), "{name}: {} is not in the list", row[i]);
            for j in i + 1..axes.len() {
                assert!(is_legal(row[i], row[j]), "{row:?}");
                seen.insert((i, row[i], j, row[j]));
            }
        }
    }
    for (i, (_, here)) in axes.iter().enumerate() {
        for (j, (_, there)) in axes.iter().enumerate().skip(i + 1) {
            for (a, b) in here.iter().flat_map(|a| there.iter().map(move |b| (a, b))) {
                assert!(!is_legal(a, b) || seen.contains(&(i, *a, j, *b)), "no row has {a} with {b}");
            }
        }
    }
    assert!(rows.len() <= 30, "a small array is quick to run");
}

/// Every policy that a layout in the list of presets uses takes part.
#[test]
fn every_policy_takes_part() {
    for policy in reflect::policies() {
        let (axis, name) = policy.split_once('=').unwrap();
        let known = axes().into_iter().find(|a| a.0 == axis).unwrap().1;
        assert!(known.contains(&name), "{policy} is missing in the covering array");
    }
}
