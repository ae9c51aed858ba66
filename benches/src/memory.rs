//! What cells and bare objects cost: allocate and free. Instances are in `instances.rs`.
use crate::{Body, body};
use core::hint::black_box;
use instar_alloc::Cells;
use instar_object::Layout;
use instar_object::testing::World;

const CELLS: usize = 1000;

/// Allocates cells of these sizes, then frees them in another order.
fn cells<L: Layout>(size: fn(usize) -> usize) -> Body {
    let source = L::Alloc::new();
    let mut live = Vec::with_capacity(CELLS);
    Box::new(move || {
        for i in 0..CELLS {
            live.push((black_box(source.alloc(size(i)).expect("memory")), size(i)));
        }
        // Every third, so that neighbours do not go together.
        for start in 0..3 {
            for &(cell, bytes) in live.iter().skip(start).step_by(3) {
                // SAFETY: each once, with its size.
                unsafe { source.free(cell, bytes) };
            }
        }
        live.clear();
    })
}
/// One size.
pub fn cells_small<L: Layout>() -> Body {
    cells::<L>(|_| 48)
}
/// Sizes up to 1 KiB, small ones more often.
pub fn cells_mixed<L: Layout>() -> Body {
    cells::<L>(|i| 16 + (i * i) % 17 * 16 + if i % 50 == 0 { 700 } else { 0 })
}
/// Objects without references.
pub fn leaf_made<L: Layout>() -> Body {
    body(World::<L>::new(), (), |_, world| (0..CELLS).for_each(|i| drop(black_box(world.new_str(1, i)))))
}
/// Objects that the collector knows.
pub fn gc_object_made<L: Layout>() -> Body {
    body(World::<L>::new(), (), |_, world| (0..CELLS).for_each(|i| drop(black_box(world.new_node(false, i, Vec::new())))))
}
