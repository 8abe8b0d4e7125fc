"""What is brought along into a smoothed video."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from av.subtitles.subtitle import SubtitleSet

from storyboard.media import tracks
from storyboard.media.scan import scan

if TYPE_CHECKING:
    from av.audio.codeccontext import AudioCodecContext
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream


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


def brought(
    rich: Path, out: Path, form: str, *, start: str = "0", stop: str = "", speed: str = "1"
) -> tracks.Tracks:
    """The tracks alone, in a file of their own with a picture beside them."""
    found = scan(rich)
    end = Fraction(stop) if stop else found.seconds
    span = tracks.Span(found.origin * found.time_base, Fraction(start), end, Fraction(speed))
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


def copied(path: Path, out: Path, form: str) -> tracks.Tracks:
    """All of it, the picture too."""
    span = tracks.Span(Fraction(0), Fraction(0), tracks.ENDLESS, Fraction(1))
    return tracks.copy(path, out, out, form, span, "test")


def clip(path: Path, form: str | None = None, codec: str = "libx264") -> OutputContainer:
    """A file that is still to be written, with a stream of pictures."""
    out = av.open(path, "w", format=form)
    video = out.add_stream(codec, rate=24)
    video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
    return out


def write_picture(out: OutputContainer, begin: str = "0") -> None:
    """A second of picture."""
    video = out.streams.video[0]
    each = 1 if begin == "0" else 1000  # ticks of a frame; AVI would fill what is between
    video.codec_context.time_base = Fraction(1, 24 * each)
    for number in range(24):
        frame = av.VideoFrame(64, 48, "yuv420p")
        frame.time_base = Fraction(1, 24 * each)
        frame.pts = round(Fraction(begin) / frame.time_base) + each * number
        out.mux(video.encode(frame))
    out.mux(video.encode())


def tone(encoder: AudioCodecContext, begin: str = "0", channel: int | None = None) -> Iterator[Packet]:
    """A second of sound in all channels, or one."""
    rate, channels = encoder.sample_rate, encoder.layout.nb_channels
    samples = np.zeros((rate, channels), np.float32)
    samples[:, slice(None) if channel is None else channel] = 0.3
    samples *= np.sin(np.arange(rate, dtype=np.float32) / 8)[:, None]
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout=encoder.layout.name)
    frame.sample_rate, frame.pts, frame.time_base = rate, round(Fraction(begin) * rate), Fraction(1, rate)
    yield from encoder.encode(frame)
    yield from encoder.encode()


def write_sound(out: OutputContainer, begin: str = "0", channel: int | None = None) -> None:
    stream = out.streams.audio[0]
    for packet in tone(stream.codec_context, begin, channel):
        packet.stream = stream
        out.mux(packet)


def write_packet(out: OutputContainer, stream: Stream, data: bytes, at: int, duration: int) -> None:
    """Times in milliseconds."""
    packet = av.Packet(data)
    packet.pts = packet.dts = at
    packet.duration, packet.time_base, packet.stream = duration, Fraction(1, 1000), stream
    out.mux(packet)


def sound_clip(path: Path, codec: str, rate: int, layout: str) -> None:
    """A second of picture, and of sound of this kind."""
    with clip(path) as out:
        out.add_stream(codec, rate=rate, layout=layout)
        write_picture(out)
        write_sound(out)


def levels(path: Path) -> list[float]:
    """How loud each channel of the sound is."""
    with av.open(path) as container:
        layout = container.streams.audio[0].codec_context.layout
        packed = av.AudioResampler(format="flt", layout=layout.name)
        heard = [part.to_ndarray()[0] for one in container.decode(audio=0) for part in packed.resample(one)]
    return list(np.abs(np.concatenate(heard).reshape(-1, layout.nb_channels)).mean(axis=0))


def lines(path: Path) -> list[tuple[float, float, bytes]]:
    """When each subtitle comes and for how long, and its first letters, as MP4 has them."""
    with av.open(path) as container:
        return [
            (
                float(packet.pts * packet.time_base),
                float(packet.duration * packet.time_base),
                bytes(packet)[2:7],
            )
            for packet in container.demux(subtitles=0)
            if packet.size > 2
        ]


def loud(path: Path) -> list[bool]:
    return [level > 0.05 for level in levels(path)]


@pytest.mark.parametrize("layout", ["7.1", "7.1(wide)", "octagonal", "hexadecagonal"])
def test_every_channel_of_sound_that_is_encoded_again_stays_itself(layout: str, tmp_path: Path) -> None:
    with clip(tmp_path / "in.mov") as out:
        stream = out.add_stream("pcm_s16le", rate=48_000, layout=layout)
        channels = stream.codec_context.layout.nb_channels
        write_picture(out)
        write_sound(out, channel=5)
    brought(tmp_path / "in.mov", tmp_path / "out.mp4", "mp4")
    assert loud(tmp_path / "out.mp4").count(True) == 1
    assert len(loud(tmp_path / "out.mp4")) == channels


@pytest.mark.parametrize(
    ("rate", "becomes"),
    [(5_512, 8_000), (11_127, 12_000), (37_800, 44_100), (44_056, 44_100), (96_000, 48_000)],
)
def test_a_rate_that_aac_has_not_becomes_the_next_one(rate: int, becomes: int, tmp_path: Path) -> None:
    sound_clip(tmp_path / "in.mkv", "pcm_s16le", rate, "mono")
    brought(tmp_path / "in.mkv", tmp_path / "out.mp4", "mp4")
    with av.open(tmp_path / "out.mp4") as container:
        sound = container.streams.audio[0]
        assert sound.codec_context.sample_rate == becomes
        assert float(sound.duration * sound.time_base) == pytest.approx(1, abs=0.05)


def test_channels_that_aac_has_not_become_others(tmp_path: Path) -> None:
    sound_clip(tmp_path / "in.mov", "pcm_s16le", 48_000, "downmix")
    brought(tmp_path / "in.mov", tmp_path / "out.mp4", "mp4")
    assert loud(tmp_path / "out.mp4") == [True, True]


def test_channels_that_nobody_knows_are_left_out_with_a_note(tmp_path: Path) -> None:
    sound_clip(tmp_path / "in.mkv", "pcm_s16le", 48_000, "13 channels")
    others = brought(tmp_path / "in.mkv", tmp_path / "out.mp4", "mp4")
    assert others.kept == []
    assert any("13 channels" in note for note in others.notes)


@pytest.mark.parametrize(("sound", "form"), [("wmav2", "asf"), ("pcm_mulaw", "avi"), ("adpcm_ms", "avi")])
def test_sound_that_matroska_does_not_take_is_encoded_again(sound: str, form: str, tmp_path: Path) -> None:
    with clip(tmp_path / "in", form, "mpeg4") as out:
        out.add_stream(sound, rate=44_100, layout="mono", bit_rate=64_000)
        write_picture(out)
        write_sound(out)
    others = brought(tmp_path / "in", tmp_path / "out.mkv", "matroska")
    assert others.kept == [f"sound ({sound}, as aac)"]
    assert loud(tmp_path / "out.mkv") == [True]


@pytest.mark.parametrize("form", ["mp4", "matroska"])
def test_subtitles_that_nothing_reads_are_left_out_with_a_note(form: str, tmp_path: Path) -> None:
    with clip(tmp_path / "in.ts") as out:
        words = out.add_mux_stream("dvb_teletext")
        write_picture(out)
        write_packet(out, words, bytes(46), 0, 40)
    others = brought(tmp_path / "in.ts", tmp_path / "out", form)
    assert (others.kept, others.notes) == ([], ["subtitles of an unknown kind are left out"])


def test_only_subtitles_that_are_pictures_are_called_so(tmp_path: Path) -> None:
    with clip(tmp_path / "in.mkv") as out:
        words = out.add_mux_stream("hdmv_pgs_subtitle")
        write_picture(out)
        write_packet(out, words, b"\x80\0\0", 0, 500)
    [note] = brought(tmp_path / "in.mkv", tmp_path / "out.mp4", "mp4").notes
    assert "pictures (hdmv_pgs_subtitle)" in note
    others = brought(tmp_path / "in.mkv", tmp_path / "out.mkv", "matroska")
    assert (others.kept, others.notes) == (["subtitles (hdmv_pgs_subtitle)"], [])


def test_sound_that_changes_from_mono_to_stereo_goes_on(tmp_path: Path) -> None:
    with clip(tmp_path / "in.mkv") as out:
        stream = out.add_stream("mp2", rate=48_000, layout="mono")
        later = av.CodecContext.create("mp2", "w")
        later.sample_rate, later.layout, later.format = 48_000, "stereo", "s16"
        write_picture(out)
        write_sound(out)
        for packet in tone(later, begin="1.008"):  # after the last of the 1152 samples
            packet.stream = stream
            out.mux(packet)
    span = tracks.Span(Fraction(0), Fraction(0), tracks.ENDLESS, Fraction(1))
    with clip(tmp_path / "out.mp4") as out, tracks.Tracks(tmp_path / "in.mkv", "mp4", span) as others:
        others.join(out)
        write_picture(out)
        others.mux_until(float("inf"))
    with av.open(tmp_path / "out.mp4") as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(heard) / 48_000 == pytest.approx(2, abs=0.1)
    assert min(np.abs(heard[at : at + 4800]).mean() for at in range(4800, 86_400, 4800)) > 0.1


def test_lines_stay_with_a_picture_that_starts_after_0(tmp_path: Path) -> None:
    with clip(tmp_path / "in.mp4") as out:
        words = out.add_mux_stream("mov_text")
        write_picture(out, begin="0.025")
        write_packet(out, words, b"\0\0", 0, 225)
        write_packet(out, words, b"\0\x05Hello", 225, 300)
        write_packet(out, words, b"\0\0", 525, 200)
        write_packet(out, words, b"\0\x05World", 725, 200)
    assert lines(tmp_path / "in.mp4")[0][0] == 0.225
    brought(tmp_path / "in.mp4", tmp_path / "out.mp4", "mp4")
    assert lines(tmp_path / "out.mp4") == [
        (pytest.approx(0.2), pytest.approx(0.3), b"Hello"),
        (pytest.approx(0.7), pytest.approx(0.2), b"World"),
    ]


@pytest.mark.parametrize(
    ("start", "stop", "shown"),
    [("1.25", "2", (0, 0.25)), ("0", "1.25", (1, 0.25)), ("1.1", "1.2", (0, 0.1)), ("1.5", "2", None)],
)
def test_a_line_is_shown_for_what_is_left_of_it(
    start: str, stop: str, shown: tuple[float, float] | None, rich: Path, tmp_path: Path
) -> None:
    brought(rich, tmp_path / "out.mp4", "mp4", start=start, stop=stop)
    assert lines(tmp_path / "out.mp4") == ([(*map(pytest.approx, shown), b"Hello")] if shown else [])


@pytest.mark.parametrize("sound", ["aac", "mp2"])
def test_a_copied_broadcast_begins_at_0(sound: str, tmp_path: Path) -> None:
    with clip(tmp_path / "in.ts") as out:
        out.add_stream(sound, rate=48_000, layout="mono")
        write_picture(out, begin="100.5")
        write_sound(out, begin="100.5")
    copied(tmp_path / "in.ts", tmp_path / "out.mp4", "mp4")
    with av.open(tmp_path / "out.mp4") as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert container.duration / 1e6 == pytest.approx(1, abs=0.1)
        assert float(video.start_time * video.time_base) == pytest.approx(0, abs=0.05)
        assert float(video.duration * video.time_base) == pytest.approx(1, abs=0.05)
        assert float(audio.duration * audio.time_base) == pytest.approx(1, abs=0.1)


def test_mp3_is_copied(tmp_path: Path) -> None:
    sound_clip(tmp_path / "in.mkv", "libmp3lame", 44_100, "mono")
    assert brought(tmp_path / "in.mkv", tmp_path / "out.mp4", "mp4").kept == ["sound (mp3)"]
    with av.open(tmp_path / "out.mp4") as container:
        assert container.streams.audio[0].codec_context.codec.canonical_name == "mp3"


def test_mp3_of_a_rate_that_mp4_has_not_is_encoded_again(tmp_path: Path) -> None:
    sound_clip(tmp_path / "in.mkv", "libmp3lame", 8_000, "mono")
    others = brought(tmp_path / "in.mkv", tmp_path / "out.mp4", "mp4")
    assert (others.kept, others.notes) == (["sound (mp3, as aac)"], [])


def test_sound_from_long_before_the_picture_is_told_of(tmp_path: Path) -> None:
    with clip(tmp_path / "in.mkv") as out:
        out.add_stream("pcm_s16le", rate=48_000, layout="mono")
        write_picture(out, begin="0.5")
        write_sound(out)
    [note] = brought(tmp_path / "in.mkv", tmp_path / "out.mp4", "mp4").notes
    assert "first 0.50 s of its sound" in note
    assert brought(tmp_path / "in.mkv", tmp_path / "part.mp4", "mp4", start="0.2").notes == []


def test_fonts_come_along_where_there_is_room_for_them(tmp_path: Path) -> None:
    with clip(tmp_path / "in.mkv") as out:
        out.add_attachment("Käse.ttf", "font/ttf", b"letters")
        write_picture(out)
    others = brought(tmp_path / "in.mkv", tmp_path / "out.mkv", "matroska")
    assert (others.kept, others.notes) == (["1 attached file"], [])
    with av.open(tmp_path / "out.mkv") as container:
        [font] = [stream for stream in container.streams if stream.type == "attachment"]
        assert (font.metadata["filename"], font.mimetype, font.data) == ("Käse.ttf", "font/ttf", b"letters")
    [note] = brought(tmp_path / "in.mkv", tmp_path / "out.mp4", "mp4").notes
    assert "fonts" in note


@pytest.mark.parametrize("form", ["mp4", "matroska"])
@pytest.mark.parametrize("source", ["mp4", "matroska"])
def test_the_cover_comes_along(source: str, form: str, tmp_path: Path) -> None:
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 8, 8, "rgb24", Fraction(1)
    [png] = encoder.encode(av.VideoFrame(8, 8, "rgb24"))
    with clip(tmp_path / "in", source) as out:
        if source == "mp4":
            cover = out.add_mux_stream("png", width=8, height=8)
            cover.disposition = 1024  # attached_pic
        else:
            out.add_attachment("cover.png", "image/png", bytes(png))
        write_picture(out)
        if source == "mp4":
            png.pts = png.dts = None
            png.stream = cover
            out.mux(png)
    assert brought(tmp_path / "in", tmp_path / "out", form).notes == []
    with av.open(tmp_path / "out") as container:
        [found] = [one for one in container.streams.video if one.disposition & one.disposition.attached_pic]
        assert next(bytes(packet) for packet in container.demux(found) if packet.size) == bytes(png)


def test_a_second_video_is_told_of(tmp_path: Path) -> None:
    with clip(tmp_path / "in.mkv") as out:
        second = out.add_stream("libx264", rate=24)
        second.width, second.height, second.pix_fmt = 64, 48, "yuv420p"
        write_picture(out)
        out.mux(second.encode(av.VideoFrame(64, 48, "yuv420p")))
        out.mux(second.encode())
    others = brought(tmp_path / "in.mkv", tmp_path / "out.mkv", "matroska")
    assert others.notes == ["a second video in it is left out"]
