//! Building the repr of containers: text and reprs of items, with `...` for a container inside itself.
//!
//! Not here: `repr` of any object (`protocol/text.rs`).

use instar_base_codec::TextBuilder;

use crate::object::Owned;
use crate::types::str::PyStr;
use crate::object::ObjExt;
use crate::vm::{PyResult, Vm};

/// A repr being built.
pub(crate) struct Repr(TextBuilder);

impl Repr {
    /// Adds literal text.
    pub(crate) fn text(&mut self, vm: &Vm, text: &str) -> PyResult<()> { self.0.push_str(text).map_err(|_| vm.no_memory()) }

    /// Adds `repr(o)`.
    pub(crate) fn object(&mut self, vm: &mut Vm, o: &Owned) -> PyResult<()> {
        let repr = vm.repr(o)?;
        let repr = repr.cast::<PyStr>().expect("law: repr is a str");
        self.0.push_units(repr.units()).map_err(|_| vm.no_memory())
    }

    /// Adds a separator before every item but the first, then `repr(o)`.
    pub(crate) fn item(&mut self, vm: &mut Vm, first: bool, o: &Owned) -> PyResult<()> {
        if !first { self.text(vm, ", ")? }
        self.object(vm, o)
    }
}

/// The text that `body` builds; `nested` if the repr of `this` is being made already.
pub(crate) fn guarded(vm: &mut Vm, this: &Owned, nested: &str, body: impl FnOnce(&mut Vm, &mut Repr) -> PyResult<()>) -> PyResult {
    if !vm.repr_enter(this) { return vm.new_str(nested) }
    let built = plain(vm, body);
    vm.repr_leave(this);
    built
}

/// The text that `body` builds.
pub(crate) fn plain(vm: &mut Vm, body: impl FnOnce(&mut Vm, &mut Repr) -> PyResult<()>) -> PyResult {
    vm.check_native_stack(" while getting the repr of an object")?;
    let mut repr = Repr(TextBuilder::new());
    body(vm, &mut repr)?;
    vm.new_str_built(repr.0)
}
