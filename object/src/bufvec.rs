//! `BufVec`: a vector on heap buffers whose growth can fail. List items, big payloads; not for dict or set storage.
use crate::heap::{AllocError, Heap};
use crate::layout::Layout;
use crate::select::Active;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

/// A growable array in the measured bytes of the current heap. Grows as CPython's list does.
#[repr(C)]
pub struct BufVec<T, L: Layout = Active> {
    ptr: NonNull<T>,
    len: usize,
    capacity: usize,
    _layout: PhantomData<(T, fn() -> L)>,
}

impl<T, L: Layout> Default for BufVec<T, L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, L: Layout> BufVec<T, L> {
    const ALIGNED: () = assert!(align_of::<T>() <= <L::Alloc as instar_alloc::Cells>::ALIGN && size_of::<T>() > 0);

    /// An empty vector without a buffer.
    pub const fn new() -> Self {
        let () = Self::ALIGNED;
        BufVec { ptr: NonNull::dangling(), len: 0, capacity: 0, _layout: PhantomData }
    }
    /// An empty vector without a buffer that stays [`marked`](Self::is_marked) until it gets a buffer or is replaced.
    pub const fn marked() -> Self {
        let () = Self::ALIGNED;
        let mark = NonNull::without_provenance(core::num::NonZero::new(2 * align_of::<T>()).unwrap());
        BufVec { ptr: mark, len: 0, capacity: 0, _layout: PhantomData }
    }
    /// Whether it is as [`marked`](Self::marked) made it: nothing was ever put in, not even for a moment.
    pub fn is_marked(&self) -> bool {
        self.capacity == 0 && self.ptr == Self::marked().ptr
    }
    /// An empty vector with room for exactly `n` items.
    #[inline]
    pub fn with_capacity(n: usize) -> Result<Self, AllocError> {
        let heap = Heap::<L>::current().ok_or(AllocError)?;
        Self::with_capacity_in(heap, n)
    }
    /// `with_capacity` for a caller who has the current heap at hand.
    #[inline]
    pub fn with_capacity_in(heap: &Heap<L>, n: usize) -> Result<Self, AllocError> {
        if n == 0 {
            return Ok(Self::new());
        }
        let bytes = n.checked_mul(size_of::<T>()).ok_or(AllocError)?;
        Ok(BufVec { ptr: heap.buffer_alloc(bytes)?.cast(), len: 0, capacity: n, _layout: PhantomData })
    }
    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether there is none.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Number of items that fit without growing.
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.capacity
    }
    /// The items.
    #[inline(always)]
    pub fn as_slice(&self) -> &[T] {
        // SAFETY: the first `len` items are initialised.
        unsafe { core::slice::from_raw_parts(self.ptr.as_ptr(), self.len) }
    }
    /// The items.
    #[inline(always)]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as above.
        unsafe { core::slice::from_raw_parts_mut(self.ptr.as_ptr(), self.len) }
    }
    /// Address of the first item.
    #[inline(always)]
    pub fn as_ptr(&self) -> *mut T {
        self.ptr.as_ptr()
    }
    /// Takes the parts of a vector that is no more: address, number of items, capacity.
    ///
    /// # Safety
    /// `this` is initialised, and not used any more.
    #[inline(always)]
    pub(crate) unsafe fn take_apart(this: *const Self) -> (NonNull<T>, usize, usize) {
        // SAFETY: the caller's promise.
        unsafe { ((*this).ptr, (*this).len, (*this).capacity) }
    }
    /// A vector from its parts.
    ///
    /// # Safety
    /// The buffer is a heap buffer with room for `capacity` items, not 0, of which the first `len` are initialised.
    #[inline(always)]
    pub(crate) unsafe fn from_parts(ptr: NonNull<T>, len: usize, capacity: usize) -> Self {
        BufVec { ptr, len, capacity, _layout: PhantomData }
    }
    /// Changes the number of items.
    ///
    /// # Safety
    /// `len <= capacity`, and the first `len` items are initialised.
    pub unsafe fn set_len(&mut self, len: usize) {
        self.len = len;
    }

    #[inline(never)]
    fn set_capacity(&mut self, capacity: usize) -> Result<(), AllocError> {
        let heap = Heap::<L>::current().ok_or(AllocError)?;
        let bytes = capacity.checked_mul(size_of::<T>()).ok_or(AllocError)?;
        let old = self.capacity * size_of::<T>();
        // SAFETY: the buffer, if any, came from this heap with `old` bytes.
        unsafe {
            if capacity == 0 {
                if self.capacity != 0 {
                    heap.buffer_free(self.ptr.cast(), old);
                    self.ptr = NonNull::dangling();
                }
            } else if self.capacity == 0 {
                self.ptr = heap.buffer_alloc(bytes)?.cast();
            } else {
                self.ptr = heap.buffer_realloc(self.ptr.cast(), old, bytes)?.cast();
            }
        }
        self.capacity = capacity;
        Ok(())
    }
    /// Makes room for `len` items in all. CPython 3.14 Objects/listobject.c: list_resize.
    #[cold]
    #[inline(never)]
    fn grow_to(&mut self, len: usize) -> Result<(), AllocError> {
        let mut capacity = len.checked_add((len >> 3) + 6).ok_or(AllocError)? & !3;
        if len - self.len > capacity - len {
            capacity = len.checked_add(3).ok_or(AllocError)? & !3;
        }
        self.set_capacity(capacity)
    }
    /// Makes room for `more` items beyond the present ones.
    #[inline]
    pub fn reserve(&mut self, more: usize) -> Result<(), AllocError> {
        let len = self.len.checked_add(more).ok_or(AllocError)?;
        if len > self.capacity { self.grow_to(len) } else { Ok(()) }
    }
    /// [`BufVec::reserve`] for a run of items: the first ones get room for no more, but for an even number of them. CPython 3.14
    /// Objects/listobject.c: list_prealloc_exact.
    #[inline]
    pub fn reserve_run(&mut self, more: usize) -> Result<(), AllocError> {
        if self.capacity != 0 || more == 0 {
            return self.reserve(more);
        }
        self.set_capacity(more.checked_add(more & 1).ok_or(AllocError)?)
    }
    /// Makes room for exactly `more` items beyond the present ones.
    pub fn reserve_exact(&mut self, more: usize) -> Result<(), AllocError> {
        let len = self.len.checked_add(more).ok_or(AllocError)?;
        if len > self.capacity { self.set_capacity(len) } else { Ok(()) }
    }
    /// Gives back room beyond what CPython's list would keep after shrinking. Never fails: then the room stays.
    #[inline]
    pub fn shrink(&mut self) {
        if self.len < self.capacity >> 1 {
            let capacity = if self.len == 0 { 0 } else { (self.len + (self.len >> 3) + 6) & !3 };
            let _kept = self.set_capacity(capacity);
        }
    }
    /// Adds at the end.
    #[inline]
    pub fn push(&mut self, item: T) -> Result<(), AllocError> {
        if self.len == self.capacity {
            self.grow_to(self.len + 1)?;
        }
        // SAFETY: there is room now.
        unsafe { self.ptr.add(self.len).write(item) };
        self.len += 1;
        Ok(())
    }
    /// Takes the last item off.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        // SAFETY: the item was initialised and is no longer counted.
        Some(unsafe { self.ptr.add(self.len).read() })
    }
    /// Puts an item before position `at` (at most `len`).
    pub fn insert(&mut self, at: usize, item: T) -> Result<(), AllocError> {
        assert!(at <= self.len);
        self.reserve(1)?;
        // SAFETY: room for one more; the tail moves up by one.
        unsafe {
            let p = self.ptr.add(at);
            p.copy_to(p.add(1), self.len - at);
            p.write(item);
        }
        self.len += 1;
        Ok(())
    }
    /// Takes the item at a position out, moving the rest down.
    pub fn remove(&mut self, at: usize) -> T {
        assert!(at < self.len);
        // SAFETY: the item is initialised; the tail moves down over it.
        unsafe {
            let p = self.ptr.add(at);
            let item = p.read();
            p.add(1).copy_to(p, self.len - at - 1);
            self.len -= 1;
            item
        }
    }
    /// Takes a range out, moving the rest down.
    pub fn remove_range(&mut self, from: usize, to: usize) -> Result<Vec<T>, AllocError> {
        assert!(from <= to && to <= self.len);
        let mut out = Vec::new();
        out.try_reserve_exact(to - from).map_err(|_| AllocError)?;
        // SAFETY: the items move out, the tail moves down over them.
        unsafe {
            let p = self.ptr.add(from);
            core::ptr::copy_nonoverlapping(p.as_ptr(), out.as_mut_ptr(), to - from);
            out.set_len(to - from);
            self.ptr.add(to).copy_to(p, self.len - to);
        }
        self.len -= to - from;
        Ok(out)
    }
    /// Puts items in at a position, moving the rest up. All or nothing.
    pub fn insert_all(&mut self, at: usize, items: Vec<T>) -> Result<(), AllocError> {
        assert!(at <= self.len);
        self.reserve(items.len())?;
        let mut items = ManuallyDrop::new(items);
        let n = items.len();
        // SAFETY: room for n more; the items move in, and the emptied vector only frees its buffer.
        unsafe {
            let p = self.ptr.add(at);
            p.copy_to(p.add(n), self.len - at);
            core::ptr::copy_nonoverlapping(items.as_ptr(), p.as_ptr(), n);
            items.set_len(0);
            ManuallyDrop::drop(&mut items);
        }
        self.len += n;
        Ok(())
    }
    /// Replaces the items `from..to` by clones of `new`; the old ones are dropped, last first. All or nothing.
    ///
    /// Capacity moves as CPython's list has it. `new` must not be (part of) this vector, and neither clone nor drop may look at it.
    pub fn replace_range(&mut self, from: usize, to: usize, new: &[T]) -> Result<(), AllocError>
    where
        T: Clone,
    {
        assert!(from <= to && to <= self.len);
        let (removed, added, tail) = (to - from, new.len(), self.len - to);
        self.reserve(added.saturating_sub(removed))?;
        // SAFETY: there is room for what is added. The vector is `from` items long while its middle is not initialised; the
        // tail is moved bitwise and each old item is dropped once.
        unsafe {
            self.len = from;
            let base = self.ptr.as_ptr();
            for i in (from..to).rev() {
                base.add(i).drop_in_place();
            }
            if added != removed {
                base.add(to).copy_to(base.add(from + added), tail);
            }
            for (i, item) in new.iter().enumerate() {
                base.add(from + i).write(item.clone());
            }
            self.len = from + added + tail;
        }
        if added < removed {
            self.shrink();
        }
        Ok(())
    }
    /// Drops items from the end, last first, until `len` are left.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        let old = self.len;
        self.len = old.min(len);
        for i in (self.len..old).rev() {
            // SAFETY: the item was initialised and is no longer counted.
            unsafe { self.ptr.add(i).drop_in_place() }
        }
    }
    /// Adds clones of all items of a slice. All or nothing.
    pub fn extend_from_slice(&mut self, items: &[T]) -> Result<(), AllocError>
    where
        T: Clone,
    {
        self.reserve(items.len())?;
        self.extend_in_room(items.iter().cloned());
        Ok(())
    }
    /// Adds items while there is room for them: `capacity - len` at most.
    #[inline(always)]
    pub fn extend_in_room(&mut self, items: impl Iterator<Item = T>) {
        let mut len = self.len;
        for item in items.take(self.capacity - len) {
            // SAFETY: there is room. A panic of the iterator leaks what was added.
            unsafe { self.ptr.add(len).write(item) };
            len += 1;
        }
        self.len = len;
    }
    /// A copy with its own buffer, without spare room.
    pub fn try_clone(&self) -> Result<Self, AllocError>
    where
        T: Clone,
    {
        let mut new = Self::with_capacity(self.len)?;
        new.extend_from_slice(self.as_slice())?;
        Ok(new)
    }
    /// Moves all items of a vector in. All or nothing.
    pub fn from_vec(items: Vec<T>) -> Result<Self, AllocError> {
        let mut new = Self::with_capacity(items.len())?;
        new.insert_all(0, items)?;
        Ok(new)
    }
}

impl<T, L: Layout> core::ops::Deref for BufVec<T, L> {
    type Target = [T];
    #[inline(always)]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}
impl<T, L: Layout> core::ops::DerefMut for BufVec<T, L> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

impl<T, L: Layout> Drop for BufVec<T, L> {
    /// CPython 3.14 Objects/listobject.c: list_dealloc releases items from the last to the first.
    fn drop(&mut self) {
        if self.capacity == 0 {
            return;
        }
        self.truncate(0);
        if let Some(heap) = Heap::<L>::current() {
            // SAFETY: the buffer came from this heap.
            unsafe { heap.buffer_free(self.ptr.cast(), self.capacity * size_of::<T>()) }
        }
    }
}
