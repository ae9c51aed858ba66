//! Scanners: a search that goes on from match to match (`Pattern.scanner`, and what `finditer` calls).
//!
//! Not here: `re.Scanner` (Lib).

use std::cell::Cell;

use instar_base_regex::Mode;
use instar_object::TypeFlags;
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::{Trace, TraceField, Word};
use instar_vm::slots::Slots;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::matched;
use super::pattern::PyPattern;
use super::run::Run;

/// Payload of a scanner.
pub struct PyScanner {
    pattern: Ref<PyPattern>,
    /// Empty while it is searching.
    run: Cell<Option<Box<Run>>>,
    /// `match` failed: there is nothing more.
    done: Cell<bool>,
}

// SAFETY: visits what it owns, each handle once; the run is looked at only while nobody has taken it.
unsafe impl Trace for PyScanner {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.pattern.obj().word());
        // SAFETY: no reference to the cell's content outlives this expression.
        if let Some(run) = unsafe { &*self.run.as_ptr() } { run.trace_field(visit) }
    }
    fn clear(&mut self) { self.run.set(None) }
}
instar_vm::fields! { PyScanner { pattern, run, done } }
instar_vm::payload!(PyScanner, "SRE_Scanner");

static DEF: TypeDef = TypeDef {
    doc: "", sig: "",
    methods: &[
        Def::new("match", "($self, /)", Native::N0(|vm, o| step(vm, o, Mode::Match))),
        Def::new("search", "($self, /)", Native::N0(|vm, o| step(vm, o, Mode::Search))),
    ],
    getset: &[GetSet::member("pattern", |_, o| Ok(this(o).pattern.obj().clone()))],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<()> {
    vm.new_native_type::<PyScanner>("_sre", "SRE_Scanner", None, TypeFlags::GC.bits(), Slots::default(), &DEF)?;
    Ok(())
}

/// A scanner that has not begun.
pub fn new(vm: &mut Vm, run: Run) -> PyResult {
    let pattern = run.pattern.clone();
    Ok(vm.new_object(PyScanner { pattern, run: Cell::new(Some(Box::new(run))), done: Cell::new(false) })?.into_obj())
}

fn this(o: &Owned) -> &Ref<PyScanner> { o.cast().expect("law: checked by the descriptor") }

fn step(vm: &mut Vm, o: &Owned, mode: Mode) -> PyResult {
    let scanner = this(o);
    let Some(mut run) = scanner.run.take() else { return Err(vm.value_error("regular expression scanner already executing")) };
    let found = if scanner.done.get() { Ok(false) } else { run.step(vm, mode) };
    let result = match found {
        Ok(true) => matched::new(vm, &run),
        Ok(false) => { scanner.done.set(true); Ok(vm.none()) }
        Err(e) => Err(e),
    };
    scanner.run.set(Some(run));
    result
}
