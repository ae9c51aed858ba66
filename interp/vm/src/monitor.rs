//! Monitoring: events of running code for tools (`sys.monitoring`), trace and profile functions.
//!
//! Nothing of it costs anything while no tool asks for events. A code that is watched has its instructions exchanged for `Traced` ops
//! (`code.rs`): the loop leaves for them, `step.rs` tells the tools and executes the instruction out of line. New frames are seen
//! because the loop's quick ways into a frame ask for room below `Vm::recursion_limit`, which is 0 while anything is watched
//! (decision 0006). Tools 6 and 7 are `sys.setprofile` and `sys.settrace` (`legacy.rs`). Not here: the functions of `sys.monitoring`
//! (`module.rs`), `f_lineno` (`jump.rs`).

pub mod code;
pub mod jump;
pub mod legacy;
pub mod module;
pub mod step;

use crate::eval::exec::Executable;
use crate::eval::frame::Frame;
use crate::object::{Owned, Word};
use crate::vm::{PyResult, Vm};
use code::Traced;

/// Numbers of events.
#[allow(missing_docs)]
pub mod event {
    pub const PY_START: usize = 0;
    pub const PY_RESUME: usize = 1;
    pub const PY_RETURN: usize = 2;
    pub const PY_YIELD: usize = 3;
    pub const CALL: usize = 4;
    pub const LINE: usize = 5;
    pub const INSTRUCTION: usize = 6;
    pub const JUMP: usize = 7;
    pub const BRANCH_LEFT: usize = 8;
    pub const BRANCH_RIGHT: usize = 9;
    pub const STOP_ITERATION: usize = 10;
    pub const RAISE: usize = 11;
    pub const EXCEPTION_HANDLED: usize = 12;
    pub const PY_UNWIND: usize = 13;
    pub const PY_THROW: usize = 14;
    pub const RERAISE: usize = 15;
    pub const C_RETURN: usize = 16;
    pub const C_RAISE: usize = 17;
    pub const BRANCH: usize = 18;
    /// Number of events.
    pub const COUNT: usize = 19;
    /// Events below this belong to a place in a code and can be switched off there.
    pub const LOCAL: usize = 11;
    /// Names in order.
    pub const NAMES: [&str; COUNT] = ["PY_START", "PY_RESUME", "PY_RETURN", "PY_YIELD", "CALL", "LINE", "INSTRUCTION", "JUMP", "BRANCH_LEFT", "BRANCH_RIGHT",
        "STOP_ITERATION", "RAISE", "EXCEPTION_HANDLED", "PY_UNWIND", "PY_THROW", "RERAISE", "C_RETURN", "C_RAISE", "BRANCH"];
}

/// The set of events.
pub const fn set(events: &[usize]) -> u32 {
    let (mut bits, mut n) = (0, 0);
    while n < events.len() {
        bits |= 1 << events[n];
        n += 1;
    }
    bits
}

/// Tools that programs can use; two more are the interpreter's own.
pub const USER_TOOLS: usize = 6;
/// `sys.setprofile`.
pub const PROFILE: usize = 6;
/// `sys.settrace`.
pub const TRACE: usize = 7;
const TOOLS: usize = 8;

/// A tool.
#[derive(Default)]
pub struct Tool {
    /// Its name while somebody uses it.
    pub name: Option<Owned>,
    /// Functions by event.
    pub callbacks: [Option<Owned>; event::COUNT],
    /// What it wants to hear of in any code.
    pub events: u32,
}

/// A call of something native that tools are to hear the end of.
struct Call { fp: *mut Word, unit: usize, callable: Owned, first: Owned }

/// What is monitored in an interpreter.
#[derive(Default)]
pub struct Monitor {
    pub(crate) tools: [Tool; TOOLS],
    /// Changes whenever what is to be watched does.
    pub(crate) version: u32,
    /// Codes with events of their own.
    pub(crate) local_codes: usize,
    /// The version from which on what tools switched off is on again.
    pub(crate) restarted: u32,
    /// By tool: the version from which on its events of single codes are gone.
    pub(crate) cleared: [u32; TOOLS],
    /// Anything is watched.
    pub(crate) active: bool,
    /// What callbacks give to hear no more of a place.
    pub(crate) disable: Option<Owned>,
    /// Stands for an argument that is not there.
    pub(crate) missing: Option<Owned>,
    calls: Vec<Call>,
}

/// The part of it that belongs to a thread.
#[derive(Default)]
pub struct Own {
    /// `sys.settrace`
    pub trace: Option<Owned>,
    /// `sys.setprofile`
    pub profile: Option<Owned>,
    /// Callbacks that run: nothing is told meanwhile.
    pub busy: u32,
    /// The frame that ran last under watch, and its line.
    pub(crate) last: (FramePlace, i32),
    /// The frame that tools are told of before it has begun: it is at the line of its definition.
    pub(crate) beginning: FramePlace,
    /// The frame for which the trace function runs, and the event: `f_lineno` may be set.
    pub(crate) jumping: Option<(Word, jump::During)>,
}

/// Address of a frame, or null.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FramePlace(pub(crate) *mut Word);
impl Default for FramePlace { fn default() -> Self { FramePlace(std::ptr::null_mut()) } }

impl Monitor {
    /// Events that any tool wants everywhere.
    fn global(&self) -> u32 { self.tools.iter().fold(0, |all, t| all | t.events) }
}

impl Vm {
    /// What is to be watched has changed: takes effect in every running frame at its next instruction.
    pub(crate) fn monitor_changed(&mut self) {
        self.monitor.version += 1;
        self.monitor.active = self.monitor.global() != 0 || self.monitor.local_codes > 0;
        self.recursion_limit = if self.monitor.active { 0 } else { self.recursion_limit_set };
        for (_, frame, _) in self.each_thread() {
            let mut at = frame;
            while let Some(f) = at {
                // SAFETY: walks live frames.
                unsafe {
                    code::watch(self, &*f.exec());
                    at = Some(Frame(f.prev())).filter(|f| !f.is_null());
                }
            }
        }
    }

    /// Whether anything is watched.
    pub(crate) fn is_monitored(&self) -> bool { self.monitor.active }
    /// Whether tools may hear of events now.
    #[inline]
    pub(crate) fn monitoring(&self) -> bool { self.monitor.active && self.own.busy == 0 }

    /// Tells the tools of `event` at `unit` of `exec`: `args` come after the code.
    pub(crate) fn tell(&mut self, f: Frame, event: usize, args: &[Owned]) -> PyResult<()> {
        // SAFETY: callers pass live frames with a saved pc.
        let (exec, unit) = unsafe { (&*f.exec(), f.unit_index()) };
        let wanted = if matches!(event, event::C_RETURN | event::C_RAISE) { event::CALL } else { event };
        for tool in (0..TOOLS).rev() {
            if self.own.busy > 0 { return Ok(()) }
            let local = Traced::of(exec).map_or(0, |t| t.local(tool));
            if (self.monitor.tools[tool].events | local) >> wanted & 1 == 0 { continue }
            if tool >= USER_TOOLS { legacy::handle(self, f, tool, event, args)?; continue }
            if event < event::LOCAL && Traced::of(exec).is_some_and(|t| t.is_disabled(unit, event, tool)) { continue }
            let Some(callback) = self.monitor.tools[tool].callbacks[event].clone() else { continue };
            // SAFETY: the code object owns the executable.
            let code = unsafe { Owned::share_word(exec.code) };
            let mut all = vec![code];
            all.extend_from_slice(args);
            self.own.busy += 1;
            let r = self.call_n(&callback, &all);
            self.own.busy -= 1;
            let r = r?;
            if !self.monitor.disable.as_ref().is_some_and(|d| d.is(&r)) { continue }
            if event < event::LOCAL {
                if let Some(t) = code::traced(self, exec) { t.disable(unit, event, tool) }
            } else {
                self.monitor.tools[tool].callbacks[event] = None;
                return Err(self.value_error(format!("Cannot disable {} events. Callback removed.", event::NAMES[event])));
            }
        }
        Ok(())
    }

    /// Whether some tool wants `event` in this code.
    pub(crate) fn wants(&self, exec: &Executable, event: usize) -> bool {
        let local = Traced::of(exec).map_or(0, Traced::all_local);
        (self.monitor.global() | local) >> event & 1 != 0
    }

    /// The offset of a unit, as tools count.
    pub(crate) fn offset_of(&self, unit: usize) -> PyResult { self.new_int(unit as i64 * 8) }

    /// `tell` with the offset before `args`.
    pub(crate) fn tell_at(&mut self, f: Frame, event: usize, args: &[Owned]) -> PyResult<()> {
        // SAFETY: as `tell`.
        let unit = unsafe { f.unit_index() };
        let mut all = vec![self.offset_of(unit)?];
        all.extend_from_slice(args);
        self.tell(f, event, &all)
    }

    /// What stands for a missing argument.
    pub(crate) fn monitor_missing(&self) -> Owned { self.monitor.missing.clone().unwrap_or_else(|| self.none()) }

    /// A frame was pushed while something is watched: its code is, too. An error is the callback's.
    ///
    /// # Safety
    /// `f` is the innermost frame, at its first unit.
    pub(crate) unsafe fn frame_begins(&mut self, f: Frame) -> PyResult<()> {
        let exec = unsafe { &*f.exec() };
        code::watch(self, exec);
        if exec.flags & (instar_code::flags::GENERATOR | instar_code::flags::COROUTINE | instar_code::flags::ASYNC_GENERATOR) != 0 { return Ok(()) }
        if self.monitoring() && self.wants(exec, event::PY_START) { self.tell_beginning(f, event::PY_START) } else { Ok(()) }
    }

    /// A generator's frame was entered by native code while something is watched.
    ///
    /// # Safety
    /// `f` is the innermost frame.
    pub(crate) unsafe fn frame_resumes(&mut self, f: Frame, created: bool, thrown: Option<&Owned>) -> PyResult<()> {
        let exec = unsafe { &*f.exec() };
        code::watch(self, exec);
        if !self.monitoring() { return Ok(()) }
        let which = match (created, thrown) { (_, Some(_)) => event::PY_THROW, (true, None) => event::PY_START, (false, None) => event::PY_RESUME };
        if !self.wants(exec, which) { return Ok(()) }
        if which == event::PY_START { return self.tell_beginning(f, which) }
        self.tell_at(f, which, thrown.map_or(&[][..], std::slice::from_ref))
    }

    fn tell_beginning(&mut self, f: Frame, which: usize) -> PyResult<()> {
        let before = std::mem::replace(&mut self.own.beginning, FramePlace(f.0));
        let r = self.tell_at(f, which, &[]);
        self.own.beginning = before;
        r
    }
}
