//! Derived payloads on heaps: cycles through every kind of field are found, skipped fields are left alone.
use instar_object::*;
use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;

#[derive(Trace)]
#[repr(C)]
struct TypeBody<L: Layout> {
    #[allow(dead_code)]
    info: TypeInfo<L>,
}

#[derive(TraceField)]
enum Link<L: Layout> {
    Nothing,
    One(Option<Owned<L>>),
    #[allow(dead_code)]
    Many {
        all: Vec<Option<Owned<L>>>,
        #[trace(skip)]
        note: &'static str,
    },
}

#[derive(TraceField)]
struct Wrapped<T>(T, #[trace(skip)] #[allow(dead_code)] u8);

#[derive(Trace)]
#[repr(C)]
struct Node<L: Layout> {
    link: UnsafeCell<Link<L>>,
    pair: UnsafeCell<[Option<Owned<L>>; 2]>,
    #[trace(skip)]
    drops: *const Cell<usize>,
}
impl<L: Layout> Drop for Node<L> {
    fn drop(&mut self) {
        // SAFETY: the counter outlives the heap.
        unsafe { (*self.drops).set((*self.drops).get() + 1) }
    }
}

/// Named, where no parameter says it.
#[derive(Trace)]
#[trace(layout = presets::Best)]
#[allow(dead_code)]
struct Fixed {
    item: Owned<presets::Best>,
}
#[derive(Trace)]
#[allow(dead_code)]
struct Ours(Owned);
#[derive(TraceField)]
#[trace(layout = presets::Best)]
#[allow(dead_code)]
struct Nested {
    inner: Wrapped2<Owned<presets::Best>>,
}
#[derive(TraceField)]
#[trace(layout = presets::Best)]
struct Wrapped2<T>(T);

struct Quiet;
impl<L: Layout> CollectHost<L> for Quiet {
    fn finalize(&mut self, _: &Owned<L>) {}
    fn weakref_callback(&mut self, _: &Owned<L>, _: &Owned<L>) {}
    fn drain(&mut self) {}
}

struct Tables<L>(PhantomData<L>);
impl<L: Layout> Tables<L> {
    const TYPE: &'static VTable<L> = &VTable::of::<TypeBody<L>>("type");
    const NODE: &'static VTable<L> = &VTable::of::<Node<L>>("node");
}

fn cycles_are_found<L: Layout>() {
    let drops = Cell::new(0);
    let heap = Heap::<L>::new(HeapOptions::default());
    let _entered = heap.enter();
    let info = TypeInfo::of::<TypeBody<L>>(TypeFlags::GC, Tables::<L>::TYPE);
    // SAFETY: the payload begins with its info.
    let meta = unsafe { heap.alloc_type_object(TypeBody { info }).unwrap() };
    let info = TypeInfo::of::<Node<L>>(TypeFlags::GC, Tables::<L>::NODE);
    let class = heap.alloc(meta.ptr().unwrap(), TypeBody { info }).unwrap();
    let make = || {
        let node = Node::<L> { link: UnsafeCell::new(Link::Nothing), pair: UnsafeCell::default(), drops: &drops };
        heap.alloc(class.ptr().unwrap(), node).unwrap()
    };
    // SAFETY: nodes are of this payload; no two references into one are held.
    let (link, pair) = (
        |node: &Owned<L>, to: Link<L>| unsafe { *(*node.ptr().unwrap().payload::<Node<L>>()).link.get() = to },
        |node: &Owned<L>, to: Owned<L>| unsafe { (*(*node.ptr().unwrap().payload::<Node<L>>()).pair.get())[1] = Some(to) },
    );
    let (a, b, c) = (make(), make(), make());
    link(&a, Link::One(Some(b.clone())));
    link(&b, Link::Many { all: vec![None, Some(c.clone())], note: "not traced" });
    pair(&c, a.clone());
    drop((b, c));
    assert_eq!(heap.collect(2, &mut Quiet).collected, 0);
    drop(a);
    assert_eq!(drops.get(), 0);
    assert_eq!(heap.collect(2, &mut Quiet).collected, 3);
    assert_eq!(drops.get(), 3);
}

#[test]
fn cycles_through_derived_fields_are_found() {
    cycles_are_found::<presets::Best>();
    cycles_are_found::<presets::Cpython311>();
}

#[test]
fn parameters_are_traced_through() {
    let heap = Heap::<presets::Best>::new(HeapOptions::default());
    let _entered = heap.enter();
    fn count<T: TraceField<presets::Best>>(value: &T) -> usize {
        let mut n = 0;
        value.trace_field(&mut |_| n += 1);
        n
    }
    let wrapped: Wrapped2<Vec<Option<Owned<presets::Best>>>> = Wrapped2(vec![None]);
    assert_eq!(count(&wrapped), 0);
    let _ = |plain: &Wrapped<Option<Owned>>| TraceField::<Active>::trace_field(plain, &mut |_| ());
}
