# Prints set histories and the order that CPython 3.14 shows after them; `python3.14 set_order.py > set_order.txt`.
import random
r = random.Random(7)
for n in range(80):
    s, ops = set(), []
    size = r.choice([3, 8, 20, 60, 200])
    span = r.choice([size, size * 3, 1 << 20])
    for _ in range(size):
        k = r.random()
        if k < 0.75 or not s:
            v = r.randrange(span)
            s.add(v); ops.append(f"a{v}")
        elif k < 0.9:
            v = r.choice(sorted(s))
            s.remove(v); ops.append(f"r{v}")
        elif k < 0.95:
            s.pop(); ops.append("p")
        else:
            s = s.copy(); ops.append("c")
    print(" ".join(ops), "|", " ".join(map(str, s)))
