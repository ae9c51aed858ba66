"""Counts local reads by instruction in a program: `counts.py PROGRAM ARGUMENTS`. Prints one line of JSON.

A read is borrowed where CPython's compiler chose an instruction that pushes a local without a count of its own (LOAD_FAST_BORROW,
CPython 3.14). Every executed instruction is an event of sys.monitoring: expect a hundredth of the usual speed.
"""

import dis
import json
import os
import sys

TOOL = 3
executed = {}
codes = {}


def instruction(code, offset):
    key = id(code), offset
    if key in executed:
        executed[key] += 1
    else:
        codes[id(code)] = code
        executed[key] = 1


def reads():
    """Local reads, and those of them that are borrowed."""
    total = borrowed = 0
    for number, code in codes.items():
        for one in dis.get_instructions(code):
            times = executed.get((number, one.offset), 0)
            # What a comprehension puts aside is no read of a program.
            if times and one.opname != "LOAD_FAST_AND_CLEAR":
                total += times * one.opname.count("LOAD_FAST")
                borrowed += times * one.opname.count("LOAD_FAST_BORROW")
    return total, borrowed


def main():
    path = sys.argv[1]
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    names = {"__name__": "__main__", "__file__": path}
    sys.argv = sys.argv[1:]
    out = sys.stdout
    sys.stdout = open(os.devnull, "w")
    events = sys.monitoring
    events.use_tool_id(TOOL, "counts")
    events.register_callback(TOOL, events.events.INSTRUCTION, instruction)
    events.set_events(TOOL, events.events.INSTRUCTION)
    try:
        exec(code, names)
    finally:
        events.set_events(TOOL, 0)
    total, borrowed = reads()
    print(json.dumps({"local_reads": total, "borrowed": borrowed}), file=out)


main()
