//! Contexts: precision, exponent range, rounding, and the conditions that operations report.
//!
//! Not here: traps, which are the caller's (an operation only adds to the status it is given).

/// Conditions, as bits of a status.
pub mod flag {
    /// The exponent was changed to fit.
    pub const CLAMPED: u32 = 1;
    /// Text that is no number.
    pub const CONVERSION_SYNTAX: u32 = 1 << 1;
    /// A finite number was divided by zero.
    pub const DIVISION_BY_ZERO: u32 = 1 << 2;
    /// An integer quotient needs more digits than the precision.
    pub const DIVISION_IMPOSSIBLE: u32 = 1 << 3;
    /// Zero was divided by zero.
    pub const DIVISION_UNDEFINED: u32 = 1 << 4;
    /// Digits that are not zero were lost.
    pub const INEXACT: u32 = 1 << 6;
    /// The context is none.
    pub const INVALID_CONTEXT: u32 = 1 << 7;
    /// No answer.
    pub const INVALID_OPERATION: u32 = 1 << 8;
    /// No memory.
    pub const MALLOC_ERROR: u32 = 1 << 9;
    /// A float was mixed with a decimal.
    pub const FLOAT_OPERATION: u32 = 1 << 10;
    /// Too large.
    pub const OVERFLOW: u32 = 1 << 11;
    /// Digits were lost.
    pub const ROUNDED: u32 = 1 << 12;
    /// Below the smallest normal number.
    pub const SUBNORMAL: u32 = 1 << 13;
    /// Subnormal and inexact.
    pub const UNDERFLOW: u32 = 1 << 14;
    /// All that IEEE 754 calls invalid.
    pub const IEEE_INVALID: u32 = CONVERSION_SYNTAX | DIVISION_IMPOSSIBLE | DIVISION_UNDEFINED | 1 << 5 | INVALID_CONTEXT | INVALID_OPERATION | MALLOC_ERROR;
    /// What makes a result meaningless.
    pub const ERRORS: u32 = IEEE_INVALID | DIVISION_BY_ZERO;
}

/// The most digits of a precision.
pub const PREC_MAX: i64 = 999_999_999_999_999_999;
/// The largest exponent.
pub const EMAX_MAX: i64 = 999_999_999_999_999_999;
/// The smallest adjusted exponent of a normal number.
pub const EMIN_MIN: i64 = -999_999_999_999_999_999;
/// The smallest exponent of all.
pub const ETINY_MIN: i64 = EMIN_MIN - (PREC_MAX - 1);
/// An exponent that overflows everywhere.
pub const EXP_INF: i64 = 2_000_000_000_000_000_001;

/// What becomes of digits that do not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Round { Up, Down, Ceiling, Floor, HalfUp, HalfDown, HalfEven, ZeroFiveUp }

impl Round {
    /// All of them, in the order of Python's constants.
    pub const ALL: [Round; 8] = [Round::Up, Round::Down, Round::Ceiling, Round::Floor, Round::HalfUp, Round::HalfDown, Round::HalfEven, Round::ZeroFiveUp];

    /// The name that Python gives it.
    pub fn name(self) -> &'static str {
        match self {
            Round::Up => "ROUND_UP", Round::Down => "ROUND_DOWN", Round::Ceiling => "ROUND_CEILING", Round::Floor => "ROUND_FLOOR",
            Round::HalfUp => "ROUND_HALF_UP", Round::HalfDown => "ROUND_HALF_DOWN", Round::HalfEven => "ROUND_HALF_EVEN",
            Round::ZeroFiveUp => "ROUND_05UP",
        }
    }
}

/// What arithmetic depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
    /// Digits of a result.
    pub prec: i64,
    /// Largest adjusted exponent.
    pub emax: i64,
    /// Smallest adjusted exponent of a normal number.
    pub emin: i64,
    /// Rounding.
    pub round: Round,
    /// Whether exponents are limited so that coefficients have the whole precision (IEEE formats).
    pub clamp: bool,
}

impl Context {
    /// The widest one: what fits into it is exact.
    pub const MAX: Context = Context { prec: PREC_MAX, emax: EMAX_MAX, emin: EMIN_MIN, round: Round::HalfEven, clamp: false };

    /// The context of the IEEE format with so many bits, a multiple of 32 up to 512.
    pub fn ieee(bits: i64) -> Option<Context> {
        if !(32..=512).contains(&bits) || bits % 32 != 0 { return None }
        let emax = 3i64 << (bits / 16 + 3);
        Some(Context { prec: 9 * (bits / 32) - 2, emax, emin: 1 - emax, round: Round::HalfEven, clamp: true })
    }
    /// The exponent of the smallest subnormal number.
    #[inline]
    pub fn etiny(&self) -> i64 { self.emin - (self.prec - 1) }
    /// The exponent of the largest number.
    #[inline]
    pub fn etop(&self) -> i64 { self.emax - (self.prec - 1) }
    /// The same with another rounding.
    pub fn rounding(self, round: Round) -> Context { Context { round, ..self } }
}
