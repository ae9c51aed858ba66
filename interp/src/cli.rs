//! The command line, read as CPython reads it.
//!
//! Not here: what the options do (`run.rs`), environment variables and the values of `-X` options (`environment.rs`).

use std::ffi::{OsStr, OsString};

use instar_object::{Active, GcHeader, Layout, Scheme};
use instar_vm::vm::{GcChoice, GcMode, Settings};

use crate::{environment, streams};

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `-c TEXT`
    Command(String),
    /// `-m NAME`
    Module(String),
    /// A file, a directory or an archive.
    File(OsString),
    /// Standard input (`-` or nothing).
    Stdin,
}

/// What the command line asks for.
#[derive(Clone, Debug)]
pub enum Request {
    /// Print this and exit with 0.
    Show(String),
    /// A wrong option: print this on standard error and exit with 2.
    Wrong(String),
    /// A setting that makes no sense: print this on standard error and exit with 1.
    Fatal(String),
    /// Run something.
    Run(Box<Settings>, Target),
}

/// Version that `-V` and `sys.version` show first.
pub const VERSION: &str = "3.14.0";

const USAGE: &str = "usage: instar [option] ... [-c cmd | -m mod | file | -] [arg] ...
Options (and corresponding environment variables):
-b     : issue warnings about converting bytes/bytearray to str and comparing
         bytes/bytearray with str or bytes with int; also PYTHONWARNINGS=...
         (-bb: issue errors)
-B     : don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x
-c cmd : program passed in as string (terminates option list)
-d     : turn on parser debugging output; accepted, there is none; also PYTHONDEBUG=x
-E     : ignore PYTHON* environment variables (such as PYTHONPATH)
-h     : print this help message and exit (also -? or --help)
-i     : inspect interactively after running script; also PYTHONINSPECT=x
-I     : isolate instar from the user's environment (implies -E and -s)
-m mod : run library module as a script (terminates option list)
-O     : remove assert and __debug__-dependent statements; also PYTHONOPTIMIZE=x
-OO    : do -O changes and also discard docstrings
-P     : don't prepend a potentially unsafe path to sys.path; also PYTHONSAFEPATH
-q     : don't print version and copyright messages on interactive startup
-s     : don't add user site directory to sys.path; also PYTHONNOUSERSITE=x
-S     : don't imply 'import site' on initialization
-u     : force the stdout and stderr streams to be unbuffered; also PYTHONUNBUFFERED=x
-v     : verbose (trace import statements); also PYTHONVERBOSE=x
-V     : print the version number and exit (also --version)
-W arg : warning control; arg is action:message:category:module:lineno; also PYTHONWARNINGS=arg
-x     : skip first line of source, allowing use of non-Unix forms of #!cmd
-X opt : set implementation-specific option: fingerprint, memstats, heap, layout, copy-operands,
         utf8, dev, int_max_str_digits=N, importtime, frozen_modules,
         gc=WORDS (generations, incremental or young-old: what is collected together;
         gross or net: whether deaths count against allocations; auto, never, stress),
         memlimit=BYTES (more is a MemoryError; k, m, g may follow),
         failalloc=N[,once][,boot][,large] (for tests: request number N for memory and all
         later ones, or only that one, fail; counted from the main program on, or
         from start-up on; large: not those for objects)
--stdlib DIR : take the Python half of the standard library from DIR; also PYTHONHOME
file   : program read from script file
-      : program read from stdin (default; interactive mode if a tty)
arg ...: arguments passed to program in sys.argv[1:]
";

fn settings() -> Settings {
    Settings {
        argv: Vec::new(), executable: String::new(), hash_seed: None, optimize: 0, verbose: 0, quiet: false, inspect: false, interactive: false, isolated: false,
        ignore_environment: false, no_site: false, no_user_site: false, dont_write_bytecode: false, bytes_warning: 0, safe_path: false, unbuffered: false,
        dev_mode: false, utf8_mode: !streams::is_utf8_locale(), no_debug_ranges: false, debug: 0, skip_first_line: false, check_pycs: "default", warn_default_encoding: false,
        thread_inherit_context: false, context_aware_warnings: false, warn_options: Vec::new(), x_options: Vec::new(), stdlib: None, gc: Default::default(), memory_limit: usize::MAX,
        int_max_str_digits: 4300,
    }
}

/// Reads the arguments (without the program's name).
pub fn parse(words: Vec<OsString>) -> Request {
    let mut s = settings();
    let mut versions = 0;
    // `-R`: whatever the environment says of the seed.
    let mut randomize = false;
    let mut args = words.clone().into_iter();
    let mut target = None;
    let mut rest = Vec::new();
    let text = |word: OsString| word.to_string_lossy().into_owned();
    'words: while let Some(given) = args.next() {
        let word = text(given.clone());
        match word.as_str() {
            "-" => { target = Some(Target::Stdin); rest.push(given); break }
            "--" => break,
            "--help" | "--help-all" => return Request::Show(USAGE.to_owned()),
            "--version" => { versions += 1; continue }
            "--stdlib" => match args.next() {
                Some(dir) => { s.stdlib = Some(text(dir)); continue }
                None => return wrong("Argument expected for the --stdlib option"),
            },
            "--check-hash-based-pycs" => match args.next().map(|word| ["default", "always", "never"].into_iter().find(|known| word == *known)) {
                Some(Some(word)) => { s.check_pycs = word; continue }
                Some(None) => return wrong("--check-hash-based-pycs must be one of 'default', 'always', or 'never'"),
                None => return wrong("Argument expected for the --check-hash-based-pycs options"),
            },
            _ => {}
        }
        if let Some(dir) = word.strip_prefix("--stdlib=") { s.stdlib = Some(dir.to_owned()); continue }
        if word.starts_with("--") { return wrong(&format!("Unknown option: {word}")) }
        let Some(letters) = word.strip_prefix('-') else {
            rest.push(given.clone());
            target = Some(Target::File(given));
            break;
        };
        let mut at = letters.char_indices();
        while let Some((i, letter)) = at.next() {
            let mut value = |name: char| -> Result<String, Request> {
                let tail = &letters[i + letter.len_utf8()..];
                if !tail.is_empty() { return Ok(tail.to_owned()) }
                args.next().map(text).ok_or_else(|| wrong(&format!("Argument expected for the -{name} option")))
            };
            match letter {
                'c' | 'm' => match value(letter) {
                    Ok(v) => {
                        rest.push(format!("-{letter}").into());
                        target = Some(if letter == 'c' { Target::Command(v + "\n") } else { Target::Module(v) });
                        break 'words;
                    }
                    Err(r) => return r,
                },
                'W' => match value('W') { Ok(v) => { s.warn_options.push(v); break } Err(r) => return r },
                'X' => match value('X') {
                    Ok(v) => {
                        let option = match v.split_once('=') { Some((k, v)) => (k.to_owned(), Some(v.to_owned())), None => (v, None) };
                        s.x_options.push(option);
                        break;
                    }
                    Err(r) => return r,
                },
                'b' => s.bytes_warning += 1,
                'B' => s.dont_write_bytecode = true,
                'd' => s.debug = 1,
                'x' => s.skip_first_line = true,
                'R' => randomize = true,
                'E' => s.ignore_environment = true,
                'h' | '?' => return Request::Show(USAGE.to_owned()),
                'i' => { s.inspect = true; s.interactive = true }
                'I' => { s.isolated = true; s.ignore_environment = true; s.no_user_site = true; s.safe_path = true }
                'O' => s.optimize = (s.optimize + 1).min(2),
                'P' => s.safe_path = true,
                'q' => s.quiet = true,
                's' => s.no_user_site = true,
                'S' => s.no_site = true,
                'u' => s.unbuffered = true,
                'v' => s.verbose += 1,
                'V' => versions += 1,
                _ => return wrong(&format!("Unknown option: -{letter}")),
            }
        }
    }
    if versions > 0 {
        return Request::Show(if versions > 1 { format!("Python {VERSION} (instar) [{}]\n", env!("INSTAR_RUSTC")) } else { format!("Python {VERSION}\n") });
    }
    let target = target.or_else(|| args.next().map(|f| { rest.push(f.clone()); Target::File(f) })).unwrap_or(Target::Stdin);
    if rest.is_empty() { rest.push(OsString::new()) }
    let seen = words.len() - args.len();
    if let (Target::Command(_), Some(text)) = (&target, words[..seen].last()) && let Some(message) = undecodable(text) { return Request::Fatal(message) }
    rest.extend(args);
    s.argv = rest;
    if let Some(message) = environment::apply(&mut s, randomize) {
        return if message.starts_with("Fatal") { Request::Fatal(message) } else { Request::Wrong(message) };
    }
    Request::Run(Box::new(s), target)
}

/// What CPython says of a program in the command line that is no text.
fn undecodable(word: &OsStr) -> Option<String> {
    let bytes = word.as_encoded_bytes();
    let at = std::str::from_utf8(bytes).err()?.valid_up_to();
    let text = word.to_string_lossy();
    let skipped = if text.starts_with("-c") { 2 } else { 0 };
    let position = String::from_utf8_lossy(&bytes[..at]).chars().count() - skipped;
    Some(format!("Unable to decode the command from the command line:\nUnicodeEncodeError: 'utf-8' codec can't encode character '\\udc{:02x}' in position {position}: surrogates not allowed\n", bytes[at]))
}

fn wrong(message: &str) -> Request {
    let name = std::env::args_os().next().map_or_else(|| "instar".to_owned(), |n| n.to_string_lossy().into_owned());
    Request::Wrong(format!("{message}\nusage: {name} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `instar -h' for more information.\n"))
}

/// Reads what `-X gc` and `INSTAR_GC` say: words with commas between them, one of a kind.
pub(crate) fn gc_words(gc: &mut GcChoice, words: &str) -> Result<(), String> {
    for word in words.split(',') {
        match word {
            "auto" => gc.mode = GcMode::Auto,
            "stress" => gc.mode = GcMode::Stress,
            "never" => gc.mode = GcMode::Never,
            "generations" => gc.scheme = Scheme::Generations,
            "incremental" => gc.scheme = Scheme::Incremental,
            "young-old" => gc.scheme = Scheme::YoungOld,
            "gross" => gc.gross = true,
            "net" => gc.gross = false,
            other => return Err(format!("never, auto or stress, generations, incremental or young-old, gross or net, not '{other}'")),
        }
    }
    // Increments move single objects from space to space.
    if gc.scheme != Scheme::Generations && !<<Active as Layout>::Gc as GcHeader>::SPACES {
        return Err("this layout's collector has generations only (gc-zero-word)".into());
    }
    Ok(())
}

/// Which memory requests fail: `-X failalloc=N[,once][,boot][,large]`, for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailAlloc {
    /// Requests that succeed before.
    pub after: u64,
    /// Whether only one fails; else all later ones do.
    pub once: bool,
    /// Whether start-up counts; else counting begins with the main program.
    pub boot: bool,
    /// Whether requests for objects succeed all the same.
    pub large: bool,
}

impl FailAlloc {
    /// Reads the option's value.
    pub fn parse(text: &str) -> Option<FailAlloc> {
        let mut words = text.split(',');
        let after = words.next()?.parse::<u64>().ok()?.checked_sub(1)?;
        let mut found = FailAlloc { after, once: false, boot: false, large: false };
        for word in words {
            match word { "once" => found.once = true, "boot" => found.boot = true, "large" => found.large = true, _ => return None }
        }
        Some(found)
    }
    /// The option as given, if it was.
    pub fn of(s: &Settings) -> Option<FailAlloc> {
        s.x_options.iter().rev().find(|(name, _)| name == "failalloc").and_then(|(_, v)| FailAlloc::parse(v.as_deref()?))
    }
}

/// A number of bytes, perhaps with a unit.
pub(crate) fn size(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(['k', 'm', 'g', 'K', 'M', 'G']);
    let shift = match text[digits.len()..].to_ascii_lowercase().as_str() { "" => 0, "k" => 10, "m" => 20, "g" => 30, _ => return None };
    digits.parse::<usize>().ok()?.checked_mul(1 << shift)
}

/// `DIR/lib/python3.14` if it holds a library, else `DIR` if that does.
pub fn library_below(home: &str) -> Option<String> {
    [format!("{home}/lib/python3.14"), home.to_owned()].into_iter().find(|d| std::path::Path::new(d).join("os.py").is_file())
}
