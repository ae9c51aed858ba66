"""Sets and breadth-first search: adjacency sets of ints and tuples, frontiers as sets, set algebra, union-find in dicts."""

import sys

# size: (vertices of the random graph, edge of the grid, searches)
SIZES = {"S": (700, 14, 3), "M": (30_000, 110, 64), "L": (420_000, 260, 1)}


def numbers(seed):
    state = seed
    while True:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        yield state >> 8


def random_graph(vertices, seed):
    """Each vertex gets about three edges; isolated parts are likely."""
    near = {vertex: set() for vertex in range(vertices)}
    source = numbers(seed)
    for vertex in range(vertices):
        for _ in range(next(source) % 4):
            other = (vertex + 1 + next(source) % 1000) % vertices
            near[vertex].add(other)
            near[other].add(vertex)
    return near


def levels(near, start):
    """Breadth-first search by whole frontiers."""
    seen = {start}
    frontier = {start}
    sizes = []
    while frontier:
        sizes.append(len(frontier))
        following = set()
        for vertex in frontier:
            following |= near[vertex]
        following -= seen
        seen |= following
        frontier = following
    return seen, sizes


class Grid:
    """A maze: walls are a set of (row, column)."""

    def __init__(self, edge, seed):
        self.edge = edge
        source = numbers(seed)
        self.walls = {(r, c) for r in range(edge) for c in range(edge) if next(source) % 10 < 3}
        self.walls -= {(0, 0), (edge - 1, edge - 1)}

    def steps(self, place):
        row, column = place
        for option in ((row + 1, column), (row, column + 1), (row - 1, column), (row, column - 1)):
            if 0 <= option[0] < self.edge and 0 <= option[1] < self.edge and option not in self.walls:
                yield option

    def path(self, start, goal):
        came = {start: None}
        queue = [start]
        for place in queue:
            if place == goal:
                break
            for option in self.steps(place):
                if option not in came:
                    came[option] = place
                    queue.append(option)
        if goal not in came:
            return len(came), []
        trail = [goal]
        while came[trail[-1]] is not None:
            trail.append(came[trail[-1]])
        return len(came), trail[::-1]


class Partition:
    """Union-find with path halving."""

    def __init__(self, members):
        self.parent = {member: member for member in members}

    def find(self, member):
        parent = self.parent
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    def union(self, one, other):
        one, other = self.find(one), self.find(other)
        if one != other:
            self.parent[max(one, other)] = min(one, other)


def triangles(near):
    """Counts triangles by intersecting neighbourhoods."""
    total = 0
    for vertex, others in near.items():
        later = {other for other in others if other > vertex}
        for other in later:
            total += len(later & near[other])
    return total // 1


def life(cells, turns):
    """Game of Life on an endless board: a set of live cells."""
    for _ in range(turns):
        around = {}
        for row, column in cells:
            for r in (row - 1, row, row + 1):
                for c in (column - 1, column, column + 1):
                    around[r, c] = around.get((r, c), 0) + 1
        cells = {place for place, n in around.items() if n == 3 or (n == 4 and place in cells)}
    return cells


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: graphs.py S|M|L")
    vertices, edge, searches = SIZES[size]
    near = random_graph(vertices, 5)
    partition = Partition(near)
    for vertex, others in near.items():
        for other in others:
            partition.union(vertex, other)
    parts = {}
    for vertex in near:
        parts.setdefault(partition.find(vertex), set()).add(vertex)
    print("parts", len(parts), "largest", max(map(len, parts.values())))
    check = 0
    for number in range(searches):
        seen, sizes = levels(near, number * 17 % vertices)
        assert seen == parts[partition.find(number * 17 % vertices)]
        check = (check * 31 + sum(k * n for k, n in enumerate(sizes, 1))) & 0xFFFFFFFF
    print("levels", sizes[:12])
    print("triangles", triangles(near))
    for seed in range(1, 1 + searches):
        grid = Grid(edge, seed)
        reached, trail = grid.path((0, 0), (edge - 1, edge - 1))
        check = (check * 31 + reached * 7 + len(trail)) & 0xFFFFFFFF
        if seed <= 3:
            print("maze", seed, "reached", reached, "path", len(trail))
    cells = life({(0, 1), (1, 2), (1, 0), (1, 1), (2, 2)}, edge // 2 + 10)
    print("life", len(cells), min(cells), max(cells))
    for row, column in sorted(cells):
        check = (check * 31 + row * 1009 + column) & 0xFFFFFFFF
    kinds = {frozenset(len(near[other]) for other in others) for others in near.values()}
    print("kinds of neighbourhoods", len(kinds), sorted(map(len, kinds))[-1])
    print("checksum", check)


if __name__ == "__main__":
    main()
