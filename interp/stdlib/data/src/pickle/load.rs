//! The opcodes, read: a machine with a stack and marks on it.
//!
//! Not here: where the bytes come from (`unpickler.rs`).

use instar_vm::args::Args;
use instar_vm::typeobj::{vm_flags, TypeRef};
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::list::PyList;
use instar_vm::types::set::PySet;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{codecs, ObjExt, Owned, PyResult, Raised, Vm};

use super::opcodes::*;
use super::unpickler::{find, Run};
use super::unpickling_error;

/// The machine.
struct Machine<'a, 'b> { r: &'a mut Run<'b>, stack: Vec<Owned>, marks: Vec<usize> }

#[cold]
fn underflow(vm: &mut Vm) -> Raised { unpickling_error(vm, "unpickling stack underflow") }

/// UnpicklingError of a persistent id that nobody resolves.
#[cold]
pub fn no_persistent(vm: &mut Vm) -> Raised {
    unpickling_error(vm, "A load persistent id instruction was encountered, but no persistent_load function was specified.")
}

/// Reads one object.
pub fn load(vm: &mut Vm, r: &mut Run<'_>) -> PyResult {
    let mut m = Machine { r, stack: Vec::new(), marks: Vec::new() };
    loop {
        let op = m.r.opcode(vm)?;
        if op == STOP { return m.pop(vm) }
        m.step(vm, op)?;
        vm.safe_point()?;
    }
}

impl Machine<'_, '_> {
    fn push(&mut self, vm: &Vm, o: Owned) -> PyResult<()> { vm.push(&mut self.stack, o) }
    /// Where items above the last mark begin.
    fn floor(&self) -> usize { self.marks.last().copied().unwrap_or(0) }
    fn pop(&mut self, vm: &mut Vm) -> PyResult {
        if self.stack.len() <= self.floor() { return Err(underflow(vm)) }
        self.stack.pop().ok_or_else(|| underflow(vm))
    }
    fn top(&self, vm: &mut Vm) -> PyResult { if self.stack.len() <= self.floor() { return Err(underflow(vm)) } self.stack.last().cloned().ok_or_else(|| underflow(vm)) }
    fn marked(&mut self, vm: &mut Vm) -> PyResult<Vec<Owned>> {
        match self.marks.pop() { Some(at) => Ok(self.stack.split_off(at)), None => Err(unpickling_error(vm, "could not find MARK")) }
    }
    fn last(&mut self, vm: &mut Vm, n: usize) -> PyResult<Vec<Owned>> {
        if self.stack.len() < self.floor() + n { return Err(underflow(vm)) }
        Ok(self.stack.split_off(self.stack.len() - n))
    }

    fn step(&mut self, vm: &mut Vm, op: u8) -> PyResult<()> {
        match op {
            PROTO => {
                let [n] = self.r.number(vm)?;
                if i32::from(n) > PROTOCOL_MAX { return Err(vm.value_error(format!("unsupported pickle protocol: {n}"))) }
                self.r.set_protocol(n.into());
                Ok(())
            }
            FRAME => { let n = u64::from_le_bytes(self.r.number(vm)?); self.r.frame(vm, n) }
            MARK => { let n = self.stack.len(); vm.push(&mut self.marks, n) }
            POP => {
                if self.marks.last() == Some(&self.stack.len()) { self.marks.pop(); return Ok(()) }
                self.pop(vm).map(drop)
            }
            POP_MARK => self.marked(vm).map(drop),
            DUP => { let o = self.top(vm)?; self.push(vm, o) }
            NONE => { let o = vm.none(); self.push(vm, o) }
            NEWTRUE => { let o = vm.bool(true); self.push(vm, o) }
            NEWFALSE => { let o = vm.bool(false); self.push(vm, o) }
            INT | LONG | FLOAT | BININT | BININT1 | BININT2 | LONG1 | LONG4 | BINFLOAT => { let o = self.number(vm, op)?; self.push(vm, o) }
            STRING | BINSTRING | SHORT_BINSTRING | UNICODE | BINUNICODE | SHORT_BINUNICODE | BINUNICODE8 | BINBYTES | SHORT_BINBYTES | BINBYTES8 | BYTEARRAY8 => { let o = self.text(vm, op)?; self.push(vm, o) }
            NEXT_BUFFER | READONLY_BUFFER => self.buffer(vm, op),
            EMPTY_TUPLE | TUPLE | TUPLE1 | TUPLE2 | TUPLE3 => {
                let items = match op { EMPTY_TUPLE => Vec::new(), TUPLE => self.marked(vm)?, _ => self.last(vm, usize::from(op - TUPLE1) + 1)? };
                let o = vm.new_tuple(items)?.into_obj();
                self.push(vm, o)
            }
            EMPTY_LIST | LIST => { let items = if op == LIST { self.marked(vm)? } else { Vec::new() }; let o = vm.new_list(items)?.into_obj(); self.push(vm, o) }
            EMPTY_DICT | DICT => {
                let items = if op == DICT { self.marked(vm)? } else { Vec::new() };
                if items.len() % 2 != 0 { return Err(unpickling_error(vm, "odd number of items for DICT")) }
                let d = vm.new_dict()?;
                for pair in items.chunks(2) { d.set_item(vm, &pair[0], &pair[1])? }
                self.push(vm, d.into_obj())
            }
            EMPTY_SET => { let o = vm.new_set()?.into_obj(); self.push(vm, o) }
            FROZENSET => { let items = self.marked(vm)?; let o = vm.new_frozenset(items)?; self.push(vm, o) }
            APPEND | APPENDS => { let items = if op == APPEND { vec![self.pop(vm)?] } else { self.marked(vm)? }; self.append(vm, items) }
            SETITEM | SETITEMS => { let items = if op == SETITEM { self.last(vm, 2)? } else { self.marked(vm)? }; self.set_items(vm, &items) }
            ADDITEMS => { let items = self.marked(vm)?; self.add_items(vm, items) }
            GET | BINGET | LONG_BINGET | PUT | BINPUT | LONG_BINPUT | MEMOIZE => self.memo(vm, op),
            GLOBAL | STACK_GLOBAL | EXT1 | EXT2 | EXT4 => { let o = self.global(vm, op)?; self.push(vm, o) }
            PERSID | BINPERSID => self.persistent(vm, op),
            INST | OBJ | NEWOBJ | NEWOBJ_EX | REDUCE => self.make(vm, op),
            BUILD => self.build(vm),
            _ => {
                let shown = if (32..127).contains(&op) && op != b'\'' && op != b'\\' { format!("'{}'", char::from(op)) } else if op == b'\'' || op == b'\\' { format!("'\\{}'", char::from(op)) } else { format!("'\\x{op:02x}'") };
                Err(unpickling_error(vm, format!("invalid load key, {shown}.")))
            }
        }
    }

    // ---- numbers, text -----------------------------------------------------------------------------------------------

    fn number(&mut self, vm: &mut Vm, op: u8) -> PyResult {
        match op {
            BININT => { let n = i32::from_le_bytes(self.r.number(vm)?); vm.new_int(n.into()) }
            BININT1 => { let [n] = self.r.number(vm)?; vm.new_int(n.into()) }
            BININT2 => { let n = u16::from_le_bytes(self.r.number(vm)?); vm.new_int(n.into()) }
            BINFLOAT => { let x = f64::from_be_bytes(self.r.number(vm)?); vm.new_float(x) }
            LONG1 | LONG4 => {
                let n = if op == LONG1 { let [n] = self.r.number(vm)?; usize::from(n) } else {
                    let n = i32::from_le_bytes(self.r.number(vm)?);
                    usize::try_from(n).map_err(|_| unpickling_error(vm, "LONG pickle has negative byte count"))?
                };
                let b = self.r.bytes(vm, n)?;
                if b.is_empty() { return vm.new_int(0) }
                let n = instar_base_num::int_from_bytes(&b, false, true).map_err(|e| vm.num_error(e))?;
                vm.new_bigint(n)
            }
            FLOAT => {
                let line = self.r.line(vm)?;
                let text = String::from_utf8_lossy(&line).into_owned();
                match instar_base_num::parse_float(text.trim()) { Some(x) => vm.new_float(x), None => Err(vm.value_error(format!("could not convert string to float: '{text}\n'"))) }
            }
            _ => {
                let mut line = self.r.line(vm)?;
                if line.is_empty() { return Err(unpickling_error(vm, "pickle data was truncated")) }
                if op == INT && line == b"00" { return Ok(vm.bool(false)) }
                if op == INT && line == b"01" { return Ok(vm.bool(true)) }
                if op == LONG && line.last() == Some(&b'L') { line.pop(); }
                let text = String::from_utf8_lossy(&line).trim().to_owned();
                if let Ok(n) = text.parse::<i64>() { return vm.new_int(n) }
                let text = vm.new_str(&text)?;
                let (class, base) = (vm.types.int.obj().clone(), vm.new_int(10)?);
                match vm.call2(&class, &text, &base) {
                    Err(e) if op == INT && e.is(vm, &vm.types.value_error) => Err(vm.value_error("could not convert string to int")),
                    r => r,
                }
            }
        }
    }

    fn size(&mut self, vm: &mut Vm, op: u8, kind: &str) -> PyResult<usize> {
        match op {
            SHORT_BINSTRING | SHORT_BINUNICODE | SHORT_BINBYTES => { let [n] = self.r.number(vm)?; Ok(n.into()) }
            BINUNICODE8 | BINBYTES8 | BYTEARRAY8 => {
                let n = u64::from_le_bytes(self.r.number(vm)?);
                if n > i64::MAX as u64 { return Err(vm.overflow_error(format!("{kind} exceeds system's maximum size of {} bytes", i64::MAX))) }
                Ok(n as usize)
            }
            BINSTRING => {
                let n = i32::from_le_bytes(self.r.number(vm)?);
                usize::try_from(n).map_err(|_| unpickling_error(vm, "BINSTRING pickle has negative byte count"))
            }
            _ => { let n = u32::from_le_bytes(self.r.number(vm)?); Ok(n as usize) }
        }
    }

    /// A string of Python 2.
    fn old_string(&mut self, vm: &mut Vm, bytes: &[u8]) -> PyResult {
        let b = vm.new_bytes(bytes)?;
        if self.r.encoding == "bytes" { return Ok(b) }
        let (encoding, errors) = (vm.new_str(&self.r.encoding)?, vm.new_str(&self.r.errors)?);
        codecs::decode_to_str(vm, &b, Some(&encoding), Some(&errors))
    }

    fn text(&mut self, vm: &mut Vm, op: u8) -> PyResult {
        match op {
            STRING => {
                let line = self.r.line(vm)?;
                let quoted = line.len() >= 2 && matches!(line[0], b'\'' | b'"') && line[line.len() - 1] == line[0];
                if !quoted { return Err(unpickling_error(vm, "the STRING opcode argument must be quoted")) }
                let inner = vm.new_bytes(&line[1..line.len() - 1])?;
                let f = vm.import_attr("_codecs", "escape_decode")?;
                let pair = vm.call1(&f, &inner)?;
                let Some(bytes) = pair.cast::<PyTuple>().and_then(|t| t.get(0)).and_then(|b| b.cast::<PyBytes>().map(|b| b.as_slice().to_vec())) else { return Err(vm.type_error("bytes expected")) };
                self.old_string(vm, &bytes)
            }
            UNICODE => {
                let line = self.r.line(vm)?;
                let b = vm.new_bytes(&line)?;
                let encoding = vm.new_str("raw-unicode-escape")?;
                codecs::decode_to_str(vm, &b, Some(&encoding), None)
            }
            BINSTRING | SHORT_BINSTRING => { let n = self.size(vm, op, "")?; let b = self.r.bytes(vm, n)?; self.old_string(vm, &b) }
            BINUNICODE | SHORT_BINUNICODE | BINUNICODE8 => {
                let n = self.size(vm, op, "BINUNICODE")?;
                let b = self.r.bytes(vm, n)?;
                if let Ok(t) = std::str::from_utf8(&b) { return vm.new_str(t) }
                let b = vm.new_bytes(&b)?;
                let (encoding, errors) = (vm.new_str("utf-8")?, vm.new_str("surrogatepass")?);
                codecs::decode_to_str(vm, &b, Some(&encoding), Some(&errors))
            }
            BYTEARRAY8 => { let n = self.size(vm, op, "BYTEARRAY8")?; let b = self.r.bytes(vm, n)?; vm.new_bytearray(&b) }
            _ => { let n = self.size(vm, op, "BINBYTES")?; let b = self.r.bytes(vm, n)?; vm.new_bytes(&b) }
        }
    }

    fn buffer(&mut self, vm: &mut Vm, op: u8) -> PyResult<()> {
        if op == NEXT_BUFFER {
            let Some(it) = self.r.buffers.clone() else {
                return Err(unpickling_error(vm, "pickle stream refers to out-of-band data but no *buffers* argument was given"));
            };
            return match vm.next(&it)? { Some(b) => self.push(vm, b), None => Err(unpickling_error(vm, "not enough out-of-band buffers")) };
        }
        let o = self.pop(vm)?;
        let view = if vm.is_bytes_like(&o) { vm.new_memoryview(&o)? } else { let t = o.type_name(vm); return Err(vm.type_error(format!("memoryview: a bytes-like object is required, not '{t}'"))) };
        let readonly = vm.buffer_any(&view, false)?.is_readonly();
        let o = if readonly { o } else { let key = vm.intern("toreadonly")?; vm.call_method(&view, &key, &[])? };
        self.push(vm, o)
    }

    // ---- containers --------------------------------------------------------------------------------------------------

    fn append(&mut self, vm: &mut Vm, items: Vec<Owned>) -> PyResult<()> {
        let target = self.top(vm)?;
        if items.is_empty() { return Ok(()) }
        if let Some(l) = target.cast::<PyList>().filter(|_| target.is_exact::<PyList>(vm)) { return l.extend(vm, items.into_iter()) }
        let key = vm.names.extend.clone();
        if items.len() > 1 && let Some(extend) = vm.get_attr_opt(&target, &key)? {
            let list = vm.new_list(items)?.into_obj();
            return vm.call1(&extend, &list).map(drop);
        }
        let key = vm.names.append.clone();
        let append = vm.get_attr(&target, &key)?;
        for item in &items { vm.call1(&append, item)?; }
        Ok(())
    }

    fn set_items(&mut self, vm: &mut Vm, items: &[Owned]) -> PyResult<()> {
        let target = self.top(vm)?;
        if items.len() % 2 != 0 { return Err(unpickling_error(vm, "odd number of items for SETITEMS")) }
        let exact = target.cast::<PyDict>().filter(|_| target.is_exact::<PyDict>(vm));
        for pair in items.chunks(2) { match exact { Some(d) => d.set_item(vm, &pair[0], &pair[1])?, None => vm.set_item(&target, &pair[0], &pair[1])? } }
        Ok(())
    }

    fn add_items(&mut self, vm: &mut Vm, items: Vec<Owned>) -> PyResult<()> {
        let target = self.top(vm)?;
        if let Some(s) = target.cast::<PySet>().filter(|_| target.is_exact::<PySet>(vm)) { for item in &items { s.add(vm, item)? } return Ok(()) }
        let key = vm.names.add.clone();
        let add = vm.get_attr(&target, &key)?;
        for item in &items { vm.call1(&add, item)?; }
        Ok(())
    }

    // ---- memo, names -------------------------------------------------------------------------------------------------

    fn memo(&mut self, vm: &mut Vm, op: u8) -> PyResult<()> {
        let memo = self.r.unpickler.memo.clone();
        let key = match op {
            GET | PUT => {
                let line = self.r.line(vm)?;
                let text = String::from_utf8_lossy(&line).into_owned();
                match text.trim().parse::<i64>() { Ok(n) => vm.new_int(n)?, Err(_) => return Err(vm.value_error(format!("invalid literal for int() with base 10: '{text}\\n'"))) }
            }
            BINGET | BINPUT => { let [n] = self.r.number(vm)?; vm.new_int(n.into())? }
            LONG_BINGET | LONG_BINPUT => { let n = u32::from_le_bytes(self.r.number(vm)?); vm.new_int(n.into())? }
            _ => { let n = memo.len(vm); vm.new_usize(n)? }
        };
        if matches!(op, GET | BINGET | LONG_BINGET) {
            return match memo.get_item(vm, &key)? {
                Some(o) => self.push(vm, o),
                None => { let n = vm.repr_text(&key)?; Err(unpickling_error(vm, format!("Memo value not found at index {n}"))) }
            };
        }
        let o = self.top(vm)?;
        if instar_vm::types::int::int_ref(&key).is_some_and(|n| n.signum() < 0) { return Err(vm.value_error("negative PUT argument")) }
        memo.set_item(vm, &key, &o)
    }

    fn find(&mut self, vm: &mut Vm, module: &Owned, name: &Owned) -> PyResult {
        match self.r.find_class.clone() { Some(f) => vm.call_n(&f, &[module.clone(), name.clone()]), None => find(vm, self.r.unpickler, module, name) }
    }

    fn name_line(&mut self, vm: &mut Vm) -> PyResult {
        let line = self.r.line(vm)?;
        if line.is_empty() { return Err(unpickling_error(vm, "pickle data was truncated")) }
        let b = vm.new_bytes(&line)?;
        let encoding = vm.new_str("utf-8")?;
        codecs::decode_to_str(vm, &b, Some(&encoding), None)
    }

    fn global(&mut self, vm: &mut Vm, op: u8) -> PyResult {
        let (module, name) = match op {
            GLOBAL => (self.name_line(vm)?, self.name_line(vm)?),
            STACK_GLOBAL => {
                let pair = self.last(vm, 2)?;
                if pair.iter().any(|o| o.cast::<PyStr>().is_none()) { return Err(unpickling_error(vm, "STACK_GLOBAL requires str")) }
                (pair[0].clone(), pair[1].clone())
            }
            _ => {
                let code = match op { EXT1 => { let [n] = self.r.number(vm)?; i64::from(n) } EXT2 => u16::from_le_bytes(self.r.number(vm)?).into(), _ => i32::from_le_bytes(self.r.number(vm)?).into() };
                return self.extension(vm, code);
            }
        };
        self.find(vm, &module, &name)
    }

    fn extension(&mut self, vm: &mut Vm, code: i64) -> PyResult {
        if code <= 0 { return Err(unpickling_error(vm, "EXT specifies code <= 0")) }
        let key = vm.new_int(code)?;
        let cache = vm.import_attr("copyreg", "_extension_cache")?;
        if let Some(o) = cache.cast::<PyDict>().map(|d| d.get_item(vm, &key)).transpose()?.flatten() { return Ok(o) }
        let registry = vm.import_attr("copyreg", "_inverted_registry")?;
        let pair = registry.cast::<PyDict>().map(|d| d.get_item(vm, &key)).transpose()?.flatten();
        let Some(pair) = pair else { return Err(vm.value_error(format!("unregistered extension code {code}"))) };
        let Some([module, name]) = pair.cast::<PyTuple>().map(|t| t.items().to_vec()).and_then(|v| <[Owned; 2]>::try_from(v).ok()) else {
            return Err(vm.value_error(format!("_inverted_registry[{code}] isn't a 2-tuple of strings")));
        };
        let o = self.find(vm, &module, &name)?;
        if let Some(d) = cache.cast::<PyDict>() { d.set_item(vm, &key, &o)? }
        Ok(o)
    }

    fn persistent(&mut self, vm: &mut Vm, op: u8) -> PyResult<()> {
        let id = if op == PERSID {
            let line = self.r.line(vm)?;
            match std::str::from_utf8(&line) { Ok(t) if t.is_ascii() => vm.new_str(t)?, _ => return Err(unpickling_error(vm, "persistent IDs in protocol 0 must be ASCII strings")) }
        } else { self.pop(vm)? };
        let Some(f) = self.r.persistent_load.clone() else { return Err(no_persistent(vm)) };
        let o = vm.call1(&f, &id)?;
        self.push(vm, o)
    }

    // ---- instances ---------------------------------------------------------------------------------------------------

    fn make(&mut self, vm: &mut Vm, op: u8) -> PyResult<()> {
        let made = match op {
            INST => {
                let (module, name) = (self.name_line(vm)?, self.name_line(vm)?);
                let class = self.find(vm, &module, &name)?;
                let args = self.marked(vm)?;
                self.instantiate(vm, &class, &args)?
            }
            OBJ => {
                let mut args = self.marked(vm)?;
                if args.is_empty() { return Err(underflow(vm)) }
                let class = args.remove(0);
                self.instantiate(vm, &class, &args)?
            }
            REDUCE => {
                let pair = self.last(vm, 2)?;
                let Some(args) = pair[1].cast::<PyTuple>().map(|t| t.items().to_vec()) else { return Err(vm.type_error("argument list must be a tuple")) };
                vm.call_n(&pair[0], &args)?
            }
            _ => self.new_object(vm, op)?,
        };
        self.push(vm, made)
    }

    fn new_object(&mut self, vm: &mut Vm, op: u8) -> PyResult {
        let what = if op == NEWOBJ { "NEWOBJ" } else { "NEWOBJ_EX" };
        let parts = self.last(vm, if op == NEWOBJ { 2 } else { 3 })?;
        let wrong = |vm: &mut Vm, part: &str, want: &str, o: &Owned| { let t = super::full_name(vm, o); unpickling_error(vm, format!("{what} {part} argument must be a {want}, not {t}")) };
        let Some(class) = TypeRef::from_obj(&parts[0]).cloned() else { return Err(wrong(vm, "class", "type", &parts[0])) };
        if class.has_flag(vm_flags::NO_NEW) || class.slots().new.is_none() {
            let n = class.qualname(vm);
            return Err(unpickling_error(vm, format!("{what} class argument '{n}' does not have __new__")));
        }
        let Some(args) = parts[1].cast::<PyTuple>().map(|t| t.items().to_vec()) else { return Err(wrong(vm, "args", "tuple", &parts[1])) };
        let (mut values, mut names) = (vec![parts[0].clone()], Vec::new());
        values.extend(args);
        if let Some(kw) = parts.get(2) {
            let Some(kw) = kw.cast::<PyDict>() else { return Err(wrong(vm, "kwargs", "dict", kw)) };
            for (k, v) in kw.pairs(vm)? { names.push(k); values.push(v) }
        }
        let key = vm.names.__new__.clone();
        let new = vm.get_attr(&parts[0], &key)?;
        vm.call(&new, Args::new(&values, &names))
    }

    fn instantiate(&mut self, vm: &mut Vm, class: &Owned, args: &[Owned]) -> PyResult {
        if args.is_empty() && TypeRef::from_obj(class).is_some() {
            let key = vm.intern("__getinitargs__")?;
            if vm.get_attr_opt(class, &key)?.is_none() {
                let key = vm.names.__new__.clone();
                return vm.call_method(class, &key, std::slice::from_ref(class));
            }
        }
        vm.call_n(class, args)
    }

    fn build(&mut self, vm: &mut Vm) -> PyResult<()> {
        let state = self.pop(vm)?;
        let o = self.top(vm)?;
        let key = vm.names.__setstate__.clone();
        if let Some(f) = vm.get_attr_opt(&o, &key)? { return vm.call1(&f, &state).map(drop) }
        let (state, slots) = match state.cast::<PyTuple>().map(|t| t.items()) { Some([a, b]) => (a.clone(), Some(b.clone())), _ => (state, None) };
        if !vm.is_none(&state) {
            let Some(d) = state.cast::<PyDict>() else { return Err(unpickling_error(vm, "state is not a dictionary")) };
            let key = vm.names.__dict__.clone();
            let own = vm.get_attr(&o, &key)?;
            for (k, v) in d.pairs(vm)? {
                // Names of attributes are the same object everywhere.
                let k = if k.is_exact::<PyStr>(vm) { vm.intern_obj(&k)? } else { k };
                vm.set_item(&own, &k, &v)?;
            }
        }
        if let Some(slots) = slots.filter(|s| !vm.is_none(s)) {
            let Some(d) = slots.cast::<PyDict>() else { return Err(unpickling_error(vm, "slot state is not a dictionary")) };
            for (k, v) in d.pairs(vm)? { vm.set_attr(&o, &k, &v)? }
        }
        Ok(())
    }
}
