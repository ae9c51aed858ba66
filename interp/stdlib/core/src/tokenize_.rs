//! `_tokenize`: the name that `tokenize` imports.
//!
//! Not here: the lexer (`instar-syntax`); its tokens are not shown to Python.

use instar_vm::args::Args;
use instar_vm::module::NativeModule;
use instar_vm::native::TypeDef;
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::dict::PyDict;
use instar_vm::{payload, trace, Owned, PyResult, Ref, Vm};

use crate::support::set_type;

/// Payload of `TokenizerIter`, which cannot be made.
struct TokenizerIter;
trace! { TokenizerIter {} }
payload!(TokenizerIter, "TokenizerIter");

static TOKENIZER: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

fn new(vm: &mut Vm, _: &TypeRef, _: Args<'_>) -> PyResult { Err(vm.not_implemented_error("tokens are not available")) }

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { new: Some(new), ..Slots::default() };
    let ty = vm.new_native_type::<TokenizerIter>("_tokenize", "TokenizerIter", None, 0, slots, &TOKENIZER)?;
    set_type(vm, namespace, &ty)
}

/// The module.
pub static MODULE: NativeModule = NativeModule { name: "_tokenize", doc: "", functions: &[], exec };
