//! The benches of `instar-benches` under callgrind: instructions, for figures that repeat. Names are those of `../criterion`.
//! `gate` has three of the layouts. Needs valgrind and `iai-callgrind-runner` (docs/measuring.md).
#[macro_use]
#[path = "shared.rs"]
mod shared;

macro_rules! layouts {
    ($($layout:ident = $type:ty;)*) => { $( instar_benches::for_each_bench!(group { $layout = $type }); )* };
}
instar_benches::for_each_benched_layout!(layouts);

use cpython_311::group as cpython_311_group;
use cpython_312::group as cpython_312_group;
use cpython_313::group as cpython_313_group;
use cpython_314::group as cpython_314_group;
use compact::group as compact_group;
use compact_exact::group as compact_exact_group;
use best::group as best_group;
use step_saturating::group as step_saturating_group;
use step_weakref_table::group as step_weakref_table_group;
use step_tagged::group as step_tagged_group;
use step_elide::group as step_elide_group;
use best_merged::group as best_merged_group;
use best8::group as best8_group;
use best_zero_word::group as best_zero_word_group;
use best_queued::group as best_queued_group;
use best_type_index::group as best_type_index_group;
iai_callgrind::main!(
    library_benchmark_groups = cpython_311_group,
        cpython_312_group,
        cpython_313_group,
        cpython_314_group,
        compact_group,
        compact_exact_group,
        best_group,
        step_saturating_group,
        step_weakref_table_group,
        step_tagged_group,
        step_elide_group,
        best_merged_group,
        best8_group,
        best_zero_word_group,
        best_queued_group,
        best_type_index_group
);
