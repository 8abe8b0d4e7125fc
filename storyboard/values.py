"""How values become JSON and names: one canonical form, one hash, one reading with the place of a mistake."""

from __future__ import annotations

import hashlib
import re
from fractions import Fraction
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_FRACTION = re.compile(r"-?\d{1,12}(/[1-9]\d{0,11})?", re.ASCII)

_TEXT = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


def _encode_other(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _decode_other(kind: type, value: Any) -> Any:
    if kind is Fraction:
        # Digits are bounded: a file must not be able to ask for a number of a million digits.
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12:
            return Fraction(value)
        if isinstance(value, str) and _FRACTION.fullmatch(value):
            return Fraction(value)
        raise ValueError('a fraction is written "1/2" or "24"')
    raise TypeError(f"{kind} has no JSON form")


_ENCODER = msgspec.json.Encoder(enc_hook=_encode_other)
_CANONICAL = msgspec.json.Encoder(enc_hook=_encode_other, order="sorted")
_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def encode(value: Any) -> bytes:
    """`value` as readable JSON, two spaces deep, ending with a newline."""
    return msgspec.json.format(_ENCODER.encode(value), indent=2) + b"\n"


def encode_line(value: Any) -> bytes:
    """`value` as one line of JSON without a newline."""
    return _ENCODER.encode(value)


def decode(data: bytes | str, kind: type[T]) -> T:
    """The `kind` that `data` (JSON) holds. Raises `msgspec.DecodeError` (its child `ValidationError` names
    the place, as in ``$.shots[3].length``)."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind, dec_hook=_decode_other)
    result: T = decoder.decode(data)
    return result


def bounded(data: bytes, most: int) -> bytes:
    """`data` (JSON), unless it has more than `most` commas outside of its texts: then it would take more memory than
    anything that this program wrote, and `msgspec.ValidationError` is raised before it does."""
    if data.count(b",") <= most:
        return data
    found = at = 0
    for text in _TEXT.finditer(data):
        found += data.count(b",", at, text.start())
        at = text.end()
        if found > most:
            break
    if found + data.count(b",", at) > most:
        raise msgspec.ValidationError("it holds too many values")
    return data


def convert(data: Any, kind: type[T]) -> T:
    """The `kind` that `data` (already parsed JSON) holds; raises as `decode` does."""
    return msgspec.convert(data, kind, dec_hook=_decode_other)


def schema(kind: Any) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `kind`."""

    def of_other(other: type) -> dict[str, Any]:
        if other is Fraction:
            return {"type": ["string", "integer"], "pattern": f"^{_FRACTION.pattern}$"}
        raise NotImplementedError(other)

    return msgspec.json.schema(kind, schema_hook=of_other)


def key(*parts: Any) -> str:
    """The name of a value: SHA-256 of its canonical JSON (sorted names, no spaces), 64 hex digits.

    Several parts are hashed as a list; equal values have equal keys on every machine.
    """
    return hashlib.sha256(_CANONICAL.encode(parts)).hexdigest()
