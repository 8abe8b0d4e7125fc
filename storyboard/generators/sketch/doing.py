"""What a player does: which act its body plays, where its feet are, the way it goes and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace

from storyboard.generators.sketch import effects, props
from storyboard.generators.sketch.backdrop import FLOATING, WET, light_of
from storyboard.generators.sketch.bodies import Figure, Pose, body_of
from storyboard.generators.sketch.casting import flying, variety
from storyboard.generators.sketch.geometry import settle, wave
from storyboard.generators.sketch.motion import (
    ACTS,
    PUPPET_ACTS,
    TRAVEL,
    Act,
    breach,
    dive,
    flap,
    float_,
    flutter,
    wheel,
    wing_beat,
)
from storyboard.generators.sketch.nouns import listed
from storyboard.generators.sketch.players import Path, Player
from storyboard.generators.sketch.scene import Deed, Thing
from storyboard.generators.sketch.world import World

_ROUND = listed(
    """soccer-ball basketball baseball tennis ~meatball tomato wheel bowling tangerine red-apple full-moon rock coin
    globe-showing-europe-africa softball volleyball"""
)
"""Things that turn like a wheel."""


def new_player(w: World, index: int, x: float, n: int = 0) -> Player:
    thing = flying(variety(w.things[index], n), w.scene.deed_of(index))
    body = body_of(thing)
    deed = w.scene.deed_of(index)
    if deed is None and (leader := w.joined(index)) is not None:
        deed = w.scene.deed_of(leader)
    facing = w.dir if body.can_face or thing.noun.kind == "aircraft" else 1
    player = Player(
        body, x, _foot(w, thing, deed), facing, _act(w, thing, deed), phase=0.23 * n + 0.11 * index
    )
    player.shadow = w.place not in FLOATING | WET and thing.noun.kind not in ("sky",)
    player.ground = max(player.y, w.floor + 0.075) if player.y < w.floor + 0.075 else player.y
    move(w, player, thing, deed)
    return player


def _foot(w: World, thing: Thing, deed: Deed | None) -> float:
    motion = deed.motion if deed else ""
    body_high = thing.noun.size * thing.scale * 0.8
    if thing.noun.kind == "sky":
        return w.height * (0.62 if motion in ("rise", "fall") else 0.3) + body_high / 2
    if w.place in FLOATING:
        return w.height * 0.52 + body_high * 0.5 + (0.2 if motion == "rise" else 0)
    if thing.noun.kind in ("bird", "aircraft") and motion not in (
        "rise",
        "walk",
        "sleep",
        "eat",
        "stand",
        "drive",
        "sit",
    ):
        return w.floor - 0.3 * min(1.0, w.height)
    if motion in ("fly", "float"):
        return w.floor - 0.2
    if w.place in WET:
        return w.floor + (0.1 if thing.noun.kind == "boat" else body_high * 0.45 if motion != "walk" else 0.1)
    return w.floor + 0.075


def _act(w: World, thing: Thing, deed: Deed | None) -> Act:
    motion = deed.motion if deed else ""
    limbs = thing.noun.kind in ("figure", "bust", "mask")
    if motion in ("spin", "bounce", "twirl", "roll") and thing.noun.picture in _ROUND:
        return ACTS["bounce"] if motion == "bounce" else wheel
    if thing.noun.kind == "swimmer" or (w.place == "underwater" and thing.alive):
        if motion == "jump":
            return breach
        if motion in ("", "swim", "fly", "walk", "run", "look", "chase"):
            return ACTS["swim"]
    if w.place in ("space", "sky") and motion in ("", "walk", "look"):
        return float_
    if thing.noun.picture == "~bird":
        return wing_beat
    if thing.noun.kind == "bird" and motion in ("", "fly", "chase", "look"):
        return flutter if thing.noun.picture == "butterfly" else flap
    if thing.noun.kind == "boat" or (motion == "" and thing.noun.kind == "aircraft"):
        return ACTS["float"] if motion != "rise" else ACTS["rise"]
    if motion in ("walk", "run", "chase") and thing.noun.kind in ("vehicle", "boat"):
        return ACTS["drive"]
    if not limbs and motion in PUPPET_ACTS:
        return PUPPET_ACTS[motion]
    return ACTS[motion]


def move(w: World, player: Player, thing: Thing, deed: Deed | None) -> None:
    """The way a player goes, its tilt and what it leaves behind."""
    motion = deed.motion if deed else ("fly" if thing.noun.kind in ("bird", "aircraft") else "")
    if effect := effects.of_motion(motion):
        player.effects.append(effect)
    heading = player.body.heading
    if motion == "rise":
        if heading is not None:
            player.turned = -90 - heading
            if thing.noun.picture == "rocket":
                player.heel_effects = []
                player.back_props.append(lambda t, pose, _m: effects.jet(t, pose.x, pose.y - 0.04, 0.3))
    elif motion == "fall" and heading is not None:
        player.turned = 60 - heading
    elif heading is not None and thing.noun.kind == "aircraft":
        player.turned = -12 - heading
    if motion == "sleep":
        lay_down(player)
    if motion == "splash":
        splash(w, player, thing, deed)
    if motion == "dive" and player.leader is None:
        player.act = dive
    if motion == "jump" and w.place in WET:
        player.act = breach
        spray = effects.drops(up=0.34, spread=0.5, count=16)
        player.props.append(lambda t, pose, _m: spray(t, pose.x, w.floor + 0.02, 0.0))
    if (motion in TRAVEL and thing.noun.kind not in ("food", "plant", "building")) or (
        motion == "" and thing.noun.kind in ("boat",)
    ):
        travel(w, player, motion or "float")
    if deed and deed.way in ("away", "near", "around", "up", "down"):
        player.path = _way(deed.way, player.path)


def travel(w: World, player: Player, motion: str) -> None:
    reach = 0.13 if not w.anchored() else 0.27
    reach *= w.width * (0.2 if w.scene.shot == "close" else 1.0)
    facing = player.facing if player.body.can_face or player.body.thing.noun.kind == "aircraft" else w.dir
    player.path = lambda t: (facing * reach * (2 * settle(t, 0.85) - 0.9), 0.0, 1.0)
    kind = player.body.thing.noun.kind
    if (
        motion in ("run", "chase", "ride")
        and kind not in ("bird", "swimmer", "aircraft")
        and w.place not in FLOATING | WET
    ):
        player.heel_effects = [effects.dust]
    elif motion == "drive":
        player.heel_effects = [effects.dust, effects.speed_lines]
        if kind == "vehicle" and light_of(w.scene) == "night":
            player.props.append(props.headlight(player.body))


def lay_down(player: Player) -> None:
    body = player.body
    if isinstance(body, Figure):
        player.turned = -90.0
        player.y -= body.width * 0.2
        player.x += body.height * 0.42 * player.facing
    elif body.thing.noun.picture == "~curled":
        return
    elif body.thing.noun.kind in ("beast",) and body.thing.noun.size < 0.6:
        # Four legs fold: the picture is pressed down.
        act = player.act
        player.act = lambda t: replace(act(t), sy=act(t).sy * 0.72, sx=act(t).sx * 1.06)


def splash(w: World, player: Player, thing: Thing, deed: Deed | None) -> None:
    around = deed is not None and deed.way == "around"
    if thing.noun.kind != "food" and not around and thing.noun.picture not in ("droplet", "water-wave"):
        player.effects.append(effects.drops(up=0.3, spread=0.45))
        player.act = lambda t: Pose(angle=9 + 5 * wave(t, 1.1), sy=1 + 0.03 * wave(t, 2.2))
    elif around or thing.noun.picture not in ("~sauce", "droplet", "water-wave"):
        player.effects.append(effects.everywhere(player.body.art, thing.noun.size * 0.7, w.width))
        player.effects.append(
            effects.drops("~noodle", spread=0.6, up=0.5, size=0.09)
            if thing.noun.picture == "spaghetti"
            else effects.drops()
        )
        player.act = lambda t: Pose(sx=0.9 + 0.12 * wave(t, 1.5), sy=0.9 - 0.12 * wave(t, 1.5))
    else:
        name = "~drop" if thing.noun.picture == "droplet" else thing.noun.picture
        player.effects.append(effects.drops(name, spread=0.55, up=0.62, count=20, size=0.1))
        player.act = lambda t: Pose(sx=1.5 + 0.25 * wave(t, 1.1), sy=0.5 - 0.1 * wave(t, 1.1))


def _way(way: str, before: Path | None) -> Path:
    """A path that goes away from or towards the camera, up, down or round, on top of `before`."""

    def path(t: float) -> tuple[float, float, float]:
        x, y, k = before(t) if before else (0.0, 0.0, 1.0)
        gone = settle(t, 0.9)
        if way == "away":
            return x * 0.4, y - 0.12 * gone, k * (1 - 0.68 * gone)
        if way == "near":
            return x * 0.3, y + 0.16 * gone, k * (0.7 + 0.9 * gone)
        if way == "up":
            return x, y - 0.32 * gone, k
        if way == "down":
            return x, y - 0.3 + 0.34 * gone, k
        return x + 0.16 * wave(t, 0.6), y + 0.03 * wave(t, 0.6, 0.25), k

    return path
