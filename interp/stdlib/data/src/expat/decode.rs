//! Bytes of a document as characters, in pieces, with the number of bytes behind each character.
//!
//! Not here: finding the encoding in the XML declaration (`parser.rs`).

/// How bytes stand for characters.
#[derive(Clone, Debug, PartialEq)]
pub enum Encoding {
    /// UTF-8
    Utf8,
    /// UTF-16; `true` is big-endian.
    Utf16(bool),
    /// One character a byte, by a table; `None` is no character.
    Table(Box<[Option<char>; 256]>),
}

impl Encoding {
    /// ISO 8859-1
    pub fn latin1() -> Encoding { Encoding::Table(Box::new(std::array::from_fn(|i| char::from_u32(i as u32)))) }
    /// US-ASCII
    pub fn ascii() -> Encoding { Encoding::Table(Box::new(std::array::from_fn(|i| if i < 128 { char::from_u32(i as u32) } else { None }))) }
    /// The encodings that need no help, by upper-case name.
    pub fn by_name(name: &str) -> Option<Encoding> {
        match &*name.to_ascii_uppercase() {
            "UTF-8" => Some(Encoding::Utf8),
            "UTF-16" | "UTF-16BE" => Some(Encoding::Utf16(true)),
            "UTF-16LE" => Some(Encoding::Utf16(false)),
            "ISO-8859-1" => Some(Encoding::latin1()),
            "US-ASCII" => Some(Encoding::ascii()),
            _ => None,
        }
    }
    /// Bytes of a character.
    pub fn width(&self, c: char) -> usize {
        match self { Encoding::Utf8 => c.len_utf8(), Encoding::Utf16(_) => c.len_utf16() * 2, Encoding::Table(_) => 1 }
    }
    /// Appends the characters of `bytes` to `out`; how many bytes were used, and whether a bad one follows.
    pub fn decode(&self, bytes: &[u8], out: &mut Vec<char>) -> (usize, bool) {
        match self {
            Encoding::Table(table) => {
                for (i, b) in bytes.iter().enumerate() {
                    match table[*b as usize] { Some(c) => out.push(c), None => return (i, true) }
                }
                (bytes.len(), false)
            }
            Encoding::Utf8 => match std::str::from_utf8(bytes) {
                Ok(s) => { out.extend(s.chars()); (bytes.len(), false) }
                Err(e) => {
                    let good = e.valid_up_to();
                    out.extend(std::str::from_utf8(&bytes[..good]).unwrap_or_default().chars());
                    (good, e.error_len().is_some())
                }
            },
            Encoding::Utf16(big) => {
                let unit = |i: usize| bytes.get(i..i + 2).map(|b| if *big { u16::from_be_bytes([b[0], b[1]]) } else { u16::from_le_bytes([b[0], b[1]]) });
                let mut at = 0;
                while let Some(u) = unit(at) {
                    let c = match u {
                        0xD800..0xDC00 => match unit(at + 2) {
                            Some(v @ 0xDC00..0xE000) => { at += 2; char::from_u32(0x10000 + (u32::from(u - 0xD800) << 10) + u32::from(v - 0xDC00)) }
                            Some(_) => None,
                            None => return (at, false),
                        },
                        u => char::from_u32(u.into()),
                    };
                    match c { Some(c) => out.push(c), None => return (at, true) }
                    at += 2;
                }
                (at, false)
            }
        }
    }
}
