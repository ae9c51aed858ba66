# Stacks of programs that crash, wait or get a signal.
import faulthandler, re, signal, subprocess, sys, tempfile, threading, os

def run(code, *options):
    p = subprocess.run([sys.executable, *options, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return re.sub("0x[0-9a-f]{16}( \\[.*\\])?", "ID", p.stdout), p.returncode

def raises(t, m, f, *a, **k):
    try: f(*a, **k)
    except t as e: assert m in str(e), e
    else: raise AssertionError(m)

def dump(**k):
    with tempfile.TemporaryFile() as f:
        faulthandler.dump_traceback(f, **k)
        f.seek(0)
        return re.sub("0x[0-9a-f]{16}( \\[.*\\])?", "ID", f.read().decode()).replace(__file__, "FILE")

def inner(): return dump(all_threads=False)
def outer(): return inner()
got = outer().splitlines()
assert got[0] == "Stack (most recent call first):" and [l.rpartition(" ")[2] for l in got[1:]] == ["dump", "inner", "outer", "<module>"], got
assert re.fullmatch(r'  File "FILE", line \d+ in inner', got[2])

# Other threads; generators.
stop, ready = threading.Event(), threading.Event()
def waits(): ready.set(); stop.wait()
t = threading.Thread(target=waits); t.start(); ready.wait()
def generate(): yield dump()
got = next(generate())
stop.set(); t.join()
first, second = got.split("\n\n")
assert first.startswith("Thread ID (most recent call first):\n") and "in waits\n" in first and first.endswith("in _bootstrap")
assert re.fullmatch("Current thread ID \\(most recent call first\\):\n.* in dump\n.* in generate\n.* in <module>\n", second), second

# Names out of ASCII, long ones, deep stacks.
space = {"dump": dump}
exec(compile("def f\u00e9\u4e2d(): return dump(all_threads=False)\ndef " + "x" * 600 + "(): return f\u00e9\u4e2d()\nr = " + "x" * 600 + "()", "<\U0001F600>", "exec"), space)
assert 'File "<\\U0001f600>", line 1 in f\\xe9\\u4e2d\n' in space["r"] and "in " + "x" * 500 + "...\n" in space["r"]
def deep(n): return deep(n - 1) if n else dump(all_threads=False)
got = deep(200).splitlines()
assert len(got) == 101 and got[-1].endswith("in deep")

# Crashes.
for call, words, number in [("_sigsegv()", "Segmentation fault", signal.SIGSEGV), ("_sigabrt()", "Aborted", signal.SIGABRT), ("_sigfpe()", "Floating-point exception", signal.SIGFPE),
        ("_read_null()", "Segmentation fault", signal.SIGSEGV), ("_sigsegv(True)", "Segmentation fault", signal.SIGSEGV)]:
    out, code = run(f"import faulthandler, resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\nfaulthandler.enable()\ndef f():\n  faulthandler.{call}\nf()")
    assert code == -number, (code, out)
    assert out.startswith(f'Fatal Python error: {words}\n\nCurrent thread ID (most recent call first):\n  File "<string>", line 5 in f\n  File "<string>", line 6 in <module>\n\nCurrent thread\'s C stack'), out
out, code = run("import faulthandler\nfaulthandler.enable(all_threads=False, c_stack=False)\nfaulthandler._sigabrt()")
assert out == 'Fatal Python error: Aborted\n\nStack (most recent call first):\n  File "<string>", line 3 in <module>\n' and code == -signal.SIGABRT, out
out, code = run("import faulthandler\nfaulthandler.enable()\nprint(faulthandler.disable(), faulthandler.disable(), faulthandler.is_enabled(), flush=True)\nfaulthandler._sigabrt()")
assert out == "True False False\n" and code == -signal.SIGABRT
out, code = run("import faulthandler\nfaulthandler._stack_overflow()", "-X", "faulthandler")
assert code == -signal.SIGSEGV and "line 2 in <module>" in out, (out, code)
assert run("import faulthandler; print(faulthandler.is_enabled())", "-X", "faulthandler")[0] == "True\n"
out, code = run("import faulthandler\nfaulthandler._fatal_error_c_thread()")
assert out.startswith("Fatal Python error: faulthandler_fatal_error_thread: in new thread\nPython runtime state: initialized\n\nThread ID (most recent") and code == -signal.SIGABRT, out

# After a time, and at a signal.
out, code = run("import faulthandler, time\nfaulthandler.dump_traceback_later(0.8, repeat=True)\ntime.sleep(2)\nfaulthandler.cancel_dump_traceback_later()\ntime.sleep(0.9)\nprint('end')")
assert out == 'Timeout (0:00:00.800000)!\nThread ID (most recent call first):\n  File "<string>", line 3 in <module>\n' * 2 + "end\n", out
out, code = run("import faulthandler\nfaulthandler.dump_traceback_later(0.2, exit=True)\ndef spin():\n  while True: len('')\nspin()")
assert out.startswith("Timeout (0:00:00.200000)!\n") and "in spin" in out and code == 1, out
code = """
import faulthandler, os, signal
seen = []
signal.signal(signal.SIGUSR1, lambda n, f: seen.append(n))
faulthandler.register(signal.SIGUSR1, chain=%r, all_threads=False)
os.kill(os.getpid(), signal.SIGUSR1)
print(len(seen), faulthandler.unregister(signal.SIGUSR1), faulthandler.unregister(signal.SIGUSR1))
os.kill(os.getpid(), signal.SIGUSR1)
print(len(seen))
"""
stack = 'Stack (most recent call first):\n  File "<string>", line 6 in <module>\n'
assert run(code % True) == (stack + "1 True False\n2\n", 0)
assert run(code % False) == (stack + "0 True False\n1\n", 0)

raises(RuntimeError, "signal 11 cannot be registered, use enable() instead", faulthandler.register, signal.SIGSEGV)
raises(ValueError, "signal number out of range", faulthandler.register, 1000)
raises(ValueError, "timeout must be greater than 0", faulthandler.dump_traceback_later, 0)
raises(ValueError, "file is not a valid file descriptor", faulthandler.enable, -1)
stderr, sys.stderr = sys.stderr, None
raises(RuntimeError, "sys.stderr is None", faulthandler.enable)
sys.stderr = stderr
faulthandler.cancel_dump_traceback_later()
assert not faulthandler.is_enabled()
print("ok")
