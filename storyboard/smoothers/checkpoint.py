"""The published checkpoints' arrays under our names: what `storyboard models convert` and the scripts that made the
shipped weights share. Nothing here unpickles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from storyboard.errors import SmootherError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from storyboard.smoothers.weights import Array, Weights

    Half: TypeAlias = NDArray[np.float16]

_UNUSED = re.compile(r"teacher\.|caltime\.|block_tea\.")
"""Parts that serve training only."""

_RIFE = (
    (r"encode\.cnn([0-3])\.(weight|bias)", r"head.\1.\2"),
    (r"(block\d)\.conv0\.([01])\.0\.(weight|bias)", r"\1.shrink.\2.\3"),
    (r"(block\d)\.convblock\.(\d)\.conv\.(weight|bias)", r"\1.residual.\2.\3"),
    (r"(block\d)\.convblock\.(\d)\.(beta)", r"\1.residual.\2.\3"),
    (r"(block\d)\.lastconv\.0\.(weight|bias)", r"\1.out.\2"),
)
_HDV3 = (
    (r"(block\d)\.conv0\.([01])\.0\.(weight|bias)", r"\1.shrink.\2.\3"),
    (r"(block\d)\.conv0\.([01])\.1\.weight", r"\1.shrink.\2.slope"),
    (r"(block\d)\.convblock(\d)\.([01])\.0\.(weight|bias)", r"\1.residual.\2.\3.\4"),
    (r"(block\d)\.convblock(\d)\.([01])\.1\.weight", r"\1.residual.\2.\3.slope"),
    (r"(block\d)\.conv1\.0\.(weight|bias)", r"\1.flow.0.\2"),
    (r"(block\d)\.conv1\.1\.weight", r"\1.flow.0.slope"),
    (r"(block\d)\.conv1\.2\.(weight|bias)", r"\1.flow.1.\2"),
    (r"(block\d)\.conv2\.0\.(weight|bias)", r"\1.mask.0.\2"),
    (r"(block\d)\.conv2\.1\.weight", r"\1.mask.0.slope"),
    (r"(block\d)\.conv2\.2\.(weight|bias)", r"\1.mask.1.\2"),
)


def rife(arrays: Mapping[str, Array]) -> Weights:
    """Of RIFE 4.x: each `beta` is multiplied into the convolution before it, leaky(conv(x) * beta + x) =
    leaky(conv'(x) + x). Names that are not known are kept, for whoever checks to name them."""
    named = {_renamed(name, _RIFE): array for name, array in _used(arrays).items()}
    for beta in [name for name in named if name.endswith(".beta")]:
        _fold(named, beta.removesuffix(".beta"), named.pop(beta))
    return named


def hdv3(arrays: Mapping[str, Array]) -> Weights:
    """Of RIFE HDv3."""
    return {_renamed(name, _HDV3): array for name, array in _used(arrays).items()}


def halved(weights: Weights) -> dict[str, Half]:
    """As float16, what is kept on disk. Raises `SmootherError` when a value is no number or does not fit."""
    with np.errstate(over="ignore"):
        half = {name: np.ascontiguousarray(array, np.float16) for name, array in sorted(weights.items())}
    for name, array in half.items():
        if not np.isfinite(array).all():
            raise SmootherError(
                f"{name} holds a value that is no number or far too large; get the file again"
            )
    return half


def _used(arrays: Mapping[str, Array]) -> dict[str, Array]:
    plain = {name.removeprefix("module."): array for name, array in arrays.items()}
    return {name: array for name, array in plain.items() if not _UNUSED.match(name)}


def _fold(named: Weights, layer: str, beta: Array) -> None:
    weight, bias = named.get(f"{layer}.weight"), named.get(f"{layer}.bias")
    if weight is None or bias is None or not len(weight) == len(bias) == beta.size or weight.ndim != 4:
        raise SmootherError(f"{layer} has a factor for other channels than it has; get the file again")
    factor = beta.reshape(-1)
    named[f"{layer}.weight"] = weight * factor[:, None, None, None]
    named[f"{layer}.bias"] = bias * factor


def _renamed(name: str, names: tuple[tuple[str, str], ...]) -> str:
    for pattern, new in names:
        if re.fullmatch(pattern, name):
            return re.sub(pattern, new, name)
    return name
