"""The sound of a film that plays: what a device is given, what counts as heard, and a device that fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from storyboard import edit
from storyboard.errors import MediaError
from storyboard.media import sound_file
from storyboard.media.sound_file import RATE
from storyboard.project import Music, Project, new_shot
from tests.media.films import tone, write_sound
from ui.player import Player
from ui.reel import Film
from ui.route import Run
from ui.sound import Sound

Until = Callable[[Callable[[], bool]], None]
SoundOn = Callable[["Tape | None", Film], Sound]
FRAME = 8
"""Bytes of a sample of both channels."""


class Tape:
    """A device that plays by the clock and keeps what it was given."""

    floats = True

    def __init__(self, late: float = 0.0) -> None:
        self.given = bytearray()
        self.volume = 1.0
        self.began: float | None = None
        self.broken = False
        self._late = late

    def start(self) -> None:
        self.began = time.monotonic() + self._late

    def _played(self) -> int:
        if self.began is None:
            return 0
        return min(len(self.given), max(0, int((time.monotonic() - self.began) * RATE)) * FRAME)

    def free(self) -> int:
        return RATE // 5 * FRAME - self.waiting()

    def write(self, data: bytes) -> int:
        self.given += data
        return len(data)

    def waiting(self) -> int:
        return len(self.given) - self._played()

    def works(self) -> bool:
        return not self.broken

    def set_volume(self, volume: float) -> None:
        self.volume = volume

    def stop(self) -> None:
        self.began = None

    @property
    def samples(self) -> np.ndarray:
        return np.frombuffer(bytes(self.given), np.float32).reshape(-1, 2)


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """Two seconds of film at 24 fps, over music that rises from sample to sample."""
    (tmp_path / "media").mkdir()
    rising = np.linspace(0, 0.5, 2 * RATE)[None].repeat(2, 0)
    write_sound(tmp_path / "media" / "m.wav", rising)
    project = edit.append(
        Project(width=32, height=32, music=Music("media/m.wav")), new_shot("a", "a red ball", 48)
    )
    return Film(tmp_path, project, {})


@pytest.fixture
def sound_on(qt: QApplication, until: Until) -> Iterator[SoundOn]:
    """`sound_on(tape, film)` is the sound of `film` on a device, its files unpacked."""
    made: list[Sound] = []

    def make(tape: Tape | None, film: Film) -> Sound:
        sound = Sound(open_device=lambda _rate: tape)
        made.append(sound)
        sound.use(film)
        until(lambda: sound.ready)
        return sound

    yield make
    for sound in made:
        sound.close()


def level_at(seconds: float) -> float:
    return seconds / 4


def test_a_loop_is_heard_without_a_gap(sound_on: SoundOn, film: Film, until: Until) -> None:
    tape = Tape()
    sound = sound_on(tape, film)
    sound.start(Run(12, 6, 18, loop=True), Fraction(24))
    until(lambda: sound.go() or len(tape.samples) > RATE)
    sound.stop()
    quarter = RATE // 4
    heard = tape.samples[: quarter + 2 * quarter, 0]
    # From frame 12 to 18, and then from 6: half a second each time round.
    expected = np.concatenate([np.arange(RATE // 2, 3 * RATE // 4), np.arange(RATE // 4, 3 * RATE // 4)]) / (
        4 * RATE
    )
    assert np.abs(heard - expected).max() < 1e-3


def test_what_is_heard_is_what_left_the_device(sound_on: SoundOn, film: Film, until: Until) -> None:
    tape = Tape()
    sound = sound_on(tape, film)
    sound.start(Run(0, 0, 48, loop=True), Fraction(24))
    assert sound.heard() == 0
    until(lambda: sound.go() or (sound.heard() or 0) > 0.1)
    heard, gone = sound.heard(), time.monotonic() - (tape.began or 0)
    assert heard == pytest.approx(gone, abs=0.05)
    sound.stop()
    assert sound.heard() is None


def test_pictures_wait_for_a_device_that_begins_late(sound_on: SoundOn, film: Film, until: Until) -> None:
    tape = Tape(late=0.2)
    sound = sound_on(tape, film)
    player = Player(sound)
    frames: list[tuple[int, float]] = []
    player.due.connect(lambda _tick, frame: frames.append((frame, sound.heard() or 0.0)))
    player.start(Run(0, 0, 48), Fraction(24), lambda: True)
    until(lambda: len(frames) >= 8)
    player.stop()
    for frame, heard in frames:
        assert heard == pytest.approx(frame / 24, abs=0.06)


@pytest.mark.parametrize("tape", [None, Tape(late=9999)])
def test_without_a_device_that_plays_the_film_plays_silently(
    sound_on: SoundOn, film: Film, until: Until, tape: Tape | None
) -> None:
    player = Player(sound_on(tape, film))
    over: list[int] = []
    player.over.connect(over.append)
    player.start(Run(40, 0, 48), Fraction(24), lambda: True)
    until(lambda: bool(over))
    assert over == [47]


def test_a_device_that_is_unplugged_does_not_stop_the_film(
    sound_on: SoundOn, film: Film, until: Until
) -> None:
    tape = Tape()
    player = Player(sound_on(tape, film))
    frames: list[int] = []
    player.due.connect(lambda _tick, frame: frames.append(frame))
    player.start(Run(0, 0, 48), Fraction(24), lambda: True)
    until(lambda: len(frames) > 2)
    tape.broken = True
    until(lambda: len(frames) > 6)
    player.stop()


def test_the_shuttle_is_silent_and_needs_no_device(qt: QApplication, film: Film) -> None:
    opened: list[int] = []
    sound = Sound(open_device=lambda rate: opened.append(rate))
    sound.use(film)
    sound.start(Run(0, 0, 48, speed=2), Fraction(24))
    sound.start(Run(47, 0, 48, speed=-1), Fraction(24))
    assert sound.heard() is None
    silent = Sound(open_device=lambda rate: opened.append(rate))
    silent.use(film._replace(project=edit.set_music(film.project, None)))
    silent.start(Run(0, 0, 48), Fraction(24))
    assert opened == []


def test_volume_and_mute_reach_the_device(sound_on: SoundOn, film: Film) -> None:
    tape = Tape()
    sound = sound_on(tape, film)
    sound.volume = 0.5
    sound.start(Run(0, 0, 48), Fraction(24))
    assert tape.volume == 0.5
    sound.muted = True
    assert tape.volume == 0
    sound.muted = False
    assert tape.volume == 0.5
    sound.volume = 7
    assert tape.volume == 1
    sound.stop()


def test_music_that_is_gone_is_a_sentence_and_the_film_plays(
    qt: QApplication, film: Film, until: Until
) -> None:
    (film.folder / "media" / "m.wav").unlink()
    sound = Sound(open_device=lambda _rate: Tape())
    sound.use(film)
    said: list[str] = []
    sound.problem.connect(said.append)
    until(lambda: cannot_be_heard(sound))
    player = Player(sound)
    over: list[int] = []
    player.over.connect(over.append)
    player.start(Run(44, 0, 48), Fraction(24), lambda: True)
    until(lambda: bool(over) and bool(said))
    assert "m.wav" in said[0]
    sound.close()


def cannot_be_heard(sound: Sound) -> bool:
    try:
        return sound.ready and False
    except MediaError:
        return True


def test_music_that_is_not_unpacked_yet_is_heard_as_soon_as_it_is(
    qt: QApplication, film: Film, until: Until
) -> None:
    tape = Tape()
    sound = Sound(open_device=lambda _rate: tape)
    sound.use(film)
    sound.start(Run(0, 0, 48), Fraction(24))
    assert sound.heard() is None
    arrived: list[bool] = []
    sound.arrived.connect(lambda: arrived.append(True))
    until(lambda: bool(arrived))
    sound.start(Run(12, 0, 48), Fraction(24))
    until(lambda: sound.go() or len(tape.samples) > RATE // 4)
    assert tape.samples[0, 0] == pytest.approx(level_at(0.5), abs=1e-3)
    sound.close()


def test_the_window_plays_what_a_worker_unpacked_and_opens_no_music_itself(
    sound_on: SoundOn, film: Film, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened_here(*_: object, **__: object) -> None:
        raise AssertionError("the window's process opened a stranger's sound")

    monkeypatch.setattr(sound_file, "samples_from", opened_here)
    tape = Tape()
    sound = sound_on(tape, film)
    sound.start(Run(0, 0, 48), Fraction(24))
    until(lambda: sound.go() or len(tape.samples) > RATE // 4)
    assert list((film.folder / "cache" / "sound").glob("*.pcm"))


def test_only_what_is_heard_makes_the_sound_another(sound_on: SoundOn, film: Film, tmp_path: Path) -> None:
    sound = sound_on(None, film)
    shot = film.project.shots[0].id
    typed = film._replace(project=edit.set_shot(film.project, shot, prompt="a blue ball"))
    assert not sound.differs(typed)
    write_sound(tmp_path / "media" / "n.wav", tone(1))
    other = film._replace(project=edit.set_music(film.project, Music("media/n.wav")))
    assert sound.differs(other)
