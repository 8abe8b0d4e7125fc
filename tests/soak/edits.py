"""Edits at random, of every kind that a window makes."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from storyboard import edit, store
from storyboard.project import Project, Role, Shot, new_shot

FEW, MANY = 4, 10
"""Shots that the film always has."""
WORDS = ("dog", "cat", "whale", "car", "ball", "tree", "house", "bird", "man", "woman")
DOINGS = ("runs", "sleeps", "jumps", "swims in the sea", "flies at night", "dances")

Edit = Callable[[Project], Project]


def at_random(project: Project, chance: random.Random) -> Edit:
    """An edit that `project` allows, most likely."""
    shot = chance.choice(project.shots)
    if len(project.shots) < FEW:
        return lambda p: edit.append(p, new_shot(store.new_id(), prompt(chance), 8))
    if len(project.shots) > MANY:
        return lambda p: edit.remove(p, {shot.id})
    return chance.choice(_KINDS)(shot, chance)


def prompt(chance: random.Random) -> str:
    return f"a {chance.choice(WORDS)} {chance.choice(DOINGS)}"


def _say(shot: Shot, chance: random.Random) -> Edit:
    words = prompt(chance)
    return lambda p: edit.set_shot(p, shot.id, prompt=words)


def _last(shot: Shot, chance: random.Random) -> Edit:
    length = chance.randint(4, 12)
    return lambda p: edit.set_length(p, shot.id, length)


def _look(shot: Shot, chance: random.Random) -> Edit:
    fit, muted = chance.choice(("cover", "contain", "stretch")), chance.random() < 0.5
    return lambda p: edit.set_shot(p, shot.id, fit=fit, muted=muted)  # type: ignore[arg-type]


def _pace(shot: Shot, chance: random.Random) -> Edit:
    speed, smoothing = chance.choice((Fraction(1, 2), Fraction(1))), chance.choice(("off", "auto", "x2"))
    return lambda p: edit.set_motion(p, shot.id, speed=speed, smoothing=smoothing)


def _move(shot: Shot, chance: random.Random) -> Edit:
    to = chance.randrange(FEW)
    return lambda p: edit.move(p, {shot.id}, to)


def _double(shot: Shot, chance: random.Random) -> Edit:
    return lambda p: edit.duplicate(p, shot.id, store.new_id())


def _split(shot: Shot, chance: random.Random) -> Edit:
    return lambda p: edit.split(p, shot.id, p.start_of(shot.id) + shot.length // 2, store.new_id())


def _remove(shot: Shot, chance: random.Random) -> Edit:
    return lambda p: edit.remove(p, {shot.id})


def _mark(shot: Shot, chance: random.Random) -> Edit:
    if chance.random() < 0.5:
        return lambda p: edit.remove_marker(p, p.markers[0]) if p.markers else edit.add_marker(p, 0, "here")
    return lambda p: edit.add_marker(p, p.start_of(shot.id), "there") if len(p.markers) < 9 else p


def _cast(shot: Shot, chance: random.Random) -> Edit:
    words = prompt(chance)
    return lambda p: edit.cast(p, Role("Maria", "dog", words))


def _style(shot: Shot, chance: random.Random) -> Edit:
    style = chance.choice(("", "ink", "watercolour"))
    return lambda p: edit.set_look(p, style=style)


_KINDS: tuple[Callable[[Shot, random.Random], Edit], ...] = (
    _say, _say, _last, _look, _pace, _move, _double, _split, _remove, _mark, _cast, _style,
)  # fmt: skip
