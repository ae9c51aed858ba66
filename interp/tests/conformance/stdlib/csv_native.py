# needs: _csv
# Reading and writing separated values: quoting, escapes, lines, dialects, errors.
import _csv


def error(f, *args, **kw):
    try:
        f(*args, **kw)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
    return "no error"


def read(lines, **kw): return list(_csv.reader(lines, **kw))


def written(*rows, **kw):
    out = []
    class Sink:
        def write(self, text): out.append(text); return len(text)
    w = _csv.writer(Sink(), **kw)
    for row in rows: w.writerow(row)
    return "".join(out)


assert read(['a,"b,""c""",\r\n', '"multi\n', 'line",x']) == [["a", 'b,"c"', ""], ["multi\nline", "x"]]
assert read(["a b  'c d'"], delimiter=" ", quotechar="'", skipinitialspace=True) == [["a", "b", "c d"]]
assert read(["1,'2',x"], quotechar="'", quoting=_csv.QUOTE_NONE) == [["1", "'2'", "x"]]
assert read(['1,"2",'], quoting=_csv.QUOTE_NONNUMERIC)[0][:2] == [1.0, "2"]
assert read([',"",x'], quoting=_csv.QUOTE_NOTNULL) == [[None, "", "x"]]
assert read(["a\\,b,c"], escapechar="\\") == [["a,b", "c"]]
assert error(read, ['"a"b'], strict=True) == "Error: ',' expected after '\"'"
assert error(read, ["a\rb"]) == "Error: new-line character seen in unquoted field - do you need to open the file with newline=''?"
assert error(read, [b"a"]) == "Error: iterator should return strings, not bytes (the file should be opened in text mode)"
r = _csv.reader(["a", '"b', 'c"'])
next(r); next(r)
assert r.line_num == 3 and error(setattr, r, "line_num", 1).startswith("AttributeError")

assert written(["a", 1, None, 2.5, 'q"', "x,y", "n\n"]) == 'a,1,,2.5,"q""","x,y","n\n"\r\n'
assert written(["a", 1, None], quoting=_csv.QUOTE_NONNUMERIC) == '"a",1,""\r\n' and written(["a", None], quoting=_csv.QUOTE_NOTNULL) == '"a",\r\n'
assert written([""]) == '""\r\n' and written(["a,b"], quoting=_csv.QUOTE_NONE, escapechar="\\", lineterminator="!") == "a\\,b!"
assert error(written, ["a,b"], quoting=_csv.QUOTE_NONE) == "Error: need to escape, but no escapechar set"
assert error(written, 5) == "Error: iterable expected, not int"

assert error(_csv.Dialect, delimiter="ab") == 'TypeError: "delimiter" must be a unicode character, not a string of length 2'
assert error(_csv.Dialect, quotechar=3) == 'TypeError: "quotechar" must be a unicode character or None, not int'
assert error(_csv.Dialect, quotechar=None, quoting=_csv.QUOTE_ALL) == "TypeError: quotechar must be set if quoting enabled"
assert error(_csv.Dialect, delimiter="\n") == "ValueError: bad delimiter value"
assert error(_csv.get_dialect, "nosuch") == "Error: unknown dialect"
_csv.register_dialect("mine", delimiter=";")
assert "mine" in _csv.list_dialects() and read(["a;b"], dialect="mine") == [["a", "b"]] and _csv.get_dialect("mine").delimiter == ";"
_csv.unregister_dialect("mine")
old = _csv.field_size_limit(3)
assert error(read, ["abcd"]) == "Error: field larger than field limit (3)" and _csv.field_size_limit(old) == 3


# An iterator that reads from its own reader.
class Own:
    def __iter__(self): return self
    def __next__(self):
        if self.left == 0: raise StopIteration
        self.left -= 1
        if self.left == 1: next(self.reader)
        return "a,b"


own = Own()
own.left = 3
own.reader = _csv.reader(own)
assert error(list, own.reader) == "Error: iterator has already advanced the reader"
print("ok")
