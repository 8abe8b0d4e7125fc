"""A look at latents without decoding them: each of their cells as one colour.

What a cell's numbers mean differs from model to model, so the way from them to a colour is learned from the
model's own encoder: it encodes a chart of known colours once, and a straight line is fitted through the result.
That costs a part of one frame, once, and a multiplication for each look.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from storyboard.frames import SHOW_EVERY, SMALL, Show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.frames import Frame

CELLS = 16
"""Along each side of the chart: 256 colours for the five numbers that are fitted for each of red, green, blue."""


class Looks:
    """Shows the latents of one take as they form, at most once in `SHOW_EVERY` seconds."""

    def __init__(self, palette: NDArray[np.float32], show: Show) -> None:
        self._palette = palette
        self._show = show
        self._last = -SHOW_EVERY

    def at(self, done: int, total: int, latents: Any) -> None:
        """Shows (1, channels, frames, h, w) `latents` after step `done` of `total`, when it is time again."""
        if time.monotonic() - self._last < SHOW_EVERY:
            return
        self._last = time.monotonic()
        self._show(picture(latents, self._palette, done / max(total, 1)))


def palette(pipe: Any) -> NDArray[np.float32] | None:
    """(channels + 1, 3): the way from a cell's numbers, and a one after them, to red, green and blue from 0 to 1.

    None when the encoder gives no numbers. Draws no random number and changes nothing in `pipe`.
    """
    import torch

    vae = pipe.vae
    colours = chart()
    pixels = colours.repeat(pipe.vae_scale_factor, axis=0).repeat(pipe.vae_scale_factor, axis=1)
    image = torch.from_numpy(pixels).permute(2, 0, 1)[None] * 2 - 1
    with torch.no_grad():
        coded = (
            vae.encode(image.to(pipe._execution_device, vae.dtype)).latent_dist.mode()
            * vae.config.scaling_factor
        )
    cells = coded[0].float().cpu().numpy().reshape(coded.shape[1], -1).T
    if not np.isfinite(cells).all():
        return None
    known = np.column_stack([cells, np.ones(len(cells))]).astype(np.float64)
    fitted, *_ = np.linalg.lstsq(known, colours.reshape(-1, 3), rcond=1e-6)
    way: NDArray[np.float32] = fitted.astype(np.float32)
    return way


def chart() -> NDArray[np.float32]:
    """(CELLS, CELLS, 3): soft patches of every colour, 0 to 1, always the same."""
    y, x = np.mgrid[0:CELLS, 0:CELLS] / (CELLS - 1)
    waves = [np.sin(2 * np.pi * (a * x + b * y) + c) for a, b, c in ((2, 1, 0.0), (1, -2, 2.1), (3, 3, 4.2))]
    light = 0.35 * np.sin(2 * np.pi * (x - 0.5 * y))
    soft: NDArray[np.float32] = np.clip(0.5 + 0.4 * np.stack(waves, axis=2) + light[..., None], 0, 1).astype(
        np.float32
    )
    return soft


def picture(latents: Any, way: NDArray[np.float32], done: float) -> Frame:
    """(h, w, 3) uint8 RGB of the middle of a take whose latents are (1, channels, frames, h, w).

    Early on they are mostly noise, another in each frame, so the mean of many frames shows what they share;
    towards the end (`done` is 0 to 1) it is the middle frame alone.
    """
    frames = latents.shape[2]
    around = int((1 - done) * frames / 2)
    first, last = max(0, frames // 2 - around), min(frames, frames // 2 + around + 1)
    mean = latents[0, :, first:last].detach().float().mean(dim=1).permute(1, 2, 0).cpu().numpy()
    step = -(-max(mean.shape[:2]) // SMALL)
    cells = mean[::step, ::step]
    colours = np.nan_to_num(cells @ way[:-1] + way[-1], nan=0.5)
    shown: Frame = np.ascontiguousarray((np.clip(colours, 0, 1) * 255).round().astype(np.uint8))
    return shown
