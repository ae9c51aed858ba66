//! Constructors of `datetime`: from fields, pickled state, timestamps, text.
//!
//! Not here: the payload (`datetime_type.rs`).

use std::time::{SystemTime, UNIX_EPOCH};

use instar_vm::args::Args;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::float::float_value;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::calendar as cal;
use super::datetime_type::{of_class, of_type, DateTime, Fields};
use super::time::{iso_zone, Time};
use super::zone::{self, check_tzinfo};
use super::{date, iso, local};
use crate::support::{bind_unnamed, c_int};

/// `datetime(...)`
pub fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    if let ([state, rest @ ..], []) = (args.pos(), args.kwnames()) && rest.len() <= 1 {
        if let Some(b) = date::state_bytes(vm, state, 10, "datetime", |b| (1..=12).contains(&(b[2] & 0x7F)))? {
            let none = vm.none();
            let tz = rest.first().unwrap_or(&none);
            if !vm.is_none(tz) && !zone::is_tzinfo(vm, tz) { return Err(vm.type_error("bad tzinfo state arg")) }
            let tz = vm.none_to_option(tz);
            return Ok(vm.new_object_of(ty, DateTime::from_state(&b, tz))?.into_obj());
        }
    }
    let names = ["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"];
    // Arguments are converted one by one: what is wrong with the first comes before what is missing.
    if let Some(first) = args.pos().first() { c_int(vm, first)?; }
    let bound = bind_unnamed(vm, args, &names, 3, 8)?;
    let mut n = [0; 7];
    for (n, o) in n.iter_mut().zip(&bound) { if let Some(o) = o { *n = c_int(vm, o)? } }
    let fold = match &bound[8] { Some(f) => c_int(vm, f)?, None => 0 };
    let tz = match &bound[7] { Some(tz) => { check_tzinfo(vm, tz)?; tz.clone() } None => vm.none() };
    of_type(vm, ty, Fields { day: (n[0], n[1], n[2]), hms: (n[3], n[4], n[5]), us: n[6], fold }, &tz)
}

/// The broken down time of an instant, in the system's zone or in UTC; with zone `tz` in the result.
fn at(vm: &mut Vm, class: &Owned, t: i64, us: i64, utc: bool, tz: &Owned) -> PyResult {
    let tm = if utc { local::gmtime(vm, t)? } else { local::localtime(vm, t)? };
    // A leap second is the second before.
    let (day, hms) = ((tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday), (tm.tm_hour, tm.tm_min, tm.tm_sec.min(59)));
    let fold = !utc && vm.is_none(tz) && local::fold_of(vm, t, day, hms)?;
    of_class(vm, class, Fields { day, hms, us: us as i32, fold: fold.into() }, tz)
}

fn clock(vm: &mut Vm) -> PyResult<(i64, i64)> {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(d) => Ok((d.as_secs() as i64, i64::from(d.subsec_micros()))),
        Err(_) => Err(vm.overflow_error("timestamp out of range for platform time_t")),
    }
}

/// The result of `make` with no zone given, else moved into the zone.
fn in_zone(vm: &mut Vm, class: &Owned, (t, us): (i64, i64), tz: Option<&Owned>) -> PyResult {
    let tz = match tz { Some(tz) => { check_tzinfo(vm, tz)?; tz.clone() } None => vm.none() };
    let naive = vm.is_none(&tz);
    let made = at(vm, class, t, us, !naive, &tz)?;
    if naive { return Ok(made) }
    let key = vm.intern("fromutc")?;
    vm.call_method(&tz, &key, &[made])
}

/// `datetime.now(tz=None)`
pub fn now(vm: &mut Vm, class: &Owned, args: &[Option<Owned>]) -> PyResult {
    if let Some(tz) = &args[0] { check_tzinfo(vm, tz)? }
    let t = clock(vm)?;
    in_zone(vm, class, t, args[0].as_ref())
}

fn deprecated(vm: &mut Vm, what: &str, instead: &str) -> PyResult<()> {
    let ty = vm.types.deprecation_warning.clone();
    let text = format!("datetime.datetime.{what}() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: {instead}.");
    vm.warn(&ty, &text, 1)
}

/// `datetime.utcnow()`
pub fn utcnow(vm: &mut Vm, class: &Owned) -> PyResult {
    deprecated(vm, "utcnow", "datetime.datetime.now(datetime.UTC)")?;
    let ((t, us), none) = (clock(vm)?, vm.none());
    at(vm, class, t, us, true, &none)
}

/// `datetime.fromtimestamp(timestamp, tz=None)`
pub fn fromtimestamp(vm: &mut Vm, class: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(stamp) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    if let Some(tz) = &args[1] { check_tzinfo(vm, tz)? }
    let t = local::seconds_micros(vm, stamp)?;
    in_zone(vm, class, t, args[1].as_ref())
}

/// `datetime.utcfromtimestamp(timestamp)`
pub fn utcfromtimestamp(vm: &mut Vm, class: &Owned, stamp: &Owned) -> PyResult {
    deprecated(vm, "utcfromtimestamp", "datetime.datetime.fromtimestamp(timestamp, datetime.UTC)")?;
    if float_value(stamp).is_none() && int_ref(stamp).is_none() && !vm.has_index(stamp) {
        let t = stamp.type_name(vm);
        return Err(vm.type_error(format!("argument must be int or float, not {t}")));
    }
    let ((t, us), none) = (local::seconds_micros(vm, stamp)?, vm.none());
    at(vm, class, t, us, true, &none)
}

/// `datetime.combine(date, time[, tzinfo])`
pub fn combine(vm: &mut Vm, class: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(day), Some(time)) = (&args[0], &args[1]) else { return Err(vm.system_error("bad arguments")) };
    let wrong = |vm: &mut Vm, i: usize, want: &str, got: &Owned| {
        let t = if vm.is_none(got) { "None".to_owned() } else { got.type_name(vm) };
        vm.type_error(format!("combine() argument {i} must be datetime.{want}, not {t}"))
    };
    let Some(ymd) = date::day_of(day) else { return Err(wrong(vm, 1, "date", day)) };
    let Some(t) = time.cast::<Time>() else { return Err(wrong(vm, 2, "time", time)) };
    let tz = match &args[2] { Some(tz) => { check_tzinfo(vm, tz)?; tz.clone() } None => t.zone(vm) };
    of_class(vm, class, Fields { day: ymd, hms: t.hms(), us: t.micro(), fold: t.fold() }, &tz)
}

/// The bytes of a text, 255 for what is not ASCII.
fn ascii_bytes(s: &PyStr) -> Vec<u8> { s.chars().map(|c| if c < 128 { c as u8 } else { 255 }).collect() }

/// `datetime.fromisoformat(text)`
pub fn fromisoformat(vm: &mut Vm, class: &Owned, text: &Owned) -> PyResult {
    let Some(s) = text.cast::<PyStr>() else { return Err(vm.type_error("fromisoformat: argument must be str")) };
    let bytes = ascii_bytes(s);
    if bytes.len() < 7 { return Err(iso::invalid(vm, text)) }
    let parsed = iso::separator(&bytes).and_then(|at| {
        let day = iso::date(bytes.get(..at.min(bytes.len()))?)?;
        Some((day, bytes.get(at + 1..).filter(|t| !t.is_empty())))
    });
    let Some((mut day, clock)) = parsed else { return Err(iso::invalid(vm, text)) };
    let Some(clock) = clock else {
        let none = vm.none();
        return of_class(vm, class, Fields { day, hms: (0, 0, 0), us: 0, fold: 0 }, &none);
    };
    let Some(t) = iso::time(clock) else { return Err(iso::invalid(vm, text)) };
    let [mut h, m, sec, us] = t.parts;
    if h == 24 {
        if m != 0 || sec != 0 || us != 0 { return Err(vm.value_error("minute, second, and microsecond must be 0 when hour is 24")) }
        h = 0;
        // Only what was a day has a next one.
        if (1..=12).contains(&day.1) && day.2 <= cal::days_in_month(day.0, day.1) {
            day.2 += 1;
            if day.2 > cal::days_in_month(day.0, day.1) { day = (day.0, day.1 + 1, 1) }
            if day.1 > 12 { day = (day.0 + 1, 1, 1) }
        }
    }
    let tz = iso_zone(vm, t.offset)?;
    of_class(vm, class, Fields { day, hms: (h, m, sec), us, fold: 0 }, &tz)
}
