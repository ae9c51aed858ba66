//! `IncrementalNewlineDecoder`: translates `\r\n` and `\r`, and remembers which were seen. Also what text streams use inside.
//!
//! `pos` holds the kinds seen (1 `\r`, 2 `\n`, 4 `\r\n`), `created` whether a `\r` is held back, `appending` whether to translate.

use std::collections::TryReserveError;

use instar_vm::fallible::CollectVec;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use super::{call, plain_text, this};

const CR: u32 = '\r' as u32;
const LF: u32 = '\n' as u32;

/// State of newline translation.
#[derive(Clone, Copy, Default)]
pub struct Newlines {
    /// Turn all kinds into `\n`.
    pub translate: bool,
    /// A `\r` ended the last piece and was held back.
    pub held: bool,
    /// 1 `\r`, 2 `\n`, 4 `\r\n`.
    pub seen: u8,
}

impl Newlines {
    /// One piece of text; `last` when nothing follows. `None` if nothing had to change.
    pub fn process(&mut self, text: &[u32], last: bool) -> Result<Vec<u32>, TryReserveError> {
        let mut out = Vec::new();
        out.try_reserve_exact(text.len() + 1)?;
        if self.held && (!text.is_empty() || last) { out.push(CR); self.held = false }
        out.extend_from_slice(text);
        if !last && out.last() == Some(&CR) { out.pop(); self.held = true }
        let mut i = 0;
        let mut to = 0;
        while i < out.len() {
            let c = out[i];
            let pair = c == CR && out.get(i + 1) == Some(&LF);
            self.seen |= if pair { 4 } else if c == CR { 1 } else if c == LF { 2 } else { 0 };
            if self.translate && c == CR {
                out[to] = LF;
                i += if pair { 2 } else { 1 };
                to += 1;
                continue;
            }
            out[to] = c;
            to += 1;
            if pair { out[to] = LF; to += 1; i += 2 } else { i += 1 }
        }
        out.truncate(to);
        Ok(out)
    }
    /// What `newlines` shows.
    pub fn object(self, vm: &mut Vm) -> PyResult {
        let mut kinds = Vec::new();
        for (bit, text) in [(1, "\r"), (2, "\n"), (4, "\r\n")] { if self.seen & bit != 0 { kinds.push(vm.new_str(text)?) } }
        match kinds.len() {
            0 => Ok(vm.none()),
            1 => Ok(kinds.remove(0)),
            _ => Ok(vm.new_tuple(kinds)?.into_obj()),
        }
    }
}

/// (universal, translate, line end, write end) of a newline argument.
pub fn newline_mode(vm: &mut Vm, function: &str, newline: Option<&Owned>) -> PyResult<(bool, bool, &'static [u32], Option<&'static str>)> {
    let Some(text) = plain_text(vm, function, "newline", newline)? else { return Ok((true, true, &[10], None)) };
    match text.as_str() {
        "" => Ok((true, false, &[], None)),
        "\n" => Ok((false, false, &[10], None)),
        "\r" => Ok((false, false, &[13], Some("\r"))),
        "\r\n" => Ok((false, false, &[13, 10], Some("\r\n"))),
        _ => Err(vm.value_error(format!("illegal newline value: {text}"))),
    }
}

pub static DEF: TypeDef = TypeDef {
    doc: "Codec used when reading a file in universal newlines mode.",
    sig: "(decoder, translate, errors='strict')",
    methods: &[
        Def::new("decode", "($self, /, input, final=False)", Native::Bound(decode)),
        Def::new("getstate", "($self, /)", Native::N0(getstate)),
        Def::new("setstate", "($self, state, /)", Native::N1(setstate)),
        Def::new("reset", "($self, /)", Native::N0(reset)),
    ],
    getset: &[GetSet::ro("newlines", |vm, o| { check_ready(vm, o)?; state(o).object(vm) })],
};

fn state(o: &Owned) -> Newlines {
    let io = this(o);
    Newlines { translate: io.appending.get(), held: io.created.get(), seen: io.pos.get() as u8 }
}

fn store(o: &Owned, n: Newlines) {
    let io = this(o);
    io.created.set(n.held);
    io.pos.set(n.seen.into());
}

pub fn init(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult<()> {
    let a = args.bind(vm, "IncrementalNewlineDecoder", const { &Signature::parse(DEF.sig) })?;
    let (Some(decoder), Some(translate)) = (&a[0], &a[1]) else { return Err(vm.system_error("unbound argument")) };
    let io = this(o);
    io.decoder.set(vm.none_to_option(decoder));
    let translate = vm.truth(translate)?;
    io.appending.set(translate);
    let errors = match &a[2] { Some(e) => e.clone(), None => vm.names.strict.clone() };
    io.errors.set(Some(errors));
    store(o, Newlines::default());
    io.ready.set(true);
    Ok(())
}

fn check_ready(vm: &mut Vm, o: &Owned) -> PyResult<()> {
    if this(o).ready.get() { Ok(()) } else { Err(vm.value_error("IncrementalNewlineDecoder.__init__() not called")) }
}

fn decode(vm: &mut Vm, o: &Owned, args: &[Option<Owned>]) -> PyResult {
    check_ready(vm, o)?;
    let Some(input) = args[0].clone() else { return Err(vm.system_error("unbound argument")) };
    let last = match &args[1] { Some(f) => vm.truth(f)?, None => false };
    let text = match this(o).decoder.get() {
        Some(d) => { let f = vm.bool(last); call(vm, &d, "decode", &[input, f])? }
        None => input,
    };
    let Some(s) = text.cast::<PyStr>() else {
        let t = text.type_name(vm);
        return Err(vm.type_error(format!("decoder should return a string result, not '{t}'")));
    };
    let codes: Vec<u32> = s.chars().try_vec(vm)?;
    let mut n = state(o);
    let out = n.process(&codes, last).map_err(|_| vm.no_memory())?;
    store(o, n);
    vm.new_str_from_code_points(&out)
}

fn getstate(vm: &mut Vm, o: &Owned) -> PyResult {
    check_ready(vm, o)?;
    let (buffer, flag) = match this(o).decoder.get() {
        Some(d) => {
            let s = call(vm, &d, "getstate", &[])?;
            let Some(t) = Ref::<PyTuple>::cast(&s).filter(|t| t.items().len() == 2) else { return Err(vm.type_error("illegal decoder state")) };
            (t.items()[0].clone(), vm.index_i64(&t.items()[1])?)
        }
        None => (vm.consts.empty_bytes.clone(), 0),
    };
    let flag = vm.new_int(flag << 1 | i64::from(state(o).held))?;
    Ok(vm.new_tuple(vec![buffer, flag])?.into_obj())
}

fn setstate(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult {
    check_ready(vm, o)?;
    let Some(t) = Ref::<PyTuple>::cast(value).filter(|t| t.items().len() == 2) else { return Err(vm.type_error("state argument must be a tuple")) };
    let (buffer, flag) = (t.items()[0].clone(), vm.index_i64(&t.items()[1])?);
    this(o).created.set(flag & 1 != 0);
    if let Some(d) = this(o).decoder.get() {
        let inner = vec![buffer, vm.new_int(flag >> 1)?];
        let inner = vm.new_tuple(inner)?.into_obj();
        call(vm, &d, "setstate", &[inner])?;
    }
    Ok(vm.none())
}

fn reset(vm: &mut Vm, o: &Owned) -> PyResult {
    check_ready(vm, o)?;
    store(o, Newlines { translate: state(o).translate, ..Newlines::default() });
    match this(o).decoder.get() { Some(d) => call(vm, &d, "reset", &[]), None => Ok(vm.none()) }
}
