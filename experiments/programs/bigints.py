"""Big integers: values of one to thousands of digits, most of them short-lived; fractions, primes, digits of pi. L keeps many."""

import sys

# size: (digits of pi, bits of the primes, Fibonacci numbers kept, binary digits of the root, steps of the fraction)
SIZES = {"S": (60, 60, 300, 300, 40), "M": (4_800, 520, 18_000, 100_000, 700), "L": (1_200, 170, 76_000, 20_000, 500)}


def pi_digits(amount):
    """Gibbons' unbounded spigot."""
    q, r, t, k, n, l = 1, 0, 1, 1, 3, 3
    digits = []
    while len(digits) < amount:
        if 4 * q + r - t < n * t:
            digits.append(n)
            q, r, n = 10 * q, 10 * (r - n * t), (10 * (3 * q + r)) // t - 10 * n
        else:
            q, r, t, k, n, l = q * k, (2 * q + r) * l, t * l, k + 1, (q * (7 * k + 2) + r * l) // (t * l), l + 2
    return digits


def fibonacci(amount):
    """All of them, kept."""
    kept = [0, 1]
    while len(kept) < amount:
        kept.append(kept[-1] + kept[-2])
    return kept


def fast_fibonacci(n):
    """By doubling: (F(n), F(n + 1))."""
    if n == 0:
        return 0, 1
    a, b = fast_fibonacci(n >> 1)
    c, d = a * (2 * b - a), a * a + b * b
    return (d, c + d) if n & 1 else (c, d)


def is_prime(n):
    """Miller-Rabin with fixed bases."""
    if n < 2:
        return False
    for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n % p == 0:
            return n == p
    odd, twos = n - 1, 0
    while odd & 1 == 0:
        odd >>= 1
        twos += 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(base, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def next_prime(n):
    n |= 1
    while not is_prime(n):
        n += 2
    return n


def extended_gcd(a, b):
    x, y, u, v = 1, 0, 0, 1
    while b:
        quotient = a // b
        a, b = b, a % b
        x, u = u, x - quotient * u
        y, v = v, y - quotient * v
    return a, x, y


def integer_root(n):
    """Newton's method from above."""
    x = 1 << (n.bit_length() + 1) // 2
    while True:
        y = (x + n // x) >> 1
        if y >= x:
            return x
        x = y


class Fraction:
    """Exact rational numbers, always reduced."""

    def __init__(self, top, bottom=1):
        common, _, _ = extended_gcd(abs(top), abs(bottom))
        if bottom < 0:
            common = -common
        self.top = top // common
        self.bottom = bottom // common

    def __add__(self, other):
        return Fraction(self.top * other.bottom + other.top * self.bottom, self.bottom * other.bottom)

    def __eq__(self, other):
        return self.top * other.bottom == other.top * self.bottom


def fold(n):
    """A short fingerprint of a number of any size."""
    return n % 4294967291


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: bigints.py S|M|L")
    digits, bits, amount, root_bits, steps = SIZES[size]
    pi = pi_digits(digits)
    print("pi", "".join(map(str, pi[:40])), "...", sum(pi))
    kept = fibonacci(amount)
    assert fast_fibonacci(amount - 1)[0] == kept[-1]
    print("fibonacci", amount, kept[-1].bit_length(), "bits", hex(kept[-1])[-16:])
    p, q = next_prime(3 << bits), next_prime(5 << bits)
    n, phi, e = p * q, (p - 1) * (q - 1), 65537
    _, d, _ = extended_gcd(e, phi)
    d %= phi
    message = int.from_bytes(b"objects", "big")
    secret = pow(message, e, n)
    print("rsa", pow(secret, d, n).to_bytes(7, "big").decode(), n.bit_count())
    root = integer_root(2 << 2 * root_bits)
    assert root * root <= 2 << 2 * root_bits < (root + 1) * (root + 1)
    print("root of two", hex(root)[:20], root.bit_length())
    harmonic = Fraction(0)
    for k in range(1, steps):
        harmonic = harmonic + Fraction(1 if k & 1 else -1, k)
    assert harmonic == Fraction(harmonic.top * 12, harmonic.bottom * 12)
    print("harmonic", len(str(harmonic.top)), len(str(harmonic.bottom)))
    factorial = 1
    for k in range(2, steps * 2):
        factorial = factorial * k
    text = str(factorial)
    assert int(text) == factorial
    print("digits of factorial", len(text), text[:12], "zeros", len(text) - len(text.rstrip("0")))
    check = fold(secret) ^ fold(root) ^ fold(factorial) ^ fold(harmonic.top)
    for number in kept[:: max(1, amount // 3_000)]:
        check = fold(check * 31 + (number >> 7) ^ number)
    print("checksum", check)


if __name__ == "__main__":
    main()
