//! `zlib`: the module's functions and constants.
//!
//! Objects are in `compress.rs` and `decompress.rs`, the library behind `raw.rs`.

mod compress;
mod decompress;
mod raw;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Raised, Ref, Vm};

use crate::stream::grow;
use crate::support::{c_int_or, error_class, set, set_int};
use raw::{Deflate, Failed, Inflate};

/// `zlib.error`, of this interpreter.
#[derive(Default)]
struct State { error: Option<TypeRef> }

/// `zlib.error(text)`
#[cold]
fn error(vm: &mut Vm, text: &str) -> Raised {
    match vm.state::<State>().error.clone() { Some(ty) => vm.exception_with_message(&ty, text), None => vm.value_error(text) }
}

/// `zlib.error` of a failed call.
#[cold]
fn failure(vm: &mut Vm, e: &Failed, doing: &str) -> Raised {
    let text = e.text.as_deref().or(match e.code {
        raw::Z_BUF_ERROR => Some("incomplete or truncated stream"),
        raw::Z_STREAM_ERROR => Some("inconsistent stream state"),
        raw::Z_DATA_ERROR => Some("invalid input data"),
        _ => None,
    });
    match text { Some(t) => error(vm, &format!("Error {} {doing}: {t}", e.code)), None => error(vm, &format!("Error {} {doing}", e.code)) }
}

fn given<'a>(vm: &mut Vm, args: &'a [Option<Owned>]) -> PyResult<&'a Owned> { args[0].as_ref().ok_or_else(|| vm.system_error("bad arguments")) }

fn compress(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?;
    let buffer = vm.buffer(data, false)?;
    let (level, wbits) = (c_int_or(vm, args[1].as_ref(), -1)?, c_int_or(vm, args[2].as_ref(), 15)?);
    let mut z = match Deflate::new(level, 8, wbits, 8, 0) {
        Ok(z) => z,
        Err(raw::Z_MEM_ERROR) => return Err(vm.no_memory()),
        Err(raw::Z_STREAM_ERROR) => return Err(error(vm, "Bad compression level")),
        Err(code) => return Err(failure(vm, &Failed { code, text: None }, "while compressing data")),
    };
    let (mut at, mut out) = (0, Vec::new());
    loop {
        let old = out.len();
        grow(vm, &mut out, None)?;
        let moved = z.run(&buffer.bytes(vm)[at..], &mut out[old..], raw::Z_FINISH);
        at += moved.used;
        out.truncate(old + moved.made);
        match moved.code {
            raw::Z_STREAM_END => return vm.new_bytes(&out),
            raw::Z_OK | raw::Z_BUF_ERROR => {}
            code => { let e = z.failed(code); return Err(failure(vm, &e, "while compressing data")) }
        }
    }
}

fn decompress(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?;
    let buffer = vm.buffer(data, false)?;
    let wbits = c_int_or(vm, args[1].as_ref(), 15)?;
    if let Some(size) = &args[2] && vm.size_argument(size)? < 0 { return Err(vm.value_error("bufsize must be non-negative")) }
    let mut z = match Inflate::new(wbits) {
        Ok(z) => z,
        Err(raw::Z_MEM_ERROR) => return Err(vm.no_memory()),
        Err(code) => return Err(failure(vm, &Failed { code, text: None }, "while preparing to decompress data")),
    };
    let (mut at, mut out) = (0, Vec::new());
    loop {
        let old = out.len();
        let room = grow(vm, &mut out, None)?;
        let input = &buffer.bytes(vm)[at..];
        let moved = z.run(input, &mut out[old..], raw::Z_SYNC_FLUSH);
        at += moved.used;
        out.truncate(old + moved.made);
        let doing = "while decompressing data";
        match moved.code {
            raw::Z_STREAM_END => return vm.new_bytes(&out),
            raw::Z_OK | raw::Z_BUF_ERROR => {}
            raw::Z_MEM_ERROR => return Err(vm.no_memory()),
            code => { let e = z.failed(code); return Err(failure(vm, &e, doing)) }
        }
        let stuck = moved.used == 0 && moved.made == 0;
        if moved.made < room && (at == buffer.nbytes() || stuck) { return Err(failure(vm, &Failed { code: raw::Z_BUF_ERROR, text: None }, doing)) }
    }
}

/// The low 32 bits of an int argument.
fn low_bits(vm: &mut Vm, o: Option<&Owned>, default: u32) -> PyResult<u32> {
    let Some(o) = o else { return Ok(default) };
    let (n, mask) = (vm.index(o)?, vm.new_int(0xFFFF_FFFF)?);
    let low = vm.binary(instar_code::Binary::And, &n, &mask)?;
    Ok(vm.index_i64(&low)? as u32)
}

fn crc32(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let start = low_bits(vm, args.get(1), 0)?;
    let data = vm.buffer(&args[0], false)?;
    let n = raw::crc32(start, data.bytes(vm));
    vm.new_int(n.into())
}

fn adler32(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let start = low_bits(vm, args.get(1), 1)?;
    let data = vm.buffer(&args[0], false)?;
    let n = raw::adler32(start, data.bytes(vm));
    vm.new_int(n.into())
}

const NUMBERS: [(&str, i64); 20] = [("MAX_WBITS", 15), ("DEFLATED", 8), ("DEF_MEM_LEVEL", 8), ("DEF_BUF_SIZE", 16384), ("Z_BEST_SPEED", 1), ("Z_BEST_COMPRESSION", 9),
    ("Z_DEFAULT_COMPRESSION", -1), ("Z_NO_COMPRESSION", 0), ("Z_FILTERED", 1), ("Z_HUFFMAN_ONLY", 2), ("Z_RLE", 3), ("Z_FIXED", 4), ("Z_DEFAULT_STRATEGY", 0), ("Z_FINISH", 4),
    ("Z_NO_FLUSH", 0), ("Z_PARTIAL_FLUSH", 1), ("Z_SYNC_FLUSH", 2), ("Z_FULL_FLUSH", 3), ("Z_BLOCK", 5), ("Z_TREES", 6)];

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let (kept, base) = (vm.state::<State>().error.clone(), vm.types.exception.clone());
    let ty = error_class(vm, kept, "zlib", "error", &base)?;
    set(vm, ns, "error", ty.obj())?;
    vm.state::<State>().error = Some(ty);
    for (name, n) in &NUMBERS { set_int(vm, ns, name, *n)? }
    // The interface that the library implements.
    let version = vm.new_str("1.3.0")?;
    for name in ["ZLIB_VERSION", "ZLIB_RUNTIME_VERSION"] { set(vm, ns, name, &version)? }
    compress::make(vm)?;
    decompress::make(vm, ns)
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "zlib",
    doc: "The functions in this module allow compression and decompression using the\nzlib library, which is based on GNU zip.\n\nadler32(string[, start]) -- Compute an Adler-32 checksum.\ncompress(data[, level]) -- Compress data, with compression level 0-9 or -1.\ncompressobj([level[, ...]]) -- Return a compressor object.\ncrc32(string[, start]) -- Compute a CRC-32 checksum.\ndecompress(string,[wbits],[bufsize]) -- Decompresses a compressed string.\ndecompressobj([wbits[, zdict]]) -- Return a decompressor object.\n\n'wbits' is window buffer size and container format.\nCompressor objects support compress() and flush() methods; decompressor\nobjects support decompress() and flush().",
    functions: &[
        Def::new("adler32", "($module, data, value=1, /)", Native::Var(adler32, 1, 2)).doc("Compute an Adler-32 checksum of data.\n\n  value\n    Starting value of the checksum.\n\nThe returned checksum is an integer."),
        Def::new("compress", "($module, data, /, level=Z_DEFAULT_COMPRESSION, wbits=MAX_WBITS)", Native::Bound(compress)).doc("Returns a bytes object containing compressed data."),
        Def::new("compressobj", "($module, /, level=Z_DEFAULT_COMPRESSION, method=DEFLATED,\n            wbits=MAX_WBITS, memLevel=DEF_MEM_LEVEL,\n            strategy=Z_DEFAULT_STRATEGY, zdict=<unrepresentable>)", Native::Bound(compress::new)).doc("Return a compressor object."),
        Def::new("crc32", "($module, data, value=0, /)", Native::Var(crc32, 1, 2)).doc("Compute a CRC-32 checksum of data.\n\n  value\n    Starting value of the checksum.\n\nThe returned checksum is an integer."),
        Def::new("decompress", "($module, data, /, wbits=MAX_WBITS, bufsize=DEF_BUF_SIZE)", Native::Bound(decompress)).doc("Returns a bytes object containing the uncompressed data."),
        Def::new("decompressobj", "($module, /, wbits=MAX_WBITS, zdict=b'')", Native::Bound(decompress::new)).doc("Return a decompressor object."),
    ],
    exec,
};
