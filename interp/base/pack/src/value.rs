//! One value into, or out of, one slot.
//!
//! Not here: where slots are (format).
use crate::error::PackError;
use crate::float::{f16_from_f64, f16_to_f64, f32_bits_from_f64, f32_bits_to_f64};
use crate::format::{Format, Kind, Slot};

/// What the caller made of an object, or what a slot holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// An integer; every machine word fits.
    Int(i128),
    /// An integer beyond 128 bits: fits no slot.
    HugeInt,
    /// A float.
    Float(f64),
    /// A complex number: real, imaginary.
    Complex(f64, f64),
    /// A truth value.
    Bool(bool),
    /// Bytes.
    Bytes(&'a [u8]),
    /// An object that the slot's kind cannot take; packing it gives the right error.
    Other,
}

impl Slot {
    /// Writes `value` at `self.offset` of `record`, whose bytes are zero.
    ///
    /// Errors: `struct.error` or `OverflowError`; also when `record` is shorter than the format's size.
    pub fn pack(&self, record: &mut [u8], value: Value<'_>) -> Result<(), PackError> {
        let place = self
            .offset
            .checked_add(self.size)
            .and_then(|end| record.get_mut(self.offset..end));
        let place = place.ok_or_else(|| PackError::new("buffer is smaller than the struct"))?;
        match (self.kind, value) {
            (Kind::Signed | Kind::Unsigned | Kind::Pointer, Value::Int(number)) => {
                let (low, high) = self.bounds();
                if number < low || number > high {
                    return Err(self.out_of_range());
                }
                self.put(place, number as u64);
            }
            (Kind::Signed | Kind::Unsigned | Kind::Pointer, Value::HugeInt) => {
                return Err(self.out_of_range());
            }
            (Kind::Signed | Kind::Unsigned | Kind::Pointer, _) => {
                return Err(PackError::new("required argument is not an integer"));
            }
            (Kind::Bool, Value::Bool(truth)) => place.fill(u8::from(truth)),
            (Kind::Bool, Value::Int(number)) => place.fill(u8::from(number != 0)),
            (Kind::Bool, _) => return Err(PackError::new("required argument is not a bool")),
            (Kind::Char, Value::Bytes([byte])) => place.fill(*byte),
            (Kind::Char, _) => {
                return Err(PackError::new(
                    "char format requires a bytes object of length 1",
                ));
            }
            (Kind::Bytes, Value::Bytes(bytes)) => {
                let length = bytes.len().min(place.len());
                place[..length].copy_from_slice(&bytes[..length]);
            }
            (Kind::Pascal, Value::Bytes(bytes)) => {
                if let Some((length, room)) = place.split_first_mut() {
                    let used = bytes.len().min(room.len());
                    room[..used].copy_from_slice(&bytes[..used]);
                    *length = used.min(255) as u8;
                }
            }
            (Kind::Bytes | Kind::Pascal, _) => {
                return Err(PackError::new(format!(
                    "argument for '{}' must be a bytes object",
                    self.code as char
                )));
            }
            (Kind::Float, Value::Float(number)) => self.put_float(place, number)?,
            (Kind::Float, _) => return Err(PackError::new("required argument is not a float")),
            (Kind::Complex, Value::Complex(real, imaginary)) => {
                let (first, second) = place.split_at_mut(self.size / 2);
                self.put_part(first, real)?;
                self.put_part(second, imaginary)?;
            }
            (Kind::Complex, _) => return Err(PackError::new("required argument is not a complex")),
        }
        Ok(())
    }

    /// Reads the slot from `record`; [`Value::Other`] only when `record` is shorter than the format's size.
    pub fn unpack<'a>(&self, record: &'a [u8]) -> Value<'a> {
        let place = self
            .offset
            .checked_add(self.size)
            .and_then(|end| record.get(self.offset..end));
        let Some(place) = place else {
            return Value::Other;
        };
        match self.kind {
            Kind::Signed => {
                let unused = 64 - 8 * self.size as u32;
                Value::Int(i128::from((self.get(place) << unused) as i64 >> unused))
            }
            Kind::Unsigned | Kind::Pointer => Value::Int(i128::from(self.get(place))),
            Kind::Bool => Value::Bool(place.iter().any(|byte| *byte != 0)),
            Kind::Char | Kind::Bytes => Value::Bytes(place),
            Kind::Pascal => Value::Bytes(match place.split_first() {
                Some((length, room)) => &room[..usize::from(*length).min(room.len())],
                None => place,
            }),
            Kind::Float => Value::Float(self.get_float(place)),
            Kind::Complex => {
                let (first, second) = place.split_at(self.size / 2);
                Value::Complex(self.get_float(first), self.get_float(second))
            }
        }
    }

    /// Least and greatest integer.
    fn bounds(&self) -> (i128, i128) {
        let bits = 8 * self.size as u32;
        match self.kind {
            Kind::Signed => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
            // A pointer may be written as a signed word.
            Kind::Pointer => (-(1 << (bits - 1)), (1 << bits) - 1),
            _ => (0, (1 << bits) - 1),
        }
    }

    fn out_of_range(&self) -> PackError {
        if self.kind == Kind::Pointer {
            return PackError::new("int too large to convert");
        }
        let (low, high) = self.bounds();
        PackError::new(format!(
            "'{}' format requires {low} <= number <= {high}",
            self.code as char
        ))
    }

    /// Writes the low bytes of `word`.
    fn put(&self, place: &mut [u8], word: u64) {
        let size = place.len().min(8);
        if self.big_endian {
            place.copy_from_slice(&word.to_be_bytes()[8 - size..]);
        } else {
            place.copy_from_slice(&word.to_le_bytes()[..size]);
        }
    }

    fn get(&self, place: &[u8]) -> u64 {
        let mut word = [0; 8];
        let size = place.len().min(8);
        if self.big_endian {
            word[8 - size..].copy_from_slice(place);
            u64::from_be_bytes(word)
        } else {
            word[..size].copy_from_slice(place);
            u64::from_le_bytes(word)
        }
    }

    fn put_float(&self, place: &mut [u8], number: f64) -> Result<(), PackError> {
        let word = match place.len() {
            2 => f16_from_f64(number)
                .map(u64::from)
                .ok_or(PackError::Overflow("float too large to pack with e format"))?,
            4 => f32_bits_from_f64(number)
                .map(u64::from)
                .ok_or(PackError::Overflow("float too large to pack with f format"))?,
            _ => number.to_bits(),
        };
        self.put(place, word);
        Ok(())
    }

    /// A part of a complex number: in the machine's order CPython casts as C does, so that too large becomes infinite.
    fn put_part(&self, place: &mut [u8], number: f64) -> Result<(), PackError> {
        if place.len() == 4 && self.is_c_float() {
            let infinity = (number as f32).to_bits();
            self.put(
                place,
                u64::from(f32_bits_from_f64(number).unwrap_or(infinity)),
            );
            return Ok(());
        }
        self.put_float(place, number)
    }

    /// Whether CPython goes through a C float: native mode, and complex numbers in any mode with the machine's byte order.
    fn is_c_float(&self) -> bool {
        self.native
            || (self.kind == Kind::Complex && self.big_endian == cfg!(target_endian = "big"))
    }

    fn get_float(&self, place: &[u8]) -> f64 {
        let word = self.get(place);
        match place.len() {
            2 => f16_to_f64(word as u16),
            4 => {
                let number = f32_bits_to_f64(word as u32);
                // Loading a C float makes its NaNs quiet.
                if self.is_c_float() && number.is_nan() {
                    f64::from_bits(number.to_bits() | 1 << 51)
                } else {
                    number
                }
            }
            _ => f64::from_bits(word),
        }
    }
}

impl Format {
    /// Packs all values. Errors: a wrong number of values, and those of [`Slot::pack`].
    pub fn pack(&self, values: &[Value<'_>]) -> Result<Vec<u8>, PackError> {
        self.check_items("pack", values.len())?;
        let mut record = Vec::new();
        record
            .try_reserve_exact(self.size())
            .map_err(|_| PackError::Memory)?;
        record.resize(self.size(), 0);
        for (slot, value) in self.slots().zip(values) {
            slot.pack(&mut record, *value)?;
        }
        Ok(record)
    }
}
