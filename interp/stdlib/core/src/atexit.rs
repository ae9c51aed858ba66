//! `atexit`: functions to run when the interpreter ends.

use instar_vm::args::Args;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::{Owned, PyResult, Vm};

#[derive(Default)]
struct Registered(Vec<Entry>);

#[derive(Clone)]
struct Entry { function: Owned, values: Vec<Owned>, names: Vec<Owned> }

pub const MODULE: NativeModule = NativeModule {
    name: "atexit",
    doc: "allow programmer to define multiple exit functions to be executed\nupon normal program termination.\n\nTwo public functions, register and unregister, are defined.\n",
    functions: &[
        Def::new("register", "($module, func, /, *args, **kwargs)", Native::Full(register)).doc("Register a function to be executed upon normal program termination\n\n    func - function to be called at exit\n    args - optional arguments to pass to func\n    kwargs - optional keyword arguments to pass to func\n\n    func is returned to facilitate usage as a decorator."),
        Def::new("unregister", "($module, func, /)", Native::N1(unregister)).doc("Unregister an exit function which was previously registered using\natexit.register\n\n    func - function to be unregistered"),
        Def::new("_clear", "($module, /)", Native::N0(|vm, _| { drop(std::mem::take(&mut vm.state::<Registered>().0)); Ok(vm.none()) })).doc("Clear the list of previously registered exit functions."),
        Def::new("_run_exitfuncs", "($module, /)", Native::N0(|vm, _| { run(vm); Ok(vm.none()) })).doc("Run all registered exit functions.\n\nIf a callback raises an exception, it is logged with sys.unraisablehook."),
        Def::new("_ncallbacks", "($module, /)", Native::N0(|vm, _| { let n = vm.state::<Registered>().0.len(); vm.new_int(n as i64) })).doc("Return the number of registered exit functions."),
    ],
    exec: |_, _, _| Ok(()),
};

fn register(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let Some((function, pos)) = args.pos().split_first() else { return Err(vm.type_error("register() takes at least 1 argument (0 given)")) };
    if !vm.is_callable(function) { return Err(vm.type_error("the first argument must be callable")) }
    let values = pos.iter().cloned().chain(args.keywords().map(|(_, v)| v.clone())).collect();
    let entry = Entry { function: function.clone(), values, names: args.kwnames().to_vec() };
    vm.state::<Registered>().0.push(entry);
    Ok(function.clone())
}

fn unregister(vm: &mut Vm, _: &Owned, function: &Owned) -> PyResult {
    let mut i = 0;
    while let Some(entry) = vm.state::<Registered>().0.get(i).map(|e| e.function.clone()) {
        if vm.equal(&entry, function)? {
            let list = &mut vm.state::<Registered>().0;
            if list.get(i).is_some_and(|e| e.function.is(&entry)) { drop(list.remove(i)) }
        } else {
            i += 1;
        }
    }
    Ok(vm.none())
}

/// Runs what was registered, last first; errors go to `sys.unraisablehook`.
pub fn run(vm: &mut Vm) {
    while let Some(e) = vm.state::<Registered>().0.pop() {
        if let Err(error) = vm.call(&e.function, Args::new(&e.values, &e.names)) {
            vm.unraisable(error, "Exception ignored in atexit callback", Some(&e.function));
        }
    }
}

