# needs: _thread, sys, threading, time
# Threads start, run Python code at the same time as others, and end.
import _thread
import sys
import threading
import time

seen = []
lock = _thread.allocate_lock()
done = _thread.allocate_lock()
done.acquire()


def work(n, *, step=1):
    for _ in range(200):
        with lock:
            seen.append(n * step)
    if len(seen) == 800:
        done.release()


for n in range(4):
    ident = _thread.start_new_thread(work, (n,), {"step": 10})
    assert isinstance(ident, int) and ident != _thread.get_ident()
assert done.acquire(timeout=30)
assert sorted(set(seen)) == [0, 10, 20, 30] and len(seen) == 800

for wrong, message in [
    ((1, ()), "first arg must be callable"),
    ((work, []), "2nd arg must be a tuple"),
    ((work, (), []), "optional 3rd arg must be a dictionary"),
]:
    try:
        _thread.start_new_thread(*wrong)
    except TypeError as e:
        assert str(e) == message, e
    else:
        raise AssertionError(message)

# A loop that never blocks is interrupted.
stop = False
turns = 0


def spin():
    global turns
    while not stop:
        turns += 1


t = threading.Thread(target=spin)
t.start()
until = time.monotonic() + 30
while not turns and time.monotonic() < until:
    pass
stop = True
t.join()
assert turns and not t.is_alive()

# Handles.
gate = _thread.allocate_lock()
gate.acquire()
h = _thread.start_joinable_thread(lambda: gate.acquire())
assert not h.is_done() and h.ident
h.join(0.01)
assert not h.is_done()
gate.release()
h.join()
assert h.is_done()
try:
    _thread._ThreadHandle().join()
except RuntimeError as e:
    assert str(e) == "thread not started"


def join_self():
    try:
        me.join()
    except RuntimeError as e:
        errors.append(str(e))


errors = []
me = _thread._ThreadHandle()
_thread.start_joinable_thread(join_self, handle=me)
me.join()
assert errors == ["Cannot join current thread"], errors

# Every thread has its own frames, handled exception and recursion depth.
frames = []


def deep(n):
    if n:
        return deep(n - 1)
    frames.append(len([1 for k in sys._current_frames()]))
    try:
        1 / 0
    except ZeroDivisionError:
        ready.set()
        go.wait()
        assert isinstance(sys.exception(), ZeroDivisionError)


ready, go = threading.Event(), threading.Event()
t = threading.Thread(target=deep, args=(600,))
t.start()
ready.wait()
assert sys.exception() is None
assert isinstance(sys._current_exceptions()[t.ident], ZeroDivisionError)
frame = sys._current_frames()[t.ident]
names = []
while frame:
    names.append(frame.f_code.co_name)
    frame = frame.f_back
assert names.count("deep") == 601, names.count("deep")
go.set()
t.join()


def overflow():
    def f():
        f()
    try:
        f()
    except RecursionError:
        caught.append("python")

    class A:
        def __repr__(self):
            return repr(self.x)
    a = A()
    a.x = a
    try:
        repr(a)
    except RecursionError:
        caught.append("repr")
    x = []
    for _ in range(100_000):
        x = [x]
    try:
        repr(x)
    except RecursionError:
        caught.append("native")


caught = []
t = threading.Thread(target=overflow)
t.start()
t.join()
assert caught == ["python", "repr", "native"], caught
print("ok")
