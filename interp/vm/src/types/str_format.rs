//! `str.format`, `str.format_map`, `str.__format__`.
//!
//! The mini-languages are parsed by `instar-base-num`; here arguments are looked up and `__format__` is called.
//! Not here: `%` formatting (`str_percent.rs`), f-strings (compiled to calls of `Vm::format` and `types::str::join`).

use std::ops::Range;

use instar_base_codec::TextBuilder;
use instar_base_num::template::{self, split_field_name, First, Numbering, Pieces, Step};
use instar_base_num::{format_str_spec, CodePoints, Error, FormatSpec, Sink, Target};
use instar_base_text::{with_units, Unit, Units};
use smallvec::SmallVec;

use crate::args::Args;
use crate::object::{ObjExt, Owned};
use crate::types::str::{exact, this_str, PyStr};
use crate::vm::{PyResult, Vm};

/// A short text of any code points, as the output side of number formatting.
#[derive(Default)]
pub struct Codes(pub SmallVec<[u32; 48]>);

impl Sink for Codes {
    fn push_str(&mut self, text: &str) -> Result<(), Error> {
        self.0.try_reserve(text.len()).map_err(no_memory)?;
        self.0.extend(text.chars().map(u32::from));
        Ok(())
    }
    fn push_code(&mut self, code: u32, times: usize) -> Result<(), Error> {
        self.0.try_reserve(times).map_err(no_memory)?;
        self.0.extend(std::iter::repeat_n(code, times));
        Ok(())
    }
}

/// A string being built, as the output side of number and text formatting.
#[derive(Default)]
pub struct StrSink(pub TextBuilder);

fn no_memory<E>(_: E) -> Error { Error::memory() }

impl Sink for StrSink {
    fn push_str(&mut self, text: &str) -> Result<(), Error> { self.0.push_str(text).map_err(no_memory) }
    fn push_code(&mut self, code: u32, times: usize) -> Result<(), Error> {
        if times == 0 { return Ok(()) }
        self.0.reserve(times, code).map_err(no_memory)?;
        (0..times).try_for_each(|_| self.0.push(code)).map_err(no_memory)
    }
    fn push_codes<T: CodePoints + ?Sized>(&mut self, text: &T, from: usize, to: usize) -> Result<(), Error> {
        self.0.reserve(to.saturating_sub(from), 0).map_err(no_memory)?;
        (from..to).try_for_each(|i| self.0.push(text.code(i))).map_err(no_memory)
    }
}

/// A string of what was built. A text that something exact was shown as, and nothing beside it, is that object.
pub(crate) fn built(vm: &Vm, out: StrSink, shown: Option<&Owned>) -> PyResult {
    match shown {
        Some(s) if s.is_exact::<PyStr>(vm) && this_str(s).len() == out.0.len() && this_str(s).units() == out.0.units() => Ok(s.clone()),
        _ => vm.new_str_built(out.0),
    }
}

/// `format(text, spec)` for a str and a non-empty spec.
pub(crate) fn format_str(vm: &mut Vm, text: &Owned, spec: &Owned) -> PyResult {
    let name = text.type_name(vm);
    let (s, spec) = (this_str(text), this_str(spec));
    let mut out = StrSink::default();
    let done = with_units!(spec.units(), p => FormatSpec::parse_codes(p, Target::str(&name)))
        .and_then(|parsed| with_units!(s.units(), u => format_str_spec(&mut out, u, &parsed, &name)));
    match done { Ok(()) => built(vm, out, Some(text)), Err(e) => Err(vm.num_error(e)) }
}

pub(super) fn format_method(vm: &mut Vm, this: &Owned, spec: &Owned) -> PyResult {
    let Some(s) = spec.cast::<PyStr>() else {
        let t = spec.given_name(vm);
        return Err(vm.type_error(format!("__format__() argument must be str, not {t}")));
    };
    if s.is_empty() { return if this.is_exact::<PyStr>(vm) { Ok(this.clone()) } else { vm.str(this) } }
    format_str(vm, this, spec)
}

/// Where fields find their values.
#[derive(Clone, Copy)]
enum Source<'a> { Args(Args<'a>), Mapping(&'a Owned) }

struct Job<'a> {
    source: Source<'a>,
    numbering: Numbering,
    out: StrSink,
    /// What the last field was shown as.
    shown: Option<Owned>,
}

pub(super) fn format(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult { run(vm, this, Source::Args(args)) }

pub(super) fn format_map(vm: &mut Vm, this: &Owned, mapping: &Owned) -> PyResult { run(vm, this, Source::Mapping(mapping)) }

fn run(vm: &mut Vm, this: &Owned, source: Source<'_>) -> PyResult {
    let s = this_str(this);
    let mut job = Job { source, numbering: Numbering::default(), out: StrSink::default(), shown: None };
    if with_units!(s.units(), u => !u.iter().any(|c| matches!((*c).into(), 0x7Bu32 | 0x7Du32))) {
        // CPython gives the object itself, of whatever subclass.
        return if s.is_empty() { exact(vm, this) } else { Ok(this.clone()) };
    }
    with_units!(s.units(), u => job.render(vm, u, 0..u.len(), 2))?;
    built(vm, job.out, job.shown.as_ref())
}

fn units_of<U: Unit>(text: &[U], range: Range<usize>) -> Units<'_> {
    let part = &text[range];
    // SAFETY: U is u8, u16 or u32 (the trait's only types), and the branch checks which.
    unsafe {
        match size_of::<U>() {
            1 => Units::Latin1(std::slice::from_raw_parts(part.as_ptr().cast(), part.len())),
            2 => Units::Ucs2(std::slice::from_raw_parts(part.as_ptr().cast(), part.len())),
            _ => Units::Ucs4(std::slice::from_raw_parts(part.as_ptr().cast(), part.len())),
        }
    }
}

impl Job<'_> {
    fn render<U: Unit>(&mut self, vm: &mut Vm, text: &[U], range: Range<usize>, depth: usize) -> PyResult<()> where [U]: CodePoints {
        if depth == 0 { return Err(vm.num_error(template::recursion_exceeded())) }
        for piece in Pieces::of_range(text, range) {
            let piece = piece.map_err(|e| vm.num_error(e))?;
            self.out.0.push_slice(&text[piece.literal]).map_err(|_| vm.no_memory())?;
            let Some(field) = piece.field else { continue };
            let mut value = self.value(vm, text, field.name)?;
            if let Some(conversion) = field.conversion {
                value = match char::from_u32(conversion) {
                    Some('r') => vm.repr(&value)?,
                    Some('s') => vm.str(&value)?,
                    Some('a') => vm.ascii(&value)?,
                    _ => return Err(vm.num_error(template::unknown_conversion(conversion))),
                };
            }
            let spec = if field.spec_nested {
                let outer = std::mem::take(&mut self.out);
                let done = self.render(vm, text, field.spec, depth - 1);
                let spec = std::mem::replace(&mut self.out, outer);
                done?;
                vm.new_str_built(spec.0)?
            } else {
                vm.new_str_from(units_of(text, field.spec))?
            };
            let shown = vm.format(&value, &spec)?;
            self.out.0.push_units(this_str(&shown).units()).map_err(|_| vm.no_memory())?;
            self.shown = Some(shown);
        }
        Ok(())
    }

    fn value<U: Unit>(&mut self, vm: &mut Vm, text: &[U], name: Range<usize>) -> PyResult where [U]: CodePoints {
        let (first, mut steps) = split_field_name(text, name).map_err(|e| vm.num_error(e))?;
        let index = self.numbering.resolve(&first).map_err(|e| vm.num_error(e))?;
        let mut value = match (index, self.source) {
            (Some(_), Source::Mapping(_)) => return Err(vm.value_error("Format string contains positional fields")),
            (Some(i), Source::Args(args)) => match args.pos().get(i) {
                Some(v) => v.clone(),
                None => return Err(vm.index_error(format!("Replacement index {i} out of range for positional args tuple"))),
            },
            (None, source) => {
                let First::Name(range) = first else { return Err(vm.system_error("field without name")) };
                let key = vm.new_str_from(units_of(text, range))?;
                match source {
                    Source::Mapping(m) => vm.get_item(m, &key)?,
                    Source::Args(args) => match args.keywords().find(|(k, _)| PyStr::eq(this_str(k), this_str(&key))) {
                        Some((_, v)) => v.clone(),
                        None => return Err(vm.key_error(&key)),
                    },
                }
            }
        };
        for step in &mut steps {
            value = match step.map_err(|e| vm.num_error(e))? {
                Step::Attribute(range) => {
                    let name = vm.new_str_from(units_of(text, range))?;
                    vm.get_attr(&value, &name)?
                }
                Step::Index(i) => {
                    let i = vm.new_int(i as i64)?;
                    vm.get_item(&value, &i)?
                }
                Step::Key(range) => {
                    let key = vm.new_str_from(units_of(text, range))?;
                    vm.get_item(&value, &key)?
                }
            };
        }
        Ok(value)
    }
}
