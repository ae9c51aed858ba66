//! Methods of `str` that search, test, pad, strip and change case.
//!
//! Not here: cutting and joining (`str_split.rs`), `translate` (`str_translate.rs`), formatting (`str_format.rs`).

use instar_base_codec::TextBuilder;
use instar_base_text::recase::{is_lower_text, is_title_text, is_upper_text, recase, Recase};
use instar_base_text::split::{self as cut, Edges};
use instar_base_text::{find, props, with_units, Units};

use crate::object::{ObjExt, Owned};
use crate::types::slice::slice_index;
use crate::types::str::{exact, substring, this_str, PyStr};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// TypeError "must be str" of a method's argument.
pub(crate) fn str_arg<'a>(vm: &mut Vm, arg: &'a Owned, what: impl std::fmt::Display) -> PyResult<&'a PyStr> {
    match arg.cast::<PyStr>() {
        Some(s) => Ok(s),
        None => {
            let t = arg.given_name(vm);
            Err(vm.type_error(format!("{what} must be str, not {t}")))
        }
    }
}

/// Optional `start` and `end` in `args[1..3]`, fitted to `len`; `start` may be above `end`.
pub(crate) fn bounds(vm: &mut Vm, args: &[Owned], len: usize) -> PyResult<(usize, usize)> {
    let mut bound = |i: usize, default: isize| match args.get(i) {
        Some(arg) if !vm.is_none(arg) => slice_index(vm, arg),
        _ => Ok(default),
    };
    let (start, end) = (bound(1, 0)?, bound(2, isize::MAX)?);
    let fit = |i: isize| if i < 0 { i.saturating_add_unsigned(len).max(0) as usize } else { i as usize };
    Ok((fit(start), fit(end).min(len)))
}

/// Which way to look, and what to do when there is nothing.
fn look(vm: &mut Vm, this: &Owned, args: &[Owned], name: &str, last: bool) -> PyResult<Option<usize>> {
    let needle = str_arg(vm, &args[0], format_args!("{name}() argument 1"))?;
    let s = this_str(this);
    let (start, end) = bounds(vm, args, s.len())?;
    let Some(part) = s.units().slice(start, end).filter(|p| p.len() >= needle.len()) else { return Ok(None) };
    let found = if last { find::rfind_units(part, needle.units()) } else { find::find_units(part, needle.units()) };
    found.map(|at| at.map(|at| at + start)).map_err(|_| vm.no_memory())
}

fn position(vm: &mut Vm, found: Option<usize>) -> PyResult { vm.new_int(found.map_or(-1, |at| at as i64)) }

fn must_find(vm: &mut Vm, found: Option<usize>) -> PyResult {
    match found { Some(at) => vm.new_int(at as i64), None => Err(vm.value_error("substring not found")) }
}

pub(super) fn find_(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { let at = look(vm, this, args, "find", false)?; position(vm, at) }
pub(super) fn rfind(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { let at = look(vm, this, args, "rfind", true)?; position(vm, at) }
pub(super) fn index(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { let at = look(vm, this, args, "index", false)?; must_find(vm, at) }
pub(super) fn rindex(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { let at = look(vm, this, args, "rindex", true)?; must_find(vm, at) }

pub(super) fn count(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let needle = str_arg(vm, &args[0], "count() argument 1")?;
    let s = this_str(this);
    let (start, end) = bounds(vm, args, s.len())?;
    let n = match s.units().slice(start, end) {
        Some(part) => find::count_units(part, needle.units()).map_err(|_| vm.no_memory())?,
        None => 0,
    };
    vm.new_int(n as i64)
}

/// Whether `part` (already cut to start and end) starts or ends with `affix`.
fn has_affix(part: Units<'_>, affix: Units<'_>, at_end: bool) -> bool {
    let Some(spare) = part.len().checked_sub(affix.len()) else { return false };
    let from = if at_end { spare } else { 0 };
    match (part.slice(from, from + affix.len()), affix) {
        (Some(Units::Latin1(a)), Units::Latin1(b)) => a == b,
        (Some(Units::Ucs2(a)), Units::Ucs2(b)) => a == b,
        (Some(Units::Ucs4(a)), Units::Ucs4(b)) => a == b,
        (Some(a), b) => a.codes().eq(b.codes()),
        (None, _) => false,
    }
}

fn affix(vm: &mut Vm, this: &Owned, args: &[Owned], name: &str, at_end: bool) -> PyResult {
    let s = this_str(this);
    let (start, end) = bounds(vm, args, s.len())?;
    let part = s.units().slice(start, end);
    if let Some(tuple) = args[0].cast::<PyTuple>() {
        for item in tuple.items() {
            let Some(a) = item.cast::<PyStr>() else {
                let t = item.type_name(vm);
                return Err(vm.type_error(format!("tuple for {name} must only contain str, not {t}")));
            };
            if part.is_some_and(|p| has_affix(p, a.units(), at_end)) { return Ok(vm.bool(true)) }
        }
        return Ok(vm.bool(false));
    }
    let Some(a) = args[0].cast::<PyStr>() else {
        let t = args[0].type_name(vm);
        return Err(vm.type_error(format!("{name} first arg must be str or a tuple of str, not {t}")));
    };
    Ok(vm.bool(part.is_some_and(|p| has_affix(p, a.units(), at_end))))
}

pub(super) fn startswith(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { affix(vm, this, args, "startswith", false) }
pub(super) fn endswith(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { affix(vm, this, args, "endswith", true) }

pub(super) fn removeprefix(vm: &mut Vm, this: &Owned, prefix: &Owned) -> PyResult {
    let p = str_arg(vm, prefix, "removeprefix() argument")?;
    let s = this_str(this);
    if has_affix(s.units(), p.units(), false) { substring(vm, this, p.len(), s.len()) } else { exact(vm, this) }
}

pub(super) fn removesuffix(vm: &mut Vm, this: &Owned, suffix: &Owned) -> PyResult {
    let p = str_arg(vm, suffix, "removesuffix() argument")?;
    let s = this_str(this);
    if has_affix(s.units(), p.units(), true) { substring(vm, this, 0, s.len() - p.len()) } else { exact(vm, this) }
}

fn change(vm: &mut Vm, this: &Owned, how: Recase) -> PyResult {
    let s = this_str(this);
    if let (Some(text), Recase::Lower | Recase::Upper | Recase::Fold) = (s.as_ascii(), how) {
        let done = if how == Recase::Upper { !text.bytes().any(|b| b.is_ascii_lowercase()) } else { !text.bytes().any(|b| b.is_ascii_uppercase()) };
        if done && this.is_exact::<PyStr>(vm) && text.len() < 2 { return Ok(this.clone()) }
        let text = if how == Recase::Upper { text.to_ascii_uppercase() } else { text.to_ascii_lowercase() };
        return vm.new_str(&text);
    }
    let mut out = TextBuilder::with_capacity(s.len()).map_err(|_| vm.no_memory())?;
    with_units!(s.units(), u => recase(u, how, |c| out.push(c))).map_err(|_| vm.no_memory())?;
    vm.new_str_built(out)
}

pub(super) fn lower(vm: &mut Vm, this: &Owned) -> PyResult { change(vm, this, Recase::Lower) }
pub(super) fn upper(vm: &mut Vm, this: &Owned) -> PyResult { change(vm, this, Recase::Upper) }
pub(super) fn title(vm: &mut Vm, this: &Owned) -> PyResult { change(vm, this, Recase::Title) }
pub(super) fn capitalize(vm: &mut Vm, this: &Owned) -> PyResult { change(vm, this, Recase::Capitalize) }
pub(super) fn swapcase(vm: &mut Vm, this: &Owned) -> PyResult { change(vm, this, Recase::Swap) }
pub(super) fn casefold(vm: &mut Vm, this: &Owned) -> PyResult { change(vm, this, Recase::Fold) }

fn every(vm: &mut Vm, this: &Owned, test: fn(u32) -> bool) -> PyResult {
    let s = this_str(this);
    let all = !s.is_empty() && with_units!(s.units(), u => u.iter().all(|c| test((*c).into())));
    Ok(vm.bool(all))
}

pub(super) fn isalnum(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, props::is_alnum) }
pub(super) fn isalpha(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, props::is_alpha) }
pub(super) fn isdecimal(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, props::is_decimal) }
pub(super) fn isdigit(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, props::is_digit) }
pub(super) fn isnumeric(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, props::is_numeric) }
pub(super) fn isspace(vm: &mut Vm, this: &Owned) -> PyResult { every(vm, this, props::is_space) }
pub(super) fn isascii(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.bool(this_str(this).is_ascii())) }
pub(super) fn isprintable(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.bool(this_str(this).chars().all(props::is_printable))) }
pub(super) fn islower(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.bool(with_units!(this_str(this).units(), u => is_lower_text(u)))) }
pub(super) fn isupper(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.bool(with_units!(this_str(this).units(), u => is_upper_text(u)))) }
pub(super) fn istitle(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.bool(with_units!(this_str(this).units(), u => is_title_text(u)))) }
pub(super) fn isidentifier(vm: &mut Vm, this: &Owned) -> PyResult { Ok(vm.bool(with_units!(this_str(this).units(), u => cut::is_identifier(u)))) }

fn strip_edges(vm: &mut Vm, this: &Owned, args: &[Owned], name: &str, edges: Edges) -> PyResult {
    let s = this_str(this);
    let range = match args.first().filter(|a| !vm.is_none(a)) {
        None => with_units!(s.units(), u => cut::strip(u, edges, cut::is_str_space)),
        Some(chars) => {
            let Some(set) = chars.cast::<PyStr>() else { return Err(vm.type_error(format!("{name} arg must be None or str"))) };
            with_units!(s.units(), u => with_units!(set.units(), n => cut::strip_set(u, edges, n)))
        }
    };
    substring(vm, this, range.start, range.end)
}

pub(super) fn strip(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { strip_edges(vm, this, args, "strip", Edges::Both) }
pub(super) fn lstrip(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { strip_edges(vm, this, args, "lstrip", Edges::Left) }
pub(super) fn rstrip(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult { strip_edges(vm, this, args, "rstrip", Edges::Right) }

/// The text with `left` and `right` fill characters around it.
fn pad(vm: &mut Vm, this: &Owned, left: usize, right: usize, fill: u32) -> PyResult {
    if left == 0 && right == 0 { return exact(vm, this) }
    let s = this_str(this);
    let Some(total) = left.checked_add(right).and_then(|n| n.checked_add(s.len())).filter(|n| *n <= isize::MAX as usize) else {
        return Err(vm.overflow_error("padded string is too long"));
    };
    let mut out = TextBuilder::new();
    let made = (|| {
        out.reserve(total, fill)?;
        (0..left).try_for_each(|_| out.push(fill))?;
        out.push_units(s.units())?;
        (0..right).try_for_each(|_| out.push(fill))
    })();
    made.map_err(|_| vm.no_memory())?;
    vm.new_str_built(out)
}

/// Width to add and the fill character of the justifying methods.
fn padding(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult<(usize, usize, u32)> {
    let width = vm.index_i64(&args[0])? as isize;
    let fill = match args.get(1) {
        None => 32,
        Some(f) => match f.cast::<PyStr>() {
            Some(s) if s.len() == 1 => s.get(0).unwrap_or(32),
            Some(_) => return Err(vm.type_error("The fill character must be exactly one character long")),
            None => {
                let t = f.type_name(vm);
                return Err(vm.type_error(format!("The fill character must be a unicode character, not {t}")));
            }
        },
    };
    let width = width.max(0) as usize;
    Ok((width.saturating_sub(this_str(this).len()), width, fill))
}

pub(super) fn center(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let (spare, width, fill) = padding(vm, this, args)?;
    let left = spare / 2 + (spare & width & 1);
    pad(vm, this, left, spare - left, fill)
}
pub(super) fn ljust(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let (spare, _, fill) = padding(vm, this, args)?;
    pad(vm, this, 0, spare, fill)
}
pub(super) fn rjust(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let (spare, _, fill) = padding(vm, this, args)?;
    pad(vm, this, spare, 0, fill)
}

pub(super) fn zfill(vm: &mut Vm, this: &Owned, width: &Owned) -> PyResult {
    let width = (vm.index_i64(width)? as isize).max(0) as usize;
    let s = this_str(this);
    let spare = width.saturating_sub(s.len());
    if spare == 0 { return exact(vm, this) }
    let sign = usize::from(matches!(s.get(0), Some(0x2B | 0x2D)));
    let mut out = TextBuilder::new();
    let made = (|| {
        out.reserve(width, 0)?;
        if let Some(c) = s.get(0).filter(|_| sign == 1) { out.push(c)? }
        (0..spare).try_for_each(|_| out.push(48))?;
        s.units().slice(sign, s.len()).map_or(Ok(()), |rest| out.push_units(rest))
    })();
    made.map_err(|_| vm.no_memory())?;
    vm.new_str_built(out)
}

/// An optional argument as a native count (OverflowError), with a default.
pub(crate) fn count_arg(vm: &mut Vm, arg: Option<&Owned>, default: isize) -> PyResult<isize> {
    match arg { Some(a) => vm.index_i64(a).map(|n| n as isize), None => Ok(default) }
}

pub(super) fn expandtabs(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let tab = match &args[0] { Some(tab) => vm.index_i32(tab)?, None => 8 };
    let tab = tab.max(0) as usize;
    let s = this_str(this);
    if !s.chars().any(|c| c == 9) { return exact(vm, this) }
    let (mut out, mut column, mut total) = (TextBuilder::new(), 0usize, 0usize);
    for c in s.chars() {
        let n = if c != 9 { 1 } else if tab == 0 { 0 } else { tab - column % tab };
        total = total.saturating_add(n);
        if total > isize::MAX as usize { return Err(vm.overflow_error("new string is too long")) }
        let made = if c == 9 { out.reserve(n, 32).and_then(|()| (0..n).try_for_each(|_| out.push(32))) } else { out.push(c) };
        made.map_err(|_| vm.no_memory())?;
        column = if c == 10 || c == 13 { 0 } else { column + n };
    }
    vm.new_str_built(out)
}

pub(super) fn replace(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(old), Some(new)) = (&args[0], &args[1]) else { return Err(vm.system_error("bad arguments")) };
    let from = str_arg(vm, old, "replace() argument 1")?;
    let to = str_arg(vm, new, "replace() argument 2")?;
    let max = count_arg(vm, args[2].as_ref(), -1)?;
    let max = if max < 0 { usize::MAX } else { max as usize };
    replace_text(vm, this, from, to, max)
}

/// `this` with at most `max` occurrences of `from` replaced by `to`.
pub(crate) fn replace_text(vm: &mut Vm, this: &Owned, from: &PyStr, to: &PyStr, max: usize) -> PyResult {
    let s = this_str(this);
    if max == 0 || from.len() > s.len() || PyStr::eq(from, to) { return exact(vm, this) }
    if from.is_empty() {
        let mut out = TextBuilder::new();
        let made = (|| {
            for (i, c) in s.chars().enumerate() {
                if i < max { out.push_units(to.units())? }
                out.push(c)?;
            }
            if s.len() < max { out.push_units(to.units())? }
            Ok::<(), instar_base_codec::NoMemory>(())
        })();
        made.map_err(|_| vm.no_memory())?;
        return vm.new_str_built(out);
    }
    if let (Some(text), Some(old), Some(new)) = (s.as_ascii(), from.as_ascii(), to.as_ascii()) {
        return match super::str::replace_ascii(vm, text.as_bytes(), old.as_bytes(), new.as_bytes(), max)? { Some(made) => Ok(made), None => exact(vm, this) };
    }
    let places = super::str_split::places(vm, s.units(), from.units(), max)?;
    if places.is_empty() { return exact(vm, this) }
    let grown = s.len() as u128 + (to.len() as u128) * places.len() as u128;
    if grown > isize::MAX as u128 { return Err(vm.overflow_error("replace string is too long")) }
    let mut out = TextBuilder::new();
    let made = (|| {
        out.reserve(grown as usize - from.len() * places.len(), 0)?;
        let mut at = 0;
        for place in places {
            if let Some(part) = s.units().slice(at, place) { out.push_units(part)? }
            out.push_units(to.units())?;
            at = place + from.len();
        }
        s.units().slice(at, s.len()).map_or(Ok(()), |rest| out.push_units(rest))
    })();
    made.map_err(|_| vm.no_memory())?;
    vm.new_str_built(out)
}

pub(super) fn encode(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    for (arg, name) in args.iter().zip(["encoding", "errors"]) {
        if let Some(a) = arg { str_arg(vm, a, format_args!("encode() argument '{name}'"))?; }
    }
    crate::codecs::encode_str(vm, this, args[0].as_ref(), args[1].as_ref())
}
