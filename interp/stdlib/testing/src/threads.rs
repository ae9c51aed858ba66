//! Threads that native code starts: Python's `threading` did not make them and meets them when they call.
//!
//! Not here: threads of `_thread`.

use std::sync::Arc;
use std::time::Duration;

use instar_vm::native::{Def, Native};
use instar_vm::threads::wait::Happened;
use instar_vm::{Owned, PyResult, Vm};

/// The thread of [`call_in_temporary_c_thread`], until it has been waited for: this happens when it has left the interpreter.
#[derive(Default)]
struct Temporary(Option<Arc<Happened>>);

/// Calls in a new thread, and waits for its end unless `wait` is false.
fn call_in_temporary_c_thread(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let wait = match args.get(1) { Some(flag) => vm.truth(flag)?, None => true };
    if vm.state::<Temporary>().0.is_some() { return Err(vm.runtime_error("a temporary thread has not been joined")) }
    let (callback, ended) = (args[0].clone(), Arc::new(Happened::default()));
    let theirs = ended.clone();
    let body = move |vm: &mut Vm| {
        // A thread has no exit status.
        if let Err(e) = vm.call0(&callback) { let _ = instar_vm::display::show_uncaught(vm, &e); }
        drop(callback);
    };
    if vm.start_thread(body, move || theirs.set()).is_err() { return Err(vm.runtime_error("unable to start the thread")) }
    vm.state::<Temporary>().0 = Some(ended);
    if wait { join_temporary_c_thread(vm, &args[0]) } else { Ok(vm.none()) }
}

fn join_temporary_c_thread(vm: &mut Vm, _: &Owned) -> PyResult {
    let Some(ended) = vm.state::<Temporary>().0.take() else { return Ok(vm.none()) };
    vm.wait_for(None, |left: Option<Duration>| ended.wait(left))?;
    Ok(vm.none())
}

/// Calls what must not return: it waits for the interpreter, whose end leaves it waiting.
fn finalize_thread_hang(vm: &mut Vm, _: &Owned, callback: &Owned) -> PyResult {
    vm.call0(callback)?;
    Err(vm.runtime_error("thread unexpectedly did not hang"))
}

/// Functions of `_testcapi`.
pub const FUNCTIONS: &[Def] = &[
    Def::new("call_in_temporary_c_thread", "", Native::Var(call_in_temporary_c_thread, 1, 2)),
    Def::new("join_temporary_c_thread", "", Native::N0(join_temporary_c_thread)),
    Def::new("finalize_thread_hang", "", Native::N1(finalize_thread_hang)),
];
