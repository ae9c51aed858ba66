"""Makes a program with a difference smaller: statements are left out, expressions are replaced by their parts.

What does not live here: how a program is judged; the caller gives that as a function.
"""
import ast

ROUNDS = 40
CANDIDATES = 120


def candidates(tree_text):
    """Smaller programs, the smallest first."""
    tree = ast.parse(tree_text)
    spots = []
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                for i in range(len(value)):
                    spots.append((node, field, i))
            elif isinstance(value, list) and len(value) > 0 and isinstance(value[0], ast.expr) and not isinstance(node, (ast.Compare, ast.BoolOp, ast.JoinedStr, ast.Delete, ast.Assign)):
                for i in range(len(value)):
                    spots.append((node, field, i))
    texts = []
    for node, field, i in spots:
        items = getattr(node, field)
        kept = items[i]
        del items[i]
        if not items and isinstance(kept, ast.stmt) and field == "body":
            items.append(ast.Pass())
            if isinstance(kept, ast.Pass):
                items[:] = [kept]
                continue
            texts.append(unparsed(tree))
            items.clear()
        else:
            texts.append(unparsed(tree))
        items.insert(i, kept)
        # A compound statement is replaced by its body.
        if isinstance(kept, ast.stmt) and getattr(kept, "body", None):
            items[i:i + 1] = kept.body
            texts.append(unparsed(tree))
            items[i:i + len(kept.body)] = [kept]
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                for child in ast.iter_child_nodes(value):
                    if isinstance(child, ast.expr):
                        setattr(node, field, child)
                        texts.append(unparsed(tree))
                setattr(node, field, value)
            elif isinstance(value, list):
                for i, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        for child in ast.iter_child_nodes(item):
                            if isinstance(child, ast.expr):
                                value[i] = child
                                texts.append(unparsed(tree))
                        value[i] = item
    return sorted({t for t in texts if t and len(t) < len(tree_text)}, key=len)


def unparsed(tree):
    try:
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    except Exception:
        return ""


def outcome(record):
    """What must stay the same while a program shrinks, roughly: did it crash."""
    return record.split()[0] if record.startswith(("crash", "hang")) else ""


def smaller(text, records, judge, same):
    """The smallest program found that differs alike. `judge` takes several texts and gives the records of each."""
    try:
        text = ast.unparse(ast.parse(text)) + "\n"
    except (SyntaxError, ValueError):
        return text, records
    for _ in range(ROUNDS):
        texts = candidates(text)[:CANDIDATES]
        for candidate, got in zip(texts, judge(texts)):
            if "SyntaxError" in got[0] or "NameError" in got[0]:
                continue
            if any(not same(got[0], g) for g in got[1:]) and [outcome(g) for g in got] == [outcome(r) for r in records]:
                text, records = candidate, got
                break
        else:
            break
    return text, records
