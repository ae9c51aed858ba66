//! Python functions.
//!
//! The version guards specialised calls: it stands for "this code, these defaults are irrelevant because all parameters are given",
//! is handed out on demand and reset when `__code__` changes. Not here: binding arguments (`eval/bind.rs`).

use std::cell::Cell;

use instar_code::flags;

use crate::args::Args;
use crate::eval::exec::Executable;
use crate::native::{GetSet, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot, Trace, TraceField, Word};
use crate::slots::Slots;
use crate::types::code::PyCode;
use crate::types::dict::PyDict;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};
use crate::payload;

/// A Python function.
pub struct PyFunction {
    pub(crate) code: Slot,
    pub(crate) globals: Ref<PyDict>,
    pub(crate) builtins: Slot,
    pub(crate) name: Slot,
    pub(crate) qualname: Slot,
    pub(crate) defaults: Slot,
    pub(crate) kwdefaults: Slot,
    pub(crate) closure: Slot,
    pub(crate) doc: Slot,
    pub(crate) module: Slot,
    pub(crate) dict: Slot,
    pub(crate) annotations: Slot,
    pub(crate) annotate: Slot,
    pub(crate) type_params: Slot,
    /// Codes replaced while frames may still run them.
    retired: Slot,
    exec: Cell<*const Executable>,
    version: Cell<u32>,
}

impl PyFunction {
    fn clearable(&self) -> [&Slot; 12] {
        [&self.builtins, &self.name, &self.qualname, &self.defaults, &self.kwdefaults, &self.closure, &self.doc, &self.module, &self.dict,
            &self.annotations, &self.annotate, &self.type_params]
    }
}

// SAFETY: each owned handle is visited once.
unsafe impl Trace for PyFunction {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        self.globals.trace_field(visit);
        for slot in self.clearable().into_iter().chain([&self.code, &self.retired]) { slot.trace_field(visit) }
    }
    // Codes stay: suspended frames of the same garbage still need theirs to be taken apart. No cycle goes through a code alone.
    fn clear(&mut self) { for slot in self.clearable() { slot.set(None) } }
}
crate::fields! { PyFunction { code, globals, builtins, name, qualname, defaults, kwdefaults, closure, doc, module, dict, annotations, annotate, type_params, retired, exec, version } }
payload!(PyFunction, "function", function, GcWeak);

impl PyFunction {
    /// A function from code, as `MAKE_FUNCTION` makes it.
    pub fn new(vm: &mut Vm, code: Ref<PyCode>, globals: Ref<PyDict>, builtins: Option<Owned>) -> PyResult<Ref<PyFunction>> {
        let name_name = vm.names.__name__.clone();
        let module = globals.get_interned(vm, &name_name);
        let builtins = match builtins { Some(b) => b, None => builtins_for(vm, &globals)? };
        let doc = code.docstring(vm)?;
        let (name, qualname) = (code.name_obj(vm)?, code.qualname_obj(vm)?);
        let exec = code.exec_if_made();
        vm.new_object(PyFunction {
            code: Slot::new(Some(code.into_obj())), globals, builtins: Slot::new(Some(builtins)), name: Slot::new(Some(name)), qualname: Slot::new(Some(qualname)),
            defaults: Slot::default(), kwdefaults: Slot::default(), closure: Slot::default(), doc: Slot::new(doc), module: Slot::new(module), dict: Slot::default(),
            annotations: Slot::default(), annotate: Slot::default(), type_params: Slot::default(), retired: Slot::default(),
            exec: Cell::new(exec), version: Cell::new(0),
        })
    }
    /// The executable or null before the first call.
    #[inline(always)]
    pub fn exec_ptr(&self) -> *const Executable { self.exec.get() }
    /// The executable, made if need be.
    pub fn executable(&self, vm: &mut Vm) -> PyResult<*const Executable> {
        if self.exec.get().is_null() {
            let code = self.code_ref();
            self.exec.set(code.executable(vm)?);
        }
        Ok(self.exec.get())
    }
    /// The code object.
    pub fn code_ref(&self) -> Ref<PyCode> {
        // SAFETY: only code objects are stored in `code` (`new`, `set_code`).
        unsafe { Ref::from_owned_unchecked(self.code.get().expect("law: a function has code")) }
    }
    /// Globals as a word.
    #[inline(always)]
    pub fn globals_word(&self) -> Word { self.globals.obj().word() }
    /// Builtins as a word.
    #[inline(always)]
    pub fn builtins_word(&self) -> Word { self.builtins.word() }
    /// Version, 0 if none.
    #[inline(always)]
    pub fn version(&self) -> u32 { self.version.get() }
    /// Version, assigned if there is none (0 if they ran out).
    pub fn assign_version(&self, vm: &mut Vm) -> u32 {
        if self.version.get() == 0 && vm.next_function_version != 0 {
            self.version.set(vm.next_function_version);
            vm.next_function_version = vm.next_function_version.wrapping_add(1);
        }
        self.version.get()
    }
}

/// `__builtins__` of these globals, else those of the running frame.
pub fn builtins_for(vm: &mut Vm, globals: &Ref<PyDict>) -> PyResult {
    let name = vm.names.__builtins__.clone();
    Ok(match globals.get_interned(vm, &name) {
        Some(b) => match Ref::<crate::types::module::PyModule>::cast(&b) { Some(m) => m.dict.get().unwrap_or(b), None => b },
        None => crate::builtins::scope::current_builtins(vm),
    })
}

fn this(o: &Owned) -> &Ref<PyFunction> { o.cast().expect("law: checked by the descriptor") }

fn call(vm: &mut Vm, f: &Owned, args: Args<'_>) -> PyResult { crate::eval::slow::calls::call_function(vm, this(f), args, None) }

fn repr(vm: &mut Vm, f: &Owned) -> PyResult {
    let q = this(f).qualname.get().map(|q| vm.repr_text_plain(&q)).unwrap_or_default();
    vm.new_str(&format!("<function {q} at {:#x}>", f.word().raw()))
}

fn descr_get(vm: &mut Vm, f: &Owned, instance: Option<&Owned>, _: &Owned) -> PyResult {
    match instance {
        Some(o) => vm.new_method(f.clone(), o.clone()),
        None => Ok(f.clone()),
    }
}

fn new(vm: &mut Vm, _: &crate::typeobj::TypeRef, args: Args<'_>) -> PyResult {
    const SIG: &crate::args::Signature = &crate::args::Signature::parse("(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)");
    let a = args.bind(vm, "function", SIG)?;
    let Some(code) = a[0].as_ref().and_then(Ref::<PyCode>::cast).cloned() else {
        let t = a[0].as_ref().map(|o| o.given_name(vm)).unwrap_or_default();
        return Err(vm.type_error(format!("function() argument 'code' must be code, not {t}")));
    };
    let Some(globals) = a[1].as_ref().and_then(Ref::<PyDict>::cast).cloned() else {
        let t = a[1].as_ref().map(|o| o.given_name(vm)).unwrap_or_default();
        return Err(vm.type_error(format!("function() argument 'globals' must be dict, not {t}")));
    };
    let given = |i: usize, vm: &Vm| a[i].clone().filter(|o: &Owned| !vm.is_none(o));
    if given(2, vm).is_some_and(|o| !is_str(&o)) { return Err(vm.type_error("arg 3 (name) must be None or string")) }
    if given(3, vm).is_some_and(|o| !is_tuple(&o)) { return Err(vm.type_error("arg 4 (defaults) must be None or tuple")) }
    if given(4, vm).is_some_and(|o| !is_tuple(&o)) { return Err(vm.type_error(if code.free_count() > 0 { "arg 5 (closure) must be tuple" } else { "arg 5 (closure) must be None or tuple" })) }
    if given(5, vm).is_some_and(|o| !is_dict(&o)) { return Err(vm.type_error("arg 6 (kwdefaults) must be None or dict")) }
    let closure = given(4, vm);
    let nfree = code.free_count();
    match &closure {
        Some(c) => {
            let Some(t) = Ref::<PyTuple>::cast(c) else { return Err(vm.type_error("arg 5 (closure) must be tuple")) };
            if t.items().len() != nfree {
                let n = code.blob().name.clone();
                return Err(vm.value_error(format!("{n} requires closure of length {nfree}, not {}", t.items().len())));
            }
            for (i, c) in t.items().iter().enumerate() {
                if Ref::<crate::types::cell::PyCell>::cast(c).is_none() {
                    let ty = c.type_name(vm);
                    return Err(vm.type_error(format!("arg 5 (closure) expected cell, found {ty}")));
                }
                let _ = i;
            }
        }
        None if nfree > 0 => return Err(vm.type_error("arg 5 (closure) must be tuple")),
        None => {}
    }
    let f = PyFunction::new(vm, code, globals, None)?;
    if let Some(n) = given(2, vm) { f.name.set(Some(n)) }
    f.defaults.set(given(3, vm));
    f.closure.set(closure);
    f.kwdefaults.set(given(5, vm));
    Ok(f.into_obj())
}

macro_rules! slot_getset {
    ($get:ident $set:ident $field:ident, $none_ok:literal, $check:expr, $message:literal) => {
        fn $get(vm: &mut Vm, f: &Owned) -> PyResult { Ok(vm.option_to_none(this(f).$field.get())) }
        fn $set(vm: &mut Vm, f: &Owned, v: Option<&Owned>) -> PyResult<()> {
            let v = v.filter(|o| !($none_ok && vm.is_none(o)));
            if let Some(v) = v { if !$check(v) { return Err(vm.type_error($message)) } }
            if v.is_none() && !$none_ok { return Err(vm.type_error($message)) }
            this(f).$field.set(v.cloned());
            Ok(())
        }
    };
}
fn is_str(o: &Owned) -> bool { Ref::<crate::types::str::PyStr>::cast(o).is_some() }
fn is_tuple(o: &Owned) -> bool { Ref::<PyTuple>::cast(o).is_some() }
fn is_dict(o: &Owned) -> bool { Ref::<PyDict>::cast(o).is_some() }
fn any(_: &Owned) -> bool { true }
slot_getset!(get_name set_name name, false, is_str, "__name__ must be set to a string object");
slot_getset!(get_qualname set_qualname qualname, false, is_str, "__qualname__ must be set to a string object");
slot_getset!(get_defaults set_defaults defaults, true, is_tuple, "__defaults__ must be set to a tuple object");
slot_getset!(get_kwdefaults set_kwdefaults kwdefaults, true, is_dict, "__kwdefaults__ must be set to a dict object");
slot_getset!(get_doc set_doc doc, true, any, "");
slot_getset!(get_module set_module module, true, any, "");

fn get_code(vm: &mut Vm, f: &Owned) -> PyResult { let _ = vm; Ok(this(f).code_ref().into_obj()) }

fn set_code(vm: &mut Vm, f: &Owned, v: Option<&Owned>) -> PyResult<()> {
    let Some(code) = v.and_then(Ref::<PyCode>::cast).cloned() else { return Err(vm.type_error("__code__ must be set to a code object")) };
    let func = this(f);
    let have = func.closure.get().as_ref().and_then(Ref::<PyTuple>::cast).map_or(0, |t| t.items().len());
    let want = code.free_count();
    if have != want {
        let name = func.name.get().map(|n| vm.repr_text_plain(&n)).unwrap_or_default();
        return Err(vm.value_error(format!("{name}() requires a code object with {have} free vars, not {want}")));
    }
    let kind = |code: &PyCode| code.blob().flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR);
    if kind(&func.code_ref()) != kind(&code) {
        let category = vm.types.deprecation_warning.clone();
        vm.warn(&category, "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)", 1)?;
    }
    // Running frames point into the old code's executable: it stays with the function.
    let old = func.code.get();
    let retired = func.retired.get();
    let parked = vm.new_tuple([old, retired].into_iter().flatten())?;
    func.retired.set(Some(parked.into_obj()));
    func.exec.set(code.exec_if_made());
    func.code.set(Some(code.into_obj()));
    func.version.set(0);
    Ok(())
}

fn get_globals(vm: &mut Vm, f: &Owned) -> PyResult { let _ = vm; Ok(this(f).globals.obj().clone()) }
fn get_builtins(vm: &mut Vm, f: &Owned) -> PyResult { Ok(vm.option_to_none(this(f).builtins.get())) }
fn get_closure(vm: &mut Vm, f: &Owned) -> PyResult { Ok(vm.option_to_none(this(f).closure.get())) }

fn get_type_params(vm: &mut Vm, f: &Owned) -> PyResult { Ok(this(f).type_params.get().unwrap_or_else(|| vm.consts.empty_tuple.obj().clone())) }
fn set_type_params(vm: &mut Vm, f: &Owned, v: Option<&Owned>) -> PyResult<()> {
    match v.filter(|o| is_tuple(o)) {
        Some(t) => { this(f).type_params.set(Some(t.clone())); Ok(()) }
        None => Err(vm.type_error("__type_params__ must be set to a tuple")),
    }
}

fn get_annotate(vm: &mut Vm, f: &Owned) -> PyResult { Ok(vm.option_to_none(this(f).annotate.get())) }
fn set_annotate(vm: &mut Vm, f: &Owned, v: Option<&Owned>) -> PyResult<()> {
    let Some(v) = v else { return Err(vm.type_error("__annotate__ cannot be deleted")) };
    if vm.is_none(v) { this(f).annotate.set(Some(v.clone())); return Ok(()) }
    if !vm.is_callable(v) { return Err(vm.type_error("__annotate__ must be callable or None")) }
    this(f).annotate.set(Some(v.clone()));
    this(f).annotations.set(None);
    Ok(())
}

fn get_annotations(vm: &mut Vm, f: &Owned) -> PyResult {
    let func = this(f).clone();
    if let Some(a) = func.annotations.get() {
        if let Some(t) = Ref::<PyTuple>::cast(&a) {
            let d = vm.new_dict()?;
            for pair in t.items().chunks_exact(2) { d.set_item(vm, &pair[0], &pair[1])? }
            func.annotations.set(Some(d.obj().clone()));
            return Ok(d.into_obj());
        }
        return Ok(a);
    }
    let made = match func.annotate.get().filter(|a| !vm.is_none(a)) {
        Some(annotate) => {
            let format = vm.new_int(1)?;
            let d = vm.call1(&annotate, &format)?;
            if !is_dict(&d) {
                let t = d.type_name(vm);
                return Err(vm.type_error(format!("__annotate__ returned non-dict of type '{t}'")));
            }
            d
        }
        None => vm.new_dict()?.into_obj(),
    };
    func.annotations.set(Some(made.clone()));
    Ok(made)
}
fn set_annotations(vm: &mut Vm, f: &Owned, v: Option<&Owned>) -> PyResult<()> {
    let v = v.filter(|o| !vm.is_none(o));
    if v.is_some_and(|o| !is_dict(o)) { return Err(vm.type_error("__annotations__ must be set to a dict object")) }
    this(f).annotations.set(v.cloned());
    this(f).annotate.set(None);
    Ok(())
}

fn get_dict(vm: &mut Vm, f: &Owned) -> PyResult {
    let func = this(f);
    if let Some(d) = func.dict.get() { return Ok(d) }
    let d = vm.new_dict()?.into_obj();
    func.dict.set(Some(d.clone()));
    Ok(d)
}
fn set_dict(vm: &mut Vm, f: &Owned, v: Option<&Owned>) -> PyResult<()> {
    match v.filter(|o| is_dict(o)) {
        Some(d) => { this(f).dict.set(Some(d.clone())); Ok(()) }
        None => Err(vm.type_error("__dict__ must be set to a dictionary")),
    }
}

fn dict_slot(f: &Owned) -> &Slot { &Ref::<PyFunction>::cast(f).expect("law: slot of this type").payload_ref().dict }

impl Ref<PyFunction> {
    fn payload_ref(&self) -> &PyFunction { self }
}

/// Contents of the type.
pub static DEF: TypeDef = TypeDef {
    doc: "Create a function object.",
    sig: "(code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)",
    methods: &[],
    getset: &[
        GetSet::rw("__code__", get_code, set_code), GetSet::rw("__name__", get_name, set_name), GetSet::rw("__qualname__", get_qualname, set_qualname),
        GetSet::rw("__defaults__", get_defaults, set_defaults), GetSet::rw("__kwdefaults__", get_kwdefaults, set_kwdefaults),
        GetSet::rw("__doc__", get_doc, set_doc), GetSet::rw("__module__", get_module, set_module), GetSet::member("__globals__", get_globals),
        GetSet::member("__builtins__", get_builtins), GetSet::member("__closure__", get_closure), GetSet::rw("__type_params__", get_type_params, set_type_params),
        GetSet::rw("__annotate__", get_annotate, set_annotate), GetSet::rw("__annotations__", get_annotations, set_annotations),
        GetSet::rw("__dict__", get_dict, set_dict),
    ],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.function.clone();
    let slots = Slots { call: Some(call), repr: Some(repr), descr_get: Some(descr_get), new: Some(new), dict_slot: Some(dict_slot), ..Slots::default() };
    vm.fill_type(&ty, slots, &DEF)
}
