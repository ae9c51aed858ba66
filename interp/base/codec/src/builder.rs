//! A string buffer that starts as Latin-1 and widens when a code point asks for it (PEP 393).

use crate::fault::NoMemory;
use instar_base_text::{Unit, Units, with_units};

/// Finished text in the narrowest of the three widths that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// Code points below 256.
    Latin1(Vec<u8>),
    /// Code points below 65536, at least one from 256 on.
    Ucs2(Vec<u16>),
    /// At least one code point from 65536 on.
    Ucs4(Vec<u32>),
}

impl Text {
    /// The text, borrowed.
    pub fn units(&self) -> Units<'_> {
        match self {
            Text::Latin1(v) => Units::Latin1(v),
            Text::Ucs2(v) => Units::Ucs2(v),
            Text::Ucs4(v) => Units::Ucs4(v),
        }
    }
}

/// Builds a [`Text`]; every growth can fail instead of aborting.
#[derive(Debug)]
pub struct TextBuilder {
    text: Text,
    /// Bitwise or of all code points: below 0x80 means ASCII.
    bits: u32,
}

impl Default for TextBuilder {
    fn default() -> TextBuilder {
        TextBuilder::new()
    }
}

fn widen<T: Unit, U: Unit>(old: &[U], more: usize) -> Result<Vec<T>, NoMemory> {
    let mut out = Vec::new();
    out.try_reserve(old.len().checked_add(more).ok_or(NoMemory)?)?;
    out.extend(old.iter().filter_map(|u| T::from_code(u.code())));
    Ok(out)
}

fn append<T: Unit, U: Unit>(out: &mut Vec<T>, new: &[U]) -> Result<(), NoMemory> {
    out.try_reserve(new.len())?;
    out.extend(new.iter().filter_map(|u| T::from_code(u.code())));
    Ok(())
}

impl TextBuilder {
    /// Empty, nothing allocated.
    pub fn new() -> TextBuilder {
        TextBuilder { text: Text::Latin1(Vec::new()), bits: 0 }
    }

    /// Empty, with room for this many Latin-1 characters.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn with_capacity(units: usize) -> Result<TextBuilder, NoMemory> {
        let mut room = Vec::new();
        room.try_reserve(units)?;
        Ok(TextBuilder { text: Text::Latin1(room), bits: 0 })
    }

    /// Code points so far.
    #[inline]
    pub fn len(&self) -> usize {
        match &self.text {
            Text::Latin1(v) => v.len(),
            Text::Ucs2(v) => v.len(),
            Text::Ucs4(v) => v.len(),
        }
    }

    /// Whether nothing was pushed yet.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all code points are ASCII.
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.bits < 0x80
    }

    /// What was pushed so far.
    pub fn units(&self) -> Units<'_> {
        self.text.units()
    }

    /// Makes the buffer wide enough for code points up to `max` and reserves room for `more`.
    ///
    /// # Errors
    /// When memory runs out; the content is unchanged then.
    pub fn reserve(&mut self, more: usize, max: u32) -> Result<(), NoMemory> {
        let wide = match (&mut self.text, max) {
            (Text::Latin1(v), 0..=0xFF) => return Ok(v.try_reserve(more)?),
            (Text::Ucs2(v), 0..=0xFFFF) => return Ok(v.try_reserve(more)?),
            (Text::Ucs4(v), _) => return Ok(v.try_reserve(more)?),
            (Text::Latin1(v), 0..=0xFFFF) => Text::Ucs2(widen(v, more)?),
            (Text::Latin1(v), _) => Text::Ucs4(widen(v, more)?),
            (Text::Ucs2(v), _) => Text::Ucs4(widen(v, more)?),
        };
        self.text = wide;
        Ok(())
    }

    /// Appends one code point (at most 0x10FFFF; larger ones are not stored).
    ///
    /// # Errors
    /// When memory runs out.
    #[inline]
    pub fn push(&mut self, code: u32) -> Result<(), NoMemory> {
        self.bits |= code;
        match &mut self.text {
            Text::Latin1(v) if code < 0x100 && v.len() < v.capacity() => v.push(code as u8),
            Text::Ucs2(v) if code < 0x10000 && v.len() < v.capacity() => v.push(code as u16),
            Text::Ucs4(v) if v.len() < v.capacity() => v.push(code),
            _ => return self.push_slow(code),
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn push_slow(&mut self, code: u32) -> Result<(), NoMemory> {
        self.reserve(self.len().max(16), code)?;
        match &mut self.text {
            Text::Latin1(v) => v.push(code as u8),
            Text::Ucs2(v) => v.push(code as u16),
            Text::Ucs4(v) => v.push(code),
        }
        Ok(())
    }

    /// Appends Latin-1 characters.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn push_latin1(&mut self, bytes: &[u8]) -> Result<(), NoMemory> {
        self.push_slice(bytes)
    }

    /// Appends code points of any unit type.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn push_slice<U: Unit>(&mut self, units: &[U]) -> Result<(), NoMemory> {
        let bits = units.iter().fold(0, |bits, u| bits | u.code());
        // The or of all is in the same width class as their maximum.
        self.reserve(units.len(), bits)?;
        self.bits |= bits;
        match &mut self.text {
            Text::Latin1(v) => match U::as_bytes(units) {
                Some(bytes) => v.extend_from_slice(bytes),
                None => append(v, units)?,
            },
            Text::Ucs2(v) => append(v, units)?,
            Text::Ucs4(v) => append(v, units)?,
        }
        Ok(())
    }

    /// Appends a borrowed string.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn push_units(&mut self, units: Units<'_>) -> Result<(), NoMemory> {
        with_units!(units, s => self.push_slice(s))
    }

    /// Appends Rust text.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn push_str(&mut self, text: &str) -> Result<(), NoMemory> {
        let bytes = text.as_bytes();
        let ascii = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len());
        self.push_slice(&bytes[..ascii])?;
        let mut rest = &text[ascii..];
        while let Some(c) = rest.chars().next() {
            self.push(u32::from(c))?;
            rest = &rest[c.len_utf8()..];
            let bytes = rest.as_bytes();
            let run = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(bytes.len());
            if run >= 8 {
                self.push_slice(&bytes[..run])?;
            } else {
                for &byte in &bytes[..run] {
                    self.push(u32::from(byte))?;
                }
            }
            rest = &rest[run..];
        }
        Ok(())
    }

    /// Keeps the first `len` code points, in the narrowest width for them.
    ///
    /// # Errors
    /// When memory runs out while narrowing.
    pub fn truncate(&mut self, len: usize) -> Result<(), NoMemory> {
        if len >= self.len() {
            return Ok(());
        }
        let old = std::mem::take(self);
        let kept = old.text.units().slice(0, len).ok_or(NoMemory)?;
        self.push_units(kept)
    }

    /// The text.
    pub fn finish(self) -> Text {
        self.text
    }
}
