//! `MultibyteStreamReader` and `MultibyteStreamWriter`: coding on top of another stream's `read` and `write`.

use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::support::{given, set_type};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::incremental::{feed_bytes, feed_text, flags, get_errors, new_part, part, reset_decoder, reset_encoder, set_errors, Reader, Writer};

fn new_reader(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "StreamReader", const { &Signature::parse("(stream, errors='strict')") })?;
    let part = new_part(vm, ty, a[1].as_ref(), a[0].clone(), "StreamReader", 2, false)?;
    Ok(vm.new_object_of(ty, Reader(part))?.into_obj())
}

fn new_writer(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "StreamWriter", const { &Signature::parse("(stream, errors='strict')") })?;
    let part = new_part(vm, ty, a[1].as_ref(), a[0].clone(), "StreamWriter", 2, true)?;
    Ok(vm.new_object_of(ty, Writer(part))?.into_obj())
}

/// Reads by the stream's `method` until there is text, or all of it if `size` is negative.
fn pull(vm: &mut Vm, o: &Owned, method: &str, mut size: i64) -> PyResult {
    let reader = part::<Reader>(o);
    if size == 0 { return Ok(vm.consts.empty_str.clone()) }
    let method_name = vm.intern(method)?;
    let mut text = Vec::new();
    loop {
        let Some(stream) = reader.stream.get() else { return Err(vm.runtime_error("stream is gone")) };
        let data = if size < 0 { vm.call_method(&stream, &method_name, &[])? } else {
            let size = vm.new_int(size)?;
            vm.call_method(&stream, &method_name, &[size])?
        };
        let Some(bytes) = data.cast::<PyBytes>() else {
            let t = data.type_name(vm);
            return Err(vm.type_error(format!("stream function returned a non-bytes object ({t})")));
        };
        let (end, nothing) = (bytes.is_empty(), bytes.is_empty() && reader.bytes.get(vm).is_empty());
        let codes = feed_bytes(vm, reader, bytes.as_slice(), end || size < 0)?;
        for c in codes { vm.push(&mut text, c)? }
        if size < 0 || !text.is_empty() || nothing || end { return vm.new_str_from_code_points(&text) }
        // There is only part of a character so far.
        size = 1;
    }
}

fn size_of_arg(vm: &mut Vm, args: &[Owned]) -> PyResult<i64> {
    let Some(size) = given(vm, args.first()) else { return Ok(-1) };
    if !vm.has_index(&size) { return Err(vm.type_error("arg 1 must be an integer")) }
    vm.index_i64(&size)
}

fn read(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult { let n = size_of_arg(vm, args)?; pull(vm, o, "read", n) }
fn readline(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult { let n = size_of_arg(vm, args)?; pull(vm, o, "readline", n) }

fn readlines(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = size_of_arg(vm, args)?;
    let text = pull(vm, o, "read", n)?;
    let (name, keep) = (vm.intern("splitlines")?, vm.bool(true));
    vm.call_method(&text, &name, &[keep])
}

fn put(vm: &mut Vm, o: &Owned, bytes: &[u8]) -> PyResult<()> {
    let Some(stream) = part::<Writer>(o).stream.get() else { return Err(vm.runtime_error("stream is gone")) };
    let (name, bytes) = (vm.intern("write")?, vm.new_bytes(bytes)?);
    vm.call_method(&stream, &name, &[bytes]).map(drop)
}

fn write(vm: &mut Vm, o: &Owned, text: &Owned) -> PyResult {
    let bytes = feed_text(vm, part::<Writer>(o), text, false)?;
    put(vm, o, &bytes)?;
    Ok(vm.none())
}

fn writelines(vm: &mut Vm, o: &Owned, lines: &Owned) -> PyResult {
    let slots = lines.type_of(vm).slots();
    if slots.getitem.is_none() || lines.cast::<PyDict>().is_some() { return Err(vm.type_error("arg must be a sequence object")) }
    let mut i = 0;
    while i < vm.len(lines)? {
        let at = vm.new_usize(i)?;
        let line = vm.get_item(lines, &at)?;
        write(vm, o, &line)?;
        i += 1;
    }
    Ok(vm.none())
}

fn reset_writer(vm: &mut Vm, o: &Owned) -> PyResult {
    let writer = part::<Writer>(o);
    let empty = vm.consts.empty_str.clone();
    let mut bytes = feed_text(vm, writer, &empty, true)?;
    bytes.append(&mut reset_encoder(vm, writer)?);
    if !bytes.is_empty() { put(vm, o, &bytes)? }
    Ok(vm.none())
}

static READER: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("read", "($self, sizeobj=None, /)", Native::Var(read, 0, 1)),
        Def::new("readline", "($self, sizeobj=None, /)", Native::Var(readline, 0, 1)),
        Def::new("readlines", "($self, sizehintobj=None, /)", Native::Var(readlines, 0, 1)),
        Def::new("reset", "($self, /)", Native::N0(|vm, o| { reset_decoder(vm, part::<Reader>(o)); Ok(vm.none()) })),
    ],
    getset: &[
        GetSet { doc: "how to treat errors", ..GetSet::rw("errors", get_errors::<Reader>, set_errors::<Reader>) },
        GetSet::ro("stream", |vm, o| { let s = part::<Reader>(o).stream.get(); Ok(vm.option_to_none(s)) }),
    ],
};
static WRITER: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("write", "($self, strobj, /)", Native::N1(write)),
        Def::new("writelines", "($self, lines, /)", Native::N1(writelines)),
        Def::new("reset", "($self, /)", Native::N0(reset_writer)),
    ],
    getset: &[
        GetSet { doc: "how to treat errors", ..GetSet::rw("errors", get_errors::<Writer>, set_errors::<Writer>) },
        GetSet::ro("stream", |vm, o| { let s = part::<Writer>(o).stream.get(); Ok(vm.option_to_none(s)) }),
    ],
};

/// Makes the types.
pub fn exec(vm: &mut Vm, ns: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { init: Some(|_, _, _| Ok(())), ..Slots::default() };
    let reader = vm.new_native_type::<Reader>("_multibytecodec", "MultibyteStreamReader", None, flags(), Slots { new: Some(new_reader), ..slots }, &READER)?;
    let writer = vm.new_native_type::<Writer>("_multibytecodec", "MultibyteStreamWriter", None, flags(), Slots { new: Some(new_writer), ..slots }, &WRITER)?;
    set_type(vm, ns, &reader)?;
    set_type(vm, ns, &writer)
}
