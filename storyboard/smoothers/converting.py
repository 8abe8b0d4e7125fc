"""The user's own RIFE weights: from a published file to one safetensors file in the user's data folder."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from storyboard import atomic
from storyboard.errors import SmootherError, StoryboardError, why
from storyboard.smoothers import checkpoint, ncnn_reading
from storyboard.smoothers import weights as rife_weights
from storyboard.smoothers.rife_family import family_of

if TYPE_CHECKING:
    from storyboard.smoothers.weights import Weights

CHECKPOINT, PARAM, BIN = "flownet.pkl", "flownet.param", "flownet.bin"
MAX_BYTES = 512 << 20
_SUFFIXES = (".pkl", ".pth", ".pt")
_SECONDS = 300


class Converted(NamedTuple):
    """What `convert` made."""

    smoother: str
    """The name to choose it by, such as `rife:anime`."""
    network: str
    file: Path


def convert(source: Path, name: str | None = None, replace: bool = False) -> Converted:
    """Takes over the weights in `source`: a checkpoint of Practical-RIFE (`flownet.pkl`), or a folder with one or
    with an ncnn model (`flownet.param`, `flownet.bin`). The program never opens `source` again.

    Raises `SmootherError` with a sentence when they are not weights of a network of `rife_family`, or when the name
    is taken or no name.
    """
    name = name or _name(source)
    target = rife_weights.file_of(f"{rife_weights.OWN}{name}")
    if target.exists() and not replace:
        raise SmootherError(f"there are weights {name} already; give another --name, or --replace them")
    try:
        weights = _read(source)
        family = family_of({key: array.shape for key, array in weights.items()})
        half = checkpoint.halved(weights)
    except SmootherError as error:
        raise SmootherError(f"{source}: {error}") from error
    _save(half, target, {"network": family.name})
    return Converted(f"{rife_weights.OWN}{name}", family.name, target)


def _name(source: Path) -> str:
    """From the file's or folder's own name; `flownet` says nothing, its folder does."""
    known = source.resolve()
    stem = known.parent.name if known.stem == "flownet" else known.name if known.is_dir() else known.stem
    name = re.sub(r"[^a-z0-9._-]+", "-", stem.lower()).strip("-._")[:40]
    if not rife_weights.is_name(name):
        raise SmootherError(f"{source} has no name to call the weights by; give one with --name")
    return name


def _read(source: Path) -> Weights:
    if not source.exists():
        raise SmootherError("it is not there; check the path")
    if source.is_dir():
        if (source / PARAM).is_file() and (source / BIN).is_file():
            return _ncnn(source)
        source = source / CHECKPOINT
        if not source.is_file():
            raise SmootherError(
                f"the folder holds neither {CHECKPOINT} nor {PARAM} with {BIN}; check the path"
            )
    if source.suffix in (".param", ".bin"):
        return _ncnn(source.parent)
    if source.suffix not in _SUFFIXES:
        raise SmootherError(
            f"weights are a {CHECKPOINT}, or a folder with {PARAM} and {BIN}; give one of these"
        )
    return checkpoint.rife(_opened(source))


def _ncnn(folder: Path) -> Weights:
    try:
        text = _bounded(folder / PARAM).decode("ascii")
    except UnicodeDecodeError as error:
        raise SmootherError(f"{PARAM} is no ncnn model; get the file again") from error
    return ncnn_reading.weights(text, _bounded(folder / BIN))


def _bounded(path: Path) -> bytes:
    _check_size(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise SmootherError(f"{path.name} cannot be read: {why(error)}") from error


def _check_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SmootherError(f"it cannot be read: {why(error)}; check the path") from error
    if not 0 < size <= MAX_BYTES:
        raise SmootherError(f"{path.name} has {size:,} bytes, and weights have 1 to {MAX_BYTES:,}")


def _opened(source: Path) -> Weights:
    """The arrays of a checkpoint, read in a process of its own (see `checkpoint_child`)."""
    import safetensors.numpy

    _check_size(source)
    if importlib.util.find_spec("torch") is None:
        raise SmootherError(f"reading {CHECKPOINT} needs PyTorch; run: pip install 'storyboard[models]'")
    with tempfile.TemporaryDirectory(prefix="storyboard-convert-") as place:
        made = Path(place, "arrays.safetensors")
        script = str(Path(__file__).with_name("checkpoint_child.py"))
        try:
            # -P: the script's own folder must not come before the libraries' names.
            done = subprocess.run(
                [sys.executable, "-P", script, str(source.resolve()), str(made)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SmootherError(f"it could not be opened ({error})") from error
        if done.returncode or not made.is_file():
            raise SmootherError(f"{_last_line(done.stderr)}; get weights that hold tensors only")
        arrays: Weights = safetensors.numpy.load(made.read_bytes())
        return arrays


def _last_line(said: bytes) -> str:
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "the process that opened it crashed"


def _save(half: dict[str, checkpoint.Half], target: Path, about: dict[str, str]) -> None:
    import safetensors.numpy

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoryboardError(
            f"the folder {target.parent} cannot be made: {why(error)}; make it writable"
        ) from error
    with atomic.replacing(target) as temporary:
        temporary.write_bytes(safetensors.numpy.save(half, about))
