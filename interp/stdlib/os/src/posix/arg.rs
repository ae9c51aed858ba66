//! Arguments of `posix` functions (paths, descriptors, ids) and errors of system calls.
//!
//! Not here: the functions themselves.

use std::ffi::{c_char, CString};
use std::io;

use instar_vm::blocking::Outside;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::exception::PyException;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

/// Arguments bound by a signature.
pub type Bound<'a> = &'a [Option<Owned>];

/// A path, or a descriptor in its place.
pub struct PathArg {
    path: CString,
    /// The descriptor if one was given.
    pub fd: Option<i32>,
    /// What errors name: the path after `__fspath__`, or the descriptor.
    pub object: Owned,
    /// Given as bytes: names are reported as bytes.
    pub bytes: bool,
}

impl PathArg {
    /// The path for system calls ("" for a descriptor).
    pub fn ptr(&self) -> *const c_char { self.path.as_ptr() }
    /// The path's bytes.
    pub fn as_bytes(&self) -> &[u8] { self.path.as_bytes() }
}

/// What may stand for a path besides one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Allow { Path, Fd, FdOrNone }

/// A path argument of function `f`.
pub fn path(vm: &mut Vm, f: &str, name: &str, o: Option<&Owned>) -> PyResult<PathArg> { path_with(vm, f, name, o, Allow::Path) }

/// A path argument in whose place `allow` permits other things.
pub fn path_with(vm: &mut Vm, f: &str, name: &str, o: Option<&Owned>, allow: Allow) -> PyResult<PathArg> {
    let o = match o {
        Some(o) if allow != Allow::FdOrNone || !vm.is_none(o) => o.clone(),
        _ => {
            let object = vm.new_str(".")?;
            return Ok(PathArg { path: c".".to_owned(), fd: None, object, bytes: false });
        }
    };
    if o.cast::<PyStr>().is_none() && o.cast::<PyBytes>().is_none() && allow != Allow::Path && (o.word().is_int() || o.type_of(vm).slots().index.is_some()) {
        let fd = descriptor_number(vm, &o)?;
        return Ok(PathArg { path: CString::default(), fd: Some(fd), object: o, bytes: false });
    }
    let object = path_object(vm, f, name, &o, allow)?;
    let (bytes, raw) = match object.cast::<PyBytes>() {
        Some(b) => (true, b.as_slice().to_vec()),
        None => (false, vm.fs_encode(&object)?),
    };
    match CString::new(raw) {
        Ok(path) => Ok(PathArg { path, fd: None, object, bytes }),
        Err(_) => Err(vm.value_error(format!("{f}: embedded null character in {name}"))),
    }
}

/// The str or bytes object of a path argument.
pub fn path_object(vm: &mut Vm, f: &str, name: &str, o: &Owned, allow: Allow) -> PyResult {
    if o.cast::<PyStr>().is_some() || o.cast::<PyBytes>().is_some() { return Ok(o.clone()) }
    let key = vm.intern("__fspath__")?;
    let none = vm.type_lookup(&o.type_of(vm).clone(), &key).is_some_and(|f| vm.is_none(&f));
    match if none { None } else { vm.call_special(o, &key, &[])? } {
        Some(p) if p.cast::<PyStr>().is_some() || p.cast::<PyBytes>().is_some() => Ok(p),
        Some(p) => {
            let (t, got) = (o.type_name(vm), p.type_name(vm));
            Err(vm.type_error(format!("expected {t}.__fspath__() to return str or bytes, not {got}")))
        }
        None => {
            let t = o.type_name(vm);
            let kinds = match allow {
                Allow::Path => "string, bytes or os.PathLike",
                Allow::Fd => "string, bytes, os.PathLike or integer",
                Allow::FdOrNone => "string, bytes, os.PathLike, integer or None",
            };
            Err(vm.type_error(format!("{f}: {name} should be {kinds}, not {t}")))
        }
    }
}

fn descriptor_number(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    if o.type_of(vm).ptr() == vm.types.bool.ptr() {
        let category = vm.types.runtime_warning.clone();
        vm.warn(&category, "bool is used as a file descriptor", 1)?;
    }
    let n = vm.index(o)?;
    let value = match int_ref(&n) {
        Some(IntRef::Small(n)) => n,
        Some(big) => if big.signum() < 0 { i64::MIN } else { i64::MAX },
        None => 0,
    };
    match i32::try_from(value) {
        Ok(n) => Ok(n),
        Err(_) => Err(vm.overflow_error(if value > 0 { "fd is greater than maximum" } else { "fd is less than minimum" })),
    }
}

/// A `dir_fd` argument; the working directory if there is none.
pub fn dir_fd(vm: &mut Vm, o: Option<&Owned>) -> PyResult<i32> {
    match o {
        Some(o) if !vm.is_none(o) => {
            if o.word().is_int() || o.type_of(vm).slots().index.is_some() { return descriptor_number(vm, o) }
            let t = o.type_name(vm);
            Err(vm.type_error(format!("argument should be integer or None, not {t}")))
        }
        _ => Ok(libc::AT_FDCWD),
    }
}

/// ValueError if a descriptor and `dir_fd` are both given.
pub fn no_dir_fd(vm: &mut Vm, f: &str, p: &PathArg, dir: i32) -> PyResult<()> {
    if p.fd.is_some() && dir != libc::AT_FDCWD { return Err(vm.value_error(format!("{f}: can't specify dir_fd without matching path"))) }
    Ok(())
}

/// A descriptor: an int or something with `fileno()`.
pub fn fileno(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let number = if int_ref(o).is_some() { o.clone() } else {
        let name = vm.names.fileno.clone();
        let Some(f) = vm.get_attr_opt(o, &name)? else { return Err(vm.type_error("argument must be an int, or have a fileno() method.")) };
        let n = vm.call0(&f)?;
        if int_ref(&n).is_none() { return Err(vm.type_error("fileno() returned a non-integer")) }
        n
    };
    if number.type_of(vm).ptr() == vm.types.bool.ptr() {
        let category = vm.types.runtime_warning.clone();
        vm.warn(&category, "bool is used as a file descriptor", 1)?;
    }
    let fd = vm.index_i32(&number)?;
    if fd < 0 { return Err(vm.value_error(format!("file descriptor cannot be a negative integer ({fd})"))) }
    Ok(fd)
}

/// The argument at `i` as a C int.
pub fn int(vm: &mut Vm, a: Bound<'_>, i: usize, default: i32) -> PyResult<i32> {
    match a.get(i).and_then(Option::as_ref) { Some(o) => vm.index_i32(o), None => Ok(default) }
}

/// The argument at `i` as 64 bits.
pub fn long(vm: &mut Vm, a: Bound<'_>, i: usize, default: i64) -> PyResult<i64> {
    match a.get(i).and_then(Option::as_ref) { Some(o) => vm.index_i64(o), None => Ok(default) }
}

/// The argument at `i` as unsigned C int, bits beyond it cut off.
pub fn mode(vm: &mut Vm, a: Bound<'_>, i: usize, default: u32) -> PyResult<libc::mode_t> {
    Ok(int(vm, a, i, default as i32)? as libc::mode_t)
}

/// The argument at `i` as truth.
pub fn flag(vm: &mut Vm, a: Bound<'_>, i: usize, default: bool) -> PyResult<bool> {
    match a.get(i).and_then(Option::as_ref) { Some(o) => vm.truth(o), None => Ok(default) }
}

/// The argument at `i`, which is required.
pub fn required<'a>(vm: &mut Vm, a: &'a [Option<Owned>], i: usize) -> PyResult<&'a Owned> {
    match a.get(i).and_then(Option::as_ref) { Some(o) => Ok(o), None => Err(vm.system_error("unbound argument")) }
}

/// A user or group id; -1 means "as it is".
pub fn id(vm: &mut Vm, o: &Owned, what: &str) -> PyResult<u32> {
    if !(o.word().is_int() || o.type_of(vm).slots().index.is_some()) {
        let t = o.type_name(vm);
        return Err(vm.type_error(format!("{what} should be integer, not {t}")));
    }
    let n = vm.index(o)?;
    match int_ref(&n) {
        Some(IntRef::Small(-1)) => Ok(u32::MAX),
        Some(IntRef::Small(n)) if (0..i64::from(u32::MAX)).contains(&n) => Ok(n as u32),
        Some(IntRef::Small(n)) if n > 0 => Err(vm.overflow_error(format!("{what} is greater than maximum"))),
        Some(big) if big.signum() > 0 => Err(vm.overflow_error(format!("{what} is greater than maximum"))),
        _ => Err(vm.overflow_error(format!("{what} is less than minimum"))),
    }
}

/// A null-terminated string of a path, str or bytes argument.
pub fn c_string(vm: &mut Vm, o: &Owned) -> PyResult<CString> {
    let bytes = vm.fs_path_bytes(o)?;
    CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))
}

/// The OSError of `errno`, about `path`.
#[cold]
pub fn fail(vm: &mut Vm, path: Option<&Owned>) -> Raised { vm.os_error_from(io::Error::last_os_error(), path) }

/// The OSError of `errno`, about two paths.
#[cold]
pub fn fail2(vm: &mut Vm, first: &Owned, second: &Owned) -> Raised {
    let error = io::Error::last_os_error();
    let make = |vm: &mut Vm| -> PyResult<Ref<PyException>> {
        let number = error.raw_os_error().unwrap_or(0);
        let args = vec![vm.new_int(number.into())?, vm.new_str(&strerror(number))?, first.clone(), vm.none(), second.clone()];
        let ty = vm.types.os_error.clone();
        vm.new_exception(&ty, args)
    };
    match make(vm) { Ok(e) => Raised(e), Err(r) => r }
}

/// The system's text of an error number.
pub fn strerror(number: i32) -> String {
    let text = io::Error::from_raw_os_error(number).to_string();
    text.split(" (os error ").next().unwrap_or_default().to_owned()
}

/// The result of a system call, or the OSError of `errno` if it is -1.
pub fn check(vm: &mut Vm, path: Option<&Owned>, result: i64) -> PyResult<i64> { if result == -1 { Err(fail(vm, path)) } else { Ok(result) } }

/// `None` after a system call that gives 0, or the OSError of `errno`.
pub fn done(vm: &mut Vm, path: Option<&Owned>, result: i32) -> PyResult { if result < 0 { Err(fail(vm, path)) } else { Ok(vm.none()) } }

/// Calls again while signals interrupt (PEP 475); their handlers run in between. `call` makes a system call and nothing else: other
/// threads run meanwhile.
pub fn retry(vm: &mut Vm, path: Option<&Owned>, mut call: impl FnMut() -> i64) -> PyResult<i64> {
    loop {
        // SAFETY: what a system call reads and writes belongs to the caller, who keeps it (no object's storage, or a pinned buffer).
        let outside = unsafe { Outside::new(&mut call) };
        let result = vm.without_gil(move || outside.get()());
        if result != -1 { return Ok(result) }
        let e = io::Error::last_os_error();
        if e.kind() != io::ErrorKind::Interrupted { return Err(vm.os_error_from(e, path)) }
        vm.safe_point()?;
    }
}

/// An unsigned 32-bit C integer; `kind` is its C name for messages.
pub fn unsigned(vm: &mut Vm, o: &Owned, kind: &str) -> PyResult<u32> {
    let n = vm.index(o)?;
    match int_ref(&n) {
        Some(n) if n.signum() < 0 => Err(vm.value_error("Cannot convert negative int")),
        Some(IntRef::Small(n)) if n <= i64::from(u32::MAX) => Ok(n as u32),
        _ => Err(vm.overflow_error(format!("Python int too large for C {kind}"))),
    }
}
