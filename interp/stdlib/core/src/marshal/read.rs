//! From bytes to a value.
//!
//! What is flagged can be referred to: lists, dicts, sets and tuples while they are being read, other values afterwards. A file is
//! read piece by piece, so that it stands behind the value at the end. Not here: writing (`write.rs`).

use std::sync::Arc;

use dashu_int::{IBig, Sign, UBig};
use instar_vm::fallible::CopyVec;
use instar_vm::types::code::PyCode;
use instar_vm::types::set::PySet;
use instar_vm::{Owned, PyResult, Ref, Vm};

use super::DEPTH_MAX;

/// Where bytes come from.
enum Source<'a> {
    Bytes(&'a [u8]),
    /// An object with `readinto`.
    File(&'a Owned),
}

struct Reader<'a> { source: Source<'a>, refs: Vec<Option<Owned>>, allow_code: bool }

/// The value at the beginning of `bytes`.
pub fn from_bytes(vm: &mut Vm, bytes: &[u8], allow_code: bool) -> PyResult {
    Reader { source: Source::Bytes(bytes), refs: Vec::new(), allow_code }.value(vm, 0, "object")
}

/// The next value of a file.
pub fn from_file(vm: &mut Vm, file: &Owned, allow_code: bool) -> PyResult {
    Reader { source: Source::File(file), refs: Vec::new(), allow_code }.value(vm, 0, "object")
}

/// `n` bytes of a file; `None` if it has fewer.
fn read(vm: &mut Vm, file: &Owned, n: usize) -> PyResult<Option<Vec<u8>>> {
    let mut room = Vec::new();
    if room.try_reserve_exact(n).is_err() { return Err(vm.no_memory()) }
    room.resize(n, 0);
    let array = vm.new_bytearray(&room)?;
    let view = vm.new_memoryview(&array)?;
    let name = vm.intern("readinto")?;
    let got = vm.call_method(file, &name, std::slice::from_ref(&view))?;
    let got = vm.index(&got)?;
    let got = vm.index_i64(&got).map_err(|_| vm.value_error("cannot fit 'int' into an index-sized integer"))?;
    match usize::try_from(got) {
        Ok(got) if got > n => Err(vm.value_error(format!("read() returned too much data: {n} bytes requested, {got} returned"))),
        Ok(got) if got == n => vm.bytes_like(&view).map(Some),
        _ => Ok(None),
    }
}

impl Reader<'_> {
    fn take(&mut self, vm: &mut Vm, n: usize) -> PyResult<Vec<u8>> {
        match &mut self.source {
            Source::Bytes(rest) if rest.len() < n => Err(vm.eof_error("marshal data too short")),
            Source::Bytes(rest) => {
                let (taken, after) = rest.split_at(n);
                *rest = after;
                taken.try_copy(vm)
            }
            Source::File(_) if n == 0 => Ok(Vec::new()),
            Source::File(file) => match read(vm, file, n)? { Some(b) => Ok(b), None => Err(vm.eof_error("marshal data too short")) },
        }
    }
    fn next(&mut self, vm: &mut Vm) -> PyResult<Option<u8>> {
        match &mut self.source {
            Source::Bytes(rest) => Ok(rest.split_off_first().copied()),
            Source::File(file) => Ok(read(vm, file, 1)?.and_then(|b| b.first().copied())),
        }
    }
    fn byte(&mut self, vm: &mut Vm) -> PyResult<u8> {
        match self.next(vm)? { Some(b) => Ok(b), None => Err(vm.eof_error("EOF read where not expected")) }
    }
    fn array<const N: usize>(&mut self, vm: &mut Vm) -> PyResult<[u8; N]> {
        let bytes = self.take(vm, N)?;
        bytes.try_into().map_err(|_| vm.eof_error("marshal data too short"))
    }
    fn int(&mut self, vm: &mut Vm) -> PyResult<i32> { Ok(i32::from_le_bytes(self.array(vm)?)) }
    fn len(&mut self, vm: &mut Vm, what: &str) -> PyResult<usize> {
        let n = self.int(vm)?;
        usize::try_from(n).map_err(|_| vm.value_error(format!("bad marshal data ({what} size out of range)")))
    }
    fn float(&mut self, vm: &mut Vm) -> PyResult<f64> { Ok(f64::from_le_bytes(self.array(vm)?)) }
    /// A float of versions 0 and 1.
    fn float_text(&mut self, vm: &mut Vm) -> PyResult<f64> {
        let n = self.byte(vm)?;
        let text = self.take(vm, n.into())?;
        let (text, float) = (vm.new_str_latin1(&text)?, vm.types.float.obj().clone());
        let x = vm.call1(&float, &text)?;
        vm.to_float(&x)
    }

    /// A value; `place` is where it stands, for the message if it is the mark that ends dicts.
    fn value(&mut self, vm: &mut Vm, depth: usize, place: &str) -> PyResult {
        match self.maybe(vm, depth)? { Some(o) => Ok(o), None => Err(vm.type_error(format!("NULL object in marshal data for {place}"))) }
    }

    fn maybe(&mut self, vm: &mut Vm, depth: usize) -> PyResult<Option<Owned>> {
        if depth >= DEPTH_MAX { return Err(vm.value_error("recursion limit exceeded")) }
        vm.check_native_stack(" while unmarshalling")?;
        let Some(code) = self.next(vm)? else { return Err(vm.eof_error("EOF read where object expected")) };
        let kind = code & 0x7F;
        let value = match kind {
            b'0' => return Ok(None),
            b'N' => return Ok(Some(vm.none())),
            b'T' => return Ok(Some(vm.bool(true))),
            b'F' => return Ok(Some(vm.bool(false))),
            b'.' => return Ok(Some(vm.consts.ellipsis.clone())),
            b'S' => return Ok(Some(vm.types.stop_iteration.obj().clone())),
            b'r' => {
                let i = self.int(vm)?;
                let Some(o) = usize::try_from(i).ok().and_then(|i| self.refs.get(i).cloned().flatten()) else { return Err(vm.value_error("bad marshal data (invalid reference)")) };
                return Ok(Some(o));
            }
            _ => {
                let slot = if code == kind { None } else { vm.push(&mut self.refs, None)?; Some(self.refs.len() - 1) };
                let Some(value) = self.fresh(vm, kind, depth, slot)? else { return Ok(None) };
                if let Some(slot) = slot { self.refs[slot] = Some(value.clone()) }
                value
            }
        };
        Ok(Some(value))
    }

    fn fresh(&mut self, vm: &mut Vm, kind: u8, depth: usize, slot: Option<usize>) -> PyResult<Option<Owned>> {
        let value = match kind {
            b'i' => { let n = self.int(vm)?; vm.new_int(n.into())? }
            b'I' => { let n = i64::from_le_bytes(self.array(vm)?); vm.new_int(n)? }
            b'l' => self.big(vm)?,
            b'g' => { let f = self.float(vm)?; vm.new_float(f)? }
            b'f' => { let f = self.float_text(vm)?; vm.new_float(f)? }
            b'y' => { let (re, im) = (self.float(vm)?, self.float(vm)?); vm.new_complex(re, im)? }
            b'x' => { let (re, im) = (self.float_text(vm)?, self.float_text(vm)?); vm.new_complex(re, im)? }
            b's' => { let n = self.len(vm, "bytes object")?; let b = self.take(vm, n)?; vm.new_bytes(&b)? }
            b'z' | b'Z' | b'a' | b'A' => {
                let n = if kind | 0x20 == b'z' { self.byte(vm)?.into() } else { self.len(vm, "string")? };
                let b = self.take(vm, n)?;
                let s = vm.new_str_latin1(&b)?;
                if kind & 0x20 == 0 { vm.intern_obj(&s)? } else { s }
            }
            b'u' | b't' => {
                let n = self.len(vm, "string")?;
                let b = self.take(vm, n)?;
                let s = vm.new_str_wtf8(&b)?;
                if kind == b't' { vm.intern_obj(&s)? } else { s }
            }
            b'(' | b')' => {
                let n = if kind == b')' { self.byte(vm)?.into() } else { self.len(vm, "tuple")? };
                self.tuple(vm, n, depth, slot)?
            }
            b'[' => {
                let n = self.len(vm, "list")?;
                let list = vm.new_list(Vec::new())?;
                self.begun(slot, list.obj());
                for _ in 0..n { let item = self.value(vm, depth + 1, "list")?; list.push(vm, item)? }
                list.into_obj()
            }
            b'<' => {
                let n = self.len(vm, "set")?;
                let set = vm.new_set()?;
                self.begun(slot, set.obj());
                self.add(vm, &set, n, depth)?;
                set.into_obj()
            }
            b'>' => {
                let n = self.len(vm, "set")?;
                let set = vm.new_set()?;
                self.add(vm, &set, n, depth)?;
                let frozen = vm.types.frozenset.obj().clone();
                vm.call1(&frozen, set.obj())?
            }
            b'{' => {
                let d = vm.new_dict()?;
                self.begun(slot, d.obj());
                while let Some(k) = self.maybe(vm, depth + 1)? {
                    let Some(v) = self.maybe(vm, depth + 1)? else { break };
                    d.set_item(vm, &k, &v)?;
                }
                d.into_obj()
            }
            b':' => {
                let (Some(start), Some(stop), Some(step)) = (self.maybe(vm, depth + 1)?, self.maybe(vm, depth + 1)?, self.maybe(vm, depth + 1)?) else { return Ok(None) };
                vm.new_slice(start, stop, step)?.into_obj()
            }
            b'c' => {
                if !self.allow_code { return Err(vm.value_error("unmarshalling code objects is disallowed")) }
                let n = self.len(vm, "code")?;
                let bytes = self.take(vm, n)?;
                let blob = match instar_code::decode(&bytes) { Ok(b) => b, Err(e) => return Err(vm.value_error(format!("bad marshal data ({e:?})"))) };
                if let Err(e) = instar_code::verify(&blob) { return Err(vm.value_error(format!("bad marshal data ({e})"))) }
                PyCode::new(vm, Arc::new(blob))?.into_obj()
            }
            _ => return Err(vm.value_error("bad marshal data (unknown type code)")),
        };
        Ok(Some(value))
    }

    /// The container of a slot may be referred to from now on.
    fn begun(&mut self, slot: Option<usize>, o: &Owned) { if let Some(i) = slot { self.refs[i] = Some(o.clone()) } }

    fn add(&mut self, vm: &mut Vm, set: &Ref<PySet>, n: usize, depth: usize) -> PyResult<()> {
        for _ in 0..n { let item = self.value(vm, depth + 1, "set")?; set.add(vm, &item)? }
        Ok(())
    }

    fn tuple(&mut self, vm: &mut Vm, n: usize, depth: usize, slot: Option<usize>) -> PyResult {
        let mut items = Vec::new();
        // A size that nothing stands behind must not be believed: such a tuple is never finished, and nobody refers to it.
        let believed = match self.source { Source::Bytes(rest) => n <= rest.len(), Source::File(_) => n <= 1 << 24 };
        let Some(_) = slot.filter(|_| n > 0 && believed) else {
            for _ in 0..n { let item = self.value(vm, depth + 1, "tuple")?; vm.push(&mut items, item)? }
            return Ok(vm.new_tuple(items)?.into_obj());
        };
        if items.try_reserve_exact(n).is_err() { return Err(vm.no_memory()) }
        items.resize(n, vm.none());
        let tuple = vm.new_tuple(items)?;
        self.begun(slot, tuple.obj());
        for i in 0..n {
            let item = self.value(vm, depth + 1, "tuple")?;
            // SAFETY: no view of the items is held here, and who refers to the tuple already stands inside the value being read.
            unsafe { tuple.fill(i, item) }
        }
        Ok(tuple.into_obj())
    }

    fn big(&mut self, vm: &mut Vm) -> PyResult {
        let n = self.int(vm)?;
        if n == i32::MIN { return Err(vm.value_error("bad marshal data (long size out of range)")) }
        let mut digits = Vec::new();
        for _ in 0..n.unsigned_abs() {
            let d = u16::from_le_bytes(self.array(vm)?);
            if d > 0x7FFF { return Err(vm.value_error("bad marshal data (digit out of range in long)")) }
            vm.push(&mut digits, d)?;
        }
        if digits.last() == Some(&0) { return Err(vm.value_error("bad marshal data (unnormalized long data)")) }
        let mut value = UBig::ZERO;
        for d in digits.iter().rev() { value = (value << 15) + UBig::from(*d) }
        let sign = if n < 0 { Sign::Negative } else { Sign::Positive };
        vm.new_bigint(IBig::from_parts(sign, value))
    }
}
