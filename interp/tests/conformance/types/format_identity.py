# A text that is formatted to itself is the same object.
text = "".join(["ab", "cde"])
wide = "".join(["\u0394", "\u03c9\U0001F600"])

class Sub(str):
    pass

for t in (text, wide):
    n = len(t)
    for template in ("%s", f"%.{n}s", f"%.{n + 9}s", "%1s", f"%{n}s", "%-1s", "%(k)s"):
        assert (template % ({"k": t} if "(k)" in template else t)) is t, template
    assert ("%s" % (t,)) is t
    assert ("%s%s" % (t, "")) == t
    for template in ("{}", "{0}", "{0:s}", f"{{0:.{n}s}}", f"{{0:.{n + 1}}}", "{:1}", f"{{:{n}s}}", "{!s}"):
        assert template.format(t) is t, template
    assert (t % ()) is t
    assert (t % {}) is t
    assert t.format() is t
    assert f"{t}" is t
    assert format(t, "1s") is t

    # What merely has the length of the text is another one.
    assert ("%s" % t[::-1]) == t[::-1]
    assert (f"%.{n - 2}sxy" % t) == t[:-2] + "xy"
    assert ("xy%.{}s".format(n - 2) % t) == "xy" + t[:-2]
    assert ("{:.%ds}xy" % (n - 2)).format(t) == t[:-2] + "xy"

s = Sub(text)
assert type("%s" % s) is str and "%s" % s == text
assert type("{}".format(s)) is str
for template in (s, Sub(wide)):
    assert template % () is template and template.format() is template
assert type(Sub() % ()) is str
assert "%%" % () == "%"
assert "%r" % text == repr(text)

try:
    text % 1
except TypeError as e:
    assert str(e) == "not all arguments converted during string formatting", e
else:
    raise AssertionError
print("ok")
