//! The heap's model under every layout, on scripts that proptest makes and shrinks; logs of all layouts are compared with each other.
//! And deaths of very long chains.
mod common;
use common::*;
use instar_object::*;
use instar_refcount::CountWord;
use proptest::prelude::*;

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (any::<bool>(), any::<bool>(), prop::collection::vec(any::<u8>(), 0..3)).prop_map(|(fin, r, edges)| Op::New { fin, resurrects: r && fin, edges }),
        6 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Op::Edge(a, b)),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Op::Cut(a, b)),
        6 => any::<u8>().prop_map(Op::Drop),
        1 => any::<u8>().prop_map(Op::Clone),
        2 => (any::<u8>(), prop::option::of(any::<u8>())).prop_map(|(a, b)| Op::Weak(a, b)),
        1 => any::<u8>().prop_map(Op::DropWeak),
        2 => any::<u8>().prop_map(Op::Upgrade),
        3 => (0u8..3).prop_map(Op::Collect),
        1 => Just(Op::Drain),
        1 => Just(Op::DrainOne),
        1 => Just(Op::GetObjects),
        1 => any::<u8>().prop_map(Op::Stick),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn heap_is_its_model_under_every_layout(script in prop::collection::vec(op(), 1..80)) {
        let unstuck = !script.iter().any(|op| matches!(op, Op::Stick(_)));
        let first: std::cell::OnceCell<Vec<String>> = std::cell::OnceCell::new();
        macro_rules! all { ($($name:ident $text:literal = $layout:ty;)*) => { $(
            let log = heap_is_its_model::<$layout>(&script);
            if unstuck && <<$layout as Layout>::Gc as GcHeader>::ORDERED {
                let first = first.get_or_init(|| log.clone());
                prop_assert_eq!(first, &log, "{} orders events otherwise", $text);
            }
        )* } }
        instar_object::for_each_layout!(all);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    /// The same for every legal pair of choices (`tests/covering.rs`).
    #[test]
    fn heap_is_its_model_under_every_pair_of_choices(script in prop::collection::vec(op(), 1..80)) {
        let unstuck = !script.iter().any(|op| matches!(op, Op::Stick(_)));
        let first = heap_is_its_model::<presets::Default>(&script);
        macro_rules! all { ($($name:ident $text:literal = $layout:ty;)*) => { $(
            let log = heap_is_its_model::<$layout>(&script);
            if unstuck && <<$layout as Layout>::Gc as GcHeader>::ORDERED && <<$layout as Layout>::Rc as CountWord>::EXACT_MAX != 0 {
                prop_assert_eq!(&first, &log, "{} orders events otherwise", <$layout>::name());
            }
        )* } }
        instar_object::for_each_covering_layout!(all);
    }
}

fn ten_million_links<L: Layout>() {
    let w = World::<L>::new();
    w.heap.gc_set_enabled(false);
    let class = w.make_type(TypeInfo::new(TypeFlags::GC | TypeFlags::HEAP_TYPE, 8, 0, 1, Tables::<L>::OBJECT));
    let mut head = Word::<L>::NULL;
    for _ in 0..10_000_000u32 {
        let obj = w.heap.alloc(class.ptr().unwrap(), ()).unwrap();
        unsafe { *obj.ptr().unwrap().payload::<Word<L>>() = head };
        head = obj.into_word();
    }
    unsafe { head.release() };
    assert_eq!(w.heap.refcount(class.ptr().unwrap()), 1);
}
#[test]
fn a_chain_of_ten_million_is_released_in_constant_stack() {
    // A small stack proves it.
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(|| {
            ten_million_links::<presets::Cpython312>();
            ten_million_links::<presets::Best>();
        })
        .unwrap()
        .join()
        .unwrap();
}

/// A layout that is none of this crate's lists, as a user's would be.
mod of_a_user {
    type Mine = instar_object::Compose<
        instar_refcount::Saturating,
        instar_gc::TwoWord,
        instar_object::attrs::Merged,
        instar_object::attrs::Exact,
        instar_object::weak::InWord,
        instar_object::value::Tagged,
        instar_alloc::System,
        true,
        false,
    >;
    instar_object::laws!(Mine);
}
