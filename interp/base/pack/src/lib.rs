//! The core of the `struct` module: format strings, sizes, and values to and from bytes.
//!
//! | file | idea |
//! |---|---|
//! | `format` | `@=<>!`, counts, codes, alignment; slots and their offsets |
//! | `value` | one value in or out of one slot |
//! | `float` | half and single floats by bits, NaN payloads kept |
//! | `error` | CPython's messages |
//!
//! Not here: conversion of Python objects (`__index__`, `__float__`) and buffers; the caller hands over a [`Value`] for each slot.
#![forbid(unsafe_code)]

mod error;
mod float;
mod format;
mod value;

pub use error::PackError;
pub use float::{f16_from_f64, f16_to_f64, f32_bits_from_f64, f32_bits_to_f64};
pub use format::{Format, Kind, Slot, Slots};
pub use value::Value;
