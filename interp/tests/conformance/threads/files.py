# needs: os, threading
# One buffered file written by several threads; pipes between threads.
import os
import threading

r, w = os.pipe()
out = open(w, "wb", buffering=64)


def write(n):
    line = bytes([48 + n]) * 30 + b"\n"
    for _ in range(100):
        out.write(line)


threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
lines = []


def read():
    with open(r, "rb") as f:
        lines.extend(f)


reader = threading.Thread(target=read)
reader.start()
for t in threads:
    t.start()
for t in threads:
    t.join()
out.close()
reader.join()
assert len(lines) == 400 and all(len(set(x[:-1])) == 1 and len(x) == 31 for x in lines)
print("ok")
