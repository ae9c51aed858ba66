//! What the descriptors of native types share: names, owner check, reduction.
//!
//! Not here: the descriptor types themselves (one file each).

use crate::args::Args;
use crate::native::{Def, Native};
use crate::object::{ObjExt, Owned};
use crate::typeobj::methods::type_display;
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Vm};

/// TypeError unless `obj` is an instance of `owner`.
pub(crate) fn check_instance(vm: &mut Vm, owner: &TypeRef, name: &str, obj: &Owned) -> PyResult<()> {
    if obj.type_of(vm).is_subtype_of(vm, owner) { return Ok(()) }
    let (o, t) = (type_display(vm, owner), obj.type_name(vm));
    Err(vm.type_error(format!("descriptor '{name}' for '{o}' objects doesn't apply to a '{t}' object")))
}

/// `Owner.name`.
pub(crate) fn qualname(vm: &mut Vm, owner: &TypeRef, name: &str) -> PyResult {
    let text = format!("{}.{name}", owner.qualname(vm));
    vm.new_str(&text)
}

/// A docstring or None.
pub(crate) fn doc(vm: &mut Vm, text: &str) -> PyResult { if text.is_empty() { Ok(vm.none()) } else { vm.new_str(text) } }

/// `(getattr, (owner, name))`.
pub(crate) fn reduce(vm: &mut Vm, owner: &Owned, name: &str) -> PyResult {
    let key = vm.intern("getattr")?;
    let builtins = vm.builtins.clone();
    let Some(getattr) = builtins.get_item(vm, &key)? else { return Err(vm.name_error("name 'getattr' is not defined")) };
    let name = vm.new_str(name)?;
    let args = vm.new_tuple(vec![owner.clone(), name])?.into_obj();
    Ok(vm.new_tuple(vec![getattr, args])?.into_obj())
}

/// TypeError with the method's qualified name where the calling shape does not fit.
#[inline]
pub(crate) fn check_shape(vm: &mut Vm, owner: &TypeRef, def: &Def, args: &Args<'_>) -> PyResult<()> {
    if fits(def, args) { return Ok(()) }
    let owner = format!("{}.", owner.name(vm));
    shape_error(vm, &owner, def, args)
}

/// Whether the calling shape of a native function fits the arguments. Counts of `Var` and binding are checked at the call.
#[inline]
pub(crate) fn fits(def: &Def, args: &Args<'_>) -> bool {
    let n = args.pos().len();
    match def.func {
        Native::Full(_) | Native::Bound(_) => true,
        Native::N0(_) => n == 0 && args.kwnames().is_empty(),
        Native::N1(_) => n == 1 && args.kwnames().is_empty(),
        Native::N2(_) | Native::Var(..) => args.kwnames().is_empty(),
    }
}

/// The TypeError of a call whose shape does not fit; `owner` is the type's or module's name with a dot, or empty.
#[cold]
pub(crate) fn shape_error(vm: &mut Vm, owner: &str, def: &Def, args: &Args<'_>) -> PyResult<()> {
    let (name, n) = (def.name, args.pos().len());
    let what = if !args.kwnames().is_empty() { "no keyword arguments".to_owned() }
        else if matches!(def.func, Native::N0(_)) { format!("no arguments ({n} given)") }
        else { format!("exactly one argument ({n} given)") };
    Err(vm.type_error(format!("{owner}{name}() takes {what}")))
}
