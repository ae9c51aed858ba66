# needs: json, linecache, sys
# Code of the library has its source: for tracebacks, for its loader, for linecache.
import json.decoder
import linecache
import sys

try:
    json.loads("{")
except ValueError:
    tb = sys.exc_info()[2]

lines = []
while tb is not None:
    code, scope = tb.tb_frame.f_code, tb.tb_frame.f_globals
    if scope["__name__"] == "json.decoder":
        assert code.co_filename == json.decoder.__file__
        assert code.co_firstlineno <= tb.tb_lineno
        lines.append(linecache.getline(code.co_filename, tb.tb_lineno, scope).strip())
    tb = tb.tb_next
assert lines and all(lines), lines
assert lines[0].startswith("obj, end = self.raw_decode("), lines

loader = json.decoder.__spec__.loader
source = loader.get_source("json.decoder")
assert '"""Implementation of JSONDecoder' in source
assert loader.get_code("json.decoder").co_filename == json.decoder.__file__
assert loader.get_data(json.decoder.__file__).decode() == source
assert json.decoder.JSONDecoder.decode.__code__.co_firstlineno > 1
assert source.splitlines()[json.decoder.JSONDecoder.decode.__code__.co_firstlineno - 1].strip().startswith("def decode(")
positions = list(json.decoder.JSONDecoder.decode.__code__.co_positions())
assert any(p[0] is not None and p[2] is not None for p in positions)
print("ok")
