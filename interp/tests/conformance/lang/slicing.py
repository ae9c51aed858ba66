# Subscripts and slices: the objects that __getitem__, __setitem__, __delitem__ get.
class Show:
    def __getitem__(self, key):
        return key

    def __setitem__(self, key, value):
        self.last = key, value

    def __delitem__(self, key):
        self.last = key


s = Show()
assert s[1] == 1
assert s[1:2] == slice(1, 2)
assert s[:] == slice(None)
assert s[::2] == slice(None, None, 2)
assert s[1:2, 3] == (slice(1, 2), 3)
assert s[...] is ...
assert s[()] == ()
assert s[1,] == (1,)
assert s[a := 5] == 5 and a == 5
s[1:2] = "x"
assert s.last == (slice(1, 2), "x")
del s[3:4, 5]
assert s.last == (slice(3, 4), 5)
s[0] = s[1] = 7
assert s.last == (1, 7)

data = list(range(10))
assert data[2:5] == [2, 3, 4]
assert data[-3:] == [7, 8, 9]
assert data[::-3] == [9, 6, 3, 0]
assert data[8:2:-2] == [8, 6, 4]
assert data[100:] == [] and data[-100:2] == [0, 1]
assert data[5:2] == []
del data[::2]
assert data == [1, 3, 5, 7, 9]
del data[1:3], data[-1]
assert data == [1, 7]
data[1:1] = [2, 3]
assert data == [1, 2, 3, 7]
data[10:] = [8]
assert data[-1] == 8
data[::-1] = [5, 4, 3, 2, 1]
assert data == [1, 2, 3, 4, 5]
for bad in ("data[::2] = [1]", "data[::0]", "data[1.5]", "data['a':]", "data[9]"):
    try:
        exec(bad)
    except ValueError as e:
        assert bad in ("data[::2] = [1]", "data[::0]"), e
    except TypeError:
        assert bad in ("data[1.5]", "data['a':]")
    except IndexError:
        assert bad == "data[9]"
    else:
        assert False, bad


class Index:
    def __init__(self, n):
        self.n = n

    def __index__(self):
        return self.n


assert data[Index(1)] == 2 and data[Index(1) : Index(3)] == [2, 3]
assert "hello"[1:-1] == "ell" and (1, 2, 3)[::-1] == (3, 2, 1) and b"abc"[1] == 98
assert slice(2, None, 3).indices(10) == (2, 10, 3)


class Meta:
    def __class_getitem__(cls, item):
        return (cls.__name__, item)


assert Meta[int, 3] == ("Meta", (int, 3))
print("ok")
