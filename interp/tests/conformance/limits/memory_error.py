# What is too large is refused at once: MemoryError if the size is one that could exist, else OverflowError.
for f, kind in [
    (lambda: 'ab' * 2**62, OverflowError), (lambda: b'ab' * 2**62, OverflowError), (lambda: [1, 2] * 2**62, MemoryError),
    (lambda: 'a' * 2**62, MemoryError), (lambda: (1, 2) * 2**62, MemoryError), (lambda: bytearray(b'ab') * 2**62, MemoryError),
]:
    try:
        f()
    except (MemoryError, OverflowError) as e:
        assert type(e) is kind, (e, kind)
    else:
        assert False

import os
try:
    os.read(0, 10**15)
except MemoryError:
    pass
else:
    assert False
try:
    open(os.devnull, 'rb', buffering=10**16)
except OverflowError as e:
    assert str(e) == 'Python int too large to convert to C int'
else:
    assert False

for value, length, signed in [(-1, 0, True), (1, 0, False), (-129, 1, True), (128, 1, True), (256, 1, False)]:
    try:
        value.to_bytes(length, 'big', signed=signed)
    except OverflowError as e:
        assert str(e) == 'int too big to convert'
    else:
        assert False, value
assert (-128).to_bytes(1, 'big', signed=True) == b'\x80' and (127).to_bytes(1, 'big', signed=True) == b'\x7f'
assert (0).to_bytes(0, 'big', signed=True) == b'' and (-2**63).to_bytes(8, 'little', signed=True) == bytes(7) + b'\x80'
assert (-2**70 + 3).to_bytes(12, 'big', signed=True) == ((1 << 96) - 2**70 + 3).to_bytes(12, 'big')
assert (2**70 + 3).to_bytes(9) == b'\x40\0\0\0\0\0\0\0\x03'
print('ok')
