"""A take's exact pixels."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from storyboard.errors import Cancelled, MediaError
from storyboard.media import lossless
from tests.media.films import names, noise, number_of, numbered

RATE = Fraction(24)


def test_noise_of_an_odd_size_comes_back_bit_for_bit(tmp_path: Path) -> None:
    frames = noise(6, 255, 253)
    written = lossless.write(tmp_path / "a.mkv", frames, RATE)
    assert written[:3] == (6, 255, 253)
    assert written.content == hashlib.sha256(b"".join(frame.tobytes() for frame in frames)).hexdigest()
    back = list(lossless.read(tmp_path / "a.mkv"))
    assert len(back) == 6
    assert all(np.array_equal(a, b) for a, b in zip(back, frames, strict=True))


def test_the_file_is_ffv1_in_bgr0_and_every_frame_stands_alone(tmp_path: Path) -> None:
    lossless.write(tmp_path / "a.mkv", noise(3), RATE)
    with av.open(str(tmp_path / "a.mkv")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("ffv1", "bgr0")
        assert stream.average_rate == RATE
        assert all(packet.is_keyframe for packet in container.demux(stream) if packet.size)


def test_the_same_frames_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mkv", "b.mkv"):
        lossless.write(tmp_path / name, noise(3), RATE)
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()


def test_one_frame_of_one_pixel(tmp_path: Path) -> None:
    lossless.write(tmp_path / "a.mkv", noise(1, 1, 1), RATE)
    assert np.array_equal(next(lossless.read(tmp_path / "a.mkv")), noise(1, 1, 1)[0])


@pytest.mark.parametrize("rate", ["24", "24000/1001", "30", "60", "120", "240", "173/10"])
def test_any_stretch_is_exact_although_matroska_rounds_times(tmp_path: Path, rate: str) -> None:
    path = tmp_path / "long.mkv"
    lossless.write(path, numbered(2000), Fraction(rate))
    for start, stop in ((0, 3), (1, 2), (777, 790), (1234, 1235), (1990, 2000), (1999, 2000), (500, 500)):
        assert [number_of(f) for f in lossless.read(path, start, stop)] == list(range(start, stop))
    assert [number_of(f) for f in lossless.read(path, 1500)] == list(range(1500, 2000))


@pytest.mark.parametrize(("start", "stop"), [(0, 5), (-1, 2), (3, 2), (5, None)])
def test_frames_that_are_not_there_are_refused(tmp_path: Path, start: int, stop: int | None) -> None:
    lossless.write(tmp_path / "a.mkv", noise(4), RATE)
    with pytest.raises(MediaError, match=r"a\.mkv: frames .* it has 4"):
        list(lossless.read(tmp_path / "a.mkv", start, stop))


def test_no_frames_is_an_error_and_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="no frames"):
        lossless.write(tmp_path / "a.mkv", [], RATE)
    assert not names(tmp_path)


def test_frames_of_differing_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="frame 2"):
        lossless.write(tmp_path / "a.mkv", [noise(1)[0], noise(1, 10, 10)[0]], RATE)
    assert not names(tmp_path)


def test_a_cancel_keeps_the_earlier_take(tmp_path: Path) -> None:
    def cancelled() -> object:
        yield from noise(3)
        raise Cancelled

    path = tmp_path / "a.mkv"
    lossless.write(path, noise(2), RATE)
    before = path.read_bytes()
    with pytest.raises(Cancelled):
        lossless.write(path, cancelled(), RATE)
    assert path.read_bytes() == before
    assert names(tmp_path) == ["a.mkv"]


def test_no_flipped_bit_goes_unnoticed(tmp_path: Path) -> None:
    frames = noise(4, 32, 32)
    lossless.write(tmp_path / "a.mkv", frames, RATE)
    whole = (tmp_path / "a.mkv").read_bytes()
    refusals = []
    for place in range(300, len(whole), len(whole) // 60):
        damaged = bytearray(whole)
        damaged[place] ^= 0x10
        (tmp_path / "b.mkv").write_bytes(damaged)
        try:
            back = list(lossless.read(tmp_path / "b.mkv"))
        except MediaError as error:
            refusals.append(str(error))
        else:  # not in the pixels
            assert len(back) == 4
            assert all(np.array_equal(a, b) for a, b in zip(back, frames, strict=True))
    assert len(refusals) > 50
    assert all("b.mkv" in refusal for refusal in refusals)


@pytest.mark.parametrize("part", [0.0, 0.01, 0.3, 0.5, 0.9])
def test_a_file_cut_short_is_refused(tmp_path: Path, part: float) -> None:
    lossless.write(tmp_path / "a.mkv", noise(4), RATE)
    whole = (tmp_path / "a.mkv").read_bytes()
    (tmp_path / "a.mkv").write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(MediaError, match=r"a\.mkv"):
        list(lossless.read(tmp_path / "a.mkv"))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"gone\.mkv: the file is not there"):
        list(lossless.read(tmp_path / "gone.mkv"))
