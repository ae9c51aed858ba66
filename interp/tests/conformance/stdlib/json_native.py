# needs: json
# JSON in both directions through the native scanner and encoder.
import json, _json
from json import JSONDecodeError


def error(f, *args, **kw):
    try:
        f(*args, **kw)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
    return "no error"


assert json.decoder.scanstring is _json.scanstring and json.encoder.c_make_encoder is _json.make_encoder
value = {"a": [1, -2.5, 1e300, 10**30, True, None, "\u00e9\U0001f600\x00\"\\"], "b": {}, "c": [], "d": (1, [2])}
for kw in [{}, {"indent": 2}, {"ensure_ascii": False}, {"sort_keys": True, "separators": (",", ":")}, {"indent": "\t", "ensure_ascii": False}]:
    assert json.loads(json.dumps(value, **kw)) == {**value, "d": [1, [2]]}, kw
assert json.dumps({"b": [1, {"x": None}], "a": []}, indent=1, sort_keys=True) == '{\n "a": [],\n "b": [\n  1,\n  {\n   "x": null\n  }\n ]\n}'
assert json.dumps({1: 2, True: 3, None: 4, 2.5: 6}) == '{"1": 3, "null": 4, "2.5": 6}'
assert json.dumps([float("inf"), float("nan")]) == "[Infinity, NaN]" and json.loads("[-Infinity]") == [float("-inf")]
assert json.loads('"\\ud83d\\ude00\\ud83d"') == "\U0001f600\ud83d"
assert json.loads('{"a": 1, "a": 2}') == {"a": 2} and json.loads('{"a": 1}', object_pairs_hook=list) == [("a", 1)]
assert json.loads("[1.50, 2]", parse_float=str, parse_int=lambda s: -int(s)) == ["1.50", -2]

for text, message in [
    ("", "Expecting value: line 1 column 1 (char 0)"), ("[1,", "Expecting value: line 1 column 4 (char 3)"), ("[1", "Expecting ',' delimiter: line 1 column 3 (char 2)"),
    ('{"a":1,}', "Illegal trailing comma before end of object: line 1 column 7 (char 6)"), ("[1,]", "Illegal trailing comma before end of array: line 1 column 3 (char 2)"),
    ('"a\x01"', "Invalid control character at: line 1 column 3 (char 2)"), ('"\\q"', "Invalid \\escape: line 1 column 2 (char 1)"),
    ('"\\u12"', "Invalid \\uXXXX escape: line 1 column 3 (char 2)"), ("{1:2}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ("[\n01]", "Expecting ',' delimiter: line 2 column 2 (char 3)"), ('"abc', "Unterminated string starting at: line 1 column 1 (char 0)"),
]:
    assert error(json.loads, text) == "JSONDecodeError: " + message, (text, error(json.loads, text))

loop = []
loop.append(loop)
assert error(json.dumps, loop) == "ValueError: Circular reference detected"
assert error(json.dumps, {(1,): 2}) == "TypeError: keys must be str, int, float, bool or None, not tuple" and json.dumps({(1,): 2}, skipkeys=True) == "{}"
try:
    json.dumps({"k": [object()]})
except TypeError as e:
    assert str(e) == "Object of type object is not JSON serializable" and e.__notes__ == ["when serializing list item 0", "when serializing dict item 'k'"]
assert error(json.loads, "[" * 200000).startswith("RecursionError") and error(json.loads, '{"a":' * 200000).startswith("RecursionError")
print("ok")
