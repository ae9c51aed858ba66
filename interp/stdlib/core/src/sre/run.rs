//! Running a pattern over a subject: the loop that every method of patterns shares.
//!
//! Not here: what is done with the spans (`matched.rs`).

use instar_base_regex::{Mode, State, Stop};
use instar_vm::eval::breaker::bits::SIGNAL;
use instar_vm::object::{TraceField, Word};
use instar_vm::protocol::buffer::Buffer;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::pattern::PyPattern;

/// What is searched: a str, or anything with a buffer.
pub struct Subject {
    /// The object.
    pub obj: Owned,
    buffer: Option<Buffer>,
    /// Length in characters or bytes.
    pub len: usize,
}

impl Subject {
    /// The text of `obj`; TypeError if it has none.
    pub fn new(vm: &mut Vm, obj: &Owned) -> PyResult<Subject> {
        if let Some(s) = obj.cast::<PyStr>() { return Ok(Subject { obj: obj.clone(), buffer: None, len: s.len() }) }
        if !vm.is_bytes_like(obj) {
            let t = obj.type_name(vm);
            return Err(vm.type_error(format!("expected string or bytes-like object, got '{t}'")));
        }
        let buffer = vm.buffer(obj, false)?;
        let len = buffer.bytes(vm).len();
        Ok(Subject { obj: obj.clone(), buffer: Some(buffer), len })
    }
    /// Whether it is bytes.
    pub fn is_bytes(&self) -> bool { self.buffer.is_some() }
    /// The part from `start` to `end`; bounds beyond the end are cut.
    pub fn slice(&self, vm: &mut Vm, start: usize, end: usize) -> PyResult {
        let end = end.min(self.len);
        let start = start.min(end);
        let whole = start == 0 && end == self.len;
        match &self.buffer {
            Some(_) if whole && self.obj.is_exact::<PyBytes>(vm) => Ok(self.obj.clone()),
            Some(buffer) => { let bytes = buffer.bytes(vm); vm.new_bytes(bytes.get(start..end).unwrap_or_default()) }
            None if whole && self.obj.is_exact::<PyStr>(vm) => Ok(self.obj.clone()),
            None => {
                let s = self.obj.cast::<PyStr>().expect("law: a subject without buffer is a str");
                match s.units().slice(start, end) { Some(part) => vm.new_str_from(part), None => Ok(vm.consts.empty_str.clone()) }
            }
        }
    }
    /// An empty str or bytes, as the subject is.
    pub fn empty(&self, vm: &Vm) -> Owned { if self.is_bytes() { vm.consts.empty_bytes.clone() } else { vm.consts.empty_str.clone() } }
    /// Whether the text has a backslash.
    pub fn has_backslash(&self, vm: &Vm) -> bool {
        match &self.buffer {
            Some(buffer) => buffer.bytes(vm).contains(&b'\\'),
            None => self.obj.cast::<PyStr>().is_some_and(|s| s.chars().any(|c| c == 92)),
        }
    }
}

/// One pattern going over one subject.
pub struct Run {
    /// The pattern.
    pub pattern: Ref<PyPattern>,
    /// The subject.
    pub subject: Subject,
    /// Working memory, which holds the spans of the last match; it is the pattern's while no run has it.
    pub state: Box<State>,
    /// First position, as asked for.
    pub first: usize,
    /// Where the subject ends for this run.
    pub end: usize,
    /// Where the next attempt begins.
    pub at: usize,
    must_advance: bool,
}

impl Drop for Run {
    fn drop(&mut self) { self.pattern.scratch.set(Some(std::mem::take(&mut self.state))) }
}

// SAFETY: visits the two handles it owns; a buffer's owner counts as a reference from outside.
unsafe impl TraceField for Run {
    fn trace_field(&self, visit: &mut dyn FnMut(Word)) {
        visit(self.pattern.obj().word());
        visit(self.subject.obj.word());
    }
    fn clear_field(&mut self) {}
}

impl Run {
    /// A run over `string[pos:endpos]`.
    pub fn new(vm: &mut Vm, pattern: &Ref<PyPattern>, string: &Owned, pos: Option<&Owned>, endpos: Option<&Owned>) -> PyResult<Run> {
        let pos = match pos { Some(p) => vm.size_argument(p)?, None => 0 };
        let endpos = match endpos { Some(p) => vm.size_argument(p)?, None => isize::MAX };
        let subject = Subject::new(vm, string)?;
        match pattern.is_bytes {
            Some(false) if subject.is_bytes() => return Err(vm.type_error("cannot use a string pattern on a bytes-like object")),
            Some(true) if !subject.is_bytes() => return Err(vm.type_error("cannot use a bytes pattern on a string-like object")),
            _ => {}
        }
        let cut = |n: isize| usize::try_from(n).unwrap_or(0).min(subject.len);
        let (first, end) = (cut(pos), cut(endpos));
        let state = pattern.scratch.take().unwrap_or_default();
        Ok(Run { pattern: pattern.clone(), subject, state, first, end, at: first, must_advance: false })
    }

    /// The next match from where the last one ended; its spans are in `state`.
    pub fn step(&mut self, vm: &mut Vm, mode: Mode) -> PyResult<bool> {
        if self.at > self.end { return Ok(false) }
        loop {
            let mut hook = || vm.breaker.get() & SIGNAL != 0;
            let (program, span) = (&self.pattern.program, (self.at, self.end));
            let result = match &self.subject.buffer {
                Some(buffer) => program.run_units(&mut self.state, buffer.bytes(vm), span, mode, self.must_advance, &mut hook),
                None => {
                    let s = self.subject.obj.cast::<PyStr>().expect("law: a subject without buffer is a str");
                    program.run(&mut self.state, s.units(), span, mode, self.must_advance, &mut hook)
                }
            };
            match result {
                Ok(found) => {
                    if let (true, Some((start, end))) = (found, self.state.group(0)) {
                        self.must_advance = start == end;
                        self.at = end;
                    }
                    return Ok(found);
                }
                // A signal handler that does not raise lets the search start anew.
                Err(Stop::Interrupted) => vm.safe_point()?,
                Err(Stop::OutOfMemory) => return Err(vm.no_memory()),
            }
        }
    }

    /// Span of the whole match.
    pub fn span(&self) -> (usize, usize) { self.state.group(0).unwrap_or((0, 0)) }

    /// Text of a group of the last match; `default` if it took no part.
    pub fn group(&self, vm: &mut Vm, i: usize, default: &Owned) -> PyResult {
        match self.state.group(i) { Some((start, end)) => self.subject.slice(vm, start, end), None => Ok(default.clone()) }
    }
}
