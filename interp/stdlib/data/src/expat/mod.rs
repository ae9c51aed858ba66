//! `pyexpat`: a streaming XML parser that calls handlers.
//!
//! The parser is `parser.rs` with `content.rs` and `doctype.rs`, on top of `scan.rs` and `decode.rs`; it makes the reports of
//! `event.rs`. `object.rs` is the Python object, `handlers.rs` calls handlers. Not here: trees (`xml`, Python code).

mod content;
mod decode;
mod doctype;
mod dtd;
mod error;
mod event;
mod handlers;
mod object;
mod parser;
mod scan;

use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{Owned, PyResult, Ref, Vm};

use crate::support::{c_int, set, set_int, set_str};

/// `ExpatError`, of this interpreter.
#[derive(Default)]
struct State { error: Option<TypeRef> }

/// The version of expat whose behaviour this is.
const VERSION: (i64, i64, i64) = (2, 7, 1);

fn error_string(vm: &mut Vm, _: &Owned, code: &Owned) -> PyResult {
    let code = c_int(vm, code)?;
    match error::words(code.into()) { Some(w) => vm.new_str(w), None => Ok(vm.none()) }
}

fn submodule(vm: &mut Vm, ns: &Ref<PyDict>, name: &str, doc: &str) -> PyResult<Ref<PyDict>> {
    let full = format!("pyexpat.{name}");
    let module = vm.new_module(&full, Some(doc))?;
    let (key, modules) = (vm.intern(&full)?, vm.modules.clone());
    modules.set_item(vm, &key, module.obj())?;
    set(vm, ns, name, module.obj())?;
    vm.module_dict(module.obj())
}

const MODEL: [(&str, i64); 10] = [("XML_CTYPE_EMPTY", 1), ("XML_CTYPE_ANY", 2), ("XML_CTYPE_MIXED", 3), ("XML_CTYPE_NAME", 4), ("XML_CTYPE_CHOICE", 5), ("XML_CTYPE_SEQ", 6),
    ("XML_CQUANT_NONE", 0), ("XML_CQUANT_OPT", 1), ("XML_CQUANT_REP", 2), ("XML_CQUANT_PLUS", 3)];

const FEATURES: [(&str, i64); 7] = [("sizeof(XML_Char)", 1), ("sizeof(XML_LChar)", 1), ("XML_DTD", 0), ("XML_NS", 0), ("XML_BLAP_MAX_AMP", 100), ("XML_BLAP_ACT_THRES", 8_388_608), ("XML_GE", 0)];

fn exec(vm: &mut Vm, _: &Owned, ns: &Ref<PyDict>) -> PyResult<()> {
    let kept = vm.state::<State>().error.clone();
    let ty = match kept { Some(ty) => ty, None => { let base = vm.types.exception.obj().clone(); vm.new_class("xml.parsers.expat", "ExpatError", &[base], None)? } };
    for name in ["ExpatError", "error"] { set(vm, ns, name, ty.obj())? }
    vm.state::<State>().error = Some(ty);
    let ty = object::make(vm)?;
    set(vm, ns, "XMLParserType", ty.obj())?;
    let (a, b, c) = VERSION;
    set_str(vm, ns, "EXPAT_VERSION", &format!("expat_{a}.{b}.{c}"))?;
    let parts = [vm.new_int(a)?, vm.new_int(b)?, vm.new_int(c)?];
    let version = vm.new_tuple(parts)?.into_obj();
    set(vm, ns, "version_info", &version)?;
    set_str(vm, ns, "native_encoding", "UTF-8")?;
    let mut features = Vec::new();
    for (name, n) in FEATURES { let pair = [vm.new_str(name)?, vm.new_int(n)?]; features.push(vm.new_tuple(pair)?.into_obj()) }
    let features = vm.new_list(features)?.into_obj();
    set(vm, ns, "features", &features)?;
    for (i, name) in ["NEVER", "UNLESS_STANDALONE", "ALWAYS"].iter().enumerate() { set_int(vm, ns, &format!("XML_PARAM_ENTITY_PARSING_{name}"), i as i64)? }
    let errors = submodule(vm, ns, "errors", "Constants used to describe error conditions.")?;
    let (codes, messages) = (vm.new_dict()?, vm.new_dict()?);
    for (i, (name, words)) in error::ERRORS.iter().enumerate() {
        let (text, code) = (vm.new_str(words)?, vm.new_usize(i + 1)?);
        set(vm, &errors, &format!("XML_ERROR_{name}"), &text)?;
        codes.set_item(vm, &text, &code)?;
        messages.set_item(vm, &code, &text)?;
    }
    set(vm, &errors, "codes", codes.obj())?;
    set(vm, &errors, "messages", messages.obj())?;
    let model = submodule(vm, ns, "model", "Constants used to interpret content model information.")?;
    for (name, n) in MODEL { set_int(vm, &model, name, n)? }
    Ok(())
}

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "pyexpat",
    doc: "Python wrapper for Expat parser.",
    functions: &[
        Def::new("ParserCreate", "($module, /, encoding=None, namespace_separator=None,\n             intern=<unrepresentable>)", Native::Bound(object::create)).doc("Return a new XML parser object."),
        Def::new("ErrorString", "($module, code, /)", Native::N1(error_string)).doc("Returns string error for given number."),
    ],
    exec,
};
