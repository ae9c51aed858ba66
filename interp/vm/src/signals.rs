//! Signals.
use crate::vm::{PyResult, Vm};
pub fn deliver(_vm: &mut Vm) -> PyResult<()> { Ok(()) }
