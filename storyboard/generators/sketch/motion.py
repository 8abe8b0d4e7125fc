"""Verbs as movement: what a body does at each time, relative to where it stands.

Every function takes seconds and gives a `Pose`; all are smooth in time and show themselves within a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from storyboard.generators.sketch.bodies import Pose
from storyboard.generators.sketch.geometry import settle, smooth, swell, wave

Act: TypeAlias = Callable[[float], Pose]


def idle(t: float) -> Pose:
    """Breathing: nothing on a stage is quite still."""
    return Pose(
        sy=1 + 0.014 * wave(t, 0.8),
        sx=1 - 0.007 * wave(t, 0.8),
        head=2.5 * wave(t, 0.4),
        angle=0.9 * wave(t, 0.5),
    )


def walk(t: float) -> Pose:
    step = wave(t, 1.7)
    return Pose(y=-0.018 * swell(t, 3.4, 0.5), angle=2.2 * step, legs=26 * step, near_arm=-26 * step,
                far_arm=26 * step, head=-2 * step)  # fmt: skip


def run(t: float) -> Pose:
    step = wave(t, 2.4)
    hop = swell(t, 4.8, 0.5)
    return Pose(y=-0.045 * hop, angle=7 + 3.5 * step, legs=46 * step, near_arm=40 - 55 * step, far_arm=40 + 55 * step,
                sy=0.97 + 0.05 * hop, sx=1.02 - 0.03 * hop)  # fmt: skip


def gallop(t: float) -> Pose:
    """A four-legged run: the whole picture rocks from hind to front."""
    return Pose(y=-0.05 * max(0.0, wave(t, 2.2)), angle=7 * wave(t, 2.2, 0.2), pivot=0.3)


def trot(t: float) -> Pose:
    return Pose(y=-0.02 * swell(t, 3.2), angle=3.5 * wave(t, 1.6, 0.1), pivot=0.2)


def drive(t: float) -> Pose:
    return Pose(y=-0.005 * swell(t, 10), angle=0.7 * wave(t, 2.3), sy=1 + 0.008 * wave(t, 5))


def roll(t: float) -> Pose:
    return Pose(angle=t * 300, pivot=0.5)


def fly(t: float) -> Pose:
    return Pose(y=0.03 * wave(t, 0.9), angle=4 * wave(t, 0.9, 0.25), pivot=0.5)


def flap(t: float) -> Pose:
    beat = wave(t, 3)
    return Pose(
        y=0.025 * wave(t, 3, 0.3) + 0.03 * wave(t, 0.7),
        sy=1 + 0.16 * beat,
        angle=-4 + 3 * beat,
        pivot=0.4,
        wing=beat,
    )


def wing_beat(t: float) -> Pose:
    """A bird whose wings are drawn apart: only they beat, the body rises a little with every stroke."""
    return Pose(
        y=0.014 * wave(t, 2.6, 0.3) + 0.025 * wave(t, 0.7),
        angle=-3 + 2 * wave(t, 0.7, 0.25),
        pivot=0.4,
        wing=wave(t, 2.6),
    )


def flutter(t: float) -> Pose:
    """A butterfly's wings, seen from above, close and open."""
    return Pose(
        sx=0.68 + 0.32 * wave(t, 3.2),
        y=0.02 * wave(t, 3.2, 0.2) + 0.03 * wave(t, 0.8),
        angle=8 * wave(t, 0.6),
        pivot=0.5,
    )


def rise(t: float) -> Pose:
    """Shivers, gathers speed, and is high within a second."""
    gone = 1 - math.exp(-((t / 0.75) ** 2)) if t > 0 else 0.0
    shake = 0.006 * wave(t, 11) * (1 - gone)
    return Pose(
        x=shake,
        y=-0.56 * gone - 0.05 * settle(max(0.0, t - 0.8), 2.5),
        sy=1 + 0.06 * smooth(t / 0.4),
        pivot=0.5,
    )


def fall(t: float) -> Pose:
    """Down from above, a bounce, and still."""
    drop, landed = 0.62, t - 0.62
    if t < drop:
        return Pose(y=-0.85 * (1 - (t / drop) ** 2), angle=24 * (1 - t / drop), sy=1.05, sx=0.97, pivot=0.5)
    bounce = 0.16 * math.exp(-3.2 * landed) * abs(math.sin(landed * 8.5))
    squash = 0.45 * math.exp(-7 * landed) * (1 - math.exp(-landed * 16))
    stretch = 0.05 * math.exp(-landed * 25)
    return Pose(
        y=-bounce,
        sx=1 + squash - 0.6 * stretch,
        sy=1 - squash + stretch,
        angle=5 * math.exp(-3 * landed) * math.sin(landed * 9),
    )


def jump(t: float, height: float = 0.3, period: float = 1.05) -> Pose:
    """Crouches, springs, hangs, lands."""
    p = (t / period) % 1
    if p < 0.22:
        crouch = math.sin(math.pi * p / 0.22)
        return Pose(sy=1 - 0.16 * crouch, sx=1 + 0.1 * crouch, near_arm=25 * crouch, far_arm=-25 * crouch)
    if p < 0.86:
        q = (p - 0.22) / 0.64
        high = 4 * q * (1 - q)
        return Pose(y=-height * high, sy=1 + 0.3 * high * (1 - high), sx=1 - 0.03 * high, near_arm=-150 * high,
                    far_arm=150 * high, legs=24 * high, angle=-5 * math.sin(2 * math.pi * q))  # fmt: skip
    land = math.sin(math.pi * (p - 0.86) / 0.14)
    return Pose(sy=1 - 0.12 * land, sx=1 + 0.08 * land)


def leap(t: float) -> Pose:
    """A crouch and a jump across something, and then back again."""
    turn, p = divmod(t / 1.4, 1)
    way = 1 if turn % 2 == 0 else -1
    crouch = math.sin(math.pi * min(1.0, p / 0.18)) + math.sin(math.pi * min(1.0, max(0.0, (p - 0.8) / 0.2)))
    high = math.sin(math.pi * min(1.0, max(0.0, (p - 0.18) / 0.62)))
    # Who turns round is narrow for a moment.
    turned = 1 - 0.75 * math.exp(-((min(p, 1 - p) / 0.06) ** 2)) * (t > 0.7)
    return Pose(x=way * (-0.36 + 0.72 * smooth((p - 0.12) / 0.7)), y=-0.46 * high, facing=way, sx=turned + 0.05 * crouch,
                angle=-14 * math.cos(math.pi * p) * high, sy=1 + 0.06 * high - 0.1 * crouch, near_arm=-120 * high,
                far_arm=120 * high, legs=30 * high)  # fmt: skip


def breach(t: float) -> Pose:
    """Out of the water in an arc, nose first, and back."""
    p = ((t + 0.12) / 1.5) % 1
    high = math.sin(math.pi * min(1.0, p / 0.86))
    return Pose(x=-0.2 + 0.4 * smooth(p), y=0.34 - 0.66 * high, angle=-72 + 108 * smooth(p), pivot=0.5)


def bounce(t: float) -> Pose:
    p = (t / 0.62) % 1
    high = 4 * p * (1 - p)
    flat = max(0.0, 1 - high * 2.2) ** 2
    return Pose(y=-0.3 * high, sy=1 - 0.22 * flat, sx=1 + 0.16 * flat, angle=t * 60)


def spin(t: float) -> Pose:
    """Turns about the upright axis, as a dancer does."""
    c = math.cos(2 * math.pi * t * 0.9)
    width = math.copysign(max(0.14, abs(c)), c)
    return Pose(
        sx=abs(width), facing=1 if width > 0 else -1, near_arm=-85, far_arm=85, y=-0.012 * swell(t, 3.6)
    )


def wheel(t: float) -> Pose:
    return Pose(angle=t * 330, pivot=0.5)


def dance(t: float) -> Pose:
    beat = wave(t, 1.3)
    hop = swell(t, 2.6, 0.5)
    return Pose(x=0.035 * beat, y=-0.05 * hop, angle=8 * beat, legs=18 * beat, near_arm=-115 - 40 * beat,
                far_arm=115 - 40 * beat, head=-6 * beat, sy=0.96 + 0.06 * hop)  # fmt: skip


def wave_hand(t: float) -> Pose:
    return Pose(
        near_arm=-12,
        far_arm=150 + 24 * wave(t, 2.2),
        angle=1.5 * wave(t, 1.1),
        head=4 * wave(t, 1.1),
        mouth=0.0,
    )


def rock(t: float) -> Pose:
    return Pose(angle=9 * wave(t, 1.4))


def shake(t: float) -> Pose:
    return Pose(x=0.012 * wave(t, 8), angle=2.4 * wave(t, 8, 0.2), near_arm=-30 + 12 * wave(t, 8), far_arm=30)


def eat(t: float) -> Pose:
    """A person's bite: the hand comes up, the mouth opens, and chews."""
    up = bite(t)
    opened = smooth((up - 0.4) / 0.5)
    chew = (0.25 + 0.25 * wave(t, 3.6)) * (1 - opened) + up * opened
    return Pose(
        near_arm=52 + 78 * up, far_arm=-4, mouth=max(0.05, chew), head=3 - 6 * up, angle=2.5 * (1 - up)
    )


def bite(t: float) -> float:
    """How near the hand is to the mouth: 0 at the plate, 1 at the lips; about one bite a second."""
    p = (t / 1.05) % 1
    return smooth(p / 0.42) if p < 0.55 else 1 - smooth((p - 0.55) / 0.4)


def graze(t: float) -> Pose:
    """An animal's bite: the whole body dips to the food."""
    return Pose(
        angle=9 * smooth(0.5 + 0.5 * wave(t, 1.5, -0.25)), x=0.015 * wave(t, 1.5), sy=1 + 0.02 * wave(t, 3)
    )


def hug(t: float) -> Pose:
    near = settle(t, 0.35)
    return Pose(x=0.05 * near, angle=6 * near + 2 * wave(t, 0.9), near_arm=78 * near, far_arm=70 * near,
                sx=1 - 0.03 * near * (1 + wave(t, 0.9)))  # fmt: skip


def fight(t: float) -> Pose:
    hit = max(0.0, wave(t, 1.6)) ** 3
    return Pose(x=0.09 * hit, angle=7 * hit, near_arm=60 + 40 * hit, far_arm=70 - 20 * hit, legs=15)


def explode(t: float) -> Pose:
    """Swells, trembles and is gone; where it was, another one comes up."""
    p = t % 1.7
    if p > 0.42:
        grown = smooth((p - 1.3) / 0.4)
        return Pose(opacity=grown, sx=0.5 + 0.5 * grown, sy=0.5 + 0.5 * grown, pivot=0.5)
    swell = smooth(p / 0.42)
    return Pose(sx=1 + 0.25 * swell, sy=1 + 0.25 * swell, x=0.012 * swell * wave(t, 14), pivot=0.5)


def swim(t: float) -> Pose:
    return Pose(y=0.03 * wave(t, 0.8), angle=6 * wave(t, 1.3), sx=1 + 0.04 * wave(t, 2.6), pivot=0.5, near_arm=90,
                far_arm=60 + 60 * wave(t, 1.3), legs=20 * wave(t, 2.6))  # fmt: skip


def float_(t: float) -> Pose:
    return Pose(
        x=0.02 * wave(t, 0.35),
        y=0.05 * wave(t, 0.55),
        angle=7 * wave(t, 0.4),
        pivot=0.5,
        near_arm=-55,
        far_arm=55,
    )


def grow(t: float) -> Pose:
    k = 0.45 + 0.95 * settle(t, 0.6) + 0.04 * wave(t, 1.5) * math.exp(-t)
    return Pose(sx=k, sy=k)


def shrink(t: float) -> Pose:
    k = 0.28 + 0.92 * math.exp(-t / 0.7)
    return Pose(sx=k, sy=k)


def laugh(t: float) -> Pose:
    ha = swell(t, 4.8)
    return Pose(y=-0.016 * ha, head=6 * wave(t, 0.9), angle=-3 + 3 * wave(t, 0.9), mouth=0.7 + 0.5 * ha, near_arm=-28 - 10 * ha,
                far_arm=28 + 10 * ha, sy=0.985 + 0.03 * ha)  # fmt: skip


def cry(t: float) -> Pose:
    sob = swell(t, 3)
    return Pose(head=8 + 4 * wave(t, 1.5), y=0.01 * sob, angle=3, near_arm=120, far_arm=-20, mouth=0.3 * sob)


def sing(t: float) -> Pose:
    note = wave(t, 1.1)
    return Pose(
        angle=4 * note,
        head=5 * note,
        mouth=0.7 + 0.35 * wave(t, 2.2),
        near_arm=-60 - 20 * note,
        far_arm=85 + 20 * note,
    )


def talk(t: float) -> Pose:
    return Pose(
        mouth=0.4 + 0.35 * wave(t, 3.1) * wave(t, 0.7, 0.2),
        head=4 * wave(t, 0.9),
        far_arm=60 + 20 * wave(t, 1.2),
    )


def sleep(t: float) -> Pose:
    return Pose(sy=1 + 0.035 * wave(t, 0.55), sx=1 - 0.012 * wave(t, 0.55), asleep=True)


def paint(t: float) -> Pose:
    return Pose(near_arm=96 + 14 * wave(t, 1.4), far_arm=24, head=4 * wave(t, 0.5), angle=2 * wave(t, 0.7))


def work(t: float) -> Pose:
    """Hands busy in front: cooking, writing, washing, cutting."""
    return Pose(
        near_arm=62 + 16 * wave(t, 2.2),
        far_arm=55 - 12 * wave(t, 2.2),
        head=5 + 2 * wave(t, 0.7),
        angle=1.5 * wave(t, 1.1),
    )


def read(t: float) -> Pose:
    return Pose(near_arm=72 + 2 * wave(t, 0.5), far_arm=66, head=6 + 3 * wave(t, 0.4))


def look(t: float) -> Pose:
    """The head goes one way, stays, and comes back."""
    side = math.tanh(3 * wave(t, 0.5))
    return Pose(head=9 * side, x=0.012 * side, sy=1 + 0.01 * wave(t, 0.8))


def sit(t: float) -> Pose:
    return Pose(sitting=True, near_arm=30, far_arm=25, head=4 * wave(t, 0.5), sy=1 + 0.012 * wave(t, 0.8))


def lean(t: float) -> Pose:
    back = settle(t, 0.45)
    return Pose(
        sitting=True,
        angle=-17 * back,
        near_arm=-34 * back,
        far_arm=34 * back,
        head=-8 * back + 1.5 * wave(t, 0.6),
    )


def throw(t: float) -> Pose:
    """The arm goes back, swings over, and comes down again."""
    p = (t / 1.3) % 1
    back = smooth(p / 0.24) * (1 - smooth((p - 0.24) / 0.14))
    swing = smooth((p - 0.24) / 0.14) * (1 - smooth((p - 0.45) / 0.5))
    return Pose(
        near_arm=-10 - 50 * back + 140 * swing, angle=-9 * back + 9 * swing, legs=12 * swing - 8 * back
    )


def catch(t: float) -> Pose:
    return jump(t + 0.12, 0.16, 1.05)


def hold(t: float) -> Pose:
    return Pose(near_arm=72 + 5 * wave(t, 0.7), far_arm=20, angle=1.5 * wave(t, 0.7), head=2 * wave(t, 0.5))


def push(t: float) -> Pose:
    step = wave(t, 1.3)
    return Pose(near_arm=88, far_arm=84, angle=12 + 2 * step, legs=24 * step, x=0.01 * step)


def play(t: float) -> Pose:
    return Pose(
        near_arm=44 + 14 * wave(t, 2.4),
        far_arm=118,
        angle=4 * wave(t, 1.2),
        head=5 * wave(t, 1.2),
        y=-0.012 * swell(t, 2.4),
    )


def shine(t: float) -> Pose:
    k = 1 + 0.07 * wave(t, 1.2)
    return Pose(sx=k, sy=k, pivot=0.5)


def burn(t: float) -> Pose:
    return Pose(sy=1 + 0.1 * wave(t, 4.1), sx=1 + 0.05 * wave(t, 5.3), angle=3 * wave(t, 2.7))


def ride_seat(t: float) -> Pose:
    """Sitting on something that gallops."""
    return Pose(
        sitting=True,
        astride=True,
        legs=5 * wave(t, 2.2, 0.3),
        near_arm=58 + 8 * wave(t, 2.2),
        far_arm=52,
        head=3 * wave(t, 2.2, 0.2),
        y=-0.012 * swell(t, 2.2),
    )


def ride_wheels(t: float) -> Pose:
    """Sitting on something that drives."""
    return Pose(
        sitting=True,
        near_arm=66 + 3 * wave(t, 2.2),
        far_arm=60,
        head=2 * wave(t, 1.1),
        y=-0.004 * swell(t, 5),
    )


def dive(t: float) -> Pose:
    """Down with a rush, a twist below, up again."""
    p = (t / 1.25) % 1
    if p < 0.32:
        return Pose(y=-0.5 * (1 - smooth(p / 0.32) ** 2))
    if p < 0.68:
        q = (p - 0.32) / 0.36
        return Pose(y=0.05 * smooth(q * 2), angle=10 * wave(q, 1.5), sx=0.75 + 0.25 * abs(wave(q, 1.5, 0.25)))
    return Pose(y=0.05 - 0.55 * smooth((p - 0.68) / 0.32))


ACTS: dict[str, Act] = {
    "": idle, "walk": walk, "run": run, "drive": drive, "chase": run, "ride": gallop, "roll": roll, "fly": fly,
    "rise": rise, "fall": fall, "dive": idle, "jump": jump, "bounce": bounce, "spin": spin, "twirl": work, "dance": dance,
    "wave": wave_hand, "shake": shake, "eat": eat, "drink": eat, "hug": hug, "fight": fight, "explode": explode,
    "swim": swim, "float": float_, "grow": grow, "shrink": shrink, "laugh": laugh, "cry": cry, "splash": idle,
    "cook": work, "sleep": sleep, "paint": paint, "write": work, "play": play, "sing": sing, "talk": talk, "read": read,
    "look": look, "sit": sit, "stand": idle, "catch": catch, "throw": throw, "lean": lean, "push": push, "hold": hold,
    "burn": burn, "shine": shine, "cut": work, "wash": work, "slurp": eat,
}  # fmt: skip
"""What a body with limbs does; `PUPPET_ACTS` has what differs for one that is a single picture."""

PUPPET_ACTS: dict[str, Act] = {
    "walk": trot, "run": gallop, "chase": gallop, "wave": rock, "eat": graze, "drink": graze, "slurp": graze,
    "play": rock, "paint": rock, "cook": rock, "twirl": wheel, "sing": rock, "talk": rock, "look": idle, "read": idle,
    "push": trot, "hold": idle, "work": rock, "cut": rock, "wash": rock, "write": rock, "lean": rock, "throw": rock,
}  # fmt: skip

TRAVEL: dict[str, float] = {
    "walk": 0.34, "run": 0.6, "chase": 0.6, "drive": 0.75, "ride": 0.6, "roll": 0.5, "fly": 0.5, "swim": 0.4,
    "push": 0.25, "float": 0.12,
}  # fmt: skip
"""Motions that go somewhere: how fast the world passes, in stage heights a second."""
