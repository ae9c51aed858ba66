//! Op table and code objects before they meet a heap.
//!
//! `ops.rs` is the one list of opcodes, `table.rs` what is derived from it, `blob.rs` a compiled code,
//! `effect.rs` what instructions do to the temps, `verify.rs` the proof of safety, `disassemble.rs` text, `marshal.rs` bytes.
//! Nothing here knows an object, a layout or the VM; bytecode is identical in all variants.

mod blob;
mod disassemble;
mod effect;
mod marshal;
mod ops;
mod table;
mod verify;

pub use blob::{flags, CodeBlob, Const, Handler, Local, LocalKind, Position, Unit, Wtf8};
pub use marshal::{decode, encode, table_hash, DecodeError};
pub use ops::{Binary, Compare, Effect, Intrinsic1, Intrinsic2, Kind, FRAME_WORDS};
pub use disassemble::disassemble;
pub use effect::{base_len, dropped_at_jump, jump_of, out_len, temp_effect, TempEffect};
pub use table::{Op, OpInfo};
pub use verify::{verify, VerifyError};
