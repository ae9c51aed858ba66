//! Native modules: how one is described and registered.
//!
//! A stdlib crate exports `pub static MODULES: &[NativeModule]`; the binary registers them before start-up.
//! Not here: the module object (`types/module.rs`) and finding modules (`import.rs`).

use crate::native::Def;
use crate::object::{Owned, Ref};
use crate::types::dict::PyDict;
use crate::vm::{PyResult, Vm};

/// A native module.
#[derive(Clone, Copy)]
pub struct NativeModule {
    /// Full name, e.g. `_struct`.
    pub name: &'static str,
    /// Docstring.
    pub doc: &'static str,
    /// Functions.
    pub functions: &'static [Def],
    /// Fills what is no function (types, constants) into the namespace. `module` is the module object.
    pub exec: fn(vm: &mut Vm, module: &Owned, namespace: &Ref<PyDict>) -> PyResult<()>,
}
