//! Op table and code objects before they meet a heap.
//!
//! `ops.rs` is the one list of opcodes, `table.rs` what is derived from it, `blob.rs` a compiled code.
//! Nothing here knows an object, a layout or the VM; bytecode is identical in all variants.

mod blob;
mod ops;
mod table;

pub use blob::{flags, CodeBlob, Const, Handler, Local, LocalKind, Position, Unit, Wtf8};
pub use ops::{Binary, Compare, Effect, Intrinsic1, Intrinsic2, Kind, FRAME_WORDS};
pub use table::{Op, OpInfo};
