//! "Did you mean": the closest name by CPython's weighted edit distance (Python/suggestions.c).
//!
//! Candidates for reports are the names that would have been found; callers with names of their own pass them to [`closest`].
//! Not here: the reports (`display.rs`).

use crate::object::{ObjExt, Owned, Ref};
use crate::types::exception::{attribute_error, import_error, name_error, PyException};
use crate::types::frame::PyFrame;
use crate::types::str::PyStr;
use crate::types::traceback::PyTraceback;
use crate::vm::{PyResult, Vm};

const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;
const MAX_LEN: usize = 40;
const MAX_CANDIDATES: usize = 750;

fn substitution(a: u8, b: u8) -> usize {
    if a == b { 0 } else if a.eq_ignore_ascii_case(&b) { CASE_COST } else { MOVE_COST }
}

fn distance(a: &[u8], b: &[u8], max: usize) -> usize {
    let mut a = a;
    let mut b = b;
    while let ([x, ra @ ..], [y, rb @ ..]) = (a, b) { if x != y { break } a = ra; b = rb; }
    while let ([ra @ .., x], [rb @ .., y]) = (a, b) { if x != y { break } a = ra; b = rb; }
    if a.is_empty() || b.is_empty() { return (a.len() + b.len()) * MOVE_COST }
    if a.len() > MAX_LEN || b.len() > MAX_LEN { return max + 1 }
    let (a, b) = if b.len() < a.len() { (b, a) } else { (a, b) };
    if (b.len() - a.len()) * MOVE_COST > max { return max + 1 }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (j, &cb) in b.iter().enumerate() {
        let mut diagonal = j * MOVE_COST;
        result = diagonal;
        let mut minimum = usize::MAX;
        for (i, &ca) in a.iter().enumerate() {
            let substitute = diagonal + substitution(cb, ca);
            diagonal = row[i];
            result = substitute.min(result.min(diagonal) + MOVE_COST);
            row[i] = result;
            minimum = minimum.min(result);
        }
        if minimum > max { return max + 1 }
    }
    result
}

/// The candidate closest to `name`, if one is close enough.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(&str, usize)> = None;
    for (n, c) in candidates.enumerate() {
        if n >= MAX_CANDIDATES { return None }
        if c == name { continue }
        let mut max = (name.len() + c.len() + 3) * MOVE_COST / 6;
        if let Some((_, d)) = best { max = max.min(d.saturating_sub(1)) }
        let d = distance(name.as_bytes(), c.as_bytes(), max);
        if d > max { continue }
        if best.is_none_or(|(_, b)| d < b) { best = Some((c, d)) }
    }
    best.map(|(c, _)| c)
}

/// What a report adds to the message of an AttributeError, NameError or ImportError.
pub fn hint(vm: &mut Vm, e: &Ref<PyException>, tb: Option<&Ref<PyTraceback>>) -> Option<String> {
    let text = |o: Option<Owned>| o.and_then(|o| o.cast::<PyStr>().map(|s| s.to_string_lossy()));
    let mut out = String::new();
    if e.obj().is_instance_of(vm, &vm.types.import_error) {
        let wrong = text(e.field(import_error::NAME_FROM))?;
        let best = imported(vm, e, &wrong).ok().flatten()?;
        return Some(format!(". Did you mean: '{best}'?"));
    }
    if e.obj().is_instance_of(vm, &vm.types.attribute_error) {
        let wrong = text(e.field(attribute_error::NAME))?;
        let best = attribute(vm, e, tb, &wrong).ok().flatten()?;
        return Some(format!(". Did you mean: '{best}'?"));
    }
    if !e.obj().is_instance_of(vm, &vm.types.name_error) { return None }
    let wrong = text(e.field(name_error::NAME))?;
    let best = tb.and_then(|tb| variable(vm, tb, &wrong).ok().flatten());
    if let Some(best) = &best { out.push_str(&format!(". Did you mean: '{best}'?")) }
    if crate::sysmod::names::STDLIB.contains(&wrong.as_str()) {
        out.push_str(&if best.is_some() { format!(" Or did you forget to import '{wrong}'?") } else { format!(". Did you forget to import '{wrong}'?") });
    }
    if out.is_empty() { None } else { Some(out) }
}

/// `dir(o)` as sorted text.
fn names_of(vm: &mut Vm, o: &Owned) -> PyResult<Vec<String>> {
    let key = vm.names.__dir__.clone();
    let list = match vm.lookup_special(o, &key)? { Some(dir) => vm.call0(&dir)?, None => return Ok(Vec::new()) };
    let mut names: Vec<String> = vm.collect(&list)?.iter().filter_map(|n| n.cast::<PyStr>().map(|s| s.to_string_lossy())).collect();
    names.sort();
    Ok(names)
}

fn innermost(tb: &Ref<PyTraceback>) -> Ref<PyFrame> {
    let mut at = tb.clone();
    while let Some(next) = at.next() { at = next }
    at.frame().clone()
}

fn local_self(vm: &mut Vm, frame: &Ref<PyFrame>) -> PyResult<Option<Owned>> {
    let locals = vm.get_attr_str(frame.obj(), "f_locals")?;
    let key = vm.intern("self")?;
    if vm.contains(&locals, &key)? { vm.get_item(&locals, &key).map(Some) } else { Ok(None) }
}

fn attribute(vm: &mut Vm, e: &Ref<PyException>, tb: Option<&Ref<PyTraceback>>, wrong: &str) -> PyResult<Option<String>> {
    let obj = vm.option_to_none(e.field(attribute_error::OBJ));
    let mut names = names_of(vm, &obj)?;
    let mut hide = !wrong.starts_with('_');
    if let Some(tb) = tb.filter(|_| hide)
        && local_self(vm, &innermost(tb))?.is_some_and(|s| s.is(&obj))
    {
        hide = false;
    }
    if hide { names.retain(|n| !n.starts_with('_')) }
    Ok(closest(wrong, names.iter().map(String::as_str)).map(str::to_owned))
}

fn imported(vm: &mut Vm, e: &Ref<PyException>, wrong: &str) -> PyResult<Option<String>> {
    let Some(name) = e.field(import_error::NAME) else { return Ok(None) };
    let Some(module) = vm.modules.clone().get_item(vm, &name)? else { return Ok(None) };
    let mut names = names_of(vm, &module)?;
    if !wrong.starts_with('_') { names.retain(|n| !n.starts_with('_')) }
    Ok(closest(wrong, names.iter().map(String::as_str)).map(str::to_owned))
}

fn variable(vm: &mut Vm, tb: &Ref<PyTraceback>, wrong: &str) -> PyResult<Option<String>> {
    let frame = innermost(tb);
    let mut names = Vec::new();
    let locals = vm.get_attr_str(frame.obj(), "f_locals")?;
    for mapping in [locals, frame.globals().clone(), frame.builtins().clone()] {
        names.extend(vm.collect(&mapping)?.iter().filter_map(|n| n.cast::<PyStr>().map(|s| s.to_string_lossy())));
    }
    if let Some(this) = local_self(vm, &frame)? {
        let key = vm.intern(wrong)?;
        if matches!(vm.get_attr_opt(&this, &key), Ok(Some(_))) { return Ok(Some(format!("self.{wrong}"))) }
    }
    Ok(closest(wrong, names.iter().map(String::as_str)).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_nearest_name_wins_and_far_ones_do_not() {
        assert_eq!(closest("lenght", ["length", "width"].into_iter()), Some("length"));
        assert_eq!(closest("zzzz", ["length", "width"].into_iter()), None);
    }
}
