//! `list`: a growing array of references.
//!
//! Items are read and changed under the token only; whatever may run Python works by index and looks again.
//! Not here: sorting (`list_sort.rs`), iterators (`list_iter.rs`), assignment to slices (`list_slice.rs`).

use instar_code::Compare;
use instar_object::BufVec;

use crate::trace;
use crate::args::{check_count, Args};
use crate::native::{Def, Native, TypeDef};
use crate::object::{Guarded, ObjExt, Owned, Payload, Ref, Shape, VTable, Word, Words};
use crate::protocol::compare::ordering_holds;
use crate::protocol::item::wrap_index;
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::container_repr;
use crate::types::list_iter::{PyListIter, PyListReverseIter};
use crate::types::slice::{adjust, nth, PySlice};
use crate::types::tuple::{index_bounds, PyTuple};
use crate::vm::{PyResult, Types, Vm};

/// Payload of `list`.
#[repr(transparent)]
pub struct PyList {
    pub(crate) items: Guarded<BufVec<Owned>>,
}

trace! { PyList { items } }

crate::fields! { PyList { items } items }
// SAFETY: one static, made for this type.
unsafe impl Payload for PyList {
    const SHAPE: Shape = Shape::Gc;
    fn vtable() -> &'static VTable {
        // SAFETY: the payload is a vector (`Guarded` is transparent). `Drop` releases the last item first.
        static VTABLE: VTable = unsafe { VTable::of::<PyList>("list").with_words(Words::Buffer) }.with_fields::<PyList>();
        &VTABLE
    }
    fn default_type(types: &Types) -> &TypeRef { &types.list }
}

impl Drop for PyList {
    fn drop(&mut self) {
        // SAFETY: the payload is being dropped, nobody views it. Last item first, as CPython's list_dealloc.
        let items = unsafe { self.items.get_unguarded() };
        while items.pop().is_some() {}
    }
}

impl PyList {
    /// The items.
    #[inline(always)]
    pub fn items<'a>(&'a self, vm: &'a Vm) -> &'a [Owned] { self.items.get(vm).as_slice() }
    /// Number of items.
    #[inline(always)]
    pub fn len(&self, vm: &Vm) -> usize { self.items.get(vm).len() }
    /// Whether it is empty.
    pub fn is_empty(&self, vm: &Vm) -> bool { self.len(vm) == 0 }
    /// A share of item `i`.
    #[inline]
    pub fn get(&self, vm: &Vm, i: usize) -> Option<Owned> { self.items(vm).get(i).cloned() }
    /// Item `i` as a borrowed word, NULL if out of range.
    #[inline(always)]
    pub fn get_word(&self, vm: &Vm, i: usize) -> Word { self.items(vm).get(i).map_or(Word::NULL, Owned::word) }
    /// Address and number of the items, for the eval loop: valid until the list changes.
    #[inline(always)]
    pub fn raw_items(&self) -> (*mut Word, usize) {
        // SAFETY: the reference ends here; a handle is a word (`Owned` is `repr(transparent)`).
        let items = unsafe { self.items.get_unguarded() };
        (items.as_mut_slice().as_mut_ptr().cast(), items.len())
    }
    /// Appends the owned word `item`; `false` if there is no memory (the word stays the caller's).
    ///
    /// # Safety
    /// `item` is an owned word, not null, and no view of this list is alive.
    #[inline]
    pub unsafe fn push_word(&self, item: Word) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            let items = self.items.get_unguarded();
            if items.reserve(1).is_err() { return false }
            items.push(Owned::from_word(item)).is_ok()
        }
    }
    /// Replaces item `i`, giving back the old one; gives `value` back as the error if there is no such item.
    #[inline]
    pub fn replace(&self, vm: &mut Vm, i: usize, value: Owned) -> Result<Owned, Owned> {
        match self.items.get_mut(vm).as_mut_slice().get_mut(i) {
            Some(place) => Ok(std::mem::replace(place, value)),
            None => Err(value),
        }
    }
    /// Appends.
    #[inline]
    pub fn push(&self, vm: &mut Vm, item: Owned) -> PyResult<()> { self.items.get_mut(vm).push(item).map_err(|e| vm.out_of_memory(e)) }
    /// Removes the last item.
    pub fn pop(&self, vm: &mut Vm) -> Option<Owned> {
        let items = self.items.get_mut(vm);
        let item = items.pop();
        items.shrink();
        item
    }
    /// Inserts before position `i` (at most the length).
    pub fn insert(&self, vm: &mut Vm, i: usize, item: Owned) -> PyResult<()> {
        let items = self.items.get_mut(vm);
        let i = i.min(items.len());
        items.insert(i, item).map_err(|e| vm.out_of_memory(e))
    }
    /// Removes item `i`.
    pub fn remove(&self, vm: &mut Vm, i: usize) -> Option<Owned> {
        let items = self.items.get_mut(vm);
        if i >= items.len() { return None }
        let item = items.remove(i);
        items.shrink();
        Some(item)
    }
    /// Appends all of these.
    pub fn extend(&self, vm: &mut Vm, new: impl ExactSizeIterator<Item = Owned>) -> PyResult<()> {
        let items = self.items.get_mut(vm);
        if let Err(e) = items.reserve_run(new.len()) { return Err(vm.out_of_memory(e)) }
        items.extend_in_room(new);
        Ok(())
    }
    /// Appends shares of `count` words; `source` says where they are once there is room (they may be this list's own).
    ///
    /// # Safety
    /// `source` gives the address of `count` live words that stay where they are meanwhile.
    unsafe fn extend_from_words(&self, vm: &mut Vm, count: usize, source: impl FnOnce() -> *const Word) -> PyResult<()> {
        let items = self.items.get_mut(vm);
        if let Err(e) = items.reserve_run(count) { return Err(vm.out_of_memory(e)) }
        let from = source();
        // SAFETY: the caller's promise; there is room, so nothing moves.
        items.extend_in_room((0..count).map(|i| unsafe { Owned::share_word(*from.add(i)) }));
        Ok(())
    }
    /// Takes the storage out, leaving an empty list.
    pub fn take(&self, vm: &mut Vm) -> BufVec<Owned> { std::mem::replace(self.items.get_mut(vm), BufVec::new()) }
    /// Empties the list; the items die after it is empty, last first.
    pub fn clear(&self, vm: &mut Vm) {
        // What never held an item holds no buffer.
        if self.items.get(vm).capacity() > 0 { drop_backwards(self.take(vm)) }
    }
}

/// Drops the items, last first.
pub(crate) fn drop_backwards(mut items: BufVec<Owned>) { while items.pop().is_some() {} }

impl Vm {
    /// A list of these items.
    pub fn new_list(&self, items: impl IntoIterator<Item = Owned>) -> PyResult<Ref<PyList>> {
        let items = self.buffer_of(items)?;
        self.new_object(PyList { items: Guarded::new(items) })
    }

    /// A list of shares of these items.
    #[inline]
    pub fn new_list_from(&self, items: &[Owned]) -> PyResult<Ref<PyList>> {
        let mut buffer = self.buffer_for(items.len())?;
        buffer.extend_in_room(items.iter().cloned());
        self.new_object(PyList { items: Guarded::new(buffer) })
    }

    /// A list that takes over the `count` counts in the words at `from`.
    ///
    /// # Safety
    /// The words are initialised, non-null and owned; they are consumed, on error too.
    pub unsafe fn new_list_from_words(&self, from: *const Word, count: usize) -> PyResult<Ref<PyList>> {
        // SAFETY: the words move into the buffer (a handle is a word); on an error they are released, last first.
        unsafe {
            let mut buffer = match self.buffer_for(count) {
                Ok(buffer) => buffer,
                Err(e) => {
                    for i in (0..count).rev() { (*from.add(i)).release() }
                    return Err(e);
                }
            };
            std::ptr::copy_nonoverlapping(from, buffer.as_ptr().cast::<Word>(), count);
            buffer.set_len(count);
            self.new_object(PyList { items: Guarded::new(buffer) })
        }
    }

    /// Room for exactly `n` items.
    #[inline]
    fn buffer_for(&self, n: usize) -> PyResult<BufVec<Owned>> { BufVec::with_capacity_in(&self.heap, n).map_err(|e| self.out_of_memory(e)) }

    fn buffer_of(&self, items: impl IntoIterator<Item = Owned>) -> PyResult<BufVec<Owned>> {
        let mut source = items.into_iter();
        let mut buffer = self.buffer_for(source.size_hint().0)?;
        buffer.extend_in_room(source.by_ref());
        for item in source { buffer.push(item).map_err(|e| self.out_of_memory(e))? }
        Ok(buffer)
    }
}

/// As [`Vm::new_list_from_words`], for the eval loop.
///
/// # Safety
/// As there.
pub unsafe fn from_words(vm: &Vm, from: *const Word, count: usize) -> PyResult {
    // SAFETY: the caller's promise.
    unsafe { vm.new_list_from_words(from, count) }.map(Ref::into_obj)
}

pub(crate) fn this_list(this: &Owned) -> &Ref<PyList> { this.cast::<PyList>().expect("law: checked by the descriptor") }

/// Docs, methods and attributes of `list`.
pub static DEF: TypeDef = TypeDef {
    doc: "A changeable sequence of objects.\n\nWithout argument it is empty, else it holds the items of the iterable.",
    sig: "(iterable=(), /)",
    methods: &[
        Def::new("__reversed__", "($self, /)", Native::N0(reversed)).doc("An iterator from the last item to the first."),
        Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Bytes held by the list itself."),
        Def::new("clear", "($self, /)", Native::N0(clear)).doc("Remove all items."),
        Def::new("copy", "($self, /)", Native::N0(copy)).doc("A new list of the same items."),
        Def::new("append", "($self, object, /)", Native::N1(append)).doc("Add object at the end."),
        Def::new("insert", "($self, index, object, /)", Native::N2(insert)).doc("Put object before position index."),
        Def::new("extend", "($self, iterable, /)", Native::N1(extend_method)).doc("Add every item of iterable at the end."),
        Def::new("pop", "($self, index=-1, /)", Native::Var(pop, 0, 1)).doc("Remove the item at index and return it; IndexError if there is none."),
        Def::new("remove", "($self, value, /)", Native::N1(remove)).doc("Remove the first item that equals value; ValueError if there is none."),
        Def::new("index", "($self, value, start=0, stop=sys.maxsize, /)", Native::Var(index, 1, 3)).doc("First position of value; ValueError if it is not there."),
        Def::new("count", "($self, value, /)", Native::N1(count)).doc("How many items equal value."),
        Def::new("reverse", "($self, /)", Native::N0(reverse)).doc("Turn the order around, in place."),
        Def::new("sort", "($self, /, *, key=None, reverse=False)", Native::Bound(super::list_sort::sort)).doc("Order the items in place; equal ones keep their order."),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(crate::protocol::item::class_getitem)).doc("See PEP 585"),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.list.clone();
    let slots = Slots {
        new: Some(new), init: Some(initialise), repr: Some(repr), compare: Some(compare), iter: Some(iter), len: Some(len),
        getitem: Some(getitem), setitem: Some(setitem), contains: Some(contains), concat: Some(concat), inplace_concat: Some(inplace_concat),
        repeat: Some(repeat), inplace_repeat: Some(inplace_repeat),
        ..Slots::default()
    };
    vm.fill_type(&ty, slots, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult {
    Ok(vm.new_object_of(ty, PyList { items: Guarded::new(BufVec::new()) })?.into_obj())
}

fn initialise(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult<()> {
    if this.type_of(vm).slots().new.map(|f| f as usize) == Some(new as *const () as usize) { args.no_keywords(vm, "list")? }
    check_count(vm, "list", args.pos().len(), 0, 1)?;
    let list = this_list(this);
    list.clear(vm);
    match args.pos().first() {
        Some(iterable) => extend(vm, list, iterable),
        None => Ok(()),
    }
}

/// `list.extend(iterable)`. The list grows item by item, so the iterable sees (and may change) it.
pub fn extend(vm: &mut Vm, list: &Ref<PyList>, iterable: &Owned) -> PyResult<()> {
    if iterable.is_exact::<PyTuple>(vm) {
        let (words, count) = iterable.cast::<PyTuple>().expect("law: exact tuple").raw_items();
        // SAFETY: a tuple never changes, and the caller holds it.
        return unsafe { list.extend_from_words(vm, count, || words) };
    }
    if iterable.is_exact::<PyList>(vm) {
        let source = iterable.cast::<PyList>().expect("law: exact list");
        // SAFETY: the address is taken after the list has grown, which it may be itself.
        return unsafe { list.extend_from_words(vm, source.len(vm), || source.raw_items().0) };
    }
    let it = vm.iter(iterable)?;
    let hint = vm.length_hint(iterable, 8)?;
    // A hint that no length could reach is a bad guess; one that no memory could hold is believed.
    if list.len(vm).checked_add(hint).is_some_and(|n| n <= isize::MAX as usize) {
        if hint > isize::MAX as usize / size_of::<Owned>() { return Err(vm.no_memory()) }
        // CPython takes tables of hashes item by item, into a list that grows.
        let ty = iterable.type_of(vm).ptr();
        let table = [&vm.types.set, &vm.types.frozenset, &vm.types.dict, &vm.types.dict_keys, &vm.types.dict_values, &vm.types.dict_items].iter().any(|t| t.ptr() == ty);
        let items = list.items.get_mut(vm);
        let room = hint.min(1 << 20);
        if let Err(e) = if table { items.reserve(room) } else { items.reserve_run(room) } { return Err(vm.out_of_memory(e)) }
    }
    while let Some(item) = vm.next(&it)? { list.push(vm, item)? }
    list.items.get_mut(vm).shrink();
    Ok(())
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let list = this_list(this);
    if list.is_empty(vm) { return vm.new_str("[]") }
    container_repr::guarded(vm, this, "[...]", |vm, out| {
        out.text(vm, "[")?;
        let mut i = 0;
        while let Some(item) = list.get(vm, i) {
            out.item(vm, i == 0, &item)?;
            i += 1;
        }
        out.text(vm, "]")
    })
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (Some(a), Some(b)) = (this.cast::<PyList>(), other.cast::<PyList>()) else { return Ok(vm.not_implemented()) };
    if matches!(op, Compare::Eq | Compare::Ne) && a.len(vm) != b.len(vm) { return Ok(vm.bool(op == Compare::Ne)) }
    let mut i = 0;
    while let (Some(x), Some(y)) = (a.get(vm, i), b.get(vm, i)) {
        if !vm.equal(&x, &y)? {
            // The comparison may have emptied a list: then the lengths decide.
            if i >= a.len(vm) || i >= b.len(vm) { break }
            return match op {
                Compare::Eq => Ok(vm.bool(false)),
                Compare::Ne => Ok(vm.bool(true)),
                _ => vm.rich_compare(&x, &y, op),
            };
        }
        i += 1;
    }
    Ok(vm.bool(ordering_holds(a.len(vm).cmp(&b.len(vm)), op)))
}

fn iter(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.new_object(PyListIter::new(this.clone()))?.into_obj()) }

fn reversed(vm: &mut Vm, this: &Owned) -> PyResult {
    let last = this_list(this).len(vm) as isize - 1;
    Ok(vm.new_object(PyListReverseIter::new(this.clone(), last))?.into_obj())
}

fn len(vm: &mut Vm, this: &Owned) -> PyResult<usize> { Ok(this_list(this).len(vm)) }

fn getitem(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    let list = this_list(this);
    if vm.has_index(key) {
        let i = vm.item_index(key)?;
        return match wrap_index(i, list.len(vm)) {
            Some(i) => Ok(list.items(vm)[i].clone()),
            None => Err(vm.index_error("list index out of range")),
        };
    }
    let Some(slice) = key.cast::<PySlice>() else { return Err(vm.bad_subscript("list", key)) };
    let (start, stop, step) = slice.unpack(vm)?;
    let items = list.items(vm);
    let (start, _, count) = adjust(items.len(), start, stop, step);
    let copy = if step == 1 { vm.new_list_from(&items[start as usize..start as usize + count]) } else { vm.new_list((0..count).map(|n| items[nth(start, step, n)].clone())) };
    Ok(copy?.into_obj())
}

fn setitem(vm: &mut Vm, this: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let list = this_list(this);
    if vm.has_index(key) {
        let i = vm.item_index(key)?;
        let Some(i) = wrap_index(i, list.len(vm)) else { return Err(vm.index_error("list assignment index out of range")) };
        match value {
            Some(value) => drop(list.replace(vm, i, value.clone())),
            None => drop(list.remove(vm, i)),
        }
        return Ok(());
    }
    let Some(slice) = key.cast::<PySlice>() else { return Err(vm.bad_subscript("list", key)) };
    super::list_slice::assign(vm, list, slice, value)
}

fn contains(vm: &mut Vm, this: &Owned, x: &Owned) -> PyResult<bool> {
    let list = this_list(this);
    let mut i = 0;
    while let Some(item) = list.get(vm, i) {
        if vm.equal(&item, x)? { return Ok(true) }
        i += 1;
    }
    Ok(false)
}

fn concat(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    let Some(list) = this.cast::<PyList>() else { return Ok(vm.not_implemented()) };
    let Some(tail) = other.cast::<PyList>() else {
        return Err(vm.type_error(format!("can only concatenate list (not \"{}\") to list", other.type_name(vm))));
    };
    let (a, b) = (list.items(vm), tail.items(vm));
    let mut both = vm.buffer_for(a.len() + b.len())?;
    both.extend_in_room(a.iter().cloned());
    both.extend_in_room(b.iter().cloned());
    Ok(vm.new_object(PyList { items: Guarded::new(both) })?.into_obj())
}

fn inplace_concat(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    extend(vm, this_list(this), other)?;
    Ok(this.clone())
}

fn repeat_count(vm: &mut Vm, times: &Owned) -> PyResult<usize> {
    if !vm.has_index(times) {
        return Err(vm.type_error(format!("can't multiply sequence by non-int of type '{}'", times.type_name(vm))));
    }
    Ok(vm.count_index(times)?.max(0) as usize)
}

fn repeat(vm: &mut Vm, this: &Owned, times: &Owned) -> PyResult {
    let times = repeat_count(vm, times)?;
    let items = this_list(this).items(vm);
    let n = items.len();
    let Some(total) = n.checked_mul(times) else { return Err(vm.no_memory()) };
    let mut all = vm.buffer_for(total)?;
    if let [item] = items {
        all.extend_in_room((0..total).map(|_| item.clone()));
    } else if n > 0 {
        for _ in 0..times { all.extend_in_room(items.iter().cloned()) }
    }
    Ok(vm.new_object(PyList { items: Guarded::new(all) })?.into_obj())
}

fn inplace_repeat(vm: &mut Vm, this: &Owned, times: &Owned) -> PyResult {
    let times = repeat_count(vm, times)?;
    let list = this_list(this);
    if times == 0 {
        list.clear(vm);
        return Ok(this.clone());
    }
    let n = list.len(vm);
    let Some(more) = n.checked_mul(times - 1) else { return Err(vm.no_memory()) };
    let items = list.items.get_mut(vm);
    if let Err(e) = items.reserve(more) { return Err(vm.out_of_memory(e)) }
    for i in 0..more {
        let item = items.as_slice()[i].clone();
        if let Err(e) = items.push(item) { return Err(vm.out_of_memory(e)) }
    }
    Ok(this.clone())
}

fn sizeof(vm: &mut Vm, this: &Owned) -> PyResult {
    let bytes = vm.basic_size(this) + this_list(this).items.get(vm).capacity() * size_of::<Owned>();
    vm.new_int(bytes as i64)
}

fn clear(vm: &mut Vm, this: &Owned) -> PyResult {
    this_list(this).clear(vm);
    Ok(vm.none())
}

fn copy(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.new_list_from(this_list(this).items(vm))?.into_obj()) }

fn append(vm: &mut Vm, this: &Owned, item: &Owned) -> PyResult {
    this_list(this).push(vm, item.clone())?;
    Ok(vm.none())
}

fn insert(vm: &mut Vm, this: &Owned, position: &Owned, item: &Owned) -> PyResult {
    let i = vm.size_argument(position)?;
    let list = this_list(this);
    let n = list.len(vm);
    let i = if i < 0 { i.saturating_add_unsigned(n).max(0) as usize } else { i as usize };
    list.insert(vm, i, item.clone())?;
    Ok(vm.none())
}

fn extend_method(vm: &mut Vm, this: &Owned, iterable: &Owned) -> PyResult {
    extend(vm, this_list(this), iterable)?;
    Ok(vm.none())
}

fn pop(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let list = this_list(this);
    if args.is_empty() && let Some(last) = list.pop(vm) { return Ok(last) }
    let i = match args.first() { Some(i) => vm.size_argument(i)?, None => -1 };
    let n = list.len(vm);
    if n == 0 { return Err(vm.index_error("pop from empty list")) }
    let popped = wrap_index(i, n).and_then(|i| list.remove(vm, i));
    popped.ok_or_else(|| vm.index_error("pop index out of range"))
}

fn remove(vm: &mut Vm, this: &Owned, value: &Owned) -> PyResult {
    let list = this_list(this);
    let mut i = 0;
    while let Some(item) = list.get(vm, i) {
        if vm.equal(&item, value)? {
            drop(list.remove(vm, i));
            return Ok(vm.none());
        }
        i += 1;
    }
    Err(vm.value_error("list.remove(x): x not in list"))
}

fn index(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let list = this_list(this);
    let n = list.len(vm);
    let (start, stop) = index_bounds(vm, args, n)?;
    let mut i = start;
    while i < stop {
        let Some(item) = list.get(vm, i) else { break };
        if vm.equal(&item, &args[0])? { return vm.new_int(i as i64) }
        i += 1;
    }
    Err(vm.value_error("list.index(x): x not in list"))
}

fn count(vm: &mut Vm, this: &Owned, value: &Owned) -> PyResult {
    let list = this_list(this);
    let (mut i, mut n) = (0, 0);
    while let Some(item) = list.get(vm, i) {
        n += i64::from(vm.equal(&item, value)?);
        i += 1;
    }
    vm.new_int(n)
}

fn reverse(vm: &mut Vm, this: &Owned) -> PyResult {
    this_list(this).items.get_mut(vm).as_mut_slice().reverse();
    Ok(vm.none())
}
