//! `re.Pattern`.
//!
//! Not here: `sub` and `subn` (`substitute.rs`), the matches (`matched.rs`).

use std::cell::Cell;

use instar_base_regex::{Mode, Pattern, State};
use instar_code::Compare;
use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::types::callable_iterator::PyCallableIter;
use instar_vm::types::dict::PyDict;
use instar_vm::types::mappingproxy::PyMappingProxy;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::run::Run;
use super::{matched, scanner, substitute};

/// Payload of a compiled pattern.
pub struct PyPattern {
    /// What it was compiled from, or None.
    pub source: Owned,
    /// Flags, those found in the pattern included.
    pub flags: i32,
    /// Group numbers by name.
    pub groupindex: Ref<PyDict>,
    /// Names by group number.
    pub indexgroup: Ref<PyTuple>,
    /// The matcher.
    pub program: Pattern,
    /// The code list, for comparing.
    pub code: Vec<u32>,
    /// Whether it is for bytes; `None` if for anything.
    pub is_bytes: Option<bool>,
    /// Working memory between runs.
    pub scratch: Cell<Option<Box<State>>>,
}
instar_vm::trace! { PyPattern { source, groupindex, indexgroup } }
instar_vm::fields! { PyPattern { source, flags, groupindex, indexgroup, program, code, is_bytes, scratch } }
instar_vm::payload!(PyPattern, "Pattern");

const SPAN: &str = "($self, /, string, pos=0, endpos=sys.maxsize)";

static DEF: TypeDef = TypeDef {
    doc: "Compiled regular expression object.", sig: "",
    methods: &[
        Def::new("match", SPAN, Native::Full(match_)).doc("Matches zero or more characters at the beginning of the string."),
        Def::new("fullmatch", SPAN, Native::Full(fullmatch)).doc("Matches against all of the string."),
        Def::new("search", SPAN, Native::Full(search)).doc("Scan through string looking for a match, and return a corresponding match object instance.\n\nReturn None if no position in the string matches."),
        Def::new("sub", "($self, /, repl, string, count=0)", Native::Bound(substitute::sub)).doc("Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl."),
        Def::new("subn", "($self, /, repl, string, count=0)", Native::Bound(substitute::subn)).doc("Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl."),
        Def::new("findall", SPAN, Native::Full(findall)).doc("Return a list of all non-overlapping matches of pattern in string."),
        Def::new("split", "($self, /, string, maxsplit=0)", Native::Bound(split)).doc("Split string by the occurrences of pattern."),
        Def::new("finditer", SPAN, Native::Full(finditer)).doc("Return an iterator over all non-overlapping matches for the RE pattern in string.\n\nFor each match, the iterator returns a match object."),
        Def::new("scanner", SPAN, Native::Full(scan)),
        Def::new("__copy__", "($self, /)", Native::N0(|_, o| Ok(o.clone()))),
        Def::new("__deepcopy__", "($self, memo, /)", Native::N1(|_, o, _| Ok(o.clone()))),
        Def::class("__class_getitem__", "($type, item, /)", Native::N1(|vm, class, item| vm.new_generic_alias(class, item))).doc("See PEP 585"),
    ],
    getset: &[
        GetSet { doc: "The pattern string from which the RE object was compiled.", ..GetSet::member("pattern", |_, o| Ok(this(o).source.clone())) },
        GetSet { doc: "The regex matching flags.", ..GetSet::member("flags", |vm, o| vm.new_int(this(o).flags.into())) },
        GetSet { doc: "The number of capturing groups in the pattern.", ..GetSet::member("groups", |vm, o| vm.new_usize(this(o).program.groups())) },
        GetSet { doc: "A dictionary mapping group names to group numbers.", ..GetSet::ro("groupindex", groupindex) },
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<()> {
    let slots = Slots { repr: Some(repr), hash: Some(hash), compare: Some(compare), ..Slots::default() };
    vm.new_native_type::<PyPattern>("re", "Pattern", None, (TypeFlags::GC.bits()) | TypeFlags::WEAKREF.bits(), slots, &DEF)?;
    Ok(())
}

/// The pattern behind `self`.
pub fn this(o: &Owned) -> &Ref<PyPattern> { o.cast().expect("law: checked by the descriptor") }

/// A run over the `string, pos, endpos` of a call.
fn run_of(vm: &mut Vm, o: &Owned, name: &str, args: Args<'_>) -> PyResult<Run> {
    match (args.pos(), args.kwnames()) {
        ([string], []) => Run::new(vm, this(o), string, None, None),
        _ => {
            let bound = args.bind(vm, name, const { &Signature::parse(SPAN) })?;
            let [Some(string), pos, endpos] = bound.as_slice() else { return Err(vm.type_error("missing required argument 'string' (pos 1)")) };
            Run::new(vm, this(o), string, pos.as_ref(), endpos.as_ref())
        }
    }
}

fn first_match(vm: &mut Vm, mut run: Run, mode: Mode) -> PyResult {
    if run.step(vm, mode)? { matched::new(vm, &run) } else { Ok(vm.none()) }
}

fn match_(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult { let run = run_of(vm, o, "match", args)?; first_match(vm, run, Mode::Match) }
fn fullmatch(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult { let run = run_of(vm, o, "fullmatch", args)?; first_match(vm, run, Mode::FullMatch) }
fn search(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult { let run = run_of(vm, o, "search", args)?; first_match(vm, run, Mode::Search) }

fn findall(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let mut run = run_of(vm, o, "findall", args)?;
    let groups = run.pattern.program.groups();
    let empty = run.subject.empty(vm);
    let mut found = Vec::new();
    while run.step(vm, Mode::Search)? {
        let item = match groups {
            0 => run.group(vm, 0, &empty)?,
            1 => run.group(vm, 1, &empty)?,
            _ => {
                let parts = (1..=groups).map(|i| run.group(vm, i, &empty)).collect::<PyResult<Vec<_>>>()?;
                vm.new_tuple(parts)?.into_obj()
            }
        };
        found.try_reserve(1).map_err(|_| vm.no_memory())?;
        found.push(item);
    }
    Ok(vm.new_list(found)?.into_obj())
}

fn split(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let [Some(string), maxsplit] = args else { return Err(vm.type_error("split() missing required argument 'string' (pos 1)")) };
    let maxsplit = match maxsplit { Some(n) => vm.size_argument(n)?, None => 0 };
    let mut run = Run::new(vm, this(o), string, None, None)?;
    let none = vm.none();
    let (mut parts, mut last, mut n) = (Vec::new(), 0, 0);
    while (maxsplit == 0 || n < maxsplit) && run.step(vm, Mode::Search)? {
        let (start, end) = run.span();
        parts.try_reserve(1 + run.pattern.program.groups()).map_err(|_| vm.no_memory())?;
        parts.push(run.subject.slice(vm, last, start)?);
        for i in 1..=run.pattern.program.groups() { parts.push(run.group(vm, i, &none)?) }
        n += 1;
        last = end;
    }
    parts.push(run.subject.slice(vm, last, run.end)?);
    Ok(vm.new_list(parts)?.into_obj())
}

fn scan(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult { let run = run_of(vm, o, "scanner", args)?; scanner::new(vm, run) }

fn finditer(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let scanner = scan(vm, o, args)?;
    let search = vm.get_attr_str(&scanner, "search")?;
    Ok(vm.new_object(PyCallableIter::new(search, vm.none()))?.into_obj())
}

fn groupindex(vm: &mut Vm, o: &Owned) -> PyResult { Ok(vm.new_object(PyMappingProxy { mapping: this(o).groupindex.obj().clone() })?.into_obj()) }

const FLAGS: [(i32, &str); 8] = [(2, "re.IGNORECASE"), (4, "re.LOCALE"), (8, "re.MULTILINE"), (16, "re.DOTALL"), (32, "re.UNICODE"),
    (64, "re.VERBOSE"), (128, "re.DEBUG"), (256, "re.ASCII")];

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let p = this(o).clone();
    // UNICODE is the rule for str patterns and not shown then.
    let mut flags = if p.source.cast::<PyStr>().is_some() && p.flags & (4 | 32 | 256) == 32 { p.flags & !32 } else { p.flags };
    let source = vm.repr_text(&p.source)?;
    let mut text = String::from("re.compile(");
    text.extend(source.chars().take(200));
    let mut names: Vec<String> = Vec::new();
    for (bit, name) in FLAGS { if flags & bit != 0 { names.push(name.to_owned()); flags &= !bit } }
    if flags != 0 { names.push(format!("{flags:#x}")) }
    if !names.is_empty() { text.push_str(", "); text.push_str(&names.join("|")) }
    text.push(')');
    vm.new_str(&text)
}

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let p = this(o).clone();
    let h = vm.hash(&p.source)? ^ i64::from(p.flags) ^ p.code.iter().fold(0i64, |h, w| h.wrapping_mul(1_000_003) ^ i64::from(*w))
        ^ p.program.groups() as i64 ^ i64::from(p.is_bytes.map_or(-1, i32::from));
    Ok(if h == -1 { -2 } else { h })
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (x, Some(y)) = (this(a).clone(), b.cast::<PyPattern>().cloned()) else { return Ok(vm.not_implemented()) };
    let wanted = match op { Compare::Eq => true, Compare::Ne => false, _ => return Ok(vm.not_implemented()) };
    let same = a.is(b)
        || x.flags == y.flags && x.is_bytes == y.is_bytes && x.program.groups() == y.program.groups() && x.code == y.code && vm.equal(&x.source, &y.source)?;
    Ok(vm.bool(same == wanted))
}
