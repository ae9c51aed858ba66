//! What instances of classes cost: made with k attributes and dropped, attributes read and written by name and by place.
use crate::{Body, body};
use core::hint::black_box;
use instar_object::attrs::{self, AttrGet, AttrSet};
use instar_object::testing::World;
use instar_object::{Layout, Owned};

const INSTANCES: usize = 200;
const READS: usize = 500;

struct Things<L: Layout> {
    class: Owned<L>,
    names: Vec<Owned<L>>,
    value: Owned<L>,
}

impl<L: Layout> Things<L> {
    fn instance(&self, world: &World<L>) -> Owned<L> {
        // SAFETY: `new_class` makes classes with instances.
        let instance = unsafe { world.heap.alloc_instance(self.class.ptr().expect("a type")) }.expect("memory");
        self.names.iter().for_each(|name| set(&instance, name, &self.value));
        instance
    }
}
fn set<L: Layout>(instance: &Owned<L>, name: &Owned<L>, value: &Owned<L>) {
    match attrs::set(instance.ptr().expect("an object"), name.word(), value.clone()).expect("memory") {
        AttrSet::Done(old) => drop(old),
        _ => panic!("few attributes need no dict"),
    }
}

/// A class whose instances have `k` attributes, in steady state.
fn class<L: Layout>(k: usize) -> (World<L>, Things<L>) {
    let world = World::<L>::new();
    let names = (0..k).map(|i| world.new_str(i as i64, i)).collect();
    let things = Things { class: world.new_class(), names, value: world.new_str(0, 0) };
    (0..100).for_each(|_| drop(things.instance(&world)));
    (world, things)
}
fn instances<L: Layout>(k: usize) -> Body {
    let (world, things) = class::<L>(k);
    body(world, things, |things, world| (0..INSTANCES).for_each(|_| drop(black_box(things.instance(world)))))
}
/// No attributes.
pub fn instance_0<L: Layout>() -> Body {
    instances::<L>(0)
}
/// One attribute.
pub fn instance_1<L: Layout>() -> Body {
    instances::<L>(1)
}
/// Four.
pub fn instance_4<L: Layout>() -> Body {
    instances::<L>(4)
}
/// Eight.
pub fn instance_8<L: Layout>() -> Body {
    instances::<L>(8)
}

/// An instance with eight attributes, and what is done to them.
fn attributes<L: Layout>(run: fn(&Things<L>, &Owned<L>)) -> Body {
    let (world, things) = class::<L>(8);
    let instance = things.instance(&world);
    body(world, (instance, things), move |(instance, things), _| run(things, instance))
}
/// Reads by name.
pub fn attribute_get<L: Layout>() -> Body {
    attributes::<L>(|things, instance| {
        let object = instance.ptr().expect("an object");
        for i in 0..READS {
            match attrs::get(object, things.names[i % 8].word()) {
                AttrGet::Value(word) => _ = black_box(word),
                _ => panic!("it has eight"),
            }
        }
    })
}
/// Writes by name.
pub fn attribute_set<L: Layout>() -> Body {
    attributes::<L>(|things, instance| (0..READS).for_each(|i| set(instance, &things.names[i % 8], &things.value)))
}
/// Reads by place, as specialised code does.
pub fn attribute_load<L: Layout>() -> Body {
    attributes::<L>(|things, instance| {
        let object = instance.ptr().expect("an object");
        let places: [usize; 8] = places(things);
        for i in 0..READS {
            // SAFETY: a place of the instance's class.
            assert!(!black_box(unsafe { attrs::load(object, places[i % 8]) }).is_null());
        }
    })
}
/// Writes by place, as specialised code does.
pub fn attribute_replace<L: Layout>() -> Body {
    attributes::<L>(|things, instance| {
        let object = instance.ptr().expect("an object");
        let places: [usize; 8] = places(things);
        for i in 0..READS {
            // SAFETY: a place of the instance's class; the old value's reference is ours.
            unsafe { attrs::replace(object, places[i % 8], things.value.clone()).expect("there is a value").release() };
        }
    })
}
fn places<L: Layout>(things: &Things<L>) -> [usize; 8] {
    let info = things.class.ptr().expect("a type").as_info();
    core::array::from_fn(|i| attrs::index(info, things.names[i].word()).expect("an attribute").into())
}
