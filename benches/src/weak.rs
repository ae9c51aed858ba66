//! What weak references cost.
use crate::{Body, body};
use core::hint::black_box;
use instar_object::testing::{World, body as weak_body};
use instar_object::{Layout, Owned, weak};

const REFERENCES: usize = 200;

/// One at a time, to the same object.
pub fn weakref_made<L: Layout>() -> Body {
    let world = World::<L>::new();
    let target = world.new_node(false, 0, Vec::new());
    body(world, target, |target, world| (0..REFERENCES).for_each(|_| drop(black_box(world.new_weak(target, None)))))
}
/// Read through.
pub fn weakref_upgraded<L: Layout>() -> Body {
    let world = World::<L>::new();
    let target = world.new_node(false, 0, Vec::new());
    let weak = world.new_weak(&target, None);
    body(world, (weak, target), |(weak, _), _| (0..REFERENCES).for_each(|_| drop(black_box(weak::upgrade(weak_body(weak))))))
}
/// Objects die before the references to them, whose callbacks are queued.
pub fn weakref_outlives<L: Layout>() -> Body {
    let world = World::<L>::new();
    let callback = world.new_node(false, 0, Vec::new());
    body(world, callback, |callback, world| {
        let pairs: Vec<(Owned<L>, Owned<L>)> = (0..REFERENCES)
            .map(|i| {
                let target = world.new_node(false, i, Vec::new());
                let weak = world.new_weak(&target, Some(callback.clone()));
                (target, weak)
            })
            .collect();
        let (targets, weaks): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        drop(targets);
        world.heap.release_all_queued();
        assert_eq!(world.heap.take_events().len(), REFERENCES);
        drop(weaks);
    })
}
