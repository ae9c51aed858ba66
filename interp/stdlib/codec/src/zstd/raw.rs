//! The C interface of zstd made safe: contexts that free themselves, known parameters only.
//!
//! Not here: Python objects.

use std::ffi::{c_int, CStr};

use zstd_sys as z;

/// What a library call says went wrong.
pub struct Failed(pub String);

fn checked(n: usize) -> Result<usize, Failed> {
    // SAFETY: pure functions; names are static.
    unsafe {
        if z::ZSTD_isError(n) == 0 { return Ok(n) }
        Err(Failed(CStr::from_ptr(z::ZSTD_getErrorName(n)).to_string_lossy().into_owned()))
    }
}

fn checked_dict(n: usize) -> Result<usize, Failed> {
    // SAFETY: as above.
    unsafe {
        if z::ZDICT_isError(n) == 0 { return Ok(n) }
        Err(Failed(CStr::from_ptr(z::ZDICT_getErrorName(n)).to_string_lossy().into_owned()))
    }
}

use z::ZSTD_cParameter as C;
use z::ZSTD_dParameter as D;

/// Compression parameters: number, name in messages.
pub const C_PARAMETERS: [(C, &str); 19] = [
    (C::ZSTD_c_compressionLevel, "compression_level"), (C::ZSTD_c_windowLog, "window_log"), (C::ZSTD_c_hashLog, "hash_log"), (C::ZSTD_c_chainLog, "chain_log"),
    (C::ZSTD_c_searchLog, "search_log"), (C::ZSTD_c_minMatch, "min_match"), (C::ZSTD_c_targetLength, "target_length"), (C::ZSTD_c_strategy, "strategy"),
    (C::ZSTD_c_enableLongDistanceMatching, "enable_long_distance_matching"), (C::ZSTD_c_ldmHashLog, "ldm_hash_log"), (C::ZSTD_c_ldmMinMatch, "ldm_min_match"),
    (C::ZSTD_c_ldmBucketSizeLog, "ldm_bucket_size_log"), (C::ZSTD_c_ldmHashRateLog, "ldm_hash_rate_log"), (C::ZSTD_c_contentSizeFlag, "content_size_flag"),
    (C::ZSTD_c_checksumFlag, "checksum_flag"), (C::ZSTD_c_dictIDFlag, "dict_id_flag"), (C::ZSTD_c_nbWorkers, "nb_workers"), (C::ZSTD_c_jobSize, "job_size"),
    (C::ZSTD_c_overlapLog, "overlap_log"),
];

/// The compression parameter with this number.
pub fn c_parameter(n: i32) -> Option<(C, &'static str)> { C_PARAMETERS.into_iter().find(|(p, _)| *p as i32 == n) }

/// The decompression parameter with this number.
pub fn d_parameter(n: i32) -> Option<(D, &'static str)> { if n == D::ZSTD_d_windowLogMax as i32 { Some((D::ZSTD_d_windowLogMax, "window_log_max")) } else { None } }

/// Bounds of a compression parameter.
pub fn c_bounds(p: C) -> Result<(i32, i32), Failed> {
    // SAFETY: a pure function.
    let b = unsafe { z::ZSTD_cParam_getBounds(p) };
    checked(b.error)?;
    Ok((b.lowerBound, b.upperBound))
}

/// Bounds of a decompression parameter.
pub fn d_bounds(p: D) -> Result<(i32, i32), Failed> {
    // SAFETY: a pure function.
    let b = unsafe { z::ZSTD_dParam_getBounds(p) };
    checked(b.error)?;
    Ok((b.lowerBound, b.upperBound))
}

/// The library's version: text and number.
pub fn version() -> (String, i64) {
    // SAFETY: pure functions; the text is static.
    unsafe { (CStr::from_ptr(z::ZSTD_versionString()).to_string_lossy().into_owned(), z::ZSTD_versionNumber().into()) }
}

/// Default level.
pub fn default_level() -> i32 {
    // SAFETY: a pure function.
    unsafe { z::ZSTD_defaultCLevel() }
}

/// Size of output that the library likes.
pub fn out_size() -> usize {
    // SAFETY: a pure function.
    unsafe { z::ZSTD_DStreamOutSize() }
}

/// Compressed size of the frame that `src` begins with.
pub fn frame_size(src: &[u8]) -> Result<usize, Failed> {
    // SAFETY: the slice outlives the call.
    checked(unsafe { z::ZSTD_findFrameCompressedSize(src.as_ptr().cast(), src.len()) })
}

/// Decompressed size, if known, and dictionary of the frame that `src` begins with; `None` if it begins with none.
pub fn frame_info(src: &[u8]) -> Option<(Option<u64>, u32)> {
    // SAFETY: the slice outlives the calls.
    let (size, dict) = unsafe { (z::ZSTD_getFrameContentSize(src.as_ptr().cast(), src.len()), z::ZSTD_getDictID_fromFrame(src.as_ptr().cast(), src.len())) };
    match size { u64::MAX => Some((None, dict)), n if n == u64::MAX - 1 => None, n => Some((Some(n), dict)) }
}

/// The id of a dictionary; 0 if it is none made by the library.
pub fn dict_id(dict: &[u8]) -> u32 {
    // SAFETY: the slice outlives the call.
    unsafe { z::ZDICT_getDictID(dict.as_ptr().cast(), dict.len()) }
}

/// Trains a dictionary into `out`; its size.
pub fn train(out: &mut [u8], samples: &[u8], sizes: &[usize]) -> Result<usize, Failed> {
    // SAFETY: slices outlive the call; the caller checked that the sizes add up.
    checked_dict(unsafe { z::ZDICT_trainFromBuffer(out.as_mut_ptr().cast(), out.len(), samples.as_ptr().cast(), sizes.as_ptr(), sizes.len() as u32) })
}

/// Adds header and statistics to a dictionary's content; its size.
pub fn finalize(out: &mut [u8], content: &[u8], samples: &[u8], sizes: &[usize], level: i32) -> Result<usize, Failed> {
    let p = z::ZDICT_params_t { compressionLevel: level, notificationLevel: 0, dictID: 0 };
    // SAFETY: as `train`.
    checked_dict(unsafe {
        z::ZDICT_finalizeDictionary(out.as_mut_ptr().cast(), out.len(), content.as_ptr().cast(), content.len(), samples.as_ptr().cast(), sizes.as_ptr(), sizes.len() as u32, p)
    })
}

/// What a call used and made, and what the library returned (0 = all is flushed).
pub struct Moved {
    /// Bytes of input used.
    pub used: usize,
    /// Bytes of output made.
    pub made: usize,
    /// What is left to do.
    pub left: usize,
}

/// When to end what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End { Continue, Block, Frame }

/// A compression context, and the digested dictionary that it refers to.
pub struct Compress { raw: *mut z::ZSTD_CCtx, dict: *mut z::ZSTD_CDict }

impl Compress {
    /// A new one; `None` without memory.
    pub fn new() -> Option<Compress> {
        // SAFETY: null is checked.
        let raw = unsafe { z::ZSTD_createCCtx() };
        if raw.is_null() { None } else { Some(Compress { raw, dict: std::ptr::null_mut() }) }
    }
    /// Sets a parameter.
    pub fn set(&mut self, p: C, n: i32) -> Result<(), Failed> {
        // SAFETY: the context is live.
        checked(unsafe { z::ZSTD_CCtx_setParameter(self.raw, p, n as c_int) }).map(drop)
    }
    /// Copies a dictionary in.
    pub fn load(&mut self, dict: &[u8]) -> Result<(), Failed> {
        // SAFETY: the library copies the bytes.
        checked(unsafe { z::ZSTD_CCtx_loadDictionary(self.raw, dict.as_ptr().cast(), dict.len()) }).map(drop)
    }
    /// Digests a dictionary for a level and refers to it; `None` if it is corrupt.
    pub fn load_digested(&mut self, dict: &[u8], level: i32) -> Option<Result<(), Failed>> {
        // SAFETY: the library copies the bytes; the digest is freed after the context.
        unsafe {
            let made = z::ZSTD_createCDict(dict.as_ptr().cast(), dict.len(), level);
            if made.is_null() { return None }
            z::ZSTD_freeCDict(std::mem::replace(&mut self.dict, made));
            Some(checked(z::ZSTD_CCtx_refCDict(self.raw, made)).map(drop))
        }
    }
    /// Refers to a prefix.
    ///
    /// # Safety
    /// The bytes stay in place as long as the context lives.
    pub unsafe fn refer_prefix(&mut self, dict: &[u8]) -> Result<(), Failed> {
        // SAFETY: the caller's promise.
        checked(unsafe { z::ZSTD_CCtx_refPrefix(self.raw, dict.as_ptr().cast(), dict.len()) }).map(drop)
    }
    /// Says how much input the next frame has; `u64::MAX` for unknown.
    pub fn pledge(&mut self, n: u64) -> Result<(), Failed> {
        // SAFETY: the context is live.
        checked(unsafe { z::ZSTD_CCtx_setPledgedSrcSize(self.raw, n) }).map(drop)
    }
    /// Compresses some.
    pub fn run(&mut self, input: &[u8], out: &mut [u8], end: End) -> Result<Moved, Failed> {
        let mut i = z::ZSTD_inBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let mut o = z::ZSTD_outBuffer { dst: out.as_mut_ptr().cast(), size: out.len(), pos: 0 };
        let end = match end { End::Continue => z::ZSTD_EndDirective::ZSTD_e_continue, End::Block => z::ZSTD_EndDirective::ZSTD_e_flush, End::Frame => z::ZSTD_EndDirective::ZSTD_e_end };
        // SAFETY: the buffers are the slices, which outlive the call.
        let left = checked(unsafe { z::ZSTD_compressStream2(self.raw, &mut o, &mut i, end) })?;
        Ok(Moved { used: i.pos, made: o.pos, left })
    }
    /// Forgets the frame at work.
    pub fn reset(&mut self) {
        // SAFETY: the context is live; this never fails.
        unsafe { z::ZSTD_CCtx_reset(self.raw, z::ZSTD_ResetDirective::ZSTD_reset_session_only) };
    }
}

impl Drop for Compress {
    fn drop(&mut self) {
        // SAFETY: made by the library, freed once; null is allowed.
        unsafe { z::ZSTD_freeCCtx(self.raw); z::ZSTD_freeCDict(self.dict); }
    }
}

/// A decompression context, and the digested dictionary that it refers to.
pub struct Decompress { raw: *mut z::ZSTD_DCtx, dict: *mut z::ZSTD_DDict }

impl Decompress {
    /// A new one; `None` without memory.
    pub fn new() -> Option<Decompress> {
        // SAFETY: null is checked.
        let raw = unsafe { z::ZSTD_createDCtx() };
        if raw.is_null() { None } else { Some(Decompress { raw, dict: std::ptr::null_mut() }) }
    }
    /// Sets a parameter.
    pub fn set(&mut self, p: D, n: i32) -> Result<(), Failed> {
        // SAFETY: the context is live.
        checked(unsafe { z::ZSTD_DCtx_setParameter(self.raw, p, n as c_int) }).map(drop)
    }
    /// Copies a dictionary in.
    pub fn load(&mut self, dict: &[u8]) -> Result<(), Failed> {
        // SAFETY: the library copies the bytes.
        checked(unsafe { z::ZSTD_DCtx_loadDictionary(self.raw, dict.as_ptr().cast(), dict.len()) }).map(drop)
    }
    /// Digests a dictionary and refers to it; `None` if it is corrupt.
    pub fn load_digested(&mut self, dict: &[u8]) -> Option<Result<(), Failed>> {
        // SAFETY: the library copies the bytes; the digest is freed after the context.
        unsafe {
            let made = z::ZSTD_createDDict(dict.as_ptr().cast(), dict.len());
            if made.is_null() { return None }
            z::ZSTD_freeDDict(std::mem::replace(&mut self.dict, made));
            Some(checked(z::ZSTD_DCtx_refDDict(self.raw, made)).map(drop))
        }
    }
    /// Refers to a prefix.
    ///
    /// # Safety
    /// The bytes stay in place as long as the context lives.
    pub unsafe fn refer_prefix(&mut self, dict: &[u8]) -> Result<(), Failed> {
        // SAFETY: the caller's promise.
        checked(unsafe { z::ZSTD_DCtx_refPrefix(self.raw, dict.as_ptr().cast(), dict.len()) }).map(drop)
    }
    /// Decompresses some.
    pub fn run(&mut self, input: &[u8], out: &mut [u8]) -> Result<Moved, Failed> {
        let mut i = z::ZSTD_inBuffer { src: input.as_ptr().cast(), size: input.len(), pos: 0 };
        let mut o = z::ZSTD_outBuffer { dst: out.as_mut_ptr().cast(), size: out.len(), pos: 0 };
        // SAFETY: the buffers are the slices, which outlive the call.
        let left = checked(unsafe { z::ZSTD_decompressStream(self.raw, &mut o, &mut i) })?;
        Ok(Moved { used: i.pos, made: o.pos, left })
    }
    /// Forgets the frame at work.
    pub fn reset(&mut self) {
        // SAFETY: as above.
        unsafe { z::ZSTD_DCtx_reset(self.raw, z::ZSTD_ResetDirective::ZSTD_reset_session_only) };
    }
}

impl Drop for Decompress {
    fn drop(&mut self) {
        // SAFETY: made by the library, freed once; null is allowed.
        unsafe { z::ZSTD_freeDCtx(self.raw); z::ZSTD_freeDDict(self.dict); }
    }
}
