//! What a reference costs: retain and release of mortals, immortals and both mixed, and operands that an op retains or only reads.
use crate::{Body, body};
use core::hint::black_box;
use instar_object::testing::World;
use instar_object::{Layout, Owned};

const OBJECTS: usize = 1000;

/// Retains and releases objects one after the other; those for which `immortal` says so are out of counting, where the layout can.
fn retain<L: Layout>(immortal: fn(usize) -> bool) -> Body {
    let world = World::<L>::new();
    let objects: Vec<Owned<L>> = (0..OBJECTS).map(|i| world.new_str(i as i64, i)).collect();
    for (i, object) in objects.iter().enumerate() {
        if immortal(i) {
            world.heap.make_immortal(object.ptr().expect("no immediate"));
        }
    }
    body(world, objects, |objects, _| objects.iter().for_each(|object| drop(black_box(object.clone()))))
}
/// All are counted.
pub fn retain_mortal<L: Layout>() -> Body {
    retain::<L>(|_| false)
}
/// None is.
pub fn retain_immortal<L: Layout>() -> Body {
    retain::<L>(|_| true)
}
/// Some are, in no pattern that a predictor could learn soon.
pub fn retain_mixed<L: Layout>() -> Body {
    retain::<L>(|i| (i.wrapping_mul(0x9e37_79b9) >> 13) & 1 != 0)
}

/// "Locals" of which each op reads two neighbours.
fn locals<L: Layout>() -> (World<L>, Vec<Owned<L>>) {
    let world = World::<L>::new();
    let locals = (0..=OBJECTS).map(|i| world.new_str(i as i64, i)).collect();
    (world, locals)
}
/// The op borrows its operands.
pub fn operands_elided<L: Layout>() -> Body {
    let (world, locals) = locals::<L>();
    body(world, locals, |locals, _| {
        let mut equal = 0;
        for pair in locals.windows(2) {
            equal += black_box(pair[0].word()).same(black_box(pair[1].word())) as usize;
        }
        assert_eq!(equal, 0);
    })
}
/// The op retains its operands and releases them at its end.
pub fn operands_retained<L: Layout>() -> Body {
    let (world, locals) = locals::<L>();
    body(world, locals, |locals, _| {
        let mut equal = 0;
        for pair in locals.windows(2) {
            let (a, b) = (black_box(pair[0].clone()), black_box(pair[1].clone()));
            equal += a.word().same(b.word()) as usize;
        }
        assert_eq!(equal, 0);
    })
}
