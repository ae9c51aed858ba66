//! `SharedKeys`: the attribute names that the instances of one class share, in slot order.
//!
//! At most 30 names; a slot, once given, stays. Names are interned strings and are compared by identity. How many slots an
//! instance gets for them is `SlotPolicy`'s business (`values.rs`).
use crate::handle::Owned;
use crate::heap::AllocError;
use crate::layout::Layout;
use crate::select::Active;
use crate::word::Word;
use core::cell::Cell;

/// Most names that instances of a class share, as in CPython.
pub const MAX_KEYS: usize = 30;
const INDEX: usize = 64;

/// Attribute names of a class's instances.
pub struct SharedKeys<L: Layout = Active> {
    names: [Cell<Word<L>>; MAX_KEYS],
    /// Slot + 1 by a hash of the name's address; 0 = empty.
    index: [Cell<u8>; INDEX],
    len: Cell<u8>,
    /// Names that may still be added.
    usable: Cell<u8>,
    /// The interpreter's version of the set of names; 0 = none. Reset when a name is added.
    pub version: Cell<u32>,
}

#[inline(always)]
fn start<L: Layout>(name: Word<L>) -> usize {
    let a = name.raw() >> 4;
    (a ^ a >> 6 ^ a >> 13) & (INDEX - 1)
}

impl<L: Layout> SharedKeys<L> {
    /// No names yet.
    pub fn new() -> Result<*mut Self, AllocError> {
        let layout = core::alloc::Layout::new::<Self>();
        // SAFETY: the layout is not empty; the memory is initialised before use.
        unsafe {
            let p = std::alloc::alloc(layout).cast::<Self>();
            if p.is_null() {
                return Err(AllocError);
            }
            p.write(SharedKeys {
                names: [const { Cell::new(Word::NULL) }; MAX_KEYS],
                index: [const { Cell::new(0) }; INDEX],
                len: Cell::new(0),
                usable: Cell::new(MAX_KEYS as u8),
                version: Cell::new(0),
            });
            Ok(p)
        }
    }
    /// Releases the names and the memory.
    ///
    /// # Safety
    /// `keys` came from `new`; no instance with values is left.
    pub unsafe fn free(keys: *mut Self) {
        // SAFETY: the caller's promise.
        unsafe {
            for i in 0..(*keys).len() {
                (*keys).names[i].replace(Word::NULL).release();
            }
            std::alloc::dealloc(keys.cast(), core::alloc::Layout::new::<Self>());
        }
    }
    /// Number of names.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.get() as usize
    }
    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The name of a slot.
    #[inline(always)]
    pub fn name(&self, slot: usize) -> Word<L> {
        self.names[slot].get()
    }
    /// Names that may still be added.
    pub fn usable(&self) -> usize {
        self.usable.get() as usize
    }
    /// The slot of a name.
    #[inline]
    pub fn index(&self, name: Word<L>) -> Option<u16> {
        let mut at = start(name);
        loop {
            let slot = self.index[at].get();
            if slot == 0 {
                return None;
            }
            if self.names[slot as usize - 1].get() == name {
                return Some(slot as u16 - 1);
            }
            at = (at + 1) & (INDEX - 1);
        }
    }
    /// The slot of a name, which is added if there is room. The name must be an interned string.
    pub fn index_or_add(&self, name: Word<L>) -> Option<u16> {
        if let Some(slot) = self.index(name) {
            return Some(slot);
        }
        if self.usable.get() == 0 {
            return None;
        }
        self.usable.set(self.usable.get() - 1);
        let slot = self.len.get();
        // SAFETY: the caller's word is alive; the keys own a reference from here on.
        self.names[slot as usize].set(unsafe { Owned::share_word(name) }.into_word());
        let mut at = start(name);
        while self.index[at].get() != 0 {
            at = (at + 1) & (INDEX - 1);
        }
        self.index[at].set(slot + 1);
        self.len.set(slot + 1);
        self.version.set(0);
        Some(slot as u16)
    }
    /// CPython's rule at the birth of an instance: room for all names and the remaining new ones, of which each birth takes
    /// one away until one is left. So new classes start generous and settle at one spare slot.
    #[inline]
    pub(crate) fn birth_capacity(&self) -> usize {
        let usable = self.usable.get();
        if usable > 1 {
            self.usable.set(usable - 1);
        }
        self.spare_capacity()
    }
    #[inline]
    pub(crate) fn spare_capacity(&self) -> usize {
        self.len() + self.usable()
    }
}
