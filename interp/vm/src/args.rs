//! Arguments of a call, and binding them to a native function's signature.
//!
//! Not here: Python functions (the eval loop places their arguments directly into the new frame, `eval/call.rs`).

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
    /// The positional arguments if there are between `min` and `max` and no keywords, else CPython's TypeError.
    pub fn exactly(&self, vm: &mut Vm, name: &str, min: usize, max: usize) -> PyResult<&'a [Owned]> {
        self.no_keywords(vm, name)?;
        check_count(vm, name, self.values.len(), min, max)?;
        Ok(self.values)
    }
    /// Binds to a parsed signature: one entry per parameter, `None` where absent.
    pub fn bind(&self, vm: &mut Vm, name: &str, sig: &Signature) -> PyResult<Vec<Option<Owned>>> { sig.bind(vm, name, self) }
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

/// A native function's parameters, parsed from its text signature (`"($self, x, /, *, key=None)"`).
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// Parameter names, without a leading `$self`/`$module`/`$type`.
    pub names: Vec<String>,
    /// Whether the parameter has a default.
    pub optional: Vec<bool>,
    /// The first `posonly` parameters cannot be given by name.
    pub posonly: usize,
    /// Parameters from `kwonly` on can only be given by name.
    pub kwonly: usize,
}

impl Signature {
    /// Parses a text signature. Our own tables hold them; a malformed one is a bug found by the registration test.
    pub fn parse(text: &str) -> Signature {
        let inner = text.trim().strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or("");
        let mut sig = Signature { kwonly: usize::MAX, ..Signature::default() };
        let mut depth = 0usize;
        let mut part = String::new();
        let mut quote: Option<char> = None;
        let mut parts = Vec::new();
        for ch in inner.chars() {
            match (quote, ch) {
                (Some(q), _) => { if ch == q { quote = None } part.push(ch) }
                (None, '\'' | '"') => { quote = Some(ch); part.push(ch) }
                (None, '(' | '[' | '{') => { depth += 1; part.push(ch) }
                (None, ')' | ']' | '}') => { depth -= 1; part.push(ch) }
                (None, ',') if depth == 0 => parts.push(std::mem::take(&mut part)),
                _ => part.push(ch),
            }
        }
        parts.push(part);
        for p in parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
            match p {
                "/" => sig.posonly = sig.names.len(),
                "*" => sig.kwonly = sig.names.len(),
                _ if p.starts_with('$') => {}
                _ => {
                    let (name, default) = p.split_once('=').map_or((p, false), |(n, _)| (n, true));
                    sig.names.push(name.trim().to_owned());
                    sig.optional.push(default);
                }
            }
        }
        sig.kwonly = sig.kwonly.min(sig.names.len());
        sig
    }

    /// Binds arguments, with CPython's messages for native functions.
    pub fn bind(&self, vm: &mut Vm, name: &str, args: &Args<'_>) -> PyResult<Vec<Option<Owned>>> {
        let pos = args.pos();
        if pos.len() > self.kwonly || args.values().len() > self.names.len() || self.posonly == self.names.len() && !args.kwnames().is_empty() {
            return Err(self.too_many(vm, name, pos.len(), args.kwnames().len()));
        }
        let mut bound: Vec<Option<Owned>> = Vec::with_capacity(self.names.len());
        bound.extend(pos.iter().cloned().map(Some));
        bound.resize(self.names.len(), None);
        if pos.len() < self.posonly && !self.optional[pos.len()] { return Err(self.too_few(vm, name, pos.len())) }
        let mut wrong = None;
        for (key, value) in args.keywords() {
            let key_text = key.cast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
            match self.names.iter().position(|n| *n == key_text) {
                Some(i) if i >= self.posonly && bound[i].is_none() => bound[i] = Some(value.clone()),
                found => { wrong.get_or_insert((key_text, found.filter(|i| *i >= self.posonly))); }
            }
        }
        for (i, slot) in bound.iter().enumerate() {
            if slot.is_none() && !self.optional[i] {
                return Err(vm.type_error(format!("{name}() missing required argument '{}' (pos {})", self.names[i], i + 1)));
            }
        }
        match wrong {
            None => Ok(bound),
            Some((key, Some(i))) => Err(vm.type_error(format!("argument for {name}() given by name ('{key}') and position ({})", i + 1))),
            Some((key, None)) => Err(vm.type_error(format!("{name}() got an unexpected keyword argument '{key}'"))),
        }
    }

    /// Too few arguments for the parameters that have no names.
    #[cold]
    fn too_few(&self, vm: &mut Vm, name: &str, got: usize) -> Raised {
        let least = self.optional.iter().take(self.posonly).filter(|o| !**o).count();
        if self.posonly == self.names.len() { return count_error(vm, name, got, least, self.kwonly) }
        let (how, plural) = (if least < self.kwonly { "at least" } else { "exactly" }, if least == 1 { "" } else { "s" });
        vm.type_error(format!("{name}() takes {how} {least} positional argument{plural} ({got} given)"))
    }

    /// More arguments than parameters, or names for parameters that have none.
    #[cold]
    fn too_many(&self, vm: &mut Vm, name: &str, got: usize, keywords: usize) -> Raised {
        let required = self.optional.iter().take(self.kwonly).filter(|o| !**o).count();
        if self.posonly == self.names.len() {
            if keywords > 0 { return vm.type_error(format!("{name}() takes no keyword arguments")) }
            if self.names.is_empty() { return vm.type_error(format!("{name}() takes no arguments ({got} given)")) }
            return count_error(vm, name, got, required, self.kwonly);
        }
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        if got + keywords > self.names.len() {
            let (most, given, kind) = (self.names.len(), got + keywords, if got == 0 { "keyword " } else { "" });
            return vm.type_error(format!("{name}() takes at most {most} {kind}argument{} ({given} given)", plural(most)));
        }
        if self.kwonly == 0 { return vm.type_error(format!("{name}() takes no positional arguments")) }
        let how = if required < self.kwonly { "at most" } else { "exactly" };
        vm.type_error(format!("{name}() takes {how} {} positional argument{} ({got} given)", self.kwonly, plural(self.kwonly)))
    }
}
