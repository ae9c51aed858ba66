//! `Numbers`: what a layout's types say about bytes, as values. Two layouts with the same numbers give every object the same bytes.
//!
//! Numbers come from a [`Layout`] and from nowhere else. [`combinations`] puts the policies of the listed layouts together anew: what
//! nobody has named, or built, has its numbers, too. What an object's parts are is in `parts.rs`.
use super::LAYOUTS;
use crate::attrs::{self, AttrsPolicy, MAX_KEYS, SlotPolicy};
use crate::gc_words::before;
use crate::layout::{Layout, Plan, header, objection, objection_to_index};
use crate::type_word::TypePolicy;
use crate::value::ValueRepr;
use crate::weak::WeakPolicy;
use instar_alloc::{Cells, SMALL_MAX};
use instar_gc::GcHeader;
use instar_refcount::CountWord;

/// The count word.
#[derive(Clone, Copy, Debug)]
pub struct CountNumbers {
    /// Name of the policy.
    pub name: &'static str,
    /// Bytes of the word.
    pub bytes: usize,
    /// Whether the word has bits to spare for other policies.
    pub spare_bits: bool,
    /// Whether it shares its eight bytes with the type.
    pub packed: bool,
}

/// The words of the collector.
#[derive(Clone, Copy, Debug)]
pub struct GcNumbers {
    /// Name of the policy.
    pub name: &'static str,
    /// Bytes before the header.
    pub bytes: usize,
    /// Bytes before the cell of an object that is too large for a page.
    pub large: usize,
    /// Whether it needs spare bits of the count word.
    pub needs_scratch: bool,
    /// Bytes of each page that it needs.
    pub page_bytes: usize,
}

/// Where attributes live, and how many slots there are for them.
#[derive(Clone, Copy, Debug)]
pub struct AttrsNumbers {
    /// Name of the attribute policy.
    pub name: &'static str,
    /// Name of the slot policy.
    pub slots: &'static str,
    /// Words before the header.
    pub words: usize,
    /// Whether values are in the instance's cell.
    pub in_cell: bool,
    /// Whether there is no slot too many.
    pub exact: bool,
    /// Whether the type's index says where values are, so that only types of changing size have a word.
    pub shapes: bool,
    /// Bytes of so many slots in the instance's cell.
    pub cell_block: fn(usize) -> usize,
    /// Bytes of a block of so many slots outside it.
    pub block: fn(usize) -> usize,
}

/// The allocator.
#[derive(Clone, Copy, Debug)]
pub struct AllocNumbers {
    /// Name of the policy.
    pub name: &'static str,
    /// Bytes that a request occupies.
    pub cell: fn(usize) -> usize,
    /// Bytes of each page that are the user's.
    pub side: usize,
}

/// What decides the bytes of objects, axis by axis. Elision, free lists and the release of objects change none and are not here.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    /// The count word.
    pub count: CountNumbers,
    /// The collector.
    pub gc: GcNumbers,
    /// Attributes and slots.
    pub attrs: AttrsNumbers,
    /// Name of the weak-reference policy, and bytes of its word.
    pub weakref: (&'static str, usize),
    /// Name of the value policy.
    pub value: &'static str,
    /// The allocator.
    pub alloc: AllocNumbers,
    /// Name of the type policy, and bytes of the header that it uses.
    pub ty: (&'static str, usize),
}

impl Numbers {
    /// The numbers of a layout.
    pub fn of<L: Layout>() -> Self {
        Numbers {
            count: CountNumbers { name: L::Rc::NAME, bytes: size_of::<L::Rc>(), spare_bits: L::Rc::EXTRA_BITS, packed: !L::Rc::LINKS },
            gc: GcNumbers {
                name: L::Gc::NAME,
                bytes: Plan::<L>::GC,
                large: before::<L>(SMALL_MAX + 1),
                needs_scratch: L::Gc::NEEDS_SCRATCH,
                page_bytes: L::Gc::PAGE_BYTES,
            },
            attrs: AttrsNumbers {
                name: L::Attrs::NAME,
                slots: L::Slots::NAME,
                words: L::Attrs::WORDS,
                in_cell: L::Attrs::INLINE,
                exact: L::Slots::EXACT,
                shapes: L::Attrs::SHAPES,
                cell_block: attrs::cell_bytes::<L>,
                block: attrs::outside_bytes::<L>,
            },
            weakref: (L::Weak::NAME, Plan::<L>::WEAK),
            value: L::Value::NAME,
            alloc: AllocNumbers { name: L::Alloc::NAME, cell: L::Alloc::cell_size, side: L::Alloc::SIDE },
            ty: (L::Type::NAME, L::Type::BYTES),
        }
    }
    /// Why the policies cannot work together, if they cannot.
    pub fn objection(&self) -> Option<&'static str> {
        let one_word = self.gc.page_bytes != 0 && self.weakref.1 == 0;
        objection(self.count.spare_bits, self.weakref.1 != 0, self.gc.needs_scratch, self.alloc.side >= self.gc.page_bytes)
            .or(objection_to_index(self.count.packed, one_word, self.attrs.shapes, self.attrs.exact, self.ty.1 == 4))
    }
    /// Bytes of the header.
    pub fn header(&self) -> usize {
        header(self.count.bytes, self.ty.1)
    }
    /// The policies by name, axis by axis.
    pub fn axes(&self) -> [(&'static str, &'static str); 8] {
        [
            ("rc", self.count.name),
            ("gc", self.gc.name),
            ("attrs", self.attrs.name),
            ("slots", self.attrs.slots),
            ("weakref", self.weakref.0),
            ("value", self.value),
            ("alloc", self.alloc.name),
            ("type", self.ty.0),
        ]
    }
    /// The policies that decide bytes, spelt out: what two layouts have in common whose objects are alike.
    pub fn name(&self) -> String {
        self.axes().map(|(axis, policy)| format!("{axis}={policy}")).join(" ")
    }
    /// Slots of an instance whose class has `names` attribute names, in steady state.
    pub fn capacity(&self, names: usize) -> usize {
        if self.attrs.shapes {
            return names.max(1);
        }
        if self.attrs.exact { names } else { (names + 1).min(MAX_KEYS) }
    }
}

/// Every combination of the policies in [`LAYOUTS`] that can work: attributes go with the slot policies that some layout has them
/// with. Three axes are not told apart, because they change no byte: elision, free lists, release.
pub fn combinations() -> Vec<Numbers> {
    let all: Vec<Numbers> = LAYOUTS.iter().map(|entry| (entry.numbers)()).collect();
    // An allocator that has room on its pages under some layout can have it under any.
    let mut allocs = distinct(&all, |n| n.alloc, |a| (a.name, ""));
    for alloc in &mut allocs {
        alloc.side = all.iter().filter(|n| n.alloc.name == alloc.name).map(|n| n.alloc.side).max().unwrap_or(0);
    }
    let mut out = Vec::new();
    for count in distinct(&all, |n| n.count, |c| (c.name, "")) {
        for gc in distinct(&all, |n| n.gc, |g| (g.name, "")) {
            for attrs in distinct(&all, |n| n.attrs, |a| (a.name, a.slots)) {
                for weakref in distinct(&all, |n| n.weakref, |w| (w.0, "")) {
                    for value in distinct(&all, |n| n.value, |v| (v, "")) {
                        for &alloc in &allocs {
                            for ty in distinct(&all, |n| n.ty, |t| (t.0, "")) {
                                let numbers = Numbers { count, gc, attrs, weakref, value, alloc, ty };
                                if numbers.objection().is_none() {
                                    out.push(numbers);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    out
}

/// What the layouts have on one axis, each once, in their order.
fn distinct<T: Copy>(all: &[Numbers], get: impl Fn(&Numbers) -> T, key: impl Fn(&T) -> (&'static str, &'static str)) -> Vec<T> {
    let mut out: Vec<T> = Vec::new();
    for item in all.iter().map(get) {
        if !out.iter().any(|other| key(other) == key(&item)) {
            out.push(item);
        }
    }
    out
}
