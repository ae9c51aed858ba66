# needs: zlib, bz2, lzma, compression
# Compressing modules: round trips in pieces, limits of output, data behind the end, errors.
import zlib, bz2, lzma
from compression import zstd

text = b"".join(b"%d: the quick brown fox\n" % (i * i) for i in range(3000))


def error(f, *args, **kw):
    try:
        f(*args, **kw)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
    return "no error"


def limited(decompressor, data):
    out, feed = [], data
    while not decompressor.eof:
        piece = decompressor.decompress(feed, 1000)
        feed = b""
        assert len(piece) <= 1000
        out.append(piece)
        if decompressor.needs_input and not decompressor.eof:
            raise AssertionError("all the input was there")
    return b"".join(out)


for module, new in [(bz2, bz2.BZ2Decompressor), (lzma, lzma.LZMADecompressor), (zstd, zstd.ZstdDecompressor), (zlib, zlib._ZlibDecompressor)]:
    data = module.compress(text)
    assert len(data) < len(text) // 3 and module.decompress(data) == text, module
    d = new()
    assert b"".join(d.decompress(data[i:i + 7]) for i in range(0, len(data), 7)) == text and d.eof
    d = new()
    assert limited(d, data + b"rest") == text and d.unused_data == b"rest" and not d.needs_input
    assert error(d.decompress, b"").startswith("EOFError")
assert error(bz2.BZ2Decompressor().decompress, b"x" * 30) == "OSError: Invalid data stream"
assert error(lzma.LZMADecompressor().decompress, b"x" * 30) == "LZMAError: Input format not supported by decoder"
assert error(zstd.ZstdDecompressor().decompress, b"x" * 30) == "ZstdError: Unable to decompress Zstandard data: Unknown frame descriptor"

# zlib: copies, dictionaries, tails, checksums.
assert zlib.crc32(b"abc") == 891568578 and zlib.adler32(b"abc", 2**32 + 1) == 38600999 and zlib.crc32(b"c", zlib.crc32(b"ab")) == 891568578
c = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=text[:500])
head = c.compress(text[:20000])
twin = c.copy()
a, b = head + c.compress(text[20000:]) + c.flush(), head + twin.compress(b"other") + twin.flush()
assert zlib.decompressobj(-15, text[:500]).decompress(a) == text and zlib.decompressobj(-15, text[:500]).decompress(b).endswith(b"other")
d = zlib.decompressobj()
packed = zlib.compress(text)
first = d.decompress(packed + b"tail", 100)
assert len(first) == 100 and d.unconsumed_tail and not d.eof
e = d.copy()
assert first + d.decompress(d.unconsumed_tail) == text and d.unused_data == b"tail" and d.eof and first + e.flush() == text
assert error(zlib.decompress, packed[:-2]) == "error: Error -5 while decompressing data: incomplete or truncated stream"
assert error(zlib.decompress, b"xy" * 9).startswith("error: Error -3 while decompressing data: incorrect header check")
assert error(zlib.compress, b"x", 11) == "error: Bad compression level"
assert error(zlib.decompressobj().decompress, packed, -1) == "ValueError: max_length must be non-negative"

# lzma: filters and formats.
chain = [{"id": lzma.FILTER_DELTA, "dist": 2}, {"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 65536}]
raw = lzma.compress(text, lzma.FORMAT_RAW, filters=chain)
assert lzma.decompress(raw, lzma.FORMAT_RAW, filters=chain) == text
alone = lzma.compress(text, lzma.FORMAT_ALONE)
assert lzma.decompress(alone) == text and error(lzma.decompress, packed) != "no error"
d = lzma.LZMADecompressor()
d.decompress(lzma.compress(text, check=lzma.CHECK_SHA256))
assert d.check == lzma.CHECK_SHA256
assert error(lzma.LZMACompressor, filters=[{}]) == 'ValueError: Filter specifier must have an "id" entry'

# zstd: options and dictionaries.
P = zstd.CompressionParameter
assert zstd.decompress(zstd.compress(text, options={P.compression_level: 5, P.checksum_flag: 1})) == text
assert error(zstd.compress, text, options={P.window_log: 99}) == "ValueError: compression parameter 'window_log' received an illegal value 99; the valid range is [10, 31]"
known = zstd.ZstdDict(text[:4000], is_raw=True)
for use in [known, known.as_digested_dict, known.as_undigested_dict, known.as_prefix]:
    assert zstd.decompress(zstd.compress(text[:5000], zstd_dict=use), zstd_dict=use if use is not known else known) == text[:5000]
print("ok")
