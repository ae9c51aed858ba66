"""Error handlers of the standard streams by locale, messages of SystemExit, sys.tracebacklimit, flags for loading libraries."""
import os
import subprocess
import sys
import warnings


def run(code, *options, **env):
    kept = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LC_CTYPE", "LANG", "PYTHONIOENCODING", "PYTHONUTF8")}
    return subprocess.run([sys.executable, *options, "-c", code], env={**kept, **env}, capture_output=True)


SHOW = "import sys; print(sys.stdin.errors, sys.stdout.errors, sys.stderr.errors)"
for env, errors in (({}, "surrogateescape"), ({"LC_ALL": "C"}, "surrogateescape"), ({"LC_ALL": "POSIX"}, "surrogateescape"), ({"LANG": "C.UTF-8"}, "surrogateescape"),
                    ({"LC_ALL": "C", "PYTHONIOENCODING": ":ignore"}, "ignore"), ({"LC_ALL": "C", "PYTHONIOENCODING": ":"}, "surrogateescape"),
                    ({"LC_ALL": "C", "PYTHONIOENCODING": "iso8859-1"}, "strict"), ({"LC_ALL": "no_SUCH"}, "surrogateescape")):
    assert run(SHOW, **env).stdout.split() == [errors.encode()] * 2 + [b"backslashreplace"], env

# what is written of a status that is no number goes through the stream
done = run(r"import sys; sys.exit('lone \udcff')", LC_ALL="C")
assert done.returncode == 1 and done.stderr == b"lone \\udcff\n", done
done = run("import sys; sys.stderr = None; sys.exit('text')")
assert done.returncode == 1 and done.stderr.strip() == b"text", done

for limit, entries in ((1, 1), (0, 0), (-1, 0), (1 << 1000, 2), (-1 << 1000, 0), (None, 2)):
    done = run(f"import sys\nsys.tracebacklimit = {limit}\ndef f(): 1 / 0\nf()")
    assert done.stderr.count(b"  File ") == entries, (limit, done.stderr)

# What fails while the end waits for threads is told at once and changes no exit code.
done = run("import atexit, threading\nthreading._register_atexit(lambda: 1 / 0)\natexit.register(print, 'then', flush=True)")
assert done.returncode == 0 and done.stdout == b"then\n", done
assert done.stderr.startswith(b"Exception ignored on threading shutdown:\nTraceback") and done.stderr.endswith(b"ZeroDivisionError: division by zero\n"), done

old = sys.getdlopenflags()
sys.setdlopenflags(old + 1)
assert sys.getdlopenflags() == old + 1
sys.setdlopenflags(old)

with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    sys._clear_type_cache()
assert len(seen) == 1 and seen[0].category is DeprecationWarning
print("ok")
