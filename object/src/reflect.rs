//! Layouts as data: the bytes of an instance under every layout of `for_each_layout!`, part by part, computed from the types.
//! Available in any build; nothing is measured here.
use crate::attrs::{self, AttrsPolicy, SlotPolicy};
use crate::header::HEADER;
use crate::layout::{Layout, Plan};
use crate::type_word::TypePolicy;
use crate::weak::WeakPolicy;
use instar_alloc::Cells;
use instar_gc::GcHeader;
use instar_refcount::CountWord;

/// Bytes of an instance.
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
    /// Who owns which bytes, from the lowest address up: axis, part, bytes. Rounding by the allocator comes last.
    pub parts: Vec<(&'static str, &'static str, usize)>,
}

/// An instance with `k` attributes of an ordinary class (dict and weak references allowed) in steady state: the class has had
/// enough instances that CPython's spare slots are down to one.
pub fn row<L: Layout>(layout: &'static str, k: usize) -> Row {
    let k = k.min(attrs::MAX_KEYS);
    let mut parts = Vec::new();
    if L::Weak::WORD {
        parts.push(("weakref", "first weak reference", Plan::<L>::WEAK));
    }
    match L::Attrs::WORDS {
        1 if L::Attrs::INLINE => parts.push(("attrs", "dict", 8)),
        1 => parts.push(("attrs", "values or dict", 8)),
        _ => parts.extend([("attrs", "values", 8), ("attrs", "dict", 8)]),
    }
    match Plan::<L>::GC {
        0 => {}
        8 => parts.push(("gc", "next", 8)),
        _ => parts.extend([("gc", "next", 8), ("gc", "previous", 8)]),
    }
    parts.extend([("count", "count word", size_of::<L::Rc>()), ("type", L::Type::NAME, L::Type::BYTES)]);
    let unused = HEADER - size_of::<L::Rc>() - L::Type::BYTES;
    if unused > 0 {
        parts.push(("type", "nobody's", unused));
    }
    let object = Plan::<L>::WEAK + Plan::<L>::ATTRS + Plan::<L>::GC + HEADER;
    let capacity = if <L::Slots as SlotPolicy>::EXACT { k } else { (k + 1).min(attrs::MAX_KEYS) };
    let (mut requested, mut cell) = (object, L::Alloc::cell_size(object));
    if capacity > 0 {
        let block = attrs::block_bytes::<L>(capacity);
        requested += block;
        cell = if L::Attrs::INLINE { L::Alloc::cell_size(requested) } else { cell + L::Alloc::cell_size(block) };
        if block > capacity * 8 {
            parts.push(("slots", "order of attributes", block - capacity * 8));
        }
        if k > 0 {
            parts.push(("value", "attribute values", k * 8));
        }
        if capacity > k {
            parts.push(("slots", "spare slot", (capacity - k) * 8));
        }
    }
    if cell > requested {
        parts.push(("alloc", "rounding", cell - requested));
    }
    Row { layout, axes: L::name(), requested, cell, parts }
}

/// One layout of the list.
#[derive(Clone, Copy)]
pub struct LayoutEntry {
    /// Name: a preset, or the features of a step.
    pub name: &'static str,
    /// The axes spelt out.
    pub axes: fn() -> String,
    /// Bytes of an instance with so many attributes.
    pub row: fn(&'static str, usize) -> Row,
}

macro_rules! entries {
    ($($name:ident $text:literal = $layout:ty;)*) => {
        /// Presets and single steps between them, by name, in ladder order.
        pub const LAYOUTS: &[LayoutEntry] = &[ $( LayoutEntry { name: $text, axes: <$layout as Layout>::name, row: row::<$layout> } ),* ];
        /// The names of the axis policies that layouts in the list use: `axis=policy`.
        pub fn policies() -> Vec<String> {
            let mut out = Vec::new();
            $(
                type $name = $layout;
                for (axis, policy) in [
                    ("rc", <<$name as Layout>::Rc as CountWord>::NAME),
                    ("gc", <<$name as Layout>::Gc as GcHeader>::NAME),
                    ("attrs", <<$name as Layout>::Attrs as AttrsPolicy>::NAME),
                    ("slots", <<$name as Layout>::Slots as SlotPolicy>::NAME),
                    ("weakref", <<$name as Layout>::Weak as WeakPolicy>::NAME),
                    ("value", <<$name as Layout>::Value as crate::value::ValueRepr>::NAME),
                    ("alloc", <<$name as Layout>::Alloc as Cells>::NAME),
                    ("type", <<$name as Layout>::Type as TypePolicy>::NAME),
                ] {
                    let text = format!("{axis}={policy}");
                    if !out.contains(&text) {
                        out.push(text);
                    }
                }
            )*
            out
        }
    };
}
#[allow(non_camel_case_types)]
mod list {
    use super::*;
    macro_rules! and_bounds { ($($layouts:tt)*) => { crate::for_each_bound!(entries [$($layouts)*]); } }
    crate::for_each_layout!(and_bounds);
}
pub use list::{LAYOUTS, policies};

/// Bytes of an instance with `k` attributes under a layout of the list.
pub fn instance_bytes(layout: &str, k: usize) -> Option<Sizes> {
    let entry = LAYOUTS.iter().find(|e| e.name == layout)?;
    let row = (entry.row)(entry.name, k);
    Some(Sizes { requested: row.requested, cell: row.cell })
}

/// All layouts of the list, for an instance with `k` attributes.
pub fn ladder(k: usize) -> Vec<Row> {
    LAYOUTS.iter().map(|e| (e.row)(e.name, k)).collect()
}
