//! A tiny object world for tests: a type of types, nodes with edges, leaf strings, weak references.
#![allow(dead_code)]
use instar_object::*;
use std::cell::{Cell, UnsafeCell};

#[repr(C)]
pub struct TypeBody<L: Layout> {
    pub info: TypeInfo<L>,
}
trace! { [L] TypeBody<L> { info } }

/// Edges to other objects and an identity.
#[repr(C)]
pub struct Node<L: Layout> {
    pub edges: UnsafeCell<Vec<Option<Owned<L>>>>,
    pub id: Cell<usize>,
    pub drops: *const Cell<usize>,
}
trace! { [L] Node<L> { edges } }
impl<L: Layout> Drop for Node<L> {
    fn drop(&mut self) {
        if !self.drops.is_null() {
            unsafe { (*self.drops).set((*self.drops).get() + 1) }
        }
    }
}

#[repr(C)]
pub struct Weak<L: Layout> {
    pub body: WeakRefBody<L>,
}
trace! { [L] Weak<L> { body } }

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub hash: i64,
    pub id: usize,
}

pub struct Tables<L: Layout>(std::marker::PhantomData<L>);
impl<L: Layout> Tables<L> {
    pub const TYPE: &'static VTable<L> = &VTable::of::<TypeBody<L>>("type");
    pub const NODE: &'static VTable<L> = &VTable::of::<Node<L>>("node");
    pub const WEAK: &'static VTable<L> = &VTable::of::<Weak<L>>("weakref");
    pub const OBJECT: &'static VTable<L> = &VTable::leaf("object");
    pub const STR: &'static VTable<L> = &VTable::leaf("str");
}

pub struct World<L: Layout> {
    pub heap: Box<Heap<L>>,
    pub types: Vec<Owned<L>>,
    pub type_type: Owned<L>,
    pub node: Owned<L>,
    pub fin: Owned<L>,
    pub weak: Owned<L>,
    pub str: Owned<L>,
    pub drops: Box<Cell<usize>>,
}

impl<L: Layout> World<L> {
    pub fn new() -> Self {
        Self::with(HeapOptions::default())
    }
    pub fn with(options: HeapOptions) -> Self {
        let heap = Box::new(Heap::<L>::new(options));
        unsafe { heap.attach() };
        let info = TypeInfo::of::<TypeBody<L>>(TypeFlags::GC | TypeFlags::WEAKREF, Tables::<L>::TYPE);
        let type_type = unsafe { heap.alloc_type_object(TypeBody { info }).unwrap() };
        let ty = type_type.ptr().unwrap();
        let make = |info| heap.alloc(ty, TypeBody { info }).unwrap();
        let flags = TypeFlags::GC | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE;
        World {
            node: make(TypeInfo::of::<Node<L>>(flags, Tables::<L>::NODE)),
            fin: make(TypeInfo::of::<Node<L>>(flags | TypeFlags::FINALIZER, Tables::<L>::NODE)),
            weak: make(TypeInfo::of::<Weak<L>>(TypeFlags::GC, Tables::<L>::WEAK)),
            str: make(TypeInfo::of::<Str>(TypeFlags::LEAF, Tables::<L>::STR)),
            types: Vec::new(),
            type_type,
            drops: Box::new(Cell::new(0)),
            heap,
        }
    }
    pub fn make_type(&self, info: TypeInfo<L>) -> Owned<L> {
        self.heap.alloc(self.type_type.ptr().unwrap(), TypeBody { info }).unwrap()
    }
    pub fn new_node(&self, fin: bool, id: usize, edges: Vec<Option<Owned<L>>>) -> Owned<L> {
        let ty = if fin { &self.fin } else { &self.node };
        self.heap
            .alloc(ty.ptr().unwrap(), Node { edges: UnsafeCell::new(edges), id: Cell::new(id), drops: &*self.drops })
            .unwrap()
    }
    pub fn new_str(&self, hash: i64, id: usize) -> Owned<L> {
        self.heap.alloc(self.str.ptr().unwrap(), Str { hash, id }).unwrap()
    }
    pub fn new_weak(&self, to: &Owned<L>, callback: Option<Owned<L>>) -> Owned<L> {
        let w = self.heap.alloc(self.weak.ptr().unwrap(), Weak { body: WeakRefBody::new(callback) }).unwrap();
        unsafe { weak::attach(to.ptr().unwrap(), w.ptr().unwrap()).unwrap() };
        w
    }
    /// An ordinary class: attributes, weak references, heap type.
    pub fn new_class(&self) -> Owned<L> {
        let flags = TypeFlags::ATTRS | TypeFlags::GC | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE;
        self.make_type(TypeInfo::new(flags, 0, 0, 0, Tables::<L>::OBJECT))
    }
}
pub fn node<L: Layout>(o: &Owned<L>) -> &Node<L> {
    unsafe { &*o.ptr().unwrap().payload::<Node<L>>() }
}
#[allow(clippy::mut_from_ref)] // tests hold one such reference at a time
pub fn edges<L: Layout>(o: &Owned<L>) -> &mut Vec<Option<Owned<L>>> {
    unsafe { &mut *node(o).edges.get() }
}
pub fn body<L: Layout>(o: &Owned<L>) -> &WeakRefBody<L> {
    unsafe { &*o.ptr().unwrap().payload::<WeakRefBody<L>>() }
}

impl<L: Layout> Drop for World<L> {
    fn drop(&mut self) {
        drop(self.heap.take_events());
        self.heap.collect(2, &mut Quiet);
        self.heap.leave();
    }
}


/// A host that runs nothing.
pub struct Quiet;
impl<L: Layout> CollectHost<L> for Quiet {
    fn finalize(&mut self, _: &Owned<L>) {}
    fn weakref_callback(&mut self, _: &Owned<L>, _: &Owned<L>) {}
    fn drain(&mut self) {}
}
