//! What storage of containers costs: dict tables, vectors and tuples.
use crate::{Body, body};
use core::hint::black_box;
use core::marker::PhantomData;
use instar_object::testing::World;
use instar_object::{BufVec, DictTable, Heap, Layout, Owned, TypeFlags, TypeInfo, VTable, Word, Words};

const KEYS: usize = 500;

fn keys<L: Layout>() -> (World<L>, Vec<Owned<L>>) {
    let world = World::<L>::new();
    world.heap.set_str_type(world.str.ptr().expect("a type"), 0);
    let keys = (0..KEYS).map(|i| world.new_str(hash(i), i)).collect();
    (world, keys)
}
fn hash(i: usize) -> i64 {
    (i as i64).wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64)
}
fn full<L: Layout>(keys: &[Owned<L>]) -> DictTable<L> {
    let mut table = DictTable::<L>::new();
    for (i, key) in keys.iter().enumerate() {
        table.insert_new(hash(i), key.clone(), key.clone()).expect("memory");
    }
    table
}

/// A table grows from nothing, and goes.
pub fn dict_insert<L: Layout>() -> Body {
    let (world, keys) = keys::<L>();
    body(world, keys, |keys, _| drop(black_box(full(keys))))
}
/// Keys that are there, by identity.
pub fn dict_find<L: Layout>() -> Body {
    let (world, keys) = keys::<L>();
    let table = full(&keys);
    body(world, (table, keys), |(table, keys), _| {
        for (i, key) in keys.iter().enumerate() {
            assert!(black_box(table.find_identity(hash(i), key.word())).is_some());
        }
    })
}
/// Keys that are not.
pub fn dict_miss<L: Layout>() -> Body {
    let (world, keys) = keys::<L>();
    let table = full(&keys[..KEYS / 2]);
    body(world, (table, keys), |(table, keys), _| {
        for (i, key) in keys.iter().enumerate().skip(KEYS / 2) {
            assert!(black_box(table.find_identity(hash(i), key.word())).is_none());
        }
    })
}
/// Keys removed and put back.
pub fn dict_renew<L: Layout>() -> Body {
    let (world, keys) = keys::<L>();
    let table = full(&keys);
    body(world, (table, keys), |(table, keys), _| {
        for (i, key) in keys.iter().enumerate() {
            let at = table.find_identity(hash(i), key.word()).expect("it is there");
            let (key, value) = table.remove(at);
            table.insert_new(hash(i), key, value).expect("memory");
        }
    })
}

/// A vector grows item by item and shrinks again.
pub fn list_push_pop<L: Layout>() -> Body {
    let (world, keys) = keys::<L>();
    body(world, keys, |keys, _| {
        let mut list = BufVec::<Owned<L>, L>::new();
        keys.iter().for_each(|key| list.push(key.clone()).expect("memory"));
        while let Some(item) = black_box(list.pop()) {
            drop(item);
        }
    })
}
/// Items shared one by one.
pub fn list_read<L: Layout>() -> Body {
    let (world, keys) = keys::<L>();
    let mut list = BufVec::<Owned<L>, L>::new();
    keys.iter().for_each(|key| list.push(key.clone()).expect("memory"));
    body(world, (list, keys), |(list, _), _| list.as_slice().iter().for_each(|item| drop(black_box(item.clone()))))
}

/// A tuple's payload: two numbers whose sum says how many words follow.
struct Tables<L>(PhantomData<L>);
impl<L: Layout> Tables<L> {
    // SAFETY: payloads are as `Words::Inline` says, so the heap does all there is to do.
    const TUPLE: &'static VTable<L> = &unsafe { VTable::leaf("tuple").with_size(size_of_tuple).with_words(Words::Inline) };
}
fn size_of_tuple(payload: *mut ()) -> usize {
    // SAFETY: called on tuples.
    let [a, b] = unsafe { *payload.cast::<[u32; 2]>() };
    8 + (a + b) as usize * 8
}
fn tuple<L: Layout>(heap: &Heap<L>, class: &Owned<L>, items: &[Owned<L>]) -> Owned<L> {
    // SAFETY: the payload is filled before anybody sees the object.
    unsafe {
        let object = heap.alloc_known_var::<true, false>(class.ptr().expect("a type"), 8 + items.len() * 8).expect("memory");
        object.payload::<[u32; 2]>().write([items.len() as u32, 0]);
        for (i, item) in items.iter().enumerate() {
            object.payload::<Word<L>>().add(1 + i).write(item.clone().into_word());
        }
        heap.track_known(object);
        Owned::from_word(Word::from_ptr(object))
    }
}
fn tuples<L: Layout>(n: usize) -> Body {
    let (world, keys) = keys::<L>();
    let class = world.make_type(TypeInfo::new(TypeFlags::GC | TypeFlags::VAR, 8, 8, 0, Tables::<L>::TUPLE));
    body(world, (class, keys), move |(class, keys), world| {
        for items in keys.windows(n) {
            drop(black_box(tuple(&world.heap, class, items)));
        }
    })
}
/// Pairs made and dropped.
pub fn tuple_2<L: Layout>() -> Body {
    tuples::<L>(2)
}
/// Eights made and dropped.
pub fn tuple_8<L: Layout>() -> Body {
    tuples::<L>(8)
}
