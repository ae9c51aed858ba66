# Exceptions: cause, context, suppression, notes, args, with_traceback, subclasses, attributes of builtin ones.
def chain():
    try:
        try:
            raise KeyError("inner")
        except KeyError as e:
            raise ValueError("outer") from e
    except ValueError as e:
        return e


e = chain()
assert type(e.__cause__) is KeyError and e.__context__ is e.__cause__ and e.__suppress_context__


def context(how):
    try:
        try:
            raise KeyError
        except KeyError:
            if how == "none":
                raise ValueError from None
            if how == "class":
                raise ValueError from TypeError
            raise ValueError
    except ValueError as e:
        return e


assert type(context("").__context__) is KeyError and context("").__cause__ is None and not context("").__suppress_context__
assert context("none").__suppress_context__ and type(context("none").__context__) is KeyError
assert type(context("class").__cause__) is TypeError
try:
    raise ValueError from 5
except TypeError as e:
    assert str(e) == "exception causes must derive from BaseException"
e = ValueError("a", 2)
assert e.args == ("a", 2) and str(e) == "('a', 2)" and repr(e) == "ValueError('a', 2)" and str(ValueError()) == ""
e.add_note("one")
e.add_note("two")
assert e.__notes__ == ["one", "two"] and not hasattr(ValueError(), "__notes__")
try:
    e.add_note(5)
    assert False
except TypeError:
    pass
e.extra = 1
assert e.__dict__["extra"] == 1 and e.with_traceback(None) is e


class Mine(ValueError):
    def __init__(self, code, **kw):
        super().__init__("text %d" % code)
        self.code = code


try:
    raise Mine(5)
except ValueError as m:
    assert m.code == 5 and str(m) == "text 5" and isinstance(m, Exception)


def finally_context():
    try:
        try:
            raise KeyError("k")
        finally:
            raise ValueError("v")
    except ValueError as e:
        return e.__context__.args


assert finally_context() == ("k",)


def not_own_context():
    e = ValueError()
    try:
        try:
            raise e
        except ValueError:
            raise e
    except ValueError as caught:
        return caught.__context__


assert not_own_context() is None
o = OSError(2, "No such file", "name")
assert type(o) is FileNotFoundError and o.errno == 2 and o.strerror == "No such file" and o.filename == "name"
assert str(o) == "[Errno 2] No such file: 'name'"
s = StopIteration(7)
assert s.value == 7 and SystemExit(3).code == 3 and str(KeyError("k")) == "'k'" and str(KeyError("a", "b")) == "('a', 'b')"
assert ImportError("m", name="n", path="p").name == "n" and NameError("x", name="y").name == "y"
assert AttributeError("x", name="n", obj=5).obj == 5
u = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")
assert (u.encoding, u.object, u.start, u.end, u.reason) == ("utf-8", b"\xff", 0, 1, "bad")
assert str(u) == "'utf-8' codec can't decode byte 0xff in position 0: bad"
for name, base in (("IndexError", LookupError), ("ZeroDivisionError", ArithmeticError), ("RecursionError", RuntimeError),
                   ("NotImplementedError", RuntimeError), ("UnicodeError", ValueError), ("ModuleNotFoundError", ImportError),
                   ("TimeoutError", OSError), ("IndentationError", SyntaxError), ("GeneratorExit", BaseException),
                   ("BrokenPipeError", ConnectionError), ("StopAsyncIteration", Exception), ("UserWarning", Warning)):
    assert issubclass(__builtins__.__dict__[name], base), name
try:
    compile("a b", "file", "exec")
except SyntaxError as e:
    assert e.filename == "file" and e.lineno == 1 and e.text and e.msg == "invalid syntax" and e.offset == 3
try:
    raise Mine
except TypeError as e:
    assert "missing 1 required positional argument: 'code'" in str(e)
assert IOError is OSError and EnvironmentError is OSError
print("ok")
