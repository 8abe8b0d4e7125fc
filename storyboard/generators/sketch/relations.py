"""Players placed by others: riding, on, under, over, in, behind."""

from __future__ import annotations

from dataclasses import replace

from storyboard.generators.sketch import effects
from storyboard.generators.sketch.bodies import Figure
from storyboard.generators.sketch.casting import CONTAINERS
from storyboard.generators.sketch.doing import new_player, travel
from storyboard.generators.sketch.geometry import at, settle
from storyboard.generators.sketch.motion import ACTS, PUPPET_ACTS, Act, dive, leap, ride_seat, ride_wheels
from storyboard.generators.sketch.nouns import listed
from storyboard.generators.sketch.players import Player
from storyboard.generators.sketch.scene import Deed, Thing, Tie
from storyboard.generators.sketch.world import World

_OPEN = listed("bicycle motorcycle motor-scooter kick-scooter skateboard sled roller-skate shopping-cart tractor "
               "manual-wheelchair auto-rickshaw racing-car")  # fmt: skip
"""Vehicles that one sits on and not in."""
_SEATS = listed("couch-and-lamp bed chair ~throne bathtub toilet seat")


def put_by(w: World, i: int, tie: Tie) -> None:
    hosts = w.players[tie.b]
    count = w.scene.things[i].count
    w.players[i] = []
    for k in range(count):
        host = hosts[k % len(hosts)]
        player = new_player(w, i, host.x + (k - (count - 1) / 2) * 0.22, k)
        attach(w, player, host, tie, w.things[i])
        w.players[i].append(player)


def attach(w: World, player: Player, host: Player, tie: Tie, thing: Thing) -> None:
    kind = tie.kind
    host_name = host.body.thing.noun.picture
    deed = w.scene.deed_of(tie.a)
    if player.body.thing.noun.kind == "bird" and kind == "on" and deed is None:
        player.path = None
    if kind == "ride" or (
        kind == "on" and host.body.thing.noun.kind in ("vehicle", "beast", "swimmer", "boat") and thing.alive
    ):
        mount(w, player, host, deed)
    elif kind == "on":
        on_top(player, host, seated=host_name in _SEATS, deed=deed)
    elif kind == "under":
        under(w, player, host)
    elif kind in ("over", "in", "into", "out") and kind != "over" and host_name in CONTAINERS:
        contained(w, player, host, kind, deed)
    elif kind == "over":
        player.x = host.x
        player.y = min(player.y, host.y - host.body.height + 0.06)
        player.depth, player.shadow = host.depth + 1, False
        make_room(player)
        if deed and deed.motion == "jump" and host.body.height < 0.5:
            player.act, player.y, player.shadow = leap, host.y, True
    elif kind in ("behind", "before"):
        side = 0.45 * host.body.width * w.dir
        player.x += side if kind == "behind" else -side
        player.y += -0.05 if kind == "behind" else 0.05
        player.depth = host.depth + (-1 if kind == "behind" else 1)
    elif host_name in _SEATS:
        on_top(player, host, seated=True, deed=deed)
    else:
        player.x += host.body.width * 0.2 * w.dir
        player.depth = host.depth + 1


def make_room(above: Player) -> None:
    """Keeps something in the air inside the picture, by lowering it a little over what it passes."""
    top = above.y - above.body.height
    if top < 0.03:
        above.y += 0.03 - top


def mount(w: World, player: Player, host: Player, deed: Deed | None) -> None:
    body, seat = player.body, host.body.seat
    # Hips on the back; what is no person stands on it.
    drop = body.hips + 0.02 if isinstance(body, Figure) else body.height * 0.12
    inside = host.body.thing.noun.kind == "vehicle" and host.body.thing.noun.picture not in _OPEN
    if inside and isinstance(body, Figure):
        # Behind the doors, head and shoulders over the roof.
        seat, drop = (-0.04 * host.body.width, -host.body.height * 0.92), body.height * 0.3
    host.act = riding_act(host)
    goes = "drive" if host.body.thing.noun.kind == "vehicle" else "ride"
    travel(w, host, goes if deed is None or deed.motion in ("ride", "") else deed.motion)

    def leader(t: float) -> tuple[float, float, float]:
        pose = host.pose(t)
        x, y = at(host.body.map(pose), *seat)
        return x, y + drop, pose.angle * pose.facing * 0.6

    player.leader, player.path, player.shadow, player.facing = leader, None, False, host.facing
    player.heel_effects = []
    rides = deed is None or deed.motion in ("ride", "drive", "run", "walk", "fly", "")
    player.act = (ride_seat if host.body.thing.noun.kind == "beast" else ride_wheels) if rides else player.act
    player.depth = host.depth + (-0.1 if inside else 0.5 if isinstance(body, Figure) else 0.4)


def riding_act(host: Player) -> Act:
    kind = host.body.thing.noun.kind
    if kind in ("vehicle", "boat"):
        return ACTS["drive"] if kind == "vehicle" else ACTS["float"]
    return ACTS["swim"] if kind == "swimmer" else PUPPET_ACTS["run"]


def on_top(player: Player, host: Player, *, seated: bool, deed: Deed | None) -> None:
    height = host.body.height * (0.42 if seated else 0.96)
    player.x, player.y = host.x, host.y - height
    player.depth, player.shadow = host.depth + 1, False
    motion = deed.motion if deed else ""
    if seated and isinstance(player.body, Figure) and motion not in ("sleep", "jump", "dance"):
        act = player.act
        player.act = lambda t: replace(act(t), sitting=True)


def under(w: World, player: Player, host: Player) -> None:
    wanted = max(player.body.width * 1.5, 0.6) / max(host.body.width, 1e-3)
    if host.body.thing.noun.picture in ("~table", "bed", "chair") and wanted > 1:
        host.body.unit *= wanted
        host.body.width, host.body.height = host.body.width * wanted, host.body.height * wanted
    player.x, player.y = host.x, host.y + 0.01
    player.depth = host.depth + 0.5
    if host.body.thing.noun.kind in ("sky", "plant", "building"):
        player.y, player.depth = w.floor + 0.09, host.depth + 1


def contained(w: World, player: Player, host: Player, kind: str, deed: Deed | None) -> None:
    rim = host.y - host.body.height * 0.62
    player.x, player.y, player.shadow = host.x, rim + player.body.height * 0.35, False
    player.depth = host.depth - 0.1
    if kind == "into" or (deed and deed.motion in ("dive", "fall", "jump")):
        player.act, player.y = dive, rim + 0.06
        player.turned = (90.0 - player.body.heading) if player.body.heading is not None else 0.0
        if player.body.thing.noun.picture == "~fork":
            # Its foot is the handle's end: hung upside down, it reaches into the bowl.
            player.turned, player.y = 180.0, rim - player.body.height * 0.8
        player.path = None
        player.effects.append(
            effects.drops("~noodle" if w.filled_with(host) == "spaghetti" else "~drop", up=0.3, spread=0.35)
        )
    elif kind == "out":
        player.path = lambda t: (0.0, -0.25 * settle(t, 0.5), 1.0)
