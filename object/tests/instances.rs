//! Instances of classes over their whole lives, for every layout: cycles through attributes and dicts, changes of class, names that
//! come late, payloads and `__slots__` before the attributes, deaths with all parts.
mod common;
use common::*;
use instar_refcount::CountWord;
use instar_object::*;
use std::cell::{Cell, UnsafeCell};

fn set<L: Layout>(obj: &Owned<L>, name: &Owned<L>, value: &Owned<L>) {
    match attrs::set(obj.ptr().unwrap(), name.word(), value.clone()).unwrap() {
        AttrSet::Done(_) => {}
        AttrSet::NeedsDict(_) => panic!("no slot"),
        AttrSet::Dict(..) => panic!("a dict"),
    }
}
fn get<L: Layout>(obj: &Owned<L>, name: &Owned<L>) -> Option<Owned<L>> {
    match attrs::get(obj.ptr().unwrap(), name.word()) {
        AttrGet::Value(word) => Some(unsafe { Owned::share_word(word) }),
        _ => None,
    }
}
fn new<L: Layout>(w: &World<L>, class: &Owned<L>) -> Owned<L> {
    unsafe { w.heap.alloc_instance(class.ptr().unwrap()).unwrap() }
}
fn names<L: Layout>(w: &World<L>, n: usize) -> Vec<Owned<L>> {
    (0..n).map(|i| w.new_str(i as i64, i)).collect()
}

fn cycles_through_attributes<L: Layout>() {
    let w = World::<L>::new();
    let class = w.new_class();
    let n = names(&w, 4);
    let mut bytes = 0;
    for round in 0..4 {
        // Slots in order, slots in another order, a dict, and all of them in one cycle; the last is weakly referenced.
        let objs: Vec<_> = (0..3).map(|_| new(&w, &class)).collect();
        for name in &n {
            set(&objs[0], name, &objs[1]);
        }
        for name in n.iter().rev() {
            set(&objs[1], name, &objs[2]);
        }
        let dict = w.new_node(false, round, vec![Some(objs[0].clone()), Some(objs[1].clone())]);
        set(&objs[2], &n[1], &objs[2]);
        assert!(attrs::set_dict(objs[2].ptr().unwrap(), dict).is_none());
        let weak = w.new_weak(&objs[2], None);
        for obj in &objs {
            attrs::check(obj.ptr().unwrap());
            assert!(!w.heap.gc_referents(obj).is_empty());
        }
        let drops = w.drops.get();
        drop(objs);
        assert_eq!(w.drops.get(), drops);
        assert_eq!(w.heap.collect(2, &mut Quiet).collected, 4, "three instances and the dict");
        assert_eq!(w.drops.get(), drops + 1);
        assert!(weak::upgrade(body(&weak)).is_none());
        drop(weak);
        w.heap.collect(2, &mut Quiet);
        if round == 0 {
            bytes = w.heap.requested_bytes();
        }
        assert_eq!(w.heap.requested_bytes(), bytes);
        w.heap.gc_check();
    }
}

/// What `__class__ = ...` does: the values go into a dict, then the type changes.
fn classes_change<L: Layout>() {
    let w = World::<L>::new();
    let (small, large) = (w.new_class(), w.new_class());
    let n = names(&w, 20);
    let value = w.new_str(7, 7);
    for _ in 0..40 {
        set(&new(&w, &small), &n[0], &value);
        let l = new(&w, &large);
        n.iter().for_each(|name| set(&l, name, &value));
    }
    w.heap.collect(2, &mut Quiet);
    let base = w.heap.requested_bytes();
    for _ in 0..3 {
        let obj = new(&w, &small);
        set(&obj, &n[0], &value);
        let taken = attrs::take_values(obj.ptr().unwrap()).unwrap();
        assert_eq!(taken.len(), 1);
        let dict = w.new_node(false, 0, vec![Some(obj.clone())]);
        assert!(attrs::set_dict(obj.ptr().unwrap(), dict).is_none());
        unsafe {
            obj.ptr().unwrap().set_ty(&w.heap, large.ptr().unwrap()).unwrap();
            std::mem::forget(large.clone());
            drop(Owned::from_word(small.word()));
        }
        // No place of the new class is read or written in the old cell.
        for name in &n {
            let place = attrs::index(large.ptr().unwrap().as_info(), name.word()).unwrap() as usize;
            unsafe {
                assert!(attrs::load(obj.ptr().unwrap(), place).is_null());
                assert!(attrs::store(&w.heap, obj.ptr().unwrap(), place, value.clone()).is_err());
            }
        }
        drop(taken);
        drop(obj);
        w.heap.collect(2, &mut Quiet);
        // Where nobody counts, nothing goes.
        if L::Rc::EXACT_MAX > 0 {
            assert_eq!(w.heap.requested_bytes(), base, "the cell of its birth came back");
        }
    }
}

fn names_come_late<L: Layout>() {
    let w = World::<L>::new();
    let class = w.new_class();
    let n = names(&w, 6);
    let value = w.new_str(9, 9);
    let old: Vec<_> = (0..50)
        .map(|_| {
            let obj = new(&w, &class);
            n[..2].iter().for_each(|name| set(&obj, name, &value));
            obj
        })
        .collect();
    let young = new(&w, &class);
    set(&young, &n[1], &value);
    // One name more: there is room under every layout.
    for obj in old.iter().chain([&young]) {
        set(obj, &n[2], &value);
        assert!(get(obj, &n[2]).is_some());
        let place = attrs::index(class.ptr().unwrap().as_info(), n[2].word()).unwrap() as usize;
        let stored = unsafe { attrs::store(&w.heap, obj.ptr().unwrap(), place, n[3].clone()) };
        assert!(stored.is_ok_and(|was| was == value.word() && { unsafe { was.release() }; true }));
        attrs::check(obj.ptr().unwrap());
    }
    // Deleted and set again: last in order.
    assert!(matches!(attrs::delete(young.ptr().unwrap(), n[1].word()), AttrDelete::Done(_)));
    set(&young, &n[1], &value);
    let mut order = vec![];
    attrs::for_each(young.ptr().unwrap(), |name, _| order.push(name));
    assert_eq!(order, [n[2].word(), n[1].word()]);
    // The last one deleted and set again stays where it was.
    assert!(matches!(attrs::delete(old[0].ptr().unwrap(), n[2].word()), AttrDelete::Done(_)));
    set(&old[0], &n[2], &value);
    assert_eq!(attrs::len(old[0].ptr().unwrap()), 3);
}

#[repr(C)]
struct Base<L: Layout> {
    items: UnsafeCell<Vec<Option<Owned<L>>>>,
    deaths: *const Cell<usize>,
}
trace! { [L] Base<L> { items } }
impl<L: Layout> Drop for Base<L> {
    fn drop(&mut self) {
        unsafe { (*self.deaths).set((*self.deaths).get() + 1) }
    }
}
#[repr(C)]
struct Sized_ {
    words: usize,
}
struct Tables2<L: Layout>(std::marker::PhantomData<L>);
impl<L: Layout> Tables2<L> {
    const BASE: &'static VTable<L> = &VTable::of::<Base<L>>("base");
    const SIZED: &'static VTable<L> = &VTable::leaf("sized").with_size(|p| unsafe { 8 + 8 * (*p.cast::<Sized_>()).words });
}

fn payloads_and_slots_before_attributes<L: Layout>() {
    let w = World::<L>::new();
    let n = names(&w, 5);
    let flags = TypeFlags::ATTRS | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE;
    let at = size_of::<Base<L>>();
    let class = w.make_type(TypeInfo::new(flags | TypeFlags::FINALIZER, at + 16, at, 2, Tables2::<L>::BASE));
    let deaths = Cell::new(0);
    let mut bytes = 0;
    for round in 1..=45 {
        let obj = w.heap.alloc(class.ptr().unwrap(), Base::<L> { items: UnsafeCell::new(vec![]), deaths: &raw const deaths }).unwrap();
        for name in &n {
            set(&obj, name, &w.new_node(false, 1, vec![]));
        }
        unsafe {
            let p = obj.ptr().unwrap();
            (*(*p.payload::<Base<L>>()).items.get()).push(Some(w.new_node(false, 2, vec![])));
            p.payload::<u8>().add(at).cast::<Word<L>>().write(w.new_node(false, 3, vec![]).into_word());
        }
        assert_eq!(w.heap.gc_referents(&obj).len(), 5 + 1 + 1 + 1);
        for name in &n {
            assert!(get(&obj, name).is_some_and(|o| node(&o).id.get() == 1));
        }
        let drops = w.drops.get();
        drop(obj);
        assert_eq!(deaths.get(), round - 1, "the finalizer comes first");
        drop(w.heap.take_events());
        assert_eq!((deaths.get(), w.drops.get()), (round, drops + 7));
        w.heap.collect(2, &mut Quiet);
        match round {
            1 => bytes = w.heap.requested_bytes(),
            // Where nobody counts, nothing goes.
            _ => assert!(L::Rc::EXACT_MAX == 0 || w.heap.requested_bytes() == bytes),
        }
    }
}

/// A type whose instances differ in size has no place behind the payload that is the class's.
fn attributes_of_types_of_variable_size<L: Layout>() {
    let w = World::<L>::new();
    let n = names(&w, 3);
    let flags = TypeFlags::ATTRS | TypeFlags::WEAKREF | TypeFlags::HEAP_TYPE | TypeFlags::VAR;
    let class = w.make_type(TypeInfo::new(flags, 8, 8, 0, Tables2::<L>::SIZED));
    let mut bytes = 0;
    for round in 0..45 {
        let objs: Vec<_> = (0..4usize)
            .map(|words| unsafe {
                let obj = w.heap.alloc_var(class.ptr().unwrap(), 8 + 8 * words).unwrap();
                obj.payload::<Sized_>().write(Sized_ { words });
                obj.payload::<u8>().add(8).write_bytes(0xaa, 8 * words);
                w.heap.track(obj);
                Owned::from_word(Word::from_ptr(obj))
            })
            .collect();
        for obj in &objs {
            let mut held = vec![];
            for name in &n {
                match attrs::set(obj.ptr().unwrap(), name.word(), w.new_node(false, 1, vec![])).unwrap() {
                    AttrSet::Done(_) => {}
                    AttrSet::NeedsDict(value) => {
                        held.push(Some(value));
                        assert!(attrs::take_values(obj.ptr().unwrap()).unwrap().is_empty());
                        attrs::set_dict(obj.ptr().unwrap(), w.new_node(false, 9, std::mem::take(&mut held)));
                    }
                    AttrSet::Dict(dict, value) => edges(&unsafe { Owned::share_word(dict) }).push(Some(value)),
                }
            }
            attrs::check(obj.ptr().unwrap());
            let p = obj.ptr().unwrap();
            unsafe {
                for i in 0..(*p.payload::<Sized_>()).words {
                    assert_eq!(*p.payload::<u64>().add(1 + i), 0xaaaa_aaaa_aaaa_aaaa, "the payload is left alone");
                }
            }
        }
        let drops = w.drops.get();
        drop(objs);
        assert!(w.drops.get() >= drops + 12);
        w.heap.collect(2, &mut Quiet);
        match round {
            0 => bytes = w.heap.requested_bytes(),
            // Where nobody counts, nothing goes.
            _ => assert!(L::Rc::EXACT_MAX == 0 || w.heap.requested_bytes() == bytes),
        }
    }
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $(
    mod $name {
        use super::*;
        #[test] fn instances_live_and_die() {
            println!("{}", $text);
            classes_change::<$layout>();
            names_come_late::<$layout>();
            // Deaths are watched: where nobody counts, there are none.
            if <<$layout as Layout>::Rc as CountWord>::EXACT_MAX > 0 {
                cycles_through_attributes::<$layout>();
                payloads_and_slots_before_attributes::<$layout>();
                attributes_of_types_of_variable_size::<$layout>();
            }
        }
    }
)* } }
instar_object::for_each_layout!(laws);
instar_object::for_each_covering_layout!(laws);
