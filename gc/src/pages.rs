//! `Pages`: which objects the collector knows, kept beside the objects: two bits for every 8 bytes of a page, and a list of the
//! objects that are too large for pages. What a collection does with them is in `zero_word.rs`.
//!
//! ```text
//! page (64 KiB, aligned):  | owner's header | links 24 | lists 4 | words with young ones 16 | (A 64, B 64) x 128 | cells ... |
//! A B of the 8 bytes at which an object begins:  00 nobody known  10 young  01 middle  11 old
//! ```
//! The two words of 64 places lie together, so a birth or a death writes one cache line. Pages with young and middle objects are
//! on lists: a collection of the young does not pass over the old ones' pages.
use core::cell::Cell;
use core::ptr::null_mut;

/// Bytes of a page, and its alignment.
pub const PAGE: usize = 64 * 1024;
const WORDS: usize = PAGE / 8 / 64;

/// Flag of an object that lies on no page. Its owner sets it at birth.
pub(crate) const LARGE: u8 = 2;
/// `Large::generation` of an object that the collector does not know.
const NONE: usize = 3;

pub(crate) const YOUNG: usize = 0;
const MIDDLE: usize = 1;
const ALL: usize = 2;

/// The owner of the objects says where things are.
///
/// # Safety
/// An implementation promises, for the address of every object that it gives to the collector:
///   1. `flags` and `set_flags` read and write the lowest five bits of a byte that belongs to the object, of which the owner
///      itself writes the lowest (the finalizer was called) only through the collector, and bit 1 (the object is large) only at
///      birth; the others are 0 then. They work on a dead object until its cell is freed.
///   2. An object that is not large lies on a page of [`PAGE`] bytes with this alignment. At `SIDE_AT` of each such page is a
///      [`PageSide`], all 0 when the page is new, that nobody else writes. A page goes away only after
///      [`Collector::pages_may_go`](crate::Collector::pages_may_go).
///   3. `large` gives, for a large object, the place of its [`Large`], which lives as long as it and is new at birth.
pub unsafe trait Place: 'static {
    /// Bytes from the start of a page to its [`PageSide`].
    const SIDE_AT: usize;
    /// Whether collections count in the count itself, as there are no scratch bits: see
    /// [`GcHeader::IN_PLACE`](crate::GcHeader::IN_PLACE).
    const IN_PLACE: bool = false;
    /// The flags.
    ///
    /// # Safety
    /// `node` is an object given to the collector.
    unsafe fn flags(node: *mut u8) -> u8;
    /// Replaces the flags.
    ///
    /// # Safety
    /// As above.
    unsafe fn set_flags(node: *mut u8, flags: u8);
    /// What the collector keeps for a large object.
    ///
    /// # Safety
    /// As above, and the object is large.
    unsafe fn large(node: *mut u8) -> *mut Large;
}

/// What the collector keeps for one page.
#[repr(C)]
pub struct PageSide {
    /// On the lists of pages with young objects, with middle ones, with any.
    next: [Cell<*mut PageSide>; 3],
    listed: Cell<u32>,
    /// One bit for each word of `states` in which an object was born since the last collection.
    young: [Cell<u64>; 2],
    states: [[Cell<u64>; 2]; WORDS],
}

impl PageSide {
    fn is_empty(&self) -> bool {
        self.states.iter().all(|[a, b]| a.get() | b.get() == 0)
    }
}

/// What the collector keeps for an object that lies on no page.
#[repr(C)]
pub struct Large {
    next: Cell<*mut Large>,
    prev: Cell<*mut Large>,
    node: Cell<*mut u8>,
    generation: Cell<usize>,
}

impl Large {
    /// Of an object that the collector does not know yet.
    pub const fn new() -> Self {
        Large { next: Cell::new(null_mut()), prev: Cell::new(null_mut()), node: Cell::new(null_mut()), generation: Cell::new(NONE) }
    }
}
impl Default for Large {
    fn default() -> Self {
        Self::new()
    }
}

/// The pages and large objects of one collector.
pub(crate) struct Pages {
    heads: [Cell<*mut PageSide>; 3],
    large: [Cell<*mut Large>; 3],
}

impl Default for Pages {
    fn default() -> Self {
        Pages { heads: [const { Cell::new(null_mut()) }; 3], large: [const { Cell::new(null_mut()) }; 3] }
    }
}

/// The bits of a word whose objects are of one of the generations in `mask`.
#[inline(always)]
fn members(word: &[Cell<u64>; 2], mask: u8) -> u64 {
    let (a, b) = (word[0].get(), word[1].get());
    let one = |generation: u8, bits: u64| if mask >> generation & 1 != 0 { bits } else { 0 };
    one(0, a & !b) | one(1, b & !a) | one(2, a & b)
}

/// A page's side, and word and bit of an object there.
///
/// # Safety
/// `node` lies on a page.
#[inline(always)]
unsafe fn place<'a, P: Place>(node: *mut u8) -> (&'a PageSide, usize, u64) {
    let at = node.addr() & (PAGE - 1);
    // SAFETY: promise 2.
    let side = unsafe { &*node.map_addr(|a| (a & !(PAGE - 1)) + P::SIDE_AT).cast::<PageSide>() };
    (side, at >> 9, 1 << (at >> 3 & 63))
}

impl Pages {
    /// A new object becomes young.
    ///
    /// # Safety
    /// Here and below: `Place`'s promises hold for the node. It is of no generation.
    #[inline(always)]
    pub(crate) unsafe fn add_young<P: Place>(&self, node: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            if P::flags(node) & LARGE != 0 {
                return self.label::<P>(node, YOUNG);
            }
            let (side, word, bit) = place::<P>(node);
            let a = &side.states[word][0];
            a.set(a.get() | bit);
            let young = &side.young[word >> 6];
            young.set(young.get() | 1 << (word & 63));
            if side.listed.get() & 1 << YOUNG == 0 {
                self.list(side, YOUNG);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn list(&self, side: &PageSide, which: usize) {
        for which in [which, ALL] {
            if side.listed.get() & 1 << which == 0 {
                side.listed.set(side.listed.get() | 1 << which);
                side.next[which].set(self.heads[which].replace(core::ptr::from_ref(side).cast_mut()));
            }
        }
    }

    /// Puts an object into a generation, whatever it was in.
    ///
    /// # Safety
    /// As above.
    pub(crate) unsafe fn label<P: Place>(&self, node: *mut u8, generation: usize) {
        // SAFETY: the caller's promise; links of listed large objects are those of `self.large`.
        unsafe {
            if P::flags(node) & LARGE != 0 {
                self.remove::<P>(node);
                let large = &*P::large(node);
                large.node.set(node);
                large.generation.set(generation);
                let at = core::ptr::from_ref(large).cast_mut();
                let next = self.large[generation].replace(at);
                large.prev.set(null_mut());
                large.next.set(next);
                if !next.is_null() {
                    (*next).prev.set(at);
                }
                return;
            }
            let (side, word, bit) = place::<P>(node);
            let put = |plane: usize, on: bool| {
                let word = &side.states[word][plane];
                word.set(if on { word.get() | bit } else { word.get() & !bit });
            };
            put(0, generation != MIDDLE);
            put(1, generation != YOUNG);
            if generation == YOUNG {
                let young = &side.young[word >> 6];
                young.set(young.get() | 1 << (word & 63));
            }
            if side.listed.get() & 1 << generation.min(ALL) == 0 {
                self.list(side, generation.min(ALL));
            }
        }
    }

    /// Takes an object out of its generation, if it is in one.
    ///
    /// # Safety
    /// As above.
    #[inline(always)]
    pub(crate) unsafe fn remove<P: Place>(&self, node: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe {
            if P::flags(node) & LARGE != 0 {
                return self.unlink(&*P::large(node));
            }
            let (side, word, bit) = place::<P>(node);
            for plane in &side.states[word] {
                plane.set(plane.get() & !bit);
            }
        }
    }

    #[cold]
    unsafe fn unlink(&self, large: &Large) {
        let generation = large.generation.replace(NONE);
        if generation == NONE {
            return;
        }
        let (next, prev) = (large.next.get(), large.prev.get());
        // SAFETY: neighbours of a listed object are listed objects.
        unsafe {
            if !next.is_null() {
                (*next).prev.set(prev);
            }
            if prev.is_null() {
                self.large[generation].set(next);
            } else {
                (*prev).next.set(next);
            }
        }
    }

    /// Whether an object is of any generation.
    ///
    /// # Safety
    /// As above.
    pub(crate) unsafe fn knows<P: Place>(node: *mut u8) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            if P::flags(node) & LARGE != 0 {
                return (*P::large(node)).generation.get() != NONE;
            }
            let (side, word, bit) = place::<P>(node);
            (side.states[word][0].get() | side.states[word][1].get()) & bit != 0
        }
    }

    /// Calls `f` with the words of `states` of all pages that may have objects of the generations in `mask`.
    ///
    /// # Safety
    /// No page that is on a list has gone.
    unsafe fn words(&self, mask: u8, mut f: impl FnMut(&PageSide, usize)) {
        let lists: &[usize] = match mask {
            1 => &[YOUNG],
            2 | 3 => &[YOUNG, MIDDLE],
            _ => &[ALL],
        };
        for &which in lists {
            let mut at = self.heads[which].get();
            while !at.is_null() {
                // SAFETY: the caller's promise.
                let side = unsafe { &*at };
                at = side.next[which].get();
                if which == MIDDLE && side.listed.get() & 1 << YOUNG != 0 {
                    continue; // was its turn already
                }
                if mask != 1 {
                    (0..WORDS).for_each(|word| f(side, word));
                    continue;
                }
                for (i, young) in side.young.iter().enumerate() {
                    let mut bits = young.get();
                    while bits != 0 {
                        f(side, i * 64 + bits.trailing_zeros() as usize);
                        bits &= bits - 1;
                    }
                }
            }
        }
    }

    /// Visits the objects of the generations in `states` on the pages for `pages`, in the order of addresses, then large ones. `f`
    /// may change the generation of objects that were visited, and of the one it is given.
    ///
    /// # Safety
    /// As for `words`; objects on the pages are alive.
    pub(crate) unsafe fn walk<P: Place>(&self, pages: u8, states: u8, mut f: impl FnMut(*mut u8)) {
        // SAFETY: the caller's promise: a bit is set where an object begins.
        unsafe {
            self.words(pages, |side, word| {
                let mut bits = members(&side.states[word], states);
                while bits != 0 {
                    f(node_at::<P>(side, word, bits));
                    bits &= bits - 1;
                }
            });
            for generation in 0..3 {
                if states >> generation & 1 != 0 {
                    let mut at = self.large[generation].get();
                    while !at.is_null() {
                        let large = &*at;
                        at = large.next.get();
                        f(large.node.get());
                    }
                }
            }
        }
    }

    /// Visits the objects of the generations in `mask`; those for which `f` says so become young.
    ///
    /// # Safety
    /// As for `walk`.
    pub(crate) unsafe fn gather<P: Place>(&self, mask: u8, mut f: impl FnMut(*mut u8) -> bool) {
        // SAFETY: as in `walk`.
        unsafe {
            self.words(mask, |side, word| {
                let (mut bits, mut taken) = (members(&side.states[word], mask), 0);
                while bits != 0 {
                    if f(node_at::<P>(side, word, bits)) {
                        taken |= bits & bits.wrapping_neg();
                    }
                    bits &= bits - 1;
                }
                let [a, b] = &side.states[word];
                a.set(a.get() | taken);
                b.set(b.get() & !taken);
            });
            for generation in 0..3 {
                if mask >> generation & 1 != 0 {
                    let mut at = self.large[generation].get();
                    while !at.is_null() {
                        let large = &*at;
                        at = large.next.get();
                        if f(large.node.get()) && generation != YOUNG {
                            self.label::<P>(large.node.get(), YOUNG);
                        }
                    }
                }
            }
        }
    }

    /// No young object is left, and no middle one if `mask` names them.
    ///
    /// # Safety
    /// As for `words`.
    pub(crate) unsafe fn settled(&self, mask: u8) {
        for which in [YOUNG, MIDDLE] {
            if mask >> which & 1 == 0 {
                continue;
            }
            let mut at = self.heads[which].replace(null_mut());
            while !at.is_null() {
                // SAFETY: the caller's promise.
                let side = unsafe { &*at };
                at = side.next[which].replace(null_mut());
                side.listed.set(side.listed.get() & !(1 << which));
                if which == YOUNG {
                    side.young.iter().for_each(|word| word.set(0));
                }
            }
        }
    }

    /// Number of objects of the generations in `mask`.
    ///
    /// # Safety
    /// As for `words`.
    pub(crate) unsafe fn count(&self, mask: u8) -> usize {
        let mut n = 0;
        // SAFETY: passed on.
        unsafe { self.words(mask, |side, word| n += members(&side.states[word], mask).count_ones() as usize) };
        for generation in 0..3 {
            let mut at = if mask >> generation & 1 != 0 { self.large[generation].get() } else { null_mut() };
            while !at.is_null() {
                n += 1;
                // SAFETY: listed objects are alive.
                at = unsafe { (*at).next.get() };
            }
        }
        n
    }

    /// Forgets the pages without an object.
    ///
    /// # Safety
    /// As for `words`.
    pub(crate) unsafe fn forget_empty(&self) {
        for which in [YOUNG, MIDDLE, ALL] {
            let mut at = self.heads[which].replace(null_mut());
            while !at.is_null() {
                // SAFETY: the caller's promise.
                let side = unsafe { &*at };
                let next = side.next[which].replace(null_mut());
                if !side.is_empty() {
                    side.next[which].set(self.heads[which].replace(at));
                } else if which == ALL {
                    side.listed.set(0);
                    side.young.iter().for_each(|word| word.set(0));
                }
                at = next;
            }
        }
    }
}

/// The object of the lowest bit in `bits` of a word.
///
/// # Safety
/// An object begins there.
#[inline(always)]
unsafe fn node_at<P: Place>(side: &PageSide, word: usize, bits: u64) -> *mut u8 {
    let at = (word * 64 + bits.trailing_zeros() as usize) * 8;
    // The side's address has the provenance of a reference to it alone: the object is reached from the exposed page.
    let page = core::ptr::from_ref(side).addr() - P::SIDE_AT;
    core::ptr::with_exposed_provenance_mut(page + at)
}
