"""How a thing looks and can be moved: a picture as a paper puppet, or a head on a body with limbs that swing.

A body is drawn in local units: the origin on the ground under its middle, x forward (the way it faces), y down,
its own height or width as its noun says. A pose then puts it on the stage.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from storyboard.generators.sketch.art import Art, main_colour, picture_art
from storyboard.generators.sketch.geometry import Map, chain, move, scale, smooth, turn
from storyboard.generators.sketch.own import is_own
from storyboard.generators.sketch.scene import Thing
from storyboard.generators.sketch.verbs import COLOURS


class Cel(NamedTuple):
    """One drawing on the stage, as animators call it."""

    art: Art
    map: Map
    """From the art's units to the stage's."""
    opacity: float = 1.0
    lit: bool = False
    """Gives light of its own: night does not darken it."""


@dataclass(frozen=True)
class Pose:
    """Where a body is and how it holds itself at one time. Angles are degrees, positive forward and down."""

    x: float = 0.0
    y: float = 0.0
    facing: int = 1
    """1 looks right, -1 left."""
    angle: float = 0.0
    pivot: float = 0.0
    """The height, in parts of the body's, about which it turns and is stretched."""
    sx: float = 1.0
    sy: float = 1.0
    opacity: float = 1.0
    legs: float = 0.0
    """How far the near leg is swung forward; the far one goes back as much."""
    near_arm: float = -7.0
    """0 hangs down, 90 points forward, 180 up, -90 back. This one is on the side away from where it goes."""
    far_arm: float = 7.0
    head: float = 0.0
    mouth: float = 0.0
    """0 is as in the picture, 1 wide open."""
    sitting: bool = False
    astride: bool = False
    """Sitting on a back: one leg hangs on this side, the other is hidden behind it."""
    asleep: bool = False
    wing: float = 1.0
    """How high a bird's wings are: 1 up, -1 down."""

    def plus(self, other: Pose) -> Pose:
        """This pose moved, turned and stretched by another; `other` holds the limbs."""
        return replace(
            other,
            x=self.x + other.x,
            y=self.y + other.y,
            facing=self.facing * other.facing,
            angle=self.angle + other.angle,
            sx=self.sx * other.sx,
            sy=self.sy * other.sy,
            opacity=self.opacity * other.opacity,
        )


Point = tuple[float, float]

SKIN = "#ffc83d"
_SHIRTS = ("#2a9fd6", "#3fa35c", "#d9534f", "#8e5bd0", "#ef8a2f", "#2b8a8a", "#c94f8c", "#5a6fd8")
_TROUSERS = "#39435c"
_SHOE = "#2a2c38"
_DRESSED = frozenset({"woman", "girl", "old-woman", "woman-blonde-hair"})
_BUST_LEGS = {
    "astronaut": "#dcdcdc", "cook": "#e4e6ea", "man-cook": "#e4e6ea", "woman-cook": "#e4e6ea", "person-mage": "#0074ba",
    "person-superhero": "#0074ba", "santa-claus": "#d3302f", "person-with-veil": "#f4f4f4", "ninja": "#2b2140",
    "princess": "#8d65c5", "person-elf": "#5d7a34", "farmer": "#2f5fa8", "construction-worker": "#e08a2a",
    "police-officer": "#0b5f9e", "troll": "#4a7a3a",
}  # fmt: skip
_FUR = {
    "robot": "#bdb7cf",
    "skull": "#e4e4ea",
    "panda": "#f2f2f4",
    "alien": "#8f7fc0",
    "alien-monster": "#6b5aa8",
}
"""Bodies whose colour is not the one that covers most of the head."""
_FUR |= {"cow-face": "#8a5a3c", "horse-face": "#a56a4a", "rabbit-face": "#d9dde3", "mouse-face": "#a9b2bd"}
_HEADS = {"teddy-bear": (7.0, 1.5, 18.0, 13.2)}
"""Left, top, width and height of the head in pictures that show more than it."""
_HEADING = {
    "airplane": -45.0, "rocket": -45.0, "small-airplane": -45.0, "comet": 150.0, "~fork": 90.0, "parachute": 0.0
}  # fmt: skip
"""Where a picture's nose points, in degrees clockwise from the right, where that is neither left nor right."""
_MOUTHS = {
    "dog": (3, 14), "cat": (2.5, 13.5), "black-cat": (3, 13), "horse": (2.5, 8), "teddy-bear": (16, 11.5),
    "cow": (3, 12), "rabbit": (3, 14), "whale": (3, 19), "shark": (6, 17), "robot": (16, 20), "monkey": (10, 11),
    "dragon": (3, 9), "t-rex": (7, 8), "elephant": (4, 20), "bird": (5, 9), "duck": (4, 10), "penguin": (16, 11),
}  # fmt: skip
_SEATS = {"horse": (19, 13), "dragon": (21, 17), "bicycle": (20, 12), "motorcycle": (20, 13), "motor-scooter": (20, 15),
          "elephant": (18, 8), "camel": (17, 6), "skateboard": (16, 12), "cow": (18, 12)}  # fmt: skip
_LOOKS_LEFT = frozenset({"beast", "bird", "swimmer", "vehicle", "boat"})


class Body:
    """A picture moved as a whole."""

    def __init__(self, thing: Thing) -> None:
        self.thing = thing
        self.art = picture_art(thing.noun.picture, thing.colour)
        art = self.art
        left, top, wide, high = art.left + 1, art.top + 1, art.width - 2, art.height - 2
        self.unit = thing.noun.size * thing.scale / max(wide, high)
        self.width, self.height = wide * self.unit, high * self.unit
        looks_left = thing.noun.kind in _LOOKS_LEFT or thing.noun.picture in ("helicopter", "blackbird")
        self.turned = -1 if looks_left and not is_own(thing.noun.picture) else 1
        self.heading = _HEADING.get(thing.noun.picture)
        self.can_face = looks_left or thing.noun.kind in ("right", "figure", "bust", "mask")
        self._middle, self._bottom = left + wide / 2, top + high
        self.mouth = self._point(_MOUTHS.get(thing.noun.picture, (left + wide * 0.12, top + high * 0.42)))
        self.seat = self._point(_SEATS.get(thing.noun.picture, (left + wide * 0.5, top + high * 0.25)))

    def _point(self, at: tuple[float, float]) -> Point:
        return (at[0] - self._middle) * self.unit * self.turned, (at[1] - self._bottom) * self.unit

    @property
    def face(self) -> Point:
        """The middle of what a close-up shows."""
        alive = self.thing.alive and self.turned == -1
        return (self.width * 0.2 if alive else 0.0, -self.height * (0.62 if self.thing.alive else 0.5))

    @property
    def chest(self) -> Point:
        return self.mouth[0] * 0.8, -self.height * 0.42

    def picture_map(self) -> Map:
        """From the picture's box to local units."""
        k = self.unit
        return chain(move(-self._middle, -self._bottom), scale(k * self.turned, k))

    def map(self, pose: Pose) -> Map:
        """From local units to the stage."""
        up = pose.pivot * self.height
        return chain(
            move(0, up),
            scale(pose.sx, pose.sy),
            turn(pose.angle),
            scale(pose.facing, 1),
            move(pose.x, pose.y - up),
        )

    def cels(self, pose: Pose) -> list[Cel]:
        return [Cel(self.art, chain(self.picture_map(), self.map(pose)), pose.opacity)]

    def hand(self, _pose: Pose) -> Point:
        """Where something held is, in local units."""
        return self.mouth[0] + self.width * 0.04, self.mouth[1] * 0.82


class Bird(Body):
    """A bird in flight: a body, and wings that beat by themselves."""

    def __init__(self, thing: Thing) -> None:
        super().__init__(thing)
        self.wing = picture_art("~wing", thing.colour)
        # The wings reach far beyond the body's own box.
        self.width, self.height = 28 * self.unit, 22 * self.unit
        self.mouth = self._point((3, 15))

    def cels(self, pose: Pose) -> list[Cel]:
        whole = chain(self.picture_map(), self.map(pose))

        def wing(x: float, size: float, beat: float) -> Cel:
            # Seen from the side a wing that comes down becomes short, and long again below the body.
            return Cel(
                self.wing, chain(move(-15, -16), scale(size, size * beat), move(x, 14.5), whole), pose.opacity
            )

        beat = pose.wing if abs(pose.wing) > 0.12 else math.copysign(0.12, pose.wing)
        return [wing(17.2, 0.86, beat), Cel(self.art, whole, pose.opacity), wing(15, 1.0, beat)]


def _limb(length: float, wide: float, colour: str, end: str, foot: bool) -> Art:
    """An arm or a leg in hundredths of a body, hanging from the origin."""
    r = wide / 2
    tip = (
        f'<path d="M{-r} {length - 3}h{wide}l{r} 2a2.5 2.5 0 0 1 0 4H{-r}z" fill="{end}"/>'
        if foot and end == _SHOE
        else f'<ellipse cx="{r * 0.5:.2f}" cy="{length}" rx="{r * 1.5:.2f}" ry="{r * 0.8:.2f}" fill="{end}"/>'
        if foot
        else f'<circle cx="0" cy="{length}" r="{r * 1.15}" fill="{end}"/>'
    )
    svg = f'<rect x="{-r}" y="{-r}" width="{wide}" height="{length + r}" rx="{r}" fill="{colour}"/>{tip}'
    return Art(svg, -wide, -wide, wide * 3, length + wide * 2.2)


def _hex(rgb: tuple[float, float, float], light: float = 1.0) -> str:
    return "#" + "".join(f"{min(255, round(c * 255 * light)):02x}" for c in rgb)


@dataclass(frozen=True)
class _Build:
    """Proportions of a figure, in hundredths of its height."""

    head: float
    neck: float
    """Height at which the head's lower edge sits."""
    hip: float
    shoulder: float
    shoulder_out: float
    arm: float
    torso: Art | None
    skin: str
    sleeve: str
    trousers: str
    leg_wide: float = 9.0
    arm_wide: float = 7.5
    shoe: str = _SHOE


SEATED = 0.72
"""The part of the legs' length by which who sits is lower."""


class Figure(Body):
    """A head, or a head and chest, on a drawn body."""

    def __init__(self, thing: Thing) -> None:
        super().__init__(thing)
        self.turned, self.can_face = 1, True
        if thing.noun.picture in _HEADS:
            self.art = Art(self.art.svg, *_HEADS[thing.noun.picture])
        self.size = thing.noun.size * thing.scale
        if thing.noun.picture in ("boy", "girl", "child"):
            self.size *= 0.8
        elif thing.noun.picture == "baby":
            self.size *= 0.62
        self.build = _build(thing)
        self.height, self.width = (
            self.size,
            self.size * {"bust": 0.72, "figure": 0.44, "mask": 0.52}[thing.noun.kind],
        )
        self.leg = _limb(self.build.hip, self.build.leg_wide, self.build.trousers, self.build.shoe, foot=True)
        self.arm = _limb(self.build.arm, self.build.arm_wide, self.build.sleeve, self.build.skin, foot=False)
        low = {"bust": 15.8, "figure": 6.0, "mask": 7.0}[thing.noun.kind]
        self.mouth = (0.0, -self._s(self.build.neck + low / 28 * self.build.head))
        self.seat = (0.0, -self.size)

    def _s(self, hundredths: float) -> float:
        return hundredths / 100 * self.size

    @property
    def hips(self) -> float:
        """How far above the origin the hips of who sits are."""
        return self._s(self.build.hip * (1 - SEATED))

    @property
    def face(self) -> Point:
        return 0.0, -self._s(
            self.build.neck + self.build.head * (0.66 if self.thing.noun.kind == "bust" else 0.45)
        )

    @property
    def chest(self) -> Point:
        return self._s(10), -self._s(self.build.hip + 14)

    def _head_cels(self, pose: Pose) -> list[tuple[Art, Map]]:
        art = self.art
        k = self.build.head / (art.height - 2)
        middle, bottom = art.left + art.width / 2, art.top + art.height - 1
        neck = chain(turn(pose.head), move(0, -self.build.neck))
        cels = [(art, chain(move(-middle, -bottom), scale(k, k), neck))]
        up = (self.mouth[1] / self.size) * 100 + self.build.neck
        if pose.mouth > 0.02 and self.thing.noun.kind != "mask":
            wide = (0.30 if self.thing.noun.kind == "figure" else 0.13) * self.build.head
            m = chain(move(-16, -16), scale(wide / 24, wide / 24 * pose.mouth), move(0, up), neck)
            cels.append((picture_art("~mouth"), m))
        return cels

    def _limbs(self, pose: Pose) -> dict[str, tuple[Art, Map]]:
        b = self.build
        drop = b.hip * SEATED if pose.sitting else 0.0
        behind = self.behind_head
        near, far = (
            (24.0 + pose.legs, 0.0)
            if pose.astride
            else (80.0, 68.0)
            if pose.sitting
            else (pose.legs, -pose.legs)
        )

        def hung(art: Art, degrees: float, x: float, up: float) -> tuple[Art, Map]:
            return art, chain(turn(-degrees), move(x, drop - up))

        out = b.shoulder_out
        return {
            "far leg": hung(self.leg, far, 5.5, b.hip),
            "near leg": hung(self.leg, near, -5.5, b.hip),
            "far arm": hung(self.arm, behind(pose.far_arm), out, b.shoulder),
            "near arm": hung(self.arm, behind(pose.near_arm), self._shoulder(pose), b.shoulder),
        }

    def behind_head(self, degrees: float) -> float:
        """How far an arm is really raised: beside a head that is wide, not behind it."""
        if self.thing.noun.kind == "figure" or abs(degrees) <= 95:
            return degrees
        return math.copysign(95 + (abs(degrees) - 95) * 0.45, degrees)

    def _shoulder(self, pose: Pose) -> float:
        """Where the near arm hangs: it comes to the front of the chest as it is raised."""
        return self.build.shoulder_out * (1.15 * smooth((pose.near_arm - 10) / 60) - 1)

    def cels(self, pose: Pose) -> list[Cel]:
        limbs = self._limbs(pose)
        drop = move(0, self.build.hip * SEATED if pose.sitting else 0.0)
        parts = [limbs["far arm"]]
        if not pose.astride:
            parts += [limbs["far leg"], limbs["near leg"]]
        if self.build.torso is not None:
            parts.append((self.build.torso, drop))
        parts += [(art, chain(m, drop)) for art, m in self._head_cels(pose)]
        if pose.astride:
            parts.append(limbs["near leg"])
        parts.append(limbs["near arm"])
        whole = chain(scale(self.size / 100, self.size / 100), self.map(pose))
        return [Cel(art, chain(m, whole), pose.opacity) for art, m in parts]

    def grip(self, pose: Pose, m: Map) -> list[Cel]:
        """The near arm once more, over what it holds; `m` is from local units to the stage."""
        art, limb = self._limbs(pose)["near arm"]
        return [Cel(art, chain(limb, scale(self.size / 100, self.size / 100), m), pose.opacity)]

    def hand(self, _pose: Pose) -> Point:
        """The near hand."""
        b = self.build
        a = math.radians(self.behind_head(_pose.near_arm))
        drop = b.hip * SEATED if _pose.sitting else 0.0
        return self._s(self._shoulder(_pose) + math.sin(a) * b.arm), self._s(
            drop - b.shoulder + math.cos(a) * b.arm
        )


def _build(thing: Thing) -> _Build:
    name, kind = thing.noun.picture, thing.noun.kind
    shirt = _hex(tuple(c / 255 for c in COLOURS[thing.colour])) if thing.colour else _shirt(thing)  # type: ignore[arg-type]
    if kind == "bust":
        legs = _BUST_LEGS.get(name, _TROUSERS)
        return _Build(74, 26, 30, 54, 24, 26, None, SKIN, legs, legs, 12, 9.5)
    if kind == "mask":
        art = picture_art(name, thing.colour)
        fur = main_colour(art.svg, (art.left, art.top, art.width, art.height))
        if name in _FUR and not thing.colour:
            fur = tuple(int(_FUR[name][i : i + 2], 16) / 255 for i in (1, 3, 5))  # type: ignore[assignment]
        body = _hex(fur)
        belly = _hex(tuple(c + (1 - c) * 0.5 for c in fur))  # type: ignore[arg-type]
        torso = Art(
            f'<path d="M-15 -58h30c9 12 10 28 2 35-8 5-26 5-34 0-8-7-7-23 2-35z" fill="{body}"/>'
            f'<ellipse cx="0" cy="-36" rx="12" ry="13" fill="{belly}"/>',
            -25, -60, 50, 44,
        )  # fmt: skip
        dark = _hex(fur, 0.86)
        return _Build(52, 48, 26, 49, 16, 27, torso, _hex(fur, 0.74), dark, dark, 13, 10.5, _hex(fur, 0.74))
    torso_svg = f'<path d="M-9 -65h18c6 0 8 4 8 9l-1 27h-32l-1-27c0-5 2-9 8-9z" fill="{shirt}"/>'
    if name in _DRESSED:
        torso_svg = f'<path d="M-8 -65h16c5 0 6 4 6 9l1 10 7 31c-12 4-32 4-44 0l7-31 1-10c0-5 1-9 6-9z" fill="{shirt}"/>'
    else:
        torso_svg += f'<path d="M-16 -32h32v5h-32z" fill="{_TROUSERS}"/>'
    neck = f'<rect x="-4" y="-68" width="8" height="7" fill="{SKIN}"/>'
    torso = Art(neck + torso_svg, -24, -70, 48, 60)
    trousers = SKIN if name in _DRESSED else _TROUSERS
    return _Build(40, 60, 32, 60, 13, 27, torso, SKIN, shirt, trousers)


def _shirt(thing: Thing) -> str:
    # The same person wears the same shirt in every shot, and two of the cast with one picture wear two.
    name = thing.noun.word if thing.noun.cast else thing.noun.picture
    return _SHIRTS[(sum(map(ord, name)) + 4) % len(_SHIRTS)]


def body_of(thing: Thing) -> Body:
    if thing.noun.picture == "~bird":
        return Bird(thing)
    return Figure(thing) if thing.noun.kind in ("figure", "bust", "mask") else Body(thing)


def sprite(art: Art, x: float, y: float, size: float, angle: float = 0.0, opacity: float = 1.0, *, lit: bool = False,
           flip: bool = False) -> Cel:  # fmt: skip
    """`art` with its middle at a place on the stage, its longer side `size`."""
    k = size / max(art.width, art.height)
    middle = move(-art.left - art.width / 2, -art.top - art.height / 2)
    return Cel(art, chain(middle, scale(-k if flip else k, k), turn(angle), move(x, y)), opacity, lit)
