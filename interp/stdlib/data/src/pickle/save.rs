//! What is written for an object of a builtin type, and the memo.
//!
//! Not here: objects that say themselves how (`reduce.rs`), names (`globals.rs`).

use instar_vm::types::bytearray::PyByteArray;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::float::float_value;
use instar_vm::types::int::{int_ref, IntRef};
use instar_vm::types::list::PyList;
use instar_vm::types::set::PySet;
use instar_vm::types::str::PyStr;
use instar_vm::types::tuple::PyTuple;
use instar_vm::{codecs, ObjExt, Owned, PyResult, Vm};

use super::buffer::{view_of, PickleBuffer};
use super::opcodes::*;
use super::pickler::Run;
use super::{full_name, note, pickling_error, reduce};

/// Items written at once.
const BATCH: usize = 1000;

/// Writes an object.
pub fn save(vm: &mut Vm, r: &mut Run<'_>, o: &Owned, ask_id: bool) -> PyResult<()> {
    r.commit(vm, false)?;
    if ask_id && let Some(f) = r.persistent_id.clone() {
        let id = vm.call1(&f, o)?;
        if !vm.is_none(&id) { return save_persistent(vm, r, &id) }
    }
    if vm.is_none(o) { return r.op(vm, NONE) }
    let ty = o.type_of(vm).ptr();
    if ty == vm.types.bool.ptr() {
        let truth = o.is(&vm.consts.true_);
        return if r.protocol >= 2 { r.op(vm, if truth { NEWTRUE } else { NEWFALSE }) } else { r.put(vm, if truth { b"I01\n" } else { b"I00\n" }) };
    }
    if ty == vm.types.int.ptr() { return save_int(vm, r, o) }
    if ty == vm.types.float.ptr() {
        let x = float_value(o).unwrap_or(0.0);
        if r.bin { r.op(vm, BINFLOAT)?; return r.put(vm, &x.to_be_bytes()) }
        let text = format!("F{}\n", instar_base_num::float_repr(x));
        return r.put(vm, text.as_bytes());
    }
    if let Some(n) = r.pickler.memo.get(vm).get(o) { return get(vm, r, n) }
    if ty == vm.types.bytes.ptr() { return save_bytes(vm, r, o) }
    if ty == vm.types.str.ptr() { return save_str(vm, r, o) }
    vm.check_native_stack(" while pickling an object")?;
    vm.safe_point()?;
    if ty == vm.types.dict.ptr() { return save_dict(vm, r, o) }
    if ty == vm.types.set.ptr() { return save_set(vm, r, o) }
    if ty == vm.types.frozenset.ptr() { return save_frozenset(vm, r, o) }
    if ty == vm.types.list.ptr() { return save_list(vm, r, o) }
    if ty == vm.types.tuple.ptr() { return save_tuple(vm, r, o) }
    if ty == vm.types.bytearray.ptr() { return save_bytearray(vm, r, o) }
    if o.cast::<PickleBuffer>().is_some() { return save_buffer(vm, r, o) }
    reduce::save(vm, r, o)
}

fn save_persistent(vm: &mut Vm, r: &mut Run<'_>, id: &Owned) -> PyResult<()> {
    if r.bin { save(vm, r, id, false)?; return r.op(vm, BINPERSID) }
    let text = vm.str(id)?;
    let Some(text) = text.cast::<PyStr>().and_then(|t| t.as_ascii()).map(str::to_owned) else { return Err(pickling_error(vm, "persistent IDs in protocol 0 must be ASCII strings")) };
    r.op(vm, PERSID)?;
    r.put(vm, text.as_bytes())?;
    r.put(vm, b"\n")
}

// ---- memo ------------------------------------------------------------------------------------------------------------

/// Writes the opcode that fetches number `n`.
pub fn get(vm: &mut Vm, r: &mut Run<'_>, n: usize) -> PyResult<()> {
    if !r.bin { return r.put(vm, format!("g{n}\n").as_bytes()) }
    if n < 256 { r.put(vm, &[BINGET, n as u8]) } else { r.op(vm, LONG_BINGET)?; r.put(vm, &(n as u32).to_le_bytes()) }
}

/// Remembers an object just written.
pub fn memoize(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    if r.fast { return Ok(()) }
    let n = r.pickler.memo.get(vm).len();
    r.pickler.memo.get_mut(vm).add(o, n);
    if r.protocol >= 4 { return r.op(vm, MEMOIZE) }
    if !r.bin { return r.put(vm, format!("p{n}\n").as_bytes()) }
    if n < 256 { r.put(vm, &[BINPUT, n as u8]) } else { r.op(vm, LONG_BINPUT)?; r.put(vm, &(n as u32).to_le_bytes()) }
}

/// The number of an object that writing its parts has written already.
pub fn known(vm: &Vm, r: &Run<'_>, o: &Owned) -> Option<usize> { r.pickler.memo.get(vm).get(o) }

// ---- numbers, text, bytes --------------------------------------------------------------------------------------------

fn save_int(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    let value = int_ref(o);
    if let Some(IntRef::Small(n)) = value {
        if r.bin {
            if let Ok(n) = u8::try_from(n) { return r.put(vm, &[BININT1, n]) }
            if let Ok(n) = u16::try_from(n) { r.op(vm, BININT2)?; return r.put(vm, &n.to_le_bytes()) }
            if let Ok(n) = i32::try_from(n) { r.op(vm, BININT)?; return r.put(vm, &n.to_le_bytes()) }
        } else if i32::try_from(n).is_ok() { return r.put(vm, format!("I{n}\n").as_bytes()) }
    }
    if r.protocol < 2 {
        let text = vm.repr_text(o)?;
        return r.put(vm, format!("L{text}L\n").as_bytes());
    }
    let Some(value) = value else { return Ok(()) };
    let big = value.big();
    let n = instar_base_num::bit_length(&big) / 8 + 1;
    let mut bytes = instar_base_num::int_to_bytes(&big, n, false, true).map_err(|e| vm.num_error(e))?;
    if value.signum() < 0 && n > 1 && bytes[n - 1] == 0xFF && bytes[n - 2] & 0x80 != 0 { bytes.pop(); }
    if bytes.len() < 256 { r.put(vm, &[LONG1, bytes.len() as u8])? } else { r.op(vm, LONG4)?; r.put(vm, &(bytes.len() as u32).to_le_bytes())? }
    r.put(vm, &bytes)
}

/// Bytes without memo, for protocols from 3 on.
fn put_bytes(vm: &mut Vm, r: &mut Run<'_>, b: &[u8]) -> PyResult<()> {
    let n = b.len();
    let mut header = Vec::with_capacity(9);
    if n < 256 { header.extend([SHORT_BINBYTES, n as u8]) }
    else if n > u32::MAX as usize && r.protocol >= 4 { header.push(BINBYTES8); header.extend((n as u64).to_le_bytes()) }
    else if n > u32::MAX as usize { return Err(vm.overflow_error("serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher")) }
    else { header.push(BINBYTES); header.extend((n as u32).to_le_bytes()) }
    r.put_large(vm, &header, b)
}

fn put_bytearray(vm: &mut Vm, r: &mut Run<'_>, b: &[u8]) -> PyResult<()> {
    let mut header = vec![BYTEARRAY8];
    header.extend((b.len() as u64).to_le_bytes());
    r.put_large(vm, &header, b)
}

fn save_bytes(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    let Some(b) = o.cast::<PyBytes>() else { return Ok(()) };
    if r.protocol < 3 {
        if b.is_empty() { let (f, args) = (vm.types.bytes.obj().clone(), vm.consts.empty_tuple.obj().clone()); return reduce::parts(vm, r, &[f, args], Some(o)) }
        let f = vm.import_attr("_codecs", "encode")?;
        let args = [vm.new_str_latin1(b.as_slice())?, vm.new_str("latin1")?];
        let args = vm.new_tuple(args)?.into_obj();
        return reduce::parts(vm, r, &[f, args], Some(o));
    }
    put_bytes(vm, r, b.as_slice())?;
    memoize(vm, r, o)
}

fn save_bytearray(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    let bytes = vm.bytes_like(o)?;
    if r.protocol < 5 {
        let f = vm.types.bytearray.obj().clone();
        let args = if bytes.is_empty() { vm.consts.empty_tuple.obj().clone() } else { let b = vm.new_bytes(&bytes)?; vm.new_tuple([b])?.into_obj() };
        return reduce::parts(vm, r, &[f, args], Some(o));
    }
    debug_assert!(o.cast::<PyByteArray>().is_some());
    put_bytearray(vm, r, &bytes)?;
    memoize(vm, r, o)
}

fn save_buffer(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    if r.protocol < 5 { return Err(pickling_error(vm, "PickleBuffer can only be pickled with protocol >= 5")) }
    let view = view_of(vm, o)?;
    let buffer = vm.buffer_any(&view, false)?;
    if buffer.layout().is_some_and(|l| !l.is_c_contiguous() && !l.is_f_contiguous()) {
        return Err(pickling_error(vm, "PickleBuffer can not be pickled when pointing to a non-contiguous buffer"));
    }
    let in_band = match r.callback.clone() { Some(f) => { let answer = vm.call1(&f, o)?; vm.truth(&answer)? } None => true };
    if !in_band {
        r.op(vm, NEXT_BUFFER)?;
        return if buffer.is_readonly() { r.op(vm, READONLY_BUFFER) } else { Ok(()) };
    }
    let data = if buffer.is_contiguous() { buffer.to_vec(vm)? } else { let mut all = Vec::new(); vm.append(&mut all, buffer.region(vm))?; all };
    if buffer.is_readonly() { put_bytes(vm, r, &data)? } else { put_bytearray(vm, r, &data)? }
    memoize(vm, r, o)
}

fn save_str(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    let Some(s) = o.cast::<PyStr>() else { return Ok(()) };
    if !r.bin {
        let mut out = Vec::new();
        for c in s.chars() {
            match c {
                0x5C | 0 | 10 | 13 | 0x1A => vm.append(&mut out, format!("\\u{c:04x}").as_bytes())?,
                c if c < 256 => vm.push(&mut out, c as u8)?,
                c if c < 0x10000 => vm.append(&mut out, format!("\\u{c:04x}").as_bytes())?,
                c => vm.append(&mut out, format!("\\U{c:08x}").as_bytes())?,
            }
        }
        r.op(vm, UNICODE)?;
        r.put(vm, &out)?;
        r.put(vm, b"\n")?;
        return memoize(vm, r, o);
    }
    let encoded = match s.as_ascii() {
        Some(t) => { let mut v = Vec::new(); vm.append(&mut v, t.as_bytes())?; v }
        None => { let errors = vm.new_str("surrogatepass")?; codecs::encode(vm, codecs::Native::Utf8, o, Some(&errors))? }
    };
    let n = encoded.len();
    let mut header = Vec::with_capacity(9);
    if n < 256 && r.protocol >= 4 { header.extend([SHORT_BINUNICODE, n as u8]) }
    else if n > u32::MAX as usize && r.protocol >= 4 { header.push(BINUNICODE8); header.extend((n as u64).to_le_bytes()) }
    else if n > u32::MAX as usize { return Err(vm.overflow_error("serializing a string larger than 4 GiB requires pickle protocol 4 or higher")) }
    else { header.push(BINUNICODE); header.extend((n as u32).to_le_bytes()) }
    r.put_large(vm, &header, &encoded)?;
    memoize(vm, r, o)
}

// ---- containers ------------------------------------------------------------------------------------------------------

/// Writes one item; an error says which.
fn save_item(vm: &mut Vm, r: &mut Run<'_>, whole: &Owned, i: usize, item: &Owned) -> PyResult<()> {
    match save(vm, r, item, true) {
        Err(e) => { let t = full_name(vm, whole); Err(note(vm, e, format!("when serializing {t} item {i}"))) }
        done => done,
    }
}

fn save_tuple(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    let items = o.cast::<PyTuple>().map(|t| t.items().to_vec()).unwrap_or_default();
    let n = items.len();
    if n == 0 { return if r.bin { r.op(vm, EMPTY_TUPLE) } else { r.put(vm, &[MARK, TUPLE]) } }
    let short = n <= 3 && r.protocol >= 2;
    if !short { r.op(vm, MARK)? }
    for (i, item) in items.iter().enumerate() { save_item(vm, r, o, i, item)? }
    // A recursive tuple was written by its own items: what stands on the stack goes, and it is fetched.
    if let Some(number) = known(vm, r, o) {
        if short { for _ in 0..n { r.op(vm, POP)? } } else if r.bin { r.op(vm, POP_MARK)? } else { for _ in 0..=n { r.op(vm, POP)? } }
        return get(vm, r, number);
    }
    r.op(vm, if short { [TUPLE1, TUPLE2, TUPLE3][n - 1] } else { TUPLE })?;
    memoize(vm, r, o)
}

fn save_list(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    if r.bin { r.op(vm, EMPTY_LIST)? } else { r.put(vm, &[MARK, LIST])? }
    memoize(vm, r, o)?;
    if o.cast::<PyList>().is_none_or(|l| l.is_empty(vm)) { return Ok(()) }
    let it = vm.iter(o)?;
    appends(vm, r, &it, o)
}

/// Writes the items of an iterator for a list-like object.
pub fn appends(vm: &mut Vm, r: &mut Run<'_>, it: &Owned, whole: &Owned) -> PyResult<()> {
    let mut i = 0;
    if !r.bin {
        while let Some(item) = vm.next(it)? { save_item(vm, r, whole, i, &item)?; r.op(vm, APPEND)?; i += 1 }
        return Ok(());
    }
    let mut next = vm.next(it)?;
    while let Some(first) = next {
        let Some(second) = vm.next(it)? else { save_item(vm, r, whole, i, &first)?; return r.op(vm, APPEND) };
        r.op(vm, MARK)?;
        save_item(vm, r, whole, i, &first)?;
        i += 1;
        let (mut count, mut item) = (1, Some(second));
        while let Some(o) = item.take() {
            save_item(vm, r, whole, i, &o)?;
            i += 1;
            count += 1;
            if count == BATCH { break }
            item = vm.next(it)?;
        }
        r.op(vm, APPENDS)?;
        next = if count == BATCH { vm.next(it)? } else { None };
    }
    Ok(())
}

fn save_pair(vm: &mut Vm, r: &mut Run<'_>, whole: &Owned, key: &Owned, value: &Owned) -> PyResult<()> {
    save(vm, r, key, true)?;
    if let Err(e) = save(vm, r, value, true) {
        let (t, k) = (full_name(vm, whole), vm.repr_text(key)?);
        return Err(note(vm, e, format!("when serializing {t} item {k}")));
    }
    Ok(())
}

fn pair(vm: &mut Vm, o: &Owned) -> PyResult<(Owned, Owned)> {
    match o.cast::<PyTuple>().map(|t| t.items()) { Some([k, v]) => Ok((k.clone(), v.clone())), _ => Err(vm.type_error("dict items iterator must return 2-tuples")) }
}

/// Writes the pairs of an iterator for a dict-like object.
pub fn setitems(vm: &mut Vm, r: &mut Run<'_>, it: &Owned, whole: &Owned) -> PyResult<()> {
    if !r.bin {
        while let Some(p) = vm.next(it)? { let (k, v) = pair(vm, &p)?; save_pair(vm, r, whole, &k, &v)?; r.op(vm, SETITEM)? }
        return Ok(());
    }
    let mut next = vm.next(it)?;
    while let Some(first) = next {
        let (k, v) = pair(vm, &first)?;
        let Some(second) = vm.next(it)? else { save_pair(vm, r, whole, &k, &v)?; return r.op(vm, SETITEM) };
        r.op(vm, MARK)?;
        save_pair(vm, r, whole, &k, &v)?;
        let (mut count, mut item) = (1, Some(second));
        while let Some(p) = item.take() {
            let (k, v) = pair(vm, &p)?;
            save_pair(vm, r, whole, &k, &v)?;
            count += 1;
            if count == BATCH { break }
            item = vm.next(it)?;
        }
        r.op(vm, SETITEMS)?;
        next = if count == BATCH { vm.next(it)? } else { None };
    }
    Ok(())
}

fn save_dict(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    if r.bin { r.op(vm, EMPTY_DICT)? } else { r.put(vm, &[MARK, DICT])? }
    memoize(vm, r, o)?;
    if o.cast::<PyDict>().is_none_or(|d| d.is_empty(vm)) { return Ok(()) }
    let key = vm.names.items.clone();
    let items = vm.call_method(o, &key, &[])?;
    let it = vm.iter(&items)?;
    setitems(vm, r, &it, o)
}

fn save_element(vm: &mut Vm, r: &mut Run<'_>, whole: &Owned, item: &Owned) -> PyResult<()> {
    match save(vm, r, item, true) {
        Err(e) => { let t = full_name(vm, whole); Err(note(vm, e, format!("when serializing {t} element"))) }
        done => done,
    }
}

fn items_of(vm: &mut Vm, o: &Owned) -> PyResult<Vec<Owned>> { match o.cast::<PySet>() { Some(s) => s.items(vm), None => vm.collect(o) } }

fn save_set(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    let items = items_of(vm, o)?;
    if r.protocol < 4 { return reduce_set(vm, r, o, items) }
    r.op(vm, EMPTY_SET)?;
    memoize(vm, r, o)?;
    for batch in items.chunks(BATCH) {
        r.op(vm, MARK)?;
        for item in batch { save_element(vm, r, o, item)? }
        r.op(vm, ADDITEMS)?;
        if vm.len(o)? != items.len() { return Err(vm.runtime_error("set changed size during iteration")) }
    }
    Ok(())
}

fn reduce_set(vm: &mut Vm, r: &mut Run<'_>, o: &Owned, items: Vec<Owned>) -> PyResult<()> {
    let list = vm.new_list(items)?.into_obj();
    let (f, args) = (o.type_of(vm).obj().clone(), vm.new_tuple([list])?.into_obj());
    reduce::parts(vm, r, &[f, args], Some(o))
}

fn save_frozenset(vm: &mut Vm, r: &mut Run<'_>, o: &Owned) -> PyResult<()> {
    let items = items_of(vm, o)?;
    if r.protocol < 4 { return reduce_set(vm, r, o, items) }
    r.op(vm, MARK)?;
    for item in &items { save_element(vm, r, o, item)? }
    if let Some(number) = known(vm, r, o) { r.op(vm, POP_MARK)?; return get(vm, r, number) }
    r.op(vm, FROZENSET)?;
    memoize(vm, r, o)
}

