"""What this machine is called in the status line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from storyboard.take import Take

if TYPE_CHECKING:
    from storyboard.workers import messages

_GIB = 2**30
_GPUS = {"cuda": "CUDA", "mps": "Apple GPU", "xpu": "Intel GPU"}


def words(takes: Iterable[Take], memory: messages.Memory | None) -> str:
    """`CUDA · 9.8 of 24 GB` once a worker told how full its GPU is, `CUDA` where a model ran there last, else what
    this computer has: `8 cores · 32 GB`. Asks no driver."""
    if memory is not None:
        used, total = memory.used / _GIB, memory.total / _GIB
        return f"{_title(memory.device)} · {used:.1f} of {total:.0f} GB"
    made = [take for take in takes if take.ran.get("device")]
    last = max(made, key=lambda take: take.created).ran["device"] if made else ""
    if _title(last):
        return _title(last)
    cores, room = os.cpu_count() or 1, _memory()
    words = "1 core" if cores == 1 else f"{cores} cores"
    return f"{words} · {room / _GIB:.0f} GB" if room else words


def _title(device: str) -> str:
    """`cuda:1 (NVIDIA ...)` as `CUDA 1`; empty for a processor."""
    kind, _, number = device.partition(" ")[0].partition(":")
    name = _GPUS.get(kind, "")
    return f"{name} {number}" if name and number not in ("", "0") else name


def _memory() -> int:
    """Bytes of memory in this computer; 0 where the system does not say."""
    if sys.platform == "win32":
        return _memory_on_windows()
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 0


def _memory_on_windows() -> int:
    import ctypes

    class Status(ctypes.Structure):
        # https://learn.microsoft.com/windows/win32/api/sysinfoapi/ns-sysinfoapi-memorystatusex
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "free", "a", "b", "c", "d", "e")),
        )

    status = Status(length=ctypes.sizeof(Status))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined,unused-ignore]
    return int(status.total)
