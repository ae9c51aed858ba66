//! The C interface of zlib made safe: streams that end themselves, slices in and out.
//!
//! Not here: Python objects.

use std::ffi::{c_int, CStr};

use libz_rs_sys as z;

pub use z::{Z_BUF_ERROR, Z_DATA_ERROR, Z_FINISH, Z_MEM_ERROR, Z_NEED_DICT, Z_NO_FLUSH, Z_OK, Z_STREAM_END, Z_STREAM_ERROR, Z_SYNC_FLUSH};

/// What a call used and made.
pub struct Moved {
    /// The return code.
    pub code: c_int,
    /// Bytes of input used.
    pub used: usize,
    /// Bytes of output made.
    pub made: usize,
}

/// A failed call: its code and what the library says.
pub struct Failed {
    /// The return code.
    pub code: c_int,
    /// The library's words.
    pub text: Option<String>,
}

/// A stream in one direction. The C struct stays where it is: the library remembers its address.
struct Stream { raw: Box<z::z_stream>, deflating: bool }

// The library takes 32-bit sizes: larger slices are handed over in parts by the callers' loops.
const PART_MAX: usize = 1 << 30;

impl Stream {
    fn blank(deflating: bool) -> Stream { Stream { raw: Box::new(z::z_stream::default()), deflating } }
    fn failed(&self, code: c_int) -> Failed {
        let text = if self.raw.msg.is_null() { None } else {
            // SAFETY: the library's messages are null-terminated and static.
            Some(unsafe { CStr::from_ptr(self.raw.msg) }.to_string_lossy().into_owned())
        };
        Failed { code, text }
    }
    /// Points at nothing between calls. Copying wants a place for output that is not null.
    fn park(&mut self) {
        (self.raw.next_in, self.raw.avail_in, self.raw.next_out, self.raw.avail_out) = (std::ptr::null(), 0, std::ptr::dangling_mut(), 0);
    }
    fn run(&mut self, input: &[u8], out: &mut [u8], flush: c_int) -> Moved {
        let (input, out_len) = (&input[..input.len().min(PART_MAX)], out.len().min(PART_MAX));
        self.raw.next_in = input.as_ptr();
        self.raw.avail_in = input.len() as u32;
        self.raw.next_out = out.as_mut_ptr();
        self.raw.avail_out = out_len as u32;
        // SAFETY: the pointers and lengths are those of the slices, which outlive the call; the stream was initialised for this direction.
        let code = unsafe { if self.deflating { z::deflate(&mut *self.raw, flush) } else { z::inflate(&mut *self.raw, flush) } };
        let moved = Moved { code, used: input.len() - self.raw.avail_in as usize, made: out_len - self.raw.avail_out as usize };
        self.park();
        moved
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: initialised by `new`, or blank, for which the library returns an error.
        unsafe { if self.deflating { z::deflateEnd(&mut *self.raw) } else { z::inflateEnd(&mut *self.raw) } };
    }
}

/// Compressing.
pub struct Deflate(Stream);

impl Deflate {
    /// A new stream.
    pub fn new(level: c_int, method: c_int, wbits: c_int, mem_level: c_int, strategy: c_int) -> Result<Deflate, c_int> {
        let mut s = Stream::blank(true);
        // SAFETY: a zeroed stream with the default allocator; version and size are those of this library.
        let code = unsafe { z::deflateInit2_(&mut *s.raw, level, method, wbits, mem_level, strategy, z::zlibVersion(), size_of::<z::z_stream>() as c_int) };
        if code == Z_OK { Ok(Deflate(s)) } else { Err(code) }
    }
    /// Gives the compressor a dictionary.
    pub fn set_dictionary(&mut self, dict: &[u8]) -> Result<(), Failed> {
        // SAFETY: the slice outlives the call.
        let code = unsafe { z::deflateSetDictionary(&mut *self.0.raw, dict.as_ptr(), dict.len() as u32) };
        if code == Z_OK { Ok(()) } else { Err(self.0.failed(code)) }
    }
    /// Compresses some.
    pub fn run(&mut self, input: &[u8], out: &mut [u8], flush: c_int) -> Moved { self.0.run(input, out, flush) }
    /// What went wrong.
    pub fn failed(&self, code: c_int) -> Failed { self.0.failed(code) }
    /// A copy of the stream as it is.
    pub fn copy(&mut self) -> Result<Deflate, c_int> {
        let mut s = Stream::blank(true);
        // SAFETY: the source is initialised; the target is blank.
        let code = unsafe { z::deflateCopy(&mut *s.raw, &mut *self.0.raw) };
        if code == Z_OK { Ok(Deflate(s)) } else { Err(code) }
    }
}

/// Decompressing.
pub struct Inflate(Stream);

impl Inflate {
    /// A new stream.
    pub fn new(wbits: c_int) -> Result<Inflate, c_int> {
        let mut s = Stream::blank(false);
        // SAFETY: as `Deflate::new`.
        let code = unsafe { z::inflateInit2_(&mut *s.raw, wbits, z::zlibVersion(), size_of::<z::z_stream>() as c_int) };
        s.park();
        if code == Z_OK { Ok(Inflate(s)) } else { Err(code) }
    }
    /// Gives the decompressor the dictionary that it asked for.
    pub fn set_dictionary(&mut self, dict: &[u8]) -> Result<(), Failed> {
        // SAFETY: the slice outlives the call.
        let code = unsafe { z::inflateSetDictionary(&mut *self.0.raw, dict.as_ptr(), dict.len() as u32) };
        if code == Z_OK { Ok(()) } else { Err(self.0.failed(code)) }
    }
    /// Decompresses some.
    pub fn run(&mut self, input: &[u8], out: &mut [u8], flush: c_int) -> Moved { self.0.run(input, out, flush) }
    /// What went wrong.
    pub fn failed(&self, code: c_int) -> Failed { self.0.failed(code) }
    /// A copy of the stream as it is.
    pub fn copy(&self) -> Result<Inflate, c_int> {
        let mut s = Stream::blank(false);
        // SAFETY: the source is initialised; the target is blank.
        let code = unsafe { z::inflateCopy(&mut *s.raw, &*self.0.raw) };
        if code == Z_OK { Ok(Inflate(s)) } else { Err(code) }
    }
}

/// CRC-32 of bytes, going on from `start`.
pub fn crc32(start: u32, bytes: &[u8]) -> u32 {
    // SAFETY: the slice outlives the call.
    unsafe { z::crc32_z(start.into(), bytes.as_ptr(), bytes.len()) as u32 }
}

/// Adler-32 of bytes, going on from `start`.
pub fn adler32(start: u32, bytes: &[u8]) -> u32 {
    // SAFETY: the slice outlives the call.
    unsafe { z::adler32_z(start.into(), bytes.as_ptr(), bytes.len()) as u32 }
}
