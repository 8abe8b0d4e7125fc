"""What the staging of one scene knows and agrees on while it is being put together."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from storyboard.generators.sketch.backdrop import FLOATING, WET
from storyboard.generators.sketch.motion import TRAVEL
from storyboard.generators.sketch.players import Player
from storyboard.generators.sketch.scene import Scene, Thing

EASEL = 0.44
"""Room beside a painter, in stage heights."""
_SMALLEST, _LARGEST = 0.13, 0.86
"""Stage heights of the tiniest and the hugest thing."""


@dataclass
class World:
    """One scene on its way to the stage. Lengths are in stage units: the picture's shorter side is 1."""

    scene: Scene
    seed: int
    width: float
    height: float
    place: str
    floor: float
    """Where the ground begins, from the upper edge."""
    dir: int
    """Which way things go: 1 right, -1 left."""
    rng: random.Random
    things: list[Thing]
    """The scene's things, scaled so that all have room."""
    used: set[int] = field(default_factory=set)
    """Things that are somebody's prop, and so stand nowhere by themselves."""
    players: dict[int, list[Player]] = field(default_factory=dict)

    def scale(self, i: int, k: float) -> None:
        thing = self.things[i]
        self.things[i] = replace(
            thing, scale=min(_LARGEST, max(_SMALLEST, thing.noun.size * thing.scale * k)) / thing.noun.size
        )

    def acts(self, index: int) -> bool:
        return self.scene.deed_of(index) is not None

    def joined(self, index: int) -> int | None:
        """ "A robot and a panda dance": who does it too."""
        return next(
            (
                tie.a
                for tie in self.scene.ties
                if tie.kind == "with" and tie.b == index and self.scene.things[index].alive
            ),
            None,
        )

    def eats(self, i: int) -> bool:
        return any(d.who == i and d.motion in ("eat", "twirl") for d in self.scene.deeds)

    def eats_at(self, player: Player) -> bool:
        return any(
            d.motion in ("eat", "drink", "twirl", "cook") and player in self.players.get(d.who, [])
            for d in self.scene.deeds
        )

    def filled_with(self, host: Player) -> str:
        for tie in self.scene.ties:
            if tie.kind == "of" and host in self.players.get(tie.a, []):
                return self.scene.things[tie.b].noun.picture
        return host.body.thing.noun.picture

    def anchored(self) -> bool:
        """Whether something in the scene stands still, so that the world must not slide past."""
        carried = {tie.a for tie in self.scene.ties if tie.kind in ("on", "ride")}
        for i, thing in enumerate(self.scene.things):
            if i in self.used or i in carried or thing.noun.kind == "sky":
                continue
            deed = self.scene.deed_of(i)
            mounted = any(d.motion == "ride" and d.to == i for d in self.scene.deeds)
            chased = any(d.motion in ("chase", "push") and d.to == i for d in self.scene.deeds)
            joined = self.joined(i) is not None
            if not (
                mounted
                or chased
                or joined
                or (deed and deed.motion in TRAVEL)
                or thing.noun.kind in ("bird", "aircraft", "swimmer", "boat")
            ):
                return True
        return self.place not in (*FLOATING, *WET) and self.place in (
            "kitchen",
            "room",
            "restaurant",
            "stage",
            "",
        )
