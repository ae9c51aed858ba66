//! The methods and attributes of `array`.
//!
//! Not here: `__reduce_ex__` (`pickle.rs`), operators (`array_.rs`).

use instar_code::Compare;
use instar_vm::fallible::{CollectVec, CopyVec};
use instar_vm::native::{Def, GetSet, Native, TypeDef};
use instar_vm::object::{ObjExt, Owned, Ref};
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::list::PyList;
use instar_vm::types::slice::slice_index;
use instar_vm::types::str::PyStr;
use instar_vm::{PyResult, Vm};

use super::{append_all, item, new_array, pickle, this, wrap, PyArray};

/// Bytes written to a file at once.
const BLOCK: usize = 64 * 1024;

fn append(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult { this(o).push(vm, value)?; Ok(vm.none()) }

fn buffer_info(vm: &mut Vm, o: &Owned) -> PyResult {
    let a = this(o);
    let (at, n) = (a.bytes(vm).as_ptr() as usize, a.count(vm));
    let (at, n) = (vm.new_int(at as i64)?, vm.new_int(n as i64)?);
    Ok(vm.new_tuple([at, n])?.into_obj())
}

fn byteswap(vm: &mut Vm, o: &Owned) -> PyResult {
    let a = this(o);
    let size = a.size();
    for item in a.data.bytes_mut(vm).chunks_exact_mut(size) { item.reverse() }
    Ok(vm.none())
}

fn clear(vm: &mut Vm, o: &Owned) -> PyResult {
    let n = this(o).count(vm);
    this(o).splice(vm, 0, n, &[])?;
    Ok(vm.none())
}

fn copy(vm: &mut Vm, o: &Owned) -> PyResult {
    let bytes = this(o).bytes(vm).try_copy(vm)?;
    new_array(vm, this(o).code, &bytes)
}

/// Where an equal item is first, from `start` to before `stop`.
pub(super) fn find(vm: &mut Vm, a: &Ref<PyArray>, value: &Owned, start: usize, stop: usize) -> PyResult<Option<usize>> {
    let mut i = start;
    while i < stop {
        let Some(item) = a.get(vm, i)? else { break };
        if same(vm, &item, value)? { return Ok(Some(i)) }
        i += 1;
    }
    Ok(None)
}

fn same(vm: &mut Vm, item: &Owned, value: &Owned) -> PyResult<bool> {
    let equal = vm.rich_compare(item, value, Compare::Eq)?;
    vm.truth(&equal)
}

fn count(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult {
    let (mut n, mut i) = (0, 0);
    while let Some(item) = this(o).get(vm, i)? {
        n += i64::from(same(vm, &item, value)?);
        i += 1;
    }
    vm.new_int(n)
}

pub(super) fn extend(vm: &mut Vm, o: &Owned, items: &Owned) -> PyResult {
    let a = this(o);
    match items.cast::<PyArray>() {
        Some(b) if b.code == a.code => { let bytes = b.bytes(vm).try_copy(vm)?; a.extend(vm, &bytes)? }
        Some(_) => return Err(vm.type_error("can only extend with array of same kind")),
        None => append_all(vm, a, items)?,
    }
    Ok(vm.none())
}

/// Appends what a bytes-like object holds.
pub(super) fn append_bytes(vm: &mut Vm, o: &Owned, source: &Owned) -> PyResult<()> {
    let a = this(o);
    let bytes = vm.bytes_argument(source)?;
    if bytes.len() % a.size() != 0 { return Err(vm.value_error("bytes length not a multiple of item size")) }
    a.extend(vm, &bytes)
}

fn frombytes(vm: &mut Vm, o: &Owned, source: &Owned) -> PyResult { append_bytes(vm, o, source)?; Ok(vm.none()) }

fn fromfile(vm: &mut Vm, o: &Owned, file: &Owned, n: &Owned) -> PyResult {
    let n = vm.index_i64(n)? as isize;
    if n < 0 { return Err(vm.value_error("negative count")) }
    let Some(wanted) = n.checked_mul(this(o).size() as isize) else { return Err(vm.no_memory()) };
    let (read, size) = (vm.intern("read")?, vm.new_int(wanted as i64)?);
    let got = vm.call_method(file, &read, &[size])?;
    let Some(bytes) = got.cast::<PyBytes>() else { return Err(vm.type_error("read() didn't return bytes")) };
    let short = bytes.len() != wanted as usize;
    append_bytes(vm, o, &got)?;
    if short { return Err(vm.eof_error("read() didn't return enough bytes")) }
    Ok(vm.none())
}

fn fromlist(vm: &mut Vm, o: &Owned, list: &Owned) -> PyResult {
    let Some(items) = list.cast::<PyList>() else { return Err(vm.type_error("arg must be list")) };
    let (a, before) = (this(o), items.items(vm).len());
    let mut bytes = Vec::new();
    for i in 0..before {
        let Some(item) = items.items(vm).get(i).cloned() else { break };
        let packed = item::pack(vm, a.code, &item)?;
        bytes.extend_from_slice(&packed[..a.size()]);
    }
    if items.items(vm).len() != before { return Err(vm.runtime_error("list changed size during iteration")) }
    a.extend(vm, &bytes)?;
    Ok(vm.none())
}

fn fromunicode(vm: &mut Vm, o: &Owned, text: &Owned) -> PyResult {
    let Some(s) = text.cast::<PyStr>() else {
        let t = text.given_name(vm);
        return Err(vm.type_error(format!("fromunicode() argument must be str, not {t}")));
    };
    if !this(o).is_text() { return Err(vm.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')")) }
    let bytes: Vec<u8> = s.chars().flat_map(u32::to_ne_bytes).try_vec(vm)?;
    this(o).extend(vm, &bytes)?;
    Ok(vm.none())
}

/// The text of an array of characters.
pub(super) fn text_of(vm: &mut Vm, a: &PyArray) -> PyResult {
    let codes: Vec<u32> = a.bytes(vm).chunks_exact(4).map(|c| u32::from_ne_bytes([c[0], c[1], c[2], c[3]])).try_vec(vm)?;
    for c in &codes { item::check_character(vm, *c)? }
    vm.new_str_from_code_points(&codes)
}

fn tounicode(vm: &mut Vm, o: &Owned) -> PyResult {
    if !this(o).is_text() { return Err(vm.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')")) }
    text_of(vm, this(o))
}

fn index(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let n = this(o).count(vm);
    let mut bounds = [0, isize::MAX];
    for (bound, arg) in bounds.iter_mut().zip(&args[1..]) {
        let i = slice_index(vm, arg)?;
        *bound = if i < 0 { i.saturating_add_unsigned(n).max(0) } else { i };
    }
    match find(vm, this(o), &args[0], bounds[0] as usize, bounds[1] as usize)? {
        Some(i) => vm.new_int(i as i64),
        None => Err(vm.value_error("array.index(x): x not in array")),
    }
}

fn insert(vm: &mut Vm, o: &Owned, i: &Owned, value: &Owned) -> PyResult {
    let i = vm.index_i64(i)? as isize;
    let a = this(o);
    let packed = item::pack(vm, a.code, value)?;
    let n = a.count(vm);
    let i = if i < 0 { i.saturating_add_unsigned(n).max(0) as usize } else { (i as usize).min(n) };
    a.splice(vm, i, i, &packed[..a.size()])?;
    Ok(vm.none())
}

fn pop(vm: &mut Vm, o: &Owned, args: &[Owned]) -> PyResult {
    let i = match args.first() { Some(i) => vm.index_i64(i)? as isize, None => -1 };
    let a = this(o);
    let n = a.count(vm);
    if n == 0 { return Err(vm.index_error("pop from empty array")) }
    let Some(i) = wrap(i, n) else { return Err(vm.index_error("pop index out of range")) };
    let item = a.get(vm, i)?;
    a.splice(vm, i, i + 1, &[])?;
    item.ok_or_else(|| vm.index_error("pop index out of range"))
}

fn remove(vm: &mut Vm, o: &Owned, value: &Owned) -> PyResult {
    let a = this(o);
    match find(vm, a, value, 0, usize::MAX)? {
        Some(i) if i < a.count(vm) => { a.splice(vm, i, i + 1, &[])?; Ok(vm.none()) }
        _ => Err(vm.value_error("array.remove(x): x not in array")),
    }
}

fn reverse(vm: &mut Vm, o: &Owned) -> PyResult {
    let a = this(o);
    let size = a.size();
    let bytes = a.data.bytes_mut(vm);
    bytes.reverse();
    for item in bytes.chunks_exact_mut(size) { item.reverse() }
    Ok(vm.none())
}

fn tobytes(vm: &mut Vm, o: &Owned) -> PyResult { vm.new_bytes(this(o).bytes(vm)) }

fn tofile(vm: &mut Vm, o: &Owned, file: &Owned) -> PyResult {
    let write = vm.intern("write")?;
    let mut at = 0;
    loop {
        let all = this(o).bytes(vm);
        if at >= all.len() { return Ok(vm.none()) }
        let block = all[at..all.len().min(at + BLOCK)].try_copy(vm)?;
        at += block.len();
        let block = vm.new_bytes(&block)?;
        vm.call_method(file, &write, &[block])?;
    }
}

pub(super) fn tolist(vm: &mut Vm, o: &Owned) -> PyResult {
    let mut items = Vec::new();
    while let Some(item) = this(o).get(vm, items.len())? { items.push(item) }
    Ok(vm.new_list(items)?.into_obj())
}

fn sizeof(vm: &mut Vm, o: &Owned) -> PyResult {
    let info = &o.type_of(vm).info;
    let bytes = info.instance_bytes(info.payload_bytes as usize) + this(o).bytes(vm).len();
    vm.new_int(bytes as i64)
}

fn typecode(vm: &mut Vm, o: &Owned) -> PyResult { vm.intern(&(this(o).code as char).to_string()) }
fn itemsize(vm: &mut Vm, o: &Owned) -> PyResult { vm.new_int(this(o).size() as i64) }

/// Docs, methods and attributes.
pub(super) static ARRAY: TypeDef = TypeDef {
    doc: "array(typecode [, initializer]) -> array\n\nItems of one kind, stored as they are in C. The kinds, and the fewest bytes of an item:\n\n\
        \x20   'b'   signed number    1\n\
        \x20   'B'   unsigned number  1\n\
        \x20   'u'   character        2\n\
        \x20   'w'   character        4\n\
        \x20   'h'   signed number    2\n\
        \x20   'H'   unsigned number  2\n\
        \x20   'i'   signed number    2\n\
        \x20   'I'   unsigned number  2\n\
        \x20   'l'   signed number    4\n\
        \x20   'L'   unsigned number  4\n\
        \x20   'q'   signed number    8\n\
        \x20   'Q'   unsigned number  8\n\
        \x20   'f'   float            4\n\
        \x20   'd'   float            8\n\
        \nThe initializer is a list, a bytes-like object, a str (kinds 'u' and 'w') or an iterable of items.",
    sig: "",
    methods: &[
        Def::new("append", "($self, v, /)", Native::N1(append)).doc("Append new value v to the end of the array."),
        Def::new("buffer_info", "($self, /)", Native::N0(buffer_info)).doc("Return the address and the length in items of the memory that holds the array."),
        Def::new("byteswap", "($self, /)", Native::N0(byteswap)).doc("Byteswap all items of the array."),
        Def::new("clear", "($self, /)", Native::N0(clear)).doc("Remove all items from the array."),
        Def::new("__copy__", "($self, /)", Native::N0(copy)).doc("Return a copy of the array."),
        Def::new("__deepcopy__", "($self, unused, /)", Native::N1(|vm, o, _| copy(vm, o))).doc("Return a copy of the array."),
        Def::new("count", "($self, v, /)", Native::N1(count)).doc("Return number of occurrences of v in the array."),
        Def::new("extend", "($self, bb, /)", Native::N1(extend)).doc("Append items to the end of the array."),
        Def::new("fromfile", "($self, f, n, /)", Native::N2(fromfile)).doc("Read n objects from the file object f and append them to the end of the array."),
        Def::new("fromlist", "($self, list, /)", Native::N1(fromlist)).doc("Append items to array from list."),
        Def::new("frombytes", "($self, buffer, /)", Native::N1(frombytes)).doc("Append the machine values that a bytes-like object holds."),
        Def::new("fromunicode", "($self, ustr, /)", Native::N1(fromunicode)).doc("Append the characters of a string to an array of characters."),
        Def::new("index", "($self, v, start=0, stop=sys.maxsize, /)", Native::Var(index, 1, 3)).doc("Return index of first occurrence of v in the array.\n\nRaise ValueError if the value is not present."),
        Def::new("insert", "($self, i, v, /)", Native::N2(insert)).doc("Insert a new item v into the array before position i."),
        Def::new("pop", "($self, i=-1, /)", Native::Var(pop, 0, 1)).doc("Return the i-th element and delete it from the array.\n\ni defaults to -1."),
        Def::new("__reduce_ex__", "($self, value, /)", Native::N1(pickle::reduce_ex)).doc("Return state information for pickling."),
        Def::new("remove", "($self, v, /)", Native::N1(remove)).doc("Remove the first occurrence of v in the array."),
        Def::new("reverse", "($self, /)", Native::N0(reverse)).doc("Reverse the order of the items in the array."),
        Def::new("tofile", "($self, f, /)", Native::N1(tofile)).doc("Write all items (as machine values) to the file object f."),
        Def::new("tolist", "($self, /)", Native::N0(tolist)).doc("Convert array to an ordinary list with the same items."),
        Def::new("tobytes", "($self, /)", Native::N0(tobytes)).doc("Convert the array to an array of machine values and return the bytes representation."),
        Def::new("tounicode", "($self, /)", Native::N0(tounicode)).doc("Return the text of an array of characters."),
        Def::new("__sizeof__", "($self, /)", Native::N0(sizeof)).doc("Size of the array in memory, in bytes."),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(instar_vm::protocol::item::class_getitem)).doc("Arrays are generic over the type of their elements"),
    ],
    getset: &[
        GetSet { member: false, name: "typecode", get: typecode, set: None, doc: "the typecode character used to create the array" },
        GetSet { member: false, name: "itemsize", get: itemsize, set: None, doc: "the size, in bytes, of one array item" },
    ],
};
