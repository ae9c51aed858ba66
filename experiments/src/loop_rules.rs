//! The house rule of the eval loop: what takes `&mut State` is inlined into the loop.
//!
//! The state is a handful of local scalars that LLVM keeps in registers. Once its address goes to a function that is a call,
//! it lives in memory and every op pays for it: a third of the speed, measured. Not here: the other house rules (`tidy`).

/// Files the rule is about.
const EVAL: &str = "interp/vm/src/eval/";
/// The loop's registers.
const STATE: &str = "State";
/// What such a function must say.
const INLINED: &str = "#[inline(always)]";

/// Complaints about one file; `code` is its text with comments and the insides of strings blanked.
pub fn complaints(name: &str, code: &str, found: &mut Vec<String>) {
    if !name.starts_with(EVAL) {
        return;
    }
    let methods = state_methods(code);
    for (at, _) in code.match_indices("fn ").filter(|(at, _)| starts_word(code, *at)) {
        let rest = &code[at + 3..];
        let signature = &rest[..rest.find(['{', ';']).unwrap_or(rest.len())];
        let takes = takes_mut(signature, STATE) || (methods.iter().any(|range| range.contains(&at)) && takes_mut(signature, "self"));
        // Attributes stand between the end of the item before and this one; comments are blank.
        let before = &code[code[..at].rfind(['{', '}', ';']).map_or(0, |end| end + 1)..at];
        let inlined = before.split_whitespace().collect::<String>().contains(INLINED);
        if takes && !inlined {
            let function: String = signature.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == '$').collect();
            let line = code[..at].matches('\n').count() + 1;
            found.push(format!(
                "{name}:{line}: `{function}` takes `&mut {STATE}` and is not `{INLINED}`; the loop's state would live in memory"
            ));
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn starts_word(code: &str, at: usize) -> bool {
    !code[..at].ends_with(is_word)
}

/// Whether a signature has a parameter `&mut WHAT`, with or without lifetime and path.
fn takes_mut(signature: &str, what: &str) -> bool {
    signature.match_indices('&').any(|(at, _)| {
        let mut rest = signature[at + 1..].trim_start();
        if let Some(lifetime) = rest.strip_prefix('\'') {
            rest = lifetime.trim_start_matches(is_word).trim_start();
        }
        let Some(named) = rest.strip_prefix("mut").filter(|named| named.starts_with(char::is_whitespace)) else {
            return false;
        };
        let path: String = named.trim_start().chars().take_while(|c| is_word(*c) || *c == ':').collect();
        path.rsplit("::").next() == Some(what)
    })
}

/// Where the blocks `impl State { ... }` lie.
fn state_methods(code: &str) -> Vec<std::ops::Range<usize>> {
    let mut blocks = Vec::new();
    for (at, _) in code.match_indices("impl ").filter(|(at, _)| starts_word(code, *at)) {
        let Some(open) = code[at..].find('{').map(|open| at + open) else {
            continue;
        };
        // `impl State` or `impl Trait for State`.
        if code[at..open].split_whitespace().last() != Some(STATE) {
            continue;
        }
        let mut depth = 0_usize;
        let close = code[open..].char_indices().find(|(_, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        blocks.push(open..close.map_or(code.len(), |(close, _)| open + close));
    }
    blocks
}

#[cfg(test)]
mod tests {
    fn of(name: &str, code: &str) -> Vec<String> {
        let mut found = Vec::new();
        super::complaints(name, code, &mut found);
        found
    }

    const FILE: &str = "interp/vm/src/eval/ops/a.rs";

    #[test]
    fn functions_that_take_the_state_are_inlined() {
        let wrong = [
            "fn f(s: &mut State) {}",
            "#[inline]\npub unsafe fn f(s: &mut State, i: Instr) -> Flow {}",
            "#[inline(always)]\nfn g() {}\nfn f<'a>(i: Instr,\n    s: &'a mut super::State) {}",
            "#[inline(always)] fn g(s: &mut State) { fn f(s: &mut State) {} }",
            "impl State {\n    fn f(&mut self) {}\n}",
            "impl Drop for State { fn f(& 'a mut self) {} }",
        ];
        for code in wrong {
            let found = of(FILE, code);
            assert!(found.len() == 1 && found[0].contains("`f` takes"), "{code}: {found:?}");
        }
        assert!(of(FILE, "\n\nfn f(s: &mut State) {}")[0].starts_with("interp/vm/src/eval/ops/a.rs:3: "));
    }

    #[test]
    fn others_may_be_calls() {
        let fine = [
            "#[inline(always)]\n#[allow(clippy::missing_safety_doc)]\npub unsafe fn f(s: &mut State) {}",
            "fn f(s: &State, t: &mut StateOfIt, u: &mut Vm) -> usize {}",
            "impl State {\n    #[inline(always)]\n    fn f(&mut self) {}\n    fn g(&self) {}\n}\nimpl Other {\n    fn f(&mut self) {}\n}",
        ];
        for code in fine {
            assert_eq!(of(FILE, code), Vec::<String>::new(), "{code}");
        }
        assert_eq!(of("interp/vm/src/vm.rs", "fn f(s: &mut State) {}"), Vec::<String>::new());
    }
}
