"""Where the files that ship with the program are: beside the package in a wheel, at the top of a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def path(relative: str) -> Path:
    """A file under `resources/`, such as ``rife/rife-4.25.safetensors``."""
    return _root("resources") / relative


def samples() -> Path:
    """The folder of sample projects. Read only: copy a sample before changing it."""
    return _root("projects")


def is_sample(folder: Path) -> bool:
    """Whether `folder` is one of the samples themselves: rendering one must not change what everybody starts from."""
    return folder.resolve().parent == samples()


def _root(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name
