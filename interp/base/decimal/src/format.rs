//! The format mini-language for decimal numbers (PEP 3101, 378, 515, 682, and 3.14's grouping of fractions).
//!
//! Not here: asking the system about its locale.

use crate::coef::Coef;
use crate::context::{flag, Context, PREC_MAX};
use crate::dec::Dec;
use crate::quantize::rescale;
use crate::room;
use crate::round::finalize;

/// Why a number cannot be formatted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormatError {
    /// The text is no format.
    Invalid,
    /// A width or precision beyond what arithmetic has.
    Limits,
    /// A width beyond what text can have.
    Width,
}

/// A parsed format.
#[derive(Clone, Debug)]
pub struct Spec {
    fill: char,
    /// `<`, `>`, `=` or `^`
    align: char,
    /// `-`, `+` or a space
    sign: char,
    no_negative_zero: bool,
    alternate: bool,
    zeros: bool,
    width: i64,
    precision: Option<i64>,
    /// One of `eEfFgG%`.
    kind: char,
    /// Whether the locale was asked for.
    pub localized: bool,
    /// Whether that was done by the old type `N`.
    pub deprecated: bool,
    /// The point.
    pub point: String,
    /// Whether the format or its user says something about the point.
    pub pointed: bool,
    /// What stands between groups of digits.
    pub separator: String,
    /// Group sizes from the right; the last one repeats, 127 ends grouping.
    pub grouping: Vec<u8>,
    fraction_separator: Option<char>,
}

impl Spec {
    /// Parses a format. `capitals` decides about the exponent of a format without type.
    pub fn parse(text: &str, capitals: bool) -> Result<Spec, FormatError> {
        let all: Vec<char> = text.chars().collect();
        let mut rest = all.as_slice();
        let mut spec = Spec {
            fill: ' ', align: '>', sign: '-', no_negative_zero: false, alternate: false, zeros: false, width: 0, precision: None,
            kind: if capitals { 'G' } else { 'g' }, localized: false, deprecated: false, point: ".".to_owned(), pointed: false, separator: String::new(),
            grouping: vec![3], fraction_separator: None,
        };
        let aligns = |c: &char| matches!(c, '<' | '>' | '=' | '^');
        let aligned = match rest {
            [fill, align, tail @ ..] if aligns(align) => { (spec.fill, spec.align) = (*fill, *align); rest = tail; true }
            [align, tail @ ..] if aligns(align) => { spec.align = *align; rest = tail; true }
            _ => false,
        };
        if let [c @ ('+' | '-' | ' '), tail @ ..] = rest { spec.sign = *c; rest = tail }
        if let ['z', tail @ ..] = rest { spec.no_negative_zero = true; rest = tail }
        if let ['#', tail @ ..] = rest { spec.alternate = true; rest = tail }
        if let ['0', tail @ ..] = rest {
            if aligned { return Err(FormatError::Invalid) }
            (spec.fill, spec.align, spec.zeros) = ('0', '=', true);
            rest = tail;
        }
        if let Some(n) = number(&mut rest) { spec.width = n.ok_or(FormatError::Width)? }
        let mut grouped = false;
        if let [c @ (',' | '_'), tail @ ..] = rest { spec.separator = c.to_string(); (grouped, spec.pointed) = (true, true); rest = tail }
        if let ['.', tail @ ..] = rest {
            rest = tail;
            if let Some(n) = number(&mut rest) { spec.precision = Some(n.unwrap_or(i64::MAX)) }
            let digits = spec.precision.is_some();
            if let [c @ (',' | '_'), tail @ ..] = rest { spec.fraction_separator = Some(*c); rest = tail }
            else if !digits { return Err(FormatError::Invalid) }
        }
        if let [c, tail @ ..] = rest && *c != '\0' {
            match c {
                'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => spec.kind = *c,
                'n' | 'N' => {
                    if grouped { return Err(FormatError::Invalid) }
                    spec.kind = if *c == 'n' { 'g' } else { 'G' };
                    (spec.localized, spec.pointed, spec.deprecated) = (true, true, *c == 'N');
                }
                _ => return Err(FormatError::Invalid),
            }
            rest = tail;
        }
        // A NUL ends a format, as it ends text in C.
        if !matches!(rest, [] | ['\0', ..]) { return Err(FormatError::Invalid) }
        if spec.width > PREC_MAX { return Err(FormatError::Limits) }
        Ok(spec)
    }

    /// Whether point, separator and grouping, put in from outside, can be used: not without a point.
    pub fn conventions_ok(&self) -> bool {
        self.pointed && (1..=4).contains(&self.point.len()) && self.separator.len() <= 4 && self.grouping.iter().all(|n| *n < 128)
    }
}

/// The number at the start of a format, if there is one; it may be too large.
fn number(rest: &mut &[char]) -> Option<Option<i64>> {
    let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
    if digits == 0 { return None }
    let text: String = rest[..digits].iter().collect();
    *rest = &rest[digits..];
    Some(text.parse().ok())
}

/// `d` rounded to so many digits, if it has more.
fn to_digits(d: &Dec, digits: i64, ctx: &Context, status: &mut u32) -> Dec {
    finalize(d.clone(), &Context { prec: digits.max(1), round: ctx.round, ..Context::MAX }, status)
}

/// The number as text. Conditions are not reported: only rounding is taken from the context.
pub fn format(d: &Dec, spec: &Spec, ctx: &Context) -> Result<String, FormatError> {
    if !d.is_finite() {
        let mut body = d.magnitude().special_text();
        if spec.kind == '%' { body.push('%') }
        let plain = Spec { fill: ' ', align: '>', ..spec.clone() };
        return Ok(align(sign(d.neg, spec), &body, if spec.zeros { &plain } else { spec }));
    }
    let mut d = d.clone();
    let mut status = 0;
    let fixed = matches!(spec.kind, 'f' | 'F' | '%');
    let scientific = matches!(spec.kind, 'e' | 'E');
    if spec.kind == '%' { d.exp += 2 }
    let mut point_of_zero = None;
    if let Some(n) = spec.precision {
        // Beyond all numbers it does not limit those that are not filled with zeros.
        if n > PREC_MAX && (fixed || scientific || n != i64::MAX) { return Err(FormatError::Limits) }
        if fixed { room::need(n); d = rescale(&d, -n, ctx, &mut status) }
        else if scientific {
            room::need(n);
            if d.is_zero() { point_of_zero = Some(1 - n) } else { d = fill_digits(to_digits(&d, n + 1, ctx, &mut status), n + 1) }
        }
        else if d.digits() > n.max(1) { d = to_digits(&d, n, ctx, &mut status) }
    }
    if status & flag::ERRORS != 0 { return Err(FormatError::Limits) }
    if fixed && d.is_zero() && d.exp > 0 { d.exp = 0 }
    let neg = d.neg && !(spec.no_negative_zero && d.is_zero());
    let left = d.exp + d.digits();
    let place = if fixed { left } else if scientific { point_of_zero.unwrap_or(1) } else if d.exp <= 0 && left > -6 { left } else { 1 };
    room::need(place.abs());
    let digits = d.coef.text();
    let (whole, mut fraction) = if place <= 0 { ("0".to_owned(), "0".repeat(-place as usize) + &digits) }
        else if place as usize >= digits.len() { let zeros = place as usize - digits.len(); (digits + &"0".repeat(zeros), String::new()) }
        else { (digits[..place as usize].to_owned(), digits[place as usize..].to_owned()) };
    if let Some(c) = spec.fraction_separator {
        let groups: Vec<&str> = fraction.as_bytes().chunks(3).filter_map(|g| std::str::from_utf8(g).ok()).collect();
        fraction = groups.join(c.encode_utf8(&mut [0; 4]));
    }
    if !fraction.is_empty() || spec.alternate { fraction.insert_str(0, &spec.point) }
    if left != place || scientific {
        fraction.push(if matches!(spec.kind, 'e' | 'g') { 'e' } else { 'E' });
        fraction += &std::format!("{:+}", left - place);
    }
    if spec.kind == '%' { fraction.push('%') }
    let sign = sign(neg, spec);
    let least = if spec.zeros { spec.width - fraction.chars().count() as i64 - sign.len() as i64 } else { 0 };
    room::need(least);
    let body = group(&whole, least, spec) + &fraction;
    Ok(align(sign, &body, spec))
}

/// Zeros at the end until there are so many digits.
fn fill_digits(d: Dec, digits: i64) -> Dec {
    let missing = digits - d.digits();
    if missing <= 0 { return d }
    let coef: Coef = d.coef.shift_left(missing);
    Dec::new(d.neg, coef, d.exp - missing)
}

fn sign(neg: bool, spec: &Spec) -> &'static str { if neg { "-" } else { match spec.sign { '+' => "+", ' ' => " ", _ => "" } } }

fn align(sign: &str, body: &str, spec: &Spec) -> String {
    let spare = (spec.width - sign.len() as i64 - body.chars().count() as i64).max(0);
    room::need(spare);
    let fill = |n: i64| -> String { std::iter::repeat_n(spec.fill, n as usize).collect() };
    match spec.align {
        '<' => std::format!("{sign}{body}{}", fill(spare)),
        '=' => std::format!("{sign}{}{body}", fill(spare)),
        '^' => std::format!("{}{sign}{body}{}", fill(spare / 2), fill(spare - spare / 2)),
        _ => std::format!("{}{sign}{body}", fill(spare)),
    }
}

/// Digits in groups, zeros put before them until the text is `least` characters long.
fn group(digits: &str, least: i64, spec: &Spec) -> String {
    if spec.separator.is_empty() || spec.grouping.first().is_none_or(|n| *n == 0) {
        return "0".repeat((least - digits.len() as i64).max(0) as usize) + digits;
    }
    let width = spec.separator.chars().count() as i64;
    let mut sizes = spec.grouping.iter().copied();
    let mut size = 0;
    let (mut left, mut wanted) = (digits, least);
    let mut groups: Vec<String> = Vec::new();
    loop {
        size = match sizes.next() { None | Some(0) => size, Some(n) => n };
        let all = (left.len() as i64).max(wanted).max(1);
        let n = if size >= 127 { all } else { all.min(size.into()) };
        let taken = left.len().min(n as usize);
        let (rest, own) = left.split_at(left.len() - taken);
        groups.push("0".repeat(n as usize - taken) + own);
        left = rest;
        wanted -= n;
        if left.is_empty() && wanted <= 0 || size >= 127 { break }
        wanted -= width;
    }
    groups.reverse();
    groups.join(&spec.separator)
}
