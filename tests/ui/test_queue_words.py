"""What the status line says of the device and of what runs."""

from __future__ import annotations

from fractions import Fraction

from storyboard.film.runner import Progress, Running
from storyboard.take import Take
from storyboard.workers import messages
from ui import device
from ui.queue_words import running_words


def take(made_on: str, created: str = "2026") -> Take:
    return Take("a", "shot-1", 1, created, 24, Fraction(24), 64, 64, "", ran={"device": made_on})


def test_a_gpu_is_shown_with_its_memory_once_a_worker_told() -> None:
    memory = messages.Memory(1, "cuda:0", round(9.8 * 2**30), 24 * 2**30)
    assert device.words([], memory) == "CUDA · 9.8 of 24 GB"
    second = messages.Memory(1, "cuda:1", 0, 8 * 2**30)
    assert device.words([], second) == "CUDA 1 · 0.0 of 8 GB"


def test_before_that_it_is_where_the_last_take_was_made_or_this_computer() -> None:
    takes = [take("cpu", "2025"), take("cuda:0 (NVIDIA H200)", "2026")]
    assert device.words(takes, None) == "CUDA"
    assert "core" in device.words([take("cpu")], None)
    assert "core" in device.words([], None)


def test_a_preview_is_only_believed_with_as_many_bytes_as_its_size_says() -> None:
    assert messages.Preview(1, 4, 2, bytes(24)).whole
    assert not messages.Preview(1, 4, 2, bytes(23)).whole
    assert not messages.Preview(1, 4000, 2, bytes(24000)).whole
    assert not messages.Preview(1, -4, -2, bytes(24)).whole


def test_nothing_is_said_of_what_does_not_run() -> None:
    assert running_words(None, None, 0) == ""
    progress = Progress(0.5, 34.0, (), (Running("shot 5 take 1", ("a",), "step", 12, 25),))
    assert running_words(None, progress, 0) == "shot 5 take 1: step 12 of 25 · 0:34 left"
