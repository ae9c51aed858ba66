//! Printing tracebacks.
use crate::object::Owned;
use crate::vm::{Raised, Vm};
pub fn report_unraisable(_vm: &mut Vm, _e: Raised, _what: &str, _object: Option<&Owned>) {}
