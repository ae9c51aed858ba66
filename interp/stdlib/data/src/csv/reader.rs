//! `Reader`: records out of lines, by a state machine over characters.
//!
//! Not here: the dialect's rules (`dialect.rs`).

use std::cell::Cell;

use instar_object::TypeFlags;
use instar_vm::args::{check_count, Args};
use instar_vm::native::{GetSet, TypeDef};
use instar_vm::object::{Guarded, Ref};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::dialect::{self, dialect_of, Dialect};
use super::{error, State};
use crate::support::type_once;

#[derive(Clone, Copy, PartialEq, Eq)]
enum At { StartRecord, StartField, Escaped, InField, InQuoted, EscapeInQuoted, QuoteInQuoted, EatNewline, AfterEscapedNewline }

/// Payload of `Reader`.
pub struct Reader {
    input: Owned,
    dialect: Ref<Dialect>,
    line: Cell<i64>,
    /// Records begun so far: an iterator that reads from its own reader is found out by it.
    begun: Cell<u64>,
    /// Code points of the field being read, kept for its memory.
    field: Guarded<Vec<u32>>,
}
instar_vm::trace! { Reader { input, dialect } }
instar_vm::fields! { Reader { input, dialect, line, begun, field } }
instar_vm::payload!(Reader, "reader");

/// `reader(iterable, dialect='excel', **fmtparams)`
pub fn new(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let pos = args.pos();
    check_count(vm, "reader", pos.len(), 1, 2)?;
    let input = vm.iter(&pos[0])?;
    let dialect = dialect_of(vm, pos.get(1), args)?;
    Ok(vm.new_object(Reader { input, dialect, line: Cell::new(0), begun: Cell::new(0), field: Guarded::default() })?.into_obj())
}

struct Parse<'a> {
    d: &'a Dialect,
    at: At,
    field: Vec<u32>,
    unquoted: bool,
    fields: Vec<Owned>,
    limit: i64,
}

impl Parse<'_> {
    fn add(&mut self, vm: &mut Vm, c: u32) -> PyResult<()> {
        if self.field.len() as i64 >= self.limit { let n = self.limit; return Err(error(vm, &format!("field larger than field limit ({n})"))) }
        vm.push(&mut self.field, c)
    }

    fn save(&mut self, vm: &mut Vm) -> PyResult<()> {
        let mode = self.d.quoting;
        let value = if self.unquoted && self.field.is_empty() && (mode == dialect::NOTNULL || mode == dialect::STRINGS) { vm.none() } else {
            let text = vm.new_str_from_code_points(&self.field)?;
            if self.unquoted && !self.field.is_empty() && (mode == dialect::NONNUMERIC || mode == dialect::STRINGS) {
                let float = vm.types.float.obj().clone();
                vm.call1(&float, &text)?
            } else { text }
        };
        self.field.clear();
        self.unquoted = true;
        vm.push(&mut self.fields, value)
    }

    /// `None` is the end of a line.
    fn step(&mut self, vm: &mut Vm, c: Option<u32>) -> PyResult<()> {
        let newline = matches!(c, Some(10 | 13));
        let after = if c.is_none() { At::StartRecord } else { At::EatNewline };
        let is = |mark: Option<u32>| c.is_some() && c == mark;
        let (quoting, escape) = (self.d.quoting != dialect::NONE, self.d.escapechar);
        match self.at {
            At::StartRecord if c.is_none() => {}
            At::StartRecord if newline => self.at = At::EatNewline,
            At::StartRecord | At::StartField => {
                self.at = At::StartField;
                if newline || c.is_none() { self.save(vm)?; self.at = after }
                else if quoting && is(self.d.quotechar) { self.unquoted = false; self.at = At::InQuoted }
                else if is(escape) { self.at = At::Escaped }
                else if c == Some(32) && self.d.skipinitialspace {}
                else if is(Some(self.d.delimiter)) { self.save(vm)? }
                else if let Some(c) = c { self.add(vm, c)?; self.at = At::InField }
            }
            At::Escaped if newline => { self.add(vm, c.unwrap_or(10))?; self.at = At::AfterEscapedNewline }
            At::Escaped => { self.add(vm, c.unwrap_or(10))?; self.at = At::InField }
            At::AfterEscapedNewline if c.is_none() => {}
            At::AfterEscapedNewline | At::InField => {
                if newline || c.is_none() { self.save(vm)?; self.at = after }
                else if is(escape) { self.at = At::Escaped }
                else if is(Some(self.d.delimiter)) { self.save(vm)?; self.at = At::StartField }
                else if let Some(c) = c { self.add(vm, c)?; self.at = At::InField }
            }
            At::InQuoted => {
                if is(escape) { self.at = At::EscapeInQuoted }
                else if quoting && is(self.d.quotechar) { self.at = if self.d.doublequote { At::QuoteInQuoted } else { At::InField } }
                else if let Some(c) = c { self.add(vm, c)? }
            }
            At::EscapeInQuoted => { self.add(vm, c.unwrap_or(10))?; self.at = At::InQuoted }
            At::QuoteInQuoted => {
                if quoting && is(self.d.quotechar) { self.add(vm, c.unwrap_or(0))?; self.at = At::InQuoted }
                else if is(Some(self.d.delimiter)) { self.save(vm)?; self.at = At::StartField }
                else if newline || c.is_none() { self.save(vm)?; self.at = after }
                else if !self.d.strict { self.add(vm, c.unwrap_or(0))?; self.at = At::InField }
                else {
                    let show = |c: Option<u32>| c.and_then(char::from_u32).unwrap_or('\u{FFFD}');
                    return Err(error(vm, &format!("'{}' expected after '{}'", show(Some(self.d.delimiter)), show(self.d.quotechar))));
                }
            }
            At::EatNewline => {
                if c.is_none() { self.at = At::StartRecord }
                else if !newline { return Err(error(vm, "new-line character seen in unquoted field - do you need to open the file with newline=''?")) }
            }
        }
        Ok(())
    }
}

fn record(vm: &mut Vm, r: &Reader, p: &mut Parse<'_>) -> PyResult<bool> {
    let number = r.begun.get() + 1;
    r.begun.set(number);
    loop {
        let line = vm.next(&r.input)?;
        if r.begun.get() != number { return Err(error(vm, "iterator has already advanced the reader")) }
        let Some(line) = line else {
            if p.field.is_empty() && p.at != At::InQuoted { return Ok(false) }
            if p.d.strict { return Err(error(vm, "unexpected end of data")) }
            p.save(vm)?;
            return Ok(true);
        };
        let Some(text) = line.cast::<PyStr>() else {
            let t = line.type_name(vm);
            return Err(error(vm, &format!("iterator should return strings, not {t} (the file should be opened in text mode)")));
        };
        r.line.set(r.line.get() + 1);
        for c in text.chars() { p.step(vm, Some(c))? }
        p.step(vm, None)?;
        if p.at == At::StartRecord { return Ok(true) }
    }
}

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let r = o.cast::<Reader>().expect("law: checked by the descriptor");
    let limit = vm.state::<State>().limit;
    let dialect = r.dialect.clone();
    let mut p = Parse { d: &dialect, at: At::StartRecord, field: std::mem::take(r.field.get_mut(vm)), unquoted: true, fields: Vec::new(), limit };
    p.field.clear();
    let got = record(vm, r, &mut p);
    let fields = std::mem::take(&mut p.fields);
    *r.field.get_mut(vm) = p.field;
    if !got? { return Ok(None) }
    Ok(Some(vm.new_list(fields)?.into_obj()))
}

fn this(o: &Owned) -> &Reader { o.cast::<Reader>().expect("law: checked by the descriptor") }

static DEF: TypeDef = TypeDef {
    doc: "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.\n",
    sig: "",
    methods: &[],
    getset: &[GetSet::ro("dialect", |_, o| Ok(this(o).dialect.obj().clone())), GetSet::ro("line_num", |vm, o| vm.new_int(this(o).line.get()))],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let ty = type_once::<Reader>(vm, "_csv", "reader", None, TypeFlags::GC.bits(), Slots { iter: Some(|_, o| Ok(o.clone())), next: Some(next), ..Slots::default() }, &DEF)?;
    ty.set_flag(vm_flags::NO_NEW, true);
    Ok(ty)
}
