"""Looking at files to import, and reading them."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from storyboard.errors import MediaError
from storyboard.film import imported, takes
from storyboard.media import clip, importing
from storyboard.media.importing import Examined
from tests.media.films import bars, noise, step_of, steps, tone, write_clip, write_sound
from tests.support import make_project


def read(path: Path, found: Examined, start: int = 0, stop: int | None = None) -> list[np.ndarray]:
    source = found.source("media/clip")
    return list(clip.read(path, source, start, stop, rate=found.rate, frames=found.frames))


FORMATS = {
    "a.mp4": {},
    "a.mov": {"codec": "mjpeg", "pixel_format": "yuvj420p", "options": {"qmin": "1", "qmax": "2"}},
    "a.webm": {"codec": "libvpx", "options": {"crf": "4", "b": "2M", "g": "12"}},
    "a.mkv": {"options": {"crf": "10", "x264-params": "open-gop=1:keyint=12"}},
    "a.avi": {"codec": "mpeg4", "options": {"qmin": "1", "qmax": "2", "bf": "2"}},
    "h264.avi": {"options": {"crf": "10", "bf": "3"}},
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_constant_clip_comes_back_picture_for_picture(tmp_path: Path, name: str) -> None:
    path = write_clip(tmp_path / name, steps(50), **FORMATS[name])
    found = importing.examine(path)
    assert (found.kind, found.frames, found.rate) == ("clip", 50, 24)
    assert (found.width, found.height, found.rotation) == (32, 32, 0)
    assert len(found.times) == 50
    assert found.times[0] == 0
    assert all(a < b for a, b in pairwise(found.times))
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [step_of(frame) for frame in read(path, found)] == list(range(50))
    for start, stop in ((26, 30), (37, 38), (40, 50), (49, 50)):
        assert [step_of(frame) for frame in read(path, found, start, stop)] == list(range(start, stop))


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", steps(5)).rename(tmp_path / "a.txt")
    assert importing.examine(path).frames == 5


@pytest.mark.parametrize("rate", ["24000/1001", "25", "30000/1001", "60"])
def test_standard_rates_are_told_apart(tmp_path: Path, rate: str) -> None:
    for name in ("a.mp4", "a.mkv"):
        found = importing.examine(write_clip(tmp_path / name, steps(30), time_base=1 / Fraction(rate)))
        assert (found.rate, found.frames) == (Fraction(rate), 30)


def test_a_variable_rate_is_brought_to_the_nearest_standard_one(tmp_path: Path) -> None:
    times = [
        0,
        33,
        66,
        100,
        300,
        334,
        366,
        400,
        433,
        466,
    ]  # ms: 30 a second with a picture that stays for 200
    path = write_clip(
        tmp_path / "a.mkv", steps(10), times, Fraction(1, 1000), container={"default_mode": "infer"}
    )
    found = importing.examine(path)
    assert found.times == tuple(times)
    assert found.rate == 15 or found.rate in (16, 24, 30)
    shown = [step_of(frame) for frame in read(path, found)]
    assert len(shown) == found.frames
    for i, number in enumerate(shown):
        newest = max(n for n, time in enumerate(times) if time <= float(i / found.rate) * 1000 + 1)
        assert number == newest


def test_a_frame_shows_the_newest_picture_that_is_due() -> None:
    times, ms = (0, 40, 90, 200), Fraction(1, 1000)
    assert clip.pictures_at(times, ms, Fraction(20), range(6)) == [0, 1, 2, 2, 3, 3]
    assert clip.pictures_at((0, 42, 83, 125), ms, Fraction(24), range(4)) == [0, 1, 2, 3]
    assert clip.pictures_at(
        tuple(round(i * 1000 / 240) for i in range(99)), ms, Fraction(240), range(99)
    ) == [*range(99)]


@pytest.mark.parametrize(("angle", "corner"), [(90, "left"), (-90, "right"), (180, "bottom")])
def test_a_turned_clip_stands_upright(tmp_path: Path, angle: int, corner: str) -> None:
    frame = np.zeros((48, 64, 3), np.uint8)
    frame[:24] = 250  # the upper half of what the camera's chip saw
    path = write_clip(tmp_path / "a.mp4", [frame] * 3, rotation=angle)
    found = importing.examine(path)
    assert found.rotation == -angle % 360
    upright = read(path, found)[0]
    assert upright.shape == (found.height, found.width, 3) == ((48, 64, 3) if angle == 180 else (64, 48, 3))
    half = {
        "left": upright[:, : upright.shape[1] // 2 - 2],
        "right": upright[:, upright.shape[1] // 2 + 2 :],
        "bottom": upright[upright.shape[0] // 2 + 2 :],
    }[corner]
    assert half.mean() > 240


def test_wide_pixels_are_made_square(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 36, 30, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        for rgb in steps(3, 36, 30):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(rgb)))
        out.mux(stream.encode(None))
    found = importing.examine(tmp_path / "a.mp4")
    assert (found.width, found.height) == (48, 30)
    assert read(tmp_path / "a.mp4", found)[0].shape == (30, 48, 3)


def test_untagged_colours_are_read_as_players_read_them(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", [bars()] * 2)  # small and untagged: BT.601
    found = importing.examine(path)
    assert np.abs(read(path, found)[0].astype(int) - bars())[:, 8:24].max() <= 3
    assert np.abs(read(path, found)[0].astype(int) - bars())[:, 104:120].max() <= 4


def test_hard_cuts_are_found(tmp_path: Path) -> None:
    frames = [np.full((32, 32, 3), 20, np.uint8)] * 12 + [
        np.full((32, 32, 3), (250, 200, 180), np.uint8)
    ] * 12
    assert importing.examine(write_clip(tmp_path / "a.mp4", frames)).cuts == (12,)


def test_an_animated_gif_is_a_clip_and_a_still_one_a_picture(tmp_path: Path) -> None:
    pages = [Image.fromarray(frame) for frame in steps(6)]
    pages[0].save(tmp_path / "a.gif", save_all=True, append_images=pages[1:], duration=100, loop=0)
    found = importing.examine(tmp_path / "a.gif")
    assert (found.kind, found.frames, found.rate) == ("clip", 6, 10)
    assert [step_of(frame) for frame in read(tmp_path / "a.gif", found)] == list(range(6))
    pages[3].save(tmp_path / "b.gif")
    assert importing.examine(tmp_path / "b.gif").kind == "picture"
    assert step_of(clip.picture(tmp_path / "b.gif")) == 3


def test_sound_is_noticed(tmp_path: Path) -> None:
    write_sound(tmp_path / "only.wav", tone(1))
    with av.open(str(tmp_path / "a.mkv"), "w") as out:
        video, audio = out.add_stream("libx264", rate=24), out.add_stream("pcm_s16le", rate=48_000)
        video.width = video.height = 32
        video.pix_fmt, audio.codec_context.layout = "yuv420p", "mono"
        for rgb in steps(24):
            out.mux(video.encode(av.VideoFrame.from_ndarray(rgb)))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.int16), format="s16", layout="mono")
        frame.sample_rate = 48_000
        out.mux([*video.encode(None), *audio.encode(frame), *audio.encode(None)])
    assert importing.examine(tmp_path / "a.mkv").sound
    assert not importing.examine(write_clip(tmp_path / "b.mp4", steps(3))).sound
    with pytest.raises(MediaError, match=r"only\.wav"):
        importing.examine(tmp_path / "only.wav")


@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_pictures_are_exact(tmp_path: Path, suffix: str) -> None:
    frame = noise(1, 31, 21)[0]
    Image.fromarray(frame).save(tmp_path / f"a.{suffix}", lossless=True)
    found = importing.examine(tmp_path / f"a.{suffix}")
    assert (found.kind, found.frames, found.width, found.height, found.times) == ("picture", 1, 31, 21, ())
    assert np.array_equal(clip.picture(tmp_path / f"a.{suffix}"), frame)


def test_a_photo_stands_upright_as_its_exif_says(tmp_path: Path) -> None:
    frame = np.zeros((20, 40, 3), np.uint8)
    frame[:, :20] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise by 90 degrees
    Image.fromarray(frame).save(tmp_path / "a.jpg", exif=exif, quality=95)
    upright = clip.picture(tmp_path / "a.jpg")
    assert upright.shape == (40, 20, 3)
    assert upright[:18].mean() > 250
    assert upright[22:].mean() < 5
    found = importing.examine(tmp_path / "a.jpg")
    assert (found.rate, found.width, found.height) == (24, 20, 40)


def test_transparency_lies_over_black(tmp_path: Path) -> None:
    rgba = np.full((4, 4, 4), 200, np.uint8)
    rgba[..., 3] = [[0, 255, 128, 64]] * 4
    Image.fromarray(rgba).save(tmp_path / "a.png")
    assert clip.picture(tmp_path / "a.png")[0, :, 0].tolist() == [0, 200, 100, 50]
    Image.fromarray(rgba).convert("RGB").convert("P").save(tmp_path / "p.png")
    Image.fromarray(np.full((4, 4), 51_400, np.uint16)).save(tmp_path / "deep.png")
    assert clip.picture(tmp_path / "p.png").shape == (4, 4, 3)
    assert (clip.picture(tmp_path / "deep.png") == 200).all()


def test_files_that_are_something_else_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("hello")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile a.mp4\n")
    (tmp_path / "net.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n")
    (tmp_path / "text.png").write_bytes(b"\x89PNG\r\n\x1a\nrubbish")
    (tmp_path / "folder.mp4").mkdir()
    for name in ("text.mp4", "empty.mp4", "list.mp4", "net.mp4", "text.png", "folder.mp4", "none.mp4"):
        with pytest.raises(MediaError, match=name):
            importing.examine(tmp_path / name)


@pytest.mark.parametrize("name", ["end.mp4", "start.mp4", "a.mkv", "a.avi"])
def test_a_clip_cut_in_half_is_refused(tmp_path: Path, name: str) -> None:
    front = {"movflags": "faststart"} if name == "start.mp4" else {}
    path = write_clip(tmp_path / name, noise(48), container=front)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match=name):
        importing.examine(path)


def test_a_photo_cut_in_half_is_refused(tmp_path: Path) -> None:
    Image.fromarray(noise(1)[0]).save(tmp_path / "a.jpg")
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MediaError, match=r"a\.jpg"):
        importing.examine(tmp_path / "a.jpg")


def test_a_clip_of_rubbish_packets_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.avi", noise(24), codec="mjpeg", pixel_format="yuvj420p", options={})
    data = bytearray(path.read_bytes())
    first, last = data.index(b"movi") + 4, data.rindex(b"idx1")
    at = first
    while at < last:  # every chunk keeps its frame and loses its picture
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        data[at + 8 : at + 8 + size] = b"\x55" * size
        at += 8 + size + size % 2
    path.write_bytes(data)
    with pytest.raises(MediaError, match=r"a\.avi: the clip is damaged"):
        importing.examine(path)


def test_bombs_are_refused_before_they_go_off(tmp_path: Path) -> None:
    whole = io.BytesIO()
    Image.new("1", (8, 8)).save(whole, "PNG")
    data = bytearray(whole.getvalue())
    data[16:24] = (40_000).to_bytes(4, "big") + (30_000).to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    (tmp_path / "bomb.png").write_bytes(data)
    with pytest.raises(MediaError, match=r"bomb\.png: .*(too many|too large)"):
        importing.examine(tmp_path / "bomb.png")
    Image.new("1", (9_000, 9_000)).save(tmp_path / "big.png")
    with pytest.raises(MediaError, match=r"big\.png: 9000x9000 pixels are too many"):
        clip.picture(tmp_path / "big.png")


def test_a_clip_that_says_it_lasts_for_years_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", steps(3), [0, 40, 10**11], Fraction(1, 1000))
    with pytest.raises(MediaError, match=r"a\.mkv: the clip has more than"):
        importing.examine(path)


@pytest.mark.parametrize(("transfer", "accepted"), [("arib-std-b67", True), ("smpte2084", False)])
def test_hdr_that_ordinary_screens_can_show_is_accepted(
    tmp_path: Path, transfer: str, accepted: bool
) -> None:
    path = write_clip(tmp_path / "a.mp4", steps(3), options={"crf": "10", "color_trc": transfer})
    if accepted:
        assert importing.examine(path).frames == 3
    else:
        with pytest.raises(MediaError, match=r"HDR .* convert it to SDR first"):
            importing.examine(path)


def test_another_file_in_a_clips_place_is_noticed(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", steps(20))
    found = importing.examine(path)
    write_clip(path, steps(10))
    with pytest.raises(MediaError, match=r"a\.mp4: the clip is shorter"):
        read(path, found)


def test_examining_reports_and_may_be_cancelled(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    importing.examine(
        write_clip(tmp_path / "a.mp4", steps(48)), lambda done, total: seen.append((done, total))
    )
    assert seen[-1] == (2, 2)


def test_a_damaged_copy_is_made_whole_when_its_original_is_brought_in_again(tmp_path: Path) -> None:
    folder, original = make_project(tmp_path / "film"), tmp_path / "title.png"
    Image.fromarray(noise(1)[0]).save(original)
    first = takes.bring_in(folder, original, "shot-1")
    copy = folder / first.pixels
    copy.write_bytes(original.read_bytes()[:500])
    again = takes.bring_in(folder, original, "shot-2")
    assert again.pixels == first.pixels
    assert copy.read_bytes() == original.read_bytes()
    assert [path.name for path in (folder / "media").iterdir()] == [copy.name]


def test_a_sound_copy_is_not_written_again(tmp_path: Path) -> None:
    folder, original = make_project(tmp_path / "film"), tmp_path / "title.png"
    original.write_bytes(b"a picture")
    name, new = takes.copy_media(folder, original)
    assert new
    before = (folder / name).stat()
    assert takes.copy_media(folder, original) == (name, False)
    assert (folder / name).stat() == before


def test_a_files_name_becomes_a_prompt_also_where_it_is_not_utf8(tmp_path: Path) -> None:
    assert imported.prompt_of(Path("two_red-cars.mp4")) == "two red-cars"
    odd = Path(os.fsdecode(b"caf\xe9.png"))
    assert imported.prompt_of(odd) == "caf"
    assert imported.prompt_of(Path(os.fsdecode(b"\xd6\xd0.png"))) == "import"
    takes.media_stem(odd).encode()
