//! `_struct`: packing values into bytes by a format.
//!
//! Not here: formats and conversions (`instar-base-pack`).

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use instar_base_pack::{Format, Kind, PackError, Slot as Field, Value};
use instar_object::TypeFlags;
use instar_vm::fallible::CopyVec;
use instar_vm::args::Args;
use instar_vm::codecs;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::{Guarded, ObjExt, Owned, Ref, Slot};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::bytearray::PyByteArray;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::memoryview_item::{int_value, value_object};
use instar_vm::types::str::PyStr;
use instar_vm::{PyResult, Raised, Vm};
use smallvec::SmallVec;

/// Formats kept by the module's functions.
const CACHE: usize = 100;

#[derive(Default)]
struct State {
    error: Option<TypeRef>,
    cache: HashMap<Vec<u8>, Rc<Format>>,
    /// The latest formats that were given as str, by object: a program names a format by the same constant again and again.
    recent: [Option<(Owned, Rc<Format>)>; 4],
    /// Whose turn it is to be replaced.
    next: usize,
}

/// Payload of `Struct`.
pub struct PyStruct {
    format: Guarded<Rc<Format>>,
    /// The format as a str; empty before `__init__`.
    text: Slot,
}

instar_vm::trace! { PyStruct { text } }
instar_vm::fields! { PyStruct { format, text } }
instar_vm::payload!(PyStruct, "Struct");

/// Payload of `unpack_iterator`.
pub struct PyUnpackIter {
    format: Guarded<Rc<Format>>,
    /// The object whose bytes are read, as a memoryview that pins it; empty when exhausted.
    source: Slot,
    at: Cell<usize>,
}

instar_vm::trace! { PyUnpackIter { source } }
instar_vm::fields! { PyUnpackIter { format, source, at } }
instar_vm::payload!(PyUnpackIter, "unpack_iterator");

#[cold]
fn raise(vm: &mut Vm, e: PackError) -> Raised {
    match e {
        PackError::Memory => vm.no_memory(),
        PackError::Overflow(text) => vm.overflow_error(text),
        PackError::Struct(text) => struct_error(vm, &text),
    }
}

#[cold]
fn struct_error(vm: &mut Vm, text: &str) -> Raised {
    match vm.state::<State>().error.clone() { Some(ty) => vm.exception_with_message(&ty, text), None => vm.value_error(text) }
}

/// The text of a format argument.
fn format_bytes(vm: &mut Vm, arg: &Owned) -> PyResult<Vec<u8>> {
    if let Some(b) = arg.cast::<PyBytes>() { return b.as_slice().try_copy(vm) }
    if arg.cast::<PyStr>().is_some() { return codecs::encode(vm, codecs::Native::Ascii, arg, None) }
    let t = arg.type_name(vm);
    Err(vm.type_error(format!("Struct() argument 1 must be a str or bytes object, not {t}")))
}

fn parse(vm: &mut Vm, text: &[u8]) -> PyResult<Rc<Format>> { Format::parse(text).map(Rc::new).map_err(|e| raise(vm, e)) }

fn cached(vm: &mut Vm, arg: &Owned) -> PyResult<Rc<Format>> {
    let known = vm.state::<State>().recent.iter().flatten().find(|(text, _)| text.is(arg));
    if let Some((_, format)) = known { return Ok(format.clone()) }
    let format = looked_up(vm, arg)?;
    if arg.is_exact::<PyStr>(vm) {
        let state = vm.state::<State>();
        let place = &mut state.recent[state.next];
        let old = place.replace((arg.clone(), format.clone()));
        state.next = (state.next + 1) % state.recent.len();
        drop(old);
    }
    Ok(format)
}

fn looked_up(vm: &mut Vm, arg: &Owned) -> PyResult<Rc<Format>> {
    if arg.cast::<PyBytes>().is_none() && arg.cast::<PyStr>().is_none() {
        // Formats are looked up before they are looked at.
        vm.dict_key_hash(arg)?;
    }
    if let Some(b) = arg.cast::<PyBytes>() && !b.as_slice().is_ascii() {
        let text: String = b.as_slice().iter().copied().map(char::from).collect();
        let text = vm.new_str(&text)?;
        return Err(codecs::encode(vm, codecs::Native::Ascii, &text, None).err().unwrap_or_else(|| struct_error(vm, "bad char in struct format")));
    }
    let text = format_bytes(vm, arg)?;
    if let Some(f) = vm.state::<State>().cache.get(&text) { return Ok(f.clone()) }
    let format = parse(vm, &text)?;
    let cache = &mut vm.state::<State>().cache;
    if cache.len() >= CACHE { cache.clear() }
    cache.insert(text, format.clone());
    Ok(format)
}

/// Writes one value.
fn pack_one(vm: &mut Vm, field: &Field, record: &mut [u8], o: &Owned) -> PyResult<()> {
    let held;
    let value = match field.kind {
        Kind::Signed | Kind::Unsigned | Kind::Pointer => match int_value(o) {
            Some(v) => v,
            None if vm.lookup_special(o, &vm.names.__index__.clone())?.is_some() => { let n = vm.index(o)?; int_value(&n).unwrap_or(Value::Other) }
            None => Value::Other,
        },
        Kind::Bool => Value::Bool(vm.truth(o)?),
        Kind::Float => match vm.to_float(o) {
            Ok(x) => Value::Float(x),
            // Whatever was raised: CPython says what it wants instead.
            Err(_) => Value::Other,
        },
        Kind::Complex => match vm.to_complex(o) {
            Ok((re, im)) => Value::Complex(re, im),
            Err(_) => Value::Other,
        },
        _ => {
            let bytes = o.cast::<PyBytes>().is_some() || o.cast::<PyByteArray>().is_some() && field.kind != Kind::Char;
            held = if bytes { Some(vm.bytes_argument(o)?) } else { None };
            held.as_deref().map_or(Value::Other, Value::Bytes)
        }
    };
    field.pack(record, value).map_err(|e| match e {
        PackError::Overflow(_) if int_ref(o).is_some() => struct_error(vm, "int too large to convert"),
        e => raise(vm, e),
    })
}

fn pack_values(vm: &mut Vm, format: &Format, values: &[Owned], function: &str) -> PyResult<Vec<u8>> {
    format.check_items(function, values.len()).map_err(|e| raise(vm, e))?;
    let mut record = Vec::new();
    record.try_reserve_exact(format.size()).map_err(|_| vm.no_memory())?;
    record.resize(format.size(), 0);
    for (field, value) in format.slots().zip(values) { pack_one(vm, &field, &mut record, value)? }
    Ok(record)
}

fn pack_with(vm: &mut Vm, format: &Format, values: &[Owned]) -> PyResult {
    let record = pack_values(vm, format, values, "pack")?;
    vm.new_bytes(&record)
}

fn pack_into_with(vm: &mut Vm, format: &Format, args: &[Owned]) -> PyResult {
    let [target, offset, values @ ..] = args else {
        let missing = if args.is_empty() { "pack_into expected buffer argument" } else { "pack_into expected offset argument" };
        return Err(struct_error(vm, missing));
    };
    format.check_items("pack_into", values.len()).map_err(|e| raise(vm, e))?;
    let mut buffer = vm.buffer_to_fill(target, "argument")?;
    let out_of_range = vm.types.index_error.clone();
    let offset = vm.index_sized(offset, &out_of_range)?;
    let len = buffer.nbytes();
    let at = format.pack_offset(offset, len).map_err(|e| raise(vm, e))?;
    let record = pack_values(vm, format, values, "pack_into")?;
    buffer.bytes_mut(vm)[at..at + record.len()].copy_from_slice(&record);
    Ok(vm.none())
}

fn unpack_record(vm: &mut Vm, format: &Format, record: &[u8]) -> PyResult {
    let values = format.slots().map(|f| value_object(vm, f.unpack(record))).collect::<PyResult<SmallVec<[Owned; 8]>>>()?;
    Ok(vm.new_tuple(values)?.into_obj())
}

fn unpack_with(vm: &mut Vm, format: &Format, source: &Owned) -> PyResult {
    let buffer = vm.buffer(source, false)?;
    format.check_buffer(buffer.nbytes()).map_err(|e| raise(vm, e))?;
    let record = buffer.bytes(vm).try_copy(vm)?;
    unpack_record(vm, format, &record)
}

fn unpack_from_with(vm: &mut Vm, format: &Format, source: &Owned, offset: Option<&Owned>) -> PyResult {
    let buffer = vm.buffer(source, false)?;
    let offset = match offset { Some(o) => vm.size_argument(o)?, None => 0 };
    let at = format.unpack_offset(offset, buffer.nbytes()).map_err(|e| raise(vm, e))?;
    let record = buffer.bytes(vm)[at..at + format.size()].try_copy(vm)?;
    unpack_record(vm, format, &record)
}

fn iter_unpack_with(vm: &mut Vm, format: Rc<Format>, source: &Owned) -> PyResult {
    let n = vm.buffer(source, false)?.nbytes();
    format.check_iterable(n).map_err(|e| raise(vm, e))?;
    let source = vm.new_memoryview(source)?;
    Ok(vm.new_object(PyUnpackIter { format: Guarded::new(format), source: Slot::new(Some(source)), at: Cell::new(0) })?.into_obj())
}

fn next_unpacked(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let Some(it) = this.cast::<PyUnpackIter>() else { return Ok(None) };
    let Some(source) = it.source.get() else { return Ok(None) };
    let format = it.format.get(vm).clone();
    let buffer = vm.buffer(&source, false)?;
    let at = it.at.get();
    let Some(record) = buffer.bytes(vm).get(at..at + format.size()).map(<[u8]>::to_vec) else {
        it.source.set(None);
        return Ok(None);
    };
    it.at.set(at + format.size());
    unpack_record(vm, &format, &record).map(Some)
}

fn length_hint(vm: &mut Vm, this: &Owned) -> PyResult {
    let Some(it) = this.cast::<PyUnpackIter>() else { return vm.new_int(0) };
    let left = match it.source.get() {
        Some(s) => { let size = it.format.get(vm).size().max(1); (vm.buffer(&s, false)?.nbytes() - it.at.get()) / size }
        None => 0,
    };
    vm.new_int(left as i64)
}

fn this_struct(vm: &mut Vm, this: &Owned) -> PyResult<Rc<Format>> {
    match this.cast::<PyStruct>() {
        Some(s) if s.text.is_some() => Ok(s.format.get(vm).clone()),
        _ => Err(vm.runtime_error("Struct object is not initialized")),
    }
}

fn new_struct(vm: &mut Vm, ty: &TypeRef, _args: Args<'_>) -> PyResult {
    let empty = parse(vm, b"")?;
    Ok(vm.new_object_of(ty, PyStruct { format: Guarded::new(empty), text: Slot::new(None) })?.into_obj())
}

fn init_struct(vm: &mut Vm, this: &Owned, args: Args<'_>) -> PyResult<()> {
    let format = match (args.pos(), args.kwnames()) {
        ([f], []) => f.clone(),
        ([], [k]) if vm.repr_text_plain(k) == "format" => args.values()[0].clone(),
        ([], _) => return Err(vm.type_error("Struct() missing required argument 'format' (pos 1)")),
        (all, _) => {
            let n = all.len() + args.kwnames().len();
            return Err(vm.type_error(format!("Struct() takes at most 1 argument ({n} given)")));
        }
    };
    let bytes = format_bytes(vm, &format)?;
    let parsed = parse(vm, &bytes)?;
    let text = vm.new_str_latin1(&bytes)?;
    let Some(s) = this.cast::<PyStruct>() else { return Err(vm.system_error("not a Struct")) };
    let old = std::mem::replace(s.format.get_mut(vm), parsed);
    drop(old);
    s.text.set(Some(text));
    Ok(())
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    this_struct(vm, this)?;
    let text = this.cast::<PyStruct>().and_then(|s| s.text.get()).unwrap_or_else(|| vm.none());
    let text = format!("{}({})", this.bare_type_name(vm), vm.repr_text(&text)?);
    vm.new_str(&text)
}

static STRUCT: TypeDef = TypeDef {
    doc: "Struct(fmt) --> compiled struct object",
    sig: "",
    methods: &[
        Def::new("pack", "", Native::Var(|vm, this, values| { let f = this_struct(vm, this)?; pack_with(vm, &f, values) }, 0, usize::MAX))
            .doc("S.pack(v1, v2, ...) -> bytes"),
        Def::new("pack_into", "", Native::Var(|vm, this, values| { let f = this_struct(vm, this)?; pack_into_with(vm, &f, values) }, 0, usize::MAX))
            .doc("S.pack_into(buffer, offset, v1, v2, ...)"),
        Def::new("unpack", "($self, buffer, /)", Native::N1(|vm, this, source| { let f = this_struct(vm, this)?; unpack_with(vm, &f, source) }))
            .doc("Return a tuple containing unpacked values."),
        Def::new("unpack_from", "($self, /, buffer, offset=0)", Native::Bound(|vm, this, args| {
            let f = this_struct(vm, this)?;
            match &args[0] { Some(source) => unpack_from_with(vm, &f, source, args[1].as_ref()), None => Err(vm.system_error("bad arguments")) }
        })).doc("Return a tuple containing unpacked values, read from offset on."),
        Def::new("__sizeof__", "($self, /)", Native::N0(|vm, this| {
            let f = this_struct(vm, this)?;
            let bytes = vm.basic_size(this) + f.bytes();
            vm.new_int(bytes as i64)
        })).doc("Bytes held by the compiled format."),
        Def::new("iter_unpack", "($self, buffer, /)", Native::N1(|vm, this, source| { let f = this_struct(vm, this)?; iter_unpack_with(vm, f, source) }))
            .doc("Return an iterator yielding tuples."),
    ],
    getset: &[
        GetSet::ro("format", |vm, this| { this_struct(vm, this)?; let text = this.cast::<PyStruct>().and_then(|s| s.text.get()); Ok(vm.option_to_none(text)) }),
        // Before `__init__` there is no size to tell.
        GetSet::ro("size", |vm, this| match this_struct(vm, this) { Ok(f) => vm.new_int(f.size() as i64), Err(_) => vm.new_int(-1) }),
    ],
};

static ITER: TypeDef = TypeDef { doc: "", sig: "", methods: &[Def::new("__length_hint__", "($self, /)", Native::N0(length_hint))], getset: &[] };

fn calcsize(vm: &mut Vm, _: &Owned, format: &Owned) -> PyResult { let f = cached(vm, format)?; vm.new_int(f.size() as i64) }

fn pack(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let Some((format, values)) = args.split_first() else { return Err(vm.type_error("missing format argument")) };
    let f = cached(vm, format)?;
    pack_with(vm, &f, values)
}

fn pack_into(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let Some((format, rest)) = args.split_first() else { return Err(vm.type_error("missing format argument")) };
    let f = cached(vm, format)?;
    pack_into_with(vm, &f, rest)
}

fn unpack(vm: &mut Vm, _: &Owned, format: &Owned, source: &Owned) -> PyResult { let f = cached(vm, format)?; unpack_with(vm, &f, source) }

fn unpack_from(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(format), Some(source)) = (&args[0], &args[1]) else { return Err(vm.system_error("bad arguments")) };
    let f = cached(vm, format)?;
    unpack_from_with(vm, &f, source, args[2].as_ref())
}

fn iter_unpack(vm: &mut Vm, _: &Owned, format: &Owned, source: &Owned) -> PyResult { let f = cached(vm, format)?; iter_unpack_with(vm, f, source) }

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let base = vm.types.exception.obj().clone();
    let error = vm.new_class("struct", "error", &[base], None)?;
    vm.state::<State>().error = Some(error.clone());
    let gc = TypeFlags::GC.bits();
    let slots = Slots { new: Some(new_struct), init: Some(init_struct), repr: Some(repr), ..Slots::default() };
    let ty = vm.new_native_type::<PyStruct>("_struct", "Struct", None, gc | TypeFlags::WEAKREF.bits() | vm_flags::BASETYPE, slots, &STRUCT)?;
    vm.new_native_type::<PyUnpackIter>("_struct", "unpack_iterator", None, gc, Slots { iter: Some(|_, this| Ok(this.clone())), next: Some(next_unpacked), ..Slots::default() }, &ITER)?;
    for (name, o) in [("error", error.obj()), ("Struct", ty.obj())] {
        let key = vm.intern(name)?;
        namespace.set_item(vm, &key, o)?;
    }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_struct",
    doc: "Functions to convert between Python values and C structs represented as Python bytes objects.",
    functions: &[
        Def::new("_clearcache", "($module, /)", Native::N0(|vm, _| { vm.state::<State>().cache.clear(); Ok(vm.none()) })).doc("Clear the internal cache."),
        Def::new("calcsize", "($module, format, /)", Native::N1(calcsize)).doc("Return size in bytes of the struct described by the format string."),
        Def::new("pack", "", Native::Var(pack, 0, usize::MAX)).doc("pack(format, v1, v2, ...) -> bytes"),
        Def::new("pack_into", "", Native::Var(pack_into, 0, usize::MAX)).doc("pack_into(format, buffer, offset, v1, v2, ...)"),
        Def::new("unpack", "($module, format, buffer, /)", Native::N2(unpack)).doc("Return a tuple containing values unpacked according to the format string."),
        Def::new("unpack_from", "($module, format, /, buffer, offset=0)", Native::Bound(unpack_from)).doc("Return a tuple containing values unpacked according to the format string."),
        Def::new("iter_unpack", "($module, format, buffer, /)", Native::N2(iter_unpack)).doc("Return an iterator yielding tuples unpacked from the given bytes."),
    ],
    exec,
};
