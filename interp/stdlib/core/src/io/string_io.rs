//! `StringIO`: text in memory. `codes` is the content, `pos` may lie behind it, `newline` the newline argument.

use instar_vm::fallible::CollectVec;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::base::size_arg;
use super::bytes_io::{state_dict, state_parts, state_position};
use super::newline::Newlines;
use super::{closed_error, this};
use crate::support::{c_int, given};

pub fn slots() -> Slots { Slots { init: Some(init), next: Some(next), ..Slots::default() } }

pub static DEF: TypeDef = TypeDef {
    doc: "Text I/O implementation using an in-memory buffer.",
    sig: "(initial_value='', newline='\\n')",
    methods: &[
        Def::new("readable", "($self, /)", Native::N0(able)), Def::new("writable", "($self, /)", Native::N0(able)), Def::new("seekable", "($self, /)", Native::N0(able)),
        Def::new("getvalue", "($self, /)", Native::N0(|vm, o| { open(vm, o)?; vm.new_str_from_code_points(this(o).codes.get(vm)) })),
        Def::new("read", "($self, size=-1, /)", Native::Var(read, 0, 1)),
        Def::new("readline", "($self, size=-1, /)", Native::Var(readline, 0, 1)),
        Def::new("write", "($self, s, /)", Native::N1(write)),
        Def::new("seek", "($self, pos, whence=0, /)", Native::Var(seek, 1, 2)),
        Def::new("tell", "($self, /)", Native::N0(|vm, o| { open(vm, o)?; vm.new_int(this(o).pos.get() as i64) })),
        Def::new("truncate", "($self, pos=None, /)", Native::Var(truncate, 0, 1)),
        Def::new("close", "($self, /)", Native::N0(|vm, o| { this(o).closed.set(true); *this(o).codes.get_mut(vm) = Vec::new(); Ok(vm.none()) })),
        Def::new("__getstate__", "($self, /)", Native::N0(getstate)), Def::new("__setstate__", "($self, state, /)", Native::N1(setstate)),
    ],
    getset: &[
        GetSet::ro("closed", |vm, o| Ok(vm.bool(this(o).closed.get()))),
        GetSet::ro("line_buffering", |vm, o| { open(vm, o)?; Ok(vm.bool(false)) }),
        GetSet::ro("newlines", |vm, o| {
            open(vm, o)?;
            if mode(vm, o).universal { Newlines { seen: this(o).buffer_size.get() as u8, ..Newlines::default() }.object(vm) } else { Ok(vm.none()) }
        }),
    ],
};

/// What the newline argument means.
struct Mode { universal: bool, translate_read: bool, write: Option<Vec<u32>>, end: Option<Vec<u32>> }

fn mode(vm: &Vm, o: &Owned) -> Mode {
    let text = this(o).newline.get().map(|n| vm.repr_text_plain(&n));
    let codes = |t: &str| t.chars().map(u32::from).collect::<Vec<u32>>();
    match text.as_deref() {
        None => Mode { universal: true, translate_read: true, write: None, end: None },
        Some("") => Mode { universal: true, translate_read: false, write: None, end: None },
        Some("\n") => Mode { universal: false, translate_read: false, write: None, end: Some(codes("\n")) },
        Some(t) => Mode { universal: false, translate_read: false, write: Some(codes(t)), end: Some(codes(t)) },
    }
}

fn open(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    if !this(o).ready.get() { return Err(vm.value_error("I/O operation on uninitialized object")) }
    if this(o).closed.get() { Err(closed_error(vm)) } else { Ok(()) }
}
fn able(vm: &mut Vm, o: &Owned) -> PyResult { open(vm, o)?; Ok(vm.bool(true)) }

fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "StringIO", const { &Signature::parse("(initial_value='', newline='\\n')") })?;
    let newline = match &a[1] {
        None => Some(vm.new_str("\n")?),
        Some(n) if vm.is_none(n) => None,
        Some(n) if n.cast::<PyStr>().is_some() => {
            if !["", "\n", "\r", "\r\n"].contains(&vm.repr_text_plain(n).as_str()) {
                let shown = vm.repr_text(n)?;
                return Err(vm.value_error(format!("illegal newline value: {shown}")));
            }
            Some(n.clone())
        }
        Some(n) => { let t = n.type_name(vm); return Err(vm.type_error(format!("newline must be str or None, not {t}"))) }
    };
    let initial = given(vm, a[0].as_ref());
    if let Some(i) = &initial && i.cast::<PyStr>().is_none() {
        let t = i.type_name(vm);
        return Err(vm.type_error(format!("initial_value must be str or None, not {t}")));
    }
    let io = this(o);
    io.newline.set(newline);
    io.codes.get_mut(vm).clear();
    io.pos.set(0);
    io.buffer_size.set(0);
    io.closed.set(false);
    io.ready.set(true);
    if let Some(i) = initial {
        put(vm, o, &i)?;
        this(o).pos.set(0);
    }
    Ok(())
}

fn put(vm: &mut Vm, o: &Owned, text: &Owned) -> PyResult<()> {
    let Some(s) = text.cast::<PyStr>() else { return Err(vm.type_error("string argument expected")) };
    let m = mode(vm, o);
    let mut codes: Vec<u32> = s.chars().try_vec(vm)?;
    if m.universal {
        let mut n = Newlines { translate: m.translate_read, held: false, seen: this(o).buffer_size.get() as u8 };
        codes = n.process(&codes, true).map_err(|_| vm.no_memory())?;
        this(o).buffer_size.set(n.seen.into());
    }
    if let Some(w) = m.write {
        codes = codes.into_iter().flat_map(|c| if c == u32::from('\n') { w.clone() } else { vec![c] }).collect();
    }
    let at = this(o).pos.get();
    let Some(end) = at.checked_add(codes.len()) else { return Err(vm.overflow_error("new position too large")) };
    let content = this(o).codes.get_mut(vm);
    if end > content.len() {
        if content.try_reserve(end - content.len()).is_err() { return Err(vm.no_memory()) }
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(&codes);
    this(o).pos.set(end);
    Ok(())
}

fn write(vm: &mut Vm, o: &Owned, text: &Owned) -> PyResult {
    let Some(s) = text.cast::<PyStr>() else {
        let t = text.type_name(vm);
        return Err(vm.type_error(format!("string argument expected, got '{t}'")));
    };
    open(vm, o)?;
    let n = s.len();
    if n > 0 { put(vm, o, text)? }
    vm.new_int(n as i64)
}

fn take(vm: &Vm, o: &Owned, n: usize) -> PyResult {
    let io = this(o);
    let codes = io.codes.get(vm);
    let at = io.pos.get().min(codes.len());
    let end = at.saturating_add(n).min(codes.len());
    if end > at { io.pos.set(end) }
    vm.new_str_from_code_points(&codes[at..end])
}

fn read(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open(vm, o)?;
    let n = size_arg(vm, args)?;
    take(vm, o, usize::try_from(n).unwrap_or(usize::MAX))
}

/// Length of the first line of `text`, terminator included; `end` is the terminator, `None` means any kind.
pub fn line_len(text: &[u32], end: Option<&[u32]>) -> Option<usize> {
    match end {
        Some([one]) => text.iter().position(|c| c == one).map(|i| i + 1),
        Some(many) => text.windows(many.len()).position(|w| w == many).map(|i| i + many.len()),
        None => text.iter().position(|c| *c == 10 || *c == 13).map(|i| if text[i] == 13 && text.get(i + 1) == Some(&10) { i + 2 } else { i + 1 }),
    }
}

fn line(vm: &Vm, o: &Owned, limit: i64) -> PyResult {
    let m = mode(vm, o);
    let codes = this(o).codes.get(vm);
    let rest = &codes[this(o).pos.get().min(codes.len())..];
    let lf = [10];
    let end = if m.universal { if m.translate_read { Some(&lf[..]) } else { None } } else { m.end.as_deref() };
    let n = line_len(rest, end).unwrap_or(rest.len());
    take(vm, o, if limit < 0 { n } else { n.min(limit as usize) })
}

fn readline(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open(vm, o)?;
    let limit = size_arg(vm, args)?;
    line(vm, o, limit)
}

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    open(vm, o)?;
    let l = line(vm, o, -1)?;
    if vm.len(&l)? == 0 { Ok(None) } else { Ok(Some(l)) }
}

fn seek(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open(vm, o)?;
    let offset = vm.index_i64(&args[0])?;
    let whence = match args.get(1) { Some(w) => c_int(vm, w)?, None => 0 };
    let at = match whence {
        0 if offset < 0 => return Err(vm.value_error(format!("Negative seek position {offset}"))),
        0 => offset as usize,
        1 | 2 if offset != 0 => return Err(unsupported_os(vm)),
        1 => this(o).pos.get(),
        2 => this(o).codes.get(vm).len(),
        _ => return Err(vm.value_error(format!("Invalid whence ({whence}, should be 0, 1 or 2)"))),
    };
    this(o).pos.set(at);
    vm.new_int(at as i64)
}

fn unsupported_os(vm: &mut Vm) -> instar_vm::Raised { vm.os_error("Can't do nonzero cur-relative seeks") }

fn truncate(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    open(vm, o)?;
    let size = match given(vm, args.first()) { Some(n) => vm.index_i64(&n)?, None => this(o).pos.get() as i64 };
    if size < 0 { return Err(vm.value_error(format!("Negative size value {size}"))) }
    this(o).codes.get_mut(vm).truncate(size as usize);
    vm.new_int(size)
}

fn getstate(vm: &mut Vm, o: &Owned) -> PyResult {
    open(vm, o)?;
    let value = vm.new_str_from_code_points(this(o).codes.get(vm))?;
    let (newline, dict) = (this(o).newline.get(), this(o).dict.get());
    let parts = vec![value, vm.option_to_none(newline), vm.new_int(this(o).pos.get() as i64)?, vm.option_to_none(dict)];
    Ok(vm.new_tuple(parts)?.into_obj())
}

fn setstate(vm: &mut Vm, o: &Owned, state: &Owned) -> PyResult {
    let items = state_parts(vm, o, state, 4)?;
    if this(o).closed.get() { return Err(closed_error(vm)) }
    init(vm, o, Args::positional(&items[..2]))?;
    // As it was, without the translation of line ends.
    if let Some(text) = items[0].cast::<PyStr>() { *this(o).codes.get_mut(vm) = text.chars().collect() }
    let pos = state_position(vm, &items[2], "third item of state must be an integer, got")?;
    this(o).pos.set(pos);
    state_dict(vm, o, &items[3], "fourth")?;
    Ok(vm.none())
}

