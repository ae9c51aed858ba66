# needs: _imp, os, sys, tempfile, threading
# Modules imported by several threads at once run once; the import lock belongs to a thread.
import _imp
import os
import sys
import tempfile
import threading

with tempfile.TemporaryDirectory() as folder:
    sys.path.insert(0, folder)
    with open(os.path.join(folder, "slowly.py"), "w") as f:
        f.write("import time, builtins\nbuiltins.runs = getattr(builtins, 'runs', 0) + 1\ntime.sleep(0.05)\nready = True\n")
    seen = []

    def work():
        import slowly
        seen.append(slowly.ready)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert seen == [True] * 4 and runs == 1, (seen, runs)

    # A cycle over two threads does not hang.
    for a, b in (("one", "two"), ("two", "one")):
        with open(os.path.join(folder, a + ".py"), "w") as f:
            f.write(f"import time\ntime.sleep(0.05)\nimport {b}\n")
    threads = [threading.Thread(target=__import__, args=(n,)) for n in ("one", "two")]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert "one" in sys.modules and "two" in sys.modules
    sys.path.remove(folder)

_imp.acquire_lock()
_imp.acquire_lock()
results = []


def other():
    results.append(_imp.lock_held())
    try:
        _imp.release_lock()
    except RuntimeError as e:
        results.append(str(e))
    _imp.acquire_lock()
    results.append("mine")
    _imp.release_lock()


t = threading.Thread(target=other)
t.start()
while len(results) < 2:
    pass
_imp.release_lock()
_imp.release_lock()
t.join()
assert results == [True, "not holding the import lock", "mine"], results
assert not _imp.lock_held()
print("ok")
