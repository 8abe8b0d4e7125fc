"""What must hold after a render was killed, wherever that happened."""

from __future__ import annotations

import hashlib
from pathlib import Path

from storyboard import store
from storyboard.media import lossless
from tests.support import Film, film, storyboard

INJECT = str(Path(__file__).parent / "inject")


def prove_nothing_lost(folder: Path, undisturbed: Film) -> None:
    """The project opens, every take that counts is whole, and a new render makes the undisturbed film."""
    before = whole_takes(folder)
    done = storyboard("render", folder, "--json")
    assert done.code == 0, done.error
    assert film(folder / "exports" / f"{folder.name}.mp4").frames == undisturbed.frames
    after = whole_takes(folder)
    assert before <= after, "a take was lost"
    assert len(after) == len(undisturbed_shots(folder)), "a take was made twice"


def whole_takes(folder: Path) -> set[str]:
    """The takes that are there; each must have all its frames, bit for bit."""
    with store.open_project(folder) as opened:
        takes = opened.takes()
    assert not takes.problems
    for take in takes.values():
        frames = list(lossless.read(folder / take.pixels))
        assert len(frames) == take.frames
        assert hashlib.sha256(b"".join(frame.tobytes() for frame in frames)).hexdigest() == take.content
    return set(takes)


def undisturbed_shots(folder: Path) -> list[str]:
    with store.open_project(folder) as opened:
        return [shot.id for shot in opened.project.shots]
