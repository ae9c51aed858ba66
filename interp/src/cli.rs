//! The command line, read as CPython reads it.
//!
//! Not here: what the options do (`run.rs`), environment variables that change objects (`INSTAR_GC`, in `run.rs` too).

use std::ffi::OsString;

use instar_object::{Active, GcHeader, Layout, Scheme};
use instar_vm::vm::{GcChoice, GcMode, Settings};

use crate::streams;

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
-d     : turn on parser debugging output; accepted and ignored
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
        dev_mode: false, utf8_mode: !streams::is_utf8_locale(), no_debug_ranges: false, warn_options: Vec::new(), x_options: Vec::new(), stdlib: None, gc: Default::default(), memory_limit: usize::MAX,
        int_max_str_digits: 4300,
    }
}

/// Reads the arguments (without the program's name).
pub fn parse(args: Vec<OsString>) -> Request {
    let mut s = settings();
    let mut versions = 0;
    // `-R`: whatever the environment says of the seed.
    let mut randomize = false;
    let mut args = args.into_iter();
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
            "--check-hash-based-pycs" => { args.next(); continue }
            _ => {}
        }
        if let Some(dir) = word.strip_prefix("--stdlib=") { s.stdlib = Some(dir.to_owned()); continue }
        if word.starts_with("--") { return wrong(&format!("unknown option {word}")) }
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
                'd' | 'x' => {}
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
    rest.extend(args);
    s.argv = rest;
    if let Some(message) = apply_environment(&mut s, randomize) {
        return if message.starts_with("Fatal") { Request::Fatal(message) } else { Request::Wrong(message) };
    }
    Request::Run(Box::new(s), target)
}

fn wrong(message: &str) -> Request {
    Request::Wrong(format!("{message}\nusage: instar [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `instar -h' for more information.\n"))
}

/// Environment variables and `-X` options that are settings. Gives back a message if one makes no sense.
fn apply_environment(s: &mut Settings, randomize: bool) -> Option<String> {
    let env = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    if !s.ignore_environment {
        let level = |v: Option<String>| v.map_or(0, |v| v.parse::<u8>().unwrap_or(1));
        s.optimize = s.optimize.max(level(env("PYTHONOPTIMIZE")).min(2));
        s.verbose = s.verbose.max(level(env("PYTHONVERBOSE")));
        s.inspect |= env("PYTHONINSPECT").is_some();
        s.unbuffered |= env("PYTHONUNBUFFERED").is_some();
        s.dont_write_bytecode |= env("PYTHONDONTWRITEBYTECODE").is_some();
        s.no_user_site |= env("PYTHONNOUSERSITE").is_some();
        s.safe_path |= env("PYTHONSAFEPATH").is_some();
        s.dev_mode |= env("PYTHONDEVMODE").is_some();
        if s.stdlib.is_none() { s.stdlib = env("PYTHONHOME").and_then(|home| library_below(&home)) }
        s.no_debug_ranges |= env("PYTHONNODEBUGRANGES").is_some();
        if let Some(v) = env("PYTHONUTF8") { s.utf8_mode = v != "0" }
        if let Some(w) = env("PYTHONWARNINGS") {
            let mut all: Vec<String> = w.split(',').map(str::to_owned).collect();
            all.append(&mut s.warn_options);
            s.warn_options = all;
        }
        if let Some(n) = env("PYTHONINTMAXSTRDIGITS") {
            match digits(&n) { Some(n) => s.int_max_str_digits = n, None => return Some("Fatal Python error: PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited.\n".into()) }
        }
        match env("PYTHONHASHSEED").as_deref() {
            None | Some("random") => {}
            _ if randomize => {}
            Some(v) => match v.parse() {
                Ok(seed) => s.hash_seed = Some(seed),
                Err(_) => return Some("Fatal Python error: config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]\n".into()),
            },
        }
    }
    for (name, value) in s.x_options.clone() {
        match (name.as_str(), value) {
            ("dev", _) => s.dev_mode = true,
            ("no_debug_ranges", _) => s.no_debug_ranges = true,
            ("utf8", v) => s.utf8_mode = v.as_deref() != Some("0"),
            ("int_max_str_digits", Some(v)) => match digits(&v) {
                Some(n) => s.int_max_str_digits = n,
                None => return Some("Fatal Python error: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.\n".into()),
            },
            ("int_max_str_digits", None) => return Some("Fatal Python error: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited.\n".into()),
            ("memlimit", v) => match v.as_deref().and_then(size) {
                Some(n) => s.memory_limit = n,
                None => return Some("-X memlimit: a number of bytes is needed, also with k, m or g after it\n".into()),
            },
            ("failalloc", v) if v.as_deref().and_then(FailAlloc::parse).is_none() => {
                return Some("-X failalloc: N is needed, from 1 on, and perhaps ,once ,boot ,large\n".into());
            }
            _ => {}
        }
    }
    if s.dev_mode { s.warn_options.insert(0, "default".into()) }
    match s.bytes_warning {
        0 => {}
        1 => s.warn_options.push("default::BytesWarning".into()),
        _ => s.warn_options.push("error::BytesWarning".into()),
    }
    if let Ok(words) = std::env::var("INSTAR_GC") && !words.is_empty() && let Err(e) = gc_words(&mut s.gc, &words) {
        return Some(format!("INSTAR_GC: {e}\n"));
    }
    // What the command line says holds.
    for (_, words) in s.x_options.iter().filter(|(name, _)| name == "gc") {
        if let Err(e) = gc_words(&mut s.gc, words.as_deref().unwrap_or("")) { return Some(format!("-X gc: {e}\n")) }
    }
    None
}

/// Reads what `-X gc` and `INSTAR_GC` say: words with commas between them, one of a kind.
fn gc_words(gc: &mut GcChoice, words: &str) -> Result<(), String> {
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
fn size(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(['k', 'm', 'g', 'K', 'M', 'G']);
    let shift = match text[digits.len()..].to_ascii_lowercase().as_str() { "" => 0, "k" => 10, "m" => 20, "g" => 30, _ => return None };
    digits.parse::<usize>().ok()?.checked_mul(1 << shift)
}

fn digits(text: &str) -> Option<usize> { text.parse().ok().filter(|n| *n == 0 || *n >= 640) }

/// `DIR/lib/python3.14` if it holds a library, else `DIR` if that does.
pub fn library_below(home: &str) -> Option<String> {
    [format!("{home}/lib/python3.14"), home.to_owned()].into_iter().find(|d| std::path::Path::new(d).join("os.py").is_file())
}
