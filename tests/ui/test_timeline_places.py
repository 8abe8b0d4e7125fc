"""Where shots lie while they are dragged and trimmed, what snaps, and how the music's waveform is laid out."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from storyboard.media import waveform
from storyboard.project import Music, Project, Shot
from ui import timeline_sound
from ui.layout import Layout, Opened, Shifted
from ui.timeline_stage import snapped


def film(*lengths: int) -> Project:
    return Project(shots=tuple(Shot(id=f"s{i}", length=length) for i, length in enumerate(lengths)))


def test_the_others_close_up_and_make_room() -> None:
    opened = Opened(film(10, 5, 20), {"s1"}, 2.0)
    opened.open_at(45)
    assert opened.index == 3
    assert [opened.span(i) for i in (0, 2)] == [(0, 20), (20, 60)]
    assert opened.gap == (60, 70)
    opened.open_at(3)
    assert opened.index == 0
    assert [opened.span(i) for i in (0, 2)] == [(10, 30), (30, 70)]
    opened.open_at(22)
    assert opened.index == 2
    assert [list(run) for run in opened.runs(0, 1000)] == [[0], [2]]


def test_only_the_shots_in_view_are_visited_while_dragging() -> None:
    opened = Opened(film(*[10] * 5000), {"s7", "s8"}, 2.0)
    opened.open_at(115)
    assert [list(run) for run in opened.runs(80, 145)] == [[4, 5], []]
    opened.open_at(85)
    assert [list(run) for run in opened.runs(60, 145)] == [[3], [4, 5]]


def test_room_can_be_made_for_what_is_not_in_the_film() -> None:
    opened = Opened(film(10, 10), (), 2.0, room=30)
    opened.open_at(19)
    assert opened.index == 1
    assert opened.span(1) == (80, 100)
    empty = Opened(film(), (), 2.0, room=30)
    empty.open_at(500)
    assert (empty.index, empty.gap, empty.runs(0, 900)) == (0, (0, 60), [[], []])


def test_a_shifted_film_is_seen_where_it_is_painted() -> None:
    shifted = Shifted(film(10, 10, 10), 2.0, 20)
    assert shifted.span(0) == (20, 40)
    assert list(shifted.visible(0, 35)) == [0]
    assert list(Layout(film(10, 10, 10), 2.0).visible(0, 35)) == [0, 1]


def test_the_nearest_point_within_reach_is_snapped_to() -> None:
    assert snapped(99, 2.0, [10, 48, 52]) == 48
    assert snapped(101, 2.0, [10, 48, 52]) == 52
    assert snapped(60, 2.0, [10, 48, 52]) is None
    assert snapped(5, 2.0, []) is None


# The waveform


def heights(music: Music, *, seconds: int = 4, scale: float = 12.5) -> np.ndarray[Any, Any]:
    """How high the bars of a film at 24 fps are under a sound that is loud in its first half second and then, for
    another half, silent. 100 bars a second."""
    peaks = np.zeros((100, 2), np.int8)
    peaks[:50] = (-127, 127)
    project = film(24 * seconds)
    stage = SimpleNamespace(layout=Layout(project, scale), project=project)
    bars = int(project.length * scale / timeline_sound.PITCH)
    low, high = timeline_sound.heights(stage, music, waveform.levels(peaks), range(bars))  # type: ignore[arg-type]
    assert (low == -high).all()
    return np.asarray(high)


def test_music_repeats_until_the_film_ends() -> None:
    high = heights(Music(file="media/a.wav"))
    assert len(high) == 400
    assert [bool(high[at] > 0) for at in (20, 75, 120, 175, 320, 375)] == [True, False] * 3


def test_music_that_does_not_repeat_ends() -> None:
    high = heights(Music(file="media/a.wav", loop=False))
    assert high[:45].all()
    assert not high[100:].any()


def test_an_offset_leaves_the_beginning_out() -> None:
    high = heights(Music(file="media/a.wav", offset=Fraction(1, 2)))
    assert not high[:45].any()
    assert high[55:95].all()


def test_gain_and_fades_are_seen() -> None:
    loud, quiet = heights(Music(file="media/a.wav")), heights(Music(file="media/a.wav", gain=-12.0))
    assert quiet[20] < loud[20]
    faded = heights(Music(file="media/a.wav", fade_in=Fraction(1, 2), fade_out=Fraction(1)))
    assert faded[5] < faded[20] < faded[40]
    assert faded[310] > faded[340]


@pytest.mark.parametrize("scale", [0.01, 0.3, 3.0, 40.0])
def test_the_whole_sound_is_seen_at_every_zoom(scale: float) -> None:
    assert heights(Music(file="media/a.wav"), seconds=600, scale=scale).max() == 1
