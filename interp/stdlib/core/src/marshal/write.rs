//! From a value to bytes.
//!
//! From version 3 on an object that occurs again is written as a reference to its first occurrence, which is flagged if somebody else
//! holds the object too. Sets are written in the order of their items' bytes, so that equal sets give equal bytes.
//! Not here: reading (`read.rs`).

use std::collections::HashMap;

use dashu_int::{IBig, Sign};
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::code::PyCode;
use instar_vm::types::complex::PyComplex;
use instar_vm::types::dict::PyDict;
use instar_vm::types::float::PyFloat;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::list::PyList;
use instar_vm::types::set::PySet;
use instar_vm::types::slice::PySlice;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::vm::Raised;
use instar_vm::{ObjExt, Owned, PyResult, Vm};

use super::DEPTH_MAX;

/// Marks a value that references may mean.
const REF: u8 = 0x80;

struct Writer {
    out: Vec<u8>,
    version: i32,
    allow_code: bool,
    /// Numbers of flagged objects by their words; false while the object is being written and nothing may refer to it.
    numbers: HashMap<usize, (u32, bool)>,
    /// Keeps the words of `numbers` from being used again.
    kept: Vec<Owned>,
}

/// The bytes of a value.
pub fn to_bytes(vm: &mut Vm, value: &Owned, version: i32, allow_code: bool) -> PyResult<Vec<u8>> {
    let mut w = Writer { out: Vec::new(), version, allow_code, numbers: HashMap::new(), kept: Vec::new() };
    w.value(vm, value, 0, 1)?;
    Ok(w.out)
}

#[cold]
fn unmarshallable(vm: &mut Vm) -> Raised { vm.value_error("unmarshallable object") }

impl Writer {
    /// Writes `o`, of whose references `held` belong to its container and to this writer.
    fn value(&mut self, vm: &mut Vm, o: &Owned, depth: usize, held: u64) -> PyResult<()> {
        if depth >= DEPTH_MAX { return Err(vm.value_error("object too deeply nested to marshal")) }
        vm.check_native_stack(" while marshalling")?;
        let c = &vm.consts;
        for (single, code) in [(&c.none, b'N'), (&c.true_, b'T'), (&c.false_, b'F'), (&c.ellipsis, b'.')] { if o.is(single) { self.out.push(code); return Ok(()) } }
        if o.is(vm.types.stop_iteration.obj()) { self.out.push(b'S'); return Ok(()) }
        let Some(flag) = self.known(vm, o, held)? else { return Ok(()) };
        self.fresh(vm, o, depth, flag)
    }

    /// Writes a reference if the object was written before; else the flag for it.
    fn known(&mut self, vm: &mut Vm, o: &Owned, held: u64) -> PyResult<Option<u8>> {
        if self.version < 3 || !o.word().is_ptr() || vm.heap.refcount(o.word().ptr()) <= held { return Ok(Some(0)) }
        let number = self.numbers.len() as u32;
        match self.numbers.entry(o.word().raw() as usize) {
            std::collections::hash_map::Entry::Occupied(known) => match *known.get() {
                (number, true) => { self.out.push(b'r'); self.out.extend(number.to_le_bytes()); Ok(None) }
                // Such an object can only be made when its parts are there.
                (_, false) => Err(unmarshallable(vm)),
            },
            std::collections::hash_map::Entry::Vacant(new) => {
                let whole = !(o.is_exact::<PySlice>(vm) || o.is_exact::<PyCode>(vm) || o.type_of(vm).ptr() == vm.types.frozenset.ptr());
                new.insert((number, whole));
                vm.push(&mut self.kept, o.clone())?;
                Ok(Some(REF))
            }
        }
    }

    /// The object that was flagged when its writing began is written.
    fn done(&mut self, o: &Owned) { if let Some(n) = self.numbers.get_mut(&(o.word().raw() as usize)) { n.1 = true } }

    fn room(&mut self, vm: &mut Vm, n: usize) -> PyResult<()> { if self.out.try_reserve(n).is_ok() { Ok(()) } else { Err(vm.no_memory()) } }

    fn size(&mut self, vm: &mut Vm, n: usize) -> PyResult<()> {
        let Ok(n) = i32::try_from(n) else { return Err(unmarshallable(vm)) };
        self.out.extend(n.to_le_bytes());
        Ok(())
    }
    fn sized(&mut self, vm: &mut Vm, bytes: &[u8]) -> PyResult<()> {
        self.size(vm, bytes.len())?;
        self.room(vm, bytes.len())?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }
    /// A float as text, which versions 0 and 1 have.
    fn float_text(&mut self, vm: &mut Vm, x: f64) -> PyResult<()> {
        let (x, spec) = (vm.new_float(x)?, vm.new_str(".17g")?);
        let text = vm.format(&x, &spec)?;
        let text = vm.repr_text_plain(&text);
        self.out.push(text.len() as u8);
        self.out.extend(text.bytes());
        Ok(())
    }
    fn float(&mut self, vm: &mut Vm, x: f64) -> PyResult<()> {
        if self.version < 2 { return self.float_text(vm, x) }
        self.out.extend(x.to_le_bytes());
        Ok(())
    }
    fn items(&mut self, vm: &mut Vm, items: &[Owned], depth: usize) -> PyResult<()> {
        for i in items { self.value(vm, i, depth + 1, 2)? }
        Ok(())
    }

    fn fresh(&mut self, vm: &mut Vm, o: &Owned, depth: usize, flag: u8) -> PyResult<()> {
        let ty = o.type_of(vm).ptr();
        let binary = self.version > 1;
        if ty == vm.types.int.ptr() && let Some(n) = int_ref(o) { self.int(n, flag) }
        else if o.is_exact::<PyFloat>(vm) && let Some(x) = instar_vm::types::float::float_value(o) {
            self.out.push(flag | if binary { b'g' } else { b'f' });
            self.float(vm, x)?;
        }
        else if ty == vm.types.complex.ptr() && let Some(z) = o.cast::<PyComplex>() {
            self.out.push(flag | if binary { b'y' } else { b'x' });
            let (re, im) = (z.re, z.im);
            self.float(vm, re)?;
            self.float(vm, im)?;
        }
        else if ty == vm.types.str.ptr() && let Some(s) = o.cast::<PyStr>() { self.str(vm, s, flag)? }
        else if ty == vm.types.bytes.ptr() && let Some(b) = o.cast::<PyBytes>() { self.out.push(flag | b's'); self.sized(vm, b.as_slice())? }
        else if ty == vm.types.tuple.ptr() && let Some(t) = o.cast::<PyTuple>() {
            let items = t.items().to_vec();
            match u8::try_from(items.len()) {
                Ok(n) if self.version >= 4 => self.out.extend([flag | b')', n]),
                _ => { self.out.push(flag | b'('); self.size(vm, items.len())? }
            }
            self.items(vm, &items, depth)?;
        }
        else if ty == vm.types.list.ptr() && let Some(l) = o.cast::<PyList>() {
            let items = l.items(vm).to_vec();
            self.out.push(flag | b'[');
            self.size(vm, items.len())?;
            self.items(vm, &items, depth)?;
        }
        else if ty == vm.types.dict.ptr() && let Some(d) = o.cast::<PyDict>() {
            let pairs = d.pairs(vm)?;
            self.out.push(flag | b'{');
            for (k, v) in pairs {
                self.value(vm, &k, depth + 1, 2)?;
                self.value(vm, &v, depth + 1, 2)?;
            }
            self.out.push(b'0');
        }
        else if (ty == vm.types.set.ptr() || ty == vm.types.frozenset.ptr()) && let Some(s) = o.cast::<PySet>() {
            let items = s.items(vm)?;
            self.out.push(flag | if ty == vm.types.set.ptr() { b'<' } else { b'>' });
            self.size(vm, items.len())?;
            let mut sorted = Vec::new();
            for i in &items {
                let bytes = to_bytes(vm, i, self.version, self.allow_code)?;
                vm.push(&mut sorted, (bytes, i))?;
                if s.len(vm) != items.len() { return Err(vm.runtime_error("set changed size during iteration")) }
            }
            sorted.sort_by(|a, b| a.0.cmp(&b.0));
            for (_, i) in sorted { self.value(vm, i, depth + 1, 2)? }
            self.done(o);
        }
        else if ty == vm.types.slice.ptr() && let Some(s) = o.cast::<PySlice>() {
            if self.version < 5 { return Err(unmarshallable(vm)) }
            let parts = [s.start.clone(), s.stop.clone(), s.step.clone()];
            self.out.push(flag | b':');
            self.items(vm, &parts, depth)?;
            self.done(o);
        }
        else if let Some(code) = o.cast::<PyCode>() {
            if !self.allow_code { return Err(vm.value_error("marshalling code objects is disallowed")) }
            // Constants that the form of code has no place for.
            if !code.foreign().is_empty() { return Err(unmarshallable(vm)) }
            let bytes = instar_code::encode(code.blob());
            self.out.push(flag | b'c');
            self.sized(vm, &bytes)?;
            self.done(o);
        }
        else if vm.is_bytes_like(o) {
            let bytes = vm.bytes_argument(o)?;
            self.out.push(flag | b's');
            self.sized(vm, &bytes)?;
        }
        else { return Err(unmarshallable(vm)) }
        Ok(())
    }

    fn str(&mut self, vm: &mut Vm, s: &PyStr, flag: u8) -> PyResult<()> {
        let interned = self.version >= 3 && s.is_interned();
        if self.version >= 4 && let Some(a) = s.as_ascii() {
            return match u8::try_from(a.len()) {
                Ok(n) => { self.out.extend([flag | if interned { b'Z' } else { b'z' }, n]); self.out.extend(a.as_bytes()); Ok(()) }
                Err(_) => { self.out.push(flag | if interned { b'A' } else { b'a' }); self.sized(vm, a.as_bytes()) }
            };
        }
        let text = instar_code::Wtf8::from_code_points(s.chars());
        self.out.push(flag | if interned { b't' } else { b'u' });
        self.sized(vm, text.as_bytes())
    }

    fn int(&mut self, n: IntRef<'_>, flag: u8) {
        if let IntRef::Small(n) = n && let Ok(n) = i32::try_from(n) { self.out.push(flag | b'i'); self.out.extend(n.to_le_bytes()); return }
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
        self.out.push(flag | b'l');
        let n = digits.len() as i32;
        self.out.extend((if negative { -n } else { n }).to_le_bytes());
        for d in digits { self.out.extend(d.to_le_bytes()) }
    }
}
