//! `bytes`: length and bytes inline behind the header.
//!
//! ```text
//!     payload   0      8     16
//!               +------+-----+-- bytes --...
//!               | hash | len |
//!               +------+-----+-----------
//! ```
//!
//! Never changes, so it is read without the token. Not here: slots and method table (`bytes_new.rs`), methods
//! (`bytes_methods.rs`, `bytes_split.rs`), formatting (`bytes_percent.rs`).

use std::cell::Cell;

use crate::object::{ObjExt, Owned, Payload, Ref, Trace, VTable, Word};
use crate::typeobj::TypeRef;
use crate::vm::{PyResult, Types, Vm};

pub use super::bytes_new::{init, DEF};

/// Payload of `bytes` and its subclasses, the head of a variable-sized block.
#[repr(C)]
pub struct PyBytes {
    hash: Cell<i64>,
    len: usize,
}

/// Bytes of the payload before the data.
pub const HEAD: usize = size_of::<PyBytes>();

impl PyBytes {
    /// The bytes.
    #[inline(always)]
    pub fn as_slice(&self) -> &[u8] {
        let p = std::ptr::from_ref(self).cast::<u8>().wrapping_add(HEAD);
        // SAFETY: law BY1: `len` initialised bytes follow the head (`alloc` below is the only maker).
        unsafe { std::slice::from_raw_parts(p, self.len) }
    }
    /// Number of bytes.
    #[inline(always)]
    pub fn len(&self) -> usize { self.len }
    /// Whether it is `b''`.
    pub fn is_empty(&self) -> bool { self.len == 0 }
    /// The hash; computed once.
    pub fn hash(&self, vm: &Vm) -> i64 {
        let known = self.hash.get();
        if known != -1 { return known }
        let hash = vm.hash_key().hash_bytes(self.as_slice());
        self.hash.set(hash);
        hash
    }
}

// SAFETY: bytes own no handle.
unsafe impl Trace for PyBytes {
    fn trace(&self, _visit: &mut dyn FnMut(Word)) {}
    fn clear(&mut self) {}
}

/// # Safety
/// `payload` is a bytes object's.
unsafe fn payload_bytes(payload: *mut ()) -> usize {
    // SAFETY: the caller's promise.
    HEAD + unsafe { (*payload.cast::<PyBytes>()).len }
}

crate::fields! { PyBytes { hash, len } }
// SAFETY: one static, made for this type.
unsafe impl Payload for PyBytes {
    fn vtable() -> &'static VTable {
        static VTABLE: VTable = VTable::of::<PyBytes>("bytes").with_size(payload_bytes).with_fields::<PyBytes>();
        &VTABLE
    }
    fn default_type(types: &Types) -> &TypeRef { &types.bytes }
}

/// A new bytes object of `ty`, never shared; for start-up and for subclasses.
///
/// # Safety
/// `ty` is `bytes` or a subclass.
pub unsafe fn alloc(heap: &instar_object::Heap, ty: instar_object::ObjPtr, parts: &[&[u8]]) -> Result<Owned, instar_object::AllocError> {
    let len = parts.iter().map(|p| p.len()).sum::<usize>();
    // SAFETY: head and data are written before anyone sees the object; subclasses have no `__slots__` words behind the head.
    unsafe {
        let block = heap.alloc_var(ty, HEAD + len)?;
        let head = block.payload::<PyBytes>();
        head.write(PyBytes { hash: Cell::new(-1), len });
        let mut to = head.add(1).cast::<u8>();
        for part in parts {
            std::ptr::copy_nonoverlapping(part.as_ptr(), to, part.len());
            to = to.add(part.len());
        }
        if ty.as_info().has(instar_object::TypeFlags::GC) { heap.track(block) }
        Ok(Owned::from_word(Word::from_ptr(block)))
    }
}

impl Vm {
    /// A bytes object. `b''` and those of length 1 are shared.
    pub fn new_bytes(&self, bytes: &[u8]) -> PyResult {
        if let [byte] = bytes { return self.single_bytes(*byte) }
        self.new_bytes_from(&[bytes])
    }
    fn single_bytes(&self, byte: u8) -> PyResult {
        let place = &self.consts.single_bytes[usize::from(byte)];
        if let Some(known) = place.get() { return Ok(known.clone()) }
        // SAFETY: the type is bytes.
        let made = unsafe { alloc(&self.heap, self.types.bytes.ptr(), &[&[byte]]) }.map_err(|e| self.out_of_memory(e))?;
        if let Some(p) = made.ptr() { self.heap.make_immortal(p) }
        Ok(place.get_or_init(|| made).clone())
    }
    /// A bytes object of these parts, one after another.
    pub fn new_bytes_from(&self, parts: &[&[u8]]) -> PyResult {
        if parts.iter().all(|p| p.is_empty()) { return Ok(self.consts.empty_bytes.clone()) }
        if let Some([byte]) = parts.iter().find(|p| !p.is_empty()) && parts.iter().map(|p| p.len()).sum::<usize>() == 1 { return self.single_bytes(*byte) }
        // SAFETY: the type is bytes.
        unsafe { alloc(&self.heap, self.types.bytes.ptr(), parts) }.map_err(|e| self.out_of_memory(e))
    }
    /// A bytes object of `ty`, `bytes` or a subclass.
    pub fn new_bytes_of(&self, ty: &TypeRef, bytes: &[u8]) -> PyResult {
        if ty.ptr() == self.types.bytes.ptr() { return self.new_bytes(bytes) }
        assert!(std::ptr::eq(ty.info.vtable, PyBytes::vtable()), "law: a type makes only objects of its payload");
        // SAFETY: checked.
        unsafe { alloc(&self.heap, ty.ptr(), &[bytes]) }.map_err(|e| self.out_of_memory(e))
    }
}

/// The bytes behind `this`, known to be a bytes object.
#[inline(always)]
pub(crate) fn this_bytes(this: &Owned) -> &Ref<PyBytes> { this.cast::<PyBytes>().expect("law: checked by the descriptor") }
