//! `FrameLocalsProxy`: the locals of a function's frame as a mapping that writes through (PEP 667).
//!
//! Names that are no locals of the code are kept in a dict of the frame. Not here: where a local's word is (`frame.rs`).

use instar_code::{Binary, Compare};

use crate::args::Args;
use crate::native::{Def, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::dict::PyDict;
use crate::types::frame::PyFrame;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};
use crate::{payload, trace};

/// A proxy of a frame's locals.
pub struct PyFrameLocalsProxy {
    /// The frame.
    pub frame: Ref<PyFrame>,
}
trace! { PyFrameLocalsProxy { frame } }
crate::fields! { PyFrameLocalsProxy { frame } }
payload!(PyFrameLocalsProxy, "FrameLocalsProxy", frame_locals_proxy);

fn frame(o: &Owned) -> Ref<PyFrame> { o.cast::<PyFrameLocalsProxy>().expect("law: checked by the descriptor").frame.clone() }

/// The index of the local that `key` is equal to. The key is hashed as in a dict, so that an unhashable one is an error.
fn index_of(vm: &mut Vm, f: &PyFrame, key: &Owned) -> PyResult<Option<usize>> {
    let hash = vm.hash(key)?;
    if key.is_exact::<PyStr>(vm) { return Ok(key.cast::<PyStr>().and_then(|k| f.index_of(&k.to_string_lossy()))) }
    for (i, name) in f.names() {
        let name = vm.intern(&name)?;
        if vm.hash(&name)? == hash && vm.equal(&name, key)? { return Ok(Some(i)) }
    }
    Ok(None)
}

fn extra(f: &PyFrame) -> Option<Ref<PyDict>> { f.extra.get().and_then(|d| Ref::try_from(d).ok()) }

fn extra_or_new(vm: &mut Vm, f: &PyFrame) -> PyResult<Ref<PyDict>> {
    if let Some(d) = extra(f) { return Ok(d) }
    let d = vm.new_dict()?;
    f.extra.set(Some(d.obj().clone()));
    Ok(d)
}

/// The bound locals as a new dict.
pub fn snapshot(vm: &mut Vm, f: &Ref<PyFrame>) -> PyResult<Ref<PyDict>> {
    let dict = vm.new_dict()?;
    for (i, name) in f.names() {
        if let Some(v) = f.local(i) {
            let key = vm.intern(&name)?;
            dict.set_item(vm, &key, &v)?;
        }
    }
    if let Some(d) = extra(f) { for (k, v) in d.pairs(vm)? { dict.set_item(vm, &k, &v)? } }
    Ok(dict)
}

fn find(vm: &mut Vm, f: &PyFrame, key: &Owned) -> PyResult<Option<Owned>> {
    if let Some(i) = index_of(vm, f, key)? { return Ok(f.local(i)) }
    match extra(f) { Some(d) => d.get_item(vm, key), None => Ok(None) }
}

fn new(vm: &mut Vm, _: &TypeRef, args: Args<'_>) -> PyResult {
    args.no_keywords(vm, "FrameLocalsProxy")?;
    match args.pos() {
        [f] => match Ref::<PyFrame>::cast(f) {
            Some(f) => Ok(vm.new_object(PyFrameLocalsProxy { frame: f.clone() })?.into_obj()),
            None => {
                let t = f.type_name(vm);
                Err(vm.type_error(format!("expect frame, not {t}")))
            }
        },
        other => Err(vm.type_error(format!("FrameLocalsProxy expected 1 argument, got {}", other.len()))),
    }
}

fn getitem(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult {
    match find(vm, &frame(o), key)? { Some(v) => Ok(v), None => Err(local_key_error(vm, key)) }
}

#[cold]
fn local_key_error(vm: &mut Vm, key: &Owned) -> crate::vm::Raised {
    match vm.repr_text(key) {
        Ok(text) => match vm.new_str(&format!("local variable {text} is not defined")) { Ok(m) => vm.key_error(&m), Err(e) => e },
        Err(e) => e,
    }
}

fn setitem(vm: &mut Vm, o: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let f = frame(o);
    let index = index_of(vm, &f, key)?;
    let Some(value) = value else {
        if index.is_some() { return Err(vm.value_error("cannot remove local variables from FrameLocalsProxy")) }
        let gone = match extra(&f) { Some(d) => d.del_item(vm, key)?, None => false };
        return if gone { Ok(()) } else { Err(vm.key_error(key)) };
    };
    if let Some(i) = index && f.set_local(i, value.clone()) { return Ok(()) }
    let d = extra_or_new(vm, &f)?;
    d.set_item(vm, key, value)
}

fn len(vm: &mut Vm, o: &Owned) -> PyResult<usize> {
    let f = frame(o);
    let n = f.names().iter().filter(|(i, _)| f.local(*i).is_some()).count();
    Ok(n + extra(&f).map_or(0, |d| d.len(vm)))
}

fn contains(vm: &mut Vm, o: &Owned, key: &Owned) -> PyResult<bool> { Ok(find(vm, &frame(o), key)?.is_some()) }

fn dict_of(vm: &mut Vm, o: &Owned) -> PyResult<Ref<PyDict>> { snapshot(vm, &frame(o)) }

fn keys(vm: &mut Vm, o: &Owned) -> PyResult { let d = dict_of(vm, o)?; let k = d.keys(vm)?; Ok(vm.new_list(k)?.into_obj()) }
fn values(vm: &mut Vm, o: &Owned) -> PyResult { let d = dict_of(vm, o)?; let v = d.values(vm)?; Ok(vm.new_list(v)?.into_obj()) }
fn items(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = dict_of(vm, o)?;
    let mut rows = Vec::new();
    for (k, v) in d.pairs(vm)? { rows.push(vm.new_tuple([k, v])?.into_obj()) }
    Ok(vm.new_list(rows)?.into_obj())
}
fn copy(vm: &mut Vm, o: &Owned) -> PyResult { Ok(dict_of(vm, o)?.into_obj()) }
fn iter(vm: &mut Vm, o: &Owned) -> PyResult { let k = keys(vm, o)?; vm.iter(&k) }
fn reversed(vm: &mut Vm, o: &Owned) -> PyResult {
    let d = dict_of(vm, o)?;
    let mut k = d.keys(vm)?;
    k.reverse();
    Ok(vm.new_list(k)?.into_obj())
}

fn get(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    match find(vm, &frame(o), &args[0])? { Some(v) => Ok(v), None => Ok(args.get(1).cloned().unwrap_or_else(|| vm.none())) }
}

fn setdefault(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    if let Some(v) = find(vm, &frame(o), &args[0])? { return Ok(v) }
    let value = args.get(1).cloned().unwrap_or_else(|| vm.none());
    setitem(vm, o, &args[0], Some(&value))?;
    Ok(value)
}

fn pop(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let f = frame(o);
    if index_of(vm, &f, &args[0])?.is_some() { return Err(vm.value_error("cannot remove local variables from FrameLocalsProxy")) }
    let found = match extra(&f) { Some(d) => d.pop(vm, &args[0])?, None => None };
    match (found, args.get(1)) {
        (Some(v), _) => Ok(v),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(vm.key_error(&args[0])),
    }
}

fn merge(vm: &mut Vm, o: &Owned, other: &Owned) -> PyResult<()> {
    let dict = vm.new_dict()?;
    dict.update_mapping(vm, other)?;
    for (k, v) in dict.pairs(vm)? { setitem(vm, o, &k, Some(&v))? }
    Ok(())
}

fn is_mapping(vm: &Vm, o: &Owned) -> bool { o.is_instance_of(vm, &vm.types.dict) || o.cast::<PyFrameLocalsProxy>().is_some() }

fn update(vm: &mut Vm, o: &Owned, other: &Owned) -> PyResult {
    let keys = vm.names.keys.clone();
    if !is_mapping(vm, other) && vm.get_attr_opt(other, &keys)?.is_none() {
        let t = other.type_name(vm);
        return Err(vm.type_error(format!("update() argument must be dict or another FrameLocalsProxy, not {t}")));
    }
    merge(vm, o, other)?;
    Ok(vm.none())
}

fn or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    if !is_mapping(vm, a) || !is_mapping(vm, b) { return Ok(vm.not_implemented()) }
    let dict = vm.new_dict()?;
    dict.update_mapping(vm, a)?;
    dict.update_mapping(vm, b)?;
    Ok(dict.into_obj())
}

fn inplace_or(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult {
    if !is_mapping(vm, b) { return Ok(vm.not_implemented()) }
    merge(vm, a, b)?;
    Ok(a.clone())
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let equal = if let Some(other) = b.cast::<PyFrameLocalsProxy>() {
        other.frame.is(frame(a).obj())
    } else if b.is_instance_of(vm, &vm.types.dict) {
        let d = dict_of(vm, a)?.into_obj();
        vm.equal(&d, b)?
    } else {
        return Ok(vm.not_implemented());
    };
    Ok(vm.bool(equal == (op == Compare::Eq)))
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    if !vm.repr_enter(o) { return vm.new_str("{...}") }
    let r = dict_of(vm, o).and_then(|d| vm.repr(d.obj()));
    vm.repr_leave(o);
    r
}

static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__reversed__", "", Native::N0(reversed)),
        Def::new("copy", "", Native::N0(copy)),
        Def::new("keys", "", Native::N0(keys)),
        Def::new("values", "", Native::N0(values)),
        Def::new("items", "", Native::N0(items)),
        Def::new("update", "", Native::N1(update)),
        Def::new("get", "", Native::Var(get, 1, 2)),
        Def::new("pop", "", Native::Var(pop, 1, 2)),
        Def::new("setdefault", "", Native::Var(setdefault, 1, 2)),
    ],
    getset: &[],
};

/// Fills the type.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.frame_locals_proxy.clone();
    let mut slots = Slots {
        new: Some(new), repr: Some(repr), compare: Some(compare), iter: Some(iter), len: Some(len), getitem: Some(getitem), setitem: Some(setitem),
        contains: Some(contains), ..Slots::default()
    };
    slots.binary[Binary::Or as usize] = Some(or);
    slots.binary[13 + Binary::Or as usize] = Some(inplace_or);
    vm.fill_type(&ty, slots, &DEF)
}
