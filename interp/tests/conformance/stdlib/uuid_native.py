# UUIDs of time made natively, and the small helpers of `traceback` and `sysconfig`.
import sysconfig, time, uuid
import _suggestions, _sysconfig, _uuid

made = [_uuid.generate_time_safe() for _ in range(100)]
assert len({b for b, _ in made}) == 100 and all(len(b) == 16 and safe in (0, -1) for b, safe in made)
u = uuid.UUID(bytes=made[0][0])
assert u.version == 1 and u.variant == uuid.RFC_4122
assert abs((u.time - 0x01B21DD213814000) / 1e7 - time.time()) < 60
assert {uuid.UUID(bytes=b).node for b, _ in made} == {u.node}
assert uuid.uuid1().version == 1

assert _suggestions._generate_suggestions(["other", "blech"], "bluch") == "blech"
assert _suggestions._generate_suggestions(["other"], "bluch") is None
for args, message in [((["a"], 1), "argument 2 must be str, not int"), ((("a",), "a"), "candidates must be a list"), (([1], "a"), "all elements in 'candidates' must be strings")]:
    try:
        _suggestions._generate_suggestions(*args)
    except TypeError as e:
        assert message in str(e), e
    else:
        raise AssertionError
assert _sysconfig.config_vars() == {"Py_GIL_DISABLED": 0, "Py_DEBUG": 0}
assert sysconfig.get_config_var("Py_DEBUG") == 0
print("ok")
