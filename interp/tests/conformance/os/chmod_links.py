# The mode of a symbolic link itself cannot be changed on Linux: that is no error of the file.
import os
import tempfile

with tempfile.TemporaryDirectory() as d:
    link = os.path.join(d, "link")
    os.symlink("nowhere", link)
    if os.chmod not in os.supports_follow_symlinks:
        try:
            os.chmod(link, 0o600, follow_symlinks=False)
            raise AssertionError
        except NotImplementedError as e:
            assert str(e) == "chmod: follow_symlinks unavailable on this platform"
        fd = os.open(d, os.O_RDONLY)
        try:
            os.chmod("link", 0o600, follow_symlinks=False, dir_fd=fd)
            raise AssertionError
        except ValueError as e:
            assert str(e) == "chmod: cannot use dir_fd and follow_symlinks together"
        os.close(fd)
    try:
        os.chmod(link, 0o600)
        raise AssertionError
    except FileNotFoundError:
        pass
print("ok")
