//! Integers as text in radix 2 to 36, and back, with the decimal digit limit of CVE-2020-10735.
//!
//! Not here: padding and prefixes (spec_number, percent).
use crate::error::Error;
use crate::int_math::bit_length;
use crate::room::with_room;
use dashu_int::{IBig, Sign, UBig};
use std::fmt::Write;

/// `sys.int_info.default_max_str_digits`.
pub const DEFAULT_MAX_STR_DIGITS: usize = 4300;
/// `sys.int_info.str_digits_check_threshold`: shorter numbers are never refused.
pub const MAX_STR_DIGITS_THRESHOLD: usize = 640;

/// Why text is no integer, or an integer gets no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntTextError {
    /// Not an integer literal of that base; the message needs the object's repr and is made by the caller.
    Invalid,
    /// Base outside of 2..=36 and not 0.
    BadBase,
    /// The text has more digits than the limit.
    InputLimit {
        /// Digits in the text.
        digits: usize,
        /// The limit.
        max: usize,
    },
    /// The result would have more digits than the limit.
    OutputLimit {
        /// The limit.
        max: usize,
    },
    /// No memory for the digits.
    Memory,
}

impl From<IntTextError> for Error {
    fn from(error: IntTextError) -> Self {
        match error {
            IntTextError::Invalid => Self::value("invalid literal for int()"),
            IntTextError::BadBase => Self::value("int() base must be >= 2 and <= 36, or 0"),
            IntTextError::InputLimit { digits, max } => Self::value(format!(
                "Exceeds the limit ({max} digits) for integer string conversion: value has {digits} digits; \
                 use sys.set_int_max_str_digits() to increase the limit"
            )),
            IntTextError::OutputLimit { max } => Self::value(format!(
                "Exceeds the limit ({max} digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
            )),
            IntTextError::Memory => Self::memory(),
        }
    }
}

/// `int(text, base)`: ASCII white space around, a sign, a base prefix, underscores between digits. Base 0 reads the prefix.
///
/// Unicode digits and spaces must have been turned to ASCII. `digits_max` 0 means no limit.
pub fn parse_int(text: &str, base: u32, digits_max: usize) -> Result<IBig, IntTextError> {
    if base != 0 && !(2..=36).contains(&base) {
        return Err(IntTextError::BadBase);
    }
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (sign, text) = match text.as_bytes().first() {
        Some(b'-') => (Sign::Negative, &text[1..]),
        Some(b'+') => (Sign::Positive, &text[1..]),
        _ => (Sign::Positive, text),
    };
    let bytes = text.as_bytes();
    let prefix_base = match bytes {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let mut digits = bytes;
    let mut only_zero = false;
    let radix = match (base, prefix_base) {
        (0, 0) => {
            only_zero = bytes.first() == Some(&b'0');
            10
        }
        (0, found) => found,
        _ => base,
    };
    if prefix_base == radix {
        digits = &bytes[2..];
        if digits.first() == Some(&b'_') {
            digits = &digits[1..];
        }
    }
    let (value, count) = parse_digits(digits, radix, digits_max)?;
    debug_assert!(count > 0);
    if only_zero && !value.is_zero() {
        return Err(IntTextError::Invalid);
    }
    Ok(IBig::from_parts(sign, value))
}

fn parse_digits(
    digits: &[u8],
    radix: u32,
    digits_max: usize,
) -> Result<(UBig, usize), IntTextError> {
    let mut count = 0;
    let mut small: u64 = 0;
    let mut fits = true;
    let mut after_digit = false;
    for byte in digits {
        if *byte == b'_' && after_digit {
            after_digit = false;
            continue;
        }
        let digit = char::from(*byte)
            .to_digit(radix)
            .ok_or(IntTextError::Invalid)?;
        after_digit = true;
        count += 1;
        if fits {
            match small
                .checked_mul(u64::from(radix))
                .and_then(|v| v.checked_add(u64::from(digit)))
            {
                Some(value) => small = value,
                None => fits = false,
            }
        }
    }
    if !after_digit {
        return Err(IntTextError::Invalid);
    }
    if !radix.is_power_of_two()
        && digits_max > 0
        && count > digits_max
        && count > MAX_STR_DIGITS_THRESHOLD
    {
        return Err(IntTextError::InputLimit {
            digits: count,
            max: digits_max,
        });
    }
    if fits {
        return Ok((UBig::from(small), count));
    }
    let mut text = String::new();
    text.try_reserve_exact(count).map_err(|_| IntTextError::Memory)?;
    text.extend(digits.iter().filter(|b| **b != b'_').map(|b| *b as char));
    // No digit has more than six bits.
    let value = with_room(count.saturating_mul(6), || UBig::from_str_radix(&text, radix))
        .map_err(|_| IntTextError::Memory)?
        .map_err(|_| IntTextError::Invalid)?;
    Ok((value, count))
}

/// `str(value)`.
pub fn i64_to_string(value: i64) -> String {
    value.to_string()
}

/// The digits and the sign, into memory asked for before.
fn digits_of(value: &IBig, radix: u8) -> Result<String, IntTextError> {
    let bits = bit_length(value);
    let mut text = String::new();
    // One digit stands for at least the whole bits of the radix.
    text.try_reserve_exact(bits / radix.ilog2() as usize + 2).map_err(|_| IntTextError::Memory)?;
    with_room(bits, || write!(text, "{}", value.in_radix(radix))).map_err(|_| IntTextError::Memory)?.map_err(|_| IntTextError::Memory)?;
    Ok(text)
}

/// Text of `value` in `radix` (2..=36, else taken as 10), lower case.
pub fn i64_to_radix(value: i64, radix: u32) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let magnitude = value.unsigned_abs();
    match radix {
        2 => format!("{sign}{magnitude:b}"),
        8 => format!("{sign}{magnitude:o}"),
        16 => format!("{sign}{magnitude:x}"),
        3..=36 if radix != 10 => {
            let mut rest = magnitude;
            let mut digits = Vec::with_capacity(42);
            loop {
                digits
                    .push(char::from_digit((rest % u64::from(radix)) as u32, radix).unwrap_or('0'));
                rest /= u64::from(radix);
                if rest == 0 {
                    break;
                }
            }
            sign.chars().chain(digits.into_iter().rev()).collect()
        }
        _ => value.to_string(),
    }
}

/// `str(value)` with a digit limit (0: none).
pub fn int_to_string(value: &IBig, digits_max: usize) -> Result<String, IntTextError> {
    int_to_radix(value, 10, digits_max)
}

/// Text of `value` in `radix` (2..=36, else taken as 10), lower case; the limit counts decimal digits only.
pub fn int_to_radix(value: &IBig, radix: u32, digits_max: usize) -> Result<String, IntTextError> {
    if let Ok(small) = i64::try_from(value) {
        return Ok(i64_to_radix(small, radix));
    }
    match radix {
        2..=36 if radix != 10 => return digits_of(value, radix as u8),
        _ => {}
    }
    let limited = digits_max > 0;
    // Cheap refusal: a number of b bits has at least 0.30102 b digits.
    if limited
        && (bit_length(value) as u64).saturating_sub(1) * 30102 / 100_000
            > digits_max.max(MAX_STR_DIGITS_THRESHOLD) as u64
    {
        return Err(IntTextError::OutputLimit { max: digits_max });
    }
    let text = digits_of(value, 10)?;
    let digits = text.len() - usize::from(text.starts_with('-'));
    if limited && digits > digits_max && digits > MAX_STR_DIGITS_THRESHOLD {
        return Err(IntTextError::OutputLimit { max: digits_max });
    }
    Ok(text)
}
