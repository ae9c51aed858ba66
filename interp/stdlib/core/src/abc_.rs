//! `_abc`: registration and the caches of abstract base classes.
//!
//! Classes are remembered by address with a weak reference that says whether the address still means the same class.
//! Not here: `abc.ABCMeta` (Lib), which calls these functions.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use instar_object::TypeFlags;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{Guarded, TraceField, Word};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::list::PyList;
use instar_vm::types::weakref::{self, PyWeakref};
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

/// Weakly held classes, by address.
#[derive(Default)]
struct Classes(HashMap<usize, Owned>);

// SAFETY: visits each handle it owns once.
unsafe impl TraceField for Classes {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { for w in self.0.values() { visit(w.word()) } }
    fn clear_field(&mut self) { drop(std::mem::take(&mut self.0)) }
}

fn referent(weak: &Owned) -> Option<Owned> { weak.cast::<PyWeakref>().and_then(|w| w.upgrade()) }

impl Classes {
    fn has(&self, class: &Owned) -> bool {
        self.0.get(&class.word().raw()).is_some_and(|w| w.cast::<PyWeakref>().and_then(|w| w.upgrade()).is_some_and(|c| c.is(class)))
    }
}

/// What `_abc_impl` of an abstract base class holds.
struct AbcData {
    registry: Guarded<Vec<Owned>>,
    cache: Guarded<Classes>,
    negative: Guarded<Classes>,
    /// The counter's value when `negative` was last emptied.
    negative_version: Cell<u64>,
    /// Counts registrations in this interpreter.
    counter: Rc<Cell<u64>>,
}
trace! { AbcData { registry, cache, negative } }
instar_vm::fields! { AbcData { registry, cache, negative, negative_version, counter } }
payload!(AbcData, "_abc_data");

/// The counter that all classes share.
#[derive(Default)]
struct Shared { counter: Rc<Cell<u64>> }

static DEF: TypeDef = TypeDef { doc: "Internal state held by ABC machinery.", sig: "", methods: &[], getset: &[] };

fn data(vm: &mut Vm, class: &Owned) -> PyResult<Ref<AbcData>> {
    let name = vm.names._abc_impl.clone();
    let found = vm.get_attr(class, &name)?;
    Ref::try_from(found).map_err(|_| vm.type_error("_abc_impl is set to a wrong type"))
}

/// Adds a class to one of the caches; dead ones make place when it has grown.
fn remember(vm: &mut Vm, data: &Ref<AbcData>, class: &Owned, positive: bool) -> PyResult<()> {
    let weak = weakref::new_ref(vm, class, None)?;
    let place = if positive { &data.cache } else { &data.negative };
    let map = &mut place.get_mut(vm).0;
    let mut dead = Vec::new();
    if map.len() == map.capacity() {
        let gone: Vec<usize> = map.iter().filter(|(_, w)| referent(w).is_none()).map(|(k, _)| *k).collect();
        dead.extend(gone.iter().filter_map(|k| map.remove(k)));
    }
    map.try_reserve(1).map_err(|_| vm.no_memory())?;
    let old = place.get_mut(vm).0.insert(class.word().raw(), weak);
    drop((old, dead));
    Ok(())
}

fn is_abstract(vm: &mut Vm, value: &Owned) -> PyResult<bool> {
    let name = vm.names.__isabstractmethod__.clone();
    match vm.get_attr_opt(value, &name)? { Some(flag) => vm.truth(&flag), None => Ok(false) }
}

fn compute_abstract_methods(vm: &mut Vm, class: &Owned) -> PyResult<()> {
    let mut names = Vec::new();
    let namespace = match TypeRef::from_obj(class) {
        Some(ty) => ty.dict().pairs(vm)?,
        None => {
            let (key, items) = (vm.names.__dict__.clone(), vm.names.items.clone());
            let ns = vm.get_attr(class, &key)?;
            let pairs = vm.call_method(&ns, &items, &[])?;
            let mut all = Vec::new();
            for pair in vm.collect(&pairs)? {
                let parts = vm.collect(&pair)?;
                let [k, v] = parts.as_slice() else { return Err(vm.type_error("Iteration over namespace.items() gave no pairs")) };
                all.push((k.clone(), v.clone()));
            }
            all
        }
    };
    for (name, value) in namespace { if is_abstract(vm, &value)? { names.push(name) } }
    let (bases, methods) = (vm.names.__bases__.clone(), vm.names.__abstractmethods__.clone());
    let bases = vm.get_attr(class, &bases)?;
    for base in vm.collect(&bases)? {
        let Some(inherited) = vm.get_attr_opt(&base, &methods)? else { continue };
        for name in vm.collect(&inherited)? {
            let Some(value) = vm.get_attr_opt(class, &name)? else { continue };
            if is_abstract(vm, &value)? { names.push(name) }
        }
    }
    let list = vm.new_list(names)?.into_obj();
    let frozenset = vm.types.frozenset.obj().clone();
    let all = vm.call1(&frozenset, &list)?;
    vm.set_attr(class, &methods, &all)
}

fn init(vm: &mut Vm, _: &Owned, class: &Owned) -> PyResult {
    compute_abstract_methods(vm, class)?;
    let counter = vm.state::<Shared>().counter.clone();
    let made = AbcData { registry: Guarded::default(), cache: Guarded::default(), negative: Guarded::default(), negative_version: Cell::new(counter.get()), counter };
    let made = vm.new_object(made)?.into_obj();
    let name = vm.names._abc_impl.clone();
    vm.set_attr(class, &name, &made)?;
    if let Some(ty) = TypeRef::from_obj(class).cloned() {
        let key = vm.intern("__abc_tpflags__")?;
        if let Some(flags) = ty.dict_get(vm, &key) {
            let bits = int_ref(&flags).and_then(|n| n.to_i64()).unwrap_or(0);
            let (sequence, mapping) = (bits & 1 << 5 != 0, bits & 1 << 6 != 0);
            if sequence && mapping { return Err(vm.type_error("__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING")) }
            if sequence || mapping {
                ty.set_flag(vm_flags::SEQUENCE, sequence);
                ty.set_flag(vm_flags::MAPPING, mapping);
            }
            vm.del_attr(class, &key)?;
        }
    }
    Ok(vm.none())
}

/// Gives a class and its subclasses the collection kind of the abstract class they are registered with.
fn set_collection(vm: &mut Vm, class: &TypeRef, kind: u32) {
    if class.has_flag(vm_flags::IMMUTABLE) || class.has_flag(kind) { return }
    for flag in [vm_flags::SEQUENCE, vm_flags::MAPPING] { class.set_flag(flag, flag == kind) }
    for subclass in class.subclasses(vm) { set_collection(vm, &subclass, kind) }
}

fn register(vm: &mut Vm, _: &Owned, class: &Owned, subclass: &Owned) -> PyResult {
    let Some(sub) = TypeRef::from_obj(subclass).cloned() else { return Err(vm.type_error("Can only register classes")) };
    if vm.is_subclass(subclass, class)? { return Ok(subclass.clone()) }
    if vm.is_subclass(class, subclass)? { return Err(vm.runtime_error("Refusing to create an inheritance cycle")) }
    let data = data(vm, class)?;
    let weak = weakref::new_ref(vm, subclass, None)?;
    data.registry.get_mut(vm).push(weak);
    data.counter.set(data.counter.get() + 1);
    if let Some(ty) = TypeRef::from_obj(class) {
        for kind in [vm_flags::SEQUENCE, vm_flags::MAPPING] { if ty.has_flag(kind) { set_collection(vm, &sub, kind) } }
    }
    Ok(subclass.clone())
}

fn ask(vm: &mut Vm, class: &Owned, subclass: &Owned) -> PyResult {
    let name = vm.names.__subclasscheck__.clone();
    vm.call_method(class, &name, std::slice::from_ref(subclass))
}

fn instancecheck(vm: &mut Vm, _: &Owned, class: &Owned, instance: &Owned) -> PyResult {
    let data = data(vm, class)?;
    let name = vm.names.__class__.clone();
    let subclass = match vm.get_attr_opt(instance, &name)? { Some(class) => class, None => instance.type_of(vm).obj().clone() };
    if data.cache.get(vm).has(&subclass) { return Ok(vm.bool(true)) }
    let subtype = instance.type_of(vm).obj().clone();
    if subtype.is(&subclass) {
        if data.negative_version.get() == data.counter.get() && data.negative.get(vm).has(&subclass) { return Ok(vm.bool(false)) }
        return ask(vm, class, &subclass);
    }
    let answer = ask(vm, class, &subclass)?;
    if vm.truth(&answer)? { return Ok(answer) }
    ask(vm, class, &subtype)
}

fn subclasscheck(vm: &mut Vm, _: &Owned, class: &Owned, subclass: &Owned) -> PyResult {
    let Some(sub) = TypeRef::from_obj(subclass).cloned() else { return Err(vm.type_error("issubclass() arg 1 must be a class")) };
    vm.check_native_stack(" in __subclasscheck__")?;
    let data = data(vm, class)?;
    if data.cache.get(vm).has(subclass) { return Ok(vm.bool(true)) }
    if data.negative_version.get() < data.counter.get() {
        let old = std::mem::take(data.negative.get_mut(vm));
        data.negative_version.set(data.counter.get());
        drop(old);
    } else if data.negative.get(vm).has(subclass) {
        return Ok(vm.bool(false));
    }
    let answer = is_registered(vm, &data, class, &sub)?;
    remember(vm, &data, subclass, answer)?;
    Ok(vm.bool(answer))
}

fn is_registered(vm: &mut Vm, data: &Ref<AbcData>, class: &Owned, sub: &TypeRef) -> PyResult<bool> {
    let hook = vm.intern("__subclasshook__")?;
    let said = vm.call_method(class, &hook, &[sub.obj().clone()])?;
    if said.is(&vm.consts.true_) { return Ok(true) }
    if said.is(&vm.consts.false_) { return Ok(false) }
    if !vm.is_not_implemented(&said) { return Err(vm.assertion_error("__subclasshook__ must return either False, True, or NotImplemented")) }
    if sub.mro_items(vm).iter().any(|c| c.is(class)) { return Ok(true) }
    for weak in data.registry.get(vm).clone() {
        if let Some(other) = referent(&weak) { if vm.is_subclass(sub.obj(), &other)? { return Ok(true) } }
    }
    let name = vm.names.__subclasses__.clone();
    let subclasses = vm.call_method(class, &name, &[])?;
    let Some(list) = subclasses.cast::<PyList>().cloned() else { return Err(vm.type_error("__subclasses__() must return a list")) };
    let mut i = 0;
    while let Some(other) = list.get(vm, i) {
        if vm.is_subclass(sub.obj(), &other)? { return Ok(true) }
        i += 1;
    }
    Ok(false)
}

fn weak_set(vm: &mut Vm, items: Vec<Owned>) -> PyResult { Ok(vm.new_set_from(items)?.into_obj()) }

fn get_dump(vm: &mut Vm, _: &Owned, class: &Owned) -> PyResult {
    let data = data(vm, class)?;
    let registry = data.registry.get(vm).clone();
    let cache = data.cache.get(vm).0.values().cloned().collect();
    let negative = data.negative.get(vm).0.values().cloned().collect();
    let parts = [weak_set(vm, registry)?, weak_set(vm, cache)?, weak_set(vm, negative)?, vm.new_uint(data.negative_version.get())?];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn reset_registry(vm: &mut Vm, _: &Owned, class: &Owned) -> PyResult {
    let data = data(vm, class)?;
    drop(std::mem::take(data.registry.get_mut(vm)));
    Ok(vm.none())
}

fn reset_caches(vm: &mut Vm, _: &Owned, class: &Owned) -> PyResult {
    let data = data(vm, class)?;
    drop(std::mem::take(data.cache.get_mut(vm)));
    drop(std::mem::take(data.negative.get_mut(vm)));
    Ok(vm.none())
}

fn get_cache_token(vm: &mut Vm, _: &Owned) -> PyResult { let n = vm.state::<Shared>().counter.get(); vm.new_uint(n) }

fn exec(vm: &mut Vm, _: &Owned, _: &Ref<PyDict>) -> PyResult<()> {
    vm.new_native_type::<AbcData>("_abc", "_abc_data", None, TypeFlags::GC.bits(), Slots::default(), &DEF)?;
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_abc",
    doc: "Module contains faster C implementation of abc.ABCMeta",
    functions: &[
        Def::new("get_cache_token", "($module, /)", Native::N0(get_cache_token)).doc("Returns the current ABC cache token.\n\nThe token is an opaque object (supporting equality testing) identifying the\ncurrent version of the ABC cache for virtual subclasses. The token changes\nwith every call to register() on any ABC."),
        Def::new("_abc_init", "($module, self, /)", Native::N1(init)).doc("Internal ABC helper for class set-up. Should be never used outside abc module."),
        Def::new("_reset_registry", "($module, self, /)", Native::N1(reset_registry)).doc("Internal ABC helper to reset registry of a given class.\n\nShould be only used by refleak.py"),
        Def::new("_reset_caches", "($module, self, /)", Native::N1(reset_caches)).doc("Internal ABC helper to reset both caches of a given class.\n\nShould be only used by refleak.py"),
        Def::new("_get_dump", "($module, self, /)", Native::N1(get_dump)).doc("Internal ABC helper for cache and registry debugging.\n\nReturn shallow copies of registry, of both caches, and\nnegative cache version. Don't call this function directly,\ninstead use ABC._dump_registry() for a nice repr."),
        Def::new("_abc_register", "($module, self, subclass, /)", Native::N2(register)).doc("Internal ABC helper for subclasss registration. Should be never used outside abc module."),
        Def::new("_abc_instancecheck", "($module, self, instance, /)", Native::N2(instancecheck)).doc("Internal ABC helper for instance checks. Should be never used outside abc module."),
        Def::new("_abc_subclasscheck", "($module, self, subclass, /)", Native::N2(subclasscheck)).doc("Internal ABC helper for subclasss checks. Should be never used outside abc module."),
    ],
    exec,
};
