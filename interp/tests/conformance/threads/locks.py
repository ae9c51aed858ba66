# needs: _thread, threading, time
# lock, RLock, Condition, Semaphore, Event, Barrier between real threads.
import _thread
import threading
import time

# A lock is released by another thread.
lock = threading.Lock()
lock.acquire()
threading.Thread(target=lock.release).start()
assert lock.acquire(timeout=10)
assert not lock.acquire(False) and not lock.acquire(timeout=0.01)
lock.release()
for call, error, text in [
    (lambda: lock.release(), RuntimeError, "release unlocked lock"),
    (lambda: lock.acquire(False, 1), ValueError, "can't specify a timeout for a non-blocking call"),
    (lambda: lock.acquire(True, -2), ValueError, "timeout value must be a non-negative number"),
    (lambda: lock.acquire(timeout=threading.TIMEOUT_MAX * 2), OverflowError, None),
]:
    try:
        call()
    except error as e:
        assert text is None or str(e) == text, e
    else:
        raise AssertionError(text)

# An RLock belongs to its thread.
r = threading.RLock()
assert r.acquire() and r.acquire()
assert r._recursion_count() == 2 and r._is_owned() and r.locked()
got = []


def other():
    got.append(r.acquire(False))
    got.append(r._is_owned())
    try:
        r.release()
    except RuntimeError as e:
        got.append(str(e))


t = threading.Thread(target=other)
t.start()
t.join()
assert got == [False, False, "cannot release un-acquired lock"], got
state = r._release_save()
assert not r.locked()
r._acquire_restore(state)
assert r._recursion_count() == 2
r.release()
r.release()

# A condition wakes who waits.
c = threading.Condition()
queue = []
out = []


def consume():
    for _ in range(100):
        with c:
            while not queue:
                c.wait()
            out.append(queue.pop(0))


threads = [threading.Thread(target=consume) for _ in range(3)]
for t in threads:
    t.start()
for n in range(300):
    with c:
        queue.append(n)
        c.notify()
for t in threads:
    t.join()
assert sorted(out) == list(range(300))
with c:
    assert not c.wait(0.01)

s = threading.BoundedSemaphore(2)
active = most = 0
guard = threading.Lock()


def limited():
    global active, most
    with s:
        with guard:
            active += 1
            most = max(most, active)
        time.sleep(0.005)
        with guard:
            active -= 1


threads = [threading.Thread(target=limited) for _ in range(6)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert most <= 2 and active == 0

b = threading.Barrier(3)
order = []


def meet():
    order.append(b.wait())


threads = [threading.Thread(target=meet) for _ in range(2)]
for t in threads:
    t.start()
order.append(b.wait())
for t in threads:
    t.join()
assert sorted(order) == [0, 1, 2]

e = threading.Event()
assert not e.wait(0.01)
timer = threading.Timer(0.01, e.set)
timer.start()
assert e.wait(10)
timer.join()
print("ok")
