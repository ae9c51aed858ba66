//! What the language does with `bytes`: construction, text, hash, comparison, subscripts, operators. Much of it serves `bytearray` too.
//!
//! Not here: the payload (`bytes.rs`), the methods (`bytes_methods.rs`, `bytes_split.rs`).

use instar_base_text::find;
use instar_base_text::quote::{self, Keep};
use instar_code::{Binary, Compare};

use crate::fallible::CollectVec;
use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned};
use crate::protocol::buffer::{Buffer, Request};
use crate::protocol::compare::ordering_holds;
use crate::protocol::item::wrap_index;
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::bytearray::copied;
use crate::types::bytes::{this_bytes, PyBytes};
use crate::types::bytes_iter::PyBytesIter;
use crate::types::bytes_methods::{make, needle, view, SHARED};
use crate::types::int::{int_ref, IntRef};
use crate::types::slice::{nth, PySlice};
use crate::types::list::PyList;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

const OWN: &[Def] = &[
    Def::new("__getnewargs__", "($self, /)", Native::N0(getnewargs)),
    Def::new("__bytes__", "($self, /)", Native::N0(to_bytes)).doc("Convert this value to exact type bytes."),
    Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Return the size of the object in memory, in bytes."),
];

const METHODS: [Def; OWN.len() + SHARED.len()] = {
    let mut all = [const { Def::new("", "", Native::N0(to_bytes)) }; OWN.len() + SHARED.len()];
    let mut i = 0;
    while i < OWN.len() { all[i] = copied(&OWN[i]); i += 1 }
    while i < all.len() { all[i] = copied(&SHARED[i - OWN.len()]); i += 1 }
    all
};

/// Docs, methods and attributes of `bytes`.
pub static DEF: TypeDef = TypeDef {
    doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\nbytes(int) -> that many zero bytes\nbytes() -> empty\n\nAn immutable sequence of bytes.",
    sig: "",
    methods: &METHODS,
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.bytes.clone();
    let mut slots = Slots {
        new: Some(new), repr: Some(repr), str: Some(str), hash: Some(hash), compare: Some(compare), iter: Some(iter), len: Some(len),
        getitem: Some(getitem), contains: Some(contains), concat: Some(concat), repeat: Some(repeat), buffer: Some(buffer),
        ..Slots::default()
    };
    slots.binary[Binary::Mod as usize] = Some(modulo);
    vm.fill_type(&ty, slots, &DEF)?;
    // Nothing to release: CPython has the name only where there is.
    let name = vm.names.__release_buffer__.clone();
    ty.dict().del_item(vm, &name)?;
    vm.type_modified(&ty);
    Ok(())
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let exact = ty.ptr() == vm.types.bytes.ptr();
    if let ([source], true, true) = (args.pos(), args.kwnames().is_empty(), exact) {
        if source.is_exact::<PyBytes>(vm) { return Ok(source.clone()) }
        if let Some(made) = by_dunder(vm, source)? {
            if made.is_exact::<PyBytes>(vm) || made.cast::<PyBytes>().is_some() { return Ok(made) }
        }
    }
    let parts = parts_of_args(vm, args, "bytes")?;
    let mut bytes = Vec::new();
    bytes_of_parts(vm, parts, "bytes", &mut bytes)?;
    vm.new_bytes_of(ty, &bytes)
}

/// What `__bytes__` of the object gives, if it has that.
pub(super) fn by_dunder(vm: &mut Vm, source: &Owned) -> PyResult<Option<Owned>> {
    let name = vm.names.__bytes__.clone();
    let Some(method) = vm.lookup_special(source, &name)? else { return Ok(None) };
    let made = vm.call0(&method)?;
    if made.cast::<PyBytes>().is_none() {
        let t = made.type_name(vm);
        return Err(vm.type_error(format!("__bytes__ returned non-bytes (type {t})")));
    }
    Ok(Some(made))
}

/// Source, encoding and errors among the arguments of `bytes(...)` or `bytearray(...)`.
pub(super) fn parts_of_args<'a>(vm: &mut Vm, args: Args<'a>, what: &str) -> PyResult<[Option<&'a Owned>; 3]> {
    let mut parts = [None, None, None];
    let given = args.values().len();
    if given > 3 { return Err(vm.type_error(format!("{what}() takes at most 3 arguments ({given} given)"))) }
    for (part, value) in parts.iter_mut().zip(args.pos()) { *part = Some(value) }
    for (name, value) in args.keywords() {
        let text = vm.repr_text_plain(name);
        let Some(i) = ["source", "encoding", "errors"].iter().position(|n| *n == text) else {
            return Err(vm.type_error(format!("{what}() got an unexpected keyword argument '{text}'")));
        };
        if parts[i].is_some() { return Err(vm.type_error(format!("argument for {what}() given by name ('{text}') and position ({})", i + 1))) }
        parts[i] = Some(value);
    }
    for (part, name) in parts[1..].iter().zip(["encoding", "errors"]) {
        if let Some(p) = part && p.cast::<PyStr>().is_none() {
            let t = p.given_name(vm);
            return Err(vm.type_error(format!("{what}() argument '{name}' must be str, not {t}")));
        }
    }
    Ok(parts)
}

/// The content that such arguments ask for.
pub(super) fn bytes_of_parts(vm: &mut Vm, parts: [Option<&Owned>; 3], what: &str, out: &mut Vec<u8>) -> PyResult<()> {
    *out = match bytes_named(vm, parts, what)? { Ok(bytes) => bytes, Err(source) => return bytes_of_object(vm, source, what, out) };
    Ok(())
}

/// What arguments that are no buffer and no iterable ask for; those of a buffer or an iterable are given back.
fn bytes_named<'a>(vm: &mut Vm, parts: [Option<&'a Owned>; 3], what: &str) -> PyResult<Result<Vec<u8>, &'a Owned>> {
    let without = match parts { [_, Some(_), _] => Some("encoding"), [_, _, Some(_)] => Some("errors"), _ => None };
    let Some(source) = parts[0] else {
        return match without { Some(w) => Err(vm.type_error(format!("{w} without a string argument"))), None => Ok(Ok(Vec::new())) };
    };
    // A str that says how it looks as bytes needs no encoding.
    if what == "bytes" && without.is_none() && let Some(made) = by_dunder(vm, source)? { return vm.bytes_like(&made).map(Ok) }
    if source.cast::<PyStr>().is_some() {
        if parts[1].is_none() { return Err(vm.type_error("string argument without an encoding")) }
        let made = crate::codecs::encode_str(vm, source, parts[1], parts[2])?;
        return vm.bytes_like(&made).map(Ok);
    }
    if let Some(w) = without { return Err(vm.type_error(format!("{w} without a string argument"))) }
    if vm.has_index(source) {
        let overflow = vm.types.overflow_error.clone();
        match vm.index_sized(source, &overflow) {
            Ok(n) => {
                if n < 0 { return Err(vm.value_error("negative count")) }
                let mut zeros = Vec::new();
                zeros.try_reserve_exact(n as usize).map_err(|_| vm.no_memory())?;
                zeros.resize(n as usize, 0);
                return Ok(Ok(zeros));
            }
            Err(e) if e.is(vm, &vm.types.type_error) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(Err(source))
}

/// The bytes of a buffer or of an iterable of ints. After an error `out` holds those that came before.
pub(super) fn bytes_of_object(vm: &mut Vm, source: &Owned, what: &str, out: &mut Vec<u8>) -> PyResult<()> {
    if vm.is_bytes_like(source) { *out = vm.bytes_like(source)?; return Ok(()) }
    let it = if source.cast::<PyStr>().is_some() { None } else {
        match vm.iter(source) {
            Ok(it) => Some(it),
            Err(e) if e.is(vm, &vm.types.type_error) => None,
            Err(e) => return Err(e),
        }
    };
    let Some(it) = it else {
        let t = source.type_name(vm);
        return Err(vm.type_error(format!("cannot convert '{t}' object to {what}")));
    };
    // Only errors of it matter, and only `bytes()` asks.
    if what == "bytes" && !source.is_exact::<PyList>(vm) && !source.is_exact::<PyTuple>(vm) { vm.length_hint(source, 64)?; }
    while let Some(item) = vm.next(&it)? {
        let n = vm.index(&item)?;
        match int_ref(&n) {
            Some(IntRef::Small(n)) if (0..256).contains(&n) => {
                out.try_reserve(1).map_err(|_| vm.no_memory())?;
                out.push(n as u8);
            }
            _ if what == "bytes" => return Err(vm.value_error("bytes must be in range(0, 256)")),
            _ => return Err(vm.value_error("byte must be in range(0, 256)")),
        }
    }
    Ok(())
}

/// `b'...'` as text.
pub(crate) fn repr_of(vm: &Vm, bytes: &[u8]) -> PyResult<String> {
    let mut text = String::new();
    text.try_reserve(bytes.len() + 3).map_err(|_| vm.no_memory())?;
    text.push('b');
    quote::quote(bytes, Keep::Ascii, |c| {
        if text.len() == text.capacity() { text.try_reserve(1)? }
        // The callback gets ASCII only.
        text.push(c as u8 as char);
        Ok::<(), std::collections::TryReserveError>(())
    }).map_err(|_| vm.no_memory())?;
    Ok(text)
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult { vm.new_str(&repr_of(vm, this_bytes(this).as_slice())?) }

pub(super) fn str(vm: &mut Vm, this: &Owned) -> PyResult {
    if vm.settings.bytes_warning > 0 {
        let t = this.type_name(vm);
        let category = vm.types.bytes_warning.clone();
        vm.warn(&category, &format!("str() on a {t} instance"), 1)?;
    }
    vm.repr(this)
}

fn hash(vm: &mut Vm, this: &Owned) -> PyResult<i64> { Ok(this_bytes(this).hash(vm)) }

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (Some(a), Some(b)) = (this.cast::<PyBytes>(), other.cast::<PyBytes>()) else {
        if vm.settings.bytes_warning > 0 { warn_of_comparison(vm, this, other, op)? }
        return Ok(vm.not_implemented());
    };
    Ok(vm.bool(ordering_holds(a.as_slice().cmp(b.as_slice()), op)))
}

/// `-b`: bytes are never equal to a str, and bytes (not a bytearray) never to an int.
#[cold]
fn warn_of_comparison(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult<()> {
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(()) }
    let bytes = this.cast::<PyBytes>().is_some();
    let what = if other.cast::<PyStr>().is_some() { "string" } else if bytes && int_ref(other).is_some() { "int" } else { return Ok(()) };
    let category = vm.types.bytes_warning.clone();
    vm.warn(&category, &format!("Comparison between {} and {what}", if bytes { "bytes" } else { "bytearray" }), 1)
}

/// Comparison of anything with bytes.
pub(super) fn compare_buffers(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    if !vm.is_bytes_like(this) || !vm.is_bytes_like(other) {
        if vm.settings.bytes_warning > 0 { warn_of_comparison(vm, this, other, op)? }
        return Ok(vm.not_implemented());
    }
    let a = vm.buffer(this, false)?;
    let b = vm.buffer(other, false)?;
    let ordering = a.bytes(vm).cmp(b.bytes(vm));
    Ok(vm.bool(ordering_holds(ordering, op)))
}

fn iter(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.new_object(PyBytesIter::new(this.clone()))?.into_obj()) }

fn len(_vm: &mut Vm, this: &Owned) -> PyResult<usize> { Ok(this_bytes(this).len()) }

fn getitem(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    let bytes = this_bytes(this).as_slice();
    if vm.has_index(key) {
        let i = vm.item_index(key)?;
        return match wrap_index(i, bytes.len()) {
            Some(i) => vm.new_int(i64::from(bytes[i])),
            None => Err(vm.index_error("index out of range")),
        };
    }
    let Some(slice) = key.cast::<PySlice>() else {
        let t = key.type_name(vm);
        return Err(vm.type_error(format!("byte indices must be integers or slices, not {t}")));
    };
    let (start, _, step, count) = slice.indices(vm, bytes.len())?;
    if step == 1 {
        if count == bytes.len() && this.is_exact::<PyBytes>(vm) { return Ok(this.clone()) }
        return vm.new_bytes(if count == 0 { &[] } else { &bytes[start as usize..start as usize + count] });
    }
    let picked: Vec<u8> = (0..count).map(|n| bytes[nth(start, step, n)]).try_vec(vm)?;
    vm.new_bytes(&picked)
}

pub(super) fn contains(vm: &mut Vm, this: &Owned, x: &Owned) -> PyResult<bool> {
    if !vm.is_bytes_like(x) && !vm.has_index(x) { return Err(vm.not_bytes_like(x)) }
    let _pin = super::bytes_methods::pin(vm, this)?;
    let what = needle(vm, x)?;
    Ok(find::find(view(vm, this), what.bytes(vm)).is_some())
}

/// The bytes of what is put behind `this`: they must lie in a row.
pub(super) fn concatenated(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult<Vec<u8>> {
    if let Some(buffer) = vm.buffer_in_a_row(other) { return buffer.to_vec(vm) }
    let (o, t) = (other.type_name(vm), this.type_name(vm));
    Err(vm.type_error(format!("can't concat {o} to {t}")))
}

pub(super) fn concat(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    if this.cast::<PyBytes>().is_none() && this.cast::<crate::types::bytearray::PyByteArray>().is_none() { return Ok(vm.not_implemented()) }
    if let Some(a) = this.cast::<PyBytes>() {
        if a.is_empty() && other.is_exact::<PyBytes>(vm) { return Ok(other.clone()) }
        if let Some(b) = other.cast::<PyBytes>() {
            if b.is_empty() && this.is_exact::<PyBytes>(vm) { return Ok(this.clone()) }
            return vm.new_bytes_from(&[a.as_slice(), b.as_slice()]);
        }
    }
    let tail = concatenated(vm, this, other)?;
    let head = view(vm, this);
    let mut all = Vec::new();
    all.try_reserve_exact(head.len() + tail.len()).map_err(|_| vm.no_memory())?;
    all.extend_from_slice(head);
    all.extend_from_slice(&tail);
    make(vm, this, &all)
}

pub(super) fn repeat_count(vm: &mut Vm, times: &Owned) -> PyResult<usize> {
    if !vm.has_index(times) {
        let t = times.type_name(vm);
        return Err(vm.type_error(format!("can't multiply sequence by non-int of type '{t}'")));
    }
    Ok(vm.count_index(times)?.max(0) as usize)
}

pub(super) fn repeat(vm: &mut Vm, this: &Owned, times: &Owned) -> PyResult {
    let times = repeat_count(vm, times)?;
    if times == 1 && this.is_exact::<PyBytes>(vm) { return Ok(this.clone()) }
    let unit = view(vm, this);
    let Some(total) = unit.len().checked_mul(times).filter(|n| *n <= isize::MAX as usize) else {
        return Err(if this.cast::<PyBytes>().is_some() { vm.overflow_error("repeated bytes are too long") } else { vm.no_memory() });
    };
    let mut all = Vec::new();
    all.try_reserve_exact(total).map_err(|_| vm.no_memory())?;
    if let [one] = unit { all.resize(total, *one) } else { for _ in 0..times.min(total) { all.extend_from_slice(unit) } }
    make(vm, this, &all)
}

fn buffer(vm: &mut Vm, this: &Owned, request: Request) -> PyResult<Buffer> {
    if request.is_writable() { return Err(vm.buffer_error("Object is not writable.")) }
    let bytes = this_bytes(this).as_slice();
    // SAFETY: the bytes lie inside the object, which the buffer keeps alive, and never change.
    Ok(unsafe { Buffer::new(this.clone(), bytes.as_ptr().cast_mut(), bytes.len(), true, None) })
}

fn modulo(vm: &mut Vm, left: &Owned, right: &Owned) -> PyResult {
    if left.cast::<PyBytes>().is_none() { return Ok(vm.not_implemented()) }
    crate::types::bytes_percent::format(vm, left, right)
}

fn sizeof(vm: &mut Vm, this: &Owned) -> PyResult {
    let bytes = this.type_of(vm).info.instance_bytes(crate::types::bytes::HEAD + this_bytes(this).len());
    vm.new_int(bytes as i64)
}

fn getnewargs(vm: &mut Vm, this: &Owned) -> PyResult {
    let copy = vm.new_bytes(this_bytes(this).as_slice())?;
    Ok(vm.new_tuple([copy])?.into_obj())
}

fn to_bytes(vm: &mut Vm, this: &Owned) -> PyResult {
    if this.is_exact::<PyBytes>(vm) { Ok(this.clone()) } else { vm.new_bytes(this_bytes(this).as_slice()) }
}
