# try / except / else / finally with every way out: fall through, return, break, continue, raise.
log = []


def run(action):
    log.clear()
    try:
        if action == "raise":
            raise ValueError("v")
        if action == "return":
            return "returned"
        log.append("body")
    except ValueError as e:
        log.append("except")
    else:
        log.append("else")
    finally:
        log.append("finally")
    return "end"


assert run("pass") == "end" and log == ["body", "else", "finally"]
assert run("raise") == "end" and log == ["except", "finally"]
assert run("return") == "returned" and log == ["finally"]


def loop():
    out = []
    for i in range(6):
        try:
            if i == 1:
                continue
            if i == 4:
                break
            out.append(i)
        finally:
            out.append("f%d" % i)
    else:
        out.append("else")
    return out


assert loop() == [0, "f0", "f1", 2, "f2", 3, "f3", "f4"]


def nested():
    out = []
    try:
        try:
            1 / 0
        except KeyError:
            out.append("wrong")
        finally:
            out.append("inner")
    except ZeroDivisionError:
        out.append("outer")
        try:
            raise TypeError
        except (KeyError, TypeError) as e:
            out.append(type(e).__name__)
            out.append(type(e.__context__).__name__)
    return out


assert nested() == ["inner", "outer", "TypeError", "ZeroDivisionError"]


def value_kept():
    x = 1
    try:
        return x
    finally:
        x = 2


assert value_kept() == 1


def unbound():
    e = "before"
    try:
        raise KeyError
    except KeyError as e:
        pass
    try:
        e
    except UnboundLocalError:
        return "unbound"


assert unbound() == "unbound"


def reraise():
    try:
        try:
            raise ValueError(1)
        except ValueError:
            raise
    except ValueError as e:
        return e.args


assert reraise() == (1,)


def bare():
    try:
        raise SystemExit(3)
    except:
        return "bare"


assert bare() == "bare"


def else_raises():
    try:
        pass
    except ValueError:
        return "wrong"
    else:
        try:
            raise ValueError
        except ValueError:
            return "inner"


assert else_raises() == "inner"
kinds = [KeyError, (ValueError, TypeError)]


def dynamic(error):
    try:
        raise error
    except kinds[0]:
        return 0
    except kinds[1]:
        return 1


assert dynamic(KeyError) == 0 and dynamic(TypeError()) == 1


def bad_class():
    try:
        try:
            raise ValueError
        except "text":
            pass
    except TypeError as e:
        return str(e)


assert bad_class() == "catching classes that do not inherit from BaseException is not allowed"


def without_parens(error):
    try:
        raise error
    except KeyError, ValueError:
        return "group"


assert without_parens(ValueError) == "group"
try:
    raise
except RuntimeError as e:
    assert str(e) == "No active exception to reraise"
try:
    raise 5
except TypeError as e:
    assert str(e) == "exceptions must derive from BaseException"


def gen():
    try:
        yield 1
    finally:
        yield 2


assert list(gen()) == [1, 2]


def while_finally():
    n = 0
    while True:
        try:
            n += 1
            try:
                if n < 3:
                    continue
                return n
            finally:
                n += 10
        finally:
            n -= 10


assert while_finally() == 3
print("ok")
