"""The place of a scene as sheets: which place, in which light, and what falls from the sky."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from storyboard.generators.sketch.art import NO_TINT, Art, Tint
from storyboard.generators.sketch.camera import Seen
from storyboard.generators.sketch.painting import Layer
from storyboard.generators.sketch.places import OUTDOORS
from storyboard.generators.sketch.rooms import INDOORS
from storyboard.generators.sketch.scene import Scene
from storyboard.generators.sketch.scenery import LIGHTS, UNIT, Pen, Set

FLOATING = frozenset({"space", "underwater", "sky"})
"""Places without a ground: things hang in the middle of the picture."""
WET = frozenset({"sea", "river", "pool"})
INSIDES = {
    "castle": "castle", "church": "castle", "classical-building": "castle", "japanese-castle": "room", "house": "room",
    "hotel": "room", "hospital": "room", "school": "room", "office-building": "room", "hut": "room", "tent": "room",
    "circus-tent": "stage", "stadium": "field", "factory": "dungeon", "derelict-house": "dungeon",
}  # fmt: skip
"""Buildings, and the place that one is in inside them."""
_ORBS = frozenset({"sun", "sun-with-face", "full-moon", "crescent-moon", "full-moon-face"})
_OWN_LIGHT = frozenset({"space", "underwater", "moon", "mars", "dungeon", "volcano", "castle", "stage"})
_INDOOR_TINTS: dict[str, Tint] = {
    "night": (0.66, 0.66, 0.8),
    "sunset": (1.0, 0.88, 0.8),
    "dawn": (1.0, 0.95, 0.92),
}
_OWN_TINTS: dict[str, Tint] = {
    "underwater": (0.78, 0.92, 1.0),
    "dungeon": (0.8, 0.72, 0.72),
    "volcano": (1.0, 0.82, 0.76),
}
_HORIZON = {"aerial": -0.2, "low": 0.04}
_FLOORS = {"sea": 0.66, "river": 0.7, "pool": 0.7, "space": 0.7, "underwater": 0.7, "sky": 0.7, "stage": 0.8}


class Backdrop(NamedTuple):
    layers: tuple[Layer, ...]
    front: Layer | None
    floor: float
    """Where feet stand, in stage units from the upper edge."""
    tint: Tint
    veil: Layer | None
    veil_speed: tuple[float, float]


def place_of(scene: Scene) -> str:
    """The place to draw: the one named, or the one that the things imply."""
    if scene.place:
        return scene.place
    if scene.weather == "snowfall":
        return "snow"
    kinds = {thing.noun.kind for thing in scene.things}
    pictures = {thing.noun.picture for thing in scene.things}
    # A castle that somebody is in is a hall, not a picture of its towers.
    for tie in scene.ties:
        if tie.kind == "in" and scene.things[tie.b].noun.picture in INSIDES:
            return INSIDES[scene.things[tie.b].noun.picture]
    rules = (
        (bool(pictures & {"rocket", "ringed-planet", "comet", "satellite", "flying-saucer"}), "space"),
        ("boat" in kinds, "sea"),
        ("swimmer" in kinds, "sea" if _leaps(scene) else "underwater"),
        ("vehicle" in kinds, "road"),
        ("aircraft" in kinds or "bird" in kinds, "sky" if kinds <= {"aircraft", "bird", "sky"} else "field"),
        (
            bool(pictures & {"bed", "couch-and-lamp", "~table", "chair", "bathtub", "toilet", "television"}),
            "room",
        ),
        ("building" in kinds or "sky" in kinds, "field"),
        (bool(scene.weather or scene.time), "field"),
        *_habits(scene),
    )
    return next((place for holds, place in rules if holds), "")


_HABITS: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (frozenset({"eat", "cook", "twirl", "cut", "wash", "slurp"}), frozenset({"figure", "bust"}), "kitchen"),
    (frozenset({"play", "sing", "dance"}), frozenset({"figure", "bust", "mask", "beast"}), "stage"),
    (frozenset({"paint", "read", "write", "sleep"}), frozenset({"figure", "bust", "mask"}), "room"),
    (frozenset({"walk", "run", "chase", "throw", "catch"}), frozenset({"figure", "bust", "mask"}), "garden"),
    (frozenset(), frozenset({"beast", "right", "mask"}), "garden"),
)
"""Motions (none: any) by kinds of things, and where they are seen when the prompt does not say."""


def _habits(scene: Scene) -> list[tuple[bool, str]]:
    kinds = {scene.things[deed.who].noun.kind for deed in scene.deeds} or {t.noun.kind for t in scene.things}
    motions = {deed.motion for deed in scene.deeds}
    riding = any(deed.motion == "ride" for deed in scene.deeds)
    return [(riding, "field"), *((bool(kinds & who) and (not what or bool(motions & what)), place)
                                 for what, who, place in _HABITS)]  # fmt: skip


def _leaps(scene: Scene) -> bool:
    return any(deed.motion in ("jump", "rise", "fly", "dive") for deed in scene.deeds)


def light_of(scene: Scene) -> str:
    if scene.time:
        return scene.time
    if any(
        t.noun.picture == "sun" and (d := scene.deed_of(i)) and d.motion == "rise"
        for i, t in enumerate(scene.things)
    ):
        return "dawn"
    return {"storm": "storm", "rain": "grey", "fog": "grey"}.get(scene.weather, "day")


def floor_of(place: str, height: float) -> float:
    """Where the ground begins, in stage units from the upper edge: higher in upright pictures."""
    return (_FLOORS.get(place, 0.8) - (0.06 if height > 1.3 else 0.0)) * height


def backdrop(
    scene: Scene, width: float, height: float, rng: random.Random, *, moving: bool, sliding: bool, seen: Seen
) -> Backdrop:
    """The sheets of the scene's place, as far as the camera sees of it.

    `moving`: what is near and what is far move apart, so that they are sheets of their own. `sliding`: the place
    passes by, so that more than the picture's width is drawn before it repeats.
    """
    long = seen.widest * (1.5 if sliding else 1.12) + 0.1
    place, light = place_of(scene), light_of(scene)
    floor = floor_of(place, height)
    if place not in FLOATING:
        # From above one sees the ground, from below the sky.
        floor += _HORIZON.get(scene.shot, 0.0) * height
    s = Set(
        long * UNIT,
        height * UNIT,
        floor * UNIT,
        light,
        rng,
        _ORBS & {t.noun.picture for t in scene.things} != set(),
        left=seen.left * UNIT,
        view=seen.width * UNIT,
        top=max(0.0, seen.top + 0.05) * UNIT,
    )
    indoors = place in INDOORS
    (INDOORS[place] if indoors else OUTDOORS[place])(s)
    if indoors or place in _OWN_LIGHT:
        tint = _OWN_TINTS.get(place, _INDOOR_TINTS.get(light, NO_TINT) if indoors else NO_TINT)
    else:
        tint = LIGHTS[light].tint
    sheets = [
        Sheet("sky", 0.0, s.sky, tint if indoors and light == "night" else NO_TINT),
        Sheet("far", 0.2, s.far, tint),
        Sheet("near", 0.55, s.near, tint),
        Sheet("near", 0.55, s.lamps, NO_TINT),
        Sheet("ground", 1.0, s.ground, tint),
    ]
    layers = _layers([sheet for sheet in sheets if sheet.pen.parts], s, seen, moving)
    front = _layers([Sheet("front", 1.0, s.front, tint)], s, seen, moving)[0] if s.front.parts else None
    # Indoors it rains behind the windows.
    outside = "" if indoors or place in ("space", "underwater", "castle", "dungeon") else scene.weather
    veil, speed = _weather(outside, width, height, rng)
    return Backdrop(layers, front, floor, tint, veil, speed)


class Sheet(NamedTuple):
    name: str
    depth: float
    pen: Pen
    tint: Tint


def _layers(sheets: list[Sheet], s: Set, seen: Seen, moving: bool) -> tuple[Layer, ...]:
    """One layer for the whole place, or one for each depth when the world passes by."""
    groups: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        groups.setdefault(sheet.name if moving else "all", []).append(sheet)
    return tuple(_layer(group, s, seen) for group in groups.values())


_COLOUR = re.compile(r"#([0-9a-f]{6})")


def _tinted(svg: str, tint: Tint) -> str:
    """The drawing as the light leaves it."""
    if tint == NO_TINT:
        return svg

    def dimmed(match: re.Match[str]) -> str:
        channels = (int(match[1][i : i + 2], 16) for i in (0, 2, 4))
        return "#" + "".join(f"{round(c * k):02x}" for c, k in zip(channels, tint, strict=True))

    return _COLOUR.sub(dimmed, svg)


def _layer(sheets: list[Sheet], s: Set, seen: Seen) -> Layer:
    top = max(seen.top * UNIT, min(sheet.pen.top for sheet in sheets))
    bottom = min(seen.bottom * UNIT, max(sheet.pen.bottom for sheet in sheets))
    svg = "".join(_around(_tinted(sheet.pen.svg, sheet.tint), sheet, s.width) for sheet in sheets)
    return Layer(Art(svg, 0, top, s.width, max(1.0, bottom - top)), UNIT, sheets[0].depth)


def _around(svg: str, sheet: Sheet, width: float) -> str:
    """Drawn once more on either side, so that a tree across the seam is whole."""
    if sheet.name == "sky":
        return svg
    name, w = f"{sheet.pen.name}-all", f"{width:.1f}"
    return f'<g id="{name}">{svg}</g><use href="#{name}" x="-{w}"/><use href="#{name}" x="{w}"/>'


def _weather(
    weather: str, width: float, height: float, rng: random.Random
) -> tuple[Layer | None, tuple[float, float]]:
    """A sheet of rain, snow or mist and how fast it moves, in stage heights a second."""
    pen = Pen()
    w, h = width * UNIT, height * UNIT
    if not weather:
        return None, (0, 0)
    many = int(w * h / 10000 * 90)
    speed = (0.0, 0.0)
    if weather in ("rain", "storm"):
        slant = 5 if weather == "storm" else 2.5
        for _ in range(min(1500, int(many * 1.2))):
            x, y, long = rng.uniform(0, w), rng.uniform(0, h - 9), rng.uniform(4, 8)
            pen.line([(x, y), (x - slant * long / 8, y + long)], "#d8ecff", 0.5)
        speed = (-0.5 if weather == "storm" else -0.35, 1.7)
    elif weather == "snowfall":
        for _ in range(min(1500, many)):
            r = rng.choice((0.6, 0.9, 1.3))
            pen.oval(rng.uniform(r, w - r), rng.uniform(r, h - r), r, r, "#ffffff", 0.92)
        speed = (0.06, 0.3)
    elif weather == "fog":
        for _ in range(10):
            pen.oval(rng.uniform(0.3, 0.7) * w, rng.uniform(0.2, 0.95) * h, 0.3 * w, 0.1 * h, "#eef2f5", 0.32)
        pen.rect(0, 0, w, h, "#e4e9ee")
        pen.parts[-1] = pen.parts[-1].replace("/>", ' fill-opacity="0.38"/>')
        speed = (0.05, 0.0)
    else:  # wind
        for _ in range(min(400, max(6, int(many * 0.12)))):
            x, y = rng.uniform(4, w - 4), rng.uniform(4, h - 4)
            pen.oval(x, y, 1.5, 0.8, rng.choice(("#d98b3a", "#b9582e", "#e6b84c")))
        speed = (0.9, 0.12)
    return Layer(Art(pen.svg, 0, 0, w, h), UNIT, 1.0), speed
