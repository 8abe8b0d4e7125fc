"""The RIFE 4.25 weights that ship with the program, as numpy arrays."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from storyboard import resources
from storyboard.errors import SmootherError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float32]
    Weights: TypeAlias = dict[str, Array]

FILE = "rife/rife-4.25.safetensors"


@functools.cache
def digest() -> str:
    """First 16 hex digits of the file's SHA-256. Raises `SmootherError` when the file is not there."""
    return hashlib.sha256(_read()).hexdigest()[:16]


def load() -> Weights:
    """Name -> float32 array, convolutions as (out, in, rows, columns), deconvolutions as (in, out, rows, columns).

    `head.0` to `head.3`; for each of five blocks `shrink.0`, `shrink.1`, `residual.0` to `residual.7` and `out`;
    each with `.weight` and `.bias`. Raises `SmootherError` when the file is missing or broken.
    """
    import safetensors
    import safetensors.numpy

    try:
        half = safetensors.numpy.load(_read())
    except safetensors.SafetensorError as error:
        raise SmootherError(
            f"{resources.path(FILE)} is broken ({error}); install storyboard again"
        ) from error
    return {name: array.astype(np.float32) for name, array in half.items()}


def missing() -> str:
    """What to say when the file is not there; or an empty string."""
    if resources.path(FILE).is_file():
        return ""
    return "the RIFE weights that ship with storyboard are missing; install storyboard again"


def _read() -> bytes:
    path = resources.path(FILE)
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it was refused").lower()
        raise SmootherError(
            f"the RIFE weights {path} cannot be read: {reason}; install storyboard again"
        ) from error
