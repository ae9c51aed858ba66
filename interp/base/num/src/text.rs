//! Text in and text out without naming a string type: indexed code points, and a sink.
//!
//! Python strings may hold lone surrogates, so code points are `u32`, not `char`. Not here: any meaning of the text.
use crate::error::Error;
use instar_base_text::props::decimal_value;

/// Random access to code points (or bytes). Latin-1, UCS-2 and UCS-4 buffers and byte strings are slices already.
pub trait CodePoints {
    /// Number of code points.
    fn count(&self) -> usize;
    /// The code point at `index`, which is below [`count`](Self::count).
    fn code(&self, index: usize) -> u32;
}

impl CodePoints for [u8] {
    fn count(&self) -> usize {
        self.len()
    }
    fn code(&self, index: usize) -> u32 {
        u32::from(self[index])
    }
}

impl CodePoints for [u16] {
    fn count(&self) -> usize {
        self.len()
    }
    fn code(&self, index: usize) -> u32 {
        u32::from(self[index])
    }
}

impl CodePoints for [u32] {
    fn count(&self) -> usize {
        self.len()
    }
    fn code(&self, index: usize) -> u32 {
        self[index]
    }
}

impl CodePoints for [char] {
    fn count(&self) -> usize {
        self.len()
    }
    fn code(&self, index: usize) -> u32 {
        self[index] as u32
    }
}

/// Where formatted text goes. Errors are failed allocations only.
pub trait Sink {
    /// Appends text.
    fn push_str(&mut self, text: &str) -> Result<(), Error>;
    /// Appends `code` `times` times.
    fn push_code(&mut self, code: u32, times: usize) -> Result<(), Error>;
    /// Appends code points `from..to` of `text`.
    fn push_codes<T: CodePoints + ?Sized>(
        &mut self,
        text: &T,
        from: usize,
        to: usize,
    ) -> Result<(), Error> {
        for index in from..to {
            self.push_code(text.code(index), 1)?;
        }
        Ok(())
    }
}

/// Lone surrogates become U+FFFD; a caller that can meet them uses `Vec<u32>`.
impl Sink for String {
    fn push_str(&mut self, text: &str) -> Result<(), Error> {
        self.try_reserve(text.len())?;
        self.push_str(text);
        Ok(())
    }
    fn push_code(&mut self, code: u32, times: usize) -> Result<(), Error> {
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.try_reserve(
            times
                .checked_mul(character.len_utf8())
                .ok_or_else(Error::memory)?,
        )?;
        self.extend(std::iter::repeat_n(character, times));
        Ok(())
    }
    fn push_codes<T: CodePoints + ?Sized>(
        &mut self,
        text: &T,
        from: usize,
        to: usize,
    ) -> Result<(), Error> {
        self.try_reserve(to.saturating_sub(from))?;
        self.extend(
            (from..to).map(|index| {
                char::from_u32(text.code(index)).unwrap_or(char::REPLACEMENT_CHARACTER)
            }),
        );
        Ok(())
    }
}

impl Sink for Vec<u32> {
    fn push_str(&mut self, text: &str) -> Result<(), Error> {
        self.try_reserve(text.len())?;
        self.extend(text.chars().map(u32::from));
        Ok(())
    }
    fn push_code(&mut self, code: u32, times: usize) -> Result<(), Error> {
        self.try_reserve(times)?;
        self.extend(std::iter::repeat_n(code, times));
        Ok(())
    }
    fn push_codes<T: CodePoints + ?Sized>(
        &mut self,
        text: &T,
        from: usize,
        to: usize,
    ) -> Result<(), Error> {
        self.try_reserve(to.saturating_sub(from))?;
        self.extend((from..to).map(|index| text.code(index)));
        Ok(())
    }
}

/// For `bytes % x`: code points must be below 256, which holds for all number text; others are cut to their low byte.
impl Sink for Vec<u8> {
    fn push_str(&mut self, text: &str) -> Result<(), Error> {
        self.try_reserve(text.len())?;
        self.extend_from_slice(text.as_bytes());
        Ok(())
    }
    fn push_code(&mut self, code: u32, times: usize) -> Result<(), Error> {
        self.try_reserve(times)?;
        self.extend(std::iter::repeat_n(code as u8, times));
        Ok(())
    }
    fn push_codes<T: CodePoints + ?Sized>(
        &mut self,
        text: &T,
        from: usize,
        to: usize,
    ) -> Result<(), Error> {
        self.try_reserve(to.saturating_sub(from))?;
        self.extend((from..to).map(|index| text.code(index) as u8));
        Ok(())
    }
}

pub(crate) fn is_digit(code: u32) -> bool {
    (48..58).contains(&code)
}

/// Reads decimal digits, of any script, from `*position`; `Ok(None)` when there is none, `Err(())` when the value exceeds `isize::MAX`.
pub(crate) fn read_number<T: CodePoints + ?Sized>(
    text: &T,
    position: &mut usize,
    end: usize,
) -> Result<Option<usize>, ()> {
    let start = *position;
    let mut value: usize = 0;
    while *position < end {
        let code = text.code(*position);
        let Some(digit) = decimal_value(code) else { break };
        value = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(usize::from(digit)))
            .filter(|v| *v <= isize::MAX as usize)
            .ok_or(())?;
        *position += 1;
    }
    Ok((*position > start).then_some(value))
}

/// Appends `times` zeros, failing instead of aborting when memory is short.
pub(crate) fn push_zeros(out: &mut String, times: usize) -> Result<(), Error> {
    Sink::push_code(out, 48, times)
}

/// How CPython shows an offending character in a message: itself when it is printable ASCII, else `\x` and hex digits.
pub(crate) fn shown(code: u32) -> String {
    if code > 32 && code < 128 {
        char::from_u32(code).map_or_else(String::new, |c| c.to_string())
    } else {
        format!("\\x{code:x}")
    }
}
