"""What every generator keeps to, run over each of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
import pytest

from storyboard import values
from storyboard.errors import Cancelled
from storyboard.frames import unreported
from storyboard.generators import registry
from storyboard.project import Wish
from storyboard.take import Recipe

WIDTH, HEIGHT = 64, 48
SECONDS = Fraction(1, 4)
PROMPT = "a red car drives through the city at night"


class Subject:
    """A generator under test: how to open another one of it, and a recipe of its own."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.generator = self.open()
        self.recipe = self.recipe_for(seed=3)

    def open(self) -> Any:
        return registry.open_generator(self.model)

    def recipe_for(self, seed: int, prompt: str = PROMPT) -> Recipe:
        wish = Wish(model=self.model, prompt=prompt, avoid="blurry", steps=3, guidance=None, seed=None)
        recipe: Recipe = self.generator.recipe(wish, seed, SECONDS, WIDTH, HEIGHT)
        return recipe


@pytest.fixture(params=["sketch", "card", pytest.param("tiny", marks=pytest.mark.models)])
def subject(request: pytest.FixtureRequest) -> Subject:
    return _subject(request.param, request.getfixturevalue)


_SUBJECTS: dict[str, Subject] = {}
"""Opened once: a generator that has already made other takes must keep the contract too."""


def _subject(name: str, fixture: Callable[[str], Any]) -> Subject:
    if name not in _SUBJECTS:
        _SUBJECTS[name] = Subject(str(fixture("tiny_model")) if name == "tiny" else name)
    return _SUBJECTS[name]


def pixels(generator: Any, recipe: Recipe) -> str:
    """The SHA-256 of a take's bytes."""
    digest = hashlib.sha256()
    for frame in generator.generate(recipe, unreported):
        digest.update(frame.tobytes())
    return digest.hexdigest()


def test_a_recipe_covers_the_seconds_asked_for(subject: Subject) -> None:
    recipe = subject.recipe
    assert recipe.model == subject.model
    assert recipe.seed == 3
    assert recipe.frames >= SECONDS * recipe.rate
    assert recipe.prompt == PROMPT


def test_it_yields_exactly_the_frames_of_the_recipe(subject: Subject) -> None:
    frames = list(subject.generator.generate(subject.recipe, unreported))
    assert len(frames) == subject.recipe.frames
    for frame in frames:
        assert frame.shape == (subject.recipe.height, subject.recipe.width, 3)
        assert frame.dtype == np.uint8
        assert frame.flags.c_contiguous


def test_frames_are_not_overwritten_by_later_ones(subject: Subject) -> None:
    kept, copies = [], []
    for frame in subject.generator.generate(subject.recipe, unreported):
        kept.append(frame)
        copies.append(frame.copy())
    assert all(np.array_equal(a, b) for a, b in zip(kept, copies, strict=True))


def test_the_same_recipe_gives_the_same_bytes(subject: Subject) -> None:
    assert pixels(subject.generator, subject.recipe) == pixels(subject.generator, subject.recipe)


def test_another_object_gives_the_same_bytes(subject: Subject) -> None:
    assert pixels(subject.open(), subject.recipe) == pixels(subject.generator, subject.recipe)


def test_a_take_does_not_depend_on_the_one_before(subject: Subject) -> None:
    first = pixels(subject.generator, subject.recipe)
    pixels(subject.generator, subject.recipe_for(seed=9, prompt="rain on a window"))
    assert pixels(subject.generator, subject.recipe) == first


def test_another_seed_gives_another_take(subject: Subject) -> None:
    if subject.model == "card":
        pytest.skip("a card shows its words, whatever the seed")
    other = subject.recipe_for(seed=4)
    assert pixels(subject.generator, other) != pixels(subject.generator, subject.recipe)


def test_a_recipe_survives_json(subject: Subject) -> None:
    again = values.decode(values.encode(subject.recipe), Recipe)
    assert again == subject.recipe
    assert again.key == subject.recipe.key
    assert pixels(subject.generator, again) == pixels(subject.generator, subject.recipe)


def test_progress_ends_whole_and_never_goes_back(subject: Subject) -> None:
    seen: list[tuple[int, int]] = []
    list(subject.generator.generate(subject.recipe, lambda done, total: seen.append((done, total))))
    assert seen
    assert seen == sorted(seen)
    assert all(0 <= done <= total for done, total in seen)
    assert seen[-1][0] == seen[-1][1]


@pytest.mark.parametrize("at_call", [1, 2, 5])
def test_a_cancel_passes_through_and_leaves_it_exact(subject: Subject, at_call: int) -> None:
    expected = pixels(subject.generator, subject.recipe)
    calls = 0

    def stop(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        if calls == at_call:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(subject.generator.generate(subject.recipe, stop))
    assert pixels(subject.generator, subject.recipe) == expected


def test_a_take_that_is_given_up_half_way_does_no_harm(subject: Subject) -> None:
    expected = pixels(subject.generator, subject.recipe)
    frames = subject.generator.generate(subject.recipe, unreported)
    next(frames)
    frames.close()
    assert pixels(subject.generator, subject.recipe) == expected


def test_one_frame_is_enough(subject: Subject) -> None:
    recipe = msgspec.structs.replace(subject.recipe, frames=1)
    assert len(list(subject.generator.generate(recipe, unreported))) == 1


def test_it_says_how_takes_are_made(subject: Subject) -> None:
    facts = subject.generator.facts()
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in facts.items())
