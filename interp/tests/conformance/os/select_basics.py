# needs: os, select, time
# select(), poll objects and epoll objects over pipes.
import os
import select
import time


def raises(error, f, *args, **kw):
    try:
        f(*args, **kw)
    except error as e:
        assert type(e) is error, type(e)
        return str(e)
    raise AssertionError("nothing raised")


r, w = os.pipe()
assert select.select([r], [w], [], 0) == ([], [w], [])
start = time.monotonic()
assert select.select([r], [], [], 0.02) == ([], [], [])
assert time.monotonic() - start >= 0.02
os.write(w, b"x")


class File:
    def fileno(self):
        return r


f = File()
assert select.select([f, r], [], [], None) == ([f, r], [], [])
assert raises(TypeError, select.select, 1, [], []) == "arguments 1-3 must be sequences"
assert raises(TypeError, select.select, [], [], [], "x") == "timeout must be a float or None"
assert raises(ValueError, select.select, [], [], [], -1) == "timeout must be non-negative"
assert raises(ValueError, select.select, [5000], [], [], 0) == "filedescriptor out of range in select()"

p = select.poll()
p.register(r, select.POLLIN)
p.register(w, select.POLLOUT)
assert p.poll() == [(r, select.POLLIN), (w, select.POLLOUT)]
p.modify(w, 0)
assert p.poll(0) == [(r, select.POLLIN)]
p.unregister(r)
assert p.poll(1) == []
assert raises(KeyError, p.unregister, r) == str(r)
assert raises(FileNotFoundError, p.modify, r, 1)
assert raises(ValueError, p.register, r, -1) == "Cannot convert negative int"
assert raises(OverflowError, p.register, r, 65536) == "Python int too large for C unsigned short"
assert raises(OverflowError, p.poll, 2**31) == "timeout is too large"

with select.epoll() as e:
    assert not e.closed and e.fileno() > 2
    e.register(r, select.EPOLLIN)
    assert e.poll(1) == [(r, select.EPOLLIN)]
    e.modify(r, 0)
    assert e.poll(0) == []
    assert raises(FileExistsError, e.register, r)
    e.unregister(r)
    assert raises(ValueError, e.poll, 0, 0) == "maxevents must be greater than 0, got 0"
    assert os.get_inheritable(e.fileno()) is False
assert e.closed
assert raises(ValueError, e.fileno) == "I/O operation on closed epoll object"
print("ok")
