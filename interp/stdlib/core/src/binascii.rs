//! `binascii`: binary data as ASCII text and back, checksums.
//!
//! Not here: the codings (`instar-base-codec`).

use instar_base_codec::{base64, crc, hex, quopri, uu, BadData};
use instar_vm::fallible::CopyVec;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::object::{ObjExt, Owned, Ref};
use instar_vm::types::bytes_methods::hex_options;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{PyResult, Vm};

/// `binascii.Error`, of this interpreter.
#[derive(Default)]
struct State { error: Option<instar_vm::typeobj::TypeRef> }

/// The bytes of an argument that may be an ASCII str.
fn ascii_bytes(vm: &mut Vm, arg: &Owned) -> PyResult<Vec<u8>> {
    if let Some(s) = arg.cast::<PyStr>() {
        return match s.as_ascii() {
            Some(t) => t.as_bytes().try_copy(vm),
            None => Err(vm.value_error("string argument should contain only ASCII characters")),
        };
    }
    if vm.is_bytes_like(arg) {
        match vm.bytes_argument(arg) {
            // A view with gaps is no buffer for these functions.
            Err(e) if e.is(vm, &vm.types.buffer_error) => {}
            r => return r,
        }
    }
    let t = arg.type_name(vm);
    Err(vm.type_error(format!("argument should be bytes, buffer or ASCII string, not '{t}'")))
}

fn given<'a>(vm: &mut Vm, args: &'a [Option<Owned>]) -> PyResult<&'a Owned> { args[0].as_ref().ok_or_else(|| vm.system_error("bad arguments")) }

fn flag(vm: &mut Vm, args: &[Option<Owned>], i: usize, default: bool) -> PyResult<bool> {
    match &args[i] { Some(a) => vm.truth(a), None => Ok(default) }
}

fn finish(vm: &mut Vm, made: Result<Vec<u8>, BadData>) -> PyResult {
    match made {
        Ok(bytes) => vm.new_bytes(&bytes),
        Err(BadData::Memory) => Err(vm.no_memory()),
        Err(BadData::Error(text)) => {
            let error = vm.state::<State>().error.clone();
            match error { Some(ty) => Err(vm.exception_with_message(&ty, &text)), None => Err(vm.value_error(&*text)) }
        }
    }
}

fn a2b_uu(vm: &mut Vm, _: &Owned, data: &Owned) -> PyResult { let b = ascii_bytes(vm, data)?; finish(vm, uu::decode(&b)) }
fn b2a_uu(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?;
    let b = vm.bytes_argument(data)?;
    let backtick = flag(vm, args, 1, false)?;
    finish(vm, uu::encode(&b, backtick))
}
fn a2b_base64(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?;
    let b = ascii_bytes(vm, data)?;
    let strict = flag(vm, args, 1, false)?;
    finish(vm, base64::decode(&b, strict))
}
fn b2a_base64(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?;
    let b = vm.bytes_argument(data)?;
    let newline = flag(vm, args, 1, true)?;
    finish(vm, base64::encode(&b, newline).map_err(|_| BadData::Memory))
}
fn unhexlify(vm: &mut Vm, _: &Owned, data: &Owned) -> PyResult { let b = ascii_bytes(vm, data)?; finish(vm, hex::decode(&b)) }
fn hexlify(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?;
    let b = vm.bytes_argument(data)?;
    let (sep, group) = hex_options(vm, args[1].as_ref(), args[2].as_ref())?;
    finish(vm, hex::encode(&b, sep, group).map_err(|_| BadData::Memory))
}
fn a2b_qp(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?;
    let b = ascii_bytes(vm, data)?;
    let header = flag(vm, args, 1, false)?;
    finish(vm, quopri::decode(&b, header).map_err(|_| BadData::Memory))
}
fn b2a_qp(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let data = given(vm, args)?;
    let b = vm.bytes_argument(data)?;
    let options = quopri::Options { quote_tabs: flag(vm, args, 1, false)?, is_text: flag(vm, args, 2, true)?, header: flag(vm, args, 3, false)? };
    finish(vm, quopri::encode(&b, options).map_err(|_| BadData::Memory))
}

/// The low 32 bits of an int argument.
fn low_bits(vm: &mut Vm, arg: Option<&Owned>) -> PyResult<u32> {
    let Some(arg) = arg else { return Ok(0) };
    let n = vm.index(arg)?;
    let mask = vm.new_int(0xFFFF_FFFF)?;
    let low = vm.binary(instar_code::Binary::And, &n, &mask)?;
    Ok(vm.index_i64(&low)? as u32)
}

fn crc32(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    let data = vm.buffer(&args[0], false)?;
    let start = low_bits(vm, args.get(1))?;
    let n = crc::crc32(data.bytes(vm), start);
    vm.new_int(i64::from(n))
}
fn crc_hqx(vm: &mut Vm, _: &Owned, data: &Owned, start: &Owned) -> PyResult {
    let data = vm.buffer(data, false)?;
    let start = low_bits(vm, Some(start))?;
    let n = crc::crc_hqx(data.bytes(vm), start as u16);
    vm.new_int(i64::from(n))
}

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    for (name, base) in [("Error", vm.types.value_error.obj().clone()), ("Incomplete", vm.types.exception.obj().clone())] {
        let ty = vm.new_class("binascii", name, &[base], None)?;
        let key = vm.intern(name)?;
        namespace.set_item(vm, &key, ty.obj())?;
        if name == "Error" { vm.state::<State>().error = Some(ty) }
    }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "binascii",
    doc: "Conversion between binary data and ASCII",
    functions: &[
        Def::new("a2b_uu", "($module, data, /)", Native::N1(a2b_uu)).doc("Decode a line of uuencoded data."),
        Def::new("b2a_uu", "($module, data, /, *, backtick=False)", Native::Bound(b2a_uu)).doc("Uuencode line of data."),
        Def::new("a2b_base64", "($module, data, /, *, strict_mode=False)", Native::Bound(a2b_base64)).doc("Decode a line of base64 data."),
        Def::new("b2a_base64", "($module, data, /, *, newline=True)", Native::Bound(b2a_base64)).doc("Base64-code line of data."),
        Def::new("a2b_hex", "($module, hexstr, /)", Native::N1(unhexlify)).doc("Binary data of hexadecimal representation."),
        Def::new("unhexlify", "($module, hexstr, /)", Native::N1(unhexlify)).doc("Binary data of hexadecimal representation."),
        Def::new("b2a_hex", "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)", Native::Bound(hexlify)).doc("Hexadecimal representation of binary data."),
        Def::new("hexlify", "($module, /, data, sep=<unrepresentable>, bytes_per_sep=1)", Native::Bound(hexlify)).doc("Hexadecimal representation of binary data."),
        Def::new("a2b_qp", "($module, /, data, header=False)", Native::Bound(a2b_qp)).doc("Decode a string of qp-encoded data."),
        Def::new("b2a_qp", "($module, /, data, quotetabs=False, istext=True, header=False)", Native::Bound(b2a_qp)).doc("Encode a string using quoted-printable encoding."),
        Def::new("crc32", "($module, data, crc=0, /)", Native::Var(crc32, 1, 2)).doc("Compute CRC-32 incrementally."),
        Def::new("crc_hqx", "($module, data, crc, /)", Native::N2(crc_hqx)).doc("Compute CRC-CCITT incrementally."),
    ],
    exec,
};
