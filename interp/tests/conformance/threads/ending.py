# needs: atexit, os, threading, time, warnings
# The end of a program waits for threads, but not for daemons; forked children have one thread.
import atexit
import os
import threading
import time
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
stop = threading.Event()
t = threading.Thread(target=stop.wait)
t.start()
pid = os.fork()
if pid == 0:
    code = 0
    if threading.active_count() != 1 or t.is_alive():
        code = 3
    t2 = threading.Thread(target=lambda: None)
    t2.start()
    t2.join()
    os._exit(code)
stop.set()
t.join()
assert os.waitpid(pid, 0)[1] == 0


def spin():
    while True:
        time.sleep(0.0001)


for _ in range(3):
    threading.Thread(target=spin, daemon=True).start()


def late():
    time.sleep(0.05)
    print("late", flush=True)


atexit.register(print, "atexit", flush=True)
threading.Thread(target=late).start()
print("end of main", flush=True)
