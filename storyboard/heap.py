"""Memory that was freed, back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Final

# Of glibc's malloc.h.
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8

ARENAS: Final = 2
KEPT: Final = 1 << 20
"""Bytes at a heap's end that are kept for the next need, with `keep_little`."""
WHOLE: Final = 256 << 10
"""Bytes from which on a block is the system's own and goes back to it when it is freed, with `keep_little`."""


def share() -> None:
    """Has all threads take memory from the same few heaps. By default glibc gives each thread its own, and what one frees
    in its heap no other can use: hours of takes and films leave a heap in pieces for every thread there ever was. Works
    only before there are threads; on Linux."""
    _set(_ARENA_MAX, ARENAS)


def keep_little() -> None:
    """Has freed pictures go back to the system from now on; on Linux. By default glibc keeps more and more of them for
    the next need: after the first array of 26 MB was freed, all that are smaller come from heaps, which fall to pieces
    between many threads. For work whose arrays are made once and used again; where each layer makes its own, as in
    PyTorch on the processor, it would cost time."""
    _set(_MMAP_THRESHOLD, WHOLE)
    _set(_TRIM_THRESHOLD, KEPT)


def give_back() -> None:
    """Returns to the system what the C library keeps of freed memory: on Linux, glibc keeps frames' worth of it in
    every thread's heap, more with each project that is opened and closed."""
    trim = _function("malloc_trim")
    if trim is not None:
        trim(0)


def _set(option: int, value: int) -> None:
    mallopt = _function("mallopt")
    if mallopt is not None:
        mallopt(option, value)


def _function(name: str) -> Any:
    """The C library's own; None where it has none, as musl, which has one heap and keeps nothing."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
