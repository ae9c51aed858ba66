//! A tiny object world: a type of types, nodes with edges, leaf strings, weak references. Made by tests and benches, which know what
//! they put into it: its functions trust them.
use crate::*;
use core::cell::{Cell, UnsafeCell};

/// What a type object holds.
#[repr(C)]
pub struct TypeBody<L: Layout> {
    /// What the heap knows about instances.
    pub info: TypeInfo<L>,
}
trace! { [L] TypeBody<L> { info } }

/// Edges to other objects and an identity.
#[repr(C)]
pub struct Node<L: Layout> {
    /// What it refers to.
    pub edges: UnsafeCell<Vec<Option<Owned<L>>>>,
    /// Who it is.
    pub id: Cell<usize>,
    /// Counts the deaths; may be null.
    pub drops: *const Cell<usize>,
}
trace! { [L] Node<L> { edges } }
impl<L: Layout> Drop for Node<L> {
    fn drop(&mut self) {
        if !self.drops.is_null() {
            // SAFETY: the world's counter outlives its objects.
            unsafe { (*self.drops).set((*self.drops).get() + 1) }
        }
    }
}

/// A weak reference.
#[repr(C)]
pub struct Weak<L: Layout> {
    /// What the heap knows of it.
    pub body: WeakRefBody<L>,
}
trace! { [L] Weak<L> { body } }

/// A leaf with a hash.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// Its hash.
    pub hash: i64,
    /// Who it is.
    pub id: usize,
}

/// The functions of the payloads above.
pub struct Tables<L: Layout>(core::marker::PhantomData<L>);
impl<L: Layout> Tables<L> {
    /// Of types.
    pub const TYPE: &'static VTable<L> = &VTable::of::<TypeBody<L>>("type");
    /// Of nodes.
    pub const NODE: &'static VTable<L> = &VTable::of::<Node<L>>("node");
    /// Of weak references.
    pub const WEAK: &'static VTable<L> = &VTable::of::<Weak<L>>("weakref");
    /// Of what has no payload.
    pub const OBJECT: &'static VTable<L> = &VTable::leaf("object");
    /// Of strings.
    pub const STR: &'static VTable<L> = &VTable::leaf("str");
}

/// A heap, entered, with a few types.
pub struct World<L: Layout> {
    /// The heap.
    pub heap: Box<Heap<L>>,
    /// Types that live as long as the world.
    pub types: Vec<Owned<L>>,
    /// The type of types.
    pub type_type: Owned<L>,
    /// The type of nodes.
    pub node: Owned<L>,
    /// The type of nodes with a finalizer.
    pub fin: Owned<L>,
    /// The type of weak references.
    pub weak: Owned<L>,
    /// The type of strings.
    pub str: Owned<L>,
    /// Nodes that died.
    pub drops: Box<Cell<usize>>,
}

impl<L: Layout> Default for World<L> {
    fn default() -> Self {
        Self::new()
    }
}
impl<L: Layout> World<L> {
    /// With the usual options.
    pub fn new() -> Self {
        Self::with(HeapOptions::default())
    }
    /// With these options.
    pub fn with(options: HeapOptions) -> Self {
        let heap = Box::new(Heap::<L>::new(options));
        // SAFETY: the heap is boxed, and left before it goes.
        unsafe { heap.attach() };
        let info = TypeInfo::of::<TypeBody<L>>(TypeFlags::GC | TypeFlags::WEAKREF, Tables::<L>::TYPE);
        // SAFETY: the payload begins with its info.
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
    /// A type.
    pub fn make_type(&self, info: TypeInfo<L>) -> Owned<L> {
        self.heap.alloc(self.type_type.ptr().unwrap(), TypeBody { info }).unwrap()
    }
    /// A node, with a finalizer or not.
    pub fn new_node(&self, fin: bool, id: usize, edges: Vec<Option<Owned<L>>>) -> Owned<L> {
        let ty = if fin { &self.fin } else { &self.node };
        self.heap
            .alloc(ty.ptr().unwrap(), Node { edges: UnsafeCell::new(edges), id: Cell::new(id), drops: &*self.drops })
            .unwrap()
    }
    /// A string.
    pub fn new_str(&self, hash: i64, id: usize) -> Owned<L> {
        self.heap.alloc(self.str.ptr().unwrap(), Str { hash, id }).unwrap()
    }
    /// A weak reference to an object.
    pub fn new_weak(&self, to: &Owned<L>, callback: Option<Owned<L>>) -> Owned<L> {
        let w = self.heap.alloc(self.weak.ptr().unwrap(), Weak { body: WeakRefBody::new(callback) }).unwrap();
        // SAFETY: both are alive, the second is a fresh weak reference.
        unsafe { weak::attach(to.ptr().unwrap(), w.ptr().unwrap()).unwrap() };
        w
    }
    /// An ordinary class: attributes, weak references, heap type.
    pub fn new_class(&self) -> Owned<L> {
        let flags = TypeFlags::ATTRS | TypeFlags::GC | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE;
        self.make_type(TypeInfo::new(flags, 0, 0, 0, Tables::<L>::OBJECT))
    }
}
/// The payload of a node.
pub fn node<L: Layout>(o: &Owned<L>) -> &Node<L> {
    // SAFETY: the caller says that it is one, and holds it.
    unsafe { &*o.ptr().unwrap().payload::<Node<L>>() }
}
/// The edges of a node.
#[allow(clippy::mut_from_ref)] // tests hold one such reference at a time
pub fn edges<L: Layout>(o: &Owned<L>) -> &mut Vec<Option<Owned<L>>> {
    // SAFETY: as above.
    unsafe { &mut *node(o).edges.get() }
}
/// The payload of a weak reference.
pub fn body<L: Layout>(o: &Owned<L>) -> &WeakRefBody<L> {
    // SAFETY: as for `node`.
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
