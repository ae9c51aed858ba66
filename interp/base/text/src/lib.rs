//! Unicode 16.0 properties and the `str`/`bytes` algorithms over code point buffers.
//!
//! A string is a slice of one of three unit types (PEP 393): `u8` (Latin-1), `u16` or `u32`, each unit one code
//! point, lone surrogates allowed. Functions are generic over [`Unit`], so the compiler makes one copy per kind.
//! No object type, no allocation policy and no error text of the interpreter lives here.

pub mod case;
pub mod find;
pub mod normal;
pub mod props;
pub mod quote;
pub mod recase;
pub mod split;
mod tables;
pub mod units;

pub use tables::TABLE_BYTES;
pub use tables::VERSION as UNICODE_VERSION;
pub use units::{Unit, Units};
