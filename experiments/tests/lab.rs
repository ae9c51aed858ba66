//! The lab as a user meets it: plan, tables, verification, refusal, resuming, errors with known names.
//!
//! The interpreters are shell scripts (`common`), so nothing here depends on the state of the real one.

mod common;

use common::{BASE, COMPACT, Checkout, fingerprint, stderr, stdout};

#[test]
fn run_prints_plan_and_ladder_and_writes_raw_results_and_report() {
    let checkout = Checkout::new("ladder");
    let output = checkout.run(&[]);
    let text = stdout(&output);
    assert!(output.status.success(), "{text}{}", stderr(&output));
    assert!(
        text.starts_with("Plan: 2 layouts x 2 programs at size S, base a, up to 3 rounds."),
        "{text}"
    );
    assert!(text.contains("First table"), "{text}");
    assert!(
        text.contains("a (base)")
            && text.contains("+gc-one-word")
            && text.contains("61 / 64")
            && text.contains("0.70"),
        "{text}"
    );
    let raw = std::fs::read_to_string(checkout.root.join("target/lab/results/b.json")).unwrap();
    assert!(raw.contains("\"version\": \"1.0\"") && raw.contains("\"benchmarks\""));
    // A shell is small, and the lab's own memory is not counted as the program's.
    let peak = raw.split("\"mem_max_rss\": ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap();
    assert!(peak.trim_end_matches(',').parse::<u64>().unwrap() < 4 << 20, "{peak}");
    let page = std::fs::read_to_string(checkout.root.join("target/lab/report.html")).unwrap();
    assert!(page.contains("<svg") && !page.contains("http"));
    // Verified once, then three rounds side by side.
    let calls = checkout.calls();
    let count = |line: &str| calls.iter().filter(|call| *call == line).count();
    assert_eq!(
        (
            count("b memstats one.py"),
            count("b timed one.py"),
            count("a timed one.py")
        ),
        (1, 3, 3),
        "{calls:?}"
    );
}

#[test]
fn second_run_measures_nothing_again_and_more_rounds_only_add() {
    let checkout = Checkout::new("resume");
    assert!(checkout.run(&[]).status.success());
    assert_eq!(checkout.calls().len(), 16);
    assert!(checkout.run(&[]).status.success());
    assert_eq!(checkout.calls(), Vec::<String>::new());
    let binaries = checkout.root.join("bin").display().to_string();
    let more = checkout.lab(&[
        "run",
        "--size",
        "S",
        "--no-peers",
        "--rounds",
        "4",
        "--programs",
        "one",
        "--binaries",
        &binaries,
    ]);
    assert!(more.status.success());
    let mut calls = checkout.calls();
    calls.sort();
    assert_eq!(calls, ["a timed one.py", "b timed one.py"]);
}

#[test]
fn changed_binary_or_program_is_measured_again() {
    let checkout = Checkout::new("stale");
    assert!(checkout.run(&[]).status.success());
    checkout.calls();
    checkout.write("experiments/programs/two.py", "echo two of size S\n");
    assert!(checkout.run(&[]).status.success());
    assert!(checkout.calls().iter().all(|call| call.ends_with("two.py")));
    checkout.interpreter("b", &fingerprint("small", COMPACT), "# another binary", 700);
    assert!(checkout.run(&[]).status.success());
    let calls = checkout.calls();
    assert!(
        calls.contains(&"b memstats one.py".to_string())
            && !calls.contains(&"a memstats one.py".to_string()),
        "{calls:?}"
    );
}

#[test]
fn different_output_fails_the_run_and_shows_the_difference() {
    let checkout = Checkout::new("differs");
    checkout.interpreter("b", &fingerprint("small", COMPACT), "echo() { if [ \"$1\" = checksum ]; then /bin/echo checksum 18; else /bin/echo \"$@\"; fi; }", 700);
    let output = checkout.run(&[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("b, one.S: output differs"), "{text}");
    assert!(text.contains("-checksum 17\n+checksum 18"), "{text}");
    let calls = checkout.calls();
    let wrong = |call: &&String| *call == "b memstats one.py";
    assert_eq!(calls.iter().filter(wrong).count(), 1, "what is wrong is not tried again");
    assert!(
        !calls.contains(&"b timed one.py".to_string()),
        "a wrong output is never timed"
    );
}

#[test]
fn without_expected_output_variants_are_compared_with_the_base() {
    let checkout = Checkout::new("noexpected");
    std::fs::remove_file(
        checkout
            .root
            .join("experiments/programs/expected/two.S.out"),
    )
    .unwrap();
    checkout.interpreter("b", &fingerprint("small", COMPACT), "echo extra", 700);
    let text = stdout(&checkout.run(&["--programs", "two"]));
    assert!(
        text.contains(
            "--- the first variant's output\n+++ b\n@@ -1,1 +1,2 @@\n+extra\n two of size S"
        ),
        "{text}"
    );
}

#[test]
fn crash_is_a_failure_with_the_last_lines_of_stderr() {
    let checkout = Checkout::new("crash");
    checkout.interpreter(
        "b",
        &fingerprint("small", COMPACT),
        "/bin/echo no more memory >&2; exit 70",
        700,
    );
    let output = checkout.run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("b, one.S: exit code 70\n    no more memory"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn wrong_binaries_are_refused_with_the_reason() {
    let good = fingerprint("small", COMPACT);
    let cases = [
        (fingerprint("small", BASE), "axes missing: gc-one-word"),
        (
            good.replace("\"stats\":false", "\"stats\":true"),
            "stats build",
        ),
        (good.replace("release", "debug"), "profile `debug`"),
        (
            good.replace("replicated\":true", "replicated\":false"),
            "no indirect jump per op",
        ),
        (good.replace("small", "base"), "same name as that of a"),
        (
            good.replace("\"dup\"", "\"other\""),
            "flags differ from the base's",
        ),
        ("nonsense".to_string(), "printed no fingerprint"),
    ];
    let checkout = Checkout::new("refused");
    for (print, expected) in cases {
        checkout.interpreter("b", &print, "", 700);
        let output = checkout.run(&[]);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(
            text.contains("refused to time b") && text.contains(expected),
            "{expected}: {text}"
        );
        assert!(
            !checkout
                .calls()
                .iter()
                .any(|call| call.starts_with("b timed"))
        );
    }
}

#[test]
fn unknown_names_are_usage_errors_that_list_the_known_ones() {
    let checkout = Checkout::new("names");
    let cases = [
        (
            vec!["--variants", "a,zz"],
            "unknown variant `zz`",
            "known variants: a, b, c",
        ),
        (
            vec!["--programs", "tow"],
            "unknown program `tow` (did you mean `two`?)",
            "known programs: one, two",
        ),
    ];
    for (arguments, problem, known) in cases {
        let output = checkout.run(&arguments);
        assert_eq!(output.status.code(), Some(2));
        let text = stderr(&output);
        assert!(text.contains(problem) && text.contains(known), "{text}");
    }
    let output = checkout.lab(&["run", "--size", "M", "--programs", "two"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`two` has no size M; it has S"));
}

#[test]
fn interrupted_run_keeps_its_results_and_the_next_goes_on() {
    let checkout = Checkout::new("interrupt");
    // The second program stops the lab (the launcher's parent) once; the marker makes the next run complete.
    let marker = checkout.root.join("interrupted-once");
    let stop = format!(
        "case $file in *two.py) if [ ! -e '{0}' ]; then touch '{0}'; sleep 0.4; \
         while read key value; do [ $key = PPid: ] && kill -INT $value; done < /proc/$PPID/status; sleep 5; fi;; esac",
        marker.display()
    );
    checkout.interpreter("b", &fingerprint("small", COMPACT), &stop, 700);
    let output = checkout.run(&[]);
    assert_eq!(
        output.status.code(),
        Some(130),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    assert!(stdout(&output).contains("a (base)") && checkout.exists("target/lab/report.html"));
    assert!(checkout.calls().contains(&"b memstats one.py".to_string()));
    let again = checkout.run(&[]);
    assert!(again.status.success(), "{}", stdout(&again));
    let calls = checkout.calls();
    assert!(
        !calls.contains(&"b memstats one.py".to_string())
            && calls.contains(&"b memstats two.py".to_string()),
        "{calls:?}"
    );
}

#[test]
fn report_and_compare_work_from_stored_results_alone() {
    let checkout = Checkout::new("views");
    assert_eq!(
        checkout.lab(&["report"]).status.code(),
        Some(1),
        "there is nothing to report yet"
    );
    assert!(checkout.run(&[]).status.success());
    std::fs::remove_dir_all(checkout.root.join("bin")).unwrap();
    std::fs::remove_file(checkout.root.join("target/lab/report.html")).unwrap();
    assert!(checkout.lab(&["report"]).status.success());
    assert!(checkout.exists("target/lab/report.html"));
    let compared = stdout(&checkout.lab(&["compare", "a", "b"]));
    assert!(
        compared.contains("geometric mean") && compared.contains("0.70"),
        "{compared}"
    );
    let by_file = stdout(&checkout.lab(&["compare", "target/lab/results/a.json", "b"]));
    assert!(by_file.contains("0.70"), "{by_file}");
    assert_eq!(checkout.lab(&["compare", "a", "zz"]).status.code(), Some(2));
}

#[test]
fn counting_builds_give_counts_and_marks_but_no_times() {
    let checkout = Checkout::new("stats");
    let counting = |features: &str, name: &str, nodes: u64| {
        let print = fingerprint(name, features).replace("\"stats\":false", "\"stats\":true");
        let counts = format!(
            "{{\"ops\": 1000, \"retain_written\": 200, \"release_written\": 300, \"allocations_by_type\": {{\"Node\": {nodes}}}}}"
        );
        format!(
            "#!/bin/sh\nif [ \"$2\" = fingerprint ]; then echo '{print}'; exit 0; fi\necho '{counts}' > \"$INSTAR_MEMSTATS\"\nshift 2; file=$1; shift; . \"$file\"\n"
        )
    };
    checkout.script("bin/a-stats/instar", &counting(BASE, "base", 1000));
    checkout.script("bin/b-stats/instar", &counting(COMPACT, "small", 2000));
    let text = stdout(&checkout.run(&[]));
    assert!(
        text.contains(" 500 ")
            && text.contains(
                "≠ b did other work than the base: one: allocations of Node: 2000 (base 1000)"
            ),
        "{text}"
    );
    assert_eq!(
        checkout
            .calls()
            .iter()
            .filter(|call| call.contains("timed"))
            .count(),
        12,
        "only the plain builds are timed"
    );
}

#[test]
fn variants_are_built_by_cargo_in_one_target_directory() {
    let checkout = Checkout::new("cargo");
    checkout.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"interp\"]\n[profile.measure]\ninherits = \"release\"\n",
    );
    let manifest = std::fs::read_to_string(checkout.root.join("interp/Cargo.toml")).unwrap();
    checkout.write(
        "interp/Cargo.toml",
        &manifest.replace(
            "[features]",
            "version = \"0.1.0\"\nedition = \"2024\"\n[features]",
        ),
    );
    // A program that says which features it has, and otherwise prints what program `two` is expected to print.
    let source = r#"
        fn main() {
            let mut features = Vec::new();
            if cfg!(feature = "rc-immortal") { features.push("\"rc-immortal\""); }
            if cfg!(feature = "attrs-merged") { features.push("\"attrs-merged\""); }
            if cfg!(feature = "gc-one-word") { features.push("\"gc-one-word\""); }
            if std::env::args().nth(2).as_deref() == Some("fingerprint") {
                println!("{{\"layout\":\"{}\",\"features\":[{}],\"stats\":false,\"profile\":\"release\",\"indirect_jumps_replicated\":true}}", features.len(), features.join(","));
            } else {
                println!("two of size S");
            }
        }
    "#;
    checkout.write("interp/src/main.rs", source);
    let output = checkout.lab(&[
        "run",
        "--size",
        "S",
        "--no-peers",
        "--no-stats",
        "--rounds",
        "2",
        "--programs",
        "two",
    ]);
    assert!(
        output.status.success(),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    assert!(
        checkout.exists("target/variants/a/instar") && checkout.exists("target/variants/b/instar")
    );
    checkout.write("interp/src/main.rs", "fn main() { oops }");
    let broken = checkout.lab(&["run", "--size", "S", "--no-peers", "--programs", "two"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(
        stdout(&broken).contains("cannot build a") && stdout(&broken).contains("oops"),
        "{}",
        stdout(&broken)
    );
}

#[test]
fn instances_divide_the_growth_of_live_pages() {
    let checkout = Checkout::new("instances");
    // The fake "allocates" 48 bytes per instance: the count is the first argument of the program.
    let script = format!(
        "#!/bin/sh\nif [ \"$2\" = fingerprint ]; then echo '{}'; exit 0; fi\necho \"{{\\\"live_page_bytes\\\": $((4096 + $4 * 48))}}\" > \"$INSTAR_MEMSTATS\"\n",
        fingerprint("base", BASE)
    );
    checkout.write("bin/a/instar", &script);
    let binaries = checkout.root.join("bin").display().to_string();
    let output = checkout.lab(&["instances", "--variants", "a", "--binaries", &binaries]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(
        stdout(&output).matches("48.00").count(),
        9,
        "{}",
        stdout(&output)
    );
}

#[test]
fn variants_are_listed_with_what_each_changes() {
    let checkout = Checkout::new("variants");
    let text = stdout(&checkout.lab(&["variants"]));
    assert!(
        text.contains("+weakref-table") && text.contains("when named"),
        "{text}"
    );
}
