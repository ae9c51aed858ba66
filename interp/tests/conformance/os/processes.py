# needs: multiprocessing, os, sys, syslog
# Named semaphores and shared memory, alone and through multiprocessing; the log.
import _multiprocessing
import multiprocessing
import os
import syslog
from multiprocessing import shared_memory


def raises(error, f, *args, **kw):
    try:
        f(*args, **kw)
    except error as e:
        assert type(e) is error, type(e)
        return str(e)
    raise AssertionError("nothing raised")


name = "/instar-%d-" % os.getpid()
s = _multiprocessing.SemLock(1, 1, 1, name + "s", True)
assert (s.kind, s.maxvalue, s.name, s._count(), s._get_value()) == (1, 1, None, 0, 1)
assert s.acquire() is True and s._is_mine() and s._is_zero()
assert s.acquire(False) is False and s.acquire(True, 0.01) is False
assert s.release() is None
assert raises(ValueError, s.release) == "semaphore or lock released too many times"
r = _multiprocessing.SemLock(0, 1, 1, name + "r", False)
with r:
    assert r.acquire() and r._count() == 2
    r.release()
assert raises(AssertionError, r.release) == "attempt to release recursive lock not owned by thread"
again = _multiprocessing.SemLock._rebuild(0, 0, 1, name + "r")
assert again.name == name + "r" and again.acquire() and again._is_zero() and r._is_zero()
_multiprocessing.sem_unlink(name + "r")
assert raises(FileNotFoundError, _multiprocessing.sem_unlink, name + "r")
assert raises(ValueError, _multiprocessing.SemLock, 2, 1, 1, name + "x", True) == "unrecognized kind"


def square(n):
    return n * n


def fill(queue, lock):
    with lock:
        queue.put(os.getpid())


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    lock, queue = context.Lock(), context.SimpleQueue()
    children = [context.Process(target=fill, args=(queue, lock)) for _ in range(2)]
    for c in children:
        c.start()
    for c in children:
        c.join()
    assert [c.exitcode for c in children] == [0, 0]
    assert sorted(queue.get() for _ in children) == sorted(c.pid for c in children)
    with context.Pool(2) as pool:
        assert pool.map(square, range(5)) == [0, 1, 4, 9, 16]

    memory = shared_memory.SharedMemory(create=True, size=100)
    memory.buf[:4] = b"abcd"
    other = shared_memory.SharedMemory(memory.name)
    assert bytes(other.buf[:4]) == b"abcd"
    other.close()
    memory.close()
    memory.unlink()

    assert (syslog.LOG_MASK(3), syslog.LOG_UPTO(3)) == (8, 15)
    syslog.openlog("instar-test", syslog.LOG_PID, syslog.LOG_LOCAL0)
    syslog.syslog(syslog.LOG_DEBUG, "a message")
    assert syslog.setlogmask(syslog.LOG_UPTO(syslog.LOG_ERR)) == 255
    syslog.closelog()
    assert raises(TypeError, syslog.syslog) == "syslog.syslog requires 1 to 2 arguments"
    print("ok")
