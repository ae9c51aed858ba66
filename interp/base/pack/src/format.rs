//! Format strings: byte order, counts, codes, sizes, alignment, and the slots they make.
//!
//! Native sizes and alignments are those of the 64-bit System V ABI's C types on this build's pointer width. Not here: values.
use crate::error::PackError;

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `b h i l q n`
    Signed,
    /// `B H I L Q N`
    Unsigned,
    /// `P`
    Pointer,
    /// `?`
    Bool,
    /// `c`
    Char,
    /// `s`
    Bytes,
    /// `p`: a length byte, then bytes
    Pascal,
    /// `e f d`
    Float,
    /// `F D`
    Complex,
}

/// One value's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// What it holds.
    pub kind: Kind,
    /// The code letter.
    pub code: u8,
    /// Offset in bytes.
    pub offset: usize,
    /// Size in bytes.
    pub size: usize,
    /// Most significant byte first.
    pub big_endian: bool,
    /// Native mode (`@`): sizes, order and alignment of C.
    pub native: bool,
}

/// `repeat` neighbouring slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Group {
    slot: Slot,
    repeat: usize,
}

/// A parsed format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    groups: Vec<Group>,
    size: usize,
    items: usize,
}

/// Size and alignment of a code, `None` for an unknown one. `s`, `p`, `x` have size 1.
fn measure(code: u8, native: bool) -> Option<(Option<Kind>, usize, usize)> {
    const WORD: usize = size_of::<usize>();
    // C's long has a pointer's size wherever native mode is used on Unix; on Windows it has 4 bytes.
    const LONG: usize = if cfg!(windows) { 4 } else { WORD };
    let (kind, native_size, standard_size) = match code {
        b'x' => (None, 1, 1),
        b'b' => (Some(Kind::Signed), 1, 1),
        b'B' => (Some(Kind::Unsigned), 1, 1),
        b'c' => (Some(Kind::Char), 1, 1),
        b's' => (Some(Kind::Bytes), 1, 1),
        b'p' => (Some(Kind::Pascal), 1, 1),
        b'?' => (Some(Kind::Bool), 1, 1),
        b'h' => (Some(Kind::Signed), 2, 2),
        b'H' => (Some(Kind::Unsigned), 2, 2),
        b'i' => (Some(Kind::Signed), 4, 4),
        b'I' => (Some(Kind::Unsigned), 4, 4),
        b'l' => (Some(Kind::Signed), LONG, 4),
        b'L' => (Some(Kind::Unsigned), LONG, 4),
        b'q' => (Some(Kind::Signed), 8, 8),
        b'Q' => (Some(Kind::Unsigned), 8, 8),
        b'n' if native => (Some(Kind::Signed), WORD, 0),
        b'N' if native => (Some(Kind::Unsigned), WORD, 0),
        b'P' if native => (Some(Kind::Pointer), WORD, 0),
        b'e' => (Some(Kind::Float), 2, 2),
        b'f' => (Some(Kind::Float), 4, 4),
        b'd' => (Some(Kind::Float), 8, 8),
        b'F' => (Some(Kind::Complex), 8, 8),
        b'D' => (Some(Kind::Complex), 16, 16),
        _ => return None,
    };
    let (size, align) = match (native, kind) {
        (true, Some(Kind::Complex)) => (native_size, native_size / 2),
        (true, _) => (native_size, native_size),
        (false, _) => (standard_size, 1),
    };
    Some((kind, size, align))
}

fn too_long() -> PackError {
    PackError::new("total struct size too long")
}

impl Format {
    /// Parses a format (ASCII bytes). Errors: `struct.error`, memory.
    pub fn parse(text: &[u8]) -> Result<Self, PackError> {
        if text.contains(&0) {
            return Err(PackError::new("embedded null character"));
        }
        let (native, big_endian, text) = match text.first() {
            Some(b'@') => (true, cfg!(target_endian = "big"), &text[1..]),
            Some(b'=') => (false, cfg!(target_endian = "big"), &text[1..]),
            Some(b'<') => (false, false, &text[1..]),
            Some(b'>' | b'!') => (false, true, &text[1..]),
            _ => (true, cfg!(target_endian = "big"), text),
        };
        let mut format = Self {
            groups: Vec::new(),
            size: 0,
            items: 0,
        };
        let mut bytes = text.iter().copied();
        while let Some(mut code) = bytes.next() {
            if matches!(code, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) {
                continue;
            }
            let mut count: usize = 1;
            if code.is_ascii_digit() {
                count = usize::from(code - b'0');
                loop {
                    code = bytes.next().ok_or_else(|| {
                        PackError::new("repeat count given without format specifier")
                    })?;
                    if !code.is_ascii_digit() {
                        break;
                    }
                    count = count
                        .checked_mul(10)
                        .and_then(|c| c.checked_add(usize::from(code - b'0')))
                        .filter(fits)
                        .ok_or_else(too_long)?;
                }
            }
            let (kind, size, align) =
                measure(code, native).ok_or_else(|| PackError::new("bad char in struct format"))?;
            let offset = format
                .size
                .checked_next_multiple_of(align)
                .filter(fits)
                .ok_or_else(too_long)?;
            let total = count
                .checked_mul(size)
                .and_then(|bytes| bytes.checked_add(offset))
                .filter(fits)
                .ok_or_else(too_long)?;
            format.size = total;
            let Some(kind) = kind else { continue };
            let (repeat, size) = if matches!(kind, Kind::Bytes | Kind::Pascal) {
                (1, count)
            } else {
                (count, size)
            };
            if repeat == 0 {
                continue;
            }
            format.items = format
                .items
                .checked_add(repeat)
                .filter(fits)
                .ok_or_else(too_long)?;
            format
                .groups
                .try_reserve(1)
                .map_err(|_| PackError::Memory)?;
            format.groups.push(Group {
                slot: Slot {
                    kind,
                    code,
                    offset,
                    size,
                    big_endian,
                    native,
                },
                repeat,
            });
        }
        Ok(format)
    }

    /// `struct.calcsize`
    pub fn size(&self) -> usize {
        self.size
    }

    /// Bytes held by the format itself.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.groups.capacity() * size_of::<Group>()
    }

    /// Number of values.
    pub fn items(&self) -> usize {
        self.items
    }

    /// The slots in order.
    pub fn slots(&self) -> Slots<'_> {
        Slots {
            groups: &self.groups,
            done: 0,
        }
    }

    /// Error unless `got` values were passed to `function` (`pack` or `pack_into`).
    pub fn check_items(&self, function: &str, got: usize) -> Result<(), PackError> {
        if got == self.items {
            return Ok(());
        }
        Err(PackError::new(format!(
            "{function} expected {} items for packing (got {got})",
            self.items
        )))
    }

    /// Error unless a buffer of `length` bytes is what `unpack` wants.
    pub fn check_buffer(&self, length: usize) -> Result<(), PackError> {
        if length == self.size {
            Ok(())
        } else {
            Err(PackError::new(format!(
                "unpack requires a buffer of {} bytes",
                self.size
            )))
        }
    }

    /// Error unless `iter_unpack` can cut `length` bytes evenly.
    pub fn check_iterable(&self, length: usize) -> Result<(), PackError> {
        if self.size == 0 {
            return Err(PackError::new(
                "cannot iteratively unpack with a struct of length 0",
            ));
        }
        if length.is_multiple_of(self.size) {
            return Ok(());
        }
        Err(PackError::new(format!(
            "iterative unpacking requires a buffer of a multiple of {} bytes",
            self.size
        )))
    }

    /// Where `unpack_from` reads in a buffer of `length` bytes; a negative offset counts from the end.
    pub fn unpack_offset(&self, offset: isize, length: usize) -> Result<usize, PackError> {
        self.resolve(
            offset,
            length,
            "not enough data to unpack",
            "unpack_from",
            "unpacking",
        )
    }

    /// Where `pack_into` writes in a buffer of `length` bytes.
    pub fn pack_offset(&self, offset: isize, length: usize) -> Result<usize, PackError> {
        self.resolve(offset, length, "no space to pack", "pack_into", "packing")
    }

    fn resolve(
        &self,
        offset: isize,
        length: usize,
        short: &str,
        function: &str,
        doing: &str,
    ) -> Result<usize, PackError> {
        let size = self.size;
        let start = if offset >= 0 {
            offset as usize
        } else {
            let back = offset.unsigned_abs();
            if back < size {
                return Err(PackError::new(format!(
                    "{short} {size} bytes at offset {offset}"
                )));
            }
            let outside = || {
                PackError::new(format!(
                    "offset {offset} out of range for {length}-byte buffer"
                ))
            };
            length.checked_sub(back).ok_or_else(outside)?
        };
        if length.checked_sub(start).is_none_or(|room| room < size) {
            let least = start.saturating_add(size);
            return Err(PackError::new(format!(
                "{function} requires a buffer of at least {least} bytes for {doing} {size} bytes at offset {start} (actual buffer size is {length})"
            )));
        }
        Ok(start)
    }
}

/// A C size fits a signed word.
fn fits(value: &usize) -> bool {
    *value <= isize::MAX as usize
}

/// Iterator of [`Format::slots`].
#[derive(Clone, Debug)]
pub struct Slots<'a> {
    groups: &'a [Group],
    done: usize,
}

impl Iterator for Slots<'_> {
    type Item = Slot;

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        let group = self.groups.first()?;
        let mut slot = group.slot;
        slot.offset += slot.size * self.done;
        self.done += 1;
        if self.done == group.repeat {
            self.groups = &self.groups[1..];
            self.done = 0;
        }
        Some(slot)
    }
}
