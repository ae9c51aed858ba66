//! JSON strings: escaping and reading.
//!
//! Not here: other values.

use instar_base_codec::{NoMemory, TextBuilder};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::decode_error;
use crate::support::c_int;

const QUOTE: u32 = 34;
const BACKSLASH: u32 = 92;

/// Appends the JSON form of a string with its quotes.
pub fn escape_into(vm: &Vm, out: &mut TextBuilder, s: &PyStr, ascii: bool) -> PyResult<()> {
    escape(out, s, ascii).map_err(|_| vm.no_memory())
}

fn escape(out: &mut TextBuilder, s: &PyStr, ascii: bool) -> Result<(), NoMemory> {
    out.push(QUOTE)?;
    // Most strings are plain ASCII: copied as they are.
    if let Some(text) = s.as_ascii() && text.bytes().fold(true, |plain, b| plain & (b >= 32) & (b != b'"') & (b != b'\\') & (b < 127)) {
        out.push_latin1(text.as_bytes())?;
        return out.push(QUOTE);
    }
    for c in s.chars() {
        if c >= 32 && c != QUOTE && c != BACKSLASH && (c < 127 || !ascii) { out.push(c)?; continue }
        let short = match c { QUOTE => b'"', BACKSLASH => b'\\', 8 => b'b', 12 => b'f', 10 => b'n', 13 => b'r', 9 => b't', _ => 0 };
        if short != 0 { out.push_latin1(&[b'\\', short])?; continue }
        let mut unit = |u: u32| {
            out.push_latin1(b"\\u")?;
            out.push_latin1(&[12, 8, 4, 0].map(|shift| b"0123456789abcdef"[(u >> shift & 15) as usize]))
        };
        if c < 0x10000 { unit(c)? } else { unit(0xD800 + ((c - 0x10000) >> 10))?; unit(0xDC00 + ((c - 0x10000) & 0x3FF))? }
    }
    out.push(QUOTE)
}

fn escaped(vm: &mut Vm, o: &Owned, ascii: bool) -> PyResult {
    let Some(s) = o.cast::<PyStr>() else {
        let t = o.type_name(vm);
        return Err(vm.type_error(format!("first argument must be a string, not {t}")));
    };
    let mut out = TextBuilder::with_capacity(s.len().saturating_add(2)).map_err(|_| vm.no_memory())?;
    escape_into(vm, &mut out, s, ascii)?;
    vm.new_str_built(out)
}

/// `encode_basestring_ascii(string)`
pub fn encode_ascii(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { escaped(vm, o, true) }
/// `encode_basestring(string)`
pub fn encode(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { escaped(vm, o, false) }

fn hex4(s: &PyStr, at: usize) -> Option<u32> {
    (at..at + 4).try_fold(0, |n, i| {
        let digit = s.get(i).and_then(char::from_u32).filter(char::is_ascii_hexdigit)?.to_digit(16)?;
        Some(n << 4 | digit)
    })
}

/// Reads the string whose first character behind the quote is at `begin`: the str and the place behind the closing quote.
pub fn scan(vm: &mut Vm, document: &Owned, s: &PyStr, begin: usize, strict: bool) -> PyResult<(Owned, usize)> {
    let len = s.len();
    // Most strings have no escapes: they are copied as they are.
    if let Some(latin1) = s.latin1() && let Some(n) = latin1[begin..].iter().position(|c| matches!(c, b'"' | b'\\') || strict && *c < 32)
        && latin1[begin + n] == b'"' {
        return Ok((vm.new_str_latin1(&latin1[begin..begin + n])?, begin + n + 1));
    }
    let unterminated = |vm: &mut Vm| decode_error(vm, "Unterminated string starting at", document, begin.saturating_sub(1));
    let mut out = Vec::new();
    let mut at = begin;
    loop {
        let Some(c) = s.get(at) else { return Err(unterminated(vm)) };
        at += 1;
        if c == QUOTE { return Ok((vm.new_str_from_code_points(&out)?, at)) }
        if c != BACKSLASH {
            if c < 32 && strict { return Err(decode_error(vm, "Invalid control character at", document, at - 1)) }
            vm.push(&mut out, c)?;
            continue;
        }
        let Some(c) = s.get(at) else { return Err(unterminated(vm)) };
        at += 1;
        let plain = match u8::try_from(c) {
            Ok(c @ (b'"' | b'\\' | b'/')) => Some(c), Ok(b'b') => Some(8), Ok(b'f') => Some(12), Ok(b'n') => Some(10), Ok(b'r') => Some(13), Ok(b't') => Some(9),
            _ => None,
        };
        if let Some(c) = plain { vm.push(&mut out, c.into())?; continue }
        if c != u32::from(b'u') { return Err(decode_error(vm, "Invalid \\escape", document, at - 2)) }
        if at + 4 > len { return Err(decode_error(vm, "Invalid \\uXXXX escape", document, at - 1)) }
        let Some(mut c) = hex4(s, at) else { return Err(decode_error(vm, "Invalid \\uXXXX escape", document, at - 1)) };
        at += 4;
        if (0xD800..0xDC00).contains(&c) && at + 6 <= len && s.get(at) == Some(BACKSLASH) && s.get(at + 1) == Some(b'u'.into()) {
            let Some(low) = hex4(s, at + 2) else { return Err(decode_error(vm, "Invalid \\uXXXX escape", document, at + 1)) };
            if (0xDC00..0xE000).contains(&low) { c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00); at += 6 }
        }
        vm.push(&mut out, c)?;
    }
}

/// `scanstring(string, end, strict=True)`
pub fn scanstring(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let end = vm.size_argument(&args[1])?;
    let strict = match args.get(2) { Some(o) => if instar_vm::types::int::int_ref(o).is_some() { c_int(vm, o)? != 0 } else { vm.truth(o)? }, None => true };
    let Some(s) = args[0].cast::<PyStr>() else {
        let t = args[0].type_name(vm);
        return Err(vm.type_error(format!("first argument must be a string, not {t}")));
    };
    let Some(begin) = usize::try_from(end).ok().filter(|n| *n <= s.len()) else { return Err(vm.value_error("end is out of bounds")) };
    let (text, at) = scan(vm, &args[0], s, begin, strict)?;
    let at = vm.new_usize(at)?;
    Ok(vm.new_tuple([text, at])?.into_obj())
}
