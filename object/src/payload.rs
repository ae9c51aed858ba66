//! Where the words of a payload are, and how many bytes it has: what the type's flags and functions say about one object.
//! What is done with them when the object dies is in `death.rs`.
use crate::attrs;
use crate::bufvec::BufVec;
use crate::header::ObjPtr;
use crate::heap::Heap;
use crate::layout::Layout;
use crate::types::{TAIL, TypeFlags, TypeInfo, Words};
use crate::word::Word;
use core::cell::Cell;

/// Bytes before the words of a payload of [`Words::Inline`].
pub(crate) const INLINE_HEAD: usize = 8;

/// Address and number of the words of a payload of [`Words::Inline`].
///
/// # Safety
/// The payload is one.
#[inline(always)]
pub(crate) unsafe fn inline_words<L: Layout>(obj: ObjPtr<L>) -> (*const Word<L>, usize) {
    let lens = obj.payload::<u32>();
    // SAFETY: two numbers begin the payload.
    unsafe { (lens.byte_add(INLINE_HEAD).cast(), *lens as usize + (*lens.add(1) & !TAIL) as usize) }
}

/// Bytes that end such a payload and are no reference.
///
/// # Safety
/// As for `inline_words`.
#[inline(always)]
pub(crate) unsafe fn inline_tail<L: Layout>(obj: ObjPtr<L>) -> usize {
    // SAFETY: as there.
    (unsafe { *obj.payload::<u32>().add(1) } / TAIL) as usize * 8
}

/// The words of a payload of a type that has `WORDS`.
///
/// # Safety
/// The object is complete, and nothing changes it meanwhile.
#[inline(always)]
pub(crate) unsafe fn known_words<'a, L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>) -> impl Iterator<Item = Word<L>> + 'a {
    // SAFETY: the payload is as the type's `Words` says.
    let words: &'a [Word<L>] = unsafe {
        let (at, len) = match info.vtable.words {
            Words::Unknown => (core::ptr::NonNull::<Word<L>>::dangling().as_ptr().cast_const(), 0),
            Words::Inline => inline_words(obj),
            Words::Buffer => {
                let (at, len, _) = BufVec::<Word<L>, L>::take_apart(obj.payload());
                (at.as_ptr().cast_const(), len)
            }
            Words::Fields(len) => (obj.payload::<Word<L>>().cast_const(), len as usize),
        };
        core::slice::from_raw_parts(at, len)
    };
    words.iter().copied()
}

/// Bytes behind the header.
///
/// # Safety
/// The payload and the attributes are still there.
#[inline(always)]
pub(crate) unsafe fn payload_bytes<L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>, flags: TypeFlags) -> usize {
    if flags.contains(TypeFlags::INLINE) {
        // SAFETY: the caller's promise.
        return unsafe { INLINE_HEAD + inline_words(obj).1 * size_of::<Word<L>>() + inline_tail(obj) };
    }
    if flags.contains(TypeFlags::VAR)
        && let Some(size_of) = info.vtable.size_of
    {
        // SAFETY: the caller's promise.
        return unsafe { size_of(obj.payload()) };
    }
    if flags.contains(TypeFlags::VALUES) {
        return info.payload_bytes as usize + attrs::tail_bytes(obj, info);
    }
    info.payload_bytes as usize
}

impl<L: Layout> Heap<L> {
    /// Bytes that a live object asked for, with its prefix.
    pub(crate) fn bytes_of(&self, obj: ObjPtr<L>) -> usize {
        let info = obj.info();
        // SAFETY: a live object has its payload and attributes.
        info.instance_bytes(unsafe { payload_bytes(obj, info, info.flags.get()) })
    }
}

/// The `__slots__` words of an object.
#[inline(always)]
pub(crate) fn slots<'a, L: Layout>(obj: ObjPtr<L>, info: &TypeInfo<L>) -> &'a [Cell<Word<L>>] {
    if info.slots_len == 0 {
        return &[];
    }
    // SAFETY: the payload has the words (`TypeInfo::new`), and they are initialised from birth.
    unsafe { core::slice::from_raw_parts(obj.payload::<u8>().add(info.slots_offset as usize).cast(), info.slots_len as usize) }
}
