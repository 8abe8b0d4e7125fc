"""The main job, through the real command: prompts in, a stitched, smoothed film out, and nothing made twice."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from storyboard import edit, store
from storyboard.media import lossless, segment
from storyboard.project import Motion, new_shot
from storyboard.take import Take
from tests.support import film, make_project, storyboard, with_further

PROMPTS = ("a man eats spaghetti", "a red car at night", "a whale jumps out of the sea")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of three shots in the classic motion, rendered with RIFE. Copy it to change it."""
    folder = make_project(tmp_path_factory.mktemp("rendered") / "film", *PROMPTS, length=48)
    done = storyboard("render", folder, "--json")
    assert done.code == 0, done.error
    made = done.json
    assert (made["takes"], made["segments"], made["stitched"]) == (3, 3, True)
    assert made["inbetweens"] == 3 * 23
    return folder


@pytest.fixture
def copy(rendered: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(rendered, tmp_path / "film"))


def path_of(folder: Path) -> Path:
    return folder / "exports" / "film.mp4"


def test_the_film_is_what_players_expect(rendered: Path) -> None:
    made = film(path_of(rendered))
    assert (len(made.frames), made.rate, made.duration) == (144, 24, 6)
    assert (made.codec, made.pixel_format, made.width, made.height) == ("h264", "yuv420p", 64, 64)


def test_a_second_render_makes_nothing(rendered: Path) -> None:
    before = path_of(rendered).stat()
    made = storyboard("render", rendered, "--json").json
    assert (made["takes"], made["inbetweens"], made["segments"], made["stitched"]) == (0, 0, 0, False)
    assert path_of(rendered).stat() == before


def test_one_changed_prompt_makes_one_take_one_segment_and_one_stitch(copy: Path) -> None:
    storyboard("render", copy)
    before = film(path_of(copy)).frames
    assert storyboard("set", copy, "2", "--prompt", "a rocket flies up in space").code == 0
    made = storyboard("render", copy, "--json").json
    assert (made["takes"], made["inbetweens"], made["segments"], made["stitched"]) == (1, 23, 1, True)
    after = film(path_of(copy)).frames
    assert after[:48] == before[:48]
    assert after[96:] == before[96:]
    assert after[48:96] != before[48:96]


def test_undoing_the_change_finds_the_old_take(copy: Path) -> None:
    before = film(path_of(copy)).frames
    storyboard("set", copy, "2", "--prompt", "a rocket flies up in space")
    storyboard("render", copy)
    storyboard("set", copy, "2", "--prompt", PROMPTS[1])
    made = storyboard("render", copy, "--json").json
    assert (made["takes"], made["segments"], made["stitched"]) == (0, 0, True)
    assert film(path_of(copy)).frames == before


def test_a_trim_and_a_split_cost_no_smoothing(copy: Path) -> None:
    assert storyboard("split", copy, "1", "20").code == 0
    assert storyboard("set", copy, "3", "--length", "30").code == 0
    made = storyboard("render", copy, "--json").json
    assert (made["takes"], made["inbetweens"], made["segments"]) == (0, 0, 3)


def test_a_split_changes_no_picture(copy: Path) -> None:
    storyboard("render", copy, "--preset", "ffv1", "-o", copy / "whole.mkv")
    storyboard("split", copy, "2", "17")
    storyboard("render", copy, "--preset", "ffv1", "-o", copy / "split.mkv")
    assert film(copy / "split.mkv").frames == film(copy / "whole.mkv").frames


def test_reordering_makes_only_a_stitch(copy: Path) -> None:
    before = film(path_of(copy)).frames
    storyboard("move", copy, "3", "1")
    made = storyboard("render", copy, "--json").json
    assert (made["takes"], made["inbetweens"], made["segments"], made["stitched"]) == (0, 0, 0, True)
    assert film(path_of(copy)).frames == before[96:] + before[:96]


def test_two_clean_renders_are_identical(rendered: Path, tmp_path: Path) -> None:
    again = make_project(tmp_path / "film", *PROMPTS, length=48)
    assert storyboard("render", again).code == 0
    assert film(path_of(again)).frames == film(path_of(rendered)).frames


def test_a_deleted_cache_costs_only_work(copy: Path) -> None:
    before = film(path_of(copy)).frames
    shutil.rmtree(copy / "cache")
    made = storyboard("render", copy, "--json").json
    assert (made["takes"], made["segments"]) == (0, 3)
    assert film(path_of(copy)).frames == before


def test_verify_makes_a_take_again_bit_for_bit(rendered: Path) -> None:
    done = storyboard("verify", rendered, "--shots", "2", "--json")
    assert done.code == 0
    assert [row["comparison"]["identical"] for row in done.json] == [True]


def test_a_film_that_was_changed_by_hand_is_made_again(copy: Path) -> None:
    storyboard("render", copy)
    path_of(copy).write_bytes(b"broken")
    assert storyboard("render", copy, "--json").json["stitched"]
    assert len(film(path_of(copy)).frames) == 144


# ---- the classic motion, and every other one, exact


def noise_take(folder: Path, frames: int, rate: Fraction, size: int = 64) -> Take:
    """A take of random noise: no codec can guess it, and no frame of it is like another."""
    chance = np.random.default_rng(7)
    pictures = [chance.integers(0, 256, (size, size, 3), dtype=np.uint8) for _ in range(frames)]
    (folder / "takes").mkdir(exist_ok=True)
    written = lossless.write(folder / "takes" / "noise.mkv", pictures, rate)
    take = Take(
        id="noise",
        shot="shot-1",
        number=1,
        created="2026-01-01T00:00:00+00:00",
        frames=written.frames,
        rate=rate,
        width=size,
        height=size,
        content=written.content,
    )
    store.publish(folder, take)
    return take


@pytest.mark.parametrize(
    ("rate", "speed", "smoothing", "factor"),
    with_further(
        [
            (24, "1/2", "auto", 2),  # the classic motion
            (16, "1/2", "auto", 3),
            (8, "1", "auto", 3),
            (24, "1/4", "auto", 4),
            (24, "1", "auto", 1),
            (24, "1/2", "off", None),
            (8, "1/2", "x3", None),
            (24, "1/4", "x4", 4),
        ],
        0,
        2,
        4,
        5,
        6,
    ),
)
def test_originals_stay_bit_for_bit(
    rate: int, speed: str, smoothing: str, factor: int | None, tmp_path: Path
) -> None:
    folder = make_project(tmp_path / "film", smoother="flow")
    length = 24
    motion = Motion(speed=Fraction(speed), smoothing=smoothing)  # type: ignore[arg-type]
    with store.open_project(folder, mode="write") as opened:
        shot = new_shot("shot-1", "noise", length)
        project = edit.set_shot(edit.append(opened.project, shot), "shot-1", motion=motion)
        take = noise_take(folder, 24, Fraction(rate))
        opened.save(edit.choose(project, "shot-1", take))
    done = storyboard("render", folder, "--preset", "ffv1", "--json")
    assert done.code == 0, done.error
    shown = list(segment.read(folder / "exports" / "film.mkv"))
    originals = list(lossless.read(folder / take.pixels))
    assert len(shown) == length
    step = Fraction(speed) * rate / 24
    for j, frame in enumerate(shown):
        position = j * step if smoothing != "off" else Fraction(int(j * step))
        if position.denominator == 1:
            assert np.array_equal(frame, originals[int(position)]), f"frame {j}"
    if factor is not None:
        assert all(np.array_equal(shown[factor * i], originals[i]) for i in range(length // factor))


# ---- the same, with a real text-to-video pipeline


@pytest.mark.models
def test_a_diffusers_model_makes_the_takes(tiny_model: Path, tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "one", "two", length=8)
    assert storyboard("set", folder, "--model", tiny_model, "--steps", "2").code == 0
    first = storyboard("render", folder, "--json")
    assert first.code == 0, first.error
    assert first.json["takes"] == 2
    with store.open_project(folder) as opened:
        takes = opened.takes()
    recipe = next(iter(takes.values())).recipe
    assert recipe is not None
    assert (recipe.model, recipe.steps, recipe.frames) == (str(tiny_model), 2, 4)
    assert recipe.model_hash
    again = make_project(tmp_path / "again" / "film", "one", "two", length=8)
    storyboard("set", again, "--model", tiny_model, "--steps", "2")
    storyboard("render", again)
    assert film(path_of(again)).frames == film(path_of(folder)).frames
    assert storyboard("verify", folder, "--shots", "1").code == 0
