# A signal handler that raises ends a buffered write that blocks; writes to a full pipe that does not block keep what fits.
import io, os, signal, threading

def handler(n, frame): 1 / 0
signal.signal(signal.SIGALRM, handler)
for how in ({"mode": "wb", "buffering": 1024}, {"mode": "wb", "buffering": 0}, {"mode": "w", "encoding": "ascii"}):
    r, w = os.pipe()
    f = open(w, closefd=False, **how)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        # The write comes back with a part, because of the signal: the rest must not be tried before its handler has run.
        f.write(("x" if how["mode"] == "w" else b"x") * (1 << 22))
    except ZeroDivisionError: pass
    else: raise AssertionError(how)
    finally: signal.setitimer(signal.ITIMER_REAL, 0)
    os.close(w); os.close(r)
    try: f.close()
    except OSError: pass

r, w = os.pipe()
os.set_blocking(w, False)
f = open(w, "wb", buffering=100)
try:
    f.write(b"x" * (1 << 20))
except BlockingIOError as e:
    assert 100 < e.characters_written < 1 << 20 and e.args[1] == "write could not complete without blocking", e.args
    taken = e.characters_written
else: raise AssertionError
# The buffer is full; nothing more goes in.
try: f.write(b"yy")
except BlockingIOError as e: assert e.characters_written == 0, e.args
else: raise AssertionError
try: f.flush()
except BlockingIOError as e: assert e.characters_written == 0
else: raise AssertionError
got = os.read(r, 1 << 20)
f.flush()
assert len(got) + len(os.read(r, 1 << 20)) == taken
f.close()
print("ok")
