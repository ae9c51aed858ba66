//! `_imp`: what importlib needs of the interpreter.
//!
//! Frozen modules are importlib's own two; there are no extension modules. Not here: importing (`instar_vm::import`).

use std::rc::Rc;

use instar_base_hash::HashKey;
use instar_vm::import::{bootstrap, native};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::threads::turn::{Taken, Turn};
use instar_vm::{Owned, PyResult, Vm};

use crate::support::{set, set_int, text};

/// First bytes of `.pyc` files: one number for all layouts, since bytecode does not depend on them, and another one whenever the
/// op table changes. `sys.implementation.cache_tag` holds other bits of the same hash.
const MAGIC: i64 = 0x0A0D_0000 | (instar_code::table_hash() >> 48) as i64;

pub const MODULE: NativeModule = NativeModule {
    name: "_imp",
    doc: "(Extremely) low-level import machinery bits as used by importlib.",
    functions: &[
        Def::new("lock_held", "($module, /)", Native::N0(lock_held)).doc("Return True if the import lock is currently held, else False."),
        Def::new("acquire_lock", "($module, /)", Native::N0(acquire_lock)).doc("Acquires the interpreter's import lock for the current thread."),
        Def::new("release_lock", "($module, /)", Native::N0(release_lock)).doc("Release the interpreter's import lock."),
        Def::new("create_builtin", "($module, spec, /)", Native::N1(create_builtin)).doc("Create an extension module."),
        Def::new("exec_builtin", "($module, mod, /)", Native::N1(|vm, _, _| vm.new_int(0))).doc("Initialize a built-in module."),
        Def::new("is_builtin", "($module, name, /)", Native::N1(is_builtin)).doc("Returns True if the module name corresponds to a built-in module."),
        Def::new("is_frozen", "($module, name, /)", Native::N1(|vm, _, n| { let f = frozen(vm, n).is_some(); Ok(vm.bool(f)) })).doc("Returns True if the module name corresponds to a frozen module."),
        Def::new("is_frozen_package", "($module, name, /)", Native::N1(is_frozen_package)).doc("Returns True if the module name is of a frozen package."),
        Def::new("find_frozen", "($module, name, /, *, withdata=False)", Native::Bound(find_frozen)).doc("Return info about the corresponding frozen module (if there is one) or None."),
        Def::new("get_frozen_object", "($module, name, data=None, /)", Native::Var(get_frozen_object, 1, 2)).doc("Create a code object for a frozen module."),
        Def::new("init_frozen", "($module, name, /)", Native::N1(|vm, _, _| Ok(vm.none()))).doc("Initializes a frozen module."),
        Def::new("_frozen_module_names", "($module, /)", Native::N0(frozen_names)).doc("Returns the list of available frozen modules."),
        Def::new("_override_frozen_modules_for_tests", "($module, override, /)", Native::N1(|vm, _, _| Ok(vm.none()))),
        Def::new("_override_multi_interp_extensions_check", "($module, override, /)", Native::N1(|vm, _, _| vm.new_int(0))),
        Def::new("extension_suffixes", "($module, /)", Native::N0(|vm, _| Ok(vm.new_list(Vec::new())?.into_obj()))).doc("Returns the list of file suffixes used to identify extension modules."),
        Def::new("_fix_co_filename", "($module, code, path, /)", Native::N2(|vm, _, _, _| Ok(vm.none()))).doc("Changes code.co_filename to specify the passed-in file path."),
        Def::new("source_hash", "($module, key, source)", Native::Bound(source_hash)),
    ],
    exec: |vm, _, ns| {
        let word = vm.new_str(vm.settings.check_pycs)?;
        set(vm, ns, "check_hash_based_pycs", &word)?;
        set_int(vm, ns, "pyc_magic_number_token", MAGIC)
    },
};

/// The import lock: a turn that is counted.
#[derive(Default)]
struct Lock { turn: Rc<Turn>, depth: u32 }

fn lock_held(vm: &mut Vm, _: &Owned) -> PyResult { let held = vm.state::<Lock>().turn.owner().is_some(); Ok(vm.bool(held)) }

fn acquire_lock(vm: &mut Vm, _: &Owned) -> PyResult {
    let turn = vm.state::<Lock>().turn.clone();
    if vm.take_turn(&turn)? == Taken::Now { vm.state::<Lock>().depth = 0 }
    vm.state::<Lock>().depth += 1;
    Ok(vm.none())
}

fn release_lock(vm: &mut Vm, _: &Owned) -> PyResult {
    let me = vm.thread_number();
    let lock = vm.state::<Lock>();
    if lock.turn.owner() != Some(me) { return Err(vm.runtime_error("not holding the import lock")) }
    lock.depth -= 1;
    if lock.depth == 0 {
        let turn = lock.turn.clone();
        vm.end_turn(&turn);
    }
    Ok(vm.none())
}

fn create_builtin(vm: &mut Vm, _: &Owned, spec: &Owned) -> PyResult {
    let name = vm.get_attr_str(spec, "name")?;
    let name = text(vm, &name, "spec.name")?;
    if let Some(m) = vm.loaded_module(&name)? { return Ok(m) }
    match native::create_native(vm, &name)? { Some(m) => Ok(m), None => Ok(vm.none()) }
}

fn is_builtin(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    let name = text(vm, name, "is_builtin() argument")?;
    let n = match name.as_str() { "sys" | "builtins" => -1, n if vm.native_modules.contains_key(n) => 1, _ => 0 };
    vm.new_int(n)
}

/// Index of a frozen module.
fn frozen(vm: &Vm, name: &Owned) -> Option<usize> {
    let name = vm.repr_text_plain(name);
    bootstrap::FROZEN.iter().position(|f| f.0 == name)
}

fn is_frozen_package(vm: &mut Vm, _: &Owned, name: &Owned) -> PyResult {
    if frozen(vm, name).is_some() { return Ok(vm.bool(false)) }
    Err(no_such(vm, name))
}

fn no_such(vm: &mut Vm, name: &Owned) -> instar_vm::Raised {
    let shown = vm.repr_text(name).unwrap_or_default();
    vm.import_failure(false, &format!("No such frozen object named {}", shown.trim_matches('\'')), name, None)
}

fn find_frozen(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(name) = &args[0] else { return Err(vm.system_error("unbound argument")) };
    text(vm, name, "find_frozen() argument 1")?;
    let Some(i) = frozen(vm, name) else { return Ok(vm.none()) };
    let origin = vm.new_str(origin(i))?;
    let parts = vec![vm.none(), vm.bool(false), origin];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn origin(i: usize) -> &'static str { bootstrap::FROZEN[i].2.trim_start_matches("<frozen ").trim_end_matches('>') }

fn get_frozen_object(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    match frozen(vm, &args[0]) {
        Some(i) => Ok(bootstrap::frozen_code(vm, i)?.into_obj()),
        None => Err(no_such(vm, &args[0])),
    }
}

fn frozen_names(vm: &mut Vm, _: &Owned) -> PyResult {
    let mut names = Vec::new();
    for f in bootstrap::FROZEN { names.push(vm.new_str(f.0)?) }
    Ok(vm.new_list(names)?.into_obj())
}

/// SipHash-1-3 of a source, keyed by the magic number, as little-endian bytes.
fn source_hash(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(key), Some(source)) = (&args[0], &args[1]) else { return Err(vm.system_error("unbound argument")) };
    let key = vm.index_i64(key)?;
    let bytes = vm.bytes_argument(source)?;
    let mut k = [0; 16];
    k[..8].copy_from_slice(&key.to_le_bytes());
    let hash = HashKey::from_bytes(k).hash_bytes(&bytes);
    vm.new_bytes(&hash.to_le_bytes())
}

