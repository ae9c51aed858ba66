//! A census: every live object that can be reached, and what is true of it under every layout.
//!
//! It begins with the objects that the collector knows and with those that the caller names, and follows references. Objects that only
//! native code holds (a string in a table of its own, the words of a running frame) are not found unless the caller names them.
use super::{Attributes, Facts, Found};
use crate::attrs;
use crate::collect::trace_object;
use crate::death::{exhume, payload_bytes};
use crate::handle::Owned;
use crate::header::ObjPtr;
use crate::heap::Heap;
use crate::layout::{Layout, Plan};
use crate::types::TypeFlags;
use crate::word::Word;
use std::collections::HashSet;

/// What a census comes upon.
pub enum Seen<L: Layout> {
    /// An object; each once.
    Object(ObjPtr<L>),
    /// A reference to no object: an immediate value. As often as it is stored.
    Immediate(Word<L>),
}

/// The facts of a live, complete object, with the slots that it has. `immediate` is left empty: what values are is not known here.
pub fn facts<L: Layout>(obj: ObjPtr<L>) -> Facts {
    let info = obj.info();
    let flags = info.flags.get();
    let mut attributes = None;
    let mut tail = 0;
    if flags.contains(TypeFlags::ATTRS) {
        let (cell, block) = attrs::capacities(obj);
        let keys = info.shared_keys.get();
        attributes = Some(Attributes {
            // SAFETY: the type's keys live as long as the type.
            names: if keys.is_null() { 0 } else { unsafe { (*keys).len() } },
            set: attrs::len(obj),
            dict: attrs::has_dict(obj),
            sized: info.is_sized(),
            found: Some(Found { cell, block }),
        });
        tail = if flags.contains(TypeFlags::VALUES) { attrs::tail_bytes(obj, info) } else { 0 };
    }
    // SAFETY: the object is complete.
    let (payload, buffer) = unsafe {
        (payload_bytes(obj, info, flags), info.vtable.buffer.map(|buffer| buffer(obj.payload())))
    };
    Facts {
        gc: flags.contains(TypeFlags::GC),
        weakref: flags.contains(TypeFlags::WEAKREF),
        attrs: attributes,
        payload: payload - tail,
        slots: info.slots_len as usize,
        buffer: buffer.filter(|buffer| buffer.bytes > 0),
        immediate: Vec::new(),
    }
}

impl<L: Layout> Heap<L> {
    /// Gives back the cells of the dead that had to stay linked (`gc-one-word`): else they wait for a collection, or for more of their
    /// kind. Gives the bytes that they had asked for, and their number. Does nothing inside a collection.
    pub fn free_tombstones(&self) -> (usize, usize) {
        self.release_all_queued();
        let (before, mut cells) = (self.requested_bytes(), 0);
        if !self.gc_is_collecting() {
            for generation in 0..3 {
                // SAFETY: no collection runs, and a sweep gives tombstones.
                unsafe {
                    self.collector.sweep(generation, &mut |node| {
                        cells += 1;
                        exhume(self, node);
                    });
                }
            }
        }
        (before - self.requested_bytes(), cells)
    }
    /// Shows every object that can be reached from `roots` and from the objects that the collector knows, and every immediate value
    /// that they hold. Free lists are emptied first; with [`Heap::free_tombstones`] before it, the measures of the heap count what lives.
    pub fn census(&self, roots: &[Word<L>], see: &mut dyn FnMut(Seen<L>)) {
        self.release_all_queued();
        self.flush_free_lists();
        let tracked: Vec<Owned<L>> = self.gc_objects(None);
        let mut open: Vec<Word<L>> = tracked.iter().map(Owned::word).collect();
        let mut known: HashSet<usize> = HashSet::new();
        for &root in roots {
            if !root.is_null() {
                open.push(root);
            }
        }
        while let Some(word) = open.pop() {
            if !word.is_ptr() {
                see(Seen::Immediate(word));
                continue;
            }
            let obj = word.ptr();
            if !known.insert(obj.addr()) {
                continue;
            }
            see(Seen::Object(obj));
            // SAFETY: live objects are complete at safe points.
            unsafe { trace_object(obj, |word| open.push(word)) }
            let ty = obj.ty();
            if !known.contains(&ty.addr()) {
                open.push(Word::from_ptr(ty));
            }
            let keys = ty.as_info().shared_keys.get();
            // SAFETY: the type's keys live as long as the type.
            if let Some(keys) = unsafe { keys.as_ref() } {
                open.extend((0..keys.len()).map(|slot| keys.name(slot)).filter(|name| !known.contains(&name.ptr().addr())));
            }
        }
    }
}

/// Bytes of the object's blocks as they are, asked for: the check of [`Facts::sizes`].
pub fn requested<L: Layout>(obj: ObjPtr<L>) -> usize {
    let info = obj.info();
    let flags = info.flags.get();
    // SAFETY: the object is complete.
    let bytes = unsafe { info.prefix_bytes as usize + Plan::<L>::HEADER + payload_bytes(obj, info, flags) };
    let links = if flags.contains(TypeFlags::GC) { crate::gc_words::before::<L>(bytes) } else { 0 };
    let outside = if flags.contains(TypeFlags::ATTRS) { attrs::capacities(obj).1.map_or(0, attrs::outside_bytes::<L>) } else { 0 };
    // SAFETY: as above.
    let buffer = info.vtable.buffer.map_or(0, |buffer| unsafe { buffer(obj.payload()).bytes });
    links + bytes + outside + buffer
}
