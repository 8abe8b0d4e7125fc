"""What players do with things and with each other: props in hands, tables and chairs, partners faced."""

from __future__ import annotations

from dataclasses import replace

from storyboard.generators.sketch import props
from storyboard.generators.sketch.art import picture_art
from storyboard.generators.sketch.backdrop import FLOATING, WET
from storyboard.generators.sketch.bodies import Cel, Figure, Pose, sprite
from storyboard.generators.sketch.casting import INSTRUMENTS
from storyboard.generators.sketch.doing import travel
from storyboard.generators.sketch.geometry import Map, wave
from storyboard.generators.sketch.motion import ACTS, PUPPET_ACTS, flap
from storyboard.generators.sketch.nouns import listed
from storyboard.generators.sketch.players import Player
from storyboard.generators.sketch.scene import Thing, Tie
from storyboard.generators.sketch.world import EASEL, World

_CUTLERY = listed("~fork spoon chopsticks kitchen-knife")
"""Drawn already by who eats."""


def give_props(w: World, i: int) -> None:
    for player in w.players.get(i, []):
        for deed in w.scene.deeds:
            if deed.who == i and deed.to in w.used:
                assert deed.to is not None
                use(w, player, deed.motion, w.scene.things[deed.to])
            elif deed.who == i and deed.to is None and deed.motion in ("paint", "cook", "twirl"):
                use(w, player, deed.motion, None)
        for tie in w.scene.ties:
            if tie.a == i and tie.b in w.used:
                tied(w, player, tie)
        turn_to_partner(w, player, i)
        seat(w, player, i)


def seat(w: World, player: Player, i: int) -> None:
    """Food stands on a table where somebody is there to eat it; who leans back has a chair."""
    thing = w.things[i]
    tied = any(i in (tie.a, tie.b) and tie.kind != "of" for tie in w.scene.ties)
    company = any(other.human for other in w.scene.things)
    if thing.noun.picture in props.ON_A_PLATE and company and not tied and w.place not in FLOATING | WET:
        table, wide = picture_art("~table"), max(0.5, player.body.width * 1.5)
        top = player.y - wide * 0.625
        player.back_props.append(
            lambda _t, _pose, _m: [sprite(table, player.x, player.ground - wide * 0.3, wide * 1.06)]
        )
        player.y, player.shadow, player.depth = top + 0.02, False, player.depth + 0.3
    elif (
        isinstance(player.body, Figure)
        and tied
        and (deed := w.scene.deed_of(i))
        and deed.motion == "sit"
        and not any(i == tie.a and tie.kind in ("on", "in", "ride") for tie in w.scene.ties)
    ):
        player.y += player.body.hips * 0.8  # on the ground
    elif thing.human and (deed := w.scene.deed_of(i)) and deed.motion in ("lean", "sit") and not tied:
        chair, x, ground = picture_art("chair"), player.x - 0.02 * player.facing, player.ground
        player.back_props.append(lambda _t, _pose, _m: [sprite(chair, x, ground - 0.2, 0.42)])
        player.y -= 0.1


def tied(w: World, player: Player, tie: Tie) -> None:
    thing = w.scene.things[tie.b]
    if tie.kind == "of":
        filling = picture_art("~noodles" if thing.noun.picture == "spaghetti" else thing.noun.picture)
        body = player.body

        def cels(_t: float, pose: Pose, _m: Map) -> list[Cel]:
            x, y = pose.x, pose.y - body.height * 0.84
            return [sprite(filling, x, y, body.width * 0.86)]

        player.props.append(cels)
    elif tie.kind in ("with", "hold", "on") and not (thing.noun.picture in _CUTLERY and w.eats(tie.a)):
        player.props.append(props.in_hand(player.body, thing))
        act = player.act
        held = 112.0 if thing.noun.picture in props.UMBRELLAS else 72.0
        player.act = lambda t: replace(act(t), near_arm=held + 4 * wave(t, 0.8))


def use(w: World, player: Player, motion: str, thing: Thing | None) -> None:
    body, x, facing = player.body, player.x, player.facing
    limbs = isinstance(body, Figure)
    seated = any(
        tie.a in w.players and player in w.players[tie.a] and tie.kind in ("on", "in") for tie in w.scene.ties
    )
    wide = min(0.95, max(0.62, w.width / max(1, len(w.players))))
    if thing is None:
        if motion == "paint":
            player.x -= facing * EASEL / 2
            player.back_props.append(props.easel(body, player.body.thing, player.y, player.x, facing))
        elif motion == "cook":
            player.props.append(props.pan(body, None))
    elif motion == "paint":
        player.x -= facing * EASEL / 2
        player.back_props.append(props.easel(body, thing, player.y, player.x, facing))
    elif motion in ("eat", "drink", "slurp"):
        if (
            isinstance(body, Figure)
            and motion != "drink"
            and thing.noun.picture in props.ON_A_PLATE
            and not seated
        ):
            player.props.append(props.at_table(body, thing, w.floor + 0.12, x, wide))
        elif limbs:
            player.props.append(props.to_mouth(body, thing, tilts=motion == "drink"))
        else:
            player.props.append(props.grazed(body, thing, player.y, x, facing))
    elif motion == "twirl":
        player.props.append(props.twirled(body, thing, x, w.floor + 0.12, wide))
    elif motion in ("cook", "cut", "wash"):
        player.props.append(props.pan(body, thing) if motion == "cook" else props.in_hand(body, thing))
    elif motion == "play" and thing.noun.picture in INSTRUMENTS:
        upright = thing.noun.picture in props.STANDING
        player.props.append(
            props.standing(body, thing, player.ground) if upright else props.instrument(body, thing)
        )
    elif motion == "catch":
        player.props.append(props.caught(body, thing, facing))
    elif motion in ("throw", "play") and thing.noun.picture not in INSTRUMENTS:
        player.props.append(props.thrown(body, thing, facing))
    else:
        player.props.append(props.in_hand(body, thing))


def turn_to_partner(w: World, player: Player, i: int) -> None:
    """Who looks at, talks to or hugs somebody faces them, and the other looks back."""
    for tie in w.scene.ties:
        given = any(deed.to == tie.a and deed.who == i for deed in w.scene.deeds)
        if tie.kind == "toward" and (given or tie.a == i) and tie.b in w.players:
            for other in w.players[tie.b]:
                other.facing = -player.facing if other.body.can_face else other.facing
    for deed in w.scene.deeds:
        if deed.who != i or deed.to is None or deed.to in w.used or deed.to not in w.players:
            continue
        other = w.players[deed.to][0]
        if deed.motion in ("chase", "push", "ride"):
            if deed.motion != "ride":
                other.facing = player.facing if other.body.can_face else other.facing
                flee(w, other, deed.motion)
            continue
        if player.body.can_face and other is not player:
            player.facing = 1 if other.x >= player.x else -1
            if other.body.can_face:
                other.facing = -player.facing
        if deed.motion in ("hug", "fight"):
            other.act = ACTS[deed.motion]
            near = (player.body.width + other.body.width) * (0.42 if deed.motion == "hug" else 0.6) / 2
            middle = (player.x + other.x) / 2
            player.x, other.x = middle - near * player.facing, middle + near * player.facing


def flee(w: World, other: Player, motion: str) -> None:
    limbs = isinstance(other.body, Figure)
    if motion == "chase":
        other.act = (
            ACTS["run"] if limbs else PUPPET_ACTS["run"] if other.body.thing.noun.kind != "bird" else flap
        )
    travel(w, other, motion)
