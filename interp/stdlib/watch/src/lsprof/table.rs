//! What a profiler counts: functions, who called whom, the calls under way.
//!
//! Not here: clocks, events, Python objects made of it.

use std::collections::HashMap;

use instar_object::{TraceField, Word};
use instar_vm::Owned;

/// What functions are told apart by: an address.
pub type Key = usize;

/// Numbers about a function, or about a function as called by another.
#[derive(Clone, Default)]
pub struct Counts {
    pub calls: i64,
    pub recursive: i64,
    pub total: i64,
    pub inline: i64,
    depth: i64,
}

impl Counts {
    fn add(&mut self, total: i64, inline: i64) {
        self.depth -= 1;
        if self.depth == 0 { self.total = self.total.wrapping_add(total) } else { self.recursive += 1 }
        self.inline = self.inline.wrapping_add(inline);
        self.calls += 1;
    }
}

struct Entry {
    what: Owned,
    counts: Counts,
    /// By the index of the function called.
    subcalls: HashMap<usize, Counts>,
}

/// A call under way.
struct Context { entry: usize, start: i64, inside: i64 }

/// All that was counted.
#[derive(Default)]
pub struct Table {
    by_key: HashMap<Key, usize>,
    keys: Vec<Key>,
    entries: Vec<Entry>,
    running: Vec<Context>,
}

// SAFETY: visits each owned handle once: the entries' functions.
unsafe impl TraceField for Table {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { for e in &self.entries { visit(e.what.word()) } }
    fn clear_field(&mut self) { drop(std::mem::take(self)) }
}

impl Table {
    /// No call is under way.
    pub fn is_idle(&self) -> bool { self.running.is_empty() }
    /// Whether the function has an entry.
    pub fn knows(&self, key: Key) -> bool { self.by_key.contains_key(&key) }
    /// The innermost call's function.
    pub fn innermost(&self) -> Option<Key> { self.running.last().map(|c| self.keys[c.entry]) }
    /// Forgets the innermost call.
    pub fn drop_innermost(&mut self) { self.running.pop(); }

    /// A call begins; its time is that of [`Table::begin`]. False if memory is short.
    #[must_use]
    pub fn enter(&mut self, key: Key, what: &Owned, subcalls: bool) -> bool {
        let short = self.by_key.try_reserve(1).is_err() || self.keys.try_reserve(1).is_err() || self.entries.try_reserve(1).is_err();
        if short || self.running.try_reserve(1).is_err() { return false }
        let n = *self.by_key.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.entries.push(Entry { what: what.clone(), counts: Counts::default(), subcalls: HashMap::new() });
            self.entries.len() - 1
        });
        self.entries[n].counts.depth += 1;
        if subcalls && let Some(caller) = self.running.last() {
            let calls = &mut self.entries[caller.entry].subcalls;
            if calls.try_reserve(1).is_err() { return false }
            calls.entry(n).or_default().depth += 1;
        }
        self.running.push(Context { entry: n, start: 0, inside: 0 });
        true
    }

    /// The innermost call's time begins.
    pub fn begin(&mut self, now: i64) { if let Some(c) = self.running.last_mut() { c.start = now } }

    /// The innermost call ends. It is counted for the function with this key, which is its own unless an end was missed.
    pub fn leave(&mut self, key: Key, now: i64, subcalls: bool) {
        let (Some(context), Some(&n)) = (self.running.pop(), self.by_key.get(&key)) else { return };
        let total = now.wrapping_sub(context.start);
        let inline = total.wrapping_sub(context.inside);
        self.entries[n].counts.add(total, inline);
        let Some(caller) = self.running.last_mut() else { return };
        caller.inside = caller.inside.wrapping_add(total);
        if subcalls && let Some(c) = self.entries[caller.entry].subcalls.get_mut(&n) { c.add(total, inline) }
    }

    /// All that has ended at least once: function, numbers, and the same of what it called, in the order of first calls.
    pub fn snapshot(&self) -> Vec<(Owned, Counts, Vec<(Owned, Counts)>)> {
        self.entries.iter().filter(|e| e.counts.calls > 0).map(|e| {
            let mut inner: Vec<_> = e.subcalls.iter().filter(|(_, c)| c.calls > 0).collect();
            inner.sort_by_key(|(n, _)| **n);
            let inner = inner.into_iter().map(|(n, c)| (self.entries[*n].what.clone(), c.clone())).collect();
            (e.what.clone(), e.counts.clone(), inner)
        }).collect()
    }
}
