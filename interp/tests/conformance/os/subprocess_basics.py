# needs: os, signal, subprocess, sys
# fork_exec through subprocess: output, input, errors of the child, descriptors, directory, environment, ids, preexec_fn.
import os
import signal
import subprocess
import sys

assert os.path.isabs(sys.executable)


def python(code, *args, **kw):
    return subprocess.run([sys.executable, "-S", "-c", code, *args], capture_output=True, text=True, timeout=60, **kw)


done = python("import sys; print(sys.argv[1:]); print('to stderr', file=sys.stderr); sys.exit(3)", "a", "b c")
assert done.returncode == 3, done
assert done.stdout == "['a', 'b c']\n", done
assert done.stderr == "to stderr\n", done

assert subprocess.run(["cat"], input=b"through a pipe", capture_output=True).stdout == b"through a pipe"
assert subprocess.check_output("echo $((20 + 22))", shell=True) == b"42\n"
assert subprocess.run(["sh", "-c", "kill -9 $$"]).returncode == -signal.SIGKILL
assert subprocess.check_output(["sh", "-c", "echo out; echo err >&2"], stderr=subprocess.STDOUT) == b"out\nerr\n"

for wrong, number, name in [(["/nonexistent/program"], 2, "/nonexistent/program"), (["no-such-program-on-path"], 2, "no-such-program-on-path"), (["/"], 13, "/")]:
    try:
        subprocess.run(wrong)
    except OSError as e:
        assert (e.errno, e.filename) == (number, name), (e.errno, e.filename)
    else:
        raise AssertionError(wrong)
try:
    subprocess.run(["true"], cwd="/nonexistent/directory")
except FileNotFoundError as e:
    assert e.filename == "/nonexistent/directory", e
else:
    raise AssertionError

assert subprocess.check_output(["pwd"], cwd="/usr") == b"/usr\n"
assert subprocess.check_output(["env"], env={"ONE": "1"}) == b"ONE=1\n"
assert subprocess.check_output(["sh", "-c", "umask"], umask=0o27) in (b"0027\n", b"027\n")

# Descriptors: closed unless passed.
r, w = os.pipe()
code = f"""
import os
for fd in ({r}, {w}):
    try: os.fstat(fd); print('open', end=' ')
    except OSError: print('closed', end=' ')
"""
assert python(code).stdout == "closed closed "
assert python(code, pass_fds=[w]).stdout == "closed open "
os.set_inheritable(r, True)
assert python(code, close_fds=False).stdout == "open closed "
os.close(r)
os.close(w)

# A session and a group of its own; what runs before exec.
code = "import os; print(os.getsid(0) == os.getpid(), os.getpgid(0) == os.getpid())"
assert python(code).stdout == "False False\n"
assert python(code, start_new_session=True).stdout == "True True\n"
assert python(code, process_group=0).stdout == "False True\n"
marks = []
subprocess.run(["true"], preexec_fn=lambda: marks.append(1))
assert marks == []
try:
    subprocess.run(["true"], preexec_fn=lambda: 1 / 0)
except subprocess.SubprocessError as e:
    assert str(e) == "Exception occurred in preexec_fn.", e
else:
    raise AssertionError

# SIGPIPE is as in a fresh process unless asked otherwise.
assert subprocess.run(["sh", "-c", "kill -PIPE $$"], restore_signals=True).returncode == -signal.SIGPIPE
assert subprocess.run(["sh", "-c", "kill -PIPE $$"], restore_signals=False).returncode == 0

with subprocess.Popen(["sleep", "60"]) as p:
    assert p.poll() is None
    try:
        p.wait(timeout=0.01)
    except subprocess.TimeoutExpired:
        pass
    else:
        raise AssertionError
    p.terminate()
assert p.returncode == -signal.SIGTERM

if os.geteuid() == 0:
    assert subprocess.check_output(["id", "-u"], user=65534) == b"65534\n"
    assert subprocess.check_output(["id", "-g"], group=65534) == b"65534\n"
    assert b"65533" in subprocess.check_output(["id", "-G"], extra_groups=[65533])

import _posixsubprocess
for args, error in [((1,), TypeError), (([b"x"], [b"/x"], True, (), None, None, -1, -1, -1, -1, -1, -1, 5, 2, False, False, -1, None, None, None, -1, None), ValueError),
                    (([b"x"], [b"/x"], True, (3, 2), None, None, -1, -1, -1, -1, -1, -1, 5, 6, False, False, -1, None, None, None, -1, None), ValueError)]:
    try:
        _posixsubprocess.fork_exec(*args)
    except error:
        pass
    else:
        raise AssertionError(args)
print("ok")
