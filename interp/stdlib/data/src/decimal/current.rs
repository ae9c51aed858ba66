//! The current context: a context variable, `getcontext`, `setcontext`, `localcontext`.
//!
//! What the variable says is remembered until the thread's variables change. Not here: contexts themselves (`context.rs`).

use instar_vm::args::Args;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Slot;
use instar_vm::slots::Slots;
use instar_vm::threads::ContextEpoch;
use instar_vm::typeobj::TypeRef;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};
use instar_object::TypeFlags;

use super::args::bind;
use super::context::{self, PyContext};
use super::{args, made};
use crate::support::type_once;

/// What the variable said when the thread's epoch was this.
#[derive(Default)]
struct Known { epoch: u64, context: Option<Ref<PyContext>> }

/// The current context.
#[inline]
pub fn get(vm: &mut Vm) -> PyResult<Ref<PyContext>> {
    let epoch = vm.thread_state::<ContextEpoch>().0;
    let known = vm.thread_state::<Known>();
    if known.epoch == epoch && let Some(c) = &known.context { return Ok(c.clone()) }
    look_up(vm)
}

#[cold]
fn look_up(vm: &mut Vm) -> PyResult<Ref<PyContext>> {
    let made = made(vm);
    let (name, none) = (vm.intern("get")?, vm.none());
    let found = vm.call_method(&made.variable, &name, &[none])?;
    let context = match found.cast::<PyContext>() {
        Some(c) => c.clone(),
        None => {
            let own = context::copy(vm, &made.default)?;
            own.status.set(0);
            store(vm, &own)?;
            own
        }
    };
    remember(vm, &context);
    Ok(context)
}

fn remember(vm: &mut Vm, context: &Ref<PyContext>) {
    let epoch = vm.thread_state::<ContextEpoch>().0;
    let old = std::mem::replace(vm.thread_state::<Known>(), Known { epoch, context: Some(context.clone()) });
    drop(old);
}

fn store(vm: &mut Vm, context: &Ref<PyContext>) -> PyResult<()> {
    let made = made(vm);
    let name = vm.intern("set")?;
    vm.call_method(&made.variable, &name, &[context.obj().clone()])?;
    remember(vm, context);
    Ok(())
}

/// Makes a context the current one; of the three templates a copy without flags.
pub fn set(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let Some(context) = o.cast::<PyContext>().cloned() else { return Err(vm.type_error("argument must be a context")) };
    let made = made(vm);
    if ![&made.default, &made.basic, &made.extended].iter().any(|t| t.is(o)) { return store(vm, &context) }
    let own = context::copy(vm, &context)?;
    own.status.set(0);
    store(vm, &own)
}

fn getcontext(vm: &mut Vm, _: &Owned) -> PyResult { Ok(get(vm)?.into_obj()) }

fn setcontext(vm: &mut Vm, _: &Owned, o: &Owned) -> PyResult { set(vm, o)?; Ok(vm.none()) }

// ---- localcontext ----------------------------------------------------------------------------------------------------

/// Payload of what `localcontext` gives.
pub struct Manager { local: Slot, global: Slot }
instar_vm::trace! { Manager { local, global } }
instar_vm::fields! { Manager { local, global } }
instar_vm::payload!(Manager, "ContextManager");

fn localcontext(vm: &mut Vm, _: &Owned, args: Args<'_>) -> PyResult {
    let names = ["ctx", "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
    let bound = bind(vm, args, names, 0)?;
    let global = get(vm)?;
    let source = args::context(vm, bound[0])?;
    let local = context::copy(vm, &source)?;
    context::set_given(vm, &local, &[bound[1], bound[2], bound[3], bound[4], bound[5], bound[6], bound[7], bound[8]])?;
    Ok(vm.new_object(Manager { local: Slot::new(Some(local.into_obj())), global: Slot::new(Some(global.into_obj())) })?.into_obj())
}

fn this(o: &Owned) -> &Ref<Manager> { o.cast().expect("law: checked by the descriptor") }

fn enter(vm: &mut Vm, o: &Owned) -> PyResult {
    let Some(local) = this(o).local.get() else { return Err(vm.system_error("manager without context")) };
    set(vm, &local)?;
    Ok(local)
}

fn exit(vm: &mut Vm, o: &Owned, _: Args<'_>) -> PyResult {
    if let Some(global) = this(o).global.get() { set(vm, &global)? }
    Ok(vm.bool(false))
}

static MANAGER: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("__enter__", "($self, /)", Native::N0(enter)).doc("Makes the local context the current one."),
        Def::new("__exit__", "", Native::Full(exit)).doc("Makes the context of before the current one."),
    ],
    getset: &[],
};

/// Makes the type of context managers.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> { type_once::<Manager>(vm, "decimal", "ContextManager", None, TypeFlags::GC.bits(), Slots::default(), &MANAGER) }

/// The functions of the module.
pub const FUNCTIONS: [Def; 3] = [
    Def::new("getcontext", "($module, /)", Native::N0(getcontext)).doc("Return the context that operations without another one use."),
    Def::new("setcontext", "($module, context, /)", Native::N1(setcontext)).doc("Use a context for all operations without another one."),
    Def::new("localcontext", "($module, /, ctx=None, **kwargs)", Native::Full(localcontext))
        .doc("Return a context manager that sets a copy of ctx, by default of the current context,\nwith the attributes given, and sets the previous context on exit."),
];
