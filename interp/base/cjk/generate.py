"""Makes src/tables.bin: what each character set maps to what, asked of a CPython 3.14.

usage: python3.14 generate.py > src/tables.bin

Each encoding is a list of differences from another one (or from nothing): runs of neighbouring keys with their code points, then
pairs of code points that one key stands for, then what encodes otherwise than it decodes. Numbers are LEB128; `src/table.rs` reads it.
A key is the bytes of a character as one number, the lead byte 8F of EUC-JP's third set included.
"""
import sys

ENCODINGS = [  # in the order of `Charset` in src/lib.rs; the second is the base
    ("gb2312", None), ("gbk", "gb2312"), ("gb18030", "gbk"), ("big5", None), ("cp950", "big5"), ("big5hkscs", "big5"),
    ("shift_jis", None), ("cp932", "shift_jis"), ("euc_jp", None), ("shift_jis_2004", "shift_jis"), ("euc_jis_2004", "euc_jp"),
    ("euc_jisx0213", "euc_jis_2004"), ("shift_jisx0213", "shift_jis_2004"), ("euc_kr", None), ("cp949", "euc_kr"), ("johab", None),
]


def decoded(name, key, n):
    try:
        return key.to_bytes(n, "big").decode(name)
    except UnicodeDecodeError:
        return None


def forward(name):
    keys = {}
    for a in range(256):
        keys[a] = decoded(name, a, 1)
        if keys[a] is None:
            for b in range(256):
                keys[a << 8 | b] = decoded(name, a << 8 | b, 2)
                if name.startswith("euc_j") and a == 0x8F and b >= 0xA1:
                    for c in range(0xA1, 0xFF):
                        key = a << 16 | b << 8 | c
                        keys[key] = decoded(name, key, 3)
    return {k: v for k, v in keys.items() if v}


def backward(name, texts):
    made = {}
    for text in texts:
        try:
            b = text.encode(name)
        except UnicodeEncodeError:
            continue
        if len(b) <= 3:
            made[text] = int.from_bytes(b, "big")
    return made


out = bytearray()


def number(n):
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)


def signed(n):
    number(n << 1 if n >= 0 else -n << 1 | 1)


tables = {}
every = [chr(c) for c in range(0x30000) if not 0xD800 <= c < 0xE000]
for name, base in ENCODINGS:
    table = tables[name] = forward(name)
    old = tables[base] if base else {}
    changed = {k: table.get(k, "\0") for k in table.keys() | old.keys() if table.get(k) != old.get(k)}
    single = sorted((k, ord(v)) for k, v in changed.items() if len(v) == 1)
    runs = []
    for key, code in single:
        if runs and runs[-1][0] + len(runs[-1][1]) == key:
            runs[-1][1].append(code)
        else:
            runs.append((key, [code]))
    number(len(runs))
    at, last = 0, 0
    for key, codes in runs:
        number(key - at)
        number(len(codes))
        for code in codes:
            signed(code - last)
            last = code + 1
        at = key + len(codes)
    pairs = sorted((k, v) for k, v in changed.items() if len(v) == 2)
    number(len(pairs))
    for key, text in pairs:
        for n in (key, *map(ord, text)):
            number(n)
    # What the reader derives: the first key of each text.
    derived = {}
    for key in sorted(table, key=lambda k: (k > 0xFF, k > 0xFFFF, k)):
        derived.setdefault(table[key], key)
    real = backward(name, every + [t for t in derived if len(t) == 2])
    differs = sorted((ord(t), real.get(t, 0)) for t in derived.keys() | real.keys() if len(t) == 1 and real.get(t) != derived.get(t) and t != "\0")
    assert all(real.get(t) == k for t, k in derived.items() if len(t) == 2)
    number(len(differs))
    last = 0
    for code, key in differs:
        number(code - last)
        number(key)
        last = code
    print(name, len(table), "changed", len(changed), "pairs", len(pairs), "differs", len(differs), "bytes", len(out), file=sys.stderr)

# GB 18030's four-byte forms of the basic plane: runs of (index, code point, length).
runs = []
for index in range(39420):
    rest, d = divmod(index, 10)
    rest, c = divmod(rest, 126)
    a, b = divmod(rest, 10)
    text = decoded("gb18030", (a + 0x81) << 24 | (b + 0x30) << 16 | (c + 0x81) << 8 | d + 0x30, 4)
    if not text:
        continue
    code = ord(text)
    if runs and runs[-1][0] + runs[-1][2] == index and runs[-1][1] + runs[-1][2] == code:
        runs[-1][2] += 1
    else:
        runs.append([index, code, 1])
number(len(runs))
for run in runs:
    for n in run:
        number(n)
sys.stdout.buffer.write(out)
