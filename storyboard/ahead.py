"""Work that runs ahead of its reader: each stage of a long job in a thread of its own, with little room between."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_LOOK = 0.05
"""Seconds between looks at whether anybody still reads."""


def ahead(items: Generator[T, None, None], room: int) -> Generator[T, None, None]:
    """The same items, made in a thread of their own, at most `room` of them before they are asked for.

    What `items` raises is raised here, after the items before it. Closing this closes `items`, in its thread, as
    soon as the item in hand is made.
    """
    ready: queue.Queue[tuple[T] | None] = queue.Queue(max(1, room))
    unread = threading.Event()

    def put(item: tuple[T] | None) -> bool:
        while not unread.is_set():
            try:
                ready.put(item, timeout=_LOOK)
            except queue.Full:
                continue
            return True
        return False

    def pump() -> None:
        try:
            for item in items:
                if not put((item,)):
                    break
        finally:
            items.close()
            put(None)

    with ThreadPoolExecutor(1, "ahead") as pool:
        try:
            pumping = pool.submit(pump)
            while (item := ready.get()) is not None:
                yield item[0]
            pumping.result()
        finally:
            unread.set()
