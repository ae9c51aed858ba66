//! The C interface of liblzma made safe: streams that end themselves, filter chains that own their options.
//!
//! Not here: Python objects.

use std::ffi::c_void;

use liblzma_sys as l;

/// A return code.
pub type Code = i64;

pub const STREAM_END: Code = l::lzma_ret_LZMA_STREAM_END as Code;
pub const MEM_ERROR: Code = l::lzma_ret_LZMA_MEM_ERROR as Code;
pub const MEMLIMIT_ERROR: Code = l::lzma_ret_LZMA_MEMLIMIT_ERROR as Code;
pub const UNSUPPORTED_CHECK: Code = l::lzma_ret_LZMA_UNSUPPORTED_CHECK as Code;
pub const FORMAT_ERROR: Code = l::lzma_ret_LZMA_FORMAT_ERROR as Code;
pub const OPTIONS_ERROR: Code = l::lzma_ret_LZMA_OPTIONS_ERROR as Code;
pub const DATA_ERROR: Code = l::lzma_ret_LZMA_DATA_ERROR as Code;
pub const BUF_ERROR: Code = l::lzma_ret_LZMA_BUF_ERROR as Code;
pub const PROG_ERROR: Code = l::lzma_ret_LZMA_PROG_ERROR as Code;
const NO_CHECK: Code = l::lzma_ret_LZMA_NO_CHECK as Code;
const GET_CHECK: Code = l::lzma_ret_LZMA_GET_CHECK as Code;

pub const FORMAT_AUTO: i32 = 0;
pub const FORMAT_XZ: i32 = 1;
pub const FORMAT_ALONE: i32 = 2;
pub const FORMAT_RAW: i32 = 3;

pub const FILTER_LZMA1: u64 = 0x4000_0000_0000_0001;
pub const FILTER_LZMA2: u64 = 0x21;
pub const FILTER_DELTA: u64 = 3;
/// x86 to SPARC: filters whose only option is where the code starts.
pub const FILTERS_BCJ: std::ops::RangeInclusive<u64> = 4..=9;

pub const CHECK_UNKNOWN: i32 = l::LZMA_CHECK_ID_MAX as i32 + 1;
pub const PRESET_DEFAULT: u32 = 6;

/// What the module offers as numbers.
pub static CONSTANTS: &[(&str, i64)] = &[
    ("FORMAT_AUTO", 0), ("FORMAT_XZ", 1), ("FORMAT_ALONE", 2), ("FORMAT_RAW", 3), ("CHECK_NONE", 0), ("CHECK_CRC32", 1), ("CHECK_CRC64", 4), ("CHECK_SHA256", 10),
    ("CHECK_ID_MAX", 15), ("CHECK_UNKNOWN", CHECK_UNKNOWN as i64), ("FILTER_LZMA1", FILTER_LZMA1 as i64), ("FILTER_LZMA2", 0x21), ("FILTER_DELTA", 3), ("FILTER_X86", 4),
    ("FILTER_IA64", 6), ("FILTER_ARM", 7), ("FILTER_ARMTHUMB", 8), ("FILTER_SPARC", 9), ("FILTER_POWERPC", 5), ("MF_HC3", 3), ("MF_HC4", 4), ("MF_BT2", 0x12),
    ("MF_BT3", 0x13), ("MF_BT4", 0x14), ("MODE_FAST", 1), ("MODE_NORMAL", 2), ("PRESET_DEFAULT", 6), ("PRESET_EXTREME", 1 << 31),
];

/// Whether a return code is no failure.
pub fn is_fine(code: Code) -> bool { matches!(code, 0 | NO_CHECK | GET_CHECK | STREAM_END) }

/// Whether the library knows the check.
pub fn is_check_supported(id: i32) -> bool {
    // SAFETY: a pure function.
    id >= 0 && unsafe { l::lzma_check_is_supported(id as l::lzma_check) } != 0
}

/// Options of the LZMA filters.
pub type LzmaOptions = l::lzma_options_lzma;

/// The options of a preset; `None` if there is none of this number.
pub fn preset(n: u32) -> Option<LzmaOptions> {
    // SAFETY: plain data, for which zero is valid; filled by the call.
    let mut options = unsafe { std::mem::zeroed::<LzmaOptions>() };
    // SAFETY: the pointer is to a live value.
    if unsafe { l::lzma_lzma_preset(&mut options, n) } == 0 { Some(options) } else { None }
}

/// The options of one filter. Boxed: chains point at them.
pub enum Options {
    /// LZMA1, LZMA2
    Lzma(Box<LzmaOptions>),
    /// Distance of a delta filter.
    Delta(Box<l::lzma_options_delta>),
    /// Start of the code for a branch filter.
    Bcj(Box<l::lzma_options_bcj>),
}

impl Options {
    /// Of a delta filter.
    pub fn delta(dist: u32) -> Options {
        // SAFETY: plain data; zero is `LZMA_DELTA_TYPE_BYTE`.
        let mut o = unsafe { std::mem::zeroed::<l::lzma_options_delta>() };
        o.dist = dist;
        Options::Delta(Box::new(o))
    }
    /// Of a branch filter.
    pub fn bcj(start: u32) -> Options { Options::Bcj(Box::new(l::lzma_options_bcj { start_offset: start })) }
    fn pointer(&self) -> *mut c_void {
        match self {
            Options::Lzma(o) => std::ptr::from_ref(&**o).cast_mut().cast(),
            Options::Delta(o) => std::ptr::from_ref(&**o).cast_mut().cast(),
            Options::Bcj(o) => std::ptr::from_ref(&**o).cast_mut().cast(),
        }
    }
}

/// A chain of filters with their options.
pub struct Chain { filters: Vec<l::lzma_filter>, options: Vec<Options> }

/// Longest chain.
pub const CHAIN_MAX: usize = l::LZMA_FILTERS_MAX as usize;

impl Chain {
    /// A chain of at most [`CHAIN_MAX`] filters.
    pub fn new(parts: Vec<(u64, Options)>) -> Chain {
        let mut filters: Vec<_> = parts.iter().map(|(id, o)| l::lzma_filter { id: *id, options: o.pointer() }).collect();
        filters.push(l::lzma_filter { id: u64::MAX, options: std::ptr::null_mut() });
        Chain { filters, options: parts.into_iter().map(|(_, o)| o).collect() }
    }
    /// The options, if the chain is a single LZMA1 filter.
    pub fn single_lzma1(&self) -> Option<&LzmaOptions> {
        match (&self.options[..], self.filters[0].id) { ([Options::Lzma(o)], FILTER_LZMA1) => Some(o), _ => None }
    }
    /// The properties of the first filter as the formats store them.
    pub fn encode_first(&self) -> Result<Vec<u8>, Code> {
        let mut size = 0;
        // SAFETY: the filter's options are owned by the chain.
        let code = unsafe { l::lzma_properties_size(&mut size, &self.filters[0]) } as Code;
        if !is_fine(code) { return Err(code) }
        let mut out = vec![0; size as usize];
        // SAFETY: as above; `out` has the size that was asked for.
        let code = unsafe { l::lzma_properties_encode(&self.filters[0], out.as_mut_ptr()) } as Code;
        if is_fine(code) { Ok(out) } else { Err(code) }
    }
}

/// What stored properties say.
pub enum Decoded {
    /// LZMA1, LZMA2
    Lzma(LzmaOptions),
    /// Distance.
    Delta(u32),
    /// Start, if not zero.
    Bcj(Option<u32>),
}

/// Reads the properties of a filter.
pub fn decode(id: u64, props: &[u8]) -> Result<Decoded, Code> {
    let mut filter = l::lzma_filter { id, options: std::ptr::null_mut() };
    // SAFETY: `props` outlives the call, which allocates the options with malloc.
    let code = unsafe { l::lzma_properties_decode(&mut filter, std::ptr::null(), props.as_ptr(), props.len()) } as Code;
    if !is_fine(code) { return Err(code) }
    // SAFETY: the library made the options that belong to the id; they are read and freed once.
    unsafe {
        let decoded = match id {
            FILTER_LZMA1 | FILTER_LZMA2 => Decoded::Lzma(*filter.options.cast::<LzmaOptions>()),
            FILTER_DELTA => Decoded::Delta((*filter.options.cast::<l::lzma_options_delta>()).dist),
            _ => Decoded::Bcj(filter.options.cast::<l::lzma_options_bcj>().as_ref().map(|o| o.start_offset)),
        };
        libc::free(filter.options);
        Ok(decoded)
    }
}

/// What a call used and made.
pub struct Moved {
    /// The return code.
    pub code: Code,
    /// Bytes of input used.
    pub used: usize,
    /// Bytes of output made.
    pub made: usize,
}

/// A coder in either direction.
pub struct Stream(Box<l::lzma_stream>);

impl Stream {
    fn make(init: impl FnOnce(&mut l::lzma_stream) -> l::lzma_ret) -> Result<Stream, Code> {
        // SAFETY: all zero is `LZMA_STREAM_INIT`.
        let mut s = Stream(Box::new(unsafe { std::mem::zeroed() }));
        let code = init(&mut s.0) as Code;
        if is_fine(code) { Ok(s) } else { Err(code) }
    }
    /// An encoder of .xz with a preset.
    pub fn encode_xz_preset(preset: u32, check: i32) -> Result<Stream, Code> {
        // SAFETY: a blank stream.
        Stream::make(|s| unsafe { l::lzma_easy_encoder(s, preset, check as l::lzma_check) })
    }
    /// An encoder of .xz with filters.
    pub fn encode_xz(chain: &Chain, check: i32) -> Result<Stream, Code> {
        // SAFETY: a blank stream; the library copies the chain.
        Stream::make(|s| unsafe { l::lzma_stream_encoder(s, chain.filters.as_ptr(), check as l::lzma_check) })
    }
    /// An encoder of .lzma.
    pub fn encode_alone(options: &LzmaOptions) -> Result<Stream, Code> {
        // SAFETY: a blank stream; the library copies the options.
        Stream::make(|s| unsafe { l::lzma_alone_encoder(s, options) })
    }
    /// An encoder without container.
    pub fn encode_raw(chain: &Chain) -> Result<Stream, Code> {
        // SAFETY: as `encode_xz`.
        Stream::make(|s| unsafe { l::lzma_raw_encoder(s, chain.filters.as_ptr()) })
    }
    /// A decoder of a container (`FORMAT_AUTO`, `FORMAT_XZ`, `FORMAT_ALONE`).
    pub fn decode(format: i32, memory_max: u64) -> Result<Stream, Code> {
        let flags = l::LZMA_TELL_ANY_CHECK | l::LZMA_TELL_NO_CHECK;
        // SAFETY: a blank stream.
        Stream::make(|s| unsafe {
            match format {
                FORMAT_XZ => l::lzma_stream_decoder(s, memory_max, flags),
                FORMAT_ALONE => l::lzma_alone_decoder(s, memory_max),
                _ => l::lzma_auto_decoder(s, memory_max, flags),
            }
        })
    }
    /// A decoder without container.
    pub fn decode_raw(chain: &Chain) -> Result<Stream, Code> {
        // SAFETY: as `encode_xz`.
        Stream::make(|s| unsafe { l::lzma_raw_decoder(s, chain.filters.as_ptr()) })
    }
    /// Codes some; `finish` says that no more input follows.
    pub fn run(&mut self, input: &[u8], out: &mut [u8], finish: bool) -> Moved {
        let s = &mut *self.0;
        (s.next_in, s.avail_in, s.next_out, s.avail_out) = (input.as_ptr(), input.len(), out.as_mut_ptr(), out.len());
        let action = if finish { l::lzma_action_LZMA_FINISH } else { l::lzma_action_LZMA_RUN };
        // SAFETY: pointers and lengths are those of the slices, which outlive the call.
        let code = unsafe { l::lzma_code(s, action) } as Code;
        let moved = Moved { code, used: input.len() - s.avail_in, made: out.len() - s.avail_out };
        (s.next_in, s.avail_in, s.next_out, s.avail_out) = (std::ptr::null(), 0, std::ptr::null_mut(), 0);
        moved
    }
    /// The check of the stream, as far as read, if `code` announces it.
    pub fn check_after(&self, code: Code) -> Option<i32> {
        // SAFETY: allowed after these codes.
        if matches!(code, GET_CHECK | NO_CHECK) { Some(unsafe { l::lzma_get_check(&*self.0) } as i32) } else { None }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: initialised or blank.
        unsafe { l::lzma_end(&mut *self.0) }
    }
}
