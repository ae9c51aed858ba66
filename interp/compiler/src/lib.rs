//! Compiler: Python source to [`CodeBlob`].
//!
//! `symtable/` finds scopes, `lower/` emits instructions, `fold.rs` constants, `assemble/` runs passes and lays out units.
//! Not here: parsing (`instar-syntax`), what instructions do (`instar-vm`). Nothing here knows an object or a layout.

mod assemble;
mod error;
mod fold;
mod future;
pub mod literal;
mod lower;
mod names;
mod symbols;
mod symtable;
mod tree;
mod unparse;

use std::collections::HashSet;
use std::sync::Arc;

use instar_code::{CodeBlob, Const};
pub use instar_syntax::ErrorKind;
pub use symbols::{symbols, Symbols};
pub use tree::{check_signature, compile_tree, parse, Parse, Tree};
use instar_syntax::{Error, Input, Lines, Place, Reading, TextRange};

/// What is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A module: statements.
    Exec,
    /// One expression, whose value the code returns.
    Eval,
    /// Interactive input: values of expression statements are displayed.
    Single,
}

/// Compiler options.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// 0, 1 (`-O`: no asserts, `__debug__` false), 2 (`-OO`: no docstrings).
    pub optimize: u8,
    /// Future features already in force, as `co_flags` bits.
    pub future_flags: u32,
    /// Copy locals to temps before use, as LOAD_FAST would (to measure dispatch apart).
    pub copy_operands: bool,
    /// `await` at module level makes the code a coroutine (`PyCF_ALLOW_TOP_LEVEL_AWAIT`).
    pub allow_top_level_await: bool,
    /// Digits that a decimal literal may have (`sys.set_int_max_str_digits`); 0 for any number.
    pub max_digits: usize,
    /// Instructions know their line and nothing else of their place (`-X no_debug_ranges`).
    pub no_columns: bool,
    /// Errors at the end of the text get the kind [`ErrorKind::Incomplete`] (`PyCF_ALLOW_INCOMPLETE_INPUT`).
    pub allow_incomplete_input: bool,
    /// The end of interactive input closes no block (`PyCF_DONT_IMPLY_DEDENT`).
    pub keep_blocks: bool,
}

/// A compiled text.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The code.
    pub code: Arc<CodeBlob>,
    /// SyntaxWarnings, in source order.
    pub warnings: Vec<Warning>,
}

/// A SyntaxWarning.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Warning { /** Found by the tokenizer, not by the compiler. */ pub of_tokenizer: bool, pub message: String, pub line: u32, pub column: u32, pub end_line: u32, pub end_column: u32 }

/// An error as Python shows it.
#[derive(Clone, Debug)]
pub struct CompileError {
    /// Class of the exception.
    pub kind: ErrorKind,
    /// Message.
    pub message: String,
    /// File name as given.
    pub filename: String,
    /// Line, from 1.
    pub line: i32,
    /// Column in characters, from 1; 0 and -1 where CPython has no column.
    pub column: i32,
    /// Line of the end.
    pub end_line: i32,
    /// Column behind the end, in characters from 1; 0 and -1 as above.
    pub end_column: i32,
    /// The line's text.
    pub text: Option<String>,
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {} ({}, line {}, column {})", self.kind, self.message, self.filename, self.line, self.column)
    }
}
impl std::error::Error for CompileError {}

/// Nesting up to which compilation runs on the caller's stack, bytes of stack a level needs, and most that is reserved.
const SHALLOW: usize = 100;
const BYTES_PER_LEVEL: usize = 24 << 10;
const MAX_STACK: usize = instar_syntax::NESTING_MAX * BYTES_PER_LEVEL;

/// Compiles decoded source text.
///
/// # Errors
/// The first error in the text, with CPython's wording where it is known.
pub fn compile(source: &str, filename: &str, mode: Mode, options: &Options) -> Result<Compiled, CompileError> {
    let lines = Lines::new(source);
    let parsed = match instar_syntax::parse(source, reading(mode, options)) { Ok(p) => p, Err(e) => return Err(locate(*e, source, filename, &lines)) };
    let nesting = instar_syntax::nesting(&parsed.tokens);
    let escapes: Vec<Warning> = instar_syntax::token_warnings(source, &parsed.tokens).into_iter().map(|(range, message)| warning(range, message, source, &lines)).collect();
    let run = move || {
        let result = compile_parsed(source, filename, mode, options, &lines, &parsed.root, None);
        result.map(|mut c| {
            // The tokenizer was there first.
            c.warnings.splice(0..0, escapes);
            c
        }).map_err(|e| locate(*e, source, filename, &lines))
    };
    on_stack(nesting, filename, run)
}

/// What the tokenizer warns about in a text that has an error: what stands before it, or all if the error is not the parser's.
pub fn warnings_before(error: &CompileError, source: &str, mode: Mode, options: &Options) -> Vec<Warning> {
    if !matches!(error.kind, ErrorKind::Syntax | ErrorKind::Indentation | ErrorKind::Tab) { return Vec::new() }
    let lines = Lines::new(source);
    let found = instar_syntax::warnings(source, reading(mode, options)).into_iter().map(|(range, message)| warning(range, message, source, &lines));
    found.filter(|w| error.text.is_none() || (w.line as i32, w.column as i32) < (error.line, error.column)).collect()
}

/// Runs the compiler where a tree of this depth has stack enough.
pub(crate) fn on_stack<T: Send>(nesting: usize, filename: &str, run: impl FnOnce() -> Result<T, CompileError> + Send) -> Result<T, CompileError> {
    if nesting <= SHALLOW { return run(); }
    let too_deep = |what: &str| CompileError {
        kind: ErrorKind::Recursion, message: what.to_owned(), filename: filename.to_owned(), line: 1, column: 1, end_line: 1, end_column: 1, text: None,
    };
    let stack = (nesting.saturating_mul(BYTES_PER_LEVEL)).clamp(16 << 20, MAX_STACK);
    if nesting > MAX_STACK / BYTES_PER_LEVEL {
        // Dropping such a tree would recurse as deeply; it is leaked instead.
        std::mem::forget(run);
        return Err(too_deep("maximum recursion depth exceeded during compilation"));
    }
    std::thread::scope(|scope| {
        let started = std::thread::Builder::new().stack_size(stack).spawn_scoped(scope, run);
        match started.map(|t| t.join()) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => Err(too_deep("no stack for compilation")),
        }
    })
}

fn warning(range: TextRange, message: String, source: &str, lines: &Lines) -> Warning {
    let (line, column) = lines.column_in_chars(source, range.start());
    let (end_line, end_column) = lines.column_in_chars(source, range.end());
    Warning { of_tokenizer: true, message, line, column, end_line, end_column }
}

pub(crate) fn reading(mode: Mode, options: &Options) -> Reading {
    let input = match mode { Mode::Exec => Input::Module, Mode::Eval => Input::Expression, Mode::Single => Input::Interactive };
    let flufl = options.future_flags & instar_code::flags::FUTURE_BARRY_AS_BDFL != 0;
    Reading { input, incomplete: options.allow_incomplete_input, keep_blocks: options.keep_blocks, flufl }
}

fn compile_parsed(source: &str, filename: &str, mode: Mode, options: &Options, lines: &Lines, root: &instar_syntax::ast::Mod, constants: Option<&[Const]>) -> Result<Compiled, Box<Error>> {
    let future = options.future_flags | future::flags(root)?;
    let annotations = future & instar_code::flags::FUTURE_ANNOTATIONS != 0;
    let table = symtable::build(root, annotations)?;
    let compiler = lower::Compiler {
        source, filename, lines, table: &table, options, future_annotations: annotations, future_flags: future,
        u: lower::unit::Unit::new(&table, 0, "<module>", "<module>".into(), 1), outer: Vec::new(), range: TextRange::default(),
        not_constant: HashSet::new(), warnings: Vec::new(), constants,
    };
    let (code, mut warnings) = lower::lower(compiler, root, mode)?;
    // Duplicated finally bodies warn once.
    let mut seen = HashSet::new();
    warnings.retain(|w| seen.insert((w.line, w.column, w.message.clone())));
    warnings.sort_by_key(|w| (w.line, w.column));
    #[cfg(debug_assertions)]
    if let Err(e) = instar_code::verify(&code) { panic!("{filename}: {e}\n{}", instar_code::disassemble(&code)); }
    Ok(Compiled { code: Arc::new(code), warnings })
}

pub(crate) fn locate(e: Error, _source: &str, filename: &str, lines: &Lines) -> CompileError {
    if let Some(p) = e.place {
        let Place { line, column, end_line, end_column, text } = *p;
        return CompileError { kind: e.kind, message: e.message, filename: filename.to_owned(), line, column, end_line, end_column, text: Some(text) };
    }
    // Columns of the compiler's own errors count bytes.
    let ((line, column), (end_line, end_column)) = (lines.locate(e.range.start()), lines.locate(e.range.end()));
    let (column, end_column) = (column.wrapping_add(1), end_column.wrapping_add(1));
    // CPython looks the line up in the file, if there is one.
    let [line, column, end_line, end_column] = [line, column, end_line, end_column].map(|n| n as i32);
    CompileError { kind: e.kind, message: e.message, filename: filename.to_owned(), line, column, end_line, end_column, text: None }
}
