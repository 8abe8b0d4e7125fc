"""The machine's sound output, as little of it as a player needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from PySide6.QtCore import QIODevice

BUFFER: Final = 0.2
"""Seconds of sound that the device holds: a window that is busy for less is not heard."""
_BROKEN: Final = ("OpenError", "IOError", "FatalError")


class Device(Protocol):
    """Takes 48 kHz stereo and plays it at once."""

    floats: bool
    """Whether it takes float32 samples; else int16."""

    def start(self) -> None:
        """Plays what is written from now on."""

    def free(self) -> int:
        """How many bytes it would take now."""

    def write(self, data: bytes) -> int:
        """Plays `data` after what it has; returns how many bytes it took."""

    def waiting(self) -> int:
        """How many bytes it took and has not played."""

    def works(self) -> bool:
        """Whether it still plays: a device may be unplugged."""

    def set_volume(self, volume: float) -> None:
        """0 to 1, as loud as it is felt."""

    def stop(self) -> None:
        """Falls silent at once and forgets what it has."""


def default_device(rate: int) -> Device | None:
    """The output that the system uses, for `rate` samples per second; None where there is none.

    Qt's multimedia is loaded here and not before: most starts of the window play nothing at first.
    """
    try:
        from PySide6.QtMultimedia import QMediaDevices
    except ImportError:  # its system libraries are missing: films play silently
        return None
    device = QMediaDevices.defaultAudioOutput()
    if device.isNull():
        return None
    return _Output(rate)


class _Output:
    """Qt's default output."""

    def __init__(self, rate: int) -> None:
        from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices

        device = QMediaDevices.defaultAudioOutput()
        form = QAudioFormat()
        form.setSampleRate(rate)
        form.setChannelCount(2)
        form.setSampleFormat(QAudioFormat.SampleFormat.Float)
        self.floats = device.isFormatSupported(form)
        if not self.floats:
            form.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        self._sink = QAudioSink(device, form)
        self._sink.setBufferSize(round(BUFFER * rate) * form.bytesPerFrame())
        self._entry: QIODevice | None = None

    def start(self) -> None:
        self._entry = self._sink.start()

    def free(self) -> int:
        return self._sink.bytesFree() if self._entry is not None else 0

    def write(self, data: bytes) -> int:
        return max(0, self._entry.write(data)) if self._entry is not None else 0

    def waiting(self) -> int:
        return max(0, self._sink.bufferSize() - self._sink.bytesFree())

    def works(self) -> bool:
        return self._entry is not None and self._sink.error().name not in _BROKEN

    def set_volume(self, volume: float) -> None:
        self._sink.setVolume(volume**3)  # near to how loudness is felt, as in most volume controls

    def stop(self) -> None:
        self._sink.reset()
        self._entry = None
