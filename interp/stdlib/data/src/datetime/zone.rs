//! `tzinfo`, the base of time zones, and `timezone`, a fixed offset.
//!
//! Also here: asking a zone about an instant, with checks of its answer. Not here: the system's zone (`local.rs`).

use instar_code::Compare;
use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::datetime_type::{add_delta, is_datetime, DateTime};
use super::delta::{self, delta, Delta};
use super::State;
use crate::support::type_once;

/// Payload of `tzinfo`.
pub struct TzInfo;
instar_vm::trace! { TzInfo { } }
instar_vm::fields! { TzInfo {} }
instar_vm::payload!(TzInfo, "tzinfo");

/// Payload of `timezone`.
pub struct Zone {
    offset: Owned,
    name: Option<Owned>,
}
instar_vm::trace! { Zone { offset, name } }
instar_vm::fields! { Zone { offset, name } }
instar_vm::payload!(Zone, "timezone");

/// Whether `o` is an instance of `tzinfo`.
pub fn is_tzinfo(vm: &Vm, o: &Owned) -> bool { o.is_instance_of(vm, vm.types.native_type::<TzInfo>()) }

/// The zone argument of a constructor: None or a tzinfo.
pub fn check_tzinfo(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    if vm.is_none(o) || is_tzinfo(vm, o) { return Ok(()) }
    let t = o.type_name(vm);
    Err(vm.type_error(format!("tzinfo argument must be None or of a tzinfo subclass, not type '{t}'")))
}

/// Whether a duration is strictly between a day back and a day ahead.
fn is_offset(d: &Delta) -> bool { d.total().abs() < 86_400_000_000 }

#[cold]
fn bad_offset(vm: &mut Vm, o: &Owned) -> Raised {
    match vm.repr_text(o) {
        Ok(r) => vm.value_error(format!("offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {r}")),
        Err(e) => e,
    }
}

/// `zone.method(argument)` for `utcoffset` and `dst`: None or a duration in range.
pub fn ask(vm: &mut Vm, zone: &Owned, method: &str, argument: &Owned) -> PyResult<Option<Owned>> {
    if vm.is_none(zone) { return Ok(None) }
    // The fixed zones' own answers need no check.
    if let Some(z) = zone.cast::<Zone>() && zone.is_exact::<Zone>(vm) { return Ok(if method == "dst" { None } else { Some(z.offset.clone()) }) }
    let name = vm.intern(method)?;
    let answer = vm.call_method(zone, &name, std::slice::from_ref(argument))?;
    if vm.is_none(&answer) { return Ok(None) }
    match delta(&answer) {
        Some(d) if is_offset(d) => Ok(Some(answer)),
        Some(_) => Err(bad_offset(vm, &answer)),
        None => {
            let t = answer.type_name(vm);
            Err(vm.type_error(format!("tzinfo.{method}() must return None or timedelta, not '{t}'")))
        }
    }
}

/// `zone.tzname(argument)`: None or a str.
pub fn ask_name(vm: &mut Vm, zone: &Owned, argument: &Owned) -> PyResult {
    if vm.is_none(zone) { return Ok(vm.none()) }
    let name = vm.intern("tzname")?;
    let answer = vm.call_method(zone, &name, std::slice::from_ref(argument))?;
    if vm.is_none(&answer) || answer.cast::<PyStr>().is_some() { return Ok(answer) }
    let t = answer.type_name(vm);
    Err(vm.type_error(format!("tzinfo.tzname() must return None or a string, not '{t}'")))
}

// ---- tzinfo ----------------------------------------------------------------------------------------------------------

fn unimplemented(vm: &mut Vm, method: &str) -> Raised { vm.not_implemented_error(format!("a tzinfo subclass must implement {method}()")) }

/// The checks that every `fromutc` begins with.
pub fn check_fromutc(vm: &mut Vm, zone: &Owned, dt: &Owned) -> PyResult<()> {
    let Some(m) = dt.cast::<DateTime>() else { return Err(vm.type_error("fromutc: argument must be a datetime")) };
    if m.zone(vm).is(zone) { Ok(()) } else { Err(vm.value_error("fromutc: dt.tzinfo is not self")) }
}

fn fromutc(vm: &mut Vm, zone: &Owned, dt: &Owned) -> PyResult {
    check_fromutc(vm, zone, dt)?;
    let Some(offset) = ask(vm, zone, "utcoffset", dt)? else { return Err(vm.value_error("fromutc: non-None utcoffset() result required")) };
    let Some(dst) = ask(vm, zone, "dst", dt)? else { return Err(vm.value_error("fromutc: non-None dst() result required")) };
    let standard = delta::difference(vm, &offset, &dst)?;
    let result = add_delta(vm, dt, &standard, 1)?;
    let Some(dst) = ask(vm, zone, "dst", &result)? else { return Err(vm.value_error("fromutc: tz.dst() gave inconsistent results; cannot convert")) };
    if delta(&dst).is_some_and(Delta::is_zero) { Ok(result) } else { add_delta(vm, &result, &dst, 1) }
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let key = vm.intern("__getinitargs__")?;
    let args = match vm.get_attr_opt(o, &key)? { Some(f) => vm.call0(&f)?, None => vm.consts.empty_tuple.obj().clone() };
    let key = vm.names.__getstate__.clone();
    let state = vm.call_method(o, &key, &[])?;
    let parts = [o.type_of(vm).obj().clone(), args, state];
    Ok(vm.new_tuple(parts)?.into_obj())
}

static TZINFO: TypeDef = TypeDef {
    doc: "Abstract base class for time zone info objects.",
    sig: "",
    methods: &[
        Def::new("tzname", "", Native::N1(|vm, _, _| Err(unimplemented(vm, "tzname")))).doc("datetime -> string name of time zone."),
        Def::new("utcoffset", "", Native::N1(|vm, _, _| Err(unimplemented(vm, "utcoffset")))).doc("datetime -> timedelta showing offset from UTC, negative values indicating West of UTC"),
        Def::new("dst", "", Native::N1(|vm, _, _| Err(unimplemented(vm, "dst")))).doc("datetime -> DST offset as timedelta positive east of UTC."),
        Def::new("fromutc", "", Native::N1(fromutc)).doc("datetime in UTC -> datetime in local time."),
        Def::new("__reduce__", "($self, /)", Native::N0(reduce)).doc("-> (cls, state)"),
    ],
    getset: &[],
};

// ---- timezone --------------------------------------------------------------------------------------------------------

fn this(o: &Owned) -> &Zone { o.cast::<Zone>().expect("law: checked by the descriptor") }

/// A fixed zone; the zone UTC itself for no offset and no name.
pub fn new_zone(vm: &mut Vm, offset: &Owned, name: Option<Owned>) -> PyResult {
    let Some(d) = delta(offset) else { return Err(vm.system_error("timedelta expected")) };
    if name.is_none() && d.is_zero() && let Some(utc) = vm.state::<State>().utc.clone() { return Ok(utc) }
    if !is_offset(d) { return Err(bad_offset(vm, offset)) }
    Ok(vm.new_object(Zone { offset: offset.clone(), name })?.into_obj())
}

fn new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "timezone", const { &Signature::parse("(offset, name=None)") })?;
    let Some(offset) = &bound[0] else { return Err(vm.system_error("bad arguments")) };
    if delta(offset).is_none() {
        let t = offset.type_name(vm);
        return Err(vm.type_error(format!("timezone() argument 1 must be datetime.timedelta, not {t}")));
    }
    if let Some(name) = &bound[1] && name.cast::<PyStr>().is_none() {
        let t = name.type_name(vm);
        return Err(vm.type_error(format!("timezone() argument 2 must be str, not {}", if vm.is_none(name) { "None" } else { &t })));
    }
    new_zone(vm, offset, bound[1].clone())
}

fn check_argument(vm: &mut Vm, dt: &Owned, method: &str) -> PyResult<()> {
    if vm.is_none(dt) || is_datetime(dt) { return Ok(()) }
    let t = dt.type_name(vm);
    Err(vm.type_error(format!("{method}(dt) argument must be a datetime instance or None, not {t}")))
}

fn zone_text(vm: &mut Vm, o: &Owned) -> PyResult {
    let z = this(o);
    if let Some(name) = &z.name { return Ok(name.clone()) }
    let Some(d) = delta(&z.offset) else { return Err(vm.system_error("timedelta expected")) };
    if d.is_zero() { return vm.new_str("UTC") }
    let text = format!("UTC{}", super::format::offset(d, ":"));
    vm.new_str(&text)
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    if vm.state::<State>().utc.as_ref().is_some_and(|u| u.is(o)) { return vm.new_str("datetime.timezone.utc") }
    let z = this(o);
    let mut text = format!("{}({}", super::tp_name(vm, o), vm.repr_text(&z.offset)?);
    if let Some(name) = &z.name { text += ", "; text += &vm.repr_text(name)? }
    vm.new_str(&(text + ")"))
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (Some(x), Some(y), Compare::Eq | Compare::Ne) = (a.cast::<Zone>(), b.cast::<Zone>(), op) else { return Ok(vm.not_implemented()) };
    let equal = delta(&x.offset).map(Delta::total) == delta(&y.offset).map(Delta::total);
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

fn zone_fromutc(vm: &mut Vm, o: &Owned, dt: &Owned) -> PyResult {
    check_fromutc(vm, o, dt)?;
    add_delta(vm, dt, &this(o).offset, 1)
}

fn init_args(vm: &mut Vm, o: &Owned) -> PyResult {
    let z = this(o);
    let parts: Vec<Owned> = std::iter::once(z.offset.clone()).chain(z.name.clone()).collect();
    Ok(vm.new_tuple(parts)?.into_obj())
}

static TIMEZONE: TypeDef = TypeDef {
    doc: "Fixed offset from UTC implementation of tzinfo.",
    sig: "",
    methods: &[
        Def::new("tzname", "", Native::N1(|vm, o, dt| { check_argument(vm, dt, "tzname")?; zone_text(vm, o) }))
            .doc("If name is specified when timezone is created, returns the name.  Otherwise returns offset as 'UTC(+|-)HH:MM'."),
        Def::new("utcoffset", "", Native::N1(|vm, o, dt| { check_argument(vm, dt, "utcoffset")?; Ok(this(o).offset.clone()) })).doc("Return fixed offset."),
        Def::new("dst", "", Native::N1(|vm, _, dt| { check_argument(vm, dt, "dst")?; Ok(vm.none()) })).doc("Return None."),
        Def::new("fromutc", "", Native::N1(zone_fromutc)).doc("datetime in UTC -> datetime in local time."),
        Def::new("__getinitargs__", "($self, /)", Native::N0(init_args)).doc("pickle support"),
    ],
    getset: &[],
};

/// Makes both types and the zone UTC.
pub fn make(vm: &mut Vm) -> PyResult<(TypeRef, TypeRef)> {
    let slots = Slots { new: Some(|vm, ty, _| Ok(vm.new_object_of(ty, TzInfo)?.into_obj())), ..Slots::default() };
    let tzinfo = type_once::<TzInfo>(vm, "datetime", "tzinfo", None, vm_flags::BASETYPE, slots, &TZINFO)?;
    let slots = Slots {
        new: Some(new), repr: Some(repr), str: Some(zone_text), compare: Some(compare),
        hash: Some(|_, o| Ok(delta(&this(o).offset).map_or(0, delta::hash_value))), ..Slots::default()
    };
    let timezone = type_once::<Zone>(vm, "datetime", "timezone", Some(&tzinfo), TypeFlags::GC.bits(), slots, &TIMEZONE)?;
    if vm.state::<State>().utc.is_none() {
        let zero = delta::from_micros(vm, 0)?;
        let utc = new_zone(vm, &zero, None)?;
        vm.state::<State>().utc = Some(utc.clone());
        let key = vm.intern("utc")?;
        timezone.dict().set_interned(vm, &key, &utc)?;
        for (name, minutes) in [("min", -1439), ("max", 1439)] {
            let offset = delta::from_parts(vm, 0, minutes * 60, 0)?;
            let (key, zone) = (vm.intern(name)?, new_zone(vm, &offset, None)?);
            timezone.dict().set_interned(vm, &key, &zone)?;
        }
        vm.type_modified(&timezone);
    }
    Ok((tzinfo, timezone))
}
