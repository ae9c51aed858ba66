
# Instar's instructions: units of 8 bytes, operands are registers; `_opcode` takes them apart.
from _opcode import instructions as _instructions

Instruction._size, Instruction._target = 8, None
Instruction.end_offset = property(lambda self: self.offset + self._size, doc=Instruction.end_offset.__doc__)
Instruction.jump_target = property(lambda self: self._target, doc=Instruction.jump_target.__doc__)


def _unpack_opargs(code):
    for offset, _, name, arg, *_ in _instructions(code):
        yield offset, offset, opmap.get(name, -1), arg


def findlabels(code):
    """Detect all offsets in a byte code which are jump targets.

    Return the list of offsets.

    """
    return list(dict.fromkeys(row[-1] for row in _instructions(code) if row[-1] is not None))


def findlinestarts(code):
    """Find the offsets in a byte code which are start of lines in the source.

    Generate pairs (offset, lineno)
    lineno will be an integer or None the offset does not have a source line.
    """
    last = False
    for start, _, line in code.co_lines():
        if line is not last:
            last = line
            # A code is entered before its first instruction.
            yield max(start, 0), line


_every_entry = _parse_exception_table


def _parse_exception_table(code):
    # An empty range counts local slots.
    return [entry for entry in _every_entry(code) if entry.start != entry.end]


def _resolve(resolver, arg, means, word, target):
    """The value and the text of an argument."""
    if means == "c":
        consts = resolver and resolver.co_consts
        value = UNKNOWN if consts is None else consts[arg]
        return value, "" if value is UNKNOWN else repr(value)
    if means in ("n", "l"):
        get = resolver and (resolver.varname_from_oparg if means == "l" else resolver.names and resolver.names.__getitem__)
        return (get(arg),) * 2 if get else (UNKNOWN, "")
    if means == "j":
        label = resolver and resolver.get_label_for_offset(target)
        return target, f"to L{label}" if label else f"to {target}"
    if means == "s" and target is not None:
        return word, f"{word} to L{resolver.get_label_for_offset(target) if resolver else target}"
    return word if means == "s" else arg, word


def _get_instructions_bytes(code, linestarts=None, line_offset=0, co_positions=None,
                            original_code=None, arg_resolver=None):
    owner = getattr(arg_resolver and arg_resolver.varname_from_oparg, "__self__", None)
    all_positions = list(co_positions or ())
    line = local_line = None
    starts_line = False
    for offset, size, name, arg, means, word, registers, target in _instructions(owner if isinstance(owner, types.CodeType) else code):
        if linestarts is not None:
            starts_line = offset in linestarts
            if starts_line:
                local_line = linestarts[offset]
            line = None if local_line is None else local_line + line_offset
        value, text = _resolve(arg_resolver, arg, means, word, target)
        if registers:
            text = f"{text} [{registers}]".lstrip()
        cache_info = [("operands", 3, code[offset + 2 : offset + 8])]
        if size > 8:
            cache_info.append(("cache", size // 2 - 4, code[offset + 8 : offset + size]))
        at = offset // 2
        positions = Positions(*(all_positions[at] if at < len(all_positions) else ()))
        label = arg_resolver.get_label_for_offset(offset) if arg_resolver else None
        found = Instruction(name, opmap.get(name, -1), arg, value, text, offset, offset, starts_line, line, label, positions, cache_info)
        found._size, found._target = size, target
        yield found

