//! Memory limits as a program and its caller see them: MemoryError, exit codes, going on afterwards.
//!
//! Not here: each request failing once (`src/memory_walk.rs`), CPython's errors for huge sizes (`conformance/limits`).

use std::process::{Command, Output};

fn run(options: &[&str], program: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_instar")).args(options).args(["-c", program]).env("PYTHONHASHSEED", "0").env("RUST_BACKTRACE", "0").output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String { String::from_utf8_lossy(bytes).into_owned() }

#[test]
fn endless_allocation_is_a_memory_error() {
    let ended = run(&["-X", "memlimit=24m"], "x = []\nwhile True: x.append('a' * 10**6)");
    let shown = text(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{shown}");
    assert!(shown.starts_with("Traceback (most recent call last):\n") && shown.ends_with("\nMemoryError\n"), "{shown}");
}

#[test]
fn every_memory_error_is_an_object_of_its_own() {
    let program = "
seen = []
for i in range(40):
    try: [0] * 10**17
    except MemoryError as e:
        assert e.args == () and e.__context__ is None and e.__traceback__.tb_next is None and not hasattr(e, '__notes__')
        e.add_note(str(i))
        seen.append(e)
print(len({id(e) for e in seen}), seen[3].__notes__)";
    let ended = run(&[], program);
    assert_eq!(text(&ended.stdout), "40 ['3']\n", "{}", text(&ended.stderr));
}

#[test]
fn a_program_goes_on_after_a_memory_error() {
    let program = "
import itertools, io, re
def grow(f):
    try: f()
    except MemoryError as e: assert e.args == () and e.__context__ is None
    else: print('no error')
def loop(step):
    def run():
        while True: step()
    return run
def endless_str():
    s = ''
    while True: s += 'abc' * 1000
def powers():
    n = 7
    while True: n *= n
for f in [
    lambda: list(itertools.count()), lambda: set(itertools.count()), lambda: dict.fromkeys(itertools.count()), endless_str, powers,
    loop(lambda b=bytearray(): b.extend(b'abc' * 1000)), loop(lambda b=io.BytesIO(): b.write(b'abc' * 1000)),
    lambda: ('a ' * 10**7).split(), lambda: (b'a\\n' * 10**7).splitlines(), lambda: ','.join(map(str, itertools.count())),
    lambda: repr(b'\\0' * 10**7), lambda: ('a' * 3 * 10**7).encode('utf-16'), lambda: re.split('a', 'a' * 10**7),
    lambda: open('/dev/zero').readline(), lambda: open('/dev/zero', 'rb').read(), lambda: exec('x = 1\\n' * 10**6),
    lambda: sorted(itertools.count()), lambda: print(*itertools.count()), lambda: hex(1 << 10**9), lambda: '%s' % ('a' * 10**8),
]: grow(f)
print('end')
";
    let ended = run(&["-X", "memlimit=32m"], program);
    assert_eq!((ended.status.code(), text(&ended.stdout).as_str()), (Some(0), "end\n"), "{}", text(&ended.stderr));
}

#[test]
fn failing_requests_end_the_process_by_an_exit_code() {
    let program = "import bisect\nd = {str(i): [i] for i in range(50)}\nclass A: pass\nl = [A() for i in range(50)]\nprint('x' * 3, len(l))";
    let mut n = 1;
    while n < 4000 {
        for how in ["", ",once", ",boot", ",boot,once"] {
            let ended = run(&["-I", "-X", &format!("failalloc={n}{how}")], program);
            assert!(matches!(ended.status.code(), Some(0 | 1 | 120)), "failalloc={n}{how}: {:?}\n{}", ended.status, text(&ended.stderr));
        }
        n = 3 * n + 1;
    }
}

#[test]
fn the_parser_never_ends_the_process() {
    // Below and above the size from which memory is asked for before. Some large request fails, or all do from it on.
    let program = "
import ast, io, tokenize
for lines in 600, 3000:
    text = 'x = [1, (2, 3)]\\n' * lines
    for use in exec, ast.parse, lambda t: compile(ast.parse(t[:8000]), 'f', 'exec'), lambda t: list(tokenize.generate_tokens(io.StringIO(t).readline)):
        try: use(text)
        except MemoryError: pass
print('end')";
    for n in [1, 2, 3, 4, 6, 9, 14, 21, 32] {
        for how in ["", ",once"] {
            let ended = run(&["-I", "-X", &format!("failalloc={n}{how},large")], program);
            let shown = text(&ended.stderr);
            match ended.status.code() {
                Some(0) => assert_eq!(text(&ended.stdout), "end\n"),
                Some(1) => assert!(shown.ends_with("MemoryError\n"), "failalloc={n}{how}: {shown}"),
                _ => panic!("failalloc={n}{how}: {:?}\n{shown}", ended.status),
            }
        }
    }
}

#[test]
fn wrong_values_are_refused() {
    for option in ["memlimit=x", "memlimit", "failalloc=0", "failalloc=3,twice"] {
        let ended = run(&["-X", option], "pass");
        assert_eq!(ended.status.code(), Some(2), "{option}");
    }
}

#[test]
fn memstats_has_the_byte_measures_and_counts_only_in_counting_builds() {
    let file = std::env::temp_dir().join(format!("instar-memstats-{}", std::process::id()));
    let ended = Command::new(env!("CARGO_BIN_EXE_instar")).args(["-X", "memstats", "-c", "pass"]).env("INSTAR_MEMSTATS", &file).status().expect("the binary runs");
    let text = std::fs::read_to_string(&file).expect("the binary wrote the file");
    std::fs::remove_file(&file).expect("it is ours");
    assert!(ended.success());
    for name in ["visited_by_generation", "requested_bytes_peak", "cell_bytes_peak", "page_bytes_peak", "live_requested_bytes", "live_cell_bytes", "live_page_bytes", "collections"] {
        assert!(text.contains(&format!("\"{name}\":")), "{text}");
    }
    for name in ["ops", "local_reads", "ops_escaping", "written_by_origin", "dead_objects_by_peak_count", "dicts_made_by_cause", "retain_written", "retain_skipped", "release_written", "release_skipped", "ops_by_family", "allocations_by_type"] {
        assert_eq!(text.contains(&format!("\"{name}\":")), instar_object::select::STATS, "{text}");
    }
}
