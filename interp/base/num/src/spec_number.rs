//! `format(x, spec)` for integers, floats, complex numbers and strings.
//!
//! Not here: the empty spec (it is `str(x)`), and calling `__format__`.
use crate::error::Error;
use crate::float_text::{FloatFlags, format_float};
use crate::int_math::int_to_f64;
use crate::int_text::{self, IntTextError};
use crate::spec::{Align, FormatSpec, Grouping, SignMode};
use crate::spec_layout::{Locale, Parts, padding};
use crate::text::{CodePoints, Sink};
use dashu_int::IBig;

/// An integer in either of the forms an interpreter keeps.
#[derive(Clone, Copy, Debug)]
pub enum IntArg<'a> {
    /// Fits a word.
    Small(i64),
    /// Any size.
    Big(&'a IBig),
}

impl IntArg<'_> {
    /// Nearest float; `None` beyond the largest.
    pub fn to_f64(self) -> Option<f64> {
        match self {
            Self::Small(value) => Some(value as f64),
            Self::Big(value) => int_to_f64(value),
        }
    }

    /// Text in `radix` (lower case), with `-`. Errors: decimal digit limit.
    pub fn to_text(self, radix: u32, digits_max: usize) -> Result<String, IntTextError> {
        match self {
            Self::Small(value) => Ok(int_text::i64_to_radix(value, radix)),
            Self::Big(value) => int_text::int_to_radix(value, radix, digits_max),
        }
    }

    /// The value when it fits.
    pub fn to_i64(self) -> Option<i64> {
        match self {
            Self::Small(value) => Some(value),
            Self::Big(value) => i64::try_from(value).ok(),
        }
    }
}

/// `int.__format__`. `digits_max` is the decimal digit limit (0: none); `locale` is used by type `n` only.
///
/// Errors: `ValueError`, `OverflowError`, memory.
pub fn format_int(
    out: &mut impl Sink,
    value: IntArg<'_>,
    spec: &FormatSpec,
    type_name: &str,
    digits_max: usize,
    locale: &Locale,
) -> Result<(), Error> {
    let radix = match spec.kind_char() {
        'b' => 2,
        'o' => 8,
        'x' | 'X' => 16,
        'd' | 'n' | 'c' => 10,
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
            let float = value
                .to_f64()
                .ok_or_else(|| Error::overflow("int too large to convert to float"))?;
            return format_float_spec(out, float, spec, type_name, locale);
        }
        _ => return Err(spec.unknown_type(type_name)),
    };
    if spec.precision.is_some() {
        return Err(Error::value(
            "Precision not allowed in integer format specifier",
        ));
    }
    if spec.no_negative_zero {
        return Err(Error::value(
            "Negative zero coercion (z) not allowed in integer format specifier",
        ));
    }
    if spec.kind == 'c' as u32 {
        return format_character(out, value, spec);
    }
    let mut text = value.to_text(radix, digits_max).map_err(Error::from)?;
    let upper = spec.kind == 'X' as u32;
    if upper {
        text.make_ascii_uppercase();
    }
    let plain = spec.width.is_none()
        && !spec.alternate
        && spec.grouping == Grouping::None
        && spec.kind != 'n' as u32
        && matches!(spec.sign, SignMode::Default | SignMode::Minus);
    if plain {
        return out.push_str(&text);
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.as_str()),
    };
    let prefix = match (spec.alternate, radix) {
        (true, 2) => "0b",
        (true, 8) => "0o",
        (true, 16) if upper => "0X",
        (true, 16) => "0x",
        _ => "",
    };
    let parts = Parts {
        negative,
        prefix,
        whole: digits,
        has_point: false,
        fraction: "",
        rest: "",
    };
    if spec.kind == 'n' as u32 {
        parts.write(out, spec, locale)
    } else {
        parts.write(out, spec, &Locale::of_spec(spec))
    }
}

fn format_character(
    out: &mut impl Sink,
    value: IntArg<'_>,
    spec: &FormatSpec,
) -> Result<(), Error> {
    if spec.sign != SignMode::Default {
        return Err(Error::value(
            "Sign not allowed with integer format specifier 'c'",
        ));
    }
    if spec.alternate {
        return Err(Error::value(
            "Alternate form (#) not allowed with integer format specifier 'c'",
        ));
    }
    let code = value
        .to_i64()
        .ok_or_else(|| Error::overflow("Python int too large to convert to C long"))?;
    let code = u32::try_from(code)
        .ok()
        .filter(|c| *c < 0x11_0000)
        .ok_or_else(|| Error::overflow("%c arg not in range(0x110000)"))?;
    let (left, inner, right) = padding(1, spec.width.unwrap_or(0), spec.align);
    out.push_code(spec.fill, left + inner)?;
    out.push_code(code, 1)?;
    out.push_code(spec.fill, right)
}

/// The largest precision CPython accepts: what is written beside the digits has to fit into a C int too.
pub(crate) const PRECISION_MAX: usize = i32::MAX as usize - 1024;

/// Text of one float by the type, precision and flags of `spec`.
fn float_by_spec(
    value: f64,
    spec: &FormatSpec,
    add_dot_zero: bool,
    no_type_precision: usize,
) -> Result<String, Error> {
    if spec.precision.is_some_and(|p| p > PRECISION_MAX) {
        return Err(Error::value("precision too big"));
    }
    let upper = matches!(spec.kind_char(), 'E' | 'F' | 'G');
    let flags = FloatFlags {
        alternate: spec.alternate,
        add_dot_zero,
        no_negative_zero: spec.no_negative_zero,
        upper,
    };
    let (kind, default) = match spec.kind_char() {
        'e' | 'E' => (b'e', 6),
        'f' | 'F' | '%' => (b'f', 6),
        'g' | 'G' | 'n' => (b'g', 6),
        _ if spec.precision.is_some() => (b'g', 0),
        _ => (b'r', no_type_precision),
    };
    format_float(value, kind, spec.precision.unwrap_or(default), flags)
}

/// `float.__format__`. Errors: `ValueError`, memory.
pub fn format_float_spec(
    out: &mut impl Sink,
    value: f64,
    spec: &FormatSpec,
    type_name: &str,
    locale: &Locale,
) -> Result<(), Error> {
    if !matches!(
        spec.kind_char(),
        '\0' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%'
    ) {
        return Err(spec.unknown_type(type_name));
    }
    let percent = spec.kind == '%' as u32;
    let mut text = float_by_spec(
        if percent { value * 100.0 } else { value },
        spec,
        spec.kind == 0,
        0,
    )?;
    if percent {
        text.push('%');
    }
    let plain = matches!(spec.sign, SignMode::Default | SignMode::Minus)
        && spec.width.is_none()
        && spec.kind != 'n' as u32
        && spec.grouping == Grouping::None
        && spec.fraction_grouping == Grouping::None;
    if plain {
        return out.push_str(&text);
    }
    let parts = Parts::of_float(&text);
    if spec.kind == 'n' as u32 {
        parts.write(out, spec, locale)
    } else {
        parts.write(out, spec, &Locale::of_spec(spec))
    }
}

/// `complex.__format__`. Errors: `ValueError`, memory.
pub fn format_complex_spec(
    out: &mut impl Sink,
    real: f64,
    imaginary: f64,
    spec: &FormatSpec,
    type_name: &str,
    locale: &Locale,
) -> Result<(), Error> {
    if !matches!(
        spec.kind_char(),
        '\0' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n'
    ) {
        return Err(spec.unknown_type(type_name));
    }
    if spec.fill == '0' as u32 {
        return Err(Error::value(
            "Zero padding is not allowed in complex format specifier",
        ));
    }
    if spec.align == Align::AfterSign {
        return Err(Error::value(
            "'=' alignment flag is not allowed in complex format specifier",
        ));
    }
    let skip_real = spec.kind == 0 && real == 0.0 && real.is_sign_positive();
    let parentheses = spec.kind == 0 && !skip_real;
    let own;
    let locale = if spec.kind == 'n' as u32 {
        locale
    } else {
        own = Locale::of_spec(spec);
        &own
    };
    let mut text = String::new();
    if parentheses {
        text.push('(');
    }
    let real_text = float_by_spec(real, spec, false, 0)?;
    let imaginary_text = float_by_spec(imaginary, spec, false, 0)?;
    if !skip_real {
        text.push_str(&Parts::of_float(&real_text).unpadded(spec, spec.sign, locale)?);
    }
    let mode = if skip_real { spec.sign } else { SignMode::Plus };
    text.push_str(&Parts::of_float(&imaginary_text).unpadded(spec, mode, locale)?);
    text.push('j');
    if parentheses {
        text.push(')');
    }
    let (left, _, right) = padding(text.chars().count(), spec.width.unwrap_or(0), spec.align);
    out.push_code(spec.fill, left)?;
    out.push_str(&text)?;
    out.push_code(spec.fill, right)
}

/// `str.__format__`. Errors: `ValueError`, memory.
pub fn format_str_spec<T: CodePoints + ?Sized>(
    out: &mut impl Sink,
    text: &T,
    spec: &FormatSpec,
    type_name: &str,
) -> Result<(), Error> {
    if spec.kind != 's' as u32 {
        return Err(spec.unknown_type(type_name));
    }
    match spec.sign {
        SignMode::Default => {}
        SignMode::Space => {
            return Err(Error::value("Space not allowed in string format specifier"));
        }
        _ => return Err(Error::value("Sign not allowed in string format specifier")),
    }
    if spec.no_negative_zero {
        return Err(Error::value(
            "Negative zero coercion (z) not allowed in string format specifier",
        ));
    }
    if spec.alternate {
        return Err(Error::value(
            "Alternate form (#) not allowed in string format specifier",
        ));
    }
    if spec.align == Align::AfterSign {
        return Err(Error::value(
            "'=' alignment not allowed in string format specifier",
        ));
    }
    let length = text.count().min(spec.precision.unwrap_or(usize::MAX));
    let (left, _, right) = padding(length, spec.width.unwrap_or(0), spec.align);
    out.push_code(spec.fill, left)?;
    out.push_codes(text, 0, length)?;
    out.push_code(spec.fill, right)
}
