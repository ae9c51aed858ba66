//! `time`: a time of day, perhaps in a zone.
//!
//! Not here: text formats (`format.rs`), reading ISO text (`iso.rs`).

use std::cell::Cell;

use instar_code::Compare;
use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::delta::{self, delta, Delta};
use super::zone::{self, check_tzinfo};
use super::{format, iso, tp_name};
use crate::support::{bind_unnamed, c_int, type_once};

/// Payload of `time`.
pub struct Time {
    hour: u8,
    minute: u8,
    second: u8,
    fold: Cell<u8>,
    micro: u32,
    hash: Cell<i64>,
    tz: Slot,
}

instar_vm::trace! { Time { tz } }
instar_vm::fields! { Time { hour, minute, second, fold, micro, hash, tz } }
instar_vm::payload!(Time, "time");

impl Time {
    /// Hour, minute, second.
    pub fn hms(&self) -> (i32, i32, i32) { (self.hour.into(), self.minute.into(), self.second.into()) }
    /// Microsecond.
    pub fn micro(&self) -> i32 { self.micro as i32 }
    /// Which of two equal local times.
    pub fn fold(&self) -> i32 { self.fold.get().into() }
    /// The zone or None.
    pub fn zone(&self, vm: &Vm) -> Owned { vm.option_to_none(self.tz.get()) }
    fn key(&self) -> (u8, u8, u8, u32) { (self.hour, self.minute, self.second, self.micro) }
}

fn this(o: &Owned) -> &Time { o.cast::<Time>().expect("law: checked by the descriptor") }

/// ValueError unless there is such a time of day.
pub fn check_clock(vm: &mut Vm, (h, m, s): (i32, i32, i32), us: i32, fold: i32) -> PyResult<()> {
    let limits = [("hour", h, 23), ("minute", m, 59), ("second", s, 59), ("microsecond", us, 999_999)];
    for (name, n, max) in limits {
        if !(0..=max).contains(&n) { return Err(vm.value_error(format!("{name} must be in 0..{max}, not {n}"))) }
    }
    if fold != 0 && fold != 1 { return Err(vm.value_error(format!("fold must be either 0 or 1, not {fold}"))) }
    Ok(())
}

fn of_type(vm: &mut Vm, ty: &TypeRef, hms: (i32, i32, i32), us: i32, fold: i32, tz: &Owned) -> PyResult {
    check_clock(vm, hms, us, fold)?;
    let payload = Time {
        hour: hms.0 as u8, minute: hms.1 as u8, second: hms.2 as u8, fold: Cell::new(fold as u8), micro: us as u32, hash: Cell::new(-1),
        tz: Slot::new(vm.none_to_option(tz)),
    };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

/// A `time`.
pub fn new_time(vm: &mut Vm, hms: (i32, i32, i32), us: i32, fold: i32, tz: &Owned) -> PyResult {
    let ty = vm.types.native_type::<Time>().clone();
    of_type(vm, &ty, hms, us, fold, tz)
}

/// `class(hour, ...)`, made directly for `time` itself.
fn of_class(vm: &mut Vm, class: &Owned, (h, m, s): (i32, i32, i32), us: i32, fold: i32, tz: &Owned) -> PyResult {
    if class.is(vm.types.native_type::<Time>().obj()) { return new_time(vm, (h, m, s), us, fold, tz) }
    let mut args = Vec::with_capacity(5);
    for n in [h, m, s, us] { args.push(vm.new_int(n.into())?) }
    args.push(tz.clone());
    let made = vm.call_n(class, &args)?;
    if let Some(t) = made.cast::<Time>() { t.fold.set(fold as u8) }
    Ok(made)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    if let ([state, rest @ ..], []) = (args.pos(), args.kwnames()) && rest.len() <= 1 {
        let sane: fn(&[u8]) -> bool = |b| b[0] & 0x7F < 24;
        if let Some(b) = super::date::state_bytes(vm, state, 6, "time", sane)? {
            let none = vm.none();
            let tz = rest.first().unwrap_or(&none);
            if !vm.is_none(tz) && !zone::is_tzinfo(vm, tz) { return Err(vm.type_error("bad tzinfo state arg")) }
            let payload = Time {
                hour: b[0] & 0x7F, minute: b[1], second: b[2], fold: Cell::new(b[0] >> 7), micro: u32::from_be_bytes([0, b[3], b[4], b[5]]),
                hash: Cell::new(-1), tz: Slot::new(vm.none_to_option(tz)),
            };
            return Ok(vm.new_object_of(ty, payload)?.into_obj());
        }
    }
    let bound = bind_unnamed(vm, args, &["hour", "minute", "second", "microsecond", "tzinfo", "fold"], 0, 5)?;
    let (hms, us, fold, tz) = fields(vm, &bound, (0, 0, 0), 0, 0, None)?;
    of_type(vm, ty, hms, us, fold, &tz)
}

type Fields = ((i32, i32, i32), i32, i32, Owned);

/// Fields from bound arguments hour, minute, second, microsecond, tzinfo, fold; absent ones as given.
fn fields(vm: &mut Vm, bound: &[Option<Owned>], (h, m, s): (i32, i32, i32), us: i32, fold: i32, tz: Option<Owned>) -> PyResult<Fields> {
    let mut n = [h, m, s, us];
    for (n, o) in n.iter_mut().zip(bound) { if let Some(o) = o { *n = c_int(vm, o)? } }
    let fold = match &bound[5] { Some(f) => c_int(vm, f)?, None => fold };
    let tz = match &bound[4] { Some(tz) => { check_tzinfo(vm, tz)?; tz.clone() } None => vm.option_to_none(tz) };
    Ok(((n[0], n[1], n[2]), n[3], fold, tz))
}

fn fromisoformat(vm: &mut Vm, class: &Owned, text: &Owned) -> PyResult {
    let Some(s) = text.cast::<PyStr>() else { return Err(vm.type_error("fromisoformat: argument must be str")) };
    let Some(t) = s.as_ascii().and_then(|t| iso::time(t.strip_prefix('T').unwrap_or(t).as_bytes())) else { return Err(iso::invalid(vm, text)) };
    let [mut h, m, sec, us] = t.parts;
    if h == 24 {
        if m != 0 || sec != 0 || us != 0 { return Err(vm.value_error("minute, second, and microsecond must be 0 when hour is 24")) }
        h = 0;
    }
    let tz = iso_zone(vm, t.offset)?;
    of_class(vm, class, (h, m, sec), us, 0, &tz)
}

/// The fixed zone of an offset read from text.
pub fn iso_zone(vm: &mut Vm, offset: Option<i64>) -> PyResult {
    let Some(us) = offset else { return Ok(vm.none()) };
    let offset = delta::from_micros(vm, us.into())?;
    zone::new_zone(vm, &offset, None)
}

// ---- zone, comparison ------------------------------------------------------------------------------------------------

fn utcoffset(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let (zone, none) = (this(o).zone(vm), vm.none());
    zone::ask(vm, &zone, "utcoffset", &none)
}

fn same_offset(a: Option<&Owned>, b: Option<&Owned>) -> bool {
    match (a, b) { (None, None) => true, (Some(a), Some(b)) => delta(a).map(Delta::total) == delta(b).map(Delta::total), _ => false }
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (Some(x), Some(y)) = (a.cast::<Time>(), b.cast::<Time>()) else { return Ok(vm.not_implemented()) };
    let order = if x.tz.word() == y.tz.word() { x.key().cmp(&y.key()) } else {
        let (p, q) = (utcoffset(vm, a)?, utcoffset(vm, b)?);
        if same_offset(p.as_ref(), q.as_ref()) { x.key().cmp(&y.key()) } else {
            match (p.as_ref().and_then(delta), q.as_ref().and_then(delta)) {
                (Some(p), Some(q)) => {
                    let seconds = |t: &Time, d: &Delta| { let (h, m, s) = t.hms(); i64::from(h * 3600 + m * 60 + s) - d.whole_seconds() };
                    (seconds(x, p), x.micro).cmp(&(seconds(y, q), y.micro))
                }
                _ if op == Compare::Eq => return Ok(vm.bool(false)),
                _ if op == Compare::Ne => return Ok(vm.bool(true)),
                _ => return Err(vm.type_error("can't compare offset-naive and offset-aware times")),
            }
        }
    };
    let holds = instar_vm::protocol::compare::ordering_holds(order, op);
    Ok(vm.bool(holds))
}

fn state(t: &Time, fold: bool) -> [u8; 6] {
    let us = t.micro.to_be_bytes();
    [t.hour | if fold && t.fold.get() != 0 { 0x80 } else { 0 }, t.minute, t.second, us[1], us[2], us[3]]
}

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let t = this(o);
    if t.hash.get() != -1 { return Ok(t.hash.get()) }
    // A time and its fold are equal: both ask as the first of the two.
    let first = if t.fold() == 0 { o.clone() } else { let tz = t.zone(vm); new_time(vm, t.hms(), t.micro(), 0, &tz)? };
    let h = match utcoffset(vm, &first)? {
        None => vm.hash_key().hash_bytes(&state(t, false)),
        Some(d) => {
            let (h, m, s) = t.hms();
            let us = i128::from(h * 3600 + m * 60 + s) * 1_000_000 + i128::from(t.micro);
            let d = delta::from_micros(vm, us - delta(&d).map_or(0, Delta::total))?;
            vm.hash(&d)?
        }
    };
    t.hash.set(h);
    Ok(h)
}

// ---- text ------------------------------------------------------------------------------------------------------------

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let t = this(o);
    let (h, m, s) = t.hms();
    let mut text = format!("{}({h}, {m}", tp_name(vm, o));
    if s != 0 || t.micro != 0 { text += &format!(", {s}") }
    if t.micro != 0 { text += &format!(", {}", t.micro) }
    if let Some(tz) = t.tz.get() { text += ", tzinfo="; text += &vm.repr_text(&tz)? }
    if t.fold() != 0 { text += ", fold=1" }
    vm.new_str(&(text + ")"))
}

fn isoformat(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let spec = format::timespec(vm, args[0].as_ref())?;
    let t = this(o);
    let (h, m, s) = t.hms();
    let mut text = format::clock(vm, (h, m, s, t.micro()), spec)?;
    let (zone, none) = (t.zone(vm), vm.none());
    text += &format::offset_text(vm, &zone, &none, ":")?;
    vm.new_str(&text)
}

fn str(vm: &mut Vm, o: &Owned) -> PyResult { let key = vm.intern("isoformat")?; vm.call_method(o, &key, &[]) }

fn strftime(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(spec) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    format::check_format(vm, spec)?;
    let (h, m, s) = this(o).hms();
    let mut tuple = Vec::with_capacity(9);
    for n in [1900, 1, 1, h, m, s, 0, 1, -1] { tuple.push(vm.new_int(n.into())?) }
    let tuple = vm.new_tuple(tuple)?.into_obj();
    let none = vm.none();
    format::strftime(vm, o, spec, &tuple, (1900, 1, 1), &none)
}

fn replace(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "replace", const { &Signature::parse("(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0)") })?;
    let t = this(o);
    let (hms, us, fold, tz) = fields(vm, &bound, t.hms(), t.micro(), t.fold(), t.tz.get())?;
    check_clock(vm, hms, us, fold)?;
    let class = o.type_of(vm).obj().clone();
    of_class(vm, &class, hms, us, fold, &tz)
}

fn reduced(vm: &mut Vm, o: &Owned, protocol: i64) -> PyResult {
    let t = this(o);
    let mut args = vec![vm.new_bytes(&state(t, protocol > 3))?];
    args.extend(t.tz.get());
    let parts = [o.type_of(vm).obj().clone(), vm.new_tuple(args)?.into_obj()];
    Ok(vm.new_tuple(parts)?.into_obj())
}

static DEF: TypeDef = TypeDef {
    doc: "time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nAll arguments are optional. tzinfo may be None, or an instance of\na tzinfo subclass. The remaining arguments may be ints.\n",
    sig: "",
    methods: &[
        Def::class("strptime", "($type, string, format, /)", Native::Var(|vm, c, a| super::date::strptime(vm, c, a, "_strptime_datetime_time"), 2, 2)).doc("Parse string according to the given time format (like time.strptime())."),
        Def::new("isoformat", "($self, /, timespec='auto')", Native::Bound(isoformat)).private().doc("Return the time formatted according to ISO.\n\nThe full format is 'HH:MM:SS.mmmmmm+zz:zz'. By default, the fractional\npart is omitted if self.microsecond == 0."),
        Def::new("strftime", "($self, /, format)", Native::Bound(strftime)).private().doc("Format using strftime().\n\nThe date part of the timestamp passed to underlying strftime should not be used."),
        Def::new("__format__", "($self, format, /)", Native::N1(super::date::format_method)).private().doc("Formats self with strftime."),
        Def::new("utcoffset", "($self, /)", Native::N0(|vm, o| { let d = utcoffset(vm, o)?; Ok(vm.option_to_none(d)) })).doc("Return self.tzinfo.utcoffset(self)."),
        Def::new("tzname", "($self, /)", Native::N0(|vm, o| { let (z, none) = (this(o).zone(vm), vm.none()); zone::ask_name(vm, &z, &none) })).doc("Return self.tzinfo.tzname(self)."),
        Def::new("dst", "($self, /)", Native::N0(|vm, o| { let (z, none) = (this(o).zone(vm), vm.none()); let d = zone::ask(vm, &z, "dst", &none)?; Ok(vm.option_to_none(d)) })).doc("Return self.tzinfo.dst(self)."),
        Def::new("replace", "($self, /, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)", Native::Full(replace)).doc("Return time with new specified fields."),
        Def::new("__replace__", "($self, /, **changes)", Native::Full(replace)).doc("The same as replace()."),
        Def::class("fromisoformat", "", Native::N1(fromisoformat)).doc("Construct a time from a string in ISO 8601 format."),
        Def::new("__reduce_ex__", "($self, proto, /)", Native::N1(|vm, o, p| { let p = c_int(vm, p)?; reduced(vm, o, p.into()) })).doc("__reduce_ex__(proto) -> (cls, state)"),
        Def::new("__reduce__", "($self, /)", Native::N0(|vm, o| reduced(vm, o, 2))).doc("__reduce__() -> (cls, state)"),
    ],
    getset: &[
        GetSet::ro("hour", |vm, o| vm.new_int(this(o).hour.into())),
        GetSet::ro("minute", |vm, o| vm.new_int(this(o).minute.into())),
        GetSet::ro("second", |vm, o| vm.new_int(this(o).second.into())),
        GetSet::ro("microsecond", |vm, o| vm.new_int(this(o).micro.into())),
        GetSet::ro("tzinfo", |vm, o| Ok(this(o).zone(vm))),
        GetSet::ro("fold", |vm, o| vm.new_int(this(o).fold().into())),
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let slots = Slots { new: Some(new), repr: Some(repr), str: Some(str), hash: Some(hash), compare: Some(compare), ..Slots::default() };
    let ty = type_once::<Time>(vm, "datetime", "time", None, TypeFlags::GC.bits() | vm_flags::BASETYPE, slots, &DEF)?;
    let none = vm.none();
    let ends = [("min", new_time(vm, (0, 0, 0), 0, 0, &none)?), ("max", new_time(vm, (23, 59, 59), 999_999, 0, &none)?), ("resolution", delta::from_micros(vm, 1)?)];
    for (name, value) in ends {
        let key = vm.intern(name)?;
        ty.dict().set_interned(vm, &key, &value)?;
    }
    vm.type_modified(&ty);
    Ok(ty)
}
