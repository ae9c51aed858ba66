//! `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`.

use instar_vm::fallible::CopyVec;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::types::bytearray::PyByteArray;
use instar_vm::types::bytes::PyBytes;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::{call, check_open, flag, this, unsupported};

/// Slots of `_IOBase`, inherited by all streams.
pub fn iobase_slots() -> Slots { Slots { iter: Some(iter), next: Some(next), ..Slots::default() } }

pub static IOBASE: TypeDef = TypeDef {
    doc: "The abstract base class for all I/O classes.",
    sig: "()",
    methods: &[
        Def::new("seek", "($self, offset, whence=os.SEEK_SET, /)", Native::Full(|vm, _, _| Err(unsupported(vm, "seek")))),
        Def::new("tell", "($self, /)", Native::N0(|vm, o| { let a = [vm.new_int(0)?, vm.new_int(1)?]; call(vm, o, "seek", &a) })),
        Def::new("truncate", "($self, size=None, /)", Native::Full(|vm, _, _| Err(unsupported(vm, "truncate")))),
        Def::new("fileno", "($self, /)", Native::N0(|vm, _| Err(unsupported(vm, "fileno")))),
        Def::new("flush", "($self, /)", Native::N0(flush)),
        Def::new("close", "($self, /)", Native::N0(close)),
        Def::new("seekable", "($self, /)", Native::N0(|vm, _| Ok(vm.bool(false)))),
        Def::new("readable", "($self, /)", Native::N0(|vm, _| Ok(vm.bool(false)))),
        Def::new("writable", "($self, /)", Native::N0(|vm, _| Ok(vm.bool(false)))),
        Def::new("_checkClosed", "($self, /)", Native::Full(|vm, o, _| { check_open(vm, o)?; Ok(vm.none()) })),
        Def::new("_checkSeekable", "($self, /)", Native::Full(|vm, o, _| check_ability(vm, o, "seekable", "File or stream is not seekable."))),
        Def::new("_checkReadable", "($self, /)", Native::Full(|vm, o, _| check_ability(vm, o, "readable", "File or stream is not readable."))),
        Def::new("_checkWritable", "($self, /)", Native::Full(|vm, o, _| check_ability(vm, o, "writable", "File or stream is not writable."))),
        Def::new("isatty", "($self, /)", Native::N0(|vm, o| { check_open(vm, o)?; Ok(vm.bool(false)) })),
        Def::new("__enter__", "($self, /)", Native::N0(|vm, o| { check_open(vm, o)?; Ok(o.clone()) })),
        Def::new("__exit__", "", Native::Full(|vm, o, _| call(vm, o, "close", &[]))),
        Def::new("readline", "($self, size=-1, /)", Native::Var(readline, 0, 1)),
        Def::new("readlines", "($self, hint=-1, /)", Native::Var(readlines, 0, 1)),
        Def::new("writelines", "($self, lines, /)", Native::N1(writelines)),
    ],
    getset: &[
        GetSet::ro("closed", |vm, o| Ok(vm.bool(this(o).closed.get()))),
        GetSet::ro("__dict__", |vm, o| {
            let dict = match this(o).dict.get() { Some(dict) => dict, None => vm.new_dict()?.into_obj() };
            this(o).dict.set(Some(dict.clone()));
            Ok(dict)
        }),
    ],
};

pub static RAW: TypeDef = TypeDef {
    doc: "Base class for raw binary I/O.",
    sig: "()",
    methods: &[
        Def::new("read", "($self, size=-1, /)", Native::Var(raw_read, 0, 1)),
        Def::new("readall", "($self, /)", Native::N0(raw_readall)),
        Def::new("readinto", "($self, buffer, /)", Native::N1(|vm, _, _| Err(unsupported(vm, "readinto")))),
        Def::new("write", "($self, b, /)", Native::N1(|vm, _, _| Err(unsupported(vm, "write")))),
    ],
    getset: &[],
};

pub static BUFFERED: TypeDef = TypeDef {
    doc: "Base class for buffered IO objects.",
    sig: "()",
    methods: &[
        Def::new("detach", "($self, /)", Native::N0(|vm, _| Err(unsupported(vm, "detach")))),
        Def::new("read", "($self, size=-1, /)", Native::Full(|vm, _, _| Err(unsupported(vm, "read")))),
        Def::new("read1", "($self, size=-1, /)", Native::Full(|vm, _, _| Err(unsupported(vm, "read1")))),
        Def::new("readinto", "($self, buffer, /)", Native::N1(|vm, o, b| readinto(vm, o, b, "read"))),
        Def::new("readinto1", "($self, buffer, /)", Native::N1(|vm, o, b| readinto(vm, o, b, "read1"))),
        Def::new("write", "($self, b, /)", Native::N1(|vm, _, _| Err(unsupported(vm, "write")))),
    ],
    getset: &[],
};

pub static TEXT: TypeDef = TypeDef {
    doc: "Base class for text I/O.",
    sig: "()",
    methods: &[
        Def::new("detach", "($self, /)", Native::N0(|vm, _| Err(unsupported(vm, "detach")))),
        Def::new("read", "($self, size=-1, /)", Native::Full(|vm, _, _| Err(unsupported(vm, "read")))),
        Def::new("readline", "($self, size=-1, /)", Native::Full(|vm, _, _| Err(unsupported(vm, "readline")))),
        Def::new("write", "($self, s, /)", Native::N1(|vm, _, _| Err(unsupported(vm, "write")))),
    ],
    getset: &[
        GetSet::ro("encoding", |vm, _| Ok(vm.none())), GetSet::ro("newlines", |vm, _| Ok(vm.none())), GetSet::ro("errors", |vm, _| Ok(vm.none())),
    ],
};

fn iter(vm: &mut Vm, o: &Owned) -> PyResult { check_open(vm, o)?; Ok(o.clone()) }

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let line = call(vm, o, "readline", &[])?;
    if vm.len(&line)? == 0 { Ok(None) } else { Ok(Some(line)) }
}

fn flush(vm: &mut Vm, o: &Owned) -> PyResult {
    if this(o).closed.get() { return Err(super::closed_error(vm)) }
    Ok(vm.none())
}

/// `_IOBase.close`: flush, then the mark, whatever flush said.
pub fn close(vm: &mut Vm, o: &Owned) -> PyResult {
    if this(o).closed.get() { return Ok(vm.none()) }
    let flushed = call(vm, o, "flush", &[]);
    this(o).closed.set(true);
    flushed?;
    Ok(vm.none())
}

/// `__del__`: closes a stream that is open. Objects that cannot say whether they are open are half made, and nobody's concern.
pub fn finalize(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let closed = match flag(vm, o, "closed") { Ok(c) => c, Err(_) => return Ok(()) };
    if !closed {
        this(o).finalizing.set(true);
        if let Err(e) = call(vm, o, "close", &[]) { vm.unraisable(e, "Exception ignored while finalizing file", Some(o)) }
    }
    Ok(())
}

fn check_ability(vm: &mut Vm, o: &Owned, method: &str, message: &str) -> PyResult {
    let able = call(vm, o, method, &[])?;
    if vm.truth(&able)? { Ok(able) } else { Err(unsupported(vm, message)) }
}

/// Size argument: None and absent are -1.
pub fn size_arg(vm: &mut Vm, args: &[Owned]) -> PyResult<i64> {
    Ok(vm.optional_size(args.first())?.map_or(-1, |n| n as i64))
}

fn readline(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let limit = size_arg(vm, args)?;
    let mut line: Vec<u8> = Vec::new();
    let peek_name = vm.intern("peek")?;
    let peek = vm.get_attr_opt(o, &peek_name)?;
    while limit < 0 || (line.len() as i64) < limit {
        let mut want = 1;
        if let Some(peek) = &peek {
            let one = vm.new_int(1)?;
            let ahead = vm.call1(peek, &one)?;
            let Some(bytes) = ahead.cast::<PyBytes>() else {
                let t = ahead.type_name(vm);
                return Err(vm.os_error(format!("peek() should have returned a bytes object, not '{t}'")));
            };
            let bytes = bytes.as_slice();
            if !bytes.is_empty() {
                let most = if limit < 0 { bytes.len() } else { bytes.len().min((limit - line.len() as i64) as usize) };
                want = bytes[..most].iter().position(|b| *b == b'\n').map_or(most, |i| i + 1);
            }
        }
        let n = vm.new_int(want as i64)?;
        let got = call(vm, o, "read", &[n])?;
        let Some(bytes) = got.cast::<PyBytes>() else {
            let t = got.type_name(vm);
            return Err(vm.os_error(format!("read() should have returned a bytes object, not '{t}'")));
        };
        if bytes.is_empty() { break }
        vm.append(&mut line, bytes.as_slice())?;
        if line.last() == Some(&b'\n') { break }
    }
    vm.new_bytes(&line)
}

fn readlines(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let hint = size_arg(vm, args)?;
    let list = vm.new_list(Vec::new())?;
    let it = vm.iter(o)?;
    let mut total = 0;
    while let Some(line) = vm.next(&it)? {
        total += vm.len(&line)? as i64;
        list.push(vm, line)?;
        if hint > 0 && total >= hint { break }
    }
    Ok(list.into_obj())
}

fn writelines(vm: &mut Vm, o: &Owned, lines: &Owned) -> PyResult {
    check_open(vm, o)?;
    let it = vm.iter(lines)?;
    while let Some(line) = vm.next(&it)? { call(vm, o, "write", &[line])?; }
    Ok(vm.none())
}

fn raw_read(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = size_arg(vm, args)?;
    if n < 0 { return call(vm, o, "readall", &[]) }
    let buffer = vm.new_bytearray(&[])?;
    if let Some(b) = buffer.cast::<PyByteArray>() { b.resize(vm, usize::try_from(n).unwrap_or(0))? }
    let got = call(vm, o, "readinto", &[buffer.clone()])?;
    if vm.is_none(&got) { return Ok(got) }
    let got = vm.index_i64(&got)?;
    let bytes = match buffer.cast::<PyByteArray>() { Some(b) => b.bytes(vm).try_copy(vm)?, None => Vec::new() };
    match bytes.get(..usize::try_from(got).unwrap_or(usize::MAX)) {
        Some(read) => vm.new_bytes(read),
        None => Err(vm.value_error(format!("readinto returned {got} outside buffer size {}", bytes.len()))),
    }
}

fn raw_readall(vm: &mut Vm, o: &Owned) -> PyResult {
    let mut all = Vec::new();
    loop {
        let n = vm.new_int(super::DEFAULT_BUFFER_SIZE as i64)?;
        let chunk = call(vm, o, "read", &[n])?;
        if vm.is_none(&chunk) { if all.is_empty() { return Ok(chunk) } else { break } }
        let Some(bytes) = chunk.cast::<PyBytes>() else { return Err(vm.type_error("read() should return bytes")) };
        if bytes.is_empty() { break }
        vm.append(&mut all, bytes.as_slice())?;
    }
    vm.new_bytes(&all)
}

/// Fills a buffer from `read` or `read1`.
fn readinto(vm: &mut Vm, o: &Owned, target: &Owned, method: &str) -> PyResult {
    let mut buffer = vm.buffer_to_fill(target, if method == "read" { "readinto() argument" } else { "readinto1() argument" })?;
    let n = vm.new_int(buffer.nbytes() as i64)?;
    let data = call(vm, o, method, &[n])?;
    let Some(bytes) = data.cast::<PyBytes>() else {
        let t = data.type_name(vm);
        return Err(vm.type_error(format!("read() should return bytes, not '{t}'")));
    };
    let bytes = bytes.as_slice();
    if bytes.len() > buffer.nbytes() {
        return Err(vm.value_error(format!("read() returned too much data: {} bytes requested, {} returned", buffer.nbytes(), bytes.len())));
    }
    buffer.bytes_mut(vm)[..bytes.len()].copy_from_slice(bytes);
    vm.new_int(bytes.len() as i64)
}

