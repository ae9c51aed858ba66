//! Decimal arithmetic in contexts: the General Decimal Arithmetic Specification 1.70, which contains IEEE 754's decimal formats.
//!
//! A number is a [`Dec`], a [`Context`] says what results may look like, and an operation adds the conditions it meets
//! ([`flag`]) to a status that its caller holds. Results and conditions are those of CPython's `_decimal`, in every digit.
//! Operations whose sizes a program chooses run inside of [`checked`], which tells when memory was refused.
//!
//! | file | idea |
//! |---|---|
//! | `wide`, `coef` | 256-bit numbers; coefficients of any size |
//! | `dec`, `context` | numbers; contexts, conditions, limits |
//! | `round` | fitting exact results into contexts |
//! | `arith`, `divide`, `power`, `transcend` | arithmetic |
//! | `compare`, `quantize`, `neighbour`, `digitwise` | the specification's other operations |
//! | `text`, `format`, `convert` | text, the format mini-language, binary numbers |
//! | `room` | memory |
//!
//! Not here: Python's rules about operands, traps, the current context.
#![forbid(unsafe_code)]

mod arith;
mod coef;
mod compare;
mod context;
mod convert;
mod dec;
mod digitwise;
mod divide;
mod format;
mod neighbour;
mod power;
mod quantize;
mod room;
mod round;
mod text;
mod transcend;
mod wide;

pub use arith::{abs, add, fit, fma, minus, mul, plus, sub};
pub use coef::Coef;
pub use compare::{
    compare, compare_signal, max, max_mag, min, min_mag, number, order, order_checked, order_total, order_total_magnitudes,
};
pub use context::{flag, Context, Round, EMAX_MAX, EMIN_MIN, ETINY_MIN, PREC_MAX};
pub use dec::{Dec, Kind};
pub use digitwise::{invert, logical, rotate, shift};
pub use divide::{div, divide_int, divmod, remainder, remainder_near, sqrt};
pub use format::{format, FormatError, Spec};
pub use neighbour::{logb, next_minus, next_plus, next_toward, scaleb};
pub use power::{pow, pow_mod};
pub use quantize::{quantize, reduce, rescale, same_quantum, to_integral, to_integral_exact, truncated};
pub use room::checked;
pub use text::exact;
pub use transcend::{exp, ln, log10};
