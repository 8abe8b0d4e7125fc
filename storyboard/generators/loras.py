"""LoRAs: small weights that are added to a model's. They lie in the user's own folder, named by their content.

A project holds a LoRA's name and hash, never where it lies, so that it means the same on every machine; the file is
large and often may not be passed on, so that it is not copied into the project.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from storyboard import atomic, places
from storyboard.errors import GeneratorError, StoryboardError, why
from storyboard.generators import weights
from storyboard.start import Lora

SUFFIX = ".safetensors"
_DIGITS = 16


def folder() -> Path:
    """The user's LoRAs."""
    return places.data() / "loras"


def find(lora: Lora) -> Path:
    """The file of `lora` on this machine. Raises `GeneratorError` when it is not here or is another one."""
    path = _place(lora)
    if not path.is_file():
        raise GeneratorError(
            f"the LoRA {lora.name} ({lora.content[:8]}) is not on this machine; get its file and add it with "
            f"`storyboard set PROJECT --lora {lora.name}{SUFFIX}`"
        )
    weights.check_safetensors(path)
    if weights.file_hash(path) != lora.content:
        raise GeneratorError(
            f"{path} was changed and is not the LoRA {lora.name} any more; add its file again"
        )
    return path


def add(original: Path, weight: float = 1.0) -> Lora:
    """Copies the safetensors file `original` into the user's folder, where it is not there yet.

    Raises `GeneratorError` for any other file, and `DiskFull`.
    """
    if original.suffix.lower() != SUFFIX:
        raise GeneratorError(
            f"{original}: a LoRA is a {SUFFIX} file; other kinds can run a stranger's code, get it as that"
        )
    if not original.is_file():
        raise GeneratorError(f"{original} is not there; check the path")
    weights.check_safetensors(original)
    lora = Lora(name=_name(original), content=weights.file_hash(original), weight=weight)
    target = _place(lora)
    try:
        if not target.is_file() or weights.file_hash(target) != lora.content:
            target.parent.mkdir(parents=True, exist_ok=True)
            with atomic.replacing(target) as temporary:
                shutil.copyfile(original, temporary)
    except OSError as error:
        raise StoryboardError(f"{original} could not be copied to {target.parent}: {why(error)}") from error
    return lora


def _place(lora: Lora) -> Path:
    return folder() / f"{lora.name}-{lora.content[:_DIGITS]}{SUFFIX}"


def _name(original: Path) -> str:
    """The first part of the file's name, without the hash that our own copy carries."""
    plain = re.sub(rf"-[0-9a-f]{{{_DIGITS}}}$", "", original.stem)
    return re.sub(r"[^\w .-]+", "-", plain).strip(" .-")[:80] or "lora"
