//! The benches that `cargo x bench-gate` compares with the parent commit: three layouts that share little.
#[macro_use]
#[path = "shared.rs"]
mod shared;

instar_benches::for_each_bench!(group { best = instar_object::presets::Best });
instar_benches::for_each_bench!(group { compact = instar_object::presets::Compact });
instar_benches::for_each_bench!(group { cpython_312 = instar_object::presets::Cpython312 });

use best::group as best_group;
use compact::group as compact_group;
use cpython_312::group as cpython_312_group;
iai_callgrind::main!(library_benchmark_groups = best_group, compact_group, cpython_312_group);
