//! Text to bytes and back by the encoding of the file system, with errors told as C functions tell them: place and reason.
//!
//! Not here: the codecs, `os.fsencode`.

use instar_vm::native::{Def, Native};
use instar_vm::types::str::PyStr;
use instar_vm::vm::Raised;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

/// Calls the codec of the file system's encoding; what it cannot do is a RuntimeError with `what`.
fn convert(vm: &mut Vm, method: &str, what: &str, o: &Owned, errors: Option<&Owned>) -> PyResult {
    let handler = match errors { Some(e) => vm.repr_text_plain(e), None => "strict".to_owned() };
    if !matches!(&handler[..], "strict" | "surrogateescape" | "surrogatepass") { return Err(vm.value_error("unsupported error handler")) }
    let (name, encoding, handler) = (vm.intern(method)?, vm.new_str("utf-8")?, vm.new_str(&handler)?);
    vm.call_method(o, &name, &[encoding, handler]).map_err(|e| told(vm, what, e))
}

fn told(vm: &mut Vm, what: &str, e: Raised) -> Raised {
    let error = e.exception().obj().clone();
    let unicode = vm.types.unicode_error.clone();
    if !error.is_instance_of(vm, &unicode) { return e }
    let place = vm.get_attr_str(&error, "start").and_then(|start| vm.index_i64(&start));
    let reason = vm.get_attr_str(&error, "reason").map(|r| vm.repr_text_plain(&r));
    match (place, reason) {
        (Ok(place), Ok(reason)) => vm.runtime_error(format!("{what} error: pos={place}, reason={reason}")),
        (Err(e), _) | (_, Err(e)) => e,
    }
}

fn encode(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    if args[0].cast::<PyStr>().is_none() { return Err(vm.type_error("EncodeLocaleEx() argument 1 must be str")) }
    convert(vm, "encode", "encode", &args[0], args.get(2))
}

fn decode(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult { convert(vm, "decode", "decode", &args[0], args.get(2)) }

/// Functions of `_testinternalcapi`.
pub const ENCODE: Def = Def::new("EncodeLocaleEx", "", Native::Var(encode, 1, 3));
/// The other direction.
pub const DECODE: Def = Def::new("DecodeLocaleEx", "", Native::Var(decode, 1, 3));
