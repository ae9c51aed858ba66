//! `Decimal` as other things: text, ints, floats, tuples, fractions, pickles.
//!
//! Not here: the format mini-language (`instar-base-decimal`).

use instar_base_decimal::{self as decimal, format, to_integral, Dec, FormatError, Kind, Round, Spec};
use instar_vm::args::Args;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::object::{finish, guarded, this};
use super::{current, made};

fn text_of(vm: &mut Vm, o: &Owned) -> PyResult<String> {
    let capitals = current::get(vm)?.capitals.get();
    guarded(vm, || this(o).to_sci(capitals))
}

/// `str(d)`
pub fn str(vm: &mut Vm, o: &Owned) -> PyResult { let text = text_of(vm, o)?; vm.new_str(&text) }

/// `repr(d)`
pub fn repr(vm: &mut Vm, o: &Owned) -> PyResult { let text = text_of(vm, o)?; vm.new_str(&format!("Decimal('{text}')")) }

/// `__reduce__()`
pub fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let text = vm.str(o)?;
    let parts = [o.type_of(vm).obj().clone(), vm.new_tuple([text])?.into_obj()];
    Ok(vm.new_tuple(parts)?.into_obj())
}

// ---- numbers ---------------------------------------------------------------------------------------------------------

/// Why an infinity or a NaN is no such thing.
#[cold]
fn no_number(vm: &mut Vm, d: &Dec, what: &str) -> Raised {
    if d.is_nan() { vm.value_error(format!("cannot convert NaN to {what}")) } else { vm.overflow_error(format!("cannot convert Infinity to {what}")) }
}

fn to_int(vm: &mut Vm, d: &Dec, round: Round) -> PyResult {
    if !d.is_finite() { return Err(no_number(vm, d, "integer")) }
    let ctx = current::get(vm)?.ctx.get().rounding(round);
    if d.exp == 0 && let Some(n) = d.to_i64() { return vm.new_int(n) }
    let n = guarded(vm, || to_integral(d, &ctx, &mut 0).to_big())?;
    vm.new_bigint(n)
}

/// `int(d)`, `d.__trunc__()`
pub fn trunc(vm: &mut Vm, o: &Owned) -> PyResult { to_int(vm, this(o), Round::Down) }
/// `d.__floor__()`
pub fn floor(vm: &mut Vm, o: &Owned) -> PyResult { to_int(vm, this(o), Round::Floor) }
/// `d.__ceil__()`
pub fn ceil(vm: &mut Vm, o: &Owned) -> PyResult { to_int(vm, this(o), Round::Ceiling) }

/// `round(d)`, `round(d, digits)`
pub fn round(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let given = args.pos().len();
    if given > 1 || !args.kwnames().is_empty() { return Err(vm.type_error(format!("function takes at most 1 argument ({given} given)"))) }
    let Some(digits) = args.pos().first() else { return to_int(vm, this(o), Round::HalfEven) };
    let Some(n) = int_ref(digits) else { return Err(vm.type_error("optional arg must be an integer")) };
    let Some(n) = n.to_i64() else { return Err(vm.overflow_error("Python int too large to convert to C ssize_t")) };
    let unit = Dec::unit(false, n.checked_neg().unwrap_or(i64::MAX));
    let pc = current::get(vm)?;
    let (ctx, mut status) = (pc.ctx.get(), 0);
    let d = guarded(vm, || decimal::quantize(this(o), &unit, &ctx, &mut status))?;
    finish(vm, &pc, d, status)
}

fn to_f64(vm: &mut Vm, d: &Dec) -> PyResult<f64> {
    match d.kind {
        Kind::SNan => Err(vm.value_error("cannot convert signaling NaN to float")),
        Kind::Nan => Ok(if d.neg { -f64::NAN } else { f64::NAN }),
        Kind::Inf => Ok(if d.neg { f64::NEG_INFINITY } else { f64::INFINITY }),
        Kind::Finite => {
            // Numbers that both formats hold exactly make one division or product (Clinger).
            if let Some(n) = d.coef.small().and_then(|n| u64::try_from(n).ok()).filter(|n| *n < 1 << 53) && (-22..=22).contains(&d.exp) {
                let power = 10f64.powi(d.exp.unsigned_abs() as i32);
                let x = if d.exp < 0 { n as f64 / power } else { n as f64 * power };
                return Ok(if d.neg { -x } else { x });
            }
            let text = guarded(vm, || d.to_sci(true))?;
            text.parse().map_err(|_| vm.value_error("could not convert Decimal to float"))
        }
    }
}

/// `float(d)`
pub fn float(vm: &mut Vm, o: &Owned) -> PyResult { let x = to_f64(vm, this(o))?; vm.new_float(x) }

/// `complex(d)`
pub fn complex(vm: &mut Vm, o: &Owned) -> PyResult { let x = to_f64(vm, this(o))?; vm.new_complex(x, 0.0) }

/// `d.as_integer_ratio()`
pub fn as_integer_ratio(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = this(o);
    if !d.is_finite() { return Err(no_number(vm, d, "integer ratio")) }
    let (n, d) = guarded(vm, || d.ratio())?;
    let parts = [vm.new_bigint(n)?, vm.new_bigint(d)?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

/// `d.as_tuple()`
pub fn as_tuple(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = this(o);
    let exponent = match d.kind { Kind::Finite => vm.new_int(d.exp)?, Kind::Inf => vm.new_str("F")?, Kind::Nan => vm.new_str("n")?, Kind::SNan => vm.new_str("N")? };
    let text = if d.is_nan() && d.coef.is_zero() { String::new() } else { guarded(vm, || d.coef.text())? };
    let mut digits = Vec::with_capacity(text.len());
    for c in text.bytes() { digits.push(vm.new_int((c - b'0').into())?) }
    let parts = [vm.new_int(d.neg.into())?, vm.new_tuple(digits)?.into_obj(), exponent];
    let class = made(vm).tuple.clone();
    vm.call_n(&class, &parts)
}

/// `d.__sizeof__()`: words of 19 digits; four have room in the object.
pub fn sizeof(vm: &mut Vm, o: &Owned) -> PyResult {
    let words = (this(o).digits() + 18) / 19;
    vm.new_int(104 + if words > 4 { 8 * words } else { 0 })
}

// ---- formats ---------------------------------------------------------------------------------------------------------

fn format_error(vm: &mut Vm, e: FormatError) -> Raised {
    match e {
        FormatError::Invalid => vm.value_error("invalid format string"),
        FormatError::Limits => vm.value_error("format specification exceeds internal limits of _decimal"),
        FormatError::Width => vm.overflow_error("cannot fit 'int' into an index-sized integer"),
    }
}

/// The entry of an override dict, which must be a str.
fn entry(vm: &mut Vm, d: &Ref<PyDict>, key: &str) -> PyResult<Option<String>> {
    let key = vm.intern(key)?;
    let Some(value) = d.get_item(vm, &key)? else { return Ok(None) };
    match value.cast::<PyStr>() { Some(s) => s.to_owned_str(vm).map(Some), None => Err(vm.type_error("bad argument type for built-in operation")) }
}

/// Takes point, separator and grouping from the locale.
fn localize(vm: &mut Vm, spec: &mut Spec) -> PyResult<()> {
    let f = vm.import_attr("_locale", "localeconv")?;
    let conventions = vm.call0(&f)?;
    let Some(d) = conventions.cast::<PyDict>().cloned() else { return Err(vm.type_error("localeconv() must give a dict")) };
    if let Some(point) = entry(vm, &d, "decimal_point")? { spec.point = point }
    if let Some(separator) = entry(vm, &d, "thousands_sep")? { spec.separator = separator }
    let key = vm.intern("grouping")?;
    let Some(groups) = d.get_item(vm, &key)? else { return Ok(()) };
    let mut sizes = Vec::new();
    for n in vm.collect(&groups)? { sizes.push(u8::try_from(vm.index_i64(&n)?).unwrap_or(127)) }
    spec.grouping = sizes;
    Ok(())
}

/// `format(d, spec)`; a second argument overrides what the locale says.
pub fn format_method(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let given = args.pos().len();
    if !args.kwnames().is_empty() { return Err(vm.type_error("Decimal.__format__() takes no keyword arguments")) }
    let (asked, conventions) = match args.pos() {
        [s] => (s, None),
        [s, d] => (s, Some(d)),
        [] => return Err(vm.type_error("function takes at least 1 argument (0 given)")),
        _ => return Err(vm.type_error(format!("function takes at most 2 arguments ({given} given)"))),
    };
    let Some(s) = asked.cast::<PyStr>() else { return Err(vm.type_error("format arg must be str")) };
    let text = s.to_owned_str(vm)?;
    let pc = current::get(vm)?;
    let mut spec = Spec::parse(&text, pc.capitals.get()).map_err(|e| format_error(vm, e))?;
    if spec.deprecated {
        let category = vm.types.deprecation_warning.clone();
        vm.warn(&category, "Format specifier 'N' is deprecated and slated for removal in Python 3.18", 1)?;
    }
    if let Some(d) = conventions {
        let Some(d) = d.cast::<PyDict>().cloned() else { return Err(vm.type_error("optional argument must be a dict")) };
        if spec.localized { localize(vm, &mut spec)? }
        if let Some(point) = entry(vm, &d, "decimal_point")? { (spec.point, spec.pointed) = (point, true) }
        if let Some(separator) = entry(vm, &d, "thousands_sep")? { spec.separator = separator }
        if let Some(groups) = entry(vm, &d, "grouping")? { spec.grouping = groups.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(255)).collect() }
        if !spec.conventions_ok() { return Err(vm.value_error("invalid override dict")) }
    } else if spec.localized { localize(vm, &mut spec)? }
    let ctx = pc.ctx.get();
    let text = guarded(vm, || format(this(o), &spec, &ctx))?.map_err(|e| format_error(vm, e))?;
    vm.new_str(&text)
}
