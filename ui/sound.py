"""What is heard of the film while it plays, and how much of it was: the clock that the pictures follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from storyboard.errors import StoryboardError

from .clock import Clock
from .mixer import Mixer
from .reel import Film, take_of
from .route import Run
from .sound_device import Device, default_device
from .unpacking import REST, Unpacking
from .words import sentence

if TYPE_CHECKING:
    from storyboard.film.unpacked import Packed, Unpacked
    from storyboard.media.soundtrack import Soundtrack
    from storyboard.project import Music
    from storyboard.workers.steps import Sound as ClipSound

FEED_EVERY: Final = 20
"""Milliseconds."""
STALLED: Final = 0.5
"""Seconds after which a device that plays nothing more is not waited for."""
_RATE: Final = 48_000


class _Heard(NamedTuple):
    """Everything that decides what is heard."""

    seconds: Fraction
    music: Music | None
    clips: tuple[ClipSound, ...]

    @property
    def sounds(self) -> frozenset[Packed]:
        """The files of all of it."""
        from storyboard.film.unpacked import Packed

        music = (Packed(self.music.file),) if self.music else ()
        return frozenset((*music, *(Packed(clip.file, True) for clip in self.clips)))


class Sound(QObject):
    """Plays the film's music and its clips' sound. Where there is no device, or nothing to hear, it is silent."""

    problem = Signal(str)
    """A sentence: a file that cannot be heard."""
    changed = Signal()
    """The volume is another."""
    arrived = Signal()
    """What plays silently could be heard now: it is to be started again."""

    def __init__(
        self,
        parent: QObject | None = None,
        open_device: Callable[[int], Device | None] = default_device,
    ) -> None:
        super().__init__(parent)
        self._open_device = open_device
        self._device: Device | None = None
        self._unpacking = Unpacking(self)
        self._unpacking.arrived.connect(self._note_arrived)
        self._next: Film | None = None
        """The film whose sounds are to be unpacked when the edits rest."""
        self._resting = QTimer(self, singleShot=True, interval=REST)
        self._resting.timeout.connect(self._prepare)
        self._late = False
        """Whether the run is silent because its sounds are not there yet."""
        self._film: Film | None = None
        self._what: _Heard | None = None
        self._mixer: Mixer | None = None
        self._rest = b""
        self._written = 0
        self._going = False
        self._last = 0.0
        self._moving = Clock()
        self._volume = 1.0
        self._muted = False
        self._timer = QTimer(self, interval=FEED_EVERY, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._feed)

    # ---- how loud

    @property
    def volume(self) -> float:
        """0 to 1, as loud as it is felt."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume, self._muted = min(max(volume, 0.0), 1.0), False
        self._tell_volume()

    @property
    def muted(self) -> bool:
        return self._muted

    @muted.setter
    def muted(self, on: bool) -> None:
        self._muted = on
        self._tell_volume()

    def _tell_volume(self) -> None:
        if self._device is not None:
            self._device.set_volume(0.0 if self._muted else self._volume)
        self.changed.emit()

    # ---- what

    def prepare(self, film: Film) -> None:
        """Has the sounds of `film` unpacked, so that they are there when it plays."""
        self._next = film
        self._resting.start()

    def use(self, film: Film) -> None:
        """Plays `film`'s sound from the next `start` on."""
        self._film, self._what = film, _what(film)
        self._unpacking.want(film.folder, self._what.sounds)

    def differs(self, film: Film) -> bool:
        """Whether something else is heard in `film`."""
        return film is not self._film and _what(film) != self._what

    @property
    def ready(self) -> bool:
        """Whether everything that is heard in the film is unpacked. Raises why something cannot be."""
        return self._what is None or self._film is None or self._found(self._film, self._what) is not None

    def close(self) -> None:
        """Falls silent for good."""
        self.stop()
        self._resting.stop()
        self._unpacking.stop()

    def _prepare(self) -> None:
        if self._next is not None:
            self._unpacking.want(self._next.folder, _what(self._next).sounds)

    def _found(self, film: Film, what: _Heard) -> dict[Packed, Unpacked] | None:
        return self._unpacking.found(film.folder, what.sounds)

    def _note_arrived(self) -> None:
        try:
            if self._late and self.ready:
                self._late = False
                self.arrived.emit()
        except StoryboardError as error:
            self._late = False
            self._fail(error)

    # ---- playing

    def start(self, run: Run, rate: Fraction) -> None:
        """Prepares the sound of a run; `go` lets it be heard. The shuttle is silent, and so is a film whose sounds
        are not unpacked yet, until they have `arrived`."""
        self.stop()
        what, film = self._what, self._film
        if what is None or film is None or run.speed != 1 or not (what.music or what.clips):
            return
        try:
            found = self._found(film, what)
        except StoryboardError as error:
            self._fail(error)
            return
        self._late = found is None
        device = None if found is None else self._open_device(_RATE)
        if device is None or found is None:
            return
        self._device = device
        self._mixer = Mixer(_track(what, found), run, rate, device.floats, self._fail)
        self._tell_volume()

    def go(self) -> None:
        """Lets it be heard as soon as the first of it is mixed."""
        if self._device is None or self._mixer is None or self._going or not self._mixer.ready:
            return
        self._going = True
        self._device.start()
        self._feed()
        self._timer.start()

    def heard(self) -> float | None:
        """Seconds of the run that were heard; None where it is silent, or a device takes what it does not play."""
        if self._device is None or (self._going and not self._device.works()):
            return None
        if not self._going:
            return 0.0
        size = 2 * (4 if self._device.floats else 2)
        heard = max(0, self._written - self._device.waiting()) / (size * _RATE)
        if heard != self._last:
            self._last = heard
            self._moving.start()
        return None if heard and self._moving.seconds() > STALLED else heard

    def stop(self) -> None:
        self._late = False
        self._timer.stop()
        if self._mixer is not None:
            self._mixer.stop()
        if self._device is not None and self._going:
            self._device.stop()
        self._mixer, self._device, self._rest, self._written, self._going = None, None, b"", 0, False
        self._last = 0.0

    def _feed(self) -> None:
        """Gives the device what it has room for."""
        if self._device is None or self._mixer is None:
            return
        while self._device.free() > 0:
            data = self._rest or self._mixer.next()
            if not data:
                return
            taken = self._device.write(data[: self._device.free()])
            self._written += taken
            self._rest = data[taken:]
            if taken == 0:
                return

    def _fail(self, error: StoryboardError) -> None:
        self.problem.emit(f"The film plays without sound: {sentence(error)}")


def _what(film: Film) -> _Heard:
    from storyboard.film.sounds import clip_sounds

    project = film.project
    takes = {shot.id: take_of(shot, film.takes) for shot in project.shots}
    shown = {shot: take for shot, take in takes.items() if take is not None}
    return _Heard(project.seconds, project.music, tuple(clip_sounds(project, shown)))


def _track(what: _Heard, found: Mapping[Packed, Unpacked]) -> Soundtrack:
    from storyboard.film.unpacked import Packed
    from storyboard.media.sound import ClipSound
    from storyboard.media.soundtrack import Soundtrack

    music = found[Packed(what.music.file)].samples if what.music else None
    clips = [
        ClipSound(found[Packed(clip.file, True)].samples, clip.start, clip.source_in, clip.seconds)
        for clip in what.clips
    ]
    return Soundtrack(what.seconds, what.music, music, clips)
