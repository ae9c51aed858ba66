//! The order of an `OrderedDict`: a doubly linked list of its keys, apart from the dict's own order.
//!
//! A node is found by the very key object that the dict holds, so moving and removing a key cost the same wherever it stands.
//! Not here: the methods (`ordered_dict.rs`), the iterators (`odict_iter.rs`).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use instar_object::{TraceField, Word};
use instar_vm::object::Guarded;
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, Owned, PyResult, Vm};

/// No node.
pub const NONE: u32 = u32::MAX;

struct Node {
    /// The dict's key object; empty while the node is free.
    key: Option<Owned>,
    hash: i64,
    before: u32,
    /// The next node; of a free node the next free one.
    after: u32,
}

/// Spreads addresses, which have low bits in common.
#[derive(Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 { self.0 }
    fn write(&mut self, bytes: &[u8]) { for b in bytes { self.write_u64(u64::from(*b)) } }
    fn write_u64(&mut self, word: u64) { self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26) }
    fn write_usize(&mut self, word: usize) { self.write_u64(word as u64) }
}

/// The list.
pub struct Order {
    nodes: Vec<Node>,
    index: HashMap<usize, u32, BuildHasherDefault<WordHasher>>,
    first: u32,
    last: u32,
    free: u32,
    /// Counts additions, removals and moves.
    changes: u64,
}

impl Default for Order {
    fn default() -> Order { Order { nodes: Vec::new(), index: HashMap::default(), first: NONE, last: NONE, free: NONE, changes: 0 } }
}

// SAFETY: visits each key that a node owns once; the index owns nothing.
unsafe impl TraceField for Order {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { for key in self.nodes.iter().filter_map(|n| n.key.as_ref()) { visit(key.word()) } }
    fn clear_field(&mut self) { drop(std::mem::take(self)) }
}

impl Order {
    fn name(key: &Owned) -> usize { key.word().raw() as usize }
    /// First (or last) node.
    pub fn end(&self, last: bool) -> u32 { if last { self.last } else { self.first } }
    /// The neighbour of a node.
    pub fn beside(&self, node: u32, after: bool) -> u32 {
        let n = &self.nodes[node as usize];
        if after { n.after } else { n.before }
    }
    /// The key of a node in the list, and its hash.
    pub fn key(&self, node: u32) -> (Owned, i64) {
        let n = &self.nodes[node as usize];
        (n.key.clone().expect("law: only nodes in the list are named"), n.hash)
    }
    /// The node of the dict's key object.
    pub fn find(&self, key: &Owned) -> u32 { self.index.get(&Self::name(key)).copied().unwrap_or(NONE) }
    /// Number of changes so far.
    pub fn changes(&self) -> u64 { self.changes }
    /// Bytes held.
    pub fn bytes(&self) -> usize { self.nodes.capacity() * size_of::<Node>() + self.index.capacity() * size_of::<(usize, u32)>() }

    fn link(&mut self, node: u32, last: bool) {
        let (before, after) = if last { (self.last, NONE) } else { (NONE, self.first) };
        let n = &mut self.nodes[node as usize];
        (n.before, n.after) = (before, after);
        match before { NONE => self.first = node, b => self.nodes[b as usize].after = node }
        match after { NONE => self.last = node, a => self.nodes[a as usize].before = node }
        self.changes = self.changes.wrapping_add(1);
    }
    fn unlink(&mut self, node: u32) {
        let (before, after) = (self.nodes[node as usize].before, self.nodes[node as usize].after);
        match before { NONE => self.first = after, b => self.nodes[b as usize].after = after }
        match after { NONE => self.last = before, a => self.nodes[a as usize].before = before }
        self.changes = self.changes.wrapping_add(1);
    }
    /// Moves a node to an end.
    pub fn move_to(&mut self, node: u32, last: bool) {
        if self.end(last) != node {
            self.unlink(node);
            self.link(node, last);
        }
    }
    /// Adds a key that is not in the list at its end; `None` if memory is short.
    fn add(&mut self, key: Owned, hash: i64) -> Option<()> {
        self.index.try_reserve(1).ok()?;
        let node = match self.free {
            NONE => {
                self.nodes.try_reserve(1).ok()?;
                self.nodes.push(Node { key: None, hash: 0, before: NONE, after: NONE });
                u32::try_from(self.nodes.len() - 1).ok().filter(|n| *n != NONE)?
            }
            free => {
                self.free = self.nodes[free as usize].after;
                free
            }
        };
        self.index.insert(Self::name(&key), node);
        let n = &mut self.nodes[node as usize];
        (n.key, n.hash) = (Some(key), hash);
        self.link(node, true);
        Some(())
    }
    /// Takes a node out; its key is the caller's to drop.
    #[must_use]
    fn remove(&mut self, node: u32) -> Option<Owned> {
        self.unlink(node);
        let key = self.nodes[node as usize].key.take();
        if let Some(key) = &key { self.index.remove(&Self::name(key)); }
        self.nodes[node as usize].after = self.free;
        self.free = node;
        key
    }
}

/// Payload of the object that holds the order, in a slot of the dict which programs do not see.
#[derive(Default)]
pub struct PyOrder(pub Guarded<Order>);

// SAFETY: visits what the order visits.
unsafe impl instar_vm::object::Trace for PyOrder {
    fn trace(&self, visit: &mut dyn FnMut(Word)) { self.0.trace_field(visit) }
    fn clear(&mut self) { self.0.clear_field() }
}
instar_vm::fields! { PyOrder { 0 } }
payload!(PyOrder, "odict_order");

impl PyOrder {
    /// The node of a key that the dict may hold. May run `__eq__`.
    pub fn node(&self, vm: &mut Vm, dict: &PyDict, hash: i64, key: &Owned) -> PyResult<u32> {
        let Some(entry) = dict.find(vm, hash, key)? else { return Ok(NONE) };
        let held = dict.key_at(vm, entry);
        Ok(self.0.get(vm).find(&held))
    }
    /// Adds the key, which the dict holds, at the end unless it has a node.
    pub fn note(&self, vm: &mut Vm, dict: &PyDict, hash: i64, key: &Owned) -> PyResult<()> {
        let Some(entry) = dict.find(vm, hash, key)? else { return Ok(()) };
        let held = dict.key_at(vm, entry);
        if self.0.get(vm).find(&held) != NONE { return Ok(()) }
        match self.0.get_mut(vm).add(held, hash) { Some(()) => Ok(()), None => Err(vm.no_memory()) }
    }
    /// Takes a node out.
    pub fn forget(&self, vm: &mut Vm, node: u32) {
        let key = self.0.get_mut(vm).remove(node);
        drop(key);
    }
    /// Takes all nodes out.
    pub fn clear(&self, vm: &mut Vm) {
        let order = self.0.get_mut(vm);
        let changes = order.changes.wrapping_add(1);
        let old = std::mem::replace(order, Order { changes, ..Order::default() });
        drop(old);
    }
}
