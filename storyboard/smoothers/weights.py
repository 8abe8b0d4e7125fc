"""The RIFE weights that ship with the program, and the user's own, as numpy arrays."""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from storyboard import places, resources
from storyboard.errors import SmootherError, why

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float32]
    Weights: TypeAlias = dict[str, Array]

FILE = "rife/rife-4.25.safetensors"
HDV3 = "rife/rife-hdv3.safetensors"

OWN = "rife:"
"""What the name of a smoother with the user's own weights begins with; the weights' name follows."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_SHIPPED = {"rife-hdv3": HDV3}
"""The file of each engine that has not `FILE`."""


def file_of(engine: str) -> Path:
    """The weights of the engine with this name. The file need not be there."""
    if engine.startswith(OWN):
        return own_folder() / f"{_safe(engine.removeprefix(OWN))}.safetensors"
    return resources.path(_SHIPPED.get(engine, FILE))


def own_folder() -> Path:
    """Where `storyboard models convert` puts weights."""
    return places.data() / "smoothers"


def own() -> list[str]:
    """The names of the smoothers with the user's own weights, in order."""
    files = own_folder().glob("*.safetensors")
    return sorted(f"{OWN}{file.stem}" for file in files if _NAME.fullmatch(file.stem))


def is_name(name: str) -> bool:
    """Whether the user's own weights can have this name."""
    return _NAME.fullmatch(name) is not None


def digest(file: Path | None = None) -> str:
    """First 16 hex digits of the file's SHA-256; of RIFE 4.25 if none is given. Raises `SmootherError` when the
    file is not there."""
    file = file or resources.path(FILE)
    try:
        seen = file.stat()
    except OSError:
        seen = None
    return _digest(file, seen and (seen.st_size, seen.st_mtime_ns))


def load(file: Path | None = None) -> Weights:
    """Name -> float32 array, convolutions as (out, in, rows, columns), deconvolutions as (in, out, rows, columns);
    of RIFE 4.25 if no file is given.

    `head.0` to `head.3`; for each of five blocks `shrink.0`, `shrink.1`, `residual.0` to `residual.7` and `out`;
    each with `.weight` and `.bias`. Raises `SmootherError` when the file is missing or broken.
    """
    import safetensors
    import safetensors.numpy

    file = file or resources.path(FILE)
    try:
        half = safetensors.numpy.load(_read(file))
    except safetensors.SafetensorError as error:
        raise SmootherError(f"{file} is broken ({error}); {_again(file)}") from error
    return {name: array.astype("f4") for name, array in half.items()}


def shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """The arrays' names and shapes, without reading them. Raises as `load`."""
    import safetensors

    try:
        with safetensors.safe_open(file, "np") as arrays:
            return {name: tuple(arrays.get_slice(name).get_shape()) for name in arrays.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise SmootherError(f"{file} is broken ({error}); {_again(file)}") from error
    except OSError as error:
        raise _unreadable(file, error) from error


def missing(engine: str = "") -> str:
    """What to say when the weights of `engine` (of RIFE 4.25 if not given) are not there; or an empty string."""
    file = file_of(engine)
    if file.is_file():
        return ""
    if engine.startswith(OWN):
        return (
            f"the weights {engine.removeprefix(OWN)} are not on this machine; run: "
            f"storyboard models convert FILE --name {engine.removeprefix(OWN)}"
        )
    return f"the RIFE weights that ship with storyboard are missing; {_again(file)}"


@functools.cache
def _digest(file: Path, _seen: object) -> str:
    """`_seen` is how the file looked: the user may convert other weights to the same name."""
    return hashlib.sha256(_read(file)).hexdigest()[:16]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: OSError) -> SmootherError:
    return SmootherError(f"the RIFE weights {file} cannot be read: {why(error)}; {_again(file)}")


def _again(file: Path) -> str:
    return "convert them again" if file.parent == own_folder() else "install storyboard again"


def _safe(name: str) -> str:
    if not is_name(name):
        raise SmootherError(
            f"{name!r} is no name for weights; use up to 40 small letters, digits, points, hyphens and underscores"
        )
    return name
