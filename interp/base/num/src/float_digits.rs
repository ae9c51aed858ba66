//! Decimal digits of a finite float: shortest, a number of significant digits, a number of digits after the point.
//!
//! The standard library's exact mode rounds half to even on the exact value, as David Gay's dtoa modes 2 and 3 do.
//! Not here: where the point and the exponent go (float_text).
use std::fmt::Write;

/// More fraction digits than this are zeros: 2^-1074 has 1074.
pub(crate) const FRACTION_MAX: usize = 1074;
/// No finite float has more significant digits than this.
const SIGNIFICANT_MAX: usize = 767;

/// `0.d1d2d3… × 10^point`, without trailing zeros; zero is "0" with point 1.
pub(crate) struct Digits {
    pub text: String,
    pub point: i32,
}

/// The fewest digits that read back as `value` (which is finite and not negative).
pub(crate) fn shortest(value: f64) -> Digits {
    let mut buffer = zmij::Buffer::new();
    from_scientific(buffer.format_finite(value))
}

/// `count` significant digits (at least 1).
pub(crate) fn significant(value: f64, count: usize) -> Digits {
    let mut text = String::new();
    let _infallible = write!(
        text,
        "{:.*e}",
        count.clamp(1, SIGNIFICANT_MAX + 1) - 1,
        value
    );
    from_scientific(&text)
}

/// All digits down to the `places`th after the point.
pub(crate) fn fixed(value: f64, places: usize) -> Digits {
    let mut text = String::new();
    let _infallible = write!(text, "{:.*}", places.min(FRACTION_MAX), value);
    from_scientific(&text)
}

/// Reads `12.5`, `1.25e1`, `0.00125`.
fn from_scientific(text: &str) -> Digits {
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().unwrap_or(0)),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut point = whole.len() as i32 + exponent;
    let mut digits = String::with_capacity(whole.len() + fraction.len());
    digits.push_str(whole);
    digits.push_str(fraction);
    let zeros = digits.bytes().take_while(|b| *b == b'0').count();
    if zeros == digits.len() {
        return Digits {
            text: "0".to_owned(),
            point: 1,
        };
    }
    digits.drain(..zeros);
    point -= zeros as i32;
    let used = digits.trim_end_matches('0').len();
    digits.truncate(used);
    Digits {
        text: digits,
        point,
    }
}
