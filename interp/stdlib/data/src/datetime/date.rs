//! `date`: a day of the calendar.
//!
//! Its methods also serve `datetime`, which has another payload: they read the day through [`ymd`]. Not here: ISO week dates as
//! objects (`iso_date.rs`).

use std::cell::Cell;

use instar_code::{Binary, Compare};
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::{BinaryFn, Slots};
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::calendar as cal;
use super::datetime_type::{is_datetime, DateTime};
use super::delta::{self, delta};
use super::{format, iso, iso_date, local, tp_name};
use crate::support::{bind_unnamed, c_int, type_once};

/// Payload of `date`.
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
    hash: Cell<i64>,
}

instar_vm::trace! { Date { } }
instar_vm::fields! { Date { year, month, day, hash } }
instar_vm::payload!(Date, "date");

/// Year, month and day of a date or datetime.
pub fn day_of(o: &Owned) -> Option<(i32, i32, i32)> {
    if let Some(d) = o.cast::<Date>() { return Some((d.year.into(), d.month.into(), d.day.into())) }
    o.cast::<DateTime>().map(|d| d.ymd())
}

/// The day of a receiver.
pub fn ymd(o: &Owned) -> (i32, i32, i32) { day_of(o).expect("law: checked by the descriptor") }

/// ValueError unless there is such a day.
pub fn check_day(vm: &mut Vm, (year, month, day): (i32, i32, i32)) -> PyResult<()> {
    if !(cal::YEAR_MIN..=cal::YEAR_MAX).contains(&year) { return Err(bad_year(vm, year)) }
    if !(1..=12).contains(&month) { return Err(vm.value_error(format!("month must be in 1..12, not {month}"))) }
    let last = cal::days_in_month(year, month);
    if day < 1 || day > last { return Err(vm.value_error(format!("day {day} must be in range 1..{last} for month {month} in year {year}"))) }
    Ok(())
}

/// ValueError of a year out of range.
#[cold]
pub fn bad_year(vm: &mut Vm, year: i32) -> Raised { vm.value_error(format!("year must be in {}..{}, not {year}", cal::YEAR_MIN, cal::YEAR_MAX)) }

fn of_type(vm: &mut Vm, ty: &TypeRef, day: (i32, i32, i32)) -> PyResult {
    check_day(vm, day)?;
    Ok(vm.new_object_of(ty, Date { year: day.0 as u16, month: day.1 as u8, day: day.2 as u8, hash: Cell::new(-1) })?.into_obj())
}

/// A `date`.
pub fn new_date(vm: &mut Vm, day: (i32, i32, i32)) -> PyResult { let ty = vm.types.native_type::<Date>().clone(); of_type(vm, &ty, day) }

/// `class(year, month, day)`, made directly for the types of this module.
fn of_class(vm: &mut Vm, class: &Owned, day: (i32, i32, i32)) -> PyResult {
    if class.is(vm.types.native_type::<Date>().obj()) { return new_date(vm, day) }
    if class.is(vm.types.native_type::<DateTime>().obj()) { return super::datetime_type::midnight(vm, day) }
    let args = [vm.new_int(day.0.into())?, vm.new_int(day.1.into())?, vm.new_int(day.2.into())?];
    vm.call_n(class, &args)
}

/// The bytes of a pickled state: a bytes object, or the str that Python 2's pickles become.
pub fn state_bytes(vm: &mut Vm, o: &Owned, size: usize, what: &str, sane: fn(&[u8]) -> bool) -> PyResult<Option<Vec<u8>>> {
    if let Some(b) = o.cast::<PyBytes>() { return Ok(Some(b.as_slice()).filter(|b| b.len() == size && sane(b)).map(<[u8]>::to_vec)) }
    let Some(s) = o.cast::<PyStr>().filter(|s| s.len() == size) else { return Ok(None) };
    let codes: Vec<u32> = s.chars().collect();
    let low: Vec<u8> = codes.iter().map(|c| *c as u8).collect();
    let looks = codes.iter().zip(&low).all(|(c, b)| *c == u32::from(*b));
    if looks { return Ok(Some(low).filter(|b| sane(b))) }
    // What decides whether it is a state at all is one character; the others may then be no bytes.
    if sane(&codes.iter().map(|c| u8::try_from(*c).unwrap_or(255)).collect::<Vec<_>>()) {
        return Err(vm.value_error(format!("Failed to encode latin1 string when unpickling a {what} object. pickle.load(data, encoding='latin1') is assumed.")));
    }
    Ok(None)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    if let ([state], []) = (args.pos(), args.kwnames()) {
        let state = state_bytes(vm, state, 4, "date", |b| (1..=12).contains(&b[2]))?;
        if let Some(b) = state {
            let payload = Date { year: u16::from_be_bytes([b[0], b[1]]), month: b[2], day: b[3], hash: Cell::new(-1) };
            return Ok(vm.new_object_of(ty, payload)?.into_obj());
        }
    }
    // Arguments are converted one by one: what is wrong with the first comes before what is missing.
    if let Some(first) = args.pos().first() { c_int(vm, first)?; }
    let bound = bind_unnamed(vm, args, &["year", "month", "day"], 3, 3)?;
    let mut n = [0; 3];
    for (n, o) in n.iter_mut().zip(bound.iter().flatten()) { *n = c_int(vm, o)? }
    of_type(vm, ty, (n[0], n[1], n[2]))
}

// ---- other constructors ----------------------------------------------------------------------------------------------

fn today(vm: &mut Vm, class: &Owned) -> PyResult {
    let clock = vm.import_attr("time", "time")?;
    let now = vm.call0(&clock)?;
    let key = vm.intern("fromtimestamp")?;
    vm.call_method(class, &key, &[now])
}

fn fromtimestamp(vm: &mut Vm, class: &Owned, stamp: &Owned) -> PyResult {
    let t = local::seconds(vm, stamp)?;
    let tm = local::localtime(vm, t)?;
    of_class(vm, class, (tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday))
}

fn fromordinal(vm: &mut Vm, class: &Owned, n: &Owned) -> PyResult {
    let n = c_int(vm, n)?;
    if n < 1 { return Err(vm.value_error("ordinal must be >= 1")) }
    of_class(vm, class, cal::from_ordinal(n))
}

fn fromisoformat(vm: &mut Vm, class: &Owned, text: &Owned) -> PyResult {
    let Some(s) = text.cast::<PyStr>() else { return Err(vm.type_error("fromisoformat: argument must be str")) };
    let day = s.as_ascii().filter(|t| matches!(t.len(), 7 | 8 | 10)).and_then(|t| iso::date(t.as_bytes()));
    match day { Some(day) => of_class(vm, class, day), None => Err(iso::invalid(vm, text)) }
}

fn fromisocalendar(vm: &mut Vm, class: &Owned, args: &[Option<Owned>]) -> PyResult {
    let mut n = [0; 3];
    for (n, o) in n.iter_mut().zip(args.iter().flatten()) {
        *n = match c_int(vm, o) {
            Err(e) if e.is(vm, &vm.types.overflow_error) => return Err(vm.value_error("ISO calendar component out of range")),
            r => r?,
        };
    }
    match cal::from_iso(n[0], n[1], n[2]) {
        Ok(day) => of_class(vm, class, day),
        Err(cal::IsoError::Year) => Err(bad_year(vm, n[0])),
        Err(cal::IsoError::Week) => Err(vm.value_error(format!("Invalid week: {}", n[1]))),
        Err(cal::IsoError::Day) => Err(vm.value_error(format!("Invalid weekday: {} (range is [1, 7])", n[2]))),
    }
}

/// `_strptime._strptime_datetime_*(class, text, format)`
pub fn strptime(vm: &mut Vm, class: &Owned, args: &[Owned], function: &str) -> PyResult {
    for (i, a) in args.iter().enumerate() {
        if a.cast::<PyStr>().is_none() {
            let t = a.type_name(vm);
            return Err(vm.type_error(format!("strptime() argument {} must be str, not {}", i + 1, if vm.is_none(a) { "None" } else { &t })));
        }
    }
    let f = vm.import_attr("_strptime", function)?;
    vm.call_n(&f, &[class.clone(), args[0].clone(), args[1].clone()])
}

// ---- arithmetic, comparison ------------------------------------------------------------------------------------------

fn shift(vm: &mut Vm, o: &Owned, d: &Owned, sign: i32) -> PyResult {
    let (y, m, day) = ymd(o);
    let days = delta(d).map_or(0, |d| d.days);
    let ordinal = i64::from(cal::to_ordinal(y, m, day)) + i64::from(sign) * i64::from(days);
    match i32::try_from(ordinal).ok().filter(|n| (1..=cal::ORDINAL_MAX).contains(n)) {
        Some(n) => { let class = o.type_of(vm).obj().clone(); of_class(vm, &class, cal::from_ordinal(n)) }
        None => Err(vm.overflow_error("date value out of range")),
    }
}

fn add(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    if is_datetime(a) || is_datetime(b) { return Ok(vm.not_implemented()) }
    if day_of(a).is_some() { return if delta(b).is_some() { shift(vm, a, b, 1) } else { Ok(vm.not_implemented()) } }
    if delta(a).is_some() && day_of(b).is_some() { shift(vm, b, a, 1) } else { Ok(vm.not_implemented()) }
}

fn sub(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    if is_datetime(a) || is_datetime(b) { return Ok(vm.not_implemented()) }
    match (day_of(a), day_of(b)) {
        (Some(x), Some(y)) => delta::from_parts(vm, i64::from(cal::to_ordinal(x.0, x.1, x.2) - cal::to_ordinal(y.0, y.1, y.2)), 0, 0),
        (Some(_), None) if delta(b).is_some() => shift(vm, a, b, -1),
        _ => Ok(vm.not_implemented()),
    }
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (Some(x), Some(y), false) = (day_of(a), day_of(b), is_datetime(b)) else { return Ok(vm.not_implemented()) };
    let holds = instar_vm::protocol::compare::ordering_holds(x.cmp(&y), op);
    Ok(vm.bool(holds))
}

fn state(o: &Owned) -> [u8; 4] { let (y, m, d) = ymd(o); [(y >> 8) as u8, y as u8, m as u8, d as u8] }

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let Some(d) = o.cast::<Date>() else { return Err(vm.system_error("date expected")) };
    if d.hash.get() == -1 { d.hash.set(vm.hash_key().hash_bytes(&state(o))) }
    Ok(d.hash.get())
}

// ---- text, parts -----------------------------------------------------------------------------------------------------

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let (y, m, d) = ymd(o);
    let name = tp_name(vm, o);
    vm.new_str(&format!("{name}({y}, {m}, {d})"))
}

fn isoformat(vm: &mut Vm, o: &Owned) -> PyResult { let (y, m, d) = ymd(o); vm.new_str(&format!("{y:04}-{m:02}-{d:02}")) }

fn str(vm: &mut Vm, o: &Owned) -> PyResult { let key = vm.intern("isoformat")?; vm.call_method(o, &key, &[]) }

/// `__format__` of the three classes.
pub fn format_method(vm: &mut Vm, o: &Owned, spec: &Owned) -> PyResult {
    let Some(s) = spec.cast::<PyStr>() else {
        let t = spec.type_name(vm);
        return Err(vm.type_error(format!("__format__() argument 1 must be str, not {t}")));
    };
    if s.is_empty() { return vm.str(o) }
    let key = vm.intern("strftime")?;
    vm.call_method(o, &key, std::slice::from_ref(spec))
}

fn strftime(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(spec) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    format::check_format(vm, spec)?;
    let key = vm.intern("timetuple")?;
    let tuple = vm.call_method(o, &key, &[])?;
    format::strftime(vm, o, spec, &tuple, ymd(o), o)
}

fn isocalendar(vm: &mut Vm, o: &Owned) -> PyResult { let (y, m, d) = ymd(o); iso_date::new_iso(vm, cal::to_iso(y, m, d)) }

fn replace(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "replace", const { &Signature::parse("(year=0, month=0, day=0)") })?;
    let (y, m, d) = ymd(o);
    let mut n = [y, m, d];
    for (n, o) in n.iter_mut().zip(&bound) { if let Some(o) = o { *n = c_int(vm, o)? } }
    let class = o.type_of(vm).obj().clone();
    of_class(vm, &class, (n[0], n[1], n[2]))
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let state = vm.new_bytes(&state(o))?;
    let parts = [o.type_of(vm).obj().clone(), vm.new_tuple([state])?.into_obj()];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn ctime(vm: &mut Vm, o: &Owned) -> PyResult { let t = format::ctime(ymd(o), (0, 0, 0)); vm.new_str(&t) }

fn weekday_of(o: &Owned) -> i64 { let (y, m, d) = ymd(o); cal::weekday(y, m, d).into() }

static DEF: TypeDef = TypeDef {
    doc: "date(year, month, day) --> date object",
    sig: "",
    methods: &[
        Def::class("fromtimestamp", "($type, timestamp, /)", Native::N1(fromtimestamp)).private().doc("Create a date from a POSIX timestamp.\n\nThe timestamp is a number, e.g. created via time.time(), that is interpreted\nas local time."),
        Def::class("fromordinal", "($type, ordinal, /)", Native::N1(fromordinal)).private().doc("int -> date corresponding to a proleptic Gregorian ordinal."),
        Def::class("fromisoformat", "", Native::N1(fromisoformat)).doc("Construct a date from a string in ISO 8601 format."),
        Def::class("fromisocalendar", "($type, /, year, week, day)", Native::Bound(fromisocalendar)).private().doc("Construct a date from the ISO year, week number and weekday.\n\nThis is the inverse of the date.isocalendar() function."),
        Def::class("strptime", "($type, string, format, /)", Native::Var(|vm, c, a| strptime(vm, c, a, "_strptime_datetime_date"), 2, 2)).doc("Parse string according to the given date format (like time.strptime())."),
        Def::class("today", "($type, /)", Native::N0(today)).doc("Current date or datetime: same as self.__class__.fromtimestamp(time.time())."),
        Def::new("ctime", "($self, /)", Native::N0(ctime)).doc("Return ctime() style string."),
        Def::new("strftime", "($self, /, format)", Native::Bound(strftime)).private().doc("Format using strftime()."),
        Def::new("__format__", "($self, format, /)", Native::N1(format_method)).private().doc("Formats self with strftime."),
        Def::new("timetuple", "($self, /)", Native::N0(|vm, o| format::struct_time(vm, ymd(o), (0, 0, 0), -1))).doc("Return time tuple, compatible with time.localtime()."),
        Def::new("isocalendar", "($self, /)", Native::N0(isocalendar)).doc("Return a named tuple containing ISO year, week number, and weekday."),
        Def::new("isoformat", "($self, /)", Native::N0(isoformat)).private().doc("Return string in ISO 8601 format, YYYY-MM-DD."),
        Def::new("isoweekday", "($self, /)", Native::N0(|vm, o| vm.new_int(weekday_of(o) + 1))).doc("Return the day of the week represented by the date.\n\nMonday == 1 ... Sunday == 7"),
        Def::new("toordinal", "($self, /)", Native::N0(|vm, o| { let (y, m, d) = ymd(o); vm.new_int(cal::to_ordinal(y, m, d).into()) })).doc("Return proleptic Gregorian ordinal.\n\nJanuary 1 of year 1 is day 1."),
        Def::new("weekday", "($self, /)", Native::N0(|vm, o| vm.new_int(weekday_of(o)))).doc("Return the day of the week represented by the date.\n\nMonday == 0 ... Sunday == 6"),
        Def::new("replace", "($self, /, year=unchanged, month=unchanged, day=unchanged)", Native::Full(replace)).doc("Return date with new specified fields."),
        Def::new("__replace__", "($self, /, **changes)", Native::Full(replace)).doc("The same as replace()."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("__reduce__() -> (cls, state)"),
    ],
    getset: &[
        GetSet::ro("year", |vm, o| vm.new_int(ymd(o).0.into())),
        GetSet::ro("month", |vm, o| vm.new_int(ymd(o).1.into())),
        GetSet::ro("day", |vm, o| vm.new_int(ymd(o).2.into())),
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let mut slots = Slots { new: Some(new), repr: Some(repr), str: Some(str), hash: Some(hash), compare: Some(compare), ..Slots::default() };
    slots.binary[Binary::Add as usize] = Some(add as BinaryFn);
    slots.binary[Binary::Sub as usize] = Some(sub);
    let ty = type_once::<Date>(vm, "datetime", "date", None, vm_flags::BASETYPE, slots, &DEF)?;
    let ends = [("min", new_date(vm, (1, 1, 1))?), ("max", new_date(vm, (9999, 12, 31))?), ("resolution", delta::from_parts(vm, 1, 0, 0)?)];
    for (name, value) in ends {
        let key = vm.intern(name)?;
        ty.dict().set_interned(vm, &key, &value)?;
    }
    vm.type_modified(&ty);
    Ok(ty)
}
