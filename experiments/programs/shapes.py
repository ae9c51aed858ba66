"""Class hierarchies: abstract shapes with properties, descriptors, super() chains, class methods; instances of a dozen classes."""

import enum
import math
import sys
from abc import ABC, abstractmethod

# size: (shapes alive, rounds of visits)
SIZES = {"S": (1_500, 1), "M": (70_000, 13), "L": (930_000, 1)}


class Colour(enum.Enum):
    """Members are looked up by value and by name."""

    RED = 1
    GREEN = 2
    BLUE = 3

    @property
    def next(self):
        return Colour(self.value % 3 + 1)


class Positive:
    """A data descriptor that checks what is stored."""

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return getattr(instance, self.name)

    def __set__(self, instance, value):
        if value <= 0:
            raise ValueError("%s of %s must be positive, not %r" % (self.name[1:], type(instance).__name__, value))
        setattr(instance, self.name, value)


class Shape(ABC):
    """Everything that can be drawn; keeps a registry of its concrete classes."""

    registry = []
    scale = Positive()

    def __init_subclass__(cls, concrete=True, **options):
        super().__init_subclass__(**options)
        if concrete:
            Shape.registry.append(cls)

    def __init__(self, number):
        self.number = number
        self.scale = 1 + number % 3
        self.colour = Colour(number % 3 + 1)

    @property
    @abstractmethod
    def area(self): ...

    @property
    def weight(self):
        return self.area * self.scale

    def describe(self):
        return "%s #%d" % (type(self).__name__, self.number)

    @classmethod
    def make(cls, number):
        return cls(number)


class Named(Shape, concrete=False):
    """Adds a name; takes part in a diamond."""

    def __init__(self, number):
        super().__init__(number)
        self.name = "n%d" % (number % 50)

    def describe(self):
        return self.name + " " + super().describe()


class Movable(Shape, concrete=False):
    """Adds a position; takes part in a diamond."""

    def __init__(self, number):
        super().__init__(number)
        self.x = self.y = 0

    def move(self, dx, dy):
        self.x += dx
        self.y += dy
        return self

    def describe(self):
        return "%s at %d,%d" % (super().describe(), self.x, self.y)


class Circle(Movable):
    radius = Positive()

    def __init__(self, number):
        super().__init__(number)
        self.radius = 1 + number % 10

    @property
    def area(self):
        return math.pi * self.radius * self.radius

    @property
    def diameter(self):
        return 2 * self.radius

    @diameter.setter
    def diameter(self, value):
        self.radius = value / 2


class Rectangle(Shape):
    width = Positive()
    height = Positive()

    def __init__(self, number):
        super().__init__(number)
        self.width, self.height = 1 + number % 7, 1 + number % 4

    @property
    def area(self):
        return self.width * self.height


class Square(Rectangle):
    @property
    def area(self):
        return self.width**2

    @staticmethod
    def corners():
        return 4


class Label(Named):
    @property
    def area(self):
        return len(self.name)


class Badge(Named, Movable):
    @property
    def area(self):
        return len(self.name) + 2


class Group(Named):
    """Holds other shapes; area is computed once and then found on the instance."""

    def __init__(self, number):
        super().__init__(number)
        self.parts = [Rectangle(number + 1), Circle(number + 2)]

    @property
    def area(self):
        if "cached" not in self.__dict__:
            self.cached = sum(part.area for part in self.parts)
        return self.cached

    def __iter__(self):
        return iter(self.parts)

    def __len__(self):
        return len(self.parts)


def visit(shape, turn):
    """One look at a shape; branches on what it can do."""
    value = shape.weight
    if isinstance(shape, Movable):
        shape.move(turn, shape.number % 3)
        value += shape.x - shape.y
    if isinstance(shape, Circle):
        shape.diameter = shape.diameter + 1
    if hasattr(shape, "parts"):
        value += len(shape) + sum(part.scale for part in shape)
    shape.colour = shape.colour.next
    return int(value * 100) + shape.colour.value


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: shapes.py S|M|L")
    amount, rounds = SIZES[size]
    classes = Shape.registry
    shapes = [classes[number % len(classes)].make(number) for number in range(amount)]
    print("classes", [cls.__name__ for cls in classes])
    print("Badge", [cls.__name__ for cls in Badge.__mro__])
    check = 0
    for turn in range(rounds):
        for shape in shapes:
            check = (check * 31 + visit(shape, turn)) & 0xFFFFFFFF
    for shape in shapes[: len(classes)]:
        print(shape.describe(), "%.3f" % shape.weight, shape.colour.name)
    for attempt in (lambda: Shape(1), lambda: setattr(shapes[0], "scale", 0), lambda: setattr(shapes[1], "area", 5)):
        try:
            attempt()
        except (TypeError, ValueError, AttributeError) as error:
            print(type(error).__name__, error)
    print("checksum", (check + sum(len(shape.describe()) for shape in shapes)) & 0xFFFFFFFF)


if __name__ == "__main__":
    main()
