//! `sys.stdin`, `sys.stdout`, `sys.stderr`, made from the process's descriptors with the module `_io`.
//!
//! Not here: the stream types.

use instar_vm::import::ImportState;
use instar_vm::{Owned, PyResult, Vm};

struct Stream { fd: i64, name: &'static str, file: &'static str, mode: &'static str, errors: &'static str }

const STREAMS: [Stream; 3] = [
    Stream { fd: 0, name: "stdin", file: "<stdin>", mode: "r", errors: "strict" },
    Stream { fd: 1, name: "stdout", file: "<stdout>", mode: "w", errors: "strict" },
    Stream { fd: 2, name: "stderr", file: "<stderr>", mode: "w", errors: "backslashreplace" },
];

/// Makes the three and their `__stdin__` forms, and `builtins.open`. A closed descriptor gives None.
pub fn make(vm: &mut Vm) -> PyResult<()> {
    let function = vm.import_attr("_io", "open")?;
    let (key, builtins) = (vm.names.open.clone(), vm.builtins.clone());
    builtins.set_item(vm, &key, &function)?;
    let (encoding, errors) = wanted(vm);
    let errors = errors.or_else(|| (encoding.is_none() && (vm.settings.utf8_mode || is_plain_locale())).then(|| "surrogateescape".to_owned()));
    let encoding = match encoding { Some(name) => codec_name(vm, &name)?, None => "utf-8".to_owned() };
    for s in STREAMS {
        let errors = if s.fd == 2 { s.errors } else { errors.as_deref().unwrap_or(s.errors) };
        let stream = if is_open(s.fd) { open(vm, &s, &encoding, errors)? } else { vm.none() };
        let sys = vm.sys.clone();
        for name in [s.name.to_owned(), format!("__{}__", s.name)] {
            let key = vm.intern(&name)?;
            sys.set_item(vm, &key, &stream)?;
        }
    }
    vm.state::<ImportState>().streams_made = true;
    Ok(())
}

/// How a codec calls itself.
fn codec_name(vm: &mut Vm, name: &str) -> PyResult<String> {
    let (lookup, name) = (vm.import_attr("_codecs", "lookup")?, vm.new_str(name)?);
    let codec = vm.call1(&lookup, &name)?;
    let name = vm.get_attr_str(&codec, "name")?;
    Ok(vm.repr_text_plain(&name))
}

/// Encoding and error handler that `PYTHONIOENCODING` asks for.
fn wanted(vm: &Vm) -> (Option<String>, Option<String>) {
    let text = if vm.settings.ignore_environment { None } else { std::env::var("PYTHONIOENCODING").ok() }.unwrap_or_default();
    let (encoding, errors) = text.split_once(':').unwrap_or((&text, ""));
    let given = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    (given(encoding), given(errors))
}

/// Whether the locale for text is that of C, or one that stands for it: bytes of any encoding may come and go then.
#[cfg(unix)]
fn is_plain_locale() -> bool {
    let named = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|v| std::env::var_os(v).filter(|v| !v.is_empty()));
    let Some(name) = named.and_then(|n| n.into_string().ok()).and_then(|n| std::ffi::CString::new(n).ok()) else { return true };
    if matches!(name.to_bytes(), b"C" | b"POSIX" | b"C.UTF-8" | b"C.utf8" | b"UTF-8") { return true }
    // SAFETY: the name is a C string; what was made is freed. A locale that does not exist leaves that of C.
    unsafe {
        let locale = libc::newlocale(libc::LC_CTYPE_MASK, name.as_ptr(), std::ptr::null_mut());
        if locale.is_null() { return true }
        libc::freelocale(locale);
    }
    false
}
#[cfg(not(unix))]
fn is_plain_locale() -> bool { false }

/// Whether the locale for text has UTF-8 as its encoding. No other one is spoken: elsewhere it is UTF-8 mode that says so.
#[cfg(unix)]
pub fn is_utf8_locale() -> bool {
    // SAFETY: an empty name asks the environment; what was made is freed, and the text that belongs to it is read before.
    unsafe {
        let locale = libc::newlocale(libc::LC_CTYPE_MASK, c"".as_ptr(), std::ptr::null_mut());
        if locale.is_null() { return false }
        let codeset = libc::nl_langinfo_l(libc::CODESET, locale);
        let utf8 = !codeset.is_null() && std::ffi::CStr::from_ptr(codeset).to_bytes() == b"UTF-8";
        libc::freelocale(locale);
        utf8
    }
}
#[cfg(not(unix))]
pub fn is_utf8_locale() -> bool { false }

#[cfg(unix)]
// SAFETY: fcntl with F_GETFD only asks.
fn is_open(fd: i64) -> bool { unsafe { libc::fcntl(fd as i32, libc::F_GETFD) != -1 } }
#[cfg(not(unix))]
fn is_open(_: i64) -> bool { true }

#[cfg(unix)]
// SAFETY: isatty only asks.
fn is_terminal(fd: i64) -> bool { unsafe { libc::isatty(fd as i32) == 1 } }
#[cfg(not(unix))]
fn is_terminal(_: i64) -> bool { false }

fn open(vm: &mut Vm, s: &Stream, encoding: &str, errors: &str) -> PyResult {
    let unbuffered = vm.settings.unbuffered && s.mode == "w";
    let io = vm.import_module("_io")?;
    let raw_mode = format!("{}b", s.mode);
    let fd = vm.new_int(s.fd)?;
    let (mode, closefd) = (vm.new_str(&raw_mode)?, vm.bool(false));
    let open = vm.get_attr_str(&io, "open")?;
    let buffering = vm.new_int(if unbuffered { 0 } else { -1 })?;
    let buffer = vm.call_kw(&open, &[fd], &[("mode", mode), ("buffering", buffering), ("closefd", closefd)])?;
    let raw = if unbuffered { buffer.clone() } else { vm.get_attr_str(&buffer, "raw")? };
    let name = vm.new_str(s.file)?;
    set(vm, &raw, "name", &name)?;
    let wrapper = vm.get_attr_str(&io, "TextIOWrapper")?;
    let newline = vm.new_str("\n")?;
    let newline = if s.mode == "r" { vm.none() } else { newline };
    let line_buffering = vm.bool(!vm.settings.unbuffered && (s.fd == 2 || is_terminal(s.fd) || vm.settings.interactive));
    let (encoding, errors, write_through) = (vm.new_str(encoding)?, vm.new_str(errors)?, vm.bool(unbuffered));
    let stream = vm.call_kw(&wrapper, &[buffer], &[("encoding", encoding), ("errors", errors), ("newline", newline), ("line_buffering", line_buffering), ("write_through", write_through)])?;
    let mode = vm.new_str(s.mode)?;
    set(vm, &stream, "mode", &mode)?;
    Ok(stream)
}

fn set(vm: &mut Vm, o: &Owned, name: &str, value: &Owned) -> PyResult<()> {
    let key = vm.intern(name)?;
    vm.set_attr(o, &key, value)
}
