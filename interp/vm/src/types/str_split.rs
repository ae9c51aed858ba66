//! Cutting and joining: `split`, `rsplit`, `splitlines`, `partition`, `rpartition`, `join`.
//!
//! Not here: where white space and line ends are (`instar-base-text`).

use std::collections::TryReserveError;

use instar_base_text::find::Finder;
use instar_base_text::split::{is_str_linebreak, is_str_space, lines, rsplit_space, split_space};
use instar_base_text::{find, with_units, Unit, Units};

use crate::object::{ObjExt, Owned};
use crate::types::str::{exact, join_with, substring, this_str, PyStr};
use crate::types::str_methods::count_arg;
use crate::vm::{PyResult, Vm};

fn starts<U: Unit>(hay: &[U], needle: &[U], max: usize) -> Vec<usize> { Finder::new(needle).find_iter(hay).take(max).collect() }

/// As [`starts`], from the right, last first.
fn starts_back<U: Unit>(hay: &[U], needle: &[U], max: usize) -> Vec<usize> {
    let (mut found, mut end) = (Vec::new(), hay.len());
    while found.len() < max && let Some(at) = find::rfind(&hay[..end], needle) {
        found.push(at);
        end = at;
    }
    found
}

macro_rules! both_widths {
    ($hay:expr, $needle:expr, $f:ident, $max:expr) => {
        match ($hay, $needle) {
            (Units::Latin1(h), Units::Latin1(n)) => $f(h, n, $max),
            (Units::Ucs2(h), Units::Ucs2(n)) => $f(h, n, $max),
            (Units::Ucs4(h), Units::Ucs4(n)) => $f(h, n, $max),
            (Units::Ucs2(h), Units::Latin1(n)) => find::convert::<u16, u8>(n)?.map_or(Vec::new(), |n| $f(h, &n, $max)),
            (Units::Ucs4(h), Units::Latin1(n)) => find::convert::<u32, u8>(n)?.map_or(Vec::new(), |n| $f(h, &n, $max)),
            (Units::Ucs4(h), Units::Ucs2(n)) => find::convert::<u32, u16>(n)?.map_or(Vec::new(), |n| $f(h, &n, $max)),
            // A wider needle holds a code point that the text cannot hold.
            _ => Vec::new(),
        }
    };
}

/// Where a non-empty needle occurs (not overlapping), from the left, at most `max` times.
pub(crate) fn places(hay: Units<'_>, needle: Units<'_>, max: usize) -> Result<Vec<usize>, TryReserveError> {
    Ok(both_widths!(hay, needle, starts, max))
}

fn places_back(hay: Units<'_>, needle: Units<'_>, max: usize) -> Result<Vec<usize>, TryReserveError> {
    Ok(both_widths!(hay, needle, starts_back, max))
}

fn list_of(vm: &mut Vm, this: &Owned, ranges: impl IntoIterator<Item = (usize, usize)>) -> PyResult {
    let mut parts = Vec::new();
    for (start, end) in ranges { parts.push(substring(vm, this, start, end)?) }
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
        None => {
            let ranges: Vec<_> = with_units!(s.units(), u => split_space(u, max, is_str_space).map(|r| (r.start, r.end)).collect());
            list_of(vm, this, ranges)
        }
        Some(sep) => {
            let cuts = places(s.units(), sep.units(), max).map_err(|_| vm.no_memory())?;
            let mut ranges = Vec::with_capacity(cuts.len() + 1);
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
        None => with_units!(s.units(), u => rsplit_space(u, max, is_str_space).map(|r| (r.start, r.end)).collect()),
        Some(sep) => {
            let cuts = places_back(s.units(), sep.units(), max).map_err(|_| vm.no_memory())?;
            let mut ranges = Vec::with_capacity(cuts.len() + 1);
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
    let ranges: Vec<_> = with_units!(s.units(), u => lines(u, is_str_linebreak).map(|l| (l.start, if keep { l.next } else { l.end })).collect());
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
    let parts = vm.collect(iterable)?;
    for (i, part) in parts.iter().enumerate() {
        if part.cast::<PyStr>().is_none() {
            let t = part.type_name(vm);
            return Err(vm.type_error(format!("sequence item {i}: expected str instance, {t} found")));
        }
    }
    join_with(vm, Some(this_str(this)), &parts)
}
