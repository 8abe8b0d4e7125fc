"""Memory that was freed, back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_ARENA_MAX: Final = -8
"""`M_ARENA_MAX` of glibc's malloc.h."""
ARENAS: Final = 2


def share() -> None:
    """Has all threads take memory from the same few heaps. By default glibc gives each thread its own, and what one frees
    in its heap no other can use: hours of takes and films leave a heap in pieces for every thread there ever was. Works
    only before there are threads; on Linux."""
    if sys.platform != "linux":
        return
    option = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and one heap
    if option is not None:
        option(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Returns to the system what the C library keeps of freed memory: on Linux, glibc keeps frames' worth of it in
    every thread's heap, more with each project that is opened and closed."""
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none, and keeps nothing
    if trim is not None:
        trim(0)
