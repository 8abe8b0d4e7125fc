"""The RIFE 4.25 network in plain PyTorch, step by step as its authors describe it: what the engines that the
program ships are compared with. Slow and simple on purpose."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as nnf
from safetensors.torch import load_file

from storyboard import resources

if TYPE_CHECKING:
    from storyboard.frames import Frame

SCALES = (16, 8, 4, 2, 1)


class Reference:
    """float32, one pair at a time. Of RIFE 4.25, and on the processor, unless told otherwise."""

    def __init__(
        self, file: Path | None = None, scales: tuple[int, ...] = SCALES, device: str = "cpu"
    ) -> None:
        file = file or resources.path("rife/rife-4.25.safetensors")
        self.weights = {k: v.float() for k, v in load_file(file, device=device).items()}
        self.scales, self.device = scales, device

    def between(self, before: Frame, after: Frame, t: Fraction) -> Frame:
        height, width, _ = before.shape
        with torch.inference_mode():
            made = self._picture(*(_tensor(frame).to(self.device) for frame in (before, after)), float(t))
        values = made[0, :, :height, :width].clamp(0, 1).mul(255).round()
        return np.ascontiguousarray(values.permute(1, 2, 0).cpu().numpy().astype(np.uint8))

    def _picture(self, a: torch.Tensor, b: torch.Tensor, t: float) -> torch.Tensor:
        features_a, features_b = self._head(a), self._head(b)
        time = torch.full_like(a[:, :1], t)
        out = self._block(0, torch.cat([a, b, features_a, features_b, time], 1), None)
        flow = out[:, :4]
        for i in range(1, len(self.scales)):
            warped = [
                warp(a, flow[:, :2]),
                warp(b, flow[:, 2:]),
                warp(features_a, flow[:, :2]),
                warp(features_b, flow[:, 2:]),
            ]
            out = self._block(i, torch.cat([*warped, time, out[:, 4:]], 1), flow)
            flow = flow + out[:, :4]
        mask = torch.sigmoid(out[:, 4:5])
        return warp(a, flow[:, :2]) * mask + warp(b, flow[:, 2:]) * (1 - mask)

    def _head(self, x: torch.Tensor) -> torch.Tensor:
        x = leaky(self._conv("head.0", x, 2))
        x = leaky(self._conv("head.1", x, 1))
        x = leaky(self._conv("head.2", x, 1))
        return self._deconv("head.3", x)

    def _block(self, i: int, x: torch.Tensor, flow: torch.Tensor | None) -> torch.Tensor:
        """(1, 13, H, W): what is added to the flow (4), the mask (1) and the features (8)."""
        scale = self.scales[i]
        x = resize(x, 1 / scale)
        if flow is not None:
            x = torch.cat([x, resize(flow, 1 / scale) / scale], 1)
        x = leaky(self._conv(f"block{i}.shrink.0", x, 2))
        x = leaky(self._conv(f"block{i}.shrink.1", x, 2))
        for k in range(8):
            x = leaky(self._conv(f"block{i}.residual.{k}", x, 1) + x)
        x = resize(nnf.pixel_shuffle(self._deconv(f"block{i}.out", x), 2), scale)
        return torch.cat([x[:, :4] * scale, x[:, 4:]], 1)

    def _conv(self, name: str, x: torch.Tensor, stride: int) -> torch.Tensor:
        return nnf.conv2d(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], stride, 1)

    def _deconv(self, name: str, x: torch.Tensor) -> torch.Tensor:
        return nnf.conv_transpose2d(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], 2, 1)


def leaky(x: torch.Tensor) -> torch.Tensor:
    return nnf.leaky_relu(x, 0.2)


def resize(x: torch.Tensor, factor: float) -> torch.Tensor:
    return nnf.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)


def warp(x: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """`x` sampled at each pixel's own place plus `flow` (x, y in pixels)."""
    _, _, height, width = x.shape
    sides = (torch.arange(side, device=flow.device) for side in (height, width))
    rows, columns = torch.meshgrid(*sides, indexing="ij")
    across = (columns + flow[:, 0]) * (2 / (width - 1)) - 1
    down = (rows + flow[:, 1]) * (2 / (height - 1)) - 1
    grid = torch.stack([across, down], -1)
    return nnf.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=True)


def _tensor(frame: Frame) -> torch.Tensor:
    height, width, _ = frame.shape
    pixels = torch.from_numpy(frame.copy()).permute(2, 0, 1)[None].float() / 255
    return nnf.pad(pixels, (0, -width % 64, 0, -height % 64), mode="replicate")
