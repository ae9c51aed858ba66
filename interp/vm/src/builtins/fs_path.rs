//! Paths given to natives: str, bytes or anything with `__fspath__` (PEP 519).
//!
//! Not here: what is done with files (module `posix`).

use std::ffi::OsString;

use crate::object::{ObjExt, Owned};
use crate::types::bytes::PyBytes;
use crate::types::str::PyStr;
use crate::vm::{PyResult, Vm};

impl Vm {
    /// `os.fspath(o)`: a str or bytes object.
    pub fn fs_path(&mut self, o: &Owned) -> PyResult {
        if o.cast::<PyStr>().is_some() || o.cast::<PyBytes>().is_some() { return Ok(o.clone()) }
        let name = self.intern("__fspath__")?;
        let t = o.type_name(self);
        let Some(found) = self.call_special(o, &name, &[])? else {
            return Err(self.type_error(format!("expected str, bytes or os.PathLike object, not {t}")));
        };
        if found.cast::<PyStr>().is_some() || found.cast::<PyBytes>().is_some() { return Ok(found) }
        let f = found.type_name(self);
        Err(self.type_error(format!("expected {t}.__fspath__() to return str or bytes, not {f}")))
    }
    /// The bytes of a path as the system takes them; ValueError for null bytes.
    pub fn fs_path_bytes(&mut self, o: &Owned) -> PyResult<Vec<u8>> {
        let path = self.fs_path(o)?;
        let bytes = match path.cast::<PyBytes>() {
            Some(b) => b.as_slice().to_vec(),
            None => self.fs_encode(&path)?,
        };
        if bytes.contains(&0) { return Err(self.value_error("embedded null byte")) }
        Ok(bytes)
    }
    /// A str as file system bytes: UTF-8, lone surrogates U+DC80..U+DCFF as the bytes they stand for (PEP 383).
    pub fn fs_encode(&mut self, text: &Owned) -> PyResult<Vec<u8>> {
        let Some(s) = text.cast::<PyStr>() else { return Err(self.type_error("expected str")) };
        let mut out = Vec::with_capacity(s.len());
        for c in s.chars() {
            match (c, char::from_u32(c)) {
                (_, Some(ch)) => out.extend_from_slice(ch.encode_utf8(&mut [0; 4]).as_bytes()),
                (0xDC80..=0xDCFF, None) => out.push((c - 0xDC00) as u8),
                _ => { s.to_str(self)?; }
            }
        }
        Ok(out)
    }
    /// File system bytes as a str, undecodable bytes as surrogates (PEP 383).
    pub fn fs_decode(&mut self, bytes: &[u8]) -> PyResult {
        if let Ok(text) = std::str::from_utf8(bytes) { return self.new_str(text) }
        let mut codes = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            codes.extend(chunk.valid().chars().map(u32::from));
            codes.extend(chunk.invalid().iter().map(|b| 0xDC00 + u32::from(*b)));
        }
        self.new_str_from_code_points(&codes)
    }
    /// A path for the standard library's functions.
    pub fn fs_path_os(&mut self, o: &Owned) -> PyResult<OsString> {
        let bytes = self.fs_path_bytes(o)?;
        #[cfg(unix)]
        { use std::os::unix::ffi::OsStringExt; Ok(OsString::from_vec(bytes)) }
        #[cfg(not(unix))]
        { Ok(OsString::from(String::from_utf8_lossy(&bytes).into_owned())) }
    }
    /// A path as text, for file names in code (undecodable bytes are replaced).
    pub fn fs_path_text(&mut self, o: &Owned) -> PyResult<String> {
        let bytes = self.fs_path_bytes(o)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
