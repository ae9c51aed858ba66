//! A heap walker on `instar-alloc` alone: marks beside the cells of a page say where objects begin, so every live object is found
//! without a word in it. Not here: what objects refer to.
use instar_alloc::{Cells, Classes, PAGE, SIDE_AT, SMALL_MAX};
use std::cell::Cell;
use std::ptr::{NonNull, null};

const WORDS: usize = PAGE / 16 / 64;

/// What the walker keeps on each page: the next page with objects, and a bit for each 16 bytes.
#[repr(C)]
struct Side {
    next: Cell<*const Side>,
    listed: Cell<bool>,
    begins: [Cell<u64>; WORDS],
}

type Source = Classes<16, { size_of::<Side>().next_multiple_of(16) }>;

/// Objects of one size or another, all of which can be found.
pub struct Walkable {
    cells: Source,
    pages: Cell<*const Side>,
}

impl Walkable {
    /// A heap without objects.
    pub fn new() -> Self {
        Walkable { cells: Source::new(), pages: Cell::new(null()) }
    }
    /// The side of an object's page, and the object's place there.
    fn place(object: NonNull<u8>) -> (*const Side, usize) {
        let page = object.as_ptr().map_addr(|a| a & !(PAGE - 1));
        (page.wrapping_add(SIDE_AT).cast_const().cast(), (object.addr().get() & (PAGE - 1)) / 16)
    }
    /// A cell for a small object, or `None` when memory is out.
    pub fn make(&self, bytes: usize) -> Option<NonNull<u8>> {
        assert!(bytes <= SMALL_MAX, "larger cells lie on no page");
        let object = self.cells.alloc(bytes)?;
        let (side, at) = Self::place(object);
        // SAFETY: promise 4: small cells lie on pages with a side of ours, zero at first.
        let side = unsafe { &*side };
        let word = &side.begins[at / 64];
        word.set(word.get() | 1 << (at % 64));
        if !side.listed.replace(true) {
            side.next.set(self.pages.replace(side));
        }
        Some(object)
    }
    /// Takes an object back.
    ///
    /// # Safety
    /// It is of `make(bytes)`, and nobody uses it any more.
    pub unsafe fn free(&self, object: NonNull<u8>, bytes: usize) {
        let (side, at) = Self::place(object);
        // SAFETY: as above, and the caller's promise.
        unsafe {
            let word = &(*side).begins[at / 64];
            word.set(word.get() & !(1 << (at % 64)));
            self.cells.free(object, bytes);
        }
    }
    /// Visits the live objects, page by page, in the order of addresses within each.
    pub fn walk(&self, mut visit: impl FnMut(NonNull<u8>)) {
        let mut side = self.pages.get();
        while !side.is_null() {
            let page = side.cast::<u8>().wrapping_sub(SIDE_AT).cast_mut();
            // SAFETY: pages go only in `trim` and `release_all`, which are not called while one is listed.
            let here = unsafe { &*side };
            for (index, word) in here.begins.iter().enumerate() {
                let mut bits = word.get();
                while bits != 0 {
                    let at = index * 64 + bits.trailing_zeros() as usize;
                    visit(NonNull::new(page.wrapping_add(at * 16)).expect("an address inside a page"));
                    bits &= bits - 1;
                }
            }
            side = here.next.get();
        }
    }
}
impl Default for Walkable {
    fn default() -> Self {
        Self::new()
    }
}

fn main() {
    let heap = Walkable::new();
    let mut objects: Vec<(NonNull<u8>, usize)> = (0..10_000).map(|i| (heap.make(16 + i % 97).expect("memory"), 16 + i % 97)).collect();
    for (index, &(object, _)) in objects.iter().enumerate() {
        // SAFETY: live cells of at least 16 bytes.
        unsafe { object.cast::<usize>().write(index) };
    }
    // Two of three die.
    let mut index = 0;
    objects.retain(|&(object, bytes)| {
        index += 1;
        let keep = index % 3 == 0;
        if !keep {
            // SAFETY: each once, with its size.
            unsafe { heap.free(object, bytes) };
        }
        keep
    });
    let mut found = Vec::new();
    heap.walk(|object| found.push(object));
    found.sort();
    let mut expected: Vec<_> = objects.iter().map(|object| object.0).collect();
    expected.sort();
    assert_eq!(found, expected);
    let usage = heap.cells.usage();
    println!("{} live objects found on {} pages; {} bytes of cells", found.len(), usage.page_bytes / PAGE, usage.cell_bytes);
    // SAFETY: as above; then no cell is live, and nobody walks any more.
    objects.iter().for_each(|&(object, bytes)| unsafe { heap.free(object, bytes) });
    heap.pages.set(null());
    assert!(heap.cells.release_all());
}

#[test]
fn every_live_object_is_found() {
    main();
}
