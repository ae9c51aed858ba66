//! Decimal numbers as text and text as decimal numbers.
//!
//! Not here: the format mini-language (`format.rs`).

use crate::coef::Coef;
use crate::context::{flag, Context, EMAX_MAX, PREC_MAX};
use crate::dec::{Dec, Kind};
use crate::round::finalize;

impl Dec {
    /// Scientific notation.
    pub fn to_sci(&self, capitals: bool) -> String { self.to_text(capitals, false) }
    /// Engineering notation: exponents are multiples of three.
    pub fn to_eng(&self, capitals: bool) -> String { self.to_text(capitals, true) }

    /// `NaN`, `Infinity` and so on, with sign and payload.
    pub fn special_text(&self) -> String {
        let sign = if self.neg { "-" } else { "" };
        let name = match self.kind { Kind::Inf => return format!("{sign}Infinity"), Kind::SNan => "sNaN", _ => "NaN" };
        if self.coef.is_zero() { format!("{sign}{name}") } else { format!("{sign}{name}{}", self.coef.text()) }
    }

    fn to_text(&self, capitals: bool, engineering: bool) -> String {
        if !self.is_finite() { return self.special_text() }
        let digits = self.coef.text();
        let left = self.exp + self.digits();
        // Where the point stands, counted from the first digit.
        let point = if self.exp <= 0 && left > -6 { left }
            else if !engineering { 1 }
            else if self.coef.is_zero() { (left + 1).rem_euclid(3) - 1 }
            else { (left - 1).rem_euclid(3) + 1 };
        let mut out = String::with_capacity(digits.len() + 24);
        if self.neg { out.push('-') }
        if point <= 0 {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', -point as usize));
            out.push_str(&digits);
        } else if point as usize >= digits.len() {
            out.push_str(&digits);
            out.extend(std::iter::repeat_n('0', point as usize - digits.len()));
        } else {
            let (whole, part) = digits.split_at(point as usize);
            out.push_str(whole);
            out.push('.');
            out.push_str(part);
        }
        if left != point {
            out.push(if capitals { 'E' } else { 'e' });
            out.push_str(&format!("{:+}", left - point));
        }
        out
    }

    /// The number that text says, not yet fitted into a context. `None` if it is no number. `payload_max` limits NaNs.
    fn parse(text: &[u8], payload_max: i64) -> Option<Dec> {
        let (neg, rest) = match text.first()? { b'-' => (true, &text[1..]), b'+' => (false, &text[1..]), _ => (false, text) };
        match rest.first()? {
            b'0'..=b'9' | b'.' => parse_finite(neg, rest),
            _ => {
                if rest.eq_ignore_ascii_case(b"inf") || rest.eq_ignore_ascii_case(b"infinity") { return Some(Dec::inf(neg)) }
                let signalling = matches!(rest[0], b's' | b'S');
                let rest = if signalling { &rest[1..] } else { rest };
                let (name, payload) = rest.split_at_checked(3)?;
                if !name.eq_ignore_ascii_case(b"nan") || !payload.iter().all(u8::is_ascii_digit) { return None }
                let payload = &payload[payload.iter().take_while(|c| **c == b'0').count()..];
                if payload.len() as i64 > payload_max { return None }
                Some(Dec::nan_with(neg, signalling, Coef::of_digits(payload)))
            }
        }
    }

    /// The number that ASCII text says, fitted into the context.
    pub fn from_text(text: &[u8], ctx: &Context, status: &mut u32) -> Dec {
        match Dec::parse(text, ctx.prec - i64::from(ctx.clamp)) {
            Some(d) => finalize(d, ctx, status),
            None => Dec::invalid(flag::CONVERSION_SYNTAX, status),
        }
    }

    /// The number that ASCII text says, exactly; what cannot be held exactly is invalid.
    pub fn from_text_exact(text: &[u8], status: &mut u32) -> Dec {
        let mut own = 0;
        let d = Dec::from_text(text, &Context::MAX, &mut own);
        exact(d, own, status)
    }
}

/// `d` if making it lost nothing, else the answer of an invalid operation.
pub fn exact(d: Dec, own: u32, status: &mut u32) -> Dec {
    if own & (flag::INEXACT | flag::ROUNDED | flag::CLAMPED) != 0 { return Dec::invalid(flag::INVALID_OPERATION, status) }
    *status |= own & flag::ERRORS;
    d
}

fn parse_finite(neg: bool, text: &[u8]) -> Option<Dec> {
    let whole = text.iter().take_while(|c| c.is_ascii_digit()).count();
    let mut rest = &text[whole..];
    let mut fraction: &[u8] = &[];
    if let Some((b'.', after)) = rest.split_first() {
        let n = after.iter().take_while(|c| c.is_ascii_digit()).count();
        (fraction, rest) = after.split_at(n);
    }
    if whole + fraction.len() == 0 { return None }
    let mut exp = 0i64;
    if let Some((b'e' | b'E', after)) = rest.split_first() {
        let (minus, digits) = match after.first()? { b'-' => (true, &after[1..]), b'+' => (false, &after[1..]), _ => (false, after) };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) { return None }
        for c in digits { exp = exp.saturating_mul(10).saturating_add(i64::from(c - b'0')) }
        if minus { exp = -exp }
        rest = &[];
    }
    if !rest.is_empty() { return None }
    let exp = exp.saturating_sub(fraction.len() as i64).clamp(-8 * (EMAX_MAX + 1), EMAX_MAX + 1);
    let coef = if fraction.is_empty() { Coef::of_digits(&text[..whole]) }
        else if whole == 0 { Coef::of_digits(fraction) }
        else if whole + fraction.len() <= 38 {
            let mut all = [0; 38];
            all[..whole].copy_from_slice(&text[..whole]);
            all[whole..whole + fraction.len()].copy_from_slice(fraction);
            Coef::of_digits(&all[..whole + fraction.len()])
        } else { Coef::of_digits(&[&text[..whole], fraction].concat()) };
    let d = Dec::new(neg, coef, exp);
    if d.digits() > PREC_MAX { None } else { Some(d) }
}
