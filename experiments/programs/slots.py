"""__slots__: a quadtree of slotted points and cells; at L millions of long-lived slotted objects, without instance dicts."""

import sys

# size: (points, range queries)
SIZES = {"S": (3_500, 60), "M": (75_000, 14_000), "L": (1_150_000, 100)}

CAPACITY = 8
WORLD = 1 << 20


class Point:
    """Two coordinates and a weight."""

    __slots__ = ("x", "y", "weight")

    def __init__(self, x, y, weight):
        self.x = x
        self.y = y
        self.weight = weight


class Marked(Point):
    """A subclass with one slot more."""

    __slots__ = ("mark",)

    def __init__(self, x, y, weight, mark):
        super().__init__(x, y, weight)
        self.mark = mark


class Cell:
    """A square that holds points, or four smaller squares."""

    __slots__ = ("left", "top", "edge", "points", "quarters", "weight")

    def __init__(self, left, top, edge):
        self.left = left
        self.top = top
        self.edge = edge
        self.points = []
        self.quarters = None
        self.weight = 0

    def child(self, point):
        half = self.edge >> 1
        return self.quarters[(point.x >= self.left + half) + 2 * (point.y >= self.top + half)]

    def add(self, point):
        cell = self
        while cell.quarters is not None:
            cell.weight += point.weight
            cell = cell.child(point)
        cell.weight += point.weight
        cell.points.append(point)
        if len(cell.points) > CAPACITY and cell.edge > 1:
            cell.divide()

    def divide(self):
        half = self.edge >> 1
        self.quarters = tuple(
            Cell(self.left + dx * half, self.top + dy * half, half) for dy in (0, 1) for dx in (0, 1)
        )
        points, self.points = self.points, None
        for point in points:
            self.child(point).add(point)

    def inside(self, left, top, edge):
        """The weight of all points in a square."""
        if left <= self.left and top <= self.top and left + edge >= self.left + self.edge and top + edge >= self.top + self.edge:
            return self.weight
        if left >= self.left + self.edge or top >= self.top + self.edge or self.left >= left + edge or self.top >= top + edge:
            return 0
        if self.quarters is None:
            return sum(p.weight for p in self.points if left <= p.x < left + edge and top <= p.y < top + edge)
        return sum(quarter.inside(left, top, edge) for quarter in self.quarters)

    def remove(self, point):
        cell = self
        while cell.quarters is not None:
            cell.weight -= point.weight
            cell = cell.child(point)
        cell.weight -= point.weight
        cell.points.remove(point)

    def depth(self):
        return 1 if self.quarters is None else 1 + max(quarter.depth() for quarter in self.quarters)

    def __iter__(self):
        if self.quarters is None:
            yield from self.points
        else:
            for quarter in self.quarters:
                yield from quarter


def points(amount, seed):
    state = seed
    for number in range(amount):
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        x, y = state >> 44, (state >> 24) & (WORLD - 1)
        if number % 3 == 0:
            x >>= 3
            y >>= 2
        if number % 10 == 0:
            yield Marked(x, y, 1 + number % 4, number)
        else:
            yield Point(x, y, 1 + number % 4)


def refused():
    """What slotted objects do not allow."""
    point = Point(1, 2, 3)
    for attempt in (
        lambda: setattr(point, "colour", 1),
        lambda: point.__dict__,
        lambda: Cell.__new__(Cell).weight,
        lambda: point.mark,
    ):
        try:
            attempt()
        except AttributeError as error:
            print("AttributeError:", error)
    del point.weight
    print(hasattr(point, "weight"), hasattr(Marked, "mark"), Marked.__slots__)


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: slots.py S|M|L")
    amount, queries = SIZES[size]
    refused()
    root = Cell(0, 0, WORLD)
    marked = []
    for point in points(amount, 3):
        root.add(point)
        if isinstance(point, Marked):
            marked.append(point)
    print("points", amount, "weight", root.weight, "depth", root.depth())
    check = 0
    state = 11
    for number in range(queries):
        state = (state * 69069 + 1) & 0xFFFFFFFF
        edge = WORLD >> 2 + number % 6
        found = root.inside(state >> 12, (state * 31 >> 9) & (WORLD - 1), edge)
        check = (check * 31 + found) & 0xFFFFFFFF
    for point in marked[::2]:
        root.remove(point)
        point.x, point.y = point.y, point.x
        root.add(point)
    assert sum(1 for _ in root) == amount
    for point in root:
        check = (check * 31 + point.x * 7 + point.y) & 0xFFFFFFFF
    print("moved", len(marked[::2]), "last mark", marked[-1].mark)
    print("checksum", check)


if __name__ == "__main__":
    main()
