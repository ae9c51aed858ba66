//! `syslog`: messages to the system's log.
//!
//! Not here: `logging` (Lib).

use std::ffi::CString;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use crate::posix::arg::{self, Bound};
use crate::support::set_int;

/// The name that messages carry: the C library keeps a pointer to it while the log is open.
#[derive(Default)]
struct State { ident: Option<CString>, open: bool }
impl Drop for State {
    fn drop(&mut self) {
        // SAFETY: after this nobody has the pointer any more.
        if self.open { unsafe { libc::closelog() } }
    }
}

fn c_text(vm: &mut Vm, o: &Owned, what: &str) -> PyResult<CString> {
    let text = crate::support::text(vm, o, what)?;
    CString::new(text).map_err(|_| vm.value_error("embedded null character"))
}

/// The name of the program without its directory.
fn program(vm: &mut Vm) -> PyResult<Option<CString>> {
    let (key, sys) = (vm.intern("argv")?, vm.sys.clone());
    let Some(argv) = sys.get_interned(vm, &key) else { return Ok(None) };
    let Some(first) = vm.collect(&argv)?.first().cloned() else { return Ok(None) };
    let Some(text) = first.cast::<PyStr>().map(|s| s.to_string_lossy()) else { return Ok(None) };
    let name = text.rsplit('/').next().unwrap_or_default();
    Ok(if name.is_empty() { None } else { CString::new(name).ok() })
}

fn open(vm: &mut Vm, ident: Option<CString>, option: i32, facility: i32) {
    let state = vm.state::<State>();
    state.open = true;
    // The old name goes after the new one is in place.
    let old = std::mem::replace(&mut state.ident, ident);
    // SAFETY: the name lives in the state until the log is closed or opened anew.
    unsafe { libc::openlog(state.ident.as_ref().map_or(std::ptr::null(), |i| i.as_ptr()), option, facility) }
    drop(old);
}

fn openlog(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let ident = match &a[0] { Some(o) => Some(c_text(vm, o, "openlog() argument 'ident'")?), None => program(vm)? };
    let (option, facility) = (arg::int(vm, a, 1, 0)?, arg::int(vm, a, 2, libc::LOG_USER)?);
    open(vm, ident, option, facility);
    Ok(vm.none())
}

fn syslog(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (priority, message) = match a {
        [m] => (libc::LOG_INFO, c_text(vm, m, "syslog() argument 1")?),
        [p, m] => (vm.index_i32(p)?, c_text(vm, m, "syslog() argument 2")?),
        _ => return Err(vm.type_error("syslog.syslog requires 1 to 2 arguments")),
    };
    if !vm.state::<State>().open {
        let ident = program(vm)?;
        open(vm, ident, 0, libc::LOG_USER);
    }
    let text = message.as_c_str();
    // SAFETY: the format takes one string, which is null-terminated.
    vm.without_gil(|| unsafe { libc::syslog(priority, c"%s".as_ptr(), text.as_ptr()) });
    Ok(vm.none())
}

fn closelog(vm: &mut Vm, _: &Owned) -> PyResult {
    let state = vm.state::<State>();
    if state.open {
        // SAFETY: no precondition.
        unsafe { libc::closelog() }
        *vm.state::<State>() = State { ident: None, open: false };
    }
    Ok(vm.none())
}

fn setlogmask(vm: &mut Vm, _: &Owned, mask: &Owned) -> PyResult {
    let mask = vm.index_i64(mask)? as i32;
    // SAFETY: no memory is involved.
    vm.new_int(unsafe { libc::setlogmask(mask) }.into())
}

fn mask(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult { let n = vm.index_i64(n)?; vm.new_int(i64::from(1i32.wrapping_shl(n as u32))) }
fn up_to(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult { let n = vm.index_i64(n)?; vm.new_int(i64::from(1i32.wrapping_shl(n as u32 + 1).wrapping_sub(1))) }

/// Numbers of Linux on 64-bit machines.
const CONSTANTS: &[(&str, i64)] = &[
    ("LOG_ALERT", 1), ("LOG_AUTH", 32), ("LOG_AUTHPRIV", 80), ("LOG_CONS", 2), ("LOG_CRIT", 2), ("LOG_CRON", 72), ("LOG_DAEMON", 24),
    ("LOG_DEBUG", 7), ("LOG_EMERG", 0), ("LOG_ERR", 3), ("LOG_FTP", 88), ("LOG_INFO", 6), ("LOG_KERN", 0), ("LOG_LOCAL0", 128),
    ("LOG_LOCAL1", 136), ("LOG_LOCAL2", 144), ("LOG_LOCAL3", 152), ("LOG_LOCAL4", 160), ("LOG_LOCAL5", 168), ("LOG_LOCAL6", 176),
    ("LOG_LOCAL7", 184), ("LOG_LPR", 48), ("LOG_MAIL", 16), ("LOG_NDELAY", 8), ("LOG_NEWS", 56), ("LOG_NOTICE", 5), ("LOG_NOWAIT", 16),
    ("LOG_ODELAY", 4), ("LOG_PERROR", 32), ("LOG_PID", 1), ("LOG_SYSLOG", 40), ("LOG_USER", 8), ("LOG_UUCP", 64), ("LOG_WARNING", 4),
];

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "syslog",
    doc: "",
    functions: &[
        Def::new("openlog", "($module, /, ident=<unrepresentable>, logoption=0, facility=LOG_USER)", Native::Bound(openlog)).doc("Set logging options of subsequent syslog() calls."),
        Def::new("syslog", "", Native::Var(syslog, 0, usize::MAX)).doc("syslog([priority=LOG_INFO,] message)\nSend the string message to the system logger."),
        Def::new("closelog", "($module, /)", Native::N0(closelog)).doc("Reset the syslog module values and call the system library closelog()."),
        Def::new("setlogmask", "($module, maskpri, /)", Native::N1(setlogmask)).doc("Set the priority mask to maskpri and return the previous mask value."),
        Def::new("LOG_MASK", "($module, pri, /)", Native::N1(mask)).doc("Calculates the mask for the individual priority pri."),
        Def::new("LOG_UPTO", "($module, pri, /)", Native::N1(up_to)).doc("Calculates the mask for all priorities up to and including pri."),
    ],
    exec: |vm, _, ns| { for (name, n) in CONSTANTS { set_int(vm, ns, name, *n)? } Ok(()) },
};
