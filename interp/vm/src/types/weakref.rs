//! Weak references and proxies.
//!
//! Not here: the lists that tie them to their targets (`instar_object::weak`), the `_weakref` module.

use std::cell::Cell;

use instar_code::{Binary, Compare};
use instar_object::{weak, TypeFlags, WeakRefBody};

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned, Ref, Trace, Word};
use crate::payload;
use crate::slots::{BinaryFn, Slots};
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Raised, Vm};

/// Payload of references and proxies; the body comes first.
#[repr(C)]
pub struct PyWeakref {
    body: WeakRefBody,
    hash: Cell<i64>,
}

// SAFETY: the only owned reference is the callback; the target is not owned.
unsafe impl Trace for PyWeakref {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        let w = self.body.callback();
        if !w.is_null() { visit(w) }
    }
    fn clear(&mut self) { drop(self.body.take_callback()) }
}
crate::fields! { PyWeakref { body, hash } }
payload!(PyWeakref, "weakref", weakref);

impl PyWeakref {
    /// The target, if it is alive.
    pub fn upgrade(&self) -> Option<Owned> { weak::upgrade(&self.body) }
}

fn this(o: &Owned) -> &Ref<PyWeakref> { o.cast().expect("law: checked by the descriptor") }

/// A reference of type `ty` to `target`; an existing one without callback is shared where the type is builtin.
fn make(vm: &mut Vm, ty: &TypeRef, target: &Owned, callback: Option<Owned>) -> PyResult {
    let can = target.word().is_ptr() && target.type_of(vm).info.has(TypeFlags::WEAKREF);
    if !can {
        let name = target.type_name(vm);
        return Err(vm.type_error(format!("cannot create weak reference to '{name}' object")));
    }
    let callback = callback.filter(|c| !vm.is_none(c));
    if callback.is_none() && !ty.is_heap_type() {
        let mut found = None;
        weak::for_each(target.word().ptr(), |w| {
            // SAFETY: lists hold live weak reference objects.
            let same = found.is_none() && w.ty() == ty.ptr() && unsafe { (*w.payload::<PyWeakref>()).body.callback().is_null() };
            if same { found = Some(w) }
        });
        // SAFETY: as above; a dying one cannot be on the list of a live target while nothing runs.
        if let Some(w) = found { return Ok(unsafe { Owned::share_ptr(w) }) }
    }
    let made = vm.new_object_of(ty, PyWeakref { body: WeakRefBody::new(callback), hash: Cell::new(-1) })?;
    // SAFETY: the payload begins with a detached body; the target's type has WEAKREF.
    unsafe { weak::attach(target.word().ptr(), made.ptr()) }.map_err(|e| vm.out_of_memory(e))?;
    Ok(made.into_obj())
}

/// `weakref.ref(target, callback)`
pub fn new_ref(vm: &mut Vm, target: &Owned, callback: Option<Owned>) -> PyResult { let ty = vm.types.weakref.clone(); make(vm, &ty, target, callback) }

/// `weakref.proxy(target, callback)`
pub fn new_proxy(vm: &mut Vm, target: &Owned, callback: Option<Owned>) -> PyResult {
    let ty = if vm.is_callable(target) { vm.types.weakcallableproxy.clone() } else { vm.types.weakproxy.clone() };
    make(vm, &ty, target, callback)
}

/// References and proxies to `target`: first the shared reference and the shared proxy, then the others, the newest first.
pub fn references(vm: &Vm, target: &Owned) -> Vec<Owned> {
    let mut all: Vec<Owned> = Vec::new();
    if target.word().is_ptr() && target.type_of(vm).info.has(TypeFlags::WEAKREF) {
        // SAFETY: lists hold live weak reference objects.
        weak::for_each(target.word().ptr(), |w| all.push(unsafe { Owned::share_ptr(w) }));
    }
    all.sort_by_key(|w| {
        let ty = w.type_of(vm).ptr();
        if !this(w).body.callback().is_null() { return 2 }
        if ty == vm.types.weakref.ptr() { 0 } else if ty == vm.types.weakproxy.ptr() || ty == vm.types.weakcallableproxy.ptr() { 1 } else { 2 }
    });
    all
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.pos();
    crate::args::check_count(vm, "__new__", a.len(), 1, 2)?;
    make(vm, ty, &a[0], a.get(1).cloned())
}

fn init_(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult<()> { args.exactly(vm, "ref", 1, 2).map(|_| ()) }

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    args.exactly(vm, "weakref", 0, 0)?;
    let target = this(o).upgrade();
    Ok(vm.option_to_none(target))
}

fn hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let r = this(o).clone();
    if r.hash.get() != -1 { return Ok(r.hash.get()) }
    match r.upgrade() {
        Some(t) => { let h = vm.hash(&t)?; r.hash.set(h); Ok(h) }
        None => Err(vm.type_error("weak object has gone away")),
    }
}

fn compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let (Some(x), Some(y)) = (a.cast::<PyWeakref>(), b.cast::<PyWeakref>()) else { return Ok(vm.not_implemented()) };
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    match (x.upgrade(), y.upgrade()) {
        (Some(x), Some(y)) => vm.rich_compare(&x, &y, op),
        _ => Ok(vm.bool(a.is(b) == (op == Compare::Eq))),
    }
}

fn repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let at = o.word().raw();
    match this(o).upgrade() {
        None => vm.new_str(&format!("<weakref at {at:#x}; dead>")),
        Some(t) => {
            let name = vm.names.__name__.clone();
            // The class is asked: `__getattr__` of the object is not to see this.
            let label = vm.lookup_special(&t, &name)?.filter(|n| n.cast::<crate::types::str::PyStr>().is_some());
            let label = label.map(|n| format!(" ({})", vm.repr_text_plain(&n))).unwrap_or_default();
            let ty = vm.qualified_type_name(&t);
            vm.new_str(&format!("<weakref at {at:#x}; to '{ty}' at {:#x}{label}>", t.word().raw()))
        }
    }
}

fn callback(vm: &mut Vm, o: &Owned) -> PyResult {
    // SAFETY: the body owns the callback while it holds it.
    let c = unsafe { this(o).body.callback().share_or_none() };
    Ok(vm.option_to_none(c))
}

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::class("__class_getitem__", "", Native::N1(crate::types::generic_alias::class_getitem))],
    getset: &[GetSet::member("__callback__", callback)],
};

fn target(vm: &mut Vm, o: &Owned) -> PyResult {
    match o.cast::<PyWeakref>() {
        Some(p) if o.type_of(vm).ptr() != vm.types.weakref.ptr() && !o.is_instance_of(vm, &vm.types.weakref) => match p.upgrade() {
            Some(t) => Ok(t),
            None => Err(gone(vm)),
        },
        _ => Ok(o.clone()),
    }
}

#[cold]
fn gone(vm: &mut Vm) -> Raised { vm.reference_error("weakly-referenced object no longer exists") }

fn proxy_repr(vm: &mut Vm, o: &Owned) -> PyResult {
    let at = o.word().raw();
    match this(o).upgrade() {
        None => vm.new_str(&format!("<weakproxy at {at:#x}; dead>")),
        Some(t) => { let ty = vm.qualified_type_name(&t); vm.new_str(&format!("<weakproxy at {at:#x}; to '{ty}' at {:#x}>", t.word().raw())) }
    }
}
fn proxy_str(vm: &mut Vm, o: &Owned) -> PyResult { let t = target(vm, o)?; vm.str(&t) }
fn proxy_hash(vm: &mut Vm, o: &Owned) -> PyResult<i64> { let ty = o.type_name(vm); Err(vm.type_error(format!("unhashable type: '{ty}'"))) }
fn proxy_call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult { let t = target(vm, o)?; vm.call(&t, args) }
fn proxy_getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult { let t = target(vm, o)?; vm.get_attr(&t, name) }
fn proxy_setattr(vm: &mut Vm, o: &Owned, name: &Owned, v: Option<&Owned>) -> PyResult<()> {
    let t = target(vm, o)?;
    match v { Some(v) => vm.set_attr(&t, name, v), None => vm.del_attr(&t, name) }
}
fn proxy_compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult { let (a, b) = (target(vm, a)?, target(vm, b)?); vm.rich_compare(&a, &b, op) }
fn proxy_bool(vm: &mut Vm, o: &Owned) -> PyResult<bool> { let t = target(vm, o)?; vm.truth(&t) }
fn proxy_len(vm: &mut Vm, o: &Owned) -> PyResult<usize> { let t = target(vm, o)?; vm.len(&t) }
fn proxy_getitem(vm: &mut Vm, o: &Owned, k: &Owned) -> PyResult { let t = target(vm, o)?; vm.get_item(&t, k) }
fn proxy_setitem(vm: &mut Vm, o: &Owned, k: &Owned, v: Option<&Owned>) -> PyResult<()> {
    let t = target(vm, o)?;
    match v { Some(v) => vm.set_item(&t, k, v), None => vm.del_item(&t, k) }
}
fn proxy_contains(vm: &mut Vm, o: &Owned, k: &Owned) -> PyResult<bool> { let t = target(vm, o)?; vm.contains(&t, k) }
fn proxy_iter(vm: &mut Vm, o: &Owned) -> PyResult { let t = target(vm, o)?; vm.iter(&t) }
fn proxy_next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let t = target(vm, o)?;
    if t.type_of(vm).slots().next.is_none() {
        let ty = t.type_name(vm);
        return Err(vm.type_error(format!("Weakref proxy referenced a non-iterator '{ty}' object")));
    }
    vm.next(&t)
}
fn proxy_pow(vm: &mut Vm, a: &Owned, b: &Owned, m: &Owned) -> PyResult { let (a, b, m) = (target(vm, a)?, target(vm, b)?, target(vm, m)?); vm.pow(&a, &b, &m) }

macro_rules! unary { ($($name:ident $op:ident)*) => { $(fn $name(vm: &mut Vm, o: &Owned) -> PyResult { let t = target(vm, o)?; vm.$op(&t) })* } }
unary! { proxy_negative negative proxy_positive positive proxy_invert invert proxy_absolute absolute proxy_index index }

fn proxy_int(vm: &mut Vm, o: &Owned) -> PyResult { let t = target(vm, o)?; let ty = vm.types.int.obj().clone(); vm.call1(&ty, &t) }
fn proxy_float(vm: &mut Vm, o: &Owned) -> PyResult { let t = target(vm, o)?; let ty = vm.types.float.obj().clone(); vm.call1(&ty, &t) }

macro_rules! binary {
    ($($name:ident $op:ident)*) => {
        $(fn $name(vm: &mut Vm, a: &Owned, b: &Owned) -> PyResult { let (a, b) = (target(vm, a)?, target(vm, b)?); vm.binary(Binary::$op, &a, &b) })*
        const BINARY: [Option<BinaryFn>; 26] = {
            let mut all: [Option<BinaryFn>; 26] = [None; 26];
            $(all[Binary::$op as usize] = Some($name);)*
            all[Binary::Pow as usize] = None;
            all[Binary::InplacePow as usize] = None;
            all
        };
    };
}
binary! { add Add sub Sub mul Mul matmul MatMul truediv TrueDiv floordiv FloorDiv rem Mod lshift LShift rshift RShift and And or Or xor Xor
    iadd InplaceAdd isub InplaceSub imul InplaceMul imatmul InplaceMatMul itruediv InplaceTrueDiv ifloordiv InplaceFloorDiv irem InplaceMod
    ilshift InplaceLShift irshift InplaceRShift iand InplaceAnd ior InplaceOr ixor InplaceXor }

fn proxy_bytes(vm: &mut Vm, o: &Owned) -> PyResult { let t = target(vm, o)?; let name = vm.names.__bytes__.clone(); vm.call_method(&t, &name, &[]) }
fn proxy_reversed(vm: &mut Vm, o: &Owned) -> PyResult { let t = target(vm, o)?; let name = vm.names.__reversed__.clone(); vm.call_method(&t, &name, &[]) }

static PROXY: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[Def::new("__bytes__", "($self, /)", Native::N0(proxy_bytes)), Def::new("__reversed__", "($self, /)", Native::N0(proxy_reversed))],
    getset: &[],
};

/// Fills the types.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.weakref.clone();
    let slots = Slots { new: Some(new), init: Some(init_), call: Some(call), hash: Some(hash), compare: Some(compare), repr: Some(repr), ..Slots::default() };
    vm.fill_type(&ty, slots, &DEF)?;
    let proxy = Slots {
        repr: Some(proxy_repr), str: Some(proxy_str), hash: Some(proxy_hash), getattr: Some(proxy_getattr), setattr: Some(proxy_setattr), compare: Some(proxy_compare),
        bool: Some(proxy_bool), len: Some(proxy_len), getitem: Some(proxy_getitem), setitem: Some(proxy_setitem), contains: Some(proxy_contains), iter: Some(proxy_iter),
        next: Some(proxy_next), pow: Some(proxy_pow), negative: Some(proxy_negative), positive: Some(proxy_positive), invert: Some(proxy_invert),
        absolute: Some(proxy_absolute), index: Some(proxy_index), int: Some(proxy_int), float: Some(proxy_float), binary: BINARY, ..Slots::default()
    };
    let ty = vm.types.weakproxy.clone();
    vm.fill_type(&ty, proxy, &PROXY)?;
    let ty = vm.types.weakcallableproxy.clone();
    vm.fill_type(&ty, Slots { call: Some(proxy_call), ..proxy }, &PROXY)
}
