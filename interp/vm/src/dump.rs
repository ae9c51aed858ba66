//! Stacks of all threads written where nothing may be allocated and nothing may be trusted: in signal handlers, and by a thread that does
//! not hold the interpreter.
//!
//! What runs Python code keeps its frame pointer in a register between calls, so the stack of a thread that is stopped there can begin
//! with a frame that has ended. Every word on the way to a code object is therefore read by a function that cannot crash, and a frame
//! counts only if its code owns what it executes. Not here: tracebacks (`display.rs`), who asks (`faulthandler`).

use std::mem::{offset_of, MaybeUninit};
use std::sync::Mutex;

use instar_code::{CodeBlob, Unit};

use crate::eval::exec::Executable;
use crate::eval::frame::HEADER_WORDS;
use crate::object::Word;
use crate::types::code::PyCode;
use crate::vm::Vm;

/// Most frames of a thread that are shown.
const MAX_FRAMES: usize = 100;
/// Most threads that are shown.
const MAX_THREADS: usize = 100;
/// Most characters of a name that are shown.
const MAX_TEXT: usize = 500;

/// Where a dump goes and what it reads memory by.
pub struct Means<'a> {
    /// Writes.
    pub write: &'a dyn Fn(&[u8]),
    /// Copies from an address; false if nothing is there.
    pub read: fn(usize, &mut [u8]) -> bool,
    /// The name that the system has for a thread: a length in the buffer, 0 for none.
    pub name: fn(i64, &mut [u8]) -> usize,
}

/// Held by who starts or ends a thread; a dump that does not get it shows the running thread only.
#[derive(Default)]
pub(crate) struct Roster(pub(crate) Mutex<()>);

impl Means<'_> {
    fn text(&self, text: &str) { (self.write)(text.as_bytes()) }

    fn copy<T: Copy>(&self, address: *const T) -> Option<T> {
        let mut value = MaybeUninit::<T>::uninit();
        // SAFETY: the bytes are those of a T's place.
        let bytes = unsafe { std::slice::from_raw_parts_mut(value.as_mut_ptr().cast::<u8>(), size_of::<T>()) };
        // SAFETY: filled; the types read here are words and pointers, for which all bits are values.
        (address.is_aligned() && (self.read)(address.addr(), bytes)).then(|| unsafe { value.assume_init() })
    }

    /// Digits of a number to a base, at least `width` of them.
    fn number(&self, mut n: u64, base: u64, width: usize) {
        let mut digits = [0u8; 20];
        let mut at = digits.len();
        while n > 0 || digits.len() - at < width.max(1) {
            at -= 1;
            digits[at] = b"0123456789abcdef"[(n % base) as usize];
            n /= base;
        }
        (self.write)(&digits[at..]);
    }

    /// A decimal number, padded with zeros.
    pub fn decimal(&self, n: u64, width: usize) { self.number(n, 10, width) }
    /// A hexadecimal number with its prefix.
    pub fn hex(&self, n: u64, width: usize) { self.text("0x"); self.number(n, 16, width) }

    fn escaped(&self, text: &str) {
        for (i, c) in text.chars().enumerate() {
            if i == MAX_TEXT { return self.text("...") }
            match u32::from(c) {
                0x20..=0x7E => (self.write)(&[c as u8]),
                n @ 0..=0xFF => { self.text("\\x"); self.number(n.into(), 16, 2) }
                n @ 0..=0xFFFF => { self.text("\\u"); self.number(n.into(), 16, 4) }
                n => { self.text("\\U"); self.number(n.into(), 16, 8) }
            }
        }
    }

    /// What a frame runs, the caller's frame and the current unit; `None` if this is no frame.
    fn frame(&self, fp: *const Word) -> Option<(*const Executable, *const Word, usize)> {
        let header = fp.wrapping_sub(HEADER_WORDS).cast::<usize>();
        let word = |i: usize| self.copy(header.wrapping_add(i));
        let (prev, pc, exec) = (word(0)?, word(1)?, word(2)? as *const Executable);
        let field = |offset: usize| exec.cast::<u8>().wrapping_add(offset);
        let code: Word = self.copy(field(offset_of!(Executable, code)).cast())?;
        if code.is_null() || !code.is_ptr() { return None }
        // The code object it names owns it, and both are of one blob.
        let owner: *const PyCode = code.ptr().payload();
        let of_owner = |offset: usize| self.copy(owner.cast::<u8>().wrapping_add(offset).cast::<usize>());
        let blob = self.copy(field(offset_of!(Executable, blob)).cast::<usize>())?;
        if of_owner(PyCode::EXECUTABLE)? != exec.addr() || of_owner(PyCode::BLOB)? != blob { return None }
        let units = self.copy(field(offset_of!(Executable, units)).cast::<*const [Unit]>())?;
        let unit = pc.checked_sub(units.cast::<Unit>().addr())? / size_of::<Unit>();
        if unit >= units.len() { return None }
        Some((exec, prev as *const Word, unit))
    }

    /// The frames from `fp` outwards.
    fn stack(&self, mut fp: *const Word) {
        if fp.is_null() { return self.text("  <no Python frame>\n") }
        for _ in 0..MAX_FRAMES {
            let Some((exec, prev, unit)) = self.frame(fp) else { return self.text("  <a frame that has ended>\n") };
            // SAFETY: just found to be a live executable.
            let blob: &CodeBlob = unsafe { &(*exec).blob };
            self.text("  File \"");
            self.escaped(&blob.filename);
            self.text("\", line ");
            match u64::try_from(blob.positions.line(unit)) { Ok(n) => self.decimal(n, 1), Err(_) => self.text("???") }
            self.text(" in ");
            self.escaped(&blob.name);
            self.text("\n");
            fp = prev;
            if fp.is_null() { return }
        }
    }

    fn thread(&self, ident: i64, current: bool) {
        self.text(if current { "Current thread " } else { "Thread " });
        self.hex(ident as u64, 16);
        let mut name = [0; 64];
        let n = (self.name)(ident, &mut name).min(name.len());
        if n > 0 { self.text(" ["); (self.write)(&name[..n]); self.text("]") }
        self.text(" (most recent call first):\n");
    }
}

/// The stack of the thread `ident`, or of the one that runs if that is none of the interpreter's.
///
/// # Safety
/// `vm` is alive.
pub unsafe fn one(vm: *const Vm, ident: i64, means: &Means<'_>) {
    means.text("Stack (most recent call first):\n");
    // SAFETY: the caller's promise. What is read is words that other threads write whole.
    unsafe {
        let lock = (*vm).threads.roster.0.try_lock();
        let fp = if lock.is_ok() { (*vm).threads.frame_of(ident) } else { None };
        means.stack(fp.unwrap_or((*vm).fp.cast_const()));
    }
}

/// The stacks of all threads, the newest first; `ident` is called the current one.
///
/// # Safety
/// `vm` is alive.
pub unsafe fn all(vm: *const Vm, ident: Option<i64>, means: &Means<'_>) {
    // SAFETY: as above; under the lock no thread begins or ends.
    unsafe {
        let running = (*vm).fp.cast_const();
        let Ok(_lock) = (*vm).threads.roster.0.try_lock() else {
            means.thread(ident.unwrap_or(0), ident.is_some());
            return means.stack(running);
        };
        let mut count = 0;
        (*vm).threads.each_place(|thread, fp| {
            if count == MAX_THREADS { return }
            count += 1;
            if count == MAX_THREADS { return means.text("...\n") }
            if count > 1 { means.text("\n") }
            let current = ident == Some(thread);
            means.thread(thread, current);
            if current && (*vm).collecting.running { means.text("  Garbage-collecting\n") }
            means.stack(fp.unwrap_or(running));
        });
    }
}
