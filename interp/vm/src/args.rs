//! Arguments of a call, and binding them to a native function's signature.
//!
//! Not here: Python functions (the eval loop places their arguments directly into the new frame, `eval/call.rs`).

use smallvec::SmallVec;

use crate::object::{ObjExt, Owned};
use crate::types::str::PyStr;
use crate::vm::{PyResult, Raised, Vm};

/// Positional arguments, then the values of keywords; `kwnames` are the keywords' names (str objects) in the same order.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    values: &'a [Owned],
    kwnames: &'a [Owned],
}

impl<'a> Args<'a> {
    /// No arguments.
    pub const EMPTY: Args<'static> = Args { values: &[], kwnames: &[] };
    /// Positional arguments only.
    #[inline]
    pub fn positional(values: &'a [Owned]) -> Self { Args { values, kwnames: &[] } }
    /// `values` = positional then keyword values; `kwnames` as many as keyword values.
    #[inline]
    pub fn new(values: &'a [Owned], kwnames: &'a [Owned]) -> Self {
        debug_assert!(kwnames.len() <= values.len());
        Args { values, kwnames }
    }
    /// The positional arguments.
    #[inline]
    pub fn pos(&self) -> &'a [Owned] { &self.values[..self.values.len() - self.kwnames.len()] }
    /// All values, keyword values last.
    pub fn values(&self) -> &'a [Owned] { self.values }
    /// Names of the keyword arguments.
    pub fn kwnames(&self) -> &'a [Owned] { self.kwnames }
    /// (name, value) of the keyword arguments.
    pub fn keywords(&self) -> impl Iterator<Item = (&'a Owned, &'a Owned)> + use<'a> {
        self.kwnames.iter().zip(&self.values[self.values.len() - self.kwnames.len()..])
    }
    /// Whether there are no arguments at all.
    pub fn is_empty(&self) -> bool { self.values.is_empty() }
    /// TypeError unless there are no keyword arguments.
    pub fn no_keywords(&self, vm: &mut Vm, name: &str) -> PyResult<()> {
        if self.kwnames.is_empty() { Ok(()) } else { Err(vm.type_error(format!("{name}() takes no keyword arguments"))) }
    }
    /// The values of keywords that are all among `known`, in its order: for functions that take any number of positional arguments.
    pub fn only_keywords<const N: usize>(&self, vm: &mut Vm, name: &str, known: [&str; N]) -> PyResult<[Option<Owned>; N]> {
        let mut found = [const { None }; N];
        for (key, value) in self.keywords() {
            let text = key.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
            match known.iter().position(|k| *k == text) {
                Some(i) => found[i] = Some(value.clone()),
                None => return Err(unexpected_keyword(vm, name, key, known.iter().copied())),
            }
        }
        Ok(found)
    }
    /// The same where more keywords than there are have a message of their own.
    pub fn at_most_keywords<const N: usize>(&self, vm: &mut Vm, name: &str, known: [&str; N]) -> PyResult<[Option<Owned>; N]> {
        let given = self.kwnames.len();
        if given > N {
            return Err(vm.type_error(format!("{name}() takes at most {N} keyword argument{} ({given} given)", if N == 1 { "" } else { "s" })));
        }
        self.only_keywords(vm, name, known)
    }
    /// The positional arguments if there are between `min` and `max` and no keywords, else CPython's TypeError.
    pub fn exactly(&self, vm: &mut Vm, name: &str, min: usize, max: usize) -> PyResult<&'a [Owned]> {
        self.no_keywords(vm, name)?;
        check_count(vm, name, self.values.len(), min, max)?;
        Ok(self.values)
    }
    /// Binds to a parsed signature: one entry per parameter, `None` where absent.
    pub fn bind(&self, vm: &mut Vm, name: &str, sig: &Signature) -> PyResult<Bound> { sig.bind(vm, name, self) }
}

/// TypeError with CPython's wording unless `min <= got <= max`.
pub fn check_count(vm: &mut Vm, name: &str, got: usize, min: usize, max: usize) -> PyResult<()> {
    if got >= min && got <= max { return Ok(()) }
    Err(count_error(vm, name, got, min, max))
}

#[cold]
fn count_error(vm: &mut Vm, name: &str, got: usize, min: usize, max: usize) -> Raised {
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    if min == max {
        return vm.type_error(format!("{name} expected {min} argument{}, got {got}", plural(min)));
    }
    let (bound, n) = if got < min { ("at least", min) } else { ("at most", max) };
    vm.type_error(format!("{name} expected {bound} {n} argument{}, got {got}", plural(n)))
}

/// The TypeError about a keyword that `name` has no parameter for, with the parameter that was meant if one is close.
#[cold]
pub fn unexpected_keyword<'a>(vm: &mut Vm, name: &str, key: &Owned, known: impl Iterator<Item = &'a str> + Clone) -> Raised {
    // A str subclass may call itself equal to a parameter whose name it is not.
    if !key.is_exact::<PyStr>(vm) {
        for k in known.clone() {
            let k = match vm.intern(k) { Ok(k) => k, Err(e) => return e };
            match vm.equal(&k, key) {
                Ok(true) => return vm.type_error(format!("invalid keyword argument for {name}()")),
                Ok(false) => {}
                Err(e) => return e,
            }
        }
    }
    let text = key.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
    let hint = crate::suggest::closest(&text, known).map(|k| format!(". Did you mean '{k}'?")).unwrap_or_default();
    vm.type_error(format!("{name}() got an unexpected keyword argument '{text}'{hint}"))
}

/// Bound arguments: few enough for a call to need no allocation, mostly.
pub type Bound = SmallVec<[Option<Owned>; 6]>;

/// Most parameters that a native function has.
const MOST: usize = 32;

/// A native function's parameters, read from its text signature (`"($self, x, /, *, key=None)"`).
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    text: &'static str,
    params: [Param; MOST],
    count: usize,
    /// The first `posonly` parameters cannot be given by name.
    posonly: usize,
    /// Parameters from `kwonly` on can only be given by name.
    kwonly: usize,
}

/// A parameter's name, as a range of the text, and whether it has a default.
#[derive(Clone, Copy, Debug)]
struct Param { start: u16, end: u16, optional: bool }

impl Signature {
    /// Reads a text signature: in a `const` block where it is known there. Our own tables hold them; one that is too long is a bug,
    /// which the compiler or the first call finds.
    pub const fn parse(text: &'static str) -> Signature {
        let bytes = text.as_bytes();
        let mut sig = Signature { text, params: [Param { start: 0, end: 0, optional: false }; MOST], count: 0, posonly: 0, kwonly: usize::MAX };
        let mut last = bytes.len();
        while last > 0 && bytes[last - 1] != b')' { last -= 1 }
        last = last.saturating_sub(1);
        let (mut depth, mut quote, mut at) = (0, 0, 1);
        let mut part = at;
        while at < last {
            let c = bytes[at];
            if quote != 0 { if c == quote { quote = 0 } }
            else if c == b'\'' || c == b'"' { quote = c }
            else if c == b'(' || c == b'[' || c == b'{' { depth += 1 }
            else if depth > 0 && (c == b')' || c == b']' || c == b'}') { depth -= 1 }
            else if depth == 0 && c == b',' { sig.add(part, at); part = at + 1 }
            at += 1;
        }
        if part < last { sig.add(part, last) }
        if sig.kwonly > sig.count { sig.kwonly = sig.count }
        sig
    }

    /// Takes note of what stands in `start..end` of the text.
    const fn add(&mut self, mut start: usize, mut end: usize) {
        let bytes = self.text.as_bytes();
        while start < end && bytes[start].is_ascii_whitespace() { start += 1 }
        while end > start && bytes[end - 1].is_ascii_whitespace() { end -= 1 }
        if start == end || bytes[start] == b'$' { return }
        if end == start + 1 && bytes[start] == b'/' { self.posonly = self.count; return }
        if end == start + 1 && bytes[start] == b'*' { self.kwonly = self.count; return }
        let mut name = start;
        while name < end && bytes[name] != b'=' { name += 1 }
        self.params[self.count] = Param { start: start as u16, end: name as u16, optional: name < end };
        self.count += 1;
    }

    /// Name of parameter `i`.
    fn name(&self, i: usize) -> &'static str { self.text[self.params[i].start as usize..self.params[i].end as usize].trim_end() }

    /// How many of the first `n` parameters have no default.
    fn required(&self, n: usize) -> usize { self.params[..n].iter().filter(|p| !p.optional).count() }

    /// Binds arguments, with CPython's messages for native functions.
    pub fn bind(&self, vm: &mut Vm, name: &str, args: &Args<'_>) -> PyResult<Bound> {
        let pos = args.pos();
        if pos.len() > self.kwonly || args.values().len() > self.count || self.posonly == self.count && !args.kwnames().is_empty() {
            return Err(self.too_many(vm, name, pos.len(), args.kwnames().len()));
        }
        let mut bound = Bound::new();
        bound.reserve(self.count);
        for value in pos { bound.push(Some(value.clone())) }
        for _ in pos.len()..self.count { bound.push(None) }
        if pos.len() < self.posonly && !self.params[pos.len()].optional { return Err(self.too_few(vm, name, pos.len())) }
        let mut wrong = None;
        for (key, value) in args.keywords() {
            let key_text = key.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
            match (0..self.count).find(|i| self.name(*i) == key_text) {
                Some(i) if i >= self.posonly && bound[i].is_none() => bound[i] = Some(value.clone()),
                found => { wrong.get_or_insert((key.clone(), key_text, found.filter(|i| *i >= self.posonly))); }
            }
        }
        for (i, slot) in bound.iter().enumerate().skip(pos.len()) {
            if slot.is_none() && !self.params[i].optional {
                return Err(vm.type_error(format!("{name}() missing required argument '{}' (pos {})", self.name(i), i + 1)));
            }
        }
        match wrong {
            None => Ok(bound),
            Some((_, key, Some(i))) => Err(vm.type_error(format!("argument for {name}() given by name ('{key}') and position ({})", i + 1))),
            Some((key, ..)) => Err(unexpected_keyword(vm, name, &key, (self.posonly..self.count).map(|i| self.name(i)))),
        }
    }

    /// Too few arguments for the parameters that have no names.
    #[cold]
    fn too_few(&self, vm: &mut Vm, name: &str, got: usize) -> Raised {
        let least = self.required(self.posonly);
        if self.posonly == self.count { return count_error(vm, name, got, least, self.kwonly) }
        let (how, plural) = (if least < self.kwonly { "at least" } else { "exactly" }, if least == 1 { "" } else { "s" });
        vm.type_error(format!("{name}() takes {how} {least} positional argument{plural} ({got} given)"))
    }

    /// More arguments than parameters, or names for parameters that have none.
    #[cold]
    fn too_many(&self, vm: &mut Vm, name: &str, got: usize, keywords: usize) -> Raised {
        let required = self.required(self.kwonly);
        if self.posonly == self.count {
            if keywords > 0 { return vm.type_error(format!("{name}() takes no keyword arguments")) }
            if self.count == 0 { return vm.type_error(format!("{name}() takes no arguments ({got} given)")) }
            return count_error(vm, name, got, required, self.kwonly);
        }
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        if got + keywords > self.count {
            let (most, given, kind) = (self.count, got + keywords, if got == 0 { "keyword " } else { "" });
            return vm.type_error(format!("{name}() takes at most {most} {kind}argument{} ({given} given)", plural(most)));
        }
        if self.kwonly == 0 { return vm.type_error(format!("{name}() takes no positional arguments")) }
        let how = if required < self.kwonly { "at most" } else { "exactly" };
        vm.type_error(format!("{name}() takes {how} {} positional argument{} ({got} given)", self.kwonly, plural(self.kwonly)))
    }
}

#[cfg(test)]
mod tests {
    use super::Signature;

    fn shown(text: &'static str) -> (Vec<(&'static str, bool)>, usize, usize) {
        let sig = Signature::parse(text);
        ((0..sig.count).map(|i| (sig.name(i), sig.params[i].optional)).collect(), sig.posonly, sig.kwonly)
    }

    #[test]
    fn signatures_are_read() {
        assert_eq!(shown(""), (vec![], 0, 0));
        assert_eq!(shown("()"), (vec![], 0, 0));
        assert_eq!(shown("($self, /)"), (vec![], 0, 0));
        assert_eq!(shown("(obj)"), (vec![("obj", false)], 0, 1));
        assert_eq!(shown("($module, a, b=(1, 2), /, c='),', *, key=None)"), (vec![("a", false), ("b", true), ("c", true), ("key", true)], 2, 3));
        assert_eq!(shown("(source, *,\n        flags=0)  "), (vec![("source", false), ("flags", true)], 0, 1));
    }
}
