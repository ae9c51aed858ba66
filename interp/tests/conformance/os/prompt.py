# needs: os, subprocess, sys
# The plain prompt: input that goes on, values shown, errors, its end; the prompt after a program.
import os
import subprocess
import sys


def run(text, *args, env=()):
    done = subprocess.run([sys.executable, *args], input=text, capture_output=True, text=True, timeout=60, env={**os.environ, **dict(env)})
    return done.returncode, done.stdout, done.stderr


lines = """x = 1
x
for i in range(2):
    print(i)

(
2)
def f():
    1/0

f()
1 +
x; y
_
"""
code, out, err = run(lines, "-i", "-q")
assert code == 0 and out == "1\n0\n1\n2\n1\n1\n", (code, out, err)
assert err.startswith(">>> >>> >>> ... ... >>> ... >>> ... ... >>> Traceback (most recent call last):\n"), err
assert '  File "<stdin>", line 2, in f\n    1/0\n    ~^~\nZeroDivisionError: division by zero\n' in err, err
assert '>>>   File "<stdin>", line 1\n    1 +\n' in err and 'SyntaxError: invalid syntax\n' in err, err
assert "NameError: name 'y' is not defined\n" in err
assert err.endswith(">>> \n"), err

assert run("raise SystemExit(5)\n", "-i", "-q")[0] == 5
assert run("import sys; sys.ps1 = 'new '\n1\n", "-i", "-q")[2] == ">>> new new \n"
assert "Type \"help\"" in run("", "-i")[2]

# What was typed in has its source.
code, out, err = run("import inspect\ndef f():\n    return 1\n\nprint(inspect.getsource(f))\n", "-i", "-q")
assert out == "def f():\n    return 1\n\n", (out, err)

# Where something is missing there is a mark.
for text, mark in ("1 +", 3), ("x =", 3), ("f(1,,2)", 4), ("if x", 4):
    err = run(text + "\n", "-i", "-q")[2]
    assert f"    {text}\n    {' ' * mark}^\n" in err, err

# After a program, whatever it raised.
code, out, err = run("print(x)\n", "-i", "-q", "-c", "import sys; x = 'kept'; sys.exit(3)")
assert code == 0 and out == "kept\n" and "SystemExit: 3\n>>> " in err, (code, out, err)
assert run("print('more')\n", "-c", "import os; os.environ['PYTHONINSPECT'] = '1'")[1] == ""
assert run("print('more')\n", "-i", "-q", "-c", "1")[1] == "more\n"

# Without a prompt standard input is a program.
assert run("x = 1\nx\nprint(x)\n") == (0, "1\n", "")
assert run("1\n", "-c", "import sys; print(hasattr(sys, 'ps1'))")[1] == "False\n"
print("ok")
