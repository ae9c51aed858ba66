//! Module objects.
//!
//! A module's attributes are its namespace, a real dict. Not here: finding and executing modules (`import.rs`).

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Slot};
use crate::payload;
use crate::protocol::attr::{self, name_text};
use crate::slots::Slots;
use crate::trace;
use crate::typeobj::TypeRef;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

/// Payload of a module.
#[derive(Default)]
pub struct PyModule {
    /// The namespace.
    pub dict: Slot,
}
trace! { PyModule { dict } }
crate::fields! { PyModule { dict } }
payload!(PyModule, "module", module);

static DEF: TypeDef = TypeDef {
    doc: "Create a module object.\n\nThe name must be a string; the optional doc argument can have any type.",
    sig: "(name, doc=None)",
    methods: &[Def::new("__dir__", "", Native::N0(dir)).doc("__dir__() -> list\nspecialized dir() implementation")],
    getset: &[GetSet::member("__dict__", |vm, o| Ok(vm.option_to_none(this(o).dict.get()))), GetSet::rw("__annotations__", annotations, set_annotations),
        GetSet::rw("__annotate__", annotate, set_annotate)],
};

static INIT: Def = Def::new("module", "(name, doc=None)", Native::Bound(init_bound));

pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.module.clone();
    let s = Slots { new: Some(new), init: Some(init_slot), repr: Some(repr), getattr: Some(getattr), dict_slot: Some(|o| &this(o).dict), ..Slots::default() };
    vm.fill_type(&ty, s, &DEF)
}

fn this(o: &Owned) -> &Ref<PyModule> { o.cast().expect("law: checked by the descriptor") }

impl PyModule {
    /// The namespace, if the module still has one.
    pub fn namespace(&self) -> Option<&Ref<PyDict>> {
        // SAFETY: the slot holds a dict or nothing, and an `Option<Owned>` has the layout of the word.
        unsafe { if self.dict.is_some() { Some(&*std::ptr::from_ref(&self.dict).cast::<Ref<PyDict>>()) } else { None } }
    }
}

impl Vm {
    /// A module with the standard names in its namespace.
    pub fn new_module(&mut self, name: &str, doc: Option<&str>) -> PyResult<Ref<PyModule>> {
        let dict = self.new_dict()?;
        let name = self.intern(name)?;
        let doc = match doc { Some(d) => self.new_str(d)?, None => self.none() };
        fill(self, &dict, &name, &doc)?;
        self.new_object(PyModule { dict: Slot::new(Some(dict.into_obj())) })
    }
    /// A module around an existing namespace.
    pub fn new_module_with(&mut self, dict: &Ref<PyDict>) -> PyResult<Ref<PyModule>> { self.new_object(PyModule { dict: Slot::new(Some(dict.obj().clone())) }) }
    /// The namespace of a module.
    pub fn module_dict(&mut self, module: &Owned) -> PyResult<Ref<PyDict>> {
        match module.cast::<PyModule>().and_then(|m| m.dict.get()).and_then(|d| Ref::try_from(d).ok()) {
            Some(d) => Ok(d),
            None => Err(self.type_error("module.__dict__ is not a dictionary")),
        }
    }
}

fn fill(vm: &mut Vm, dict: &Ref<PyDict>, name: &Owned, doc: &Owned) -> PyResult<()> {
    let none = vm.none();
    for (key, value) in [(vm.names.__name__.clone(), name), (vm.names.__doc__.clone(), doc), (vm.names.__package__.clone(), &none),
        (vm.names.__loader__.clone(), &none), (vm.names.__spec__.clone(), &none)] { dict.set_item(vm, &key, value)? }
    Ok(())
}

fn new(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult {
    let dict = vm.new_dict()?.into_obj();
    Ok(vm.new_object_of(ty, PyModule { dict: Slot::new(Some(dict)) })?.into_obj())
}

fn init_slot(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> { INIT.call(vm, o, args, &std::cell::OnceCell::new()).map(drop) }

fn init_bound(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(name), doc) = (&args[0], &args[1]) else { return Err(vm.system_error("unbound argument")) };
    if name.cast::<PyStr>().is_none() {
        let t = name.given_name(vm);
        return Err(vm.type_error(format!("module() argument 'name' must be str, not {t}")));
    }
    let doc = doc.clone().unwrap_or_else(|| vm.none());
    let dict = vm.module_dict(o)?;
    fill(vm, &dict, name, &doc)?;
    Ok(vm.none())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let dict = vm.module_dict(o)?;
    let lookup = |vm: &mut Vm, key: &str| -> PyResult<Option<Owned>> {
        let key = vm.intern(key)?;
        Ok(dict.get_item(vm, &key)?.filter(|v| !vm.is_none(v)))
    };
    let loader = lookup(vm, "__loader__")?;
    let attribute = |vm: &mut Vm, o: &Owned, key: &str| -> PyResult<Option<Owned>> {
        let key = vm.intern(key)?;
        Ok(vm.get_attr_opt(o, &key)?.filter(|v| !vm.is_none(v)))
    };
    let text = if let Some(spec) = lookup(vm, "__spec__")? {
        let name = match attribute(vm, &spec, "name")? { Some(n) => vm.repr_text(&n)?, None => "'?'".to_owned() };
        match attribute(vm, &spec, "origin")? {
            None => match attribute(vm, &spec, "loader")? {
                None => format!("<module {name}>"),
                Some(l) => {
                    let class = l.type_name(vm);
                    if class == "NamespaceLoader" {
                        let path = match attribute(vm, &l, "_path")? { Some(p) => { let items = vm.collect(&p)?; let list = vm.new_list(items)?.into_obj(); vm.repr_text(&list)? } None => "[]".to_owned() };
                        format!("<module {name} (namespace) from {path}>")
                    } else {
                        format!("<module {name} ({})>", vm.repr_text(&l)?)
                    }
                }
            },
            Some(origin) => {
                let located = match attribute(vm, &spec, "has_location")? { Some(v) => vm.truth(&v)?, None => false };
                if located { format!("<module {name} from {}>", vm.repr_text(&origin)?) } else {
                    let text = vm.str(&origin)?;
                    format!("<module {name} ({})>", name_text(&text))
                }
            }
        }
    } else {
        let name = match lookup(vm, "__name__")? { Some(n) => vm.repr_text(&n)?, None => "'?'".to_owned() };
        match (lookup(vm, "__file__")?, loader) {
            (Some(f), _) => format!("<module {name} from {}>", vm.repr_text(&f)?),
            (None, Some(l)) => format!("<module {name} ({})>", vm.repr_text(&l)?),
            (None, None) => format!("<module {name}>"),
        }
    };
    vm.new_str(&text)
}

fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult {
    if let Some(v) = attr::generic_getattr_opt(vm, o, name)? { return Ok(v) }
    let Some(dict) = this(o).dict.get().and_then(|d| Ref::<PyDict>::try_from(d).ok()) else { return Err(vm.attribute_error_for(o, name)) };
    let hook = vm.names.__getattr__.clone();
    if let Some(hook) = dict.get_item(vm, &hook)? { return vm.call1(&hook, name) }
    let key = vm.names.__name__.clone();
    let own = dict.get_item(vm, &key)?.filter(|n| n.cast::<PyStr>().is_some());
    let wanted = name_text(name);
    let message = match own {
        None => format!("module has no attribute '{wanted}'"),
        Some(m) => {
            let (m, initializing) = (name_text(&m), is_initializing(vm, &dict)?);
            if initializing { format!("partially initialized module '{m}' has no attribute '{wanted}' (most likely due to a circular import)") }
                else if is_uninitialized_submodule(vm, &dict, name)? { format!("cannot access submodule '{wanted}' of module '{m}' (most likely due to a circular import)") }
                else { format!("module '{m}' has no attribute '{wanted}'") }
        }
    };
    let error = vm.attribute_error(message);
    attr::set_error_context(vm, &error, o, name);
    Err(error)
}

fn spec_of(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<Option<Owned>> {
    let key = vm.names.__spec__.clone();
    Ok(dict.get_item(vm, &key)?.filter(|s| !vm.is_none(s)))
}

fn is_initializing(vm: &mut Vm, dict: &Ref<PyDict>) -> PyResult<bool> {
    let Some(spec) = spec_of(vm, dict)? else { return Ok(false) };
    let key = vm.names._initializing.clone();
    match vm.get_attr_opt(&spec, &key)? { Some(v) => vm.truth(&v), None => Ok(false) }
}

fn is_uninitialized_submodule(vm: &mut Vm, dict: &Ref<PyDict>, name: &Owned) -> PyResult<bool> {
    let Some(spec) = spec_of(vm, dict)? else { return Ok(false) };
    let key = vm.names._uninitialized_submodules.clone();
    match vm.get_attr_opt(&spec, &key)? { Some(v) => vm.contains(&v, name), None => Ok(false) }
}

fn dir(vm: &mut Vm, o: &Owned) -> PyResult {
    let key = vm.names.__dict__.clone();
    let namespace = vm.get_attr(o, &key)?;
    let Ok(dict) = Ref::<PyDict>::try_from(namespace) else { return Err(vm.type_error("<module>.__dict__ is not a dictionary")) };
    let key = vm.names.__dir__.clone();
    if let Some(f) = dict.get_item(vm, &key)? { return vm.call0(&f) }
    let keys = dict.keys(vm)?;
    Ok(vm.new_list(keys)?.into_obj())
}

fn annotations(vm: &mut Vm, o: &Owned) -> PyResult {
    let dict = vm.module_dict(o)?;
    let key = vm.names.__annotations__.clone();
    if let Some(v) = dict.get_item(vm, &key)? { return Ok(v) }
    let function_key = vm.names.__annotate__.clone();
    let function = dict.get_item(vm, &function_key)?;
    let result = match function.filter(|f| f.type_of(vm).slots().call.is_some()) {
        Some(f) => {
            let one = vm.new_int(1)?;
            let result = vm.call1(&f, &one)?;
            if result.cast::<PyDict>().is_none() {
                let t = result.type_name(vm);
                return Err(vm.type_error(format!("__annotate__ returned non-dict of type '{t}'")));
            }
            result
        }
        None => vm.new_dict()?.into_obj(),
    };
    // While the module is being executed more annotations may come: nothing is kept then.
    if !is_initializing(vm, &dict)? { dict.set_item(vm, &key, &result)? }
    Ok(result)
}

fn set_annotations(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let dict = vm.module_dict(o)?;
    let (key, function_key) = (vm.names.__annotations__.clone(), vm.names.__annotate__.clone());
    match value {
        Some(v) => dict.set_item(vm, &key, v)?,
        None => if !dict.del_item(vm, &key)? { let e = vm.types.attribute_error.clone(); return Err(vm.raise(&e, vec![key])) },
    }
    dict.del_item(vm, &function_key)?;
    Ok(())
}

fn annotate(vm: &mut Vm, o: &Owned) -> PyResult {
    let dict = vm.module_dict(o)?;
    let key = vm.names.__annotate__.clone();
    if let Some(v) = dict.get_item(vm, &key)? { return Ok(v) }
    let none = vm.none();
    dict.set_item(vm, &key, &none)?;
    Ok(none)
}

fn set_annotate(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("cannot delete __annotate__ attribute")) };
    if !vm.is_none(value) && value.type_of(vm).slots().call.is_none() { return Err(vm.type_error("__annotate__ must be callable or None")) }
    let dict = vm.module_dict(o)?;
    let (key, cached) = (vm.names.__annotate__.clone(), vm.names.__annotations__.clone());
    dict.set_item(vm, &key, value)?;
    if !vm.is_none(value) { dict.del_item(vm, &cached)?; }
    Ok(())
}
