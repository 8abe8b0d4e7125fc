"""Memory that was freed, back to the system."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Returns to the system what the C library keeps of freed memory: on Linux, glibc keeps frames' worth of it in
    every thread's heap, more with each project that is opened and closed."""
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none, and keeps nothing
    if trim is not None:
        trim(0)
