//! A census finds all that lives, and the bytes computed from what it finds are those of the heap, under every layout.
mod common;
use common::*;
use instar_object::reflect::{self, Numbers, Seen, combinations};
use instar_object::*;
use std::collections::HashSet;

/// A payload with a vector on the heap, and one that nobody sees to.
struct Row<L: Layout> {
    items: BufVec<Owned<L>, L>,
    id: u32,
}
trace! { [L] Row<L> { items } }
impl<L: Layout> Described for Row<L> {
    const FIELDS: &'static [Field] = &[];
    const BUFFER: Option<unsafe fn(*mut ()) -> reflect::Buffer> = Some(|payload| unsafe { (*payload.cast::<Row<L>>()).items.buffer() });
}

/// What `fields!` writes down.
#[repr(C)]
struct Plain {
    small: u8,
    large: u64,
}
fields! { Plain { small, large } }
struct Pair(u32, u32);
fields! { Pair { 0, 1 } }

#[test]
fn fields_are_named_with_their_places() {
    let seen: Vec<_> = Plain::FIELDS.iter().map(|f| (f.name, f.offset, f.bytes)).collect();
    assert_eq!(seen, [("small", 0, 1), ("large", 8, 8)]);
    assert_eq!(Pair::FIELDS.iter().map(|f| f.bytes).sum::<usize>(), 8);
    assert!(Plain::BUFFER.is_none());
    let (plain, pair) = (Plain { small: 1, large: 2 }, Pair(3, 4));
    assert_eq!(u64::from(plain.small) + plain.large + u64::from(pair.0 + pair.1), 10);
}

fn bytes_agree<L: Layout>(name: &str) {
    struct Tables<L: Layout>(std::marker::PhantomData<L>);
    impl<L: Layout> Tables<L> {
        const ROW: &'static VTable<L> = &VTable::of::<Row<L>>("row").with_fields::<Row<L>>();
    }
    let w = World::<L>::new();
    w.heap.gc_set_enabled(false);
    // Types outlive their instances: dropped after them.
    let mut types = Vec::new();
    let mut kept = Vec::new();
    types.push(w.make_type(TypeInfo::of::<Row<L>>(TypeFlags::GC, Tables::<L>::ROW)));
    for n in 0..20u32 {
        let row = w.heap.alloc(types[0].ptr().unwrap(), Row::<L> { items: BufVec::new(), id: n }).unwrap();
        let items = unsafe { &mut (*row.ptr().unwrap().payload::<Row<L>>()).items };
        for i in 0..n {
            items.push(w.new_str(i64::from(i), n as usize)).ok().unwrap();
        }
        assert_eq!(unsafe { (*row.ptr().unwrap().payload::<Row<L>>()).id }, n);
        kept.push(row);
    }
    // Instances of all ages: the first of a class have room for more, or too little of it.
    let names: Vec<_> = (0..9).map(|i| w.new_str(i, i as usize)).collect();
    for k in 0..=8usize {
        types.push(w.new_class());
        let class = &types[k + 1];
        for n in 0..40 {
            let obj = w.heap.alloc(class.ptr().unwrap(), ()).unwrap();
            for i in 0..k {
                // Some set them the other way round, some not all.
                let name = &names[if n % 3 == 1 { k - 1 - i } else { i }];
                if n % 7 != 6 || i % 2 == 0 {
                    assert!(matches!(attrs::set(obj.ptr().unwrap(), name.word(), names[8].clone()), Ok(AttrSet::Done(None))));
                }
            }
            if n % 5 == 4 {
                attrs::set_dict(obj.ptr().unwrap(), w.new_node(false, n, vec![Some(names[0].clone())]));
            }
            kept.push(obj);
        }
    }
    let node = w.new_node(false, 0, vec![]);
    kept.push(w.new_weak(&node, None));
    kept.push(node);

    // Objects that die in the middle of a list wait for the collector under some layouts.
    drop((0..50).map(|id| (w.new_node(false, id, vec![]), w.new_node(false, id, vec![]))).map(|pair| pair.0).collect::<Vec<_>>());
    let before = w.heap.requested_bytes();
    let (dead, _) = w.heap.free_tombstones();
    assert_eq!(w.heap.requested_bytes() + dead, before);
    let roots: Vec<_> = kept.iter().chain(&names).chain([&w.str]).map(Owned::word).collect();
    let numbers = Numbers::of::<L>();
    let (mut found, mut requested, mut cells) = (HashSet::new(), 0, 0);
    w.heap.census(&roots, &mut |seen| {
        let Seen::Object(obj) = seen else { panic!("nobody stores a number here") };
        assert!(found.insert(obj.addr()), "{name}: seen twice");
        let sizes = reflect::facts(obj).sizes(&numbers);
        assert_eq!(sizes.requested, reflect::requested(obj), "{name}: {:?}", reflect::facts(obj));
        requested += sizes.requested;
        cells += sizes.cell;
    });
    let stats = w.heap.mem_stats();
    assert_eq!((requested, cells), (stats.requested, stats.cell), "{name}");
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $(
    #[test] fn $name() { bytes_agree::<$layout>($text) }
)* } }
instar_object::for_each_layout!(laws);

#[test]
fn every_listed_layout_is_a_combination() {
    let all: HashSet<String> = combinations().iter().map(Numbers::name).collect();
    for entry in reflect::LAYOUTS {
        assert!(all.contains(&(entry.numbers)().name()), "{}", entry.name);
    }
}
