"""Memory that was freed, back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

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


def _set(option: int, value: int) -> None:
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and one heap
        if mallopt is not None:
            mallopt(option, value)


def give_back() -> None:
    """Returns to the system what the C library keeps of freed memory: on Linux, glibc keeps frames' worth of it in
    every thread's heap, more with each project that is opened and closed."""
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none, and keeps nothing
    if trim is not None:
        trim(0)
