"""A scene put on a stage: who stands where, who holds what, who goes which way, and where the camera is."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache

from storyboard.generators.sketch.art import Tint
from storyboard.generators.sketch.backdrop import backdrop, floor_of, place_of
from storyboard.generators.sketch.bodies import Cel, body_of
from storyboard.generators.sketch.camera import DEEP, ROOMY, SIDEWAYS, camera, seen
from storyboard.generators.sketch.casting import carried, find_used, implied, scale_things, upright
from storyboard.generators.sketch.doing import new_player
from storyboard.generators.sketch.framing import first_view
from storyboard.generators.sketch.motion import TRAVEL
from storyboard.generators.sketch.painting import Stage
from storyboard.generators.sketch.players import Player
from storyboard.generators.sketch.relations import put_by
from storyboard.generators.sketch.scene import Scene
from storyboard.generators.sketch.using import give_props
from storyboard.generators.sketch.world import EASEL, World

_TEMPO = {"slow": 0.45, "fast": 2.2}
_GAP = 0.07
"""Between neighbours, in stage units."""


@lru_cache(32)
def stage(scene: Scene, seed: int, width: int, height: int) -> Stage:
    """The stage of `scene` for pictures of this shape. The seed varies who stands where and which way they go."""
    w = _world(implied(scene), seed, width / height)
    _set_up(w)
    cast = sorted((player for group in w.players.values() for player in group), key=lambda p: p.depth)
    high = [p for p in cast if p.body.thing.noun.kind == "sky" and p.leader is None]
    low = [p for p in cast if p not in high]
    start, scroll = first_view(w), _scroll(w)
    moves = set(scene.moves)
    # Sun and moon hang between the sky and the hills, so these must be separate sheets.
    moving = bool(scroll or high or (DEEP | ROOMY) & moves)
    looking = camera(scene.moves, start, w.height, 0.0)
    drawn = backdrop(
        scene,
        w.width,
        w.height,
        random.Random(seed + 1),
        moving=moving,
        sliding=bool(scroll or SIDEWAYS & moves),
        seen=seen(looking, w.width, w.height),
    )
    return Stage(
        width=w.width,
        height=w.height,
        layers=drawn.layers,
        front=drawn.front,
        cast=_all_cels(low),
        sky_cast=_all_cels(high),
        camera=looking,
        scroll=scroll,
        tint=_on_faces(drawn.tint),
        veil=drawn.veil,
        veil_speed=drawn.veil_speed,
        tempo=_TEMPO.get(scene.pace, 1.0),
        closest=max(looking(t).at(1).zoom for t in (0.0, 1.0, 3.0)),
    )


def _world(scene: Scene, seed: int, aspect: float) -> World:
    width, height = (aspect, 1.0) if aspect >= 1 else (1.0, 1.0 / aspect)
    rng = random.Random(seed)
    place = place_of(scene)
    floor = floor_of(place, height)
    return World(scene, seed, width, height, place, floor, _direction(scene, rng), rng, upright(scene))


def _set_up(w: World) -> None:
    find_used(w)
    scale_things(w)
    slots = [i for i in range(len(w.things)) if i not in w.used]
    placed = carried(w, slots)
    _line_up(w, [i for i in slots if i not in placed])
    for _ in placed:  # who carries must be there before who is carried
        for i, tie in placed.items():
            if tie.b in w.players and i not in w.players:
                put_by(w, i, tie)
    # What stands on or under something that is itself nowhere yet, and rings of ties, find their own place.
    _line_up(w, [i for i in slots if i not in w.players])
    for i in slots:
        give_props(w, i)


def _direction(scene: Scene, rng: random.Random) -> int:
    """Which way things go: as the prompt says, else as the seed has it, mostly to the right."""
    ways = [deed.way for deed in scene.deeds if deed.way in ("left", "right")]
    if ways:
        return -1 if ways[0] == "left" else 1
    if "pan-left" in scene.moves:
        return -1
    return 1 if rng.random() < 0.7 else -1


def _line_up(w: World, slots: list[int]) -> None:
    """Places the things side by side, who goes first in front, crowds in rows."""
    order = _order(w, slots)
    room = w.width * 0.94
    total = _total(w, order)
    if total > room:
        for i in order:
            w.scale(i, max(0.55, room / total))
    widths = [_wide(w, i) for i in order]
    total = _total(w, order)
    squeeze = min(1.0, room / total) if total else 1.0
    at_x = w.width / 2 - total * squeeze / 2
    if len(order) == 1 and w.scene.shot != "close":
        at_x += w.rng.uniform(-0.06, 0.06) * w.width
    for i, wide in zip(order, widths, strict=True):
        w.players[i] = _group(w, i, at_x + wide * squeeze / 2, wide * squeeze)
        at_x += (wide + _GAP) * squeeze


def _order(w: World, slots: list[int]) -> list[int]:
    order = list(slots)
    for deed in w.scene.deeds:
        if deed.to in order and deed.who in order:
            assert deed.to is not None
            order.remove(deed.to)
            # A chaser comes after; whoever looks or meets faces the other.
            order.insert(order.index(deed.who) + 1, deed.to)
    return order if w.dir > 0 else order[::-1]


def _total(w: World, order: list[int]) -> float:
    return sum(_wide(w, i) for i in order) + _GAP * max(0, len(order) - 1)


def _wide(w: World, i: int) -> float:
    deed = w.scene.deed_of(i)
    body = body_of(w.things[i])
    spread = min(w.things[i].count, 4) if w.things[i].count <= 4 else 4.4
    return body.width * (1 + 0.95 * (spread - 1)) + (EASEL if deed and deed.motion == "paint" else 0.0)


def _group(w: World, i: int, x: float, wide: float) -> list[Player]:
    """All of one thing: a few in a line, many in rows."""
    players = []
    thing, body = w.things[i], body_of(w.things[i])
    n = thing.count
    rows = 1 if n <= 4 else 2 if n <= 6 else 3
    for k in range(n):
        row, column = k % rows, k // rows
        columns = -(-(n - row) // rows)
        step = (wide - body.width * 0.9) / max(1, columns - 1) if columns > 1 else 0.0
        player = new_player(w, i, x + (column - (columns - 1) / 2) * step + (row % 2) * step * 0.4, k)
        back = 0.055 * row if player.shadow else 0.16 * row - 0.05 * (column % 2)
        player.y, player.ground = player.y - back, player.ground - back
        player.depth = -row + 0.01 * k - (0.5 if thing.noun.kind in ("building", "plant", "sky") else 0)
        players.append(player)
    if n == 2:
        _face_each_other(w, i, players)
    return players


def _face_each_other(w: World, i: int, players: list[Player]) -> None:
    deed = w.scene.deed_of(i)
    if (
        deed
        and deed.motion in ("hug", "fight", "talk", "look", "eat", "twirl", "dance")
        and players[0].body.can_face
    ):
        players[0].facing, players[1].facing = 1, -1
    if deed and deed.motion == "hug":
        middle = (players[0].x + players[1].x) / 2
        for player, side in zip(players, (-1, 1), strict=True):
            player.x = middle + side * (player.body.width * 0.46 + 0.05)


def _scroll(w: World) -> float:
    """How fast the world passes: not at all when something in it stands still, or the movement is upright."""
    if w.anchored() or any(deed.motion in ("rise", "fall", "jump", "dive") for deed in w.scene.deeds):
        return 0.0
    speeds = [TRAVEL[deed.motion] for deed in w.scene.deeds if deed.motion in TRAVEL]
    if not speeds and any(thing.noun.kind in ("bird", "aircraft", "boat") for thing in w.things):
        speeds = [0.3]
    return w.dir * max(speeds, default=0.0)


def _all_cels(players: list[Player]) -> Callable[[float], list[Cel]]:
    return lambda t: [cel for player in players for cel in player.cels(t)]


def _on_faces(tint: Tint) -> Tint:
    """Night falls less on the players than on the place, or nobody would be seen."""
    return (0.5 + 0.5 * tint[0], 0.5 + 0.5 * tint[1], 0.5 + 0.5 * tint[2])
