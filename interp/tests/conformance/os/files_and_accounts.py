# needs: fcntl, grp, os, pwd, struct, termios
# Locks and flags of descriptors, terminals, users and groups.
import fcntl
import grp
import os
import pwd
import struct
import termios


def raises(error, f, *args, **kw):
    try:
        f(*args, **kw)
    except error as e:
        assert type(e) is error, type(e)
        return str(e)
    raise AssertionError("nothing raised")


r, w = os.pipe()
assert fcntl.fcntl(r, fcntl.F_GETFD) == fcntl.FD_CLOEXEC
assert fcntl.fcntl(r, fcntl.F_SETFL, os.O_NONBLOCK) == 0
assert fcntl.fcntl(r, fcntl.F_GETFL) & os.O_NONBLOCK
os.write(w, b"12345")
assert struct.unpack("i", fcntl.ioctl(r, termios.FIONREAD, b"\0\0\0\0")) == (5,)
room = bytearray(4)
assert fcntl.ioctl(r, termios.FIONREAD, room) == 0 and struct.unpack("i", room) == (5,)
assert fcntl.ioctl(r, termios.FIONREAD, bytearray(4), False) == struct.pack("i", 5)
assert raises(ValueError, fcntl.fcntl, r, 1, b"x" * 2000) == "fcntl argument 3 is too long"
assert raises(TypeError, fcntl.fcntl, r, 1, None) == "fcntl() argument 3 must be an integer, a bytes-like object, or a string, not NoneType"
assert raises(ValueError, fcntl.lockf, r, 0) == "unrecognized lockf argument"
fcntl.flock(r, fcntl.LOCK_EX)
fcntl.lockf(w, fcntl.LOCK_EX | fcntl.LOCK_NB)

master, slave = os.openpty()
before = termios.tcgetattr(slave)
assert len(before) == 7 and len(before[6]) == 32 and before[6][termios.VINTR] == b"\x03"
assert before[4] == before[5] == termios.B38400
raw = [x if i < 6 else list(x) for i, x in enumerate(before)]
raw[3] &= ~(termios.ICANON | termios.ECHO)
raw[6][termios.VMIN] = 7
raw[6][termios.VTIME] = 0
raw[4] = raw[5] = termios.B9600
termios.tcsetattr(slave, termios.TCSANOW, raw)
after = termios.tcgetattr(slave)
raw[2] = after[2]
assert after == raw, (after, raw)
termios.tcsetattr(slave, termios.TCSADRAIN, before)
assert termios.tcgetattr(slave) == before
termios.tcsetwinsize(slave, (24, 80))
assert termios.tcgetwinsize(master) == (24, 80)
assert os.get_terminal_size(slave) == (80, 24)
try:
    termios.tcgetattr(r)
except termios.error as e:
    assert e.args == (25, "Inappropriate ioctl for device")
else:
    raise AssertionError

root = pwd.getpwuid(0)
assert root.pw_name == "root" and root == pwd.getpwnam("root") and root in pwd.getpwall()
assert raises(KeyError, pwd.getpwnam, "no such user") == '"getpwnam(): name not found: \'no such user\'"'
assert raises(KeyError, pwd.getpwuid, 2**40) == "'getpwuid(): uid not found'"
group = grp.getgrgid(0)
assert group == grp.getgrnam(group.gr_name) and group in grp.getgrall() and isinstance(group.gr_mem, list)
assert raises(TypeError, grp.getgrgid, "0") == "gid should be integer, not str"
print("ok")
