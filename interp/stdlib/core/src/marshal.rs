//! `marshal`: values as bytes, CPython's format. Code objects are written in this interpreter's own form and verified when read.
//!
//! References (FLAG_REF) are read, not written. Not here: the form of code (`instar_code::encode`).

use std::sync::Arc;

use dashu_int::{IBig, Sign, UBig};
use instar_vm::fallible::CopyVec;
use instar_vm::module::NativeModule;
use instar_vm::native::{Def, Native};
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::code::PyCode;
use instar_vm::types::complex::PyComplex;
use instar_vm::types::dict::PyDict;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::list::PyList;
use instar_vm::types::slice::PySlice;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{ObjExt, Owned, PyResult, Ref, Vm};

use crate::support::set_int;

const DEPTH: usize = 2000;

pub const MODULE: NativeModule = NativeModule {
    name: "marshal",
    doc: "This module contains functions that can read and write Python values in\na binary format.",
    functions: &[
        Def::new("dumps", "($module, value, version=version, /, *, allow_code=True)", Native::Bound(dumps)).doc("Return the bytes object that would be written to a file by dump(value, file)."),
        Def::new("loads", "($module, bytes, /, *, allow_code=True)", Native::Bound(loads)).doc("Convert the bytes-like object to a value."),
        Def::new("dump", "($module, value, file, version=version, /, *, allow_code=True)", Native::Bound(dump)).doc("Write the value on the open file."),
        Def::new("load", "($module, file, /, *, allow_code=True)", Native::Bound(load)).doc("Read one value from the open file and return it."),
    ],
    exec: |vm, _, ns| set_int(vm, ns, "version", 5),
};

fn dumps(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let Some(value) = &a[0] else { return Err(vm.system_error("unbound argument")) };
    let mut out = Vec::new();
    write(vm, value, &mut out, 0)?;
    vm.new_bytes(&out)
}

fn dump(vm: &mut Vm, m: &Owned, a: &[Option<Owned>]) -> PyResult {
    let bytes = dumps(vm, m, a)?;
    let Some(file) = &a[1] else { return Err(vm.system_error("unbound argument")) };
    let name = vm.names.write.clone();
    vm.call_method(file, &name, &[bytes])
}

fn loads(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let Some(data) = &a[0] else { return Err(vm.system_error("unbound argument")) };
    let bytes = vm.bytes_argument(data)?;
    let mut r = Reader { bytes: &bytes, at: 0, refs: Vec::new() };
    r.value(vm, 0)
}

fn load(vm: &mut Vm, _: &Owned, a: &[Option<Owned>]) -> PyResult {
    let Some(file) = &a[0] else { return Err(vm.system_error("unbound argument")) };
    let tell = vm.intern("tell")?;
    let start = vm.call_method(file, &tell, &[]).and_then(|n| vm.index_i64(&n)).ok();
    let read = vm.names.read.clone();
    let data = vm.call_method(file, &read, &[])?;
    let bytes = vm.bytes_argument(&data)?;
    let mut r = Reader { bytes: &bytes, at: 0, refs: Vec::new() };
    let value = r.value(vm, 0)?;
    let used = r.at as i64;
    if let Some(start) = start {
        let seek = vm.intern("seek")?;
        let to = vm.new_int(start + used)?;
        vm.call_method(file, &seek, &[to])?;
    }
    Ok(value)
}

fn long(out: &mut Vec<u8>, n: usize) { out.extend((n as u32).to_le_bytes()) }

fn write_int(out: &mut Vec<u8>, n: IntRef<'_>) {
    if let IntRef::Small(n) = n && let Ok(n) = i32::try_from(n) { out.push(b'i'); out.extend(n.to_le_bytes()); return }
    let big = n.big();
    let negative = big.sign() == Sign::Negative;
    let (_, magnitude) = IBig::clone(&big).into_parts();
    let bytes = magnitude.to_le_bytes();
    // Digits of 15 bits.
    let (mut digits, mut bits, mut have) = (Vec::new(), 0u32, 0);
    for b in bytes.iter() {
        bits |= u32::from(*b) << have;
        have += 8;
        if have >= 15 { digits.push((bits & 0x7FFF) as u16); bits >>= 15; have -= 15 }
    }
    if bits > 0 { digits.push(bits as u16) }
    while digits.last() == Some(&0) { digits.pop(); }
    out.push(b'l');
    let n = digits.len() as i32;
    out.extend((if negative { -n } else { n }).to_le_bytes());
    for d in digits { out.extend(d.to_le_bytes()) }
}

fn write(vm: &mut Vm, o: &Owned, out: &mut Vec<u8>, depth: usize) -> PyResult<()> {
    if depth > DEPTH { return Err(vm.value_error("object too deeply nested to marshal")) }
    vm.check_native_stack(" while marshalling")?;
    let c = &vm.consts;
    for (single, code) in [(&c.none, b'N'), (&c.true_, b'T'), (&c.false_, b'F'), (&c.ellipsis, b'.')] { if o.is(single) { out.push(code); return Ok(()) } }
    if o.is(vm.types.stop_iteration.obj()) { out.push(b'S'); return Ok(()) }
    if let Some(n) = int_ref(o) { write_int(out, n); return Ok(()) }
    if let Some(f) = instar_vm::types::float::float_value(o) { out.push(b'g'); out.extend(f.to_le_bytes()); return Ok(()) }
    if let Some(z) = o.cast::<PyComplex>() { out.push(b'y'); out.extend(z.re.to_le_bytes()); out.extend(z.im.to_le_bytes()); return Ok(()) }
    if let Some(s) = o.cast::<PyStr>() {
        if let Some(a) = s.as_ascii() {
            if a.len() < 256 { out.extend([if s.is_interned() { b'Z' } else { b'z' }, a.len() as u8]) } else { out.push(if s.is_interned() { b'A' } else { b'a' }); long(out, a.len()) }
            out.extend(a.as_bytes());
            return Ok(());
        }
        let text = instar_code::Wtf8::from_code_points(s.chars());
        out.push(if s.is_interned() { b't' } else { b'u' });
        long(out, text.as_bytes().len());
        out.extend(text.as_bytes());
        return Ok(());
    }
    if let Some(b) = o.cast::<PyBytes>() { out.push(b's'); long(out, b.len()); out.extend(b.as_slice()); return Ok(()) }
    if let Some(code) = o.cast::<PyCode>() {
        if !code.foreign().is_empty() { return Err(vm.value_error("unmarshallable object")) }
        let bytes = instar_code::encode(code.blob());
        out.push(b'c');
        long(out, bytes.len());
        out.extend(bytes);
        return Ok(());
    }
    if let Some(s) = o.cast::<PySlice>() {
        let parts = [s.start.clone(), s.stop.clone(), s.step.clone()];
        out.push(b':');
        for p in &parts { write(vm, p, out, depth + 1)? }
        return Ok(());
    }
    let (code, items) = if let Some(t) = Ref::<PyTuple>::cast(o) { (b'(', t.items().to_vec()) }
        else if let Some(l) = o.cast::<PyList>() { (b'[', l.items(vm).to_vec()) }
        else if let Some(d) = o.cast::<PyDict>() {
            let pairs = d.pairs(vm)?;
            out.push(b'{');
            for (k, v) in pairs { write(vm, &k, out, depth + 1)?; write(vm, &v, out, depth + 1)? }
            out.push(b'0');
            return Ok(());
        } else if o.is_instance_of(vm, &vm.types.set) { (b'<', vm.collect(o)?) }
        else if o.is_instance_of(vm, &vm.types.frozenset) { (b'>', vm.collect(o)?) }
        else if vm.is_bytes_like(o) { let b = vm.bytes_argument(o)?; out.push(b's'); long(out, b.len()); out.extend(b); return Ok(()) }
        else { return Err(vm.value_error("unmarshallable object")) };
    if code == b'(' && items.len() < 256 { out.extend([b')', items.len() as u8]) } else { out.push(code); long(out, items.len()) }
    for i in &items { write(vm, i, out, depth + 1)? }
    Ok(())
}

struct Reader<'a> { bytes: &'a [u8], at: usize, refs: Vec<Option<Owned>> }

impl Reader<'_> {
    fn take(&mut self, vm: &mut Vm, n: usize) -> PyResult<&[u8]> {
        match self.at.checked_add(n).and_then(|end| self.bytes.get(self.at..end)) {
            Some(b) => { self.at += n; Ok(b) }
            None => Err(vm.eof_error("marshal data too short")),
        }
    }
    fn byte(&mut self, vm: &mut Vm) -> PyResult<u8> { Ok(self.take(vm, 1)?[0]) }
    fn int(&mut self, vm: &mut Vm) -> PyResult<i32> { let b = self.take(vm, 4)?; Ok(i32::from_le_bytes([b[0], b[1], b[2], b[3]])) }
    fn len(&mut self, vm: &mut Vm, what: &str) -> PyResult<usize> {
        let n = self.int(vm)?;
        usize::try_from(n).map_err(|_| vm.value_error(format!("bad marshal data ({what} size out of range)")))
    }
    fn float(&mut self, vm: &mut Vm) -> PyResult<f64> {
        let b = self.take(vm, 8)?;
        let mut a = [0; 8];
        a.copy_from_slice(b);
        Ok(f64::from_le_bytes(a))
    }
    fn items(&mut self, vm: &mut Vm, n: usize, depth: usize) -> PyResult<Vec<Owned>> {
        let mut items = Vec::new();
        for _ in 0..n { items.push(self.value(vm, depth + 1)?) }
        Ok(items)
    }
    fn value(&mut self, vm: &mut Vm, depth: usize) -> PyResult {
        match self.maybe(vm, depth)? { Some(o) => Ok(o), None => Err(vm.type_error("NULL object in marshal data for object")) }
    }
    fn maybe(&mut self, vm: &mut Vm, depth: usize) -> PyResult<Option<Owned>> {
        if depth > DEPTH { return Err(vm.value_error("recursion limit exceeded")) }
        vm.check_native_stack(" while unmarshalling")?;
        let Ok(code) = self.byte(vm) else { return Err(vm.eof_error("EOF read where object expected")) };
        let slot = (code & 0x80 != 0).then(|| { self.refs.push(None); self.refs.len() - 1 });
        let value = match code & 0x7F {
            b'0' => return Ok(None),
            b'N' => vm.none(),
            b'T' => vm.bool(true),
            b'F' => vm.bool(false),
            b'.' => vm.consts.ellipsis.clone(),
            b'S' => vm.types.stop_iteration.obj().clone(),
            b'i' => { let n = self.int(vm)?; vm.new_int(n.into())? }
            b'l' => self.big(vm)?,
            b'g' => { let f = self.float(vm)?; vm.new_float(f)? }
            b'y' => { let (re, im) = (self.float(vm)?, self.float(vm)?); vm.new_complex(re, im)? }
            b's' => { let n = self.len(vm, "bytes object")?; let b = self.take(vm, n)?.try_copy(vm)?; vm.new_bytes(&b)? }
            kind @ (b'z' | b'Z' | b'a' | b'A') => {
                let n = if kind | 0x20 == b'z' { self.byte(vm)?.into() } else { self.len(vm, "string")? };
                let b = self.take(vm, n)?.try_copy(vm)?;
                let s = vm.new_str_latin1(&b)?;
                if kind & 0x20 == 0 { vm.intern_obj(&s)? } else { s }
            }
            kind @ (b'u' | b't') => {
                let n = self.len(vm, "string")?;
                let b = self.take(vm, n)?.try_copy(vm)?;
                let s = vm.new_str_wtf8(&b)?;
                if kind == b't' { vm.intern_obj(&s)? } else { s }
            }
            kind @ (b'(' | b')') => {
                let n = if kind == b')' { self.byte(vm)?.into() } else { self.len(vm, "tuple")? };
                let items = self.items(vm, n, depth)?;
                vm.new_tuple(items)?.into_obj()
            }
            b'[' => { let n = self.len(vm, "list")?; let items = self.items(vm, n, depth)?; vm.new_list(items)?.into_obj() }
            kind @ (b'<' | b'>') => {
                let n = self.len(vm, "set")?;
                let items = self.items(vm, n, depth)?;
                let list = vm.new_list(items)?.into_obj();
                let ty = if kind == b'<' { vm.types.set.obj().clone() } else { vm.types.frozenset.obj().clone() };
                vm.call1(&ty, &list)?
            }
            b'{' => {
                let d = vm.new_dict()?;
                if let Some(i) = slot { self.refs[i] = Some(d.obj().clone()) }
                while let Some(k) = self.maybe(vm, depth + 1)? {
                    let v = self.value(vm, depth + 1)?;
                    d.set_item(vm, &k, &v)?;
                }
                d.into_obj()
            }
            b':' => { let p = self.items(vm, 3, depth)?; vm.new_slice(p[0].clone(), p[1].clone(), p[2].clone())?.into_obj() }
            b'c' => {
                let n = self.len(vm, "code")?;
                let bytes = self.take(vm, n)?.try_copy(vm)?;
                let blob = match instar_code::decode(&bytes) { Ok(b) => b, Err(e) => return Err(vm.value_error(format!("bad marshal data ({e:?})"))) };
                if let Err(e) = instar_code::verify(&blob) { return Err(vm.value_error(format!("bad marshal data ({e})"))) }
                PyCode::new(vm, Arc::new(blob))?.into_obj()
            }
            b'r' => {
                let i = self.int(vm)?;
                match usize::try_from(i).ok().and_then(|i| self.refs.get(i).cloned().flatten()) { Some(o) => o, None => return Err(vm.value_error("bad marshal data (invalid reference)")) }
            }
            _ => return Err(vm.value_error("bad marshal data (unknown type code)")),
        };
        if let Some(i) = slot { self.refs[i] = Some(value.clone()) }
        Ok(Some(value))
    }
    fn big(&mut self, vm: &mut Vm) -> PyResult {
        let n = self.int(vm)?;
        let mut value = UBig::ZERO;
        let mut digits = Vec::new();
        for _ in 0..n.unsigned_abs() {
            let b = self.take(vm, 2)?;
            let d = u16::from_le_bytes([b[0], b[1]]);
            if d > 0x7FFF { return Err(vm.value_error("bad marshal data (digit out of range in long)")) }
            digits.push(d);
        }
        if digits.last() == Some(&0) { return Err(vm.value_error("bad marshal data (unnormalized long data)")) }
        for d in digits.iter().rev() { value = (value << 15) + UBig::from(*d) }
        let sign = if n < 0 { Sign::Negative } else { Sign::Positive };
        vm.new_bigint(IBig::from_parts(sign, value))
    }
}
