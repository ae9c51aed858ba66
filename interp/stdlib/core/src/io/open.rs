//! `open()`: which stream types stand on top of a file.

use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::{call, flag};
use crate::support::{given, text};

/// `text_encoding(encoding, stacklevel=2)`
pub fn text_encoding(vm: &mut Vm, _: &Owned, args: &[Owned]) -> PyResult {
    if !vm.is_none(&args[0]) { return Ok(args[0].clone()) }
    if vm.settings.warn_default_encoding {
        let level = match args.get(1) { Some(n) => i64::from(vm.index_i32(n)?), None => 2 };
        unsaid_encoding(vm, level)?;
    }
    vm.new_str(if vm.settings.utf8_mode { "utf-8" } else { "locale" })
}

/// The warning that `-X warn_default_encoding` asks for.
pub fn unsaid_encoding(vm: &mut Vm, stacklevel: i64) -> PyResult<()> {
    let category = vm.types.encoding_warning.clone();
    vm.warn(&category, "'encoding' argument not specified", stacklevel)
}

/// `open_code(path)`
pub fn open_code(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let mode = vm.new_str("rb")?;
    let all = [args[0].clone(), Some(mode), None, None, None, None, None, None];
    open(vm, this, &all)
}

struct Mode { main: char, text: bool, binary: bool, update: bool }

fn parse(vm: &mut Vm, mode: &str) -> PyResult<Mode> {
    let mut m = Mode { main: ' ', text: false, binary: false, update: false };
    let mut mains = 0;
    for (i, c) in mode.char_indices() {
        if mode[..i].contains(c) { return Err(vm.value_error(format!("invalid mode: '{mode}'"))) }
        match c {
            'r' | 'w' | 'a' | 'x' => { m.main = c; mains += 1 }
            't' => m.text = true,
            'b' => m.binary = true,
            '+' => m.update = true,
            _ => return Err(vm.value_error(format!("invalid mode: '{mode}'"))),
        }
    }
    if m.text && m.binary { return Err(vm.value_error("can't have text and binary mode at once")) }
    if mains != 1 { return Err(vm.value_error("must have exactly one of create/read/write/append mode")) }
    Ok(m)
}

/// `open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)`
pub fn open(vm: &mut Vm, _: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(file) = args[0].clone() else { return Err(vm.system_error("unbound argument")) };
    let is_number = file.word().is_int() || file.is_instance_of(vm, &vm.types.int);
    let file = if is_number { file } else { vm.fs_path(&file)? };
    let mode_text = match &args[1] { Some(m) => text(vm, m, "open() argument 'mode'")?, None => "r".to_owned() };
    let m = parse(vm, &mode_text)?;
    let mut buffering = match &args[2] { Some(b) => i64::from(vm.index_i32(b)?), None => -1 };
    if m.binary {
        for (i, what) in [(3, "an encoding"), (4, "an errors"), (5, "a newline")] {
            if given(vm, args[i].as_ref()).is_some() { return Err(vm.value_error(format!("binary mode doesn't take {what} argument"))) }
        }
        if buffering == 1 {
            let category = vm.types.runtime_warning.clone();
            vm.warn(&category, "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used", 1)?;
        }
    }
    let types = vm.state::<super::Types>();
    let (Some(fileio), Some(reader), Some(writer), Some(random), Some(wrapper)) =
        (types.file.clone(), types.reader.clone(), types.writer.clone(), types.random.clone(), types.text.clone())
    else { return Err(vm.system_error("module _io is not ready")) };
    let raw_mode = format!("{}{}", m.main, if m.update { "+" } else { "" });
    let raw_mode = vm.new_str(&raw_mode)?;
    let close_fd = match &args[6] { Some(c) => { let b = vm.truth(c)?; vm.bool(b) } None => vm.bool(true) };
    let opener = args[7].clone().unwrap_or_else(|| vm.none());
    let raw = vm.call_n(fileio.obj(), &[file, raw_mode, close_fd, opener])?;
    let result = (|| {
        let terminal = if buffering < 0 { let t = call(vm, &raw, "_isatty_open_only", &[])?; vm.truth(&t)? } else { false };
        let line_buffering = buffering == 1 && !m.binary || terminal && !m.binary;
        if buffering < 0 || buffering == 1 {
            let size = vm.get_attr_str(&raw, "_blksize")?;
            buffering = vm.index_i64(&size)?.clamp(super::DEFAULT_BUFFER_SIZE as i64, 8 << 20);
        }
        if buffering == 0 {
            return if m.binary { Ok(raw.clone()) } else { Err(vm.value_error("can't have unbuffered text I/O")) };
        }
        let class = if m.update { &random } else if m.main == 'r' { &reader } else { &writer };
        let size = vm.new_int(buffering)?;
        let buffer = vm.call2(class.obj(), &raw, &size)?;
        if m.binary { return Ok(buffer) }
        let arg = |vm: &Vm, i: usize| args[i].clone().unwrap_or_else(|| vm.none());
        let pos = [buffer.clone(), arg(vm, 3), arg(vm, 4), arg(vm, 5), vm.bool(line_buffering)];
        let wrapped = vm.call_n(wrapper.obj(), &pos);
        let wrapped = match wrapped { Ok(w) => w, Err(e) => { drop(call(vm, &buffer, "close", &[])); return Err(e) } };
        let key = vm.intern("mode")?;
        let value = vm.new_str(&mode_text)?;
        vm.set_attr(&wrapped, &key, &value)?;
        Ok(wrapped)
    })();
    if result.is_err() && !flag(vm, &raw, "closed").unwrap_or(true) { drop(call(vm, &raw, "close", &[])) }
    result
}

