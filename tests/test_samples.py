"""The sample projects: whole, playable as they are, and what `projects/make_samples.py` says they are."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import numpy as np
import pytest

from storyboard import resources, store, timing, values
from storyboard.media import clip, takes
from storyboard.paths import inside
from storyboard.project import CARD, SKETCH, Motion, Project, base_seed, wish
from storyboard.take import state

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = ("postcard", "spaghetti")
MEGABYTE = 1_000_000


@pytest.fixture(params=NAMES)
def folder(request: pytest.FixtureRequest) -> Path:
    return resources.samples() / cast(str, request.param)


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch) -> object:
    """The module `projects/make_samples.py`."""
    monkeypatch.syspath_prepend(str(resources.samples()))
    return importlib.import_module("make_samples")


def project_of(name: str) -> Project:
    return values.decode((resources.samples() / name / "project.json").read_bytes(), Project)


def heard(path: Path) -> NDArray[np.float32]:
    """All sound of a file, (n, 2), full scale 1."""
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1).T


def test_samples_are_these_two() -> None:
    assert sorted(path.parent.name for path in resources.samples().glob("*/project.json")) == list(NAMES)


def test_a_sample_opens_without_problems(folder: Path) -> None:
    with store.open_project(folder) as opened:
        assert opened.project.shots
        assert not opened.takes().problems


def test_a_sample_is_stored_as_it_would_be_saved(folder: Path) -> None:
    written = (folder / "project.json").read_bytes()
    assert values.encode(values.decode(written, Project)) == written


def test_every_seed_follows_from_its_shot(folder: Path) -> None:
    project = project_of(folder.name)
    assert [shot.base_seed for shot in project.shots] == [base_seed(shot.id) for shot in project.shots]


def test_every_wish_needs_nothing_but_the_program(folder: Path) -> None:
    project = project_of(folder.name)
    wishes = [wish(shot, project.look) for shot in project.shots]
    assert {each.model for each in wishes} <= {SKETCH, CARD}
    assert all(each.prompt for each in wishes)


def test_media_lies_in_the_folder_and_is_named_by_its_content(folder: Path) -> None:
    files = sorted((folder / "media").iterdir())
    assert files
    for file in files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert file.stem.endswith(f"-{digest[:10]}")


def test_nothing_in_media_is_left_over(folder: Path) -> None:
    project = project_of(folder.name)
    assert project.music is not None
    with store.open_project(folder) as opened:
        used = {take.pixels for take in opened.takes().values() if take.is_import} | {project.music.file}
    assert {inside(folder, file) for file in used} == {
        path.resolve() for path in (folder / "media").iterdir()
    }


def test_music_is_loud_enough_never_clips_and_runs_into_itself(folder: Path) -> None:
    music = project_of(folder.name).music
    assert music is not None
    sound = heard(inside(folder, music.file))
    assert np.abs(sound).max() < 0.9
    assert 0.05 < np.sqrt((sound**2).mean()) < 0.3
    assert np.abs(sound.mean(axis=0)).max() < 0.001
    # From the last sample to the first it goes no further than from one to the next elsewhere.
    steps = np.abs(np.diff(sound, axis=0)).max(axis=1)
    assert np.abs(sound[0] - sound[-1]).max() < np.quantile(steps, 0.999)


def test_the_samples_are_small() -> None:
    rendered = {"takes", "cache", "exports", "versions"}
    files = [
        path
        for name in NAMES
        for path in (resources.samples() / name).rglob("*")
        if path.is_file() and not rendered & set(path.parts)
    ]
    assert sum(path.stat().st_size for path in files) < 3 * MEGABYTE


def test_spaghetti_is_ten_sketched_shots_in_classic_motion() -> None:
    project = project_of("spaghetti")
    assert [shot.length for shot in project.shots] == [48] * 10
    assert (project.width, project.height, project.rate) == (256, 256, Fraction(24))
    assert project.length == 480
    assert project.seconds == 20
    assert project.look.model == SKETCH
    for shot in project.shots:
        assert project.motion_of(shot) == Motion(speed=Fraction(1, 2), smoothing="auto")
        assert shot.chosen is None


def test_spaghetti_asks_for_24_frames_a_shot() -> None:
    project = project_of("spaghetti")
    needed = {
        timing.take_seconds(project.motion_of(shot), shot.length, project.rate) * 24 for shot in project.shots
    }
    assert needed == {24}


def test_postcard_has_a_card_sketches_a_clip_and_a_still() -> None:
    folder = resources.samples() / "postcard"
    with store.open_project(folder) as opened:
        project, found = opened.project, opened.takes()
        states = [
            state(project, shot, found[shot.chosen.take] if shot.chosen else None) for shot in project.shots
        ]
    assert states == ["draft"] * 3 + ["ready"] * 2 + ["draft"] * 3 + ["ready", "draft"]
    assert project.shots[0].model == CARD
    assert {take.source.kind for take in found.values() if take.source} == {"clip", "picture"}
    assert all(marker.at in set(project.starts()) for marker in project.markers)


def test_the_hard_cut_of_the_clip_lies_inside_the_slow_shot_and_is_not_smoothed_over() -> None:
    folder = resources.samples() / "postcard"
    with store.open_project(folder) as opened:
        project, take = opened.project, opened.takes()["paper-plane"]
    shot = project.shot("postcard-05")
    places = timing.positions(
        project.motion_of(shot), shot.length, take.rate, project.rate, take.frames, take.cuts
    )
    (cut,) = take.cuts
    assert places[0] < cut < places[-1]
    assert any(place.denominator == 2 for place in places)
    assert not any(cut - 1 < place < cut for place in places)


def test_the_clip_is_bright_before_its_cut_and_dark_after_it() -> None:
    folder = resources.samples() / "postcard"
    with store.open_project(folder) as opened:
        take = opened.takes()["paper-plane"]
    before, after = takes.frames_of(folder, take, take.cuts[0] - 1, take.cuts[0] + 1)
    assert before.shape == after.shape == (360, 640, 3)
    assert before.mean() > 1.3 * after.mean()


def test_the_clip_has_quiet_sound_of_its_length() -> None:
    folder = resources.samples() / "postcard"
    with store.open_project(folder) as opened:
        take = opened.takes()["paper-plane"]
    assert take.source is not None
    assert take.source.sound
    sound = heard(inside(folder, take.source.file))
    assert abs(len(sound) / 48_000 - take.frames / take.rate) < 0.03
    assert 0.001 < np.sqrt((sound**2).mean()) < 0.1


def test_the_still_is_larger_than_the_film() -> None:
    folder = resources.samples() / "postcard"
    with store.open_project(folder) as opened:
        project, take = opened.project, opened.takes()["postcard"]
    height, width = clip.picture(inside(folder, take.pixels)).shape[:2]
    assert (width, height) == (take.width, take.height)
    assert width >= 2 * project.width


@pytest.mark.parametrize("name", NAMES)
def test_the_maker_writes_this_project(making: object, name: str) -> None:
    project = project_of(name)
    assert project.music is not None
    make = cast("Callable[[str], Project]", getattr(making, name))
    assert make(project.music.file) == project


def test_the_meter_agrees_with_the_standard(making: object) -> None:
    """EBU Tech 3341, test 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS."""
    audio = importlib.import_module("makers.audio")
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * audio.seconds(20.0))
    assert abs(audio.loudness(np.stack([tone, tone], axis=1)) + 23.0) < 0.1
