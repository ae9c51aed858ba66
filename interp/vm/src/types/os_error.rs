//! `OSError`: arguments, the subclass that an errno selects, text.
//!
//! Not here: making one from an operating system error (`errors.rs`).

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{ObjExt, Owned};
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::exception::{self, field_attr, this, PyException};
use crate::types::int::int_ref;
use crate::vm::{PyResult, Vm};

/// Fields.
pub mod field {
    /// `errno`
    pub const ERRNO: usize = 0;
    /// `strerror`
    pub const STRERROR: usize = 1;
    /// `filename`
    pub const FILENAME: usize = 2;
    /// `filename2`
    pub const FILENAME2: usize = 3;
    /// `characters_written` of BlockingIOError
    pub const WRITTEN: usize = 4;
}
use field::{ERRNO, FILENAME, FILENAME2, STRERROR, WRITTEN};

/// Numbers of this operating system.
#[cfg(not(any(target_os = "macos", target_os = "ios", target_os = "windows")))]
mod errno {
    pub const AGAIN: i64 = 11;
    pub const ALREADY: i64 = 114;
    pub const IN_PROGRESS: i64 = 115;
    pub const SHUTDOWN: i64 = 108;
    pub const ABORTED: i64 = 103;
    pub const REFUSED: i64 = 111;
    pub const RESET: i64 = 104;
    pub const TIMED_OUT: i64 = 110;
}
#[cfg(any(target_os = "macos", target_os = "ios"))]
mod errno {
    pub const AGAIN: i64 = 35;
    pub const ALREADY: i64 = 37;
    pub const IN_PROGRESS: i64 = 36;
    pub const SHUTDOWN: i64 = 58;
    pub const ABORTED: i64 = 53;
    pub const REFUSED: i64 = 61;
    pub const RESET: i64 = 54;
    pub const TIMED_OUT: i64 = 60;
}
#[cfg(target_os = "windows")]
mod errno {
    pub const AGAIN: i64 = 11;
    pub const ALREADY: i64 = 10037;
    pub const IN_PROGRESS: i64 = 10036;
    pub const SHUTDOWN: i64 = 10058;
    pub const ABORTED: i64 = 10053;
    pub const REFUSED: i64 = 10061;
    pub const RESET: i64 = 10054;
    pub const TIMED_OUT: i64 = 10060;
}

/// The class for an errno (PEP 3151), `None` for plain OSError.
pub fn class_of(vm: &Vm, number: i64) -> Option<TypeRef> {
    let t = &vm.types;
    Some(match number {
        errno::AGAIN | errno::ALREADY | errno::IN_PROGRESS => &t.blocking_io_error,
        32 | errno::SHUTDOWN => &t.broken_pipe_error,
        10 => &t.child_process_error,
        errno::ABORTED => &t.connection_aborted_error,
        errno::REFUSED => &t.connection_refused_error,
        errno::RESET => &t.connection_reset_error,
        17 => &t.file_exists_error,
        2 => &t.file_not_found_error,
        21 => &t.is_a_directory_error,
        20 => &t.not_a_directory_error,
        4 => &t.interrupted_error,
        13 | 1 => &t.permission_error,
        3 => &t.process_lookup_error,
        errno::TIMED_OUT => &t.timeout_error,
        _ => return None,
    }.clone())
}

/// Whether `__init__` does the work: a subclass overrides it but not `__new__`.
fn uses_init(ty: &TypeRef) -> bool {
    let s = ty.slots();
    s.init.map(|f| f as usize) != Some(init_slot as *const () as usize) && s.new.map(|f| f as usize) == Some(new as *const () as usize)
}

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    if uses_init(ty) {
        let empty = vm.consts.empty_tuple.clone().into_obj();
        return Ok(vm.new_object_of(ty, PyException::new(empty))?.into_obj());
    }
    args.no_keywords(vm, &ty.name(vm))?;
    let pos = args.pos();
    let mut class = ty.clone();
    if ty.ptr() == vm.types.os_error.ptr()
        && let [number, _, ..] = pos
        && pos.len() <= 5
        && let Some(crate::types::int::IntRef::Small(n)) = int_ref(number)
        && let Some(c) = class_of(vm, n)
    {
        class = c;
    }
    let tuple = vm.new_tuple_from(pos)?.into_obj();
    let o = vm.new_object_of(&class, PyException::new(tuple))?.into_obj();
    fill(vm, &o, pos)?;
    Ok(o)
}

fn init_slot(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let ty = o.type_of(vm).clone();
    if !uses_init(&ty) { return Ok(()) }
    args.no_keywords(vm, &ty.name(vm))?;
    exception::set_args(vm, o, args.pos())?;
    fill(vm, o, args.pos())
}

/// Distributes 2 to 5 arguments over the fields.
fn fill(vm: &mut Vm, o: &Owned, pos: &[Owned]) -> PyResult<()> {
    if !(2..=5).contains(&pos.len()) { return Ok(()) }
    let e = this(o);
    e.set_field(ERRNO, Some(pos[0].clone()));
    e.set_field(STRERROR, Some(pos[1].clone()));
    if let Some(name) = pos.get(2).filter(|n| !vm.is_none(n)) {
        let blocking = o.type_of(vm).is_subtype_of(vm, &vm.types.blocking_io_error);
        if blocking && name.type_of(vm).slots().index.is_some() {
            let n = vm.index_i64(name)?;
            let n = vm.new_int(n)?;
            e.set_field(WRITTEN, Some(n));
        } else {
            e.set_field(FILENAME, Some(name.clone()));
            if let Some(second) = pos.get(4).filter(|n| !vm.is_none(n)) { e.set_field(FILENAME2, Some(second.clone())) }
            exception::set_args(vm, o, &pos[..2])?;
        }
    }
    Ok(())
}

fn str(vm: &mut Vm, o: &Owned) -> PyResult {
    let e = this(o).clone();
    let (number, text) = (e.field(ERRNO), e.field(STRERROR));
    if let Some(name) = e.field(FILENAME) {
        let (number, text) = (vm.option_to_none(number), vm.option_to_none(text));
        let mut parts = vec![vm.new_str("[Errno ")?, vm.str(&number)?, vm.new_str("] ")?, vm.str(&text)?, vm.new_str(": ")?, vm.repr(&name)?];
        if let Some(second) = e.field(FILENAME2) { parts.extend([vm.new_str(" -> ")?, vm.repr(&second)?]) }
        return crate::types::str::join(vm, &parts);
    }
    if let (Some(number), Some(text)) = (number, text) {
        let parts = [vm.new_str("[Errno ")?, vm.str(&number)?, vm.new_str("] ")?, vm.str(&text)?];
        return crate::types::str::join(vm, &parts);
    }
    exception::str(vm, o)
}

fn reduce(vm: &mut Vm, o: &Owned) -> PyResult {
    let e = this(o).clone();
    let args = e.args_tuple(vm);
    let mut full = None;
    if let ([number, text], Some(name)) = (args.items(), e.field(FILENAME)) {
        let mut items = vec![number.clone(), text.clone(), name];
        if let Some(second) = e.field(FILENAME2) { items.extend([vm.none(), second]) }
        full = Some(vm.new_tuple(items)?.into_obj());
    }
    exception::reduce_with(vm, o, full, e.dict.get())
}

fn written(vm: &mut Vm, o: &Owned) -> PyResult {
    match this(o).field(WRITTEN) { Some(n) => Ok(n), None => Err(vm.attribute_error("characters_written")) }
}
fn set_written(vm: &mut Vm, o: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let Some(value) = value else {
        if this(o).field(WRITTEN).is_none() { return Err(vm.attribute_error("characters_written")) }
        this(o).set_field(WRITTEN, None);
        return Ok(());
    };
    let n = vm.index_i64(value)?;
    let n = vm.new_int(n)?;
    this(o).set_field(WRITTEN, Some(n));
    Ok(())
}

static DEF: TypeDef = TypeDef {
    doc: "Base class for I/O related errors.",
    sig: "",
    methods: &[Def::new("__reduce__", "", Native::N0(reduce))],
    getset: &[
        GetSet { doc: "POSIX exception code", ..field_attr!("errno", ERRNO) },
        GetSet { doc: "exception strerror", ..field_attr!("strerror", STRERROR) },
        GetSet { doc: "exception filename", ..field_attr!("filename", FILENAME) },
        GetSet { doc: "second exception filename", ..field_attr!("filename2", FILENAME2) },
        GetSet::rw("characters_written", written, set_written),
    ],
};

/// Fills `OSError`.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.os_error.clone();
    vm.fill_type(&ty, Slots { new: Some(new), init: Some(init_slot), str: Some(str), ..Slots::default() }, &DEF)
}

/// Fills the subclasses.
pub fn init_subclasses(vm: &mut Vm) -> PyResult<()> {
    macro_rules! subclasses {
        ($($ty:ident $doc:literal;)*) => { $({
            static DEF: TypeDef = TypeDef { doc: $doc, sig: "", methods: &[], getset: &[] };
            let ty = vm.types.$ty.clone();
            vm.fill_type(&ty, Slots::default(), &DEF)?;
        })* };
    }
    subclasses! {
        blocking_io_error "I/O operation would block.";
        connection_error "Connection error.";
        child_process_error "Child process error.";
        broken_pipe_error "Broken pipe.";
        connection_aborted_error "Connection aborted.";
        connection_refused_error "Connection refused.";
        connection_reset_error "Connection reset.";
        file_exists_error "File already exists.";
        file_not_found_error "File not found.";
        is_a_directory_error "Operation doesn't work on directories.";
        not_a_directory_error "Operation only works on directories.";
        interrupted_error "Interrupted by signal.";
        permission_error "Not enough permissions.";
        process_lookup_error "Process not found.";
        timeout_error "Timeout expired.";
    }
    Ok(())
}
