//! Layouts as data: the bytes of an object under every layout of `for_each_layout!`, part by part, computed from the types.
//! Available in any build; nothing is measured here. What a layout says in numbers is in `numbers.rs`, the parts of an object in
//! `parts.rs`; what a real heap holds is found out in `census.rs`.
mod census;
mod numbers;
mod parts;

pub use census::{Seen, facts, requested};
pub use numbers::{AllocNumbers, AttrsNumbers, CountNumbers, GcNumbers, Numbers, combinations};
pub use parts::{Attributes, Buffer, Facts, Found, Part};

use crate::attrs;
use crate::layout::Layout;
use crate::value::{Boxed, NanBox, SelfTag, Tagged, ValueRepr};

/// Bytes of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sizes {
    /// Asked for.
    pub requested: usize,
    /// Occupied by the cells.
    pub cell: usize,
}

/// One layout's instance.
#[derive(Clone, Debug)]
pub struct Row {
    /// Name in [`LAYOUTS`].
    pub layout: &'static str,
    /// The axes spelt out.
    pub axes: String,
    /// Asked for.
    pub requested: usize,
    /// Occupied by the cells.
    pub cell: usize,
    /// Who owns which bytes, block by block, from the lowest address up. Rounding by the allocator comes last in each.
    pub parts: Vec<Part>,
}

/// An instance with `k` attributes of an ordinary class (dict and weak references allowed) in steady state: the class has had
/// enough instances that CPython's spare slots are down to one.
pub fn instance(k: usize) -> Facts {
    let k = k.min(attrs::MAX_KEYS);
    let attributes = Attributes { names: k, set: k, dict: false, sized: true, found: None };
    Facts { gc: true, weakref: true, attrs: Some(attributes), ..Facts::default() }
}

/// Such an instance under a layout.
pub fn row<L: Layout>(layout: &'static str, k: usize) -> Row {
    let (facts, numbers) = (instance(k), Numbers::of::<L>());
    let Sizes { requested, cell } = facts.sizes(&numbers);
    Row { layout, axes: L::name(), requested, cell, parts: facts.parts(&numbers) }
}

/// The value policies whose words hold this integer, by name.
pub fn immediate_int(i: i64) -> Vec<String> {
    fn of<V: ValueRepr>(i: i64) -> Option<String> {
        V::encode(i).map(|_| V::NAME.to_owned())
    }
    [of::<Boxed>(i), of::<Tagged>(i), of::<SelfTag>(i), of::<NanBox>(i)].into_iter().flatten().collect()
}
/// The value policies whose words hold this float, by name.
pub fn immediate_float(x: f64) -> Vec<String> {
    fn of<V: ValueRepr>(x: f64) -> Option<String> {
        V::encode_float(x).map(|_| V::NAME.to_owned())
    }
    [of::<Boxed>(x), of::<Tagged>(x), of::<SelfTag>(x), of::<NanBox>(x)].into_iter().flatten().collect()
}

/// One layout of the list.
#[derive(Clone, Copy)]
pub struct LayoutEntry {
    /// Name: a preset, or the features of a step.
    pub name: &'static str,
    /// The axes spelt out.
    pub axes: fn() -> String,
    /// What decides the bytes of objects.
    pub numbers: fn() -> Numbers,
    /// Bytes of an instance with so many attributes.
    pub row: fn(&'static str, usize) -> Row,
}

macro_rules! entries {
    ($($name:ident $text:literal = $layout:ty;)*) => {
        /// Presets and single steps between them, by name, in ladder order.
        pub const LAYOUTS: &[LayoutEntry] =
            &[ $( LayoutEntry { name: $text, axes: <$layout as Layout>::name, numbers: Numbers::of::<$layout>, row: row::<$layout> } ),* ];
    };
}
mod list {
    use super::*;
    macro_rules! and_bounds { ($($layouts:tt)*) => { crate::for_each_bound!(entries [$($layouts)*]); } }
    crate::for_each_layout!(and_bounds);
}
pub use list::LAYOUTS;

/// The names of the axis policies that layouts in the list use: `axis=policy`.
pub fn policies() -> Vec<String> {
    let mut out = Vec::new();
    for (axis, policy) in LAYOUTS.iter().flat_map(|entry| (entry.numbers)().axes()) {
        let text = format!("{axis}={policy}");
        if !out.contains(&text) {
            out.push(text);
        }
    }
    out
}

/// Bytes of an instance with `k` attributes under a layout of the list.
pub fn instance_bytes(layout: &str, k: usize) -> Option<Sizes> {
    let entry = LAYOUTS.iter().find(|e| e.name == layout)?;
    Some(instance(k).sizes(&(entry.numbers)()))
}

/// All layouts of the list, for an instance with `k` attributes.
pub fn ladder(k: usize) -> Vec<Row> {
    LAYOUTS.iter().map(|e| (e.row)(e.name, k)).collect()
}
