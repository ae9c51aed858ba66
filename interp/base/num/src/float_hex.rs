//! Hexadecimal floats: `float.hex()` and `float.fromhex()`.
//!
//! Not here: decimal text (float_text).
use crate::error::Error;

/// `float.hex`: `0x1.8000000000000p+1`, `-0x0.0p+0`, `inf`, `nan`.
pub fn float_to_hex(value: f64) -> String {
    if !value.is_finite() {
        return crate::float_text::float_repr(value);
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let biased = ((bits >> 52) & 0x7ff) as i32;
    if biased == 0 && fraction == 0 {
        return format!("{sign}0x0.0p+0");
    }
    let (lead, exponent) = if biased == 0 {
        (0, -1022)
    } else {
        (1, biased - 1023)
    };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

const INVALID: &str = "invalid hexadecimal floating-point string";
const TOO_LARGE: &str = "hexadecimal value too large to represent as a float";

/// `float.fromhex`: surrounding ASCII white space is allowed.
///
/// Errors: `ValueError` for bad syntax, `OverflowError` when the value rounds beyond the largest float.
pub fn float_from_hex(text: &str) -> Result<f64, Error> {
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = if rest.eq_ignore_ascii_case("inf") || rest.eq_ignore_ascii_case("infinity") {
        f64::INFINITY
    } else if rest.eq_ignore_ascii_case("nan") {
        f64::NAN
    } else {
        parse_magnitude(rest)?
    };
    Ok(if negative { -magnitude } else { magnitude })
}

fn parse_magnitude(text: &str) -> Result<f64, Error> {
    let invalid = || Error::value(INVALID);
    let text = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    let (mantissa, exponent_text) = match text.find(['p', 'P']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let exponent = match exponent_text {
        None => 0,
        Some(digits) => {
            let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
                return Err(invalid());
            }
            // Anything beyond 2^40 is far outside of what the digits of a text in memory could balance.
            let size = unsigned.parse::<i64>().unwrap_or(1 << 60).min(1 << 60);
            if digits.starts_with('-') { -size } else { size }
        }
    };
    // Keep 64 significant bits and remember whether anything nonzero was dropped.
    let mut value: u64 = 0;
    let mut sticky = false;
    let mut dropped: i64 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        let digit = (digit as char).to_digit(16).ok_or_else(invalid)?;
        if value >> 60 == 0 {
            value = value << 4 | u64::from(digit);
        } else {
            dropped += 4;
            sticky |= digit != 0;
        }
    }
    if value == 0 {
        return Ok(0.0);
    }
    let scale = exponent + dropped - 4 * fraction.len() as i64;
    scaled(value, sticky, scale).ok_or_else(|| Error::overflow(TOO_LARGE))
}

/// `value × 2^scale` (plus a bit more when `sticky`), rounded half to even; `None` on overflow. `value` is not zero.
pub(crate) fn scaled(value: u64, sticky: bool, scale: i64) -> Option<f64> {
    let bits = 64 - i64::from(value.leading_zeros());
    // Exponent of the lowest bit that a float of this size keeps.
    let lowest = (bits + scale - 53).max(-1074);
    let shift = lowest - scale;
    let kept = if shift <= 0 {
        // Exact unless sticky, and sticky comes with 61 bits or more, so shift > 0 then.
        value << (-shift).min(63)
    } else if shift > 64 {
        0
    } else {
        let (quotient, rest, half) = if shift == 64 {
            (0, value, 1u64 << 63)
        } else {
            (value >> shift, value & ((1 << shift) - 1), 1 << (shift - 1))
        };
        let up = rest > half || (rest == half && (sticky || quotient & 1 == 1));
        quotient + u64::from(up)
    };
    if lowest > 971 {
        return None;
    }
    let result = kept as f64 * power_of_two(lowest);
    result.is_finite().then_some(result)
}

/// `2^exponent` for `-1074 <= exponent <= 971`, exact.
fn power_of_two(exponent: i64) -> f64 {
    if exponent >= -1022 {
        f64::from_bits(((exponent + 1023) as u64) << 52)
    } else {
        f64::from_bits(1 << (exponent + 1074))
    }
}
