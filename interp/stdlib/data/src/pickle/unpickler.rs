//! `Unpickler`: its state, its input, and the functions `load` and `loads`.
//!
//! Not here: the opcodes (`load.rs`).

use std::cell::{Cell, RefCell};

use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::{Ref, Slot};
use instar_vm::protocol::attr::{GENERIC_GETATTR, GENERIC_SETATTR};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::builtin_function::PyBuiltinFunction;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Vm};

use super::{globals, load, memo, unpickling_error};
use crate::support::type_once;

/// Payload of `Unpickler`.
pub struct Unpickler {
    ready: Cell<bool>,
    read: Slot,
    readline: Slot,
    buffers: Slot,
    persistent_load: Slot,
    encoding: RefCell<String>,
    errors: RefCell<String>,
    fix_imports: Cell<bool>,
    protocol: Cell<i32>,
    /// What was read, by number.
    pub memo: Ref<PyDict>,
    busy: Cell<bool>,
}
instar_vm::trace! { Unpickler { read, readline, buffers, persistent_load, memo } }
instar_vm::fields! { Unpickler { ready, read, readline, buffers, persistent_load, encoding, errors, fix_imports, protocol, memo, busy } }
instar_vm::payload!(Unpickler, "Unpickler");

/// One `load`: settings and input.
pub struct Run<'a> {
    /// Its payload.
    pub unpickler: &'a Unpickler,
    /// How old strings are decoded; "bytes" leaves them.
    pub encoding: String,
    /// And with which handler.
    pub errors: String,
    /// `persistent_load`, if there is one.
    pub persistent_load: Option<Owned>,
    /// `find_class`, if it is anybody's own.
    pub find_class: Option<Owned>,
    /// Buffers outside of the pickle.
    pub buffers: Option<Owned>,
    read: Option<Owned>,
    readline: Option<Owned>,
    data: Vec<u8>,
    at: usize,
    /// Where the frame ends that is being read.
    frame_end: Option<usize>,
}

#[cold]
fn truncated(vm: &mut Vm) -> Raised { unpickling_error(vm, "pickle data was truncated") }

impl Run<'_> {
    /// The next opcode.
    pub fn opcode(&mut self, vm: &mut Vm) -> PyResult<u8> {
        if let Some(b) = self.data.get(self.at) { self.at += 1; return Ok(*b) }
        if self.read.is_none() { return Err(vm.eof_error("Ran out of input")) }
        let b = self.more(vm, 1)?;
        match b.first() { Some(b) => Ok(*b), None => Err(vm.eof_error("Ran out of input")) }
    }
    fn more(&mut self, vm: &mut Vm, n: usize) -> PyResult<Vec<u8>> {
        let Some(read) = self.read.clone() else { return Ok(Vec::new()) };
        let n = vm.new_usize(n)?;
        let data = vm.call1(&read, &n)?;
        vm.bytes_like(&data)
    }
    /// UnpicklingError unless `n` more bytes are within the frame, if there is one.
    fn check_frame(&mut self, vm: &mut Vm, n: usize) -> PyResult<()> {
        match self.frame_end {
            Some(end) if self.at < end && n > end - self.at => Err(unpickling_error(vm, "pickle exhausted before end of frame")),
            Some(end) if self.at >= end => { self.frame_end = None; Ok(()) }
            _ => Ok(()),
        }
    }
    /// Exactly `n` bytes.
    pub fn bytes(&mut self, vm: &mut Vm, n: usize) -> PyResult<Vec<u8>> {
        self.check_frame(vm, n)?;
        let have = self.data.len() - self.at;
        let mut out = Vec::new();
        if n <= have {
            vm.append(&mut out, &self.data[self.at..self.at + n])?;
            self.at += n;
            return Ok(out);
        }
        if self.read.is_none() { return Err(truncated(vm)) }
        vm.append(&mut out, &self.data[self.at..])?;
        self.at = self.data.len();
        let rest = self.more(vm, n - have)?;
        if rest.len() < n - have { return Err(truncated(vm)) }
        vm.append(&mut out, &rest)?;
        Ok(out)
    }
    /// A number of `N` bytes.
    pub fn number<const N: usize>(&mut self, vm: &mut Vm) -> PyResult<[u8; N]> {
        let b = self.bytes(vm, N)?;
        b.try_into().map_err(|_| truncated(vm))
    }
    /// A line, without its end.
    pub fn line(&mut self, vm: &mut Vm) -> PyResult<Vec<u8>> {
        let mut out = Vec::new();
        if let Some(n) = self.data[self.at..].iter().position(|b| *b == b'\n') {
            self.check_frame(vm, n + 1)?;
            vm.append(&mut out, &self.data[self.at..self.at + n])?;
            self.at += n + 1;
            return Ok(out);
        }
        if self.frame_end.is_some_and(|end| self.at < end) { return Err(unpickling_error(vm, "pickle exhausted before end of frame")) }
        let Some(readline) = self.readline.clone() else { return Err(truncated(vm)) };
        vm.append(&mut out, &self.data[self.at..])?;
        self.at = self.data.len();
        let rest = vm.call0(&readline)?;
        let rest = vm.bytes_like(&rest)?;
        vm.append(&mut out, &rest)?;
        if out.pop() != Some(b'\n') { return Err(truncated(vm)) }
        Ok(out)
    }
    /// A frame begins: from a file it is read at once.
    pub fn frame(&mut self, vm: &mut Vm, n: u64) -> PyResult<()> {
        if n > i64::MAX as u64 { return Err(vm.value_error(format!("frame length exceeds system's maximum of {} bytes", i64::MAX))) }
        let n = n as usize;
        if self.frame_end.is_some_and(|end| self.at < end) { return Err(unpickling_error(vm, "beginning of a new frame before end of current frame")) }
        self.frame_end = None;
        if n > self.data.len() - self.at {
            let frame = self.bytes(vm, n)?;
            self.data = frame;
            self.at = 0;
        }
        self.frame_end = Some(self.at + n);
        Ok(())
    }
    /// The protocol that the pickle says.
    pub fn set_protocol(&self, n: i32) { self.unpickler.protocol.set(n) }
}

fn blank(vm: &Vm) -> PyResult<Unpickler> {
    Ok(Unpickler {
        ready: Cell::new(false), read: Slot::default(), readline: Slot::default(), buffers: Slot::default(), persistent_load: Slot::default(), encoding: RefCell::default(),
        errors: RefCell::default(), fix_imports: Cell::new(true), protocol: Cell::new(0), memo: vm.new_dict()?, busy: Cell::new(false),
    })
}

fn str_option(vm: &mut Vm, o: Option<&Owned>, default: &str, name: &str) -> PyResult<String> {
    match o {
        None => Ok(default.to_owned()),
        Some(o) => match o.cast::<PyStr>() {
            Some(s) => s.to_owned_str(vm),
            None => { let t = o.type_name(vm); Err(vm.type_error(format!("Unpickler() argument '{name}' must be str, not {t}"))) }
        },
    }
}

/// Settings from arguments fix_imports, encoding, errors, buffers.
fn setup(vm: &mut Vm, u: &Unpickler, a: &[Option<Owned>]) -> PyResult<()> {
    let fix = match &a[0] { Some(f) => vm.truth(f)?, None => true };
    *u.encoding.borrow_mut() = str_option(vm, a[1].as_ref(), "ASCII", "encoding")?;
    *u.errors.borrow_mut() = str_option(vm, a[2].as_ref(), "strict", "errors")?;
    let buffers = match a[3].as_ref().filter(|b| !vm.is_none(b)) { Some(b) => Some(vm.iter(b)?), None => None };
    u.buffers.set(buffers);
    u.fix_imports.set(fix);
    u.protocol.set(0);
    Ok(())
}

fn input(vm: &mut Vm, u: &Unpickler, file: &Owned) -> PyResult<()> {
    let (read, readline) = (vm.names.read.clone(), vm.names.readline.clone());
    match (vm.get_attr_opt(file, &read)?, vm.get_attr_opt(file, &readline)?) {
        (Some(a), Some(b)) => { u.read.set(Some(a)); u.readline.set(Some(b)); Ok(()) }
        _ => Err(vm.type_error("file must have 'read' and 'readline' attributes")),
    }
}

fn this(o: &Owned) -> &Unpickler { o.cast::<Unpickler>().expect("law: checked by the descriptor") }

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "Unpickler", const { &Signature::parse("(file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())") })?;
    let Some(file) = &a[0] else { return Err(vm.system_error("bad arguments")) };
    let u = this(o);
    if u.busy.get() { return Err(vm.runtime_error("Unpickler object is already used")) }
    u.ready.set(false);
    input(vm, u, file)?;
    setup(vm, u, &a[1..])?;
    u.memo.clear(vm);
    u.ready.set(true);
    Ok(())
}

/// A method that is not the class's own.
fn override_of(vm: &mut Vm, o: &Owned, name: &str, own: &'static Def) -> PyResult<Option<Owned>> {
    let key = vm.intern(name)?;
    Ok(vm.get_attr_opt(o, &key)?.filter(|f| !f.cast::<PyBuiltinFunction>().is_some_and(|b| std::ptr::eq(b.def, own))))
}

fn run<'a>(vm: &mut Vm, u: &'a Unpickler, own: Option<&Owned>, data: Vec<u8>) -> PyResult<Run<'a>> {
    let (mut persistent_load, mut find_class) = (None, None);
    if let Some(o) = own {
        persistent_load = match u.persistent_load.get() { Some(f) => Some(f), None => override_of(vm, o, "persistent_load", &DEF.methods[0])? };
        find_class = override_of(vm, o, "find_class", &DEF.methods[1])?;
    }
    Ok(Run {
        unpickler: u, encoding: u.encoding.borrow().clone(), errors: u.errors.borrow().clone(), persistent_load, find_class, buffers: u.buffers.get(),
        read: u.read.get(), readline: u.readline.get(), data, at: 0, frame_end: None,
    })
}

fn load_method(vm: &mut Vm, o: &Owned) -> PyResult {
    let u = this(o);
    if !u.ready.get() {
        let t = o.type_name(vm);
        return Err(unpickling_error(vm, format!("Unpickler.__init__() was not called by {t}.__init__()")));
    }
    if u.busy.get() { return Err(vm.runtime_error("Unpickler object is already used")) }
    u.busy.set(true);
    let done = run(vm, u, Some(o), Vec::new()).and_then(|mut r| load::load(vm, &mut r));
    u.busy.set(false);
    done
}

/// `load(file, ...)`
pub fn load_function(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(file) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let blank = blank(vm)?;
    let u = vm.new_object(blank)?;
    input(vm, &u, file)?;
    setup(vm, &u, &args[1..])?;
    let mut r = run(vm, &u, None, Vec::new())?;
    load::load(vm, &mut r)
}

/// `loads(data, ...)`
pub fn loads(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(data) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let data = vm.bytes_like(data)?;
    let blank = blank(vm)?;
    let u = vm.new_object(blank)?;
    setup(vm, &u, &args[1..])?;
    let mut r = run(vm, &u, None, data)?;
    load::load(vm, &mut r)
}

/// The thing of this name in this module.
pub fn find(vm: &mut Vm, u: &Unpickler, module: &Owned, name: &Owned) -> PyResult {
    for (o, what) in [(module, "module"), (name, "global")] {
        if o.cast::<PyStr>().is_none() { return Err(vm.type_error(format!("{what} name must be a string"))) }
    }
    let (mut module, mut name) = (module.clone(), name.clone());
    if u.protocol.get() < 3 && u.fix_imports.get() {
        let key = vm.new_tuple([module.clone(), name.clone()])?.into_obj();
        if let Some(pair) = globals::mapped(vm, "NAME_MAPPING", &key)? {
            if let Some([m, n]) = pair.cast::<PyTuple>().map(|t| t.items()) { (module, name) = (m.clone(), n.clone()) }
        } else if let Some(m) = globals::mapped(vm, "IMPORT_MAPPING", &module)? { module = m }
    }
    let found = globals::import(vm, &module)?;
    let path = name.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
    if u.protocol.get() < 4 || !path.contains('.') { return vm.get_attr(&found, &name) }
    match globals::resolve(vm, &found, &name) {
        Err(e) if e.is(vm, &vm.types.attribute_error) => {
            let (n, m) = (vm.repr_text(&name)?, vm.repr_text(&module)?);
            let error = vm.attribute_error(format!("Can't resolve path {n} on module {m}"));
            error.exception().context.set(Some(e.exception().obj().clone()));
            Err(error)
        }
        r => r,
    }
}

fn set_memo(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else { return Err(vm.type_error("attribute deletion is not supported")) };
    let pairs = if let Some(other) = memo::unpickler_behind(value).and_then(|u| u.cast::<Unpickler>()) { other.memo.pairs(vm)? }
        else if let Some(d) = value.cast::<PyDict>() { d.pairs(vm)? }
        else { let t = value.type_name(vm); return Err(vm.type_error(format!("'memo' attribute must be an UnpicklerMemoProxy object or dict, not {t}"))) };
    for (k, _) in &pairs {
        match int_ref(k) {
            None => return Err(vm.type_error("memo key must be integers")),
            Some(n) if n.signum() < 0 => return Err(vm.value_error("memo key must be positive integers.")),
            Some(_) => {}
        }
    }
    let memo = this(o).memo.clone();
    memo.clear(vm);
    for (k, v) in pairs { memo.set_item(vm, &k, &v)? }
    Ok(())
}

fn setattr(vm: &mut Vm, o: &Owned, name: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let own = o.is_exact::<Unpickler>(vm) && name.cast::<PyStr>().is_some_and(|n| n.as_ascii() == Some("persistent_load"));
    if !own { return GENERIC_SETATTR(vm, o, name, value) }
    this(o).persistent_load.set(value.cloned());
    Ok(())
}

fn getattr(vm: &mut Vm, o: &Owned, name: &Owned) -> PyResult {
    let asked = name.cast::<PyStr>().is_some_and(|n| n.as_ascii() == Some("persistent_load"));
    match this(o).persistent_load.get() { Some(f) if asked => Ok(f), _ => GENERIC_GETATTR(vm, o, name) }
}

fn no_persistent(vm: &mut Vm, _: &Owned, _: &Owned) -> PyResult { Err(load::no_persistent(vm)) }

static DEF: TypeDef = TypeDef {
    doc: "This takes a binary file for reading a pickle data stream.",
    sig: "(file, *, fix_imports=True, encoding='ASCII', errors='strict',\n          buffers=())",
    methods: &[
        Def::new("persistent_load", "($self, pid, /)", Native::N1(no_persistent)),
        Def::new("find_class", "($self, module_name, global_name, /)", Native::N2(|vm, o, m, n| find(vm, this(o), m, n))).doc("Return an object from a specified module."),
        Def::new("load", "($self, /)", Native::N0(load_method)).doc("Load a pickle."),
    ],
    getset: &[GetSet::rw("memo", memo::of_unpickler, set_memo)],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    let new: instar_vm::slots::NewFn = |vm, ty, _| { let u = blank(vm)?; Ok(vm.new_object_of(ty, u)?.into_obj()) };
    let slots = Slots { new: Some(new), init: Some(init), getattr: Some(getattr), setattr: Some(setattr), ..Slots::default() };
    type_once::<Unpickler>(vm, "_pickle", "Unpickler", None, TypeFlags::GC.bits() | vm_flags::BASETYPE, slots, &DEF)
}
