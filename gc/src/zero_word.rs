//! `ZeroWord`: nothing before the object. The collector finds what it knows by walking the pages (`pages.rs`).
//!
//! CPython's free-threaded build finds objects by walking mimalloc's pages; there is no such policy with reference counts and
//! generations upstream. Generations are bits beside the page's cells, references left are counted in 24 scratch bits of the
//! count word as in `OneWord`, and the rest is four flags of the object. Lists are in the order of addresses, not of birth.
//!
//! ```text
//! flags of an object:  0 FINALIZED | 1 LARGE: on no page | 2 COLLECTING | 3 FROZEN: permanent | 4 BEHIND the walk, or (outside `deduce`) DEAD
//! ```
//! Where the count word has no scratch bits (`Place::IN_PLACE`) references left are counted in the count itself, and one more pass
//! over the objects puts back what was taken: time instead of memory.
//!
//! An object that dies by its count leaves at once: nobody links it. Only trash, which a collection has in a vector, stays as
//! tombstone until its turn comes.
use crate::pages::{Pages, Place};
use crate::{GcHeader, ObjectModel, PageSide, negative};
use alloc::vec::Vec;
use core::cell::Cell;
use core::marker::PhantomData;
use core::ptr::null;

const FINALIZED: u8 = 1;
const COLLECTING: u8 = 4;
const FROZEN: u8 = 8;
const BEHIND: u8 = 16;
const DEAD: u8 = 16;
// TRICK: no frozen object is ever COLLECTING, so beside that flag this one is free.
const REACHED: u8 = FROZEN;
/// References left of a root: never counted down.
const CAP: u32 = crate::ROOT;
const PERMANENT: usize = 3;
/// `Space::walk` by state: what `gather` made of the set under collection.
const GATHERED: u8 = 1;

/// No word before the object.
pub struct ZeroWord<P>(PhantomData<fn() -> P>);

type Node<P> = *mut ZeroWord<P>;

impl<P> ZeroWord<P> {
    /// Flag of an object that lies on no page; its owner sets it at birth.
    pub const LARGE: u8 = crate::pages::LARGE;
}

/// What the lists of one collector share.
pub struct Space<P> {
    pages: Pages,
    /// Memory for lists of trash, put aside before a collection depends on it.
    spare: [Cell<Vec<Node<P>>>; 2],
}
impl<P> Default for Space<P> {
    fn default() -> Self {
        Space { pages: Pages::default(), spare: Default::default() }
    }
}

impl<P> Space<P> {
    /// An empty vector with room for `room` nodes; `None` when memory is out.
    fn vector(&self, room: usize) -> Option<Vec<Node<P>>> {
        let mut best = self.spare[0].take();
        let other = self.spare[1].take();
        if other.capacity() > best.capacity() {
            self.spare[0].set(core::mem::replace(&mut best, other));
        } else {
            self.spare[1].set(other);
        }
        best.try_reserve(room).is_ok().then_some(best)
    }
    /// A vector for `room` nodes of trash, and another put aside for what is taken off it; `None` when memory is out.
    fn room_for_trash(&self, room: usize) -> Option<Vec<Node<P>>> {
        if room == 0 {
            return Some(Vec::new());
        }
        let first = self.vector(room)?;
        self.put_aside(self.vector(room)?);
        Some(first)
    }
    fn put_aside(&self, mut vector: Vec<Node<P>>) {
        vector.clear();
        for spare in &self.spare {
            let old = spare.take();
            if old.capacity() >= vector.capacity() {
                spare.set(old);
            } else {
                spare.set(core::mem::replace(&mut vector, old));
            }
        }
    }
}

/// A generation, which is a state of objects; or, for work, generations together, or trash in a vector.
pub struct List<P> {
    space: Cell<*const Space<P>>,
    generation: Cell<Option<usize>>,
    /// For work: the generations that it stands for.
    mask: Cell<u8>,
    nodes: Cell<Vec<Node<P>>>,
    /// Nodes before this one were taken off.
    first: Cell<usize>,
}

impl<P: Place> List<P> {
    #[inline(always)]
    fn space<'a>(&self) -> &'a Space<P> {
        // SAFETY: set by `init`, whose caller keeps the space in place as long as its lists.
        unsafe { &*self.space.get() }
    }
    #[inline(always)]
    fn pages<'a>(&self) -> &'a Pages {
        &self.space().pages
    }
    /// Visits what `deduce` works on, after its first pass.
    ///
    /// # Safety
    /// Nodes are alive; `f` changes no generation but those of nodes that it has seen.
    unsafe fn each(&self, mut f: impl FnMut(Node<P>)) {
        if self.mask.get() != 0 {
            // SAFETY: passed on.
            return unsafe { self.pages().walk::<P>(self.mask.get(), GATHERED, |node| f(node.cast())) };
        }
        let nodes = self.nodes.take();
        nodes[self.first.get()..].iter().for_each(|&node| f(node));
        self.nodes.set(nodes);
    }
}

impl<P: Place> ZeroWord<P> {
    #[inline(always)]
    unsafe fn has(node: Node<P>, flags: u8) -> bool {
        // SAFETY: the caller's promise; so below.
        unsafe { P::flags(node.cast()) & flags != 0 }
    }
    #[inline(always)]
    unsafe fn set(node: Node<P>, flags: u8) {
        // SAFETY: as above.
        unsafe { P::set_flags(node.cast(), P::flags(node.cast()) | flags) }
    }
    #[inline(always)]
    unsafe fn unset(node: Node<P>, flags: u8) {
        // SAFETY: as above.
        unsafe { P::set_flags(node.cast(), P::flags(node.cast()) & !flags) }
    }
    /// The first pass over `work`: notes the references of each node and drops those that died or left. Their number.
    unsafe fn enter<M: ObjectModel<Header = Self>>(model: &M, work: &List<P>) -> usize {
        let mut visited = 0;
        // SAFETY: nodes that are not DEAD are alive.
        unsafe {
            let mut enter = |node: Node<P>| {
                visited += 1;
                if !P::IN_PLACE {
                    let refs = model.count(node).map_or(CAP, |n| n.min(CAP as usize) as u32);
                    model.set_scratch(node, refs);
                }
                Self::set(node, COLLECTING);
            };
            if work.mask.get() != 0 {
                work.pages().gather::<P>(work.mask.get(), |node| {
                    let taken = !Self::has(node.cast(), FROZEN);
                    if taken {
                        enter(node.cast());
                    }
                    taken
                });
                return visited;
            }
            let mut nodes = work.nodes.take();
            nodes.drain(..work.first.replace(0));
            nodes.retain(|&node| {
                if Self::has(node, DEAD) {
                    model.free_tombstone(node);
                    return false;
                }
                let stays = Pages::knows::<P>(node.cast());
                if stays { enter(node) } else { Self::unset(node, COLLECTING) }
                stays
            });
            work.nodes.set(nodes);
        }
        visited
    }
}

// SAFETY: a node is of one generation or in one vector of trash, then with COLLECTING, which hides it from the generations; a
// node in a vector keeps its cell (`remove_dead`).
unsafe impl<P: Place> GcHeader for ZeroWord<P> {
    const NAME: &'static str = "zero-word";
    const NEEDS_SCRATCH: bool = !P::IN_PLACE;
    const IN_PLACE: bool = P::IN_PLACE;
    const ORDERED: bool = false;
    const FLAG_BITS: u32 = 5;
    const PAGE_BYTES: usize = size_of::<PageSide>();
    type List = List<P>;
    type Space = Space<P>;

    #[inline(always)]
    fn new() -> Self {
        ZeroWord(PhantomData)
    }
    fn new_list() -> List<P> {
        List { space: Cell::new(null()), generation: Cell::new(None), mask: Cell::new(0), nodes: Cell::default(), first: Cell::new(0) }
    }
    fn init(list: &List<P>, space: &Space<P>, generation: Option<usize>) {
        list.space.set(space);
        list.generation.set(generation);
    }
    unsafe fn is_tracked(node: Node<P>) -> bool {
        // SAFETY: the caller's promise; so below.
        unsafe { Pages::knows::<P>(node.cast()) }
    }
    unsafe fn is_finalized(node: Node<P>) -> bool {
        // SAFETY: as above.
        unsafe { Self::has(node, FINALIZED) }
    }
    unsafe fn set_finalized(node: Node<P>, on: bool) {
        // SAFETY: as above.
        unsafe { if on { Self::set(node, FINALIZED) } else { Self::unset(node, FINALIZED) } }
    }
    unsafe fn is_trash(node: Node<P>) -> bool {
        // SAFETY: as above.
        unsafe { Self::has(node, COLLECTING) }
    }
    unsafe fn has_working_flags(node: Node<P>) -> bool {
        // SAFETY: as above.
        unsafe { Self::has(node, COLLECTING | BEHIND) }
    }
    unsafe fn clear_trash(node: Node<P>) {
        // SAFETY: as above.
        unsafe { Self::unset(node, COLLECTING) }
    }

    #[inline(always)]
    unsafe fn track(youngest: &List<P>, node: Node<P>) {
        // SAFETY: the caller's promise.
        unsafe { youngest.pages().add_young::<P>(expose(node)) }
    }
    #[inline(always)]
    unsafe fn track_new(youngest: &List<P>, node: Node<P>) {
        // SAFETY: as above: there is no word to write.
        unsafe { youngest.pages().add_young::<P>(expose(node)) }
    }
    unsafe fn untrack(youngest: &List<P>, node: Node<P>) {
        // SAFETY: as above. COLLECTING stays: trash is in a vector.
        unsafe {
            youngest.pages().remove::<P>(node.cast());
            Self::unset(node, FROZEN);
        }
    }
    #[inline(always)]
    unsafe fn remove_dead(youngest: &List<P>, node: Node<P>) -> bool {
        // SAFETY: the node's cell is ours until freed.
        unsafe {
            youngest.pages().remove::<P>(node.cast());
            let listed = Self::has(node, COLLECTING);
            if listed {
                Self::set(node, DEAD);
            }
            !listed
        }
    }
    unsafe fn tombstone_generation(_node: Node<P>) -> usize {
        0
    }
    unsafe fn set_generation(_node: Node<P>, _number: usize) {}
    fn pages_may_go(space: &Space<P>) {
        // SAFETY: `Place`'s promise 2: the pages are still there.
        unsafe { space.pages.forget_empty() }
    }

    unsafe fn append(list: &List<P>, node: Node<P>) {
        if let Some(generation) = list.generation.get() {
            // SAFETY: the node is alive.
            unsafe {
                if generation == PERMANENT {
                    Self::set(node, FROZEN);
                }
                return list.pages().label::<P>(expose(node), generation.min(2));
            }
        }
        let mut nodes = list.nodes.take();
        if nodes.capacity() == 0 {
            nodes = list.space().vector(0).unwrap_or_default();
        }
        nodes.push(node); // `deduce` has put the room aside
        list.nodes.set(nodes);
    }
    unsafe fn pop_front(list: &List<P>, tombstone: &mut dyn FnMut(Node<P>)) -> Node<P> {
        debug_assert!(list.generation.get().is_none());
        loop {
            let nodes = list.nodes.take();
            let Some(&node) = nodes.get(list.first.get()) else {
                list.first.set(0);
                list.space().put_aside(nodes);
                return core::ptr::null_mut();
            };
            list.nodes.set(nodes);
            list.first.set(list.first.get() + 1);
            // SAFETY: nodes in the vector keep their cell until `tombstone`.
            unsafe {
                if Self::has(node, DEAD) {
                    tombstone(node);
                } else if !Pages::knows::<P>(node.cast()) {
                    Self::unset(node, COLLECTING);
                } else {
                    return node;
                }
            }
        }
    }
    unsafe fn merge(from: &List<P>, into: &List<P>) {
        let pages = from.pages();
        // SAFETY: objects that pages know are alive; their generation changes after they are visited.
        unsafe {
            match (from.generation.get(), into.generation.get()) {
                (Some(generation), None) => into.mask.set(into.mask.get() | 1 << generation),
                (Some(PERMANENT), _) => pages.walk::<P>(4, 4, |node| Self::unset(node.cast(), FROZEN)),
                (Some(generation), Some(to)) => pages.walk::<P>(1 << generation, 1 << generation, |node| {
                    if !Self::has(node.cast(), COLLECTING) {
                        if to == PERMANENT {
                            Self::set(node.cast(), FROZEN);
                        }
                        pages.label::<P>(node, to.min(2));
                    }
                }),
                // `deduce` has put what is left into its generation.
                (None, Some(_)) => from.space().put_aside(from.nodes.take()),
                (None, None) => {
                    let nodes = from.nodes.take();
                    nodes.iter().for_each(|&node| Self::append(into, node));
                    from.space().put_aside(nodes);
                }
            }
        }
    }
    unsafe fn for_each(list: &List<P>, f: &mut dyn FnMut(Node<P>)) {
        // SAFETY: objects that pages know are alive, and so are nodes in a vector that are known.
        unsafe {
            match list.generation.get() {
                Some(PERMANENT) => list.pages().walk::<P>(4, 4, |node| {
                    if Self::has(node.cast(), FROZEN) {
                        f(node.cast());
                    }
                }),
                Some(generation) => list.pages().walk::<P>(1 << generation, 1 << generation, |node| {
                    if !Self::has(node.cast(), FROZEN | COLLECTING) {
                        f(node.cast());
                    }
                }),
                None => list.each(|node| {
                    if !Self::has(node, DEAD) && Pages::knows::<P>(node.cast()) {
                        f(node);
                    }
                }),
            }
        }
    }
    unsafe fn settle(list: &List<P>, number: usize, _tombstone: &mut dyn FnMut(Node<P>)) -> usize {
        // The collection is over: its memory goes.
        list.space().spare.iter().for_each(|spare| drop(spare.take()));
        // SAFETY: pages on lists are there.
        unsafe { list.pages().count(1 << number) }
    }

    unsafe fn deduce<M: ObjectModel<Header = Self>>(model: &M, work: &List<P>, unreachable: &List<P>, number: usize) -> usize {
        if P::IN_PLACE {
            // SAFETY: passed on.
            return unsafe { Self::deduce_in_place(model, work, unreachable, number) };
        }
        let (space, pages) = (work.space(), work.pages());
        let (mut behind, mut gave_up, mut reached): (Vec<Node<P>>, bool, usize) = (Vec::new(), false, 0);
        // SAFETY: nodes of `work` that are not DEAD are alive, and nothing here runs program code. Dead nodes leave in the first
        // pass.
        let visited = unsafe {
            let visited = Self::enter(model, work);
            Self::subtract(model, work);
            // A node that was looked through is a survivor: nobody asks for its references left any more.
            let mut scan = |node: Node<P>, behind: &mut Vec<Node<P>>| {
                Self::unset(node, COLLECTING);
                model.set_scratch(node, 0);
                pages.label::<P>(node.cast(), number);
                reached += 1;
                model.trace(node, |child| {
                    if !Self::has(child, COLLECTING) || model.scratch(child) != 0 {
                        return;
                    }
                    if Self::has(child, BEHIND) {
                        if behind.try_reserve(1).is_err() {
                            gave_up = true;
                            return;
                        }
                        Self::unset(child, BEHIND);
                        behind.push(child);
                    }
                    model.set_scratch(child, 1);
                });
            };
            work.each(|node| {
                if model.scratch(node) == 0 {
                    return Self::set(node, BEHIND);
                }
                scan(node, &mut behind);
                while let Some(node) = behind.pop() {
                    scan(node, &mut behind);
                }
            });
            visited
        };
        // SAFETY: as above.
        unsafe {
            let rest = if gave_up { None } else { space.room_for_trash(visited - reached) };
            gave_up |= rest.is_none();
            let mut rest = rest.unwrap_or_default();
            if reached != visited {
                work.each(|node| {
                    if !Self::has(node, COLLECTING) {
                        return;
                    }
                    Self::unset(node, BEHIND);
                    if gave_up {
                        // Out of memory: nothing of this generation is collected now.
                        Self::unset(node, COLLECTING);
                        model.set_scratch(node, 0);
                        pages.label::<P>(node.cast(), number);
                    } else {
                        rest.push(node);
                    }
                });
            }
            Self::part(work, unreachable, rest);
        }
        visited
    }
}

/// The steps of `deduce`.
impl<P: Place> ZeroWord<P> {
    /// Takes from the references of each node those that others of `work` hold.
    unsafe fn subtract<M: ObjectModel<Header = Self>>(model: &M, work: &List<P>) {
        // SAFETY: nodes that `enter` left are alive; so below.
        unsafe {
            work.each(|node| {
                model.trace(node, |child| {
                    if Self::has(child, COLLECTING) {
                        match model.scratch(child) {
                            0 => negative(),
                            CAP => {}
                            refs => model.set_scratch(child, refs - 1),
                        }
                    }
                });
            });
        }
    }
    /// The end of `deduce`: nodes that are still COLLECTING, which are `rest`, leave `work`.
    unsafe fn part(work: &List<P>, unreachable: &List<P>, rest: Vec<Node<P>>) {
        // SAFETY: as above.
        unsafe {
            if work.mask.get() != 0 {
                work.pages().settled(work.mask.replace(0));
            } else {
                let mut stay = work.nodes.take();
                stay.retain(|&node| !Self::has(node, COLLECTING));
                work.nodes.set(stay);
            }
        }
        unreachable.nodes.set(rest);
        unreachable.first.set(0);
    }

    /// `deduce` where `scratch` is the count. All nodes stay COLLECTING, so that it can be told which edges were subtracted; what
    /// is known of one is in two flags:
    ///
    /// ```text
    /// -                 ahead of the walk; a root if references are left
    /// REACHED           to be looked through, though none is left
    /// BEHIND            behind the walk, and nothing has reached it
    /// BEHIND | REACHED  a survivor, looked through
    /// ```
    unsafe fn deduce_in_place<M: ObjectModel<Header = Self>>(model: &M, work: &List<P>, unreachable: &List<P>, number: usize) -> usize {
        const SURVIVOR: u8 = BEHIND | REACHED;
        let (space, pages) = (work.space(), work.pages());
        let (mut behind, mut gave_up, mut reached): (Vec<Node<P>>, bool, usize) = (Vec::new(), false, 0);
        // SAFETY: as in `deduce`.
        unsafe {
            let visited = Self::enter(model, work);
            Self::subtract(model, work);
            let mut scan = |node: Node<P>, behind: &mut Vec<Node<P>>| {
                Self::set(node, SURVIVOR);
                reached += 1;
                model.trace(node, |child| {
                    if !Self::has(child, COLLECTING) || Self::has(child, REACHED) || model.scratch(child) != 0 {
                        return;
                    }
                    if Self::has(child, BEHIND) {
                        if behind.try_reserve(1).is_err() {
                            gave_up = true;
                            return;
                        }
                        Self::unset(child, BEHIND);
                        behind.push(child);
                    }
                    Self::set(child, REACHED);
                });
            };
            work.each(|node| {
                if !Self::has(node, REACHED) && model.scratch(node) == 0 {
                    return Self::set(node, BEHIND);
                }
                scan(node, &mut behind);
                while let Some(node) = behind.pop() {
                    scan(node, &mut behind);
                }
            });
            // What was taken is put back: the same edges, once more.
            work.each(|node| {
                model.trace(node, |child| {
                    if Self::has(child, COLLECTING) && model.scratch(child) != CAP {
                        model.set_scratch(child, model.scratch(child) + 1);
                    }
                });
            });
            let rest = if gave_up { None } else { space.room_for_trash(visited - reached) };
            gave_up |= rest.is_none();
            let mut rest = rest.unwrap_or_default();
            work.each(|node| {
                let survives = gave_up || P::flags(node.cast()) & SURVIVOR == SURVIVOR;
                Self::unset(node, SURVIVOR);
                if survives {
                    Self::unset(node, COLLECTING);
                    pages.label::<P>(node.cast(), number);
                } else {
                    rest.push(node);
                }
            });
            Self::part(work, unreachable, rest);
            visited
        }
    }
}

/// The address, so that the page finds its object again.
#[inline(always)]
fn expose<P>(node: Node<P>) -> *mut u8 {
    let _exposed = node.expose_provenance();
    node.cast()
}
