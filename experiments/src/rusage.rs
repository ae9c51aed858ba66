//! What the standard library does not offer of the operating system: waiting for a child together with its resource
//! use (`wait4`), a child that ends with its parent, and noticing Ctrl-C.
//!
//! The only file of the lab with unsafe code. Not here: what is run (`process`).

#![allow(unsafe_code)]

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a child ended and what it used.
#[derive(Debug, Clone, Copy)]
pub struct Reaped {
    /// Exit code, when it exited by itself.
    pub code: Option<i32>,
    /// Signal that ended it, when one did.
    pub signal: Option<i32>,
    /// User plus system CPU time, seconds.
    pub cpu_s: f64,
    /// Highest resident set, bytes. The kernel counts the spawning process's pages before `exec` too; `launcher` keeps
    /// those few.
    pub peak_rss_bytes: u64,
}

/// Asks once whether the child with this id has ended; `None` while it runs.
///
/// # Errors
/// When there is no such child.
pub fn try_reap(pid: u32) -> io::Result<Option<Reaped>> {
    let pid = i32::try_from(pid).map_err(|_| io::Error::other("process id out of range"))?;
    let mut status = 0;
    // SAFETY: rusage is plain numbers, for which all-zero bytes are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live locals of the types that wait4 writes.
    let answer = unsafe { libc::wait4(pid, &raw mut status, libc::WNOHANG, &raw mut usage) };
    if answer < 0 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted {
            Ok(None)
        } else {
            Err(error)
        };
    }
    if answer == 0 {
        return Ok(None);
    }
    Ok(Some(Reaped {
        code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
        cpu_s: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        peak_rss_bytes: rss_bytes(usage.ru_maxrss),
    }))
}

/// User plus system CPU time of all children that have ended so far, and of theirs, seconds.
pub fn children_cpu_s() -> f64 {
    // SAFETY: rusage is plain numbers, for which all-zero bytes are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live local of the type that getrusage writes.
    let answer = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) };
    if answer == 0 { seconds(usage.ru_utime) + seconds(usage.ru_stime) } else { 0.0 }
}

fn seconds(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 * 1e-6
}

/// Linux reports KiB, macOS bytes.
fn rss_bytes(ru_maxrss: libc::c_long) -> u64 {
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    u64::try_from(ru_maxrss).unwrap_or(0) * unit
}

/// Set by the handler, read between runs. A handler can reach nothing but a static.
static STOP: AtomicBool = AtomicBool::new(false);

extern "C" fn on_signal(signal: libc::c_int) {
    if STOP.swap(true, Ordering::SeqCst) {
        // SAFETY: _exit is async-signal-safe; the second Ctrl-C means "now".
        unsafe { libc::_exit(128 + signal) }
    }
}

/// From now on Ctrl-C and SIGTERM only set a flag; a second one ends the lab at once.
pub fn catch_interrupts() {
    let handler: extern "C" fn(libc::c_int) = on_signal;
    for signal in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the handler only touches an atomic and calls _exit, both async-signal-safe.
        unsafe { libc::signal(signal, handler as *const () as libc::sighandler_t) };
    }
}

/// This process is killed as soon as the one that started it ends.
pub fn die_with_parent() {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: prctl with this option takes one number and touches no memory of ours.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    }
}

/// What `command` starts is killed as soon as this process ends.
pub fn bind_to_parent(command: &mut std::process::Command) {
    use std::os::unix::process::CommandExt;
    // SAFETY: between fork and exec only one system call is made, which is async-signal-safe.
    unsafe {
        command.pre_exec(|| {
            die_with_parent();
            Ok(())
        })
    };
}

/// A reader that stops reading (`| head`) ends the lab quietly, as it does other tools.
pub fn end_on_closed_pipe() {
    // SAFETY: sets a default action; no handler of ours runs.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    STOP.load(Ordering::SeqCst)
}
