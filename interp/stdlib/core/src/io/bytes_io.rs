//! `BytesIO`: bytes in memory. The content is the object `inner`, shared with whoever gave it, until it is changed, then `bytes`; `pos`
//! may lie behind it.

use instar_vm::fallible::CopyVec;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::protocol::buffer::Buffer;
use instar_vm::slots::Slots;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::base::size_arg;
use super::{closed_error, this};
use crate::support::{c_int, given};

pub fn slots() -> Slots { Slots { init: Some(init), next: Some(next), buffer: None, ..Slots::default() } }

pub static DEF: TypeDef = TypeDef {
    doc: "Buffered I/O implementation using an in-memory bytes buffer.",
    sig: "(initial_bytes=b'')",
    methods: &[
        Def::new("readable", "($self, /)", Native::N0(able)), Def::new("writable", "($self, /)", Native::N0(able)), Def::new("seekable", "($self, /)", Native::N0(able)),
        Def::new("isatty", "($self, /)", Native::N0(|vm, o| { open(vm, o)?; Ok(vm.bool(false)) })),
        Def::new("flush", "($self, /)", Native::N0(|vm, o| { open(vm, o)?; Ok(vm.none()) })),
        Def::new("getvalue", "($self, /)", Native::N0(getvalue)),
        Def::new("getbuffer", "($self, /)", Native::N0(getbuffer)),
        Def::new("read", "($self, size=-1, /)", Native::Var(read, 0, 1)), Def::new("read1", "($self, size=-1, /)", Native::Var(read, 0, 1)),
        Def::new("readline", "($self, size=-1, /)", Native::Var(readline, 0, 1)),
        Def::new("readlines", "($self, size=None, /)", Native::Var(readlines, 0, 1)),
        Def::new("readinto", "($self, buffer, /)", Native::N1(readinto)),
        Def::new("write", "($self, b, /)", Native::N1(write)),
        Def::new("writelines", "($self, lines, /)", Native::N1(writelines)),
        Def::new("seek", "($self, pos, whence=0, /)", Native::Var(seek, 1, 2)),
        Def::new("tell", "($self, /)", Native::N0(|vm, o| { open(vm, o)?; vm.new_int(this(o).pos.get() as i64) })),
        Def::new("truncate", "($self, size=None, /)", Native::Var(truncate, 0, 1)),
        Def::new("close", "($self, /)", Native::N0(close)),
        Def::new("__getstate__", "($self, /)", Native::N0(getstate)), Def::new("__setstate__", "($self, state, /)", Native::N1(setstate)),
    ],
    getset: &[GetSet::ro("closed", |vm, o| Ok(vm.bool(this(o).closed.get())))],
};

fn open(vm: &mut Vm, o: &Owned) -> PyResult<()> { if this(o).closed.get() { Err(closed_error(vm)) } else { Ok(()) } }
fn able(vm: &mut Vm, o: &Owned) -> PyResult { open(vm, o)?; Ok(vm.bool(true)) }

/// Looks at the content.
fn content<R>(vm: &Vm, o: &Owned, look: impl FnOnce(&[u8]) -> R) -> R {
    match this(o).inner.get().as_ref().and_then(|b| b.cast::<PyBytes>()) {
        Some(shared) => look(shared.as_slice()),
        None => look(this(o).bytes.get(vm)),
    }
}

/// The content to be changed: what is shared is copied first.
fn content_mut<'a>(vm: &'a mut Vm, o: &'a Owned) -> PyResult<&'a mut Vec<u8>> {
    let io = this(o);
    if let Some(shared) = io.inner.get() {
        let own = match shared.cast::<PyBytes>() { Some(b) => b.as_slice().try_copy(vm)?, None => Vec::new() };
        io.inner.set(None);
        *io.bytes.get_mut(vm) = own;
    }
    Ok(io.bytes.get_mut(vm))
}

/// Replaces the content by that of a bytes-like object, which is shared if it cannot change.
fn set_content(vm: &mut Vm, o: &Owned, new: Option<&Owned>) -> PyResult<()> {
    let (shared, own) = match new {
        Some(b) if b.is_exact::<PyBytes>(vm) => (Some(b.clone()), Vec::new()),
        Some(b) => (None, vm.bytes_argument(b)?),
        None => (None, Vec::new()),
    };
    check_exports(vm, o)?;
    this(o).inner.set(shared);
    *this(o).bytes.get_mut(vm) = own;
    Ok(())
}

fn getvalue(vm: &mut Vm, o: &Owned) -> PyResult {
    open(vm, o)?;
    match this(o).inner.get() { Some(shared) => Ok(shared), None => vm.new_bytes(this(o).bytes.get(vm)) }
}

/// BufferError while somebody looks at the content.
fn check_exports(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    if this(o).exports.get() > 0 { return Err(vm.buffer_error("Existing exports of data: object cannot be re-sized")) }
    Ok(())
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "BytesIO", const { &Signature::parse(DEF.sig) })?;
    check_exports(vm, o)?;
    let initial = given(vm, a[0].as_ref());
    set_content(vm, o, initial.as_ref())?;
    this(o).pos.set(0);
    this(o).closed.set(false);
    Ok(())
}

fn close(vm: &mut Vm, o: &Owned) -> PyResult {
    check_exports(vm, o)?;
    this(o).closed.set(true);
    set_content(vm, o, None)?;
    Ok(vm.none())
}

/// Takes up to `n` bytes from the position on.
fn take(vm: &Vm, o: &Owned, n: usize) -> PyResult<Vec<u8>> {
    let io = this(o);
    let taken = content(vm, o, |bytes| {
        let at = io.pos.get().min(bytes.len());
        bytes[at..at.saturating_add(n).min(bytes.len())].try_copy(vm)
    })?;
    io.pos.set(io.pos.get() + taken.len());
    Ok(taken)
}

fn read(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open(vm, o)?;
    let n = size_arg(vm, args)?;
    let b = take(vm, o, usize::try_from(n).unwrap_or(usize::MAX))?;
    vm.new_bytes(&b)
}

fn line(vm: &Vm, o: &Owned, limit: i64) -> PyResult<Vec<u8>> {
    let n = content(vm, o, |bytes| {
        let rest = &bytes[this(o).pos.get().min(bytes.len())..];
        rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |i| i + 1)
    });
    take(vm, o, if limit < 0 { n } else { n.min(limit as usize) })
}

fn readline(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open(vm, o)?;
    let limit = size_arg(vm, args)?;
    let b = line(vm, o, limit)?;
    vm.new_bytes(&b)
}

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    open(vm, o)?;
    let b = line(vm, o, -1)?;
    if b.is_empty() { Ok(None) } else { vm.new_bytes(&b).map(Some) }
}

fn readlines(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open(vm, o)?;
    let hint = size_arg(vm, args)?;
    let (mut lines, mut total) = (Vec::new(), 0);
    loop {
        let b = line(vm, o, -1)?;
        if b.is_empty() { break }
        total += b.len() as i64;
        lines.push(vm.new_bytes(&b)?);
        if hint > 0 && total >= hint { break }
    }
    Ok(vm.new_list(lines)?.into_obj())
}

fn readinto(vm: &mut Vm, o: &Owned, target: &Owned) -> PyResult {
    open(vm, o)?;
    let mut buffer = vm.buffer_to_fill(target, "readinto() argument")?;
    let b = take(vm, o, buffer.nbytes())?;
    buffer.bytes_mut(vm)[..b.len()].copy_from_slice(&b);
    vm.new_int(b.len() as i64)
}

fn write(vm: &mut Vm, o: &Owned, data: &Owned) -> PyResult {
    open(vm, o)?;
    check_exports(vm, o)?;
    let new = vm.bytes_argument(data)?;
    // Reading the argument may have run Python code that closed this or looks at the content now.
    open(vm, o)?;
    check_exports(vm, o)?;
    if new.is_empty() { return vm.new_int(0) }
    let at = this(o).pos.get();
    let Some(end) = at.checked_add(new.len()) else { return Err(vm.overflow_error("new position too large")) };
    let bytes = content_mut(vm, o)?;
    if end > bytes.len() {
        if bytes.try_reserve(end - bytes.len()).is_err() { return Err(vm.no_memory()) }
        bytes.resize(end, 0);
    }
    bytes[at..end].copy_from_slice(&new);
    this(o).pos.set(end);
    vm.new_int(new.len() as i64)
}

fn writelines(vm: &mut Vm, o: &Owned, lines: &Owned) -> PyResult {
    open(vm, o)?;
    let it = vm.iter(lines)?;
    while let Some(l) = vm.next(&it)? { write(vm, o, &l)?; }
    Ok(vm.none())
}

fn seek(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open(vm, o)?;
    let offset = vm.index_i64(&args[0])?;
    let whence = match args.get(1) { Some(w) => c_int(vm, w)?, None => 0 };
    if whence == 0 && offset < 0 { return Err(vm.value_error(format!("negative seek value {offset}"))) }
    let base = match whence {
        0 => 0,
        1 => this(o).pos.get() as i64,
        2 => content(vm, o, <[u8]>::len) as i64,
        _ => return Err(vm.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)"))),
    };
    let Some(at) = base.checked_add(offset) else { return Err(vm.overflow_error("new position too large")) };
    this(o).pos.set(at.max(0) as usize);
    vm.new_int(at.max(0))
}

fn truncate(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open(vm, o)?;
    check_exports(vm, o)?;
    let size = match given(vm, args.first()) { Some(n) => vm.long_argument(&n)?, None => this(o).pos.get() as i64 };
    if size < 0 { return Err(vm.value_error(format!("negative size value {size}"))) }
    // So may finding out the size.
    open(vm, o)?;
    check_exports(vm, o)?;
    if (size as usize) < content(vm, o, <[u8]>::len) { content_mut(vm, o)?.truncate(size as usize) }
    vm.new_int(size)
}

fn release(owner: &Owned) {
    let io = this(owner);
    io.exports.set(io.exports.get() - 1);
}

/// A memoryview over the content; the content cannot be resized while it lives.
fn getbuffer(vm: &mut Vm, o: &Owned) -> PyResult {
    open(vm, o)?;
    let io = this(o);
    let content = content_mut(vm, o)?;
    let (start, n) = (content.as_mut_ptr(), content.len());
    io.exports.set(io.exports.get() + 1);
    // SAFETY: while exports are out the vector is neither resized nor replaced (every such path checks), so the bytes stay in place; they
    // are written through the guarded cell, with the token held exclusively.
    let buffer = unsafe { Buffer::new(o.clone(), start, n, false, Some(release)) };
    vm.new_memoryview_of(buffer)
}

fn getstate(vm: &mut Vm, o: &Owned) -> PyResult {
    open(vm, o)?;
    let dict = this(o).dict.get();
    let parts = vec![getvalue(vm, o)?, vm.new_int(this(o).pos.get() as i64)?, vm.option_to_none(dict)];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn setstate(vm: &mut Vm, o: &Owned, state: &Owned) -> PyResult {
    let items = state_parts(vm, o, state, 3)?;
    open(vm, o)?;
    check_exports(vm, o)?;
    set_content(vm, o, Some(&items[0]))?;
    let pos = state_position(vm, &items[1], "second item of state must be an integer, not")?;
    this(o).pos.set(pos);
    state_dict(vm, o, &items[2], "third")?;
    Ok(vm.none())
}

/// The parts of a pickled state.
pub fn state_parts(vm: &mut Vm, o: &Owned, state: &Owned, count: usize) -> PyResult<Vec<Owned>> {
    match state.cast::<PyTuple>().filter(|t| t.items().len() >= count) {
        Some(t) => Ok(t.items().to_vec()),
        None => {
            let (own, got) = (vm.qualified_type_name(o), state.type_name(vm));
            Err(vm.type_error(format!("{own}.__setstate__ argument should be {count}-tuple, got {got}")))
        }
    }
}

/// The position in a pickled state.
pub fn state_position(vm: &mut Vm, part: &Owned, wrong: &str) -> PyResult<usize> {
    if int_ref(part).is_none() {
        let t = part.type_name(vm);
        return Err(vm.type_error(format!("{wrong} {t}")));
    }
    usize::try_from(vm.index_i64(part)?).map_err(|_| vm.value_error("position value cannot be negative"))
}

/// Adds the attributes of a pickled state.
pub fn state_dict(vm: &mut Vm, o: &Owned, part: &Owned, which: &str) -> PyResult<()> {
    if vm.is_none(part) { return Ok(()) }
    if part.cast::<PyDict>().is_none() {
        let t = part.type_name(vm);
        return Err(vm.type_error(format!("{which} item of state should be a dict, got a {t}")));
    }
    match this(o).dict.get().and_then(|d| d.cast::<PyDict>().cloned()) {
        Some(own) => own.update(vm, part)?,
        None => this(o).dict.set(Some(part.clone())),
    }
    Ok(())
}
