# What streams say to wrong use: raw streams that misbehave, streams half made, detached, closed twice, read where they only write.
import io, sys, gc
def t(f,*a,**k):
    try: print(repr(f(*a,**k)))
    except BaseException as e: print(type(e).__name__, e, '| ctx', repr(e.__context__), '| cause', repr(e.__cause__))
def hook(u): print('UNRAISABLE',u.exc_type, u.exc_value, u.err_msg.split(' object at ')[0] if u.err_msg else None, type(u.object).__name__)
sys.unraisablehook=hook
w=io.TextIOWrapper(io.BytesIO())
t(delattr,w,'_CHUNK_SIZE'); t(setattr,w,'_CHUNK_SIZE',2**70); t(setattr,w,'_CHUNK_SIZE','x'); t(setattr,w,'_CHUNK_SIZE',1.5)
class Text(str):
    def replace(self,*a): print('replace',a); return None
w=io.TextIOWrapper(io.BytesIO(),newline='\r\n'); t(w.write,Text("a\n")); t(w.write,Text("a"))
class Raw(io.RawIOBase):
    def readable(self): return True
    def writable(self): return True
    def seekable(self): return True
    n=b''
    def readinto(self,b): return self.n
    def write(self,b): return self.n
    def seek(self,p,w=0): return self.n
    def tell(self): return self.n
    def close(self): raise OSError('c')
for n in (b'', -5, 10**6, 2**70, 1.5):
    Raw.n=n
    print('==',n)
    r=io.BufferedReader(Raw()); t(r.readline); t(r.tell); t(r.seek,0); t(r.read,3)
    x=io.BufferedWriter(Raw(),4); t(x.write,b'abcdefgh'); t(x.flush); t(x.tell); t(x.seek,0)
r=io.BufferedReader(Raw()); del r; gc.collect(); print('a')
r=Raw(); del r; gc.collect(); print('b')
r=io.TextIOWrapper(io.BufferedReader(Raw())); del r; gc.collect(); print('c')
del x; gc.collect(); print('d')
class C(io.IOBase):
    closed=property(lambda s: 1/0)
C(); print('e')
class D(io.IOBase):
    def close(s): 1/0
D(); print('f')
t(repr, io.TextIOWrapper.__new__(io.TextIOWrapper)); t(lambda: io.TextIOWrapper.__new__(io.TextIOWrapper).read()); t(lambda: io.TextIOWrapper.__new__(io.TextIOWrapper).closed)
n=io.IncrementalNewlineDecoder.__new__(io.IncrementalNewlineDecoder); t(n.getstate); t(n.setstate,(b'',0)); t(n.reset); t(lambda:n.newlines); t(n.decode,'')
class B(io.BytesIO):
    def readable(self): return False
w=io.TextIOWrapper(B()); t(w.read); t(w.readline); t(w.read,1); t(next,w)
class B(io.BytesIO):
    def writable(self): return False
w=io.TextIOWrapper(B()); t(w.write,'x'); t(w.write,''); t(w.writelines,['x'])
t(io.TextIOWrapper, io.BytesIO(), encoding='a\0b'); t(io.TextIOWrapper, io.BytesIO(), encoding='\udcfe'); t(io.TextIOWrapper, io.BytesIO(), errors='\udcfe'); t(io.TextIOWrapper, io.BytesIO(), errors='a\0b'); t(io.TextIOWrapper, io.BytesIO(), encoding=5); t(io.TextIOWrapper, io.BytesIO(), newline=5); t(io.TextIOWrapper, io.BytesIO(), newline='\n\0'); t(io.TextIOWrapper, io.BytesIO(), newline='\udcfe')
w=io.TextIOWrapper(io.BytesIO(b"a\nb\nc")); next(w); t(w.tell); w.flush(); next(w); list(w); t(w.tell)
w=io.TextIOWrapper(io.BytesIO(),'ascii','replace','\r')
for k in (dict(encoding=42),dict(encoding='\udcfe'),dict(encoding='locale\0'),dict(errors=42),dict(errors='\udcfe'),dict(newline=42),dict(line_buffering=2**100),dict(write_through='x'),dict(encoding='nope'),dict(line_buffering=2)): t(w.reconfigure,**k)
b=io.BufferedReader(io.BytesIO()); b.detach(); t(b.read); t(b.flush); t(lambda:b.closed); t(b.detach); t(repr,b); t(lambda:b.raw); t(b.close); t(b.truncate)
w=io.TextIOWrapper(io.BytesIO()); w.detach(); t(repr,w); t(w.detach); t(w.fileno); t(w.read); t(lambda: w.errors); t(lambda:w.encoding); t(lambda:w.line_buffering); t(lambda:w.name);t(w.flush); t(w.close); t(lambda:w.newlines)
for u in (io.UnsupportedOperation,):
    r=io.BufferedReader(io.BytesIO()); t(r.truncate); t(r.truncate,0)
pair = io.BufferedRWPair.__new__(io.BufferedRWPair); t(pair.read)
print(type(io._io._IOBase().__dict__), io.BytesIO().__dict__); t(setattr, io.BytesIO(),'__dict__',{}); t(setattr, io.FileIO(0,closefd=False),'__dict__',{}); t(hasattr,io.IncrementalNewlineDecoder(None,0),'__dict__')


class Failing(io.BytesIO):
    def flush(self): raise OSError("flush")
    def close(self):
        super().__init__()
        raise OSError("close")


for stream in (io.BufferedWriter(Failing()), io.TextIOWrapper(Failing())):
    stream.flush = Failing().flush
    t(stream.close)
    stream.flush = lambda: None
pair = io.BufferedRWPair(io.BytesIO(), io.BytesIO())
t(io.BufferedReader(io.BytesIO()).writable), t(io.BufferedWriter(io.BytesIO()).readable), t(pair.readable)
pair = io.TextIOWrapper(io.BufferedRWPair(io.BytesIO(b"foo\nbar\n"), io.BytesIO()))
print([pair.readline(), pair.write("x"), pair.readline()])


class Reads(io.RawIOBase):
    pieces = [b"abc", b"de", b"fgh", b"jkl"]
    def readable(self): return True
    def readinto(self, b):
        piece = self.pieces.pop(0) if self.pieces else b""
        b[:len(piece)] = piece
        return len(piece)


stream, room = io.BufferedReader(Reads(), 10), bytearray(20)
print(stream.peek(), stream.readinto1(room), room[:8], stream.readinto1(memoryview(room)[:2]), room[:8])


class Writes(io.RawIOBase):
    seen = []
    def writable(self): return True
    def write(self, b):
        self.seen.append(bytes(b))
        return len(b)
    def flush(self): self.seen.append("flush")


stream = io.TextIOWrapper(io.BufferedWriter(Writes(), 4), write_through=True)
stream.write("abcdef"), stream.flush()
print(Writes.seen)
stream = io.TextIOWrapper(Writes())
Writes.seen.clear()
stream.write("a" * 3), stream.write("b" * 8190), stream.write("c"), stream.write("d" * 9000)
print([len(piece) for piece in Writes.seen])
raw = io.BytesIO()
text = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
text.write("abc\n"), text.reconfigure(encoding="utf-8-sig"), text.write("d\xe9\n"), text.flush()
print(raw.getvalue())
try: io.TextIOWrapper(io.BytesIO(), newline="xyz")
except ValueError as e: print(e)
