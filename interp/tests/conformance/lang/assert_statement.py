# assert: messages, tuples, the raised object.
def message(source):
    try:
        exec(source)
    except AssertionError as e:
        return e.args
    return None


assert message("assert 1") is None
assert message("assert 0") == ()
assert message("assert 0, 'text'") == ("text",)
assert message("assert 0, (1, 2)") == ((1, 2),)
assert message("assert [], None") == (None,)
log = []


def note(v):
    log.append(v)
    return v


assert note(1), note("not evaluated")
assert log == [1]
try:
    assert not note(2), note("evaluated")
except AssertionError as e:
    assert log == [1, 2, "evaluated"] and str(e) == "evaluated"
AssertionError_was = AssertionError
AssertionError = ValueError
try:
    assert False, "x"
except AssertionError_was:
    pass
del AssertionError
assert __debug__
try:
    exec("__debug__ = 1")
    assert False
except SyntaxError:
    pass
print("ok")
