"""Dataclasses: made, compared, ordered, copied shallow and deep, replaced, turned into dicts and tuples; plain, frozen and slotted."""

import copy
import sys
from dataclasses import asdict, astuple, dataclass, field, fields, replace

# size: (orders alive, orders that are copied deeply, times over)
SIZES = {"S": (280, 60, 1), "M": (5_500, 5_000, 3), "L": (180_000, 6_000, 1)}


@dataclass(frozen=True)
class Money:
    """Hashable: used as a key."""

    cents: int
    currency: str = "EUR"

    def __add__(self, other):
        return Money(self.cents + other.cents, self.currency)

    def __mul__(self, factor):
        return Money(self.cents * factor, self.currency)


@dataclass(order=True, slots=True)
class Version:
    """Ordered by its fields, without an instance dict."""

    major: int
    minor: int
    label: str = field(default="", compare=False)


@dataclass
class Item:
    """A line of an order."""

    name: str
    price: Money
    amount: int = 1

    @property
    def total(self):
        return self.price * self.amount


@dataclass
class Address:
    street: str
    city: str
    zip: str


@dataclass
class Customer:
    number: int
    name: str
    address: Address
    notes: list[str] = field(default_factory=list)


@dataclass
class Order:
    """The root of a small graph of records."""

    number: int
    customer: Customer
    items: list[Item] = field(default_factory=list)
    version: Version = field(default_factory=lambda: Version(1, 0))
    marks: dict[str, int] = field(default_factory=dict)
    total: Money = field(init=False, repr=False)

    def __post_init__(self):
        self.total = sum((item.total for item in self.items), Money(0))


@dataclass
class Express(Order):
    """A subclass; its field comes after those of the base."""

    hours: int = field(default=24, kw_only=True)


def make_order(number, customers):
    customer = customers[number % len(customers)]
    items = [Item("item%d" % (number * k % 40), Money(100 + number * k % 900), 1 + k) for k in range(1 + number % 4)]
    if number % 5 == 0:
        return Express(number, customer, items, marks={"fast": number}, hours=number % 48)
    return Order(number, customer, items, Version(number % 3, number % 7, "v%d" % (number % 9)))


def weigh(value):
    """A number from nested dicts, lists, tuples and scalars."""
    if isinstance(value, dict):
        return sum(weigh(item) * (1 + len(key)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return sum(weigh(item) * place for place, item in enumerate(value, 1))
    return len(value) if isinstance(value, str) else value


def refused(order):
    for attempt in (
        lambda: setattr(order.total, "cents", 1),
        lambda: Item(),
        lambda: Version(1, 2) < 3,
        lambda: setattr(Version(1, 2), "other", 1),
        lambda: {order: 1},
        lambda: replace(order, total=Money(1)),
    ):
        try:
            attempt()
        except (AttributeError, TypeError, ValueError) as error:
            print(type(error).__name__ + ":", error)


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: records.py S|M|L")
    amount, deep, times = SIZES[size]
    customers = [
        Customer(n, "customer %d" % n, Address("street %d" % n, "city %d" % (n % 9), "%05d" % n)) for n in range(amount // 10 + 1)
    ]
    orders = [make_order(number, customers) for number in range(amount)]
    print(orders[1])
    print(orders[5])
    print([f.name for f in fields(Express)])
    refused(orders[1])
    check = 0
    for order in orders[:deep] * times:
        twin = copy.deepcopy(order)
        assert twin == order and twin.customer is not order.customer
        twin.customer.notes.append("copied")
        assert twin != order
        flat = copy.copy(order)
        assert flat.items is order.items
        later = replace(order, number=order.number + 1, customer=twin.customer)
        check = (check * 31 + weigh(asdict(later)) + weigh(astuple(order))) & 0xFFFFFFFF
    versions = sorted((order.version for order in orders), key=lambda v: (v, v.label))
    print("versions", versions[0], versions[-1], max(v for v in versions))
    sales = {}
    for order in orders:
        for item in order.items:
            sales[item.price] = sales.get(item.price, 0) + item.amount
    best = max(sales, key=lambda price: (sales[price], price.cents))
    print("prices", len(sales), "best", best, sales[best])
    total = sum((order.total for order in orders), Money(0))
    print("total", total)
    print("checksum", (check + total.cents) & 0xFFFFFFFF)


if __name__ == "__main__":
    main()
