//! Numbers as text and text as numbers: everything about formatting that names no Python object.
//!
//! What lives where:
//!
//! | file | idea |
//! |---|---|
//! | `text` | the input and output sides shared by all: code points in, a sink out |
//! | `error` | one error type with CPython's messages and the exception it becomes |
//! | `float_digits`, `float_text`, `float_hex`, `float_round`, `float_math` | floats |
//! | `spec`, `spec_layout`, `spec_number` | the format-spec mini-language (PEP 3101, PEP 378, PEP 515, `z` of PEP 682) |
//! | `percent` | printf-style formatting (`str % x`, `bytes % x`) |
//! | `template` | `str.format` templates and field names |
//! | `int_text`, `int_math` | big integers to and from text, floats, bytes |
//! | `room` | big integers when memory is short |
//!
//! Not here: argument lookup, `__format__` dispatch, anything that may run Python code.
#![forbid(unsafe_code)]

mod error;
mod float_digits;
mod float_hex;
mod float_math;
mod float_round;
mod float_text;
mod int_math;
mod int_text;
pub mod percent;
mod room;
mod spec;
mod spec_layout;
mod spec_number;
pub mod template;
mod text;

pub use dashu_int::{IBig, Sign, UBig};
pub use error::{Error, ErrorKind};
pub use float_hex::{float_from_hex, float_to_hex};
pub use float_math::{
    compare_i64_float, compare_int_float, float_divmod, float_floor_div, float_mod,
};
pub use float_round::{float_as_integer_ratio, float_to_int, round_float, round_float_half_even};
pub use float_text::{
    FloatFlags, complex_repr, float_part_repr, float_repr, format_float, parse_complex, parse_float,
};
pub use int_math::{
    bit_count, bit_length, floor_div, floor_div_i64, floor_div_rem, floor_mod_i64, int_from_bytes,
    int_pow, int_to_bytes, int_to_f64, isqrt, pow_mod, round_int_half_even, shift_left,
    shift_right, true_div, true_div_i64,
};
pub use int_text::{
    DEFAULT_MAX_STR_DIGITS, IntTextError, MAX_STR_DIGITS_THRESHOLD, i64_to_radix, i64_to_string,
    int_to_radix, int_to_string, parse_int,
};
pub use room::with_room;
pub use spec::{Align, FormatSpec, Grouping, SignMode, Target};
pub use spec_layout::Locale;
pub use spec_number::{
    IntArg, format_complex_spec, format_float_spec, format_int, format_str_spec,
};
pub use text::{CodePoints, Sink};
