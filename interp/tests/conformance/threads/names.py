# needs: _thread, threading
# Names that the system keeps for threads, and the arguments of RLock.
import _thread
import os
import sys
import threading

if sys.platform == "linux":
    before = _thread._get_name()
    for name in ("short", "nam\xe9\u20ac", "null\0tail", "x" * 40, "x" * 14 + "\xe9", "y" * 13 + "\U0001F40D", "z\udcff\udcfe", ""):
        kept = name.encode("utf-8", "replace").split(b"\0")[0][:_thread._NAME_MAXLEN]
        _thread.set_name(name)
        assert _thread._get_name() == os.fsdecode(kept), name
    found = []
    worker = threading.Thread(target=lambda: found.append(_thread._get_name()), name="worker \udcff of a kind")
    worker.start()
    worker.join()
    assert found == ["worker ? of a k"], found
    _thread.set_name(before)
for wrong in (b"x", 1, None):
    try:
        _thread.set_name(wrong)
    except TypeError as e:
        assert str(e) == f"set_name() argument 'name' must be str, not {'None' if wrong is None else type(wrong).__name__}", e
    else:
        raise AssertionError(wrong)


class Named(_thread.RLock):
    def __init__(self, name, *, kind):
        self.name = name, kind


assert Named("a", kind="b").name == ("a", "b")
with _thread.RLock(1, a=2) as got:
    assert got is True
print("ok")
