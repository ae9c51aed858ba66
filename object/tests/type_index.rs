//! `type-index`: every object is of the type it was made with, however many types there are, and no index is given twice. The same
//! scripts run with pointers, where there is no index to look at.
mod common;
use common::*;
use instar_object::type_word::{Index, TypePolicy};
use instar_object::*;
use std::collections::HashSet;

/// The index in the header.
fn index<L: Layout>(o: &Owned<L>) -> u32 {
    unsafe { *o.ptr().unwrap().as_ptr().cast::<u32>().byte_add(size_of::<L::Rc>()) }
}

fn every_object_is_of_its_type<L: Layout>() {
    // Three chunks of the table.
    const TYPES: usize = 9000;
    let w = World::<L>::new();
    w.heap.gc_set_enabled(false);
    let mut pairs = vec![];
    let mut first_place = None;
    for _ in 0..TYPES {
        let ty = w.new_class();
        let instance = w.heap.alloc(ty.ptr().unwrap(), ()).unwrap();
        first_place.get_or_insert((instance.clone(), std::ptr::from_ref(instance.ptr().unwrap().ty_field())));
        pairs.push((ty, instance));
    }
    for (ty, instance) in &pairs {
        assert_eq!(Some(instance.ptr().unwrap().ty()), ty.ptr());
        assert_eq!(Some(instance.ptr().unwrap().ty_field().get()), ty.ptr());
    }
    let (instance, place) = first_place.unwrap();
    assert!(std::ptr::eq(place, instance.ptr().unwrap().ty_field()), "handles to types lie where they lay");
}

fn no_index_is_given_twice<L: Layout>() {
    let w = World::<L>::new();
    let mut seen = HashSet::new();
    let mut last = None;
    for _ in 0..500 {
        let ty = w.new_class();
        let (a, b) = (w.heap.alloc(ty.ptr().unwrap(), ()).unwrap(), unsafe { w.heap.alloc_instance(ty.ptr().unwrap()).unwrap() });
        assert_eq!(a.ptr().unwrap().ty(), b.ptr().unwrap().ty());
        if L::Type::NAME == Index::NAME {
            assert_eq!(index(&a), index(&b));
            assert!(index(&a) != 0 && seen.insert(index(&a)), "an index of a type that is gone");
        }
        // The type is gone before the next one is made, which may lie where it lay.
        drop((a, b));
        let at = ty.ptr().map(|p| p.addr());
        drop(ty);
        w.heap.collect(2, &mut Quiet);
        last = at.or(last);
    }
    assert!(last.is_some());
}

fn the_type_can_be_changed<L: Layout>() {
    let w = World::<L>::new();
    let (one, two) = (w.new_class(), w.new_class());
    let o = w.heap.alloc(one.ptr().unwrap(), ()).unwrap();
    let other = w.heap.alloc(one.ptr().unwrap(), ()).unwrap();
    // `two` has had no instance yet.
    unsafe {
        o.ptr().unwrap().set_ty(&w.heap, two.ptr().unwrap()).unwrap();
        std::mem::forget(two.clone());
        drop(Owned::from_word(one.word()));
    }
    assert_eq!(Some(o.ptr().unwrap().ty()), two.ptr());
    assert_eq!(Some(other.ptr().unwrap().ty()), one.ptr());
    let new = w.heap.alloc(two.ptr().unwrap(), ()).unwrap();
    assert_eq!(new.ptr().unwrap().ty(), o.ptr().unwrap().ty());
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $( mod $name {
    #[test] fn every_object_is_of_its_type() { super::every_object_is_of_its_type::<$layout>() }
    #[test] fn no_index_is_given_twice() { super::no_index_is_given_twice::<$layout>() }
    #[test] fn the_type_can_be_changed() { super::the_type_can_be_changed::<$layout>() }
} )* } }
laws! {
    best_type_index "best,type-index" = instar_object::presets::BestTypeIndex;
    best_packed "best,rc-packed,gc-zero-word,type-index" = instar_object::presets::BestPacked;
    best_shape "best,attrs-shape" = instar_object::presets::BestShape;
    default_type_index "type-index" = instar_object::presets::DefaultTypeIndex;
    pointer "best" = instar_object::presets::Best;
}
