# needs: _testcapi, sys, threading
# A thread that native code started runs Python code; what it began goes on without it.
import sys
import threading

import _testcapi

seen = []


def numbers():
    while True:
        seen.append(threading.current_thread())
        yield threading.get_ident()


def callback():
    seen.append(next(running))


running = numbers()
assert _testcapi.call_in_temporary_c_thread(callback) is None
thread, ident = seen
assert ident != threading.get_ident() and thread is not threading.main_thread() and thread.daemon
assert next(running) == threading.get_ident()

# Not waited for at once; an exception in it is reported and ends it.
reports = []
sys.excepthook = lambda kind, value, traceback: reports.append(kind)
gate = threading.Lock()
gate.acquire()
assert _testcapi.call_in_temporary_c_thread(lambda: gate.acquire() and 1 / 0, False) is None
assert not reports
gate.release()
assert _testcapi.join_temporary_c_thread() is None
assert reports == [ZeroDivisionError]
print("ok")
