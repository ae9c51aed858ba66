//! Exceptions raised by native code, and what happens around them.
//!
//! Not here: `sys.exception` and friends (`instar-vm`).

use instar_vm::args::{Args, Signature};
use instar_vm::display;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::exception::PyException;
use instar_vm::types::traceback::PyTraceback;
use instar_vm::types::tuple::PyTuple;
use instar_vm::vm::Raised;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

/// Raises `class(0, 1, ...)`.
fn raise_exception(vm: &mut Vm, _: &Owned, class: &Owned, count: &Owned) -> PyResult {
    let count = vm.index_i64(count)?;
    let base = vm.types.base_exception.clone();
    if !TypeRef::from_obj(class).is_some_and(|c| c.is_subtype_of(vm, &base)) {
        let text = vm.repr_text(class)?;
        return Err(vm.system_error(format!("_PyErr_SetObject: exception {text} is not a BaseException subclass")));
    }
    let mut args = Vec::new();
    for i in 0..count { args.push(vm.new_int(i)?) }
    let made = vm.call_n(class, &args)?;
    match Ref::<PyException>::try_from(made) {
        Ok(e) => Err(Raised(e)),
        Err(other) => {
            let (c, t) = (vm.repr_text(class)?, other.type_of(vm).obj().clone());
            let t = vm.repr_text(&t)?;
            Err(vm.type_error(format!("calling {c} should have returned an instance of BaseException, not {t}")))
        }
    }
}

fn raise_memoryerror(vm: &mut Vm, _: &Owned) -> PyResult { Err(vm.no_memory()) }

fn set_errno(vm: &mut Vm, _: &Owned, n: &Owned) -> PyResult {
    let n = vm.index_i32(n)?;
    // SAFETY: the location of errno is valid for the calling thread.
    unsafe { *libc::__errno_location() = n }
    Ok(vm.none())
}

/// A `__get__` that first calls the class it was asked through.
fn bad_get(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    vm.call0(&args[2])?;
    vm.repr(&args[0])
}

/// Notes an interrupt as its signal would, then resumes the generator: what runs first must see it.
fn interrupt_then_send(vm: &mut Vm, _: &Owned, generator: &Owned) -> PyResult {
    instar_vm::signals::simulate(libc::SIGINT as usize);
    let (send, none) = (vm.intern("send")?, vm.none());
    vm.call_method(generator, &send, &[none])
}

fn an_exception(vm: &mut Vm, o: &Owned) -> PyResult<Raised> {
    match Ref::<PyException>::cast(o) { Some(e) => Ok(Raised(e.clone())), None => Err(vm.type_error("an exception is required")) }
}

/// Reports an exception in an object (or None) as one that nobody can catch.
fn write_unraisable(vm: &mut Vm, _: &Owned, e: &Owned, o: &Owned) -> PyResult {
    let (e, o) = (an_exception(vm, e)?, vm.none_to_option(o));
    vm.unraisable(e, "", o.as_ref());
    Ok(vm.none())
}

/// The same with a message: a format whose `%R` is the repr of the third argument, or None.
fn format_unraisable(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let e = an_exception(vm, &args[0])?;
    let text = match vm.none_to_option(&args[1]) {
        None => String::new(),
        Some(format) => {
            let format = vm.str_text(&format)?;
            match args.get(2) { Some(o) => format.replace("%R", &vm.repr_text(o)?), None => format }
        }
    };
    vm.unraisable(e, &text, None);
    Ok(vm.none())
}

/// Whether an exception or class is of a class, or of one in a tuple of them, however deep.
fn matches(vm: &mut Vm, error: &TypeRef, wanted: &Owned) -> PyResult<bool> {
    vm.check_native_stack(" in comparison")?;
    if let Some(all) = wanted.cast::<PyTuple>().map(|t| t.items().to_vec()) {
        for one in all { if matches(vm, error, &one)? { return Ok(true) } }
        return Ok(false);
    }
    Ok(TypeRef::from_obj(wanted).is_some_and(|w| error.is_subtype_of(vm, w)))
}

/// Shows an exception on `sys.stderr`, as one that ends the program is shown.
fn exception_print(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    if let Some(legacy) = args.get(1) { vm.truth(legacy)?; }
    match Ref::<PyException>::cast(&args[0]).cloned() {
        Some(e) => {
            let traceback = e.traceback.get().and_then(|tb| Ref::<PyTraceback>::try_from(tb).ok());
            display::print_exception(vm, &e, traceback);
        }
        None => {
            let t = args[0].type_name(vm);
            display::write_stderr(vm, &format!("TypeError: print_exception(): Exception expected for value, {t} found\n"));
        }
    }
    Ok(vm.none())
}

/// Writes the stack of a traceback to a file.
fn traceback_print(vm: &mut Vm, _: &Owned, traceback: &Owned, file: &Owned) -> PyResult {
    let Some(tb) = Ref::<PyTraceback>::cast(traceback).cloned() else { return Err(vm.system_error("bad argument to internal function")) };
    let text = display::format_traceback(vm, &tb);
    let (text, write) = (vm.new_str(&text)?, vm.names.write.clone());
    vm.call_method(file, &write, &[text])?;
    Ok(vm.none())
}

fn err_givenexceptionmatches(vm: &mut Vm, _: &Owned, error: &Owned, wanted: &Owned) -> PyResult {
    let class = match TypeRef::from_obj(error) { Some(c) => c.clone(), None => error.type_of(vm).clone() };
    let yes = match matches(vm, &class, wanted) {
        Ok(yes) => yes,
        // Who asks wants an answer.
        Err(e) => { vm.unraisable(e, "Exception ignored in PyErr_GivenExceptionMatches()", None); false }
    };
    Ok(vm.bool(yes))
}

/// An exception class of a dotted name.
fn make_exception_with_doc(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let given = args.bind(vm, "make_exception_with_doc", &Signature::parse("(name, doc=None, base=None, dict=None)"))?;
    let name = given[0].as_ref().map(|n| vm.repr_text_plain(n)).unwrap_or_default();
    let Some((module, short)) = name.rsplit_once('.') else { return Err(vm.system_error("PyErr_NewException: name must be module.class")) };
    let namespace = vm.new_dict()?;
    if let Some(d) = given[3].as_ref().and_then(|d| d.cast::<PyDict>()) { for (k, v) in d.pairs(vm)? { namespace.set_item(vm, &k, &v)? } }
    for (key, value) in [("__module__", Some(vm.new_str(module)?)), ("__doc__", given[1].clone())] {
        let key = vm.intern(key)?;
        if let Some(v) = value { namespace.set_item(vm, &key, &v)? }
    }
    let base = given[2].clone().unwrap_or_else(|| vm.types.exception.obj().clone());
    let bases = if base.cast::<PyTuple>().is_some() { base } else { vm.new_tuple([base])?.into_obj() };
    let (class, name) = (vm.types.type_.obj().clone(), vm.new_str(short)?);
    vm.call_n(&class, &[name, bases, namespace.into_obj()])
}

/// The functions.
pub static FUNCTIONS: &[Def] = &[
    Def::new("raise_exception", "", Native::N2(raise_exception)),
    Def::new("raise_memoryerror", "", Native::N0(raise_memoryerror)),
    Def::new("err_givenexceptionmatches", "", Native::N2(err_givenexceptionmatches)),
    Def::new("make_exception_with_doc", "", Native::Full(make_exception_with_doc)),
    Def::new("exception_print", "($module, exception, legacy=False, /)", Native::Var(exception_print, 1, 2)).doc("Show an exception on sys.stderr."),
    Def::new("traceback_print", "($module, traceback, file, /)", Native::N2(traceback_print)).doc("Write the stack of a traceback to a file."),
    Def::new("set_errno", "", Native::N1(set_errno)),
    Def::new("err_writeunraisable", "", Native::N2(write_unraisable)),
    Def::new("err_formatunraisable", "", Native::Var(format_unraisable, 2, 3)),
    Def::new("bad_get", "", Native::Var(bad_get, 3, 3)),
    Def::new("raise_SIGINT_then_send_None", "", Native::N1(interrupt_then_send)),
    Def::new("test_with_docstring", "", Native::N0(|vm, _| Ok(vm.none()))).doc("This is a pretty normal docstring."),
];
