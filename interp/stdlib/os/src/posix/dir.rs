//! Reading directories: `listdir`, `scandir`, `DirEntry`.
//!
//! Not here: making and removing them (`names.rs`).

use std::cell::{Cell, UnsafeCell};
use std::ffi::{CStr, CString};

use instar_object::TypeFlags;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::types::dict::PyDict;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use super::arg::{self, Allow, Bound, PathArg};
use super::stat;
use crate::support::set_type;

/// An open directory stream, closed when dropped.
struct Stream(*mut libc::DIR, bool);

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: the stream is open and ours; rewinding resets the descriptor that shares its position.
        unsafe {
            if self.1 { libc::rewinddir(self.0) }
            libc::closedir(self.0);
        }
    }
}

/// One name read from a directory.
struct Found { name: Vec<u8>, inode: u64, kind: u8 }

impl Stream {
    fn open(vm: &mut Vm, p: &PathArg) -> PyResult<Stream> {
        let Some(fd) = p.fd else {
            // SAFETY: the path is null-terminated.
            let dir = unsafe { libc::opendir(p.ptr()) };
            return if dir.is_null() { Err(arg::fail(vm, Some(&p.object))) } else { Ok(Stream(dir, false)) };
        };
        // closedir closes the descriptor, and the caller's must stay open.
        // SAFETY: no memory is involved.
        let own = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
        arg::check(vm, None, own.into())?;
        // SAFETY: the descriptor is ours.
        let dir = unsafe { libc::fdopendir(own) };
        if dir.is_null() {
            let error = arg::fail(vm, Some(&p.object));
            // SAFETY: still ours, fdopendir did not take it.
            unsafe { libc::close(own) };
            return Err(error);
        }
        Ok(Stream(dir, true))
    }

    /// The next entry besides `.` and `..`.
    fn next(&self) -> Result<Option<Found>, std::io::Error> {
        loop {
            // SAFETY: errno is this thread's; the stream is open; the entry is copied before the next call.
            unsafe {
                *libc::__errno_location() = 0;
                let e = libc::readdir(self.0);
                if e.is_null() {
                    let error = std::io::Error::last_os_error();
                    return if error.raw_os_error() == Some(0) { Ok(None) } else { Err(error) };
                }
                let name = CStr::from_ptr((*e).d_name.as_ptr()).to_bytes();
                if name == b"." || name == b".." { continue }
                return Ok(Some(Found { name: name.to_vec(), inode: (*e).d_ino, kind: (*e).d_type }));
            }
        }
    }
}

fn text(vm: &mut Vm, bytes: &[u8], as_bytes: bool) -> PyResult { if as_bytes { vm.new_bytes(bytes) } else { vm.fs_decode(bytes) } }

pub fn listdir(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "listdir", "path", a[0].as_ref(), Allow::FdOrNone)?;
    let stream = Stream::open(vm, &p)?;
    let mut names = Vec::new();
    loop {
        match stream.next() {
            Ok(Some(found)) => names.push(text(vm, &found.name, p.bytes)?),
            Ok(None) => break,
            Err(e) => return Err(vm.os_error_from(e, Some(&p.object))),
        }
    }
    Ok(vm.new_list(names)?.into_obj())
}

/// Payload of the iterator.
struct Scan { stream: UnsafeCell<Option<Stream>>, path: Slot, base: Vec<u8>, bytes: bool, fd: i32 }
trace! { Scan { path } }
instar_vm::fields! { Scan { stream, path, base, bytes, fd } }
payload!(Scan, "posix.ScandirIterator");

/// Payload of an entry. `fd` is the directory's descriptor if it was scanned by one, else -1.
struct Entry { name: Slot, path: Slot, raw: CString, stat: Slot, lstat: Slot, kind: u8, inode: u64, fd: Cell<i32> }
trace! { Entry { name, path, stat, lstat } }
instar_vm::fields! { Entry { name, path, raw, stat, lstat, kind, inode, fd } }
payload!(Entry, "posix.DirEntry");

fn scan(o: &Owned) -> &Ref<Scan> { o.cast().expect("law: checked by the descriptor") }
fn entry(o: &Owned) -> &Ref<Entry> { o.cast().expect("law: checked by the descriptor") }

pub fn scandir(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "scandir", "path", a[0].as_ref(), Allow::FdOrNone)?;
    let stream = Stream::open(vm, &p)?;
    let mut base = if p.fd.is_some() { Vec::new() } else { p.as_bytes().to_vec() };
    if base.last().is_some_and(|c| *c != b'/') { base.push(b'/') }
    let payload = Scan { stream: UnsafeCell::new(Some(stream)), path: Slot::new(Some(p.object.clone())), base, bytes: p.bytes, fd: p.fd.unwrap_or(-1) };
    Ok(vm.new_object(payload)?.into_obj())
}

fn close_stream(o: &Owned) -> bool {
    // SAFETY: nothing else looks into the cell while the stream is taken out; closing runs no Python code.
    unsafe { (*scan(o).stream.get()).take() }.is_some()
}

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let it = scan(o);
    // SAFETY: the view ends with this expression; readdir runs no Python code.
    let Some(read) = unsafe { (*it.stream.get()).as_ref() }.map(Stream::next) else { return Ok(None) };
    let found = match read {
        Ok(Some(found)) => found,
        Ok(None) => { close_stream(o); return Ok(None) }
        Err(e) => {
            close_stream(o);
            let path = it.path.get();
            return Err(vm.os_error_from(e, path.as_ref()));
        }
    };
    let name = text(vm, &found.name, it.bytes)?;
    let mut full = it.base.clone();
    full.extend_from_slice(&found.name);
    let path = if it.fd >= 0 { name.clone() } else { text(vm, &full, it.bytes)? };
    let Ok(raw) = CString::new(full) else { return Err(vm.value_error("embedded null byte")) };
    let payload = Entry { name: Slot::new(Some(name)), path: Slot::new(Some(path)), raw, stat: Slot::default(), lstat: Slot::default(), kind: found.kind,
        inode: found.inode, fd: Cell::new(it.fd) };
    Ok(Some(vm.new_object(payload)?.into_obj()))
}

fn finalize(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    if !close_stream(o) { return Ok(()) }
    let message = format!("unclosed scandir iterator {}", vm.repr_text(o)?);
    let category = vm.types.resource_warning.clone();
    vm.warn(&category, &message, 1)
}

fn close(vm: &mut Vm, o: &Owned) -> PyResult { close_stream(o); Ok(vm.none()) }

/// The entry's `stat_result`, remembered.
fn fetch(vm: &mut Vm, o: &Owned, follow: bool) -> PyResult {
    let e = entry(o);
    let follow = follow && is_link(vm, o)?;
    let slot = if follow { &e.stat } else { &e.lstat };
    if let Some(s) = slot.get() { return Ok(s) }
    let dir = if e.fd.get() >= 0 { e.fd.get() } else { libc::AT_FDCWD };
    let path = vm.option_to_none(e.path.get());
    let s = stat::at(vm, dir, e.raw.as_ptr(), follow, &path)?;
    slot.set(Some(s.clone()));
    Ok(s)
}

/// Whether the entry (or what it links to) has this file type; a missing file has none.
fn has_mode(vm: &mut Vm, o: &Owned, follow: bool, wanted: u32) -> PyResult<bool> {
    let s = match fetch(vm, o, follow) {
        Ok(s) => s,
        Err(e) if e.is(vm, &vm.types.file_not_found_error.clone()) => return Ok(false),
        Err(e) => return Err(e),
    };
    let Some(mode) = s.cast::<PyTuple>().and_then(|t| t.get(0)) else { return Ok(false) };
    Ok(vm.index_i64(&mode)? as u32 & libc::S_IFMT == wanted)
}

fn is_link(vm: &mut Vm, o: &Owned) -> PyResult<bool> {
    match entry(o).kind { libc::DT_UNKNOWN => has_mode(vm, o, false, libc::S_IFLNK), kind => Ok(kind == libc::DT_LNK) }
}

fn is_kind(vm: &mut Vm, o: &Owned, a: Bound<'_>, kind: u8, wanted: u32) -> PyResult {
    let follow = arg::flag(vm, a, 0, true)?;
    let known = entry(o).kind;
    let yes = if known == libc::DT_UNKNOWN || (follow && known == libc::DT_LNK) { has_mode(vm, o, follow, wanted)? } else { known == kind };
    Ok(vm.bool(yes))
}

fn entry_stat(vm: &mut Vm, o: &Owned, a: Bound<'_>) -> PyResult { let follow = arg::flag(vm, a, 0, true)?; fetch(vm, o, follow) }
fn entry_path(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(entry(o).path.get())) }
fn entry_name(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.option_to_none(entry(o).name.get())) }

fn entry_repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let name = entry_name(vm, o)?;
    let name = vm.repr_text(&name)?;
    vm.new_str(&format!("<DirEntry {name}>"))
}

fn no_pickle(vm: &mut Vm, o: &Owned) -> PyResult {
    let t = o.type_of(vm).name(vm);
    Err(vm.type_error(format!("cannot pickle 'posix.{t}' object")))
}

const FOLLOW: &str = "($self, /, *, follow_symlinks=True)";

static ENTRY: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("is_dir", FOLLOW, Native::Bound(|vm, o, a| is_kind(vm, o, a, libc::DT_DIR, libc::S_IFDIR))).doc("Return True if the entry is a directory; cached per entry."),
        Def::new("is_file", FOLLOW, Native::Bound(|vm, o, a| is_kind(vm, o, a, libc::DT_REG, libc::S_IFREG))).doc("Return True if the entry is a file; cached per entry."),
        Def::new("is_symlink", "($self, /)", Native::N0(|vm, o| { let b = is_link(vm, o)?; Ok(vm.bool(b)) })).doc("Return True if the entry is a symbolic link; cached per entry."),
        Def::new("is_junction", "($self, /)", Native::N0(|vm, _| Ok(vm.bool(false)))).doc("Return True if the entry is a junction; cached per entry."),
        Def::new("stat", FOLLOW, Native::Bound(entry_stat)).doc("Return stat_result object for the entry; cached per entry."),
        Def::new("inode", "($self, /)", Native::N0(|vm, o| vm.new_uint(entry(o).inode))).doc("Return inode of the entry; cached per entry."),
        Def::new("__fspath__", "($self, /)", Native::N0(entry_path)).doc("Returns the path for the entry."),
        Def::new("__reduce__", "($self, /)", Native::N0(no_pickle)),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(|vm, cls, item| vm.new_generic_alias(cls, item))).doc("See PEP 585"),
    ],
    getset: &[GetSet::ro("name", entry_name), GetSet::ro("path", entry_path)],
};

static SCAN: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__enter__", "($self, /)", Native::N0(|_, o| Ok(o.clone()))),
        Def::new("__exit__", "($self, /, *args)", Native::Full(|vm, o, _| close(vm, o))),
        Def::new("close", "($self, /)", Native::N0(close)),
        Def::new("__reduce__", "($self, /)", Native::N0(no_pickle)),
    ],
    getset: &[],
};

/// Makes the types.
pub fn init(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { repr: Some(entry_repr), ..Slots::default() };
    let ty = vm.new_native_type::<Entry>("posix", "DirEntry", None, TypeFlags::GC.bits(), slots, &ENTRY)?;
    set_type(vm, ns, &ty)?;
    let slots = Slots { iter: Some(|_, o| Ok(o.clone())), next: Some(next), finalize: Some(finalize), ..Slots::default() };
    vm.new_native_type::<Scan>("posix", "ScandirIterator", None, TypeFlags::GC.bits(), slots, &SCAN)?;
    Ok(())
}
