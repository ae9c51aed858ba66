# Other keys may go away while a lookup compares: the search goes on, and does not start again.
class Key:
    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return 7

    def __eq__(self, other):
        log.append((self.value, other.value))
        if victims:
            (table.pop if isinstance(table, dict) else table.remove)(victims.pop())
        return self.value == other.value


for make in (dict.fromkeys, set):
    log, victims = [], []
    keys = [Key(i) for i in range(4)]
    table = make(keys)
    log.clear()
    victims = [keys[3]]
    probe = Key(2)
    assert probe in table and keys[3] not in table and len(table) == 3
    compared = [a if b == 2 else b for a, b in log if (a, b) != (3, 3)]
    # Each stored key is compared once with what is looked for (the removal compares on its own).
    assert [(a, b) for a, b in log].count((0, 2)) == 1 and (log.count((1, 2)), log.count((2, 2))) == (1, 1), log
print("ok")
