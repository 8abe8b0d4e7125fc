"""What is brought along into a smoothed video."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.subtitles.subtitle import SubtitleSet

from storyboard.media import tracks
from storyboard.media.scan import scan


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds with two sound tracks, one of them MP4 cannot hold, subtitles and chapters."""
    path = tmp_path_factory.mktemp("rich") / "rich.mkv"
    with av.open(path, "w") as out:
        out.metadata["title"] = "Käse"
        out.set_chapters(
            [
                {
                    "id": 1,
                    "start": 0,
                    "end": 1000,
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": "One"},
                },
                {
                    "id": 2,
                    "start": 1000,
                    "end": 2000,
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": "Two"},
                },
            ]
        )
        video = out.add_stream("libx264", rate=24)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sounds = [out.add_stream(codec, rate=48_000, layout="mono") for codec in ("aac", "pcm_s16le")]
        words = out.add_stream("subrip")
        words.codec_context.subtitle_header = b""
        for stream, language in zip((*sounds, words), ("deu", "fra", "eng"), strict=True):
            stream.metadata["language"] = language
        for _ in range(48):
            out.mux(
                video.encode(av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24"))
            )
        out.mux(video.encode())
        tone = np.sin(np.arange(96_000) / 20)[None]
        for stream in sounds:
            form = stream.codec_context.format.name
            samples = tone.astype(np.float32) if form == "fltp" else (tone * 9000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples, format=form, layout="mono")
            frame.sample_rate, frame.pts = 48_000, 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode())
        line = words.codec_context.encode_subtitle(SubtitleSet.create(b"0,0,Default,,0,0,0,,Hello", 0, 500))
        line.pts = line.dts = 1000
        line.duration, line.time_base, line.stream = 500, Fraction(1, 1000), words
        out.mux(line)
    return path


def brought(rich: Path, out: Path, form: str, *, start: str = "0", speed: str = "1") -> tracks.Tracks:
    """The tracks alone, in a file of their own with a picture beside them."""
    found = scan(rich)
    span = tracks.Span(found.origin * found.time_base, Fraction(start), found.seconds, Fraction(speed))
    with av.open(out, "w", format=form) as container, tracks.Tracks(rich, form, span) as others:
        video = container.add_stream("libx264", rate=24)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        others.join(container)
        container.mux(video.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(video.encode())
        others.mux_until(float("inf"))
    return others


def test_mp4_gets_all_of_it_in_kinds_that_it_takes(rich: Path, tmp_path: Path) -> None:
    others = brought(rich, tmp_path / "out.mp4", "mp4")
    assert [name.replace("subrip", "srt") for name in others.kept] == [
        "sound (aac)",
        "sound (pcm_s16le, as aac)",
        "subtitles (srt, as mov_text)",
        "2 chapters",
    ]
    with av.open(tmp_path / "out.mp4") as container:
        assert [stream.codec_context.name for stream in container.streams.audio] == ["aac", "aac"]
        assert [stream.language for stream in container.streams.audio] == ["deu", "fra"]
        assert [stream.language for stream in container.streams.subtitles] == ["eng"]
        assert container.metadata["title"] == "Käse"
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["One", "Two"]
        lines = [
            (packet.pts * packet.time_base, bytes(packet)[2:7])
            for packet in container.demux(subtitles=0)
            if packet.size > 2
        ]
        assert lines == [(1, b"Hello")]


def test_matroska_gets_copies(rich: Path, tmp_path: Path) -> None:
    brought(rich, tmp_path / "out.mkv", "matroska")
    with av.open(rich) as source, av.open(tmp_path / "out.mkv") as container:
        names = [
            stream.codec_context.name for stream in (*container.streams.audio, *container.streams.subtitles)
        ]
        assert names[:2] == ["aac", "pcm_s16le"]
        assert names[2] in ("srt", "subrip")  # two names of one kind
        sounds = [[bytes(p) for p in one.demux(audio=0) if p.size] for one in (source, container)]
        assert sounds[0] == sounds[1]


def test_a_part_and_another_speed(rich: Path, tmp_path: Path) -> None:
    brought(rich, tmp_path / "part.mp4", "mp4", start="1/2")
    with av.open(tmp_path / "part.mp4") as container:
        assert [p.pts * p.time_base for p in container.demux(subtitles=0) if p.size > 2] == [Fraction(1, 2)]
        assert float(
            container.streams.audio[1].duration * container.streams.audio[1].time_base
        ) == pytest.approx(1.5, abs=0.03)
    others = brought(rich, tmp_path / "slow.mp4", "mp4", speed="1/2")
    assert any("sound is left out" in note for note in others.notes)
    with av.open(tmp_path / "slow.mp4") as container:
        assert not container.streams.audio
        assert [p.pts * p.time_base for p in container.demux(subtitles=0) if p.size > 2] == [2]


def test_a_gap_in_sound_that_is_encoded_again_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "gap.mkv"
    with av.open(path, "w") as out:
        video = out.add_stream("libx264", rate=24)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = out.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for _ in range(72):
            out.mux(video.encode(av.VideoFrame(64, 48, "yuv420p")))
        out.mux(video.encode())
        for start in (0, 96_000):  # a second of sound, one of nothing, one of sound
            frame = av.AudioFrame.from_ndarray(
                np.full((1, 48_000), 8000, np.int16), format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts = 48_000, start
            out.mux(sound.encode(frame))
    brought(path, tmp_path / "out.mp4", "mp4")
    with av.open(tmp_path / "out.mp4") as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(heard) / 48_000 == pytest.approx(3, abs=0.05)
    levels = [float(np.abs(heard[second * 48_000 + 9_600 :][:28_800]).mean()) for second in range(3)]
    assert levels[1] < 0.02 < 0.1 < min(levels[0], levels[2])
