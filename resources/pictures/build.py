"""Builds `pictures.zip`, the pictures that the sketch draws, from three npm packages.

    npm pack @iconify-json/fluent-emoji-flat@1.2.6 emojilib@4.0.3 emojibase-data@17.0.0
    python resources/pictures/build.py FOLDER-WITH-THE-THREE-TGZ

The packages are checked against the SHA-256 in `SOURCES` before anything is read. The same packages and the same
`nouns.txt` (its first picture of each kind decides between two for one word) give the same bytes; build again when
either changes. The pack has 1.7 MB of the 6 it may have. Needs resvg-py, opencv and numpy, as the program does.

Inside the zip: `index.json` (each picture's group and the box of its drawn part, in the 32 x 32 view box; the
code points that mean it), `svg/NAME` (what goes inside the <svg> element), `words/LANGUAGE.json` (which
picture a word means) and `sources.json` (where all of it came from).
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import tarfile
import unicodedata
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import resvg_py

HERE = Path(__file__).parent
LICENSES = HERE.parent / "LICENSES"
LANGUAGES = ("en", "es", "fr", "de", "pt", "it", "ja", "zh")
SOURCES: dict[str, dict[str, str]] = {
    "iconify-json-fluent-emoji-flat-1.2.6.tgz": {
        "package": "@iconify-json/fluent-emoji-flat 1.2.6",
        "gives": "pictures (Fluent Emoji, Microsoft Corporation)",
        "licence": "MIT",
        "sha256": "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
    },
    "emojilib-4.0.3.tgz": {
        "package": "emojilib 4.0.3",
        "gives": "English keywords (Mu-An Chiou)",
        "licence": "MIT",
        "sha256": "7f9a6b43cff31d18985b7d65d11faba5bd971cbcc60020cf6d09322fbaaaf303",
    },
    "emojibase-data-17.0.0.tgz": {
        "package": "emojibase-data 17.0.0",
        "gives": "names and tags in many languages, groups (Miles Johnson)",
        "licence": "MIT",
        "sha256": "d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a",
    },
}

SKIN_TONE = re.compile(r"-(light|medium-light|medium|medium-dark|dark)(-|$)")
ASIDE_GROUPS = {0, 8, 9}
"""Faces, symbols and flags: pictures of a thing come before them for the same word."""
LIVING_GROUPS = {3, 4}
"""Animals and plants, food: what a keyword means first."""
EPOCH = (2020, 1, 1, 0, 0, 0)


class Packages:
    """The three archives, checked against the hashes recorded above."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, source in SOURCES.items():
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            if found != source["sha256"]:
                sys.exit(
                    f"{folder / name} has SHA-256 {found}, not {source['sha256']}; fetch the named version"
                )

    def text(self, archive: str, member: str) -> str:
        name = next(name for name in SOURCES if name.startswith(archive))
        with tarfile.open(self.folder / name) as tar:
            file = tar.extractfile(f"package/{member}")
            assert file is not None
            return file.read().decode()

    def json(self, archive: str, member: str) -> Any:
        return json.loads(self.text(archive, member))


def plain(code: str) -> str:
    """A code point sequence such as `1f468-200d-1f373` without presentation selectors."""
    return "-".join(part for part in code.lower().split("-") if part != "fe0f")


def code_of(text: str) -> str:
    return plain("-".join(f"{ord(char):04x}" for char in text))


def box(body: str) -> list[float]:
    """Left, top, right, bottom of what `body` draws, in its 32 x 32 view box."""
    scale = 4
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="128" height="128">{body}</svg>'
    png = np.frombuffer(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True), np.uint8)
    alpha = cv2.imdecode(png, cv2.IMREAD_UNCHANGED)[..., 3] > 127
    columns, rows = np.flatnonzero(alpha.any(axis=0)), np.flatnonzero(alpha.any(axis=1))
    return [float(edge) / scale for edge in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)]


def normal(word: str) -> str:
    """A word as the reader of prompts looks it up: lower case, composed, spaces for underscores."""
    return unicodedata.normalize("NFC", word.replace("_", " ").replace("’", "'")).casefold().strip()


def score_words(label: str, tags: list[str], keywords: list[str], *, latin: bool) -> dict[str, int]:
    """How surely each word means a picture of this name: an exact name most, a late keyword least."""
    scores: dict[str, int] = {}
    for place, tag in enumerate([*keywords, *tags]):
        scores.setdefault(normal(tag), max(1, 20 - place))
    parts = re.findall(r"[^\W\d_]{3,}", normal(label)) if latin else []
    for part in parts:
        scores[part] = max(scores.get(part, 0), 30)
    if parts:
        scores[parts[-1]] = 60
    scores[normal(label)] = 100
    return scores


def typical_pictures() -> set[str]:
    """The first picture of each kind in `nouns.txt`: a car comes before an ambulance."""
    lines = (HERE / "nouns.txt").read_text(encoding="utf-8").splitlines()
    first = (line for before, line in pairwise(lines) if not before.startswith((" ", "#")))
    return {line.strip().partition(":")[0] for line in first}


def words(
    language: str, entries: list[dict[str, Any]], names: dict[str, str], keywords: dict[str, list[str]]
) -> dict[str, str]:
    """Word -> the picture it means most, for one language."""
    best: dict[str, tuple[float, str]] = {}
    typical = typical_pictures()
    latin = language not in ("ja", "zh")
    for entry in entries:
        name = names.get(plain(entry["hexcode"]))
        if name is None:
            continue
        group = entry.get("group")
        aside = 45 if group in ASIDE_GROUPS or group is None else 0 if group in LIVING_GROUPS else 3
        aside -= 2 * (name in typical)
        scores = score_words(entry["label"], entry.get("tags", []), keywords.get(name, []), latin=latin)
        for word, score in scores.items():
            value = score - aside - len(name.split("-")) - len(entry["label"]) / 8
            if word and value > 0 and value > best.get(word, (0, ""))[0]:
                best[word] = (value, name)
    return {word: name for word, (_, name) in sorted(best.items())}


def keep(icons: dict[str, Any]) -> dict[str, str]:
    """Name -> body of every picture that is not a skin-tone variant of another."""
    return {name: icon["body"] for name, icon in sorted(icons.items()) if not SKIN_TONE.search(name)}


def archive(files: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as pack:
        for name, text in files.items():
            pack.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def build(packages: Packages) -> bytes:
    bodies = keep(packages.json("iconify", "icons.json")["icons"])
    codes = {plain(code): name for code, name in packages.json("iconify", "chars.json").items()}
    names = {code: name for code, name in codes.items() if name in bodies}
    english = packages.json("emojibase", "en/data.json")
    groups = {names.get(plain(e["hexcode"])): (e.get("group", -1), e.get("subgroup", -1)) for e in english}
    keywords: dict[str, list[str]] = {}
    for emoji, listed in packages.json("emojilib", "dist/emoji-en-US.json").items():
        keywords.setdefault(names.get(code_of(emoji), ""), listed[1:])
    files = {
        "sources.json": compact(SOURCES),
        "index.json": compact(
            {
                "pictures": {
                    name: [*groups.get(name, (-1, -1)), *box(body)] for name, body in bodies.items()
                },
                "codes": names,
            }
        ),
    }
    for language in LANGUAGES:
        entries = packages.json("emojibase", f"{language}/data.json")
        table = words(language, entries, names, keywords if language == "en" else {})
        files[f"words/{language}.json"] = compact(table)
    return archive(files | {f"svg/{name}": body for name, body in bodies.items()})


def write_licences(packages: Packages) -> None:
    """The notices that travel with the pack. Fluent Emoji's package names its licence without the text, which
    is the MIT text of the other two under another name."""
    emojilib, emojibase = packages.text("emojilib", "LICENSE"), packages.text("emojibase", "LICENSE")
    terms = emojibase[emojibase.index("Permission is hereby granted") :]
    (LICENSES / "emojilib-MIT.txt").write_text(emojilib, encoding="utf-8")
    (LICENSES / "emojibase-MIT.txt").write_text(emojibase, encoding="utf-8")
    fluent = "MIT License\n\nFluent Emoji\nCopyright (c) Microsoft Corporation.\n\n" + terms
    (LICENSES / "fluent-emoji-MIT.txt").write_text(fluent, encoding="utf-8")


def main() -> None:
    packages = Packages(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
    data = build(packages)
    (HERE / "pictures.zip").write_bytes(data)
    write_licences(packages)
    print(f"pictures.zip: {len(data):,} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
