//! Reports of exceptions as text: chains, groups, notes, syntax errors; the native `sys.excepthook` and `sys.unraisablehook`.
//!
//! The text equals that of `traceback.print_exception`, made without Python code of the library. Not here: the stack part
//! (`display/frames.rs`), source lines (`display/source.rs`), "Did you mean" (`suggest.rs`).

pub mod anchors;
mod frames;
pub mod source;

use crate::object::{ObjExt, Owned, Ref};
use crate::typeobj::TypeRef;
use crate::types::exception::PyException;
use crate::types::int::{int_ref, IntRef};
use crate::types::str::PyStr;
use crate::types::syntax_error::field as syntax;
use crate::types::traceback::PyTraceback;
use crate::types::{exception_group, exception};
use crate::vm::{PyResult, Raised, Vm};
use source::Sources;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
/// Groups nested deeper, and exceptions of one group beyond this many, are only counted.
const MAX_GROUP_DEPTH: usize = 10;
const MAX_GROUP_WIDTH: usize = 15;

/// The state of one report.
struct Report {
    out: String,
    depth: usize,
    need_close: bool,
    seen: Vec<Ref<PyException>>,
    sources: Sources,
    limit: Option<usize>,
}

/// How an exception is linked to the one that is shown before it.
enum Link { Cause, Context }

impl Report {
    fn new(vm: &mut Vm) -> Report {
        Report { out: String::new(), depth: 0, need_close: false, seen: Vec::new(), sources: Sources::default(), limit: traceback_limit(vm) }
    }

    fn indent(&self) -> String { " ".repeat(2 * self.depth) }

    fn emit_with(&mut self, text: &str, margin: char) {
        if self.depth == 0 { self.out.push_str(text); return }
        let prefix = format!("{}{margin} ", self.indent());
        for line in text.split_inclusive('\n') { self.out.push_str(&prefix); self.out.push_str(line) }
    }

    fn emit(&mut self, text: &str) { self.emit_with(text, '|') }

    fn unseen(&mut self, e: &Ref<PyException>) -> bool {
        if self.seen.iter().any(|s| s.is(e.obj())) { return false }
        self.seen.push(e.clone());
        true
    }

    fn exception(&mut self, vm: &mut Vm, e: &Ref<PyException>, tb: Option<Ref<PyTraceback>>) -> PyResult<()> {
        vm.check_native_stack(" while printing a traceback")?;
        let mut rows = vec![(e.clone(), tb, None)];
        loop {
            let at = rows.last().expect("law: not empty").0.clone();
            let next = match at.cause_exception().filter(|c| self.unseen(c)) {
                Some(c) => Some((c, Link::Cause)),
                None if at.suppress_context.get() => None,
                None => at.context_exception().filter(|c| self.unseen(c)).map(|c| (c, Link::Context)),
            };
            let Some((next, link)) = next else { break };
            rows.last_mut().expect("law: not empty").2 = Some(link);
            let tb = traceback_of(&next);
            rows.push((next, tb, None));
        }
        for (e, tb, link) in rows.into_iter().rev() {
            match link { Some(Link::Cause) => self.emit(CAUSE), Some(Link::Context) => self.emit(CONTEXT), None => {} }
            self.one(vm, &e, tb)?;
        }
        Ok(())
    }

    fn one(&mut self, vm: &mut Vm, e: &Ref<PyException>, tb: Option<Ref<PyTraceback>>) -> PyResult<()> {
        let stack = tb.as_ref().map(|t| frames::format_stack(vm, t, self.limit, true, &mut self.sources)).filter(|s| !s.is_empty());
        if !exception_group::is_group(vm, e.obj()) {
            if let Some(s) = stack { self.emit("Traceback (most recent call last):\n"); self.emit(&s) }
            let text = exception_only(vm, e, tb.as_ref());
            self.emit(&text);
            return Ok(());
        }
        if self.depth > MAX_GROUP_DEPTH {
            self.emit(&format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"));
            return Ok(());
        }
        let top = self.depth == 0;
        if top { self.depth += 1 }
        if let Some(s) = stack {
            self.emit_with("Exception Group Traceback (most recent call last):\n", if top { '+' } else { '|' });
            self.emit(&s);
        }
        let text = exception_only(vm, e, tb.as_ref());
        self.emit(&text);
        let group = exception_group::exceptions(vm, e.obj());
        let total = group.len();
        let shown = if total <= MAX_GROUP_WIDTH { total } else { MAX_GROUP_WIDTH + 1 };
        self.need_close = false;
        for i in 0..shown {
            let last = i == shown - 1;
            if last { self.need_close = true }
            let truncated = i >= MAX_GROUP_WIDTH;
            let title = if truncated { "...".to_owned() } else { (i + 1).to_string() };
            let indent = self.indent();
            self.out.push_str(&format!("{indent}{}+---------------- {title} ----------------\n", if i == 0 { "+-" } else { "  " }));
            self.depth += 1;
            if truncated {
                let more = total - MAX_GROUP_WIDTH;
                self.emit(&format!("and {more} more exception{}\n", if more > 1 { "s" } else { "" }));
            } else if let Some(sub) = group.get(i).and_then(|s| Ref::<PyException>::try_from(s).ok()) {
                self.unseen(&sub);
                let tb = traceback_of(&sub);
                self.exception(vm, &sub, tb)?;
            }
            if last && self.need_close {
                let indent = self.indent();
                self.out.push_str(&format!("{indent}+------------------------------------\n"));
                self.need_close = false;
            }
            self.depth -= 1;
        }
        if top { self.depth = 0 }
        Ok(())
    }
}

fn traceback_of(e: &PyException) -> Option<Ref<PyTraceback>> { e.traceback.get().and_then(|t| Ref::try_from(t).ok()) }

/// `sys.tracebacklimit`.
fn traceback_limit(vm: &mut Vm) -> Option<usize> {
    let key = vm.names.tracebacklimit.clone();
    match int_ref(&vm.sys.get_interned(vm, &key)?)? { IntRef::Small(n) => Some(usize::try_from(n).unwrap_or(0)), big => if big.signum() > 0 { None } else { Some(0) } }
}

/// `str(o)`, or what stands for it when that fails.
fn safe_str(vm: &mut Vm, o: &Owned, what: &str) -> String { vm.str_text(o).unwrap_or_else(|_| format!("<{what} str() failed>")) }
fn safe_repr(vm: &mut Vm, o: &Owned, what: &str) -> String { vm.repr_text(o).unwrap_or_else(|_| format!("<{what} repr() failed>")) }

/// The class as reports name it: with its module unless that is `builtins` or `__main__`; `unknown` stands for one that is no text.
fn class_name(vm: &mut Vm, ty: &TypeRef, unknown: &str) -> String {
    let key = vm.names.__module__.clone();
    let name = ty.qualname(vm);
    match vm.get_attr_opt(ty.obj(), &key) {
        Ok(Some(m)) => match m.cast::<PyStr>().map(|m| m.to_string_lossy()) {
            Some(m) if m == "builtins" || m == "__main__" => name,
            Some(m) => format!("{m}.{name}"),
            None => format!("{unknown}{name}"),
        },
        _ => name,
    }
}

/// The last lines of a report: class and message (or the place of a syntax error), then notes.
pub fn exception_only(vm: &mut Vm, e: &Ref<PyException>, tb: Option<&Ref<PyTraceback>>) -> String {
    let ty = e.obj().type_of(vm).clone();
    let class = class_name(vm, &ty, "<unknown>.");
    let mut out = if ty.is_subtype_of(vm, &vm.types.syntax_error) {
        syntax_report(vm, e, &class)
    } else {
        let mut text = safe_str(vm, e.obj(), "exception");
        if let Some(hint) = crate::suggest::hint(vm, e, tb) { text.push_str(&hint) }
        if text.is_empty() { format!("{class}\n") } else { format!("{class}: {text}\n") }
    };
    notes(vm, e, &mut out);
    out
}

fn notes(vm: &mut Vm, e: &Ref<PyException>, out: &mut String) {
    let key = vm.names.__notes__.clone();
    let notes = match vm.get_attr_opt(e.obj(), &key) {
        Ok(None) => return,
        Ok(Some(n)) => n,
        Err(error) => {
            let text = safe_repr(vm, error.exception().obj(), "__notes__");
            out.push_str(&format!("Ignored error getting __notes__: {text}\n"));
            return;
        }
    };
    if vm.is_none(&notes) { return }
    let is_list = notes.is_instance_of(vm, &vm.types.list) || notes.is_instance_of(vm, &vm.types.tuple);
    match if is_list { vm.collect(&notes).ok() } else { None } {
        Some(items) => for note in items {
            for line in safe_str(vm, &note, "note").split('\n') { out.push_str(line); out.push('\n') }
        },
        None => { out.push_str(&safe_repr(vm, &notes, "__notes__")); out.push('\n') }
    }
}

/// File line, source line with carets, message.
fn syntax_report(vm: &mut Vm, e: &Ref<PyException>, class: &str) -> String {
    let given = |vm: &Vm, f: usize| e.field(f).filter(|o| !vm.is_none(o));
    let number = |o: Option<Owned>| o.as_ref().and_then(int_ref).and_then(|n| if let IntRef::Small(n) = n { Some(n) } else { None });
    let mut out = String::new();
    let (file, line) = (given(vm, syntax::FILENAME), given(vm, syntax::LINENO));
    let mut suffix = String::new();
    if let Some(line) = &line {
        let line = safe_str(vm, line, "lineno");
        let name = match &file { Some(f) => safe_str(vm, f, "filename"), None => String::new() };
        out.push_str(&format!("  File \"{}\", line {line}\n", if name.is_empty() { "<string>" } else { &name }));
    } else if let Some(f) = &file {
        suffix = format!(" ({})", safe_str(vm, f, "filename"));
    }
    if let Some(text) = given(vm, syntax::TEXT).filter(|t| t.cast::<PyStr>().is_some()) {
        let text = vm.repr_text_plain(&text);
        let end_line = number(given(vm, syntax::END_LINENO));
        let range = number(given(vm, syntax::OFFSET)).map(|offset| {
            (offset, number(line.clone()) == end_line, number(given(vm, syntax::END_OFFSET)))
        });
        source_with_caret(&text, range, given(vm, syntax::OFFSET).is_none(), &mut out);
    }
    let msg = given(vm, syntax::MSG).map(|m| safe_str(vm, &m, "msg")).unwrap_or_default();
    out.push_str(&format!("{class}: {}{suffix}\n", if msg.is_empty() { "<no detail available>" } else { &msg }));
    out
}

/// `range`: (offset, the range ends on the same line, end offset), from 1.
fn source_with_caret(text: &str, range: Option<(i64, bool, Option<i64>)>, no_offset: bool, out: &mut String) {
    let right: Vec<char> = text.trim_end_matches('\n').chars().collect();
    let spaces = right.iter().take_while(|c| matches!(c, ' ' | '\n' | '\x0c')).count();
    let left: String = right[spaces..].iter().collect();
    let Some((mut offset, same_line, end)) = range else {
        if no_offset { out.push_str(&format!("    {left}\n")) }
        return;
    };
    let all = text.chars().count() as i64;
    let beyond = right.len() as i64 + 1;
    let mut end = if same_line { end.filter(|n| *n != 0).unwrap_or(offset) } else { beyond };
    if all > 0 && offset > all { offset = beyond }
    if all > 0 && end > all { end = beyond }
    if offset >= end || end < 0 { end = offset + 1 }
    let (from, to) = (offset - 1 - spaces as i64, end - 1 - spaces as i64);
    out.push_str(&format!("    {left}\n"));
    if from < 0 { return }
    let space: String = left.chars().take(from as usize).map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
    out.push_str(&format!("    {space}{}\n", "^".repeat((to - from).max(0) as usize)));
}

/// The whole report, as `traceback.format_exception` joined. `tb` replaces the exception's own traceback if given.
pub fn format_exception(vm: &mut Vm, e: &Ref<PyException>, tb: Option<Ref<PyTraceback>>) -> String {
    let mut report = Report::new(vm);
    report.unseen(e);
    if report.exception(vm, e, tb).is_err() { report.out.push_str("<traceback cut short>\n") }
    report.out
}

/// The stack of a traceback below its headline, without marks under what was being evaluated.
pub fn format_traceback(vm: &mut Vm, tb: &Ref<PyTraceback>) -> String {
    let limit = traceback_limit(vm);
    format!("Traceback (most recent call last):\n{}", frames::format_stack(vm, tb, limit, false, &mut Sources::default()))
}

/// Writes text to `sys.stderr`; to the process's own standard error if that fails.
pub fn write_stderr(vm: &mut Vm, text: &str) {
    use std::io::Write;
    let key = vm.names.stderr.clone();
    if let Some(file) = vm.sys.get_interned(vm, &key) {
        if vm.is_none(&file) { return }
        let write = vm.names.write.clone();
        if let Ok(s) = vm.new_str(text)
            && vm.call_method(&file, &write, &[s]).is_ok()
        {
            let flush = vm.names.flush.clone();
            drop(vm.call_method(&file, &flush, &[]));
            return;
        }
    }
    // Nobody is left to tell if this fails too.
    drop(std::io::stderr().write_all(text.as_bytes()));
}

/// Whether the library prints an exception: it has colours, and ideas about what was meant by a syntax error.
fn library_prints(vm: &mut Vm, e: &Ref<PyException>) -> bool {
    if e.obj().is_instance_of(vm, &vm.types.memory_error) || e.obj().is_instance_of(vm, &vm.types.recursion_error) { return false }
    if e.obj().is_instance_of(vm, &vm.types.syntax_error) { return true }
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    set("FORCE_COLOR") || !vm.settings.ignore_environment && set("PYTHON_COLORS") || std::io::IsTerminal::is_terminal(&std::io::stderr())
}

/// Prints by `traceback._print_exception_bltin`; false if that cannot be.
fn print_by_library(vm: &mut Vm, e: &Ref<PyException>, tb: Option<&Ref<PyTraceback>>) -> bool {
    // It looks at the exception's own traceback.
    let same = match (tb, traceback_of(e)) { (None, None) => true, (Some(a), Some(b)) => a.is(b.obj()), _ => false };
    if !same || !library_prints(vm, e) { return false }
    match vm.import_attr("traceback", "_print_exception_bltin").and_then(|print| vm.call1(&print, e.obj())) {
        Ok(_) => { flush_stderr(vm); true }
        Err(_) => false,
    }
}

fn flush_stderr(vm: &mut Vm) {
    let (key, flush) = (vm.names.stderr.clone(), vm.names.flush.clone());
    if let Some(file) = vm.sys.get_interned(vm, &key).filter(|f| !vm.is_none(f)) { drop(vm.call_method(&file, &flush, &[])) }
}

/// The native `sys.excepthook`.
pub fn print_exception(vm: &mut Vm, e: &Ref<PyException>, tb: Option<Ref<PyTraceback>>) {
    if print_by_library(vm, e, tb.as_ref()) { return }
    let text = format_exception(vm, e, tb);
    write_stderr(vm, &text);
}

/// What an exception that left the program means for it: the exit status of SystemExit (its message is printed), else 1 after
/// `sys.excepthook` has reported the exception. The status of an uncaught KeyboardInterrupt is 130.
pub fn report_uncaught(vm: &mut Vm, error: Raised) -> i32 {
    if error.is(vm, &vm.types.system_exit) { return exit_status(vm, error.exception()) }
    let status = if error.is(vm, &vm.types.keyboard_interrupt) { 130 } else { 1 };
    show_uncaught(vm, &error).unwrap_or(status)
}

/// Reports an exception by `sys.excepthook`, and remembers it for debuggers. The exit status if the hook raised SystemExit.
pub fn show_uncaught(vm: &mut Vm, error: &Raised) -> Option<i32> {
    let e = error.exception().clone();
    let ty = e.obj().type_of(vm).obj().clone();
    let tb = vm.option_to_none(e.traceback.get());
    for (name, value) in [(vm.names.last_exc.clone(), e.obj()), (vm.names.last_type.clone(), &ty), (vm.names.last_value.clone(), e.obj()), (vm.names.last_traceback.clone(), &tb)] {
        // Only debuggers after the fact look there.
        drop(vm.sys.clone().set_interned(vm, &name, value));
    }
    let key = vm.names.excepthook.clone();
    let Some(hook) = vm.sys.get_interned(vm, &key) else {
        write_stderr(vm, "sys.excepthook is missing\n");
        print_exception(vm, &e, traceback_of(&e));
        return None;
    };
    if let Err(second) = vm.call_n(&hook, &[ty, e.obj().clone(), tb]) {
        if second.is(vm, &vm.types.system_exit) { return Some(exit_status(vm, second.exception())) }
        write_stderr(vm, "Error in sys.excepthook:\n");
        print_exception(vm, second.exception(), traceback_of(second.exception()));
        write_stderr(vm, "\nOriginal exception was:\n");
        print_exception(vm, &e, traceback_of(&e));
    }
    None
}

fn exit_status(vm: &mut Vm, e: &Ref<PyException>) -> i32 {
    let key = vm.names.code.clone();
    let code = match vm.get_attr_opt(e.obj(), &key) { Ok(Some(c)) => c, _ => vm.option_to_none(e.field(exception::VALUE)) };
    if vm.is_none(&code) { return 0 }
    if let Some(n) = int_ref(&code) { return match n { IntRef::Small(n) => (n & 0xFF) as i32, IntRef::Big(_) => 255 } }
    // The stream has its own way with characters that it cannot encode.
    let (key, write) = (vm.names.stderr.clone(), vm.names.write.clone());
    match vm.sys.get_interned(vm, &key).filter(|f| !vm.is_none(f)) {
        Some(stream) => {
            drop(vm.str(&code).and_then(|text| vm.call_method(&stream, &write, &[text])));
            write_stderr(vm, "\n");
        }
        None => {
            use std::io::Write;
            let text = safe_str(vm, &code, "exit code");
            // Nobody is left to tell if this fails.
            drop(writeln!(std::io::stderr(), "{text}"));
        }
    }
    1
}

// ---- errors nobody can catch ---------------------------------------------------------------------------------------

/// Calls `sys.unraisablehook`; the native hook's text is printed if that is missing or fails. `what` begins a message that ends with
/// `object`; without it the report says "Exception ignored in".
pub fn report_unraisable(vm: &mut Vm, error: Raised, what: &str, object: Option<&Owned>) {
    let message = match (what, object) {
        ("", _) => None,
        (w, Some(o)) => { let text = safe_repr(vm, o, "object"); Some(format!("{w} {text}")) }
        (w, None) => Some(w.to_owned()),
    };
    let object = if message.is_some() { None } else { object.cloned() };
    let key = vm.names.unraisablehook.clone();
    let hook = vm.sys.get_interned(vm, &key).filter(|h| !vm.is_none(h));
    if let Some(hook) = hook
        && let Ok(args) = crate::sysmod::hooks::unraisable_args(vm, &error, message.as_deref(), object.as_ref())
    {
        if let Err(second) = vm.call1(&hook, &args) {
            print_unraisable(vm, second.exception(), Some("Exception ignored in sys.unraisablehook"), Some(&hook));
        }
        return;
    }
    print_unraisable(vm, error.exception(), message.as_deref(), object.as_ref());
}

/// The stack without carets, class and message: neither what led to the exception nor its notes, nor what is special for some classes.
fn format_briefly(vm: &mut Vm, e: &Ref<PyException>) -> String {
    let limit = traceback_limit(vm);
    let stack = traceback_of(e).map(|t| frames::format_stack(vm, &t, limit, false, &mut Sources::default())).filter(|s| !s.is_empty());
    let ty = e.obj().type_of(vm).clone();
    let (class, text) = (class_name(vm, &ty, "<unknown>"), safe_str(vm, e.obj(), "exception"));
    format!("{}{}{class}: {text}\n", if stack.is_some() { "Traceback (most recent call last):\n" } else { "" }, stack.unwrap_or_default())
}

/// The native hook's report.
pub fn print_unraisable(vm: &mut Vm, e: &Ref<PyException>, message: Option<&str>, object: Option<&Owned>) {
    let head = match (message, object) {
        (m, Some(o)) => { let text = safe_repr(vm, o, "object"); format!("{}: {text}\n", m.unwrap_or("Exception ignored in")) }
        (Some(m), None) => format!("{m}:\n"),
        (None, None) => String::new(),
    };
    let body = format_briefly(vm, e);
    write_stderr(vm, &format!("{head}{body}"));
}
