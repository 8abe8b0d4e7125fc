"""Broken and hostile variants of files: of their JSON as a tree, and of their bytes."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2, 255, 65_536, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**40, -(2**63), 0.1, -0.0, 5e-324, 1e308, -1e308,
    float("nan"), float("inf"), True,
)  # fmt: skip
TEXTS = (
    "", " ", "../../etc/passwd", "/etc/passwd", "media/../../x", "C:\\x", "\\\\host\\share", "CON", "media/aux.png",
    "media/x.", "a:b", "takes/.trash/x", "~root", "file:///etc/passwd", "concat:a|b", "\x00", "\ud800", "a\udc00",
    "\u202etxt", "\ufeff", "%s%n{0}{x.__class__}", "a" * 5001, "ß" * 300, "1/0", "-1/2", "1/3", "999999999999/1", "1e9",
    "null", "~pen", "media/x-0123456789abcdef.png", "x" * 64, "sketch", "card", "a/b", "--help",
)  # fmt: skip
TOKENS = (
    b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\", b"\\ud800", b"\\u0000", b"null", b"NaN", b"-Infinity", b"1e999", b"-",
    b"\xff", b"\xef\xbb\xbf", b"\x00", b"[" * 3000, b'{"a":' * 3000, b"9" * 5000, b"/*", b"\n", b"\r", b"'", b"0x1",
)  # fmt: skip
FIELDS = (
    "id",
    "format",
    "shots",
    "length",
    "take",
    "file",
    "kind",
    "jobs",
    "state",
    "extra",
    "",
    "__class__",
    "recipe",
)

MANY = (0, 1, 1, 2, 2, 3, 7, 600)
"""How often something is repeated."""
MOST = 200_000
"""Bytes of a variant: what counts is how it is broken, and large ones are slow to make."""

_Path = tuple[Any, ...]


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """A variant of `seed`: one to five changes of its JSON, of its bytes, or first of the one and then of the other."""
    lot = chance.random()
    data = seed
    if lot < 0.7:
        try:
            data = _as_tree(seed, chance)
        except RecursionError:  # of ours: nested again and again
            data = b"[" * chance.randrange(100_000)
    if lot > 0.6:
        for _ in range(chance.randint(1, 4)):
            data = _as_bytes(data, chance)
    return data


# JSON


def _as_tree(seed: bytes, chance: random.Random) -> bytes:
    try:
        tree = json.loads(seed)
    except ValueError:
        return _as_bytes(seed, chance)
    for _ in range(chance.randint(1, 5)):
        tree = _changed(tree, chance)
    return _written(tree).encode()[:MOST]


def _written(tree: Any) -> str:
    """As JSON, up to `MOST`: what was repeated again and again has no end that could be waited for."""
    pieces, length = [], 0
    for piece in json.JSONEncoder().iterencode(tree):
        pieces.append(piece)
        length += len(piece)
        if length >= MOST:
            break
    return "".join(pieces)


def _changed(tree: Any, chance: random.Random) -> Any:
    paths = list(_paths(tree))
    path = chance.choice(paths)
    if not path:
        return _odd(tree, chance)
    holder = _at(tree, path[:-1])
    chance.choice(_CHANGES)(holder, path[-1], tree, paths, chance)
    return tree


def _paths(tree: Any, before: _Path = ()) -> Any:
    yield before
    if isinstance(tree, dict):
        for name in list(tree)[:40]:
            yield from _paths(tree[name], (*before, name))
    elif isinstance(tree, list):
        for n in range(min(len(tree), 12)):
            yield from _paths(tree[n], (*before, n))


def _at(tree: Any, path: _Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _odd(value: Any, chance: random.Random) -> Any:
    """Something in the place of `value`, often of its own kind."""
    lot = chance.random()
    if lot < 0.45 and isinstance(value, int | float):
        return chance.choice((*NUMBERS, value + 1, -value, value * 1000))
    if lot < 0.45 and isinstance(value, str):
        return chance.choice((*TEXTS, value + "\n", value * 2, value[:-1], value.upper()))
    if lot < 0.55:
        return [copy.deepcopy(value)] * chance.choice(MANY)
    if lot < 0.62:
        return _nested(value, chance.choice((3, 3, 60, 400)))
    return chance.choice((*NUMBERS, *TEXTS, None, [], {}, [[]], {"": {}}))


def _nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value


_Change = Callable[[Any, Any, Any, list[_Path], random.Random], None]


def _replace(holder: Any, key: Any, tree: Any, paths: list[_Path], chance: random.Random) -> None:
    holder[key] = _odd(holder[key], chance)


def _delete(holder: Any, key: Any, tree: Any, paths: list[_Path], chance: random.Random) -> None:
    del holder[key]


def _add(holder: Any, key: Any, tree: Any, paths: list[_Path], chance: random.Random) -> None:
    if isinstance(holder, dict):
        holder[chance.choice(FIELDS)] = _odd(holder[key], chance)
    else:
        holder.extend(copy.deepcopy(holder[key]) for _ in range(chance.choice(MANY)))


def _transplant(holder: Any, key: Any, tree: Any, paths: list[_Path], chance: random.Random) -> None:
    holder[key] = copy.deepcopy(_at(tree, chance.choice(paths)))


def _rename(holder: Any, key: Any, tree: Any, paths: list[_Path], chance: random.Random) -> None:
    if isinstance(holder, dict):
        holder[chance.choice(FIELDS)] = holder.pop(key)
    else:
        chance.shuffle(holder)


_CHANGES: tuple[_Change, ...] = (_replace, _replace, _replace, _delete, _add, _transplant, _rename)


# Bytes


def _as_bytes(data: bytes, chance: random.Random) -> bytes:
    a, b = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    b = min(b, a + 2000)
    lot = chance.randrange(7)
    if lot == 0:
        return data[:a]
    if lot == 1:
        return data[:a] + data[b:]
    if lot == 2:
        return data[:b] + data[a:b] * chance.choice((1, 3, 50)) + data[b:]
    if lot == 3:
        return data[:a] + chance.randbytes(chance.choice((1, 4, 100))) + data[b:]
    if lot == 4:
        return data[:a] + bytes([chance.randrange(256)]) + data[a + 1 :]
    if lot == 5 and chance.random() < 0.1:
        return data.decode(errors="replace").encode(chance.choice(("utf-16", "utf-32", "utf-7")))
    return data[:a] + chance.choice(TOKENS) + data[chance.choice((a, b)) :]
