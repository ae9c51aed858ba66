# needs: _thread, signal, threading, time
# Signals are handled in the main thread, which they wake; threads go on.
import _thread
import signal
import threading
import time

where = []
signal.signal(signal.SIGUSR1, lambda n, f: where.append(threading.current_thread() is threading.main_thread()))
t = threading.Thread(target=signal.raise_signal, args=(signal.SIGUSR1,))
t.start()
t.join()
until = time.monotonic() + 10
while not where and time.monotonic() < until:
    time.sleep(0.001)
assert where == [True], where
errors = []


def not_here():
    for call in (lambda: signal.signal(signal.SIGUSR1, signal.SIG_DFL), lambda: signal.set_wakeup_fd(-1)):
        try:
            call()
        except ValueError as e:
            errors.append(str(e))


t = threading.Thread(target=not_here)
t.start()
t.join()
assert errors == ["signal only works in main thread of the main interpreter", "set_wakeup_fd only works in main thread of the main interpreter"], errors

# A signal interrupts the main thread's wait for a lock.
lock = threading.Lock()
lock.acquire()


class Late(Exception):
    pass


def handler(n, f):
    raise Late


signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    lock.acquire(timeout=20)
except Late:
    pass
else:
    raise AssertionError("no signal")

# interrupt_main simulates one.
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    _thread.start_new_thread(_thread.interrupt_main, ())
    for _ in range(1000):
        time.sleep(0.001)
except KeyboardInterrupt:
    pass


# One that comes with the lock is handled at once: the lock is taken, nothing has been done with it.
def wait():
    waiter = threading.Lock()
    waiter.acquire()

    def wake():
        waiter.release()
        _thread.interrupt_main()

    late = False
    _thread.start_new_thread(wake, ())
    try:
        waiter.acquire()
        late = True
        for _ in range(1000):
            time.sleep(0.001)
    except KeyboardInterrupt:
        assert waiter.locked()
    return late


assert not all(wait() for _ in range(5))
try:
    _thread.interrupt_main(1000)
except ValueError as e:
    assert str(e) == "signal number out of range"
print("ok")
