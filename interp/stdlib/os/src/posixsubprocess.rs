//! `_posixsubprocess`: starting a program as `subprocess` wants it.
//!
//! The child runs between fork and exec in a process of which only the calling thread exists: it makes system calls on what the
//! parent prepared and allocates nothing, unless a `preexec_fn` is given. What fails is told to the parent through a pipe, as text that
//! `subprocess` reads. Not here: `posix_spawn` and plain `fork` (`posix`).

use std::ffi::{c_char, CString};

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::list::PyList;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::posix::arg;
use crate::posix::process::{fork_by, Strings};

/// The six ends of the standard streams' pipes and the two of the error pipe; -1 for what is inherited.
struct Pipes { p2cread: i32, p2cwrite: i32, c2pread: i32, c2pwrite: i32, errread: i32, errwrite: i32, errpipe_read: i32, errpipe_write: i32 }

/// All that the child needs, ready for system calls.
struct Child {
    candidates: Strings,
    count: usize,
    argv: Option<Strings>,
    envp: Option<Strings>,
    cwd: Option<CString>,
    keep: Vec<i32>,
    pipes: Pipes,
    close_fds: bool,
    restore_signals: bool,
    new_session: bool,
    group: i32,
    gid: Option<libc::gid_t>,
    groups: Option<Vec<libc::gid_t>>,
    uid: Option<libc::uid_t>,
    umask: i32,
}

/// Where the child failed, as `subprocess` names it.
#[derive(Clone, Copy)]
enum Fault { Setup, Chdir, Exec }

unsafe extern "C" { static environ: *const *const c_char; }

fn last() -> i32 { std::io::Error::last_os_error().raw_os_error().unwrap_or(0) }

fn ok(result: libc::c_int) -> Result<libc::c_int, Fault> { if result == -1 { Err(Fault::Setup) } else { Ok(result) } }

impl Child {
    /// Everything before `preexec_fn`.
    ///
    /// # Safety
    /// Called in a forked child.
    unsafe fn prepare(&mut self) -> Result<(), Fault> {
        // SAFETY: system calls that may follow fork; strings and lists were made before.
        unsafe {
            let p = &mut self.pipes;
            for fd in &self.keep { if *fd != p.errpipe_write { ok(libc::fcntl(*fd, libc::F_SETFD, 0))?; } }
            for fd in [p.p2cwrite, p.c2pread, p.errread, p.errpipe_read] { if fd != -1 { ok(libc::close(fd))?; } }
            // Ends that lie where other streams go are moved out of the way.
            if p.c2pwrite == 0 { p.c2pwrite = ok(libc::dup(p.c2pwrite))?; ok(libc::fcntl(p.c2pwrite, libc::F_SETFD, libc::FD_CLOEXEC))?; }
            while p.errwrite == 0 || p.errwrite == 1 { p.errwrite = ok(libc::dup(p.errwrite))?; ok(libc::fcntl(p.errwrite, libc::F_SETFD, libc::FD_CLOEXEC))?; }
            for (end, place) in [(p.p2cread, 0), (p.c2pwrite, 1), (p.errwrite, 2)] {
                if end == place { ok(libc::fcntl(end, libc::F_SETFD, 0))?; } else if end != -1 { ok(libc::dup2(end, place))?; }
            }
            if let Some(cwd) = &self.cwd && libc::chdir(cwd.as_ptr()) == -1 { return Err(Fault::Chdir) }
            if self.umask >= 0 { libc::umask(self.umask as libc::mode_t); }
            if self.restore_signals {
                for signal in [libc::SIGPIPE, libc::SIGXFSZ] { libc::signal(signal, libc::SIG_DFL); }
            }
            if self.new_session { ok(libc::setsid())?; }
            if self.group >= 0 { ok(libc::setpgid(0, self.group))?; }
            // The calls of the C library change the ids of all threads; there is only this one.
            if let Some(groups) = &self.groups { ok(libc::setgroups(groups.len(), groups.as_ptr()))?; }
            if let Some(gid) = self.gid { ok(libc::setregid(gid, gid))?; }
            if let Some(uid) = self.uid { ok(libc::setreuid(uid, uid))?; }
        }
        Ok(())
    }

    /// Everything after it. Returns only if no candidate could be run.
    ///
    /// # Safety
    /// Called in a forked child.
    unsafe fn exec(&self) -> Fault {
        // SAFETY: as `prepare`; null-terminated strings and arrays.
        unsafe {
            if self.close_fds { close_others(&self.keep) }
            let argv = self.argv.as_ref().map_or(std::ptr::null(), Strings::ptr);
            let envp = match &self.envp { Some(e) => e.ptr(), None => environ };
            let mut failed = 0;
            for i in 0..self.count {
                libc::execve(*self.candidates.ptr().add(i), argv, envp);
                let e = last();
                if e != libc::ENOENT && e != libc::ENOTDIR && failed == 0 { failed = e }
            }
            // The first error that tells more than "not there".
            if failed != 0 { *libc::__errno_location() = failed }
        }
        Fault::Exec
    }
}

/// Closes every descriptor from 3 on that is not in `keep`, which is sorted.
///
/// # Safety
/// Called in a forked child, where nobody else uses them.
unsafe fn close_others(keep: &[i32]) {
    let mut from = 3u32;
    for end in keep.iter().map(|fd| *fd as u32).chain([u32::MAX]) {
        if end < from { continue }
        // SAFETY: no memory is involved.
        unsafe {
            if end > from && libc::syscall(libc::SYS_close_range, from, end - u32::from(end != u32::MAX), 0) != 0 {
                let most = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 1 << 20) as u32;
                for fd in from..end.min(most) { libc::close(fd as i32); }
            }
        }
        if end == u32::MAX { return }
        from = end + 1;
    }
}

/// Tells the parent what failed, without allocating.
///
/// # Safety
/// Called in a forked child.
unsafe fn tell(fd: i32, fault: Fault, errno: i32) {
    let mut line = [0u8; 48];
    let mut n = 0;
    let mut put = |bytes: &[u8]| { line[n..n + bytes.len()].copy_from_slice(bytes); n += bytes.len() };
    put(b"OSError:");
    let digits = (32 - errno.leading_zeros()).div_ceil(4);
    for i in (0..digits).rev() { put(&[b"0123456789ABCDEF"[(errno >> (4 * i) & 15) as usize]]) }
    put(b":");
    put(match fault { Fault::Setup => b"noexec", Fault::Chdir => b"noexec:chdir", Fault::Exec => b"" });
    // SAFETY: the line is readable for n bytes.
    unsafe { libc::write(fd, line.as_ptr().cast(), n) };
}

/// Bytes objects of a sequence as strings for system calls.
fn strings(vm: &mut Vm, o: &Owned) -> PyResult<Vec<CString>> {
    vm.len(o)?;
    let mut out = Vec::new();
    for item in vm.collect(o)? {
        let Some(b) = item.cast::<PyBytes>() else {
            let t = item.type_name(vm);
            return Err(vm.type_error(format!("expected bytes, {t} found")));
        };
        out.push(CString::new(b.as_slice()).map_err(|_| vm.value_error("embedded null byte"))?);
    }
    Ok(out)
}

fn path(vm: &mut Vm, o: &Owned) -> PyResult<CString> {
    let bytes = vm.fs_path_bytes(o)?;
    CString::new(bytes).map_err(|_| vm.value_error("embedded null byte"))
}

/// Ascending descriptors, or `None` if they are not.
fn descriptors(o: &Ref<PyTuple>) -> Option<Vec<i32>> {
    let mut out: Vec<i32> = Vec::new();
    for item in o.items() {
        let Some(IntRef::Small(n)) = int_ref(item) else { return None };
        let fd = i32::try_from(n).ok().filter(|fd| *fd >= 0 && out.last().is_none_or(|before| before < fd))?;
        out.push(fd);
    }
    Some(out)
}

fn group_ids(vm: &mut Vm, o: &Owned) -> PyResult<Vec<libc::gid_t>> {
    let Some(list) = o.cast::<PyList>() else { return Err(vm.type_error("setgroups argument must be a list")) };
    let items = list.items(vm).to_vec();
    if items.len() > 65536 { return Err(vm.value_error("too many extra_groups")) }
    let mut ids = Vec::new();
    for item in &items {
        if int_ref(item).is_none() { return Err(vm.type_error("extra_groups must be integers")) }
        ids.push(arg::id(vm, item, "gid").map_err(|_| vm.value_error("invalid group id"))?);
    }
    Ok(ids)
}

/// Reads the arguments of `fork_exec`.
fn read(vm: &mut Vm, a: &[Owned]) -> PyResult<Child> {
    let mut fds = [0; 8];
    let close_fds = vm.truth(&a[2])?;
    let Some(pass) = a[3].cast::<PyTuple>() else {
        let t = a[3].given_name(vm);
        return Err(vm.type_error(format!("fork_exec() argument 4 must be tuple, not {t}")));
    };
    for (fd, o) in fds.iter_mut().zip(&a[6..14]) { *fd = vm.index_i32(o)? }
    let [p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write] = fds;
    let (restore_signals, new_session, group) = (vm.truth(&a[14])?, vm.truth(&a[15])?, vm.index_i32(&a[16])?);
    let umask = vm.index_i32(&a[20])?;
    let given = |vm: &Vm, o: &Owned| !vm.is_none(o);
    if close_fds && errpipe_write < 3 { return Err(vm.value_error("errpipe_write must be >= 3")) }
    let Some(keep) = descriptors(pass) else { return Err(vm.value_error("bad value(s) in fds_to_keep")) };
    let candidates = strings(vm, &a[1])?;
    let argv = if given(vm, &a[0]) {
        if !vm.is_iterable(&a[0]) { return Err(vm.type_error("argv must be a tuple")) }
        let items = vm.collect(&a[0])?;
        Some(Strings::new(items.iter().map(|i| path(vm, i)).collect::<PyResult<_>>()?))
    } else { None };
    let envp = if given(vm, &a[5]) { Some(Strings::new(strings(vm, &a[5])?)) } else { None };
    let cwd = if given(vm, &a[4]) { Some(path(vm, &a[4])?) } else { None };
    let groups = if given(vm, &a[18]) { Some(group_ids(vm, &a[18])?) } else { None };
    let gid = if given(vm, &a[17]) { Some(arg::id(vm, &a[17], "gid")?) } else { None };
    let uid = if given(vm, &a[19]) { Some(arg::id(vm, &a[19], "uid")?) } else { None };
    Ok(Child { count: candidates.len(), candidates: Strings::new(candidates), argv, envp, cwd, keep, close_fds, restore_signals, new_session, group, gid, groups,
        uid, umask, pipes: Pipes { p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write } })
}

fn fork_exec(vm: &mut Vm, _: &Owned, a: &[Owned]) -> PyResult {
    if a.len() != 22 {
        let n = a.len();
        return Err(vm.type_error(format!("fork_exec expected 22 arguments, got {n}")));
    }
    let preexec = vm.none_to_option(&a[21]);
    if preexec.is_some() && vm.finalizing {
        let ty = vm.types.python_finalization_error.clone();
        return Err(vm.exception_with_message(&ty, "preexec_fn not supported at interpreter shutdown"));
    }
    let mut child = read(vm, a)?;
    let errpipe = child.pipes.errpipe_write;
    let pid = match &preexec {
        // SAFETY: the child only makes system calls (`Child`).
        None => match unsafe { libc::fork() } { -1 => return Err(arg::fail(vm, None)), pid => pid },
        // SAFETY: the calling thread's interpreter is whole in the child.
        Some(_) => fork_by(vm, || unsafe { libc::fork() })?,
    };
    if pid != 0 { return vm.new_int(pid.into()) }
    // SAFETY: this is the child; it leaves by exec or `_exit`, never into Python code of the parent.
    unsafe {
        let fault = match child.prepare() {
            Err(fault) => fault,
            Ok(()) => {
                if let Some(f) = preexec && vm.call0(&f).is_err() {
                    let line = b"SubprocessError:0:Exception occurred in preexec_fn.";
                    libc::write(errpipe, line.as_ptr().cast(), line.len());
                    libc::_exit(255)
                }
                child.exec()
            }
        };
        tell(errpipe, fault, last());
        libc::_exit(255)
    }
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "_posixsubprocess",
    doc: "A POSIX helper for the subprocess module.",
    functions: &[Def::new("fork_exec", "($module, args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)",
        Native::Var(fork_exec, 0, usize::MAX))
        .doc("Spawn a fresh new child process.\n\nRuns the first of executable_list that can be run, with the descriptors, ids and directory given, and returns its\nprocess id. What fails in the child is written to errpipe_write as text that subprocess understands. preexec_fn is called\nin the child before descriptors are closed; it is not safe in a program with threads.")],
    exec: |_, _, _| Ok(()),
};
