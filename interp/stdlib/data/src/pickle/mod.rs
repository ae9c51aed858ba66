//! `_pickle`: objects as bytes and back.
//!
//! `pickler.rs` is the class that writes, `save.rs` and `reduce.rs` what it writes for objects, `globals.rs` for names; `unpickler.rs`
//! is the class that reads, `load.rs` its opcodes; `memo.rs` shows memos, `buffer.rs` is `PickleBuffer`. Not here: `copyreg`.

mod buffer;
mod globals;
mod load;
mod memo;
mod opcodes;
mod pickler;
mod reduce;
mod save;
mod unpickler;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::support::set;

/// The module's exceptions, of this interpreter.
#[derive(Default)]
struct State { pickle_error: Option<TypeRef>, pickling: Option<TypeRef>, unpickling: Option<TypeRef> }

/// `PicklingError(text)`
#[cold]
fn pickling_error(vm: &mut Vm, text: impl AsRef<str>) -> Raised {
    match vm.state::<State>().pickling.clone() { Some(ty) => vm.exception_with_message(&ty, text.as_ref()), None => vm.value_error(text) }
}

/// `UnpicklingError(text)`
#[cold]
fn unpickling_error(vm: &mut Vm, text: impl AsRef<str>) -> Raised {
    match vm.state::<State>().unpickling.clone() { Some(ty) => vm.exception_with_message(&ty, text.as_ref()), None => vm.value_error(text) }
}

/// The type's name with its module, except for builtins and the main program.
fn full_name(vm: &mut Vm, o: &Owned) -> String {
    let ty = o.type_of(vm).clone();
    let qualname = ty.qualname(vm);
    let key = vm.names.__module__.clone();
    match vm.get_attr(ty.obj(), &key) {
        Ok(m) => { let m = vm.repr_text_plain(&m); if m == "builtins" || m == "__main__" || m == "?" { qualname } else { format!("{m}.{qualname}") } }
        Err(_) => qualname,
    }
}

/// The same error with a note.
#[cold]
fn note(vm: &mut Vm, e: Raised, text: String) -> Raised {
    let added = vm.new_str(&text).and_then(|t| { let key = vm.intern("add_note")?; vm.call_method(e.exception().obj(), &key, &[t]) });
    match added { Ok(_) => e, Err(other) => other }
}

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    if vm.state::<State>().pickle_error.is_none() {
        let base = vm.types.exception.obj().clone();
        let pickle_error = vm.new_class("_pickle", "PickleError", &[base], None)?;
        let pickling = vm.new_class("_pickle", "PicklingError", &[pickle_error.obj().clone()], None)?;
        let unpickling = vm.new_class("_pickle", "UnpicklingError", &[pickle_error.obj().clone()], None)?;
        *vm.state::<State>() = State { pickle_error: Some(pickle_error), pickling: Some(pickling), unpickling: Some(unpickling) };
    }
    let (a, b, c) = { let s = vm.state::<State>(); (s.pickle_error.clone(), s.pickling.clone(), s.unpickling.clone()) };
    for (name, ty) in [("PickleError", a), ("PicklingError", b), ("UnpicklingError", c)] { if let Some(ty) = ty { set(vm, ns, name, ty.obj())? } }
    memo::make(vm)?;
    for (name, ty) in [("PickleBuffer", buffer::make(vm)?), ("Pickler", pickler::make(vm)?), ("Unpickler", unpickler::make(vm)?)] { set(vm, ns, name, ty.obj())? }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_pickle",
    doc: "Optimized C implementation for the Python pickle module.",
    functions: &[
        Def::new("dump", "($module, /, obj, file, protocol=None, *, fix_imports=True,\n     buffer_callback=None)", Native::Bound(pickler::dump_function)).doc("Write a pickled representation of obj to the open file object file."),
        Def::new("dumps", "($module, /, obj, protocol=None, *, fix_imports=True,\n      buffer_callback=None)", Native::Bound(pickler::dumps)).doc("Return the pickled representation of the object as a bytes object."),
        Def::new("load", "($module, /, file, *, fix_imports=True, encoding='ASCII',\n     errors='strict', buffers=())", Native::Bound(unpickler::load_function)).doc("Read and return an object from the pickle data stored in a file."),
        Def::new("loads", "($module, data, /, *, fix_imports=True, encoding='ASCII',\n      errors='strict', buffers=())", Native::Bound(unpickler::loads)).doc("Read and return an object from the given pickle data."),
    ],
    exec,
};
