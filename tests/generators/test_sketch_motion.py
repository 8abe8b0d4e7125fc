"""The sketch's movement, measured: where things go, how smoothly, and what the camera does."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
import pytest

from storyboard.generators.sketch.art import Art, _Cache, rasterise
from storyboard.generators.sketch.backdrop import backdrop
from storyboard.generators.sketch.bodies import Cel, Pose
from storyboard.generators.sketch.camera import DEEP, MOVES, NEARER, ROOMY, View, camera, seen
from storyboard.generators.sketch.generator import draw
from storyboard.generators.sketch.geometry import chain, move, scale
from storyboard.generators.sketch.motion import ACTS, PUPPET_ACTS, Act, breach, flap, flutter, leap, wing_beat
from storyboard.generators.sketch.nouns import nouns
from storyboard.generators.sketch.painting import Stage, paint
from storyboard.generators.sketch.places import OUTDOORS
from storyboard.generators.sketch.reading import read
from storyboard.generators.sketch.rooms import INDOORS
from storyboard.generators.sketch.scene import Deed, Scene, Thing
from storyboard.generators.sketch.staging import stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storyboard.frames import Frame
    from storyboard.generators.sketch.art import Pixels

SIZE = 72
RATE = Fraction(24)

GOERS = (
    "car drives", "dog runs", "horse gallops", "bird flies", "man walks", "fish swims", "robot walks", "bus drives",
    "woman runs", "dragon flies", "cat walks", "astronaut runs", "elephant walks", "ball rolls", "truck drives",
)  # fmt: skip
RISERS = (
    "a rocket flies up", "a rocket rises in space", "a balloon rises", "an airplane flies up", "a bird flies up", "a ghost rises",
    "a bee flies up", "the moon rises", "a dragon flies up", "a butterfly flies up",
)  # fmt: skip
FALLERS = (
    "a tomato falls", "a ball falls down", "a piano falls from the sky", "an apple falls", "a leaf falls", "a book falls",
    "a cat falls down", "a clock falls", "an egg falls", "a star falls",
)  # fmt: skip
SUBJECTS = ("a dog", "a castle", "a man", "a red car", "a giraffe", "a cup of coffee")
BY_SIDES = [(f"a {goer} {way}", way) for goer in GOERS for way in ("left", "right")]
BY_CAMERA = [
    (f"{subject}, {move}", move)
    for subject in SUBJECTS
    for move in (
        "zoom in",
        "zoom out",
        "pan left",
        "pan right",
        "tilt up",
        "tilt down",
        "dolly in",
        "dolly out",
    )
]


class Mark(NamedTuple):
    """Where the players are in the picture, and how large."""

    x: float
    y: float
    area: float


def mark(made: Stage, t: float, width: int = SIZE, height: int = SIZE) -> Mark:
    """Measured on pixels: the picture against the same picture with nobody in it."""
    empty = replace(made, cast=lambda _t: [], sky_cast=lambda _t: [])
    apart = np.abs(paint(made, t, width, height).astype(int) - paint(empty, t, width, height).astype(int))
    ys, xs = np.nonzero(apart.sum(axis=2) > 40)
    assert len(xs), "nobody is in the picture"
    return Mark(float(xs.mean()), float(ys.mean()), float(len(xs)))


def staged(prompt: str, seed: int = 1, size: tuple[int, int] = (SIZE, SIZE)) -> Stage:
    return stage(read(prompt), seed, *size)


def test_a_hundred_prompts_say_where_things_go() -> None:
    assert len(BY_SIDES) + len(RISERS) + len(FALLERS) + len(BY_CAMERA) >= 98


@pytest.mark.parametrize(("prompt", "way"), BY_SIDES)
def test_left_and_right_are_where_things_go(prompt: str, way: str) -> None:
    made = staged(prompt)
    gone = mark(made, 1.2).x - mark(made, 0.0).x
    assert gone * (1 if way == "right" else -1) > 0.05 * SIZE


@pytest.mark.parametrize("prompt", RISERS)
def test_what_rises_goes_up(prompt: str) -> None:
    made = staged(prompt)
    assert mark(made, 1.2).y < mark(made, 0.0).y - 0.08 * SIZE


@pytest.mark.parametrize("prompt", FALLERS)
def test_what_falls_goes_down(prompt: str) -> None:
    made = staged(prompt)
    assert mark(made, 0.65).y > mark(made, 0.15).y + 0.08 * SIZE


@pytest.mark.parametrize(("prompt", "way"), BY_CAMERA)
def test_the_camera_goes_where_the_prompt_says(prompt: str, way: str) -> None:
    made = staged(prompt)
    before, after = mark(made, 0.0), mark(made, 1.6)
    if way in ("zoom in", "dolly in"):
        assert after.area > before.area * 1.3
    elif way in ("zoom out", "dolly out"):
        assert after.area < before.area * 0.8
    elif way.startswith("pan"):  # what is seen goes the other way
        assert (after.x - before.x) * (-1 if way == "pan right" else 1) > 0.08 * SIZE
    else:
        assert (after.y - before.y) * (1 if way == "tilt up" else -1) > 0.05 * SIZE


def test_a_dolly_shows_depth_and_a_zoom_does_not() -> None:
    view = View(0.5, 0.5)
    zoomed, dollied = MOVES["zoom-in"](2.0, view), MOVES["dolly-in"](2.0, view)
    assert zoomed.at(0).zoom == zoomed.at(1).zoom > 1.3
    assert dollied.at(1).zoom > 1.3 > 1.001 > dollied.at(0).zoom


def test_an_orbit_passes_the_far_behind_the_players() -> None:
    view = MOVES["orbit"](2.0, View(0.5, 0.5))
    assert view.at(0).x > view.at(0.5).x > view.at(1).x


def test_there_are_places_motions_and_moves_enough() -> None:
    assert len(OUTDOORS | INDOORS) >= 24
    assert len({*ACTS.values(), *PUPPET_ACTS.values()}) >= 25
    assert len(MOVES) >= 14
    assert set(MOVES) >= NEARER | ROOMY | DEEP


def sampled(act: Act, seconds: float = 5.0, rate: int = 96) -> Iterator[tuple[Pose, Pose, Pose]]:
    poses = [act(i / rate) for i in range(int(seconds * rate))]
    return zip(poses, poses[1:], poses[2:], strict=False)


OTHER_ACTS: dict[str, Act] = {"leap": leap, "flap": flap, "flutter": flutter, "wing_beat": wing_beat}
ALL_ACTS = [
    *ACTS.items(),
    *((f"{name} of a picture", act) for name, act in PUPPET_ACTS.items()),
    *OTHER_ACTS.items(),
]


@pytest.mark.parametrize(("name", "act"), ALL_ACTS, ids=[name or "idle" for name, _ in ALL_ACTS])
def test_no_motion_pops_in_five_seconds(name: str, act: Act) -> None:
    """In a 96th of a second nothing moves by more than a fast runner's limb does."""
    for a, b, _ in sampled(act):
        if min(a.opacity, b.opacity) < 0.05:
            continue  # gone: nobody sees it jump
        assert abs(a.x - b.x) < 0.02
        assert abs(a.y - b.y) < 0.04
        assert abs(a.sx - b.sx) < 0.09
        assert abs(a.sy - b.sy) < 0.07
        assert abs(a.opacity - b.opacity) < 0.1 or name == "explode"  # a flash is before it
        assert abs(a.mouth - b.mouth) < 0.25
        for one, other in ((a.angle, b.angle), (a.head, b.head), (a.legs, b.legs)):
            assert abs(one - other) < 12
        for one, other in ((a.near_arm, b.near_arm), (a.far_arm, b.far_arm)):
            assert abs(one - other) < 24


@pytest.mark.parametrize(("name", "act"), ALL_ACTS, ids=[name or "idle" for name, _ in ALL_ACTS])
def test_no_motion_jitters(name: str, act: Act) -> None:
    """Its direction changes at a landing, not from frame to frame: accelerations are rarely large."""
    jerks = [abs(a.y - 2 * b.y + c.y) + abs(a.x - 2 * b.x + c.x) for a, b, c in sampled(act)]
    assert np.percentile(jerks, 90) < 0.004, name
    # What shakes may turn often; all else turns at most some times a second.
    turns = sum((b.y - a.y) * (c.y - b.y) < -1e-9 for a, b, c in sampled(act))
    assert turns / 5 <= 24, name


def test_a_whale_turns_back_only_below_the_water() -> None:
    poses = [breach(i / 96) for i in range(480)]
    for a, b in itertools.pairwise(poses):
        if abs(a.x - b.x) > 0.02 or abs(a.angle - b.angle) > 12:
            assert min(a.y, b.y) > 0.3


@pytest.mark.parametrize("name", sorted(MOVES))
def test_every_camera_move_is_smooth(name: str) -> None:
    for zoom in (0.8, 1.0, 1.5, 2.6):
        looking = camera((name,), View(0.9, 0.5, zoom), 1.0, 0.0)
        views = np.array([looking(i / 48) for i in range(240)])
        steps, jerks = np.abs(np.diff(views, axis=0)), np.abs(np.diff(views, n=2, axis=0))
        # Columns: x, y, zoom, roll in degrees, push, rise, swing.
        assert (steps.max(axis=0) < [0.02, 0.02, 0.06, 0.25, 0.02, 0.02, 0.02]).all()
        assert (jerks.max(axis=0) < [0.002, 0.002, 0.006, 0.03, 0.012, 0.002, 0.002]).all()


@pytest.mark.parametrize("name", sorted(MOVES))
def test_no_camera_move_looks_beyond_what_is_drawn(name: str) -> None:
    for zoom, size in ((0.8, (64, 36)), (1.4, (36, 64)), (2.4, (40, 40))):
        looking = camera((name,), View(size[0] / min(size) / 2, 0.5, zoom), size[1] / min(size), 0.0)
        wide, high = size[0] / min(size), size[1] / min(size)
        drawn = backdrop(
            Scene(place="field"),
            wide,
            high,
            random.Random(1),
            moving=True,
            sliding=True,
            seen=seen(looking, wide, high),
        )
        made = Stage(
            wide, high, drawn.layers, drawn.front, lambda _t: [], lambda _t: [], looking, 0.3, drawn.tint
        )
        for t in (0.0, 0.5, 1.5, 5.0):
            frame = paint(made, t, *size)
            assert frame.max(axis=2).min() > 30, (name, zoom, t)  # black is where nothing was drawn


@pytest.mark.parametrize("place", sorted(OUTDOORS | INDOORS))
def test_no_place_falls_apart_when_the_camera_comes_and_goes(place: str) -> None:
    for moves in (("dolly-out",), ("crane-up", "orbit"), ("crane-down", "dolly-in")):
        made = stage(Scene(place=place, things=(Thing(nouns()["sun"]),), moves=moves), 1, 48, 32)
        made = replace(made, cast=lambda _t: [], sky_cast=lambda _t: [])
        for t in (0.0, 2.5):
            assert paint(made, t, 48, 32).any(axis=2).all(), (moves, t)  # black is where nothing was drawn


@pytest.mark.parametrize(
    "prompt",
    [
        "a dog runs in the park", "a man eats spaghetti", "a horse gallops on the beach, tracking shot", "a boy throws a ball",
        "a dog catches a ball", "a bird flies over the mountains, orbit", "a woman dances on stage, handheld",
        "a red car drives through the city at night, pan left", "a tomato falls", "a frog jumps, dolly in",
    ],
)  # fmt: skip
def test_nothing_pops_between_frames(prompt: str) -> None:
    film = [frame.astype(int) for frame in draw(prompt, 2, 64, 64, 72, Fraction(36))]
    steps = np.array([np.abs(a - b).mean() for a, b in itertools.pairwise(film)])
    assert steps.max() < 5 * np.median(steps) + 6


def test_frames_are_the_same_with_any_number_of_threads() -> None:
    prompts = ("a man walks in the rain at night, zoom in", "two chefs twirl spaghetti, orbit")
    before = cv2.getNumThreads()

    def drawn(threads: int) -> list[Frame]:
        cv2.setNumThreads(threads)
        stage.cache_clear()
        return [frame for prompt in prompts for frame in draw(prompt, 3, 320, 180, 3, Fraction(3))]

    try:
        first = drawn(1)
        for threads in (2, 5):
            assert all(np.array_equal(a, b) for a, b in zip(first, drawn(threads), strict=True))
    finally:
        cv2.setNumThreads(before)


@pytest.mark.parametrize(
    "prompt", ["a dog runs, pan left", "a balloon floats away, orbit", "a chef cooks, handheld, slow motion"]
)
def test_48_frames_a_second_show_the_movement_of_24(prompt: str) -> None:
    slow = list(draw(prompt, 4, 80, 60, 5, RATE))
    fast = list(draw(prompt, 4, 80, 60, 10, Fraction(48)))
    assert all(np.array_equal(a, b) for a, b in zip(slow, fast[::2], strict=True))


def test_a_slow_zoom_moves_edges_by_less_than_a_thirty_second_of_a_pixel() -> None:
    """The radius of a disc, from the light in the whole picture, grows evenly by a hundredth of a pixel a frame."""
    disc = Art('<circle cx="16" cy="16" r="10" fill="#ffffff"/>', 4, 4, 24, 24)
    m = chain(move(-16, -16), scale(0.03, 0.03), move(0.5, 0.5))
    made = Stage(
        1.0, 1.0, (), None, lambda _t: [Cel(disc, m, lit=True)], lambda _t: [], lambda t: View(0.5, 0.5, 1 + 0.006 * t), 0.0,
        (1.0, 1.0, 1.0),
    )  # fmt: skip
    radii = np.array(
        [math.sqrt(paint(made, i / 24, 256, 256)[..., 0].sum() / 255 / math.pi) for i in range(48)]
    )
    expected = 0.3 * 256 * 0.006 / 24
    assert expected < 1 / 32
    assert radii[-1] - radii[0] == pytest.approx(expected * 47, rel=0.1)
    even = np.polyval(np.polyfit(np.arange(48), radii, 1), np.arange(48))
    assert np.abs(radii - even).max() < expected


@pytest.mark.parametrize("size", [(64, 64), (112, 63), (54, 96)])
def test_who_the_prompt_is_about_is_seen_large_and_whole(size: tuple[int, int]) -> None:
    for prompt in (
        "A teddy bear running in New York City", "An astronaut riding a horse", "a man eating spaghetti",
        "a teddy bear painting a self-portrait", "a dog eating ice cream", "a cat sleeps on a sofa", "a mouse", "an elephant",
    ):  # fmt: skip
        made = staged(prompt, size=size)
        for t in (0.1, 1.1):
            found = mark(made, t, *size)
            assert found.area > 0.05 * size[0] * size[1], prompt
            assert 0.2 * size[0] < found.x < 0.8 * size[0], prompt
            assert 0.2 * size[1] < found.y < 0.9 * size[1], prompt


def test_a_close_up_shows_the_face_larger_and_a_wide_shot_smaller() -> None:
    for noun in ("man", "cat", "cook"):
        things = (Thing(nouns()[noun]),)

        def area(shot: str, things: tuple[Thing, ...] = things) -> float:
            return stage(Scene(things=things, shot=shot), 1, 96, 64).camera(0.0).zoom

        assert area("close") > area("medium") > area("wide"), noun


def test_from_above_there_is_more_ground() -> None:
    above, level, below = (
        stage(
            Scene(place="beach", things=(Thing(nouns()["car"]),), deeds=(Deed("drive", 0),), shot=shot),
            1,
            96,
            64,
        ).layers
        for shot in ("aerial", "", "low")
    )
    tops = [max(layer.art.top for layer in layers) for layers in (above, level, below)]
    assert tops[0] < tops[1] < tops[2]


def test_a_picture_larger_than_the_cache_is_not_drawn_anew_for_every_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[Art] = []

    def counting(
        art: Art, width: int, height: int, tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    ) -> Pixels:
        drawn.append(art)
        return rasterise(art, width, height, tint)

    monkeypatch.setattr("storyboard.generators.sketch.art.rasterise", counting)
    monkeypatch.setattr("storyboard.generators.sketch.art._CACHE", _Cache(1000))
    made = staged("a car drives through the city at night")
    for t in (0.0, 0.001, 0.002):
        paint(made, t, SIZE, SIZE)
    assert 3 < len(drawn) < 1.5 * len(set(drawn))
