//! `FileIO`: a file descriptor. `fd` is -1 when closed; `inner` is unused.

use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::base::size_arg;
use super::{this, unsupported};
use crate::support::{c_int, given};

const SIG: &str = "(file, mode='r', closefd=True, opener=None)";

pub fn slots() -> Slots { Slots { init: Some(init), repr: Some(repr), ..Slots::default() } }

pub static DEF: TypeDef = TypeDef {
    doc: "Open a file.",
    sig: SIG,
    methods: &[
        Def::new("read", "($self, size=-1, /)", Native::Var(read, 0, 1)),
        Def::new("readall", "($self, /)", Native::N0(readall)),
        Def::new("readinto", "($self, buffer, /)", Native::N1(readinto)),
        Def::new("write", "($self, b, /)", Native::N1(write)),
        Def::new("seek", "($self, pos, whence=0, /)", Native::Var(seek, 1, 2)),
        Def::new("tell", "($self, /)", Native::N0(|vm, o| { open_fd(vm, o)?; let n = lseek(vm, o, 0, 1)?; vm.new_int(n) })),
        Def::new("truncate", "($self, size=None, /)", Native::Var(truncate, 0, 1)),
        Def::new("close", "($self, /)", Native::N0(close)),
        Def::new("seekable", "($self, /)", Native::N0(|vm, o| { let s = is_seekable(vm, o)?; Ok(vm.bool(s)) })),
        Def::new("readable", "($self, /)", Native::N0(|vm, o| { open_fd(vm, o)?; Ok(vm.bool(this(o).readable.get())) })),
        Def::new("writable", "($self, /)", Native::N0(|vm, o| { open_fd(vm, o)?; Ok(vm.bool(this(o).writable.get())) })),
        Def::new("fileno", "($self, /)", Native::N0(|vm, o| { let fd = open_fd(vm, o)?; vm.new_int(fd.into()) })),
        Def::new("isatty", "($self, /)", Native::N0(|vm, o| { let t = is_terminal(vm, o)?; Ok(vm.bool(t)) })),
        Def::new("_isatty_open_only", "($self, /)", Native::N0(|vm, o| { let t = this(o).may_be_terminal.get() && is_terminal(vm, o)?; Ok(vm.bool(t)) })),
        Def::new("_dealloc_warn", "($self, source, /)", Native::N1(dealloc_warn)),
        Def::new("__getstate__", "($self, /)", Native::N0(|vm, o| { let t = o.bare_type_name(vm); Err(vm.type_error(format!("cannot pickle '{t}' instances"))) })),
    ],
    getset: &[
        GetSet { doc: "True if the file is closed", ..GetSet::ro("closed", |vm, o| Ok(vm.bool(this(o).fd.get() < 0))) },
        GetSet::ro("closefd", |vm, o| Ok(vm.bool(this(o).close_fd.get()))),
        GetSet::ro("mode", |vm, o| { let m = mode_text(o); vm.new_str(m) }),
        GetSet::ro("_blksize", |vm, o| vm.new_int(this(o).buffer_size.get() as i64)),
        GetSet::rw("_finalizing", |vm, o| Ok(vm.bool(this(o).finalizing.get())), |vm, o, v| {
            let Some(v) = v else { return Err(vm.type_error("can't delete numeric/char attribute")) };
            if !v.is_instance_of(vm, &vm.types.bool) { return Err(vm.type_error("attribute value type must be bool")) }
            let b = vm.truth(v)?;
            this(o).finalizing.set(b);
            Ok(())
        }),
    ],
};

fn mode_text(o: &Owned) -> &'static str {
    let io = this(o);
    match (io.created.get(), io.appending.get(), io.readable.get(), io.writable.get()) {
        (true, _, true, _) => "xb+",
        (true, _, false, _) => "xb",
        (_, true, true, _) => "ab+",
        (_, true, false, _) => "ab",
        (_, _, true, true) => "rb+",
        (_, _, true, false) => "rb",
        _ => "wb",
    }
}

/// The descriptor; ValueError if closed.
pub fn open_fd(vm: &mut Vm, o: &Owned) -> PyResult<i32> {
    let fd = this(o).fd.get();
    if fd < 0 { Err(vm.value_error("I/O operation on closed file")) } else { Ok(fd) }
}

fn is_terminal(vm: &mut Vm, o: &Owned) -> PyResult<bool> {
    let fd = open_fd(vm, o)?;
    // SAFETY: isatty only asks.
    Ok(unsafe { libc::isatty(fd) } == 1)
}

/// The OSError of `errno`.
fn failed(vm: &mut Vm, path: Option<&Owned>) -> Raised { vm.os_error_from(std::io::Error::last_os_error(), path) }

/// Parsed mode: (open flags, readable, writable, appending, created).
fn parse_mode(vm: &mut Vm, mode: &str) -> PyResult<(i32, bool, bool, bool, bool)> {
    let bad = "Must have exactly one of create/read/write/append mode and at most one plus";
    let (mut main, mut plus) = (None, false);
    for c in mode.chars() {
        match c {
            'x' | 'r' | 'w' | 'a' => if main.replace(c).is_some() { return Err(vm.value_error(bad)) },
            'b' => {}
            '+' => if std::mem::replace(&mut plus, true) { return Err(vm.value_error(bad)) },
            _ => return Err(vm.value_error(format!("invalid mode: {mode}"))),
        }
    }
    let (extra, r, w, a, x) = match main {
        Some('r') => (0, true, plus, false, false),
        Some('w') => (libc::O_CREAT | libc::O_TRUNC, plus, true, false, false),
        Some('a') => (libc::O_CREAT | libc::O_APPEND, plus, true, true, false),
        Some(_) => (libc::O_CREAT | libc::O_EXCL, plus, true, false, true),
        None => return Err(vm.value_error(bad)),
    };
    let access = match (r, w) { (true, true) => libc::O_RDWR, (true, false) => libc::O_RDONLY, _ => libc::O_WRONLY };
    Ok((extra | access | libc::O_CLOEXEC, r, w, a, x))
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "FileIO", const { &Signature::parse(SIG) })?;
    let Some(file) = a[0].clone() else { return Err(vm.system_error("unbound argument")) };
    let mode = match &a[1] { Some(m) => crate::support::text(vm, m, "FileIO() argument 'mode'")?, None => "r".to_owned() };
    let close_fd = match &a[2] { Some(c) => vm.truth(c)?, None => true };
    if this(o).fd.get() >= 0 { close_now(vm, o)? }
    let (flags, r, w, app, x) = parse_mode(vm, &mode)?;
    let io = this(o);
    io.readable.set(r);
    io.writable.set(w);
    io.appending.set(app);
    io.created.set(x);
    io.close_fd.set(close_fd);
    io.seekable.set(-1);
    if file.is_instance_of(vm, &vm.types.bool) {
        let category = vm.types.runtime_warning.clone();
        vm.warn(&category, "bool is used as a file descriptor", 1)?;
    }
    // A number that is no C int goes the way of other objects that are no paths.
    let number = if file.word().is_int() || file.is_instance_of(vm, &vm.types.int) { c_int(vm, &file).ok() } else { None };
    let mut opened_here = false;
    let fd = match number {
        Some(fd) if fd < 0 => return Err(vm.value_error("negative file descriptor")),
        Some(fd) => fd,
        None => {
            let path = vm.fs_path(&file)?;
            if !close_fd { return Err(vm.value_error("Cannot use closefd=False with file name")) }
            opened_here = true;
            match given(vm, a[3].as_ref()) {
                Some(opener) => {
                    let flags = vm.new_int(i64::from(flags))?;
                    let fd = vm.call2(&opener, &file, &flags)?;
                    if !(fd.word().is_int() || fd.is_instance_of(vm, &vm.types.int)) { return Err(vm.type_error("expected integer from opener")) }
                    let n = c_int(vm, &fd)?;
                    if n < 0 { return Err(vm.value_error(format!("opener returned {n}"))) }
                    n
                }
                None => {
                    let bytes = vm.fs_path_bytes(&path)?;
                    let c = std::ffi::CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))?;
                    loop {
                        // SAFETY: `c` is a null-terminated string that lives through the call.
                        let fd = unsafe { libc::open(c.as_ptr(), flags, 0o666) };
                        if fd >= 0 { break fd }
                        let e = std::io::Error::last_os_error();
                        if e.kind() == std::io::ErrorKind::Interrupted { vm.safe_point()?; continue }
                        return Err(vm.os_error_from(e, Some(&file)));
                    }
                }
            }
        }
    };
    this(o).fd.set(fd);
    if let Err(e) = check_kind(vm, o, fd, &file) {
        if !opened_here { this(o).fd.set(-1) } else { drop(close_now(vm, o)) }
        return Err(e);
    }
    let name = vm.intern("name")?;
    if let Err(e) = vm.set_attr(o, &name, &file) {
        // The caller's descriptor stays open.
        if opened_here { drop(close_now(vm, o)) } else { this(o).fd.set(-1) }
        return Err(e);
    }
    if app && let Err(e) = lseek(vm, o, 0, 2) && opened_here && !e.is(vm, &vm.types.os_error.clone()) { return Err(e) }
    Ok(())
}

/// Directories cannot be opened; the block size is noted.
fn check_kind(vm: &mut Vm, o: &Owned, fd: i32, file: &Owned) -> PyResult<()> {
    // SAFETY: a zeroed stat is valid storage for fstat to fill.
    let (result, stat) = unsafe {
        let mut stat = std::mem::zeroed::<libc::stat>();
        (libc::fstat(fd, &mut stat), stat)
    };
    this(o).buffer_size.set(super::DEFAULT_BUFFER_SIZE);
    this(o).opened_size.set(-1);
    this(o).may_be_terminal.set(true);
    if result < 0 {
        return if std::io::Error::last_os_error().raw_os_error() == Some(libc::EBADF) { Err(failed(vm, None)) } else { Ok(()) };
    }
    if stat.st_mode & libc::S_IFMT == libc::S_IFDIR { return Err(vm.os_error_number(libc::EISDIR, "Is a directory", Some(file))) }
    if stat.st_blksize > 1 { this(o).buffer_size.set(stat.st_blksize as usize) }
    this(o).opened_size.set(stat.st_size);
    this(o).may_be_terminal.set(stat.st_mode & libc::S_IFMT == libc::S_IFCHR);
    Ok(())
}

fn close_now(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let io = this(o);
    let fd = io.fd.replace(-1);
    // SAFETY: the descriptor is ours to close.
    if fd >= 0 && io.close_fd.get() && unsafe { libc::close(fd) } < 0 { return Err(failed(vm, None)) }
    Ok(())
}

/// Warns that nobody has closed the file that `source` stands on, which is going.
fn dealloc_warn(vm: &mut Vm, o: &Owned, source: &Owned) -> PyResult {
    if this(o).fd.get() >= 0 && this(o).close_fd.get() {
        let text = format!("unclosed file {}", vm.repr_text(source)?);
        let category = vm.types.resource_warning.clone();
        if let Err(e) = vm.warn_about(&category, &text, 1, source) { vm.unraisable(e, "", Some(o)) }
    }
    Ok(vm.none())
}

fn close(vm: &mut Vm, o: &Owned) -> PyResult {
    if this(o).finalizing.get() { dealloc_warn(vm, o, o)?; }
    let base = super::base::close(vm, o);
    if !this(o).close_fd.get() { this(o).fd.set(-1); return base }
    close_now(vm, o)?;
    base
}

/// Reads at most `n` bytes; `None` if it would block.
pub fn read_some(vm: &mut Vm, o: &Owned, n: usize) -> PyResult<Option<Vec<u8>>> {
    let fd = open_fd(vm, o)?;
    if !this(o).readable.get() { return Err(unsupported(vm, "File not open for reading")) }
    let n = n.min(isize::MAX as usize);
    let mut bytes: Vec<u8> = Vec::new();
    bytes.try_reserve_exact(n).map_err(|_| vm.no_memory())?;
    loop {
        let room = bytes.spare_capacity_mut();
        // SAFETY: the vector has room for n bytes.
        let got = vm.without_gil(|| unsafe { libc::read(fd, room.as_mut_ptr().cast(), n) });
        if got >= 0 {
            // SAFETY: read initialised that many.
            unsafe { bytes.set_len(got as usize) };
            return Ok(Some(bytes));
        }
        let e = std::io::Error::last_os_error();
        match e.kind() {
            std::io::ErrorKind::Interrupted => vm.safe_point()?,
            std::io::ErrorKind::WouldBlock => return Ok(None),
            _ => return Err(vm.os_error_from(e, None)),
        }
    }
}

/// Writes what one system call takes; `None` if it would block.
pub fn write_some(vm: &mut Vm, o: &Owned, bytes: &[u8]) -> PyResult<Option<usize>> {
    let fd = open_fd(vm, o)?;
    if !this(o).writable.get() { return Err(unsupported(vm, "File not open for writing")) }
    this(o).opened_size.set(-1);
    loop {
        // SAFETY: the slice is readable for its length.
        let put = vm.without_gil(|| unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len().min(isize::MAX as usize)) });
        if put >= 0 { return Ok(Some(put as usize)) }
        let e = std::io::Error::last_os_error();
        match e.kind() {
            std::io::ErrorKind::Interrupted => vm.safe_point()?,
            std::io::ErrorKind::WouldBlock => return Ok(None),
            _ => return Err(vm.os_error_from(e, None)),
        }
    }
}

fn read(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = size_arg(vm, args)?;
    if n < 0 { return readall(vm, o) }
    match read_some(vm, o, n as usize)? { Some(b) => vm.new_bytes(&b), None => Ok(vm.none()) }
}

/// Below this size it does not matter how much of a file was read before.
const SMALL_FILE: i64 = 64 << 10;

/// Everything up to the end; `None` if nothing is there and it would block.
pub fn read_to_end(vm: &mut Vm, o: &Owned) -> PyResult<Option<Vec<u8>>> {
    let fd = open_fd(vm, o)?;
    let opened = this(o).opened_size.get();
    // SAFETY: a zeroed stat is valid storage for fstat to fill; lseek only asks.
    let hint = if (0..SMALL_FILE).contains(&opened) { opened as usize + 1 } else { unsafe {
        let mut stat = std::mem::zeroed::<libc::stat>();
        let at = libc::lseek(fd, 0, libc::SEEK_CUR);
        let size = if opened >= 0 { opened } else if libc::fstat(fd, &mut stat) == 0 { stat.st_size } else { 0 };
        if at >= 0 && size > at { (size - at) as usize + 1 } else { 0 }
    } };
    let mut all: Vec<u8> = Vec::new();
    let mut chunk = hint.max(8 << 10);
    loop {
        match read_some(vm, o, chunk)? {
            None => return Ok(if all.is_empty() { None } else { Some(all) }),
            Some(b) if b.is_empty() => return Ok(Some(all)),
            Some(b) if all.is_empty() => all = b,
            Some(b) => {
                all.try_reserve(b.len()).map_err(|_| vm.no_memory())?;
                all.extend_from_slice(&b);
                chunk = (chunk * 2).min(8 << 20);
            }
        }
    }
}

fn readall(vm: &mut Vm, o: &Owned) -> PyResult { match read_to_end(vm, o)? { Some(b) => vm.new_bytes(&b), None => Ok(vm.none()) } }

fn readinto(vm: &mut Vm, o: &Owned, target: &Owned) -> PyResult {
    open_fd(vm, o)?;
    let mut buffer = vm.buffer_to_fill(target, "readinto() argument")?;
    match read_some(vm, o, buffer.nbytes())? {
        None => Ok(vm.none()),
        Some(b) => {
            buffer.bytes_mut(vm)[..b.len()].copy_from_slice(&b);
            vm.new_int(b.len() as i64)
        }
    }
}

fn write(vm: &mut Vm, o: &Owned, data: &Owned) -> PyResult {
    open_fd(vm, o)?;
    if !this(o).writable.get() { return Err(unsupported(vm, "File not open for writing")) }
    let bytes = vm.bytes_argument(data)?;
    let Some(n) = write_some(vm, o, &bytes)? else { return Ok(vm.none()) };
    // It can be a signal that left it at a part: who goes on with the rest should have heard of that.
    if n < bytes.len() { vm.safe_point()? }
    vm.new_int(n as i64)
}

/// `lseek`, remembering whether the file can.
pub fn lseek(vm: &mut Vm, o: &Owned, offset: i64, whence: i32) -> PyResult<i64> {
    let fd = open_fd(vm, o)?;
    // SAFETY: no memory is involved.
    let at = unsafe { libc::lseek(fd, offset, whence) };
    if this(o).seekable.get() < 0 { this(o).seekable.set(i8::from(at >= 0)) }
    if at < 0 { Err(failed(vm, None)) } else { Ok(at) }
}

fn is_seekable(vm: &mut Vm, o: &Owned) -> PyResult<bool> {
    open_fd(vm, o)?;
    if this(o).seekable.get() < 0 { drop(lseek(vm, o, 0, libc::SEEK_CUR)) }
    Ok(this(o).seekable.get() == 1)
}

fn seek(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open_fd(vm, o)?;
    let offset = vm.index_i64(&args[0])?;
    let whence = match args.get(1) { Some(w) => c_int(vm, w)?, None => 0 };
    let at = lseek(vm, o, offset, whence)?;
    vm.new_int(at)
}

fn truncate(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let fd = open_fd(vm, o)?;
    if !this(o).writable.get() { return Err(unsupported(vm, "File not open for writing")) }
    let size = match given(vm, args.first()) { Some(n) => vm.index_i64(&n)?, None => lseek(vm, o, 0, 1)? };
    this(o).opened_size.set(-1);
    // SAFETY: no memory is involved.
    if unsafe { libc::ftruncate(fd, size) } < 0 { return Err(failed(vm, None)) }
    vm.new_int(size)
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let t = o.type_of(vm).qualname(vm);
    let fd = this(o).fd.get();
    if fd < 0 { return vm.new_str(&format!("<_io.{t} [closed]>")) }
    let key = vm.intern("name")?;
    let (mode, close_fd) = (mode_text(o), if this(o).close_fd.get() { "True" } else { "False" });
    let text = match vm.get_attr_opt(o, &key)? {
        Some(n) => format!("<_io.{t} name={} mode='{mode}' closefd={close_fd}>", vm.repr_text(&n)?),
        None => format!("<_io.{t} fd={fd} mode='{mode}' closefd={close_fd}>"),
    };
    vm.new_str(&text)
}

/// Whether `o` is a FileIO itself, no subclass: its methods may be skipped.
pub fn is_exact(vm: &mut Vm, o: &Owned) -> bool {
    let ty = vm.state::<super::Types>().file.as_ref().map(|t| t.ptr());
    ty.is_some_and(|t| o.type_of(vm).ptr() == t)
}

