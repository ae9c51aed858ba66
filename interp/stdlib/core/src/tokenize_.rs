//! `_tokenize`: the tokens of a text, for `tokenize`.
//!
//! Lines are read when the first token is asked for, all of them. Not here: the lexer (`instar-syntax`).

use std::cell::Cell;

use instar_compiler::{CompileError, ErrorKind};
use instar_object::TypeFlags;
use instar_syntax::ast::token::TokenKind as T;
use instar_syntax::{Lines, Place, TextRange, TextSize};
use instar_vm::args::Args;
use instar_vm::builtins::syntax_error::raise;
use instar_vm::module::NativeModule;
use instar_vm::native::TypeDef;
use instar_vm::object::{Guarded, Slot};
use instar_vm::slots::Slots;
use instar_vm::typeobj::TypeRef;
use instar_vm::types::bytes::PyBytes;
use instar_vm::types::dict::PyDict;
use instar_vm::types::str::PyStr;
use instar_vm::{payload, trace, ObjExt, Owned, PyResult, Raised, Ref, Vm};

use crate::support::{given, set_type};

/// Types of tokens, as `token.py` numbers them.
mod kind {
    pub const END: i64 = 0;
    pub const NAME: i64 = 1;
    pub const NUMBER: i64 = 2;
    pub const STRING: i64 = 3;
    pub const NEWLINE: i64 = 4;
    pub const INDENT: i64 = 5;
    pub const DEDENT: i64 = 6;
    pub const OP: i64 = 55;
    pub const FSTRING_START: i64 = 59;
    pub const FSTRING_MIDDLE: i64 = 60;
    pub const FSTRING_END: i64 = 61;
    pub const TSTRING_START: i64 = 62;
    pub const TSTRING_MIDDLE: i64 = 63;
    pub const TSTRING_END: i64 = 64;
    pub const COMMENT: i64 = 65;
    pub const NL: i64 = 66;
}

/// Payload of `TokenizerIter`.
struct TokenizerIter {
    readline: Owned,
    encoding: Slot,
    /// Comments and blank lines are tokens, operators have one type.
    extra: bool,
    started: Cell<bool>,
    at: Cell<usize>,
    tokens: Guarded<Vec<Owned>>,
    /// Raised behind the last token.
    error: Slot,
}
trace! { TokenizerIter { readline, encoding, tokens, error } }
instar_vm::fields! { TokenizerIter { readline, encoding, extra, started, at, tokens, error } }
payload!(TokenizerIter, "TokenizerIter");

static TOKENIZER: TypeDef = TypeDef { doc: "", sig: "(readline, /, *, encoding=None, extra_tokens)", methods: &[], getset: &[] };

fn new(vm: &mut Vm, ty: &TypeRef, args: Args<'_>) -> PyResult {
    let [readline] = args.pos() else { return Err(vm.type_error(format!("tokenizeriter() takes exactly 1 positional argument ({} given)", args.pos().len()))) };
    let (mut encoding, mut extra) = (None, None);
    for (name, value) in args.keywords() {
        match vm.repr_text_plain(name).as_str() {
            "encoding" => encoding = given(vm, Some(value)),
            "extra_tokens" => extra = Some(vm.truth(value)?),
            other => return Err(vm.type_error(format!("tokenizeriter() got an unexpected keyword argument '{other}'"))),
        }
    }
    let Some(extra) = extra else { return Err(vm.type_error("tokenizeriter() missing required argument 'extra_tokens' (pos 2)")) };
    let payload = TokenizerIter {
        readline: readline.clone(), encoding: Slot::new(encoding), extra, started: Cell::new(false), at: Cell::new(0), tokens: Guarded::default(), error: Slot::default(),
    };
    Ok(vm.new_object_of(ty, payload)?.into_obj())
}

fn next(vm: &mut Vm, o: &Owned) -> PyResult<Option<Owned>> {
    let it = Ref::<TokenizerIter>::cast(o).expect("law: checked by the descriptor").clone();
    if !it.started.replace(true) {
        let text = read(vm, &it)?;
        let (tokens, error) = all(vm, &text, it.extra)?;
        *it.tokens.get_mut(vm) = tokens;
        it.error.set(error.map(|e| e.0.into_obj()));
    }
    let at = it.at.get();
    if let Some(t) = it.tokens.get(vm).get(at).cloned() {
        it.at.set(at + 1);
        return Ok(Some(t));
    }
    match it.error.get().and_then(|e| Ref::try_from(e).ok()) { Some(e) => { it.error.set(None); Err(Raised(e)) } None => Ok(None) }
}

/// All lines that `readline` gives.
fn read(vm: &mut Vm, it: &TokenizerIter) -> PyResult<String> {
    let encoding = it.encoding.get();
    let (mut text, mut bytes) = (String::new(), Vec::new());
    loop {
        let line = match vm.call0(&it.readline) {
            Ok(line) => line,
            Err(e) if e.is(vm, &vm.types.stop_iteration.clone()) => break,
            Err(e) => return Err(e),
        };
        match (&encoding, line.cast::<PyStr>(), line.cast::<PyBytes>()) {
            (None, Some(s), _) if s.is_empty() => break,
            (None, Some(s), _) => text += &s.to_str(vm)?,
            (Some(_), _, Some(b)) if b.is_empty() => break,
            (Some(_), _, Some(b)) => bytes.extend_from_slice(b.as_slice()),
            (None, ..) => return Err(vm.type_error("readline() returned a non-string object")),
            (Some(_), ..) => return Err(vm.type_error("readline() returned a non-bytes object")),
        }
    }
    if let Some(encoding) = encoding {
        let (data, name) = (vm.new_bytes(&bytes)?, vm.names.decode.clone());
        let decoded = vm.call_method(&data, &name, &[encoding])?;
        if let Some(s) = decoded.cast::<PyStr>() { text = s.to_str(vm)?.into_owned() }
    }
    Ok(text)
}

struct Maker<'a> {
    text: &'a str,
    lines: Lines,
    extra: bool,
    /// Exact types of operators, where they are asked for.
    exact: Option<Owned>,
    out: Vec<Owned>,
}

fn all(vm: &mut Vm, text: &str, extra: bool) -> PyResult<(Vec<Owned>, Option<Raised>)> {
    let promised = vm.promise_for_source(text.len())?;
    let (tokens, error) = instar_syntax::tokenize(text);
    let lines = Lines::new(text);
    drop(promised);
    let exact = if extra { None } else { Some(vm.import_attr("token", "EXACT_TOKEN_TYPES")?) };
    let mut m = Maker { text, lines, extra, exact, out: Vec::new() };
    let mut last = kind::END;
    let mut nesting = Nesting::default();
    // An indentation error concerns its line from the start.
    let until = error.as_ref().map(|e| match e.kind {
        ErrorKind::Indentation | ErrorKind::Tab => TextSize::new(m.lines.start(m.lines.locate(e.range.start()).0) as u32),
        _ => e.range.start(),
    });
    for (i, (t, range)) in tokens.iter().enumerate() {
        if until.is_some_and(|u| range.end() > u || range.start() >= u) { break }
        let kind = kind_of(*t);
        match kind {
            kind::FSTRING_MIDDLE | kind::TSTRING_MIDDLE => m.middles(vm, kind, *range)?,
            kind::DEDENT => {
                let at = tokens[i..].iter().find(|t| t.0 != T::Dedent).map_or(range.start(), |t| t.1.start());
                if tokens[i..].iter().find(|t| t.0 != T::Dedent).is_none() { m.end(vm, kind::DEDENT)? } else { m.token(vm, kind, TextRange::empty(at))? }
            }
            kind::NEWLINE if range.is_empty() => m.implicit(vm, if last == kind::COMMENT && alone(&tokens, i) { kind::NL } else { kind::NEWLINE })?,
            kind::COMMENT | kind::NL if !extra => continue,
            _ => {
                m.token(vm, kind, *range)?;
                if nesting.ends_field_of_spec(*t) && tokens.get(i + 1).is_some_and(|n| n.0 == T::Rbrace) {
                    let middle = if nesting.template() { kind::TSTRING_MIDDLE } else { kind::FSTRING_MIDDLE };
                    m.token(vm, middle, TextRange::empty(range.end()))?;
                }
            }
        }
        last = kind;
    }
    if error.is_none() {
        let open = extra && !text.is_empty() && !text.ends_with(['\n', '\r']) && !matches!(last, kind::NEWLINE | kind::DEDENT);
        if open { m.implicit(vm, kind::NL)? }
        m.end(vm, kind::END)?;
    }
    let error = error.map(|e| {
        if matches!(e.kind, ErrorKind::Indentation | ErrorKind::Tab) { return indentation(vm, e.kind, &e.message, &m.lines, text, until.unwrap_or_default()) }
        let p = e.place.map_or(Place { line: 0, column: 0, end_line: 0, end_column: 0, text: String::new() }, |p| *p);
        raise(vm, CompileError { kind: e.kind, message: e.message, filename: "<string>".into(), line: p.line, column: p.column, end_line: p.end_line,
            end_column: p.end_column, text: Some(p.text) })
    });
    Ok((m.out, error))
}

/// The error of a line's indentation: it is known behind the line.
fn indentation(vm: &mut Vm, kind: ErrorKind, message: &str, lines: &Lines, text: &str, at: TextSize) -> Raised {
    let ty = if kind == ErrorKind::Tab { vm.types.tab_error.clone() } else { vm.types.indentation_error.clone() };
    let line = lines.locate(at).0;
    let shown = lines.text(text, line).trim_end_matches(['\n', '\r']);
    let made = |vm: &mut Vm| -> PyResult<Vec<Owned>> {
        let place = vec![vm.new_str("<string>")?, vm.new_int(line.into())?, vm.new_usize(shown.chars().count() + 1)?, vm.new_str(shown)?, vm.none(), vm.none()];
        Ok(vec![vm.new_str(message)?, vm.new_tuple(place)?.into_obj()])
    };
    match made(vm) { Ok(args) => vm.raise(&ty, args), Err(e) => e }
}

/// What is open at a token: strings with interpolations, their fields, the format specifications of these, other brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open { Text, Template, Field, Spec, Bracket }

#[derive(Default)]
struct Nesting(Vec<Open>);

impl Nesting {
    /// Takes a token in; whether it ends a field inside a format specification.
    fn ends_field_of_spec(&mut self, t: T) -> bool {
        let top = self.0.last().copied();
        match t {
            T::FStringStart => self.0.push(Open::Text),
            T::TStringStart => self.0.push(Open::Template),
            T::FStringEnd | T::TStringEnd => while !matches!(self.0.pop(), None | Some(Open::Text | Open::Template)) {},
            T::Lbrace if matches!(top, Some(Open::Text | Open::Template | Open::Spec)) => self.0.push(Open::Field),
            T::Lbrace | T::Lpar | T::Lsqb => self.0.push(Open::Bracket),
            T::Colon if top == Some(Open::Field) => { self.0.pop(); self.0.push(Open::Spec) }
            T::Rbrace | T::Rpar | T::Rsqb => {
                if !matches!(top, Some(Open::Text | Open::Template)) { self.0.pop(); }
                return t == T::Rbrace && matches!(top, Some(Open::Field | Open::Spec)) && self.0.last() == Some(&Open::Spec);
            }
            _ => {}
        }
        false
    }

    /// Whether the innermost string is a template.
    fn template(&self) -> bool { self.0.iter().rev().find(|o| matches!(o, Open::Text | Open::Template)) == Some(&Open::Template) }
}

/// Whether nothing but a comment stands on the line before a line end.
fn alone(tokens: &[(T, TextRange)], at: usize) -> bool {
    tokens[..at].iter().rev().find(|t| t.0 != T::Comment).is_none_or(|t| matches!(t.0, T::Newline | T::NonLogicalNewline))
}

fn kind_of(t: T) -> i64 {
    match t {
        T::EndOfFile => kind::END,
        T::Int | T::Float | T::Complex => kind::NUMBER,
        T::String => kind::STRING,
        T::Newline => kind::NEWLINE,
        T::NonLogicalNewline => kind::NL,
        T::Indent => kind::INDENT,
        T::Dedent => kind::DEDENT,
        T::Comment => kind::COMMENT,
        T::FStringStart => kind::FSTRING_START,
        T::FStringMiddle => kind::FSTRING_MIDDLE,
        T::FStringEnd => kind::FSTRING_END,
        T::TStringStart => kind::TSTRING_START,
        T::TStringMiddle => kind::TSTRING_MIDDLE,
        T::TStringEnd => kind::TSTRING_END,
        T::Name => kind::NAME,
        t if t.is_keyword() => kind::NAME,
        _ => kind::OP,
    }
}

impl Maker<'_> {
    fn slice(&self, range: TextRange) -> &str { self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("") }

    /// Line from 1 and column in characters from 0.
    fn place(&self, at: TextSize) -> (u32, u32) {
        let (line, column) = self.lines.column_in_chars(self.text, at);
        (line, column - 1)
    }

    fn token(&mut self, vm: &mut Vm, kind: i64, range: TextRange) -> PyResult<()> {
        let (start, mut end) = (self.place(range.start()), self.place(range.end()));
        let shown = self.slice(range).to_owned();
        if matches!(kind, kind::NEWLINE | kind::NL) { end = (start.0, start.1 + shown.len() as u32) }
        let line: String = (start.0..=end.0).map(|l| self.lines.text(self.text, l)).collect();
        // A character that starts no token counts as a name if it is none of ASCII.
        let kind = if kind == kind::OP && shown.starts_with(|c: char| !c.is_ascii()) { kind::NAME } else { kind };
        self.push(vm, kind, &shown, start, end, &line)
    }

    /// The pieces of a string between interpolations: of a doubled brace the first is shown.
    fn middles(&mut self, vm: &mut Vm, kind: i64, range: TextRange) -> PyResult<()> {
        let (text, base) = (self.slice(range).to_owned(), range.start().to_usize());
        let mut from = 0;
        let mut chars = text.char_indices().peekable();
        let sub = |a: usize, b: usize| TextRange::new(TextSize::new((base + a) as u32), TextSize::new((base + b) as u32));
        while let Some((i, c)) = chars.next() {
            if c == '\\' && text[i..].starts_with("\\N{") { while chars.next_if(|(_, c)| *c != '}').is_some() {} chars.next(); continue }
            if matches!(c, '{' | '}') && chars.peek().is_some_and(|(_, n)| *n == c) {
                chars.next();
                self.token(vm, kind, sub(from, i + 1))?;
                from = i + 2;
            }
        }
        if from < text.len() { self.token(vm, kind, sub(from, text.len()))? }
        Ok(())
    }

    /// The line end that a text lacks.
    fn implicit(&mut self, vm: &mut Vm, kind: i64) -> PyResult<()> {
        if kind == kind::NL && !self.extra { return Ok(()) }
        let (line, column) = self.place(TextSize::new(self.text.len() as u32));
        let text = self.lines.text(self.text, line).to_owned();
        self.push(vm, kind, "", (line, column), (line, column + 1), &text)
    }

    /// A token behind the last line.
    fn end(&mut self, vm: &mut Vm, kind: i64) -> PyResult<()> {
        let whole = self.text.is_empty() || self.text.ends_with(['\n', '\r']);
        let line = self.lines.count() + u32::from(!whole);
        self.push(vm, kind, "", (line, 0), (line, 0), "")
    }

    fn push(&mut self, vm: &mut Vm, kind: i64, shown: &str, start: (u32, u32), end: (u32, u32), line: &str) -> PyResult<()> {
        let shown = vm.new_str(shown)?;
        let mut kind_object = vm.new_int(kind)?;
        if let (kind::OP, Some(exact)) = (kind, self.exact.as_ref().and_then(|d| d.cast::<PyDict>())) {
            if let Some(k) = exact.get_item(vm, &shown)? { kind_object = k }
        }
        let pair = |vm: &mut Vm, at: (u32, u32)| -> PyResult {
            let both = [vm.new_int(i64::from(at.0))?, vm.new_int(i64::from(at.1))?];
            Ok(vm.new_tuple(both)?.into_obj())
        };
        let five = [kind_object, shown, pair(vm, start)?, pair(vm, end)?, vm.new_str(line)?];
        let token = vm.new_tuple(five)?.into_obj();
        vm.push(&mut self.out, token)
    }
}

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { new: Some(new), iter: Some(|_, this| Ok(this.clone())), next: Some(next), ..Slots::default() };
    let ty = vm.new_native_type::<TokenizerIter>("_tokenize", "TokenizerIter", None, TypeFlags::GC.bits(), slots, &TOKENIZER)?;
    set_type(vm, namespace, &ty)
}

/// The module.
pub static MODULE: NativeModule = NativeModule { name: "_tokenize", doc: "", functions: &[], exec };
