//! `xxsubtype`: native classes on top of `list` and `dict`, each with one integer of its own.
//!
//! Not here: native types with payloads of their own (`descriptors.rs`).

use std::time::Instant;

use instar_vm::args::Args;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::support::c_int_parsed;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::put;

/// The classes, and beside each the descriptor of the slot that holds its integer.
#[derive(Default)]
struct State {
    list: Option<(TypeRef, Owned)>,
    dict: Option<(TypeRef, Owned)>,
}

/// The module.
pub const MODULE: NativeModule = NativeModule {
    name: "xxsubtype",
    doc: "Native subclasses of list and dict that tests of classes use.",
    functions: &[Def::new("bench", "", Native::Full(bench))],
    exec,
};

const STATE_DOC: &str = "an int variable for demonstration purposes";
const GETSTATE: Def = Def::new("getstate", "", Native::Full(getstate)).private().doc("getstate() -> state");
const SETSTATE: Def = Def::new("setstate", "", Native::Full(setstate)).private().doc("setstate(state)");

static LIST: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        GETSTATE,
        SETSTATE,
        Def::class("classmeth", "", Native::Full(classmeth)).private().doc("classmeth(*args, **kw)"),
        Def::static_("staticmeth", "", Native::Full(staticmeth)).private().doc("staticmeth(*args, **kw)"),
    ],
    getset: &[GetSet::ro("state", state).doc(STATE_DOC)],
};
static DICT: TypeDef = TypeDef { doc: "", sig: "", methods: &[GETSTATE, SETSTATE], getset: &[GetSet::member("state", state).doc(STATE_DOC)] };

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    // One class of each kind for an interpreter: the slots are found through the state.
    if vm.state::<State>().list.is_none() {
        let (base, init) = (vm.types.list.clone(), Slots { init: Some(init_list), ..Slots::default() });
        let list = make(vm, "spamlist", &base, init, &LIST)?;
        let (base, init) = (vm.types.dict.clone(), Slots { init: Some(init_dict), ..Slots::default() });
        let dict = make(vm, "spamdict", &base, init, &DICT)?;
        *vm.state::<State>() = State { list: Some(list), dict: Some(dict) };
    }
    let State { list, dict } = vm.state::<State>();
    let (list, dict) = (list.clone(), dict.clone());
    for (name, made) in [("spamlist", list), ("spamdict", dict)] {
        if let Some((class, _)) = made { put(vm, namespace, name, class.obj())? }
    }
    Ok(())
}

/// A class on top of `base` with a slot, which the definition's `state` covers.
fn make(vm: &mut Vm, name: &str, base: &TypeRef, slots: Slots, def: &'static TypeDef) -> PyResult<(TypeRef, Owned)> {
    let body = vm.new_dict()?;
    let (slots_name, slot_name) = (vm.intern("__slots__")?, vm.intern("state")?);
    let (names, module) = (vm.new_tuple([slot_name.clone()])?.into_obj(), vm.intern(MODULE.name)?);
    body.set_item(vm, &slots_name, &names)?;
    put(vm, &body, "__module__", &module)?;
    let (name, bases) = (vm.intern(name)?, vm.new_tuple([base.obj().clone()])?.into_obj());
    let class = vm.types.type_.obj().clone();
    let class = vm.call_n(&class, &[name, bases, body.into_obj()])?;
    let Some(class) = TypeRef::from_obj(&class).cloned() else { return Err(vm.system_error("not a class")) };
    let Some(slot) = class.dict_get(vm, &slot_name) else { return Err(vm.system_error("no slot")) };
    // How the integer is kept is no business of `copyreg`.
    class.dict().del_item(vm, &slots_name)?;
    class.name_with_module(MODULE.name);
    vm.fill_type(&class, slots, def)?;
    class.set_flag(vm_flags::IMMUTABLE, true);
    Ok((class, slot))
}

/// The descriptor of the slot of an object's class.
fn slot(vm: &mut Vm, o: &Owned) -> PyResult {
    let State { list, dict } = vm.state::<State>();
    let made = if o.cast::<PyDict>().is_some() { dict } else { list };
    match made.as_ref().map(|(_, slot)| slot.clone()) { Some(slot) => Ok(slot), None => Err(vm.system_error("no class")) }
}

fn state(vm: &mut Vm, o: &Owned) -> PyResult {
    let (slot, class) = (slot(vm, o)?, o.type_of(vm).obj().clone());
    let Some(get) = slot.type_of(vm).slots().descr_get else { return Err(vm.system_error("no slot")) };
    match get(vm, &slot, Some(o), &class) {
        Err(e) if e.is(vm, &vm.types.attribute_error) => vm.new_int(0),
        found => found,
    }
}

fn set_state(vm: &mut Vm, o: &Owned, value: i32) -> PyResult<()> {
    let (slot, value) = (slot(vm, o)?, vm.new_int(value.into())?);
    let Some(set) = slot.type_of(vm).slots().descr_set else { return Err(vm.system_error("no slot")) };
    set(vm, &slot, o, Some(&value))
}

/// The only arguments of `name`, as many as it takes.
fn exactly<'a, const N: usize>(vm: &mut Vm, name: &str, args: Args<'a>) -> PyResult<&'a [Owned; N]> {
    args.no_keywords(vm, name)?;
    match args.pos().try_into() {
        Ok(found) => Ok(found),
        Err(_) => {
            let (s, given) = (if N == 1 { "" } else { "s" }, args.pos().len());
            Err(vm.type_error(format!("{name}() takes exactly {N} argument{s} ({given} given)")))
        }
    }
}

fn getstate(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [] = exactly(vm, "getstate", args)?;
    state(vm, o)
}

fn setstate(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let [value] = exactly(vm, "setstate", args)?;
    let value = c_int_parsed(vm, value)?;
    set_state(vm, o, value)?;
    Ok(vm.none())
}

fn init_list(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    if let Some(init) = vm.types.list.slots().init { init(vm, o, args)? }
    set_state(vm, o, 0)
}

fn init_dict(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    if let Some(init) = vm.types.dict.slots().init { init(vm, o, args)? }
    set_state(vm, o, 0)
}

/// What was passed: what the function is bound to, the positional arguments, and a dict of the others or None.
fn passed(vm: &mut Vm, bound: Owned, args: Args<'_>) -> PyResult {
    let positional = vm.new_tuple(args.pos().to_vec())?.into_obj();
    let mut keywords = vm.none();
    if !args.kwnames().is_empty() {
        let dict = vm.new_dict()?;
        for (name, value) in args.kwnames().iter().zip(&args.values()[args.pos().len()..]) { dict.set_item(vm, name, value)? }
        keywords = dict.into_obj();
    }
    Ok(vm.new_tuple([bound, positional, keywords])?.into_obj())
}

fn classmeth(vm: &mut Vm, class: &Owned, args: Args<'_>) -> PyResult { passed(vm, class.clone(), args) }

fn staticmeth(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let nothing = vm.none();
    passed(vm, nothing, args)
}

/// Seconds that reading an attribute so many times took.
fn bench(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    args.no_keywords(vm, "bench")?;
    let (o, name, count) = match args.pos() {
        [o, name] => (o, name, 1),
        [o, name, count] => (o, name, c_int_parsed(vm, count)?),
        few_or_many => {
            let given = few_or_many.len();
            let bound = if given < 2 { "at least 2" } else { "at most 3" };
            return Err(vm.type_error(format!("function takes {bound} arguments ({given} given)")));
        }
    };
    if name.cast::<PyStr>().is_none() {
        let t = name.type_name(vm);
        return Err(vm.type_error(format!("argument 2 must be str, not {t}")));
    }
    let begin = Instant::now();
    for _ in 0..count { vm.get_attr(o, name)?; }
    vm.new_float(begin.elapsed().as_secs_f64())
}
