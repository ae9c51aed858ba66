//! `instar-object`: one object = count x type word x GC words x attributes x weak references x value x allocator.
//!
//! The leaves (`instar-refcount`, `instar-gc`, `instar-alloc`) bring the policies; this crate composes them into a
//! [`Layout`], and builds handles, the heap, instance attributes and the storage of dicts and sets on it. It knows no
//! Python type: comparisons, hashes and finalizers come from the interpreter.
//!
//! # API notes
//! - [`ObjPtr`]'s methods are safe to call but an `ObjPtr` is only as good as the handle that keeps its object alive.
//! - [`attrs::set`] gives the value back in `NeedsDict` and `Dict` (it cannot keep it there).
//! - Under `slots-exact` an instance may have fewer slots than its class has names: use [`attrs::load`] and
//!   [`attrs::replace`] with a slot from [`attrs::index`] in specialised code; they fold to the bare load where the
//!   layout allows it. `*attrs::values(obj).add(slot)` alone is right only below [`attrs::capacity`].
//! - Release order of an instance is CPython's `subtype_dealloc`: finalizer, weak references, `__slots__`, attributes,
//!   payload, type.
//! - A [`WeakRefBody`] detaches itself and drops its callback when it is dropped. A callback is moved out of the body
//!   when it is queued, so `callback()` is `NULL` afterwards, as `__callback__` is `None` in CPython.
//! - `TypeFlags::ATTRS` adds `GC`. A type with `LEAF` has no other part.
//! - For objects whose type is known to fit a [`Shape`] use [`Heap::alloc_known`]; it asks the type nothing.
//! - [`Heap::attach`] / [`Heap::leave`] are `enter` without a guard.
//! - [`Heap::set_str_type`] lets dicts with string keys only store 16-byte entries without hashes.
//! - [`Heap::release_leaf`] frees a value of known leaf type inline. [`DictTable::value_unchecked`] is one add and one load.
//! - `DictTable::lookup` of the design is the free function [`dict::lookup`]; for sets it is [`SetTable::lookup`].
//! - `__slots__` words end the payload. The first field of a type object's payload is its [`TypeInfo`], which frees the
//!   shared keys when it is dropped.
//! - `gc_objects`, `gc_referrers`, `gc_referents`, `gc_freeze` and their kin are methods of [`Heap`].
//! - `// DIFF:` where two objects of one dying container share a child, the child's finalizer may be queued earlier than
//!   CPython would call it: the container's references all go at once (`death.rs`). Trees keep CPython's order.
//! - A type's cells go to a free list if its [`TypeInfo`] says so ([`FreeList`], `with_free_list`); the interpreter
//!   chooses ids and caps, the layout chooses whether lists exist.
//!
//! # Testing
//! Every test is generic over [`for_each_layout!`]: `cargo test -p instar-object` runs all layouts in one build, whatever
//! its features; pairs of choices that no preset has are in [`for_each_covering_layout!`]. `tests/prop_heap.rs` runs random scripts on a heap and on the model of `testing`, `tests/tables.rs` does so for dicts,
//! sets, vectors and attributes, `tests/sizes.rs` counts bytes. With AddressSanitizer (layouts on the system allocator see it best;
//! objects that are stuck on purpose are leaks):
//! ```text
//! ASAN_OPTIONS=detect_leaks=0 RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address \
//!     cargo test -p instar-object --tests --target x86_64-unknown-linux-gnu
//! ```
//!
//! # Features for users of the crate
//! `testing` adds a module of that name: the model as tests of any layout (`laws!`), and a small world of objects. `derive` adds
//! `#[derive(Trace)]` beside [`trace!`]. All other features choose the layout [`Active`].

pub mod attrs;
mod bufvec;
mod cells;
mod collect;
pub mod covering;
mod dead_list;
mod death;
pub mod dict;
mod fields;
mod gc_words;
mod handle;
mod header;
mod heap;
mod known;
pub mod layout;
mod loop_words;
mod measure;
pub mod presets;
pub mod reflect;
pub mod select;
pub mod stats;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
pub mod type_word;
mod types;
pub mod value;
pub mod weak;
mod word;

pub use attrs::{AttrDelete, AttrGet, AttrSet, SharedKeys};
pub use bufvec::BufVec;
pub use collect::{CollectHost, CollectReport, Scheme};
pub use dict::{DictTable, Probe, SetTable, Step};
#[doc(hidden)]
pub use fields::size_of_field;
pub use fields::{Buffered, Described, Field};
pub use gc_words::{AllocPolicy, GcPolicy, ZeroWord};
pub use handle::{Borrowed, Owned};
pub use header::{HEADER, Header, ObjPtr};
pub use heap::{AllocError, Entered, Event, Heap, HeapOptions};
pub use layout::{Compose, Layout};
pub use measure::MemStats;
pub use select::Active;
pub use stats::Counters;
#[cfg(feature = "derive")]
pub use instar_object_derive::{Trace, TraceField};
pub use trace::{Trace, TraceField};
pub use types::{End, FREE_LISTS, FreeList, Shape, TAIL, TypeFlags, TypeInfo, VTable, Words};
pub use weak::WeakRefBody;
pub use word::Word;

pub use instar_alloc::Cells;
pub use instar_gc::{GcHeader, GenerationStats};
pub use instar_refcount::CountWord;
