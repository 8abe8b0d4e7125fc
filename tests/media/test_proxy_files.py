"""Proxies of imports: every frame in its place, small, and each readable alone."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from storyboard.errors import MediaError
from storyboard.media import importing, proxy
from storyboard.media.takes import frames_of
from storyboard.take import Take
from tests.media.films import noise, step_of, steps, write_clip

UNEVEN = [0, 1, 2, 4, 7, 8, 9, 11, 15, 16, 17, 18]
"""When the pictures of a phone's clip are shown."""


def imported(file: Path) -> Take:
    found = importing.examine(file)
    return Take(
        "t1", "s1", 1, "now", found.frames, found.rate, found.width, found.height, found.sha256,
        source=found.source(file.name),
    )  # fmt: skip


def written(folder: Path, take: Take, part: int = 0) -> Path:
    out = folder / f"{part}.mp4"
    proxy.write(folder, take, part, out)
    return out


@pytest.mark.parametrize("times", [list(range(12)), UNEVEN])
@pytest.mark.parametrize("rotation", [0, 90])
def test_each_frame_shows_what_the_import_shows_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: list[int], rotation: int
) -> None:
    monkeypatch.setattr(proxy, "PART", 5)
    clip = write_clip(tmp_path / "a.mp4", steps(12, 48, 32), times, Fraction(1, 24), rotation=rotation)
    take = imported(clip)
    wanted = [step_of(frame) for frame in frames_of(tmp_path, take)]
    assert len(set(wanted)) > 8
    for part in proxy.parts(0, take.frames - 1):
        out = written(tmp_path, take, part)
        own = wanted[5 * part : 5 * part + 5]
        assert [step_of(frame) for frame in proxy.read(out, 0, 5)] == own
        for place, step in enumerate(own):
            assert [step_of(frame) for frame in proxy.read(out, place, place + 1)] == [step]


def test_every_frame_can_be_decoded_alone(tmp_path: Path) -> None:
    take = imported(write_clip(tmp_path / "a.mp4", steps(30)))
    with av.open(str(written(tmp_path, take))) as container:
        assert all(packet.is_keyframe for packet in container.demux(video=0) if packet.size)


def test_a_large_clip_becomes_small_and_a_small_one_keeps_its_size(tmp_path: Path) -> None:
    large = imported(write_clip(tmp_path / "a.mp4", noise(2, 1920, 1080)))
    assert proxy.size(large) == (960, 540)
    assert [frame.shape for frame in proxy.read(written(tmp_path, large), 0, 2)] == [(540, 960, 3)] * 2
    assert proxy.size(replace(large, width=64, height=48)) == (64, 48)
    assert proxy.size(replace(large, width=33, height=1)) == (32, 2)
    assert proxy.size(replace(large, width=1080, height=1920)) == (540, 960)


def test_a_picture_keeps_its_colours(tmp_path: Path) -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, :30], picture[:, 30:] = (200, 60, 30), (20, 90, 220)
    Image.fromarray(picture).save(tmp_path / "a.png")
    take = imported(tmp_path / "a.png")
    (frame,) = proxy.read(written(tmp_path, take), 0, 1)
    away = np.abs(frame.astype(int) - picture)[:, [5, 50]]
    assert away.max() <= 4


def test_a_file_that_is_cut_off_is_named_and_nothing_is_left_behind(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mkv", noise(24), container={})
    take = imported(clip)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    with pytest.raises(MediaError, match=r"a\.mkv"):
        written(tmp_path, take)
    assert not list(tmp_path.glob("*.mp4"))
