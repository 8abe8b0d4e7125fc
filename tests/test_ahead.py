from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from storyboard.ahead import ahead


def counting(made: list[int], closed: threading.Event, stop: int = 1000) -> Generator[int, None, None]:
    try:
        for number in range(stop):
            made.append(number)
            yield number
    finally:
        closed.set()


def test_the_same_items_in_order() -> None:
    assert list(ahead((n * n for n in range(50)), 3)) == [n * n for n in range(50)]


def test_no_more_is_made_than_there_is_room_for() -> None:
    made: list[int] = []
    coming = ahead(counting(made, threading.Event()), 3)
    assert [next(coming) for _ in range(5)] == [0, 1, 2, 3, 4]
    coming.close()
    assert len(made) <= 5 + 3 + 1


def test_what_goes_wrong_is_raised_after_what_was_made() -> None:
    def failing() -> Generator[int, None, None]:
        yield 1
        raise ValueError("broken")

    coming = ahead(failing(), 2)
    assert next(coming) == 1
    with pytest.raises(ValueError, match="broken"):
        next(coming)


def test_closing_ends_the_thread_and_what_it_reads() -> None:
    closed = threading.Event()
    coming = ahead(counting([], closed), 1)
    next(coming)
    coming.close()
    assert closed.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
