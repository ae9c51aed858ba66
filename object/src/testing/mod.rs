//! What tests and benches of a layout need: a small world of objects (`world.rs`), the model that a heap is compared with
//! (`heap_model.rs`), and `laws!`, which makes tests of them for a layout, also one from elsewhere. No layout in particular is
//! known here.
mod heap_model;
mod world;

pub use heap_model::{Op, heap_is_its_model, random_script};
pub use world::*;

use crate::attrs::{self, AttrGet, AttrSet};
use crate::layout::Layout;
use instar_gc::GcHeader;
use instar_refcount::CountWord;

/// Tests that a heap of one layout behaves as heaps do, to be put in a module of their own.
#[macro_export]
macro_rules! laws {
    ($layout:ty) => {
        #[test]
        fn heap_is_its_model() {
            $crate::testing::random_scripts::<$layout>()
        }
        #[test]
        fn attributes_are_kept() {
            $crate::testing::attributes_are_kept::<$layout>()
        }
    };
}

/// Random scripts: the heap agrees with the model, and orders events as the plainest layout does, where its policies promise an order.
pub fn random_scripts<L: Layout>() {
    for seed in 0..100 {
        let script = random_script(seed, 60);
        let log = heap_is_its_model::<L>(&script);
        let unstuck = !script.iter().any(|op| matches!(op, Op::Stick(_)));
        if unstuck && L::Gc::ORDERED && L::Rc::EXACT_MAX != 0 {
            assert_eq!(heap_is_its_model::<crate::presets::Default>(&script), log, "{} orders events otherwise", L::name());
        }
    }
}

/// Attributes of instances, set in order and out of order, are there until they are deleted, and go with the instance.
pub fn attributes_are_kept<L: Layout>() {
    let world = World::<L>::new();
    let class = world.new_class();
    let names: Vec<_> = (0..12).map(|i| world.new_str(i as i64, i)).collect();
    let values: Vec<_> = (0..12).map(|i| world.new_node(false, i, vec![])).collect();
    for round in 0..40 {
        // SAFETY: a class for instances.
        let object = unsafe { world.heap.alloc_instance(class.ptr().expect("a type")).expect("memory") };
        let at = object.ptr().expect("an object");
        let count = if round < 20 { 4 } else { 12 };
        let mut kept = vec![];
        for i in 0..count {
            let i = if round % 2 == 0 { i } else { count - 1 - i };
            match attrs::set(at, names[i].word(), values[i].clone()).expect("memory") {
                AttrSet::Done(old) => {
                    assert!(old.is_none());
                    kept.push(i);
                }
                // More names than the class has slots for: the interpreter would make a dict now.
                AttrSet::NeedsDict(_) => {}
                AttrSet::Dict(..) => panic!("nobody made a dict"),
            }
        }
        assert!(round >= 20 || kept.len() == 4, "few attributes need no dict");
        assert_eq!(attrs::len(at), kept.len());
        for &i in &kept {
            assert!(matches!(attrs::get(at, names[i].word()), AttrGet::Value(value) if value == values[i].word()));
        }
        let mut seen = 0;
        attrs::for_each(at, |name, value| {
            let i = names.iter().position(|n| n.word() == name).expect("one of the names");
            assert!(value == values[i].word());
            seen += 1;
        });
        assert_eq!(seen, kept.len());
        attrs::check(at);
        drop(object);
    }
    world.heap.release_all_queued();
    if L::Rc::EXACT_MAX != 0 {
        values.iter().for_each(|value| assert_eq!(world.heap.refcount(value.ptr().expect("an object")), 1));
    }
}
