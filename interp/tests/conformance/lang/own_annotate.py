# Classes that define `__annotate__` themselves: theirs is meant, whatever is assigned later; metaclasses may have one, too.
class Own:
    a: int

    def __annotate__(format):
        return {"a": str}


def names(cls):
    return sorted(k for k in cls.__dict__ if "annot" in k)


assert names(Own) == ["__annotate__", "__annotate_func__"]
assert Own.__annotate__(1) == Own.__annotations__ == {"a": str}
assert names(Own) == ["__annotate__", "__annotate_func__", "__annotations_cache__"]
Own.__annotate__ = lambda format: {"a": bytes}
assert names(Own) == ["__annotate__", "__annotate_func__"]
assert Own.__annotate__(1) == Own.__annotations__ == Own.__dict__["__annotate__"](1) == {"a": str}
Own.__annotate__ = None
assert Own.__annotate__(1) == {"a": str}
try:
    del Own.__annotate__
except TypeError as e:
    assert str(e) == "cannot delete __annotate__ attribute"


class OfClass:
    @classmethod
    def __annotate__(cls, format):
        return {"a": cls}


assert OfClass.__annotations__ == {"a": OfClass}


class NotCalled:
    __annotate__ = 5


assert NotCalled.__annotate__ == 5 and NotCalled.__annotations__ == {}


class Meta(type):
    def __annotate__(cls, format):
        return 1


class OfMeta(metaclass=Meta):
    b: int


try:
    OfMeta.__annotations__
except TypeError as e:
    assert str(e) == "__annotate__ returned non-dict of type 'int'"
else:
    raise AssertionError


class Later:
    c: int


Later.__annotate__ = lambda format: {"c": str}
assert Later.__annotations__ == {"c": str}


class Below(Own):
    pass


assert Below.__annotate__ is None and Below.__annotations__ == {}
print("ok")
