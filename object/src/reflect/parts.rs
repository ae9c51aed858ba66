//! `Facts`: what is true of an object under every layout; and its bytes under a layout, part by part.
//!
//! An object takes one or more *blocks*: its cell, a block of attribute values where the layout keeps them outside, a buffer that its
//! payload owns. Each part says in which block it is, where it begins there, how long it is, and whose decision it was.
use super::Numbers;

/// What is true of an object under every layout.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub struct Facts {
    /// The collector knows objects of its type.
    pub gc: bool,
    /// Its type can be weakly referenced.
    pub weakref: bool,
    /// Its attributes, if it has any storage for them.
    pub attrs: Option<Attributes>,
    /// Bytes of the payload, `__slots__` included.
    pub payload: usize,
    /// Number of `__slots__` among them.
    pub slots: usize,
    /// The buffer that the payload owns.
    pub buffer: Option<Buffer>,
    /// Value policies under which there is no such object: the word is the value.
    pub immediate: Vec<String>,
}

/// Attribute storage of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub struct Attributes {
    /// Names that its class has for its instances.
    pub names: usize,
    /// Attributes set, outside a dict.
    pub set: usize,
    /// It has a dict (an object of its own).
    pub dict: bool,
    /// Values can stand behind the payload: its size is the class's.
    pub sized: bool,
    /// Slots that it was found with.
    pub found: Option<Found>,
}

/// Slots of a real instance: those of steady state are what [`Numbers::capacity`] says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub struct Found {
    /// In its cell.
    pub cell: usize,
    /// In a block outside it, if there is one.
    pub block: Option<usize>,
}

/// A buffer of the heap that a payload owns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub struct Buffer {
    /// Asked for.
    pub bytes: usize,
    /// Filled; the rest waits for items to come.
    pub used: usize,
}

/// Some bytes of an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The block: 0 is the object's cell.
    pub block: usize,
    /// Where in the block.
    pub offset: usize,
    /// How many.
    pub bytes: usize,
    /// The axis, or `payload`, `value`, `buffer`.
    pub owner: &'static str,
    /// What they are.
    pub what: &'static str,
    /// They hold nothing of the program's: order of attributes, spare and dead slots, room, rounding.
    pub loss: bool,
}

struct Parts<'a> {
    numbers: &'a Numbers,
    parts: Vec<Part>,
    block: usize,
    at: usize,
}

impl Parts<'_> {
    fn put(&mut self, owner: &'static str, what: &'static str, bytes: usize) {
        self.add(owner, what, bytes, false);
    }
    fn lose(&mut self, owner: &'static str, what: &'static str, bytes: usize) {
        self.add(owner, what, bytes, true);
    }
    fn add(&mut self, owner: &'static str, what: &'static str, bytes: usize, loss: bool) {
        if bytes > 0 {
            self.parts.push(Part { block: self.block, offset: self.at, bytes, owner, what, loss });
        }
        self.at += bytes;
    }
    /// Ends a block: what the allocator adds.
    fn end(&mut self) {
        let cell = (self.numbers.alloc.cell)(self.at);
        self.lose("alloc", "rounding", cell - self.at);
        self.block += 1;
        self.at = 0;
    }
    /// `bytes` of slots, `set` of them in use, with the order of attributes before them, or what it leaves over after them.
    fn values(&mut self, bytes: usize, before: usize, capacity: usize, set: usize, why: &'static str) {
        self.lose("slots", if self.block == 0 { "numbers of slots" } else { "order of attributes" }, before);
        self.put("value", "attribute values", set.min(capacity) * 8);
        self.lose("slots", why, capacity.saturating_sub(set) * 8);
        self.lose("slots", "order of attributes", bytes - before - capacity * 8);
    }
}

impl Facts {
    /// The object's parts under a layout, block by block and from the lowest address up; none if it is no object there.
    pub fn parts(&self, n: &Numbers) -> Vec<Part> {
        if self.immediate.iter().any(|policy| policy == n.value) {
            return Vec::new();
        }
        let mut p = Parts { numbers: n, parts: Vec::new(), block: 0, at: 0 };
        let (in_cell, outside) = self.attrs.map_or((None, None), |a| a.capacities(n));
        let values = in_cell.map_or(0, n.attrs.cell_block);
        let words = match self.attrs {
            Some(a) if n.attrs.shapes => !a.sized as usize * 8,
            Some(_) => n.attrs.words * 8,
            None => 0,
        };
        let prefix = if self.weakref { n.weakref.1 } else { 0 } + words + if self.gc { n.gc.bytes } else { 0 };
        if self.gc && prefix + n.header() + self.payload + values > instar_alloc::SMALL_MAX {
            p.put("gc", "links of a large object", n.gc.large);
        }
        if self.weakref {
            p.put("weakref", "first weak reference", n.weakref.1);
        }
        match (words, n.attrs.in_cell) {
            (0, _) => {}
            (8, true) => p.put("attrs", "dict", 8),
            (8, false) => p.put("attrs", "values or dict", 8),
            _ => {
                p.put("attrs", "values", 8);
                p.put("attrs", "dict", words - 8);
            }
        }
        if self.gc && n.gc.bytes > 0 {
            p.put("gc", "next", 8);
            p.put("gc", "previous", n.gc.bytes - 8);
        }
        p.put("rc", "count", n.count.bytes);
        p.put("type", n.ty.0, n.ty.1);
        p.lose("type", "nobody's", n.header() - n.count.bytes - n.ty.1);
        p.put("payload", "payload", self.payload - self.slots * 8);
        p.put("payload", "slots", self.slots * 8);
        let set = self.attrs.map_or(0, |a| a.set);
        if let Some(capacity) = in_cell {
            let (set, why) = match self.attrs {
                Some(a) if a.dict || outside.is_some() => (0, "slots given up"),
                _ => (set, "spare slots"),
            };
            if n.attrs.shapes && why == "slots given up" {
                p.put("attrs", "dict or values", 8);
                p.lose("slots", why, values - 8);
            } else {
                // As CPython: 8 bytes of numbers before them, and their order after them.
                p.values(values, if n.attrs.exact { 0 } else { 8 }, capacity, set, why);
            }
        }
        p.end();
        if let Some(capacity) = outside {
            let bytes = (n.attrs.block)(capacity);
            p.values(bytes, bytes - capacity * 8, capacity, set, "spare slots");
            p.end();
        }
        if let Some(buffer) = self.buffer {
            p.put("buffer", "items", buffer.used);
            p.lose("buffer", "room", buffer.bytes - buffer.used);
            p.end();
        }
        p.parts
    }
    /// Bytes under a layout: asked for, and of the cells.
    pub fn sizes(&self, n: &Numbers) -> super::Sizes {
        let mut sizes = super::Sizes { requested: 0, cell: 0 };
        for part in self.parts(n) {
            sizes.cell += part.bytes;
            if part.owner != "alloc" {
                sizes.requested += part.bytes;
            }
        }
        sizes
    }
}

impl Attributes {
    /// Slots in the cell, and in a block outside it; none where there is no such place.
    fn capacities(&self, n: &Numbers) -> (Option<usize>, Option<usize>) {
        let behind = n.attrs.in_cell && self.sized;
        if let Some(found) = self.found {
            return (behind.then_some(found.cell), found.block);
        }
        let capacity = n.capacity(self.names);
        if behind {
            return (Some(capacity), None);
        }
        // CPython's instances of types of changing size have a dict, or nothing.
        let nothing = self.dict || if n.attrs.exact { self.set == 0 } else { n.attrs.in_cell };
        (None, (!nothing).then_some(capacity))
    }
}
