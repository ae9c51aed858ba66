//! `bytearray`: bytes that change and resize; while a buffer over them is out they do not resize.
//!
//! Not here: the methods it shares with `bytes` (`bytes_methods.rs`, `bytes_split.rs`).

use std::cell::Cell;

use instar_code::{Binary, Compare};
use instar_object::BufVec;

use crate::fallible::{CollectVec, CopyVec};
use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::object::{Guarded, ObjExt, Owned, Ref};
use crate::protocol::buffer::{Buffer, Request};
use crate::protocol::item::wrap_index;
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::bytes_iter::PyByteArrayIter;
use crate::types::bytes_methods::{byte_value, SHARED};
use crate::types::bytes_new;
use crate::types::slice::{nth, PySlice};
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// Payload of `bytearray`.
#[derive(Default)]
pub struct PyByteArray {
    data: Guarded<BufVec<u8>>,
    /// Buffers that are out.
    exports: Cell<usize>,
}

instar_object::trace! { PyByteArray {} }
crate::fields! { PyByteArray { data, exports } data }
crate::payload!(PyByteArray, "bytearray", bytearray, Bare);

impl PyByteArray {
    /// With this content.
    pub fn new(vm: &Vm, bytes: &[u8]) -> PyResult<PyByteArray> {
        let mut data = BufVec::new();
        if !bytes.is_empty() {
            data.reserve_exact(bytes.len()).and_then(|()| data.extend_from_slice(bytes)).map_err(|e| vm.out_of_memory(e))?;
        }
        Ok(PyByteArray { data: Guarded::new(data), exports: Cell::new(0) })
    }
    /// The bytes.
    #[inline]
    pub fn bytes<'a>(&'a self, vm: &'a Vm) -> &'a [u8] { self.data.get(vm).as_slice() }
    /// The bytes, to write; no resizing.
    #[inline]
    pub fn bytes_mut<'a>(&'a self, vm: &'a mut Vm) -> &'a mut [u8] { self.data.get_mut(vm).as_mut_slice() }
    /// Number of bytes.
    pub fn len(&self, vm: &Vm) -> usize { self.data.get(vm).len() }
    /// Whether it is empty.
    pub fn is_empty(&self, vm: &Vm) -> bool { self.len(vm) == 0 }
    /// BufferError while a buffer is out.
    pub fn check_resize(&self, vm: &Vm) -> PyResult<()> {
        if self.exports.get() == 0 { Ok(()) } else { Err(vm.buffer_error("Existing exports of data: object cannot be re-sized")) }
    }
    /// Replaces `start..end` by other bytes.
    pub fn splice(&self, vm: &mut Vm, start: usize, end: usize, new: &[u8]) -> PyResult<()> {
        let len = self.len(vm);
        let (start, end) = (start.min(len), end.clamp(start.min(len), len));
        if new.len() != end - start {
            self.check_resize(vm)?;
            let data = self.data.get_mut(vm);
            if new.len() > end - start {
                let more = new.len() - (end - start);
                let grown = data.reserve(more).is_ok();
                if !grown { return Err(vm.no_memory()) }
                let data = self.data.get_mut(vm);
                let zeros = [0u8; 64];
                let mut left = more;
                while left > 0 {
                    let n = left.min(64);
                    if data.extend_from_slice(&zeros[..n]).is_err() { return Err(vm.no_memory()) }
                    left -= n;
                }
                data.as_mut_slice().copy_within(end..len, end + more);
            } else {
                let less = end - start - new.len();
                data.as_mut_slice().copy_within(end..len, end - less);
                data.truncate(len - less);
                if data.capacity() / 2 > data.len() { data.shrink() }
            }
        }
        self.data.get_mut(vm).as_mut_slice()[start..start + new.len()].copy_from_slice(new);
        Ok(())
    }
    /// Appends bytes.
    pub fn extend(&self, vm: &mut Vm, new: &[u8]) -> PyResult<()> {
        if new.is_empty() { return Ok(()) }
        self.check_resize(vm)?;
        let done = self.data.get_mut(vm).extend_from_slice(new);
        done.map_err(|e| vm.out_of_memory(e))
    }
    /// Length becomes `n`; new bytes are zero.
    pub fn resize(&self, vm: &mut Vm, n: usize) -> PyResult<()> {
        let len = self.len(vm);
        if n < len { return self.splice(vm, n, len, &[]) }
        if n == len { return Ok(()) }
        let mut zeros = Vec::new();
        if n - len > isize::MAX as usize || zeros.try_reserve_exact(n - len).is_err() { return Err(vm.no_memory()) }
        zeros.resize(n - len, 0);
        self.extend(vm, &zeros)
    }
}

impl Vm {
    /// A bytearray.
    pub fn new_bytearray(&self, bytes: &[u8]) -> PyResult { Ok(self.new_object(PyByteArray::new(self, bytes)?)?.into_obj()) }
}

pub(crate) fn this_array(this: &Owned) -> &Ref<PyByteArray> { this.cast::<PyByteArray>().expect("law: checked by the descriptor") }

const OWN: &[Def] = &[
    Def::new("append", "($self, item, /)", Native::N1(append)).doc("Append a single byte."),
    Def::new("clear", "($self, /)", Native::N0(clear)).doc("Remove all bytes."),
    Def::new("copy", "($self, /)", Native::N0(copy)).doc("Return a copy."),
    Def::new("extend", "($self, iterable_of_ints, /)", Native::N1(extend)).doc("Append the bytes of an iterable or buffer."),
    Def::new("insert", "($self, index, item, /)", Native::N2(insert)).doc("Insert a single byte before index."),
    Def::new("pop", "($self, index=-1, /)", Native::Var(pop, 0, 1)).doc("Remove and return the byte at index."),
    Def::new("remove", "($self, value, /)", Native::N1(remove)).doc("Remove the first occurrence of a byte."),
    Def::new("resize", "($self, size, /)", Native::N1(resize)).doc("Change the length; new bytes are zero."),
    Def::new("reverse", "($self, /)", Native::N0(reverse)).doc("Reverse the order of the bytes in place."),
    Def::new("__alloc__", "($self, /)", Native::N0(alloc)).doc("Number of bytes allocated."),
    Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("Return state information for pickling."),
    Def::new("__reduce_ex__", "($self, proto=0, /)", Native::Var(reduce_ex, 0, 1)).doc("Return state information for pickling."),
    Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Return the size of the bytearray in memory, in bytes."),
];

/// Docs, methods and attributes of `bytearray`.
pub static DEF: TypeDef = TypeDef {
    doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> copy of the bytes\nbytearray(int) -> that many zero bytes\nbytearray() -> empty\n\nA mutable sequence of bytes.",
    sig: "",
    methods: &METHODS,
    getset: &[],
};

const METHODS: [Def; OWN.len() + SHARED.len()] = {
    let mut all = [const { Def::new("", "", Native::N0(clear)) }; OWN.len() + SHARED.len()];
    let mut i = 0;
    while i < OWN.len() { all[i] = copied(&OWN[i]); i += 1 }
    while i < all.len() { all[i] = copied(&SHARED[i - OWN.len()]); i += 1 }
    all
};

pub(super) const fn copied(d: &Def) -> Def { Def { name: d.name, sig: d.sig, private: d.private, doc: d.doc, func: d.func, kind: d.kind } }

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.bytearray.clone();
    let mut slots = Slots {
        new: Some(new), init: Some(init_array), repr: Some(repr), str: Some(bytes_new::str), compare: Some(compare), iter: Some(iter), len: Some(len),
        getitem: Some(getitem), setitem: Some(setitem), contains: Some(bytes_new::contains), concat: Some(bytes_new::concat),
        inplace_concat: Some(inplace_concat), repeat: Some(bytes_new::repeat), inplace_repeat: Some(inplace_repeat), buffer: Some(buffer),
        ..Slots::default()
    };
    slots.binary[Binary::Mod as usize] = Some(modulo);
    vm.fill_type(&ty, slots, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult { Ok(vm.new_object_of(ty, PyByteArray::default())?.into_obj()) }

fn init_array(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult<()> {
    let array = this_array(this);
    let parts = bytes_new::parts_of_args(vm, args, "bytearray")?;
    if !array.is_empty(vm) { array.resize(vm, 0)? }
    let mut bytes = Vec::new();
    let made = bytes_new::bytes_of_parts(vm, parts, "bytearray", &mut bytes);
    // What an iterable gave before it failed stays.
    array.extend(vm, &bytes)?;
    made
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let name = this.type_name(vm);
    let text = bytes_new::repr_of(vm, this_array(this).bytes(vm))?;
    // Unlike bytes, also between double quotes.
    let text = if text.starts_with("b\"") { text.replace('\'', "\\'") } else { text };
    vm.new_str(&format!("{name}({text})"))
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult { bytes_new::compare_buffers(vm, this, other, op) }

fn iter(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.new_object(PyByteArrayIter::new(this.clone()))?.into_obj()) }

fn len(vm: &mut Vm, this: &Owned) -> PyResult<usize> { Ok(this_array(this).len(vm)) }

fn release(owner: &Owned) {
    let array = this_array(owner);
    array.exports.set(array.exports.get() - 1);
}

/// The bytes, pinned.
pub(crate) fn buffer(vm: &mut Vm, this: &Owned, _request: Request) -> PyResult<Buffer> {
    let array = this_array(this);
    array.exports.set(array.exports.get() + 1);
    let data = array.data.get(vm);
    // SAFETY: while exports are out the vector is not resized (every resizing path checks), so the bytes stay in place; they are
    // written through the guarded cell, with the token held exclusively.
    Ok(unsafe { Buffer::new(this.clone(), data.as_ptr(), data.len(), false, Some(release)) })
}

fn getitem(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    let array = this_array(this);
    if vm.has_index(key) {
        let i = vm.item_index(key)?;
        return match wrap_index(i, array.len(vm)) {
            Some(i) => { let b = array.bytes(vm)[i]; vm.new_int(i64::from(b)) }
            None => Err(vm.index_error("bytearray index out of range")),
        };
    }
    let Some(slice) = key.cast::<PySlice>() else {
        let t = key.type_name(vm);
        return Err(vm.type_error(format!("bytearray indices must be integers or slices, not {t}")));
    };
    let (start, stop, step) = slice.unpack(vm)?;
    let (start, _, count) = crate::types::slice::adjust(array.len(vm), start, stop, step);
    let picked: Vec<u8> = { let b = array.bytes(vm); (0..count).map(|n| b[nth(start, step, n)]).try_vec(vm)? };
    vm.new_bytearray(&picked)
}

fn setitem(vm: &mut Vm, this: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let array = this_array(this);
    if vm.has_index(key) {
        let i = vm.item_index(key)?;
        let byte = match value { Some(v) => Some(byte_value(vm, v)?), None => None };
        let Some(i) = wrap_index(i, array.len(vm)) else { return Err(vm.index_error("bytearray index out of range")) };
        return match byte {
            Some(b) => { array.bytes_mut(vm)[i] = b; Ok(()) }
            None => array.splice(vm, i, i + 1, &[]),
        };
    }
    let Some(slice) = key.cast::<PySlice>() else {
        let t = key.type_name(vm);
        return Err(vm.type_error(format!("bytearray indices must be integers or slices, not {t}")));
    };
    let (start, stop, step) = slice.unpack(vm)?;
    let new = match value { None => Vec::new(), Some(v) => bytes_to_assign(vm, this, v)? };
    let (start, stop, count) = crate::types::slice::adjust(array.len(vm), start, stop, step);
    if step == 1 {
        let start = start as usize;
        return array.splice(vm, start, (stop.max(0) as usize).max(start), &new);
    }
    if value.is_none() { return delete_stepped(vm, array, start, step, count) }
    if new.is_empty() && count != 0 && step != 1 {
        return delete_stepped(vm, array, start, step, count);
    }
    if new.len() != count {
        let n = new.len();
        return Err(vm.value_error(format!("attempt to assign bytes of size {n} to extended slice of size {count}")));
    }
    let bytes = array.bytes_mut(vm);
    for (n, b) in new.into_iter().enumerate() { bytes[nth(start, step, n)] = b }
    Ok(())
}

fn delete_stepped(vm: &mut Vm, array: &PyByteArray, start: isize, step: isize, count: usize) -> PyResult<()> {
    if count == 0 { return Ok(()) }
    array.check_resize(vm)?;
    let mut gone: Vec<usize> = (0..count).map(|n| nth(start, step, n)).try_vec(vm)?;
    gone.sort_unstable();
    let len = array.len(vm);
    let bytes = array.bytes_mut(vm);
    let (mut to, mut next) = (gone[0], 0);
    for from in gone[0]..len {
        if gone.get(next) == Some(&from) { next += 1 } else { bytes[to] = bytes[from]; to += 1 }
    }
    array.splice(vm, len - count, len, &[])
}

/// What a slice of a bytearray is set to: a buffer, or an iterable of ints.
fn bytes_to_assign(vm: &mut Vm, this: &Owned, value: &Owned) -> PyResult<Vec<u8>> {
    if value.is(this) { return this_array(this).bytes(vm).try_copy(vm) }
    if vm.is_bytes_like(value) { return vm.bytes_like(value) }
    if value.cast::<PyStr>().is_some() || vm.has_index(value) {
        return Err(vm.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
    }
    let mut bytes = Vec::new();
    bytes_new::bytes_of_object(vm, value, "bytearray", &mut bytes)?;
    Ok(bytes)
}

fn inplace_concat(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    let new = bytes_new::concatenated(vm, this, other)?;
    this_array(this).extend(vm, &new)?;
    Ok(this.clone())
}

fn inplace_repeat(vm: &mut Vm, this: &Owned, times: &Owned) -> PyResult {
    let times = bytes_new::repeat_count(vm, times)?;
    let array = this_array(this);
    let n = array.len(vm);
    if times == 1 { return Ok(this.clone()) }
    let total = n.checked_mul(times).filter(|t| *t <= isize::MAX as usize).ok_or_else(|| vm.no_memory())?;
    if times == 0 { array.resize(vm, 0)?; return Ok(this.clone()) }
    let unit = array.bytes(vm).try_copy(vm)?;
    array.resize(vm, total)?;
    for chunk in array.bytes_mut(vm).chunks_mut(n.max(1)) { chunk.copy_from_slice(&unit[..chunk.len()]) }
    Ok(this.clone())
}

fn append(vm: &mut Vm, this: &Owned, item: &Owned) -> PyResult {
    let b = byte_value(vm, item)?;
    this_array(this).extend(vm, &[b])?;
    Ok(vm.none())
}

fn clear(vm: &mut Vm, this: &Owned) -> PyResult {
    this_array(this).resize(vm, 0)?;
    Ok(vm.none())
}

fn copy(vm: &mut Vm, this: &Owned) -> PyResult { vm.new_bytearray(this_array(this).bytes(vm)) }

fn modulo(vm: &mut Vm, left: &Owned, right: &Owned) -> PyResult {
    if left.cast::<PyByteArray>().is_none() { return Ok(vm.not_implemented()) }
    crate::types::bytes_percent::format(vm, left, right)
}

fn extend(vm: &mut Vm, this: &Owned, iterable: &Owned) -> PyResult {
    let new = if vm.is_bytes_like(iterable) {
        // What making the buffer adds stands behind the new bytes.
        let at = this_array(this).len(vm);
        let Some(buffer) = vm.buffer_in_a_row(iterable) else {
            let t = iterable.type_name(vm);
            return Err(vm.type_error(format!("can't set bytearray slice from {t}")));
        };
        let new = buffer.to_vec(vm)?;
        drop(buffer);
        if at < this_array(this).len(vm) {
            this_array(this).splice(vm, at, at, &new)?;
            return Ok(vm.none());
        }
        new
    } else {
        let it = match vm.iter(iterable) {
            Ok(it) => it,
            Err(e) if e.is(vm, &vm.types.type_error) => {
                let t = iterable.type_name(vm);
                return Err(vm.type_error(format!("can't extend bytearray with {t}")));
            }
            Err(e) => return Err(e),
        };
        // Only errors of it matter: the bytes are collected first.
        vm.length_hint(iterable, 32)?;
        let mut new = Vec::new();
        while let Some(item) = vm.next(&it)? {
            match byte_value(vm, &item) {
                Ok(b) => vm.push(&mut new, b)?,
                Err(e) if e.is(vm, &vm.types.type_error) && iterable.cast::<PyStr>().is_some() =>
                    return Err(vm.type_error("expected iterable of integers; got: 'str'")),
                Err(e) => return Err(e),
            }
        }
        new
    };
    this_array(this).extend(vm, &new)?;
    Ok(vm.none())
}

fn insert(vm: &mut Vm, this: &Owned, index: &Owned, item: &Owned) -> PyResult {
    let i = vm.index_i64(index)? as isize;
    let b = byte_value(vm, item)?;
    let array = this_array(this);
    let n = array.len(vm);
    let i = if i < 0 { i.saturating_add_unsigned(n).max(0) as usize } else { (i as usize).min(n) };
    array.splice(vm, i, i, &[b])?;
    Ok(vm.none())
}

fn pop(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let i = match args.first() { Some(i) => vm.index_i64(i)? as isize, None => -1 };
    let array = this_array(this);
    let n = array.len(vm);
    if n == 0 { return Err(vm.index_error("pop from empty bytearray")) }
    let Some(i) = wrap_index(i, n) else { return Err(vm.index_error("pop index out of range")) };
    array.check_resize(vm)?;
    let b = array.bytes(vm)[i];
    array.splice(vm, i, i + 1, &[])?;
    vm.new_int(i64::from(b))
}

fn remove(vm: &mut Vm, this: &Owned, value: &Owned) -> PyResult {
    let b = byte_value(vm, value)?;
    let array = this_array(this);
    match array.bytes(vm).iter().position(|x| *x == b) {
        Some(i) => { array.splice(vm, i, i + 1, &[])?; Ok(vm.none()) }
        None => Err(vm.value_error("value not found in bytearray")),
    }
}

fn resize(vm: &mut Vm, this: &Owned, size: &Owned) -> PyResult {
    let n = vm.index_i64(size)? as isize;
    if n < 0 { return Err(vm.value_error(format!("Can only resize to positive sizes, got {n}"))) }
    this_array(this).resize(vm, n as usize)?;
    Ok(vm.none())
}

fn reverse(vm: &mut Vm, this: &Owned) -> PyResult {
    this_array(this).bytes_mut(vm).reverse();
    Ok(vm.none())
}

fn alloc(vm: &mut Vm, this: &Owned) -> PyResult { vm.new_int(this_array(this).data.get(vm).capacity() as i64) }

fn sizeof(vm: &mut Vm, this: &Owned) -> PyResult {
    let info = &this.type_of(vm).info;
    let bytes = info.instance_bytes(info.payload_bytes as usize) + this_array(this).data.get(vm).capacity();
    vm.new_int(bytes as i64)
}

fn reduce(vm: &mut Vm, this: &Owned) -> PyResult { reduce_for(vm, this, 2) }

fn reduce_ex(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let protocol = match args.first() { Some(p) => vm.index_i32(p)? as isize, None => 0 };
    reduce_for(vm, this, protocol)
}

fn reduce_for(vm: &mut Vm, this: &Owned, protocol: isize) -> PyResult {
    let ty = this.type_of(vm).obj().clone();
    let name = vm.names.__getstate__.clone();
    let state = vm.call_method(this, &name, &[])?;
    let bytes = this_array(this).bytes(vm).try_copy(vm)?;
    let args = if bytes.is_empty() {
        vm.consts.empty_tuple.obj().clone()
    } else if protocol >= 3 {
        let b = vm.new_bytes(&bytes)?;
        vm.new_tuple([b])?.into_obj()
    } else {
        let text = vm.new_str_latin1(&bytes)?;
        let encoding = vm.new_str("latin-1")?;
        vm.new_tuple([text, encoding])?.into_obj()
    };
    Ok(vm.new_tuple([ty, args, state])?.into_obj())
}

