//! `defaultdict`: a class on top of `dict` with one slot for the factory and native methods.
//!
//! Not here: lookup of `__missing__` (`dict`).

use instar_code::Binary;
use instar_vm::args::Args;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{set, set_type};

/// The class and the descriptor of its slot.
#[derive(Default)]
struct State { class: Option<Owned>, factory: Option<Owned> }

const DOC: &str = "defaultdict(default_factory=None, /, [...]) --> dict with default factory\n\nThe default factory is called without arguments to produce\na new value when a key is not present, in __getitem__ only.\nA defaultdict compares equal to a dict with the same items.\nAll remaining arguments are treated the same as if they were\npassed to the dict constructor, including keyword arguments.";

static DEF: TypeDef = TypeDef {
    doc: DOC, sig: "",
    methods: &[
        Def::new("__missing__", "", Native::N1(missing)).doc("__missing__(key) # Called by __getitem__ for missing key; pseudo-code:\n  if self.default_factory is None: raise KeyError((key,))\n  self[key] = value = self.default_factory()\n  return value\n"),
        Def::new("copy", "", Native::N0(copy)).doc("D.copy() -> a shallow copy of D."),
        Def::new("__copy__", "", Native::N0(copy)).doc("D.copy() -> a shallow copy of D."),
        Def::new("__reduce__", "", Native::N0(reduce)).doc("Return state information for pickling."),
    ],
    getset: &[GetSet { doc: "Factory for default value called by __missing__().", ..GetSet::member_rw("default_factory", factory, set_factory) }],
};

/// Makes the class.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    // One class for an interpreter: its slot is found through the state.
    if let Some(class) = vm.state::<State>().class.clone() { return set(vm, ns, "defaultdict", &class) }
    let body = vm.new_dict()?;
    let slot_name = vm.intern("default_factory")?;
    let slots = vm.new_tuple([slot_name.clone()])?.into_obj();
    for (name, text) in [("__module__", "collections"), ("__doc__", DOC)] { let text = vm.new_str(text)?; set(vm, &body, name, &text)? }
    set(vm, &body, "__slots__", &slots)?;
    let name = vm.intern("defaultdict")?;
    let bases = vm.new_tuple([vm.types.dict.obj().clone()])?.into_obj();
    let ty = vm.types.type_.obj().clone();
    let class = vm.call_n(&ty, &[name, bases, body.into_obj()])?;
    let Some(class) = TypeRef::from_obj(&class).cloned() else { return Err(vm.system_error("defaultdict is no class")) };
    let factory = class.dict_get(vm, &slot_name);
    // How the factory is kept is no business of `copyreg`.
    let slots_name = vm.intern("__slots__")?;
    class.dict().del_item(vm, &slots_name)?;
    let mut slots = Slots { init: Some(init), repr: Some(repr), ..Slots::default() };
    slots.binary[Binary::Or as usize] = Some(or);
    class.name_with_module("collections");
    vm.fill_type(&class, slots, &DEF)?;
    class.set_flag(vm_flags::IMMUTABLE, true);
    *vm.state::<State>() = State { class: Some(class.obj().clone()), factory };
    set_type(vm, ns, &class)
}

/// The factory; None if it was never set.
fn factory(vm: &mut Vm, o: &Owned) -> PyResult {
    let Some(slot) = vm.state::<State>().factory.clone() else { return Ok(vm.none()) };
    let (get, owner) = (slot.type_of(vm).slots().descr_get, o.type_of(vm).obj().clone());
    match get.map(|get| get(vm, &slot, Some(o), &owner)) {
        Some(Err(e)) if e.is(vm, &vm.types.attribute_error) => Ok(vm.none()),
        Some(found) => found,
        None => Ok(vm.none()),
    }
}

fn set_factory(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(slot) = vm.state::<State>().factory.clone() else { return Ok(()) };
    let value = vm.option_to_none(value.cloned());
    match slot.type_of(vm).slots().descr_set { Some(store) => store(vm, &slot, o, Some(&value)), None => Ok(()) }
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let first = args.pos().first().cloned().unwrap_or_else(|| vm.none());
    if !vm.is_none(&first) && !vm.is_callable(&first) { return Err(vm.type_error("first argument must be callable or None")) }
    set_factory(vm, o, Some(&first))?;
    let rest = args.values().get(usize::from(!args.pos().is_empty())..).unwrap_or_default();
    match vm.types.dict.slots().init { Some(f) => f(vm, o, Args::new(rest, args.kwnames())), None => Ok(()) }
}

fn missing(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult {
    let make = factory(vm, o)?;
    if vm.is_none(&make) { return Err(vm.key_error(key)) }
    let value = vm.call0(&make)?;
    // The factory may have set the key itself: that value stays.
    match o.cast::<PyDict>().cloned() { Some(dict) => dict.set_default(vm, key, &value), None => Ok(value) }
}

/// A new one of the type of `o` with its factory and the items of `source`.
fn like(vm: &mut Vm, o: &Owned, source: &Owned) -> PyResult {
    let (class, make) = (o.type_of(vm).obj().clone(), factory(vm, o)?);
    vm.call2(&class, &make, source)
}

fn copy(vm: &mut Vm, o: &Owned) -> PyResult { like(vm, o, o) }

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let make = factory(vm, o)?;
    let args = vm.new_tuple(vm.none_to_option(&make))?.into_obj();
    let items = vm.names.items.clone();
    let items = vm.call_method(o, &items, &[])?;
    let parts = [o.type_of(vm).obj().clone(), args, vm.none(), vm.none(), vm.iter(&items)?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    vm.check_native_stack(" while getting the repr of an object")?;
    let base = match vm.types.dict.slots().repr { Some(f) => vm_text(f(vm, o)?), None => String::new() };
    let make = factory(vm, o)?;
    let shown = if !make.word().is_ptr() || vm.is_none(&make) { vm.repr_text(&make)? } else if vm.repr_enter(&make) {
        let shown = vm.repr_text(&make);
        vm.repr_leave(&make);
        shown?
    } else {
        "...".to_owned()
    };
    vm.new_str(&format!("{}({shown}, {base})", o.bare_type_name(vm)))
}

fn vm_text(o: Owned) -> String { o.cast::<instar_vm::types::str::PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default() }

fn or(vm: &mut Vm, left: &Owned, right: &Owned) -> PyResult {
    let class = vm.state::<State>().class.clone();
    let Some(class) = class.as_ref().and_then(TypeRef::from_obj) else { return Ok(vm.not_implemented()) };
    let (own, other) = if left.is_instance_of(vm, class) { (left, right) } else { (right, left) };
    if other.cast::<PyDict>().is_none() { return Ok(vm.not_implemented()) }
    let new = like(vm, own, left)?;
    let update = vm.names.update.clone();
    vm.call_method(&new, &update, std::slice::from_ref(right))?;
    Ok(new)
}
