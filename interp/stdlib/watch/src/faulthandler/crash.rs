//! Ways to crash, for tests of what happens then.
//!
//! Not here: what is reported (`handler.rs`).

/// Sends this thread a signal, as a fault would.
pub fn signal(number: i32) {
    // SAFETY: no precondition.
    unsafe { libc::raise(number) };
}

/// `abort`, which a handler can see.
pub fn abort() -> ! {
    // SAFETY: no precondition.
    unsafe { libc::abort() }
}

/// Reads where nothing is.
pub fn read_null() {
    let nowhere = std::hint::black_box(std::ptr::null::<u32>());
    // SAFETY: none: this is to fail. The hint hides that from the compiler.
    std::hint::black_box(unsafe { nowhere.read_volatile() });
}

/// Uses up the stack; gives back how much it had used after 100 MB.
pub fn overflow(used: usize) -> usize {
    let mut page = [0u8; 4096];
    std::hint::black_box(&mut page);
    if used > 100 << 20 { return used }
    let deeper = overflow(used + page.len());
    std::hint::black_box(&page);
    deeper
}
