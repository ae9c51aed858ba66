"""Integer sieves: long lists of small and middle-sized ints, bytearrays, and tables computed from them."""

import sys

# size: (the limit of the tables, times they are made)
SIZES = {"S": (9_000, 1), "M": (240_000, 11), "L": (2_600_000, 1)}


def flags(limit):
    """Eratosthenes on a bytearray with slice assignment."""
    prime = bytearray([1]) * (limit + 1)
    prime[0:2] = b"\0\0"
    number = 2
    while number * number <= limit:
        if prime[number]:
            start = number * number
            prime[start::number] = bytes(len(range(start, limit + 1, number)))
        number += 1
    return prime


def smallest_factors(limit):
    """The linear sieve: smallest prime factor of every number, and the primes."""
    smallest = [0] * (limit + 1)
    primes = []
    for number in range(2, limit + 1):
        factor = smallest[number]
        if factor == 0:
            factor = smallest[number] = number
            primes.append(number)
        for prime in primes:
            product = prime * number
            if prime > factor or product > limit:
                break
            smallest[product] = prime
    return smallest, primes


def totients(limit, smallest):
    table = [0, 1] + [0] * (limit - 1)
    for number in range(2, limit + 1):
        factor = smallest[number]
        rest = number // factor
        table[number] = table[rest] * factor if rest % factor == 0 else table[rest] * (factor - 1)
    return table


def divisor_sums(limit, smallest):
    """The sum of divisors of every number, from the sum of number / smallest factor."""
    table = [0, 1] + [0] * (limit - 1)
    for number in range(2, limit + 1):
        factor, rest, power = smallest[number], number, 1
        while rest % factor == 0:
            rest //= factor
            power = power * factor + 1
        table[number] = table[rest] * power
    return table


def amicable(sums):
    for number in range(2, len(sums)):
        friend = sums[number] - number
        if number < friend < len(sums) and sums[friend] - friend == number:
            yield number, friend


def collatz(limit):
    """Lengths of Collatz chains, memoized below the limit."""
    lengths = [0] * (limit + 1)
    if limit >= 1:
        lengths[1] = 1
    for start in range(2, limit + 1):
        number, steps = start, 0
        while number >= start:
            number = number >> 1 if number & 1 == 0 else 3 * number + 1
            steps += 1
        lengths[start] = lengths[number] + steps
    return lengths


def gaps(primes):
    found = {}
    for index in range(1, len(primes)):
        gap = primes[index] - primes[index - 1]
        found[gap] = found.get(gap, 0) + 1
    return found


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: sieve.py S|M|L")
    limit, times = SIZES[size]
    for _ in range(times):
        check = report(limit)
    print("checksum", check)


def report(limit):
    """Makes all tables and prints what they say; the lines of later times are equal."""
    prime = flags(limit)
    smallest, primes = smallest_factors(limit)
    assert sum(prime) == len(primes)
    assert all(prime[number] for number in primes)
    print("primes", len(primes), "last", primes[-1])
    table = totients(limit, smallest)
    print("totient sum", sum(table))
    sums = divisor_sums(limit, smallest)
    pairs = list(amicable(sums))
    print("amicable", len(pairs), pairs[:3])
    lengths = collatz(limit // 2)
    longest = max(range(len(lengths)), key=lengths.__getitem__)
    print("collatz", longest, lengths[longest])
    spread = gaps(primes)
    print("gaps", sorted(spread.items())[:8])
    check = 0
    for number in range(0, limit, max(1, limit // 100_000)):
        check = (check * 31 + smallest[number] + table[number] + sums[number]) & 0xFFFFFFFF
    return check


if __name__ == "__main__":
    main()
