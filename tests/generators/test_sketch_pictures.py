"""The sketch as frames: what is seen, and how it moves."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from storyboard.errors import Cancelled
from storyboard.frames import unreported
from storyboard.generators.sketch import drawn, pack
from storyboard.generators.sketch.art import picture_art, rasterise, recolour
from storyboard.generators.sketch.generator import VERSION, SketchGenerator, can_draw, draw
from storyboard.generators.sketch.motion import ACTS, PUPPET_ACTS
from storyboard.generators.sketch.nouns import nouns
from storyboard.generators.sketch.painting import Stage, paint
from storyboard.generators.sketch.places import OUTDOORS
from storyboard.generators.sketch.reading import read
from storyboard.generators.sketch.rooms import INDOORS
from storyboard.generators.sketch.scene import Deed, Scene, Thing
from storyboard.generators.sketch.staging import stage
from storyboard.project import Wish

if TYPE_CHECKING:
    from storyboard.frames import Frame

RATE = Fraction(24)


def frames(
    prompt: str, count: int = 4, *, seed: int = 1, size: tuple[int, int] = (96, 64), rate: Fraction = RATE
) -> list[Frame]:
    return list(draw(prompt, seed, *size, count, rate))


def difference(a: Frame, b: Frame) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def centre(prompt: str, t: float, size: int = 96) -> tuple[float, float]:
    """Where the first player's body is on the stage at `t`, from the same stage with and without it."""
    made = stage(read(prompt), 1, size, size)
    with_it = paint(made, t, size, size).astype(int)
    without = paint(_emptied(prompt, size), t, size, size).astype(int)
    mask = np.abs(with_it - without).sum(axis=2) > 40
    ys, xs = np.nonzero(mask)
    return float(xs.mean()), float(ys.mean())


def _emptied(prompt: str, size: int) -> Stage:
    return replace(stage(read(prompt), 1, size, size), cast=lambda _t: [], sky_cast=lambda _t: [])


def test_the_same_prompt_and_seed_give_the_same_frames() -> None:
    first = frames("a dog chases a cat in the park at sunset")
    stage.cache_clear()
    assert all(
        np.array_equal(a, b)
        for a, b in zip(first, frames("a dog chases a cat in the park at sunset"), strict=True)
    )


def test_seeds_vary_the_staging() -> None:
    pictures = [frames("a dog eats pizza in the kitchen", 1, seed=seed)[0] for seed in range(4)]
    assert all(difference(a, b) > 1 for a, b in itertools.combinations(pictures, 2))


@pytest.mark.parametrize(
    "size", [(16, 16), (64, 64), (256, 256), (320, 180), (90, 160), (400, 16), (16, 300), (101, 57)]
)
def test_any_size_and_shape(size: tuple[int, int]) -> None:
    for frame in frames("a red car drives through the city at night in the rain, zoom out", 2, size=size):
        assert frame.shape == (size[1], size[0], 3)
        assert frame.dtype == np.uint8
        assert frame.flags.c_contiguous
        assert frame.std() > 5


def test_a_large_picture_is_drawn() -> None:
    frame = frames("a cat on the beach", 1, size=(1920, 1080))[0]
    assert frame.shape == (1080, 1920, 3)


def test_frames_are_made_as_they_are_asked_for() -> None:
    endless = draw("a dog runs", 1, 64, 64, 10**9, RATE)
    assert len(list(itertools.islice(endless, 3))) == 3


def test_a_later_start_shows_the_later_frames() -> None:
    whole = frames("a dog runs in the park", 8)
    part = list(draw("a dog runs in the park", 1, 96, 64, 3, RATE, start=5))
    assert all(np.array_equal(a, b) for a, b in zip(whole[5:], part, strict=True))


def test_24_and_48_frames_a_second_show_the_same_movement() -> None:
    slow = frames("a whale jumps out of the sea", 6)
    fast = frames("a whale jumps out of the sea", 12, rate=Fraction(48))
    assert all(np.array_equal(a, b) for a, b in zip(slow, fast[::2], strict=True))


@pytest.mark.parametrize(
    "prompt",
    [
        "a man eats spaghetti in the kitchen, close-up", "two chefs twirl spaghetti", "a red car drives through the city at night",
        "a dog catches a meatball", "a rocket flies up in space", "a whale jumps out of the sea at sunset",
        "an astronaut riding a horse", "a teddy bear painting a self-portrait", "a cat plays guitar on the beach",
        "a dragon flies over a castle in the snow, zoom in", "fork dives into the bowl of pasta",
        "sauce splashes, slow motion, red tomato drops", "he laughs, spaghetti everywhere", "the bowl is empty, he leans back",
        "a teddy bear running in New York City", "a dog eating ice cream",
    ],
)  # fmt: skip
def test_a_second_of_a_take_moves_plainly(prompt: str) -> None:
    first, *rest = frames(prompt, 5, rate=Fraction(4), size=(96, 96))
    assert max(difference(first, frame) for frame in rest) > 2


def test_things_go_where_the_words_say() -> None:
    assert centre("a bird flies left in the sky", 1.0)[0] < centre("a bird flies left in the sky", 0.0)[0] - 5
    assert (
        centre("a car drives right on the road", 1.0)[0]
        > centre("a car drives right on the road", 0.0)[0] + 5
    )
    assert centre("a rocket flies up in space", 0.9)[1] < centre("a rocket flies up in space", 0.0)[1] - 15
    assert centre("a tomato falls", 0.6)[1] > centre("a tomato falls", 0.1)[1] + 15


def test_nothing_jumps_between_frames() -> None:
    for prompt in (
        "a dog runs in the park",
        "a robot dances on stage",
        "a balloon floats away",
        "a man eats spaghetti",
    ):
        film = frames(prompt, 24, size=(64, 64))
        steps = [difference(a, b) for a, b in itertools.pairwise(film)]
        assert max(steps) < 30, prompt


def test_the_camera_comes_closer_and_moves() -> None:
    def scale_at(prompt: str, t: float) -> float:
        return stage(read(prompt), 1, 64, 64).camera(t).zoom

    assert scale_at("a dog, zoom in", 1) > scale_at("a dog, zoom in", 0) * 1.2
    assert scale_at("a dog, zoom out", 1) < scale_at("a dog, zoom out", 0) * 0.9
    assert scale_at("a man, close-up", 0) > 1.5 > 1 > scale_at("a man, wide shot", 0)
    pan = stage(read("a dog, pan right"), 1, 64, 64).camera
    tilt = stage(read("a dog, tilt up"), 1, 64, 64).camera
    assert pan(1).x > pan(0).x + 0.1
    assert tilt(1).y < tilt(0).y - 0.1


def test_slow_motion_is_slower() -> None:
    usual, slow = frames("a man dances", 3), frames("a man dances, slow motion", 3)
    assert 0 < difference(slow[0], slow[2]) < difference(usual[0], usual[2])


def test_night_is_darker_than_day_and_rain_is_seen() -> None:
    day, night = frames("a dog in the street", 1)[0], frames("a dog in the street at night", 1)[0]
    assert night.mean() < day.mean() * 0.7
    assert difference(frames("a dog in a field, fog", 1)[0], frames("a dog in a field", 1)[0]) > 5


def test_things_face_the_way_they_go() -> None:
    right, left = frames("a horse runs right", 1)[0], frames("a horse runs left", 1)[0]
    assert difference(right, left) > 2


@pytest.mark.parametrize("place", sorted(OUTDOORS | INDOORS))
@pytest.mark.parametrize("time", ["", "night"])
def test_every_place_is_drawn_by_day_and_night(place: str, time: str) -> None:
    scene = Scene(place=place, time=time, things=(Thing(nouns()["dog"]),), moves=("pan-left",))
    frame = paint(stage(scene, 1, 64, 48), 0.5, 64, 48)
    assert frame.std() > 4
    assert frame[0].any()  # no black edge
    assert frame[-1].any()


@pytest.mark.parametrize(
    "word", ["man", "cook", "fox", "dog", "car", "plane", "ship", "tomato", "castle", "moon", "bird"]
)
def test_every_motion_can_be_done_by_every_kind_of_thing(word: str) -> None:
    thing = Thing(nouns()[word], count=2)
    for motion in sorted(ACTS):
        scene = Scene(things=(thing, Thing(nouns()["pizza"])), deeds=(Deed(motion, 0, 1),))
        made = stage(scene, 3, 32, 32)
        assert paint(made, 0.37, 32, 32).shape == (32, 32, 3)


def test_every_motion_is_smooth_in_time() -> None:
    for name, act in [*ACTS.items(), *PUPPET_ACTS.items()]:
        for k in range(48):
            a, b = act(k / 480), act((k + 1) / 480)
            assert abs(a.x - b.x) + abs(a.y - b.y) < 0.03, name


def test_crowds_animals_on_things_and_rings_of_ties_are_staged() -> None:
    for prompt in (
        "a crowd of people", "nine dogs and nine cats", "a cat on a table on a car", "a cat behind a dog behind a cat",
        "a bird in a box in a car under a table", "a dog on a dog", "a man with a dog with a cat with a bird",
    ):  # fmt: skip
        assert frames(prompt, 1)[0].std() > 5


def test_a_colour_recolours_the_thing() -> None:
    def main(colour: str) -> list[int]:
        art = picture_art("automobile", colour)
        pixels = rasterise(art, 64, 64)
        solid = pixels[pixels[..., 3] > 250][:, :3].astype(int)
        return [
            int(channel) for channel in np.median(solid[solid.max(axis=1) - solid.min(axis=1) > 60], axis=0)
        ]

    red, blue, green = main("red"), main("blue"), main("green")
    assert red[0] > red[2] + 60
    assert blue[2] > blue[0] + 60
    assert green[1] > green[0] + 40
    assert recolour("<path/>", (0, 0, 32, 32), (1, 2, 3)) == "<path/>"


def test_our_own_pictures_are_drawn_within_their_boxes() -> None:
    for name in ("~fork", "~bowl", "~table", "~meatball", "~sauce", "~noodles", "~easel"):
        _, (left, top, width, height) = drawn.art(name)
        assert width > 0 < height
        assert rasterise(picture_art(name), 32, 32)[..., 3].max() == 255
        assert -1 <= left < left + width <= 33
        assert -1 <= top < top + height <= 33


def test_every_picture_of_the_pack_can_be_rasterised() -> None:
    names = [noun.picture for noun in nouns().values() if not noun.picture.startswith("~")][::40]
    for name in names:
        assert rasterise(picture_art(name), 24, 24)[..., 3].max() > 200, name
    assert pack.picture("dog").group == 3


def test_what_cannot_be_drawn_becomes_a_card() -> None:
    assert not can_draw("qwrtz plmk")
    card = frames("qwrtz plmk", 2, size=(128, 128))
    assert card[0].mean() < 60  # dark ground
    assert card[0].max() > 200  # light letters
    assert frames("", 1)[0].shape == (64, 96, 3)


@pytest.mark.parametrize(
    "prompt", ["word " * 1000, "犬" * 5000, "🐶" * 1600, "\u202e\x07<svg onload=1>&amp;]]>", "مرحبا" * 900]
)
def test_no_prompt_fails(prompt: str) -> None:
    assert frames(prompt[:5000], 1, size=(48, 48))[0].shape == (48, 48, 3)


def wish(prompt: str) -> Wish:
    return Wish(model="sketch", prompt=prompt, avoid="", steps=None, guidance=None, seed=None)


def test_as_a_generator_it_makes_what_its_recipe_says() -> None:
    made = SketchGenerator()
    recipe = made.recipe(wish("a dog runs"), 5, Fraction(1), 64, 48)
    assert (recipe.generator, recipe.version, recipe.frames, recipe.rate) == (
        "sketch",
        VERSION,
        24,
        Fraction(24),
    )
    reports: list[tuple[int, int]] = []
    take = list(made.generate(recipe, lambda done, total: reports.append((done, total))))
    assert len(take) == 24
    assert reports == [(i, 24) for i in range(1, 25)]
    assert all(np.array_equal(a, b) for a, b in zip(take, made.generate(recipe, unreported), strict=True))
    assert made.facts()["sketch"] == VERSION


def test_a_cancel_passes_through_and_leaves_the_generator_usable() -> None:
    made = SketchGenerator()
    recipe = made.recipe(wish("a dog runs"), 5, Fraction(1, 6), 32, 32)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(made.generate(recipe, stop))
    assert len(list(made.generate(recipe, unreported))) == 4
