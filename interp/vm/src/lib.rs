//! The interpreter: state, eval loop, protocols, builtin types.
//!
//! `vm.rs` is the state and the token, `object.rs` typed references, `typeobj/` type objects, `eval/` the loop, `protocol/`
//! the operations of the language on any object, `types/` one builtin type a file. Not here: native modules
//! (`interp/stdlib`), the compiler, whatever names no object (`interp/base`).

pub mod args;
pub mod blocking;
pub mod boot;
mod boot_types;
pub mod builtins;
pub mod census;
pub mod codecs;
pub mod display;
pub mod dump;
pub mod errors;
pub mod eval;
pub mod fallible;
pub mod finalize;
pub mod import;
pub mod module;
pub mod monitor;
pub mod names;
pub mod native;
pub mod object;
pub mod protocol;
mod refused;
pub mod signals;
pub mod slots;
pub mod stats;
pub mod suggest;
pub mod support;
pub mod sysmod;
pub mod threads;
pub mod times;
pub mod typeobj;
pub mod types;
pub mod vm;
pub mod warnings;

pub use instar_object::{fields, trace};
pub use object::{ObjExt, Owned, Ref};
pub use vm::{PyResult, Raised, Vm};
