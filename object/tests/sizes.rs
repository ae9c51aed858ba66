//! Sizes are part of the contract: bytes of instances under the presets, as formulas and as live cells of a real heap.
mod common;
use common::*;
use instar_object::*;

/// object-model.md 3.3 (measured on real CPythons) and architecture.md section 2.
const ROWS: &[(&str, [usize; 9])] = &[
    ("cpython-311", [80, 96, 96, 112, 112, 128, 144, 144, 160]),
    ("cpython-312", [64, 80, 80, 96, 96, 112, 128, 128, 144]),
    ("cpython-313", [80, 80, 96, 96, 112, 112, 128, 128, 144]),
    ("cpython-314", [80, 80, 96, 96, 112, 112, 128, 128, 144]),
    ("compact", [48, 64, 64, 80, 80, 96, 112, 112, 128]),
    ("compact-exact", [32, 48, 64, 64, 80, 80, 96, 96, 112]),
    ("best", [32, 48, 48, 64, 64, 80, 80, 96, 96]),
    ("best,rc-packed,gc-zero-word,type-index", [16, 32, 32, 48, 48, 64, 64, 80, 80]),
    ("best,rc-packed,gc-zero-word,type-index,attrs-shape", [16, 16, 32, 32, 48, 48, 64, 64, 80]),
    ("best,rc-packed,gc-zero-word,type-index,attrs-shape,alloc-pool8", [16, 16, 24, 32, 40, 48, 56, 64, 72]),
    ("best,alloc-pool8", [32, 40, 48, 56, 64, 72, 80, 88, 96]),
];

#[test]
fn formulas_give_the_rows() {
    for (name, row) in ROWS {
        for (k, &bytes) in row.iter().enumerate() {
            assert_eq!(reflect::instance_bytes(name, k).unwrap().cell, bytes, "{name} k={k}");
        }
    }
    for row in reflect::ladder(4) {
        assert_eq!(row.parts.iter().map(|p| p.bytes).sum::<usize>(), row.cell, "{}", row.layout);
    }
    assert!(reflect::instance_bytes("no such layout", 1).is_none());
    let names: Vec<_> = reflect::LAYOUTS.iter().map(|e| (e.axes)()).collect();
    for (i, name) in names.iter().enumerate() {
        assert!(!names[..i].contains(name), "two layouts are equal: {name}");
    }
    assert!(reflect::policies().len() >= 4 + 2 + 3 + 2 + 2 + 2 + 2);
}

fn live_cells_agree<L: Layout>(name: &str) {
    for k in 0..=8usize {
        let w = World::<L>::new();
        w.heap.gc_set_enabled(false);
        let class = w.new_class();
        let names: Vec<_> = (0..k).map(|i| w.new_str(i as i64, i)).collect();
        let none = w.new_str(0, 0);
        let make = |n: usize| -> Vec<Owned<L>> {
            (0..n)
                .map(|_| {
                    let obj = w.heap.alloc(class.ptr().unwrap(), ()).unwrap();
                    for name in &names {
                        assert!(matches!(attrs::set(obj.ptr().unwrap(), name.word(), none.clone()), Ok(AttrSet::Done(None))));
                    }
                    obj
                })
                .collect()
        };
        let _warm = make(200);
        const N: usize = 20_000;
        let before = w.heap.mem_stats();
        let one = make(N);
        let middle = w.heap.mem_stats();
        let two = make(N);
        let after = w.heap.mem_stats();
        let expect = reflect::instance_bytes(name, k).unwrap();
        assert_eq!(after.cell - middle.cell, expect.cell * N, "{name} k={k} cell bytes");
        assert_eq!(middle.cell - before.cell, expect.cell * N, "{name} k={k} cell bytes");
        assert_eq!(after.requested - middle.requested, expect.requested * N, "{name} k={k} requested bytes");
        let pages = (after.page - middle.page) as f64 / N as f64;
        assert!((pages - expect.cell as f64).abs() < 6.0, "{name} k={k}: {pages} page bytes an instance");
        drop((one, two));
        w.heap.collect(2, &mut Quiet); // one-word headers keep the cells of the dead until then
        let end = w.heap.mem_stats();
        assert_eq!(end.requested, before.requested, "{name} k={k}: all bytes come back");
    }
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $(
    #[test] fn $name() { live_cells_agree::<$layout>($text) }
)* } }
instar_object::for_each_layout!(laws);

#[test]
fn core_types() {
    fn check<L: Layout>() {
        assert_eq!(size_of::<Header<L>>(), if L::Rc::LINKS { 16 } else { 8 });
        assert_eq!(align_of::<Header<L>>(), 8);
        assert_eq!(size_of::<Word<L>>(), 8);
        assert_eq!(size_of::<Owned<L>>(), 8);
        assert_eq!(size_of::<Option<Owned<L>>>(), 8);
        assert_eq!(size_of::<Borrowed<'_, L>>(), 8);
        assert_eq!(size_of::<DictTable<L>>(), 16);
        assert_eq!(size_of::<SetTable<L>>(), 32);
        assert_eq!(size_of::<BufVec<Owned<L>, L>>(), 24);
    }
    macro_rules! all { ($($name:ident $text:literal = $layout:ty;)*) => { $( check::<$layout>(); )* } }
    instar_object::for_each_layout!(all);
}
