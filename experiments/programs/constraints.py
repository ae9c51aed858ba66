"""Constraint solving by backtracking: many short-lived dicts, sets and tuples, nothing kept. L is as M (the heap stays small)."""

import sys

PUZZLES = [
    "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......",
    "52...6.........7.13...........4..8..6......5...........418.........3..2...87.....",
    "6.....8.3.4.7.................5.4.7.3..2.....1.6.......2.....5.....8.6......1....",
    "48.3............71.2.......7.5....6....2..8.............1.76...3.....4......5....",
    "....14....3....2...7..........9...3.6.1.............8.2.....1.4....5.6.....7.8...",
]

# size: (sudoku puzzles, times over, queens, colourings of ring graphs)
SIZES = {"S": (1, 1, 5, 60), "M": (5, 25, 9, 9_000), "L": (5, 25, 9, 9_000)}

DIGITS = "123456789"
SQUARES = [(row, column) for row in range(9) for column in range(9)]


def units_of(square):
    row, column = square
    top, left = row // 3 * 3, column // 3 * 3
    return (
        [(row, c) for c in range(9)],
        [(r, column) for r in range(9)],
        [(r, c) for r in range(top, top + 3) for c in range(left, left + 3)],
    )


UNITS = {square: units_of(square) for square in SQUARES}
PEERS = {square: {s for unit in UNITS[square] for s in unit} - {square} for square in SQUARES}


class Contradiction(Exception):
    """No value is left for some variable."""


def eliminate(values, square, digit):
    if digit not in values[square]:
        return
    values[square] = values[square].replace(digit, "")
    left = values[square]
    if not left:
        raise Contradiction(square)
    if len(left) == 1:
        for peer in sorted(PEERS[square]):
            eliminate(values, peer, left)
    for unit in UNITS[square]:
        places = [s for s in unit if digit in values[s]]
        if not places:
            raise Contradiction(square, digit)
        if len(places) == 1:
            assign(values, places[0], digit)


def assign(values, square, digit):
    for other in values[square]:
        if other != digit:
            eliminate(values, square, other)


def search(values, statistics):
    statistics["nodes"] += 1
    open_squares = [(len(values[s]), s) for s in SQUARES if len(values[s]) > 1]
    if not open_squares:
        return values
    _, square = min(open_squares)
    for digit in values[square]:
        attempt = dict(values)
        try:
            assign(attempt, square, digit)
            solved = search(attempt, statistics)
        except Contradiction:
            statistics["dead ends"] += 1
            continue
        if solved is not None:
            return solved
    return None


def solve(puzzle, statistics):
    values = {square: DIGITS for square in SQUARES}
    for square, digit in zip(SQUARES, puzzle):
        if digit in DIGITS:
            assign(values, square, digit)
    return search(values, statistics)


def queens(size, columns=frozenset(), rising=frozenset(), falling=frozenset(), row=0):
    """How many ways there are to place the queens; each level makes new frozen sets."""
    if row == size:
        return 1
    total = 0
    for column in range(size):
        if column in columns or row + column in rising or row - column in falling:
            continue
        total += queens(size, columns | {column}, rising | {row + column}, falling | {row - column}, row + 1)
    return total


def colour_ring(length, chord):
    """Smallest-last colouring of a ring with chords: a dict of sets, consumed."""
    near = {v: {(v + 1) % length, (v - 1) % length, (v + chord) % length, (v - chord) % length} for v in range(length)}
    order, left = [], {v: set(ns) for v, ns in near.items()}
    while left:
        vertex = min(left, key=lambda v: (len(left[v]), v))
        for neighbour in left.pop(vertex):
            if neighbour in left:
                left[neighbour].discard(vertex)
        order.append(vertex)
    colours = {}
    for vertex in reversed(order):
        used = {colours[n] for n in near[vertex] if n in colours}
        colours[vertex] = next(c for c in range(length) if c not in used)
    return sum((colour + 1) * (vertex + 1) for vertex, colour in colours.items())


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: constraints.py S|M|L")
    puzzles, times, board, rings = SIZES[size]
    statistics = {"nodes": 0, "dead ends": 0}
    check = 0
    for turn in range(times):
        for puzzle in PUZZLES[:puzzles]:
            solved = solve(puzzle, statistics)
            line = "".join(solved[square] for square in SQUARES)
            if turn == 0:
                print(line)
            check = (check * 31 + int(line)) % 4294967291
    print("nodes", statistics["nodes"], "dead ends", statistics["dead ends"])
    ways = queens(board)
    print("queens", board, "ways", ways)
    for number in range(rings):
        check = (check * 31 + colour_ring(5 + number % 24, 2 + number % 3)) % 4294967291
    print("checksum", (check + ways) % 4294967291)


if __name__ == "__main__":
    main()
