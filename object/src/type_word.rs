//! How an object says of what type it is: with a pointer, or with an index into a table of its heap.
//!
//! ```text
//! Pointer:  | type object 64           |
//! Index:    | index 32 | nobody's 32   |     table: 4096 types a chunk; a chunk never moves
//! ```
//! Half a word is what remains of a type when there are fewer than 2^32 of them. Alone it saves nothing, since headers are whole
//! words; it is what an object costs to be asked for its type through the heap, and the condition of a header of one word.
//!
//! A type gets its index with its first instance, and no index is ever given to another type. It has several where the index says more
//! than the type (`attrs/shape.rs`); what it says stands in the table, too.
use crate::attrs::AttrsPolicy;
use crate::header::ObjPtr;
use crate::heap::AllocError;
use crate::layout::Layout;
use core::cell::{Cell, UnsafeCell};

/// One answer to the question what the type word holds.
pub trait TypePolicy: 'static {
    /// Name of the policy in reports.
    const NAME: &'static str;
    /// Bytes of the header that the policy uses.
    const BYTES: usize;
    /// The field of the header.
    type Field<L: Layout>;
    /// What a heap keeps for it.
    type Table<L: Layout>: Default;

    /// The field of an object whose type is set later, before anybody asks.
    fn blank<L: Layout>() -> Self::Field<L>;
    /// The field of an object of type `ty`, if nothing has to be made for it.
    fn quick<L: Layout>(ty: ObjPtr<L>) -> Option<Self::Field<L>>;
    /// The field of an object of type `ty`.
    fn field<L: Layout>(table: &Self::Table<L>, ty: ObjPtr<L>) -> Result<Self::Field<L>, AllocError>;
    /// Where the type's pointer stands; not to be written through, but by `set`.
    fn place<'a, L: Layout>(field: &'a Self::Field<L>, table: impl FnOnce() -> &'a Self::Table<L>) -> &'a Cell<ObjPtr<L>>;
    /// Where the index stands, if the field is one.
    fn index<L: Layout>(_field: &Self::Field<L>) -> Option<&Cell<u32>> {
        None
    }
    /// The table, if there is one.
    fn table<L: Layout>(_table: &Self::Table<L>) -> Option<&Table<L>> {
        None
    }
    /// Replaces the type.
    fn set<L: Layout>(field: &Self::Field<L>, table: &Self::Table<L>, ty: ObjPtr<L>) -> Result<(), AllocError>;
}

/// The address of the type object.
pub struct Pointer;
impl TypePolicy for Pointer {
    const NAME: &'static str = "pointer";
    const BYTES: usize = 8;
    type Field<L: Layout> = Cell<ObjPtr<L>>;
    type Table<L: Layout> = ();

    #[inline(always)]
    fn blank<L: Layout>() -> Cell<ObjPtr<L>> {
        Cell::new(ObjPtr::dangling())
    }
    #[inline(always)]
    fn quick<L: Layout>(ty: ObjPtr<L>) -> Option<Cell<ObjPtr<L>>> {
        Some(Cell::new(ty))
    }
    #[inline(always)]
    fn field<L: Layout>(_table: &(), ty: ObjPtr<L>) -> Result<Cell<ObjPtr<L>>, AllocError> {
        Ok(Cell::new(ty))
    }
    #[inline(always)]
    fn place<'a, L: Layout>(field: &'a Cell<ObjPtr<L>>, _table: impl FnOnce() -> &'a ()) -> &'a Cell<ObjPtr<L>> {
        field
    }
    fn set<L: Layout>(field: &Cell<ObjPtr<L>>, _table: &(), ty: ObjPtr<L>) -> Result<(), AllocError> {
        field.set(ty);
        Ok(())
    }
}

/// Index of the type object in the heap's table.
pub struct Index;

const CHUNK: u32 = 4096;

/// A type, and what its index says of an instance besides.
struct Entry<L: Layout> {
    ty: Cell<ObjPtr<L>>,
    record: <L::Attrs as AttrsPolicy>::Record,
}

/// [`CHUNK`] places that never move.
type Chunk<L> = Box<[Entry<L>]>;

/// The types of a heap by index. Index 0 is nobody's.
pub struct Table<L: Layout> {
    chunks: UnsafeCell<Vec<Chunk<L>>>,
    next: Cell<u32>,
}
impl<L: Layout> Default for Table<L> {
    fn default() -> Self {
        Table { chunks: UnsafeCell::new(Vec::new()), next: Cell::new(1) }
    }
}

impl<L: Layout> Table<L> {
    /// What stands under an index that was given out.
    #[inline(always)]
    fn entry(&self, index: u32) -> &Entry<L> {
        // SAFETY: `add` alone changes the vector, and not while somebody looks. The index is one of `add`'s, and a chunk stays
        // where it is as long as the table.
        unsafe {
            let chunks = &*self.chunks.get();
            chunks.get_unchecked((index / CHUNK) as usize).get_unchecked((index % CHUNK) as usize)
        }
    }
    /// What stands beside the type of an index that was given out.
    #[inline(always)]
    pub(crate) fn record(&self, index: u32) -> &<L::Attrs as AttrsPolicy>::Record {
        &self.entry(index).record
    }
    /// The first of `count` new indices in a row, all for `ty`.
    #[cold]
    #[inline(never)]
    pub(crate) fn add(&self, ty: ObjPtr<L>, count: u32) -> Result<u32, AllocError> {
        let index = self.next.get();
        let next = index.checked_add(count).ok_or(AllocError)?;
        // SAFETY: see `entry`.
        let chunks = unsafe { &mut *self.chunks.get() };
        while ((next - 1) / CHUNK) as usize >= chunks.len() {
            let mut chunk = Vec::new();
            chunks.try_reserve(1).map_err(|_| AllocError)?;
            chunk.try_reserve_exact(CHUNK as usize).map_err(|_| AllocError)?;
            chunk.resize_with(CHUNK as usize, || Entry { ty: Cell::new(ObjPtr::dangling()), record: Default::default() });
            chunks.push(chunk.into_boxed_slice());
        }
        self.next.set(next);
        (index..next).for_each(|index| self.entry(index).ty.set(ty));
        Ok(index)
    }
}

impl TypePolicy for Index {
    const NAME: &'static str = "index";
    const BYTES: usize = 4;
    type Field<L: Layout> = Cell<u32>;
    type Table<L: Layout> = Table<L>;

    #[inline(always)]
    fn blank<L: Layout>() -> Cell<u32> {
        Cell::new(0)
    }
    #[inline(always)]
    fn quick<L: Layout>(ty: ObjPtr<L>) -> Option<Cell<u32>> {
        let index = ty.as_info().index.get();
        (index != 0).then(|| Cell::new(index))
    }
    #[inline(always)]
    fn field<L: Layout>(table: &Table<L>, ty: ObjPtr<L>) -> Result<Cell<u32>, AllocError> {
        let index = &ty.as_info().index;
        if index.get() == 0 {
            index.set(table.add(ty, 1)?);
        }
        Ok(Cell::new(index.get()))
    }
    #[inline(always)]
    fn place<'a, L: Layout>(field: &'a Cell<u32>, table: impl FnOnce() -> &'a Table<L>) -> &'a Cell<ObjPtr<L>> {
        &table().entry(field.get()).ty
    }
    #[inline(always)]
    fn index<L: Layout>(field: &Cell<u32>) -> Option<&Cell<u32>> {
        Some(field)
    }
    #[inline(always)]
    fn table<L: Layout>(table: &Table<L>) -> Option<&Table<L>> {
        Some(table)
    }
    fn set<L: Layout>(field: &Cell<u32>, table: &Table<L>, ty: ObjPtr<L>) -> Result<(), AllocError> {
        field.set(Self::field(table, ty)?.get());
        Ok(())
    }
}
