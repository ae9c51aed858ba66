//! What a `datetime` has to do with zones and instants: offsets, conversion, timestamps, time tuples.
//!
//! Not here: the zones (`zone.rs`), the system's zone (`local.rs`).

use instar_vm::{Owned, PyResult, Vm};

use super::calendar as cal;
use super::datetime_type::{add_delta, difference, new_datetime, this, DateTime, Fields};
use super::delta::{delta, Delta};
use super::zone::{ask, check_tzinfo};
use super::{format, local, State};
use instar_vm::ObjExt;

/// `dt.utcoffset()`
pub fn utcoffset(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> { let z = this(o).zone(vm); ask(vm, &z, "utcoffset", o) }

/// `dt.dst()`
pub fn dst(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> { let z = this(o).zone(vm); ask(vm, &z, "dst", o) }

/// `dt.timetuple()`
pub fn timetuple(vm: &mut Vm, o: &Owned) -> PyResult {
    let flag = match dst(vm, o)? { None => -1, Some(d) => i32::from(!delta(&d).is_some_and(Delta::is_zero)) };
    let d = this(o);
    format::struct_time(vm, d.ymd(), d.hms(), flag)
}

/// `dt.utctimetuple()`
pub fn utctimetuple(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = this(o);
    let Some(offset) = utcoffset(vm, o)? else { return format::struct_time(vm, d.ymd(), d.hms(), 0) };
    let s = (d.total() - delta(&offset).map_or(0, Delta::total)).div_euclid(1_000_000) as i64;
    let day = s.div_euclid(86_400);
    if !(1..=i64::from(cal::ORDINAL_MAX)).contains(&day) { return Err(vm.overflow_error("date value out of range")) }
    let s = s.rem_euclid(86_400) as i32;
    format::struct_time(vm, cal::from_ordinal(day as i32), (s / 3600, s / 60 % 60, s % 60), 0)
}

/// Seconds from 1970 to a naive local time.
fn local_stamp(vm: &mut Vm, d: &DateTime) -> PyResult<i64> { Ok(local::local_to_seconds(vm, d.ymd(), d.hms(), d.fold())? - local::EPOCH) }

/// `dt.timestamp()`
pub fn timestamp(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = this(o);
    if vm.is_none(&d.zone(vm)) {
        let t = local_stamp(vm, d)?;
        return vm.new_float(t as f64 + f64::from(d.micro()) / 1e6);
    }
    let span = since_epoch(vm, o)?;
    let key = vm.intern("total_seconds")?;
    vm.call_method(&span, &key, &[])
}

fn since_epoch(vm: &mut Vm, o: &Owned) -> PyResult {
    let epoch = vm.state::<State>().epoch.clone();
    match epoch { Some(epoch) => difference(vm, o, &epoch), None => Err(vm.system_error("module _datetime is not ready")) }
}

/// `dt.astimezone(tz=None)`
pub fn astimezone(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let target = match &args[0] { Some(tz) => { check_tzinfo(vm, tz)?; tz.clone() } None => vm.none() };
    let d = this(o);
    let mut own = d.zone(vm);
    let mut offset = None;
    if !vm.is_none(&own) {
        if own.is(&target) { return Ok(o.clone()) }
        offset = ask(vm, &own, "utcoffset", o)?;
    }
    let offset = match offset {
        Some(offset) => offset,
        None => {
            // Without offset it is a time of the system's zone.
            let mut t = local_stamp(vm, d)?;
            // In a gap the offset is that of the other side: then the result is the instant that the timestamp says.
            let other = local::local_to_seconds(vm, d.ymd(), d.hms(), !d.fold())? - local::EPOCH;
            if other != t && (other > t) == d.fold() { t = other }
            own = local::zone_at(vm, t)?;
            if own.is(&target) { return Ok(o.clone()) }
            match ask(vm, &own, "utcoffset", o)? { Some(offset) => offset, None => return Err(vm.system_error("a fixed zone has an offset")) }
        }
    };
    let shifted = add_delta(vm, o, &offset, -1)?;
    let utc = super::utc(vm)?;
    let shifted = if let (Some(m), false) = (shifted.cast::<DateTime>(), vm.is_none(&d.zone(vm))) { m.set_zone(Some(utc)); shifted }
        else { let f = Fields { ..this(&shifted).fields() }; new_datetime(vm, f, &utc)? };
    let target = if vm.is_none(&target) {
        let span = since_epoch(vm, &shifted)?;
        let t = delta(&span).map_or(0, Delta::whole_seconds);
        local::zone_at(vm, t)?
    } else { target };
    if let Some(m) = shifted.cast::<DateTime>() { m.set_zone(Some(target.clone())) }
    let key = vm.intern("fromutc")?;
    vm.call_method(&target, &key, &[shifted])
}
