//! `posix`: the operating system as `os` sees it.
//!
//! `posix/arg.rs` reads arguments, `table.rs` lists the functions, the other files hold them by subject. Not here: streams (`io.rs`),
//! signals (`instar_vm::signals`), the module `os` (Lib).

pub mod arg;
mod consts;
mod dir;
mod file;
mod linux;
mod names;
pub mod process;
mod spawn;
mod stat;
mod system;
mod table;

use instar_vm::module::NativeModule;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::support::{set, set_int};

/// Record types and fork hooks.
#[derive(Default)]
struct State {
    stat_result: Option<TypeRef>,
    statvfs_result: Option<TypeRef>,
    terminal_size: Option<TypeRef>,
    uname_result: Option<TypeRef>,
    times_result: Option<TypeRef>,
    sched_param: Option<TypeRef>,
    waitid_result: Option<TypeRef>,
    /// Hooks of `register_at_fork`: before, in the child, in the parent.
    at_fork: [Vec<Owned>; 3],
}

fn record(vm: &mut Vm, ns: &Ref<PyDict>, module: &'static str, name: &'static str, fields: &[&'static str], visible: usize) -> PyResult<TypeRef> {
    let ty = vm.new_struct_sequence_type(module, name, fields, visible)?;
    set(vm, ns, name, ty.obj())?;
    Ok(ty)
}

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let stat_result = record(vm, ns, "os", "stat_result", stat::STAT_FIELDS, 10)?;
    let sched_param = record(vm, ns, "posix", "sched_param", &["sched_priority"], 1)?;
    vm.set_struct_sequence_new(&sched_param, linux::new_sched_param);
    linux::add_reduce(vm, &sched_param)?;
    let statvfs_result = record(vm, ns, "os", "statvfs_result", stat::STATVFS_FIELDS, 10)?;
    let terminal_size = record(vm, ns, "os", "terminal_size", &["columns", "lines"], 2)?;
    let uname_result = record(vm, ns, "posix", "uname_result", &["sysname", "nodename", "release", "version", "machine"], 5)?;
    let times_result = record(vm, ns, "posix", "times_result", &["user", "system", "children_user", "children_system", "elapsed"], 5)?;
    let waitid_result = record(vm, ns, "posix", "waitid_result", &["si_pid", "si_uid", "si_signo", "si_status", "si_code"], 5)?;
    let at_fork = std::mem::take(&mut vm.state::<State>().at_fork);
    *vm.state::<State>() = State { stat_result: Some(stat_result), statvfs_result: Some(statvfs_result), terminal_size: Some(terminal_size),
        uname_result: Some(uname_result), times_result: Some(times_result), sched_param: Some(sched_param), waitid_result: Some(waitid_result),
        at_fork };
    dir::init(vm, ns)?;
    for (name, n) in consts::CONSTANTS { set_int(vm, ns, name, *n)? }
    for (name, rows) in [("sysconf_names", consts::SYSCONF), ("pathconf_names", consts::PATHCONF), ("confstr_names", consts::CONFSTR)] {
        let d = vm.new_dict()?;
        for (key, n) in rows { set_int(vm, &d, key, (*n).into())? }
        set(vm, ns, name, d.obj())?;
    }
    let have = consts::HAVE.iter().map(|h| vm.new_str(h)).collect::<PyResult<Vec<_>>>()?;
    let have = vm.new_list(have)?.into_obj();
    set(vm, ns, "_have_functions", &have)?;
    let environ = system::environment(vm)?.into_obj();
    set(vm, ns, "environ", &environ)?;
    let (sys, name) = (vm.sys.clone(), vm.names.sys.clone());
    let key = vm.intern("_get_cpu_count_config")?;
    if sys.get_interned(vm, &key).is_none() {
        let module = vm.import_module("sys")?;
        instar_vm::builtins::add_functions(vm, &sys, &module, &name, &system::CPU_CONFIG)?;
    }
    let error = vm.types.os_error.obj().clone();
    set(vm, ns, "error", &error)
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "posix",
    doc: "Access to operating system functionality that the C Standard and the POSIX standard define.",
    functions: table::FUNCTIONS,
    exec,
};
