"""Writes golden.txt: what CPython 3.14 answers. Usage: python3.14 golden.py > golden.txt"""
import math, random, struct

rnd = random.Random(5)

def show(v):
    if isinstance(v, bool): return "?%d" % v
    if isinstance(v, int): return "i%d" % v
    if isinstance(v, float): return "f" + struct.pack(">d", v).hex()
    if isinstance(v, complex): return "c" + struct.pack(">dd", v.real, v.imag).hex()
    return "b" + v.hex()

def some(code):
    if code in "bBhHiIlLqQnNP":
        return rnd.choice([rnd.randrange(-10, 300), rnd.randrange(-2**16, 2**16), rnd.randrange(-2**64, 2**65) if rnd.random() < .3 else 7, rnd.choice([-1, 1]) * 2**rnd.choice([7, 8, 15, 16, 31, 32, 63, 64]) + rnd.choice([-1, 0]), 2**130])
    if code == "?": return rnd.random() < .5
    if code == "c": return rnd.randbytes(rnd.choice([1, 1, 1, 0, 2]))
    if code in "sp": return rnd.randbytes(rnd.choice([0, 1, 3, 5, 300]))
    def number():
        k = rnd.randrange(6)
        if k == 0: return rnd.uniform(-3, 3)
        if k == 1: return rnd.choice([0.0, -0.0, math.inf, -math.inf, math.nan, 65519.9, 65520.0, 65504.0, 6e-8, 2.98e-8, 2.9802322387695312e-08, 3e-8, 6.1e-5, 3.4028235677973366e38, 3.4028235677973362e38, 1e-45, 7.006492321624085e-46, 7.1e-46, 1e-40])
        if k == 2: return float(rnd.randrange(-70000, 70000))
        if k == 3: return rnd.uniform(-1, 1) * 10.0**rnd.randrange(-50, 45)
        if k == 4: return rnd.uniform(-1, 1) * 2.0**rnd.randrange(-30, 17)
        return struct.unpack("<d", rnd.randbytes(8))[0]
    if code in "FD": return complex(number(), number())
    return number()

for _ in range(1500):
    order = rnd.choice(["", "@", "=", "<", ">", "!"])
    fmt, values = order, []
    for _ in range(rnd.randrange(1, 5)):
        code = rnd.choice("xcbB?hHiIlLqQnNPefdspFD" if rnd.random() < .97 else "zw*")
        count = rnd.choice(["", "", "", "0", "1", "2", "3", "10"]) if code not in "sp" else rnd.choice(["", "0", "1", "4", "9", "300"])
        fmt += rnd.choice(["", "", " "]) + count + code
        if code in "sp": values.append(some(code))
        elif code not in "xzw*": values += [some(code) for _ in range(int(count or 1))]
    if rnd.random() < .05 and values: values.pop()
    if rnd.random() < .02: fmt += "3"
    try:
        data = struct.pack(fmt, *values)
        result = "=" + data.hex() + " " + ",".join(map(show, struct.unpack(fmt, data)))
    except (struct.error, OverflowError) as e:
        result = "!" + str(e)
    try: size = struct.calcsize(fmt)
    except struct.error: size = -1
    print(fmt, ",".join(map(show, values)), size, result, sep="\t")
