"""What the window says of values, where clips lie, and whether colours can be read."""

from __future__ import annotations

from fractions import Fraction

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QColor

from storyboard import edit
from storyboard.project import Chosen, Motion, Project, Shot, new_shot, wish
from storyboard.take import Recipe, Source, Take
from ui import theme, words
from ui.layout import Layout, fitting_scale, ruler_step
from ui.words import Job

SHOT = Shot(id="a", prompt="a cat", length=48)
PROJECT = Project(shots=(SHOT,))
TAKE = Take(
    id="t", shot="a", number=2, created="", frames=24, rate=Fraction(24), width=256, height=256, content="",
    wish=wish(SHOT, PROJECT.look).key,
    recipe=Recipe(
        generator="sketch", version="1", model="sketch", prompt="a cat", seed=1, frames=24, width=256,
        height=256, rate=Fraction(24),
    ),
)  # fmt: skip
SHOWN = replace(SHOT, chosen=Chosen(take="t", wish=TAKE.wish))


def state(shot: Shot, job: Job | None = None, take: Take | None = TAKE) -> tuple[str, str]:
    project = Project(shots=(shot,))
    shown = words.shown(project, shot, {take.id: take} if take else {}, 4, job)
    return shown.colour, shown.words


def test_the_motion_of_a_classic_shot_is_told_as_people_would() -> None:
    told = words.motion(PROJECT, SHOWN, TAKE)
    assert told == "24 frames at 24 fps → smoothed ×2 → half speed = 2.00 s at 24 fps"


def test_the_motion_of_a_draft_says_how_much_of_a_take_it_needs() -> None:
    told = words.motion(PROJECT, SHOT, None)
    assert told == "1.00 s of a take → smoothed → half speed = 2.00 s at 24 fps"


def test_a_short_take_is_said_to_be_held() -> None:
    longer = replace(SHOWN, length=60, motion=Motion(speed=Fraction(1), smoothing="off"))
    told = words.motion(PROJECT, longer, TAKE)
    assert (
        told == "24 frames at 24 fps → own speed = 2.50 s at 24 fps; the last picture is held for 36 frames"
    )


def test_each_state_has_its_colour_and_words() -> None:
    assert state(SHOT) == ("draft", "sketch")
    assert state(SHOWN) == ("ready", "take 2 of 4")
    assert state(SHOWN, take=None) == ("failed", "take is gone")
    assert state(replace(SHOWN, prompt="a dog")) == ("warning", "prompt changed")
    assert state(replace(SHOWN, model="some/model")) == ("warning", "model changed")
    assert state(replace(SHOWN, steps=9)) == ("warning", "settings changed")
    assert state(replace(SHOWN, length=54)) == ("warning", "short by 6 frames")


def test_a_job_comes_before_what_the_shot_is() -> None:
    assert state(SHOWN, Job("generating", "step 12 of 25")) == ("busy", "step 12 of 25")
    assert state(SHOWN, Job("queued")) == ("waiting", "queued")
    assert state(SHOT, Job("failed", "Out of memory.")) == ("failed", "Out of memory.")


def test_missing_are_drafts_and_stale_shots_but_no_imports_and_none_without_a_prompt() -> None:
    source = Source(file="media/a.png", sha256="", kind="picture")
    picture = replace(TAKE, id="p", recipe=None, source=source, wish="")
    shots = (
        replace(SHOT, id="draft"),
        replace(SHOWN, id="ready"),
        replace(SHOWN, id="stale", prompt="a dog"),
        replace(SHOT, id="empty", prompt=" "),
        replace(SHOT, id="gone", chosen=Chosen(take="gone", wish="x")),
        replace(SHOT, id="import", chosen=Chosen(take="p")),
        replace(SHOT, id="lost", chosen=Chosen(take="lost")),
    )
    found = words.missing(Project(shots=shots), {"t": TAKE, "p": picture})
    assert [shot.id for shot in found] == ["draft", "stale", "gone"]


def test_music_is_named_as_the_file_that_was_imported() -> None:
    assert words.media_name("media/tarantella-a145a4aab9.m4a") == "tarantella.m4a"
    assert words.media_name("media/my-song.wav") == "my-song.wav"


def test_facts_in_the_top_bar() -> None:
    film = Project(rate=Fraction(24000, 1001), width=1280, height=720, shots=(SHOT,))
    assert words.facts(film) == "1 shot · 2.0 s · 1280×720 · 23.976 fps"


@pytest.mark.parametrize(("message", "said"), [("shot 1 is", "Shot 1 is."), ("Stopped.", "Stopped.")])
def test_messages_stand_as_sentences(message: str, said: str) -> None:
    assert words.sentence(message) == said


# Places


def film(*lengths: int) -> Project:
    return Project(shots=tuple(Shot(id=f"s{i}", length=length) for i, length in enumerate(lengths)))


def test_shots_lie_side_by_side() -> None:
    layout = Layout(film(10, 5, 20), 2.0)
    assert [layout.span(i) for i in range(3)] == [(0, 20), (20, 30), (30, 70)]
    assert [layout.shot_at(x) for x in (-1, 0, 19.9, 20, 69.9, 70)] == [None, 0, 0, 1, 2, None]


def test_a_film_at_another_scale_is_laid_out_as_anew() -> None:
    project = edit.append(Project(name="p"), *(new_shot(f"s{n}", "x", 5 + 3 * n) for n in range(6)))
    zoomed, anew = Layout(project, 2.0).at(0.75), Layout(project, 0.75)
    assert [zoomed.span(n) for n in range(6)] == [anew.span(n) for n in range(6)]
    assert zoomed.widest == anew.widest == 20 * 0.75
    assert Layout(project, 2.0).at(1e9).scale == Layout(project, 1e9).scale


def test_only_what_can_be_seen_is_visited() -> None:
    layout = Layout(film(*[10] * 5000), 2.0)
    assert list(layout.visible(100, 145)) == [5, 6, 7]
    assert list(layout.visible(-500, 5)) == [0]
    assert list(layout.visible(99_990, 200_000)) == [4999]
    assert not layout.visible(100_000, 100_100)
    assert not Layout(film(), 2.0).visible(0, 100)


def test_a_drop_lands_at_the_nearest_edge_between_shots() -> None:
    layout = Layout(film(10, 10, 10), 2.0)
    assert [layout.gap_at(x) for x in (-5, 3, 12, 29, 31, 55, 90)] == [0, 0, 1, 1, 2, 3, 3]


def test_frames_under_the_mouse_stay_in_the_film() -> None:
    layout = Layout(film(10), 2.0)
    assert [layout.frame_at(x) for x in (-3, 0, 9, 500)] == [0, 0, 4, 9]
    assert Layout(film(), 2.0).frame_at(50) == 0


def test_ruler_marks_keep_their_distance() -> None:
    for scale in (0.001, 0.05, 1.0, 10.0):
        step = ruler_step(scale, Fraction(24), 70)
        assert step * 24 * scale >= 70 or step == 3600


def test_fitting_fills_the_view() -> None:
    assert Layout(film(480), fitting_scale(480, 960)).width == 960


# Colours


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours."""

    def light(colour: str) -> float:
        of = QColor(colour)
        channels = (of.redF(), of.greenF(), of.blueF())
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return float(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_text_can_be_read_on_every_ground_it_stands_on(colours: theme.Theme) -> None:
    grounds = (colours.window, colours.panel, colours.field, colours.card, colours.raised)
    for ground in grounds:
        assert contrast(colours.text, ground) >= 7
        assert contrast(colours.quiet, ground) >= 4.5, ground
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.failed, colours.panel) >= 4.5
    assert contrast(colours.text, colours.sound) >= 4.5
