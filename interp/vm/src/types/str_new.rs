//! What the language does with a `str`: construction, text, hash, comparison, subscripts, operators; and the table of its methods.
//!
//! Not here: the methods (`str_methods.rs`, `str_split.rs`, `str_translate.rs`, `str_format.rs`), the payload (`str.rs`).

use instar_base_text::quote::{self, Keep};
use instar_base_text::{find, with_units};
use instar_base_codec::TextBuilder;
use instar_code::{Binary, Compare};

use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned};
use crate::protocol::compare::ordering_holds;
use crate::protocol::item::wrap_index;
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::slice::{nth, PySlice};
use crate::types::str::{concat, copy_to_type, exact, repeat_units, substring, this_str, PyStr};
use crate::types::str_iter::PyStrIter;
use crate::types::{str_format, str_methods as m, str_split as sp, str_translate as tr};
use crate::vm::{PyResult, Vm};

/// Docs, methods and attributes of `str`.
pub static DEF: TypeDef = TypeDef {
    doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nThe text of an object; with encoding or errors, the object's bytes decoded.",
    sig: "",
    methods: &[
        Def::new("encode", "($self, /, encoding='utf-8', errors='strict')", Native::Bound(m::encode)).doc("Encode the string with the named codec."),
        Def::new("replace", "($self, old, new, /, count=-1)", Native::Bound(m::replace)).doc("Return a copy with occurrences of old replaced by new, at most count of them."),
        Def::new("split", "($self, /, sep=None, maxsplit=-1)", Native::Bound(sp::split)).doc("Return a list of the substrings between occurrences of sep (None: white space)."),
        Def::new("rsplit", "($self, /, sep=None, maxsplit=-1)", Native::Bound(sp::rsplit)).doc("As split, but with maxsplit cut from the end."),
        Def::new("join", "($self, iterable, /)", Native::N1(sp::join)).doc("Concatenate any number of strings with this one between them."),
        Def::new("capitalize", "($self, /)", Native::N0(m::capitalize)).doc("Return a copy with the first character in title case and the rest in lower case."),
        Def::new("casefold", "($self, /)", Native::N0(m::casefold)).doc("Return a version suitable for caseless comparisons."),
        Def::new("title", "($self, /)", Native::N0(m::title)).doc("Return a version where each word is titlecased."),
        Def::new("center", "($self, width, fillchar=' ', /)", Native::Var(m::center, 1, 2)).doc("Return a centered string of length width."),
        Def::new("count", "($self, sub[, start[, end]], /)", Native::Var(m::count, 1, 3)).doc("S.count(sub[, start[, end]]) -> int\n\nNumber of occurrences of sub that do not overlap."),
        Def::new("expandtabs", "($self, /, tabsize=8)", Native::Bound(m::expandtabs)).doc("Return a copy where all tab characters are expanded using spaces."),
        Def::new("find", "($self, sub[, start[, end]], /)", Native::Var(m::find_, 1, 3)).doc("S.find(sub[, start[, end]]) -> int\n\nLowest position of sub, -1 if it does not occur."),
        Def::new("partition", "($self, sep, /)", Native::N1(sp::partition)).doc("Cut in three at the first occurrence of sep."),
        Def::new("index", "($self, sub[, start[, end]], /)", Native::Var(m::index, 1, 3)).doc("S.index(sub[, start[, end]]) -> int\n\nAs find, but ValueError if sub does not occur."),
        Def::new("ljust", "($self, width, fillchar=' ', /)", Native::Var(m::ljust, 1, 2)).doc("Return a left-justified string of length width."),
        Def::new("lower", "($self, /)", Native::N0(m::lower)).doc("Return a copy converted to lower case."),
        Def::new("lstrip", "($self, chars=None, /)", Native::Var(m::lstrip, 0, 1)).doc("Return a copy with leading white space (or characters of chars) removed."),
        Def::new("rfind", "($self, sub[, start[, end]], /)", Native::Var(m::rfind, 1, 3)).doc("S.rfind(sub[, start[, end]]) -> int\n\nHighest position of sub, -1 if it does not occur."),
        Def::new("rindex", "($self, sub[, start[, end]], /)", Native::Var(m::rindex, 1, 3)).doc("S.rindex(sub[, start[, end]]) -> int\n\nAs rfind, but ValueError if sub does not occur."),
        Def::new("rjust", "($self, width, fillchar=' ', /)", Native::Var(m::rjust, 1, 2)).doc("Return a right-justified string of length width."),
        Def::new("rstrip", "($self, chars=None, /)", Native::Var(m::rstrip, 0, 1)).doc("Return a copy with trailing white space (or characters of chars) removed."),
        Def::new("rpartition", "($self, sep, /)", Native::N1(sp::rpartition)).doc("Cut in three at the last occurrence of sep."),
        Def::new("splitlines", "($self, /, keepends=False)", Native::Bound(sp::splitlines)).doc("Return a list of the lines, with their ends if keepends."),
        Def::new("strip", "($self, chars=None, /)", Native::Var(m::strip, 0, 1)).doc("Return a copy with white space (or characters of chars) removed at both ends."),
        Def::new("swapcase", "($self, /)", Native::N0(m::swapcase)).doc("Convert upper case to lower case and the other way round."),
        Def::new("translate", "($self, table, /)", Native::N1(tr::translate)).doc("Replace each character as the table says, a mapping of ordinals to ordinals, strings or None."),
        Def::new("upper", "($self, /)", Native::N0(m::upper)).doc("Return a copy converted to upper case."),
        Def::new("startswith", "($self, prefix[, start[, end]], /)", Native::Var(m::startswith, 1, 3)).doc("S.startswith(prefix[, start[, end]]) -> bool\n\nprefix can also be a tuple of strings."),
        Def::new("endswith", "($self, suffix[, start[, end]], /)", Native::Var(m::endswith, 1, 3)).doc("S.endswith(suffix[, start[, end]]) -> bool\n\nsuffix can also be a tuple of strings."),
        Def::new("removeprefix", "($self, prefix, /)", Native::N1(m::removeprefix)).doc("Return a str with the given prefix string removed if present."),
        Def::new("removesuffix", "($self, suffix, /)", Native::N1(m::removesuffix)).doc("Return a str with the given suffix string removed if present."),
        Def::new("isascii", "($self, /)", Native::N0(m::isascii)).doc("Whether all characters are ASCII."),
        Def::new("islower", "($self, /)", Native::N0(m::islower)).doc("Whether the string is lower case."),
        Def::new("isupper", "($self, /)", Native::N0(m::isupper)).doc("Whether the string is upper case."),
        Def::new("istitle", "($self, /)", Native::N0(m::istitle)).doc("Whether the string is title-cased."),
        Def::new("isspace", "($self, /)", Native::N0(m::isspace)).doc("Whether all characters are white space and there is at least one."),
        Def::new("isdecimal", "($self, /)", Native::N0(m::isdecimal)).doc("Whether all characters are decimals and there is at least one."),
        Def::new("isdigit", "($self, /)", Native::N0(m::isdigit)).doc("Whether all characters are digits and there is at least one."),
        Def::new("isnumeric", "($self, /)", Native::N0(m::isnumeric)).doc("Whether all characters are numeric and there is at least one."),
        Def::new("isalpha", "($self, /)", Native::N0(m::isalpha)).doc("Whether all characters are alphabetic and there is at least one."),
        Def::new("isalnum", "($self, /)", Native::N0(m::isalnum)).doc("Whether all characters are alphanumeric and there is at least one."),
        Def::new("isidentifier", "($self, /)", Native::N0(m::isidentifier)).doc("Whether the string is a valid identifier."),
        Def::new("isprintable", "($self, /)", Native::N0(m::isprintable)).doc("Whether repr() shows all characters as they are."),
        Def::new("zfill", "($self, width, /)", Native::N1(m::zfill)).doc("Pad a numeric string with zeros on the left, behind the sign."),
        Def::new("format", "($self, /, *args, **kwargs)", Native::Full(str_format::format)).doc("Return a formatted version, with replacement fields from args and kwargs."),
        Def::new("format_map", "($self, mapping, /)", Native::N1(str_format::format_map)).doc("Return a formatted version, with replacement fields from mapping."),
        Def::static_("maketrans", "(x, y=<unrepresentable>, z=<unrepresentable>, /)", Native::Var(tr::maketrans, 1, 3)).doc("Return a translation table usable for str.translate()."),
        Def::new("__format__", "($self, format_spec, /)", Native::N1(str_format::format_method)).doc("Return a formatted version of the string as described by format_spec."),
        Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Return the size of the string in memory, in bytes."),
        Def::new("__getnewargs__", "($self, /)", Native::N0(getnewargs)),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.str.clone();
    let mut slots = Slots {
        new: Some(new), repr: Some(repr), str: Some(str), hash: Some(hash), compare: Some(compare), iter: Some(iter), len: Some(len),
        getitem: Some(getitem), contains: Some(contains), concat: Some(concat_slot), repeat: Some(repeat),
        ..Slots::default()
    };
    slots.binary[Binary::Mod as usize] = Some(modulo);
    vm.fill_type(&ty, slots, &DEF)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let text = match (args.pos(), args.kwnames()) {
        ([object], []) => vm.str(object)?,
        _ => text_of_args(vm, args, ty.ptr() == vm.types.str.ptr())?,
    };
    if ty.ptr() == vm.types.str.ptr() { return Ok(text) }
    copy_to_type(vm, ty, this_str(&text))
}

/// `str(...)` with an encoding; `exact`: of that type itself, which names types in messages in full.
fn text_of_args(vm: &mut Vm, args: Args<'_>, exact: bool) -> PyResult {
    let (mut parts, pos) = ([None, None, None], args.pos());
    let n = args.values().len();
    if n > 3 && !args.kwnames().is_empty() { return Err(vm.type_error(format!("str() takes at most 3 arguments ({n} given)"))) }
    crate::args::check_count(vm, "str", n, 0, 3)?;
    for (part, value) in parts.iter_mut().zip(pos) { *part = Some(value) }
    for (name, value) in args.keywords() {
        let text = vm.repr_text_plain(name);
        let Some(i) = ["object", "encoding", "errors"].iter().position(|n| *n == text) else {
            return Err(vm.type_error(format!("str() got an unexpected keyword argument '{text}'")));
        };
        if parts[i].is_some() { return Err(vm.type_error(format!("argument for str() given by name ('{text}') and position ({})", i + 1))) }
        parts[i] = Some(value);
    }
    let mut texts = [None, None];
    for (i, name) in ["encoding", "errors"].into_iter().enumerate() {
        let Some(given) = parts[i + 1] else { continue };
        if given.cast::<PyStr>().is_none() {
            let t = if exact && args.kwnames().is_empty() { vm.qualified_type_name(given) } else { given.given_name(vm) };
            return Err(vm.type_error(format!("str() argument '{name}' must be str, not {t}")));
        }
        texts[i] = Some(given.clone());
    }
    let Some(object) = parts[0] else { return Ok(vm.consts.empty_str.clone()) };
    if texts.iter().all(Option::is_none) {
        let text = vm.str(object)?;
        return Ok(text);
    }
    crate::codecs::decode_to_str(vm, object, texts[0].as_ref(), texts[1].as_ref())
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let s = this_str(this);
    if let Some(text) = s.as_ascii() && text.bytes().fold(true, |plain, b| plain & (b' '..=b'~').contains(&b) & (b != b'\'') & (b != b'\\')) {
        return vm.new_str_in_quotes(text);
    }
    let mut out = TextBuilder::with_capacity(s.len().saturating_add(2)).map_err(|_| vm.no_memory())?;
    with_units!(s.units(), u => quote::quote(u, Keep::Printable, |c| out.push(c))).map_err(|_| vm.no_memory())?;
    vm.new_str_built(out)
}

fn str(vm: &mut Vm, this: &Owned) -> PyResult { exact(vm, this) }

fn hash(vm: &mut Vm, this: &Owned) -> PyResult<i64> { Ok(this_str(this).hash(vm)) }

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    let (Some(a), Some(b)) = (this.cast::<PyStr>(), other.cast::<PyStr>()) else { return Ok(vm.not_implemented()) };
    let holds = match op {
        _ if this.is(other) => matches!(op, Compare::Eq | Compare::Le | Compare::Ge),
        Compare::Eq => PyStr::eq(a, b),
        Compare::Ne => !PyStr::eq(a, b),
        _ => ordering_holds(PyStr::cmp(a, b), op),
    };
    Ok(vm.bool(holds))
}

fn iter(vm: &mut Vm, this: &Owned) -> PyResult { PyStrIter::make(vm, this_str(this)) }

fn len(_vm: &mut Vm, this: &Owned) -> PyResult<usize> { Ok(this_str(this).len()) }

fn getitem(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    let s = this_str(this);
    if vm.has_index(key) {
        let i = vm.item_index(key)?;
        return match wrap_index(i, s.len()).and_then(|i| s.get(i)) {
            Some(c) => vm.new_str_char(c),
            None => Err(vm.index_error("string index out of range")),
        };
    }
    let Some(slice) = key.cast::<PySlice>() else {
        let t = key.type_name(vm);
        return Err(vm.type_error(format!("string indices must be integers, not '{t}'")));
    };
    let (start, _, step, count) = slice.indices(vm, s.len())?;
    if count == 0 { return Ok(vm.consts.empty_str.clone()) }
    if step == 1 { return substring(vm, this, start as usize, start as usize + count) }
    let mut out = TextBuilder::with_capacity(count).map_err(|_| vm.no_memory())?;
    with_units!(s.units(), u => (0..count).try_for_each(|n| out.push(u[nth(start, step, n)].into()))).map_err(|_| vm.no_memory())?;
    vm.new_str_built(out)
}

fn contains(vm: &mut Vm, this: &Owned, x: &Owned) -> PyResult<bool> {
    let Some(needle) = x.cast::<PyStr>() else {
        let t = x.type_name(vm);
        return Err(vm.type_error(format!("'in <string>' requires string as left operand, not {t}")));
    };
    let s = this_str(this);
    if needle.len() > s.len() { return Ok(false) }
    find::find_units(s.units(), needle.units()).map(|at| at.is_some()).map_err(|_| vm.no_memory())
}

fn concat_slot(vm: &mut Vm, this: &Owned, other: &Owned) -> PyResult {
    if this.cast::<PyStr>().is_none() { return Ok(vm.not_implemented()) }
    if other.cast::<PyStr>().is_none() {
        let t = other.type_name(vm);
        return Err(vm.type_error(format!("can only concatenate str (not \"{t}\") to str")));
    }
    concat(vm, this, other)
}

fn repeat(vm: &mut Vm, this: &Owned, times: &Owned) -> PyResult {
    if !vm.has_index(times) {
        let t = times.type_name(vm);
        return Err(vm.type_error(format!("can't multiply sequence by non-int of type '{t}'")));
    }
    let times = vm.count_index(times)?.max(0) as usize;
    if times == 1 { return exact(vm, this) }
    repeat_units(vm, this_str(this), times)
}

fn modulo(vm: &mut Vm, left: &Owned, right: &Owned) -> PyResult {
    if left.cast::<PyStr>().is_none() { return Ok(vm.not_implemented()) }
    crate::types::str_percent::format(vm, left, right)
}

fn sizeof(vm: &mut Vm, this: &Owned) -> PyResult {
    let info = &this.type_of(vm).info;
    let bytes = info.instance_bytes(this_str(this).payload_bytes());
    vm.new_int(bytes as i64)
}

fn getnewargs(vm: &mut Vm, this: &Owned) -> PyResult {
    let copy = vm.new_str_from(this_str(this).units())?;
    Ok(vm.new_tuple([copy])?.into_obj())
}
