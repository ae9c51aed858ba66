//! `array`: rows of machine values.
//!
//! Here: the type and its slots. Not here: single items (`array_/item.rs`), methods (`array_/methods.rs`), pickling
//! (`array_/pickle.rs`).

mod item;
mod methods;
mod pickle;

use std::cell::Cell;

use instar_code::Compare;
use instar_object::TypeFlags;
use instar_vm::fallible::{CollectVec, CopyVec};
use instar_vm::args::Args;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{ObjExt, Owned, Ref, Slot};
use instar_vm::protocol::buffer::{Buffer, Layout, Request};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::bytearray::PyByteArray;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::slice::{adjust, nth, PySlice};
use instar_vm::types::str::PyStr;
use instar_vm::{PyResult, Vm};

use crate::support::{set, set_str, set_type};
use item::{item_size, CODES};

/// Payload of `array`.
pub struct PyArray {
    /// The items' bytes, in the machine's order.
    data: PyByteArray,
    code: u8,
    /// Buffers that are out.
    exports: Cell<usize>,
}

instar_vm::trace! { PyArray {} }
instar_vm::fields! { PyArray { data, code, exports } }
instar_vm::payload!(PyArray, "array");

impl PyArray {
    fn size(&self) -> usize { item_size(self.code) }
    fn count(&self, vm: &Vm) -> usize { self.data.len(vm) / self.size() }
    fn is_text(&self) -> bool { matches!(self.code, b'u' | b'w') }
    fn bytes<'a>(&'a self, vm: &'a Vm) -> &'a [u8] { self.data.bytes(vm) }
    /// Item `i` as an object; `None` behind the end.
    fn get(&self, vm: &mut Vm, i: usize) -> PyResult<Option<Owned>> {
        let size = self.size();
        let mut item = [0u8; 8];
        match i.checked_mul(size).and_then(|at| self.data.bytes(vm).get(at..at + size)) {
            Some(bytes) => item[..size].copy_from_slice(bytes),
            None => return Ok(None),
        }
        item::unpack(vm, self.code, &item[..size]).map(Some)
    }
    /// BufferError while a buffer is out.
    fn check_resize(&self, vm: &Vm) -> PyResult<()> {
        if self.exports.get() == 0 { Ok(()) } else { Err(vm.buffer_error("cannot resize an array that is exporting buffers")) }
    }
    /// Replaces items `start..end`.
    fn splice(&self, vm: &mut Vm, start: usize, end: usize, new: &[u8]) -> PyResult<()> {
        let size = self.size();
        if new.len() != (end - start) * size { self.check_resize(vm)? }
        self.data.splice(vm, start * size, end * size, new)
    }
    fn extend(&self, vm: &mut Vm, new: &[u8]) -> PyResult<()> {
        if new.is_empty() { return Ok(()) }
        self.check_resize(vm)?;
        self.data.extend(vm, new)
    }
    /// Appends an object.
    fn push(&self, vm: &mut Vm, value: &Owned) -> PyResult<()> {
        let item = item::pack(vm, self.code, value)?;
        self.extend(vm, &item[..self.size()])
    }
}

/// An iterator's payload.
struct ArrayIter {
    array: Slot,
    index: Cell<usize>,
}

instar_vm::trace! { ArrayIter { array } }
instar_vm::fields! { ArrayIter { array, index } }
instar_vm::payload!(ArrayIter, "arrayiterator");

fn this(o: &Owned) -> &Ref<PyArray> { o.cast().expect("law: checked by the descriptor") }

/// An array of exact type with these bytes.
fn new_array(vm: &mut Vm, code: u8, bytes: &[u8]) -> PyResult {
    let data = PyByteArray::new(vm, bytes)?;
    Ok(vm.new_object(PyArray { data, code, exports: Cell::new(0) })?.into_obj())
}

/// The typecode argument.
fn code_arg(vm: &mut Vm, o: &Owned, function: &str) -> PyResult<u32> {
    let Some(s) = o.cast::<PyStr>() else {
        let t = o.given_name(vm);
        return Err(vm.type_error(format!("{function}() argument {} must be a unicode character, not {t}", if function == "array" { 1 } else { 2 })));
    };
    let n = s.len();
    match s.chars().next() {
        Some(c) if n == 1 => Ok(c),
        _ => {
            let whose = if function == "array" { "array() argument 1" } else { "_array_reconstructor(): argument 2" };
            Err(vm.type_error(format!("{whose} must be a unicode character, not a string of length {n}")))
        }
    }
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let exact = vm.types.native_type::<PyArray>().ptr() == ty.ptr();
    if exact && !args.kwnames().is_empty() { return Err(vm.type_error("array.array() takes no keyword arguments")) }
    let (code, initial) = match args.pos() {
        [code] => (code, None),
        [code, initial] => (code, Some(initial)),
        [] => return Err(vm.type_error("array() takes at least 1 argument (0 given)")),
        more => { let n = more.len(); return Err(vm.type_error(format!("array() takes at most 2 arguments ({n} given)"))) }
    };
    let code = code_arg(vm, code, "array")?;
    let known = u8::try_from(code).ok().filter(|c| CODES.contains(*c as char));
    if known == Some(b'u') {
        let category = vm.types.deprecation_warning.clone();
        vm.warn(&category, "The 'u' type code is deprecated and will be removed in Python 3.16", 1)?;
    }
    let text = matches!(known, Some(b'u' | b'w'));
    if let Some(initial) = initial.filter(|_| !text) {
        let shown = char::from_u32(code).unwrap_or('?');
        if initial.cast::<PyStr>().is_some() { return Err(vm.type_error(format!("cannot use a str to initialize an array with typecode '{shown}'"))) }
        if initial.cast::<PyArray>().is_some_and(|a| a.is_text()) {
            return Err(vm.type_error(format!("cannot use a unicode array to initialize an array with typecode '{shown}'")));
        }
    }
    if known.is_none() && let Some(initial) = initial && !holds_items(initial) { vm.iter(initial)?; }
    let Some(code) = known else { return Err(vm.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)")) };
    let array = vm.new_object_of(ty, PyArray { data: PyByteArray::default(), code, exports: Cell::new(0) })?.into_obj();
    if let Some(initial) = initial { fill(vm, &array, initial)? }
    Ok(array)
}

/// Whether a value for a new array is one of those that are not iterated over.
fn holds_items(o: &Owned) -> bool {
    o.cast::<PyBytes>().is_some() || o.cast::<PyByteArray>().is_some() || o.cast::<PyStr>().is_some() || o.cast::<PyArray>().is_some()
}

fn fill(vm: &mut Vm, array: &Owned, initial: &Owned) -> PyResult<()> {
    let a = this(array);
    if initial.cast::<PyBytes>().is_some() || initial.cast::<PyByteArray>().is_some() { return methods::append_bytes(vm, array, initial) }
    if let Some(s) = initial.cast::<PyStr>() {
        let bytes: Vec<u8> = s.chars().flat_map(u32::to_ne_bytes).try_vec(vm)?;
        return a.extend(vm, &bytes);
    }
    if let Some(other) = initial.cast::<PyArray>().filter(|o| o.code == a.code) {
        let bytes = other.bytes(vm).try_copy(vm)?;
        return a.extend(vm, &bytes);
    }
    append_all(vm, a, initial)
}

fn append_all(vm: &mut Vm, a: &Ref<PyArray>, items: &Owned) -> PyResult<()> {
    let it = vm.iter(items)?;
    while let Some(item) = vm.next(&it)? { a.push(vm, &item)? }
    Ok(())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let a = this(o);
    let (name, code) = (o.bare_type_name(vm), a.code as char);
    if a.count(vm) == 0 { return vm.new_str(&format!("{name}('{code}')")) }
    let content = if a.is_text() { methods::text_of(vm, a)? } else { methods::tolist(vm, o)? };
    let content = vm.repr(&content)?;
    let (head, tail) = (vm.new_str(&format!("{name}('{code}', "))?, vm.new_str(")")?);
    instar_vm::types::str::join(vm, &[head, content, tail])
}

fn len(vm: &mut Vm, o: &Owned) -> PyResult<usize> { Ok(this(o).count(vm)) }

fn has_index(vm: &Vm, o: &Owned) -> bool { o.type_of(vm).slots().index.is_some() }

/// The index if it is in the array.
fn wrap(i: isize, n: usize) -> Option<usize> {
    let i = if i < 0 { i.checked_add_unsigned(n)? } else { i };
    usize::try_from(i).ok().filter(|i| *i < n)
}

fn getitem(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult {
    let a = this(o);
    if has_index(vm, key) {
        let i = vm.item_index(key)?;
        let item = match wrap(i, a.count(vm)) { Some(i) => a.get(vm, i)?, None => None };
        return item.ok_or_else(|| vm.index_error("array index out of range"));
    }
    let Some(slice) = key.cast::<PySlice>() else { return Err(vm.type_error("array indices must be integers")) };
    let (start, stop, step) = slice.unpack(vm)?;
    let (start, _, count) = adjust(a.count(vm), start, stop, step);
    let size = a.size();
    let mut picked = Vec::new();
    picked.try_reserve_exact(count * size).map_err(|_| vm.no_memory())?;
    {
        let bytes = a.bytes(vm);
        for n in 0..count { let at = nth(start, step, n) * size; picked.extend_from_slice(&bytes[at..at + size]) }
    }
    new_array(vm, a.code, &picked)
}

fn setitem(vm: &mut Vm, o: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let a = this(o);
    let size = a.size();
    if has_index(vm, key) {
        let i = vm.item_index(key)?;
        let Some(i) = wrap(i, a.count(vm)) else { return Err(vm.index_error("array assignment index out of range")) };
        let Some(value) = value else { return a.splice(vm, i, i + 1, &[]) };
        let item = item::pack(vm, a.code, value)?;
        // The conversion may have run code that shortened the array.
        if i >= a.count(vm) { return Err(vm.index_error("array assignment index out of range")) }
        a.data.bytes_mut(vm)[i * size..(i + 1) * size].copy_from_slice(&item[..size]);
        return Ok(());
    }
    let Some(slice) = key.cast::<PySlice>() else { return Err(vm.type_error("array indices must be integers")) };
    let (start, stop, step) = slice.unpack(vm)?;
    let new = match value {
        None => Vec::new(),
        Some(v) => match v.cast::<PyArray>() {
            Some(other) if other.code == a.code => other.bytes(vm).to_vec(),
            Some(_) => return Err(vm.type_error("bad argument type for built-in operation")),
            None => { let t = v.type_name(vm); return Err(vm.type_error(format!("can only assign array (not \"{t}\") to array slice"))) }
        },
    };
    let (start, stop, count) = adjust(a.count(vm), start, stop, step);
    if step == 1 {
        let start = start as usize;
        return a.splice(vm, start, (stop.max(0) as usize).max(start), &new);
    }
    if new.is_empty() {
        if count == 0 { return Ok(()) }
        a.check_resize(vm)?;
        let mut gone: Vec<usize> = (0..count).map(|n| nth(start, step, n)).try_vec(vm)?;
        gone.sort_unstable();
        let mut kept = Vec::new();
        let mut next = gone.iter().peekable();
        for (i, item) in a.bytes(vm).chunks_exact(size).enumerate() { if next.peek() == Some(&&i) { next.next(); } else { kept.extend_from_slice(item) } }
        let all = a.count(vm);
        return a.splice(vm, 0, all, &kept);
    }
    if new.len() != count * size {
        let n = new.len() / size;
        return Err(vm.value_error(format!("attempt to assign array of size {n} to extended slice of size {count}")));
    }
    let bytes = a.data.bytes_mut(vm);
    for (n, item) in new.chunks_exact(size).enumerate() { let at = nth(start, step, n) * size; bytes[at..at + size].copy_from_slice(item) }
    Ok(())
}

fn concat(vm: &mut Vm, o: &Owned, other: &Owned) -> PyResult {
    let a = this(o);
    let Some(b) = other.cast::<PyArray>() else {
        let t = other.type_name(vm);
        return Err(vm.type_error(format!("can only append array (not \"{t}\") to array")));
    };
    if a.code != b.code { return Err(vm.type_error("bad argument type for built-in operation")) }
    let bytes = [a.bytes(vm), b.bytes(vm)].concat();
    new_array(vm, a.code, &bytes)
}

fn inplace_concat(vm: &mut Vm, o: &Owned, other: &Owned) -> PyResult {
    if other.cast::<PyArray>().is_none() {
        let t = other.type_name(vm);
        return Err(vm.type_error(format!("can only extend array with array (not \"{t}\")")));
    }
    methods::extend(vm, o, other)?;
    Ok(o.clone())
}

/// The bytes `times` times.
fn repeated(vm: &mut Vm, a: &PyArray, times: &Owned) -> PyResult<Vec<u8>> {
    if !has_index(vm, times) {
        let t = times.type_name(vm);
        return Err(vm.type_error(format!("can't multiply sequence by non-int of type '{t}'")));
    }
    let times = vm.count_index(times)?.max(0) as usize;
    let unit = a.bytes(vm);
    let total = unit.len().checked_mul(times).filter(|n| *n <= isize::MAX as usize);
    let mut out = Vec::new();
    match total { Some(n) if out.try_reserve_exact(n).is_ok() => {} _ => return Err(vm.no_memory()) }
    if !unit.is_empty() { for _ in 0..times { out.extend_from_slice(unit) } }
    Ok(out)
}

fn repeat(vm: &mut Vm, o: &Owned, times: &Owned) -> PyResult {
    let bytes = repeated(vm, this(o), times)?;
    new_array(vm, this(o).code, &bytes)
}

fn inplace_repeat(vm: &mut Vm, o: &Owned, times: &Owned) -> PyResult {
    let a = this(o);
    let bytes = repeated(vm, a, times)?;
    let n = a.count(vm);
    a.splice(vm, 0, n, &bytes)?;
    Ok(o.clone())
}

fn contains(vm: &mut Vm, o: &Owned, x: &Owned) -> PyResult<bool> { Ok(methods::find(vm, this(o), x, 0, usize::MAX)?.is_some()) }

fn compare(vm: &mut Vm, o: &Owned, other: &Owned, op: Compare) -> PyResult {
    let a = this(o);
    let Some(b) = other.cast::<PyArray>() else { return Ok(vm.not_implemented()) };
    if a.count(vm) != b.count(vm) && matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.bool(op == Compare::Ne)) }
    let mut i = 0;
    while let (Some(x), Some(y)) = (a.get(vm, i)?, b.get(vm, i)?) {
        let same = vm.rich_compare(&x, &y, Compare::Eq)?;
        if !vm.truth(&same)? {
            return match op { Compare::Eq => Ok(vm.bool(false)), Compare::Ne => Ok(vm.bool(true)), _ => vm.rich_compare(&x, &y, op) };
        }
        i += 1;
    }
    let (n, m) = (a.count(vm), b.count(vm));
    Ok(vm.bool(match op { Compare::Lt => n < m, Compare::Le => n <= m, Compare::Eq => n == m, Compare::Ne => n != m, Compare::Gt => n > m, Compare::Ge => n >= m }))
}

fn release(owner: &Owned) {
    let a = this(owner);
    a.exports.set(a.exports.get() - 1);
}

fn buffer(vm: &mut Vm, o: &Owned, _request: Request) -> PyResult<Buffer> {
    let a = this(o);
    let format = if a.is_text() { "w".to_owned() } else { (a.code as char).to_string() };
    let layout = Layout::row(&format, a.size(), a.count(vm));
    let bytes = a.data.bytes_mut(vm);
    let (at, n) = (bytes.as_mut_ptr(), bytes.len());
    a.exports.set(a.exports.get() + 1);
    // SAFETY: while exports are out the bytes are not resized (`check_resize` guards every path that does), so they stay in place;
    // they are written only with the token held exclusively.
    Ok(unsafe { Buffer::new(o.clone(), at, n, false, Some(release)) }.with_layout(layout))
}

fn iter(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.new_object(ArrayIter { array: Slot::new(Some(o.clone())), index: Cell::new(0) })?.into_obj()) }

fn this_iter(o: &Owned) -> &Ref<ArrayIter> { o.cast().expect("law: checked by the descriptor") }

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let it = this_iter(o);
    let Some(array) = it.array.get() else { return Ok(None) };
    let i = it.index.get();
    let item = this(&array).get(vm, i)?;
    if item.is_some() { it.index.set(i + 1) } else { it.array.set(None) }
    Ok(item)
}

fn reduce_iter(vm: &mut Vm, o: &Owned) -> PyResult {
    let builtins = vm.import_module("builtins")?;
    let function = vm.get_attr_str(&builtins, "iter")?;
    let it = this_iter(o);
    let Some(array) = it.array.get() else {
        let args = vm.new_tuple([vm.consts.empty_tuple.obj().clone()])?.into_obj();
        return Ok(vm.new_tuple([function, args])?.into_obj());
    };
    let args = vm.new_tuple([array])?.into_obj();
    let index = vm.new_int(it.index.get() as i64)?;
    Ok(vm.new_tuple([function, args, index])?.into_obj())
}

fn setstate_iter(vm: &mut Vm, o: &Owned, state: &Owned) -> PyResult {
    let index = vm.state_position(state)?;
    let it = this_iter(o);
    if let Some(array) = it.array.get() { it.index.set((index.max(0) as usize).min(this(&array).count(vm))) }
    Ok(vm.none())
}

static ITER: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__reduce__", "($self, /)", Native::N0(reduce_iter)).doc("Return state information for pickling."),
        Def::new("__setstate__", "($self, state, /)", Native::N1(setstate_iter)).doc("Set state information for unpickling."),
    ],
    getset: &[],
};

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots {
        new: Some(new), repr: Some(repr), len: Some(len), getitem: Some(getitem), setitem: Some(setitem), concat: Some(concat),
        inplace_concat: Some(inplace_concat), repeat: Some(repeat), inplace_repeat: Some(inplace_repeat), contains: Some(contains),
        compare: Some(compare), buffer: Some(buffer), iter: Some(iter), ..Slots::default()
    };
    let flags = TypeFlags::WEAKREF.bits() | vm_flags::BASETYPE | vm_flags::SEQUENCE;
    let ty = vm.new_native_type::<PyArray>("array", "array", None, flags, slots, &methods::ARRAY)?;
    let slots = Slots { iter: Some(|_, o| Ok(o.clone())), next: Some(next), ..Slots::default() };
    vm.new_native_type::<ArrayIter>("array", "arrayiterator", None, TypeFlags::GC.bits() | vm_flags::NO_NEW, slots, &ITER)?;
    set_type(vm, namespace, &ty)?;
    set(vm, namespace, "ArrayType", ty.obj())?;
    set_str(vm, namespace, "typecodes", CODES)?;
    let abc = vm.import_module("_collections_abc")?;
    let sequence = vm.get_attr_str(&abc, "MutableSequence")?;
    let register = vm.intern("register")?;
    vm.call_method(&sequence, &register, &[ty.obj().clone()])?;
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "array",
    doc: "This module defines an object type which can efficiently represent\nan array of basic values: characters, integers, floating-point\nnumbers.",
    functions: &[Def::new("_array_reconstructor", "($module, arraytype, typecode, mformat_code, items, /)", Native::Var(pickle::reconstruct, 4, 4))
        .doc("Internal. Used for pickling support.")],
    exec,
};
