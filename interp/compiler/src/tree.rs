//! Trees as such: parsing without compiling, and compiling a tree that no text was parsed to.
//!
//! Not here: what trees look like to Python programs (`_ast`), lowering (`lower/`).

use instar_code::Const;
use instar_syntax::ast::token::Tokens;
use instar_syntax::ast::Mod;
use instar_syntax::{Input, Lines};

use crate::{compile_parsed, locate, reading, on_stack, warning, CompileError, Compiled, Mode, Options, Warning};

/// A text and its tree.
#[derive(Debug)]
pub struct Parse {
    /// The tree; ranges are bytes of the text.
    pub root: Mod,
    /// Its tokens.
    pub tokens: Tokens,
    /// Line table of the text.
    pub lines: Lines,
    /// How deep the tree nests at most.
    pub nesting: usize,
    /// SyntaxWarnings of the tokenizer, in source order.
    pub warnings: Vec<Warning>,
}

/// Parses decoded source text. A leading byte order mark must be gone.
///
/// # Errors
/// The first error in the text.
pub fn parse(source: &str, filename: &str, mode: Mode, options: &Options) -> Result<Parse, CompileError> {
    let lines = Lines::new(source);
    let parsed = match instar_syntax::parse(source, reading(mode, options)) {
        Ok(p) => p,
        Err(e) => return Err(locate(*e, source, filename, &lines)),
    };
    let nesting = instar_syntax::nesting(&parsed.tokens);
    let warnings = instar_syntax::token_warnings(source, &parsed.tokens).into_iter().map(|(range, message)| warning(range, message, source, &lines)).collect();
    Ok(Parse { root: parsed.root, tokens: parsed.tokens, lines, nesting, warnings })
}

/// Checks the text of a function type against the grammar.
///
/// # Errors
/// The error in it.
pub fn check_signature(source: &str, filename: &str) -> Result<(), CompileError> {
    instar_syntax::check(source, Input::Signature.into()).map_err(|e| locate(*e, source, filename, &Lines::new(source)))
}

/// A tree that was made, not parsed.
///
/// Ranges are offsets into the places of `lines`. A literal whose node index is set stands for that entry of `constants`: any
/// constant for an ellipsis, text with lone surrogates for a string literal or a literal piece of an f-string, the source text
/// of an interpolation for a piece of a t-string.
#[derive(Debug)]
pub struct Tree {
    /// The tree.
    pub root: Mod,
    /// Places of its nodes.
    pub lines: Lines,
    /// Constants that nodes refer to.
    pub constants: Vec<Const>,
    /// How deep it nests.
    pub nesting: usize,
    /// Bytes of a text that would make as large a tree, about.
    pub size: usize,
}

/// Compiles a tree without text.
///
/// # Errors
/// The first error in it.
pub fn compile_tree(tree: Tree, filename: &str, mode: Mode, options: &Options) -> Result<Compiled, CompileError> {
    let nesting = tree.nesting;
    let run = move || compile_parsed("", filename, mode, options, &tree.lines, &tree.root, Some(&tree.constants))
        .map_err(|e| CompileError { text: None, ..locate(*e, "", filename, &tree.lines) });
    on_stack(nesting, filename, run)
}
