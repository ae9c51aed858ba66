//! Malformed numeric literals: what CPython's tokenizer says about them, and where.
//!
//! Not here: values of literals (`instar-compiler`), other tokenizer errors (`explain/lexer.rs`).

pub(crate) type Bad = (usize, usize, String);

fn bad(consumed: usize, message: String) -> Bad { (consumed.saturating_sub(1), consumed.saturating_sub(1), message) }
fn at(b: &[u8], i: usize) -> u8 { b.get(i).copied().unwrap_or(0) }

/// The length of the number at the start of a text, or where and why it is none: offsets of the characters blamed. `judged`:
/// leading zeros and a letter right behind it are errors.
pub(crate) fn check(b: &[u8], judged: bool) -> Result<usize, Bad> {
    if at(b, 0) == b'0' {
        match at(b, 1) | 0x20 {
            b'x' => return based(b, judged, "hexadecimal", |c| c.is_ascii_hexdigit()),
            b'o' => return based(b, judged, "octal", |c| (b'0'..=b'7').contains(&c)),
            b'b' => return based(b, judged, "binary", |c| c == b'0' || c == b'1'),
            _ => {}
        }
    }
    let mut i = 0;
    let mut integer = true;
    if at(b, 0) != b'.' { i = digits(b, 0)?; }
    let whole = i;
    if at(b, i) == b'.' {
        integer = false;
        i += 1;
        if at(b, i).is_ascii_digit() { i = digits(b, i)?; }
    }
    if at(b, i) | 0x20 == b'e' {
        let signed = matches!(at(b, i + 1), b'+' | b'-');
        if at(b, i + 1 + usize::from(signed)).is_ascii_digit() {
            integer = false;
            i = digits(b, i + 1 + usize::from(signed))?;
        } else if signed {
            return Err(bad(i + 2, "invalid decimal literal".into()));
        } else {
            end(b, i, judged, "decimal")?;
        }
    }
    if at(b, i) | 0x20 == b'j' { return end(b, i + 1, judged, "imaginary"); }
    let zeros = b[..whole].iter().take_while(|c| matches!(c, b'0' | b'_')).count();
    if judged && integer && at(b, 0) == b'0' && zeros < whole {
        return Err((0, zeros, "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers".into()));
    }
    end(b, i, judged, "decimal")
}

fn based(b: &[u8], judged: bool, name: &str, is_digit: impl Fn(u8) -> bool) -> Result<usize, Bad> {
    let mut i = 2;
    loop {
        if at(b, i) == b'_' { i += 1; }
        if !is_digit(at(b, i)) {
            if at(b, i).is_ascii_digit() { return Err(bad(i + 1, format!("invalid digit '{}' in {name} literal", at(b, i) as char))); }
            return Err(bad(i, format!("invalid {name} literal")));
        }
        while is_digit(at(b, i)) { i += 1; }
        if at(b, i) != b'_' { break; }
    }
    if at(b, i).is_ascii_digit() { return Err(bad(i + 1, format!("invalid digit '{}' in {name} literal", at(b, i) as char))); }
    end(b, i, judged, name)
}

/// Digits with single underscores between them.
fn digits(b: &[u8], mut i: usize) -> Result<usize, Bad> {
    loop {
        while at(b, i).is_ascii_digit() { i += 1; }
        if at(b, i) != b'_' { return Ok(i) }
        i += 1;
        if !at(b, i).is_ascii_digit() { return Err(bad(i, "invalid decimal literal".into())); }
    }
}

/// Behind a number no identifier may follow at once, but these keywords may.
fn end(b: &[u8], i: usize, judged: bool, name: &str) -> Result<usize, Bad> {
    if !judged { return Ok(i) }
    let rest = b.get(i..).unwrap_or(b"");
    if ["and", "else", "for", "if", "in", "is", "or", "not"].iter().any(|k| rest.starts_with(k.as_bytes())) { return Ok(i) }
    let c = at(b, i);
    if c.is_ascii_alphanumeric() || c == b'_' { return Err(bad(i, format!("invalid {name} literal"))); }
    Ok(i)
}
