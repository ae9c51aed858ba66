//! How the benches of `instar-benches` become iai-callgrind's: a group per layout, a bench per body, set-up and tear-down not counted.

macro_rules! group {
    ({ $layout:ident = $type:ty } $($bench:ident)*) => {
        pub mod $layout {
            use instar_benches::Body;
            use iai_callgrind::{library_benchmark, library_benchmark_group};

            type Layout = $type;

            #[library_benchmark]
            $(#[bench::$bench(setup = instar_benches::$bench::<Layout>)])*
            fn $layout(mut body: Body) -> Body {
                body();
                // Given back, so that its tear-down is not counted.
                body
            }

            library_benchmark_group!(name = group; benchmarks = $layout);
        }
    };
}
