//! `dealloc-queued`: no death takes longer than its piece, and what waits is dead to everybody who looks. Prompt layouts run the same
//! scripts and have nothing to wait for.
mod common;
use common::*;
use instar_object::*;
use std::cell::Cell;

const PIECE: usize = 100;

/// A chain of nodes, its head, and a weak reference to each.
fn chain<L: Layout>(w: &World<L>, len: usize) -> (Owned<L>, Vec<Owned<L>>) {
    let mut weaks = vec![];
    let mut head = w.new_node(false, 0, vec![]);
    for i in 1..len {
        weaks.push(w.new_weak(&head, None));
        head = w.new_node(false, i, vec![Some(head)]);
    }
    (head, weaks)
}

fn deaths_come_in_pieces<L: Layout>() {
    let w = World::<L>::with(HeapOptions { piece: PIECE, ..Default::default() });
    w.heap.gc_set_enabled(false);
    let bell = Cell::new(0u32);
    unsafe { w.heap.gc_set_bell(&bell, 4) };
    let before = w.heap.requested_bytes();
    let (head, _) = chain(&w, 10 * PIECE);
    drop(head);
    if !L::QUEUED {
        assert_eq!(w.drops.get(), 10 * PIECE);
        assert!(!w.heap.release_queued() && bell.get() == 0);
        return;
    }
    let mut dead = w.drops.get();
    assert!(dead <= PIECE + 1, "{dead} at once");
    loop {
        assert_eq!(bell.replace(0), 4, "somebody must come back");
        let more = w.heap.release_queued();
        let now = w.drops.get();
        assert!(now > dead && now <= dead + PIECE, "{} at once", now - dead);
        dead = now;
        if !more {
            break;
        }
    }
    assert_eq!((dead, bell.get()), (10 * PIECE, 0));
    assert_eq!(w.heap.requested_bytes(), before);
}

fn what_waits_is_dead<L: Layout>() {
    let w = World::<L>::with(HeapOptions { piece: 1, ..Default::default() });
    w.heap.gc_set_enabled(false);
    let (head, weaks) = chain(&w, 50);
    drop(head);
    let gone = w.drops.get();
    assert!(if L::QUEUED { gone == 2 } else { gone == 50 });
    // The next one waits; nobody gets at it any more.
    let waiting = &weaks[weaks.len() - (gone - 1).min(weaks.len() - 1) - 1];
    assert!(weak::upgrade(body(waiting)).is_none() && body(waiting).target().is_none());
    // The collector neither sees nor visits it, and whoever looks at all objects sees none of the dead.
    let seen = w.heap.gc_objects(None).iter().filter(|o| o.ptr().unwrap().ty() == w.node.ptr().unwrap()).count();
    assert_eq!((seen, w.drops.get()), (0, 50));
    let (head, _weaks) = chain(&w, 50);
    drop(head);
    assert!(w.heap.gc_due().is_none() || !L::QUEUED);
    w.heap.collect(0, &mut Quiet);
    assert_eq!(w.drops.get(), 100);
    w.heap.gc_check();
}

/// Memory that waits is memory that can be had.
fn no_memory_is_refused_while_dead_objects_wait<L: Layout>() {
    let w = World::<L>::with(HeapOptions { piece: 1, memory_limit: 1 << 20, ..Default::default() });
    w.heap.gc_set_enabled(false);
    for _ in 0..20 {
        let mut head = w.new_node(false, 0, vec![]);
        let mut n = 1;
        while w.heap.requested_bytes() < 1_000_000 {
            head = w.new_node(false, n, vec![Some(head)]);
            n += 1;
        }
        drop(head);
        assert!(w.heap.buffer_alloc(900_000).map(|b| unsafe { w.heap.buffer_free(b, 900_000) }).is_ok());
    }
}

macro_rules! laws { ($($name:ident $text:literal = $layout:ty;)*) => { $( mod $name {
    #[test] fn deaths_come_in_pieces() { super::deaths_come_in_pieces::<$layout>() }
    #[test] fn what_waits_is_dead() { super::what_waits_is_dead::<$layout>() }
    #[test] fn no_memory_is_refused_while_dead_objects_wait() { super::no_memory_is_refused_while_dead_objects_wait::<$layout>() }
} )* } }
laws! {
    best_queued "best,dealloc-queued" = instar_object::presets::BestQueued;
    step_queued "cpython-312,dealloc-queued" = instar_object::presets::StepQueued;
    prompt "best" = instar_object::presets::Best;
}
