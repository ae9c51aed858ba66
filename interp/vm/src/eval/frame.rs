//! A Python frame on the stack: locals, eight header words, temps.
//!
//! ```text
//!   base                                 fp - 8                      fp
//!    | local 0 | local 1 | ... | local n-1 | header (8 words) | temp 0 | temp 1 | ...
//! ```
//! The frame pointer `fp` points at temp 0. Header words, from `fp - 8`: caller's fp, saved pc, executable, function (owned),
//! globals (borrowed from the function), namespace (owned or null), frame object (owned or null), flags.
//! Frames stand on the stack (`stack.rs`), generators' in their objects (`types/generator.rs`).
//! Not here: the frame object Python sees (`types/frame.rs`).

use instar_code::Unit;

use super::exec::Executable;
use crate::object::Word;
use crate::types::generator::PyGenerator;

/// Header size in words; `instar_code::FRAME_WORDS`.
pub const HEADER_WORDS: usize = instar_code::FRAME_WORDS as usize;

/// Flag bits of a frame.
pub mod frame_flags {
    /// Returning leaves `run` (native code called the function).
    pub const ENTRY: usize = 1;
    /// The frame lies in a generator-like object: its namespace word (borrowed), which owns the function.
    pub const GENERATOR: usize = 2;
    /// The frame is an `__init__`: the result is the instance that stands in the slot before the first local.
    pub const INIT: usize = 4;
    /// The frame is the first in its stack chunk.
    pub const CHUNK: usize = 8;
    /// The generator does not run: it was put among the running frames while its delegate handles a `throw`.
    pub const LINKED: usize = 16;
}

/// A frame, by its `fp`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Frame(pub *mut Word);

macro_rules! header {
    ($($(#[$doc:meta])* $get:ident $set:ident $index:literal $ty:ty;)*) => {
        impl Frame {
            $(
                $(#[$doc])*
                /// # Safety
                /// `self` is a live frame.
                #[inline(always)]
                pub unsafe fn $get(self) -> $ty { unsafe { self.0.cast::<$ty>().sub($index).read() } }
                /// Sets it.
                /// # Safety
                /// `self` is a frame being made or live; an owned old value has been taken.
                #[inline(always)]
                pub unsafe fn $set(self, value: $ty) { unsafe { self.0.cast::<$ty>().sub($index).write(value) } }
            )*
        }
    };
}

header! {
    /// The caller's fp (null for the outermost).
    prev set_prev 8 *mut Word;
    /// The instruction being executed, saved before anything that may look at the frame.
    pc set_pc 7 *mut Unit;
    /// The code being run.
    exec set_exec 6 *const Executable;
    /// The function object (owned).
    func set_func 5 Word;
    /// Globals dict, borrowed from the function.
    globals set_globals 4 Word;
    /// Namespace of module and class code (owned) or null; the object of a generator's frame, the instance of an `__init__`'s.
    namespace set_namespace 3 Word;
    /// The frame object, if one was made (owned), or null.
    frame_object set_frame_object 2 Word;
    /// `frame_flags`.
    flags set_flags 1 usize;
}

impl Frame {
    /// Where name ops look, borrowed: the namespace of the frame, or that kept by the object whose frame it is. Null if there is none.
    /// # Safety
    /// `self` is a live frame.
    #[inline]
    pub unsafe fn names(self) -> Word {
        unsafe {
            let flags = self.flags();
            if flags & frame_flags::GENERATOR != 0 { return (*self.namespace().ptr().payload::<PyGenerator>()).namespace() }
            if flags & frame_flags::INIT != 0 { Word::NULL } else { self.namespace() }
        }
    }
    /// Whether there is no frame.
    #[inline(always)]
    pub fn is_null(self) -> bool { self.0.is_null() }
    /// First local.
    /// # Safety
    /// `self` is a live frame.
    #[inline(always)]
    pub unsafe fn locals(self) -> *mut Word { unsafe { self.0.sub(HEADER_WORDS + (*self.exec()).nlocals) } }
    /// Constants of its code.
    /// # Safety
    /// `self` is a live frame.
    #[inline(always)]
    pub unsafe fn consts(self) -> *const Word { unsafe { (*self.exec()).consts.as_ptr().cast() } }
    /// One past the last word this frame may use. The next frame may begin there unless this one is a generator's.
    /// # Safety
    /// `self` is a live frame.
    #[inline(always)]
    pub unsafe fn end(self) -> *mut Word { unsafe { self.0.add((*self.exec()).temps) } }
    /// Index of the current unit.
    /// # Safety
    /// `self` is a live frame with a saved pc.
    #[inline]
    pub unsafe fn unit_index(self) -> usize { unsafe { self.pc().offset_from((*self.exec()).units.as_ptr()) as usize } }
}
