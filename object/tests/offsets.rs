//! The offsets that a layout states are where things are.
mod common;
use common::*;
use instar_object::attrs::AttrsPolicy;
use instar_object::weak::WeakPolicy;
use instar_object::*;
use instar_refcount::CountWord;

fn parts_are_where_the_layout_says<L: Layout>() {
    let w = World::<L>::new();
    let class = w.new_class();
    let obj = unsafe { w.heap.alloc_instance(class.ptr().unwrap()).unwrap() };
    let more = [obj.clone(), obj.clone()];
    let ptr = obj.ptr().unwrap();
    let at = |offset: isize| unsafe { ptr.as_ptr().cast::<u8>().offset(offset) };
    unsafe {
        assert_eq!((*at(L::COUNT_AT).cast::<L::Rc>()).count(), w.heap.refcount(ptr));
        assert_eq!(at(L::PAYLOAD_AT), ptr.payload::<u8>());
        assert!(L::Gc::is_tracked(at(L::GC_AT).cast()));
        w.heap.untrack(ptr);
        assert!(!L::Gc::is_tracked(at(L::GC_AT).cast()));
        w.heap.track(ptr);
        // What is new at each step down is zero in a new instance: no dict, no weak reference.
        assert_eq!(class.ptr().unwrap().as_info().prefix_bytes as isize, -L::WEAK_AT);
        assert!(L::WEAK_AT <= L::ATTRS_AT && L::ATTRS_AT <= L::GC_AT && L::GC_AT <= L::COUNT_AT);
        if L::Weak::WORD {
            assert_eq!(*at(L::WEAK_AT).cast::<usize>(), 0);
            let weak = w.new_weak(&obj, None);
            assert_ne!(*at(L::WEAK_AT).cast::<usize>(), 0);
            drop(weak);
        }
        let dict = w.new_node(false, 0, vec![]);
        let before: Vec<usize> = (0..L::Attrs::WORDS).map(|i| *at(L::ATTRS_AT + i as isize * 8).cast::<usize>()).collect();
        attrs::set_dict(ptr, dict);
        let after: Vec<usize> = (0..L::Attrs::WORDS).map(|i| *at(L::ATTRS_AT + i as isize * 8).cast::<usize>()).collect();
        assert!(L::Attrs::WORDS == 0 || before != after, "a dict is in a word of the attributes");
    }
    assert!(L::TYPE_AT > L::COUNT_AT && L::TYPE_AT < L::PAYLOAD_AT);
    drop(more);
}

macro_rules! all { ($($name:ident $text:literal = $layout:ty;)*) => { $(
    #[test] fn $name() { parts_are_where_the_layout_says::<$layout>() }
)* } }
instar_object::for_each_layout!(all);
