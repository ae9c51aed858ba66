# needs: _thread, io, sys, threading
# Exceptions that end a thread are reported; SystemExit is not.
import io
import sys
import threading
import _thread

old, sys.stderr = sys.stderr, io.StringIO()
t = threading.Thread(target=lambda: 1 / 0, name="divider")
t.start()
t.join()
text, sys.stderr = sys.stderr.getvalue(), io.StringIO()
assert text.startswith("Exception in thread divider:\nTraceback (most recent call last):\n"), text
assert text.endswith("ZeroDivisionError: division by zero\n"), text
t = threading.Thread(target=sys.exit)
t.start()
t.join()
assert sys.stderr.getvalue() == ""
caught = []
threading.excepthook = lambda args: caught.append((args.exc_type, str(args.exc_value), args.thread.name))
t = threading.Thread(target=[].pop, name="popper")
t.start()
t.join()
assert caught == [(IndexError, "pop from empty list", "popper")]
threading.excepthook = threading.__excepthook__
sys.stderr = old

told = []
sys.unraisablehook = lambda u: told.append((u.exc_type, u.err_msg, u.object))
gone = threading.Event()


def bad():
    try:
        raise KeyError("x")
    finally:
        gone.set()


h = _thread.start_joinable_thread(bad)
h.join()
sys.unraisablehook = sys.__unraisablehook__
assert len(told) == 1 and told[0][0] is KeyError and told[0][1].startswith("Exception ignored in thread started by <function bad"), told
try:
    _thread._excepthook(1)
except TypeError as e:
    assert str(e) == "_thread.excepthook argument type must be ExceptHookArgs"
print("ok")
