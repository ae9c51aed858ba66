# needs: os, signal, time
# Waiting for signals, signals to process descriptors, the wake-up descriptor, scheduling parameters.
import os
import signal
import time


def raises(error, f, *args, **kw):
    try:
        f(*args, **kw)
    except error as e:
        assert type(e) is error, type(e)
        return str(e)
    raise AssertionError("nothing raised")


old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
os.kill(os.getpid(), signal.SIGUSR1)
info = signal.sigwaitinfo({signal.SIGUSR1})
assert info.si_signo == signal.SIGUSR1 and info.si_pid == os.getpid() and info.si_uid == os.getuid()
assert type(info) is signal.struct_siginfo and len(info) == 7
start = time.monotonic()
assert signal.sigtimedwait([signal.SIGUSR1], 0.02) is None
assert time.monotonic() - start >= 0.019
assert raises(ValueError, signal.sigtimedwait, [signal.SIGUSR1], -1) == "timeout must be non-negative"
assert raises(ValueError, signal.pthread_sigmask, signal.SIG_BLOCK, [1 << 1000]) == "signal number -1 out of range [1; 64]"
fd = os.pidfd_open(os.getpid())
signal.pidfd_send_signal(fd, signal.SIGUSR1)
assert signal.sigwait({signal.SIGUSR1}) == signal.SIGUSR1
assert raises(TypeError, signal.pidfd_send_signal, fd, signal.SIGUSR1, object()) == "siginfo must be None"
signal.pthread_sigmask(signal.SIG_SETMASK, old)

r, w = os.pipe()
os.set_blocking(w, False)
assert signal.set_wakeup_fd(w, warn_on_full_buffer=False) == -1
signal.signal(signal.SIGUSR1, lambda *a: None)
os.kill(os.getpid(), signal.SIGUSR1)
assert os.read(r, 10) == bytes([signal.SIGUSR1])
assert signal.set_wakeup_fd(-1) == w

p = os.sched_param(3)
assert p.sched_priority == 3 and p.__reduce__() == (os.sched_param, (3,))
fd = os.eventfd(0)
os.eventfd_write(fd, 2**64 - 2)
assert os.eventfd_read(fd) == 2**64 - 2


class Pathless:
    __fspath__ = None


assert raises(TypeError, os.fspath, Pathless()) == "expected str, bytes or os.PathLike object, not Pathless"
print("ok")
