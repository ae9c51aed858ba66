//! Paths given to natives: str, bytes or anything with `__fspath__` (PEP 519).
//!
//! Not here: the file system encoding (`codecs.rs`), what is done with files (module `posix`).

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
        // `__fspath__ = None` says that there is none.
        let none = self.type_lookup(&o.type_of(self).clone(), &name).is_some_and(|f| self.is_none(&f));
        let Some(found) = (if none { None } else { self.call_special(o, &name, &[])? }) else {
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
