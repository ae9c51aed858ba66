# needs: concurrent.futures, queue, threading, time
# queue, _queue.SimpleQueue and concurrent.futures on threads.
import concurrent.futures
import queue
import threading
import time

q = queue.SimpleQueue()
assert q.empty() and q.qsize() == 0
try:
    q.get_nowait()
except queue.Empty:
    pass
begin = time.monotonic()
try:
    q.get(timeout=0.02)
except queue.Empty:
    assert time.monotonic() - begin >= 0.019
try:
    q.get(timeout=-1)
except ValueError as e:
    assert str(e) == "'timeout' must be a non-negative number"
threading.Timer(0.01, q.put, ["late"]).start()
assert q.get() == "late"
got = []


def take():
    while (item := q.get()) is not None:
        got.append(item)


threads = [threading.Thread(target=take) for _ in range(3)]
for t in threads:
    t.start()
for n in range(300):
    q.put(n)
for t in threads:
    q.put(None)
for t in threads:
    t.join()
assert sorted(got) == list(range(300))

bounded = queue.Queue(maxsize=2)


def fill():
    for n in range(20):
        bounded.put(n)


t = threading.Thread(target=fill)
t.start()
items = []
for _ in range(20):
    items.append(bounded.get())
    bounded.task_done()
t.join()
bounded.join()
assert items == list(range(20))

with concurrent.futures.ThreadPoolExecutor(3) as pool:
    assert list(pool.map(lambda n: n * n, range(20))) == [n * n for n in range(20)]
    f = pool.submit(lambda: 1 / 0)
    assert isinstance(f.exception(), ZeroDivisionError)
    done, waiting = concurrent.futures.wait([pool.submit(time.sleep, 0.01) for _ in range(3)])
    assert len(done) == 3 and not waiting
print("ok")
