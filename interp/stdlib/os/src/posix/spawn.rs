//! `posix_spawn` and `posix_spawnp`.
//!
//! Not here: fork and exec (`process.rs`).

use instar_vm::types::int::int_ref;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::arg::{self, Bound};
use super::process;

/// Attributes of the new process, released when dropped.
struct Attributes(libc::posix_spawnattr_t);
impl Drop for Attributes {
    // SAFETY: initialised once, destroyed once.
    fn drop(&mut self) { unsafe { libc::posix_spawnattr_destroy(&mut self.0) }; }
}

/// What to do with descriptors, released when dropped. The C library copies paths.
struct Actions(libc::posix_spawn_file_actions_t);
impl Drop for Actions {
    // SAFETY: initialised once, destroyed once.
    fn drop(&mut self) { unsafe { libc::posix_spawn_file_actions_destroy(&mut self.0) }; }
}

fn number(vm: &mut Vm, error: i32) -> PyResult<()> { if error == 0 { Ok(()) } else { Err(vm.os_error_number(error, &arg::strerror(error), None)) } }

fn signals(vm: &mut Vm, o: &Owned) -> PyResult<libc::sigset_t> {
    // SAFETY: all zeroes is storage that sigemptyset fills.
    let mut set = unsafe { let mut s: libc::sigset_t = std::mem::zeroed(); libc::sigemptyset(&mut s); s };
    for n in vm.collect(o)? {
        let n = vm.index_i64(&n)?;
        if !(1..65).contains(&n) { return Err(vm.value_error(format!("signal number {n} out of range [1; 64]"))) }
        // SAFETY: the number is valid.
        unsafe { libc::sigaddset(&mut set, n as i32) };
    }
    Ok(set)
}

fn attributes(vm: &mut Vm, f: &str, a: Bound<'_>) -> PyResult<Attributes> {
    // SAFETY: init fills the storage.
    let mut attr = unsafe { let mut x = std::mem::zeroed(); libc::posix_spawnattr_init(&mut x); Attributes(x) };
    let mut flags = 0;
    if let Some(group) = &a[4] && !vm.is_none(group) {
        let group = vm.index_i32(group)?;
        // SAFETY: initialised (here and below).
        number(vm, unsafe { libc::posix_spawnattr_setpgroup(&mut attr.0, group) })?;
        flags |= libc::POSIX_SPAWN_SETPGROUP;
    }
    if arg::flag(vm, a, 5, false)? { flags |= libc::POSIX_SPAWN_RESETIDS }
    if arg::flag(vm, a, 6, false)? { flags |= 0x80 }
    if let Some(mask) = &a[7] {
        let set = signals(vm, mask)?;
        number(vm, unsafe { libc::posix_spawnattr_setsigmask(&mut attr.0, &set) })?;
        flags |= libc::POSIX_SPAWN_SETSIGMASK;
    }
    if let Some(defaults) = &a[8] {
        let set = signals(vm, defaults)?;
        number(vm, unsafe { libc::posix_spawnattr_setsigdefault(&mut attr.0, &set) })?;
        flags |= libc::POSIX_SPAWN_SETSIGDEF;
    }
    if let Some(scheduler) = &a[9] && !vm.is_none(scheduler) {
        let Some(pair) = scheduler.cast::<PyTuple>().map(|t| t.items().to_vec()).filter(|p| p.len() == 2) else {
            return Err(vm.type_error(format!("{f}: scheduler must be a tuple or None")));
        };
        if !vm.is_none(&pair[0]) {
            let policy = vm.index_i32(&pair[0])?;
            number(vm, unsafe { libc::posix_spawnattr_setschedpolicy(&mut attr.0, policy) })?;
            flags |= libc::POSIX_SPAWN_SETSCHEDULER;
        }
        let priority = match pair[1].cast::<PyTuple>().and_then(|t| t.get(0)) { Some(p) => vm.index_i32(&p)?, None => return Err(vm.type_error("must have a sched_param object")) };
        // SAFETY: all zeroes is a valid sched_param.
        let mut param: libc::sched_param = unsafe { std::mem::zeroed() };
        param.sched_priority = priority;
        number(vm, unsafe { libc::posix_spawnattr_setschedparam(&mut attr.0, &param) })?;
        flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
    }
    number(vm, unsafe { libc::posix_spawnattr_setflags(&mut attr.0, flags as libc::c_short) })?;
    Ok(attr)
}

fn actions(vm: &mut Vm, list: &Owned) -> PyResult<Actions> {
    // SAFETY: init fills the storage.
    let mut actions = unsafe { let mut x = std::mem::zeroed(); libc::posix_spawn_file_actions_init(&mut x); Actions(x) };
    for item in vm.collect(list)? {
        let Some(t) = item.cast::<PyTuple>().map(|t| t.items().to_vec()).filter(|t| !t.is_empty()) else {
            return Err(vm.type_error("Each file_actions element must be a non-empty tuple"));
        };
        if int_ref(&t[0]).is_none() { return Err(vm.type_error("Unknown file_actions identifier")) }
        let error = match (vm.index_i64(&t[0])?, t.len()) {
            (0, 5) => {
                let (fd, path) = (vm.index_i32(&t[1])?, arg::c_string(vm, &t[2])?);
                let (flags, mode) = (vm.index_i32(&t[3])?, vm.index_i64(&t[4])?);
                // SAFETY: initialised (here and below), the path is copied.
                unsafe { libc::posix_spawn_file_actions_addopen(&mut actions.0, fd, path.as_ptr(), flags, mode as libc::mode_t) }
            }
            (0, _) => return Err(vm.type_error("A open file_action tuple must have 5 elements")),
            (1, 2) => { let fd = vm.index_i32(&t[1])?; unsafe { libc::posix_spawn_file_actions_addclose(&mut actions.0, fd) } }
            (1, _) => return Err(vm.type_error("A close file_action tuple must have 2 elements")),
            (2, 3) => { let (from, to) = (vm.index_i32(&t[1])?, vm.index_i32(&t[2])?); unsafe { libc::posix_spawn_file_actions_adddup2(&mut actions.0, from, to) } }
            (2, _) => return Err(vm.type_error("A dup2 file_action tuple must have 3 elements")),
            (3, 2) => { let fd = vm.index_i32(&t[1])?; unsafe { libc::posix_spawn_file_actions_addclosefrom_np(&mut actions.0, fd) } }
            (3, _) => return Err(vm.type_error("A closefrom file_action tuple must have 2 elements")),
            _ => return Err(vm.type_error("Unknown file_actions identifier")),
        };
        number(vm, error)?;
    }
    Ok(actions)
}

fn run(vm: &mut Vm, f: &str, a: Bound<'_>, search: bool) -> PyResult {
    let p = arg::path(vm, f, "path", a[0].as_ref())?;
    let (args, env) = (arg::required(vm, a, 1)?.clone(), arg::required(vm, a, 2)?.clone());
    let argv = process::argv(vm, f, &args)?;
    let envp = if vm.is_none(&env) { None } else { Some(process::envp(vm, f, &env)?) };
    let actions = match &a[3] { Some(list) if !vm.is_none(list) => Some(actions(vm, list)?), _ => None };
    let attributes = attributes(vm, f, a)?;
    let file_actions = actions.as_ref().map_or(std::ptr::null(), |x| &raw const x.0);
    unsafe extern "C" { static environ: *const *const libc::c_char; }
    let mut pid = 0;
    // SAFETY: null-terminated strings and arrays; the attributes live through the call; `environ` is only read.
    let error = unsafe {
        let env = envp.as_ref().map_or(environ, |e| e.ptr()).cast();
        let call = if search { libc::posix_spawnp } else { libc::posix_spawn };
        call(&mut pid, p.ptr(), file_actions, &attributes.0, argv.ptr().cast(), env)
    };
    if error != 0 { return Err(vm.os_error_number(error, &arg::strerror(error), Some(&p.object))) }
    vm.new_int(pid.into())
}

pub fn posix_spawn(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { run(vm, "posix_spawn", a, false) }
pub fn posix_spawnp(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { run(vm, "posix_spawnp", a, true) }
