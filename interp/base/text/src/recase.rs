//! Whole-text case methods: `lower`, `upper`, `title`, `capitalize`, `swapcase`, `casefold` and the `is…` questions.
//! Output goes code point by code point into a callback.

use crate::case::{fold, is_final_sigma, lower, title, upper};
use crate::props;
use crate::units::Unit;

const SIGMA: u32 = 0x3A3;
const FINAL_SIGMA: u32 = 0x3C2;

/// A whole-text case change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recase {
    /// `str.lower`.
    Lower,
    /// `str.upper`.
    Upper,
    /// `str.title`.
    Title,
    /// `str.capitalize`.
    Capitalize,
    /// `str.swapcase`.
    Swap,
    /// `str.casefold`.
    Fold,
}

/// Writes `text` with its case changed.
///
/// # Errors
/// Whatever `push` returns.
pub fn recase<U: Unit, E>(text: &[U], how: Recase, mut push: impl FnMut(u32) -> Result<(), E>) -> Result<(), E> {
    let lowered = |at: usize, code: u32| {
        if code == SIGMA && is_final_sigma(text, at) { lower_final() } else { lower(code) }
    };
    let mut after_cased = false;
    for (at, unit) in text.iter().enumerate() {
        let code = unit.code();
        let mapped = match how {
            Recase::Lower => lowered(at, code),
            Recase::Upper => upper(code),
            Recase::Fold => fold(code),
            Recase::Swap if props::is_upper(code) => lowered(at, code),
            Recase::Swap if props::is_lower(code) => upper(code),
            Recase::Swap => {
                push(code)?;
                continue;
            }
            Recase::Capitalize if at == 0 => title(code),
            Recase::Capitalize => lowered(at, code),
            Recase::Title => {
                let mapped = if after_cased { lowered(at, code) } else { title(code) };
                after_cased = props::is_cased(code);
                mapped
            }
        };
        mapped.as_slice().iter().try_for_each(|&code| push(code))?;
    }
    Ok(())
}

fn lower_final() -> crate::case::Mapped {
    lower(FINAL_SIGMA)
}

/// `str.islower`.
pub fn is_lower_text<U: Unit>(text: &[U]) -> bool {
    one_case(text, props::is_lower, props::is_upper)
}

/// `str.isupper`.
pub fn is_upper_text<U: Unit>(text: &[U]) -> bool {
    one_case(text, props::is_upper, props::is_lower)
}

fn one_case<U: Unit>(text: &[U], wanted: fn(u32) -> bool, other: fn(u32) -> bool) -> bool {
    let mut seen = false;
    for unit in text {
        if other(unit.code()) || props::is_title(unit.code()) {
            return false;
        }
        seen |= wanted(unit.code());
    }
    seen
}

/// `str.istitle`.
pub fn is_title_text<U: Unit>(text: &[U]) -> bool {
    let (mut seen, mut after_cased) = (false, false);
    for unit in text {
        let code = unit.code();
        if props::is_upper(code) || props::is_title(code) {
            if after_cased {
                return false;
            }
            (seen, after_cased) = (true, true);
        } else if props::is_lower(code) {
            if !after_cased {
                return false;
            }
            seen = true;
        } else {
            after_cased = false;
        }
    }
    seen
}
