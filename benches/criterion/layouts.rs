//! The benches of `instar-benches` under criterion: time, for a look. Names are those of `../callgrind`.
//! `cargo bench -p instar-benches-criterion -- best/attribute` runs some of them.
use criterion::{Criterion, criterion_group, criterion_main};

fn all(criterion: &mut Criterion) {
    macro_rules! benches {
        ({ $layout:ident = $type:ty } $($bench:ident)*) => {
            let mut group = criterion.benchmark_group(stringify!($layout));
            group.sample_size(20).warm_up_time(std::time::Duration::from_millis(200)).measurement_time(std::time::Duration::from_millis(800));
            $(group.bench_function(stringify!($bench), |bencher| {
                // One heap at a time is entered.
                let mut body = instar_benches::$bench::<$type>();
                bencher.iter(&mut body);
            });)*
            group.finish();
        };
    }
    macro_rules! layouts {
        ($($layout:ident = $type:ty;)*) => { $( instar_benches::for_each_bench!(benches { $layout = $type }); )* };
    }
    instar_benches::for_each_benched_layout!(layouts);
}

criterion_group!(benches, all);
criterion_main!(benches);
