# needs: os, subprocess, sys
# Options and environment variables of the command line.
import os
import subprocess
import sys

clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}


def run(*args, **env):
    done = subprocess.run([sys.executable, *args], capture_output=True, text=True, timeout=60, env={**clean, **env})
    return done.returncode, done.stdout, done.stderr


# -c takes away what all lines are indented by, and has no encoding comment.
assert run("-c", "\n    if 1:\n        print('in')\n\n    print('out')\n  ") == (0, "in\nout\n", "")
assert run("-c", "# coding: latin1\nprint(ascii('\xe6'))") == (0, "'\\xe6'\n", "")

count = "import os; print(os.cpu_count(), os.process_cpu_count())"
assert run("-X", "cpu_count=1234", "-c", count)[1] == "1234 1234\n"
assert run("-c", count, PYTHON_CPU_COUNT="77")[1] == "77 77\n"
assert run("-X", "cpu_count=5", "-c", count, PYTHON_CPU_COUNT="77")[1] == "5 5\n"

prefix = "import sys; print(sys.pycache_prefix)"
assert run("-c", prefix)[1] == "None\n"
assert run("-c", prefix, PYTHONPYCACHEPREFIX="/a")[1] == "/a\n"
assert run("-X", "pycache_prefix=/b", "-c", prefix, PYTHONPYCACHEPREFIX="/a")[1] == "/b\n"
assert run("-E", "-c", prefix, PYTHONPYCACHEPREFIX="/a")[1] == "None\n"

if hasattr(sys, "_git") and sys._git[0] == "instar":  # ours: another name for programs that keep something for one implementation
    name = "import sys; print(sys.implementation.name)"
    assert run("-X", "implementation=a", "-c", name, INSTAR_IMPLEMENTATION="b")[1] == "a\n"
    assert run("-c", name, INSTAR_IMPLEMENTATION="b")[1] == "b\n"
    assert run("-E", "-c", name, INSTAR_IMPLEMENTATION="b")[1] == "instar\n"

assert run("-X", "int_max_str_digits", "-c", "1")[0] == 1
random = "import sys; print(sys.flags.hash_randomization)"
assert run("-c", random, PYTHONHASHSEED="0")[1] == "0\n"
assert run("-R", "-c", random, PYTHONHASHSEED="0")[1] == "1\n"
filters = "import warnings; print([(f[0], f[2].__name__) for f in warnings.filters[:2]])"
assert run("-bb", "-W", "once", "-c", filters)[1] == "[('error', 'BytesWarning'), ('once', 'Warning')]\n"

assert run("-V")[1].startswith("Python 3.14.") and run("-h")[0] == 0
assert run("-Z")[0] == 2 and "Unknown option: -Z" in run("-Z")[2]
assert run("-c", "import sys; sys.exit('text')") == (1, "", "text\n")
assert run("-c", "raise KeyboardInterrupt")[0] == -2
print("ok")
