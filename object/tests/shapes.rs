//! `attrs-shape`: the index of an instance says how far its slots are in use, whether it overflows, and of what class it is; all shapes of a
//! class are told apart from those of others, also where a path crosses the end of a chunk of the table.
mod common;
use common::*;
use instar_object::*;
use std::collections::HashMap;

fn index<L: Layout>(o: &Owned<L>) -> u32 {
    unsafe { *o.ptr().unwrap().as_ptr().cast::<u32>().byte_add(size_of::<L::Rc>()) }
}
fn set<L: Layout>(o: &Owned<L>, name: &Owned<L>, value: &Owned<L>) {
    assert!(matches!(attrs::set(o.ptr().unwrap(), name.word(), value.clone()), Ok(AttrSet::Done(_))));
    attrs::check(o.ptr().unwrap());
}
fn order<L: Layout>(o: &Owned<L>) -> Vec<Word<L>> {
    let mut out = vec![];
    attrs::for_each(o.ptr().unwrap(), |name, _| out.push(name));
    out
}

fn a_path_of_shapes<L: Layout>() {
    let w = World::<L>::new();
    let (class, other) = (w.new_class(), w.new_class());
    let n: Vec<_> = (0..6).map(|i| w.new_str(i as i64, i)).collect();
    let value = w.new_str(7, 7);
    let new = |class: &Owned<L>| unsafe { w.heap.alloc_instance(class.ptr().unwrap()).unwrap() };
    // The first instance was born with one slot; the others know what the class has learned.
    let first = new(&class);
    let born = index(&first);
    n[..4].iter().for_each(|name| set(&first, name, &value));
    assert_eq!(index(&first), born + 2, "one slot, none set; one set; overflows");
    assert_eq!(order(&first), n[..4].iter().map(|name| name.word()).collect::<Vec<_>>());
    let (a, b) = (new(&class), w.heap.alloc(class.ptr().unwrap(), ()).unwrap());
    let root = index(&a);
    assert!(root != born && index(&b) == root);
    for (i, name) in n[..4].iter().enumerate() {
        set(&a, name, &value);
        assert_eq!(index(&a), root + i as u32 + 1);
    }
    assert!(matches!(attrs::delete(a.ptr().unwrap(), n[3].word()), AttrDelete::Done(_)));
    assert_eq!(index(&a), root + 3);
    // Over a gap, and back into it: out of order.
    set(&b, &n[2], &value);
    assert_eq!(index(&b), root + 3);
    set(&b, &n[0], &value);
    assert_eq!(index(&b), root + 5);
    assert_eq!(order(&b), [n[2].word(), n[0].word()]);
    assert_eq!(attrs::take_values(b.ptr().unwrap()).unwrap().len(), 2);
    assert_eq!(index(&b), root, "empty as at birth");
    attrs::check(b.ptr().unwrap());
    // A dict, and another class: the corresponding shape.
    drop(attrs::take_values(a.ptr().unwrap()).unwrap());
    let dict = w.new_node(false, 1, vec![]);
    assert!(attrs::set_dict(a.ptr().unwrap(), dict.clone()).is_none());
    assert_eq!(index(&a), root + 6);
    unsafe {
        a.ptr().unwrap().set_ty(&w.heap, other.ptr().unwrap()).unwrap();
        std::mem::forget(other.clone());
        drop(Owned::from_word(class.word()));
    }
    assert!(index(&a) != root + 6 && a.ptr().unwrap().ty() == other.ptr().unwrap());
    assert_eq!(attrs::dict(a.ptr().unwrap()), Some(dict.word()));
    // Instances of the other class are born with their own number of slots.
    let c = new(&other);
    set(&c, &n[5], &value);
    assert!(attrs::dict(c.ptr().unwrap()).is_none() && c.ptr().unwrap().ty() == other.ptr().unwrap());
    // A younger name than the instance.
    set(&b, &n[4], &value);
    assert_eq!(index(&b), root + 5);
}

fn paths_do_not_meet<L: Layout>() {
    const CLASSES: usize = 700;
    let w = World::<L>::new();
    w.heap.gc_set_enabled(false);
    let n: Vec<_> = (0..attrs::MAX_KEYS).map(|i| w.new_str(i as i64, i)).collect();
    let mut seen = HashMap::new();
    let mut all = vec![];
    for at in 0..CLASSES {
        let class = w.new_class();
        for _ in 0..2 {
            let o = unsafe { w.heap.alloc_instance(class.ptr().unwrap()).unwrap() };
            for name in &n[..at % n.len()] {
                assert_eq!(*seen.entry(index(&o)).or_insert(at), at, "a shape of two classes");
                set(&o, name, name);
            }
            assert_eq!(*seen.entry(index(&o)).or_insert(at), at);
            all.push((class.clone(), o));
        }
    }
    assert!(seen.keys().max().unwrap() > &(3 * 4096));
    for (class, o) in &all {
        assert_eq!(Some(o.ptr().unwrap().ty()), class.ptr());
        assert!(order(o).iter().zip(&n).all(|(a, b)| *a == b.word()));
    }
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $( mod $name {
    #[test] fn a_path_of_shapes() { super::a_path_of_shapes::<$layout>() }
    #[test] fn paths_do_not_meet() { super::paths_do_not_meet::<$layout>() }
} )* } }
laws! {
    best_shape "best,attrs-shape" = instar_object::presets::BestShape;
    best_shape8 "best,attrs-shape,alloc-pool8" = instar_object::presets::BestShape8;
    default_shape "attrs-shape" = instar_object::presets::DefaultShape;
}
