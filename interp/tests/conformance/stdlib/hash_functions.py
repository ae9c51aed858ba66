# Hash modules: known digests, incremental feeding, copies, parameters, errors.
import _md5, _sha1, _sha2, _sha3, _blake2, _hmac


def error(f, *args, **kw):
    try:
        f(*args, **kw)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
    return "no error"


known = {
    _md5.md5: "900150983cd24fb0d6963f7d28e17f72", _sha1.sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
    _sha2.sha224: "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    _sha2.sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    _sha3.sha3_256: "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
    _blake2.blake2s: "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
}
for function, digest in known.items():
    h = function(b"a")
    h.update(b"b")
    other = h.copy()
    h.update(bytearray(b"c"))
    other.update(memoryview(b"c"))
    assert h.hexdigest() == other.hexdigest() == digest == h.digest().hex(), function
    assert len(h.digest()) == h.digest_size

assert _sha3.shake_128(b"").hexdigest(4) == "7f9c2ba4"
assert error(_sha3.shake_128().digest, -1) == "ValueError: Cannot convert negative int"
assert error(_md5.md5, "a") == "TypeError: Strings must be encoded before hashing"
assert error(_md5.md5, 1) == "TypeError: object supporting the buffer API required"
assert error(type(_md5.md5())) == "TypeError: cannot create '_md5.md5' instances"
keyed = _blake2.blake2b(b"x", digest_size=16, key=b"k", salt=b"s", person=b"p", fanout=2, depth=3, leaf_size=4, node_offset=5, node_depth=1, inner_size=32, last_node=True)
assert keyed.hexdigest() == "70f8ce96f725d69d1645b0ea84312a13"
assert error(_blake2.blake2s, node_offset=2**48) == "OverflowError: node_offset is too large"
assert error(_blake2.blake2b, digest_size=65) == "ValueError: digest_size for Blake2b must be between 1 and 64 bytes, here it is 65"
mac = _hmac.new(b"k" * 200, b"m", "sha256")
assert mac.digest() == _hmac.compute_sha256(b"k" * 200, b"m") == _hmac.compute_digest(b"k" * 200, b"m", "SHA256")
assert mac.name == "hmac-sha256" and _hmac.new(b"k", b"m", "md5").hexdigest() == _hmac.compute_md5(b"k", b"m").hex()
assert error(_hmac.new, b"k", b"m", "foo") == "UnknownHashError: unsupported hash type: 'foo'"
assert error(_hmac.HMAC.__new__, _hmac.HMAC) == "TypeError: cannot create '_hmac.HMAC' instances"
print("ok")
