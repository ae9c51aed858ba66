//! `_functools`: `reduce`, `cmp_to_key`. `partial` is in `functools_/partial.rs`, the cache in `functools_/lru.rs`.
//!
//! Not here: `functools` (Lib).

use instar_code::Compare;
use instar_object::TypeFlags;
use instar_vm::args::Args;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

mod lru;
mod partial;

fn reduce(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let [Some(function), Some(iterable), initial] = args else { return Err(vm.type_error("reduce expected at least 2 arguments")) };
    let it = match vm.iter(iterable) {
        Ok(it) => it,
        Err(e) if e.is(vm, &vm.types.type_error) => return Err(vm.type_error("reduce() arg 2 must support iteration")),
        Err(e) => return Err(e),
    };
    let mut total = initial.clone();
    while let Some(item) = vm.next(&it)? {
        total = Some(match total { Some(total) => vm.call2(function, &total, &item)?, None => item });
    }
    match total { Some(total) => Ok(total), None => Err(vm.type_error("reduce() of empty iterable with no initial value")) }
}

/// A comparison function, and a value once it has been called with one.
struct Key { compare: Owned, value: Option<Owned> }
trace! { Key { compare, value } }
instar_vm::fields! { Key { compare, value } }
payload!(Key, "KeyWrapper");

static KEY: TypeDef = TypeDef {
    doc: "", sig: "", methods: &[],
    getset: &[GetSet::ro("__text_signature__", |vm, _| vm.new_str("(obj)")), GetSet { doc: "Value wrapped by a key function.", ..GetSet::member("obj", |vm, o| { let k: &Ref<Key> = key(o); match &k.value { Some(v) => Ok(v.clone()), None => Err(vm.attribute_error("object")) } }) }],
};

fn key(o: &Owned) -> &Ref<Key> { o.cast().expect("law: checked by the descriptor") }

fn cmp_to_key(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let [Some(compare)] = args else { return Err(vm.type_error("cmp_to_key() missing required argument 'mycmp' (pos 1)")) };
    Ok(vm.new_object(Key { compare: compare.clone(), value: None })?.into_obj())
}

fn key_call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let bound = args.bind(vm, "K", const { &instar_vm::args::Signature::parse("(obj)") })?;
    let value = bound.into_iter().next().flatten();
    let compare = key(o).compare.clone();
    Ok(vm.new_object(Key { compare, value })?.into_obj())
}

fn key_compare(vm: &mut Vm, a: &Owned, b: &Owned, op: Compare) -> PyResult {
    let x = key(a);
    let Some(y) = b.cast::<Key>() else { return Err(vm.type_error("other argument must be K instance")) };
    let (Some(p), Some(q)) = (&x.value, &y.value) else { return Err(vm.attribute_error("object")) };
    let sign = vm.call2(&x.compare, p, q)?;
    let zero = vm.new_int(0)?;
    vm.rich_compare(&sign, &zero, op)
}

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { call: Some(key_call), compare: Some(key_compare), ..Slots::default() };
    vm.new_native_type::<Key>("functools", "KeyWrapper", None, TypeFlags::GC.bits(), slots, &KEY)?;
    partial::make(vm, namespace)?;
    lru::make(vm, namespace)
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_functools",
    doc: "Tools that operate on functions.",
    functions: &[
        Def::new("reduce", "($module, function, iterable, /, initial=<unrepresentable>)", Native::Bound(reduce)).doc("Apply a function of two arguments cumulatively to the items of an iterable, from left to right.\n\nThis effectively reduces the iterable to a single value.  If initial is present,\nit is placed before the items of the iterable in the calculation, and serves as\na default when the iterable is empty.\n\nFor example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])\ncalculates ((((1 + 2) + 3) + 4) + 5)."),
        Def::new("cmp_to_key", "($module, /, mycmp)", Native::Bound(cmp_to_key)).doc("Convert a cmp= function into a key= function.\n\n  mycmp\n    Function that compares two objects."),
    ],
    exec,
};
