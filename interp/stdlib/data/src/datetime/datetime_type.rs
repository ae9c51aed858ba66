//! `datetime`: a day and a time of day, perhaps in a zone. The payload, arithmetic, comparison, text.
//!
//! Constructors are in `datetime_new.rs`, what concerns zones in `datetime_zone.rs`. Not here: methods inherited from `date`.

use std::cell::Cell;
use std::cmp::Ordering;

use instar_code::{Binary, Compare};
use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::{BinaryFn, Slots};
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::calendar as cal;
use super::date::check_day;
use super::delta::{self, delta, Delta};
use super::time::{check_clock, new_time};
use super::zone::{self, check_tzinfo};
use super::{datetime_new, datetime_zone, format, tp_name};
use crate::support::{c_int, type_once};

/// Payload of `datetime`.
pub struct DateTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
    fold: Cell<u8>,
    micro: u32,
    hash: Cell<i64>,
    tz: Slot,
}

instar_vm::trace! { DateTime { tz } }
instar_vm::fields! { DateTime { year, month, day, hour, minute, second, fold, micro, hash, tz } }
instar_vm::payload!(DateTime, "datetime");

/// Day, clock, microsecond, fold.
#[derive(Clone, Copy)]
pub struct Fields {
    /// Year, month, day.
    pub day: (i32, i32, i32),
    /// Hour, minute, second.
    pub hms: (i32, i32, i32),
    /// Microsecond.
    pub us: i32,
    /// Which of two equal local times.
    pub fold: i32,
}

impl DateTime {
    /// Year, month, day.
    pub fn ymd(&self) -> (i32, i32, i32) { (self.year.into(), self.month.into(), self.day.into()) }
    /// Hour, minute, second.
    pub fn hms(&self) -> (i32, i32, i32) { (self.hour.into(), self.minute.into(), self.second.into()) }
    /// Microsecond.
    pub fn micro(&self) -> i32 { self.micro as i32 }
    /// Which of two equal local times.
    pub fn fold(&self) -> bool { self.fold.get() != 0 }
    /// The zone or None.
    pub fn zone(&self, vm: &Vm) -> Owned { vm.option_to_none(self.tz.get()) }
    /// The zone of an object just made is another.
    pub fn set_zone(&self, zone: Option<Owned>) { self.tz.set(zone) }
    /// All numbers.
    pub fn fields(&self) -> Fields { Fields { day: self.ymd(), hms: self.hms(), us: self.micro(), fold: self.fold.get().into() } }
    /// Microseconds since ordinal 0, by the clock.
    pub fn total(&self) -> i128 {
        let ((y, m, d), (h, min, s)) = (self.ymd(), self.hms());
        i128::from(i64::from(cal::to_ordinal(y, m, d)) * 86_400 + i64::from(h * 3600 + min * 60 + s)) * 1_000_000 + i128::from(self.micro)
    }
    /// A payload out of the bytes of a pickled state.
    pub fn from_state(b: &[u8], tz: Option<Owned>) -> DateTime {
        DateTime {
            year: u16::from_be_bytes([b[0], b[1]]), month: b[2] & 0x7F, day: b[3], hour: b[4], minute: b[5], second: b[6], fold: Cell::new(b[2] >> 7),
            micro: u32::from_be_bytes([0, b[7], b[8], b[9]]), hash: Cell::new(-1), tz: Slot::new(tz),
        }
    }
    fn state(&self, fold: bool) -> [u8; 10] {
        let (y, us) = (self.year.to_be_bytes(), self.micro.to_be_bytes());
        [y[0], y[1], self.month | if fold && self.fold() { 0x80 } else { 0 }, self.day, self.hour, self.minute, self.second, us[1], us[2], us[3]]
    }
}

/// Whether `o` is a datetime.
pub fn is_datetime(o: &Owned) -> bool { o.cast::<DateTime>().is_some() }

/// The payload of a receiver.
pub fn this(o: &Owned) -> &DateTime { o.cast::<DateTime>().expect("law: checked by the descriptor") }

/// A new object of a type with this payload.
pub fn of_type(vm: &mut Vm, ty: &TypeRef, f: Fields, tz: &Owned) -> PyResult {
    check_day(vm, f.day)?;
    check_clock(vm, f.hms, f.us, f.fold)?;
    let payload = DateTime {
        year: f.day.0 as u16, month: f.day.1 as u8, day: f.day.2 as u8, hour: f.hms.0 as u8, minute: f.hms.1 as u8, second: f.hms.2 as u8,
        fold: Cell::new(f.fold as u8), micro: f.us as u32, hash: Cell::new(-1), tz: Slot::new(vm.none_to_option(tz)),
    };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

/// A `datetime`.
pub fn new_datetime(vm: &mut Vm, f: Fields, tz: &Owned) -> PyResult { let ty = vm.types.native_type::<DateTime>().clone(); of_type(vm, &ty, f, tz) }

/// A `datetime` at the start of a day.
pub fn midnight(vm: &mut Vm, day: (i32, i32, i32)) -> PyResult {
    let none = vm.none();
    new_datetime(vm, Fields { day, hms: (0, 0, 0), us: 0, fold: 0 }, &none)
}

/// `class(year, ...)`, made directly for `datetime` itself.
pub fn of_class(vm: &mut Vm, class: &Owned, f: Fields, tz: &Owned) -> PyResult {
    if class.is(vm.types.native_type::<DateTime>().obj()) { return new_datetime(vm, f, tz) }
    let mut args = Vec::with_capacity(8);
    for n in [f.day.0, f.day.1, f.day.2, f.hms.0, f.hms.1, f.hms.2, f.us] { args.push(vm.new_int(n.into())?) }
    args.push(tz.clone());
    let made = vm.call_n(class, &args)?;
    if let Some(d) = made.cast::<DateTime>() { d.fold.set(f.fold as u8) }
    Ok(made)
}

// ---- arithmetic ------------------------------------------------------------------------------------------------------

/// `dt + sign * duration`, of the same class.
pub fn add_delta(vm: &mut Vm, dt: &Owned, d: &Owned, sign: i32) -> PyResult {
    let (Some(m), Some(d)) = (dt.cast::<DateTime>(), delta(d)) else { return Err(vm.system_error("datetime and timedelta expected")) };
    let us = m.total() + i128::from(sign) * d.total();
    let day = us.div_euclid(86_400_000_000);
    if !(1..=i128::from(cal::ORDINAL_MAX)).contains(&day) { return Err(vm.overflow_error("date value out of range")) }
    let rest = us.rem_euclid(86_400_000_000) as i64;
    let s = (rest / 1_000_000) as i32;
    let f = Fields { day: cal::from_ordinal(day as i32), hms: (s / 3600, s / 60 % 60, s % 60), us: (rest % 1_000_000) as i32, fold: 0 };
    let (class, tz) = (dt.type_of(vm).obj().clone(), m.zone(vm));
    of_class(vm, &class, f, &tz)
}

fn add(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    match (is_datetime(a), is_datetime(b)) {
        (true, _) if delta(b).is_some() => add_delta(vm, a, b, 1),
        (false, true) if delta(a).is_some() => add_delta(vm, b, a, 1),
        _ => Ok(vm.not_implemented()),
    }
}

/// `a - b` of two datetimes, as a duration; the offsets are asked for where the zones differ.
pub fn difference(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    let (x, y) = (this(a), this(b));
    let mut us = x.total() - y.total();
    if x.tz.word() != y.tz.word() {
        let (p, q) = (datetime_zone::utcoffset(vm, a)?, datetime_zone::utcoffset(vm, b)?);
        match (p.as_ref().and_then(delta), q.as_ref().and_then(delta)) {
            (Some(p), Some(q)) => us -= p.total() - q.total(),
            (None, None) => {}
            _ => return Err(vm.type_error("can't subtract offset-naive and offset-aware datetimes")),
        }
    }
    delta::from_micros(vm, us)
}

fn sub(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    if !is_datetime(a) { return Ok(vm.not_implemented()) }
    if is_datetime(b) { return difference(vm, a, b) }
    if delta(b).is_some() { add_delta(vm, a, b, -1) } else { Ok(vm.not_implemented()) }
}

// ---- comparison, hash ------------------------------------------------------------------------------------------------

fn key(d: &DateTime) -> i128 { d.total() }

/// Whether the offset would be another in the other fold: such a time equals none of another zone.
fn is_problem(vm: &mut Vm, o: &Owned, offset: Option<&Owned>) -> PyResult<bool> {
    let m = this(o);
    let (mut f, tz) = (m.fields(), m.zone(vm));
    f.fold = 1 - f.fold;
    let flipped = new_datetime(vm, f, &tz)?;
    let other = datetime_zone::utcoffset(vm, &flipped)?;
    let total = |o: Option<&Owned>| o.and_then(delta).map(Delta::total);
    Ok(total(other.as_ref()) != total(offset))
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (Some(x), Some(y)) = (a.cast::<DateTime>(), b.cast::<DateTime>()) else { return Ok(vm.not_implemented()) };
    let mut order = key(x).cmp(&key(y));
    if x.tz.word() != y.tz.word() {
        let (p, q) = (datetime_zone::utcoffset(vm, a)?, datetime_zone::utcoffset(vm, b)?);
        let total = |o: &Option<Owned>| o.as_ref().and_then(delta).map(Delta::total);
        match (total(&p), total(&q)) {
            (None, None) => {}
            (Some(s), Some(t)) => order = (x.total() - s).cmp(&(y.total() - t)),
            _ if op == Compare::Eq => return Ok(vm.bool(false)),
            _ if op == Compare::Ne => return Ok(vm.bool(true)),
            _ => return Err(vm.type_error("can't compare offset-naive and offset-aware datetimes")),
        }
        let asks = matches!(op, Compare::Eq | Compare::Ne) && order == Ordering::Equal;
        if asks && (is_problem(vm, a, p.as_ref())? || is_problem(vm, b, q.as_ref())?) { order = Ordering::Greater }
    }
    let holds = instar_vm::protocol::compare::ordering_holds(order, op);
    Ok(vm.bool(holds))
}

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let m = this(o);
    if m.hash.get() != -1 { return Ok(m.hash.get()) }
    // A time and its fold are equal: both ask as the first of the two.
    let first = if m.fold() { let tz = m.zone(vm); new_datetime(vm, Fields { fold: 0, ..m.fields() }, &tz)? } else { o.clone() };
    let h = match datetime_zone::utcoffset(vm, &first)? {
        None => vm.hash_key().hash_bytes(&m.state(false)),
        Some(d) => { let d = delta::from_micros(vm, m.total() - delta(&d).map_or(0, Delta::total))?; vm.hash(&d)? }
    };
    m.hash.set(h);
    Ok(h)
}

// ---- text ------------------------------------------------------------------------------------------------------------

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = this(o);
    let ((y, mon, day), (h, m, s)) = (d.ymd(), d.hms());
    let mut text = format!("{}({y}, {mon}, {day}, {h}, {m}", tp_name(vm, o));
    if s != 0 || d.micro != 0 { text += &format!(", {s}") }
    if d.micro != 0 { text += &format!(", {}", d.micro) }
    if d.fold() { text += ", fold=1" }
    if let Some(tz) = d.tz.get() { text += ", tzinfo="; text += &vm.repr_text(&tz)? }
    vm.new_str(&(text + ")"))
}

fn isoformat(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let sep = match &args[0] {
        None => 'T'.into(),
        Some(s) => match s.cast::<PyStr>() {
            Some(t) if t.len() == 1 => t.get(0).unwrap_or('T'.into()),
            Some(t) => { let n = t.len(); return Err(vm.type_error(format!("isoformat() argument 1 must be a unicode character, not a string of length {n}"))) }
            None => { let t = s.type_name(vm); return Err(vm.type_error(format!("isoformat() argument 1 must be a unicode character, not {t}"))) }
        },
    };
    let spec = format::timespec(vm, args[1].as_ref())?;
    let d = this(o);
    let ((y, mon, day), (h, m, s)) = (d.ymd(), d.hms());
    let mut clock = format::clock(vm, (h, m, s, d.micro()), spec)?;
    let zone = d.zone(vm);
    clock += &format::offset_text(vm, &zone, o, ":")?;
    let mut codes: Vec<u32> = format!("{y:04}-{mon:02}-{day:02}").chars().map(u32::from).collect();
    codes.push(sep);
    codes.extend(clock.chars().map(u32::from));
    vm.new_str_from_code_points(&codes)
}

fn str(vm: &mut Vm, o: &Owned) -> PyResult {
    let key = vm.intern("isoformat")?;
    let f = vm.get_attr(o, &key)?;
    let sep = vm.new_str(" ")?;
    vm.call_kw(&f, &[], &[("sep", sep)])
}

fn ctime(vm: &mut Vm, o: &Owned) -> PyResult { let d = this(o); let t = format::ctime(d.ymd(), d.hms()); vm.new_str(&t) }

// ---- parts, copies ---------------------------------------------------------------------------------------------------

fn date(vm: &mut Vm, o: &Owned) -> PyResult { super::date::new_date(vm, this(o).ymd()) }

fn clock(vm: &mut Vm, o: &Owned, zone: bool) -> PyResult {
    let d = this(o);
    let tz = if zone { d.zone(vm) } else { vm.none() };
    new_time(vm, d.hms(), d.micro(), d.fold().into(), &tz)
}

fn replace(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    const SIG: &Signature = &Signature::parse("(year=0, month=0, day=0, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)");
    let bound = args.bind(vm, "replace", SIG)?;
    let d = this(o);
    let f = d.fields();
    let mut n = [f.day.0, f.day.1, f.day.2, f.hms.0, f.hms.1, f.hms.2, f.us];
    for (n, o) in n.iter_mut().zip(&bound) { if let Some(o) = o { *n = c_int(vm, o)? } }
    let fold = match &bound[8] { Some(f) => c_int(vm, f)?, None => f.fold };
    let tz = match &bound[7] { Some(tz) => { check_tzinfo(vm, tz)?; tz.clone() } None => d.zone(vm) };
    if fold != 0 && fold != 1 { return Err(vm.value_error(format!("fold must be either 0 or 1, not {fold}"))) }
    let f = Fields { day: (n[0], n[1], n[2]), hms: (n[3], n[4], n[5]), us: n[6], fold };
    let class = o.type_of(vm).obj().clone();
    of_class(vm, &class, f, &tz)
}

fn reduced(vm: &mut Vm, o: &Owned, protocol: i32) -> PyResult {
    let d = this(o);
    let mut args = vec![vm.new_bytes(&d.state(protocol > 3))?];
    args.extend(d.tz.get());
    let parts = [o.type_of(vm).obj().clone(), vm.new_tuple(args)?.into_obj()];
    Ok(vm.new_tuple(parts)?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nThe year, month and day arguments are required. tzinfo may be None, or an\ninstance of a tzinfo subclass. The remaining arguments may be ints.\n",
    sig: "",
    methods: &[
        Def::class("now", "($type, /, tz=None)", Native::Bound(datetime_new::now)).doc("Returns new datetime object representing current time local to tz.\n\n  tz\n    Timezone object.\n\nIf no tz is specified, uses local timezone."),
        Def::class("utcnow", "($type, /)", Native::N0(datetime_new::utcnow)).doc("Return a new datetime representing UTC day and time."),
        Def::class("fromtimestamp", "($type, /, timestamp, tz=None)", Native::Bound(datetime_new::fromtimestamp)).private().doc("Create a datetime from a POSIX timestamp.\n\nThe timestamp is a number, e.g. created via time.time(), that is interpreted\nas local time."),
        Def::class("utcfromtimestamp", "($type, timestamp, /)", Native::N1(datetime_new::utcfromtimestamp)).private().doc("Create a naive UTC datetime from a POSIX timestamp."),
        Def::class("strptime", "($type, string, format, /)", Native::Var(|vm, c, a| super::date::strptime(vm, c, a, "_strptime_datetime_datetime"), 2, 2)).doc("Parse string according to the given date and time format (like time.strptime())."),
        Def::class("combine", "($type, /, date, time, tzinfo=<unrepresentable>)", Native::Bound(datetime_new::combine)).private().doc("Construct a datetime from a given date and a given time."),
        Def::class("fromisoformat", "", Native::N1(datetime_new::fromisoformat)).doc("Construct a date from a string in ISO 8601 format."),
        Def::new("date", "($self, /)", Native::N0(date)).doc("Return date object with same year, month and day."),
        Def::new("time", "($self, /)", Native::N0(|vm, o| clock(vm, o, false))).doc("Return time object with same time but with tzinfo=None."),
        Def::new("timetz", "($self, /)", Native::N0(|vm, o| clock(vm, o, true))).doc("Return time object with same time and tzinfo."),
        Def::new("ctime", "($self, /)", Native::N0(ctime)).doc("Return ctime() style string."),
        Def::new("timetuple", "($self, /)", Native::N0(datetime_zone::timetuple)).doc("Return time tuple, compatible with time.localtime()."),
        Def::new("timestamp", "($self, /)", Native::N0(datetime_zone::timestamp)).doc("Return POSIX timestamp as float."),
        Def::new("utctimetuple", "($self, /)", Native::N0(datetime_zone::utctimetuple)).doc("Return UTC time tuple, compatible with time.localtime()."),
        Def::new("isoformat", "($self, /, sep='T', timespec='auto')", Native::Bound(isoformat)).private().doc("Return the time formatted according to ISO.\n\nThe full format looks like 'YYYY-MM-DD HH:MM:SS.mmmmmm'.\nBy default, the fractional part is omitted if self.microsecond == 0."),
        Def::new("utcoffset", "($self, /)", Native::N0(|vm, o| { let d = datetime_zone::utcoffset(vm, o)?; Ok(vm.option_to_none(d)) })).doc("Return self.tzinfo.utcoffset(self)."),
        Def::new("tzname", "($self, /)", Native::N0(|vm, o| { let z = this(o).zone(vm); zone::ask_name(vm, &z, o) })).doc("Return self.tzinfo.tzname(self)."),
        Def::new("dst", "($self, /)", Native::N0(|vm, o| { let d = datetime_zone::dst(vm, o)?; Ok(vm.option_to_none(d)) })).doc("Return self.tzinfo.dst(self)."),
        Def::new("replace", "($self, /, year=unchanged, month=unchanged, day=unchanged, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)", Native::Full(replace)).doc("Return datetime with new specified fields."),
        Def::new("__replace__", "($self, /, **changes)", Native::Full(replace)).doc("The same as replace()."),
        Def::new("astimezone", "($self, /, tz=None)", Native::Bound(datetime_zone::astimezone)).private().doc("Convert to local time in new timezone tz."),
        Def::new("__reduce_ex__", "($self, proto, /)", Native::N1(|vm, o, p| { let p = c_int(vm, p)?; reduced(vm, o, p) })).doc("__reduce_ex__(proto) -> (cls, state)"),
        Def::new("__reduce__", "($self, /)", Native::N0(|vm, o| reduced(vm, o, 2))).doc("__reduce__() -> (cls, state)"),
    ],
    getset: &[
        GetSet::ro("hour", |vm, o| vm.new_int(this(o).hour.into())),
        GetSet::ro("minute", |vm, o| vm.new_int(this(o).minute.into())),
        GetSet::ro("second", |vm, o| vm.new_int(this(o).second.into())),
        GetSet::ro("microsecond", |vm, o| vm.new_int(this(o).micro.into())),
        GetSet::ro("tzinfo", |vm, o| Ok(this(o).zone(vm))),
        GetSet::ro("fold", |vm, o| vm.new_int(this(o).fold.get().into())),
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm, date: &TypeRef) -> PyResult<TypeRef> {
    let mut slots = Slots { new: Some(datetime_new::new), repr: Some(repr), str: Some(str), hash: Some(hash), compare: Some(compare), ..Slots::default() };
    slots.binary[Binary::Add as usize] = Some(add as BinaryFn);
    slots.binary[Binary::Sub as usize] = Some(sub);
    let ty = type_once::<DateTime>(vm, "datetime", "datetime", Some(date), TypeFlags::GC.bits() | vm_flags::BASETYPE, slots, &DEF)?;
    let none = vm.none();
    let last = Fields { day: (9999, 12, 31), hms: (23, 59, 59), us: 999_999, fold: 0 };
    let ends = [("min", midnight(vm, (1, 1, 1))?), ("max", new_datetime(vm, last, &none)?), ("resolution", delta::from_micros(vm, 1)?)];
    for (name, value) in ends {
        let key = vm.intern(name)?;
        ty.dict().set_interned(vm, &key, &value)?;
    }
    vm.type_modified(&ty);
    let utc = super::utc(vm)?;
    let epoch = new_datetime(vm, Fields { day: (1970, 1, 1), hms: (0, 0, 0), us: 0, fold: 0 }, &utc)?;
    vm.state::<super::State>().epoch = Some(epoch);
    Ok(ty)
}
