//! `_tokenize`: the tokens of a text, for `tokenize`.
//!
//! Lines are read when the first token is asked for, all of them. Not here: the lexer (`instar-syntax`).

use std::cell::Cell;

use instar_compiler::{CompileError, ErrorKind};
use instar_object::TypeFlags;
use instar_syntax::{Ended, Lines, Place, TextSize, TextToken, TokenKind, Tokens};
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
    source: &'a str,
    lines: Lines,
    extra: bool,
    /// Exact types of operators, where they are asked for.
    exact: Option<Owned>,
    /// First line of the last token, and what was shown as its text.
    last: (u32, String),
    out: Vec<Owned>,
}

fn all(vm: &mut Vm, source: &str, extra: bool) -> PyResult<(Vec<Owned>, Option<Raised>)> {
    let promised = vm.promise_for_source(source.len())?;
    let lines = Lines::new(source);
    // What stands before a line with a null character is looked at.
    let null = source.find('\0').map(|at| (lines.locate(TextSize::new(at as u32)).0, at));
    let looked_at = null.map_or(source, |(line, _)| &source[..lines.start(line)]);
    let read = if looked_at.is_empty() { None } else { Some(instar_syntax::tokenize(looked_at, extra)) };
    drop(promised);
    let exact = if extra { None } else { Some(vm.import_attr("token", "EXACT_TOKEN_TYPES")?) };
    let mut m = Maker { source, lines, extra, exact, last: (0, String::new()), out: Vec::new() };
    let Some(Tokens { text, tokens, ended }) = read else {
        if null.is_none() && extra { m.push(vm, kind::END, "", (1, 0), (1, 0), "")? }
        let error = null.map(|n| null_character(vm, source, n.0, n.1, &m.lines));
        return Ok((m.out, error));
    };
    for t in tokens.iter().filter(|t| null.is_none() || !t.at_end) { m.token(vm, t, &text)? }
    let open = match &ended { None | Some(Ended::Open { .. }) => true, Some(Ended::At { unfinished, .. }) => *unfinished, Some(Ended::Line { .. }) => false };
    let error = match (null, ended) {
        (Some((line, at)), _) if open => Some(null_character(vm, source, line, at, &m.lines)),
        (_, None) => None,
        (_, Some(Ended::At { error: e, .. })) => {
            let p = e.place.map_or(Place { line: 0, column: 0, end_line: 0, end_column: 0, text: String::new() }, |p| *p);
            Some(raise(vm, CompileError { kind: e.kind, message: e.message, filename: "<string>".into(), line: p.line, column: p.column, end_line: p.end_line,
                end_column: p.end_column, text: Some(p.text) }))
        }
        (_, Some(Ended::Line { kind, message, line, text })) => Some(of_line(vm, kind, &message, line, &text)),
        (_, Some(Ended::Open { line, held })) => Some(unfinished(vm, line, held)),
    };
    Ok((m.out, error))
}

/// The exception, or the one that making it raised.
fn made(e: PyResult<Raised>) -> Raised { e.unwrap_or_else(|e| e) }

fn null_character(vm: &mut Vm, source: &str, line: u32, at: usize, lines: &Lines) -> Raised {
    let shown = source[lines.start(line)..at].to_owned();
    raise(vm, CompileError { kind: ErrorKind::Syntax, message: "source code cannot contain null bytes".into(), filename: "<string>".into(), line: line as i32, column: 0,
        end_line: line as i32, end_column: 0, text: Some(shown) })
}

/// An error that is known behind its line.
fn of_line(vm: &mut Vm, kind: ErrorKind, message: &str, line: u32, shown: &str) -> Raised {
    let ty = match kind {
        ErrorKind::Tab => vm.types.tab_error.clone(),
        ErrorKind::Indentation => vm.types.indentation_error.clone(),
        _ => vm.types.syntax_error.clone(),
    };
    let error = |vm: &mut Vm| {
        let place = vec![vm.new_str("<string>")?, vm.new_int(line.into())?, vm.new_usize(shown.chars().count() + 1)?, vm.new_str(shown)?, vm.none(), vm.none()];
        let args = vec![vm.new_str(message)?, vm.new_tuple(place)?.into_obj()];
        Ok(vm.raise(&ty, args))
    };
    made(error(vm))
}

/// The text ends where it may not: the place is not among the arguments.
fn unfinished(vm: &mut Vm, line: u32, held: usize) -> Raised {
    let error = |vm: &mut Vm| {
        let ty = vm.types.syntax_error.clone();
        let error = vm.exception_with_message(&ty, "unexpected EOF in multi-line statement");
        let (line, held, file) = (vm.new_int(line.into())?, vm.new_usize(held)?, vm.new_str("<string>")?);
        for (name, value) in [("filename", &file), ("lineno", &line), ("end_lineno", &line), ("offset", &held)] {
            let name = vm.intern(name)?;
            vm.set_attr(error.0.obj(), &name, value)?;
        }
        Ok(error)
    };
    made(error(vm))
}

fn number_of(kind: TokenKind) -> i64 {
    match kind {
        TokenKind::End => kind::END,
        TokenKind::Name => kind::NAME,
        TokenKind::Number => kind::NUMBER,
        TokenKind::String => kind::STRING,
        TokenKind::Newline => kind::NEWLINE,
        TokenKind::Indent => kind::INDENT,
        TokenKind::Dedent => kind::DEDENT,
        TokenKind::Op => kind::OP,
        TokenKind::FStringStart => kind::FSTRING_START,
        TokenKind::FStringMiddle => kind::FSTRING_MIDDLE,
        TokenKind::FStringEnd => kind::FSTRING_END,
        TokenKind::TStringStart => kind::TSTRING_START,
        TokenKind::TStringMiddle => kind::TSTRING_MIDDLE,
        TokenKind::TStringEnd => kind::TSTRING_END,
        TokenKind::Comment => kind::COMMENT,
        TokenKind::Blank => kind::NL,
    }
}

/// Line from 1 and column in characters from 0, which is -1 for a token without characters.
type At = (u32, i64);

impl Maker<'_> {
    fn at(&self, (line, column): (u32, i32)) -> At {
        let Ok(bytes) = usize::try_from(column) else { return (line, -1) };
        let text = self.lines.text(self.source, line);
        (line, text.get(..bytes).map_or(bytes, |before| if before.is_ascii() { bytes } else { before.chars().count() }) as i64)
    }

    fn token(&mut self, vm: &mut Vm, t: &TextToken, text: &str) -> PyResult<()> {
        let kind = number_of(t.kind);
        let (from, mut to) = (self.at(t.from), self.at(t.to));
        let line = t.from.0;
        match t.kind {
            TokenKind::End | TokenKind::Dedent if self.extra && t.at_end => return self.push(vm, kind, "", (line + 1, 0), (line + 1, 0), ""),
            TokenKind::End | TokenKind::Dedent if t.at_end => {
                // Behind the last token of a line, that line is shown.
                let shown = if self.last.0 == line { self.last.1.clone() } else { String::new() };
                return self.push(vm, kind, "", from, to, &shown);
            }
            _ => {}
        }
        let mut shown = text[t.range.clone()].to_owned();
        if matches!(t.kind, TokenKind::Newline | TokenKind::Blank) {
            let end = line_end(self.lines.text(self.source, line));
            if self.extra {
                to = (line, from.1 + end.len().max(1) as i64);
                shown = end.to_owned();
            } else {
                // A comment before it belongs to it, the character that ends the line does not.
                shown.pop();
                if end == "\r\n" { shown.push('\r') }
                to = (line, from.1 + shown.chars().count() as i64);
            }
        }
        let whole: String = (t.from.0..=t.to.0).map(|l| self.lines.text(self.source, l)).collect();
        self.push(vm, kind, &shown, from, to, &whole)
    }

    fn push(&mut self, vm: &mut Vm, kind: i64, shown: &str, start: At, end: At, line: &str) -> PyResult<()> {
        self.last = (start.0, line.to_owned());
        let shown = vm.new_str(shown)?;
        let mut kind_object = vm.new_int(kind)?;
        if let (kind::OP, Some(exact)) = (kind, self.exact.as_ref().and_then(|d| d.cast::<PyDict>())) {
            if let Some(k) = exact.get_item(vm, &shown)? { kind_object = k }
        }
        let pair = |vm: &mut Vm, at: At| -> PyResult {
            let both = [vm.new_int(i64::from(at.0))?, vm.new_int(at.1)?];
            Ok(vm.new_tuple(both)?.into_obj())
        };
        let five = [kind_object, shown, pair(vm, start)?, pair(vm, end)?, vm.new_str(line)?];
        let token = vm.new_tuple(five)?.into_obj();
        vm.push(&mut self.out, token)
    }
}

/// What ends a line.
fn line_end(line: &str) -> &str { if line.ends_with("\r\n") { "\r\n" } else if line.ends_with(['\n', '\r']) { &line[line.len() - 1..] } else { "" } }

fn exec(vm: &mut Vm, _: &Owned, namespace: &Ref<PyDict>) -> PyResult<()> {
    let slots = Slots { new: Some(new), iter: Some(|_, this| Ok(this.clone())), next: Some(next), ..Slots::default() };
    let ty = vm.new_native_type::<TokenizerIter>("_tokenize", "TokenizerIter", None, TypeFlags::GC.bits(), slots, &TOKENIZER)?;
    set_type(vm, namespace, &ty)
}

/// The module.
pub static MODULE: NativeModule = NativeModule { name: "_tokenize", doc: "", functions: &[], exec };
