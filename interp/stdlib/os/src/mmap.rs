//! `mmap`: memory maps. Here: the module, making and closing a map, its buffer.
//!
//! The bytes may change at any time, by other processes too, so they are read and written by copying. Not here: the methods that
//! read, write and search (`mmap/methods.rs`).

mod methods;

use std::cell::Cell;

use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::object::Slot;
use instar_vm::protocol::buffer::{Buffer, Request};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::slice::{adjust, nth, PySlice};
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::posix::arg;
use crate::support::{set, set_int, set_type};

const ACCESS_DEFAULT: i32 = 0;
const ACCESS_READ: i32 = 1;
const ACCESS_WRITE: i32 = 2;
const ACCESS_COPY: i32 = 3;

/// Payload: the map's memory (null when closed), a descriptor of the file (-1 for none), the place of reading and writing.
pub struct Map {
    data: Cell<*mut u8>,
    size: Cell<usize>,
    pos: Cell<usize>,
    exports: Cell<usize>,
    fd: Cell<i32>,
    access: i32,
    flags: i32,
    offset: i64,
    /// The file's descriptor was kept.
    tracked: bool,
}
trace! { Map {} }
instar_vm::fields! { Map { data, size, pos, exports, fd, access, flags, offset, tracked } }
payload!(Map, "mmap.mmap");

impl Map {
    fn close(&self) {
        let (data, fd) = (self.data.replace(std::ptr::null_mut()), self.fd.replace(-1));
        // SAFETY: memory and descriptor are ours and forgotten; no buffer is out.
        unsafe {
            if !data.is_null() { libc::munmap(data.cast(), self.size.get()); }
            if fd >= 0 { libc::close(fd); }
        }
    }
    /// A copy of `n` bytes from `at`, which lie in the map.
    fn copy(&self, at: usize, n: usize) -> Vec<u8> {
        let mut out = vec![0; n];
        // SAFETY: the callers checked the range; the copy is ours.
        unsafe { std::ptr::copy_nonoverlapping(self.data.get().add(at), out.as_mut_ptr(), n) }
        out
    }
    /// Writes bytes at `at`, which lie in the map.
    fn put(&self, at: usize, bytes: &[u8]) {
        // SAFETY: the callers checked the range and that the map may be written; `bytes` may lie in it.
        unsafe { std::ptr::copy(bytes.as_ptr(), self.data.get().add(at), bytes.len()) }
    }
    fn writable(&self) -> bool { self.access != ACCESS_READ }
}
impl Drop for Map {
    fn drop(&mut self) { self.close() }
}

fn this(o: &Owned) -> &Ref<Map> { o.cast().expect("law: checked by the descriptor") }

/// The map if it is open.
fn open<'a>(vm: &mut Vm, o: &'a Owned) -> PyResult<&'a Ref<Map>> {
    let m = this(o);
    if m.data.get().is_null() { Err(vm.value_error("mmap closed or invalid")) } else { Ok(m) }
}

/// The map if it is open and may be written.
fn writable<'a>(vm: &mut Vm, o: &'a Owned) -> PyResult<&'a Ref<Map>> {
    let m = open(vm, o)?;
    if m.writable() { Ok(m) } else { Err(vm.type_error("mmap can't modify a readonly memory map.")) }
}

/// A C `ssize_t`.
fn size_arg(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let n = vm.index(o)?;
    match instar_vm::types::int::int_ref(&n).and_then(|n| n.to_i64()) { Some(n) => Ok(n), None => Err(vm.overflow_error("Python int too large to convert to C ssize_t")) }
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "mmap", const { &Signature::parse("(fileno, length, flags=1, prot=3, access=0, offset=0, *, trackfd=True)") })?;
    let shared = (libc::MAP_SHARED, libc::PROT_READ | libc::PROT_WRITE);
    let fd = arg::int(vm, &a, 0, -1)?;
    let length = arg::required(vm, &a, 1)?;
    let length = size_arg(vm, length)?;
    let (mut flags, mut prot, mut access) = (arg::int(vm, &a, 2, shared.0)?, arg::int(vm, &a, 3, shared.1)?, arg::int(vm, &a, 4, ACCESS_DEFAULT)?);
    let offset = arg::long(vm, &a, 5, 0)?;
    let tracked = arg::flag(vm, &a, 6, true)?;
    let Ok(mut size) = usize::try_from(length) else { return Err(vm.overflow_error("memory mapped length must be positive")) };
    if offset < 0 { return Err(vm.overflow_error("memory mapped offset must be positive")) }
    if access != ACCESS_DEFAULT && (flags, prot) != shared { return Err(vm.value_error("mmap can't specify both access and flags, prot.")) }
    match access {
        ACCESS_READ => prot = libc::PROT_READ,
        ACCESS_WRITE => {}
        ACCESS_COPY => flags = libc::MAP_PRIVATE,
        ACCESS_DEFAULT => if prot & shared.1 != shared.1 { access = if prot & libc::PROT_WRITE != 0 { ACCESS_WRITE } else { ACCESS_READ } },
        _ => return Err(vm.value_error("mmap invalid access parameter.")),
    }
    if fd >= 0 && let Some(file) = file_size(fd) {
        if size == 0 {
            if file == 0 { return Err(vm.value_error("cannot mmap an empty file")) }
            if offset >= file { return Err(vm.value_error("mmap offset is greater than file size")) }
            size = (file - offset) as usize;
        } else if offset > file || ((file - offset) as usize) < size { return Err(vm.value_error("mmap length is greater than file size")) }
    }
    let mut own = -1;
    if fd == -1 { flags |= libc::MAP_ANONYMOUS } else if tracked {
        // SAFETY: no memory is involved.
        own = arg::check(vm, None, unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) }.into())? as i32;
    }
    // SAFETY: a new mapping at a place of the system's choice.
    let data = vm.without_gil(|| unsafe { libc::mmap(std::ptr::null_mut(), size, prot, flags, fd, offset) } as usize);
    if data == libc::MAP_FAILED as usize {
        let error = arg::fail(vm, None);
        // SAFETY: the descriptor is ours.
        if own >= 0 { unsafe { libc::close(own) }; }
        return Err(error);
    }
    let map = Map { data: Cell::new(data as *mut u8), size: Cell::new(size), pos: Cell::new(0), exports: Cell::new(0), fd: Cell::new(own), access, flags, offset, tracked };
    Ok(vm.new_object_of(ty, map)?.into_obj())
}

/// The size of a regular file.
fn file_size(fd: i32) -> Option<i64> {
    // SAFETY: the status is writable, and valid when it is all zeroes.
    unsafe {
        let mut status: libc::stat = std::mem::zeroed();
        (libc::fstat(fd, &mut status) == 0 && status.st_mode & libc::S_IFMT == libc::S_IFREG).then_some(status.st_size)
    }
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let m = this(o);
    let t = o.type_name(vm);
    if m.data.get().is_null() { return vm.new_str(&format!("<mmap.{t} closed=True>")) }
    let access = ["ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"][m.access as usize];
    vm.new_str(&format!("<mmap.{t} closed=False, access={access}, length={}, pos={}, offset={}>", m.size.get(), m.pos.get(), m.offset))
}

fn len(vm: &mut Vm, o: &Owned) -> PyResult<usize> { Ok(open(vm, o)?.size.get()) }

fn index(vm: &mut Vm, m: &Ref<Map>, key: &Owned) -> PyResult<usize> {
    let i = vm.item_index(key)?;
    let n = m.size.get();
    let at = if i < 0 { i.checked_add_unsigned(n) } else { Some(i) };
    match at.and_then(|i| usize::try_from(i).ok()) { Some(i) if i < n => Ok(i), _ => Err(vm.index_error("mmap index out of range")) }
}

fn getitem(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult {
    let m = open(vm, o)?.clone();
    if key.type_of(vm).slots().index.is_some() {
        let i = index(vm, &m, key)?;
        // `__index__` may have closed it.
        open(vm, o)?;
        return vm.new_int(m.copy(i, 1)[0].into());
    }
    let Some(slice) = key.cast::<PySlice>() else { return Err(vm.type_error("mmap indices must be integers")) };
    let (start, stop, step) = slice.unpack(vm)?;
    open(vm, o)?;
    let (start, _, count) = adjust(m.size.get(), start, stop, step);
    let picked = if step == 1 { m.copy(start as usize, count) } else { (0..count).map(|n| m.copy(nth(start, step, n), 1)[0]).collect() };
    vm.new_bytes(&picked)
}

fn setitem(vm: &mut Vm, o: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let m = writable(vm, o)?.clone();
    if key.type_of(vm).slots().index.is_some() {
        let i = index(vm, &m, key)?;
        let Some(value) = value else { return Err(vm.type_error("mmap doesn't support item deletion")) };
        if value.type_of(vm).slots().index.is_none() { return Err(vm.type_error("mmap item value must be an int")) }
        let n = match vm.index_i64(value).ok().and_then(|n| u8::try_from(n).ok()) { Some(n) => n, None => return Err(vm.value_error("mmap item value must be in range(0, 256)")) };
        open(vm, o)?;
        if i >= m.size.get() { return Err(vm.index_error("mmap index out of range")) }
        m.put(i, &[n]);
        return Ok(());
    }
    let Some(slice) = key.cast::<PySlice>() else { return Err(vm.type_error("mmap indices must be integers")) };
    let (start, stop, step) = slice.unpack(vm)?;
    let Some(value) = value else { return Err(vm.type_error("mmap object doesn't support slice deletion")) };
    let bytes = vm.bytes_like(value)?;
    open(vm, o)?;
    let (start, _, count) = adjust(m.size.get(), start, stop, step);
    if bytes.len() != count { return Err(vm.index_error("mmap slice assignment is wrong size")) }
    if step == 1 { m.put(start as usize, &bytes) } else { for (n, b) in bytes.iter().enumerate() { m.put(nth(start, step, n), &[*b]) } }
    Ok(())
}

fn release(o: &Owned) {
    let m = this(o);
    m.exports.set(m.exports.get() - 1);
}

fn buffer(vm: &mut Vm, o: &Owned, request: Request) -> PyResult<Buffer> {
    let m = open(vm, o)?;
    if request.is_writable() && !m.writable() { return Err(vm.buffer_error("Object is not writable.")) }
    m.exports.set(m.exports.get() + 1);
    // SAFETY: while exports are out the map is neither closed nor resized.
    Ok(unsafe { Buffer::new(o.clone(), m.data.get(), m.size.get(), !m.writable(), Some(release)) })
}

/// Payload of the iterator over bytes of length 1.
struct Iter { map: Slot, at: Cell<usize> }
trace! { Iter { map } }
instar_vm::fields! { Iter { map, at } }
payload!(Iter, "iterator");

fn iter(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.new_object(Iter { map: Slot::new(Some(o.clone())), at: Cell::new(0) })?.into_obj()) }

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let it: &Ref<Iter> = o.cast().expect("law: checked by the descriptor");
    let Some(map) = it.map.get() else { return Ok(None) };
    let m = open(vm, &map)?;
    let at = it.at.get();
    if at >= m.size.get() { it.map.set(None); return Ok(None) }
    it.at.set(at + 1);
    let byte = m.copy(at, 1);
    vm.new_bytes(&byte).map(Some)
}

/// Numbers of Linux on 64-bit machines.
const CONSTANTS: &[(&str, i64)] = &[
    ("ACCESS_COPY", 3), ("ACCESS_DEFAULT", 0), ("ACCESS_READ", 1), ("ACCESS_WRITE", 2), ("MADV_DODUMP", 17), ("MADV_DOFORK", 11),
    ("MADV_DONTDUMP", 16), ("MADV_DONTFORK", 10), ("MADV_DONTNEED", 4), ("MADV_FREE", 8), ("MADV_HUGEPAGE", 14), ("MADV_HWPOISON", 100),
    ("MADV_MERGEABLE", 12), ("MADV_NOHUGEPAGE", 15), ("MADV_NORMAL", 0), ("MADV_RANDOM", 1), ("MADV_REMOVE", 9), ("MADV_SEQUENTIAL", 2),
    ("MADV_UNMERGEABLE", 13), ("MADV_WILLNEED", 3), ("MAP_32BIT", 64), ("MAP_ANON", 32), ("MAP_ANONYMOUS", 32), ("MAP_DENYWRITE", 2048),
    ("MAP_EXECUTABLE", 4096), ("MAP_NORESERVE", 16384), ("MAP_POPULATE", 32768), ("MAP_PRIVATE", 2), ("MAP_SHARED", 1),
    ("MAP_STACK", 131072), ("PROT_EXEC", 4), ("PROT_READ", 1), ("PROT_WRITE", 2),
];

static ITER: instar_vm::native::TypeDef = instar_vm::native::TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "mmap",
    doc: "",
    functions: &[],
    exec: |vm, _, ns| {
        for (name, n) in CONSTANTS { set_int(vm, ns, name, *n)? }
        // SAFETY: only asks.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        for name in ["PAGESIZE", "ALLOCATIONGRANULARITY"] { set_int(vm, ns, name, page)? }
        let error = vm.types.os_error.obj().clone();
        set(vm, ns, "error", &error)?;
        let slots = Slots { new: Some(new), repr: Some(repr), len: Some(len), getitem: Some(getitem), setitem: Some(setitem), buffer: Some(buffer), iter: Some(iter), ..Slots::default() };
        let ty = vm.new_native_type::<Map>("mmap", "mmap", None, TypeFlags::WEAKREF.bits() | vm_flags::BASETYPE, slots, &methods::DEF)?;
        let slots = Slots { iter: Some(|_, o| Ok(o.clone())), next: Some(next), ..Slots::default() };
        vm.new_native_type::<Iter>("mmap", "iterator", None, TypeFlags::GC.bits() | vm_flags::NO_NEW, slots, &ITER)?;
        set_type(vm, ns, &ty)
    },
};
