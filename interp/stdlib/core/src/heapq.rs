//! Module `_heapq`: binary heaps in lists, smallest or largest first.
//!
//! A sift moves the hole down to a leaf along the smaller children and then the item up again: fewer comparisons than stopping
//! early (Knuth, volume 3, 5.2.3, exercise 18). Not here: `merge`, `nsmallest` (Python code).

use instar_code::Compare;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::list::PyList;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

const HEAP: &str = "($module, heap, /)";
const HEAP_ITEM: &str = "($module, heap, item, /)";

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_heapq",
    doc: "Heap queue algorithm (a.k.a. priority queue).",
    functions: &[
        Def::new("heappush", HEAP_ITEM, Native::N2(|vm, _, h, x| push(vm, h, x, false))).doc("Push item onto heap, maintaining the heap invariant."),
        Def::new("heappushpop", HEAP_ITEM, Native::N2(|vm, _, h, x| push_pop(vm, h, x, false))).doc("Push item on the heap, then pop and return the smallest item from the heap."),
        Def::new("heappop", HEAP, Native::N1(|vm, _, h| pop(vm, h, false))).doc("Pop the smallest item off the heap, maintaining the heap invariant."),
        Def::new("heapreplace", HEAP_ITEM, Native::N2(|vm, _, h, x| replace(vm, h, x, false))).doc("Pop and return the current smallest value, and add the new item."),
        Def::new("heapify", HEAP, Native::N1(|vm, _, h| heapify(vm, h, false))).doc("Transform list into a heap, in-place, in O(len(heap)) time."),
        Def::new("heappush_max", HEAP_ITEM, Native::N2(|vm, _, h, x| push(vm, h, x, true))).doc("Push item onto max heap, maintaining the heap invariant."),
        Def::new("heappushpop_max", HEAP_ITEM, Native::N2(|vm, _, h, x| push_pop(vm, h, x, true))).doc("Maxheap variant of heappushpop."),
        Def::new("heappop_max", HEAP, Native::N1(|vm, _, h| pop(vm, h, true))).doc("Maxheap variant of heappop."),
        Def::new("heapreplace_max", HEAP_ITEM, Native::N2(|vm, _, h, x| replace(vm, h, x, true))).doc("Maxheap variant of heapreplace."),
        Def::new("heapify_max", HEAP, Native::N1(|vm, _, h| heapify(vm, h, true))).doc("Maxheap variant of heapify."),
    ],
    exec: |vm, _, namespace| {
        let (name, text) = (vm.intern("__about__")?, vm.new_str("Heap queues")?);
        namespace.set_item(vm, &name, &text)
    },
};

fn heap_of<'a>(vm: &mut Vm, heap: &'a Owned, name: &str, max: bool) -> PyResult<&'a Ref<PyList>> {
    match heap.cast::<PyList>() {
        Some(list) => Ok(list),
        None => {
            // Functions with one parameter do not number it.
            let first = !matches!(name, "heappop" | "heapify");
            Err(vm.type_error(format!("{name}{}() argument{} must be list, not {}", if max { "_max" } else { "" }, if first { " 1" } else { "" }, heap.given_name(vm))))
        }
    }
}

/// The item at `i`, which was there when the operation began.
fn at(vm: &Vm, heap: &Ref<PyList>, i: usize) -> PyResult { heap.get(vm, i).ok_or_else(|| vm.runtime_error("list changed size during iteration")) }

/// Whether `a` belongs above `b`; RuntimeError if the comparison changed the list's length.
fn above(vm: &mut Vm, heap: &Ref<PyList>, size: usize, a: &Owned, b: &Owned, max: bool) -> PyResult<bool> {
    let r = if max { vm.compare_bool(b, a, Compare::Lt)? } else { vm.compare_bool(a, b, Compare::Lt)? };
    if heap.len(vm) != size { return Err(vm.runtime_error("list changed size during iteration")) }
    Ok(r)
}

fn swap(vm: &mut Vm, heap: &Ref<PyList>, i: usize, j: usize) -> PyResult<()> {
    let (a, b) = (at(vm, heap, i)?, at(vm, heap, j)?);
    let old = (heap.replace(vm, i, b), heap.replace(vm, j, a));
    drop(old);
    Ok(())
}

/// Moves the item at `pos` up to its place, not above `start`.
fn up(vm: &mut Vm, heap: &Ref<PyList>, start: usize, mut pos: usize, max: bool) -> PyResult<()> {
    let size = heap.len(vm);
    if pos >= size { return Err(vm.index_error("index out of range")) }
    let item = at(vm, heap, pos)?;
    while pos > start {
        let parent = (pos - 1) >> 1;
        let other = at(vm, heap, parent)?;
        if !above(vm, heap, size, &item, &other, max)? { break }
        swap(vm, heap, pos, parent)?;
        pos = parent;
    }
    Ok(())
}

/// Moves the item at `pos` down to a leaf and up to its place.
fn down(vm: &mut Vm, heap: &Ref<PyList>, mut pos: usize, max: bool) -> PyResult<()> {
    let (size, start) = (heap.len(vm), pos);
    if pos >= size { return Err(vm.index_error("index out of range")) }
    let inner = size >> 1;
    while pos < inner {
        let mut child = 2 * pos + 1;
        if child + 1 < size {
            let (left, right) = (at(vm, heap, child)?, at(vm, heap, child + 1)?);
            // Smallest first asks `left < right`, largest first `right < left`; the right child wins when the answer is no.
            if !above(vm, heap, size, &left, &right, max)? { child += 1 }
        }
        swap(vm, heap, child, pos)?;
        pos = child;
    }
    up(vm, heap, start, pos, max)
}

fn push(vm: &mut Vm, heap: &Owned, item: &Owned, max: bool) -> PyResult {
    let heap = heap_of(vm, heap, "heappush", max)?;
    heap.push(vm, item.clone())?;
    let last = heap.len(vm) - 1;
    up(vm, heap, 0, last, max)?;
    Ok(vm.none())
}

fn pop(vm: &mut Vm, heap: &Owned, max: bool) -> PyResult {
    let heap = heap_of(vm, heap, "heappop", max)?;
    let Some(last) = heap.pop(vm) else { return Err(vm.index_error("index out of range")) };
    if heap.is_empty(vm) { return Ok(last) }
    let top = at(vm, heap, 0)?;
    drop(heap.replace(vm, 0, last));
    down(vm, heap, 0, max)?;
    Ok(top)
}

fn replace(vm: &mut Vm, heap: &Owned, item: &Owned, max: bool) -> PyResult {
    let heap = heap_of(vm, heap, "heapreplace", max)?;
    let Some(top) = heap.get(vm, 0) else { return Err(vm.index_error("index out of range")) };
    drop(heap.replace(vm, 0, item.clone()));
    down(vm, heap, 0, max)?;
    Ok(top)
}

fn push_pop(vm: &mut Vm, heap: &Owned, item: &Owned, max: bool) -> PyResult {
    let heap = heap_of(vm, heap, "heappushpop", max)?;
    let Some(top) = heap.get(vm, 0) else { return Ok(item.clone()) };
    let passes = if max { vm.compare_bool(item, &top, Compare::Lt)? } else { vm.compare_bool(&top, item, Compare::Lt)? };
    if !passes { return Ok(item.clone()) }
    // The comparison may have emptied the list.
    let Some(top) = heap.get(vm, 0) else { return Err(vm.index_error("index out of range")) };
    drop(heap.replace(vm, 0, item.clone()));
    down(vm, heap, 0, max)?;
    Ok(top)
}

fn heapify(vm: &mut Vm, heap: &Owned, max: bool) -> PyResult {
    let heap = heap_of(vm, heap, "heapify", max)?;
    for i in (0..heap.len(vm) >> 1).rev() { down(vm, heap, i, max)? }
    Ok(vm.none())
}
