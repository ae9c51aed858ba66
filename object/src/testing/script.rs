//! Scripts of steps, which a heap of any layout and its model (`heap_model.rs`) are run with.

/// One step of a script. Numbers name roots, weak references or edges, modulo how many there are.
#[derive(Clone, Debug)]
pub enum Op {
    /// A new root.
    New {
        /// It has a finalizer.
        fin: bool,
        /// Its finalizer makes it a root again.
        resurrects: bool,
        /// The roots that it refers to.
        edges: Vec<u8>,
    },
    /// From one root to another.
    Edge(u8, u8),
    /// Removes an edge of a root.
    Cut(u8, u8),
    /// Drops a root.
    Drop(u8),
    /// A second reference to a root.
    Clone(u8),
    /// A weak reference to a root, with a root as callback or without.
    Weak(u8, Option<u8>),
    /// Drops a weak reference.
    DropWeak(u8),
    /// What a weak reference refers to becomes a root.
    Upgrade(u8),
    /// A collection of this generation.
    Collect(u8),
    /// Runs all queued finalizers and callbacks.
    Drain,
    /// Runs them one by one.
    DrainOne,
    /// Asks the collector what it knows.
    GetObjects,
    /// Makes a root's count stick.
    Stick(u8),
    /// A frame holds a root, too.
    Load(u8),
    /// What a frame holds becomes a root; the frame keeps it, or does not.
    Store(u8, bool),
    /// A frame lets go of what it holds.
    Leave(u8),
}

/// A script out of a small generator, for those who have no better one.
pub fn random_script(seed: u64, steps: usize) -> Vec<Op> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut byte = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 56) as u8
    };
    let mut step = |kind: u8| match kind % 38 {
        0..=5 => {
            let fin = byte() & 1 != 0;
            Op::New { fin, resurrects: fin && byte() & 1 != 0, edges: (0..byte() % 3).map(|_| byte()).collect() }
        }
        6..=11 => Op::Edge(byte(), byte()),
        12 | 13 => Op::Cut(byte(), byte()),
        14..=19 => Op::Drop(byte()),
        20 => Op::Clone(byte()),
        21 | 22 => Op::Weak(byte(), (byte() & 1 != 0).then(&mut byte)),
        23 => Op::DropWeak(byte()),
        24 | 25 => Op::Upgrade(byte()),
        26..=28 => Op::Collect(byte() % 3),
        29 => Op::Drain,
        30 => Op::DrainOne,
        31 if byte() & 3 == 0 => Op::Stick(byte()),
        31 => Op::GetObjects,
        32 | 33 => Op::Load(byte()),
        34 => Op::Store(byte(), byte() & 1 != 0),
        _ => Op::Leave(byte()),
    };
    let mut kinds = seed;
    (0..steps)
        .map(|_| {
            kinds = kinds.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            step((kinds >> 57) as u8)
        })
        .collect()
}
