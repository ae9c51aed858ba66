# Sizes no machine has are MemoryError or OverflowError, never an abort.
huge = 2**62
for action in (
    lambda: [0] * huge,
    lambda: (0,) * huge,
    lambda: "ab" * huge,
    lambda: b"ab" * huge,
    lambda: bytearray(huge),
    lambda: bytes(huge),
    lambda: bytearray(b"x") * huge,
    lambda: "x".ljust(huge) + "y",
    lambda: "x".zfill(huge),
    lambda: "%*d" % (huge, 1),
    lambda: format(1, str(huge)),
    lambda: [0, 1] * (2**63),
    lambda: "a" * 2**64,
    lambda: 1 << huge,
    lambda: 1 << 2**70,
    lambda: list(range(huge)) if False else [0] * (huge // 2),
    lambda: (5).to_bytes(huge, "big"),
    lambda: "\t".expandtabs(huge),
    lambda: bytes(range(256)) * (huge // 4),
):
    try:
        action()
        assert False
    except (MemoryError, OverflowError, ValueError):
        pass
assert [] * huge == [] and "" * huge == "" and () * huge == () and [1] * -huge == [] and 0 << huge == 0
assert 5 >> huge == 0 and -5 >> huge == -1 and -5 >> 2**70 == -1
assert len(range(huge)) == huge and range(huge)[-1] == huge - 1
try:
    len(range(2**63))
    assert False
except OverflowError:
    pass
print("ok")
