//! Hostile and extreme inputs: damaged code lists, deep nesting, runs that must be stopped.

use instar_base_regex::{Mode, Pattern, State, Stop, validate};

fn code_lists() -> Vec<(usize, Vec<u32>)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt")).unwrap();
    let mut groups = 0;
    let mut lists = Vec::new();
    for row in text.lines() {
        if let Some(rest) = row.strip_prefix("P ") {
            groups = rest.split(' ').next().unwrap().parse().unwrap();
        } else if let Some(rest) = row.strip_prefix("C ") {
            lists.push((groups, rest.split(' ').map(|w| w.parse().unwrap()).collect()));
        }
    }
    lists
}

struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

#[test]
fn damaged_lists_are_refused_or_run_safely() {
    let mut rng = Rng(0x9E3779B97F4A7C15);
    let (mut accepted, mut refused) = (0, 0);
    for (groups, list) in code_lists() {
        for _ in 0..60 {
            let mut code = list.clone();
            for _ in 0..1 + rng.below(3) {
                let at = rng.below(code.len());
                match rng.below(5) {
                    0 => code[at] = rng.below(44) as u32,
                    1 => code[at] = u32::MAX - rng.below(3) as u32,
                    2 => drop(code.remove(at)),
                    3 => code.insert(at, rng.below(44) as u32),
                    _ => code[at] = code[at].wrapping_add(1),
                }
                if code.is_empty() {
                    break;
                }
            }
            match Pattern::new(&code, groups) {
                Err(_) => refused += 1,
                Ok(pattern) => {
                    accepted += 1;
                    let mut polls = 0;
                    let mut hook = || {
                        polls += 1;
                        polls > 1
                    };
                    let mut state = State::new();
                    for subject in [&b"aab abc\n12"[..], b"", b"bca"] {
                        let end = subject.len();
                        let _ = pattern.run_units(&mut state, subject, (0, end), Mode::Search, false, &mut hook);
                        let _ = pattern.run_units(&mut state, subject, (0, end), Mode::FullMatch, false, &mut hook);
                    }
                }
            }
        }
    }
    assert!(accepted > 100 && refused > 1000, "{accepted} {refused}");
    assert!(validate(&[], 0).is_err());
    assert!(validate(&[1], usize::MAX).is_err());
    assert!(validate(&[1], 0).is_ok());
}

#[test]
fn cut_lists_are_refused() {
    for (groups, list) in code_lists() {
        for end in 0..list.len() {
            assert!(validate(&list[..end], groups).is_err());
        }
    }
}

/// `(?:a|ba)*c` over many characters, then nothing to match: the choices live on the heap.
#[test]
fn many_rounds_do_not_use_the_native_stack() {
    let code = [23, 17, 0, u32::MAX, 7, 5, 16, 97, 15, 9, 7, 16, 98, 16, 97, 15, 2, 0, 18, 16, 99, 1];
    let pattern = Pattern::new(&code, 0).unwrap();
    let mut subject = vec![b'a'; 1_000_000];
    let mut state = State::new();
    let end = subject.len();
    assert_eq!(pattern.run_units(&mut state, &subject, (0, end), Mode::Match, false, &mut || false), Ok(false));
    subject.push(b'c');
    assert_eq!(pattern.run_units(&mut state, &subject, (0, end + 1), Mode::Match, false, &mut || false), Ok(true));
    assert_eq!(state.group(0), Some((0, end + 1)));
}

/// Atomic groups nested a hundred thousand deep.
#[test]
fn deep_nesting_is_only_heap() {
    let depth = 100_000u32;
    let mut code = Vec::new();
    for inner in (0..depth).rev() {
        // Each level opens with two words and closes with one; two words are in the middle.
        code.extend([27, 3 * inner + 4]);
    }
    code.extend([16, 97]);
    code.extend(std::iter::repeat_n(1, depth as usize + 1));
    let pattern = Pattern::new(&code, 0).unwrap();
    let mut state = State::new();
    assert_eq!(pattern.run_units(&mut state, &b"ba"[..], (0, 2), Mode::Search, false, &mut || false), Ok(true));
    assert_eq!(state.group(0), Some((1, 2)));
}

/// `(a*)*c` against a long run of `a` takes for ever; the hook ends it.
#[test]
fn the_hook_stops_a_catastrophe() {
    let code = [23, 14, 0, u32::MAX, 17, 0, 24, 6, 0, u32::MAX, 16, 97, 1, 17, 1, 18, 16, 99, 1];
    let pattern = Pattern::new(&code, 1).unwrap();
    let mut subject = [b'a'; 60];
    subject[59] = b'b';
    let mut state = State::new();
    let mut polls = 0;
    let mut hook = || {
        polls += 1;
        polls == 3
    };
    let result = pattern.run_units(&mut state, &subject, (0, 60), Mode::Match, false, &mut hook);
    assert_eq!(result, Err(Stop::Interrupted));
    assert_eq!(state.group(0), None);
}
