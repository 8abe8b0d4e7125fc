"""The RIFE HDv3 network in plain PyTorch, step by step as its authors describe it: what `rife-hdv3` is compared
with. Slow and simple on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as nnf
from safetensors.torch import load_file

from storyboard import resources
from tests.smoothers.rife_reference import resize, warp

if TYPE_CHECKING:
    from storyboard.frames import Frame

SCALES = (4, 2, 1)


class Hdv3Reference:
    """float32, one pair at a time; the picture half way."""

    def __init__(self) -> None:
        self.weights = {
            k: v.float() for k, v in load_file(resources.path("rife/rife-hdv3.safetensors")).items()
        }

    def halfway(self, before: Frame, after: Frame) -> Frame:
        height, width, _ = before.shape
        with torch.inference_mode():
            made = self._picture(_tensor(before), _tensor(after))
        values = made[0, :, :height, :width].clamp(0, 1).mul(255).round()
        return np.ascontiguousarray(values.permute(1, 2, 0).numpy().astype(np.uint8))

    def _picture(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        flow, mask = torch.zeros_like(torch.cat([a, b[:, :1]], 1)), torch.zeros_like(a[:, :1])
        moved_a, moved_b = a, b
        for i in range(3):
            there, there_mask = self._block(i, moved_a, moved_b, mask, flow)
            back, back_mask = self._block(i, moved_b, moved_a, -mask, _turned(flow))
            flow = flow + (there + _turned(back)) / 2
            mask = mask + (there_mask - back_mask) / 2
            moved_a, moved_b = warp(a, flow[:, :2]), warp(b, flow[:, 2:])
        share = torch.sigmoid(mask)
        return moved_a * share + moved_b * (1 - share)

    def _block(
        self, i: int, one: torch.Tensor, other: torch.Tensor, mask: torch.Tensor, flow: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        scale = SCALES[i]
        x = torch.cat(
            [resize(torch.cat([one, other, mask], 1), 1 / scale), resize(flow, 1 / scale) / scale], 1
        )
        x = self._conv(f"block{i}.shrink.0", x, 2)
        x = self._conv(f"block{i}.shrink.1", x, 2)
        for k in range(4):
            y = self._conv(f"block{i}.residual.{k}.0", x, 1)
            x = self._conv(f"block{i}.residual.{k}.1", y, 1) + x
        flow, mask = self._answer(f"block{i}.flow", x), self._answer(f"block{i}.mask", x)
        return resize(flow, scale) * scale, resize(mask, scale)

    def _answer(self, name: str, x: torch.Tensor) -> torch.Tensor:
        x = self._deconv(f"{name}.0", x)
        return self._deconv(f"{name}.1", nnf.prelu(x, self.weights[f"{name}.0.slope"]))

    def _conv(self, name: str, x: torch.Tensor, stride: int) -> torch.Tensor:
        x = nnf.conv2d(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], stride, 1)
        return nnf.prelu(x, self.weights[f"{name}.slope"])

    def _deconv(self, name: str, x: torch.Tensor) -> torch.Tensor:
        return nnf.conv_transpose2d(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], 2, 1)


def _turned(flow: torch.Tensor) -> torch.Tensor:
    return torch.cat([flow[:, 2:], flow[:, :2]], 1)


def _tensor(frame: Frame) -> torch.Tensor:
    height, width, _ = frame.shape
    pixels = torch.from_numpy(frame.copy()).permute(2, 0, 1)[None].float() / 255
    return nnf.pad(pixels, (0, -width % 32, 0, -height % 32), mode="replicate")
