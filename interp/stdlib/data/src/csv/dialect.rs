//! `Dialect`: what separates, quotes and ends fields.
//!
//! Not here: the registry of names (`mod.rs`).

use instar_vm::args::Args;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::int::{int_ref, is_exact_int};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::registered;
use crate::support::type_once;

/// When fields are quoted, by number.
pub const QUOTING: [&str; 6] = ["QUOTE_MINIMAL", "QUOTE_ALL", "QUOTE_NONNUMERIC", "QUOTE_NONE", "QUOTE_STRINGS", "QUOTE_NOTNULL"];
pub const ALL: u8 = 1;
pub const NONNUMERIC: u8 = 2;
pub const NONE: u8 = 3;
pub const STRINGS: u8 = 4;
pub const NOTNULL: u8 = 5;

/// Payload of `Dialect`.
pub struct Dialect {
    /// Between fields.
    pub delimiter: u32,
    /// Around fields.
    pub quotechar: Option<u32>,
    /// Before what loses its meaning.
    pub escapechar: Option<u32>,
    /// When to quote.
    pub quoting: u8,
    /// A quote inside quotes is doubled.
    pub doublequote: bool,
    /// Blanks after a delimiter mean nothing.
    pub skipinitialspace: bool,
    /// Bad input is an error.
    pub strict: bool,
    /// After a record: code points, and the str.
    pub lineterminator: Box<[u32]>,
    terminator: Owned,
}
instar_vm::trace! { Dialect { terminator } }
instar_vm::fields! { Dialect { delimiter, quotechar, escapechar, quoting, doublequote, skipinitialspace, strict, lineterminator, terminator } }
instar_vm::payload!(Dialect, "Dialect");

impl Dialect {
    /// Whether `c` is part of what ends a record.
    pub fn ends_record(&self, c: u32) -> bool { self.lineterminator.contains(&c) }
}

const NAMES: [&str; 9] = ["dialect", "delimiter", "doublequote", "escapechar", "lineterminator", "quotechar", "quoting", "skipinitialspace", "strict"];

fn character(vm: &mut Vm, name: &str, o: Option<&Owned>, default: Option<u32>, or_none: bool) -> PyResult<Option<u32>> {
    let Some(o) = o else { return Ok(default) };
    if or_none && vm.is_none(o) { return Ok(None) }
    let also = if or_none { " or None" } else { "" };
    match o.cast::<PyStr>() {
        Some(s) if s.len() == 1 => Ok(s.get(0)),
        Some(s) => { let n = s.len(); Err(vm.type_error(format!("\"{name}\" must be a unicode character{also}, not a string of length {n}"))) }
        None => { let t = o.type_name(vm); Err(vm.type_error(format!("\"{name}\" must be a unicode character{also}, not {t}"))) }
    }
}

fn flag(vm: &mut Vm, o: Option<&Owned>, default: bool) -> PyResult<bool> { match o { Some(o) => vm.truth(o), None => Ok(default) } }

/// The arguments of a dialect: its own names, from keywords.
fn keywords(vm: &mut Vm, args: Args<'_>, given: &mut [Option<Owned>; 9]) -> PyResult<()> {
    for (key, value) in args.keywords() {
        let text = key.cast::<PyStr>().map(|k| k.to_string_lossy()).unwrap_or_default();
        match NAMES.iter().position(|n| **n == *text) {
            Some(i) => given[i] = Some(value.clone()),
            None => return Err(vm.type_error(format!("this function got an unexpected keyword argument '{text}'"))),
        }
    }
    Ok(())
}

/// A dialect from a base (object, name or None) and keywords.
pub fn from_arguments(vm: &mut Vm, base: Option<&Owned>, args: Args<'_>) -> PyResult {
    let mut given: [Option<Owned>; 9] = Default::default();
    given[0] = base.cloned();
    keywords(vm, args, &mut given)?;
    let ty = vm.types.native_type::<Dialect>().clone();
    build(vm, &ty, given)
}

/// The typed dialect of [`from_arguments`].
pub fn dialect_of(vm: &mut Vm, base: Option<&Owned>, args: Args<'_>) -> PyResult<Ref<Dialect>> {
    let made = from_arguments(vm, base, args)?;
    Ref::try_from(made).map_err(|_| vm.system_error("a dialect expected"))
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let mut given: [Option<Owned>; 9] = Default::default();
    if args.pos().len() > 9 { let n = args.values().len(); return Err(vm.type_error(format!("function takes at most 9 arguments ({n} given)"))) }
    for (slot, value) in given.iter_mut().zip(args.pos()) { *slot = Some(value.clone()) }
    keywords(vm, args, &mut given)?;
    build(vm, ty, given)
}

fn build(vm: &mut Vm, ty: &TypeRef, mut given: [Option<Owned>; 9]) -> PyResult {
    if let Some(base) = given[0].take().filter(|b| !vm.is_none(b)) {
        let base = if base.cast::<PyStr>().is_some() { registered(vm, &base)? } else { base };
        if base.cast::<Dialect>().is_some() && given[1..].iter().all(Option::is_none) && ty.ptr() == vm.types.native_type::<Dialect>().ptr() { return Ok(base) }
        for (slot, name) in given.iter_mut().zip(NAMES).skip(1).filter(|(slot, _)| slot.is_none()) {
            let key = vm.intern(name)?;
            *slot = vm.get_attr_opt(&base, &key)?;
        }
    }
    let [_, delimiter, doublequote, escapechar, lineterminator, quotechar, quoting, skip, strict] = &given;
    let delimiter = character(vm, "delimiter", delimiter.as_ref(), Some(','.into()), false)?.unwrap_or(','.into());
    let doublequote = flag(vm, doublequote.as_ref(), true)?;
    let escapechar = character(vm, "escapechar", escapechar.as_ref(), None, true)?;
    let terminator = match lineterminator {
        None => vm.new_str("\r\n")?,
        Some(o) if o.cast::<PyStr>().is_some() => o.clone(),
        Some(o) => { let t = o.type_name(vm); return Err(vm.type_error(format!("\"lineterminator\" must be a string, not {t}"))) }
    };
    let quote = character(vm, "quotechar", quotechar.as_ref(), Some('"'.into()), true)?;
    let mut mode = match quoting {
        None => 0,
        Some(o) if is_exact_int(vm, o) => int_ref(o).and_then(|n| n.to_i64()).unwrap_or(-1),
        Some(o) => { let t = o.type_name(vm); return Err(vm.type_error(format!("\"quoting\" must be an integer, not {t}"))) }
    };
    let (skip, strict) = (flag(vm, skip.as_ref(), false)?, flag(vm, strict.as_ref(), false)?);
    if !(0..=5).contains(&mode) { return Err(vm.type_error("bad \"quoting\" value")) }
    if quotechar.as_ref().is_some_and(|q| vm.is_none(q)) && quoting.is_none() { mode = NONE.into() }
    if mode != i64::from(NONE) && quote.is_none() { return Err(vm.type_error("quotechar must be set if quoting enabled")) }
    let ends: Box<[u32]> = terminator.cast::<PyStr>().map(|s| s.chars().collect()).unwrap_or_default();
    let named = [("delimiter", Some(delimiter), true), ("escapechar", escapechar, !skip), ("quotechar", quote, !skip)];
    for (name, c, space) in named {
        let Some(c) = c else { continue };
        if c == 13 || c == 10 || c == 32 && !space { return Err(vm.value_error(format!("bad {name} value"))) }
        if ends.contains(&c) { return Err(vm.value_error(format!("bad {name} or lineterminator value"))) }
    }
    for (i, j) in [(0, 1), (0, 2), (1, 2)] {
        if named[i].1.is_some() && named[i].1 == named[j].1 { return Err(vm.value_error(format!("bad {} or {} value", named[i].0, named[j].0))) }
    }
    let payload = Dialect { delimiter, quotechar: quote, escapechar, quoting: mode as u8, doublequote, skipinitialspace: skip, strict, lineterminator: ends, terminator };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

fn this(o: &Owned) -> &Dialect { o.cast::<Dialect>().expect("law: checked by the descriptor") }

fn char_or_none(vm: &mut Vm, c: Option<u32>) -> PyResult { match c { Some(c) => vm.new_str_char(c), None => Ok(vm.none()) } }

fn no_pickle(vm: &mut Vm, o: &Owned) -> PyResult { let t = o.type_name(vm); Err(vm.type_error(format!("cannot pickle '{t}' instances"))) }

static DEF: TypeDef = TypeDef {
    doc: "CSV dialect\n\nThe Dialect type records CSV dialect options.",
    sig: "",
    methods: &[
        Def::new("__reduce__", "", Native::N0(no_pickle)).doc("raises an exception to avoid pickling"),
        Def::new("__reduce_ex__", "", Native::Var(|vm, o, _| no_pickle(vm, o), 0, 1)).doc("raises an exception to avoid pickling"),
    ],
    getset: &[
        GetSet::ro("delimiter", |vm, o| vm.new_str_char(this(o).delimiter)),
        GetSet::ro("escapechar", |vm, o| char_or_none(vm, this(o).escapechar)),
        GetSet::ro("lineterminator", |_, o| Ok(this(o).terminator.clone())),
        GetSet::ro("quotechar", |vm, o| char_or_none(vm, this(o).quotechar)),
        GetSet::ro("quoting", |vm, o| vm.new_int(this(o).quoting.into())),
        GetSet::ro("skipinitialspace", |vm, o| Ok(vm.bool(this(o).skipinitialspace))),
        GetSet::ro("doublequote", |vm, o| Ok(vm.bool(this(o).doublequote))),
        GetSet::ro("strict", |vm, o| Ok(vm.bool(this(o).strict))),
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    type_once::<Dialect>(vm, "_csv", "Dialect", None, vm_flags::BASETYPE | instar_object::TypeFlags::GC.bits(), Slots { new: Some(new), ..Slots::default() }, &DEF)
}
