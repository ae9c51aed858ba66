//! `_testcapi`, `_testinternalcapi`, `_testlimitedcapi`, `xxsubtype`: modules that CPython's test suite asks about the interpreter.
//!
//! A function is here if what it does has a meaning in this VM, and then it does that through the VM's own protocols. What is
//! about C (type specifications, null views of buffers) is absent: tests of it do not run. Not here: modules that
//! programs use (`instar-stdlib-core`).

mod awaiting;
mod calling;
mod code;
mod config;
mod descriptors;
mod exceptions;
mod internal;
mod limited;
mod limits;
mod locale;
mod memory;
mod sequence;
mod signatures;
mod subtypes;
mod threads;

use instar_vm::builtins::add_functions;
use instar_vm::module::NativeModule;
use instar_vm::native::Def;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

/// Every native module of this crate, for registration before start-up.
pub static MODULES: &[NativeModule] = &[TESTCAPI, internal::MODULE, limited::MODULE, subtypes::MODULE];

const TESTCAPI: NativeModule = NativeModule { name: "_testcapi", doc: "", functions: &[], exec };

fn exec(vm: &mut Vm, module: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    for functions in [calling::SHAPES, calling::CALLS, code::FUNCTIONS, config::FUNCTIONS, exceptions::FUNCTIONS, memory::FUNCTIONS, signatures::FUNCTIONS, threads::FUNCTIONS] {
        add(vm, module, "_testcapi", namespace, functions)?
    }
    calling::exec(vm, namespace)?;
    awaiting::exec(vm, namespace)?;
    signatures::exec(vm, namespace)?;
    descriptors::exec(vm, namespace)?;
    memory::exec(vm, namespace)?;
    limits::exec(vm, namespace)
}

/// Enters functions in a module's namespace.
fn add(vm: &mut Vm, module: &Owned, name: &str, namespace: &Ref<PyDict>, functions: &'static [Def]) -> PyResult<()> {
    let name = vm.intern(name)?;
    add_functions(vm, namespace, module, &name, functions)
}

/// Enters `value` in a module's namespace.
fn put(vm: &mut Vm, namespace: &Ref<PyDict>, name: &str, value: &Owned) -> PyResult<()> {
    let name = vm.intern(name)?;
    namespace.set_item(vm, &name, value)
}
