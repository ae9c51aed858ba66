//! `unicodedata`: the Unicode character database, current and of version 3.2.
//!
//! Not here: the tables (`instar-base-text`, `instar-base-unidata`).

use instar_base_text::normal::{self, Edition, Form, Quick};
use instar_base_text::{props, with_units, UNICODE_VERSION};
use instar_base_unidata::Named;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::{ObjExt, Owned, Ref};
use instar_vm::slots::Slots;
use instar_vm::types::dict::PyDict;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::str::PyStr;
use instar_vm::{PyResult, Vm};

/// Payload of `UCD`: the database of Unicode 3.2.
pub struct PyUcd {}

instar_vm::trace! { PyUcd {} }
instar_vm::fields! { PyUcd {} }
instar_vm::payload!(PyUcd, "UCD");

/// Whether a function was called on `ucd_3_2_0`.
fn is_old(this: &Owned) -> bool { this.cast::<PyUcd>().is_some() }

/// The code point of a one-character argument; `place` is how messages call the argument.
fn character(vm: &mut Vm, arg: &Owned, name: &str, place: &str) -> PyResult<u32> {
    match arg.cast::<PyStr>() {
        Some(s) => match s.get(0).filter(|_| s.len() == 1) {
            Some(c) => Ok(c),
            None => {
                let n = s.len();
                Err(vm.type_error(format!("{name}(): {place} must be a unicode character, not a string of length {n}")))
            }
        },
        None => {
            let t = if vm.is_none(arg) { "None".to_owned() } else { arg.type_name(vm) };
            Err(vm.type_error(format!("{name}() {place} must be a unicode character, not {t}")))
        }
    }
}

fn default(vm: &mut Vm, args: &[Owned], message: &str) -> PyResult {
    match args.get(1) { Some(d) => Ok(d.clone()), None => Err(vm.value_error(message)) }
}

/// Whether the edition knows the character.
fn known(this: &Owned, c: u32) -> bool { !is_old(this) || props::old::is_assigned(c) }

fn decimal(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let c = character(vm, &args[0], "decimal", "argument 1")?;
    // Unicode 3.2 took superscripts, subscripts and Ethiopic digits for decimal ones.
    let once = is_old(this) && matches!(c, 0xb2 | 0xb3 | 0xb9 | 0x1369..=0x1371 | 0x2070 | 0x2074..=0x2079 | 0x2080..=0x2089);
    let value = if once { props::digit_value(c).map(i64::from) } else { props::decimal_value(c).map(i64::from) };
    match value.filter(|_| known(this, c)) { Some(n) => vm.new_int(n), None => default(vm, args, "not a decimal") }
}

fn digit(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let c = character(vm, &args[0], "digit", "argument 1")?;
    // CPython has no older table for these.
    match props::digit_value(c) { Some(n) => vm.new_int(i64::from(n)), None => default(vm, args, "not a digit") }
}

fn numeric(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let c = character(vm, &args[0], "numeric", "argument 1")?;
    let value = if is_old(this) { props::old::numeric_value(c) } else { props::numeric_value(c).map(|(n, d)| n as f64 / f64::from(d)) };
    match value { Some(x) => vm.new_float(x), None => default(vm, args, "not a numeric character") }
}

fn category(vm: &mut Vm, this: &Owned, arg: &Owned) -> PyResult {
    let c = character(vm, arg, "category", "argument")?;
    vm.new_str(if is_old(this) { props::old::category(c) } else { props::category(c) })
}

fn bidirectional(vm: &mut Vm, this: &Owned, arg: &Owned) -> PyResult {
    let c = character(vm, arg, "bidirectional", "argument")?;
    vm.new_str(if is_old(this) { props::old::bidirectional(c) } else { props::bidirectional(c) })
}

fn combining(vm: &mut Vm, this: &Owned, arg: &Owned) -> PyResult {
    let c = character(vm, arg, "combining", "argument")?;
    vm.new_int(if known(this, c) { i64::from(props::combining(c)) } else { 0 })
}

fn mirrored(vm: &mut Vm, this: &Owned, arg: &Owned) -> PyResult {
    let c = character(vm, arg, "mirrored", "argument")?;
    vm.new_int(i64::from(if is_old(this) { props::old::mirrored(c) } else { props::mirrored(c) }))
}

fn east_asian_width(vm: &mut Vm, this: &Owned, arg: &Owned) -> PyResult {
    let c = character(vm, arg, "east_asian_width", "argument")?;
    vm.new_str(if is_old(this) { props::old::east_asian_width(c) } else { props::east_asian_width(c) })
}

fn decomposition(vm: &mut Vm, this: &Owned, arg: &Owned) -> PyResult {
    let c = character(vm, arg, "decomposition", "argument")?;
    let edition = if is_old(this) { Edition::Old } else { Edition::Current };
    let Some(mapping) = normal::decomposition(c, edition).filter(|_| known(this, c)) else { return Ok(vm.consts.empty_str.clone()) };
    let codes: Vec<String> = mapping.codes().iter().map(|c| format!("{c:04X}")).collect();
    let text = if mapping.tag.is_empty() { codes.join(" ") } else { format!("{} {}", mapping.tag, codes.join(" ")) };
    vm.new_str(&text)
}

fn form_and_text<'a>(vm: &mut Vm, form: &Owned, text: &'a Owned, name: &str) -> PyResult<(Form, &'a PyStr)> {
    let mut checked = [form, text].into_iter().enumerate();
    if let Some((i, bad)) = checked.find(|(_, o)| o.cast::<PyStr>().is_none()) {
        let t = bad.given_name(vm);
        return Err(vm.type_error(format!("{name}() argument {} must be str, not {t}", i + 1)));
    }
    let Some(s) = text.cast::<PyStr>() else { return Err(vm.system_error("not a str")) };
    match Form::from_name(&vm.repr_text_plain(form)) { Some(f) => Ok((f, s)), None => Err(vm.value_error("invalid normalization form")) }
}

fn normalize(vm: &mut Vm, this: &Owned, form: &Owned, text: &Owned) -> PyResult {
    let (form, s) = form_and_text(vm, form, text, "normalize")?;
    // What needs no change is the text itself, but never an instance of a subclass.
    let same = |vm: &mut Vm| if text.is_exact::<PyStr>(vm) { Ok(text.clone()) } else { vm.new_str_from_code_points(&s.chars().collect::<Vec<_>>()) };
    if s.is_ascii() { return same(vm) }
    let edition = if is_old(this) { Edition::Old } else { Edition::Current };
    if edition == Edition::Current && with_units!(s.units(), u => normal::quick_check(u, form)) == Quick::Yes { return same(vm) }
    let codes = with_units!(s.units(), u => normal::normalize(u, form, edition)).map_err(|_| vm.no_memory())?;
    vm.new_str_from_code_points(&codes)
}

fn is_normalized(vm: &mut Vm, this: &Owned, form: &Owned, text: &Owned) -> PyResult {
    let (form_kind, s) = form_and_text(vm, form, text, "is_normalized")?;
    let yes = if is_old(this) {
        let codes = with_units!(s.units(), u => normal::normalize(u, form_kind, Edition::Old)).map_err(|_| vm.no_memory())?;
        s.chars().eq(codes)
    } else {
        with_units!(s.units(), u => normal::is_normalized(u, form_kind)).map_err(|_| vm.no_memory())?
    };
    Ok(vm.bool(yes))
}

fn name(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let c = character(vm, &args[0], "name", "argument 1")?;
    let found = if is_old(this) { instar_base_unidata::old_name(c) } else { instar_base_unidata::name(c) };
    match found { Some(n) => vm.new_str(&n), None => default(vm, args, "no such name") }
}

/// Bytes of the longest name that is looked up at all.
const LONGEST_NAME: usize = 256;

fn lookup(vm: &mut Vm, this: &Owned, arg: &Owned) -> PyResult {
    let text = match arg.cast::<PyStr>() {
        Some(s) => s.to_string_lossy(),
        None => {
            let t = arg.type_name(vm);
            let Some(bytes) = arg.cast::<PyBytes>() else {
                let why = if vm.is_bytes_like(arg) { format!("lookup() argument must be read-only bytes-like object, not {t}") } else { format!("a bytes-like object is required, not '{t}'") };
                return Err(vm.type_error(why));
            };
            String::from_utf8_lossy(bytes.as_slice()).into_owned()
        }
    };
    if text.len() > LONGEST_NAME { let message = vm.new_str("name too long")?; return Err(vm.key_error(&message)) }
    // The old edition had neither aliases nor sequences.
    let found = if is_old(this) { instar_base_unidata::old_character(&text).map(Named::Character) } else { instar_base_unidata::lookup(&text) };
    match found {
        Some(Named::Character(c)) => vm.new_str_char(c),
        Some(Named::Sequence(codes)) => vm.new_str_from_code_points(codes),
        None => {
            let message = vm.new_str(&format!("undefined character name '{text}'"))?;
            Err(vm.key_error(&message))
        }
    }
}

macro_rules! functions {
    () => {
        &[
            Def::new("decimal", "($self, chr, default=<unrepresentable>, /)", Native::Var(decimal, 1, 2)).doc("Converts a Unicode character into its equivalent decimal value."),
            Def::new("digit", "($self, chr, default=<unrepresentable>, /)", Native::Var(digit, 1, 2)).doc("Converts a Unicode character into its equivalent digit value."),
            Def::new("numeric", "($self, chr, default=<unrepresentable>, /)", Native::Var(numeric, 1, 2)).doc("Converts a Unicode character into its equivalent numeric value."),
            Def::new("category", "($self, chr, /)", Native::N1(category)).doc("Returns the general category assigned to the character chr as string."),
            Def::new("bidirectional", "($self, chr, /)", Native::N1(bidirectional)).doc("Returns the bidirectional class assigned to the character chr as string."),
            Def::new("combining", "($self, chr, /)", Native::N1(combining)).doc("Returns the canonical combining class assigned to the character chr as integer."),
            Def::new("mirrored", "($self, chr, /)", Native::N1(mirrored)).doc("Returns the mirrored property assigned to the character chr as integer."),
            Def::new("east_asian_width", "($self, chr, /)", Native::N1(east_asian_width)).doc("Returns the east asian width assigned to the character chr as string."),
            Def::new("decomposition", "($self, chr, /)", Native::N1(decomposition)).doc("Returns the character decomposition mapping assigned to the character chr as string."),
            Def::new("is_normalized", "($self, form, unistr, /)", Native::N2(is_normalized)).doc("Return whether the Unicode string unistr is in the normal form 'form'."),
            Def::new("normalize", "($self, form, unistr, /)", Native::N2(normalize)).doc("Return the normal form 'form' for the Unicode string unistr."),
            Def::new("name", "($self, chr, default=<unrepresentable>, /)", Native::Var(name, 1, 2)).doc("Returns the name assigned to the character chr as a string."),
            Def::new("lookup", "($self, name, /)", Native::N1(lookup)).doc("Look up character by name."),
        ]
    };
}

static UCD: TypeDef = TypeDef { doc: "", sig: "", methods: functions!(), getset: &[GetSet::ro("unidata_version", |vm, _| vm.new_str("3.2.0"))] };

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let ty = vm.new_native_type::<PyUcd>("unicodedata", "UCD", None, 0, Slots::default(), &UCD)?;
    let old = vm.new_object(PyUcd {})?.into_obj();
    let version = vm.new_str(UNICODE_VERSION)?;
    for (key, value) in [("UCD", ty.obj()), ("ucd_3_2_0", &old), ("unidata_version", &version)] {
        let key = vm.intern(key)?;
        namespace.set_item(vm, &key, value)?;
    }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "unicodedata",
    doc: "This module provides access to the Unicode Character Database.",
    functions: functions!(),
    exec,
};
