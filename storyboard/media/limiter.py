"""The limiter: loud sums are turned down slowly, not cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.media.sound_file import Samples

CEILING = 10 ** (-1 / 20)
"""The loudest sample, -1 dB of full scale: the headroom EBU R 128 asks for before a lossy codec."""
BLOCK = 240
"""Samples over which one peak is looked for, 5 ms."""
REACH = 10
"""Blocks over which the gain comes down and goes up again, 50 ms each way."""
SPAN = 2 * REACH + 1
"""Blocks to each side that decide a block's gain."""


def peaks(samples: Samples) -> NDArray[np.float32]:
    """The loudest sample of each block; `samples` is a whole number of blocks."""
    loudest: NDArray[np.float32] = np.abs(samples).reshape(-1, BLOCK * 2).max(axis=1)
    return loudest


def gains(peaks: NDArray[np.float32]) -> NDArray[np.float64]:
    """The gain at the centre of each block.

    The least gain of all blocks within reach, then its running mean: the mean near a block is only over values
    that are no more than that block needs, so no peak gets through and the gain still moves slowly.
    """
    needed = np.minimum(1.0, CEILING / np.maximum(peaks.astype(np.float64), 1e-9))
    wide = np.pad(needed, SPAN, constant_values=1.0)
    least = np.lib.stride_tricks.sliding_window_view(wide, 2 * REACH + 3).min(axis=1)
    return np.convolve(least, np.full(2 * REACH + 1, 1 / (2 * REACH + 1)), mode="valid")


def limited(samples: Samples, first: int, gain: NDArray[np.float64], first_block: int = 0) -> Samples:
    """`samples`, the first of which is the sound's `first`, turned down; `gain` begins with `first_block`'s."""
    centres = (first_block + np.arange(len(gain)) + 0.5) * BLOCK
    at = np.interp(np.arange(first, first + len(samples)) + 0.5, centres, gain)
    quiet: Samples = (samples * at[:, None]).astype(np.float32)
    return quiet
