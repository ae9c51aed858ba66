//! Methods of memory maps.
//!
//! Not here: making maps, items, the buffer (`mmap.rs`).

use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::{file_size, open, size_arg, this, writable, Map, ACCESS_COPY, ACCESS_DEFAULT, ACCESS_WRITE};
use crate::posix::arg;

fn close(vm: &mut Vm, o: &Owned) -> PyResult {
    if this(o).exports.get() > 0 { return Err(vm.buffer_error("cannot close exported pointers exist")) }
    this(o).close();
    Ok(vm.none())
}

/// How many bytes there are from the place of reading on.
fn rest(m: &Map) -> usize { m.size.get().saturating_sub(m.pos.get()) }

fn take(vm: &mut Vm, m: &Ref<Map>, n: usize) -> PyResult {
    let at = m.pos.get();
    let bytes = m.copy(at, n);
    m.pos.set(at + n);
    vm.new_bytes(&bytes)
}

fn read(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    open(vm, o)?;
    let n = match a.first() {
        Some(n) if !vm.is_none(n) => {
            if n.type_of(vm).slots().index.is_none() {
                let t = n.type_name(vm);
                return Err(vm.type_error(format!("argument should be integer or None, not '{t}'")));
            }
            vm.item_index(n).map_err(|e| if e.is(vm, &vm.types.index_error) { vm.overflow_error("cannot fit 'int' into an index-sized integer") } else { e })?
        }
        _ => -1,
    };
    let m = open(vm, o)?.clone();
    let left = rest(&m);
    take(vm, &m, usize::try_from(n).map_or(left, |n| n.min(left)))
}

fn read_byte(vm: &mut Vm, o: &Owned) -> PyResult {
    let m = open(vm, o)?;
    if rest(m) == 0 { return Err(vm.value_error("read byte out of range")) }
    let at = m.pos.get();
    m.pos.set(at + 1);
    vm.new_int(m.copy(at, 1)[0].into())
}

fn readline(vm: &mut Vm, o: &Owned) -> PyResult {
    let m = open(vm, o)?.clone();
    let left = m.copy(m.pos.get().min(m.size.get()), rest(&m));
    let n = memchr::memchr(b'\n', &left).map_or(left.len(), |i| i + 1);
    take(vm, &m, n)
}

fn write(vm: &mut Vm, o: &Owned, data: &Owned) -> PyResult {
    open(vm, o)?;
    let bytes = vm.bytes_like(data)?;
    let m = writable(vm, o)?;
    if bytes.len() > rest(m) { return Err(vm.value_error("data out of range")) }
    m.put(m.pos.get(), &bytes);
    m.pos.set(m.pos.get() + bytes.len());
    vm.new_int(bytes.len() as i64)
}

fn write_byte(vm: &mut Vm, o: &Owned, byte: &Owned) -> PyResult {
    let n = vm.index_i64(byte)?;
    if n < 0 { return Err(vm.overflow_error("unsigned byte integer is less than minimum")) }
    let Ok(n) = u8::try_from(n) else { return Err(vm.overflow_error("unsigned byte integer is greater than maximum")) };
    let m = writable(vm, o)?;
    if rest(m) == 0 { return Err(vm.value_error("write byte out of range")) }
    m.put(m.pos.get(), &[n]);
    m.pos.set(m.pos.get() + 1);
    Ok(vm.none())
}

/// An optional position: negative counts from the end, and is cut to the map.
fn position(vm: &mut Vm, m: &Ref<Map>, o: Option<&Owned>, default: usize) -> PyResult<usize> {
    let size = m.size.get() as i64;
    match o {
        Some(o) if !vm.is_none(o) => { let n = size_arg(vm, o)?; Ok(if n < 0 { n.saturating_add(size).max(0) } else { n.min(size) } as usize) }
        _ => Ok(default),
    }
}

fn search(vm: &mut Vm, o: &Owned, a: &[Owned], last: bool) -> PyResult {
    open(vm, o)?;
    let what = vm.bytes_like(&a[0])?;
    let m = this(o).clone();
    let start = position(vm, &m, a.get(1), m.pos.get())?;
    let end = position(vm, &m, a.get(2), m.size.get())?;
    open(vm, o)?;
    let (start, end) = (start.min(m.size.get()), end.min(m.size.get()));
    if start > end { return vm.new_int(-1) }
    let part = m.copy(start, end - start);
    let found = if last { memchr::memmem::rfind(&part, &what) } else { memchr::memmem::find(&part, &what) };
    vm.new_int(found.map_or(-1, |i| (start + i) as i64))
}

fn seek(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    let by = size_arg(vm, &a[0])?;
    let whence = match a.get(1) { Some(w) => vm.index_i32(w)?, None => 0 };
    let m = open(vm, o)?;
    let base = match whence { 0 => 0, 1 => m.pos.get(), 2 => m.size.get(), _ => return Err(vm.value_error("unknown seek type")) };
    match usize::try_from((base as i64).saturating_add(by)) {
        Ok(to) if to <= m.size.get() => { m.pos.set(to); vm.new_int(to as i64) }
        _ => Err(vm.value_error("seek out of range")),
    }
}

fn shift(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    let (to, from, n) = (size_arg(vm, &a[0])?, size_arg(vm, &a[1])?, size_arg(vm, &a[2])?);
    let m = writable(vm, o)?;
    let size = m.size.get() as i64;
    if to < 0 || from < 0 || n < 0 || size - to < n || size - from < n { return Err(vm.value_error("source, destination, or count out of range")) }
    let bytes = m.copy(from as usize, n as usize);
    m.put(to as usize, &bytes);
    Ok(vm.none())
}

fn size(vm: &mut Vm, o: &Owned) -> PyResult {
    let fd = open(vm, o)?.fd.get();
    match file_size(fd) { Some(n) => vm.new_int(n), None => Err(vm.os_error_number(libc::EBADF, &arg::strerror(libc::EBADF), None)) }
}

fn flush(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    let offset = match a.first() { Some(n) => size_arg(vm, n)?, None => 0 };
    let asked = match a.get(1) { Some(n) if !vm.is_none(n) => Some(size_arg(vm, n)?), _ => None };
    let m = open(vm, o)?;
    let size = m.size.get() as i64;
    let n = asked.unwrap_or(size.saturating_sub(offset));
    if offset < 0 || n < 0 || size - offset < n { return Err(vm.value_error("flush values out of range")) }
    if !m.writable() || m.access == ACCESS_COPY { return Ok(vm.none()) }
    let at = m.data.get() as usize + offset as usize;
    // SAFETY: the range lies in the map.
    let result = vm.without_gil(|| unsafe { libc::msync(at as *mut _, n as usize, libc::MS_SYNC) });
    arg::done(vm, None, result)
}

fn madvise(vm: &mut Vm, o: &Owned, a: &[Owned]) -> PyResult {
    let option = vm.index_i32(&a[0])?;
    let start = match a.get(1) { Some(n) => size_arg(vm, n)?, None => 0 };
    let asked = match a.get(2) { Some(n) if !vm.is_none(n) => Some(size_arg(vm, n)?), _ => None };
    let m = open(vm, o)?;
    let size = m.size.get() as i64;
    if start < 0 || start >= size { return Err(vm.value_error("madvise start out of bounds")) }
    let n = asked.unwrap_or(size);
    if n < 0 { return Err(vm.value_error("madvise length invalid")) }
    if start.checked_add(n).is_none() { return Err(vm.overflow_error("madvise length too large")) }
    let n = n.min(size - start);
    // SAFETY: the range lies in the map.
    arg::done(vm, None, unsafe { libc::madvise(m.data.get().add(start as usize).cast(), n as usize, option) })
}

fn resize(vm: &mut Vm, o: &Owned, new: &Owned) -> PyResult {
    let new = size_arg(vm, new)?;
    let m = open(vm, o)?.clone();
    if m.exports.get() > 0 { return Err(vm.buffer_error("mmap can't resize with extant buffers exported.")) }
    if !m.tracked { return Err(vm.value_error("mmap can't resize with trackfd=False.")) }
    if m.access != ACCESS_WRITE && m.access != ACCESS_DEFAULT { return Err(vm.type_error("mmap can't resize a readonly or copy-on-write memory map.")) }
    let Some(end) = usize::try_from(new).ok().and_then(|_| new.checked_add(m.offset)) else { return Err(vm.value_error("new size out of range")) };
    let new = new as usize;
    if m.fd.get() == -1 && m.flags & libc::MAP_SHARED != 0 && new > m.size.get() { return Err(vm.value_error("mmap: can't expand a shared anonymous mapping")) }
    if m.fd.get() != -1 {
        // SAFETY: no memory is involved.
        arg::check(vm, None, unsafe { libc::ftruncate(m.fd.get(), end) }.into())?;
    }
    // SAFETY: the memory is ours and no buffer of it is out.
    let data = unsafe { libc::mremap(m.data.get().cast(), m.size.get(), new, libc::MREMAP_MAYMOVE) };
    if data == libc::MAP_FAILED { return Err(arg::fail(vm, None)) }
    m.data.set(data.cast());
    m.size.set(new);
    Ok(vm.none())
}

fn no_pickle(vm: &mut Vm, o: &Owned) -> PyResult { let t = o.type_name(vm); Err(vm.type_error(format!("cannot pickle '{t}' object"))) }

pub static DEF: TypeDef = TypeDef {
    doc: "mmap(fileno, length[, flags[, prot[, access[, offset[, trackfd]]]]])\n\nMaps length bytes from the file with the descriptor fileno, or anonymous memory if that is -1; length 0 is the whole\nfile. Either flags and prot say how, or access.",
    sig: "",
    methods: &[
        Def::new("close", "($self, /)", Native::N0(close)),
        Def::new("find", "($self, view, start=None, end=None, /)", Native::Var(|vm, o, a| search(vm, o, a, false), 1, 3)),
        Def::new("rfind", "($self, view, start=None, end=None, /)", Native::Var(|vm, o, a| search(vm, o, a, true), 1, 3)),
        Def::new("flush", "($self, offset=0, size=None, /)", Native::Var(flush, 0, 2)),
        Def::new("madvise", "($self, option, start=0, length=None, /)", Native::Var(madvise, 1, 3)),
        Def::new("move", "($self, dest, src, count, /)", Native::Var(shift, 3, 3)),
        Def::new("read", "($self, n=None, /)", Native::Var(read, 0, 1)),
        Def::new("read_byte", "($self, /)", Native::N0(read_byte)),
        Def::new("readline", "($self, /)", Native::N0(readline)),
        Def::new("resize", "($self, newsize, /)", Native::N1(resize)),
        Def::new("seek", "($self, pos, whence=0, /)", Native::Var(seek, 1, 2)),
        Def::new("seekable", "($self, /)", Native::N0(|vm, _| Ok(vm.bool(true)))),
        Def::new("size", "($self, /)", Native::N0(size)),
        Def::new("tell", "($self, /)", Native::N0(|vm, o| { let n = open(vm, o)?.pos.get(); vm.new_int(n as i64) })),
        Def::new("write", "($self, bytes, /)", Native::N1(write)),
        Def::new("write_byte", "($self, byte, /)", Native::N1(write_byte)),
        Def::new("__enter__", "($self, /)", Native::N0(|vm, o| { open(vm, o)?; Ok(o.clone()) })),
        Def::new("__exit__", "($self, exc_type, exc_value, traceback, /)", Native::Full(|vm, o, _| close(vm, o))),
        Def::new("__sizeof__", "($self, /)", Native::N0(|vm, _| vm.new_int(size_of::<Map>() as i64 + 16))),
        Def::new("__reduce__", "($self, /)", Native::N0(no_pickle)),
        Def::new("__reduce_ex__", "($self, protocol, /)", Native::N1(|vm, o, _| no_pickle(vm, o))),
    ],
    getset: &[GetSet::ro("closed", |vm, o| { let b = this(o).data.get().is_null(); Ok(vm.bool(b)) })],
};
