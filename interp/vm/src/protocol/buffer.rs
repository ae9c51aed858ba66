//! The buffer protocol (PEP 3118): access to the bytes behind an object.
//!
//! A [`Buffer`] pins its exporter: the memory stays where it is until the buffer is dropped, and exporters that could resize it
//! count their exports. Looking inside takes the token, so a view cannot be held across a call that may run Python.
//! Not here: `memoryview` (`types/memoryview.rs`).

use std::rc::Rc;

use crate::object::{ObjExt, Owned};
use crate::vm::{PyResult, Raised, Vm};

/// How the items of a buffer lie in memory, if not as one row of unsigned bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// `struct` format of an item.
    pub format: Rc<str>,
    /// Bytes of an item.
    pub itemsize: usize,
    /// Items per dimension.
    pub shape: Vec<usize>,
    /// Bytes between neighbours, per dimension.
    pub strides: Vec<isize>,
    /// Where item 0 lies in the region.
    pub offset: usize,
}

impl Layout {
    /// One row of `count` items.
    pub fn row(format: &str, itemsize: usize, count: usize) -> Layout {
        Layout { format: format.into(), itemsize, shape: vec![count], strides: vec![itemsize as isize], offset: 0 }
    }
    /// C order strides of a shape.
    pub fn c_strides(shape: &[usize], itemsize: usize) -> Vec<isize> {
        let mut strides = vec![0isize; shape.len()];
        let mut step = itemsize as isize;
        for (stride, n) in strides.iter_mut().zip(shape).rev() {
            *stride = step;
            step = step.wrapping_mul(*n as isize);
        }
        strides
    }
    /// Number of items.
    pub fn count(&self) -> usize { self.shape.iter().product() }
    /// Bytes of all items.
    pub fn nbytes(&self) -> usize { self.count() * self.itemsize }
    /// Whether the items lie one after another in C order. A single row is asked for its step even if it is empty.
    pub fn is_c_contiguous(&self) -> bool {
        if let ([n], [stride]) = (&self.shape[..], &self.strides[..]) { return *n == 1 || *stride == self.itemsize as isize }
        if self.count() == 0 { return true }
        let mut step = self.itemsize as isize;
        for (stride, n) in self.strides.iter().zip(&self.shape).rev() {
            if *n > 1 && *stride != step { return false }
            step = step.wrapping_mul(*n as isize);
        }
        true
    }
    /// Whether the items lie one after another in Fortran order.
    pub fn is_f_contiguous(&self) -> bool {
        if self.shape.len() == 1 { return self.is_c_contiguous() }
        if self.count() == 0 { return true }
        let mut step = self.itemsize as isize;
        for (stride, n) in self.strides.iter().zip(&self.shape) {
            if *n > 1 && *stride != step { return false }
            step = step.wrapping_mul(*n as isize);
        }
        true
    }
    /// Offsets of the items in the region, in C order.
    pub fn for_each_offset<E>(&self, mut f: impl FnMut(usize) -> Result<(), E>) -> Result<(), E> {
        if self.count() == 0 { return Ok(()) }
        let mut index = vec![0usize; self.shape.len()];
        loop {
            let at = index.iter().zip(&self.strides).fold(self.offset as isize, |at, (i, s)| at + *i as isize * s);
            f(at as usize)?;
            let mut d = self.shape.len();
            loop {
                if d == 0 { return Ok(()) }
                d -= 1;
                index[d] += 1;
                if index[d] < self.shape[d] { break }
                index[d] = 0;
            }
        }
    }
}

/// What is asked of a buffer: the flags that `__buffer__` gets (`inspect.BufferFlags`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request(pub i32);

impl Request {
    /// One run of bytes, to read.
    pub const SIMPLE: Request = Request(0);
    /// One run of bytes, to write.
    pub const WRITABLE: Request = Request(1);
    /// Items in whatever layout, to read.
    pub const FULL_RO: Request = Request(0x11c);
    /// Items in whatever layout, to write.
    pub const FULL: Request = Request(0x11d);
    /// The flags that an object gave: numbers that are no request are a SystemError, as those of C that are too big are an OverflowError.
    pub fn of(vm: &mut Vm, flags: &Owned) -> PyResult<Request> {
        let flags = vm.index(flags)?;
        let flags = vm.index_i64(&flags).map_err(|_| vm.overflow_error("cannot fit 'int' into an index-sized integer"))?;
        let Ok(flags) = i32::try_from(flags) else { return Err(vm.overflow_error("buffer flags out of range")) };
        // PyBUF_READ and PyBUF_WRITE belong to another function of C.
        if matches!(flags, 0x100 | 0x200) { return Err(vm.system_error("bad argument to internal function")) }
        Ok(Request(flags))
    }
    /// Whether the bytes are to be written.
    pub fn is_writable(self) -> bool { self.0 & 1 != 0 }
}

/// Bytes of an object, pinned.
pub struct Buffer {
    owner: Owned,
    region: *mut u8,
    len: usize,
    readonly: bool,
    layout: Option<Box<Layout>>,
    release: Option<fn(&Owned)>,
}

impl Drop for Buffer {
    fn drop(&mut self) { if let Some(release) = self.release { release(&self.owner) } }
}

impl Buffer {
    /// A buffer over `len` bytes at `region`. `release` is called when it is dropped; it runs no Python code.
    ///
    /// # Safety
    /// The bytes stay valid and in place until `release` is called (or, without it, as long as `owner` lives), are initialised, and
    /// are written, unless `readonly`, only with the token held exclusively.
    pub unsafe fn new(owner: Owned, region: *mut u8, len: usize, readonly: bool, release: Option<fn(&Owned)>) -> Buffer {
        Buffer { owner, region, len, readonly, layout: None, release }
    }
    /// The same with a layout, whose items all lie inside the region (else it is not used).
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Buffer {
        let mut inside = true;
        let ends = |l: &Layout| {
            // First and last byte of the items: every dimension contributes to one end.
            let (mut low, mut high) = (l.offset as i128, l.offset as i128 + l.itemsize as i128);
            for (n, s) in l.shape.iter().zip(&l.strides) {
                let reach = (*n as i128 - 1) * *s as i128;
                if reach < 0 { low += reach } else { high += reach }
            }
            (low, high)
        };
        if layout.count() > 0 {
            let (low, high) = ends(&layout);
            inside = low >= 0 && high <= self.len as i128;
        }
        if inside { self.layout = Some(Box::new(layout)) }
        self
    }
    /// What keeps the memory: the exporter, or what stands for it (see [`Buffer::exporter`]).
    pub fn owner(&self) -> &Owned { &self.owner }
    /// The exporter as programs see it.
    pub fn exporter(&self) -> Owned { super::buffer_release::exporter_of(&self.owner) }
    /// Whether writing is refused.
    pub fn is_readonly(&self) -> bool { self.readonly }
    /// The layout; `None` is one row of unsigned bytes.
    pub fn layout(&self) -> Option<&Layout> { self.layout.as_deref() }
    /// The layout, spelled out.
    pub fn layout_or_bytes(&self) -> Layout { self.layout().cloned().unwrap_or_else(|| Layout::row("B", 1, self.len)) }
    /// Bytes of all items.
    pub fn nbytes(&self) -> usize { self.layout().map_or(self.len, Layout::nbytes) }
    /// Whether [`Buffer::bytes`] shows the items.
    pub fn is_contiguous(&self) -> bool { self.layout().is_none_or(Layout::is_c_contiguous) }
    fn place(&self) -> (usize, usize) {
        match self.layout() {
            None => (0, self.len),
            Some(l) if l.is_c_contiguous() && l.count() > 0 => (l.offset, l.nbytes()),
            Some(_) => (0, 0),
        }
    }
    /// The bytes of a contiguous buffer (empty if it is not).
    #[inline]
    pub fn bytes<'a>(&'a self, _vm: &'a Vm) -> &'a [u8] {
        let (at, n) = self.place();
        if n == 0 { return &[] }
        // SAFETY: `new`'s promise; `with_layout` checked the place; `&Vm` excludes writers.
        unsafe { std::slice::from_raw_parts(self.region.add(at), n) }
    }
    /// The bytes of a contiguous buffer, to write (empty if it is not contiguous or read-only).
    #[inline]
    pub fn bytes_mut<'a>(&'a mut self, _vm: &'a mut Vm) -> &'a mut [u8] {
        let (at, n) = self.place();
        if n == 0 || self.readonly { return &mut [] }
        // SAFETY: as `bytes`; `&mut Vm` excludes every other view.
        unsafe { std::slice::from_raw_parts_mut(self.region.add(at), n) }
    }
    /// The whole region, whatever the layout.
    pub fn region<'a>(&'a self, _vm: &'a Vm) -> &'a [u8] {
        if self.len == 0 { return &[] }
        // SAFETY: as `bytes`.
        unsafe { std::slice::from_raw_parts(self.region, self.len) }
    }
    /// The whole region, to write (empty if read-only).
    pub fn region_mut<'a>(&'a self, _vm: &'a mut Vm) -> &'a mut [u8] {
        if self.len == 0 || self.readonly { return &mut [] }
        // SAFETY: as `bytes_mut`.
        unsafe { std::slice::from_raw_parts_mut(self.region, self.len) }
    }
    /// Start and length of the region, for an exporter that passes it on.
    pub(crate) fn raw_region(&self) -> (*mut u8, usize) { (self.region, self.len) }
    /// A copy of the items' bytes in C order.
    pub fn to_vec(&self, vm: &Vm) -> PyResult<Vec<u8>> {
        let mut out = Vec::new();
        out.try_reserve_exact(self.nbytes()).map_err(|_| vm.no_memory())?;
        match self.layout() {
            Some(l) if !l.is_c_contiguous() => {
                let region = self.region(vm);
                let _ = l.for_each_offset(|at| { out.extend_from_slice(&region[at..at + l.itemsize]); Ok::<(), ()>(()) });
            }
            _ => out.extend_from_slice(self.bytes(vm)),
        }
        Ok(out)
    }
}

impl Vm {
    /// The buffer of an object in whatever layout; TypeError "a bytes-like object is required".
    pub fn buffer_any(&mut self, o: &Owned, writable: bool) -> PyResult<Buffer> { self.buffer_by(o, if writable { Request::FULL } else { Request::FULL_RO }) }
    /// The buffer of an object, asked for by flags; TypeError "a bytes-like object is required".
    pub fn buffer_by(&mut self, o: &Owned, request: Request) -> PyResult<Buffer> {
        match o.type_of(self).slots().buffer {
            Some(f) => f(self, o, request),
            None => Err(self.not_bytes_like(o)),
        }
    }
    /// TypeError for an object without buffer.
    #[cold]
    pub fn not_bytes_like(&mut self, o: &Owned) -> Raised {
        let t = o.type_name(self);
        self.type_error(format!("a bytes-like object is required, not '{t}'"))
    }
    /// The buffer of an object as one run of bytes; BufferError if its items do not lie in a row.
    pub fn buffer(&mut self, o: &Owned, writable: bool) -> PyResult<Buffer> {
        let buffer = self.buffer_by(o, if writable { Request::WRITABLE } else { Request::SIMPLE })?;
        if buffer.is_contiguous() { return Ok(buffer) }
        let what = if o.is_instance_of(self, &self.types.memoryview) { "memoryview: underlying buffer is not C-contiguous" } else { "ndarray is not C-contiguous" };
        Err(self.buffer_error(what))
    }
    /// The buffer of an argument that a native function fills: one run of bytes. TypeError naming the argument if it has none.
    pub fn buffer_to_fill(&mut self, o: &Owned, argument: &str) -> PyResult<Buffer> {
        if self.is_bytes_like(o) && let Ok(buffer) = self.buffer(o, true) && !buffer.is_readonly() { return Ok(buffer) }
        let t = if self.is_none(o) { "None".to_owned() } else { o.given_name(self) };
        Err(self.type_error(format!("{argument} must be read-write bytes-like object, not {t}")))
    }
    /// Whether the object has a buffer.
    pub fn is_bytes_like(&self, o: &Owned) -> bool { o.type_of(self).slots().buffer.is_some() }
    /// The buffer of an object as one run of bytes; None if it has none or cannot be had, whatever the reason.
    pub fn buffer_in_a_row(&mut self, o: &Owned) -> Option<Buffer> { if self.is_bytes_like(o) { self.buffer(o, false).ok() } else { None } }
    /// A copy of the bytes of a bytes-like object, in whatever layout.
    pub fn bytes_like(&mut self, o: &Owned) -> PyResult<Vec<u8>> { self.buffer_any(o, false)?.to_vec(self) }
    /// The same for an argument whose items must lie in a row; BufferError if they do not.
    pub fn bytes_argument(&mut self, o: &Owned) -> PyResult<Vec<u8>> { self.buffer(o, false)?.to_vec(self) }
}
