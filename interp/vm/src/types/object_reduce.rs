//! `object.__reduce_ex__`, `__reduce__`, `__getstate__`: what pickle and copy ask of any object (protocols 0 to 5).
//!
//! Protocols below 2 go through `copyreg._reduce_ex`, others through `copyreg.__newobj__` and `__newobj_ex__`. Not here: types
//! that define their own reduction.

use instar_object::TypeFlags;

use crate::object::{ObjExt, Owned, Ref};
use crate::protocol::instance_dict::{get_dict, has_dict};
use crate::typeobj::{vm_flags, TypeRef};
use crate::types::dict::PyDict;
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use crate::vm::{PyResult, Vm};

fn copyreg(vm: &mut Vm) -> PyResult { vm.import_module("copyreg") }

/// Names of slots along the MRO that instances may fill, unmangled dunders excepted.
fn slot_names(vm: &mut Vm, ty: &TypeRef) -> PyResult<Vec<Owned>> {
    let copyreg = copyreg(vm)?;
    let f = vm.intern("_slotnames")?;
    let names = vm.call_method(&copyreg, &f, &[ty.obj().clone()])?;
    if vm.is_none(&names) { return Ok(Vec::new()) }
    if names.cast::<PyList>().is_none() {
        let t = names.type_name(vm);
        return Err(vm.type_error(format!("copyreg._slotnames didn't return a list or None, not {t}")));
    }
    vm.collect(&names)
}

fn default_state(vm: &mut Vm, this: &Owned, required: bool) -> PyResult {
    let ty = this.type_of(vm).clone();
    let sized = ty.info.flags.get().contains(TypeFlags::VAR) || [&vm.types.code, &vm.types.memoryview].into_iter().any(|t| ty.is_subtype_of(vm, t));
    if required && sized {
        let t = ty.display_name(vm);
        return Err(vm.type_error(format!("cannot pickle {t} objects")));
    }
    let key = vm.names.__dict__.clone();
    // What an object says of its `__dict__` without having one (a bound method) is somebody else's.
    let found = if has_dict(&ty) && !ty.has_flag(vm_flags::TYPE_SUBCLASS) { Some(get_dict(vm, this)?) }
        else if vm.type_lookup(&ty, &key).is_some() { vm.get_attr_opt(this, &key)? }
        else { None };
    let state = match found {
        // A dict that holds nothing is no state.
        Some(d) if has_dict(&ty) && d.cast::<PyDict>().is_some_and(|d| d.is_empty(vm)) => vm.none(),
        Some(d) => d,
        None => vm.none(),
    };
    let names = slot_names(vm, &ty)?;
    if required {
        // State that no slot and no dict accounts for cannot be pickled.
        let object_like = ty.info.payload_bytes as usize == ty.info.slots_len as usize * 8;
        let native_container = [&vm.types.list, &vm.types.dict].into_iter().any(|t| ty.is_subtype_of(vm, t));
        if !object_like && !native_container {
            let t = ty.display_name(vm);
            return Err(vm.type_error(format!("cannot pickle '{t}' object")));
        }
    }
    if names.is_empty() { return Ok(state) }
    let slots = vm.new_dict()?;
    for name in names {
        if let Some(v) = vm.get_attr_opt(this, &name)? { slots.set_item(vm, &name, &v)? }
    }
    if slots.is_empty(vm) { return Ok(state) }
    Ok(vm.new_tuple(vec![state, slots.into_obj()])?.into_obj())
}

pub(super) fn getstate(vm: &mut Vm, this: &Owned) -> PyResult { default_state(vm, this, false) }

fn state_of(vm: &mut Vm, this: &Owned, required: bool) -> PyResult {
    let key = vm.names.__getstate__.clone();
    let method = vm.get_attr(this, &key)?;
    let own = vm.type_lookup(&vm.types.object, &key);
    let found = vm.type_lookup(this.type_of(vm), &key);
    // Only object's own knows about what is required.
    if let (Some(a), Some(b)) = (own, found)
        && a.is(&b)
    {
        return default_state(vm, this, required);
    }
    vm.call0(&method)
}

fn tuple_or_none(vm: &mut Vm, this: &Owned, name: &str) -> PyResult<Option<Ref<PyTuple>>> {
    let key = vm.intern(name)?;
    let Some(result) = vm.call_special(this, &key, &[])? else { return Ok(None) };
    match Ref::try_from(result) {
        Ok(t) => Ok(Some(t)),
        Err(other) => {
            let t = other.type_name(vm);
            Err(vm.type_error(format!("{name} should return a tuple, not '{t}'")))
        }
    }
}

fn reduce_newobj(vm: &mut Vm, this: &Owned) -> PyResult {
    let class = this.type_of(vm).clone();
    if class.slots().new.is_none() || class.has_flag(vm_flags::NO_NEW) {
        let t = class.display_name(vm);
        return Err(vm.type_error(format!("cannot pickle '{t}' object")));
    }
    let copyreg = copyreg(vm)?;
    let mut args: Option<Ref<PyTuple>> = None;
    let mut kwargs: Option<Owned> = None;
    if let Some(pair) = tuple_or_none(vm, this, "__getnewargs_ex__")? {
        let [a, k] = pair.items() else {
            let n = pair.items().len();
            return Err(vm.value_error(format!("__getnewargs_ex__ should return a tuple of length 2, not {n}")));
        };
        let Some(t) = a.cast::<PyTuple>() else {
            let t = a.type_name(vm);
            return Err(vm.type_error(format!("first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{t}'")));
        };
        if k.cast::<PyDict>().is_none() {
            let t = k.type_name(vm);
            return Err(vm.type_error(format!("second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{t}'")));
        }
        args = Some(t.clone());
        kwargs = Some(k.clone());
    } else if let Some(t) = tuple_or_none(vm, this, "__getnewargs__")? {
        args = Some(t);
    }
    let has_args = args.is_some();
    let (maker, new_args) = match kwargs.filter(|k| k.cast::<PyDict>().is_some_and(|d| !d.is_empty(vm))) {
        Some(k) => {
            let f = vm.get_attr_str(&copyreg, "__newobj_ex__")?;
            let a = args.map_or_else(|| vm.consts.empty_tuple.obj().clone(), Ref::into_obj);
            (f, vm.new_tuple(vec![class.obj().clone(), a, k])?.into_obj())
        }
        None => {
            let f = vm.get_attr_str(&copyreg, "__newobj__")?;
            let mut all = vec![class.obj().clone()];
            if let Some(a) = &args { all.extend(a.items().iter().cloned()) }
            (f, vm.new_tuple(all)?.into_obj())
        }
    };
    let is_list = this.cast::<PyList>().is_some();
    let is_dict = this.cast::<PyDict>().is_some();
    let state = state_of(vm, this, !has_args && !is_list && !is_dict)?;
    let list_items = if is_list { vm.iter(this)? } else { vm.none() };
    let dict_items = if is_dict {
        let key = vm.names.items.clone();
        let items = vm.call_method(this, &key, &[])?;
        vm.iter(&items)?
    } else { vm.none() };
    Ok(vm.new_tuple(vec![maker, new_args, state, list_items, dict_items])?.into_obj())
}

fn reduce_protocol(vm: &mut Vm, this: &Owned, protocol: i64) -> PyResult {
    if protocol >= 2 { return reduce_newobj(vm, this) }
    let copyreg = copyreg(vm)?;
    let (f, p) = (vm.intern("_reduce_ex")?, vm.new_int(protocol)?);
    vm.call_method(&copyreg, &f, &[this.clone(), p])
}

pub(super) fn reduce(vm: &mut Vm, this: &Owned) -> PyResult { reduce_protocol(vm, this, 0) }

pub(super) fn reduce_ex(vm: &mut Vm, this: &Owned, protocol: &Owned) -> PyResult {
    let protocol = i64::from(vm.index_i32(protocol)?);
    let key = vm.names.__reduce__.clone();
    let found = vm.type_lookup(this.type_of(vm), &key);
    let own = vm.type_lookup(&vm.types.object, &key);
    let overridden = match (&found, &own) { (Some(a), Some(b)) => !a.is(b), _ => false };
    // An instance is asked whatever its class says.
    if let Some(method) = vm.get_attr_opt(this, &key)? && overridden { return vm.call0(&method) }
    reduce_protocol(vm, this, protocol)
}
