//! `_json`: reading and writing JSON for module `json`.
//!
//! `scan.rs` reads values, `string.rs` strings in both directions, `encode.rs` writes. Not here: the classes of `json` (Python code).

mod encode;
mod scan;
mod string;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Raised, Ref, Vm};

use crate::support::set;

/// `json.JSONDecodeError(text, document, position)`
#[cold]
fn decode_error(vm: &mut Vm, text: &str, document: &Owned, at: usize) -> Raised {
    let made = vm.import_attr("json.decoder", "JSONDecodeError").and_then(|class| {
        let args = [vm.new_str(text)?, document.clone(), vm.new_usize(at)?];
        vm.call_n(&class, &args)
    });
    match made {
        Ok(e) => match Ref::try_from(e) { Ok(e) => Raised(e), Err(_) => vm.type_error("exceptions must derive from BaseException") },
        Err(e) => e,
    }
}

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let (scanner, encoder) = (scan::make(vm)?, encode::make(vm)?);
    set(vm, ns, "make_scanner", scanner.obj())?;
    set(vm, ns, "make_encoder", encoder.obj())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_json",
    doc: "json speedups\n",
    functions: &[
        Def::new("encode_basestring_ascii", "", Native::N1(string::encode_ascii)).doc("encode_basestring_ascii(string) -> string\n\nReturn an ASCII-only JSON representation of a Python string"),
        Def::new("encode_basestring", "", Native::N1(string::encode)).doc("encode_basestring(string) -> string\n\nReturn a JSON representation of a Python string"),
        Def::new("scanstring", "", Native::Var(string::scanstring, 2, 3)).doc("scanstring(string, end, strict=True) -> (string, end)\n\nScan the string s for a JSON string. End is the index of the\ncharacter in s after the quote that started the JSON string.\nUnescapes all valid JSON string escape sequences and raises ValueError\non attempt to decode an invalid string. If strict is False then literal\ncontrol characters are allowed in the string.\n\nReturns a tuple of the decoded string and the index of the character in s\nafter the end quote."),
    ],
    exec,
};
