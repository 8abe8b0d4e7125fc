"""Which things of a scene stand on the stage, which are props, and how large each is beside the others."""

from __future__ import annotations

from dataclasses import replace

from storyboard.generators.sketch.backdrop import INSIDES
from storyboard.generators.sketch.nouns import listed
from storyboard.generators.sketch.scene import Deed, Scene, Thing, Tie
from storyboard.generators.sketch.world import World

_HANDHELD = listed("mobile-phone telephone laptop microphone guitar violin camera")
"""What "on" means holding: on the phone, on guitar."""
CONTAINERS = listed(
    """~bowl basket bucket package bathtub jar wine-glass pot-of-food automobile taxi motor-boat sailboat canoe amphora
    shopping-cart wrapped-gift spaghetti steaming-bowl"""
)
INSTRUMENTS = listed(
    "guitar violin banjo accordion saxophone trumpet flute drum long-drum musical-keyboard ~piano microphone"
)
_USED = listed("eat drink paint play read write hold cook cut wash twirl catch throw sing wave")
"""Motions whose object is in the hands of who does them."""
_PLACING = listed("on ride under over in into out behind before")
"""Ties that say where their first thing is."""
_MIXED = {
    "person": (
        "woman",
        "man",
        "man-beard",
        "woman-blonde-hair",
        "boy",
        "old-man",
        "girl",
        "person",
        "man-bald",
    ),
    "man": ("man", "man-beard", "man-curly-hair"),
    "woman": ("woman", "woman-blonde-hair", "woman-curly-hair"),
    "child": ("girl", "boy", "child"),
    "boy": ("boy", "child"),
    "cook": ("man-cook", "woman-cook"),
    "astronaut": ("man-astronaut", "woman-astronaut"),
    "scientist": ("woman-scientist", "man-scientist"),
    "farmer": ("man-farmer", "woman-farmer"),
}
"""Several of these are not all the same one."""


def find_used(w: World) -> None:
    things = w.scene.things
    for deed in w.scene.deeds:
        if deed.to is None or not things[deed.who].alive:
            continue
        held = deed.motion in _USED and not (deed.motion in ("wave", "sing") and things[deed.to].alive)
        if held and deed.to != deed.who and not (things[deed.to].human and deed.motion != "paint"):
            w.used.add(deed.to)
    for tie in w.scene.ties:
        thing = things[tie.b]
        small = thing.noun.size * thing.scale <= 0.36 and not thing.alive
        # A prop is held by the hand of who is alive; the contents of a bowl lie in it.
        if tie.kind == "of" or (
            tie.kind in ("hold", "with")
            and things[tie.a].alive
            and small
            and thing.noun.kind in ("thing", "food")
        ):
            if not (tie.kind == "with" and w.acts(tie.b)):
                w.used.add(tie.b)
        elif (tie.kind == "hold" and things[tie.a].alive and thing.noun.size <= 0.46) or (
            tie.kind == "on" and things[tie.a].human and thing.noun.picture in _HANDHELD
        ):
            w.used.add(tie.b)
        elif tie.kind == "in" and thing.noun.picture in INSIDES:
            w.used.add(tie.b)  # it is the place


def scale_things(w: World) -> None:
    """Sizes in this scene: a horse is large under its rider, a castle far behind who is before it."""
    for i, thing in enumerate(w.things):
        w.scale(i, 1.0)
        if thing.noun.kind in ("building", "plant") and len(w.things) - len(w.used) > 1:
            w.scale(i, 0.72)
        if thing.noun.picture in CONTAINERS and any(
            t.b == i and t.kind in ("into", "in") for t in w.scene.ties
        ):
            w.scale(i, 1.6)
    for deed in w.scene.deeds:
        if deed.motion == "ride" and deed.to is not None:
            w.scale(deed.who, 0.72)
            w.scale(deed.to, 1.12)
    for tie in w.scene.ties:
        if tie.kind == "into" and w.things[tie.a].noun.size < 0.5:
            w.scale(tie.a, 1.4)
        if tie.kind == "over":
            w.scale(tie.a, min(1.0, 0.4 / (w.things[tie.a].noun.size * w.things[tie.a].scale)))


def carried(w: World, slots: list[int]) -> dict[int, Tie]:
    """Things whose place follows from another thing's."""
    found: dict[int, Tie] = {}
    for deed in w.scene.deeds:
        if deed.motion == "ride" and deed.to is not None:
            found[deed.who] = Tie("ride", deed.who, deed.to)
    for tie in w.scene.ties:
        if tie.kind in _PLACING and tie.a in slots and tie.b in slots:
            found.setdefault(tie.a, tie)
    # Two that follow each other would stand nowhere.
    return {a: tie for a, tie in found.items() if not (tie.b in found and found[tie.b].b == a)}


def implied(scene: Scene) -> Scene:
    """The scene with what its deeds say of places: who drives a car sits in it, who flies over a house is above it."""
    deeds, ties = [], list(scene.ties)
    for deed in scene.deeds:
        goal = None if deed.to in (None, deed.who) else scene.things[deed.to or 0].noun.kind
        if deed.motion in ("drive", "fly") and goal in ("vehicle", "boat", "aircraft"):
            deed = replace(deed, motion="ride")
        elif deed.motion in ("fly", "float", "jump") and goal not in (None, "food"):
            assert deed.to is not None
            ties.append(Tie("over", deed.who, deed.to))
            deed = replace(deed, to=None)
        elif (
            deed.motion in ("walk", "run")
            and deed.to is not None
            and deed.to != deed.who
            and scene.things[deed.to].alive
        ):
            ties.append(Tie("with", deed.who, deed.to))
            deed = replace(deed, to=None)
        deeds.append(deed)
    return replace(scene, deeds=tuple(deeds), ties=tuple(ties))


_FACES = {
    "dog": "dog-face", "cat": "cat-face", "black-cat": "cat-face", "horse": "horse-face", "cow": "cow-face",
    "pig": "pig-face", "rabbit": "rabbit-face", "monkey": "monkey-face", "mouse": "mouse-face", "tiger": "tiger-face",
    "poodle": "dog-face",
}  # fmt: skip
_WITH_HANDS = listed("paint play write cook dance sing read cut wash twirl wave throw")
"""What no animal does on four feet."""


def upright(scene: Scene) -> list[Thing]:
    """The scene's things; an animal that does what takes hands stands on two feet, as in a cartoon.

    One that sleeps is curled up.
    """
    things = list(scene.things)
    for deed in scene.deeds:
        thing = things[deed.who]
        face = _FACES.get(thing.noun.picture)
        plays_ball = deed.motion == "play" and (
            deed.to is None or things[deed.to].noun.picture not in INSTRUMENTS
        )
        if face and deed.motion in _WITH_HANDS and not plays_ball and not thing.noun.cast:
            colour = thing.colour or ("black" if thing.noun.picture == "black-cat" else "")
            noun = thing.noun._replace(picture=face, kind="mask", size=max(0.58, thing.noun.size))
            things[deed.who] = replace(thing, noun=noun, colour=colour)
        things[deed.who] = asleep(things[deed.who], deed)
    return things


_CURLED = {"dog": "", "cat": "", "black-cat": "black", "fox": "orange", "rabbit": "white", "poodle": "white",
           "wolf": "grey", "mouse": "grey", "hamster": "orange", "raccoon": "grey"}  # fmt: skip


def asleep(thing: Thing, deed: Deed | None) -> Thing:
    """A small animal sleeps curled up."""
    if deed is None or deed.motion != "sleep" or thing.noun.cast or thing.noun.picture not in _CURLED:
        return thing
    noun = thing.noun._replace(picture="~curled", kind="beast", size=max(0.34, thing.noun.size * 0.85))
    return replace(thing, noun=noun, colour=thing.colour or _CURLED[thing.noun.picture])


def flying(thing: Thing, deed: Deed | None) -> Thing:
    """A bird in the air has its wings open; the pack's own bird stands."""
    if (
        thing.noun.picture == "bird"
        and not thing.noun.cast
        and (deed is None or deed.motion in ("fly", "chase", "rise", "float"))
    ):
        return replace(thing, noun=thing.noun._replace(picture="~bird"))
    return thing


def variety(thing: Thing, n: int) -> Thing:
    """Number `n` of several people, who do not all look alike."""
    mixed = _MIXED.get(thing.noun.picture)
    if thing.count == 1 or mixed is None or thing.noun.cast:
        return thing
    return replace(thing, noun=thing.noun._replace(picture=mixed[n % len(mixed)]))
