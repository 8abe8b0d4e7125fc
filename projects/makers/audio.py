"""Sound for the samples: instruments, a circular tape to play them on, loudness, and the m4a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

RATE = 48_000
AAC_FRAME = 1024
"""Samples."""
Samples: TypeAlias = NDArray[np.float64]
"""(n,) one channel or (n, 2) stereo, 1.0 is full scale, `RATE` a second."""


def hertz(note: float) -> float:
    """The frequency of a MIDI note number; 69 is A at 440 Hz."""
    return float(440.0 * 2.0 ** ((note - 69) / 12))


def seconds(duration: float) -> Samples:
    """The time of each sample of a sound of `duration` seconds."""
    return np.arange(round(duration * RATE)) / RATE


def rounded(sound: Samples, rise: float, fall: float) -> Samples:
    """`sound` with raised-cosine edges of `rise` and `fall` seconds, so that it neither starts nor ends with a click."""
    shaped = sound.copy()
    for edge, part in ((rise, slice(None)), (fall, slice(None, None, -1))):
        count = min(len(sound), round(edge * RATE))
        shaped[part][:count] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(count) / max(count, 1))
    return shaped


def pluck(note: float, duration: float, *, bright: float, ring: float, at: float = 0.19) -> Samples:
    """A plucked string as a sum of decaying partials, so it is in tune and free of aliasing.

    `bright` is how slowly the partials weaken (0 to 1), `ring` the seconds in which the lowest one falls to 1/e,
    `at` where on the string it is plucked: partial k starts with sin(pi k at) / k, the triangle's Fourier series.
    """
    t = seconds(duration)
    base = hertz(note)
    sound = np.zeros_like(t)
    for k in range(1, 40):
        frequency = base * k * np.sqrt(1 + 0.00008 * k * k)  # a stiff string's partials are a little sharp
        if frequency > 14_000:
            break
        strength = np.sin(np.pi * k * at) / k**1.2 * bright ** (k - 1)
        sound += strength * np.exp(-t * (1 + 0.22 * (k - 1)) / ring) * np.sin(2 * np.pi * frequency * t)
    return rounded(sound, 0.002, 0.03)


def bell(note: float, duration: float) -> Samples:
    """A music box's tine: a pure tone with two quickly fading, inharmonic partials."""
    t = seconds(duration)
    base = hertz(note)
    sound = np.zeros_like(t)
    for ratio, strength, ring in ((1.0, 1.0, 0.9), (2.0, 0.16, 0.45), (4.07, 0.10, 0.14), (6.3, 0.03, 0.05)):
        sound += strength * np.exp(-t / ring) * np.sin(2 * np.pi * base * ratio * t)
    return rounded(sound, 0.003, 0.08)


def reeds(
    note: float, duration: float, *, partials: int, beating: float, rise: float, fall: float
) -> Samples:
    """Three voices a few tenths of a hertz apart (`beating`), each a row of partials falling as 1 / k^1.6: with
    few partials and slow edges a string pad, with more of them an accordion."""
    t = seconds(duration)
    base = hertz(note)
    sound = np.zeros_like(t)
    for voice, offset in enumerate((-beating, 0.0, beating * 1.1)):
        for k in range(1, partials + 1):
            phase = 2.4 * voice + 1.7 * k
            sound += np.sin(2 * np.pi * (base + offset) * k * t + phase) / k**1.6
    return rounded(sound / 3, rise, fall)


def band(noise: Samples, low: float, high: float) -> Samples:
    """`noise` with little left below `low` and above `high` hertz; its ends still meet."""
    spectrum = np.fft.rfft(noise)
    frequency = np.fft.rfftfreq(len(noise), 1 / RATE)
    shape = (frequency / low) ** 2 / (1 + (frequency / low) ** 2) / (1 + (frequency / high) ** 2)
    return np.fft.irfft(spectrum * shape, len(noise))


class Tape:
    """A stereo loop: what rings past its end is heard at its start.

    It is as long as a whole number of AAC frames (up to 21 ms more than asked), since decoders give the last
    frame in full and a loop would otherwise pause there.
    """

    def __init__(self, duration: float) -> None:
        self.samples = np.zeros((-(-round(duration * RATE) // AAC_FRAME) * AAC_FRAME, 2))

    def play(self, sound: Samples, start: float, gain: float = 1.0, pan: float = 0.0) -> None:
        """Add a mono `sound` at `start` seconds; `pan` is -1 (left) to 1, at constant power."""
        angle = (pan + 1) * np.pi / 4
        stereo = gain * sound[:, None] * np.array([np.cos(angle), np.sin(angle)])
        places = (round(start * RATE) + np.arange(len(sound))) % len(self.samples)
        np.add.at(self.samples, places, stereo)

    def room(self, decay: float, wet: float, seed: int) -> Samples:
        """The tape with the echo of a room: convolved, around the loop, with noise that falls 60 dB in `decay` s."""
        t = seconds(decay)
        noise = np.random.default_rng(seed).standard_normal((len(t), 2))
        tail = np.zeros_like(self.samples)
        for channel in (0, 1):
            sound = band(noise[:, channel], 180, 3800) * 10 ** (-3 * t / decay)
            tail[: len(t), channel] = rounded(sound, 0.012, 0.05)
        tail /= np.sqrt((tail**2).sum(axis=0))
        spectrum = np.fft.rfft(self.samples, axis=0) * np.fft.rfft(tail, axis=0)
        return self.samples + wet * np.fft.irfft(spectrum, len(self.samples), axis=0)


def loudness(samples: Samples) -> float:
    """Integrated loudness in LUFS of stereo `samples` as ITU-R BS.1770-4 defines it: K-weighted, 400 ms blocks
    every 100 ms, gated at -70 LUFS and then 10 LU under the mean of what is left."""
    spectrum = np.fft.rfft(samples, axis=0)
    power = np.square(np.fft.irfft(spectrum * _k_weighting(len(samples))[:, None], len(samples), axis=0)).sum(
        axis=1
    )
    hop = RATE // 10
    tenths = power[: len(power) // hop * hop].reshape(-1, hop).mean(axis=1)
    blocks = np.convolve(tenths, np.full(4, 0.25), "valid")
    loud = blocks[_lufs(blocks) > -70]
    loud = loud[_lufs(loud) > _lufs(loud.mean()) - 10]
    return float(_lufs(loud.mean()))


def _lufs(power: Samples) -> Samples:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))


def _k_weighting(length: int) -> NDArray[np.complex128]:
    """The response of the two filters of BS.1770-4, tables 1 and 2 (coefficients for 48 kHz)."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(length, 1 / RATE) / RATE)
    shelf = np.polyval((1.19839281085285, -2.69169618940638, 1.53512485958697), z) / np.polyval(
        (0.73248077421585, -1.69065929318241, 1.0), z
    )
    high_pass = np.polyval((1.0, -2.0, 1.0), z) / np.polyval((0.99007225036621, -1.99004745483398, 1.0), z)
    return np.asarray(shelf * high_pass)


def mastered(samples: Samples, lufs: float, ceiling: float = 0.79) -> Samples:
    """`samples` at `lufs`, its peaks bent softly under `ceiling` (0.79 is -2 dBFS, which leaves room for AAC)."""
    samples = samples - samples.mean(axis=0)
    for _ in range(4):  # bending the peaks costs a little loudness: a few rounds settle
        samples = samples * 10 ** ((lufs - loudness(samples)) / 20)
        samples = _bent(samples, ceiling)
    return samples


def _bent(samples: Samples, ceiling: float) -> Samples:
    knee = 0.6 * ceiling
    over = np.maximum(np.abs(samples) - knee, 0)
    soft = knee + (ceiling - knee) * np.tanh(over / (ceiling - knee))
    return np.where(over > 0, np.sign(samples) * soft, samples)


CODER = {"aac_coder": "fast"}
"""FFmpeg's other coder, its default, starts with frames ten times as wrong: measured 0.2 of full scale, this 0.01."""


def write(path: Path, samples: Samples, bit_rate: int) -> None:
    """Encode stereo `samples` as AAC in an m4a file."""
    import av

    with av.open(str(path), "w", format="ipod", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("aac", rate=RATE, layout="stereo", options=CODER)
        stream.bit_rate = bit_rate
        encode(out, stream, samples)


def encode(out: OutputContainer, stream: AudioStream, samples: Samples) -> None:
    """Encode `samples` into an audio `stream` of the open container `out`, to its end."""
    import av

    planes = np.ascontiguousarray(samples.T.astype(np.float32))
    for start in range(0, planes.shape[1], AAC_FRAME):
        part = np.ascontiguousarray(planes[:, start : start + AAC_FRAME])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate = RATE
        frame.pts = start
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))
