//! Settings from environment variables and `-X` options, checked as CPython checks them.
//!
//! Not here: letters of the command line (`cli.rs`), variables that are read when they are needed (`PYTHONPATH`, `PYTHONSTARTUP`,
//! `PYTHONIOENCODING`).

use instar_vm::vm::Settings;

use crate::cli::{gc_words, library_below, size, FailAlloc};

/// Where start-up of CPython has come to when it finds a setting that makes no sense.
#[derive(Clone, Copy)]
enum Stage { Preinitializing, Preinitialized }

fn fatal(stage: Stage, text: &str) -> Option<String> {
    let state = match stage { Stage::Preinitializing => "preinitializing", Stage::Preinitialized => "preinitialized" };
    Some(format!("Fatal Python error: {text}\nPython runtime state: {state}\n\n"))
}

/// A variable's value unless it is empty or variables are ignored.
fn variable(s: &Settings, name: &str) -> Option<String> {
    if s.ignore_environment { return None }
    std::env::var_os(name).map(|v| v.to_string_lossy().into_owned()).filter(|v| !v.is_empty())
}

/// A variable that is a level: a number, and 1 if it is anything else.
fn level(s: &Settings, name: &str) -> u8 {
    let Some(text) = variable(s, name) else { return 0 };
    text.parse::<i64>().ok().filter(|n| *n >= 0).map_or(1, |n| n.min(255) as u8)
}

/// The value of a `-X` option as given last: None if it was not given, an empty text if it has none.
fn option(s: &Settings, name: &str) -> Option<String> {
    s.x_options.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.clone().unwrap_or_default())
}

fn digits(text: &str) -> Option<usize> { text.parse().ok().filter(|n| *n == 0 || *n >= 640) }

/// Environment variables and `-X` options that are settings. Gives back a message if one makes no sense.
pub fn apply(s: &mut Settings, randomize: bool) -> Option<String> {
    if let Some(message) = encoding(s) { return Some(message) }
    levels(s);
    if let Some(message) = checked(s, randomize).or_else(|| ours(s)) { return Some(message) }
    warnings(s);
    None
}

/// UTF-8 mode, which CPython decides before all else.
fn encoding(s: &mut Settings) -> Option<String> {
    match option(s, "utf8").as_deref() {
        // The option alone means yes.
        Some("1") => s.utf8_mode = true,
        Some("") if s.x_options.iter().any(|(n, v)| n == "utf8" && v.is_none()) => s.utf8_mode = true,
        Some("0") => s.utf8_mode = false,
        Some(_) => return fatal(Stage::Preinitializing, "preconfig_init_utf8_mode: invalid -X utf8 option value"),
        None => match variable(s, "PYTHONUTF8").as_deref() {
            None => {}
            Some("1") => s.utf8_mode = true,
            Some("0") => s.utf8_mode = false,
            Some(_) => return fatal(Stage::Preinitializing, "preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value"),
        },
    }
    None
}

/// What only switches something on.
fn levels(s: &mut Settings) {
    s.optimize = s.optimize.max(level(s, "PYTHONOPTIMIZE")).min(2);
    s.verbose = s.verbose.max(level(s, "PYTHONVERBOSE"));
    s.debug = s.debug.max(level(s, "PYTHONDEBUG").min(1));
    s.inspect |= variable(s, "PYTHONINSPECT").is_some();
    s.unbuffered |= level(s, "PYTHONUNBUFFERED") > 0;
    s.dont_write_bytecode |= level(s, "PYTHONDONTWRITEBYTECODE") > 0;
    s.no_user_site |= level(s, "PYTHONNOUSERSITE") > 0;
    s.safe_path |= variable(s, "PYTHONSAFEPATH").is_some();
    s.dev_mode |= variable(s, "PYTHONDEVMODE").is_some() || option(s, "dev").is_some();
    s.no_debug_ranges |= variable(s, "PYTHONNODEBUGRANGES").is_some() || option(s, "no_debug_ranges").is_some();
    s.warn_default_encoding |= variable(s, "PYTHONWARNDEFAULTENCODING").is_some() || option(s, "warn_default_encoding").is_some();
    if s.stdlib.is_none() { s.stdlib = variable(s, "PYTHONHOME").and_then(|home| library_below(&home)) }
}

/// What has values that make no sense.
fn checked(s: &mut Settings, randomize: bool) -> Option<String> {
    match variable(s, "PYTHONHASHSEED").as_deref() {
        None | Some("random") => {}
        _ if randomize => {}
        Some(v) => match v.parse() {
            Ok(seed) => s.hash_seed = Some(seed),
            Err(_) => return fatal(Stage::Preinitialized, "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]"),
        },
    }
    if let Some(v) = variable(s, "PYTHON_GIL").or_else(|| option(s, "gil")) {
        match v.as_str() {
            "1" => {}
            "0" => return fatal(Stage::Preinitialized, "config_read_gil: Disabling the GIL is not supported by this build"),
            _ => return fatal(Stage::Preinitialized, "config_read_gil: PYTHON_GIL / -X gil must be \"0\" or \"1\""),
        }
    }
    for (name, variable_name) in [("thread_inherit_context", "PYTHON_THREAD_INHERIT_CONTEXT"), ("context_aware_warnings", "PYTHON_CONTEXT_AWARE_WARNINGS")] {
        let mut wanted = false;
        match variable(s, variable_name).as_deref() {
            None | Some("0") => {}
            Some("1") => wanted = true,
            Some(_) => return fatal(Stage::Preinitialized, &format!("config_init_{name}: {variable_name}=N: N is missing or invalid")),
        }
        match option(s, name).as_deref() {
            None => {}
            Some("0") => wanted = false,
            Some("1") => wanted = true,
            Some(_) => return fatal(Stage::Preinitialized, &format!("config_init_{name}: -X {name}=n: n is missing or invalid")),
        }
        if name == "thread_inherit_context" { s.thread_inherit_context = wanted } else { s.context_aware_warnings = wanted }
    }
    if let Some(v) = option(s, "tracemalloc").filter(|v| !v.is_empty()) && v.parse::<u16>().is_err() {
        return fatal(Stage::Preinitialized, "config_init_tracemalloc: -X tracemalloc=NFRAME: invalid number of frames");
    }
    if let Some(v) = option(s, "frozen_modules") && !matches!(v.as_str(), "on" | "off" | "") {
        return fatal(Stage::Preinitialized, "bad value for option -X frozen_modules (expected \"on\" or \"off\")");
    }
    if let Some(v) = variable(s, "PYTHONINTMAXSTRDIGITS") {
        match digits(&v) {
            Some(n) => s.int_max_str_digits = n,
            None => return fatal(Stage::Preinitialized, "config_init_int_max_str_digits: PYTHONINTMAXSTRDIGITS: invalid limit; must be >= 640 or 0 for unlimited."),
        }
    }
    if let Some(v) = option(s, "int_max_str_digits") {
        match digits(&v) {
            Some(n) => s.int_max_str_digits = n,
            None => return fatal(Stage::Preinitialized, "config_init_int_max_str_digits: -X int_max_str_digits: invalid limit; must be >= 640 or 0 for unlimited."),
        }
    }
    if let Some(v) = option(s, "cpu_count").or_else(|| variable(s, "PYTHON_CPU_COUNT")) && v != "default" && v.parse::<u32>().ok().filter(|n| *n > 0).is_none() {
        return fatal(Stage::Preinitialized, "config_init_cpu_count: -X cpu_count=n option: n is missing or an invalid number, n must be greater than 0");
    }
    None
}

/// Options that CPython has not.
fn ours(s: &mut Settings) -> Option<String> {
    if s.x_options.iter().any(|(name, _)| name == "memlimit") {
        match option(s, "memlimit").as_deref().and_then(size) {
            Some(n) => s.memory_limit = n,
            None => return Some("-X memlimit: a number of bytes is needed, also with k, m or g after it\n".into()),
        }
    }
    if let Some(v) = option(s, "failalloc") && FailAlloc::parse(&v).is_none() {
        return Some("-X failalloc: N is needed, from 1 on, and perhaps ,once ,boot ,large\n".into());
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

/// The warning options, the weakest first: development mode, the environment, the command line, `-b`.
fn warnings(s: &mut Settings) {
    let mut all = Vec::new();
    if s.dev_mode { all.push("default".to_owned()) }
    if let Some(w) = variable(s, "PYTHONWARNINGS") { all.extend(w.split(',').filter(|w| !w.is_empty()).map(str::to_owned)) }
    all.append(&mut s.warn_options);
    match s.bytes_warning {
        0 => {}
        1 => all.push("default::BytesWarning".into()),
        _ => all.push("error::BytesWarning".into()),
    }
    s.warn_options = all;
}
