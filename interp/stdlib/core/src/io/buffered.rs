//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`, `BufferedRWPair`.
//!
//! `inner` is the raw stream (empty after `detach`), `bytes[pos..]` what was read ahead, `pending` what is not written yet; never both.
//! Raw streams that are exactly `FileIO` are read and written without going through their methods.

use instar_vm::fallible::CopyVec;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::{InitFn, Slots};
use instar_vm::threads::turn::Taken;
use instar_vm::types::bytearray::PyByteArray;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::base::size_arg;
use super::{both, call, file, file_offset, flag, os_error_from, this, unsupported};
use crate::support::{c_int, given};

pub fn slots(init: InitFn) -> Slots { Slots { init: Some(init), repr: Some(repr), ..Slots::default() } }
pub fn pair_slots() -> Slots { Slots { init: Some(init_pair), ..Slots::default() } }

macro_rules! common {
    ($($more:expr),* $(,)?) => { &[
        Def::new("detach", "($self, /)", Native::N0(detach)),
        Def::new("close", "($self, /)", Native::N0(close)),
        Def::new("flush", "($self, /)", Native::N0(flush)),
        Def::new("seekable", "($self, /)", Native::N0(|vm, o| ask(vm, o, "seekable"))),
        Def::new("fileno", "($self, /)", Native::N0(|vm, o| ask(vm, o, "fileno"))),
        Def::new("isatty", "($self, /)", Native::N0(|vm, o| ask(vm, o, "isatty"))),
        Def::new("seek", "($self, target, whence=0, /)", Native::Var(seek, 1, 2)),
        Def::new("tell", "($self, /)", Native::N0(tell)),
        Def::new("truncate", "($self, pos=None, /)", Native::Var(truncate, 0, 1)),
        Def::new("_dealloc_warn", "($self, source, /)", Native::N1(dealloc_warn)),
        Def::new("__getstate__", "($self, /)", Native::N0(|vm, o| { let t = o.bare_type_name(vm); Err(vm.type_error(format!("cannot pickle '{t}' instances"))) })),
        $($more),*
    ] };
}

const GETSET: &[GetSet] = &[
    GetSet::member("raw", |vm, o| Ok(vm.option_to_none(this(o).inner.get()))),
    GetSet::ro("closed", |vm, o| { let raw = raw(vm, o)?; vm.get_attr_str(&raw, "closed") }),
    GetSet::ro("name", |vm, o| { let raw = raw(vm, o)?; vm.get_attr_str(&raw, "name") }),
    GetSet::ro("mode", |vm, o| { let raw = raw(vm, o)?; vm.get_attr_str(&raw, "mode") }),
];

const READABLE: Def = Def::new("readable", "($self, /)", Native::N0(|vm, o| ask(vm, o, "readable")));
const WRITABLE: Def = Def::new("writable", "($self, /)", Native::N0(|vm, o| ask(vm, o, "writable")));
const READ: Def = Def::new("read", "($self, size=-1, /)", Native::Var(read, 0, 1));
const READ1: Def = Def::new("read1", "($self, size=-1, /)", Native::Var(read1, 0, 1));
const READINTO: Def = Def::new("readinto", "($self, buffer, /)", Native::N1(|vm, o, b| readinto(vm, o, b, false)));
const READINTO1: Def = Def::new("readinto1", "($self, buffer, /)", Native::N1(|vm, o, b| readinto(vm, o, b, true)));
const PEEK: Def = Def::new("peek", "($self, size=0, /)", Native::Var(peek, 0, 1));
const READLINE: Def = Def::new("readline", "($self, size=-1, /)", Native::Var(readline, 0, 1));
const WRITE: Def = Def::new("write", "($self, buffer, /)", Native::N1(write));

pub static READER: TypeDef = TypeDef { doc: "Create a new buffered reader using the given readable raw IO object.", sig: "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
    methods: common![READABLE, READ, READ1, READINTO, READINTO1, PEEK, READLINE], getset: GETSET };
pub static WRITER: TypeDef = TypeDef { doc: "A buffer for a writeable sequential RawIO object.", sig: "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
    methods: common![WRITABLE, WRITE], getset: GETSET };
pub static RANDOM: TypeDef = TypeDef { doc: "A buffered interface to random access streams.", sig: "(raw, buffer_size=DEFAULT_BUFFER_SIZE)",
    methods: common![READABLE, WRITABLE, READ, READ1, READINTO, READINTO1, PEEK, READLINE, WRITE], getset: GETSET };

pub fn init_reader(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> { init(vm, o, args, "BufferedReader", true, false) }
pub fn init_writer(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> { init(vm, o, args, "BufferedWriter", false, true) }
pub fn init_random(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> { init(vm, o, args, "BufferedRandom", true, true) }

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>, name: &str, reads: bool, writes: bool) -> PyResult<()> {
    let a = args.bind(vm, name, const { &Signature::parse("(raw, buffer_size=131072)") })?;
    let Some(raw) = a[0].clone() else { return Err(vm.system_error("unbound argument")) };
    let io = this(o);
    io.ready.set(false);
    let able = |vm: &mut Vm, method: &str, text: &str| -> PyResult<()> {
        let r = call(vm, &raw, method, &[])?;
        if vm.truth(&r)? { Ok(()) } else { Err(unsupported(vm, text)) }
    };
    if reads && writes { able(vm, "seekable", "File or stream is not seekable.")? }
    if reads { able(vm, "readable", "File or stream is not readable.")? }
    if writes { able(vm, "writable", "File or stream is not writable.")? }
    let size = match &a[1] { Some(n) => vm.index_i64(n)?, None => super::DEFAULT_BUFFER_SIZE as i64 };
    if size <= 0 { return Err(vm.value_error("buffer size must be strictly positive")) }
    io.buffer_size.set(size as usize);
    io.inner.set(Some(raw));
    io.readable.set(reads);
    io.writable.set(writes);
    io.bytes.get_mut(vm).clear();
    io.pending.get_mut(vm).clear();
    io.pos.set(0);
    io.ready.set(true);
    Ok(())
}

/// The raw stream; ValueError if it was detached or `__init__` has not run.
pub fn raw(vm: &mut Vm, o: &Owned) -> PyResult {
    match this(o).inner.get() {
        _ if !this(o).ready.get() => Err(vm.value_error("I/O operation on uninitialized object")),
        Some(raw) => Ok(raw),
        None => Err(vm.value_error("raw stream has been detached")),
    }
}

/// Runs one operation on the stream's buffers at a time. Whatever the raw stream calls back into them is refused.
fn in_turn<R>(vm: &mut Vm, o: &Owned, f: impl FnOnce(&mut Vm) -> PyResult<R>) -> PyResult<R> {
    let turn = &this(o).turn;
    if vm.take_turn(turn)? == Taken::Already {
        let shown = vm.repr_text(o)?;
        return Err(vm.runtime_error(format!("reentrant call inside {shown}")));
    }
    let r = f(vm);
    vm.end_turn(turn);
    r
}

fn ask(vm: &mut Vm, o: &Owned, method: &str) -> PyResult { let raw = raw(vm, o)?; call(vm, &raw, method, &[]) }

fn check_closed(vm: &mut Vm, o: &Owned, what: &str) -> PyResult {
    let raw = raw(vm, o)?;
    if is_closed(vm, &raw)? { Err(vm.value_error(format!("{what} of closed file"))) } else { Ok(raw) }
}

fn is_closed(vm: &mut Vm, raw: &Owned) -> PyResult<bool> {
    if file::is_exact(vm, raw) { Ok(this(raw).fd.get() < 0) } else { flag(vm, raw, "closed") }
}

/// One raw read of at most `n` bytes; `None` if it would block.
fn raw_read(vm: &mut Vm, raw: &Owned, n: usize) -> PyResult<Option<Vec<u8>>> {
    if file::is_exact(vm, raw) { return file::read_some(vm, raw, n) }
    let buffer = vm.new_bytearray(&[])?;
    if let Some(b) = buffer.cast::<PyByteArray>() { b.resize(vm, n)? }
    let got = call(vm, raw, "readinto", &[buffer.clone()])?;
    if vm.is_none(&got) { return Ok(None) }
    let value_error = vm.types.value_error.clone();
    let got = match vm.index_sized(&got, &value_error) { Ok(n) => n as i64, Err(e) => return Err(os_error_from(vm, "raw readinto() failed", e)) };
    let mut bytes = match buffer.cast::<PyByteArray>() { Some(b) => b.bytes(vm).try_copy(vm)?, None => Vec::new() };
    if got < 0 || got as usize > n {
        return Err(vm.os_error(format!("raw readinto() returned invalid length {got} (should have been between 0 and {n})")));
    }
    bytes.truncate(got as usize);
    Ok(Some(bytes))
}

/// One raw write; `None` if it would block.
fn raw_write(vm: &mut Vm, raw: &Owned, bytes: &[u8]) -> PyResult<Option<usize>> {
    if file::is_exact(vm, raw) { return file::write_some(vm, raw, bytes) }
    let n = vm.new_bytes(bytes)?;
    let n = call(vm, raw, "write", &[n])?;
    if vm.is_none(&n) { return Ok(None) }
    // What is no number counts as none that is possible.
    let n = vm.index_i64(&n).unwrap_or(-1);
    match usize::try_from(n).ok().filter(|n| *n <= bytes.len()) {
        Some(n) => Ok(Some(n)),
        None => Err(vm.os_error(format!("raw write() returned invalid length {n} (should have been between 0 and {})", bytes.len()))),
    }
}

/// BlockingIOError after `written` bytes were taken.
#[cold]
fn would_block(vm: &mut Vm, written: usize) -> Raised {
    let ty = vm.types.blocking_io_error.clone();
    let args = vm.new_int(libc::EAGAIN.into()).and_then(|e| Ok(vec![e, vm.new_str("write could not complete without blocking")?, vm.new_usize(written)?]));
    match args { Ok(args) => vm.raise(&ty, args), Err(e) => e }
}

/// Writes what is pending; false if the stream would block. What was not written stays.
fn drain(vm: &mut Vm, o: &Owned, raw: &Owned) -> PyResult<bool> {
    let bytes = std::mem::take(this(o).pending.get_mut(vm));
    let mut at = 0;
    let mut done = Ok(true);
    while at < bytes.len() {
        match raw_write(vm, raw, &bytes[at..]) {
            Ok(Some(n)) => at += n,
            Ok(None) => done = Ok(false),
            Err(e) => done = Err(e),
        }
        // A signal can be what made the write a partial one.
        if matches!(done, Ok(true)) && let Err(e) = vm.safe_point() { done = Err(e) }
        if !matches!(done, Ok(true)) { break }
    }
    if at < bytes.len() {
        let pending = this(o).pending.get_mut(vm);
        let newer = std::mem::take(pending);
        pending.extend_from_slice(&bytes[at..]);
        pending.extend(newer);
    }
    done
}

/// Writes what is pending.
fn flush_pending(vm: &mut Vm, o: &Owned, raw: &Owned) -> PyResult<()> { if drain(vm, o, raw)? { Ok(()) } else { Err(would_block(vm, 0)) } }

/// Adds to what is pending.
fn keep(vm: &mut Vm, o: &Owned, bytes: &[u8]) -> PyResult<()> {
    let pending = this(o).pending.get_mut(vm);
    if pending.try_reserve(bytes.len()).is_err() { return Err(vm.no_memory()) }
    pending.extend_from_slice(bytes);
    Ok(())
}

fn ahead(vm: &Vm, o: &Owned) -> usize { this(o).bytes.get(vm).len() - this(o).pos.get() }

/// Forgets what was read ahead and moves the raw position back to where the reader is.
fn rewind(vm: &mut Vm, o: &Owned, raw: &Owned) -> PyResult<()> {
    let n = ahead(vm, o);
    this(o).bytes.get_mut(vm).clear();
    this(o).pos.set(0);
    if n > 0 {
        let args = [vm.new_int(-(n as i64))?, vm.new_int(1)?];
        raw_seek(vm, raw, &args)?;
    }
    Ok(())
}

/// Moves the raw position; where it is then.
fn raw_seek(vm: &mut Vm, raw: &Owned, args: &[Owned]) -> PyResult<i64> {
    let at = call(vm, raw, "seek", args)?;
    let at = file_offset(vm, &at)?;
    if at < 0 { return Err(vm.os_error(format!("Raw stream returned invalid position {at}"))) }
    Ok(at)
}

/// Appends to what `write` will send; sends when the buffer is full. Used by text streams directly.
pub fn append(vm: &mut Vm, o: &Owned, bytes: &[u8]) -> PyResult<()> {
    in_turn(vm, o, |vm| {
        // Another thread may have closed it meanwhile.
        let raw = raw(vm, o)?;
        if is_closed(vm, &raw)? { return Err(vm.value_error("write to closed file")) }
        append_now(vm, o, &raw, bytes)
    })
}

fn append_now(vm: &mut Vm, o: &Owned, raw: &Owned, bytes: &[u8]) -> PyResult<()> {
    if ahead(vm, o) > 0 { rewind(vm, o, raw)? } else { this(o).bytes.get_mut(vm).clear(); this(o).pos.set(0) }
    let size = this(o).buffer_size.get();
    if this(o).pending.get(vm).len() + bytes.len() <= size { return keep(vm, o, bytes) }
    if !drain(vm, o, raw)? {
        // As much as there is room for.
        let room = size.saturating_sub(this(o).pending.get(vm).len());
        if bytes.len() <= room { return keep(vm, o, bytes) }
        keep(vm, o, &bytes[..room])?;
        return Err(would_block(vm, room));
    }
    let mut at = 0;
    while bytes.len() - at > size {
        match raw_write(vm, raw, &bytes[at..])? {
            Some(n) => at += n,
            None => {
                if bytes.len() - at <= size { break }
                keep(vm, o, &bytes[at..at + size])?;
                return Err(would_block(vm, at + size));
            }
        }
        vm.safe_point()?;
    }
    keep(vm, o, &bytes[at..])
}

fn write(vm: &mut Vm, o: &Owned, data: &Owned) -> PyResult {
    raw(vm, o)?;
    let bytes = vm.bytes_argument(data)?;
    append(vm, o, &bytes)?;
    vm.new_int(bytes.len() as i64)
}

fn flush(vm: &mut Vm, o: &Owned) -> PyResult {
    let raw = check_closed(vm, o, "flush")?;
    if !this(o).writable.get() { return call(vm, &raw, "flush", &[]) }
    // What is below has its own time for it.
    in_turn(vm, o, |vm| {
        flush_pending(vm, o, &raw)?;
        if this(o).readable.get() { rewind(vm, o, &raw)? }
        Ok(vm.none())
    })
}

fn dealloc_warn(vm: &mut Vm, o: &Owned, source: &Owned) -> PyResult {
    let raw = raw(vm, o)?;
    call(vm, &raw, "_dealloc_warn", std::slice::from_ref(source))
}

fn close(vm: &mut Vm, o: &Owned) -> PyResult {
    let raw = raw(vm, o)?;
    if flag(vm, &raw, "closed")? { return Ok(vm.none()) }
    // The warning is about the uppermost stream.
    if this(o).finalizing.get() { drop(dealloc_warn(vm, o, o)) }
    let flushed = call(vm, o, "flush", &[]);
    let closed = in_turn(vm, o, |vm| {
        let closed = call(vm, &raw, "close", &[]);
        this(o).bytes.get_mut(vm).clear();
        this(o).pos.set(0);
        closed
    });
    both(flushed, closed)
}

fn detach(vm: &mut Vm, o: &Owned) -> PyResult {
    let raw = raw(vm, o)?;
    call(vm, o, "flush", &[])?;
    this(o).inner.set(None);
    Ok(raw)
}

/// Takes `n` bytes of what was read ahead.
fn take(vm: &mut Vm, o: &Owned, n: usize) -> PyResult<Vec<u8>> {
    let io = this(o);
    let at = io.pos.get();
    let out = io.bytes.get(vm)[at..at + n].try_copy(vm)?;
    io.pos.set(at + n);
    Ok(out)
}

/// Reads ahead once; false at the end, `None` if it would block.
fn fill(vm: &mut Vm, o: &Owned, raw: &Owned) -> PyResult<Option<bool>> {
    let size = this(o).buffer_size.get();
    let Some(chunk) = raw_read(vm, raw, size)? else { return Ok(None) };
    let some = !chunk.is_empty();
    let io = this(o);
    let at = io.pos.replace(0);
    let bytes = io.bytes.get_mut(vm);
    if at >= bytes.len() { *bytes = chunk } else {
        bytes.drain(..at);
        if bytes.try_reserve(chunk.len()).is_err() { return Err(vm.no_memory()) }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(some))
}

fn read(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = size_arg(vm, args)?;
    if n < -1 { return Err(vm.value_error("read length must be non-negative or -1")) }
    let raw = check_closed(vm, o, "read")?;
    in_turn(vm, o, |vm| read_now(vm, o, &raw, n))
}

fn read_now(vm: &mut Vm, o: &Owned, raw: &Owned, n: i64) -> PyResult {
    flush_pending(vm, o, raw)?;
    let have = ahead(vm, o);
    if n >= 0 && have >= n as usize { let b = take(vm, o, n as usize)?; return vm.new_bytes(&b) }
    let mut out = take(vm, o, have)?;
    this(o).bytes.get_mut(vm).clear();
    this(o).pos.set(0);
    if n < 0 {
        let rest = if file::is_exact(vm, raw) { file::read_to_end(vm, raw)? } else { read_all(vm, raw)? };
        match rest { None if out.is_empty() => return Ok(vm.none()), Some(r) if out.is_empty() => out = r, Some(r) => vm.append(&mut out, &r)?, None => {} }
        return vm.new_bytes(&out);
    }
    let n = n as usize;
    while out.len() < n {
        let missing = n - out.len();
        let size = this(o).buffer_size.get();
        let got = if missing >= size {
            match raw_read(vm, raw, missing / size * size)? { None => None, Some(b) => { let some = !b.is_empty(); vm.append(&mut out, &b)?; Some(some) } }
        } else {
            let r = fill(vm, o, raw)?;
            let have = ahead(vm, o).min(missing);
            let b = take(vm, o, have)?;
            vm.append(&mut out, &b)?;
            r
        };
        match got {
            Some(true) => {}
            Some(false) => break,
            None if out.is_empty() => return Ok(vm.none()),
            None => break,
        }
    }
    vm.new_bytes(&out)
}

fn read_all(vm: &mut Vm, raw: &Owned) -> PyResult<Option<Vec<u8>>> {
    let key = vm.intern("readall")?;
    if let Some(readall) = vm.get_attr_opt(raw, &key)? {
        let data = vm.call0(&readall)?;
        if vm.is_none(&data) { return Ok(None) }
        return vm.bytes_argument(&data).map(Some);
    }
    let mut all = Vec::new();
    loop {
        let data = call(vm, raw, "read", &[])?;
        if vm.is_none(&data) { return Ok(if all.is_empty() { None } else { Some(all) }) }
        let bytes = vm.bytes_argument(&data)?;
        if bytes.is_empty() { return Ok(Some(all)) }
        vm.append(&mut all, &bytes)?;
    }
}

/// At most one raw read; used by text streams directly (`None` would block).
pub fn read_once(vm: &mut Vm, o: &Owned, n: usize) -> PyResult<Vec<u8>> {
    let raw = check_closed(vm, o, "read")?;
    in_turn(vm, o, |vm| read_once_now(vm, o, &raw, n))
}

fn read_once_now(vm: &mut Vm, o: &Owned, raw: &Owned, n: usize) -> PyResult<Vec<u8>> {
    flush_pending(vm, o, raw)?;
    if ahead(vm, o) == 0 && n > 0 {
        if n >= this(o).buffer_size.get() { return Ok(raw_read(vm, raw, n)?.unwrap_or_default()) }
        fill(vm, o, raw)?;
    }
    let have = ahead(vm, o).min(n);
    take(vm, o, have)
}

/// What was read ahead, and more by one raw read: into the caller's room if that is larger than the buffer. `None` would block.
fn read_what_is_there(vm: &mut Vm, o: &Owned, raw: &Owned, n: usize) -> PyResult<Option<Vec<u8>>> {
    flush_pending(vm, o, raw)?;
    let have = ahead(vm, o).min(n);
    let mut out = take(vm, o, have)?;
    let got = if n - have > this(o).buffer_size.get() { raw_read(vm, raw, n - have)? }
        else if have > 0 || n == 0 { Some(Vec::new()) }
        else if fill(vm, o, raw)?.is_none() { None }
        else { let have = ahead(vm, o).min(n); Some(take(vm, o, have)?) };
    match got {
        Some(more) => vm.append(&mut out, &more)?,
        None if out.is_empty() => return Ok(None),
        None => {}
    }
    Ok(Some(out))
}

fn read1(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = size_arg(vm, args)?;
    let n = if n < 0 { this(o).buffer_size.get() } else { n as usize };
    let bytes = read_once(vm, o, n)?;
    vm.new_bytes(&bytes)
}

fn readinto(vm: &mut Vm, o: &Owned, target: &Owned, once: bool) -> PyResult {
    let mut buffer = vm.buffer_to_fill(target, if once { "readinto1() argument" } else { "readinto() argument" })?;
    let n = buffer.nbytes();
    let bytes = if once {
        let raw = check_closed(vm, o, "readinto")?;
        match in_turn(vm, o, |vm| read_what_is_there(vm, o, &raw, n))? { Some(bytes) => bytes, None => return Ok(vm.none()) }
    } else {
        let size = vm.new_int(n as i64)?;
        let data = read(vm, o, &[size])?;
        if vm.is_none(&data) { return Ok(data) }
        vm.bytes_argument(&data)?
    };
    buffer.bytes_mut(vm)[..bytes.len()].copy_from_slice(&bytes);
    vm.new_int(bytes.len() as i64)
}

fn peek(vm: &mut Vm, o: &Owned, _: &[Owned]) -> PyResult {
    let raw = check_closed(vm, o, "peek")?;
    let bytes = in_turn(vm, o, |vm| {
        flush_pending(vm, o, &raw)?;
        if ahead(vm, o) == 0 { fill(vm, o, &raw)?; }
        this(o).bytes.get(vm)[this(o).pos.get()..].try_copy(vm)
    })?;
    vm.new_bytes(&bytes)
}

fn readline(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let limit = size_arg(vm, args)?;
    let raw = check_closed(vm, o, "readline")?;
    in_turn(vm, o, |vm| readline_now(vm, o, &raw, limit))
}

fn readline_now(vm: &mut Vm, o: &Owned, raw: &Owned, limit: i64) -> PyResult {
    flush_pending(vm, o, raw)?;
    let mut line = Vec::new();
    loop {
        let io = this(o);
        let rest = &io.bytes.get(vm)[io.pos.get()..];
        let most = if limit < 0 { rest.len() } else { rest.len().min(limit as usize - line.len()) };
        let found = rest[..most].iter().position(|b| *b == b'\n');
        let n = found.map_or(most, |i| i + 1);
        let part = take(vm, o, n)?;
        vm.append(&mut line, &part)?;
        if found.is_some() || (limit >= 0 && line.len() >= limit as usize) { break }
        if fill(vm, o, raw)? != Some(true) { break }
    }
    vm.new_bytes(&line)
}

fn raw_tell(vm: &mut Vm, raw: &Owned) -> PyResult<i64> {
    let at = if file::is_exact(vm, raw) { file::lseek(vm, raw, 0, 1)? } else { let n = call(vm, raw, "tell", &[])?; file_offset(vm, &n)? };
    if at < 0 { return Err(vm.os_error(format!("Raw stream returned invalid position {at}"))) }
    Ok(at)
}

fn tell(vm: &mut Vm, o: &Owned) -> PyResult {
    let raw = raw(vm, o)?;
    let at = raw_tell(vm, &raw)? - ahead(vm, o) as i64 + this(o).pending.get(vm).len() as i64;
    // Devices say that they are at the beginning whatever was read.
    vm.new_int(at.max(0))
}

fn seek(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let whence = match args.get(1) { Some(w) => c_int(vm, w)?, None => 0 };
    if !(0..=4).contains(&whence) { return Err(vm.value_error(format!("whence value {whence} unsupported"))) }
    let raw = check_closed(vm, o, "seek")?;
    let able = call(vm, &raw, "seekable", &[])?;
    if !vm.truth(&able)? { return Err(unsupported(vm, "File or stream is not seekable.")) }
    let mut offset = vm.index_i64(&args[0])?;
    in_turn(vm, o, |vm| {
        flush_pending(vm, o, &raw)?;
        if whence == 1 { offset -= ahead(vm, o) as i64 }
        this(o).bytes.get_mut(vm).clear();
        this(o).pos.set(0);
        let args = [vm.new_int(offset)?, vm.new_int(whence.into())?];
        let at = raw_seek(vm, &raw, &args)?;
        vm.new_int(at)
    })
}

fn truncate(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let raw = check_closed(vm, o, "truncate")?;
    if !this(o).writable.get() { return Err(unsupported(vm, "truncate")) }
    in_turn(vm, o, |vm| {
        flush_pending(vm, o, &raw)?;
        let size = match given(vm, args.first()) { Some(n) => n, None => tell(vm, o)? };
        rewind(vm, o, &raw)?;
        call(vm, &raw, "truncate", &[size])
    })
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let t = o.type_of(vm).qualname(vm);
    let key = vm.intern("name")?;
    let name = match vm.get_attr_opt(o, &key) {
        Ok(n) => n,
        Err(e) if e.is(vm, &vm.types.value_error.clone()) => None,
        Err(e) => return Err(e),
    };
    let text = match name { Some(n) => format!("<_io.{t} name={}>", vm.repr_text(&n)?), None => format!("<_io.{t}>") };
    vm.new_str(&text)
}

// ---- BufferedRWPair: `inner` is the reader, `encoder` the writer -----------------------------------------------------

pub static PAIR: TypeDef = TypeDef {
    doc: "A buffered reader and writer object together.",
    sig: "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)",
    methods: &[
        Def::new("read", "", Native::Var(|vm, o, a| { let r = raw(vm, o)?; call(vm, &r, "read", a) }, 0, 1)),
        Def::new("read1", "", Native::Var(|vm, o, a| { let r = raw(vm, o)?; call(vm, &r, "read1", a) }, 0, 1)),
        Def::new("peek", "", Native::Var(|vm, o, a| { let r = raw(vm, o)?; call(vm, &r, "peek", a) }, 0, 1)),
        Def::new("readinto", "($self, buffer, /)", Native::N1(|vm, o, b| { let r = raw(vm, o)?; call(vm, &r, "readinto", &[b.clone()]) })).private(),
        Def::new("readinto1", "($self, buffer, /)", Native::N1(|vm, o, b| { let r = raw(vm, o)?; call(vm, &r, "readinto1", &[b.clone()]) })).private(),
        Def::new("write", "($self, buffer, /)", Native::N1(|vm, o, b| { let w = writer(vm, o)?; call(vm, &w, "write", &[b.clone()]) })).private(),
        Def::new("flush", "($self, /)", Native::N0(|vm, o| { let w = writer(vm, o)?; call(vm, &w, "flush", &[]) })),
        Def::new("readable", "($self, /)", Native::N0(|vm, o| { let r = raw(vm, o)?; call(vm, &r, "readable", &[]) })),
        Def::new("writable", "($self, /)", Native::N0(|vm, o| { let w = writer(vm, o)?; call(vm, &w, "writable", &[]) })),
        Def::new("close", "($self, /)", Native::N0(pair_close)),
        Def::new("isatty", "($self, /)", Native::N0(pair_isatty)),
    ],
    getset: &[GetSet::ro("closed", |vm, o| { let w = writer(vm, o)?; vm.get_attr_str(&w, "closed") })],
};

fn writer(vm: &mut Vm, o: &Owned) -> PyResult {
    match this(o).encoder.get() { Some(w) => Ok(w), None => Err(vm.value_error("I/O operation on uninitialized object")) }
}

fn init_pair(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.exactly(vm, "BufferedRWPair", 2, 3)?;
    let types = vm.state::<super::Types>();
    let (Some(reader), Some(writer)) = (types.reader.clone(), types.writer.clone()) else { return Err(vm.system_error("module _io is not ready")) };
    let with_size = |first: &Owned| -> Vec<Owned> { std::iter::once(first.clone()).chain(a.get(2).cloned()).collect() };
    let r = vm.call_n(reader.obj(), &with_size(&a[0]))?;
    let w = vm.call_n(writer.obj(), &with_size(&a[1]))?;
    this(o).inner.set(Some(r));
    this(o).encoder.set(Some(w));
    this(o).ready.set(true);
    Ok(())
}

fn pair_close(vm: &mut Vm, o: &Owned) -> PyResult {
    let (r, w) = (raw(vm, o)?, writer(vm, o)?);
    let first = call(vm, &w, "close", &[]);
    both(first, call(vm, &r, "close", &[]))
}

fn pair_isatty(vm: &mut Vm, o: &Owned) -> PyResult {
    let (r, w) = (raw(vm, o)?, writer(vm, o)?);
    let first = call(vm, &w, "isatty", &[])?;
    if vm.truth(&first)? { return Ok(first) }
    call(vm, &r, "isatty", &[])
}
