//! Cores of Python's text encodings and binary-to-text codings over plain buffers.
//!
//! Decoders write to a [`TextBuilder`], encoders to a `Vec<u8>`. Both stop at the first thing they cannot code and
//! say where and why; everything before it has been written, so the caller asks its error handler for a replacement,
//! writes that and calls again with the position to go on from. Error handlers, codec names and exception objects
//! live with the caller.

pub mod base64;
pub mod builder;
pub mod cookie;
pub mod crc;
pub mod escape;
pub mod fault;
pub mod handlers;
pub mod hex;
pub mod quopri;
pub mod table;
pub mod utf16;
pub mod utf32;
pub mod utf7;
pub mod utf8;
pub mod uu;

pub use builder::{Text, TextBuilder};
pub use fault::{BadData, Fault, NoMemory, Span};
