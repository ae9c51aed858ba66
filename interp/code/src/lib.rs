//! Op table and code objects before they meet a heap.
//!
//! `ops.rs` is the one list of opcodes, `table.rs` what is derived from it, `blob.rs` a compiled code,
//! `effect.rs` what instructions do to the temps, `verify.rs` and `values.rs` the proof of safety, `disassemble.rs` text, `encode.rs` and `decode.rs` bytes, `location.rs` CPython's tables, `lazy.rs` what stays bytes until it is needed.
//! Nothing here knows an object, a layout or the VM; bytecode is identical in all variants.

mod blob;
mod decode;
mod disassemble;
mod effect;
mod encode;
mod lazy;
pub mod location;
mod ops;
mod table;
mod values;
mod verify;

pub use blob::{flags, Body, CodeBlob, Const, Handler, Local, LocalKind, Position, Text, Unit, Wtf8};
pub use decode::{decode, decode_embedded, DecodeError};
pub use encode::{encode, table_hash};
pub use lazy::{LazyBody, LazyList};
pub use ops::{Binary, Compare, Effect, Intrinsic1, Intrinsic2, Kind, FRAME_WORDS};
pub use disassemble::disassemble;
pub use effect::{base_len, dropped_at_jump, jump_of, out_len, temp_effect, TempEffect};
pub use table::{Op, OpInfo};
pub use values::Register;
pub use verify::{error_depths, registers, verify, VerifyError};
