//! `Compress`: compressing bit by bit.
//!
//! Not here: `zlib.compress` (`mod.rs`).

use instar_vm::native::{Def, Native, TypeDef};
use instar_vm::object::Guarded;
use instar_vm::slots::Slots;
use instar_vm::typeobj::vm_flags;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::raw::{self, Deflate};
use super::failure;
use crate::stream::grow;
use crate::support::c_int_or;

/// Payload of `Compress`; the stream is gone after the end.
pub struct Compress { stream: Guarded<Option<Deflate>> }
instar_vm::trace! { Compress { } }
instar_vm::fields! { Compress { stream } }
instar_vm::payload!(Compress, "Compress");

/// `compressobj(...)`
pub fn new(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let n = |vm: &mut Vm, i: usize, default: i32| c_int_or(vm, args[i].as_ref(), default);
    let (level, method, wbits, mem, strategy) = (n(vm, 0, -1)?, n(vm, 1, 8)?, n(vm, 2, 15)?, n(vm, 3, 8)?, n(vm, 4, 0)?);
    let dict = match &args[5] { Some(d) => Some(vm.bytes_like(d)?), None => None };
    if dict.as_ref().is_some_and(|d| d.len() > u32::MAX as usize) { return Err(vm.overflow_error("zdict length does not fit in an unsigned int")) }
    let mut z = match Deflate::new(level, method, wbits, mem, strategy) {
        Ok(z) => z,
        Err(raw::Z_MEM_ERROR) => return Err(vm.no_memory()),
        Err(raw::Z_STREAM_ERROR) => return Err(vm.value_error("Invalid initialization option")),
        Err(code) => return Err(failure(vm, &raw::Failed { code, text: None }, "while creating compression object")),
    };
    if let Some(Err(e)) = dict.map(|d| z.set_dictionary(&d)) {
        if e.code == raw::Z_STREAM_ERROR { return Err(vm.value_error("Invalid dictionary")) }
        return Err(failure(vm, &e, "while setting zdict"));
    }
    Ok(vm.new_object(Compress { stream: Guarded::new(Some(z)) })?.into_obj())
}

fn this(o: &Owned) -> &Guarded<Option<Deflate>> { &o.cast::<Compress>().expect("law: checked by the descriptor").stream }

/// Runs the stream over all input with `flush`; the stream is put back afterwards.
fn run(vm: &mut Vm, o: &Owned, input: Option<&Owned>, flush: i32, doing: &str) -> PyResult {
    let input = match input { Some(i) => Some(vm.buffer(i, false)?), None => None };
    let Some(mut z) = this(o).get_mut(vm).take() else { return Err(failure(vm, &raw::Failed { code: raw::Z_STREAM_ERROR, text: None }, doing)) };
    let (mut at, mut out) = (0, Vec::new());
    let result = loop {
        let old = out.len();
        let room = match grow(vm, &mut out, None) { Ok(n) => n, Err(e) => break Err(e) };
        let moved = z.run(input.as_ref().map_or(&[][..], |b| &b.bytes(vm)[at..]), &mut out[old..], flush);
        at += moved.used;
        out.truncate(old + moved.made);
        match moved.code {
            raw::Z_STREAM_END => break Ok(true),
            raw::Z_OK | raw::Z_BUF_ERROR => {}
            code => { let e = z.failed(code); break Err(failure(vm, &e, doing)) }
        }
        if moved.made < room && input.as_ref().is_none_or(|b| at == b.nbytes()) { break Ok(false) }
    };
    let ended = matches!(result, Ok(true));
    if !ended { *this(o).get_mut(vm) = Some(z) }
    result?;
    vm.new_bytes(&out)
}

fn compress(vm: &mut Vm, o: &Owned, data: &Owned) -> PyResult { run(vm, o, Some(data), raw::Z_NO_FLUSH, "while compressing data") }

fn flush(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let mode = c_int_or(vm, args.first(), raw::Z_FINISH)?;
    if mode == raw::Z_NO_FLUSH { return vm.new_bytes(b"") }
    run(vm, o, None, mode, "while flushing")
}

fn copy(vm: &mut Vm, o: &Owned) -> PyResult {
    let copied = match this(o).get_mut(vm) { Some(z) => z.copy(), None => Err(raw::Z_STREAM_ERROR) };
    match copied {
        Ok(z) => Ok(vm.new_object(Compress { stream: Guarded::new(Some(z)) })?.into_obj()),
        Err(raw::Z_STREAM_ERROR) => Err(vm.value_error("Inconsistent stream state")),
        Err(raw::Z_MEM_ERROR) => Err(vm.no_memory()),
        Err(code) => Err(failure(vm, &raw::Failed { code, text: None }, "while copying compression object")),
    }
}

static DEF: TypeDef = TypeDef {
    doc: "",
    sig: "",
    methods: &[
        Def::new("compress", "($self, data, /)", Native::N1(compress)).doc("Returns a bytes object containing compressed data."),
        Def::new("flush", "($self, mode=zlib.Z_FINISH, /)", Native::Var(flush, 0, 1)).doc("Return a bytes object containing any remaining compressed data."),
        Def::new("copy", "($self, /)", Native::N0(copy)).doc("Return a copy of the compression object."),
        Def::new("__copy__", "($self, /)", Native::N0(copy)),
        Def::new("__deepcopy__", "($self, memo, /)", Native::N1(|vm, o, _| copy(vm, o))),
    ],
    getset: &[],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<()> {
    if vm.types.native.find::<Compress>().is_none() {
        let ty = vm.new_native_type::<Compress>("zlib", "Compress", None, vm_flags::NO_NEW, Slots::default(), &DEF)?;
        ty.set_flag(vm_flags::NO_NEW, true);
    }
    Ok(())
}
