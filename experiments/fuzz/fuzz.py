#!/usr/bin/env python3
"""Differential fuzzer: the same generated programs on a reference Python and on other interpreters, differences shown small.

usage: fuzz.py [--kind methods|calls|expressions|statements|features|errors|hostile|syntax|bytecode|all] [--seed N] [--count N] [--reference PYTHON] [--minutes M]
               [--show N] [--out DIR] [--one SEED] INTERPRETER...

The generators run under the Python that runs this file, which should be the reference (names come from its `dir`). Program
number i of a kind is made from the seed `KIND:i`; `--seed` is the first i. Records of all interpreters are compared; one program of each
group of differences that look alike is made smaller and printed. Exit code 1 if anything differs.
What does not live here: generators, what a program may show (harness.py), making smaller (reduce.py).
"""
import argparse
import ast
import os
import random
import re
import resource
import select
import subprocess
import sys
import tempfile
import time
import warnings

import calls
import damaged
import expressions
import features
import hostile
import methods
import reduce
import statements
from values import PRELUDE

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = {"methods": methods.program, "calls": calls.program, "expressions": expressions.program, "statements": statements.program,
         "features": features.program, "errors": damaged.errors, "hostile": hostile.program, "syntax": damaged.syntax, "bytecode": damaged.bytecode}
# Kinds whose output may be an accident: only crashes and hangs count.
CRASHES = ("hostile", "syntax", "bytecode")
BATCH = 400
# Seconds of processor time a program may take before it counts as hanging, and of the clock whatever it does.
PATIENCE = float(os.environ.get("FUZZ_PATIENCE", "6"))
CLOCK = 20 * PATIENCE
MEMORY = 3 << 30
MARK = "\n#@@\n"

BLOCKS = re.split(r"\n(?=class |def |import |operator_index)", (PRELUDE.rstrip("\n") + statements.HELPERS).strip("\n"))
BLOCK_NAMES = [(re.match(r"(?:class |def )?(\w+)", b).group(1), b) for b in BLOCKS]


def with_prelude(text):
    """The program with those classes of the prelude that it names."""
    wanted, todo = set(), [text]
    while todo:
        t = todo.pop()
        words = set(re.findall(r"\w+", t))
        for name, block in BLOCK_NAMES:
            if name in words and name not in wanted and name != "import":
                wanted.add(name)
                todo.append(block)
    head = [b for n, b in BLOCK_NAMES if n in wanted]
    if "operator_index" in wanted:
        head.insert(0, "import operator as _op")
    return "\n".join(head + [text])


def limits():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def processor_time(pid):
    """Seconds that a child has computed; those of the clock where the system does not say."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            fields = f.read().rpartition(")")[2].split()
    except (OSError, ValueError):
        return time.time()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(command, programs):
    """Records of all programs, a word where there is none: `hang` or `crash CODE`."""
    records = []
    env = dict(os.environ, PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1", PYTHONWARNINGS="ignore", PYTHONIOENCODING="utf-8")
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="surrogatepass", suffix=".txt") as f:
        for p in programs:
            f.write(p + MARK)
        f.flush()
        while len(records) < len(programs):
            child = subprocess.Popen(command.split() + [os.path.join(HERE, "harness.py"), f.name, str(len(records))], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE if os.environ.get("FUZZ_STDERR") else subprocess.DEVNULL, env=env, preexec_fn=limits, cwd=tempfile.gettempdir())
            rest, word = b"", None
            fd = child.stdout.fileno()
            used, since = processor_time(child.pid), time.time()
            while True:
                ready, _, _ = select.select([fd], [], [], min(PATIENCE, 1))
                if not ready:
                    if processor_time(child.pid) - used < PATIENCE and time.time() - since < CLOCK:
                        continue
                    word = "hang"
                    child.kill()
                    break
                used, since = processor_time(child.pid), time.time()
                data = os.read(fd, 1 << 16)
                if not data:
                    break
                rest += data
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    number, tab, text = line.partition(b"\t")
                    if tab and number == b"%d" % len(records):
                        records.append(text.decode("ascii", "replace"))
            child.stdout.close()
            code = child.wait()
            if len(records) < len(programs):
                records.append(word or "crash %d" % code)
    return records


def same(a, b):
    """Whether the second record is what the first one asks for."""
    # A reference that hangs or crashes says nothing, but a crash of the other one always does.
    return a == b or (a.startswith(("hang", "crash")) and not b.startswith("crash"))


def survived(a, b):
    """The same for programs whose output may be an accident: nothing crashes or hangs."""
    return not b.startswith("crash") and (b != "hang" or a == "hang")


def signature(about, records):
    """What groups of differences have in common: what it is about, and how the first thing that differs begins."""
    parts = []
    for r in records:
        try:
            out, end = ast.literal_eval(r)
        except (SyntaxError, ValueError):
            out, end = [], r
        parts.append(out + [end])
    at = next((i for i, same in enumerate(zip(*parts)) if len(set(same)) > 1), 0)
    return about, tuple(re.sub(r"'[^']*'|\d+", "N", p[min(at, len(p) - 1)])[:50] for p in parts)


def main():
    # The generators compile what they make.
    warnings.simplefilter("ignore")
    ap = argparse.ArgumentParser()
    ap.add_argument("--kind", default="all")
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--count", type=int, default=4000)
    ap.add_argument("--minutes", type=float, default=1e9)
    ap.add_argument("--reference", default=sys.executable)
    ap.add_argument("--show", type=int, default=40)
    ap.add_argument("--one", help="print the program of KIND:N and stop")
    ap.add_argument("--strict", action="store_true", help="compare what hostile programs show, too")
    ap.add_argument("--no-reduce", action="store_true")
    ap.add_argument("interpreter", nargs="*")
    a = ap.parse_args()
    if a.one:
        kind, _, n = a.one.partition(":")
        print(with_prelude(KINDS[kind](random.Random(a.one))[0]))
        return 0
    kinds = list(KINDS) if a.kind == "all" else a.kind.split(",")
    commands = [a.reference] + a.interpreter
    groups, done, bad, hangs, start = {}, 0, 0, 0, time.time()
    for first in range(a.seed, a.seed + a.count, BATCH):
        if time.time() - start > a.minutes * 60:
            break
        for kind in kinds:
            made = []
            for i in range(first, min(first + BATCH, a.seed + a.count)):
                text, about = KINDS[kind](random.Random("%s:%d" % (kind, i)))
                made.append(("%s:%d" % (kind, i), text, about))
            records = [run(c, [with_prelude(t) for _, t, _ in made]) for c in commands]
            alike = survived if kind in CRASHES and not a.strict else same
            for (name, text, about), *rs in zip(made, *records):
                done += 1
                hangs += rs[0] == "hang"
                if all(alike(rs[0], r) for r in rs[1:]):
                    continue
                bad += 1
                groups.setdefault(signature(about, rs), []).append((name, text, rs))
        print("%d programs, %d differ in %d groups, %d hang, %.0f s" % (done, bad, len(groups), hangs, time.time() - start), file=sys.stderr, flush=True)
    for number, (key, cases) in enumerate(sorted(groups.items(), key=lambda g: (g[0][0], -len(g[1])))):
        if number >= a.show:
            break
        name, text, rs = min(cases, key=lambda c: len(c[1]))
        if not a.no_reduce:
            text, rs = reduce.smaller(text, rs, lambda ts: list(zip(*[run(c, [with_prelude(t) for t in ts]) for c in commands])), same)
        print("=== %s, %d alike (%s)" % (name, len(cases), key[0]))
        print(text.rstrip("\n"))
        for c, r in zip(commands, rs):
            print("  %-12s %s" % (os.path.basename(c.split()[0])[:12], r), flush=True)
    print("%d programs of %s from %d: %d differ in %d groups" % (done, a.kind, a.seed, bad, len(groups)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
