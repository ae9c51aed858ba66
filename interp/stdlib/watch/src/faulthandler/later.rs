//! A dump of all stacks after a time, by a thread of its own that needs nothing of the interpreter.
//!
//! Not here: what it writes (`handler.rs`).

use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use instar_vm::Vm;

use super::handler;

/// Whether the thread is to end.
type Stop = Arc<(Mutex<bool>, Condvar)>;

/// The thread that waits.
pub struct Later { stop: Stop, thread: JoinHandle<()>, process: u32 }

impl Later {
    /// Starts it.
    pub fn start(vm: &Vm, micros: u64, repeat: bool, exit: bool, fd: i32) -> std::io::Result<Later> {
        let stop: Stop = Arc::default();
        let (mine, address) = (stop.clone(), std::ptr::from_ref(vm).addr());
        // Signals are for the interpreter's threads: a new thread has the mask of the one that makes it.
        let mask = handler::block_signals();
        let made = std::thread::Builder::new().spawn(move || wait(&mine, address, micros, repeat, exit, fd));
        handler::restore_signals(&mask);
        Ok(Later { stop, thread: made?, process: std::process::id() })
    }

    /// Ends it.
    pub fn stop(self) {
        // A forked child has the parent's notes, not its thread.
        if self.process != std::process::id() { return }
        if let Ok(mut stop) = self.stop.0.lock() { *stop = true }
        self.stop.1.notify_all();
        let _ = self.thread.join();
    }
}

fn wait(stop: &Stop, vm: usize, micros: u64, repeat: bool, exit: bool, fd: i32) {
    let time = Duration::from_micros(micros);
    loop {
        let Some(end) = Instant::now().checked_add(time) else { return };
        let Ok(mut stopped) = stop.0.lock() else { return };
        while !*stopped {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() { break }
            let Ok((again, _)) = stop.1.wait_timeout(stopped, left) else { return };
            stopped = again;
        }
        if *stopped { return }
        drop(stopped);
        // SAFETY: the interpreter stops this thread before it goes (`State`), and ends with its process else.
        unsafe { handler::timeout(vm as *const Vm, micros, fd) };
        if exit {
            // SAFETY: ends the process at once.
            unsafe { libc::_exit(1) }
        }
        if !repeat { return }
    }
}
