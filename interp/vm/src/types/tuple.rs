//! `tuple`: length and items inline behind the header.
//!
//! ```text
//! payload   0            4            8        16
//!           +------------+------------+--------+--------+-- ... --+------+
//!           | len 32     | hidden 32  | item 0 | item 1 |         | hash |
//!           +------------+------------+--------+--------+-- ... --+------+
//! ```
//!
//! The hash is kept where that costs nothing: cells come in steps of 16 bytes, so every second length leaves 8 unused. Then the top
//! bit of `hidden` is set. CPython 3.14 keeps it in every tuple (gh-131525). -1: not known yet.
//! `hidden` items follow the `len` visible ones: fields of struct sequences that are no items (`struct_sequence.rs`).
//! A tuple never changes once somebody sees it (an iterator fills the tuple that only it still holds again: [`recycled`]), so its
//! items are read without the token. It has no `clear` for the collector: a
//! cycle through a tuple always passes something that can change. Not here: its iterator (`tuple_iter.rs`).

use instar_base_hash::TupleHasher;
use instar_code::Compare;
use instar_object::{AllocError, Heap, TAIL};

use crate::fallible::CollectVec;
use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, ObjPtr, Owned, Payload, Ref, Slot, Trace, VTable, Word, Words};
use crate::protocol::compare::ordering_holds;
use crate::protocol::item::{clamp_bound, wrap_index};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::container_repr;
use crate::types::list::PyList;
use crate::types::slice::{nth, PySlice};
use crate::types::tuple_iter::PyTupleIter;
use crate::vm::{PyResult, Types, Vm};

/// Payload of `tuple` and its subclasses, the head of a variable-sized block.
#[repr(C)]
pub struct PyTuple {
    len: u32,
    hidden: u32,
    items: [Owned; 0],
}

/// Bytes of the payload before the first item.
const HEAD: usize = size_of::<PyTuple>();

impl PyTuple {
    #[inline(always)]
    fn total(&self) -> usize { self.len as usize + (self.hidden & !TAIL) as usize }
    /// Where the hash is kept, if it is. The reference must come from the object's own pointer.
    #[inline(always)]
    fn hash_place(&self) -> Option<*mut i64> {
        // SAFETY: law TU1: a word follows the last item if the bit is set.
        (self.hidden & TAIL != 0).then(|| unsafe { (&raw const self.items).cast::<i64>().add(self.total()).cast_mut() })
    }
    /// Address and number of the items. The reference must come from the object's own pointer.
    #[inline(always)]
    pub fn raw_items(&self) -> (*const Word, usize) { ((&raw const self.items).cast(), self.len as usize) }
}

impl Ref<PyTuple> {
    /// Puts `item` in the place of item `i`, of a tuple that is being made.
    ///
    /// # Safety
    /// No view of the items is held, and nobody relies yet on their staying the same.
    pub unsafe fn fill(&self, i: usize, item: Owned) {
        let head = self.ptr().payload::<PyTuple>();
        // SAFETY: law TU1, in range; the words of items are owned handles. The address comes from the object's pointer: a write
        // through `&PyTuple` would be one that the compiler may leave out.
        unsafe {
            assert!(i < (*head).len as usize, "law: an item of the tuple");
            drop(std::ptr::replace((&raw mut (*head).items).cast::<Owned>().add(i), item));
        }
    }
}

impl Drop for PyTuple {
    fn drop(&mut self) {
        // Last item first, as CPython's tuple_dealloc.
        for i in (0..self.total()).rev() {
            // SAFETY: law TU1: `len + hidden` initialised items follow the head (`fill` below is the only maker), and the hash's place if
            // the top bit of `hidden`, which is not part of the number, is set.
            // Each is dropped once; the lengths stay (the block's size is computed from them).
            unsafe { std::ptr::drop_in_place(self.items.as_mut_ptr().add(i)) }
        }
    }
}

// SAFETY: visits each of the owned items once.
unsafe impl Trace for PyTuple {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        let first = (&raw const self.items).cast::<Word>();
        // SAFETY: law TU1.
        for i in 0..self.total() { visit(unsafe { *first.add(i) }) }
    }
    fn clear(&mut self) {}
}

/// # Safety
/// `payload` is a tuple's.
unsafe fn payload_bytes(payload: *mut ()) -> usize {
    // SAFETY: the caller's promise.
    let head = unsafe { &*payload.cast::<PyTuple>() };
    HEAD + head.total() * size_of::<Owned>() + (head.hidden / TAIL) as usize * size_of::<i64>()
}

crate::fields! { PyTuple { len, hidden, items } }
// SAFETY: one static, made for this type.
unsafe impl Payload for PyTuple {
    fn vtable() -> &'static VTable {
        // SAFETY: two lengths, then the items that they count: law TU1. `Drop` releases the last item first.
        static VTABLE: VTable = unsafe { VTable::of::<PyTuple>("tuple").with_size(payload_bytes).with_words(Words::Inline).with_fields::<PyTuple>() };
        &VTABLE
    }
    fn default_type(types: &Types) -> &TypeRef { &types.tuple }
}

impl Ref<PyTuple> {
    /// The items.
    #[inline(always)]
    pub fn items(&self) -> &[Owned] {
        let head = self.ptr().payload::<PyTuple>();
        // SAFETY: law TU1; read through the block's own pointer, the block lives as long as self and never changes.
        unsafe { std::slice::from_raw_parts((&raw const (*head).items).cast(), (*head).len as usize) }
    }
    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize { self.items().len() }
    /// Whether it is `()`.
    pub fn is_empty(&self) -> bool { self.len() == 0 }
    /// The items and, after them, the hidden fields.
    pub(crate) fn fields(&self) -> &[Owned] {
        let head = self.ptr().payload::<PyTuple>();
        // SAFETY: law TU1; as `items`.
        unsafe { std::slice::from_raw_parts((&raw const (*head).items).cast(), (*head).total()) }
    }
    /// A share of item `i`.
    #[inline]
    pub fn get(&self, i: usize) -> Option<Owned> { self.items().get(i).cloned() }
}

impl Vm {
    /// A tuple of these items. `()` is shared.
    #[inline]
    pub fn new_tuple(&self, items: impl IntoIterator<Item = Owned>) -> PyResult<Ref<PyTuple>> {
        let items = items.into_iter();
        match items.size_hint() {
            (0, Some(0)) => Ok(self.consts.empty_tuple.clone()),
            (n, Some(m)) if n == m => self.alloc_tuple(self.types.tuple.ptr(), items, n, 0),
            _ => self.new_tuple(items.try_vec(self)?),
        }
    }

    /// A tuple of shares of these items.
    #[inline]
    pub fn new_tuple_from(&self, items: &[Owned]) -> PyResult<Ref<PyTuple>> {
        if items.is_empty() { return Ok(self.consts.empty_tuple.clone()) }
        // SAFETY: `alloc_exact` gives room for as many.
        unsafe { self.alloc_exact(items.len(), |to| for (i, item) in items.iter().enumerate() { to.add(i).write(item.clone()) }) }
    }

    /// An exact tuple whose items `fill` writes.
    ///
    /// # Safety
    /// `fill` writes `total` items at the address that it gets, and does nothing else to the heap but retain and release.
    #[inline(always)]
    unsafe fn alloc_exact(&self, total: usize, fill: impl FnOnce(*mut Owned)) -> PyResult<Ref<PyTuple>> {
        if total > u32::MAX as usize { return Err(self.no_memory()) }
        // SAFETY: `tuple` has the collector's words and no other part before the header; the block is filled and tracked here.
        unsafe {
            let tail = <Heap>::free_tail_known(total);
            let block = match self.heap.alloc_known_var::<true, false>(self.types.tuple.ptr(), HEAD + total * size_of::<Owned>() + tail) {
                Ok(block) => block,
                Err(e) => return Err(self.out_of_memory(e)),
            };
            let head = block.payload::<PyTuple>();
            write_head(head, total, 0, tail);
            fill((&raw mut (*head).items).cast());
            self.heap.track_known(block);
            Ok(Ref::from_owned_unchecked(Owned::from_word(Word::from_ptr(block))))
        }
    }

    /// A new tuple object of `ty`, `tuple` or a subclass; never the shared `()`.
    pub fn new_tuple_of(&self, ty: &TypeRef, items: Vec<Owned>) -> PyResult<Ref<PyTuple>> {
        assert!(std::ptr::eq(ty.info.vtable, PyTuple::vtable()), "law: a type makes only objects of its payload");
        self.alloc_tuple_vec(ty.ptr(), items, 0)
    }

    /// A new tuple object of `ty` whose last `hidden` items are fields only.
    pub(crate) fn new_tuple_hiding(&self, ty: &TypeRef, items: Vec<Owned>, hidden: usize) -> PyResult<Ref<PyTuple>> {
        assert!(std::ptr::eq(ty.info.vtable, PyTuple::vtable()) && hidden <= items.len(), "law: a type makes only objects of its payload");
        self.alloc_tuple_vec(ty.ptr(), items, hidden)
    }

    /// A tuple that takes over the `count` counts in the words at `from`.
    ///
    /// # Safety
    /// The words are initialised, non-null and owned; on success and on error they are consumed.
    pub unsafe fn new_tuple_from_words(&self, from: *const Word, count: usize) -> PyResult<Ref<PyTuple>> {
        if count == 0 { return Ok(self.consts.empty_tuple.clone()) }
        // SAFETY: the words move; on an error they are released, last first.
        unsafe {
            let made = self.alloc_exact(count, |to| std::ptr::copy_nonoverlapping(from, to.cast::<Word>(), count));
            if made.is_err() { for i in (0..count).rev() { (*from.add(i)).release() } }
            made
        }
    }

    fn alloc_tuple_vec(&self, ty: ObjPtr, items: Vec<Owned>, hidden: usize) -> PyResult<Ref<PyTuple>> {
        let total = items.len();
        self.alloc_tuple(ty, items.into_iter(), total, hidden)
    }

    fn alloc_tuple(&self, ty: ObjPtr, items: impl Iterator<Item = Owned>, total: usize, hidden: usize) -> PyResult<Ref<PyTuple>> {
        alloc_sized(&self.heap, ty, items, total, hidden).map_err(|e| self.out_of_memory(e))
    }
}

/// A tuple object of type `ty`, whose vtable is [`PyTuple`]'s; the last `hidden` items are fields only. For `boot.rs`
/// and the functions above.
pub(crate) fn alloc_tuple(heap: &Heap, ty: ObjPtr, items: impl ExactSizeIterator<Item = Owned>, hidden: usize) -> Result<Ref<PyTuple>, AllocError> {
    let total = items.len();
    alloc_sized(heap, ty, items, total, hidden)
}

fn alloc_sized(heap: &Heap, ty: ObjPtr, items: impl Iterator<Item = Owned>, total: usize, hidden: usize) -> Result<Ref<PyTuple>, AllocError> {
    if total > u32::MAX as usize { return Err(AllocError) }
    // SAFETY: `ty` has this payload's vtable and the block is filled and tracked by `fill` before anyone else sees it.
    unsafe {
        let tail = <Heap>::free_tail(ty.as_info().prefix_bytes as usize, total);
        let block = heap.alloc_var(ty, HEAD + total * size_of::<Owned>() + tail)?;
        Ok(fill(heap, block, items, total, hidden, tail))
    }
}

/// The tuple of these items that an iterator hands out: the one of the step before if only the iterator's `last` still holds it,
/// else a new one. `last` holds nothing or what this function put there.
#[inline(always)] // Items in registers: passed through memory, they would be read before the stores are done.
pub(crate) fn recycled<const N: usize>(vm: &Vm, last: &Slot, items: [Owned; N]) -> PyResult {
    let word = last.word();
    // SAFETY: the slot keeps the tuple alive while its count is read.
    if !word.is_null() && unsafe { word.is_unique() } {
        let head = word.ptr().payload::<PyTuple>();
        // SAFETY: law TU1. The slot's is the only reference, so nobody looks at the items; from here on the result keeps the tuple
        // alive and seen as shared, whatever the death of an old item does. Each item is moved once.
        unsafe {
            if (*head).len as usize == N && (*head).hidden & !TAIL == 0 {
                let tuple = Owned::share_word(word);
                if let Some(place) = (*head).hash_place() { *place = UNHASHED }
                let first = (&raw mut (*head).items).cast::<Owned>();
                let items = std::mem::ManuallyDrop::new(items);
                for i in 0..N { drop(std::mem::replace(&mut *first.add(i), std::ptr::read(&items[i]))) }
                return Ok(tuple);
            }
        }
    }
    fresh(vm, last, items)
}

/// Where [`recycled`] would fill the tuple of the last step again, fills it and gives the items as well: nobody wants the tuple,
/// but as in CPython an item lives until the next step.
#[inline(always)]
pub(crate) fn recycled_pair(vm: &Vm, last: &Slot, a: Owned, b: Owned) -> PyResult<(Owned, Owned)> {
    let word = last.word();
    // Immediates do not die.
    if word.is_null() && a.word().is_immediate() && b.word().is_immediate() { return Ok((a, b)) }
    // SAFETY: the slot keeps the tuple alive while its count is read.
    if !word.is_null() && unsafe { word.is_unique() } {
        let head = word.ptr().payload::<PyTuple>();
        // SAFETY: law TU1. The slot's is the only reference, so nobody looks at the items. The death of an old item runs nothing here.
        unsafe {
            if (*head).len == 2 && (*head).hidden & !TAIL == 0 {
                if let Some(place) = (*head).hash_place() { *place = UNHASHED }
                let first = (&raw mut (*head).items).cast::<Owned>();
                drop(std::mem::replace(&mut *first, a.clone()));
                drop(std::mem::replace(&mut *first.add(1), b.clone()));
                return Ok((a, b));
            }
        }
    }
    fresh(vm, last, [a.clone(), b.clone()])?;
    Ok((a, b))
}

/// A tuple of these items, which `last` remembers.
#[cold]
#[inline(never)]
fn fresh<const N: usize>(vm: &Vm, last: &Slot, items: [Owned; N]) -> PyResult {
    let tuple = vm.new_tuple(items)?.into_obj();
    last.set(Some(tuple.clone()));
    Ok(tuple)
}

/// Writes what stands before and behind the items.
///
/// # Safety
/// `head` begins a fresh block with room for `total` items and `tail` bytes, 0 or 8.
#[inline(always)]
unsafe fn write_head(head: *mut PyTuple, total: usize, hidden: usize, tail: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        (&raw mut (*head).len).write((total - hidden) as u32);
        (&raw mut (*head).hidden).write(hidden as u32 | if tail != 0 { TAIL } else { 0 });
        if tail != 0 { (&raw mut (*head).items).cast::<i64>().add(total).write(UNHASHED) }
    }
}

/// What stands in the place of a hash that nobody asked for; no hash is -1.
const UNHASHED: i64 = -1;

/// Moves the items into a fresh block and gives it to the collector.
///
/// # Safety
/// `block` is fresh, of a tuple type, and has room for `total` items and `tail` bytes.
unsafe fn fill(heap: &Heap, block: ObjPtr, items: impl Iterator<Item = Owned>, total: usize, hidden: usize, tail: usize) -> Ref<PyTuple> {
    let head = block.payload::<PyTuple>();
    let mut made = 0;
    // SAFETY: writes at most `total` items into the block; the count 1 of the fresh block goes to the result.
    unsafe {
        let first = (&raw mut (*head).items).cast::<Owned>();
        for item in items.take(total) {
            first.add(made).write(item);
            made += 1;
        }
        assert_eq!(made, total, "law: an iterator as long as it says");
        write_head(head, total, hidden, tail);
        heap.track(block);
        Ref::from_owned_unchecked(Owned::from_word(Word::from_ptr(block)))
    }
}

/// As [`Vm::new_tuple_from_words`], for the eval loop.
///
/// # Safety
/// As there.
pub unsafe fn from_words(vm: &Vm, from: *const Word, count: usize) -> PyResult {
    // SAFETY: the caller's promise.
    unsafe { vm.new_tuple_from_words(from, count) }.map(Ref::into_obj)
}

fn this_tuple(this: &Owned) -> &Ref<PyTuple> { this.cast::<PyTuple>().expect("law: checked by the descriptor") }

/// Docs, methods and attributes of `tuple`.
pub static DEF: TypeDef = TypeDef {
    doc: "An immutable sequence of objects.\n\nWithout argument it is empty; a tuple as argument is given back as it is.",
    sig: "(iterable=(), /)",
    methods: &[
        Def::new("__getnewargs__", "($self, /)", Native::N0(getnewargs)),
        Def::new("index", "($self, value, start=0, stop=sys.maxsize, /)", Native::Var(index, 1, 3)).doc("First position of value; ValueError if it is not there."),
        Def::new("count", "($self, value, /)", Native::N1(count)).doc("How many items equal value."),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(crate::protocol::item::class_getitem)).doc("See PEP 585"),
    ],
    getset: NO_GETSET,
};

const NO_GETSET: &[GetSet] = &[];

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.tuple.clone();
    let slots = Slots {
        new: Some(new), repr: Some(repr), hash: Some(hash), compare: Some(compare), iter: Some(iter), len: Some(len),
        getitem: Some(getitem), contains: Some(contains), concat: Some(concat), repeat: Some(repeat),
        ..Slots::default()
    };
    vm.fill_type(&ty, slots, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let exact = ty.ptr() == vm.types.tuple.ptr();
    if exact || ty.slots().init.map(|f| f as usize) == vm.types.object.slots().init.map(|f| f as usize) { args.no_keywords(vm, "tuple")? }
    let pos = args.pos();
    crate::args::check_count(vm, "tuple", pos.len(), 0, 1)?;
    if exact {
        return match pos.first() {
            None => Ok(vm.consts.empty_tuple.obj().clone()),
            Some(iterable) => tuple_of(vm, iterable),
        };
    }
    let items = match pos.first() { Some(iterable) => vm.collect(iterable)?, None => Vec::new() };
    Ok(vm.new_tuple_of(ty, items)?.into_obj())
}

/// `tuple(iterable)`; an exact tuple is shared.
pub fn tuple_of(vm: &mut Vm, iterable: &Owned) -> PyResult {
    if iterable.is_exact::<PyTuple>(vm) { return Ok(iterable.clone()) }
    if iterable.is_exact::<PyList>(vm) {
        let list = iterable.cast::<PyList>().expect("law: exact list");
        return Ok(vm.new_tuple_from(list.items(vm))?.into_obj());
    }
    let items = vm.collect(iterable)?;
    Ok(vm.new_tuple(items)?.into_obj())
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let tuple = this_tuple(this);
    if tuple.is_empty() { return vm.new_str("()") }
    container_repr::guarded(vm, this, "(...)", |vm, out| {
        out.text(vm, "(")?;
        for (i, item) in tuple.items().iter().enumerate() { out.item(vm, i == 0, item)? }
        out.text(vm, if tuple.len() == 1 { ",)" } else { ")" })
    })
}

/// Hash of a tuple: its items' hashes, mixed as CPython does.
pub fn hash(vm: &mut Vm, this: &Owned) -> PyResult<i64> {
    let tuple = this_tuple(this);
    let head = tuple.ptr().payload::<PyTuple>();
    // SAFETY: law TU1; the tuple lives, and only the holder of the token reads or writes the place.
    let place = unsafe { (*head).hash_place() };
    if let Some(place) = place {
        // SAFETY: as above.
        let known = unsafe { *place };
        if known != UNHASHED { return Ok(known) }
    }
    vm.check_native_stack(" while hashing a tuple")?;
    let mut hasher = TupleHasher::new();
    for item in tuple.items() { hasher.push(vm.hash(item)?) }
    let hash = hasher.finish();
    // SAFETY: as above.
    if let Some(place) = place { unsafe { *place = hash } }
    Ok(hash)
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (Some(a), Some(b)) = (this.cast::<PyTuple>(), other.cast::<PyTuple>()) else { return Ok(vm.not_implemented()) };
    let (left, right) = (a.items(), b.items());
    for i in 0..left.len().min(right.len()) {
        let (x, y) = (&left[i], &right[i]);
        if !vm.equal(x, y)? {
            return match op {
                Compare::Eq => Ok(vm.bool(false)),
                Compare::Ne => Ok(vm.bool(true)),
                _ => vm.rich_compare(x, y, op),
            };
        }
    }
    Ok(vm.bool(ordering_holds(a.len().cmp(&b.len()), op)))
}

fn iter(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.new_object(PyTupleIter::new(this_tuple(this).clone()))?.into_obj()) }

fn len(_vm: &mut Vm, this: &Owned) -> PyResult<usize> { Ok(this_tuple(this).len()) }

fn getitem(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    let tuple = this_tuple(this);
    if vm.has_index(key) {
        let i = vm.item_index(key)?;
        return match wrap_index(i, tuple.len()) {
            Some(i) => Ok(tuple.items()[i].clone()),
            None => Err(vm.index_error("tuple index out of range")),
        };
    }
    let Some(slice) = key.cast::<PySlice>() else { return Err(vm.bad_subscript("tuple", key)) };
    let (start, _, step, count) = slice.indices(vm, tuple.len())?;
    if count == tuple.len() && step == 1 && this.is_exact::<PyTuple>(vm) { return Ok(this.clone()) }
    let items = tuple.items();
    Ok(vm.new_tuple((0..count).map(|n| items[nth(start, step, n)].clone()))?.into_obj())
}

fn contains(vm: &mut Vm, this: &Owned, x: &Owned) -> PyResult<bool> {
    for item in this_tuple(this).items() {
        if vm.equal(item, x)? { return Ok(true) }
    }
    Ok(false)
}

fn concat(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    let Some(tuple) = this.cast::<PyTuple>() else { return Ok(vm.not_implemented()) };
    let Some(tail) = other.cast::<PyTuple>() else {
        return Err(vm.type_error(format!("can only concatenate tuple (not \"{}\") to tuple", other.type_name(vm))));
    };
    if tuple.is_empty() && other.is_exact::<PyTuple>(vm) { return Ok(other.clone()) }
    if tail.is_empty() && this.is_exact::<PyTuple>(vm) { return Ok(this.clone()) }
    let (a, b) = (tuple.items(), tail.items());
    let both = (0..a.len() + b.len()).map(|i| if i < a.len() { a[i].clone() } else { b[i - a.len()].clone() });
    Ok(vm.new_tuple(both)?.into_obj())
}

fn repeat(vm: &mut Vm, this: &Owned, times: &Owned) -> PyResult {
    if !vm.has_index(times) {
        return Err(vm.type_error(format!("can't multiply sequence by non-int of type '{}'", times.type_name(vm))));
    }
    let times = vm.count_index(times)?.max(0) as usize;
    let tuple = this_tuple(this);
    let n = tuple.len();
    if this.is_exact::<PyTuple>(vm) && (n == 0 || times == 1) { return Ok(this.clone()) }
    if n == 0 || times == 0 { return Ok(vm.consts.empty_tuple.obj().clone()) }
    let Some(total) = n.checked_mul(times) else { return Err(vm.no_memory()) };
    let items = tuple.items();
    Ok(vm.new_tuple((0..total).map(|i| items[i % n].clone()))?.into_obj())
}

fn getnewargs(vm: &mut Vm, this: &Owned) -> PyResult {
    let copy = vm.alloc_tuple_vec(vm.types.tuple.ptr(), this_tuple(this).items().to_vec(), 0)?.into_obj();
    Ok(vm.new_tuple([copy])?.into_obj())
}

fn index(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let tuple = this_tuple(this);
    let (start, stop) = index_bounds(vm, args, tuple.len())?;
    for i in start..stop.min(tuple.len()) {
        if vm.equal(&tuple.items()[i], &args[0])? { return vm.new_int(i as i64) }
    }
    Err(vm.value_error("tuple.index(x): x not in tuple"))
}

/// The bounds in `args[1..]` of `index(value, start, stop)`.
pub(crate) fn index_bounds(vm: &mut Vm, args: &[Owned], len: usize) -> PyResult<(usize, usize)> {
    let mut bound = |i: usize, default: usize| -> PyResult<usize> {
        let Some(arg) = args.get(i) else { return Ok(default) };
        if !vm.has_index(arg) { return Err(vm.type_error("slice indices must be integers or have an __index__ method")) }
        Ok(clamp_bound(vm.index_isize_clamped(arg)?, len))
    };
    Ok((bound(1, 0)?, bound(2, usize::MAX)?))
}

fn count(vm: &mut Vm, this: &Owned, x: &Owned) -> PyResult {
    let mut n = 0;
    for item in this_tuple(this).items() { n += i64::from(vm.equal(item, x)?) }
    vm.new_int(n)
}
