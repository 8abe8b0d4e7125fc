"""A shot without a take shows its cast."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from storyboard import edit
from storyboard.project import Project, Role, new_shot
from ui.reel import Film, Reel, picture_key


def test_a_sketched_shot_shows_who_is_cast(tmp_path: Path) -> None:
    shots = (new_shot("a", "Maria stands on the beach", 4), new_shot("b", "a dog runs", 4))
    plain = edit.append(Project(width=64, height=64), *shots)
    cast = edit.cast(plain, Role("Maria", "robot"))
    before, after = Film(tmp_path, plain, {}), Film(tmp_path, cast, {})
    reel = Reel()
    assert not np.array_equal(reel.at(before, 0), reel.at(after, 0))
    assert np.array_equal(reel.at(before, 4), reel.at(after, 4))
    assert picture_key(before, 0, 0) != picture_key(after, 0, 0)
    assert picture_key(before, 1, 0) == picture_key(after, 1, 0)
