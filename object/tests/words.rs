//! Payloads whose references the heap knows (`Words`), for every layout: what is visited, the order in which items die, chains, and
//! that nothing is left.
mod common;
use common::*;
use instar_object::*;
use std::marker::PhantomData;

/// Two lengths, then items.
struct Inline<L: Layout>(u32, u32, PhantomData<fn() -> L>);
impl<L: Layout> Inline<L> {
    unsafe fn items(&self) -> &[Word<L>] {
        unsafe { std::slice::from_raw_parts((&raw const *self).cast::<Word<L>>().add(1), (self.0 + (self.1 & !TAIL)) as usize) }
    }
}
unsafe impl<L: Layout> Trace<L> for Inline<L> {
    fn trace(&self, visit: &mut dyn FnMut(Word<L>)) {
        unsafe { self.items().iter().for_each(|w| visit(*w)) }
    }
    fn clear(&mut self) {}
}
impl<L: Layout> Drop for Inline<L> {
    fn drop(&mut self) {
        unsafe { self.items().iter().rev().for_each(|w| w.release()) }
    }
}
unsafe fn inline_bytes<L: Layout>(p: *mut ()) -> usize {
    let inline = unsafe { &*p.cast::<Inline<L>>() };
    8 + 8 * unsafe { inline.items().len() } + 8 * (inline.1 / TAIL) as usize
}
struct Buffer<L: Layout>(BufVec<Owned<L>, L>);
unsafe impl<L: Layout> Trace<L> for Buffer<L> {
    fn trace(&self, visit: &mut dyn FnMut(Word<L>)) {
        self.0.iter().for_each(|o| visit(o.word()));
    }
    fn clear(&mut self) {
        self.0 = BufVec::new();
    }
}
#[repr(C)]
struct Fields<L: Layout> {
    first: Option<Owned<L>>,
    second: Option<Owned<L>>,
    rest: u64,
}
trace! { [L] Fields<L> { first, second } }

struct Kinds<L: Layout>(PhantomData<L>);
impl<L: Layout> Kinds<L> {
    const INLINE: &'static VTable<L> = &unsafe { VTable::of::<Inline<L>>("inline").with_size(inline_bytes::<L>).with_words(Words::Inline) };
    const BUFFER: &'static VTable<L> = &unsafe { VTable::of::<Buffer<L>>("buffer").with_words(Words::Buffer) };
    const FIELDS: &'static VTable<L> = &unsafe { VTable::of::<Fields<L>>("fields").with_words(Words::Fields(2)) };
}

/// The three kinds, made of items.
fn make<L: Layout>(w: &World<L>, types: &[Owned<L>; 3], kind: usize, items: Vec<Owned<L>>) -> Owned<L> {
    let ty = types[kind].ptr().unwrap();
    match kind {
        0 => unsafe {
            let words: Vec<Word<L>> = items.into_iter().map(Owned::into_word).collect();
            if let Some(quick) = w.heap.inline_words_quickly(ty, words.as_ptr(), words.len()) {
                return Owned::from_word(quick);
            }
            let obj = w.heap.alloc_var(ty, 8 + 8 * words.len()).unwrap();
            obj.payload::<[u32; 2]>().write([words.len() as u32, 0]);
            words.iter().enumerate().for_each(|(i, word)| obj.payload::<Word<L>>().add(1 + i).write(*word));
            w.heap.track(obj);
            Owned::from_word(Word::from_ptr(obj))
        },
        1 => unsafe {
            let words: Vec<Word<L>> = items.into_iter().map(Owned::into_word).collect();
            if let Some(quick) = w.heap.buffer_words_quickly(ty, words.as_ptr(), words.len()) {
                return Owned::from_word(quick);
            }
            let items = words.into_iter().map(|word| Owned::from_word(word)).collect();
            w.heap.alloc(ty, Buffer(BufVec::from_vec(items).unwrap())).unwrap()
        },
        _ => {
            let mut items = items.into_iter();
            w.heap.alloc(ty, Fields { first: items.next(), second: items.next(), rest: 7 }).unwrap()
        }
    }
}

fn known_words<L: Layout>() {
    let w = World::<L>::new();
    let types = [
        w.make_type(TypeInfo::new(TypeFlags::GC | TypeFlags::VAR, 8, 8, 0, Kinds::<L>::INLINE)),
        w.make_type(TypeInfo::of::<Buffer<L>>(TypeFlags::GC, Kinds::<L>::BUFFER)),
        w.make_type(TypeInfo::of::<Fields<L>>(TypeFlags::GC | TypeFlags::WEAKREF, Kinds::<L>::FIELDS)),
    ];
    let base = w.heap.requested_bytes();
    for round in 0..3 {
        for kind in 0..3 {
            for n in 0..=2 {
                let items: Vec<Owned<L>> = (0..n).map(|i| w.new_node(true, 10 * kind + i, vec![])).collect();
                let text = w.new_str(1, 1);
                let o = make(&w, &types, kind, items.iter().cloned().chain((n < 2).then_some(text)).collect());
                let seen = w.heap.gc_referents(&o);
                assert_eq!(seen.len(), if n < 2 { n + 1 } else { n });
                assert!(items.iter().zip(&seen).all(|(a, b)| a.is(b)));
                drop((items, seen));
                if round == 1 {
                    w.heap.collect(1, &mut Quiet); // dies as a member of an older generation
                }
                drop(o);
                // Finalizers are queued in the order in which items are released.
                let ids: Vec<usize> = w.heap.take_events().into_iter().map(|e| if let Event::Finalize(o) = e { node(&o).id.get() } else { 99 }).collect();
                let mut expected: Vec<usize> = (0..n).map(|i| 10 * kind + i).collect();
                if kind < 2 {
                    expected.reverse();
                }
                assert_eq!(ids, expected);
            }
        }
        // Long chains through all kinds take no native stack.
        let mut chain = w.new_node(false, 0, vec![]);
        for i in 0..100_000 {
            chain = make(&w, &types, i % 3, vec![chain]);
        }
        drop(chain);
        // A weak reference to an object of the third kind is cleared.
        let target = make(&w, &types, 2, vec![]);
        let weak = w.new_weak(&target, None);
        drop(target);
        assert!(weak::upgrade(body(&weak)).is_none());
        drop(weak);
        // A cycle through a vector.
        let node_in = w.new_node(false, 1, vec![]);
        let list = make(&w, &types, 1, vec![node_in.clone()]);
        let tuple = make(&w, &types, 0, vec![list.clone()]);
        edges(&node_in).push(Some(make(&w, &types, 2, vec![tuple])));
        drop((node_in, list));
        assert_eq!(w.heap.collect(2, &mut Quiet).collected, 4);
        w.heap.collect(2, &mut Quiet);
        assert_eq!(w.heap.requested_bytes(), base);
        w.heap.gc_check();
    }
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $(
    #[test] fn $name() { known_words::<$layout>() }
)* } }
instar_object::for_each_layout!(laws);
laws! { active "the layout of this build" = instar_object::Active; }
