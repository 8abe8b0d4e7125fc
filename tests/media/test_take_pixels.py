"""Reading any take's pixels."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storyboard.errors import MediaError, ProjectError
from storyboard.media import importing, lossless
from storyboard.media.takes import frames_of
from storyboard.take import Source, Take
from tests.media.films import noise, step_of, steps, write_clip


def generated(folder: Path) -> Take:
    (folder / "takes").mkdir()
    written = lossless.write(folder / "takes" / "t1.mkv", noise(6), Fraction(24))
    return Take("t1", "s1", 2, "now", written.frames, Fraction(24), 64, 48, written.content)


def imported(folder: Path, file: Path) -> Take:
    found = importing.examine(file)
    source = found.source(file.relative_to(folder).as_posix())
    return Take(
        "t1", "s1", 1, "now", found.frames, found.rate, found.width, found.height, found.sha256, source=source
    )


def test_a_generated_take_is_exact(tmp_path: Path) -> None:
    take = generated(tmp_path)
    assert all(np.array_equal(a, b) for a, b in zip(frames_of(tmp_path, take), noise(6), strict=True))
    assert all(
        np.array_equal(a, b) for a, b in zip(frames_of(tmp_path, take, 2, 4), noise(6)[2:4], strict=True)
    )


def test_an_imported_clip_and_a_picture(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    take = imported(tmp_path, write_clip(tmp_path / "media" / "a.mp4", steps(8)))
    assert [step_of(frame) for frame in frames_of(tmp_path, take, 3, 6)] == [3, 4, 5]
    Image.fromarray(noise(1)[0]).save(tmp_path / "media" / "a.png")
    take = imported(tmp_path, tmp_path / "media" / "a.png")
    assert [np.array_equal(frame, noise(1)[0]) for frame in frames_of(tmp_path, take)] == [True]


def test_pixels_that_are_gone_are_named_with_their_take_and_shot(tmp_path: Path) -> None:
    take = generated(tmp_path)
    (tmp_path / take.pixels).unlink()
    with pytest.raises(MediaError, match=r"take 2 of shot s1: its file takes/t1\.mkv is gone"):
        frames_of(tmp_path, take)


def test_frames_past_the_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="has 6 frames, not 4 to 7"):
        frames_of(tmp_path, generated(tmp_path), 4, 7)


@pytest.mark.parametrize(
    "file", ["../secret.png", "/etc/hostname", "media/../../secret.png", "media/link.png"]
)
def test_no_take_leads_out_of_the_project(tmp_path: Path, file: str) -> None:
    project = tmp_path / "project"
    (project / "media").mkdir(parents=True)
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    (project / "media" / "link.png").symlink_to(tmp_path / "secret.png")
    source = Source(file, "0" * 64, "picture")
    take = Take("t1", "s1", 1, "now", 1, Fraction(24), 4, 4, "0" * 64, source=source)
    with pytest.raises(ProjectError, match="project"):
        frames_of(project, take)
