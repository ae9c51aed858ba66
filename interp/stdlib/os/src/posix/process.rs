//! Processes: ids, starting, waiting, signals, ends.
//!
//! Not here: scheduling (`sched.rs`), `posix_spawn` (`spawn.rs`).

use std::ffi::{c_char, CString};

use instar_vm::types::list::PyList;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::arg::{self, Allow, Bound};
use super::State;

macro_rules! ids {
    ($($name:ident)*) => { $(
        pub fn $name(vm: &mut Vm, _: &Owned) -> PyResult {
            // SAFETY: only asks.
            vm.new_int(unsafe { libc::$name() }.into())
        }
    )* };
}
ids! { getpid getppid getuid geteuid getgid getegid getpgrp }

macro_rules! set_ids {
    ($($name:ident $what:literal)*) => { $(
        pub fn $name(vm: &mut Vm, _: &Owned, id: &Owned) -> PyResult {
            let id = arg::id(vm, id, $what)?;
            // SAFETY: no memory is involved.
            arg::done(vm, None, unsafe { libc::$name(id) })
        }
    )* };
}
set_ids! { setuid "uid" seteuid "uid" setgid "gid" setegid "gid" }

pub fn setreuid(vm: &mut Vm, _: &Owned, r: &Owned, e: &Owned) -> PyResult {
    let (r, e) = (arg::id(vm, r, "uid")?, arg::id(vm, e, "uid")?);
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::setreuid(r, e) })
}
pub fn setregid(vm: &mut Vm, _: &Owned, r: &Owned, e: &Owned) -> PyResult {
    let (r, e) = (arg::id(vm, r, "gid")?, arg::id(vm, e, "gid")?);
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::setregid(r, e) })
}
pub fn setresuid(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (r, e, s) = (arg::id(vm, &a[0], "uid")?, arg::id(vm, &a[1], "uid")?, arg::id(vm, &a[2], "uid")?);
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::setresuid(r, e, s) })
}
pub fn setresgid(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (r, e, s) = (arg::id(vm, &a[0], "gid")?, arg::id(vm, &a[1], "gid")?, arg::id(vm, &a[2], "gid")?);
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::setresgid(r, e, s) })
}

fn three(vm: &mut Vm, result: i32, ids: [u32; 3]) -> PyResult {
    arg::check(vm, None, result.into())?;
    let items = ids.iter().map(|n| vm.new_int((*n).into())).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(items)?.into_obj())
}
pub fn getresuid(vm: &mut Vm, _: &Owned) -> PyResult {
    let [mut r, mut e, mut s] = [0; 3];
    // SAFETY: three writable ids.
    let result = unsafe { libc::getresuid(&mut r, &mut e, &mut s) };
    three(vm, result, [r, e, s])
}
pub fn getresgid(vm: &mut Vm, _: &Owned) -> PyResult {
    let [mut r, mut e, mut s] = [0; 3];
    // SAFETY: three writable ids.
    let result = unsafe { libc::getresgid(&mut r, &mut e, &mut s) };
    three(vm, result, [r, e, s])
}

fn group_list(vm: &mut Vm, groups: &[u32]) -> PyResult {
    let items = groups.iter().map(|n| vm.new_int((*n).into())).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_list(items)?.into_obj())
}

pub fn getgroups(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: size 0 only asks for the number.
    let n = arg::check(vm, None, unsafe { libc::getgroups(0, std::ptr::null_mut()) }.into())?;
    let mut groups = vec![0; n as usize];
    // SAFETY: room for n groups.
    let n = arg::check(vm, None, unsafe { libc::getgroups(n as i32, groups.as_mut_ptr()) }.into())?;
    group_list(vm, &groups[..n as usize])
}

pub fn setgroups(vm: &mut Vm, _: &Owned, groups: &Owned) -> PyResult {
    if !vm.is_iterable(groups) { return Err(vm.type_error("setgroups argument must be a sequence")) }
    let items = vm.collect(groups)?;
    if items.len() > 65536 { return Err(vm.value_error("too many groups")) }
    let ids = items.iter().map(|g| arg::id(vm, g, "gid")).collect::<PyResult<Vec<_>>>()?;
    // SAFETY: the list is readable for its length.
    arg::done(vm, None, unsafe { libc::setgroups(ids.len(), ids.as_ptr()) })
}

pub fn initgroups(vm: &mut Vm, _: &Owned, user: &Owned, group: &Owned) -> PyResult {
    let (user, group) = (arg::c_string(vm, user)?, arg::id(vm, group, "gid")?);
    // SAFETY: the name is null-terminated.
    arg::done(vm, None, unsafe { libc::initgroups(user.as_ptr(), group) })
}

pub fn getgrouplist(vm: &mut Vm, _: &Owned, user: &Owned, group: &Owned) -> PyResult {
    let (user, group) = (arg::c_string(vm, user)?, arg::id(vm, group, "gid")?);
    let mut groups = vec![0; 64];
    loop {
        let mut n = groups.len() as i32;
        // SAFETY: room for n groups; the name is null-terminated.
        if unsafe { libc::getgrouplist(user.as_ptr(), group, groups.as_mut_ptr(), &mut n) } >= 0 { return group_list(vm, &groups[..n as usize]) }
        if groups.len() > 1 << 20 { return Err(arg::fail(vm, None)) }
        groups.resize(groups.len() * 2, 0);
    }
}

pub fn getlogin(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: the result is null or a null-terminated string, copied at once.
    let name = unsafe {
        let p = libc::getlogin();
        if p.is_null() { None } else { Some(std::ffi::CStr::from_ptr(p).to_bytes().to_vec()) }
    };
    match name { Some(n) => vm.fs_decode(&n), None => Err(arg::fail(vm, None)) }
}

pub fn getpgid(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let pid = arg::int(vm, a, 0, 0)?;
    // SAFETY: only asks.
    let n = arg::check(vm, None, unsafe { libc::getpgid(pid) }.into())?;
    vm.new_int(n)
}
pub fn getsid(vm: &mut Vm, _: &Owned, pid: &Owned) -> PyResult {
    let pid = vm.index_i32(pid)?;
    // SAFETY: only asks.
    let n = arg::check(vm, None, unsafe { libc::getsid(pid) }.into())?;
    vm.new_int(n)
}
pub fn setsid(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::setsid() })
}
pub fn setpgrp(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::setpgid(0, 0) })
}
pub fn setpgid(vm: &mut Vm, _: &Owned, pid: &Owned, group: &Owned) -> PyResult {
    let (pid, group) = (vm.index_i32(pid)?, vm.index_i32(group)?);
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::setpgid(pid, group) })
}

/// Signals to oneself are delivered before the call returns.
fn send(vm: &mut Vm, result: i32) -> PyResult {
    arg::check(vm, None, result.into())?;
    vm.safe_point()?;
    Ok(vm.none())
}
pub fn kill(vm: &mut Vm, _: &Owned, pid: &Owned, signal: &Owned) -> PyResult {
    let (pid, signal) = (vm.index_i32(pid)?, vm.index_i32(signal)?);
    // SAFETY: no memory is involved.
    send(vm, unsafe { libc::kill(pid, signal) })
}
pub fn killpg(vm: &mut Vm, _: &Owned, group: &Owned, signal: &Owned) -> PyResult {
    let (group, signal) = (vm.index_i32(group)?, vm.index_i32(signal)?);
    // SAFETY: no memory is involved.
    send(vm, unsafe { libc::killpg(group, signal) })
}

pub fn register_at_fork(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    if a.iter().all(Option::is_none) { return Err(vm.type_error("At least one argument is required.")) }
    for (i, name) in ["before", "after_in_child", "after_in_parent"].iter().enumerate() {
        if let Some(f) = &a[i] && !vm.is_callable(f) {
            let t = f.type_name(vm);
            return Err(vm.type_error(format!("'{name}' must be callable, not {t}")));
        }
    }
    let hooks = &mut vm.state::<State>().at_fork;
    for (list, f) in hooks.iter_mut().zip(a) { list.extend(f.clone()) }
    Ok(vm.none())
}

/// Runs hooks; their errors are only reported.
fn run_hooks(vm: &mut Vm, which: usize) {
    let mut hooks = vm.state::<State>().at_fork[which].clone();
    if which == 0 { hooks.reverse() }
    for f in hooks { if let Err(e) = vm.call0(&f) { vm.unraisable(e, "Exception ignored in fork hook", Some(&f)) } }
}

/// Forks by `call`, with the hooks of `register_at_fork`.
pub fn fork_by(vm: &mut Vm, call: impl FnOnce() -> libc::pid_t) -> PyResult<libc::pid_t> {
    if vm.finalizing {
        let ty = vm.types.python_finalization_error.clone();
        return Err(vm.exception_with_message(&ty, "can't fork at interpreter shutdown"));
    }
    run_hooks(vm, 0);
    let several = vm.has_threads();
    let pid = vm.fork_by(call);
    let error = std::io::Error::last_os_error();
    if pid > 0 && several {
        let (category, me) = (vm.types.deprecation_warning.clone(), std::process::id());
        let text = format!("This process (pid={me}) is multi-threaded, use of fork() may lead to deadlocks in the child.");
        if let Err(e) = vm.warn(&category, &text, 1) { vm.unraisable(e, "Exception ignored in fork", None) }
    }
    run_hooks(vm, if pid == 0 { 1 } else { 2 });
    if pid < 0 { Err(vm.os_error_from(error, None)) } else { Ok(pid) }
}

pub fn fork(vm: &mut Vm, _: &Owned) -> PyResult {
    // SAFETY: one thread runs Python code, so the child's copy of the interpreter is whole.
    let pid = fork_by(vm, || unsafe { libc::fork() })?;
    vm.new_int(pid.into())
}

pub fn forkpty(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut master = -1;
    // SAFETY: as `fork`; the descriptor is writable, the other arguments may be null.
    let pid = fork_by(vm, || unsafe { libc::forkpty(&mut master, std::ptr::null_mut(), std::ptr::null(), std::ptr::null()) })?;
    let items = [vm.new_int(pid.into())?, vm.new_int(master.into())?];
    Ok(vm.new_tuple(items)?.into_obj())
}

/// Null-terminated strings and the null-terminated array of pointers to them.
pub struct Strings(#[allow(dead_code)] Vec<CString>, Vec<*const c_char>);

impl Strings {
    /// Takes the strings.
    pub fn new(strings: Vec<CString>) -> Strings {
        let pointers = strings.iter().map(|s| s.as_ptr()).chain([std::ptr::null()]).collect();
        Strings(strings, pointers)
    }
    /// For `argv` and `envp` parameters.
    pub fn ptr(&self) -> *const *const c_char { self.1.as_ptr() }
}

/// The arguments of a program.
pub fn argv(vm: &mut Vm, f: &str, o: &Owned) -> PyResult<Strings> {
    let items = if let Some(l) = o.cast::<PyList>() { l.items(vm).to_vec() } else if let Some(t) = o.cast::<PyTuple>() { t.items().to_vec() } else {
        return Err(vm.type_error(format!("{f}{} must be a tuple or list", if f.starts_with("posix") { ": argv" } else { "() arg 2" })));
    };
    let (must, first) = if f == "execv" { ("execv() arg 2 must not be empty".to_owned(), "execv() arg 2 first element cannot be empty".to_owned()) }
        else { (format!("{f}: argv must not be empty"), format!("{f}: argv first element cannot be empty")) };
    if items.is_empty() { return Err(vm.value_error(must)) }
    let strings = items.iter().map(|i| arg::c_string(vm, i)).collect::<PyResult<Vec<_>>>()?;
    if strings[0].is_empty() { return Err(vm.value_error(first)) }
    Ok(Strings::new(strings))
}

/// The environment of a program.
pub fn envp(vm: &mut Vm, f: &str, o: &Owned) -> PyResult<Strings> {
    let mut rows = Vec::new();
    for name in ["keys", "values"] {
        let name = vm.intern(name)?;
        let rows_of = match vm.get_attr_opt(o, &name)? { Some(m) => vm.call0(&m)?, None => return Err(vm.type_error(format!("{f}: environment must be a mapping object"))) };
        rows.push(vm.collect(&rows_of)?);
    }
    let mut strings = Vec::new();
    for (key, value) in rows[0].clone().iter().zip(&rows[1]) {
        let (key, value) = (arg::c_string(vm, key)?, arg::c_string(vm, value)?);
        if key.is_empty() || key.as_bytes()[1..].contains(&b'=') || key.as_bytes().starts_with(b"=") { return Err(vm.value_error("illegal environment variable name")) }
        let line = [key.as_bytes(), b"=", value.as_bytes()].concat();
        strings.push(CString::new(line).map_err(|_| vm.value_error("embedded null byte"))?);
    }
    Ok(Strings::new(strings))
}

pub fn execv(vm: &mut Vm, _: &Owned, path: &Owned, args: &Owned) -> PyResult {
    let p = arg::path(vm, "execv", "path", Some(path))?;
    let argv = argv(vm, "execv", args)?;
    // SAFETY: null-terminated strings and array.
    unsafe { libc::execv(p.ptr(), argv.ptr()) };
    Err(arg::fail(vm, Some(&p.object)))
}

pub fn execve(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let p = arg::path_with(vm, "execve", "path", a[0].as_ref(), Allow::Fd)?;
    let (args, env) = (arg::required(vm, a, 1)?.clone(), arg::required(vm, a, 2)?.clone());
    let argv = argv(vm, "execve", &args)?;
    let envp = envp(vm, "execve", &env)?;
    // SAFETY: null-terminated strings and arrays.
    unsafe { match p.fd { Some(fd) => libc::fexecve(fd, argv.ptr(), envp.ptr()), None => libc::execve(p.ptr(), argv.ptr(), envp.ptr()) } };
    Err(arg::fail(vm, Some(&p.object)))
}

fn pid_status(vm: &mut Vm, pid: i64, status: i32) -> PyResult {
    let items = [vm.new_int(pid)?, vm.new_int(status.into())?];
    Ok(vm.new_tuple(items)?.into_obj())
}

pub fn waitpid(vm: &mut Vm, _: &Owned, pid: &Owned, options: &Owned) -> PyResult {
    let (pid, options) = (vm.index_i32(pid)?, vm.index_i32(options)?);
    let mut status = 0;
    // SAFETY: the status is writable.
    let n = arg::retry(vm, None, || unsafe { libc::waitpid(pid, &mut status, options) }.into())?;
    pid_status(vm, n, status)
}

pub fn wait(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut status = 0;
    // SAFETY: the status is writable.
    let n = arg::retry(vm, None, || unsafe { libc::wait(&mut status) }.into())?;
    pid_status(vm, n, status)
}

fn wait_usage(vm: &mut Vm, pid: i32, options: i32) -> PyResult {
    let mut status = 0;
    // SAFETY: all zeroes is a valid rusage.
    let mut r: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: status and usage are writable.
    let n = arg::retry(vm, None, || unsafe { libc::wait4(pid, &mut status, options, &mut r) }.into())?;
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
    let mut fields = vec![vm.new_float(seconds(r.ru_utime))?, vm.new_float(seconds(r.ru_stime))?];
    for n in [r.ru_maxrss, r.ru_ixrss, r.ru_idrss, r.ru_isrss, r.ru_minflt, r.ru_majflt, r.ru_nswap, r.ru_inblock, r.ru_oublock, r.ru_msgsnd, r.ru_msgrcv,
        r.ru_nsignals, r.ru_nvcsw, r.ru_nivcsw] { fields.push(vm.new_int(n)?) }
    let class = vm.import_attr("resource", "struct_rusage")?;
    let fields = vm.new_tuple(fields)?.into_obj();
    let usage = vm.call1(&class, &fields)?;
    let items = [vm.new_int(n)?, vm.new_int(status.into())?, usage];
    Ok(vm.new_tuple(items)?.into_obj())
}
pub fn wait3(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { let o = arg::int(vm, a, 0, 0)?; wait_usage(vm, -1, o) }
pub fn wait4(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { let (p, o) = (arg::int(vm, a, 0, 0)?, arg::int(vm, a, 1, 0)?); wait_usage(vm, p, o) }

pub fn waitid(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    let (kind, id, options) = (vm.index_i32(&a[0])?, vm.index_i64(&a[1])?, vm.index_i32(&a[2])?);
    // SAFETY: all zeroes is a valid siginfo.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: the info is writable.
    arg::retry(vm, None, || unsafe { libc::waitid(kind as libc::idtype_t, id as libc::id_t, &mut info, options) }.into())?;
    // SAFETY: waitid fills these fields (zero if no child changed).
    let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
    if pid == 0 { return Ok(vm.none()) }
    let values = [i64::from(pid), uid.into(), info.si_signo.into(), status.into(), info.si_code.into()].iter().map(|n| vm.new_int(*n)).collect::<PyResult<Vec<_>>>()?;
    let Some(ty) = vm.state::<State>().waitid_result.clone() else { return Err(vm.system_error("posix is not initialised")) };
    vm.new_struct_sequence(&ty, values)
}

pub fn waitstatus_to_exitcode(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let status = arg::int(vm, a, 0, 0)?;
    if libc::WIFEXITED(status) { return vm.new_int(libc::WEXITSTATUS(status).into()) }
    if libc::WIFSIGNALED(status) { return vm.new_int(-i64::from(libc::WTERMSIG(status))) }
    if libc::WIFSTOPPED(status) {
        let n = libc::WSTOPSIG(status);
        return Err(vm.value_error(format!("process stopped by delivery of signal {n}")));
    }
    Err(vm.value_error(format!("invalid wait status: {status}")))
}

macro_rules! status_tests {
    ($($name:ident)*) => { $(
        #[allow(non_snake_case)]
        pub fn $name(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { let s = arg::int(vm, a, 0, 0)?; Ok(vm.bool(libc::$name(s))) }
    )* };
}
macro_rules! status_parts {
    ($($name:ident)*) => { $(
        #[allow(non_snake_case)]
        pub fn $name(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult { let s = arg::int(vm, a, 0, 0)?; vm.new_int(libc::$name(s).into()) }
    )* };
}
status_tests! { WCOREDUMP WIFCONTINUED WIFEXITED WIFSIGNALED WIFSTOPPED }
status_parts! { WEXITSTATUS WSTOPSIG WTERMSIG }

pub fn exit_now(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let status = arg::int(vm, a, 0, 0)?;
    // SAFETY: does not return; nothing of ours needs to run after.
    unsafe { libc::_exit(status) }
}

pub fn abort(_: &mut Vm, _: &Owned) -> PyResult { std::process::abort() }

pub fn system(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let command = arg::required(vm, a, 0)?;
    let command = arg::c_string(vm, command)?;
    // SAFETY: the command is null-terminated.
    let status = unsafe { libc::system(command.as_ptr()) };
    vm.new_int(status.into())
}

pub fn nice(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
    let n = vm.index_i32(n)?;
    // SAFETY: errno is this thread's.
    let value = unsafe { *libc::__errno_location() = 0; libc::nice(n) };
    if value == -1 && std::io::Error::last_os_error().raw_os_error() != Some(0) { return Err(arg::fail(vm, None)) }
    vm.new_int(value.into())
}

pub fn getpriority(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (which, who) = (arg::int(vm, a, 0, 0)?, arg::int(vm, a, 1, 0)?);
    // SAFETY: errno is this thread's.
    let value = unsafe { *libc::__errno_location() = 0; libc::getpriority(which as _, who as libc::id_t) };
    if value == -1 && std::io::Error::last_os_error().raw_os_error() != Some(0) { return Err(arg::fail(vm, None)) }
    vm.new_int(value.into())
}

pub fn setpriority(vm: &mut Vm, _: &Owned, a: Bound<'_>) -> PyResult {
    let (which, who, n) = (arg::int(vm, a, 0, 0)?, arg::int(vm, a, 1, 0)?, arg::int(vm, a, 2, 0)?);
    // SAFETY: no memory is involved.
    arg::done(vm, None, unsafe { libc::setpriority(which as _, who as libc::id_t, n) })
}
