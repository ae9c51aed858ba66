//! `_io`: streams. One payload (`Io`) stands behind all stream types, so that they can inherit from each other.
//!
//! `io/base.rs` is `_IOBase` and the abstract bases, `file.rs` FileIO, `buffered.rs` the buffered ones, `bytes_io.rs`, `string_io.rs`,
//! `text.rs` TextIOWrapper, `text_codec.rs` its codec, `cookie.rs` positions in text, `newline.rs` the newline decoder, `open.rs` `open()`. Not here: the module `io` (Lib).

mod base;
mod buffered;
mod bytes_io;
mod cookie;
mod file;
mod newline;
mod open;
mod string_io;
mod text;
mod text_codec;

use std::cell::Cell;

use instar_object::TypeFlags;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::{Guarded, Slot};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::support::{set, set_int, set_type};

/// Bytes that `open()` buffers.
pub(crate) const DEFAULT_BUFFER_SIZE: usize = 128 << 10;

/// Payload of every stream. What a field means for a kind of stream stands in that kind's file.
#[derive(Default)]
pub(crate) struct Io {
    /// Instance attributes.
    pub dict: Slot,
    pub closed: Cell<bool>,
    pub finalizing: Cell<bool>,
    /// `__init__` has run.
    pub ready: Cell<bool>,
    /// Descriptor of a file, -1 when closed.
    pub fd: Cell<i32>,
    pub readable: Cell<bool>,
    pub writable: Cell<bool>,
    pub appending: Cell<bool>,
    pub created: Cell<bool>,
    pub close_fd: Cell<bool>,
    /// -1 unknown, 0 no, 1 yes.
    pub seekable: Cell<i8>,
    /// Size of a file when it was opened, as long as nothing was written; -1 unknown.
    pub opened_size: Cell<i64>,
    /// Whether a file may be a terminal, as far as its kind tells.
    pub may_be_terminal: Cell<bool>,
    /// Raw stream of a buffered one, buffer of a text one, bytes object that a BytesIO shares.
    pub inner: Slot,
    /// Content (BytesIO), read buffer.
    pub bytes: Guarded<Vec<u8>>,
    /// Position in `bytes`, or in the text.
    pub pos: Cell<usize>,
    /// Bytes not written yet.
    pub pending: Guarded<Vec<u8>>,
    pub buffer_size: Cell<usize>,
    /// Buffers that look at `bytes`.
    pub exports: Cell<usize>,
    /// What text streams need besides.
    pub text: Guarded<Option<Box<text::Text>>>,
    /// Content of StringIO.
    pub codes: Guarded<Vec<u32>>,
    pub name: Slot,
    pub encoding: Slot,
    pub errors: Slot,
    pub decoder: Slot,
    pub encoder: Slot,
    pub decoded: Slot,
    pub snapshot: Slot,
    pub newline: Slot,
    /// Which thread uses a buffered stream now.
    pub turn: instar_vm::threads::turn::Turn,
}
trace! { Io { dict, inner, name, encoding, errors, decoder, encoder, decoded, snapshot, newline } }
instar_vm::fields! { Io { dict, closed, finalizing, ready, fd, readable, writable, appending, created, close_fd, seekable, opened_size, may_be_terminal, inner, bytes, pos, pending, buffer_size, exports, text, codes, name, encoding, errors, decoder, encoder, decoded, snapshot, newline, turn } }
payload!(Io, "_IOBase");

pub(crate) fn this(o: &Owned) -> &Ref<Io> { o.cast().expect("law: checked by the descriptor") }

/// The types, for `open()` and exact-type fast paths.
#[derive(Default)]
pub(crate) struct Types {
    pub file: Option<TypeRef>,
    pub reader: Option<TypeRef>,
    pub writer: Option<TypeRef>,
    pub random: Option<TypeRef>,
    pub text: Option<TypeRef>,
    pub unsupported: Option<TypeRef>,
}

pub(crate) fn unsupported(vm: &mut Vm, what: &str) -> Raised {
    match vm.state::<Types>().unsupported.clone() {
        Some(ty) => match vm.new_str(what) { Ok(text) => vm.raise(&ty, vec![text]), Err(e) => e },
        None => vm.os_error(what),
    }
}

pub(crate) fn closed_error(vm: &mut Vm) -> Raised { vm.value_error("I/O operation on closed file.") }

/// Calls a method of a stream by name.
pub(crate) fn call(vm: &mut Vm, o: &Owned, name: &str, args: &[Owned]) -> PyResult {
    let name = vm.intern(name)?;
    vm.call_method(o, &name, args)
}

/// Truth of an attribute.
pub(crate) fn flag(vm: &mut Vm, o: &Owned, name: &str) -> PyResult<bool> {
    let v = vm.get_attr_str(o, name)?;
    vm.truth(&v)
}

/// ValueError if the stream is closed, asked through its `closed` attribute.
pub(crate) fn check_open(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    if flag(vm, o, "closed")? { Err(closed_error(vm)) } else { Ok(()) }
}

/// What two steps gave of which both were taken: the second one's error has the first one's as its context.
pub(crate) fn both(first: PyResult, second: PyResult) -> PyResult {
    match (first, second) {
        (Err(first), Err(second)) => { second.exception().context.set(Some(first.0.into_obj())); Err(second) }
        (Err(e), Ok(_)) => Err(e),
        (Ok(_), second) => second,
    }
}

/// OSError with `message` whose cause is `cause`.
pub(crate) fn os_error_from(vm: &mut Vm, message: &str, cause: Raised) -> Raised {
    let (error, cause) = (vm.os_error(message), cause.0.into_obj());
    error.exception().context.set(Some(cause.clone()));
    error.exception().set_cause(Some(cause));
    error
}

/// A position in a file. ValueError outside of the range.
pub(crate) fn file_offset(vm: &mut Vm, o: &Owned) -> PyResult<i64> {
    let n = vm.index(o)?;
    match instar_vm::types::int::int_ref(&n).and_then(|n| n.to_i64()) {
        Some(n) => Ok(n),
        None => { let t = o.type_name(vm); Err(vm.value_error(format!("cannot fit '{t}' into an offset-sized integer"))) }
    }
}

/// Text of an argument that is a str without null characters, or None. `function` takes it as its `name`.
pub(crate) fn plain_text(vm: &mut Vm, function: &str, name: &str, value: Option<&Owned>) -> PyResult<Option<String>> {
    let Some(value) = crate::support::given(vm, value) else { return Ok(None) };
    let Some(text) = value.cast::<PyStr>() else {
        let t = value.type_name(vm);
        return Err(vm.type_error(format!("{function}() argument '{name}' must be str or None, not {t}")));
    };
    let text = text.to_owned_str(vm)?;
    if text.contains('\0') && function != "reconfigure" { return Err(vm.value_error("embedded null character")) }
    Ok(Some(text))
}

fn new(vm: &mut Vm, ty: &TypeRef, _: instar_vm::args::Args<'_>) -> PyResult {
    let io = Io::default();
    io.fd.set(-1);
    io.seekable.set(-1);
    Ok(vm.new_object_of(ty, io)?.into_obj())
}

/// A stream type. All have weak references, a dict and a finalizer.
fn make(vm: &mut Vm, ns: &Ref<PyDict>, name: &'static str, base: Option<&TypeRef>, slots: Slots, def: &'static TypeDef) -> PyResult<TypeRef> {
    let flags = TypeFlags::GC.bits() | TypeFlags::WEAKREF.bits() | vm_flags::BASETYPE;
    let slots = Slots { new: Some(new), dict_slot: Some(|o| &this(o).dict), finalize: Some(base::finalize), ..slots };
    let ty = vm.new_native_type::<Io>("_io", name, base, flags, slots, def)?;
    set_type(vm, ns, &ty)?;
    Ok(ty)
}

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let blocking = vm.types.blocking_io_error.obj().clone();
    set(vm, ns, "BlockingIOError", &blocking)?;
    set_int(vm, ns, "DEFAULT_BUFFER_SIZE", DEFAULT_BUFFER_SIZE as i64)?;
    let bases = [vm.types.os_error.obj().clone(), vm.types.value_error.obj().clone()];
    let unsupported = vm.new_class("io", "UnsupportedOperation", &bases, None)?;
    set_type(vm, ns, &unsupported)?;
    let iobase = make(vm, ns, "_IOBase", None, base::iobase_slots(), &base::IOBASE)?;
    let raw = make(vm, ns, "_RawIOBase", Some(&iobase), Slots::default(), &base::RAW)?;
    let buffered = make(vm, ns, "_BufferedIOBase", Some(&iobase), Slots::default(), &base::BUFFERED)?;
    let textbase = make(vm, ns, "_TextIOBase", Some(&iobase), Slots::default(), &base::TEXT)?;
    let file = make(vm, ns, "FileIO", Some(&raw), file::slots(), &file::DEF)?;
    make(vm, ns, "BytesIO", Some(&buffered), bytes_io::slots(), &bytes_io::DEF)?;
    let reader = make(vm, ns, "BufferedReader", Some(&buffered), buffered::slots(buffered::init_reader), &buffered::READER)?;
    let writer = make(vm, ns, "BufferedWriter", Some(&buffered), buffered::slots(buffered::init_writer), &buffered::WRITER)?;
    let random = make(vm, ns, "BufferedRandom", Some(&buffered), buffered::slots(buffered::init_random), &buffered::RANDOM)?;
    make(vm, ns, "BufferedRWPair", Some(&buffered), buffered::pair_slots(), &buffered::PAIR)?;
    make(vm, ns, "StringIO", Some(&textbase), string_io::slots(), &string_io::DEF)?;
    let text = make(vm, ns, "TextIOWrapper", Some(&textbase), text::slots(), &text::DEF)?;
    let slots = Slots { init: Some(newline::init), ..Slots::default() };
    make(vm, ns, "IncrementalNewlineDecoder", None, slots, &newline::DEF)?;
    *vm.state::<Types>() = Types { file: Some(file), reader: Some(reader), writer: Some(writer), random: Some(random), text: Some(text), unsupported: Some(unsupported) };
    Ok(())
}

pub const MODULE: NativeModule = NativeModule {
    name: "_io",
    doc: "The io module provides the Python interfaces to stream handling.",
    functions: &[
        Def::new("open", "($module, /, file, mode='r', buffering=-1, encoding=None,\n     errors=None, newline=None, closefd=True, opener=None)", Native::Bound(open::open))
            .doc("Open file and return a stream.  Raise OSError upon failure."),
        Def::new("open_code", "($module, /, path)", Native::Bound(open::open_code)).doc("Opens the provided file with the intent to import the contents."),
        Def::new("text_encoding", "($module, encoding, stacklevel=2, /)", Native::Var(open::text_encoding, 1, 2)).doc("A helper function to choose the text encoding."),
    ],
    exec,
};
