"""What motions leave in the air: dust, notes, hearts, drops, sparks. Each is a function of time and a place."""

from __future__ import annotations

import math
from collections.abc import Callable

from storyboard.generators.sketch.art import Art, picture_art
from storyboard.generators.sketch.bodies import Cel, sprite
from storyboard.generators.sketch.geometry import smooth, wave

Effect = Callable[[float, float, float, float], list[Cel]]
"""`(t, x, y, size)`: seconds, and the middle and height on the stage of the body that it comes from."""


def scatter(i: int, salt: int = 0) -> float:
    """A number in 0..1 that is different for each `i` and the same every time."""
    return math.modf(math.sin(i * 12.9898 + salt * 78.233 + 1.3) * 43758.5453)[0] % 1


def _stream(t: float, count: int, life: float, each: Callable[[int, float], Cel | None]) -> list[Cel]:
    """`count` particles, born one after another for ever; `each` draws number i at age 0..1."""
    cels = []
    for i in range(count):
        age = (t / life + i / count) % 1
        cel = each(i, age)
        if cel is not None:
            cels.append(cel)
    return cels


def _fade(age: float) -> float:
    return smooth(age / 0.15) * (1 - smooth((age - 0.7) / 0.3))


def rising(
    name: str, size: float, *, sway: float = 0.03, count: int = 3, life: float = 1.5, lit: bool = False
) -> Effect:
    """Pictures that float up from the head: notes, hearts, a sleeper's z."""
    art = picture_art(name)

    def cels(t: float, x: float, y: float, high: float) -> list[Cel]:
        def one(i: int, age: float) -> Cel:
            side = (scatter(i) - 0.3) * 0.28
            return sprite(art, x + side + sway * math.sin(6 * age + i), y - high * 0.55 - 0.26 * age,
                          size * (0.6 + 0.5 * age), 12 * math.sin(4 * age + i), _fade(age), lit=lit)  # fmt: skip

        return _stream(t, count, life, one)

    return cels


def dust(t: float, x: float, y: float, _high: float) -> list[Cel]:
    """Puffs left behind at the ground; `x` is where the heels are."""
    art = picture_art("~puff")
    return _stream(t, 4, 0.8, lambda i, age: sprite(art, x - 0.16 * age - 0.02, y - 0.02 - 0.05 * age * scatter(i),
                                                    0.03 + 0.06 * age, 0, 0.6 * (1 - age)))  # fmt: skip


def drops(
    name: str = "~drop", spread: float = 0.3, up: float = 0.4, count: int = 12, size: float = 0.055
) -> Effect:
    """Thrown up in a fountain and falling back."""
    art = picture_art(name)

    def cels(t: float, x: float, y: float, _high: float) -> list[Cel]:
        def one(i: int, age: float) -> Cel:
            side = (scatter(i) * 2 - 1) * spread
            top = up * (0.55 + 0.45 * scatter(i, 1))
            return sprite(art, x + side * age * 1.2, y - 4 * top * age * (1 - age) + 0.12 * age * age,
                          size * (0.6 + 0.7 * scatter(i, 2)), side * 160 * age, _fade(age))  # fmt: skip

        return _stream(t, count, 0.95, one)

    return cels


def everywhere(art: Art, size: float, width: float) -> Effect:
    """The thing itself flung about the whole picture."""

    def cels(t: float, x: float, y: float, _high: float) -> list[Cel]:
        def one(i: int, age: float) -> Cel:
            across = (scatter(i) - 0.5) * width * 0.95
            lift = 0.55 + 0.3 * scatter(i, 1)
            return sprite(art, x + across * (0.35 + 0.65 * age), y + 0.1 - 4 * lift * age * (1 - age) + 0.1 * age,
                          size * (0.5 + 0.5 * scatter(i, 2)), 360 * age * (1 if i % 2 else -1) + 40 * i, _fade(age))  # fmt: skip

        return _stream(t, 10, 1.5, one)

    return cels


def tears(t: float, x: float, y: float, high: float) -> list[Cel]:
    art = picture_art("~drop")
    return _stream(t, 4, 0.9, lambda i, age: sprite(art, x + (0.05 if i % 2 else -0.05) * (1 + age), y - high * 0.28 + 0.3 * age * age,
                                                    0.035, 0, _fade(age)))  # fmt: skip


def steam(t: float, x: float, y: float, _high: float) -> list[Cel]:
    art = picture_art("~puff")
    return _stream(t, 4, 1.4, lambda i, age: sprite(art, x + 0.04 * (scatter(i) - 0.5) + 0.02 * math.sin(5 * age + i),
                                                    y - 0.22 * age, 0.035 + 0.05 * age, 0, 0.55 * _fade(age)))  # fmt: skip


def blast(t: float, x: float, y: float, high: float) -> list[Cel]:
    """A flash, smoke and pieces; in step with the `explode` motion."""
    p = t % 1.7 - 0.4
    if p < 0:
        return []
    cels = []
    smoke, spark = picture_art("~puff"), picture_art("~crumb")
    for i in range(9):
        a = 2 * math.pi * (i / 9 + 0.05 * scatter(i))
        far = 0.42 * (1 - math.exp(-p / 0.25)) * (0.5 + 0.5 * scatter(i, 3))
        fading = 1 - smooth((p - 0.4) / 0.8)
        cels.append(
            sprite(
                smoke,
                x + far * 0.8 * math.cos(a),
                y + far * 0.7 * math.sin(a) - 0.1 * p,
                0.12 + 0.2 * p,
                0,
                0.7 * fading,
            )
        )
        cels.append(
            sprite(
                spark,
                x + far * 1.5 * math.cos(a),
                y + far * 1.5 * math.sin(a) + 0.4 * p * p,
                0.035,
                0,
                fading,
                lit=True,
            )
        )
    grown = 0.25 + 0.75 * (1 - math.exp(-p / 0.12))
    if p < 0.7:
        cels.append(
            sprite(
                picture_art("~flash"),
                x,
                y,
                grown * max(0.5, high * 1.6),
                12 * p,
                1 - smooth((p - 0.25) / 0.4),
                lit=True,
            )
        )
    return cels


def jet(t: float, x: float, y: float, _high: float) -> list[Cel]:
    """Flame and smoke under something that rises; (x, y) is its tail."""
    art = picture_art("~puff")
    cels = _stream(t, 7, 0.9, lambda i, age: sprite(art, x + 0.1 * (scatter(i) - 0.5) * age * 2, y + 0.1 + 0.34 * age,
                                                    0.06 + 0.13 * age, 0, 0.55 * (1 - age)))  # fmt: skip
    flame = 0.17 + 0.03 * wave(t, 9)
    return [*cels, sprite(picture_art("~flamejet"), x, y + flame * 0.42, flame, 0, 1, lit=True)]


def speed_lines(t: float, x: float, y: float, high: float) -> list[Cel]:
    """Strokes behind something fast that goes right; `x` is its tail."""
    art = picture_art("~speed")
    return _stream(
        t,
        2,
        0.45,
        lambda i, age: sprite(
            art, x - 0.1 - 0.12 * age, y - high * (0.35 + 0.25 * i), 0.16, 0, 0.8 * _fade(age)
        ),
    )


def sparkle(t: float, x: float, y: float, high: float) -> list[Cel]:
    art = picture_art("sparkles")
    return _stream(t, 3, 1.1, lambda i, age: sprite(art, x + high * 0.7 * (scatter(i) - 0.5) * 2, y + high * (scatter(i, 1) - 0.5),
                                                    0.09 * math.sin(math.pi * age), 0, 1, lit=True))  # fmt: skip


def speech(t: float, x: float, y: float, high: float) -> list[Cel]:
    k = 0.17 * (1 + 0.05 * wave(t, 1.6))
    return [sprite(picture_art("~speech"), x + 0.24, y - high * 0.5 - 0.06, k, 2 * wave(t, 0.8))]


def of_motion(motion: str) -> Effect | None:
    """What `motion` leaves about the head or the whole of who does it."""
    makers: dict[str, Callable[[], Effect]] = {
        "sleep": lambda: rising("zzz", 0.1),
        "sing": lambda: rising("musical-note", 0.09),
        "play": lambda: rising("musical-notes", 0.1),
        "dance": lambda: rising("musical-note", 0.07, count=2),
        "hug": lambda: rising("red-heart", 0.08),
        "cry": lambda: tears,
        "talk": lambda: speech,
        "explode": lambda: blast,
        "shine": lambda: sparkle,
    }
    return makers[motion]() if motion in makers else None
