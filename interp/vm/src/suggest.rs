//! "Did you mean": the closest name by CPython's weighted edit distance (Python/suggestions.c).
//!
//! Not here: where candidates come from.

const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;
const MAX_LEN: usize = 40;
const MAX_CANDIDATES: usize = 750;

fn substitution(a: u8, b: u8) -> usize {
    if a == b { 0 } else if a.eq_ignore_ascii_case(&b) { CASE_COST } else { MOVE_COST }
}

fn distance(a: &[u8], b: &[u8], max: usize) -> usize {
    let mut a = a;
    let mut b = b;
    while let ([x, ra @ ..], [y, rb @ ..]) = (a, b) { if x != y { break } a = ra; b = rb; }
    while let ([ra @ .., x], [rb @ .., y]) = (a, b) { if x != y { break } a = ra; b = rb; }
    if a.is_empty() || b.is_empty() { return (a.len() + b.len()) * MOVE_COST }
    if a.len() > MAX_LEN || b.len() > MAX_LEN { return max + 1 }
    let (a, b) = if b.len() < a.len() { (b, a) } else { (a, b) };
    if (b.len() - a.len()) * MOVE_COST > max { return max + 1 }
    let mut row: Vec<usize> = (1..=a.len()).map(|i| i * MOVE_COST).collect();
    let mut result = 0;
    for (j, &cb) in b.iter().enumerate() {
        let mut diagonal = j * MOVE_COST;
        result = diagonal;
        let mut minimum = usize::MAX;
        for (i, &ca) in a.iter().enumerate() {
            let substitute = diagonal + substitution(cb, ca);
            diagonal = row[i];
            result = substitute.min(result.min(diagonal) + MOVE_COST);
            row[i] = result;
            minimum = minimum.min(result);
        }
        if minimum > max { return max + 1 }
    }
    result
}

/// The candidate closest to `name`, if one is close enough.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(&str, usize)> = None;
    for (n, c) in candidates.enumerate() {
        if n >= MAX_CANDIDATES { return None }
        if c == name { continue }
        let mut max = (name.len() + c.len() + 3) * MOVE_COST / 6;
        if let Some((_, d)) = best { max = max.min(d.saturating_sub(1)) }
        let d = distance(name.as_bytes(), c.as_bytes(), max);
        if d > max { continue }
        if best.is_none_or(|(_, b)| d < b) { best = Some((c, d)) }
    }
    best.map(|(c, _)| c)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_nearest_name_wins_and_far_ones_do_not() {
        assert_eq!(closest("lenght", ["length", "width"].into_iter()), Some("length"));
        assert_eq!(closest("zzzz", ["length", "width"].into_iter()), None);
    }
}
