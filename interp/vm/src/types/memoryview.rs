//! `memoryview`: a view of another object's bytes as items, in one or more dimensions.
//!
//! Views of one buffer share it; it is given back when the last of them is released. Not here: items and `cast`
//! (`memoryview_item.rs`), the buffer protocol (`protocol/buffer.rs`).

use std::cell::Cell;
use std::rc::Rc;

use instar_code::Compare;

use crate::args::Args;
use crate::native::{Def, GetSet, Native, TypeDef};
use crate::object::{Guarded, ObjExt, Owned, Ref, Slot, Trace, Word};
use crate::protocol::buffer::{Buffer, Layout, Request};
use crate::protocol::item::wrap_index;
use crate::slots::Slots;
use crate::typeobj::TypeRef;
use crate::types::bytes_methods::hex_of;
use crate::types::list_iter::itself;
use crate::types::memoryview_item::{cast as cast_layout, native_slot, pack, unpack};
use crate::types::slice::{adjust, PySlice};
use crate::types::str::PyStr;
use crate::types::tuple::{index_bounds, PyTuple};
use crate::vm::{PyResult, Raised, Vm};

/// A view that is not released.
#[derive(Clone)]
struct View {
    base: Rc<Buffer>,
    layout: Rc<Layout>,
    readonly: bool,
    /// No other view may be made of it: it is closed when the call that it was made for returns.
    restricted: bool,
}

/// Payload of `memoryview`.
pub struct PyMemoryView {
    view: Guarded<Option<View>>,
    /// Buffers over this view that are out.
    exports: Cell<usize>,
    /// The hash, or -1 while unknown.
    hash: Cell<i64>,
}

// SAFETY: the exporter is visited only by a view that alone owns the buffer, so at most once.
unsafe impl Trace for PyMemoryView {
    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        // SAFETY: tracing happens where no `&mut` view is alive; the reference ends here.
        let view = unsafe { self.view.get_unguarded() };
        if let Some(v) = view && Rc::strong_count(&v.base) == 1 { visit(v.base.owner().word()) }
    }
    fn clear(&mut self) {
        // SAFETY: as above; the object is unreachable.
        if self.exports.get() == 0 { drop(unsafe { self.view.get_unguarded() }.take()) }
    }
}

crate::fields! { PyMemoryView { view, exports, hash } }
crate::payload!(PyMemoryView, "memoryview", memoryview);

fn this_view(this: &Owned) -> &Ref<PyMemoryView> { this.cast::<PyMemoryView>().expect("law: checked by the descriptor") }

/// The view; ValueError once released.
fn open(vm: &Vm, this: &Owned) -> PyResult<View> {
    match this_view(this).view.get(vm) {
        Some(v) => Ok(v.clone()),
        None => Err(vm.value_error("operation forbidden on released memoryview object")),
    }
}

/// The view as base of another one; ValueError for a restricted view.
fn shareable(vm: &Vm, this: &Owned) -> PyResult<View> {
    let view = open(vm, this)?;
    if view.restricted { return Err(no_more_views(vm)) }
    Ok(view)
}

#[cold]
fn no_more_views(vm: &Vm) -> Raised { vm.value_error("cannot create new view on restricted memoryview") }

/// A view for `__release_buffer__` of the exporter's class: whole, and closed after the call.
pub(crate) fn restricted(vm: &Vm, base: Rc<Buffer>) -> PyResult {
    let (layout, readonly) = (Rc::new(base.layout_or_bytes()), base.is_readonly());
    make(vm, View { base, layout, readonly, restricted: true })
}

/// Closes a view that has no exports, as a restricted one.
pub(crate) fn close(vm: &mut Vm, this: &Owned) {
    let gone = this_view(this).view.get_mut(vm).take();
    drop(gone);
}

/// Whether `view` is an open memoryview of `exporter`.
pub(crate) fn is_view_of(vm: &Vm, view: &Owned, exporter: &Owned) -> bool {
    view.cast::<PyMemoryView>().and_then(|m| m.view.get(vm).as_ref()).is_some_and(|v| v.base.exporter().is(exporter))
}

/// `exporter.__release_buffer__(view)` of a native type.
pub(crate) fn release_of(vm: &mut Vm, view: &Owned, exporter: &Owned) -> PyResult {
    let Some(m) = view.cast::<PyMemoryView>() else { return Err(vm.type_error("expected a memoryview object")) };
    match m.view.get(vm) {
        None => Err(vm.value_error("memoryview's buffer has already been released")),
        // What it belongs to is given back after the call.
        Some(v) if v.restricted => Ok(vm.none()),
        Some(v) if !v.base.exporter().is(exporter) => Err(vm.value_error("memoryview's buffer is not this object")),
        Some(_) => release(vm, view),
    }
}

fn make(vm: &Vm, view: View) -> PyResult {
    Ok(vm.new_object(PyMemoryView { view: Guarded::new(Some(view)), exports: Cell::new(0), hash: Cell::new(-1) })?.into_obj())
}

impl Vm {
    /// `memoryview(object)`.
    pub fn new_memoryview(&mut self, object: &Owned) -> PyResult {
        if object.cast::<PyMemoryView>().is_some() {
            let view = shareable(self, object)?;
            return make(self, view);
        }
        if !self.is_bytes_like(object) {
            let t = object.type_name(self);
            return Err(self.type_error(format!("memoryview: a bytes-like object is required, not '{t}'")));
        }
        let buffer = self.buffer_any(object, false)?;
        self.new_memoryview_of(buffer)
    }
    /// A memoryview over a buffer.
    pub fn new_memoryview_of(&mut self, buffer: Buffer) -> PyResult {
        let (layout, readonly) = (Rc::new(buffer.layout_or_bytes()), buffer.is_readonly());
        make(self, View { base: Rc::new(buffer), layout, readonly, restricted: false })
    }
}

/// Docs, methods and attributes of `memoryview`.
pub static DEF: TypeDef = TypeDef {
    doc: "Create a new memoryview object which references the given object.",
    sig: "(object)",
    methods: &[
        Def::new("release", "($self, /)", Native::N0(release)).doc("Release the underlying buffer exposed by the memoryview object."),
        Def::new("tobytes", "($self, /, order='C')", Native::Bound(tobytes)).doc("Return the data in the buffer as a byte string, in C or Fortran order."),
        Def::new("hex", "($self, /, sep=<unrepresentable>, bytes_per_sep=1)", Native::Bound(hex))
            .doc("Hexadecimal digits of the bytes.\n\n>>> view = memoryview(b'\\x01\\xfe')\n>>> view.hex()\n'01fe'\n>>> view.hex(':')\n'01:fe'"),
        Def::new("tolist", "($self, /)", Native::N0(tolist)).doc("Return the data in the buffer as a list of elements."),
        Def::new("cast", "($self, /, format, shape=<unrepresentable>)", Native::Bound(cast)).doc("Cast a memoryview to a new format or shape."),
        Def::new("toreadonly", "($self, /)", Native::N0(toreadonly)).doc("Return a readonly version of the memoryview."),
        Def::new("count", "($self, value, /)", Native::N1(count)).doc("Count the number of occurrences of a value."),
        Def::new("index", "($self, value, start=0, stop=sys.maxsize, /)", Native::Var(index, 1, 3)).doc("First position of a value; ValueError if it is not there."),
        Def::class("_from_flags", "($type, /, object, flags)", Native::Bound(from_flags)).doc("Create a new memoryview object which references the given object."),
        Def::new("__enter__", "($self, /)", Native::N0(enter)),
        Def::new("__exit__", "($self, /, *exc_info)", Native::Var(exit, 0, usize::MAX)),
        Def::class("__class_getitem__", "($type, object, /)", Native::N1(crate::types::generic_alias::class_getitem)).doc("See PEP 585"),
    ],
    getset: &[
        GetSet::ro("obj", |vm, this| { let v = open(vm, this)?; Ok(if v.restricted { vm.none() } else { v.base.exporter() }) }),
        GetSet::ro("nbytes", |vm, this| { let v = open(vm, this)?; vm.new_int(v.layout.nbytes() as i64) }),
        GetSet::ro("readonly", |vm, this| { let v = open(vm, this)?; Ok(vm.bool(v.readonly)) }),
        GetSet::ro("itemsize", |vm, this| { let v = open(vm, this)?; vm.new_int(v.layout.itemsize as i64) }),
        GetSet::ro("format", |vm, this| { let v = open(vm, this)?; vm.new_str(&v.layout.format) }),
        GetSet::ro("ndim", |vm, this| { let v = open(vm, this)?; vm.new_int(v.layout.shape.len() as i64) }),
        GetSet::ro("shape", |vm, this| { let v = open(vm, this)?; ints(vm, v.layout.shape.iter().map(|n| *n as i64)) }),
        GetSet::ro("strides", |vm, this| { let v = open(vm, this)?; ints(vm, v.layout.strides.iter().map(|n| *n as i64)) }),
        GetSet::ro("suboffsets", |vm, this| { open(vm, this)?; Ok(vm.consts.empty_tuple.obj().clone()) }),
        GetSet::ro("c_contiguous", |vm, this| { let v = open(vm, this)?; Ok(vm.bool(v.layout.is_c_contiguous())) }),
        GetSet::ro("f_contiguous", |vm, this| { let v = open(vm, this)?; Ok(vm.bool(v.layout.is_f_contiguous())) }),
        GetSet::ro("contiguous", |vm, this| { let v = open(vm, this)?; Ok(vm.bool(v.layout.is_c_contiguous() || v.layout.is_f_contiguous())) }),
    ],
};

fn ints(vm: &mut Vm, values: impl Iterator<Item = i64>) -> PyResult {
    let values = values.map(|n| vm.new_int(n)).collect::<PyResult<Vec<_>>>()?;
    Ok(vm.new_tuple(values)?.into_obj())
}

/// Fills the type and its iterator's.
pub fn init(vm: &mut Vm) -> PyResult<()> {
    let ty = vm.types.memoryview.clone();
    let slots = Slots {
        new: Some(new), repr: Some(repr), hash: Some(hash), compare: Some(compare), iter: Some(iter), len: Some(len),
        getitem: Some(getitem), setitem: Some(setitem), buffer: Some(buffer),
        ..Slots::default()
    };
    vm.fill_type(&ty, slots, &DEF)?;
    let ty = vm.types.memory_iterator.clone();
    vm.fill_type(&ty, Slots { iter: Some(itself), next: Some(next), ..Slots::default() }, &ITER_DEF)
}

fn new(vm: &mut Vm, _ty: &TypeRef, args: Args<'_>) -> PyResult {
    let object = match (args.pos(), args.kwnames()) {
        ([object], []) => object.clone(),
        _ => args.bind(vm, "memoryview", &crate::args::Signature::parse(DEF.sig))?.pop().flatten().expect("law: required parameter"),
    };
    vm.new_memoryview(&object)
}

fn from_flags(vm: &mut Vm, _class: &Owned, args: &[Option<Owned>]) -> PyResult {
    let (Some(object), Some(flags)) = (&args[0], &args[1]) else { return Err(vm.system_error("bad arguments")) };
    let request = Request::of(vm, flags)?;
    if !vm.is_bytes_like(object) {
        let t = object.type_name(vm);
        return Err(vm.type_error(format!("memoryview: a bytes-like object is required, not '{t}'")));
    }
    let buffer = vm.buffer_by(object, request)?;
    vm.new_memoryview_of(buffer)
}

fn repr(vm: &mut Vm, this: &Owned) -> PyResult {
    let released = this_view(this).view.get(vm).is_none();
    let text = format!("<{}memory at {:#x}>", if released { "released " } else { "" }, this.word().raw());
    vm.new_str(&text)
}

fn hash(vm: &mut Vm, this: &Owned) -> PyResult<i64> {
    let known = this_view(this).hash.get();
    if known != -1 { return Ok(known) }
    let v = open(vm, this)?;
    if !v.readonly { return Err(vm.value_error("cannot hash writable memoryview object")) }
    if !matches!(v.layout.format.trim_start_matches('@'), "B" | "b" | "c") {
        return Err(vm.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    let owner = v.base.exporter();
    // Hashing the exporter may run Python: the view cannot be released meanwhile.
    let exports = &this_view(this).exports;
    exports.set(exports.get() + 1);
    let hashable = vm.hash(&owner);
    release_export(this);
    hashable?;
    let bytes = gather(vm, &v)?;
    let hash = vm.hash_key().hash_bytes(&bytes);
    this_view(this).hash.set(hash);
    Ok(hash)
}

/// The items' bytes in C order.
fn gather(vm: &Vm, v: &View) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    out.try_reserve_exact(v.layout.nbytes()).map_err(|_| vm.no_memory())?;
    let region = v.base.region(vm);
    if v.layout.is_c_contiguous() && v.layout.count() > 0 {
        out.extend_from_slice(&region[v.layout.offset..v.layout.offset + v.layout.nbytes()]);
        return Ok(out);
    }
    let _ = v.layout.for_each_offset(|at| { out.extend_from_slice(&region[at..at + v.layout.itemsize]); Ok::<(), ()>(()) });
    Ok(out)
}

/// The items, in C order.
fn items(vm: &mut Vm, v: &View) -> PyResult<Vec<Owned>> {
    let bytes = gather(vm, v)?;
    let mut all = Vec::new();
    for item in bytes.chunks(v.layout.itemsize.max(1)) {
        let item = unpack(vm, &v.layout.format, item)?;
        vm.push(&mut all, item)?;
    }
    Ok(all)
}

fn compare(vm: &mut Vm, this: &Owned, other: &Owned, op: Compare) -> PyResult {
    if !matches!(op, Compare::Eq | Compare::Ne) { return Ok(vm.not_implemented()) }
    let answer = |vm: &Vm, equal: bool| Ok(vm.bool(equal == (op == Compare::Eq)));
    if this_view(this).view.get(vm).is_none() { return answer(vm, this.is(other)) }
    let v = open(vm, this)?;
    let w = if other.cast::<PyMemoryView>().is_some() {
        match this_view(other).view.get(vm) { Some(w) => w.clone(), None => return answer(vm, false) }
    } else if vm.is_bytes_like(other) {
        let buffer = match vm.buffer_any(other, false) { Ok(b) => b, Err(_) => return Ok(vm.not_implemented()) };
        let (layout, readonly) = (Rc::new(buffer.layout_or_bytes()), buffer.is_readonly());
        View { base: Rc::new(buffer), layout, readonly, restricted: false }
    } else {
        return Ok(vm.not_implemented());
    };
    if v.layout.shape != w.layout.shape { return answer(vm, false) }
    let same_format = v.layout.format.trim_start_matches('@') == w.layout.format.trim_start_matches('@');
    if same_format && native_slot(&v.layout.format).is_some_and(|s| b"cbBhHiIlLqQnNP".contains(&s.code)) {
        let (a, b) = (gather(vm, &v)?, gather(vm, &w)?);
        return answer(vm, a == b);
    }
    let known = |l: &Layout| native_slot(&l.format).is_some() || instar_base_pack::Format::parse(l.format.as_bytes()).is_ok();
    if !known(&v.layout) || !known(&w.layout) { return answer(vm, false) }
    let (a, b) = (compared_items(vm, &v)?, compared_items(vm, &w)?);
    for (x, y) in a.iter().zip(&b) { if !vm.equal(x, y)? { return answer(vm, false) } }
    answer(vm, true)
}

/// Items in any `struct` format (several values make a tuple).
fn compared_items(vm: &mut Vm, v: &View) -> PyResult<Vec<Owned>> {
    if native_slot(&v.layout.format).is_some() { return items(vm, v) }
    let Ok(format) = instar_base_pack::Format::parse(v.layout.format.as_bytes()) else { return Ok(Vec::new()) };
    let bytes = gather(vm, v)?;
    let mut out = Vec::new();
    for item in bytes.chunks(v.layout.itemsize.max(1)) {
        let values = format.slots().map(|s| crate::types::memoryview_item::value_object(vm, s.unpack(item))).collect::<PyResult<Vec<_>>>()?;
        out.push(match <[Owned; 1]>::try_from(values) { Ok([one]) => one, Err(many) => vm.new_tuple(many)?.into_obj() });
    }
    Ok(out)
}

fn len(vm: &mut Vm, this: &Owned) -> PyResult<usize> {
    let v = open(vm, this)?;
    match v.layout.shape.first() { Some(n) => Ok(*n), None => Err(vm.type_error("0-dim memory has no length")) }
}

fn release_export(owner: &Owned) {
    let view = this_view(owner);
    view.exports.set(view.exports.get() - 1);
}

fn buffer(vm: &mut Vm, this: &Owned, request: Request) -> PyResult<Buffer> {
    let v = shareable(vm, this)?;
    if request.is_writable() && v.readonly { return Err(vm.buffer_error("memoryview: underlying buffer is not writable")) }
    let m = this_view(this);
    m.exports.set(m.exports.get() + 1);
    let (region, n) = v.base.raw_region();
    // SAFETY: the view cannot be released while exports are out, so it keeps the base buffer, which pins the region.
    let buffer = unsafe { Buffer::new(this.clone(), region, n, v.readonly, Some(release_export)) };
    Ok(buffer.with_layout((*v.layout).clone()))
}

/// Where the item of one index or of a tuple of indices lies in the region.
fn offset_of(vm: &mut Vm, layout: &Layout, index: &[Owned]) -> PyResult<usize> {
    if index.len() != layout.shape.len() {
        let (n, k) = (layout.shape.len(), index.len());
        if k < n { return Err(vm.not_implemented_error("sub-views are not implemented")) }
        return Err(vm.type_error(format!("cannot index {n}-dimension view with {k}-element tuple")));
    }
    let mut at = layout.offset as isize;
    for (d, i) in index.iter().enumerate() {
        let i = vm.item_index(i)?;
        let Some(i) = wrap_index(i, layout.shape[d]) else {
            let d = d + 1;
            return Err(vm.index_error(format!("index out of bounds on dimension {d}")));
        };
        at += i as isize * layout.strides[d];
    }
    Ok(at as usize)
}

/// What a subscript means: the offset of an item, or the layout of a slice.
enum Place { Item(usize), Slice(Layout), Whole }

fn place(vm: &mut Vm, layout: &Layout, key: &Owned) -> PyResult<Place> {
    let n = layout.shape.len();
    if n == 0 {
        if key.cast::<PyTuple>().is_some_and(|t| t.is_empty()) { return Ok(Place::Item(layout.offset)) }
        if key.is(&vm.consts.ellipsis) { return Ok(Place::Whole) }
        return Err(vm.type_error("invalid indexing of 0-dim memory"));
    }
    if vm.has_index(key) {
        if n > 1 { return Err(vm.not_implemented_error("multi-dimensional sub-views are not implemented")) }
        return Ok(Place::Item(offset_of(vm, layout, std::slice::from_ref(key))?));
    }
    if let Some(slice) = key.cast::<PySlice>() {
        let (start, stop, step) = slice.unpack(vm)?;
        let (start, _, count) = adjust(layout.shape[0], start, stop, step);
        let mut cut = layout.clone();
        if count > 0 { cut.offset = (layout.offset as isize + start * layout.strides[0]) as usize }
        cut.shape[0] = count;
        cut.strides[0] = layout.strides[0].wrapping_mul(step);
        return Ok(Place::Slice(cut));
    }
    if let Some(tuple) = key.cast::<PyTuple>() {
        if tuple.items().iter().all(|i| vm.has_index(i)) { return Ok(Place::Item(offset_of(vm, layout, tuple.items())?)) }
        if tuple.items().iter().all(|i| i.cast::<PySlice>().is_some()) { return Err(vm.not_implemented_error("multi-dimensional slicing is not implemented")) }
    }
    Err(vm.type_error("memoryview: invalid slice key"))
}

fn getitem(vm: &mut Vm, this: &Owned, key: &Owned) -> PyResult {
    let v = open(vm, this)?;
    match place(vm, &v.layout, key)? {
        Place::Item(at) => {
            open(vm, this)?;
            let item = v.base.region(vm)[at..at + v.layout.itemsize].to_vec();
            unpack(vm, &v.layout.format, &item)
        }
        // What the indices did to this view does not matter to the new one.
        Place::Slice(_) if v.restricted => Err(no_more_views(vm)),
        Place::Slice(layout) => make(vm, View { layout: Rc::new(layout), ..v }),
        Place::Whole => Ok(this.clone()),
    }
}

#[cold]
fn bad_structure(vm: &mut Vm) -> Raised { vm.value_error("memoryview assignment: lvalue and rvalue have different structures") }

fn setitem(vm: &mut Vm, this: &Owned, key: &Owned, value: Option<&Owned>) -> PyResult<()> {
    let v = open(vm, this)?;
    if v.readonly { return Err(vm.type_error("cannot modify read-only memory")) }
    let Some(value) = value else { return Err(vm.type_error("cannot delete memory")) };
    match place(vm, &v.layout, key)? {
        Place::Item(at) => {
            let item = pack(vm, &v.layout, value)?;
            open(vm, this)?;
            v.base.region_mut(vm)[at..at + v.layout.itemsize].copy_from_slice(&item);
            Ok(())
        }
        Place::Slice(to) => {
            if to.shape.len() > 1 { return Err(vm.not_implemented_error("memoryview slice assignments are currently restricted to ndim = 1")) }
            let source = vm.buffer_any(value, false)?;
            let from = source.layout_or_bytes();
            let same_format = from.format.trim_start_matches('@') == to.format.trim_start_matches('@');
            if !same_format || from.itemsize != to.itemsize || from.shape != to.shape { return Err(bad_structure(vm)) }
            let bytes = source.to_vec(vm)?;
            open(vm, this)?;
            let region = v.base.region_mut(vm);
            let mut pieces = bytes.chunks(to.itemsize.max(1));
            let _ = to.for_each_offset(|at| {
                let Some(piece) = pieces.next() else { return Err(()) };
                region[at..at + piece.len()].copy_from_slice(piece);
                Ok(())
            });
            Ok(())
        }
        Place::Whole => {
            let item = pack(vm, &v.layout, value)?;
            let at = v.layout.offset;
            v.base.region_mut(vm)[at..at + v.layout.itemsize].copy_from_slice(&item);
            Ok(())
        }
    }
}

fn release(vm: &mut Vm, this: &Owned) -> PyResult {
    let m = this_view(this);
    let n = m.exports.get();
    if n > 0 {
        let plural = if n == 1 { "" } else { "s" };
        return Err(vm.buffer_error(format!("memoryview has {n} exported buffer{plural}")));
    }
    let gone = m.view.get_mut(vm).take();
    drop(gone);
    Ok(vm.none())
}

fn enter(vm: &mut Vm, this: &Owned) -> PyResult { open(vm, this)?; Ok(this.clone()) }

fn exit(vm: &mut Vm, this: &Owned, _args: &[Owned]) -> PyResult { release(vm, this) }

fn tobytes(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let v = open(vm, this)?;
    let order = match args[0].as_ref().filter(|o| !vm.is_none(o)) {
        None => "C".to_owned(),
        Some(o) if o.cast::<PyStr>().is_some() => vm.repr_text_plain(o),
        Some(o) => {
            let t = o.type_name(vm);
            return Err(vm.type_error(format!("tobytes() argument 'order' must be str or None, not {t}")));
        }
    };
    let fortran = match &order[..] { "C" => false, "F" => true, "A" => v.layout.is_f_contiguous() && !v.layout.is_c_contiguous(), _ => return Err(vm.value_error("order must be 'C', 'F' or 'A'")) };
    if !fortran { let bytes = gather(vm, &v)?; return vm.new_bytes(&bytes) }
    // Fortran order is C order of the transposed view.
    let mut layout = (*v.layout).clone();
    layout.shape.reverse();
    layout.strides.reverse();
    let bytes = gather(vm, &View { layout: Rc::new(layout), ..v })?;
    vm.new_bytes(&bytes)
}

fn hex(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let v = open(vm, this)?;
    let bytes = gather(vm, &v)?;
    hex_of(vm, &bytes, args[0].as_ref(), args[1].as_ref())
}

fn tolist(vm: &mut Vm, this: &Owned) -> PyResult {
    let v = open(vm, this)?;
    let all = items(vm, &v)?;
    nested(vm, &v.layout.shape, &all)
}

fn nested(vm: &mut Vm, shape: &[usize], items: &[Owned]) -> PyResult {
    match shape {
        [] => items.first().cloned().ok_or_else(|| vm.system_error("empty view")),
        [_] => Ok(vm.new_list_from(items)?.into_obj()),
        [n, rest @ ..] => {
            let each = items.len().checked_div(*n).unwrap_or(0);
            let mut rows = Vec::new();
            rows.try_reserve_exact(*n).map_err(|_| vm.no_memory())?;
            for i in 0..*n { rows.push(nested(vm, rest, &items[i * each..(i + 1) * each])?) }
            Ok(vm.new_list(rows)?.into_obj())
        }
    }
}

fn cast(vm: &mut Vm, this: &Owned, args: &[Option<Owned>]) -> PyResult {
    let Some(format) = &args[0] else { return Err(vm.system_error("bad arguments")) };
    let text = match format.cast::<PyStr>() {
        Some(s) => s.to_string_lossy(),
        None => {
            let t = format.given_name(vm);
            return Err(vm.type_error(format!("cast() argument 'format' must be str, not {t}")));
        }
    };
    let v = shareable(vm, this)?;
    let layout = cast_layout(vm, &v.layout, &text, args[1].as_ref())?;
    make(vm, View { layout: Rc::new(layout), ..v })
}

fn toreadonly(vm: &mut Vm, this: &Owned) -> PyResult {
    let v = shareable(vm, this)?;
    make(vm, View { readonly: true, ..v })
}

fn item_objects(vm: &mut Vm, this: &Owned) -> PyResult<Vec<Owned>> {
    let v = open(vm, this)?;
    match v.layout.shape.len() {
        0 => Err(vm.type_error("invalid indexing of 0-dim memory")),
        1 => items(vm, &v),
        _ => Err(vm.not_implemented_error("multi-dimensional sub-views are not implemented")),
    }
}

fn count(vm: &mut Vm, this: &Owned, value: &Owned) -> PyResult {
    let mut n = 0;
    for item in item_objects(vm, this)? { n += i64::from(vm.equal(&item, value)?) }
    vm.new_int(n)
}

fn index(vm: &mut Vm, this: &Owned, args: &[Owned]) -> PyResult {
    let all = item_objects(vm, this)?;
    let (start, stop) = index_bounds(vm, args, all.len())?;
    for i in start..stop.min(all.len()) {
        if vm.equal(&all[i], &args[0])? { return vm.new_int(i as i64) }
    }
    Err(vm.value_error("memoryview.index(x): x not found"))
}

/// Payload of `memory_iterator`.
pub struct PyMemoryIter {
    index: Cell<usize>,
    len: usize,
    view: Slot,
}

instar_object::trace! { PyMemoryIter { view } }
crate::fields! { PyMemoryIter { index, len, view } }
crate::payload!(PyMemoryIter, "memory_iterator", memory_iterator);

static ITER_DEF: TypeDef = TypeDef { doc: "", sig: "", methods: &[], getset: &[] };

fn iter(vm: &mut Vm, this: &Owned) -> PyResult {
    let v = open(vm, this)?;
    let Some(len) = v.layout.shape.first().copied() else { return Err(vm.type_error("invalid indexing of 0-dim memory")) };
    if native_slot(&v.layout.format).is_none() {
        let f = &v.layout.format;
        return Err(vm.not_implemented_error(format!("memoryview: format {f} not supported")));
    }
    Ok(vm.new_object(PyMemoryIter { index: Cell::new(0), len, view: Slot::new(Some(this.clone())) })?.into_obj())
}

fn next(vm: &mut Vm, this: &Owned) -> PyResult<Option<Owned>> {
    let it = this.cast::<PyMemoryIter>().expect("law: checked by the descriptor");
    let Some(view) = it.view.get() else { return Ok(None) };
    let i = it.index.get();
    if i >= it.len {
        it.view.set(None);
        return Ok(None);
    }
    it.index.set(i + 1);
    let i = vm.new_int(i as i64)?;
    getitem(vm, &view, &i).map(Some)
}
