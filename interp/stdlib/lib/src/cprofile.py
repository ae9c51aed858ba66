"""Profiles of calls, gathered natively; `python -m cProfile` profiles a script or a module.

The same interface as `profile`, over the native `_lsprof`.
"""

import sys
import _lsprof
import profile as _reports

__all__ = ["run", "runctx", "Profile"]


def run(statement, filename=None, sort=-1):
    return _reports._Utils(Profile).run(statement, filename, sort)


def runctx(statement, globals, locals, filename=None, sort=-1):
    return _reports._Utils(Profile).runctx(statement, globals, locals, filename, sort)


run.__doc__ = _reports.run.__doc__
runctx.__doc__ = _reports.runctx.__doc__


def label(code):
    """What reports call a function: file, line and name; native ones have a name only."""
    return ("~", 0, code) if isinstance(code, str) else (code.co_filename, code.co_firstlineno, code.co_name)


def _numbers(entry):
    """Calls that are not recursive, all calls, time inside, time with calls."""
    calls = entry.callcount
    return calls - entry.reccallcount, calls, entry.inlinetime, entry.totaltime


class Profile(_lsprof.Profiler):
    """Profile(timer=None, timeunit=None, subcalls=True, builtins=True)

    Builds a profiler object using the specified timer function.
    The default timer is a fast built-in one based on real time.
    For custom timer functions returning integers, 'timeunit' can
    be a float specifying a scale (i.e. how long each integer unit
    is, in seconds).
    """

    def print_stats(self, sort=-1):
        import pstats
        keys = sort if isinstance(sort, tuple) else (sort,)
        pstats.Stats(self).strip_dirs().sort_stats(*keys).print_stats()

    def dump_stats(self, file):
        import marshal
        with open(file, "wb") as out:
            self.create_stats()
            marshal.dump(self.stats, out)

    def create_stats(self):
        self.disable()
        self.snapshot_stats()

    def snapshot_stats(self):
        entries = self.getstats()
        self.stats = {}
        # Native functions of one name share a line, so callers are found by the function itself.
        callers_of = {}
        for entry in entries:
            callers = callers_of[id(entry.code)] = {}
            once, calls, inside, total = _numbers(entry)
            self.stats[label(entry.code)] = once, calls, inside, total, callers
        for entry in entries:
            caller = label(entry.code)
            for called in entry.calls or ():
                callers = callers_of.get(id(called.code))
                if callers is None:
                    continue
                # pstats has calls first here.
                once, calls, inside, total = _numbers(called)
                numbers = calls, once, inside, total
                if before := callers.get(caller):
                    numbers = tuple(map(sum, zip(numbers, before)))
                callers[caller] = numbers

    def run(self, cmd):
        import __main__
        space = __main__.__dict__
        return self.runctx(cmd, space, space)

    def runctx(self, cmd, globals, locals):
        self.enable()
        try:
            exec(cmd, globals, locals)
        finally:
            self.disable()
        return self

    def runcall(self, func, /, *args, **kw):
        self.enable()
        try:
            return func(*args, **kw)
        finally:
            self.disable()

    def __enter__(self):
        self.enable()
        return self

    def __exit__(self, *exc_info):
        self.disable()


def _script(path):
    """The code of a script and the namespace of a new `__main__` for it."""
    import io
    import os
    import types
    sys.path.insert(0, os.path.dirname(path))
    with io.open_code(path) as file:
        code = compile(file.read(), path, "exec")
    # Who imports __main__ gets the namespace that the script runs in.
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    vars(main).update(__spec__=None, __file__=path, __package__=None, __cached__=None)
    return code, vars(main)


def main():
    import os
    import pstats
    import runpy
    from optparse import OptionParser
    parser = OptionParser(usage="cProfile.py [-o output_file_path] [-s sort] [-m module | scriptfile] [arg] ...")
    parser.allow_interspersed_args = False
    parser.add_option("-o", "--outfile", dest="outfile", help="Save stats to <outfile>", default=None)
    parser.add_option("-s", "--sort", dest="sort", help="Sort order when printing to stdout, based on pstats.Stats class", default=2,
                      choices=sorted(pstats.Stats.sort_arg_dict_default))
    parser.add_option("-m", dest="module", action="store_true", help="Profile a library module", default=False)
    if len(sys.argv) < 2:
        parser.print_usage()
        sys.exit(2)
    options, args = parser.parse_args()
    sys.argv[:] = args
    if not args:
        parser.print_usage()
        return parser
    # The script could change the directory.
    outfile = options.outfile and os.path.abspath(options.outfile)
    if options.module:
        code, space = "run_module(modname, run_name='__main__')", {"run_module": runpy.run_module, "modname": args[0]}
    else:
        code, space = _script(args[0])
    try:
        runctx(code, space, None, outfile, options.sort)
    except BrokenPipeError as e:
        # Nobody reads: nothing more is written at the end either.
        sys.stdout = None
        sys.exit(e.errno)
    return parser


if __name__ == "__main__":
    main()
