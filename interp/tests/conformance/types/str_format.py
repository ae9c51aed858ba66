# str: % formatting and format(): fields, conversions, alignment, attributes, nested fields, errors.
assert "%s %r %a" % ("é", "é", "é") == "é 'é' '\\xe9'"
assert "%d %5d|%-5d|%05d %+d % d" % (1, 2, 3, 4, 5, 6) == "1     2|3    |00004 +5  6"
assert "%x %X %#x %o %#o %c%c" % (255, 255, 255, 8, 8, "a", 98) == "ff FF 0xff 10 0o10 ab"
assert "%5.1f|%-8.3e|%g|%%" % (3.14159, 12345.678, 0.0001) == "  3.1|1.235e+04|0.0001|%"
assert "%(a)s-%(b)03d" % {"a": 1, "b": 2} == "1-002"
assert "%*d|%-*d|%.*f" % (5, 1, 4, 2, 2, 1.239) == "    1|2   |1.24"
assert "%.2s|%5s|%-5s|" % ("abc", "d", "e") == "ab|    d|e    |"
assert "%s" % (1,) == "1"
assert "%s" % [1, 2] == "[1, 2]"
assert "plain" % () == "plain"
assert "plain" % {} == "plain"
for source, kind in (("'%s %s' % 1", TypeError), ("'%s' % (1, 2)", TypeError), ("'%d' % 'a'", TypeError), ("'%z' % 1", ValueError), ("'%(a)s' % {}", KeyError), ("'%(a)s' % 5", TypeError), ("'%' % ()", ValueError), ("'%c' % 'ab'", TypeError), ("'%x' % 1.5", TypeError)):
    try:
        eval(source)
        assert False, source
    except kind:
        pass
assert "{} {}".format(1, "a") == "1 a"
assert "{1} {0} {1}".format("a", "b") == "b a b"
assert "{x} {y!r}".format(x=1, y="s") == "1 's'"
assert "{0[1]} {0[k]}".format({1: "int", "k": "str"}) == "int str"
assert "{0.real} {0.imag}".format(3 + 4j) == "3.0 4.0"
assert "{:{}.{}}|".format(3.14159, 8, 3) == "    3.14|"
assert "{:>{w}}".format("a", w=4) == "   a"
assert "{{}} {{{}}}".format(1) == "{} {1}"
assert "{:<5}|{:^5}|{:>5}|{:*^7}".format("a", "b", "c", "d") == "a    |  b  |    c|***d***"
assert "{!s} {!r} {!a}".format("é", "é", "é") == "é 'é' '\\xe9'"
assert "{a.b[0].c}".format(a=type("A", (), {"b": [type("B", (), {"c": "deep"})]})) == "deep"
assert "{:.2}".format("abc") == "ab"
assert "{:,} {:_} {:b} {:x} {:%}".format(1234567, 1234567, 5, 255, 0.5) == "1,234,567 1_234_567 101 ff 50.000000%"
assert "{x}{x.y}".format_map(type("M", (dict,), {"__missing__": lambda s, k: type("V", (), {"y": 1, "__str__": lambda s: "v", "__format__": lambda s, f: "v"})()})()) == "v1"
for source, kind in (("'{}'.format()", IndexError), ("'{a}'.format()", KeyError), ("'{'.format(1)", ValueError), ("'}'.format(1)", ValueError), ("'{} {0}'.format(1)", ValueError), ("'{!x}'.format(1)", ValueError), ("'{:d}'.format('a')", ValueError), ("'{0.x}'.format(1)", AttributeError), ("'{:>10000000000000000000}'.format(1)", ValueError)):
    try:
        eval(source)
        assert False, source
    except kind:
        pass
assert format("a", "5") == "a    "
assert format(5, "") == "5"
assert format(True) == "True"
print("ok")
