# needs: os, subprocess, sys, tempfile
# Arguments, PYTHONPATH and names of programs are bytes: those that are no UTF-8 arrive as lone surrogates.
import os
import subprocess
import sys
import tempfile


def run(*args, environment=None):
    done = subprocess.run([os.fsencode(sys.executable), *args], capture_output=True, env=environment)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout.decode().split()


assert run("-c", "import sys; print(*map(ascii, sys.argv))", b"\xff", "\u00e9", b"a\xc3") == [
    "'-c'", r"'\udcff'", r"'\xe9'", r"'a\udcc3'"]
assert run("-c", "import sys; print(ascii(sys.orig_argv[-1]))", b"\xff") == [r"'\udcff'"]

with tempfile.TemporaryDirectory() as folder:
    below = os.path.join(os.fsencode(folder), b"\xe9below")
    os.mkdir(below)
    with open(os.path.join(below, b"found_here.py"), "w") as f:
        f.write("import sys\nprint(ascii(__name__), ascii(__file__[-19:]), ascii(sys.path[0][-6:]))\n")
    # As a program, and as a module below PYTHONPATH.
    assert run(os.path.join(below, b"found_here.py")) == ["'__main__'", "'below/found_here.py'", r"'\udce9below'"]
    environment = dict(os.environ, PYTHONPATH=os.fsdecode(below))
    assert run("-c", "import found_here", environment=environment)[0] == "'found_here'"
print("ok")
