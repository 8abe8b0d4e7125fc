"""Where the camera begins: near enough that everybody is seen large, far enough that nothing is cut off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from storyboard.generators.sketch.backdrop import FLOATING, WET
from storyboard.generators.sketch.bodies import Cel, Figure
from storyboard.generators.sketch.camera import LONGEST, NEARER, View
from storyboard.generators.sketch.geometry import at
from storyboard.generators.sketch.players import Player
from storyboard.generators.sketch.world import World

_TIMES = (0.0, 0.4, 0.8, 1.2, 1.6, 2.0)
"""Seconds at which the players must be inside the picture."""
_LEAST, _MOST = 0.8, 1.5
"""Zooms of a shot that names no size."""
_UPRIGHT = frozenset({"tilt-up", "tilt-down", "crane-up", "crane-down"})
_ABOVE = 0.28
"""How far above the stage's upper edge, in stage heights, the camera looks for what flies there."""
_INSIDE = 0.94
"""The part of the picture, across and down, that what matters keeps to."""


class Box(NamedTuple):
    """Edges on the stage."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


def first_view(w: World) -> View:
    """The view at the beginning of the shot, before the camera moves."""
    view = View(w.width / 2, w.height / 2)
    main = _main(w)
    everybody = _reach(w, (player for group in w.players.values() for player in group))
    if not main or everybody is None:
        return view._replace(zoom=0.8 if w.scene.shot in ("wide", "aerial") else 1.0)
    if w.scene.shot == "close":
        return _close(w, main)
    if w.scene.shot == "medium":
        return _medium(w, main)
    zoom = min(0.84 * w.width / everybody.width, 0.78 * w.height / everybody.height)
    if w.scene.shot in ("wide", "aerial"):
        zoom = 0.8
    elif w.scene.shot == "low":
        view, zoom = view._replace(roll=-2), 1.05 * min(_MOST, max(_LEAST, zoom))
    elif _UPRIGHT & set(w.scene.moves):
        zoom = min(zoom, 1.0)
    zoom = min(_MOST, max(_LEAST, zoom))
    growth = _growth(w)
    last = _reach(w, main) or everybody
    if _LEAST * growth * max(everybody.width / w.width, everybody.height / w.height) < _INSIDE:
        last = everybody
    # The end of a zoom shows everybody, or, where that is too much, the main thing whole.
    zoom = max(
        _LEAST, min(zoom, _INSIDE * w.width / (last.width * growth), w.height / (last.height * growth))
    )
    view = _around(w, view, everybody, zoom)
    return _around(w, view._replace(zoom=zoom * growth), last, zoom * growth)._replace(zoom=zoom)


def _growth(w: World) -> float:
    """How much larger than at the start the picture becomes, or is at first when it becomes smaller."""
    moves = set(w.scene.moves)
    return LONGEST if NEARER & moves else 1.5 if moves & {"zoom-out", "dolly-out"} else 1.06


def _around(w: World, view: View, box: Box, zoom: float) -> View:
    """`view` with `box` inside the picture at `zoom`, moved no more than it must be."""
    across, down = _INSIDE * w.width / 2 / zoom, _INSIDE * w.height / 2 / zoom
    x = _kept(view.x, box.right - across, box.left + across)
    y = view.y
    if zoom > 1 and w.place not in FLOATING:
        y = box.bottom - 0.34 * w.height / zoom  # the ground stays where it was in the picture
    y = _kept(y, box.bottom - down, box.top + down)
    half = w.height / 2 / zoom
    highest = half + max(-_ABOVE, min(0.0, box.top - 0.03))
    y = _kept(y, w.height - half, highest) if zoom < 1 else min(w.height - half, max(highest, y))
    return view._replace(x=x, y=y, zoom=zoom)


def _kept(value: float, low: float, high: float) -> float:
    """`value` between `low` and `high`; their middle where there is nothing between."""
    return (low + high) / 2 if low > high else min(high, max(low, value))


def _main(w: World) -> list[Player]:
    """The players of what the shot is about."""
    order = [deed.who for deed in w.scene.deeds] + list(range(len(w.scene.things)))
    return next((w.players[i] for i in order if w.players.get(i)), [])


def _reach(w: World, players: Iterable[Player]) -> Box | None:
    """The box on the stage that players and what they hold keep to, or None when nothing is seen of them."""
    corners = [
        corner
        for player in players
        for t in _TIMES
        for cel in (player.at_table(t) if w.eats_at(player) else player.solid(t))
        if cel.opacity > 0.3 and not cel.lit
        for corner in _corners(cel)
    ]
    if not corners:
        return None
    lowest = w.floor + 0.12 if w.place in WET else w.height
    top = max(-0.35, min(y for _, y in corners))
    bottom = max(top + 0.1, min(lowest, max(y for _, y in corners)))
    return Box(
        max(-0.35, min(x for x, _ in corners)),
        top,
        min(w.width + 0.35, max(x for x, _ in corners)) + 1e-3,
        bottom,
    )


def _corners(cel: Cel) -> list[tuple[float, float]]:
    left, top = cel.art.left, cel.art.top
    right, bottom = left + cel.art.width, top + cel.art.height
    return [at(cel.map, x, y) for x in (left, right) for y in (top, bottom)]


def _close(w: World, main: list[Player]) -> View:
    """The face, or the whole of a thing."""
    faces = [player.place(0.9, player.body.face) for player in main[:3]]
    x, y = sum(x for x, _ in faces) / len(faces), sum(y for _, y in faces) / len(faces)
    first = main[0]
    busy = bool(first.props)
    if w.eats_at(first):
        x, y = x + 0.05 * first.facing, y + 0.1
    elif busy:
        y += 0.04
    larger = max(abs(first.pose(0.9).sy), 0.3)
    if isinstance(first.body, Figure):
        wanted = 0.6 / ((0.56 if busy else 0.46) * first.body.height * larger)
    else:
        part = 0.62 if first.body.thing.alive and first.body.thing.noun.kind == "beast" else 1.0
        wanted = 0.8 / (max(first.body.width, first.body.height) * part * larger)
    if first.body.thing.human and w.eats_at(first):
        wanted = min(wanted, 1.6)
    if len(faces) > 1:
        span = max(x for x, _ in faces) - min(x for x, _ in faces) + 1.1 * first.body.width
        wanted = min(wanted, _INSIDE * w.width / span)
    return View(x, y, max(1.2, min(2.9, wanted)))


def _medium(w: World, main: list[Player]) -> View:
    """A person from the hips up, an animal or a thing whole."""
    first = main[0]
    if not isinstance(first.body, Figure):
        box = _reach(w, main)
        assert box is not None
        zoom = max(1.1, min(1.9, 0.8 * w.width / box.width, 0.8 * w.height / box.height))
        return _around(w, View(w.width / 2, w.height / 2), box, zoom)
    x, y = first.place(0.9, first.body.face)
    if len(main) > 1:
        x = sum(player.place(0.9, player.body.face)[0] for player in main) / len(main)
    zoom = max(1.1, min(2.0, 0.9 / (0.8 * first.body.height)))
    if len(main) > 1:
        zoom = min(zoom, max(1.0, 0.9 * w.width / (first.body.width * (len(main) + 1))))
    return View(x, y + 0.2 / zoom, zoom)
