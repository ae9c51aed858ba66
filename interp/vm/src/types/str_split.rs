//! Cutting and joining: `split`, `rsplit`, `splitlines`, `partition`, `rpartition`, `join`.
//!
//! Not here: where white space and line ends are (`instar-base-text`).

use instar_base_text::find::Finder;
use instar_base_text::split::{is_str_linebreak, is_str_space, lines, rsplit_space, split_space};
use instar_base_text::{find, with_units, Unit, Units};

use smallvec::SmallVec;

use crate::fallible::CollectVec;
use crate::object::{ObjExt, Owned};
use crate::types::list::PyList;
use crate::types::str::{exact, join_with, substring, this_str, PyStr};
use crate::types::str_methods::count_arg;
use crate::vm::{PyResult, Vm};

fn starts<U: Unit>(vm: &Vm, hay: &[U], needle: &[U], max: usize) -> PyResult<Vec<usize>> { Finder::new(needle).find_iter(hay).take(max).try_vec(vm) }

/// As [`starts`], from the right, last first.
fn starts_back<U: Unit>(vm: &Vm, hay: &[U], needle: &[U], max: usize) -> PyResult<Vec<usize>> {
    let (mut found, mut end) = (Vec::new(), hay.len());
    while found.len() < max && let Some(at) = find::rfind(&hay[..end], needle) {
        vm.push(&mut found, at)?;
        end = at;
    }
    Ok(found)
}

macro_rules! both_widths {
    (@wider $vm:expr, $h:expr, $n:expr, $f:ident, $max:expr, $to:ty, $from:ty) => {
        match find::convert::<$to, $from>($n).map_err(|_| $vm.no_memory())? { Some(n) => $f($vm, $h, &n, $max), None => Ok(Vec::new()) }
    };
    ($vm:expr, $hay:expr, $needle:expr, $f:ident, $max:expr) => {
        match ($hay, $needle) {
            (Units::Latin1(h), Units::Latin1(n)) => $f($vm, h, n, $max),
            (Units::Ucs2(h), Units::Ucs2(n)) => $f($vm, h, n, $max),
            (Units::Ucs4(h), Units::Ucs4(n)) => $f($vm, h, n, $max),
            (Units::Ucs2(h), Units::Latin1(n)) => both_widths!(@wider $vm, h, n, $f, $max, u16, u8),
            (Units::Ucs4(h), Units::Latin1(n)) => both_widths!(@wider $vm, h, n, $f, $max, u32, u8),
            (Units::Ucs4(h), Units::Ucs2(n)) => both_widths!(@wider $vm, h, n, $f, $max, u32, u16),
            // A wider needle holds a code point that the text cannot hold.
            _ => Ok(Vec::new()),
        }
    };
}

/// Where a non-empty needle occurs (not overlapping), from the left, at most `max` times.
pub(crate) fn places(vm: &Vm, hay: Units<'_>, needle: Units<'_>, max: usize) -> PyResult<Vec<usize>> {
    both_widths!(vm, hay, needle, starts, max)
}

fn places_back(vm: &Vm, hay: Units<'_>, needle: Units<'_>, max: usize) -> PyResult<Vec<usize>> {
    both_widths!(vm, hay, needle, starts_back, max)
}

fn list_of(vm: &mut Vm, this: &Owned, ranges: impl IntoIterator<Item = (usize, usize)>) -> PyResult {
    // Few parts need no second buffer.
    let mut parts: SmallVec<[Owned; 12]> = SmallVec::new();
    for (start, end) in ranges {
        let part = substring(vm, this, start, end)?;
        if parts.len() == parts.capacity() { parts.try_reserve(parts.len()).map_err(|_| vm.no_memory())? }
        parts.push(part);
    }
    Ok(vm.new_list(parts)?.into_obj())
}

fn max_cuts(vm: &mut Vm, arg: Option<&Owned>) -> PyResult<usize> {
    let n = count_arg(vm, arg, -1)?;
    Ok(if n < 0 { usize::MAX } else { n as usize })
}

/// The separator, `None` for white space.
fn separator<'a>(vm: &mut Vm, arg: Option<&'a Owned>) -> PyResult<Option<&'a PyStr>> {
    let Some(arg) = arg.filter(|a| !vm.is_none(a)) else { return Ok(None) };
    let Some(s) = arg.cast::<PyStr>() else {
        let t = arg.type_name(vm);
        return Err(vm.type_error(format!("must be str or None, not {t}")));
    };
    if s.is_empty() { Err(vm.value_error("empty separator")) } else { Ok(Some(s)) }
}

pub(super) fn split(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let max = max_cuts(vm, args[1].as_ref())?;
    let s = this_str(this);
    match separator(vm, args[0].as_ref())? {
        None => match s.as_ascii() {
            Some(text) => list_of(vm, this, split_space(text.as_bytes(), max, |c| matches!(c, 9..=13 | 28..=32)).map(|r| (r.start, r.end))),
            None => {
                let ranges: Vec<_> = with_units!(s.units(), u => split_space(u, max, is_str_space).map(|r| (r.start, r.end)).try_vec(vm)?);
                list_of(vm, this, ranges)
            }
        },
        Some(sep) if let (Some(text), Some(cut)) = (s.as_ascii(), sep.as_ascii()) => {
            let finder = Finder::new(cut.as_bytes());
            let mut at = 0;
            let whole = finder.find_iter(text.as_bytes()).take(max).map(Some).chain([None]).map(|place| {
                let start = at;
                match place { Some(place) => { at = place + cut.len(); (start, place) } None => (start, text.len()) }
            });
            list_of(vm, this, whole)
        }
        Some(sep) => {
            let cuts = places(vm, s.units(), sep.units(), max)?;
            let mut ranges = Vec::new();
            ranges.try_reserve_exact(cuts.len() + 1).map_err(|_| vm.no_memory())?;
            let mut at = 0;
            for cut in cuts { ranges.push((at, cut)); at = cut + sep.len() }
            ranges.push((at, s.len()));
            list_of(vm, this, ranges)
        }
    }
}

pub(super) fn rsplit(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let max = max_cuts(vm, args[1].as_ref())?;
    let s = this_str(this);
    let mut ranges: Vec<(usize, usize)> = match separator(vm, args[0].as_ref())? {
        None => with_units!(s.units(), u => rsplit_space(u, max, is_str_space).map(|r| (r.start, r.end)).try_vec(vm)?),
        Some(sep) => {
            let cuts = places_back(vm, s.units(), sep.units(), max)?;
            let mut ranges = Vec::new();
            ranges.try_reserve_exact(cuts.len() + 1).map_err(|_| vm.no_memory())?;
            let mut end = s.len();
            for cut in cuts { ranges.push((cut + sep.len(), end)); end = cut }
            ranges.push((0, end));
            ranges
        }
    };
    ranges.reverse();
    list_of(vm, this, ranges)
}

pub(super) fn splitlines(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let keep = match &args[0] { Some(k) => vm.truth(k)?, None => false };
    let s = this_str(this);
    let ranges: Vec<_> = with_units!(s.units(), u => lines(u, is_str_linebreak).map(|l| (l.start, if keep { l.next } else { l.end })).try_vec(vm)?);
    list_of(vm, this, ranges)
}

fn cut_in_three(vm: &mut Vm, this: &Owned, sep: &Owned, last: bool) -> PyResult {
    let Some(needle) = sep.cast::<PyStr>() else {
        let t = sep.type_name(vm);
        return Err(vm.type_error(format!("must be str, not {t}")));
    };
    if needle.is_empty() { return Err(vm.value_error("empty separator")) }
    let s = this_str(this);
    let found = if last { find::rfind_units(s.units(), needle.units()) } else { find::find_units(s.units(), needle.units()) };
    let empty = vm.consts.empty_str.clone();
    let parts = match found.map_err(|_| vm.no_memory())? {
        Some(at) => [substring(vm, this, 0, at)?, sep.clone(), substring(vm, this, at + needle.len(), s.len())?],
        None if last => [empty.clone(), empty, exact(vm, this)?],
        None => [exact(vm, this)?, empty.clone(), empty],
    };
    Ok(vm.new_tuple(parts)?.into_obj())
}


pub(super) fn partition(vm: &mut Vm, this: &Owned, sep: &Owned) -> PyResult { cut_in_three(vm, this, sep, false) }
pub(super) fn rpartition(vm: &mut Vm, this: &Owned, sep: &Owned) -> PyResult { cut_in_three(vm, this, sep, true) }

pub(super) fn join(vm: &mut Vm, this: &Owned, iterable: &Owned) -> PyResult {
    let slots = iterable.type_of(vm).slots();
    if slots.iter.is_none() && slots.getitem.is_none() { return Err(vm.type_error("can only join an iterable")) }
    if iterable.is_exact::<PyList>(vm) {
        let list = iterable.cast::<PyList>().expect("law: exact list");
        // SAFETY: joining exact strs runs no Python and changes no list, so the storage stays as it is meanwhile.
        let parts: &[Owned] = unsafe { list.items.get_unguarded() };
        if parts.iter().all(|p| p.is_exact::<PyStr>(vm)) { return join_with(vm, Some(this_str(this)), parts) }
    }
    let parts = vm.collect_sized(iterable)?;
    for (i, part) in parts.iter().enumerate() {
        if part.cast::<PyStr>().is_none() {
            let t = part.type_name(vm);
            return Err(vm.type_error(format!("sequence item {i}: expected str instance, {t} found")));
        }
    }
    join_with(vm, Some(this_str(this)), &parts)
}
