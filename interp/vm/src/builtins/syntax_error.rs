//! From the compiler's errors and warnings to Python's exceptions, and from source bytes to text (PEP 263).
//!
//! Not here: what is wrong with a text (`instar-syntax`, `instar-compiler`).

use instar_compiler::{CompileError, Compiled, ErrorKind, Mode, Options};

use super::trees;
use crate::display::source;
use crate::object::ObjExt;
use crate::types::exception::PyException;
use crate::types::syntax_error::field;
use crate::object::Owned;
use crate::types::code::PyCode;
use crate::object::Ref;
use crate::vm::{PyResult, Raised, Vm};

/// The exception for a compile error.
pub fn raise(vm: &mut Vm, error: CompileError) -> Raised {
    let t = &vm.types;
    let ty = match error.kind {
        ErrorKind::Syntax => &t.syntax_error,
        ErrorKind::Incomplete => &t.incomplete_input_error,
        ErrorKind::Indentation => &t.indentation_error,
        ErrorKind::Tab => &t.tab_error,
        ErrorKind::Memory => &t.memory_error,
        ErrorKind::Recursion => &t.recursion_error,
        ErrorKind::Value => &t.value_error,
        ErrorKind::Overflow => &t.overflow_error,
    }.clone();
    if matches!(error.kind, ErrorKind::Memory | ErrorKind::Recursion | ErrorKind::Value | ErrorKind::Overflow) {
        return vm.exception_with_message(&ty, &error.message);
    }
    let details = |vm: &mut Vm| -> PyResult<Raised> {
        let filename = file_name(vm, &error.filename)?;
        let number = |vm: &mut Vm, n: i32| vm.new_int(i64::from(n));
        // The compiler knows places only; the text is that of the file, if there is one.
        let found = match &error.text { None if error.line > 0 => source::line_of_file(vm, &error.filename, error.line), known => known.clone() };
        let text = match &found { Some(t) => vm.new_str(t)?, None => vm.none() };
        let place = vec![filename, number(vm, error.line)?, number(vm, error.column)?, text, number(vm, error.end_line)?, number(vm, error.end_column)?];
        let args = vec![vm.new_str(&error.message)?, vm.new_tuple(place)?.into_obj()];
        Ok(vm.raise(&ty, args))
    };
    match details(vm) { Ok(e) | Err(e) => e }
}

fn file_name(vm: &mut Vm, name: &str) -> PyResult { vm.new_str(name) }

/// Compiles text to a code object; SyntaxWarnings go through the warnings filters.
pub fn compile_text(vm: &mut Vm, source: &str, filename: &str, mode: Mode, options: &Options) -> PyResult<Ref<PyCode>> {
    // The parser and the compiler ask infallibly: what they will need is asked for here.
    let promised = vm.promise_for_source(source.len())?;
    let compiled = instar_compiler::compile(source, filename, mode, options);
    drop(promised);
    let Compiled { code, warnings } = match compiled {
        Ok(c) => c,
        Err(e) => {
            let of_parser = e.text.is_some();
            trees::warn_all(vm, instar_compiler::warnings_before(&e, source, mode, options), filename, |line| trees::line_of(source, line))?;
            let raised = raise(vm, e);
            // What `traceback` needs to look for misspelt keywords.
            if of_parser && let Some(e) = raised.0.obj().cast::<PyException>() {
                let metadata = [vm.new_int(0)?, vm.new_int(0)?, vm.new_str(source)?];
                e.set_field(field::METADATA, Some(vm.new_tuple(metadata)?.into_obj()));
            }
            return Err(raised);
        }
    };
    trees::warn_all(vm, warnings, filename, |line| trees::line_of(source, line))?;
    PyCode::new(vm, code)
}

fn owned(vm: &Vm, bytes: &[u8]) -> PyResult<Vec<u8>> {
    let mut v = Vec::new();
    v.try_reserve_exact(bytes.len()).map_err(|_| vm.no_memory())?;
    v.extend_from_slice(bytes);
    Ok(v)
}

/// Decodes the bytes of a file that is run: as [`decode_source`], with errors that speak of a file.
pub fn decode_file(vm: &mut Vm, bytes: &[u8], filename: &str) -> PyResult<String> {
    if let Some(at) = bytes.iter().position(|b| *b == 0) && std::str::from_utf8(&bytes[..at]).is_ok() {
        let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
        let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        return Err(undecodable(vm, "source code cannot contain null bytes".into(), filename, &bytes[start..at], line as i64, 0, 0));
    }
    decode(vm, bytes, filename, &format!(" in file {filename}"))
}

/// Decodes source bytes: byte order mark, coding cookie in the first two lines, else UTF-8.
pub fn decode_source(vm: &mut Vm, bytes: &[u8], filename: &str) -> PyResult<String> { decode(vm, bytes, filename, "") }

fn decode(vm: &mut Vm, bytes: &[u8], filename: &str, whose: &str) -> PyResult<String> {
    let (bytes, marked) = match bytes.strip_prefix(b"\xEF\xBB\xBF") { Some(rest) => (rest, true), None => (bytes, false) };
    let cookie = cookie(bytes);
    let name = cookie.as_deref().map_or_else(|| "utf-8".to_owned(), normal_name);
    if marked && name != "utf-8" {
        let first: Vec<u8> = bytes.split(|b| *b == b'\n').next().unwrap_or_default().to_vec();
        let end = String::from_utf8_lossy(&first).chars().count() as i64;
        return Err(undecodable(vm, format!("encoding problem: {} with BOM", cookie.unwrap_or_default()), filename, &first, 1, 0, end));
    }
    match name.as_str() {
        "utf-8" => match String::from_utf8(owned(vm, bytes)?) {
            Ok(text) => Ok(text),
            Err(e) => {
                let at = e.utf8_error().valid_up_to();
                if cookie.is_some() {
                    let byte = bytes[at];
                    let why = if matches!(byte, 0xC2..=0xF4) { if e.utf8_error().error_len().is_none() { "unexpected end of data" } else { "invalid continuation byte" } } else { "invalid start byte" };
                    return Err(unplaced(vm, format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: {why}"), filename));
                }
                let line = bytes[..at].iter().filter(|b| **b == b'\n').count() + 1;
                let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
                let shown: Vec<u8> = bytes[start..].split(|b| *b == b'\n').next().unwrap_or_default().to_vec();
                let column = String::from_utf8_lossy(&bytes[start..at]).chars().count() as i64 + 1;
                let message = format!("Non-UTF-8 code starting with '\\x{:02x}'{whose} on line {line}, but no encoding declared; see https://peps.python.org/pep-0263/ for details", bytes[at]);
                Err(undecodable(vm, message, filename, &shown, line as i64, column, column))
            }
        },
        "iso-8859-1" => {
            let mut text = String::new();
            let bytes_of_text = bytes.len() + bytes.iter().filter(|b| !b.is_ascii()).count();
            text.try_reserve_exact(bytes_of_text).map_err(|_| vm.no_memory())?;
            text.extend(bytes.iter().map(|b| char::from(*b)));
            Ok(text)
        }
        _ => {
            let data = vm.new_bytes(bytes)?;
            let (name, errors) = (vm.new_str(&name)?, vm.names.strict.clone());
            let method = vm.names.decode.clone();
            match vm.call_method(&data, &method, &[name, errors]) {
                Ok(text) => match Ref::<crate::types::str::PyStr>::cast(&text) { Some(s) => s.try_to_string(vm), None => Ok("?".to_owned()) },
                Err(e) if e.is(vm, &vm.types.lookup_error.clone()) => Err(unplaced(vm, format!("unknown encoding: {}", cookie.unwrap_or_default()), filename)),
                Err(e) => {
                    let text = vm.str_text(e.exception().obj())?;
                    Err(unplaced(vm, text, filename))
                }
            }
        }
    }
}

/// A SyntaxError without a place.
fn unplaced(vm: &mut Vm, message: String, filename: &str) -> Raised {
    let made = |vm: &mut Vm| -> PyResult<Raised> {
        let place = [file_name(vm, filename)?, vm.new_int(0)?, vm.new_int(-1)?, vm.none()];
        let args = vec![vm.new_str(&message)?, vm.new_tuple(place)?.into_obj()];
        Ok(vm.raise(&vm.types.syntax_error.clone(), args))
    };
    match made(vm) { Ok(e) | Err(e) => e }
}

/// A SyntaxError about bytes of a line; the tokenizer knows no file name.
fn undecodable(vm: &mut Vm, message: String, filename: &str, line: &[u8], number: i64, column: i64, end: i64) -> Raised {
    let made = |vm: &mut Vm| -> PyResult<Raised> {
        let place = [vm.new_str(filename)?, vm.new_int(number)?, vm.new_int(column)?, vm.new_str(&String::from_utf8_lossy(line))?, vm.new_int(number)?, vm.new_int(end)?];
        let args = vec![vm.new_str(&message)?, vm.new_tuple(place)?.into_obj()];
        Ok(vm.raise(&vm.types.syntax_error.clone(), args))
    };
    match made(vm) { Ok(e) | Err(e) => e }
}

/// `coding[:=]\s*([-\w.]+)` in a comment on line 1, or on line 2 if line 1 is blank or a comment.
fn cookie(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|b| *b == b'\n').take(2) {
        let text = line.trim_ascii_start();
        match text.first() {
            Some(b'#') => {}
            None | Some(b'\x0c' | b'\r') => continue,
            Some(_) => return None,
        }
        let Some(at) = text.windows(6).position(|w| w == b"coding") else { continue };
        let rest = &text[at + 6..];
        let Some(b':' | b'=') = rest.first() else { continue };
        let rest = rest[1..].trim_ascii_start();
        let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || b"-_.".contains(b))).unwrap_or(rest.len());
        if end > 0 { return Some(String::from_utf8_lossy(&rest[..end]).into_owned()) }
    }
    None
}

/// Spellings of UTF-8 and Latin-1 that CPython's tokenizer knows.
fn normal_name(name: &str) -> String {
    let lower: String = name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    if lower == "utf-8" || lower.starts_with("utf-8-") { return "utf-8".to_owned() }
    let latin = ["latin-1", "iso-8859-1", "iso-latin-1"];
    if latin.iter().any(|l| lower == *l || lower.starts_with(&format!("{l}-"))) { return "iso-8859-1".to_owned() }
    name.to_owned()
}

/// The text of a `source` argument given as str, bytes or a buffer; `what` begins the TypeError.
pub fn source_text(vm: &mut Vm, source: &Owned, what: &str, filename: &str) -> PyResult<String> {
    let text = if let Some(s) = source.cast::<crate::types::str::PyStr>() {
        s.to_owned_str(vm)?
    } else if source.type_of(vm).slots().buffer.is_some() {
        let bytes = vm.bytes_like(source)?;
        decode_source(vm, &bytes, filename)?
    } else {
        return Err(vm.type_error(what));
    };
    if text.contains('\0') { return Err(vm.exception_with_message(&vm.types.syntax_error.clone(), "source code string cannot contain null bytes")) }
    Ok(text)
}
