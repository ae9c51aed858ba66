//! Micro-benchmarks of the libraries: each is a function that sets something up and gives back the [`Body`] to be measured, generic
//! over the layout. The harnesses are thin: `criterion/` takes the time, `callgrind/` counts instructions; the names are the same. They
//! say what an operation costs, not what a program gains: programs are the lab's.
mod containers;
mod counts;
mod cycles;
mod instances;
mod memory;
mod weak;

pub use containers::*;
pub use counts::*;
pub use cycles::*;
pub use instances::*;
pub use memory::*;
pub use weak::*;

use instar_object::Layout;
use instar_object::testing::World;

/// What is measured. Each call does the same work again and leaves nothing behind.
pub type Body = Box<dyn FnMut()>;

/// What a bench works on; `things` go before their heap does.
struct Bed<T, L: Layout> {
    things: T,
    world: World<L>,
}

/// A body out of a bed.
fn body<T: 'static, L: Layout>(world: World<L>, things: T, run: impl Fn(&mut T, &World<L>) + 'static) -> Body {
    let mut bed = Bed { things, world };
    Box::new(move || {
        let Bed { things, world } = &mut bed;
        run(things, world)
    })
}

/// Names of all benches, once, behind what the caller wants before them.
#[macro_export]
macro_rules! for_each_bench {
    ($mac:ident $before:tt) => {
        $mac! { $before
            retain_mortal retain_immortal retain_mixed operands_elided operands_retained
            cells_small cells_mixed leaf_made gc_object_made
            instance_0 instance_1 instance_4 instance_8 attribute_get attribute_set attribute_load attribute_replace
            dict_insert dict_find dict_miss dict_renew list_push_pop list_read tuple_2 tuple_8
            cycle_rings_1k cycle_rings_10k cycle_tree_10k live_chain_10k live_tree_1k live_tree_10k live_wide_10k
            weakref_made weakref_upgraded weakref_outlives
        }
    };
}

/// The layouts under which they run: the presets, then single steps between and away from them.
#[macro_export]
macro_rules! for_each_benched_layout {
    ($mac:ident) => {
        $mac! {
            cpython_311 = instar_object::presets::Cpython311;
            cpython_312 = instar_object::presets::Cpython312;
            cpython_313 = instar_object::presets::Cpython313;
            cpython_314 = instar_object::presets::Cpython314;
            compact = instar_object::presets::Compact;
            compact_exact = instar_object::presets::CompactExact;
            best = instar_object::presets::Best;
            step_saturating = instar_object::presets::StepSaturating;
            step_weakref_table = instar_object::presets::StepWeakTable;
            step_tagged = instar_object::presets::StepTagged;
            step_elide = instar_object::presets::StepElide;
            best_merged = instar_object::presets::BestMerged;
            best8 = instar_object::presets::Best8;
            best_zero_word = instar_object::presets::BestZeroWord;
            best_queued = instar_object::presets::BestQueued;
            best_type_index = instar_object::presets::BestTypeIndex;
        }
    };
}

#[cfg(test)]
mod tests {
    //! Every body runs, and again, under every benched layout, and leaves nothing behind.
    macro_rules! run {
        ({ $layout:ident = $type:ty } $($bench:ident)*) => {
            #[test]
            fn $layout() {
                $({
                    let mut body = crate::$bench::<$type>();
                    body();
                    body();
                })*
            }
        };
    }
    macro_rules! layouts {
        ($($layout:ident = $type:ty;)*) => { $( crate::for_each_bench!(run { $layout = $type }); )* };
    }
    crate::for_each_benched_layout!(layouts);
}
