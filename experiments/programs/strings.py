"""String building: piecewise text, joins, splits, slices, formatting, an index from words to positions; strings of all widths."""

import sys

# size: (lines of text, rounds of editing)
SIZES = {"S": (350, 1), "M": (14_000, 18), "L": (180_000, 1)}

SYLLABLES = "ka lo mi ru sen tar vo bel dro qui zé ño 日 ☃".split()


def words(seed):
    """An endless stream of made-up words."""
    state = seed
    while True:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        word = ""
        for _ in range(1 + (state >> 9) % 3):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            word += SYLLABLES[(state >> 10) % len(SYLLABLES)]
        yield word


def make_text(lines):
    source = words(7)
    made = []
    for number in range(lines):
        line = f"{number:06d}:"
        for _ in range(8):
            line += " " + next(source)
        made.append(line.capitalize() + ".")
    return "\n".join(made)


def index(text):
    """Where every word occurs: word -> list of (line, column)."""
    found = {}
    for number, line in enumerate(text.splitlines()):
        column = 0
        for word in line.rstrip(".").split(" ")[1:]:
            column = line.index(word, column)
            found.setdefault(word, []).append((number, column))
            column += len(word)
    return found


class Rope:
    """A text in pieces that may be cut and put together again."""

    def __init__(self, text, width=60):
        self.pieces = [text[start : start + width] for start in range(0, len(text), width)]

    def rotate(self, by):
        self.pieces = self.pieces[by:] + self.pieces[:by]

    def map(self, change):
        self.pieces = [change(piece) for piece in self.pieces]

    def __len__(self):
        return sum(map(len, self.pieces))

    def __str__(self):
        return "".join(self.pieces)


def rot(text, by):
    """Shifts ASCII letters, one character at a time."""
    out = []
    for char in text:
        if "a" <= char <= "z":
            char = chr((ord(char) - 97 + by) % 26 + 97)
        out.append(char)
    return "".join(out)


def justify(line, width):
    parts = line.split()
    lines, current = [], ""
    for part in parts:
        if len(current) + len(part) + 1 > width:
            lines.append(current.ljust(width) + "|")
            current = ""
        current += (" " if current else "") + part
    lines.append(current.rjust(width) + "|")
    return "\n".join(lines)


def digest(text, step):
    value = 5381
    for char in text[::step]:
        value = (value * 33 ^ ord(char)) & 0xFFFFFFFF
    return value


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: strings.py S|M|L")
    lines, rounds = SIZES[size]
    text = make_text(lines)
    table = index(text)
    print("characters", len(text), "words", len(table))
    common = sorted(table, key=lambda word: (-len(table[word]), word))[:5]
    for word in common:
        print("%-8s %6d %r" % (word, len(table[word]), table[word][0]))
    rope = Rope(text)
    step = max(1, len(text) // 50_000)
    check = digest(text, step)
    for turn in range(rounds):
        rope.rotate(len(rope.pieces) // 3 + turn)
        rope.map(lambda piece: piece.replace("ka", "KA").replace("mi", "m"))
        rope.map(lambda piece: piece.swapcase() if len(piece) % 2 else piece.title())
        rope.map(lambda piece: rot(piece, turn + 1))
        whole = str(rope)
        assert len(whole) == len(rope)
        check = (check * 31 + digest(whole, step)) & 0xFFFFFFFF
    print(justify(str(rope)[:160].replace("\n", " "), 36))
    numbers = ",".join(f"{n}:{n:x}:{n / 7:.3f}" for n in range(lines))
    fields = [part.partition(":") for part in numbers.split(",")]
    assert all(int(head) == n for n, (head, _, _) in enumerate(fields))
    kept = {head + tail: tail.upper().encode() for head, _, tail in fields}
    print("kept", len(kept), "longest", max(len(key) for key in kept))
    check = (check + sum(len(value) for value in kept.values()) + digest(numbers, step)) & 0xFFFFFFFF
    print("checksum", check)


if __name__ == "__main__":
    main()
