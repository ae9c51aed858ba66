//! Counting hooks of the loop. Empty unless the `stats` feature is on; such binaries are never timed.
//!
//! Twin bodies instead of cfg at call sites.

use crate::object::Word;

/// An op is executed.
#[cfg(not(feature = "stats"))]
#[inline(always)]
pub fn op(_: u16) {}

/// A local operand is retained.
#[cfg(not(feature = "stats"))]
#[inline(always)]
pub fn retain_local(_: Word) {}

/// An op is executed.
#[cfg(feature = "stats")]
#[inline(always)]
pub fn op(op: u16) { instar_object::stats::count_op(op) }

/// A local operand is retained.
#[cfg(feature = "stats")]
#[inline(always)]
pub fn retain_local(_: Word) { instar_object::stats::count_retain_local() }
