"""The pictures behind the viewer: takes held to time, sketches, steps back, and files that are gone."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard import edit, store
from storyboard.errors import MediaError
from storyboard.media import lossless
from storyboard.project import Chosen, Motion, Project, Shot, new_shot
from storyboard.take import Take
from ui import reel
from ui.pictures import Thumbnails
from ui.reel import Film, Reel

if TYPE_CHECKING:
    from storyboard.frames import Frame

Until = Callable[[Callable[[], bool]], None]


def grey(value: int) -> Frame:
    return np.full((32, 32, 3), value, np.uint8)


def film_with_take(folder: Path, *, length: int = 8, frames: int = 4, motion: Motion | None = None) -> Film:
    """A 32x32 film at 8 fps: a shot with a take of greys 0, 10, 20, ... and then a sketched shot."""
    (folder / "takes").mkdir(parents=True)
    values = (grey(10 * i % 256) for i in range(frames))
    written = lossless.write(folder / "takes" / "one.mkv", values, Fraction(8))
    take = Take(
        id="one", shot="a", number=1, created="", frames=frames, rate=Fraction(8), width=32, height=32,
        content=written.content,
    )  # fmt: skip
    store.publish(folder, take)
    shot = Shot(id="a", prompt="a red ball", length=length, motion=motion, chosen=Chosen(take="one"))
    project = edit.append(
        Project(width=32, height=32, rate=Fraction(8)), shot, new_shot("b", "a blue car", 8)
    )
    return Film(folder, project, {"one": take})


def values(film: Film, frames: range | list[int], shown: Reel | None = None) -> list[int]:
    shown = shown or Reel()
    return [int(shown.at(film, frame)[0, 0, 0]) for frame in frames]


def test_a_take_without_in_betweens_is_held_to_the_timelines_time(tmp_path: Path) -> None:
    assert values(film_with_take(tmp_path), range(8)) == [0, 0, 10, 10, 20, 20, 30, 30]


def test_a_short_take_holds_its_last_picture(tmp_path: Path) -> None:
    film = film_with_take(tmp_path, length=12)
    assert values(film, [7, 8, 11]) == [30, 30, 30]


def test_frames_are_the_same_in_any_order(tmp_path: Path) -> None:
    film = film_with_take(tmp_path, frames=100, length=200)
    order = [150, 3, 199, 0, 151, 40, 39, 2, 90]
    assert values(film, order, Reel(kept_bytes=1)) == [10 * (frame // 2) % 256 for frame in order]


def test_a_shot_starts_in_its_take_where_its_motion_says(tmp_path: Path) -> None:
    film = film_with_take(tmp_path, motion=Motion(source_in=Fraction(1, 4), speed=Fraction(1)))
    assert values(film, [0, 1, 2]) == [20, 30, 30]


def test_a_shot_without_a_take_shows_its_sketch_which_moves(tmp_path: Path) -> None:
    film = film_with_take(tmp_path)
    shown = Reel()
    first, later = shown.at(film, 8), shown.at(film, 15)
    assert first.shape == (32, 32, 3)
    assert not np.array_equal(first, later)
    # From the middle or from the start, it is the same picture.
    assert np.array_equal(later, Reel().at(film, 15))


def test_beside_the_film_there_is_no_frame(tmp_path: Path) -> None:
    film = film_with_take(tmp_path)
    for frame in (-1, 16):
        with pytest.raises(IndexError):
            Reel().at(film, frame)


def test_pixels_that_are_gone_are_a_sentence_and_the_other_shots_still_play(tmp_path: Path) -> None:
    film = film_with_take(tmp_path)
    (tmp_path / "takes" / "one.mkv").unlink()
    shown = Reel()
    with pytest.raises(MediaError, match=r"takes/one\.mkv is gone"):
        shown.at(film, 0)
    assert shown.at(film, 9).shape == (32, 32, 3)
    assert reel.thumbnail(film, 0, 0, 32, 32) is None


def test_memory_stays_within_its_limit(tmp_path: Path) -> None:
    film = film_with_take(tmp_path, frames=100, length=200)
    shown = Reel(kept_bytes=20 * 32 * 32 * 3)
    for frame in range(200):
        shown.at(film, frame)
    assert sum(frame.nbytes for frame in shown._kept.values()) <= 20 * 32 * 32 * 3


def test_thumbnails_are_of_the_frame_that_the_timeline_shows(tmp_path: Path) -> None:
    film = film_with_take(tmp_path)
    picture = reel.thumbnail(film, 0, 6, 16, 16)
    assert picture is not None
    assert picture.shape == (16, 16, 3)
    assert picture[0, 0, 0] == 30
    sketch = reel.thumbnail(film, 1, 4, 40, 16)
    assert sketch is not None
    assert sketch.shape == (16, 40, 3)


def test_a_thumbnail_is_made_once_and_then_at_hand(qt: object, until: Until) -> None:
    idle = Event()
    idle.set()
    thumbnails = Thumbnails(idle)
    made: list[int] = []

    def make() -> Frame:
        made.append(1)
        return grey(50)

    until(lambda: thumbnails.get("here", "one", make) is not None)
    pixmap = thumbnails.get("here", "one", make)
    assert pixmap is not None
    assert pixmap.toImage().pixelColor(3, 3).red() == 50
    assert len(made) == 1
    # Another picture for the same place: the earlier one stays until it is there.
    assert thumbnails.get("here", "two", lambda: grey(90)) is pixmap
    assert thumbnails.get("elsewhere", "two", lambda: grey(90)) is None
    until(lambda: thumbnails.get("here", "two", make) is not pixmap)
    thumbnails.stop()
