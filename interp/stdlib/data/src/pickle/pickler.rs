//! `Pickler`: its state, its output in frames, and the functions `dump` and `dumps`.
//!
//! Not here: what is written for an object (`save.rs`).

use std::cell::Cell;

use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::{Guarded, Slot};
use instar_vm::protocol::attr::{GENERIC_GETATTR, GENERIC_SETATTR};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::builtin_function::PyBuiltinFunction;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::memo::{self, Memo};
use super::opcodes::*;
use super::{pickling_error, save};
use crate::support::{c_int, type_once};

/// A frame is closed when it has so many bytes.
pub const FRAME_TARGET: usize = 64 * 1024;
/// Smaller frames are not worth their header.
const FRAME_MIN: usize = 4;

/// Payload of `Pickler`.
pub struct Pickler {
    ready: Cell<bool>,
    write: Slot,
    protocol: Cell<i32>,
    bin: Cell<i32>,
    fast: Cell<i32>,
    fix_imports: Cell<bool>,
    callback: Slot,
    dispatch_table: Slot,
    persistent_id: Slot,
    /// What was written.
    pub memo: Guarded<Memo>,
    busy: Cell<bool>,
}
instar_vm::trace! { Pickler { write, callback, dispatch_table, persistent_id, memo } }
instar_vm::fields! { Pickler { ready, write, protocol, bin, fast, fix_imports, callback, dispatch_table, persistent_id, memo, busy } }
instar_vm::payload!(Pickler, "Pickler");

/// One `dump`: settings and output.
pub struct Run<'a> {
    /// The pickler; `None` for `dumps`, which has a memo of its own.
    pub pickler: &'a Pickler,
    /// Protocol.
    pub protocol: i32,
    /// Binary opcodes.
    pub bin: bool,
    /// No memo.
    pub fast: bool,
    /// Names of Python 2.
    pub fix_imports: bool,
    /// Told of buffers.
    pub callback: Option<Owned>,
    /// `persistent_id`, if it is anybody's own.
    pub persistent_id: Option<Owned>,
    /// `reducer_override`
    pub reducer: Option<Owned>,
    /// The pickler's own dispatch table.
    pub dispatch_table: Option<Owned>,
    /// `copyreg.dispatch_table`
    pub registry: Owned,
    write: Option<Owned>,
    out: Vec<u8>,
    frame: Vec<u8>,
    framing: bool,
}

impl Run<'_> {
    /// Writes bytes.
    pub fn put(&mut self, vm: &Vm, bytes: &[u8]) -> PyResult<()> { if self.framing { vm.append(&mut self.frame, bytes) } else { vm.append(&mut self.out, bytes) } }
    /// Writes an opcode.
    pub fn op(&mut self, vm: &Vm, op: u8) -> PyResult<()> { self.put(vm, &[op]) }
    /// Closes the frame if it is long enough, or in any case.
    pub fn commit(&mut self, vm: &mut Vm, force: bool) -> PyResult<()> {
        if self.framing && (force || self.frame.len() >= FRAME_TARGET) {
            if self.frame.len() >= FRAME_MIN {
                vm.append(&mut self.out, &[FRAME])?;
                vm.append(&mut self.out, &(self.frame.len() as u64).to_le_bytes())?;
            }
            vm.append(&mut self.out, &self.frame)?;
            self.frame.clear();
            self.flush(vm)?;
        }
        Ok(())
    }
    /// Writes a long piece of data with its header, outside of frames.
    pub fn put_large(&mut self, vm: &mut Vm, header: &[u8], bytes: &[u8]) -> PyResult<()> {
        if bytes.len() < FRAME_TARGET || !self.framing { self.put(vm, header)?; return self.put(vm, bytes) }
        self.commit(vm, true)?;
        vm.append(&mut self.out, header)?;
        vm.append(&mut self.out, bytes)?;
        self.flush(vm)
    }
    fn flush(&mut self, vm: &mut Vm) -> PyResult<()> {
        let Some(write) = self.write.clone() else { return Ok(()) };
        if self.out.is_empty() { return Ok(()) }
        let data = vm.new_bytes(&self.out)?;
        self.out.clear();
        vm.call1(&write, &data).map(drop)
    }
    fn finish(&mut self, vm: &mut Vm) -> PyResult<Vec<u8>> {
        self.commit(vm, true)?;
        self.framing = false;
        self.flush(vm)?;
        Ok(std::mem::take(&mut self.out))
    }
}

fn blank() -> Pickler {
    Pickler {
        ready: Cell::new(false), write: Slot::default(), protocol: Cell::new(0), bin: Cell::new(0), fast: Cell::new(0), fix_imports: Cell::new(false), callback: Slot::default(),
        dispatch_table: Slot::default(), persistent_id: Slot::default(), memo: Guarded::default(), busy: Cell::new(false),
    }
}

fn setup(vm: &mut Vm, p: &Pickler, protocol: Option<&Owned>, fix_imports: Option<&Owned>, callback: Option<&Owned>) -> PyResult<()> {
    let n = match protocol.filter(|p| !vm.is_none(p)) { Some(p) => c_int(vm, p)?, None => PROTOCOL_DEFAULT };
    let n = if n < 0 { PROTOCOL_MAX } else { n };
    if n > PROTOCOL_MAX { return Err(vm.value_error(format!("pickle protocol must be <= {PROTOCOL_MAX}"))) }
    let fix = match fix_imports { Some(f) => vm.truth(f)?, None => true };
    let callback = callback.filter(|c| !vm.is_none(c)).cloned();
    if callback.is_some() && n < 5 { return Err(vm.value_error("buffer_callback needs protocol >= 5")) }
    p.protocol.set(n);
    p.bin.set((n > 0).into());
    p.fix_imports.set(fix && n < 3);
    p.callback.set(callback);
    Ok(())
}

fn output(vm: &mut Vm, file: &Owned) -> PyResult {
    let key = vm.names.write.clone();
    match vm.get_attr_opt(file, &key)? { Some(w) => Ok(w), None => Err(vm.type_error("file must have a 'write' attribute")) }
}

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "Pickler", const { &Signature::parse("(file, protocol=None, fix_imports=True, buffer_callback=None)") })?;
    let Some(file) = &a[0] else { return Err(vm.system_error("bad arguments")) };
    let p = this(o);
    if p.busy.get() { return Err(vm.runtime_error("Pickler object is already used")) }
    p.ready.set(false);
    setup(vm, p, a[1].as_ref(), a[2].as_ref(), a[3].as_ref())?;
    let write = output(vm, file)?;
    p.write.set(Some(write));
    let old = std::mem::take(p.memo.get_mut(vm));
    drop(old);
    p.fast.set(0);
    p.ready.set(true);
    Ok(())
}

fn this(o: &Owned) -> &Pickler { o.cast::<Pickler>().expect("law: checked by the descriptor") }

fn run<'a>(vm: &mut Vm, p: &'a Pickler, own: Option<&Owned>) -> PyResult<Run<'a>> {
    let (mut persistent_id, mut reducer) = (None, None);
    if let Some(o) = own {
        let key = vm.intern("persistent_id")?;
        persistent_id = match p.persistent_id.get() {
            Some(f) => Some(f),
            // The method of the class itself does nothing.
            None => vm.get_attr_opt(o, &key)?.filter(|f| !f.cast::<PyBuiltinFunction>().is_some_and(|b| std::ptr::eq(b.def, &DEF.methods[0]))),
        };
        let key = vm.intern("reducer_override")?;
        reducer = vm.get_attr_opt(o, &key)?;
    }
    let registry = vm.import_attr("copyreg", "dispatch_table")?;
    let dispatch_table = match (p.dispatch_table.get(), own) {
        (Some(t), _) => Some(t),
        (None, Some(o)) if !o.is_exact::<Pickler>(vm) => { let key = vm.intern("dispatch_table")?; vm.get_attr_opt(o, &key)? }
        _ => None,
    };
    Ok(Run {
        pickler: p, protocol: p.protocol.get(), bin: p.bin.get() != 0, fast: p.fast.get() != 0, fix_imports: p.fix_imports.get(), callback: p.callback.get(), persistent_id, reducer,
        dispatch_table, registry, write: p.write.get(), out: Vec::new(), frame: Vec::new(), framing: false,
    })
}

fn write_all(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<Vec<u8>> {
    if r.protocol >= 2 { r.put(vm, &[PROTO, r.protocol as u8])? }
    r.framing = r.protocol >= 4;
    save::save(vm, r, o, true)?;
    r.op(vm, STOP)?;
    r.finish(vm)
}

fn dump(vm: &mut Vm, o: &Owned, object: &Owned) -> PyResult {
    let p = this(o);
    if !p.ready.get() {
        let t = o.type_name(vm);
        return Err(pickling_error(vm, format!("Pickler.__init__() was not called by {t}.__init__()")));
    }
    if p.busy.get() { return Err(vm.runtime_error("Pickler object is already used")) }
    p.busy.set(true);
    let done = run(vm, p, Some(o)).and_then(|mut r| write_all(vm, &mut r, object));
    p.busy.set(false);
    done?;
    Ok(vm.none())
}

/// `dump(obj, file, ...)`
pub fn dump_function(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(object), Some(file)) = (&args[0], &args[1]) else { return Err(vm.system_error("bad arguments")) };
    let pickler = vm.new_object(blank())?;
    setup(vm, &pickler, args[2].as_ref(), args[3].as_ref(), args[4].as_ref())?;
    let write = output(vm, file)?;
    pickler.write.set(Some(write));
    let mut r = run(vm, &pickler, None)?;
    write_all(vm, &mut r, object)?;
    Ok(vm.none())
}

/// `dumps(obj, ...)`
pub fn dumps(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(object) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let pickler = vm.new_object(blank())?;
    setup(vm, &pickler, args[1].as_ref(), args[2].as_ref(), args[3].as_ref())?;
    let mut r = run(vm, &pickler, None)?;
    let bytes = write_all(vm, &mut r, object)?;
    vm.new_bytes(&bytes)
}

fn set_memo(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("attribute deletion is not supported")) };
    let mut memo = Memo::default();
    if let Some(other) = memo::pickler_behind(value).and_then(|p| p.cast::<Pickler>()) {
        for (n, object) in other.memo.get(vm).items() { memo.add(object, *n) }
    } else if let Some(d) = value.cast::<PyDict>() {
        for (_, pair) in d.pairs(vm)? {
            match pair.cast::<PyTuple>().map(|t| t.items()) {
                Some([n, object]) => {
                    let Some(n) = int_ref(n).and_then(|n| n.to_u64()) else { return Err(vm.type_error("an integer is required")) };
                    memo.add(object, n as usize);
                }
                _ => return Err(vm.type_error("'memo' values must be 2-item tuples")),
            }
        }
    } else {
        let t = value.type_name(vm);
        return Err(vm.type_error(format!("'memo' attribute must be a PicklerMemoProxy object or dict, not {t}")));
    }
    let old = std::mem::replace(this(o).memo.get_mut(vm), memo);
    drop(old);
    Ok(())
}

fn setattr(vm: &mut Vm, o: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let own = o.is_exact::<Pickler>(vm);
    let slot = match name.cast::<PyStr>().and_then(|n| n.as_ascii()) { Some("persistent_id") if own => &this(o).persistent_id, Some("dispatch_table") if own => &this(o).dispatch_table, _ => return GENERIC_SETATTR(vm, o, name, value) };
    slot.set(value.cloned());
    Ok(())
}

fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult {
    let asked = name.cast::<PyStr>().is_some_and(|n| n.as_ascii() == Some("persistent_id"));
    match this(o).persistent_id.get() { Some(f) if asked => Ok(f), _ => GENERIC_GETATTR(vm, o, name) }
}

fn number(cell: fn(&Pickler) -> &Cell<i32>, vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    match value { Some(v) => { let n = c_int(vm, v)?; cell(this(o)).set(n); Ok(()) } None => Err(vm.type_error("can't delete numeric/char attribute")) }
}

fn get_table(vm: &mut Vm, o: &Owned) -> PyResult {
    match this(o).dispatch_table.get() { Some(t) => Ok(t), None => { let name = vm.intern("dispatch_table")?; Err(vm.attribute_error_for(o, &name)) } }
}

static DEF: TypeDef = TypeDef {
    doc: "This takes a binary file for writing a pickle data stream.",
    sig: "(file, protocol=None, fix_imports=True, buffer_callback=None)",
    methods: &[
        Def::new("persistent_id", "($self, obj, /)", Native::N1(|vm, _, _| Ok(vm.none()))),
        Def::new("dump", "($self, obj, /)", Native::N1(dump)).doc("Write a pickled representation of the given object to the open file."),
        Def::new("clear_memo", "($self, /)", Native::N0(|vm, o| { let old = std::mem::take(this(o).memo.get_mut(vm)); drop(old); Ok(vm.none()) })).doc("Clears the pickler's \"memo\"."),
    ],
    getset: &[
        GetSet::rw("memo", memo::of_pickler, set_memo),
        GetSet::rw("bin", |vm, o| vm.new_int(this(o).bin.get().into()), |vm, o, v| number(|p| &p.bin, vm, o, v)),
        GetSet::rw("fast", |vm, o| vm.new_int(this(o).fast.get().into()), |vm, o, v| number(|p| &p.fast, vm, o, v)),
        GetSet::rw("dispatch_table", get_table, |_, o, v| { this(o).dispatch_table.set(v.cloned()); Ok(()) }),
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let slots = Slots { new: Some(|vm, ty, _| Ok(vm.new_object_of(ty, blank())?.into_obj())), init: Some(init), getattr: Some(getattr), setattr: Some(setattr), ..Slots::default() };
    type_once::<Pickler>(vm, "_pickle", "Pickler", None, TypeFlags::GC.bits() | vm_flags::BASETYPE, slots, &DEF)
}
