//! `_weakref`: references, proxies and what is known of an object's.

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::object::{Owned, Ref};
use instar_vm::types::dict::PyDict;
use instar_vm::types::weakref;
use instar_vm::{PyResult, Vm};

fn proxy(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { weakref::new_proxy(vm, &args[0], args.get(1).cloned()) }
fn getweakrefcount(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let n = weakref::references(vm, o).len(); vm.new_int(n as i64) }
fn getweakrefs(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { let all = weakref::references(vm, o); Ok(vm.new_list(all)?.into_obj()) }
fn remove_dead(vm: &mut Vm, _: &Owned, dict: &Owned, key: &Owned) -> PyResult {
    let Some(d) = Ref::<PyDict>::cast(dict).cloned() else { return Err(vm.type_error("_remove_dead_weakref() argument 1 must be dict")) };
    if let Some(v) = d.get_item(vm, key)? {
        let dead = Ref::<weakref::PyWeakref>::cast(&v).is_some_and(|w| w.upgrade().is_none());
        if dead { d.del_item(vm, key)?; }
    }
    Ok(vm.none())
}

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let types = [("ref", vm.types.weakref.clone()), ("ReferenceType", vm.types.weakref.clone()), ("ProxyType", vm.types.weakproxy.clone()), ("CallableProxyType", vm.types.weakcallableproxy.clone())];
    for (name, ty) in types {
        let name = vm.intern(name)?;
        namespace.set_item(vm, &name, ty.obj())?;
    }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_weakref",
    doc: "Weak-reference support module.",
    functions: &[
        Def::new("proxy", "($module, object, callback=None, /)", Native::Var(proxy, 1, 2)),
        Def::new("getweakrefcount", "($module, object, /)", Native::N1(getweakrefcount)),
        Def::new("getweakrefs", "($module, object, /)", Native::N1(getweakrefs)),
        Def::new("_remove_dead_weakref", "($module, dct, key, /)", Native::N2(remove_dead)),
    ],
    exec,
};
