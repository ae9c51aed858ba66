"""Matrix code: lists of lists of ints and floats; products, Strassen, elimination with pivots, sparse rows as dicts."""

import sys

# size: (edge of the square matrices, a power of two; edge of the float system; rows of the sparse matrix; products of it)
SIZES = {"S": (16, 24, 300, 2), "M": (128, 300, 16_000, 36), "L": (128, 130, 270_000, 1)}

MODULUS = 1_000_003


def numbers(seed):
    state = seed
    while True:
        state = (state * 69069 + 1) & 0xFFFFFFFF
        yield state >> 12


def random_matrix(edge, seed):
    source = numbers(seed)
    return [[next(source) % MODULUS for _ in range(edge)] for _ in range(edge)]


def multiply(left, right):
    columns = list(zip(*right))
    return [[sum([a * b for a, b in zip(row, column)]) % MODULUS for column in columns] for row in left]


def add(left, right):
    return [[(a + b) % MODULUS for a, b in zip(*rows)] for rows in zip(left, right)]


def subtract(left, right):
    return [[(a - b) % MODULUS for a, b in zip(*rows)] for rows in zip(left, right)]


def quarter(matrix):
    half = len(matrix) // 2
    top, bottom = matrix[:half], matrix[half:]
    return (
        [row[:half] for row in top],
        [row[half:] for row in top],
        [row[:half] for row in bottom],
        [row[half:] for row in bottom],
    )


def strassen(left, right):
    """Seven products of quarters instead of eight."""
    if len(left) <= 16:
        return multiply(left, right)
    a, b, c, d = quarter(left)
    e, f, g, h = quarter(right)
    p1 = strassen(a, subtract(f, h))
    p2 = strassen(add(a, b), h)
    p3 = strassen(add(c, d), e)
    p4 = strassen(d, subtract(g, e))
    p5 = strassen(add(a, d), add(e, h))
    p6 = strassen(subtract(b, d), add(g, h))
    p7 = strassen(subtract(a, c), add(e, f))
    top_left = add(subtract(add(p5, p4), p2), p6)
    bottom_right = subtract(subtract(add(p1, p5), p3), p7)
    top = [row + more for row, more in zip(top_left, add(p1, p2))]
    return top + [row + more for row, more in zip(add(p3, p4), bottom_right)]


def solve(matrix, vector):
    """Gaussian elimination with partial pivoting; leaves its inputs alone."""
    rows = [row[:] + [value] for row, value in zip(matrix, vector)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda r: abs(rows[r][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        head = rows[column]
        for below in range(column + 1, size):
            row = rows[below]
            factor = row[column] / head[column]
            if factor != 0.0:
                for k in range(column, size + 1):
                    row[k] -= factor * head[k]
    result = [0.0] * size
    for r in range(size - 1, -1, -1):
        row = rows[r]
        total = row[size]
        for k in range(r + 1, size):
            total -= row[k] * result[k]
        result[r] = total / row[r]
    return result


def sparse(rows, seed):
    source = numbers(seed)
    made = []
    for number in range(rows):
        row = {number: 2}
        for _ in range(4):
            row[next(source) % rows] = 300 + next(source) % 700
        made.append(row)
    return made


def sparse_apply(matrix, vector):
    out = []
    for row in matrix:
        total = 0
        for column, value in row.items():
            total += value * vector[column]
        out.append(total % MODULUS)
    return out


def transpose(matrix):
    turned = [{} for _ in matrix]
    for number, row in enumerate(matrix):
        for column, value in row.items():
            turned[column][number] = value
    return turned


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: matrices.py S|M|L")
    edge, system, rows, products = SIZES[size]
    left, right = random_matrix(edge, 1), random_matrix(edge, 2)
    plain = multiply(left, right)
    assert strassen(left, right) == plain
    check = sum(sum(row) for row in plain)
    print("product", edge, "sum", check)
    source = numbers(3)
    matrix = [[(next(source) % 2000 - 1000) / 64.0 for _ in range(system)] for _ in range(system)]
    wanted = [float(k % 7 - 3) for k in range(system)]
    vector = [sum([a * x for a, x in zip(row, wanted)]) for row in matrix]
    found = solve(matrix, vector)
    worst = max(abs(a - b) for a, b in zip(found, wanted))
    print("system", system, "solved", worst < 1e-6, [round(x) for x in found[:7]])
    grid = sparse(rows, 4)
    turned = transpose(grid)
    assert sum(map(len, grid)) == sum(map(len, turned))
    state = [(k * k + 1) % MODULUS for k in range(rows)]
    for _ in range(products):
        state = sparse_apply(turned, sparse_apply(grid, state))
    for value in state:
        check = (check * 31 + value) & 0xFFFFFFFF
    print("sparse", rows, "entries", sum(map(len, grid)))
    print("checksum", check)


if __name__ == "__main__":
    main()
