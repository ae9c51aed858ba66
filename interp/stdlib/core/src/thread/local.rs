//! `_local`: an object whose attributes each thread has for itself.
//!
//! The object owns the dicts of all threads, so that the collector sees cycles through them; the one of the thread that looks is put
//! into the slot where attributes are found. Not here: how attributes are looked up (`instar_vm::protocol`).

use std::cell::Cell;

use instar_object::{TraceField, Word};
use instar_vm::args::Args;
use instar_vm::native::TypeDef;
use instar_vm::object::{Guarded, Slot};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::types::weakref::{new_ref, PyWeakref};
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Ref, Vm};

/// Dicts by thread number.
#[derive(Default)]
struct Dicts(Vec<(u64, Owned)>);

// SAFETY: visits each owned handle once.
unsafe impl TraceField for Dicts {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) { for (_, d) in &self.0 { visit(d.word()) } }
    fn clear_field(&mut self) { drop(std::mem::take(&mut self.0)) }
}

/// Payload.
pub struct Local {
    /// The dict of the thread that looked last, a share of one in `dicts`.
    current: Slot,
    owner: Cell<u64>,
    dicts: Guarded<Dicts>,
    /// Arguments for `__init__` in each thread.
    args: Slot,
    kwargs: Slot,
}
trace! { Local { current, dicts, args, kwargs } }
instar_vm::fields! { Local { current, owner, dicts, args, kwargs } }
payload!(Local, "_local");

/// Locals in which a thread has a dict, as weak references.
#[derive(Default)]
struct Mine(Vec<Owned>);

fn this(o: &Owned) -> &Ref<Local> { o.cast().expect("law: checked by the descriptor") }

/// Makes the running thread's dict the current one; its first look runs `__init__`.
fn turn(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let (l, me) = (this(o), vm.thread_number());
    if l.owner.get() == me && l.current.is_some() { return Ok(()) }
    let found = l.dicts.get(vm).0.iter().find(|(k, _)| *k == me).map(|(_, d)| d.clone());
    if let Some(d) = found {
        l.owner.set(me);
        l.current.set(Some(d));
        return Ok(());
    }
    adopt(vm, o)?;
    let ty = o.type_of(vm).clone();
    let native = vm.types.object.slots().init.map(|f| f as usize);
    let Some(init) = ty.slots().init.filter(|f| Some(*f as usize) != native) else { return Ok(()) };
    let r = run_init(vm, o, init);
    if r.is_err() {
        l.dicts.get_mut(vm).0.retain(|(k, _)| *k != me);
        if l.owner.get() == me { l.owner.set(0) }
    } else {
        // `__init__` may have let other threads look.
        return turn(vm, o);
    }
    r
}

fn run_init(vm: &mut Vm, o: &Owned, init: instar_vm::slots::InitFn) -> PyResult<()> {
    let args = this(o).args.get();
    let mut values = args.as_ref().and_then(|a| a.cast::<instar_vm::types::tuple::PyTuple>()).map_or_else(Vec::new, |t| t.items().to_vec());
    let mut names = Vec::new();
    if let Some(d) = this(o).kwargs.get().and_then(|k| Ref::<PyDict>::try_from(k).ok()) {
        for (name, value) in d.pairs(vm)? {
            names.push(name);
            values.push(value);
        }
    }
    init(vm, o, Args::new(&values, &names))
}

/// A new dict for the running thread.
fn adopt(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    let (l, me) = (this(o), vm.thread_number());
    let dict = vm.new_dict()?.into_obj();
    let weak = new_ref(vm, o, None)?;
    vm.thread_state::<Mine>().0.push(weak);
    l.dicts.get_mut(vm).0.push((me, dict.clone()));
    l.owner.set(me);
    l.current.set(Some(dict));
    // Those of objects that are gone are not kept for ever.
    let mine = &mut vm.thread_state::<Mine>().0;
    if mine.len().is_power_of_two() && mine.len() >= 64 {
        let all = std::mem::take(mine);
        let alive: Vec<Owned> = all.into_iter().filter(|w| w.cast::<PyWeakref>().is_some_and(|w| w.upgrade().is_some())).collect();
        vm.thread_state::<Mine>().0 = alive;
    }
    Ok(())
}

/// The running thread ends: its dicts go.
pub fn thread_ends(vm: &mut Vm) {
    let me = vm.thread_number();
    for weak in std::mem::take(&mut vm.thread_state::<Mine>().0) {
        let Some(o) = weak.cast::<PyWeakref>().and_then(|w| w.upgrade()) else { continue };
        let l = this(&o);
        let dicts = &mut l.dicts.get_mut(vm).0;
        let gone = dicts.iter().position(|(k, _)| *k == me).map(|at| dicts.swap_remove(at));
        if l.owner.get() == me {
            l.owner.set(0);
            drop(l.current.take());
        }
        drop(gone);
    }
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let plain = ty.slots().init.map(|f| f as usize) == vm.types.object.slots().init.map(|f| f as usize);
    if plain && !args.is_empty() { return Err(vm.type_error("Initialization arguments are not supported")) }
    let kept = vm.new_tuple_from(args.pos())?.into_obj();
    let kwargs = vm.new_dict()?;
    for (name, value) in args.kwnames().iter().zip(&args.values()[args.pos().len()..]) { kwargs.set_item(vm, name, value)? }
    let local = Local { current: Slot::default(), owner: Cell::new(0), dicts: Guarded::default(), args: Slot::new(Some(kept)), kwargs: Slot::new(Some(kwargs.into_obj())) };
    let made = vm.new_object_of(ty, local)?.into_obj();
    adopt(vm, &made)?;
    Ok(made)
}

fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult {
    turn(vm, o)?;
    let dict = vm.names.__dict__.clone();
    if vm.equal(name, &dict)? { return Ok(this(o).current.get().unwrap_or_else(|| vm.none())) }
    let get = vm.types.object.slots().getattr.expect("law: object has attributes");
    get(vm, o, name)
}

fn setattr(vm: &mut Vm, o: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let dict = vm.names.__dict__.clone();
    if vm.equal(name, &dict)? {
        let t = o.type_name(vm);
        return Err(vm.attribute_error(format!("'{t}' object attribute '__dict__' is read-only")));
    }
    turn(vm, o)?;
    let set = vm.types.object.slots().setattr.expect("law: object has attributes");
    set(vm, o, name, value)
}

fn dict_slot(o: &Owned) -> &Slot { &this(o).current }

pub static DEF: TypeDef = TypeDef { doc: "Thread-local data", sig: "()", methods: &[], getset: &[] };

pub fn slots() -> Slots { Slots { new: Some(new), getattr: Some(getattr), setattr: Some(setattr), dict_slot: Some(dict_slot), ..Slots::default() } }
