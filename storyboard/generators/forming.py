"""A look at latents without decoding them: each of their cells as one colour.

What a cell's numbers mean differs from model to model, so the way from them to a colour is learned from the
model's own encoder: it encodes a chart of known colours once, and a straight line is fitted through the result.
That costs a part of one frame, once, and a multiplication for each look.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from storyboard.frames import SHOW_EVERY, SMALL, Show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.frames import Frame
    from storyboard.generators.catalog import Pipeline
    from storyboard.take import Recipe

CELLS = 16
"""Along each side of the chart: 256 colours for the five numbers that are fitted for each of red, green, blue."""


class Looks:
    """Shows the latents of one take as they form, at most once in `SHOW_EVERY` seconds."""

    def __init__(
        self,
        palette: NDArray[np.float32],
        show: Show,
        unpacked: Callable[[Any], Any] = lambda latents: latents,
    ) -> None:
        self._palette = palette
        self._show = show
        self._unpacked = unpacked
        self._last = -SHOW_EVERY

    def at(self, done: int, total: int, latents: Any) -> None:
        """Shows `latents`, as the scheduler has them, after step `done` of `total`, when it is time again."""
        if time.monotonic() - self._last < SHOW_EVERY:
            return
        self._last = time.monotonic()
        self._show(picture(self._unpacked(latents), self._palette, done / max(total, 1)))


def palette(pipe: Any) -> NDArray[np.float32] | None:
    """(channels + 1, 3): the way from a cell's numbers, and a one after them, to red, green and blue from 0 to 1.

    None when the encoder gives no numbers. Draws no random number and changes nothing in `pipe`.
    """
    import torch

    vae = pipe.vae
    factor = pixels_a_cell(vae)
    colours = chart()
    pixels = colours.repeat(factor, axis=0).repeat(factor, axis=1)
    image = torch.from_numpy(pixels).permute(2, 0, 1)[None] * 2 - 1
    if not vae_of_pictures(vae):
        image = image[:, :, None]
    with torch.no_grad():
        made = vae.encode(image.to(pipe._execution_device, vae.dtype))
        raw = made.latent_dist.mode() if hasattr(made, "latent_dist") else made.latent
        coded = normal(vae, raw if raw.ndim == 5 else raw[:, :, None])
    cells = coded[0, :, 0].float().cpu().numpy().reshape(coded.shape[1], -1).T
    if not np.isfinite(cells).all():
        return None
    shown = _gridded(colours, coded.shape[-2:])
    known = np.column_stack([cells, np.ones(len(cells))]).astype(np.float64)
    fitted, *_ = np.linalg.lstsq(known, shown.reshape(-1, 3), rcond=1e-6)
    way: NDArray[np.float32] = fitted.astype(np.float32)
    return way


def pixels_a_cell(vae: Any) -> int:
    """Pixels along one side of what one latent number stands for."""
    for name in ("spatial_compression_ratio", "scale_factor_spatial"):
        said = getattr(vae, name, None) or vae.config.get(name)
        if said:
            return int(said)
    return int(2 ** (len(vae.config.block_out_channels) - 1))


def vae_of_pictures(vae: Any) -> bool:
    """Whether it encodes pictures, not clips."""
    return type(vae).__name__ in ("AutoencoderKL", "AutoencoderKLTemporalDecoder", "AutoencoderDC")


def normal(vae: Any, raw: Any) -> Any:
    """An encoder's (1, channels, frames, h, w) in the numbers that are denoised."""
    import torch

    scale = vae.config.get("scaling_factor") or 1.0
    buffers = dict(vae.named_buffers(recurse=False))
    means = vae.config.get("latents_mean") or buffers.get("latents_mean")
    spread = vae.config.get("latents_std") or buffers.get("latents_std")
    if means is None or spread is None:
        return raw * scale
    shape = (1, -1, 1, 1, 1)
    mean = torch.as_tensor(means).to(raw.device, raw.dtype).view(shape)
    return (raw - mean) * scale / torch.as_tensor(spread).to(raw.device, raw.dtype).view(shape)


def unpacker(pipe: Any, table: Pipeline, recipe: Recipe) -> Callable[[Any], Any]:
    """What makes (batch, channels, frames, h, w) of the latents as this pipeline's scheduler has them."""
    orders = {"bfchw": (0, 2, 1, 3, 4), "bfhwc": (0, 4, 1, 2, 3)}
    if table.layout in orders:
        return lambda latents: latents.permute(orders[table.layout])
    if table.layout == "frames":
        return lambda latents: latents.unflatten(0, (-1, recipe.frames)).transpose(1, 2)
    if table.layout == "bcfhw":
        return lambda latents: latents
    count = (recipe.frames - 1) // pipe.vae_temporal_compression_ratio + 1
    high, wide = (side // pipe.vae_spatial_compression_ratio for side in (recipe.height, recipe.width))
    # Pictures that it starts from can stand before its own tokens.
    return lambda latents: (
        latents[:, -count * high * wide :].unflatten(1, (count, high, wide)).permute(0, 4, 1, 2, 3)
    )


def _gridded(colours: NDArray[np.float32], size: Any) -> NDArray[np.float32]:
    """The chart on another grid: some encoders' is not what their scale says."""
    rows, columns = (np.arange(n) * side // n for n, side in zip(size, colours.shape, strict=False))
    gridded: NDArray[np.float32] = colours[rows][:, columns]
    return gridded


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
    return _coloured(mean, way)


def moving(latents: Any, way: NDArray[np.float32]) -> list[Frame]:
    """The same for each frame of the latents by itself."""
    cells = latents[0].detach().float().permute(1, 2, 3, 0).cpu().numpy()
    return [_coloured(one, way) for one in cells]


def _coloured(cells: NDArray[np.float32], way: NDArray[np.float32]) -> Frame:
    """(h, w, channels) as a small picture."""
    step = -(-max(cells.shape[:2]) // SMALL)
    colours = np.nan_to_num(cells[::step, ::step] @ way[:-1] + way[-1], nan=0.5)
    shown: Frame = np.ascontiguousarray((np.clip(colours, 0, 1) * 255).round().astype(np.uint8))
    return shown
