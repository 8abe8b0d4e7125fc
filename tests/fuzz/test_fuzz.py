"""A minute's worth of `make fuzz`."""

from __future__ import annotations

import os

import pytest

from tests.fuzz.batches import BATCH, in_batches

INPUTS = 4 * BATCH


@pytest.mark.skipif(os.name != "posix", reason="the guard needs Unix's timers and limits")
def test_broken_and_hostile_files_are_refused_with_a_sentence_or_read() -> None:
    wrong = [line for found in in_batches(0, INPUTS) for line in found.wrong]
    assert not wrong, "\n".join(wrong[:20])
