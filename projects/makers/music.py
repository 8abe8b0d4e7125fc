"""The samples' music: two short loops, written for them and played by the instruments in `audio`."""

from __future__ import annotations

from functools import cache

import numpy as np

from makers import audio
from makers.audio import Samples, Tape

LOUDNESS = -16.0
"""LUFS, as streaming services play music."""

# --- the postcard's waltz: F major, 90 beats a minute, so that a bar of three lasts 2 s, one shot of 48 frames.

_WALTZ_BEAT = 60 / 90
_WALTZ_CHORDS = (
    # bass, then the chord from low to high (MIDI notes)
    (41, (57, 60, 65)), (40, (55, 60, 64)), (38, (57, 62, 65)), (46, (58, 62, 65)),
    (45, (57, 60, 65)), (43, (58, 62, 65)), (36, (58, 60, 64)), (41, (57, 60, 65)),
    (46, (58, 62, 65)), (45, (57, 60, 65)), (43, (58, 62, 65)), (36, (58, 60, 64)),
)  # fmt: skip
_WALTZ_MELODY = (
    # (note, beats) for each bar; 0 is a rest
    ((69, 2), (72, 1)),
    ((72, 1.5), (70, 0.5), (67, 1)),
    ((65, 1), (69, 1), (74, 1)),
    ((74, 2), (72, 0.5), (70, 0.5)),
    ((69, 1), (72, 1), (77, 1)),
    ((74, 2), (70, 1)),
    ((67, 1), (70, 1), (76, 1)),
    ((77, 2), (0, 1)),
    ((74, 1), (77, 1), (74, 1)),
    ((72, 2), (69, 1)),
    ((70, 1), (69, 0.5), (67, 0.5), (74, 1)),
    ((72, 1), (70, 1), (67, 1)),
)


def waltz() -> Samples:
    """24 s of a slow waltz for music box, guitar and strings; the end runs into the start."""
    bar = 3 * _WALTZ_BEAT
    tape = Tape(len(_WALTZ_CHORDS) * bar)
    for number, (bass, chord) in enumerate(_WALTZ_CHORDS):
        _waltz_bar(tape, number * bar, bass, chord)
    for number, notes in enumerate(_WALTZ_MELODY):
        _waltz_melody(tape, number * bar, notes)
    return audio.mastered(tape.room(decay=2.2, wet=0.35, seed=7), LOUDNESS)


def _waltz_bar(tape: Tape, start: float, bass: int, chord: tuple[int, ...]) -> None:
    tape.play(_guitar(bass), start, 0.62)
    # Eighths after the bass, up and down the chord; a little late and uneven, as fingers are.
    for eighth, note in zip(range(2, 6), (chord[0], chord[1], chord[2], chord[1]), strict=True):
        lateness = 0.004 * ((eighth * 7) % 3)
        tape.play(
            _guitar(note), start + eighth * _WALTZ_BEAT / 2 + lateness, 0.36 - 0.03 * (eighth % 2), -0.35
        )
    for place, note in enumerate(chord):
        # Begun before the bar and left after it: neighbouring chords melt into each other.
        tape.play(_strings(note), start - 0.35, 0.105, (-0.6, 0.1, 0.6)[place])


def _waltz_melody(tape: Tape, start: float, notes: tuple[tuple[int, float], ...]) -> None:
    at = start
    for note, beats in notes:
        if note:
            tape.play(_box(note + 12), at, 0.26, 0.25)
            tape.play(_guitar(note), at + 0.012, 0.20, 0.1)
        at += beats * _WALTZ_BEAT


@cache
def _guitar(note: int) -> Samples:
    return audio.pluck(note, 2.6, bright=0.72, ring=0.9)


@cache
def _box(note: int) -> Samples:
    return audio.bell(note, 2.8)


@cache
def _strings(note: int) -> Samples:
    return audio.reeds(note, 3 * _WALTZ_BEAT + 0.9, partials=5, beating=0.45, rise=0.7, fall=0.8)


# --- the spaghetti tarantella: A minor, 6/8, two beats a second, so that a shot of 48 frames is two bars.

_EIGHTH = 1 / 6
_CHORDS = {
    "Am": (45, 40, (57, 60, 64)),
    "Dm": (50, 45, (57, 62, 65)),
    "E7": (40, 47, (56, 59, 62)),
    "C": (48, 43, (55, 60, 64)),
    "G7": (43, 50, (55, 59, 65)),
}
"""Bass on the first beat, bass on the second, the chord."""
_TARANTELLA = (
    # a bar is six eighths; 0 holds the note before
    ("Am", (0, 0, 0, 0, 0, 0)), ("Am", (0, 0, 0, 0, 0, 0)),
    ("E7", (64, 66, 68, 71, 0, 68)), ("E7", (71, 72, 74, 76, 74, 71)),
    ("Am", (76, 75, 76, 81, 0, 76)), ("Dm", (77, 76, 74, 77, 0, 74)),
    ("E7", (76, 74, 71, 74, 72, 71)), ("Am", (72, 0, 69, 69, 0, 0)),
    ("Am", (76, 75, 76, 81, 0, 84)), ("Dm", (81, 79, 77, 74, 0, 77)),
    ("E7", (76, 77, 76, 74, 72, 71)), ("Am", (69, 71, 72, 69, 0, 0)),
    ("C", (79, 0, 76, 79, 0, 76)), ("G7", (77, 76, 74, 77, 0, 74)),
    ("G7", (74, 76, 77, 74, 71, 74)), ("C", (76, 0, 72, 72, 0, 0)),
    ("Dm", (74, 76, 77, 81, 0, 77)), ("Am", (76, 77, 76, 72, 0, 69)),
    ("E7", (71, 72, 74, 76, 74, 71)), ("Am", (69, 0, 72, 69, 0, 0)),
)  # fmt: skip


def tarantella() -> Samples:
    """20 s of a light tarantella for mandolin, guitar, accordion and tambourine; the end runs into the start."""
    bar = 6 * _EIGHTH
    tape = Tape(len(_TARANTELLA) * bar)
    for number, (name, notes) in enumerate(_TARANTELLA):
        start = number * bar
        _strum(tape, start, name, accordion=number >= 12)
        _shake(tape, start)
        _mandolin(tape, start, notes)
    return audio.mastered(tape.room(decay=1.1, wet=0.22, seed=11), LOUDNESS)


def _strum(tape: Tape, start: float, name: str, *, accordion: bool) -> None:
    first, second, chord = _CHORDS[name]
    for beat, bass in enumerate((first, second)):
        at = start + 3 * beat * _EIGHTH
        tape.play(_bass(bass), at, 0.45)
        for offset in (1, 2):
            for place, note in enumerate(chord):
                tape.play(
                    _chop(note), at + offset * _EIGHTH + 0.006 * place, 0.17 - 0.04 * (offset == 2), -0.4
                )
    if accordion:
        for note in chord:
            tape.play(_accordion(note), start, 0.085, 0.45)


def _shake(tape: Tape, start: float) -> None:
    for eighth, strength in enumerate((1.0, 0.3, 0.5, 0.8, 0.3, 0.5)):
        tape.play(_jingle(eighth % 3), start + eighth * _EIGHTH, 0.16 * strength, 0.35)


def _mandolin(tape: Tape, start: float, notes: tuple[int, ...]) -> None:
    for eighth, note in enumerate(notes):
        if not note:
            continue
        held = 1
        while eighth + held < 6 and not notes[eighth + held]:
            held += 1
        # A held note is a tremolo, as mandolins hold notes: four strokes an eighth, each second one softer.
        strokes = 1 if held == 1 else 4 * held
        for stroke in range(strokes):
            gain = (0.80 if stroke == 0 else 0.40) * (1.0 if stroke % 2 == 0 else 0.75)
            tape.play(_course(note), start + (eighth + stroke / 4) * _EIGHTH, gain, 0.15)


@cache
def _bass(note: int) -> Samples:
    return audio.pluck(note, 0.9, bright=0.6, ring=0.35, at=0.3)


@cache
def _chop(note: int) -> Samples:
    return audio.pluck(note, 0.35, bright=0.74, ring=0.12)


@cache
def _course(note: int) -> Samples:
    """A mandolin's pair of strings, never quite in tune with each other."""
    pair = [audio.pluck(note + cents / 100, 0.7, bright=0.84, ring=0.28, at=0.13) for cents in (-3, 4)]
    return np.asarray((pair[0] + pair[1]) / 2)


@cache
def _accordion(note: int) -> Samples:
    return audio.reeds(note, 6 * _EIGHTH, partials=9, beating=1.8, rise=0.05, fall=0.09)


@cache
def _jingle(seed: int) -> Samples:
    """One shake of a tambourine: hiss with a few tines in it."""
    t = audio.seconds(0.16)
    noise = np.random.default_rng(100 + seed).standard_normal(len(t))
    hiss = audio.band(noise, 6500, 12_000)
    tines = sum(np.sin(2 * np.pi * f * t + i) for i, f in enumerate((5210.0, 6730.0, 7940.0, 9380.0)))
    return audio.rounded((2.0 * hiss + 0.35 * tines) * np.exp(-t / 0.035), 0.003, 0.03)
