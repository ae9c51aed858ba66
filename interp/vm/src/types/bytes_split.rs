//! Cutting and joining `bytes` and `bytearray`.
//!
//! Not here: where white space and line ends are (`instar-base-text`).

use instar_base_text::find::{self, Finder};
use instar_base_text::split::{is_ascii_space, is_byte_linebreak, lines, rsplit_space, split_space};

use crate::fallible::CollectVec;
use crate::object::{ObjExt, Owned};
use crate::types::bytes::PyBytes;
use crate::types::bytes_methods::{make, pin, same, view};
use crate::types::list::PyList;
use crate::types::str_methods::count_arg;
use crate::vm::{PyResult, Vm};

fn list_of(vm: &mut Vm, this: &Owned, ranges: &[(usize, usize)]) -> PyResult {
    let mut parts = Vec::new();
    parts.try_reserve_exact(ranges.len()).map_err(|_| vm.no_memory())?;
    for &(start, end) in ranges {
        let whole = start == 0 && end == view(vm, this).len();
        parts.push(if whole { same(vm, this)? } else { make(vm, this, &view(vm, this)[start..end])? });
    }
    Ok(vm.new_list(parts)?.into_obj())
}

fn max_cuts(vm: &mut Vm, arg: Option<&Owned>) -> PyResult<usize> {
    let n = count_arg(vm, arg, -1)?;
    Ok(if n < 0 { usize::MAX } else { n as usize })
}

pub(super) fn split(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let max = max_cuts(vm, args[1].as_ref())?;
    let mut ranges = Vec::new();
    match args[0].as_ref().filter(|a| !vm.is_none(a)) {
        None => ranges = split_space(view(vm, this), max, is_ascii_space).map(|r| (r.start, r.end)).try_vec(vm)?,
        Some(sep) => {
            let _pin = pin(vm, this)?;
            let sep = vm.buffer(sep, false)?;
            let (hay, sep) = (view(vm, this), sep.bytes(vm));
            if sep.is_empty() { return Err(vm.value_error("empty separator")) }
            let mut at = 0;
            for cut in Finder::new(sep).find_iter(hay).take(max) { vm.push(&mut ranges, (at, cut))?; at = cut + sep.len() }
            vm.push(&mut ranges, (at, hay.len()))?;
        }
    }
    list_of(vm, this, &ranges)
}

pub(super) fn rsplit(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let max = max_cuts(vm, args[1].as_ref())?;
    let mut ranges = Vec::new();
    match args[0].as_ref().filter(|a| !vm.is_none(a)) {
        None => ranges = rsplit_space(view(vm, this), max, is_ascii_space).map(|r| (r.start, r.end)).try_vec(vm)?,
        Some(sep) => {
            let _pin = pin(vm, this)?;
            let sep = vm.buffer(sep, false)?;
            let (hay, sep) = (view(vm, this), sep.bytes(vm));
            if sep.is_empty() { return Err(vm.value_error("empty separator")) }
            let mut end = hay.len();
            while ranges.len() < max && let Some(cut) = find::rfind(&hay[..end], sep) { vm.push(&mut ranges, (cut + sep.len(), end))?; end = cut }
            vm.push(&mut ranges, (0, end))?;
        }
    }
    ranges.reverse();
    list_of(vm, this, &ranges)
}

pub(super) fn splitlines(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let keep = match &args[0] { Some(k) => vm.truth(k)?, None => false };
    let ranges: Vec<_> = lines(view(vm, this), is_byte_linebreak).map(|l| (l.start, if keep { l.next } else { l.end })).try_vec(vm)?;
    list_of(vm, this, &ranges)
}

fn cut_in_three(vm: &mut Vm, this: &Owned, sep: &Owned, last: bool) -> PyResult {
    // A bytearray copies what it looks for, from any layout.
    let copied = if this.cast::<PyBytes>().is_none() && vm.is_bytes_like(sep) { Some(vm.bytes_like(sep)?) } else { None };
    let needle = match &copied { Some(_) => None, None => Some(vm.buffer(sep, false)?) };
    let sub: &[u8] = match (&copied, &needle) { (Some(c), _) => c, (None, Some(n)) => n.bytes(vm), (None, None) => &[] };
    let hay = view(vm, this);
    if sub.is_empty() { return Err(vm.value_error("empty separator")) }
    let found = if last { find::rfind(hay, sub) } else { find::find(hay, sub) };
    let middle = |vm: &Vm| if this.cast::<PyBytes>().is_some() { Ok(sep.clone()) } else { make(vm, this, sub) };
    let parts = match found {
        Some(at) => [make(vm, this, &hay[..at])?, middle(vm)?, make(vm, this, &hay[at + sub.len()..])?],
        None if last => [make(vm, this, &[])?, make(vm, this, &[])?, same(vm, this)?],
        None => [same(vm, this)?, make(vm, this, &[])?, make(vm, this, &[])?],
    };
    Ok(vm.new_tuple(parts)?.into_obj())
}

pub(super) fn partition(vm: &mut Vm, this: &Owned, sep: &Owned) -> PyResult { cut_in_three(vm, this, sep, false) }
pub(super) fn rpartition(vm: &mut Vm, this: &Owned, sep: &Owned) -> PyResult { cut_in_three(vm, this, sep, true) }

pub(super) fn join(vm: &mut Vm, this: &Owned, iterable: &Owned) -> PyResult {
    let slots = iterable.type_of(vm).slots();
    if slots.iter.is_none() && slots.getitem.is_none() { return Err(vm.type_error("can only join an iterable")) }
    // A bytearray keeps its length while the iterable's own code runs.
    let pinned = if this.cast::<PyBytes>().is_some() { None } else { Some(vm.buffer(this, false)?) };
    let parts = vm.collect_sized(iterable)?;
    if let ([one], true) = (&parts[..], this.cast::<PyBytes>().is_some()) && one.is_exact::<PyBytes>(vm) { return Ok(one.clone()) }
    let mut buffers = Vec::new();
    buffers.try_reserve_exact(parts.len()).map_err(|_| vm.no_memory())?;
    for (i, part) in parts.iter().enumerate() {
        let Some(buffer) = vm.buffer_in_a_row(part) else {
            let t = part.type_name(vm);
            return Err(vm.type_error(format!("sequence item {i}: expected a bytes-like object, {t} found")));
        };
        buffers.push(buffer);
        if iterable.cast::<PyList>().is_some_and(|l| l.len(vm) != parts.len()) { return Err(vm.runtime_error("sequence changed size during iteration")) }
    }
    drop(pinned);
    let between = view(vm, this);
    let mut out = Vec::new();
    for (i, b) in buffers.iter().enumerate() {
        let b = b.bytes(vm);
        out.try_reserve(b.len() + between.len()).map_err(|_| vm.no_memory())?;
        if i > 0 { out.extend_from_slice(between) }
        out.extend_from_slice(b);
    }
    make(vm, this, &out)
}
