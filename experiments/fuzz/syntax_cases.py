#!/usr/bin/env python3
"""Counts the cases of CPython's `test.test_syntax` and how many of them two interpreters answer alike.

usage: PYTHONPATH=SUITE syntax_cases.py REFERENCE INTERPRETER

A case is an example of the module's doctest or a call of `_check_error`; its answer is the exception's type, message, line, column,
end line, end column and text, or what the example prints. The module's own expectations are not asked: they look at parts of that.
What does not live here: generated programs (fuzz.py, kind `errors`).
"""
import ast
import os
import subprocess
import sys

COLLECT = r'''
import doctest, io, sys, unittest
import test.test_syntax as module

cases = []

def answer(e):
    if isinstance(e, SyntaxError):
        return [type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text]
    return [type(e).__name__, str(e)]

for found in doctest.DocTestFinder().find(module):
    space = dict(found.globs)
    for i, example in enumerate(found.examples):
        real, sys.stdout = sys.stdout, io.StringIO()
        try:
            exec(compile(example.source, "<doctest>", "single"), space)
            got = ["printed", sys.stdout.getvalue()]
        except BaseException as e:
            got = answer(e)
        sys.stdout = real
        cases.append(["%s %d" % (found.name, i), example.source, got])

def check(self, code, errtext, filename="<testcase>", mode="exec", **more):
    name = self.id().rpartition("test_syntax.")[2]
    try:
        compile(code, filename, mode)
        got = ["compiled"]
    except Exception as e:
        got = answer(e)
    cases.append(["%s %d" % (name, sum(c[0].startswith(name + " ") for c in cases)), code, got])

module.SyntaxErrorTestCase._check_error = check
unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(module.SyntaxErrorTestCase))
sys.stdout.write(ascii(cases))
'''


def collect(command):
    # Tests reserved for CPython are asked, too.
    env = dict(os.environ, INSTAR_IMPLEMENTATION="cpython", PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run([command, "-W", "ignore", "-c", COLLECT], stdout=subprocess.PIPE, env=env, check=True, timeout=600)
    return ast.literal_eval(done.stdout.decode())


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    wanted, got = (collect(command) for command in sys.argv[1:])
    answers = {name: answer for name, _, answer in got}
    other = [(name, code, answer) for name, code, answer in wanted if answers.get(name) != answer]
    for name, code, answer in other:
        print("%s\n%s\n  wanted %s\n  got    %s" % (name, code, answer, answers.get(name)))
    examples = sum(name.startswith("test.test_syntax") for name, _, _ in wanted)
    print("%d cases (%d doctest examples, %d calls of _check_error): %d alike, %.1f %%" % (
        len(wanted), examples, len(wanted) - examples, len(wanted) - len(other), 100 * (len(wanted) - len(other)) / len(wanted)))
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main())
