//! `_datetime`: dates, times, durations and time zones.
//!
//! `calendar.rs` is arithmetic of days, one file a class; `iso.rs` reads ISO 8601 text, `format.rs` writes text, `local.rs` asks the
//! system about its zone. Not here: `strptime`, which is Python code (`_strptime`).

mod calendar;
pub mod date;
mod datetime_new;
pub mod datetime_type;
mod datetime_zone;
pub mod delta;
mod format;
mod iso;
mod iso_date;
mod local;
mod time;
pub mod zone;

use instar_vm::module::NativeModule;
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{set, set_int, set_type};

/// What this interpreter keeps: the zone UTC and the epoch in it.
#[derive(Default)]
pub struct State {
    /// `timezone.utc`
    pub utc: Option<Owned>,
    /// `datetime(1970, 1, 1, tzinfo=utc)`
    pub epoch: Option<Owned>,
}

/// `timezone.utc`
pub fn utc(vm: &mut Vm) -> PyResult { let utc = vm.state::<State>().utc.clone(); utc.ok_or_else(|| vm.system_error("module _datetime is not ready")) }

/// An int of more than 64 bits if need be.
fn new_wide(vm: &mut Vm, n: i128) -> PyResult {
    match i64::try_from(n) { Ok(n) => vm.new_int(n), Err(_) => vm.new_bigint(dashu_int::IBig::from(n)) }
}

/// The name of an object's type as texts show it: with the module for the types of this module, without for classes.
fn tp_name(vm: &Vm, o: &Owned) -> String {
    let ty = o.type_of(vm);
    if ty.is_heap_type() { ty.name(vm) } else { format!("datetime.{}", ty.name(vm)) }
}

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let delta = delta::make(vm)?;
    let (tzinfo, timezone) = zone::make(vm)?;
    let date = date::make(vm)?;
    let time = time::make(vm)?;
    let datetime = datetime_type::make(vm, &date)?;
    iso_date::make(vm)?;
    for ty in [&delta, &tzinfo, &timezone, &date, &time, &datetime] { set_type(vm, ns, ty)? }
    set_int(vm, ns, "MINYEAR", calendar::YEAR_MIN.into())?;
    set_int(vm, ns, "MAXYEAR", calendar::YEAR_MAX.into())?;
    let utc = utc(vm)?;
    set(vm, ns, "UTC", &utc)
}

/// The module.
pub static MODULE: NativeModule = NativeModule { name: "_datetime", doc: "Fast implementation of the datetime module.", functions: &[], exec };
