//! The program's allocator: the system's, which refuses large requests above a limit and keeps a reserve for small ones.
//!
//! Code that makes buffers of a size that a program chooses asks fallibly and turns a refusal into MemoryError. Small requests of
//! library code cannot be refused without ending the process: when the system is out of memory they come out of a reserve, and
//! the next heap object that finds no memory raises MemoryError. Not here: the heap's own limit (`instar-object`).

use std::any::Any;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Requests of this many bytes or more are limited and may fail; whoever makes them must be able to go on.
pub const LARGE: usize = 64 << 10;
/// Bytes for small requests when the system has none left.
const RESERVE: usize = 1 << 20;

/// The allocator of this program.
#[global_allocator]
pub static MEMORY: Memory<System> = Memory::new(System);

/// Limits and the reserve, around another allocator.
pub struct Memory<A> {
    inner: A,
    /// Bytes of live large blocks.
    large: AtomicUsize,
    limit: AtomicUsize,
    /// Large requests that still succeed; `u64::MAX` = all.
    fail_after: AtomicU64,
    fail_once: AtomicBool,
    /// Bytes of live large blocks up to which requests succeed, whatever the limits: 0 without a promise.
    promised: AtomicUsize,
    /// Promises in force.
    promises: AtomicUsize,
    reserve: Reserve,
}

impl<A> Memory<A> {
    const fn new(inner: A) -> Memory<A> {
        Memory { inner, large: AtomicUsize::new(0), limit: AtomicUsize::new(usize::MAX), fail_after: AtomicU64::new(u64::MAX), fail_once: AtomicBool::new(false), promised: AtomicUsize::new(0), promises: AtomicUsize::new(0), reserve: Reserve::new() }
    }

    /// Most bytes that large blocks may have at one time.
    pub fn set_limit(&self, bytes: usize) { self.limit.store(bytes, Relaxed) }

    /// After `n` more large requests one fails (`once`) or all do; `None` switches it off.
    pub fn set_fail_after(&self, n: Option<u64>, once: bool) {
        self.fail_once.store(once, Relaxed);
        self.fail_after.store(n.unwrap_or(u64::MAX), Relaxed);
    }

    /// From here on infallible code runs that needs `bytes` more bytes, which somebody knows to be there: until `end_promise` limits
    /// leave it alone, and the reserve serves its large requests too.
    pub fn begin_promise(&self, bytes: usize) {
        self.promises.fetch_add(1, Relaxed);
        self.promised.fetch_max(self.large.load(Relaxed).saturating_add(bytes), Relaxed);
    }

    /// The code of the last `begin_promise` has ended.
    pub fn end_promise(&self) {
        if self.promises.fetch_sub(1, Relaxed) == 1 { self.promised.store(0, Relaxed) }
    }

    /// Large requests that still succeed, if there is an end.
    #[cfg(test)]
    pub fn fail_after(&self) -> Option<u64> { Some(self.fail_after.load(Relaxed)).filter(|n| *n != u64::MAX) }

    /// Counts a large request of `more` bytes; whether it may go on.
    #[cold]
    fn admit(&self, more: usize) -> bool {
        if self.large.load(Relaxed).saturating_add(more) <= self.promised.load(Relaxed) { return true }
        match self.fail_after.load(Relaxed) {
            u64::MAX => {}
            0 => {
                if self.fail_once.load(Relaxed) { self.fail_after.store(u64::MAX, Relaxed) }
                return false;
            }
            n => self.fail_after.store(n - 1, Relaxed),
        }
        self.large.load(Relaxed).checked_add(more).is_some_and(|sum| sum <= self.limit.load(Relaxed))
    }

    fn count(&self, block: *mut u8, bytes: usize) -> *mut u8 {
        if !block.is_null() && bytes >= LARGE { self.large.fetch_add(bytes, Relaxed); }
        block
    }

    /// Whether the reserve serves requests of this size when the system has nothing.
    fn reserved(&self, bytes: usize) -> bool { bytes < LARGE || self.promised.load(Relaxed) != 0 }

    fn discount(&self, bytes: usize) {
        if bytes >= LARGE { self.large.fetch_sub(bytes, Relaxed); }
    }
}

/// Whether a panic says that big-integer code got no memory; `instar-base-num` turns it into MemoryError.
pub fn is_refusal(panic: &dyn Any) -> bool { panic.downcast_ref::<&str>().is_some_and(|text| *text == "out of memory") }

/// Panics that become MemoryErrors print nothing.
pub fn quiet_refusals() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| if !is_refusal(info.payload()) { print(info) }));
}

// SAFETY: blocks come from `inner`, or from the reserve, which hands out disjoint pieces of itself; each goes back where it came from.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Memory<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let large = layout.size() >= LARGE;
        if large && !self.admit(layout.size()) { return null_mut() }
        // SAFETY: the caller's promise, passed on.
        let block = unsafe { self.inner.alloc(layout) };
        if block.is_null() && self.reserved(layout.size()) { return self.reserve.take(layout) }
        self.count(block, layout.size())
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let large = layout.size() >= LARGE;
        if large && !self.admit(layout.size()) { return null_mut() }
        // SAFETY: the caller's promise, passed on.
        let block = unsafe { self.inner.alloc_zeroed(layout) };
        if block.is_null() && self.reserved(layout.size()) {
            let block = self.reserve.take(layout);
            // SAFETY: a piece of the reserve has the layout's size.
            if !block.is_null() { unsafe { block.write_bytes(0, layout.size()) } }
            return block;
        }
        self.count(block, layout.size())
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if self.reserve.owns(block) { return self.reserve.give() }
        self.discount(layout.size());
        // SAFETY: not of the reserve, so of `inner`.
        unsafe { self.inner.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new: usize) -> *mut u8 {
        let old = layout.size();
        if new >= LARGE && new > old && !self.admit(if old >= LARGE { new - old } else { new }) { return null_mut() }
        if !self.reserve.owns(block) {
            // SAFETY: the caller's promise; the block is of `inner`.
            let moved = unsafe { self.inner.realloc(block, layout, new) };
            if !moved.is_null() {
                self.discount(old);
                return self.count(moved, new);
            }
            if !self.reserved(new) { return null_mut() }
        }
        // SAFETY: the caller promises that `new` makes a layout.
        let layout_of_new = unsafe { Layout::from_size_align_unchecked(new, layout.align()) };
        // SAFETY: both blocks have at least the bytes that are copied; the old one is given back once.
        unsafe {
            let moved = match self.inner.alloc(layout_of_new) {
                none if none.is_null() => if self.reserved(new) { self.reserve.take(layout_of_new) } else { none },
                block => self.count(block, new),
            };
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, old.min(new));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// Memory that nobody uses until there is no other. Pieces are handed out in order; when the last is back it starts again.
struct Reserve {
    bytes: UnsafeCell<[u8; RESERVE]>,
    /// Bytes handed out (low half) and live pieces (high half).
    state: AtomicU64,
}

// SAFETY: `state` decides who owns which bytes, and is atomic.
unsafe impl Sync for Reserve {}

impl Reserve {
    const fn new() -> Reserve { Reserve { bytes: UnsafeCell::new([0; RESERVE]), state: AtomicU64::new(0) } }

    fn owns(&self, block: *mut u8) -> bool { (block as usize).wrapping_sub(self.bytes.get() as usize) < RESERVE }

    #[cold]
    fn take(&self, layout: Layout) -> *mut u8 {
        let base = self.bytes.get() as usize;
        let step = |state: u64| {
            let start = (base + (state as u32) as usize).next_multiple_of(layout.align()) - base;
            let end = start.checked_add(layout.size().max(1)).filter(|end| *end <= RESERVE)?;
            Some(((state >> 32) + 1) << 32 | end as u64)
        };
        match self.state.fetch_update(Relaxed, Relaxed, step) {
            // SAFETY: the piece ends where the new state says, inside the reserve.
            Ok(before) => unsafe { self.bytes.get().cast::<u8>().add((base + (before as u32) as usize).next_multiple_of(layout.align()) - base) },
            Err(_) => null_mut(),
        }
    }

    #[cold]
    fn give(&self) {
        let step = |state: u64| Some(if state >> 32 == 1 { 0 } else { state - (1 << 32) });
        // The step always gives a state.
        let _always = self.state.fetch_update(Relaxed, Relaxed, step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Has nothing.
    struct Nothing;
    // SAFETY: it hands out no blocks.
    unsafe impl GlobalAlloc for Nothing {
        unsafe fn alloc(&self, _: Layout) -> *mut u8 { null_mut() }
        unsafe fn dealloc(&self, _: *mut u8, _: Layout) { unreachable!("nothing was handed out") }
    }

    fn layout(bytes: usize) -> Layout { Layout::from_size_align(bytes, 16).expect("test data") }

    #[test]
    fn small_requests_come_out_of_the_reserve_when_the_system_has_nothing() {
        static MEMORY: Memory<Nothing> = Memory::new(Nothing);
        let memory = &MEMORY;
        // SAFETY: blocks are used inside their layouts and given back once.
        unsafe {
            assert!(memory.alloc(layout(LARGE)).is_null());
            let a = memory.alloc(layout(100));
            let b = memory.alloc_zeroed(layout(40));
            assert!(!a.is_null() && !b.is_null() && b as usize >= a as usize + 100 && b as usize % 16 == 0);
            a.write_bytes(7, 100);
            let a2 = memory.realloc(a, layout(100), 200);
            assert_eq!(std::slice::from_raw_parts(a2, 100), [7; 100]);
            assert!(memory.realloc(b, layout(40), LARGE).is_null());
            memory.dealloc(a2, layout(200));
            memory.dealloc(b, layout(40));
            // All back: the whole reserve is there again.
            let all: Vec<_> = (0..RESERVE / 4096).map(|_| memory.alloc(layout(4096))).collect();
            assert!(all.iter().filter(|p| !p.is_null()).count() >= RESERVE / 4096 - 1);
            for p in all { if !p.is_null() { memory.dealloc(p, layout(4096)) } }
        }
        assert_eq!(memory.reserve.state.load(Relaxed), 0);
    }

    #[test]
    fn promised_requests_succeed() {
        static MEMORY: Memory<System> = Memory::new(System);
        static EMPTY: Memory<Nothing> = Memory::new(Nothing);
        let memory = &MEMORY;
        memory.set_limit(LARGE);
        memory.set_fail_after(Some(0), false);
        // SAFETY: as above.
        unsafe {
            memory.begin_promise(3 * LARGE);
            let (a, b) = (memory.alloc(layout(LARGE)), memory.alloc(layout(LARGE)));
            let b = memory.realloc(b, layout(LARGE), 2 * LARGE);
            assert!(!a.is_null() && !b.is_null() && memory.alloc(layout(LARGE)).is_null());
            memory.end_promise();
            memory.dealloc(a, layout(LARGE));
            assert!(memory.alloc(layout(LARGE)).is_null());
            memory.dealloc(b, layout(2 * LARGE));
            assert!(EMPTY.alloc(layout(LARGE)).is_null());
            EMPTY.begin_promise(RESERVE);
            let c = EMPTY.alloc(layout(LARGE));
            c.write_bytes(7, LARGE);
            let c = EMPTY.realloc(c, layout(LARGE), 2 * LARGE);
            assert_eq!(std::slice::from_raw_parts(c, LARGE), [7; LARGE]);
            EMPTY.end_promise();
            EMPTY.dealloc(c, layout(2 * LARGE));
        }
        assert_eq!((memory.large.load(Relaxed), EMPTY.large.load(Relaxed), EMPTY.reserve.state.load(Relaxed)), (0, 0, 0));
    }

    #[test]
    fn large_requests_are_limited_and_counted() {
        static MEMORY: Memory<System> = Memory::new(System);
        let memory = &MEMORY;
        memory.set_limit(3 * LARGE);
        // SAFETY: as above.
        unsafe {
            let a = memory.alloc(layout(2 * LARGE));
            assert!(!a.is_null() && memory.alloc(layout(2 * LARGE)).is_null());
            assert!(memory.realloc(a, layout(2 * LARGE), 4 * LARGE).is_null());
            let a = memory.realloc(a, layout(2 * LARGE), 3 * LARGE);
            assert!(!a.is_null());
            let a = memory.realloc(a, layout(3 * LARGE), 100);
            assert_eq!(memory.large.load(Relaxed), 0);
            memory.dealloc(a, layout(100));
            memory.set_fail_after(Some(1), true);
            let (b, c, d) = (memory.alloc(layout(LARGE)), memory.alloc(layout(LARGE)), memory.alloc(layout(LARGE)));
            assert!(!b.is_null() && c.is_null() && !d.is_null());
            memory.dealloc(b, layout(LARGE));
            memory.dealloc(d, layout(LARGE));
        }
        assert_eq!(memory.large.load(Relaxed), 0);
    }
}
