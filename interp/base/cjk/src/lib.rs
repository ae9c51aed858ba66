//! East Asian encodings of several bytes a character, stateless ones and those that switch sets on the way, as CPython names and maps them.
//!
//! What maps to what is in `tables.bin`, which `generate.py` makes by asking a CPython. Not here: error handlers, incremental objects and
//! streams (`_multibytecodec`).

mod hangul;
mod hz;
mod iso2022;
mod plain;
mod table;

use std::rc::Rc;

pub use iso2022::Variant;
pub use table::Table;

/// An encoding that maps without state, in the order of `tables.bin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Charset {
    Gb2312, Gbk, Gb18030, Big5, Cp950, Big5Hkscs, ShiftJis, Cp932, EucJp, ShiftJis2004, EucJis2004, EucJisX0213, ShiftJisX0213, EucKr, Cp949, Johab,
}

/// A codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Without state.
    Plain(Charset),
    /// GB 2312 between `~{` and `~}`.
    Hz,
    /// Sets chosen by escape sequences.
    Iso2022(Variant),
}

/// What a codec remembers between calls, in CPython's layout: it shows in `getstate()`.
pub type State = [u8; 8];

/// Why coding stopped; the position stands at the character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The input ends inside a character.
    TooFew,
    /// The next so many units are not valid.
    Illegal(usize),
    /// No memory.
    Memory,
}

impl From<std::collections::TryReserveError> for Stop {
    fn from(_: std::collections::TryReserveError) -> Stop { Stop::Memory }
}

/// Adds one item, memory permitting.
#[inline]
pub(crate) fn push<T>(out: &mut Vec<T>, item: T) -> Result<(), Stop> {
    if out.len() == out.capacity() { out.try_reserve(out.len() / 2 + 16)? }
    out.push(item);
    Ok(())
}

/// The codecs by module: name of the module (without `_codecs_`), then names and codecs.
pub const MODULES: &[(&str, &[(&str, Codec)])] = &[
    ("cn", &[("gb2312", Codec::Plain(Charset::Gb2312)), ("gbk", Codec::Plain(Charset::Gbk)), ("gb18030", Codec::Plain(Charset::Gb18030)), ("hz", Codec::Hz)]),
    ("hk", &[("big5hkscs", Codec::Plain(Charset::Big5Hkscs))]),
    ("iso2022", &[
        ("iso2022_kr", Codec::Iso2022(Variant::Kr)), ("iso2022_jp", Codec::Iso2022(Variant::Jp)), ("iso2022_jp_1", Codec::Iso2022(Variant::Jp1)),
        ("iso2022_jp_2", Codec::Iso2022(Variant::Jp2)), ("iso2022_jp_2004", Codec::Iso2022(Variant::Jp2004)), ("iso2022_jp_3", Codec::Iso2022(Variant::Jp3)),
        ("iso2022_jp_ext", Codec::Iso2022(Variant::JpExt)),
    ]),
    ("jp", &[
        ("shift_jis", Codec::Plain(Charset::ShiftJis)), ("cp932", Codec::Plain(Charset::Cp932)), ("euc_jp", Codec::Plain(Charset::EucJp)),
        ("shift_jis_2004", Codec::Plain(Charset::ShiftJis2004)), ("euc_jis_2004", Codec::Plain(Charset::EucJis2004)),
        ("euc_jisx0213", Codec::Plain(Charset::EucJisX0213)), ("shift_jisx0213", Codec::Plain(Charset::ShiftJisX0213)),
    ]),
    ("kr", &[("euc_kr", Codec::Plain(Charset::EucKr)), ("cp949", Codec::Plain(Charset::Cp949)), ("johab", Codec::Plain(Charset::Johab))]),
    ("tw", &[("big5", Codec::Plain(Charset::Big5)), ("cp950", Codec::Plain(Charset::Cp950))]),
];

/// A codec with the tables it needs.
#[derive(Clone)]
pub struct Coder {
    codec: Codec,
    tables: Vec<Rc<Table>>,
}

impl Coder {
    /// Which tables a codec needs, in the order [`Coder::new`] wants them.
    pub fn charsets(codec: Codec) -> &'static [Charset] {
        match codec {
            Codec::Plain(charset) => charset.alone(),
            Codec::Hz => &[Charset::Gb2312],
            Codec::Iso2022(variant) => variant.charsets(),
        }
    }
    /// A codec with its tables.
    pub fn new(codec: Codec, tables: Vec<Rc<Table>>) -> Coder { Coder { codec, tables } }
    /// The state at the start of encoding.
    pub fn encode_start(&self) -> State { match self.codec { Codec::Iso2022(_) => iso2022::ENCODE_START, _ => State::default() } }
    /// The state at the start of decoding.
    pub fn decode_start(&self) -> State { match self.codec { Codec::Iso2022(_) => iso2022::DECODE_START, _ => State::default() } }
    /// Decodes from `at` on.
    pub fn decode(&self, state: &mut State, bytes: &[u8], at: &mut usize, out: &mut Vec<u32>) -> Result<(), Stop> {
        match self.codec {
            Codec::Plain(charset) => plain::decode(charset, &self.tables[0], bytes, at, out),
            Codec::Hz => hz::decode(&self.tables[0], state, bytes, at, out),
            Codec::Iso2022(variant) => iso2022::decode(variant, &self.tables, state, bytes, at, out),
        }
    }
    /// Encodes from `at` on. Without `last`, a code point that could begin a pair is left for the next call.
    pub fn encode(&self, state: &mut State, codes: &[u32], at: &mut usize, last: bool, out: &mut Vec<u8>) -> Result<(), Stop> {
        match self.codec {
            Codec::Plain(charset) => plain::encode(charset, &self.tables[0], codes, at, last, out),
            Codec::Hz => hz::encode(&self.tables[0], state, codes, at, out),
            Codec::Iso2022(variant) => iso2022::encode(variant, &self.tables, state, codes, at, last, out),
        }
    }
    /// Writes what ends a text: back to the state at the start.
    pub fn encode_end(&self, state: &mut State, out: &mut Vec<u8>) -> Result<(), Stop> {
        match self.codec {
            Codec::Plain(_) => Ok(()),
            Codec::Hz => hz::encode_end(state, out),
            Codec::Iso2022(_) => iso2022::encode_end(state, out),
        }
    }
    /// Puts a decoder's state back to the start.
    pub fn decode_reset(&self, state: &mut State) {
        match self.codec {
            Codec::Iso2022(_) => iso2022::decode_reset(state),
            _ => *state = State::default(),
        }
    }
}

impl Charset {
    fn alone(self) -> &'static [Charset] {
        macro_rules! alone { ($($name:ident)*) => { match self { $(Charset::$name => &[Charset::$name],)* } } }
        alone!(Gb2312 Gbk Gb18030 Big5 Cp950 Big5Hkscs ShiftJis Cp932 EucJp ShiftJis2004 EucJis2004 EucJisX0213 ShiftJisX0213 EucKr Cp949 Johab)
    }
}
