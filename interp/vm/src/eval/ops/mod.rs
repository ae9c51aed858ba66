//! Op bodies, by family. One function per op, named as the op, always inlined into the loop.
//!
//! LAW: an op consumes its temps also on error; locals are borrowed; results are written after the operation succeeded.
//! `# Safety` of all: the verifier accepted the code, `State` is the current frame's.
#![allow(non_snake_case, clippy::missing_safety_doc)]

mod attrs;
mod binary;
mod build;
mod calls;
mod compare;
mod exceptions;
mod functions;
mod generators;
mod iterate;
mod jumps;
mod moves;
mod names;
mod subscript;

pub use attrs::*;
pub use binary::*;
pub use build::*;
pub use calls::*;
pub use compare::*;
pub use exceptions::*;
pub use functions::*;
pub use generators::*;
pub use iterate::*;
pub use jumps::*;
pub use moves::*;
pub use names::*;
pub use subscript::*;
