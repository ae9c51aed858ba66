//! `Scanner`: JSON values out of text.
//!
//! Not here: strings (`string.rs`).

use instar_object::TypeFlags;
use instar_vm::args::{Args, Signature};
use instar_vm::native::{GetSet, TypeDef};
use instar_vm::slots::Slots;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{ObjExt, Owned, PyResult, Raised, Ref, Vm};

use super::{decode_error, string};
use crate::support::type_once;

/// Payload of `Scanner`.
pub struct Scanner {
    strict: bool,
    object_hook: Owned,
    object_pairs_hook: Owned,
    parse_float: Owned,
    parse_int: Owned,
    parse_constant: Owned,
}
instar_vm::trace! { Scanner { object_hook, object_pairs_hook, parse_float, parse_int, parse_constant } }
instar_vm::fields! { Scanner { strict, object_hook, object_pairs_hook, parse_float, parse_int, parse_constant } }
instar_vm::payload!(Scanner, "Scanner");

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "make_scanner", const { &Signature::parse("(context)") })?;
    let Some(context) = &a[0] else { return Err(vm.system_error("bad arguments")) };
    let strict = vm.get_attr_str(context, "strict")?;
    let strict = vm.truth(&strict)?;
    let get = |vm: &mut Vm, name: &str| vm.get_attr_str(context, name);
    let payload = Scanner {
        strict, object_hook: get(vm, "object_hook")?, object_pairs_hook: get(vm, "object_pairs_hook")?, parse_float: get(vm, "parse_float")?,
        parse_int: get(vm, "parse_int")?, parse_constant: get(vm, "parse_constant")?,
    };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

/// One call: the text and the keys met so far, each kept once.
struct Scan<'a> { scanner: &'a Scanner, document: &'a Owned, s: &'a PyStr, keys: Ref<PyDict> }

#[cold]
fn stop(vm: &mut Vm, at: usize) -> Raised { match vm.new_usize(at) { Ok(n) => vm.stop_iteration(Some(n)), Err(e) => e } }

impl Scan<'_> {
    fn get(&self, at: usize) -> Option<u8> { self.s.get(at).map(|c| u8::try_from(c).unwrap_or(255)) }
    fn skip(&self, mut at: usize) -> usize { while matches!(self.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) { at += 1 } at }
    fn word(&self, at: usize, word: &str) -> bool { word.bytes().enumerate().all(|(i, b)| self.get(at + i) == Some(b)) }
    fn error<T>(&self, vm: &mut Vm, text: &str, at: usize) -> PyResult<T> { Err(decode_error(vm, text, self.document, at)) }

    fn constant(&self, vm: &mut Vm, at: usize, word: &str) -> PyResult<(Owned, usize)> {
        let text = vm.new_str(word)?;
        Ok((vm.call1(&self.scanner.parse_constant, &text)?, at + word.len()))
    }

    fn value(&self, vm: &mut Vm, at: usize) -> PyResult<(Owned, usize)> {
        let Some(c) = self.get(at) else { return Err(stop(vm, at)) };
        match c {
            b'"' => return string::scan(vm, self.document, self.s, at + 1, self.scanner.strict),
            b'{' => { vm.check_native_stack(" while decoding a JSON object from a unicode string")?; return self.object(vm, at + 1) }
            b'[' => { vm.check_native_stack(" while decoding a JSON array from a unicode string")?; return self.array(vm, at + 1) }
            b'n' if self.word(at, "null") => return Ok((vm.none(), at + 4)),
            b't' if self.word(at, "true") => return Ok((vm.bool(true), at + 4)),
            b'f' if self.word(at, "false") => return Ok((vm.bool(false), at + 5)),
            b'N' if self.word(at, "NaN") => return self.constant(vm, at, "NaN"),
            b'I' if self.word(at, "Infinity") => return self.constant(vm, at, "Infinity"),
            b'-' if self.word(at, "-Infinity") => return self.constant(vm, at, "-Infinity"),
            _ => {}
        }
        self.number(vm, at)
    }

    fn number(&self, vm: &mut Vm, start: usize) -> PyResult<(Owned, usize)> {
        let digit = |i: usize| self.get(i).is_some_and(|c| c.is_ascii_digit());
        let mut at = start + usize::from(self.get(start) == Some(b'-'));
        match self.get(at) {
            Some(b'1'..=b'9') => while digit(at) { at += 1 },
            Some(b'0') => at += 1,
            _ => return Err(stop(vm, start)),
        }
        let mut is_float = false;
        if self.get(at) == Some(b'.') && digit(at + 1) {
            is_float = true;
            at += 2;
            while digit(at) { at += 1 }
        }
        if matches!(self.get(at), Some(b'e' | b'E')) {
            let mut end = at + 1;
            if matches!(self.get(end), Some(b'+' | b'-')) { end += 1 }
            if digit(end) {
                while digit(end) { end += 1 }
                is_float = true;
                at = end;
            }
        }
        let text: Vec<u8> = (start..at).filter_map(|i| self.get(i)).collect();
        let (parse, own) = if is_float { (&self.scanner.parse_float, vm.types.float.obj().clone()) } else { (&self.scanner.parse_int, vm.types.int.obj().clone()) };
        if is_float && parse.is(&own) && let Some(x) = std::str::from_utf8(&text).ok().and_then(|t| t.parse::<f64>().ok()) { return Ok((vm.new_float(x)?, at)) }
        if parse.is(&own) && let Some(n) = std::str::from_utf8(&text).ok().and_then(|t| t.parse::<i64>().ok()) { return Ok((vm.new_int(n)?, at)) }
        let text = vm.new_str_latin1(&text)?;
        Ok((vm.call1(parse, &text)?, at))
    }

    fn object(&self, vm: &mut Vm, at: usize) -> PyResult<(Owned, usize)> {
        let wants_pairs = !vm.is_none(&self.scanner.object_pairs_hook);
        let (dict, mut pairs) = (vm.new_dict()?, Vec::new());
        let mut at = self.skip(at);
        if self.get(at) != Some(b'}') {
            loop {
                if self.get(at) != Some(b'"') { return self.error(vm, "Expecting property name enclosed in double quotes", at) }
                let (key, end) = string::scan(vm, self.document, self.s, at + 1, self.scanner.strict)?;
                let key = self.keys.set_default(vm, &key, &key)?;
                at = self.skip(end);
                if self.get(at) != Some(b':') { return self.error(vm, "Expecting ':' delimiter", at) }
                at = self.skip(at + 1);
                let (value, end) = self.value(vm, at)?;
                if wants_pairs { let pair = vm.new_tuple([key, value])?.into_obj(); vm.push(&mut pairs, pair)? } else { dict.set_item(vm, &key, &value)? }
                at = self.skip(end);
                match self.get(at) {
                    Some(b'}') => break,
                    Some(b',') => {}
                    _ => return self.error(vm, "Expecting ',' delimiter", at),
                }
                let comma = at;
                at = self.skip(at + 1);
                if self.get(at) == Some(b'}') { return self.error(vm, "Illegal trailing comma before end of object", comma) }
            }
        }
        at += 1;
        if wants_pairs {
            let pairs = vm.new_list(pairs)?.into_obj();
            return Ok((vm.call1(&self.scanner.object_pairs_hook, &pairs)?, at));
        }
        if vm.is_none(&self.scanner.object_hook) { return Ok((dict.into_obj(), at)) }
        Ok((vm.call1(&self.scanner.object_hook, dict.obj())?, at))
    }

    fn array(&self, vm: &mut Vm, at: usize) -> PyResult<(Owned, usize)> {
        let mut items = Vec::new();
        let mut at = self.skip(at);
        if self.get(at) != Some(b']') {
            loop {
                let (value, end) = self.value(vm, at)?;
                vm.push(&mut items, value)?;
                at = self.skip(end);
                match self.get(at) {
                    Some(b']') => break,
                    Some(b',') => {}
                    _ => return self.error(vm, "Expecting ',' delimiter", at),
                }
                let comma = at;
                at = self.skip(at + 1);
                if self.get(at) == Some(b']') { return self.error(vm, "Illegal trailing comma before end of array", comma) }
            }
        }
        Ok((vm.new_list(items)?.into_obj(), at + 1))
    }
}

fn call(vm: &mut Vm, o: &Owned, args: Args<'_>) -> PyResult {
    let a = args.bind(vm, "scan_once", const { &Signature::parse("(string, idx)") })?;
    let (Some(document), Some(at)) = (&a[0], &a[1]) else { return Err(vm.system_error("bad arguments")) };
    let at = vm.size_argument(at)?;
    let Some(s) = document.cast::<PyStr>() else {
        let t = document.type_name(vm);
        return Err(vm.type_error(format!("first argument must be a string, not {t}")));
    };
    let Ok(at) = usize::try_from(at) else { return Err(vm.value_error("idx cannot be negative")) };
    let scan = Scan { scanner: this(o), document, s, keys: vm.new_dict()? };
    let (value, end) = scan.value(vm, at)?;
    let end = vm.new_usize(end)?;
    Ok(vm.new_tuple([value, end])?.into_obj())
}

fn this(o: &Owned) -> &Scanner { o.cast::<Scanner>().expect("law: checked by the descriptor") }

static DEF: TypeDef = TypeDef {
    doc: "JSON scanner object",
    sig: "",
    methods: &[],
    getset: &[
        GetSet { doc: "strict", ..GetSet::ro("strict", |vm, o| Ok(vm.bool(this(o).strict))) },
        GetSet { doc: "object_hook", ..GetSet::ro("object_hook", |_, o| Ok(this(o).object_hook.clone())) },
        GetSet { doc: "object_pairs_hook", ..GetSet::ro("object_pairs_hook", |_, o| Ok(this(o).object_pairs_hook.clone())) },
        GetSet { doc: "parse_float", ..GetSet::ro("parse_float", |_, o| Ok(this(o).parse_float.clone())) },
        GetSet { doc: "parse_int", ..GetSet::ro("parse_int", |_, o| Ok(this(o).parse_int.clone())) },
        GetSet { doc: "parse_constant", ..GetSet::ro("parse_constant", |_, o| Ok(this(o).parse_constant.clone())) },
    ],
};

/// Makes the type.
pub fn make(vm: &mut Vm) -> PyResult<TypeRef> {
    type_once::<Scanner>(vm, "_json", "Scanner", None, TypeFlags::GC.bits() | vm_flags::BASETYPE, Slots { new: Some(new), call: Some(call), ..Slots::default() }, &DEF)
}
