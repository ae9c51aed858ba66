# needs: mmap, os, tempfile
# Memory maps: of files and anonymous, reading and writing, searching, sizes, buffers.
import mmap
import os
import tempfile


def raises(error, f, *args, **kw):
    try:
        f(*args, **kw)
    except error as e:
        assert type(e) is error, type(e)
        return str(e)
    raise AssertionError("nothing raised")


with tempfile.TemporaryFile() as f:
    f.write(b"0123456789\n" * 1000)
    f.flush()
    with mmap.mmap(f.fileno(), 0) as m:
        assert len(m) == m.size() == 11000 and m.readline() == b"0123456789\n" and m.tell() == 11
        assert m[0] == 48 and m[-2:] == b"9\n" and m[10:0:-5] == b"\n5"
        m[0:4] = b"ABCD"
        m[5] = 69
        assert m.seek(0) == 0 and m.read(6) == b"ABCD4E"
        assert m.find(b"345") == 14 and m.rfind(b"345") == 10992 and m.find(b"nothing") == -1
        m.move(20, 0, 4)
        assert m[20:24] == b"ABCD"
        assert m.write(b"xy") == 2 and m[6:8] == b"xy"
        m.flush()
        assert os.pread(f.fileno(), 4, 20) == b"ABCD"
        m.resize(100)
        assert len(m) == 100 == os.fstat(f.fileno()).st_size
        view = memoryview(m)
        assert raises(BufferError, m.close) == "cannot close exported pointers exist"
        assert raises(BufferError, m.resize, 10) == "mmap can't resize with extant buffers exported."
        view[0] = 97
        view.release()
        assert m[0] == 97
        m.madvise(mmap.MADV_RANDOM)
        assert raises(IndexError, lambda: m[100]) == "mmap index out of range"
        assert raises(ValueError, m.seek, 101) == "seek out of range"
    assert m.closed and raises(ValueError, m.read) == "mmap closed or invalid"
    with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m:
        assert raises(TypeError, m.write, b"x") == "mmap can't modify a readonly memory map."
        assert memoryview(m).readonly
    with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY) as m:
        m[0] = 90
        assert os.pread(f.fileno(), 1, 0) == b"a"
    assert raises(ValueError, mmap.mmap, f.fileno(), 200) == "mmap length is greater than file size"
assert raises(OverflowError, mmap.mmap, -1, -1) == "memory mapped length must be positive"

with mmap.mmap(-1, 4096) as m:
    pid = os.fork()
    if pid == 0:
        m[0:5] = b"child"
        os._exit(0)
    os.waitpid(pid, 0)
    assert m[:5] == b"child" and list(m)[:2] == [b"c", b"h"]
print("ok")
