//! An intrusive `Rc<T>` on `instar-refcount` alone: one cell of count word and value, any policy, deaths without recursion.
//! Not here: weak references, cycles.
use instar_refcount::{CountWord, Immortal, Plain, Release, Saturating};
use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;

#[repr(C)]
struct Inner<R, T> {
    count: R,
    value: T,
}

/// A shared pointer whose count lies in front of the value.
pub struct Rc<T, R: CountWord = Plain>(NonNull<Inner<R, T>>, PhantomData<Inner<R, T>>);

impl<T, R: CountWord> Rc<T, R> {
    /// A value with one reference.
    pub fn new(value: T) -> Self {
        let inner = Box::new(Inner { count: R::one(), value });
        Rc(NonNull::from(Box::leak(inner)), PhantomData)
    }
    fn inner(&self) -> &Inner<R, T> {
        // SAFETY: this handle owns one count, so the cell lives (promise 1).
        unsafe { self.0.as_ref() }
    }
    /// Number of handles, or what a stuck count says.
    pub fn count(&self) -> u64 {
        self.inner().count.count()
    }
    /// The value, if this is its only handle.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        // SAFETY: unique by promise 3, and borrowed for as long as the result.
        self.inner().count.is_unique().then(|| unsafe { &mut self.0.as_mut().value })
    }
    /// Never freed from now on, where the policy can do that.
    pub fn make_immortal(&self) {
        self.inner().count.set_immortal();
    }
}
impl<T, R: CountWord> Clone for Rc<T, R> {
    fn clone(&self) -> Self {
        self.inner().count.retain();
        Rc(self.0, PhantomData)
    }
}
impl<T, R: CountWord> std::ops::Deref for Rc<T, R> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.inner().value
    }
}
impl<T, R: CountWord> Drop for Rc<T, R> {
    fn drop(&mut self) {
        if self.inner().count.release() == Release::Dead {
            // SAFETY: that was the last reference; the cell came from a box.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}

/// A list node. A long chain of them must not die by recursion: its drop takes the tail apart while it is the only owner.
pub struct Node<R: CountWord> {
    item: usize,
    next: Option<Rc<Node<R>, R>>,
}
impl<R: CountWord> Drop for Node<R> {
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut node) = next {
            next = node.get_mut().and_then(|node| node.next.take());
        }
    }
}

struct Bell<'a>(&'a Cell<usize>);
impl Drop for Bell<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

fn play<R: CountWord>() {
    let dropped = Cell::new(0);
    let mut first = Rc::<_, R>::new(Bell(&dropped));
    assert!(first.get_mut().is_some());
    let second = first.clone();
    assert!(first.get_mut().is_none());
    assert_eq!(second.count(), 2);
    drop(first);
    assert_eq!(dropped.get(), 0);
    drop(second);
    assert_eq!(dropped.get(), 1);

    let mut list = None;
    for item in 0..200_000 {
        list = Some(Rc::<_, R>::new(Node { item, next: list }));
    }
    let list = list.expect("made above");
    let tail = list.next.clone().expect("not the last");
    drop(list);
    assert_eq!(tail.item, 199_998);
    drop(tail);

    let eternal = Rc::<_, R>::new(Bell(&dropped));
    eternal.make_immortal();
    drop(eternal.clone());
    let cell = eternal.0;
    drop(eternal);
    assert_eq!(dropped.get(), if R::IMMORTAL { 1 } else { 2 });
    if R::IMMORTAL {
        // SAFETY: nobody is left who could use it; an example shall not leak.
        drop(unsafe { Box::from_raw(cell.as_ptr()) });
    }
    println!("{:20} count word {} bytes, handle {} bytes", R::NAME, size_of::<R>(), size_of::<Rc<u8, R>>());
}

fn main() {
    play::<Plain>();
    play::<Saturating>();
    play::<Immortal<Plain>>();
    play::<Immortal<Saturating>>();
}

#[test]
fn handles_share_and_the_last_one_frees() {
    main();
}
