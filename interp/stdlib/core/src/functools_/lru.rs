//! The cache behind `functools.lru_cache`.
//!
//! A dict finds a link by key; the links stand in a ring in order of use. The dict's code may run Python (`__eq__`, `__hash__`)
//! and so change the cache: a link says where in the ring it stands, and only if it still stands there it is moved.

use std::cell::Cell;

use instar_object::TypeFlags;
use instar_vm::fallible::CopyVec;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::{Guarded, Slot, TraceField, Word};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::set_type;

/// A cached result.
struct Link { key: Owned, hash: i64, result: Owned, place: Cell<usize> }
trace! { Link { key, result } }
instar_vm::fields! { Link { key, hash, result, place } }
payload!(Link, "_lru_list_elem");

static LINK: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

/// A ring slot: neighbours and the link.
struct Node { older: usize, newer: usize, link: Option<Ref<Link>> }

/// Links in order of use; slot 0 is the anchor.
struct Ring { nodes: Vec<Node>, free: Vec<usize> }

impl Default for Ring {
    fn default() -> Ring { Ring { nodes: vec![Node { older: 0, newer: 0, link: None }], free: Vec::new() } }
}

// SAFETY: visits each handle it owns once.
unsafe impl TraceField for Ring {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { for n in &self.nodes { if let Some(l) = &n.link { visit(l.obj().word()) } } }
    fn clear_field(&mut self) { drop(std::mem::take(self)) }
}

impl Ring {
    fn unhook(&mut self, at: usize) {
        let (older, newer) = (self.nodes[at].older, self.nodes[at].newer);
        self.nodes[older].newer = newer;
        self.nodes[newer].older = older;
    }
    fn hook_newest(&mut self, at: usize) {
        let newest = self.nodes[0].older;
        self.nodes[at].older = newest;
        self.nodes[at].newer = 0;
        self.nodes[newest].newer = at;
        self.nodes[0].older = at;
    }
    /// Whether `link` stands where it says.
    fn holds(&self, link: &Ref<Link>) -> bool { self.nodes.get(link.place.get()).is_some_and(|n| n.link.as_ref().is_some_and(|l| l.is(link.obj()))) }
    fn touch(&mut self, link: &Ref<Link>) {
        if self.holds(link) { let at = link.place.get(); self.unhook(at); self.hook_newest(at) }
    }
    fn add(&mut self, link: Ref<Link>) {
        let at = self.free.pop().unwrap_or_else(|| { self.nodes.push(Node { older: 0, newer: 0, link: None }); self.nodes.len() - 1 });
        link.place.set(at);
        self.nodes[at].link = Some(link);
        self.hook_newest(at);
    }
    fn take_oldest(&mut self) -> Option<Ref<Link>> {
        let at = self.nodes[0].newer;
        if at == 0 { return None }
        self.unhook(at);
        self.free.push(at);
        self.nodes[at].link.take()
    }
}

/// Payload of the wrapper.
struct Wrapper {
    function: Owned,
    /// `None`: without limit.
    maxsize: Option<usize>,
    typed: bool,
    info: Owned,
    /// Results by key (no limit) or links by key.
    cache: Ref<PyDict>,
    ring: Guarded<Ring>,
    /// Marks where keywords begin in a key.
    mark: Owned,
    hits: Cell<i64>,
    misses: Cell<i64>,
    dict: Slot,
}
trace! { Wrapper { function, info, cache, ring, mark, dict } }
instar_vm::fields! { Wrapper { function, maxsize, typed, info, cache, ring, mark, hits, misses, dict } }
payload!(Wrapper, "_lru_cache_wrapper");

static WRAPPER: TypeDef = TypeDef {
    doc: "Create a cached callable that wraps another function.\n\nuser_function:      the function being cached\n\nmaxsize:  0         for no caching\n          None      for unlimited cache size\n          n         for a bounded cache\n\ntyped:    False     cache f(3) and f(3.0) as identical calls\n          True      cache f(3) and f(3.0) as distinct calls\n\ncache_info_type:    namedtuple class with the fields:\n                        hits misses currsize maxsize\n",
    sig: "",
    methods: &[
        Def::new("cache_info", "($self, /)", Native::N0(cache_info)).doc("Report cache statistics"),
        Def::new("cache_clear", "($self, /)", Native::N0(cache_clear)).doc("Clear the cache and cache statistics"),
        Def::new("__reduce__", "", Native::N0(reduce)),
        Def::new("__copy__", "", Native::N0(|_, o| Ok(o.clone()))),
        Def::new("__deepcopy__", "", Native::N1(|_, o, _| Ok(o.clone()))),
    ],
    getset: &[GetSet::rw("__dict__", |vm, o| get_dict(vm, &this(o).dict), |vm, o, v| set_dict(vm, &this(o).dict, v))],
};

/// Reads `__dict__` out of its slot.
pub(super) fn get_dict(vm: &mut Vm, slot: &Slot) -> PyResult {
    if let Some(d) = slot.get() { return Ok(d) }
    let d = vm.new_dict()?.into_obj();
    slot.set(Some(d.clone()));
    Ok(d)
}

/// Writes `__dict__`.
pub(super) fn set_dict(vm: &mut Vm, slot: &Slot, value: Option<&Owned>) -> PyResult<()> {
    let Some(v) = value else { return Err(vm.type_error("cannot delete __dict__")) };
    if v.cast::<PyDict>().is_none() {
        let t = v.type_name(vm);
        return Err(vm.type_error(format!("__dict__ must be set to a dictionary, not a '{t}'")));
    }
    slot.set(Some(v.clone()));
    Ok(())
}

/// Makes the types.
pub(super) fn make(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    vm.new_native_type::<Link>("functools", "_lru_list_elem", None, TypeFlags::GC.bits(), Slots::default(), &LINK)?;
    let slots = Slots { new: Some(new), call: Some(call), descr_get: Some(descr_get), dict_slot: Some(|o| &this(o).dict), ..Slots::default() };
    let flags = TypeFlags::GC.bits() | TypeFlags::WEAKREF.bits() | vm_flags::BASETYPE | vm_flags::METHOD_DESCRIPTOR;
    let ty = vm.new_native_type::<Wrapper>("functools", "_lru_cache_wrapper", None, flags, slots, &WRAPPER)?;
    set_type(vm, ns, &ty)
}

fn this(o: &Owned) -> &Ref<Wrapper> { o.cast().expect("law: checked by the descriptor") }

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "lru_cache", const { &Signature::parse("(user_function, maxsize, typed, cache_info_type)") })?;
    let [Some(function), Some(maxsize), Some(typed), Some(info)] = bound.as_slice() else { return Err(vm.type_error("lru_cache() missing arguments")) };
    if !vm.is_callable(function) { return Err(vm.type_error("the first argument must be callable")) }
    let maxsize = if vm.is_none(maxsize) { None } else {
        if maxsize.type_of(vm).slots().index.is_none() { return Err(vm.type_error("maxsize should be integer or None")) }
        Some(usize::try_from(vm.count_index(maxsize)?).unwrap_or(0))
    };
    let typed = vm.truth(typed)?;
    let object = vm.types.object.obj().clone();
    let made = Wrapper { function: function.clone(), maxsize, typed, info: info.clone(), cache: vm.new_dict()?, ring: Guarded::default(),
        mark: vm.call0(&object)?, hits: Cell::new(0), misses: Cell::new(0), dict: Slot::default() };
    Ok(vm.new_object_of(ty, made)?.into_obj())
}

/// What a call is remembered by: the argument itself if it is one str or int, else a flat tuple.
fn make_key(vm: &mut Vm, w: &Wrapper, args: Args<'_>) -> PyResult {
    if !w.typed && let ([one], []) = (args.values(), args.kwnames())
        && (one.is_exact::<PyStr>(vm) || int_ref(one).is_some() && one.type_of(vm).ptr() == vm.types.int.ptr())
    {
        return Ok(one.clone());
    }
    let mut parts = args.pos().try_copy(vm)?;
    if !args.kwnames().is_empty() {
        parts.push(w.mark.clone());
        for (name, value) in args.keywords() { parts.push(name.clone()); parts.push(value.clone()) }
    }
    if w.typed { parts.extend(args.values().iter().map(|v| v.type_of(vm).obj().clone())) }
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn count(c: &Cell<i64>) { c.set(c.get().wrapping_add(1)) }

fn find(vm: &mut Vm, w: &Wrapper, hash: i64, key: &Owned) -> PyResult<Option<Owned>> {
    Ok(w.cache.find(vm, hash, key)?.map(|entry| w.cache.value_at(vm, entry)))
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let w = this(o).clone();
    let Some(limit) = w.maxsize else { return call_unbounded(vm, &w, args) };
    if limit == 0 {
        count(&w.misses);
        return vm.call(&w.function, args);
    }
    let key = make_key(vm, &w, args)?;
    let hash = vm.hash(&key)?;
    if let Some(link) = find(vm, &w, hash, &key)?.and_then(|l| Ref::<Link>::try_from(l).ok()) {
        w.ring.get_mut(vm).touch(&link);
        count(&w.hits);
        return Ok(link.result.clone());
    }
    count(&w.misses);
    let result = vm.call(&w.function, args)?;
    // The call may have cached it.
    if find(vm, &w, hash, &key)?.is_some() { return Ok(result) }
    if w.cache.len(vm) >= limit && let Some(oldest) = w.ring.get_mut(vm).take_oldest() {
        let known = w.cache.pop_hashed(vm, oldest.hash, &oldest.key)?;
        // Comparing keys may have emptied the cache: then there is nothing to replace.
        if known.is_none() { return Ok(result) }
    }
    let link = vm.new_object(Link { key: key.clone(), hash, result: result.clone(), place: Cell::new(0) })?;
    w.cache.set_hashed(vm, link.hash, &key, link.obj().clone())?;
    w.ring.get_mut(vm).add(link);
    Ok(result)
}

fn call_unbounded(vm: &mut Vm, w: &Ref<Wrapper>, args: Args<'_>) -> PyResult {
    let key = make_key(vm, w, args)?;
    let hash = vm.hash(&key)?;
    if let Some(result) = find(vm, w, hash, &key)? {
        count(&w.hits);
        return Ok(result);
    }
    count(&w.misses);
    let result = vm.call(&w.function, args)?;
    w.cache.set_hashed(vm, hash, &key, result.clone())?;
    Ok(result)
}

fn cache_info(vm: &mut Vm, o: &Owned) -> PyResult {
    let w = this(o).clone();
    let maxsize = match w.maxsize { Some(n) => vm.new_usize(n)?, None => vm.none() };
    let size = w.cache.len(vm);
    let parts = [vm.new_int(w.hits.get())?, vm.new_int(w.misses.get())?, maxsize, vm.new_usize(size)?];
    vm.call_n(&w.info, &parts)
}

fn cache_clear(vm: &mut Vm, o: &Owned) -> PyResult {
    let w = this(o).clone();
    w.hits.set(0);
    w.misses.set(0);
    let ring = std::mem::take(w.ring.get_mut(vm));
    w.cache.clear(vm);
    drop(ring);
    Ok(vm.none())
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult { vm.get_attr_str(o, "__qualname__") }

fn descr_get(vm: &mut Vm, o: &Owned, obj: Option<&Owned>, _: &Owned) -> PyResult {
    match obj { Some(obj) => vm.new_method(o.clone(), obj.clone()), None => Ok(o.clone()) }
}
