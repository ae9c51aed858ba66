"""Float physics: particles in cells with forces between near ones; boxed floats made and dropped at every operation. L is as M."""

import math
import sys

# size: (particles, steps)
SIZES = {"S": (120, 4), "M": (1_500, 75), "L": (1_500, 75)}

CUTOFF = 1.5
STEP = 0.004


class Vector:
    """Immutable by habit: every operation makes a new one."""

    def __init__(self, x, y, z):
        self.x = x
        self.y = y
        self.z = z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor, self.z * factor)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z


class Particle:
    """Position, velocity and the force of the current step."""

    def __init__(self, position, velocity, mass):
        self.position = position
        self.velocity = velocity
        self.force = Vector(0.0, 0.0, 0.0)
        self.mass = mass


class Box:
    """A cubic box with reflecting walls, divided into cells."""

    def __init__(self, amount):
        self.edge = math.ceil(amount ** (1 / 3)) * 1.1
        self.particles = list(self.fill(amount))
        self.potential = 0.0
        self.pairs = 0

    def fill(self, amount):
        side = math.ceil(amount ** (1 / 3))
        for number in range(amount):
            x, rest = number % side, number // side
            y, z = rest % side, rest // side
            angle = number * 2.399963
            yield Particle(
                Vector(0.6 + x * 1.05, 0.6 + y * 1.05, 0.6 + z * 1.05),
                Vector(math.cos(angle), math.sin(angle), math.cos(angle * 0.5)),
                1.0 + number % 3 * 0.25,
            )

    def cells(self):
        found = {}
        for particle in self.particles:
            position = particle.position
            key = (int(position.x / CUTOFF), int(position.y / CUTOFF), int(position.z / CUTOFF))
            found.setdefault(key, []).append(particle)
        return found

    def near(self):
        """Yields each pair of particles in the same cell or in neighbours."""
        cells = self.cells()
        half = [(dx, dy, dz) for dx in (-1, 0, 1) for dy in (-1, 0, 1) for dz in (-1, 0, 1) if (dx, dy, dz) > (0, 0, 0)]
        for (x, y, z), members in cells.items():
            for index, one in enumerate(members):
                for other in members[index + 1 :]:
                    yield one, other
            for dx, dy, dz in half:
                others = cells.get((x + dx, y + dy, z + dz))
                if others is not None:
                    for one in members:
                        for other in others:
                            yield one, other

    def forces(self):
        for particle in self.particles:
            particle.force = Vector(0.0, -0.1 * particle.mass, 0.0)
        self.potential = 0.0
        for one, other in self.near():
            apart = one.position - other.position
            square = apart.dot(apart)
            if square >= CUTOFF * CUTOFF:
                continue
            self.pairs += 1
            inverse = 1.0 / max(square, 0.25)
            sixth = inverse * inverse * inverse
            push = apart * (24.0 * sixth * (2.0 * sixth - 1.0) * inverse)
            self.potential += 4.0 * sixth * (sixth - 1.0)
            one.force = one.force + push
            other.force = other.force - push

    def move(self):
        for particle in self.particles:
            velocity = particle.velocity + particle.force * (STEP / particle.mass)
            position = particle.position + velocity * STEP
            if not 0.0 < position.x < self.edge:
                velocity = Vector(-velocity.x, velocity.y, velocity.z)
            if not 0.0 < position.y < self.edge:
                velocity = Vector(velocity.x, -velocity.y, velocity.z)
            if not 0.0 < position.z < self.edge:
                velocity = Vector(velocity.x, velocity.y, -velocity.z)
            particle.velocity = velocity
            particle.position = position

    def kinetic(self):
        return sum(0.5 * p.mass * p.velocity.dot(p.velocity) for p in self.particles)


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: physics.py S|M|L")
    amount, steps = SIZES[size]
    box = Box(amount)
    for step in range(steps):
        box.forces()
        box.move()
        if step % max(1, steps // 4) == 0:
            print("step %3d kinetic %.6f potential %.6f" % (step, box.kinetic(), box.potential))
    print("pairs", box.pairs)
    check = 0
    for particle in box.particles:
        position = particle.position
        for number in (position.x, position.y, position.z, math.hypot(position.x, position.y)):
            check = (check * 31 + int(number * 1e6)) & 0xFFFFFFFF
    print("checksum", check)


if __name__ == "__main__":
    main()
