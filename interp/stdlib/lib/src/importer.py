"""Importer of the library inside the executable: a path hook for its virtual directory.

Loaded after importlib's own two modules; not visible to programs as a module.
"""


class EmbeddedLoader(_external._LoaderBasics):
    def __init__(self, name, path):
        self.name = name
        self.path = path

    def __eq__(self, other):
        return self.__class__ == other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self):
        return hash(self.name) ^ hash(self.path)

    def get_filename(self, name=None):
        return self.path

    def get_code(self, name):
        return _library.code(self.path)

    def get_data(self, path):
        data = _library.read(path)
        if data is None:
            raise FileNotFoundError(2, 'No such file or directory', path)
        return data

    def get_source(self, name):
        return _external.decode_source(self.get_data(self.path))


class EmbeddedFinder:
    def __init__(self, path):
        if path != PREFIX and not path.startswith(PREFIX + '/'):
            raise ImportError('not in the embedded library', path=path)
        self.path = path

    def find_spec(self, name, target=None):
        found = _library.find(self.path, name.rpartition('.')[2])
        if found is None:
            return None
        path, is_package = found
        spec = _bootstrap.ModuleSpec(name, EmbeddedLoader(name, path), origin=path, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations.append(path.rpartition('/')[0])
        return spec

    def iter_modules(self, prefix=''):
        for name in _library.list(self.path):
            stem, dot, extension = name.partition('.')
            if extension == 'py' and stem != '__init__':
                yield prefix + stem, False
            elif not dot and _library.find(self.path, stem) is not None:
                yield prefix + stem, True

    def get_data(self, path):
        # `linecache` asks finders of archives.
        data = _library.read(path)
        if data is None:
            raise FileNotFoundError(2, 'No such file or directory', path)
        return data

    @staticmethod
    def invalidate_caches():
        pass


_sys.path_hooks.insert(0, EmbeddedFinder)
