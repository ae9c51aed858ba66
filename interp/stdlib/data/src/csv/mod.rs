//! `_csv`: reading and writing comma separated values.
//!
//! `dialect.rs` holds the rules, `reader.rs` and `writer.rs` apply them. Not here: sniffing, dicts (`csv`, Python code).

mod dialect;
mod reader;
mod writer;

use instar_vm::args::{Args, Signature};
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::support::{set, set_int, set_str};

/// `_csv.Error`, registered dialects and the limit of fields, of this interpreter.
struct State { error: Option<TypeRef>, dialects: Option<Ref<PyDict>>, limit: i64 }
impl Default for State {
    fn default() -> State { State { error: None, dialects: None, limit: 128 * 1024 } }
}

/// `_csv.Error(text)`
#[cold]
fn error(vm: &mut Vm, text: &str) -> Raised {
    match vm.state::<State>().error.clone() { Some(ty) => vm.exception_with_message(&ty, text), None => vm.value_error(text) }
}

/// The registered dialects.
fn dialects(vm: &mut Vm) -> PyResult<Ref<PyDict>> {
    match vm.state::<State>().dialects.clone() { Some(d) => Ok(d), None => Err(vm.system_error("module _csv is not ready")) }
}

/// The dialect of this name.
fn registered(vm: &mut Vm, name: &Owned) -> PyResult {
    match dialects(vm)?.get_item(vm, name)? { Some(d) => Ok(d), None => Err(error(vm, "unknown dialect")) }
}

fn list_dialects(vm: &mut Vm, _: &Owned) -> PyResult { let keys = dialects(vm)?.keys(vm)?; Ok(vm.new_list(keys)?.into_obj()) }

fn register_dialect(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let pos = args.pos();
    instar_vm::args::check_count(vm, "register_dialect", pos.len(), 1, 2)?;
    if pos[0].cast::<PyStr>().is_none() { return Err(vm.type_error("dialect name must be a string")) }
    let made = dialect::from_arguments(vm, pos.get(1), args)?;
    dialects(vm)?.set_item(vm, &pos[0], &made)?;
    Ok(vm.none())
}

fn unregister_dialect(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(name) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    if dialects(vm)?.del_item(vm, name)? { Ok(vm.none()) } else { Err(error(vm, "unknown dialect")) }
}

fn get_dialect(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(name) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    registered(vm, name)
}

fn field_size_limit(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "field_size_limit", const { &Signature::parse("(new_limit=None)") })?;
    let old = vm.state::<State>().limit;
    if let Some(n) = &bound[0] {
        let Some(value) = int_ref(n).filter(|_| instar_vm::types::int::is_exact_int(vm, n)) else { return Err(vm.type_error("limit must be an integer")) };
        match value.to_i64() {
            Some(n) => vm.state::<State>().limit = n,
            None => return Err(vm.overflow_error("Python int too large to convert to C long")),
        }
    }
    vm.new_int(old)
}

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let base = vm.types.exception.obj().clone();
    let ty = vm.new_class("_csv", "Error", &[base], None)?;
    set(vm, ns, "Error", ty.obj())?;
    let registry = vm.new_dict()?;
    set(vm, ns, "_dialects", registry.obj())?;
    let state = vm.state::<State>();
    (state.error, state.dialects) = (Some(ty), Some(registry));
    set_str(vm, ns, "__version__", "1.0")?;
    for (i, name) in dialect::QUOTING.iter().enumerate() { set_int(vm, ns, name, i as i64)? }
    for (name, ty) in [("Dialect", dialect::make(vm)?), ("Reader", reader::make(vm)?), ("Writer", writer::make(vm)?)] { set(vm, ns, name, ty.obj())? }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_csv",
    doc: "CSV parsing and writing.\n",
    functions: &[
        Def::new("reader", "($module, iterable, /, dialect='excel', **fmtparams)", Native::Full(reader::new)).doc("reader($module, iterable, /, dialect='excel', **fmtparams)\n--\n\nReturn a reader object that will process lines from the given iterable."),
        Def::new("writer", "($module, fileobj, /, dialect='excel', **fmtparams)", Native::Full(writer::new)).doc("writer($module, fileobj, /, dialect='excel', **fmtparams)\n--\n\nReturn a writer object that will write user data on the given file object."),
        Def::new("list_dialects", "($module, /)", Native::N0(list_dialects)).doc("Return a list of all known dialect names."),
        Def::new("register_dialect", "($module, name, /, dialect='excel', **fmtparams)", Native::Full(register_dialect)).doc("Create a mapping from a string name to a CVS dialect."),
        Def::new("unregister_dialect", "($module, /, name)", Native::Bound(unregister_dialect)).doc("Delete the name/dialect mapping associated with a string name."),
        Def::new("get_dialect", "($module, /, name)", Native::Bound(get_dialect)).doc("Return the dialect instance associated with name."),
        Def::new("field_size_limit", "($module, /, new_limit=<unrepresentable>)", Native::Full(field_size_limit)).doc("Sets an upper limit on parsed fields."),
    ],
    exec,
};
