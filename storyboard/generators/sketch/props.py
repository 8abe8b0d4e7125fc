"""Things that somebody uses: food on its way to a mouth, an easel, an instrument, a ball in the air.

A prop is a function of time, of the pose of its user and of the map from that body's local units to the stage.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from storyboard.generators.sketch.art import Art, picture_art
from storyboard.generators.sketch.bodies import Body, Cel, Figure, Pose, body_of, sprite
from storyboard.generators.sketch.geometry import Map, at, chain, move, scale, settle, smooth, turn, wave
from storyboard.generators.sketch.motion import bite
from storyboard.generators.sketch.nouns import listed
from storyboard.generators.sketch.scene import Thing

Prop: TypeAlias = Callable[[float, Pose, Map], list[Cel]]

ON_A_PLATE = listed(
    "spaghetti steaming-bowl green-salad cooked-rice curry-rice birthday-cake shortcake pancakes waffle cut-of-meat pie "
    "cooking ~bowl shallow-pan-of-food pot-of-food roasted-sweet-potato meat-on-bone"
)
"""Food that is eaten with a fork from a table; other food is held in the hand."""
_NOODLES = frozenset({"spaghetti", "steaming-bowl"})
_SPARE = 1.06


UMBRELLAS = frozenset({"umbrella", "umbrella-with-rain-drops", "closed-umbrella"})


def thing_cel(
    body: Body, x: float, y: float, angle: float = 0.0, facing: int = 1, k: float = 1.0
) -> list[Cel]:
    """A thing standing with its foot at a place."""
    return body.cels(Pose(x=x, y=y, angle=angle, facing=facing, sx=k, sy=k))


def centred(body: Body, x: float, y: float, angle: float = 0.0, k: float = 1.0, flip: bool = False) -> Cel:
    """A thing with its middle at a place."""
    return sprite(body.art, x, y, max(body.width, body.height) * k, angle, flip=flip)


def in_hand(user: Body, thing: Thing, *, low: float = 0.0) -> Prop:
    """Held in the near hand (or the mouth), upright; `low` parts of the user's height below it."""
    body = body_of(thing)
    k = min(1.0, 0.22 / max(body.width, body.height))
    long = user.height * 0.76 if thing.noun.picture in UMBRELLAS else 0.0

    def cels(t: float, pose: Pose, m: Map) -> list[Cel]:
        x, y = at(m, *user.hand(pose))
        y += low * user.height
        if long:
            # Leant back over the head, turned in the hand.
            lean = -9 * pose.facing + 3 * wave(t, 0.8)
            whole = long / max(body.art.width, body.art.height)
            art = body.art
            grip = chain(
                move(-art.left - art.width / 2, -art.top - art.height * 0.92),
                scale(whole, whole),
                turn(lean),
                move(x, y),
            )
            return [Cel(art, grip)]
        if thing.alive:
            return thing_cel(body, x, y + body.height * 0.35, 3 * wave(t, 0.9))
        return [centred(body, x + 0.03 * pose.facing, y - body.height * k * 0.12, 5 * wave(t, 0.8), k)]

    return cels


def instrument(user: Body, thing: Thing) -> Prop:
    """Across the chest, rocking with the beat."""
    body = body_of(thing)
    k = (0.56 * user.height + 0.06) / max(body.width, body.height)

    def cels(t: float, pose: Pose, m: Map) -> list[Cel]:
        x, y = at(m, *user.chest)
        held = [centred(body, x, y, 6 * wave(t, 2.4), k)]
        return [*held, *user.grip(pose, m)] if isinstance(user, Figure) else held

    return cels


STANDING = frozenset({"~piano", "musical-keyboard", "drum", "long-drum"})
"""Instruments that stand on the floor before who plays them."""


def standing(user: Body, thing: Thing, ground: float) -> Prop:
    """An instrument on the floor, and hands on it."""
    body = body_of(thing)
    k = user.height * 0.62 / body.height

    def cels(t: float, pose: Pose, m: Map) -> list[Cel]:
        beat = 1 + 0.012 * wave(t, 2.4)
        held = thing_cel(body, pose.x + 0.3 * user.width * pose.facing, ground + 0.025, k=k * beat)
        return [*held, *user.grip(pose, m)] if isinstance(user, Figure) else held

    return cels


def fork(
    tip: tuple[float, float], angle: float, size: float, load: Art | None, turned: float, held: float = 0.3
) -> list[Cel]:
    """A fork with its tines at `tip`, its handle `angle` degrees clockwise from hanging down."""
    art = picture_art("~fork")
    m = chain(move(-16.5, -2.5), scale(size / 28, size / 28), turn(angle), move(*tip))
    cels = [Cel(art, m)]
    if load is not None:
        cels.append(
            sprite(load, tip[0], tip[1], size * held * (1 + 0.12 * math.sin(turned)), 14 * math.sin(turned))
        )
    return cels


def at_table(user: Figure, food: Thing, floor: float, x: float, wide: float) -> Prop:
    """A table before the eater with the food on it, and a fork that carries it up, bite by bite."""
    body = body_of(food)
    kind = food.noun.picture
    load = picture_art("~twirl") if kind in _NOODLES else picture_art(kind)
    top = floor - user.size * 0.36

    def cels(t: float, pose: Pose, m: Map) -> list[Cel]:
        plate = (x + 0.13 * pose.facing, top + 0.012)
        near = bite(t)
        mouth = at(m, *user.mouth)
        start = (plate[0] - 0.03 * pose.facing, plate[1] - body.height * 0.75)
        bend = 0.1 * math.sin(math.pi * near) * pose.facing
        tip = (start[0] + (mouth[0] - start[0]) * near + bend, start[1] + (mouth[1] - start[1]) * near)
        eaten = 1 - smooth(((t / 1.05) % 1 - 0.42) / 0.05) if (t / 1.05) % 1 < 0.6 else 0.0
        table = tabletop(x, top, wide, floor)
        plate_cels = thing_cel(body, *plate)
        carry = load if eaten > 0.3 and (t / 1.05) % 1 > 0.03 else None
        return [*table, *plate_cels, *fork(tip, -pose.facing * (58 - 25 * near), 0.27, carry, t * 9)]

    return cels


def tabletop(x: float, top: float, wide: float, floor: float) -> list[Cel]:
    """A table seen from the front, with a cloth."""
    high = (floor - top) * 100 + 4
    svg = (
        f'<rect x="4" y="4" width="{wide * 100 - 8:.1f}" height="{high:.1f}" fill="#a84a42"/>'
        f'<rect x="4" y="4" width="{wide * 100 - 8:.1f}" height="6" fill="#8f3a35"/>'
        f'<rect x="0" y="0" width="{wide * 100:.1f}" height="5" rx="2" fill="#f3ece0"/>'
        f'<path d="M4 5h{wide * 100 - 8:.1f}v7l-6 5-6-5-6 5z" fill="#f3ece0" opacity="0"/>'
    )
    return [Cel(Art(svg, 0, 0, wide * 100, high), chain(scale(0.01, 0.01), move(x - wide / 2, top)))]


def to_mouth(user: Body, food: Thing, *, tilts: bool) -> Prop:
    """Food or a cup in the hand: up to the mouth, and a little less of it each time."""
    body = body_of(food)

    def cels(t: float, pose: Pose, m: Map) -> list[Cel]:
        near = bite(t)
        hand, mouth = at(m, *user.hand(pose)), at(m, *user.mouth)
        goal = (mouth[0] + pose.facing * body.width * 0.27, mouth[1] + body.height * 0.1)
        x, y = hand[0] + (goal[0] - hand[0]) * near, hand[1] + (goal[1] - hand[1]) * near
        left = 0.62 * (1.0 if tilts else 1 - 0.35 * settle(t, 2.2))
        return [centred(body, x, y, -pose.facing * (40 if tilts else 10) * near, left)]

    return cels


def grazed(user: Body, food: Thing, floor: float, x: float, facing: int) -> Prop:
    """Food before an animal: bites are taken, crumbs fly."""
    body = body_of(food)
    crumb = picture_art("~crumb")
    # As high as the mouth, if that does not make a giant of it.
    full = max(0.85, min(1.9, -user.mouth[1] * 1.02 / body.height))

    def cels(t: float, _pose: Pose, _m: Map) -> list[Cel]:
        k = full * (1 - 0.32 * settle(t, 1.4))
        place = x + facing * (user.mouth[0] + body.width * 0.36)
        lift = max(0.0, -user.mouth[1] - body.height * full) * 0.55
        cels = thing_cel(body, place, floor - lift, 3 * wave(t, 3), 1, k)
        if lift > 0.02:
            cels = [
                sprite(picture_art("~plate"), place, floor - 0.01, body.width * 1.5),
                *thing_cel(body, place, floor - 0.03, 3 * wave(t, 3), 1, k),
            ]
        for i in range(4):
            age = (t * 1.4 + i / 4) % 1
            cels.append(sprite(crumb, place + (i - 1.5) * 0.06 * (0.4 + age), floor - body.height * 0.8 - 0.35 * age * (1 - age),
                               0.022, 0, 1 - age))  # fmt: skip
        return cels

    return cels


def easel(user: Body, subject: Thing, floor: float, x: float, facing: int) -> Prop:
    """A canvas on which the picture comes out, stroke by stroke, and a brush at work."""
    art = picture_art("~easel")
    shown = body_of(subject).art if subject.noun.picture != "framed-picture" else user.art
    place = x + facing * (user.width * 0.5 + 0.24)
    high = 0.62

    def cels(t: float, pose: Pose, m: Map) -> list[Cel]:
        easel_cel = sprite(art, place, floor - high / 2, high)
        done = 0.3 + 0.7 * settle(t, 0.8)
        portrait = sprite(shown, place, floor - high * 0.62, 0.3, 0, done)
        hand = at(m, *user.hand(pose))
        goal = (place - facing * 0.1 + 0.03 * wave(t, 1.1), floor - high * 0.62 + 0.06 * wave(t, 1.4))
        angle = math.degrees(math.atan2(goal[1] - hand[1], goal[0] - hand[0]))
        # Held a little behind its middle; it never leaves the hand, and reaches the canvas when the arm does.
        long = max(0.2, math.hypot(goal[0] - hand[0], goal[1] - hand[1]) + 0.05)
        brush = Cel(
            picture_art("~brush"), chain(move(-6, -16), scale(long / 26, 0.2 / 26), turn(angle), move(*hand))
        )
        return [easel_cel, portrait, brush]

    return cels


def caught(user: Body, thing: Thing, facing: int) -> Prop:
    """Comes in an arc and ends in the mouth or the hand, over and over."""
    body = body_of(thing)
    k = min(1.0, 0.15 / max(body.width, body.height))

    def cels(t: float, _pose: Pose, m: Map) -> list[Cel]:
        if (t + 0.12) / 1.05 % 1 > 0.86:
            return []  # eaten, or put away
        p = min(1.0, ((t + 0.12) / 1.05 % 1) / 0.55)
        x1, y1 = at(m, *user.mouth)
        x1 += facing * 0.03
        x0, y0 = x1 + facing * 0.62, y1 + 0.12
        x = x0 + (x1 - x0) * p
        y = y0 + (y1 - y0) * p - 0.3 * 4 * p * (1 - p) * 0.8
        return [centred(body, x, y, -facing * 300 * p, k)]

    return cels


def thrown(user: Body, thing: Thing, facing: int) -> Prop:
    """In the hand until the arm swings, then away in an arc."""
    body = body_of(thing)
    k = min(1.0, 0.15 / max(body.width, body.height))

    def cels(t: float, pose: Pose, m: Map) -> list[Cel]:
        p = (t / 1.3) % 1
        x, y = at(m, *user.hand(pose))
        if p < 0.34:
            return [centred(body, x, y, 0, k)]
        q = (p - 0.34) / 0.66
        return [centred(body, x + facing * 1.1 * q, y - 0.8 * q * (1 - q) * 1.2, facing * 500 * q, k)]

    return cels


def headlight(car: Body) -> Prop:
    """What a car's lamp throws on the road at night."""

    def cels(t: float, _pose: Pose, m: Map) -> list[Cel]:
        k = 0.62 / 34
        beam = chain(move(0, -16.5), scale(k, k), turn(4), move(car.width * 0.47, -car.height * 0.32), m)
        return [Cel(picture_art("~beam"), beam, 0.85 + 0.03 * wave(t, 3), lit=True)]

    return cels


def pan(user: Body, food: Thing | None) -> Prop:
    """A pan that tosses what is cooked."""
    art = picture_art("shallow-pan-of-food")
    body = body_of(food) if food is not None else None

    def cels(t: float, pose: Pose, m: Map) -> list[Cel]:
        x, y = at(m, user.chest[0], user.chest[1])
        x += pose.facing * 0.14
        toss = max(0.0, wave(t, 1.1))
        cels = []
        if body is not None:
            cels.append(centred(body, x, y - 0.1 - 0.2 * toss, 200 * toss, 0.6 * _SPARE))
        return [*cels, sprite(art, x, y + 0.03 - 0.03 * toss, 0.27, -10 * toss)]

    return cels


def twirled(user: Body, food: Thing, x: float, floor: float, wide: float) -> Prop:
    """A bowl before somebody and a fork that turns in it, pulled up with a ball of noodles."""
    body = body_of(food)
    high = user.height * 0.36 if isinstance(user, Figure) else 0.0
    top = floor - high

    def cels(t: float, pose: Pose, _m: Map) -> list[Cel]:
        up = 0.5 - 0.5 * math.cos(2 * math.pi * t / 1.1)
        place = x + pose.facing * 0.13
        tip = (place + 0.02 * wave(t, 2), top - body.height * 0.8 - 0.17 * up)
        spun = math.cos(t * 11)
        table = tabletop(x, top, wide, floor) if high else []
        ball = chain(move(-16, -14), scale(0.0075 * (0.65 + 0.35 * abs(spun)), 0.0075), move(*tip))
        steel = chain(move(-16.5, -2.5), scale(0.01, -0.01), move(tip[0], tip[1] + 0.02))
        return [
            *table,
            *thing_cel(body, place, top + 0.012),
            Cel(picture_art("~fork"), steel),
            Cel(picture_art("~twirl"), ball),
        ]

    return cels
