
# Numbers of Instar's instructions. A name that is CPython's alone gets a number that no instruction has.
from _opcode import ops as _ops

_others = opmap
opmap, _specialized_opmap, _specializations = {}, {}, {}
_names = {}
for _number, _own, _shown, _base in _ops():
    _names[_number] = _shown
    if _base is not None:
        _specialized_opmap[_own] = _number
        _specializations.setdefault(_names[_base], []).append(_own)
    elif _own == _shown or _shown not in opmap:
        opmap[_shown] = _number
for _number, _own in enumerate(sorted(set(_others) - set(opmap)), 1024):
    opmap[_own] = _number
HAVE_ARGUMENT = 0
MIN_INSTRUMENTED_OPCODE = _number + 1
del _ops, _others, _names, _number, _own, _shown, _base
