# needs: os, signal, socket, threading, time
# Sockets: addresses, timeouts, data, ancillary data, the resolver, interrupted calls.
import os
import signal
import socket
import threading
import time


def raises(error, f, *args, **kw):
    try:
        f(*args, **kw)
    except error as e:
        assert type(e) is error, type(e)
        return str(e)
    raise AssertionError("nothing raised")


# A server and a client over TCP.
server = socket.create_server(("127.0.0.1", 0))
address = server.getsockname()
assert address[0] == "127.0.0.1" and address[1] > 0


def serve():
    connection, peer = server.accept()
    with connection:
        while data := connection.recv(4):
            connection.sendall(data.upper())


t = threading.Thread(target=serve)
t.start()
with socket.create_connection(address, timeout=10) as c:
    assert c.getpeername() == address and c.gettimeout() == 10.0
    c.sendall(b"hello world")
    c.shutdown(socket.SHUT_WR)
    got = b""
    while data := c.recv(100):
        got += data
    assert got == b"HELLO WORLD", got
t.join()
server.close()
assert server.fileno() == -1
assert raises(OSError, server.accept) == "[Errno 9] Bad file descriptor"

# Datagrams, buffers, flags.
a, b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
b.bind(("", 0))
a.sendto(b"datagram", ("localhost", b.getsockname()[1]))
room = bytearray(20)
n, sender = b.recvfrom_into(room, 0, socket.MSG_PEEK)
assert room[:n] == b"datagram" and sender[0] == "127.0.0.1"
assert b.recvfrom(3)[0] == b"dat"
b.setblocking(False)
assert raises(BlockingIOError, b.recv, 1) == "[Errno 11] Resource temporarily unavailable"
b.settimeout(0.02)
start = time.monotonic()
assert raises(TimeoutError, b.recv, 1) == "timed out"
assert time.monotonic() - start >= 0.02
a.close()
b.close()

# Unix sockets: paths, hidden names, descriptors that travel.
p, q = socket.socketpair()
assert p.family == socket.AF_UNIX and p.getsockname() == ""
r, w = os.pipe()
assert socket.send_fds(p, [b"x"], [w]) == 1
data, fds, flags, _ = socket.recv_fds(q, 10, 1)
assert data == b"x" and len(fds) == 1
os.write(fds[0], b"through")
assert os.read(r, 10) == b"through"
p.sendmsg([b"one", b"two"])
parts = [bytearray(2), bytearray(10)]
assert q.recvmsg_into(parts)[0] == 6 and parts[0] == b"on" and parts[1][:4] == b"etwo"
p.close()
assert q.recv(1) == b""
q.close()
s = socket.socket(socket.AF_UNIX)
assert raises(OSError, s.bind, "x" * 200) == "AF_UNIX path too long"
s.bind("\0instar-test-%d" % os.getpid())
assert s.getsockname() == b"\0instar-test-%d" % os.getpid()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR) == 1
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 4) == b"\1\0\0\0"
s.close()

# Errors.
s = socket.socket()
assert raises(TypeError, s.connect, 1) == "connect(): AF_INET address must be tuple, not int"
assert raises(OverflowError, s.bind, ("", 65536)) == "bind(): port must be 0-65535."
assert raises(ConnectionRefusedError, s.connect, ("127.0.0.1", 1)) == "[Errno 111] Connection refused"
assert s.connect_ex(("127.0.0.1", 1)) == 111
assert raises(ValueError, s.recv, -1) == "negative buffersize in recv"
assert raises(TypeError, s.recv) == "recv() takes at least 1 argument (0 given)"
s.close()

# Names and bytes.
assert socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4] == ("127.0.0.1", 80)
assert socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV) == ("127.0.0.1", "80")
assert issubclass(socket.gaierror, OSError) and socket.gethostbyname("127.0.0.1") == "127.0.0.1"
assert socket.inet_pton(socket.AF_INET6, "::1") == b"\0" * 15 + b"\1"
assert socket.inet_ntop(socket.AF_INET, b"\1\2\3\4") == "1.2.3.4" == socket.inet_ntoa(socket.inet_aton("1.2.3.4"))
assert socket.htons(1) == 256 and socket.ntohl(1) == 1 << 24
assert raises(OverflowError, socket.htons, 65536) == "Python int too large for C uint16_t"
assert socket.CMSG_LEN(5) == 21 and socket.CMSG_SPACE(5) == 24

# A signal does not end a call (PEP 475), unless its handler raises.
p, q = socket.socketpair()
seen = []
signal.signal(signal.SIGALRM, lambda *a: seen.append(p.send(b"late")))
signal.setitimer(signal.ITIMER_REAL, 0.02)
assert q.recv(10) == b"late" and seen == [4]


def stop(*a):
    raise KeyError("stop")


signal.signal(signal.SIGALRM, stop)
signal.setitimer(signal.ITIMER_REAL, 0.02)
assert raises(KeyError, q.recv, 10) == "'stop'"
p.close()
q.close()
print("ok")
