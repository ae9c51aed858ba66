//! What decompressor objects share: input that waits, limits of output, data behind the end.
//!
//! The formats plug in by [`Decode`]. Not here: the C libraries.

use instar_vm::{Owned, PyResult, Raised, Vm};

/// Output grows by so many bytes at first.
pub const CHUNK: usize = 32 * 1024;

/// What one step did.
pub struct Step {
    /// Bytes of input used.
    pub used: usize,
    /// Bytes of output made.
    pub made: usize,
    /// The stream ended.
    pub ended: bool,
}

/// A decoder of one stream.
pub trait Decode {
    /// Decodes some of `input` into `out`.
    fn step(&mut self, vm: &mut Vm, input: &[u8], out: &mut [u8]) -> PyResult<Step>;
    /// Whether a decoder that filled its output may still hold some, though all input is used.
    const HOLDS_BACK: bool;
}

/// The state around a decoder.
#[derive(Default)]
pub struct Pending {
    /// Input that waits for room in the output.
    input: Vec<u8>,
    /// Whether more input is needed before more output can be made.
    pub needs_input: bool,
    /// The end of the stream was reached.
    pub eof: bool,
    /// What stood behind the end.
    pub unused: Vec<u8>,
}

impl Pending {
    /// Before the first input.
    pub fn new() -> Pending { Pending { needs_input: true, ..Pending::default() } }
}

/// `decompress(data, max_length)`; `max` is `None` for no limit. Gives the state back with the output.
pub fn decompress<D: Decode>(vm: &mut Vm, decoder: &mut D, state: &mut Pending, data: &[u8], max: Option<usize>) -> PyResult<Vec<u8>> {
    let joined;
    let input: &[u8] = if state.input.is_empty() { data } else {
        let mut all = std::mem::take(&mut state.input);
        vm.append(&mut all, data)?;
        joined = all;
        &joined
    };
    let (mut at, mut out) = (0, Vec::new());
    let mut full;
    loop {
        let old = out.len();
        let room = grow(vm, &mut out, max)?;
        let step = decoder.step(vm, &input[at..], &mut out[old..])?;
        at += step.used;
        out.truncate(old + step.made);
        full = step.made == room;
        if step.ended { state.eof = true; break }
        if full && max.is_some_and(|m| out.len() >= m) { break }
        if at == input.len() && !full { break }
        // No progress though there is room: the decoder waits for input that is not there.
        if step.used == 0 && step.made == 0 && !full { break }
    }
    if state.eof {
        state.needs_input = false;
        let rest = &input[at..];
        if !rest.is_empty() { let mut unused = Vec::new(); vm.append(&mut unused, rest)?; state.unused = unused }
    } else if at == input.len() {
        state.needs_input = !(D::HOLDS_BACK && full);
    } else {
        state.needs_input = false;
        let mut rest = Vec::new();
        vm.append(&mut rest, &input[at..])?;
        state.input = rest;
    }
    Ok(out)
}

/// Makes room at the end of `out`, zeroed, within `max` bytes in all; how much.
pub fn grow(vm: &Vm, out: &mut Vec<u8>, max: Option<usize>) -> PyResult<usize> {
    let old = out.len();
    let mut more = if old == 0 { CHUNK } else { old.min(64 << 20) };
    if let Some(max) = max { more = more.min(max - old) }
    out.try_reserve(more).map_err(|_| vm.no_memory())?;
    out.resize(old + more, 0);
    Ok(more)
}

/// The limit that a `max_length` argument means.
pub fn limit(vm: &mut Vm, o: Option<&Owned>) -> PyResult<Option<usize>> {
    match o { Some(o) => Ok(usize::try_from(vm.count_index(o)?).ok()), None => Ok(None) }
}

/// EOFError of input after the end.
#[cold]
pub fn ended(vm: &mut Vm) -> Raised { vm.eof_error("End of stream already reached") }
