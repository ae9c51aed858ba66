//! `%` formatting of `str`; the argument handling is shared with `bytes` (`bytes_percent.rs`).
//!
//! Not here: the mini-language and number text (`instar-base-num`).

use instar_base_num::percent::{self, Conversion, Count, Piece, Pieces};
use instar_base_num::{IntArg, Sink};
use instar_base_text::with_units;

use crate::object::{ObjExt, Owned, Ref};
use crate::types::complex::PyComplex;
use crate::types::int::{decimal, int_ref, IntRef, DECIMAL_MAX};
use crate::types::str::{this_str, PyStr};
use crate::types::str_format::{built, StrSink};
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

/// The right operand of `%`, handed out piece by piece.
pub(crate) struct PercentArgs<'a> {
    all: &'a Owned,
    tuple: Option<&'a Ref<PyTuple>>,
    /// Items handed out.
    used: usize,
    /// What a key found, while not handed out.
    keyed: Option<Owned>,
    /// A key was used: a single value counts as used or not by that alone.
    by_key: bool,
    /// Keys can be looked up in the operand.
    pub(crate) mapping: bool,
}

impl<'a> PercentArgs<'a> {
    /// For `template % all`; `textual` are operands that count as a value although they can be subscripted.
    pub(crate) fn new(vm: &Vm, all: &'a Owned, textual: bool) -> Self {
        let tuple = all.cast::<PyTuple>();
        let mapping = tuple.is_none() && !textual && all.type_of(vm).slots().getitem.is_some();
        PercentArgs { all, tuple, used: 0, keyed: None, by_key: false, mapping }
    }

    /// Looks up a mapping key.
    pub(crate) fn select(&mut self, vm: &mut Vm, key: &Owned) -> PyResult<()> {
        self.keyed = Some(vm.get_item(self.all, key)?);
        self.by_key = true;
        Ok(())
    }

    /// The next value.
    pub(crate) fn next(&mut self, vm: &mut Vm) -> PyResult {
        if let Some(v) = self.keyed.take() { return Ok(v) }
        let found = match self.tuple {
            _ if self.by_key => None,
            Some(t) => t.get(self.used),
            None if self.used == 0 => Some(self.all.clone()),
            None => None,
        };
        self.used += 1;
        found.ok_or_else(|| vm.num_error(percent::not_enough_arguments()))
    }

    /// TypeError if values are left.
    pub(crate) fn finish(&self, vm: &mut Vm, what: &str) -> PyResult<()> {
        let left = match self.tuple { Some(t) => self.used < t.len(), None => self.used == 0 };
        if left && !self.mapping { return Err(vm.num_error(percent::arguments_left(what))) }
        Ok(())
    }

    /// Fills `*` width and precision; then what is wrong behind the key counts.
    pub(crate) fn stars(&mut self, vm: &mut Vm, conversion: &mut Conversion) -> PyResult<()> {
        if conversion.width == Count::Star {
            let n = self.star(vm, isize::MAX, "Python int too large to convert to C ssize_t")?;
            if n == isize::MIN { return Err(vm.overflow_error("width too big")) }
            conversion.set_width(n);
        }
        if conversion.precision == Count::Star {
            let n = self.star(vm, i32::MAX as isize, "Python int too large to convert to C int")?;
            conversion.set_precision(n as i32);
        }
        match conversion.trouble.take() { Some(e) => Err(vm.num_error(e)), None => Ok(()) }
    }

    fn star(&mut self, vm: &mut Vm, max: isize, too_large: &str) -> PyResult<isize> {
        let value = self.next(vm)?;
        match int_ref(&value) {
            None => Err(vm.num_error(percent::star_wants_int())),
            Some(IntRef::Small(n)) if n as isize <= max && n as isize >= -max - 1 => Ok(n as isize),
            Some(_) => Err(vm.overflow_error(too_large)),
        }
    }
}

/// Writes a number for `d i u o x X e E f F g G`; `false` if the conversion is no such.
pub(crate) fn write_number(vm: &mut Vm, conversion: &Conversion, value: &Owned, out: &mut impl Sink) -> PyResult<bool> {
    match conversion.character() {
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
            let number = integer(vm, conversion, value)?;
            let arg = match int_ref(&number) {
                Some(IntRef::Small(n)) => IntArg::Small(n),
                Some(IntRef::Big(n)) => IntArg::Big(n),
                None => return Err(vm.system_error("integer expected")),
            };
            let digits = vm.settings.int_max_str_digits;
            conversion.write_int(out, arg, digits).map_err(|e| vm.num_error(e))?;
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let number = vm.to_float(value)?;
            conversion.write_float(out, number).map_err(|e| vm.num_error(e))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn integer(vm: &mut Vm, conversion: &Conversion, value: &Owned) -> PyResult {
    if int_ref(value).is_some() { return Ok(value.clone()) }
    let slots = value.type_of(vm).slots();
    let number = slots.int.is_some() || slots.float.is_some() || slots.index.is_some() || value.cast::<PyComplex>().is_some();
    let c = conversion.character();
    let whole = matches!(c, 'o' | 'x' | 'X');
    let what = if whole { "an integer" } else { "a real number" };
    if number {
        match if whole { vm.index(value) } else { vm.to_int(value) } {
            Err(e) if e.is(vm, &vm.types.type_error) => {}
            done => return done,
        }
    }
    let t = value.type_name(vm);
    Err(vm.type_error(format!("%{c} format: {what} is required, not {t}")))
}

/// The code point for `%c`.
fn character(vm: &mut Vm, value: &Owned) -> PyResult<u32> {
    if let Some(s) = value.cast::<PyStr>() {
        if s.len() == 1 && let Some(c) = s.get(0) { return Ok(c) }
        let n = s.len();
        return Err(vm.type_error(format!("%c requires an int or a unicode character, not a string of length {n}")));
    }
    let number = match vm.index(value) {
        Ok(n) => n,
        Err(e) if e.is(vm, &vm.types.type_error) => {
            let t = vm.qualified_type_name(value);
            return Err(vm.type_error(format!("%c requires an int or a unicode character, not {t}")));
        }
        Err(e) => return Err(e),
    };
    match int_ref(&number) {
        Some(IntRef::Small(n)) if (0..=0x10FFFF).contains(&n) => Ok(n as u32),
        _ => Err(vm.overflow_error("%c arg not in range(0x110000)")),
    }
}

/// The text for a template with nothing but `%s`, `%d` and `%%`, and values that are words or ASCII strs of exact types. `None` for
/// anything else, errors included: nothing has happened then.
fn plain(vm: &Vm, whole: &Owned, template: &[u8], all: &Owned) -> Option<PyResult> {
    let values = all.cast::<PyTuple>().map_or(std::slice::from_ref(all), |t| t.items());
    if template == b"%s" && let [only] = values && only.is_exact::<PyStr>(vm) { return Some(Ok(only.clone())) }
    let mut out: Vec<u8> = Vec::new();
    out.try_reserve(template.len() + DECIMAL_MAX * values.len()).ok()?;
    let (mut used, mut rest) = (0, template);
    while let Some(at) = rest.iter().position(|b| *b == b'%') {
        out.extend_from_slice(&rest[..at]);
        let kind = *rest.get(at + 1)?;
        rest = &rest[at + 2..];
        if kind == b'%' { out.push(b'%'); continue }
        let value = values.get(used)?;
        used += 1;
        match (kind, vm.plain_int(value)) {
            (b's' | b'd', Some(n)) => out.extend_from_slice(decimal(n, &mut [0; DECIMAL_MAX])),
            (b's', None) if value.is_exact::<PyStr>(vm) => {
                let text = this_str(value).as_ascii()?;
                out.try_reserve(text.len() + rest.len() + DECIMAL_MAX * values.len()).ok()?;
                out.extend_from_slice(text.as_bytes());
            }
            _ => return None,
        }
    }
    if used != values.len() { return None }
    if rest.len() == template.len() && !rest.is_empty() { return Some(Ok(whole.clone())) }
    out.extend_from_slice(rest);
    Some(vm.new_str_ascii(&out))
}

/// `template % all` for a str template.
pub(crate) fn format(vm: &mut Vm, template: &Owned, all: &Owned) -> PyResult {
    let text = this_str(template);
    if let Some(done) = text.as_ascii().and_then(|t| plain(vm, template, t.as_bytes(), all)) { return done }
    let mut args = PercentArgs::new(vm, all, all.cast::<PyStr>().is_some());
    let (mut out, mut shown, mut verbatim) = (StrSink::default(), None, true);
    let units = text.units();
    macro_rules! run { ($u:expr) => { for piece in Pieces::of_str($u, args.mapping) {
        match piece.map_err(|e| vm.num_error(e))? {
            Piece::Literal(range) => out.0.push_slice(&$u[range]).map_err(|_| vm.no_memory())?,
            Piece::Value(conversion) => {
                if let Some(range) = conversion.key.clone() && let Some(key) = units.slice(range.start, range.end) {
                    let key = vm.new_str_from(key)?;
                    args.select(vm, &key)?;
                }
                verbatim = false;
                shown = convert(vm, &mut args, conversion, &mut out)?;
            }
        }
    } } }
    with_units!(units, u => run!(u));
    args.finish(vm, "string")?;
    // Without a conversion CPython gives the template itself, of whatever subclass.
    if verbatim && out.0.len() == text.len() && !text.is_empty() { return Ok(template.clone()) }
    built(vm, out, shown.as_ref())
}

/// Writes the next value; gives the text that it was shown as, where it is shown as one.
fn convert(vm: &mut Vm, args: &mut PercentArgs<'_>, mut conversion: Conversion, out: &mut StrSink) -> PyResult<Option<Owned>> {
    args.stars(vm, &mut conversion)?;
    let value = args.next(vm)?;
    let text = match conversion.character() {
        's' => vm.str(&value)?,
        'r' => vm.repr(&value)?,
        'a' => vm.ascii(&value)?,
        'c' => {
            let code = character(vm, &value)?;
            return conversion.write_character(out, code).map(|()| None).map_err(|e| vm.num_error(e));
        }
        _ => return if write_number(vm, &conversion, &value, out)? { Ok(None) } else { Err(vm.num_error(conversion.unsupported())) },
    };
    with_units!(this_str(&text).units(), u => conversion.write_text(out, u)).map_err(|e| vm.num_error(e))?;
    Ok(Some(text))
}
