"""A player: one body on the stage with what it does, uses and leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from storyboard.generators.sketch.art import Art
from storyboard.generators.sketch.bodies import Body, Cel, Pose
from storyboard.generators.sketch.effects import Effect
from storyboard.generators.sketch.geometry import Map, at, chain, move, scale
from storyboard.generators.sketch.motion import Act
from storyboard.generators.sketch.props import Prop

Path: TypeAlias = Callable[[float], tuple[float, float, float]]
"""Seconds to a way gone: right, down (stage units), and how many times larger."""

_SHADOW = Art('<ellipse cx="16" cy="16" rx="15" ry="15" fill="#000"/>', 0, 0, 32, 32)


@dataclass
class Player:
    body: Body
    x: float
    y: float
    """Where the feet are, in stage units."""
    facing: int
    act: Act
    depth: float = 0.0
    """Larger is nearer: drawn later."""
    phase: float = 0.0
    """Seconds by which it is ahead, so that two of a kind do not move as one."""
    path: Path | None = None
    leader: Callable[[float], tuple[float, float, float]] | None = None
    """Follows a place of another player: right, down, angle. Then `x` and `y` do not count."""
    turned: float = 0.0
    """Degrees by which the whole is turned for good (a plane's nose, a sleeper on the floor)."""
    shadow: bool = True
    ground: float = 0.0
    """Where its shadow falls, in stage units."""
    effects: list[Effect] = field(default_factory=list)
    heel_effects: list[Effect] = field(default_factory=list)
    """Effects at the foot behind the body instead of at its middle."""
    props: list[Prop] = field(default_factory=list)
    back_props: list[Prop] = field(default_factory=list)

    def pose(self, t: float) -> Pose:
        own = self.act(t + self.phase)
        x, y, angle = self.x, self.y, 0.0
        if self.leader is not None:
            x, y, angle = self.leader(t)
        larger = 1.0
        if self.path is not None:
            right, down, larger = self.path(t)
            x, y = x + right, y + down
        placed = Pose(x=x, y=y, facing=self.facing).plus(replace(own, x=own.x * self.facing))
        return replace(
            placed, angle=placed.angle + self.turned + angle, sx=placed.sx * larger, sy=placed.sy * larger
        )

    def place(self, t: float, local: tuple[float, float]) -> tuple[float, float]:
        """Where a point of the body is on the stage."""
        return at(self.body.map(self.pose(t)), *local)

    def solid(self, t: float) -> list[Cel]:
        """The body and its props alone: what the camera must not cut off."""
        pose = self.pose(t)
        m = self.body.map(pose)
        cels = self.body.cels(pose)
        for prop in (*self.back_props, *self.props):
            cels += prop(t + self.phase, pose, m)
        return cels

    def at_table(self, t: float) -> list[Cel]:
        """The body and what is before it: a table may go on beyond the picture."""
        pose = self.pose(t)
        beside = replace(pose, x=pose.x + 0.24 * pose.facing)
        return [*self.body.cels(pose), *self.body.cels(beside)]

    def cels(self, t: float) -> list[Cel]:
        pose = self.pose(t)
        m = self.body.map(pose)
        seconds = t + self.phase
        cels = self._shadow(pose) if self.shadow else []
        for prop in self.back_props:
            cels += prop(seconds, pose, m)
        for effect in self.heel_effects:
            cels += self._mirrored(effect(seconds, 0.0, 0.0, self.body.height), pose)
        cels += self.body.cels(pose)
        for prop in self.props:
            cels += prop(seconds, pose, m)
        middle = at(m, 0.0, -self.body.height * 0.55)
        for effect in self.effects:
            cels += effect(seconds, middle[0], middle[1], self.body.height)
        return cels

    def _mirrored(self, cels: list[Cel], pose: Pose) -> list[Cel]:
        """Effects drawn for something that goes right, behind its heels."""
        heel = chain(
            move(-self.body.width * 0.42, 0.0), scale(pose.facing, 1.0), move(pose.x, min(pose.y, self.y))
        )
        return [cel._replace(map=chain(cel.map, heel)) for cel in cels]

    def _shadow(self, pose: Pose) -> list[Cel]:
        lifted = max(0.0, self.ground - pose.y)
        wide = self.body.width * (0.95 if pose.sx > 0 else 1) * max(0.45, 1 - 0.9 * lifted)
        m: Map = chain(
            move(-16, -16), scale(wide / 32, 0.035 / 32 * (1 + wide)), move(pose.x, self.ground + 0.004)
        )
        return [Cel(_SHADOW, m, 0.24 * max(0.3, 1 - 1.2 * lifted) * pose.opacity, lit=True)]
