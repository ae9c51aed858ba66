//! What the language does with any object: attributes, calls, arithmetic, comparison, subscripts, iteration, text.
//!
//! All of it is methods on [`crate::vm::Vm`] that dispatch on the slots of the operands' types. Not here: what the
//! builtin types do in their slots (`types/`), and how classes fill slots (`typeobj/slot_update.rs`).

pub mod attr;
pub mod buffer;
pub mod buffer_release;
pub mod call;
pub mod compare;
pub mod instance_dict;
pub mod isinstance;
pub mod item;
pub mod iter;
pub mod number;
pub mod running;
pub mod text;
