//! What a full collection costs, over graphs of several shapes and sizes: dead ones, made and collected, and live ones, looked at.
use crate::{Body, body};
use instar_object::testing::{Quiet, World, edges};
use instar_object::{Layout, Owned};

/// Each node refers to its left and right child, by heap order.
fn tree<L: Layout>(world: &World<L>, n: usize) -> Vec<Owned<L>> {
    let nodes: Vec<Owned<L>> = (0..n).map(|i| world.new_node(false, i, Vec::new())).collect();
    for i in 1..n {
        edges(&nodes[(i - 1) / 2]).push(Some(nodes[i].clone()));
    }
    nodes
}
fn collect<L: Layout>(world: &World<L>) -> usize {
    world.heap.collect(2, &mut Quiet).collected
}

fn rings<L: Layout>(n: usize) -> Body {
    body(World::<L>::new(), (), move |_, world| {
        for i in 0..n / 2 {
            let a = world.new_node(false, i, Vec::with_capacity(1));
            let b = world.new_node(false, i, vec![Some(a.clone())]);
            edges(&a).push(Some(b));
        }
        assert_eq!(collect(world), n);
    })
}
/// Pairs that refer to each other.
pub fn cycle_rings_1k<L: Layout>() -> Body {
    rings::<L>(1_000)
}
/// More of them.
pub fn cycle_rings_10k<L: Layout>() -> Body {
    rings::<L>(10_000)
}
/// A tree whose leaves refer to the root.
pub fn cycle_tree_10k<L: Layout>() -> Body {
    const N: usize = 10_000;
    body(World::<L>::new(), (), |_, world| {
        let nodes = tree(world, N);
        nodes[N / 2..].iter().for_each(|leaf| edges(leaf).push(Some(nodes[0].clone())));
        drop(nodes);
        assert_eq!(collect(world), N);
    })
}

/// A graph that is held by its first node alone.
fn live<L: Layout>(make: impl Fn(&World<L>) -> Owned<L>) -> Body {
    let world = World::<L>::new();
    let root = make(&world);
    // Once, so that all are old.
    assert_eq!(collect(&world), 0);
    body(world, root, |_, world| assert_eq!(collect(world), 0))
}
/// Each node refers to the next.
pub fn live_chain_10k<L: Layout>() -> Body {
    live::<L>(|world| (0..10_000).fold(world.new_str(0, 0), |next, i| world.new_node(false, i, vec![Some(next)])))
}
/// A small tree.
pub fn live_tree_1k<L: Layout>() -> Body {
    live::<L>(|world| tree(world, 1_000).swap_remove(0))
}
/// A larger one.
pub fn live_tree_10k<L: Layout>() -> Body {
    live::<L>(|world| tree(world, 10_000).swap_remove(0))
}
/// One node refers to all others.
pub fn live_wide_10k<L: Layout>() -> Body {
    live::<L>(|world| {
        let all = (0..10_000).map(|i| Some(world.new_node(false, i, Vec::new()))).collect();
        world.new_node(false, 0, all)
    })
}
