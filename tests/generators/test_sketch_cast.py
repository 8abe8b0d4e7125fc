"""The cast in sketches: who a name is, the same in every shot, whatever the seed."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from storyboard.errors import MediaError
from storyboard.generators import standin
from storyboard.generators.sketch import (
    SketchGenerator,
    alternatives,
    can_be_drawn,
    can_draw,
    draw,
    explain,
    own,
    scene,
)
from storyboard.generators.sketch.casting import variety
from storyboard.project import Depiction, Look, Role, Shot, wish

if TYPE_CHECKING:
    from storyboard.frames import Frame

CYAN = (16, 224, 240)


def cast(**pictures: str) -> tuple[Depiction, ...]:
    return tuple(Depiction(word.replace("_", " "), picture) for word, picture in pictures.items())


def pictures_of(prompt: str, **pictures: str) -> list[tuple[str, int]]:
    return [(thing.noun.picture, thing.count) for thing in scene(prompt, cast(**pictures)).things]


def kept(folder: Path, content: bytes) -> str:
    name = own.file_name("maria", content)
    (folder / "media").mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return name


def first(prompt: str, pictures: tuple[Depiction, ...], folder: Path, size: int = 96, seed: int = 1) -> Frame:
    return next(draw(prompt, seed, size, size, 24, Fraction(24), cast=pictures, folder=folder))


def plain(width: int, height: int) -> bytes:
    """A cyan picture."""
    out = io.BytesIO()
    Image.new("RGBA", (width, height), (*CYAN, 255)).save(out, "PNG")
    return out.getvalue()


def share(frame: Frame, colour: tuple[int, int, int]) -> float:
    near = np.abs(frame.astype(int) - colour).max(axis=2) < 24
    return float(near.mean())


@pytest.mark.parametrize(
    ("prompt", "names", "expected"),
    [
        ("Maria eats spaghetti", {"maria": "woman-cook"}, [("woman-cook", 1), ("spaghetti", 1)]),
        ("Rose runs", {"rose": "girl"}, [("girl", 1)]),
        ("Mark jumps over the car", {"mark": "man"}, [("man", 1), ("automobile", 1)]),
        ("The captain waves", {"the_captain": "man-pilot"}, [("man-pilot", 1)]),
        ("James runs", {"james": "man"}, [("man", 1)]),
        ("3 dogs run", {"dogs": "cat"}, [("cat", 3)]),
        ("two dogs run", {"dogs": "cat"}, [("cat", 2)]),
        ("マリアが犬と走る", {"マリア": "woman"}, [("woman", 1), ("dog", 1)]),
        ("Maria come spaghetti nella cucina", {"maria": "woman"}, [("woman", 1), ("spaghetti", 1)]),
        ("a dog runs", {"dog": "no-such-picture"}, [("dog", 1)]),
        ("qwrtz", {"qwrtz": "robot"}, [("robot", 1)]),
    ],
)
def test_a_name_is_drawn_as_its_picture(
    prompt: str, names: dict[str, str], expected: list[tuple[str, int]]
) -> None:
    assert pictures_of(prompt, **names) == expected


def test_two_of_the_cast_with_one_picture_are_two() -> None:
    found = scene("Maria and Anna dance. Anna hugs Maria", cast(maria="woman", anna="woman"))
    assert [thing.noun.word for thing in found.things] == ["maria", "anna"]


def test_who_does_it_can_be_replaced_where_only_the_deed_is_named() -> None:
    found = scene("eating spaghetti", cast(eating="woman"))
    assert [thing.noun.picture for thing in found.things] == ["spaghetti", "woman"]
    assert [deed.motion for deed in found.deeds] == ["eat"]


def test_nothing_varies_who_is_cast() -> None:
    (maria,) = scene("Maria runs", cast(maria="woman")).things
    assert {variety(maria, n).noun.picture for n in range(4)} == {"woman"}


def test_explain_says_what_a_name_gave() -> None:
    assert ("Maria", "picture", "woman-cook") in explain("Maria waves", cast(maria="woman-cook"))
    assert can_draw("qwrtz", cast(qwrtz="robot"))
    assert not can_draw("qwrtz")


def test_a_wish_carries_the_cast_into_the_recipe_and_the_frames() -> None:
    shot = Shot(id="a", prompt="Maria waves")
    wanted = wish(shot, Look(), [Role("Maria", "robot")])
    made = SketchGenerator()
    recipe = made.recipe(wanted, 3, Fraction(1, 24), 64, 64)
    assert recipe.pictures == (Depiction("maria", "robot"),)
    with_cast = next(made.generate(recipe, lambda _done, _total: None))
    plain = made.recipe(wish(shot, Look()), 3, Fraction(1, 24), 64, 64)
    assert not np.array_equal(with_cast, next(made.generate(plain, lambda _done, _total: None)))
    drawn = standin.draw("Maria waves", 3, 64, 64, 1, Fraction(24), as_card=False, pictures=recipe.pictures)
    assert np.array_equal(with_cast, next(drawn)), "the stand-in shows what the take will be"


def test_an_own_picture_is_drawn_alike_in_every_shot(tmp_path: Path) -> None:
    name = kept(tmp_path, plain(120, 360))
    maria = cast(maria=name)
    for prompt in ("Maria runs in the city", "Maria stands on the beach", "a dog chases Maria"):
        for seed in (1, 2):
            assert share(first(prompt, maria, tmp_path, seed=seed), CYAN) > 0.01, (prompt, seed)


def test_own_pixels_are_drawn_at_every_size_without_glitter(tmp_path: Path) -> None:
    pixels = np.zeros((1200, 600, 4), np.uint8)
    pixels[...] = (*CYAN, 255)
    pixels[::2] = (*CYAN[::-1], 255)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    maria = cast(maria=kept(tmp_path, out.getvalue()))
    small = first("Maria stands on the beach", maria, tmp_path, 64)
    mean = tuple((a + b) // 2 for a, b in zip(CYAN, CYAN[::-1], strict=True))
    assert share(small, (mean[0], mean[1], mean[2])) > 0.03, "lines finer than a pixel are mixed"
    assert first("Maria stands", maria, tmp_path, 700).shape == (700, 700, 3)


def test_an_own_picture_of_a_known_thing_behaves_as_that_thing() -> None:
    (car,) = scene("the car drives", cast(car="media/herbie-0123456789abcdef.png")).things
    assert car.noun.kind == "vehicle"
    (maria,) = scene("Maria runs", cast(maria="media/maria-0123456789abcdef.png")).things
    assert maria.alive


def test_an_own_picture_that_is_gone_changed_or_a_fraud_is_a_sentence(tmp_path: Path) -> None:
    gone = cast(maria="media/maria-0123456789abcdef.png")
    with pytest.raises(MediaError, match="bring it back"):
        first("Maria waves", gone, tmp_path)
    with pytest.raises(MediaError, match="name the project"):
        next(draw("Maria waves", 1, 64, 64, 1, Fraction(24), cast=gone))
    (tmp_path / "media").mkdir()
    (tmp_path / gone[0].picture).write_bytes(plain(9, 9))
    with pytest.raises(MediaError, match="changed"):
        first("Maria waves", gone, tmp_path)
    with pytest.raises(MediaError, match="no picture"):
        first(
            "Maria waves", cast(maria=kept(tmp_path, b"<svg xmlns='http://www.w3.org/2000/svg'/>")), tmp_path
        )
    chunk = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 6, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(MediaError, match=r"no picture|larger"):
        first("Maria waves", cast(maria=kept(tmp_path, bomb)), tmp_path)
    with pytest.raises(MediaError, match="no picture"):
        first("Maria waves", cast(maria=kept(tmp_path, b"\x89PNG no picture")), tmp_path)


def test_alternatives_start_with_what_the_word_means() -> None:
    dogs = alternatives("dogs")
    assert dogs[0] == "dog"
    assert {"poodle", "cat", "guide-dog"} <= set(dogs)
    assert alternatives("woman-cook")[0] == "woman-cook"
    assert alternatives("fork")[:2].count("~fork") == 1
    assert alternatives("") == alternatives("qwrtzplmk") == ()
    assert all(map(can_be_drawn, dogs))
