//! `_sre`: what `re` is made of. This file has the module and its functions.
//!
//! `sre/run.rs` runs a pattern over a subject, `sre/pattern.rs`, `sre/matched.rs` and `sre/scanner.rs` are the types,
//! `sre/substitute.rs` is `sub` and replacement templates. Not here: matching itself (`instar-base-regex`).

use instar_base_regex as regex;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::int_ref;
use instar_vm::types::list::PyList;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::{c_int, set_int, set_str};

mod matched;
mod pattern;
mod run;
mod scanner;
mod substitute;

use pattern::PyPattern;

fn code_words(vm: &mut Vm, list: &Owned) -> PyResult<Vec<u32>> {
    let Some(list) = list.cast::<PyList>().cloned() else {
        let t = list.given_name(vm);
        return Err(vm.type_error(format!("compile() argument 'code' must be list, not {t}")));
    };
    let mut code = Vec::new();
    code.try_reserve_exact(list.len(vm)).map_err(|_| vm.no_memory())?;
    for item in list.items(vm) {
        let Some(n) = int_ref(item) else { return Err(vm.type_error("an integer is required")) };
        match n.to_u64().and_then(|n| u32::try_from(n).ok()) {
            Some(n) => code.push(n),
            None => return Err(vm.overflow_error("regular expression code size limit exceeded")),
        }
    }
    Ok(code)
}

fn compile(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let [Some(source), Some(flags), Some(code), Some(groups), Some(groupindex), Some(indexgroup)] = args else {
        return Err(vm.type_error("compile() takes 6 arguments"));
    };
    let flags = c_int(vm, flags)?;
    let code = code_words(vm, code)?;
    let groups = vm.size_argument(groups)?;
    let Some(groupindex) = groupindex.cast::<PyDict>().cloned() else {
        let t = groupindex.given_name(vm);
        return Err(vm.type_error(format!("compile() argument 'groupindex' must be dict, not {t}")));
    };
    let Some(indexgroup) = indexgroup.cast::<PyTuple>().cloned() else {
        let t = indexgroup.given_name(vm);
        return Err(vm.type_error(format!("compile() argument 'indexgroup' must be tuple, not {t}")));
    };
    let is_bytes = if vm.is_none(source) { None } else { Some(run::Subject::new(vm, source)?.is_bytes()) };
    let program = usize::try_from(groups).ok().and_then(|groups| regex::Pattern::new(&code, groups).ok());
    let Some(program) = program else { return Err(vm.runtime_error("invalid SRE code")) };
    let made = PyPattern { source: source.clone(), flags, groupindex, indexgroup, program, code, is_bytes, scratch: Default::default() };
    Ok(vm.new_object(made)?.into_obj())
}

/// A character code argument.
fn character(vm: &mut Vm, o: &Owned) -> PyResult<u32> { Ok(c_int(vm, o)? as u32) }

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    pattern::make(vm)?;
    matched::make(vm)?;
    scanner::make(vm)?;
    substitute::make(vm)?;
    set_int(vm, namespace, "MAGIC", regex::MAGIC.into())?;
    set_int(vm, namespace, "CODESIZE", regex::CODE_BYTES as i64)?;
    set_int(vm, namespace, "MAXREPEAT", regex::MAX_REPEAT.into())?;
    set_int(vm, namespace, "MAXGROUPS", regex::MAX_GROUPS.into())?;
    set_str(vm, namespace, "copyright", "Matching is that of instar-base-regex.")
}

const CHARACTER: &str = "($module, character, /)";

/// The module.
pub static MODULE: NativeModule = NativeModule {
    name: "_sre",
    doc: "",
    functions: &[
        Def::new("compile", "($module, /, pattern, flags, code, groups, groupindex, indexgroup)", Native::Bound(compile)),
        Def::new("template", "($module, pattern, template, /)", Native::N2(substitute::template)),
        Def::new("getcodesize", "($module, /)", Native::N0(|vm, _| vm.new_int(regex::CODE_BYTES as i64))),
        Def::new("ascii_iscased", CHARACTER, Native::N1(|vm, _, c| { let c = character(vm, c)?; Ok(vm.bool(regex::ascii_is_cased(c))) })),
        Def::new("unicode_iscased", CHARACTER, Native::N1(|vm, _, c| { let c = character(vm, c)?; Ok(vm.bool(regex::unicode_is_cased(c))) })),
        Def::new("ascii_tolower", CHARACTER, Native::N1(|vm, _, c| { let c = character(vm, c)?; vm.new_int(regex::ascii_lower(c).into()) })),
        Def::new("unicode_tolower", CHARACTER, Native::N1(|vm, _, c| { let c = character(vm, c)?; vm.new_int(regex::unicode_lower(c).into()) })),
    ],
    exec,
};
