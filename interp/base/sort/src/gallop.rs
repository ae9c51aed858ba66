//! Exponential search from a hint: where does a key belong in a sorted slice?
//!
//! Cheap when the answer is near the hint, logarithmic when it is far. Results are always within the slice, however `lt` answers.

/// First index whose item is not less than `key`. `hint < items.len()`.
pub fn left<T, E>(
    key: &T,
    items: &[T],
    hint: usize,
    lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<usize, E> {
    search(items, hint, &mut |item| lt(item, key))
}

/// First index whose item is greater than `key`. `hint < items.len()`.
pub fn right<T, E>(
    key: &T,
    items: &[T],
    hint: usize,
    lt: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<usize, E> {
    search(items, hint, &mut |item| {
        lt(key, item).map(|greater| !greater)
    })
}

/// First index whose item is not `before` the key.
fn search<T, E>(
    items: &[T],
    hint: usize,
    before: &mut impl FnMut(&T) -> Result<bool, E>,
) -> Result<usize, E> {
    let mut near = 0;
    let mut far = 1;
    let (mut low, mut high);
    if before(&items[hint])? {
        let limit = items.len() - hint;
        while far < limit && before(&items[hint + far])? {
            near = far;
            far = far.saturating_mul(2).saturating_add(1);
        }
        low = hint + near + 1;
        high = hint + far.min(limit);
    } else {
        let limit = hint + 1;
        while far < limit && !before(&items[hint - far])? {
            near = far;
            far = far.saturating_mul(2).saturating_add(1);
        }
        low = hint + 1 - far.min(limit);
        high = hint - near;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if before(&items[middle])? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(high)
}
