//! Where sign, prefix, padding, grouped digits and the rest go: the part common to all numbers.
//!
//! Not here: making the digits (spec_number).
use std::borrow::Cow;

use crate::error::Error;
use crate::spec::{Align, FormatSpec, Grouping, SignMode};
use crate::text::{Sink, push_zeros};

/// What `localeconv()` says about numbers; used by type `n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale {
    /// Decimal point.
    pub decimal_point: Cow<'static, str>,
    /// Thousands separator.
    pub separator: Cow<'static, str>,
    /// Group sizes from the right; the last repeats, 127 ends grouping, as in C.
    pub grouping: Cow<'static, [u8]>,
}

impl Locale {
    /// The locale "C": a point and no grouping.
    pub fn c() -> Self {
        Self {
            decimal_point: ".".into(),
            separator: "".into(),
            grouping: Cow::Borrowed(&[]),
        }
    }

    /// What a spec says itself.
    pub(crate) fn of_spec(spec: &FormatSpec) -> Self {
        let grouping: &[u8] = if spec.grouping == Grouping::None {
            &[]
        } else if matches!(spec.kind_char(), 'b' | 'o' | 'x' | 'X') {
            &[4]
        } else {
            &[3]
        };
        Self {
            decimal_point: ".".into(),
            separator: spec.grouping.separator().into(),
            grouping: grouping.into(),
        }
    }
}

/// A number cut into what is treated differently.
pub(crate) struct Parts<'a> {
    pub negative: bool,
    /// `0x` and the like.
    pub prefix: &'a str,
    /// Digits before the point.
    pub whole: &'a str,
    pub has_point: bool,
    /// Digits after the point.
    pub fraction: &'a str,
    /// Exponent, percent sign, `inf`, or a character.
    pub rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Cuts what [`format_float`](crate::format_float) wrote.
    pub fn of_float(text: &'a str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, mut rest) = text.split_at(digits(text));
        let mut fraction = "";
        let has_point = rest.starts_with('.');
        if has_point {
            rest = &rest[1..];
            (fraction, rest) = rest.split_at(digits(rest));
        }
        Self {
            negative,
            prefix: "",
            whole,
            has_point,
            fraction,
            rest,
        }
    }

    fn sign(&self, mode: SignMode) -> &'static str {
        match (self.negative, mode) {
            (true, _) => "-",
            (false, SignMode::Plus) => "+",
            (false, SignMode::Space) => " ",
            (false, _) => "",
        }
    }

    /// Sign and everything right of it, without padding; `zero_width` fills the digits with grouped zeros up to that width.
    fn body(&self, spec: &FormatSpec, locale: &Locale, zero_width: usize) -> Result<String, Error> {
        let mut tail = String::new();
        if self.has_point {
            tail.push_str(&locale.decimal_point);
            group_fraction(&mut tail, self.fraction, spec.fraction_grouping.separator())?;
        }
        Sink::push_str(&mut tail, self.rest)?;
        if self.whole.is_empty() {
            return Ok(tail);
        }
        let mut body = String::new();
        let used = tail.chars().count() + self.prefix.len() + self.sign(spec.sign).len();
        group_whole(
            &mut body,
            self.whole,
            zero_width.saturating_sub(used),
            locale,
        )?;
        Sink::push_str(&mut body, &tail)?;
        Ok(body)
    }

    /// Writes the number padded to the width of `spec`.
    pub fn write(
        &self,
        out: &mut impl Sink,
        spec: &FormatSpec,
        locale: &Locale,
    ) -> Result<(), Error> {
        let width = spec.width.unwrap_or(0);
        let zero_fill = spec.fill == '0' as u32 && spec.align == Align::AfterSign;
        if !zero_fill && locale.grouping.is_empty() && spec.fraction_grouping == Grouping::None {
            return self.write_ungrouped(out, spec, locale, width);
        }
        let body = self.body(spec, locale, if zero_fill { width } else { 0 })?;
        let sign = self.sign(spec.sign);
        let used = body.chars().count() + sign.len() + self.prefix.len();
        let (left, inner, right) = padding(used, width, spec.align);
        out.push_code(spec.fill, left)?;
        out.push_str(sign)?;
        out.push_str(self.prefix)?;
        out.push_code(spec.fill, inner)?;
        out.push_str(&body)?;
        out.push_code(spec.fill, right)
    }

    /// As [`write`](Self::write) without separators and zeros in front: nothing has to be put together first.
    fn write_ungrouped(
        &self,
        out: &mut impl Sink,
        spec: &FormatSpec,
        locale: &Locale,
        width: usize,
    ) -> Result<(), Error> {
        let sign = self.sign(spec.sign);
        let point: &str = if self.has_point { &locale.decimal_point } else { "" };
        let body = [self.whole, point, self.fraction, self.rest];
        let used = sign.len() + self.prefix.len() + body.iter().map(|part| part.chars().count()).sum::<usize>();
        let (left, inner, right) = padding(used, width, spec.align);
        out.push_code(spec.fill, left)?;
        out.push_str(sign)?;
        out.push_str(self.prefix)?;
        out.push_code(spec.fill, inner)?;
        body.iter().try_for_each(|part| out.push_str(part))?;
        out.push_code(spec.fill, right)
    }

    /// The number without any padding, its sign by `mode`; for the parts of complex numbers.
    pub fn unpadded(
        &self,
        spec: &FormatSpec,
        mode: SignMode,
        locale: &Locale,
    ) -> Result<String, Error> {
        let body = self.body(spec, locale, 0)?;
        Ok(format!("{}{body}", self.sign(mode)))
    }
}

/// Cells of padding: left, after the sign, right.
pub(crate) fn padding(used: usize, width: usize, align: Align) -> (usize, usize, usize) {
    let spare = width.saturating_sub(used);
    match align {
        Align::Left => (0, 0, spare),
        Align::Right => (spare, 0, 0),
        Align::Center => (spare / 2, 0, spare - spare / 2),
        Align::AfterSign => (0, spare, 0),
    }
}

/// Fraction digits in groups of three from the point.
fn group_fraction(out: &mut String, digits: &str, separator: &str) -> Result<(), Error> {
    if separator.is_empty() {
        return Sink::push_str(out, digits);
    }
    out.try_reserve(digits.len() / 3 * 4 + 4)?;
    for (index, group) in digits.as_bytes().chunks(3).enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        out.extend(group.iter().map(|b| *b as char));
    }
    Ok(())
}

/// Integer digits grouped from the right, with zeros in front until the text (separators included) is `width` wide.
fn group_whole(out: &mut String, digits: &str, width: usize, locale: &Locale) -> Result<(), Error> {
    let separator_width = locale.separator.chars().count();
    // (zeros, digits) of each group, rightmost first.
    let mut groups: Vec<(usize, usize)> = Vec::new();
    let mut digits_left = digits.len();
    let mut width_left = width as i64;
    let mut sizes = locale.grouping.iter();
    let mut last_size = 0;
    loop {
        let size = match sizes.next() {
            Some(0) => last_size,
            Some(size) => usize::from(*size),
            None => last_size,
        };
        last_size = size;
        let wanted = digits_left.max(width_left.max(1) as usize);
        let ends = size == 0 || size == 127;
        let length = if ends { wanted } else { size.min(wanted) };
        let taken = digits_left.min(length);
        groups.try_reserve(1)?;
        groups.push((length - taken, taken));
        digits_left -= taken;
        width_left -= length as i64;
        if ends || (digits_left == 0 && width_left <= 0) {
            break;
        }
        width_left -= separator_width as i64;
    }
    let mut position = 0;
    for (index, (zeros, taken)) in groups.iter().rev().enumerate() {
        if index > 0 {
            Sink::push_str(out, &locale.separator)?;
        }
        push_zeros(out, *zeros)?;
        Sink::push_str(out, &digits[position..position + taken])?;
        position += taken;
    }
    Ok(())
}
