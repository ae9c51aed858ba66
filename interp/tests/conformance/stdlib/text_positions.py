# Positions in text of decoders that keep a state: the numbers that tell gives, and what is read again from each of them.
import codecs, io

for name in ("utf-16", "utf-16-le", "utf-8-sig", "utf-7", "cp1252", "euc_jp", "utf-32", "iso2022_jp", "shift_jis"):
    text = "a\xe9".encode(name, "replace").decode(name) + "b\r\nc\n" + "\u3042x".encode(name, "replace").decode(name) + "\rd"
    for newline in ("", "\n"):
        stream = io.TextIOWrapper(io.BytesIO(), name, newline=newline)
        stream.write(text)
        stream.seek(0)
        places = []
        while True:
            place = stream.tell()
            character = stream.read(1)
            places.append((place, character))
            if not character:
                break
        again = []
        for place, character in places[::-1]:
            stream.seek(place)
            again.append(stream.read(1) == character and stream.tell())
        print(name, repr(newline), places, again)
        for size in (2, 5):
            stream.seek(0)
            stream._CHUNK_SIZE = size
            while stream.read(3):
                rest = stream.tell()
                tail = stream.read()
                stream.seek(rest)
                assert stream.read() == tail, (name, newline, size)
                stream.seek(rest)

stream = io.TextIOWrapper(io.BytesIO(b"a\nb\nc"), "utf-16-le", "replace")
for place in (-1, 1 << 200, 5 << 128, "x", None):
    try:
        stream.seek(place)
        print(stream.read())
    except Exception as e:
        print(type(e).__name__, e)


class Decoder(codecs.IncrementalDecoder):
    state = b"", 0
    def decode(self, data, final=False): return bytes(data).decode("latin-1")
    def getstate(self): return self.state
    def setstate(self, state): pass


codecs.register(lambda name: codecs.CodecInfo(name=name, encode=None, decode=None, incrementaldecoder=Decoder) if name == "of_test" else None)


class Reads(io.BytesIO):
    def writable(self): return False


for Decoder.state in ((b"", 0), 42, (), (1, 2), (b"", "x")):
    try:
        stream = io.TextIOWrapper(Reads(b"abc\ndef"), "of_test", newline="\n")
        print(stream.readline(), stream.tell(), stream.read(1))
    except Exception as e:
        print(type(e).__name__, e)
lines = io.TextIOWrapper(io.BytesIO(b"a\nb\n"))
next(lines)
try:
    lines.tell()
except OSError as e:
    print(e)
print(list(lines), lines.tell())

# What could not be decoded is not tried again; what a decoder keeps of a character is.
for name, data in (("ascii", b"a\nb\n" * 3000 + b"\x80"), ("utf-8", b"x" * 8190 + b"\xe9" + b"\xff" * 3), ("utf-8", b"x" * 8190 + b"\xe3\x81"), ("utf-16", b"\xff\xfea\0\0\xd8b\0")):
    stream, seen = io.TextIOWrapper(io.BytesIO(data), name), []
    for _ in range(4):
        try:
            seen.append(len(stream.read(9000)))
        except UnicodeDecodeError as e:
            seen.append((e.start, e.reason))
    print(name, seen)
