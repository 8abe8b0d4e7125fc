"""Places drawn as flat vector art: indoors, and the plain backdrop of a scene that names no place."""

from __future__ import annotations

from storyboard.generators.sketch.scenery import ABOVE, LIGHTS, PlaceDrawing, Set


def _wall(s: Set, top: str, low: str) -> None:
    s.sky.shade(0, -ABOVE, s.width, s.floor + ABOVE, [top, low])
    s.sky.rect(0, s.floor - 1, s.width, s.bottom - s.floor + ABOVE, low)


def _boards(s: Set, fill: str, seam: str) -> None:
    s.band(s.ground, s.floor - 4, fill)
    for y in (s.floor + 1, s.floor + 8, s.floor + 17):
        s.ground.rect(0, y, s.width, 0.6, seam)
    for x in s.along(26, 0.6):
        s.ground.rect(x, s.floor + 1, 0.6, 7, seam)
        s.ground.rect(x + 9, s.floor + 8, 0.6, 9, seam)


def _window(s: Set, x: float, y: float, wide: float, high: float) -> None:
    s.near.rect(x - 1.5, y - 1.5, wide + 3, high + 3, "#f6f1e8", 1)
    stops = LIGHTS[s.light].sky
    s.lamps.shade(x, y, wide, high, stops)
    if s.dark:
        s.lamps.oval(x + wide * 0.7, y + high * 0.3, 2.4, 2.4, "#fff3c9")
    s.lamps.rect(x + wide / 2 - 0.5, y, 1, high, "#efe8da")
    s.lamps.rect(x, y + high / 2 - 0.5, wide, 1, "#efe8da")


def kitchen(s: Set) -> None:
    _wall(s, "#f3dfc0", "#ecd2ab")
    for row in range(4):
        for x in s.along(9, 0):
            s.far.rect(
                x - 4.1,
                s.floor - 38 + row * 5.4,
                8.2,
                5,
                "#fbf3e3" if (row + int(x / 9)) % 2 else "#f4e6cc",
                0.4,
            )
    for x in s.along(84, 0):
        s.near.rect(x - 38, s.floor - 70, 30, 24, "#5c9c93", 1)
        s.near.rect(x - 23.4, s.floor - 69, 0.8, 22, "#467d76")
        s.near.rect(x + 14, s.floor - 70, 24, 24, "#5c9c93", 1)
        _window(s, x - 5, s.floor - 66, 16, 20)
        _stove(s, x + 17)
        s.near.rect(x - 38, s.floor - 17, 55, 17, "#5c9c93")
        for dx in (-37, -23.5, -10, 3.5):
            s.near.rect(x + dx, s.floor - 13.5, 12.5, 12.5, "#6fb0a6", 0.8)
            s.near.oval(x + dx + 6, s.floor - 12, 1.6, 0.6, "#e8d9b0")
        s.near.rect(x - 39, s.floor - 18.5, 57, 2.2, "#8a5a3b", 0.6)
        for dx, colour in ((-33, "#d9534f"), (-28, "#e8b04a"), (-23.5, "#6d8f4e")):
            s.near.rect(x + dx, s.floor - 23.5, 3.6, 5.2, colour, 0.8)
    s.band(s.ground, s.floor - 1, "#d8b48a")
    for i, x in enumerate(s.along(16, 0)):
        s.ground.shape([(x - 8, s.floor + 1), (x, s.floor + 1), (x - 4, s.bottom), (x - 14, s.bottom)],
                       "#cfa678" if i % 2 else "#dfbe97")  # fmt: skip


def _stove(s: Set, x: float) -> None:
    s.near.rect(x, s.floor - 18, 20, 18, "#e6e9ee", 0.8)
    s.near.rect(x + 3, s.floor - 11, 14, 9, "#3c4450", 0.8)
    s.near.rect(x, s.floor - 18.8, 20, 2, "#2f3640", 0.6)
    s.near.rect(x + 4, s.floor - 26, 12, 7.4, "#c8505a", 0.8)
    s.near.rect(x + 3, s.floor - 27, 14, 1.6, "#a83c46", 0.6)
    s.near.oval(x + 10, s.floor - 28, 1.4, 1.1, "#f0e2c0")
    for dx in (4, 8, 12, 16):
        s.near.oval(x + dx, s.floor - 14, 1, 1, "#59626f")


def restaurant(s: Set) -> None:
    _wall(s, "#7a2f35", "#8e3d3f")
    s.far.rect(0, s.floor - 22, s.width, 20, "#5e3a2c")
    for x in s.along(9, 0):
        s.far.rect(x, s.floor - 21, 0.6, 18, "#4c2e22")
    for x in s.along(64, 0):
        _window(s, x - 12, s.floor - 58, 24, 26)
        s.near.rect(x + 22, -ABOVE, 0.8, ABOVE + 18, "#2f2320")
        s.near.shape([(x + 16, 24), (x + 29, 24), (x + 25.5, 17), (x + 19.5, 17)], "#e0a030")
        s.lamps.oval(x + 22.4, 25, 3, 2, "#fff2c0")
        s.lamps.oval(x + 22.4, 30, 15, 14, "#ffe3a0", 0.2)
    for x in s.along(64, 0):
        s.near.rect(x - 12, s.floor - 15, 26, 3, "#f7efe2", 0.8)
        s.near.shape(
            [(x - 12, s.floor - 12), (x + 14, s.floor - 12), (x + 11, s.floor - 6), (x - 9, s.floor - 6)],
            "#e4d7c2",
        )
        s.near.rect(x, s.floor - 7, 2, 7, "#4c2e22")
        s.near.rect(x + 0.4, s.floor - 20, 1.2, 5, "#f3f0e6")
        s.lamps.oval(x + 1, s.floor - 21.4, 0.9, 1.6, "#ffc04a")
    _boards(s, "#6d4632", "#593726")


def room(s: Set) -> None:
    _wall(s, "#d7dfe8", "#c6d2de")
    s.far.rect(0, s.floor - 8, s.width, 5, "#f4f1ec")
    for x in s.along(92, 0):
        _window(s, x - 34, s.floor - 60, 24, 30)
        s.near.rect(x - 40, s.floor - 64, 7, 44, "#c06a5f", 1)
        s.near.rect(x - 11, s.floor - 64, 7, 44, "#c06a5f", 1)
        s.near.rect(x + 10, s.floor - 56, 15, 19, "#8a6a4a", 0.6)
        s.near.rect(x + 11.5, s.floor - 54.5, 12, 16, "#f2d9a0")
        s.near.shape([(x + 11.5, s.floor - 41), (x + 16, s.floor - 49), (x + 20, s.floor - 44), (x + 23.5, s.floor - 47), (x + 23.5, s.floor - 38.5),
                      (x + 11.5, s.floor - 38.5)], "#5f9c7a")  # fmt: skip
        s.near.rect(x + 34, s.floor - 40, 1.2, 38, "#6b5a4a")
        (s.lamps if s.dark else s.near).shape([(x + 29, s.floor - 38), (x + 40, s.floor - 38), (x + 37.5, s.floor - 48), (x + 31.5, s.floor - 48)],
                                              "#ffdf9a")  # fmt: skip
        if s.dark:
            s.lamps.oval(x + 34.5, s.floor - 38, 20, 18, "#ffe3a0", 0.18)
    _boards(s, "#b98a5e", "#a3764d")
    for x in s.along(92, 0):
        s.ground.oval(x, s.floor + 9, 34, 5, "#c96f5a")
        s.ground.oval(x, s.floor + 9, 28, 3.8, "#e0a08a")


def stage(s: Set) -> None:
    _wall(s, "#22131f", "#3a1a2e")
    for i, x in enumerate(s.along(9, 0)):
        s.far.rect(x - 4.5, -ABOVE, 9.2, s.floor + ABOVE - 2, "#8f1f33" if i % 2 else "#a82a3f")
        s.far.rect(x - 4.5, -ABOVE, 2.2, s.floor + ABOVE - 2, "#6f1527")
    for x in s.along(60, 0):
        s.lamps.shape(
            [(x - 3, -ABOVE), (x + 3, -ABOVE), (x + 24, s.floor + 4), (x - 24, s.floor + 4)], "#fff3c4", 0.16
        )
        s.lamps.oval(x, s.floor + 4, 24, 5, "#fff3c4", 0.22)
    _boards(s, "#8a5c3a", "#73492c")
    for x in s.along(13, 0):
        s.front.oval(x, s.height + 1, 5, 5.5, "#150b14")
        s.front.rect(x - 6, s.height + 3, 12, 50, "#150b14", 3)


def studio(s: Set) -> None:
    """Where a scene without a place plays: a plain coloured backdrop with a floor."""
    walls = (("#cfe3f2", "#a9c9e2", "#8fb3d1"), ("#f5dcc3", "#eec39c", "#d9a67a"), ("#d9ead3", "#b5d6ab", "#97bf8c"),
             ("#e6d9f0", "#cbb6e0", "#ae95c9"), ("#fbe6a8", "#f4d277", "#dfb755"))  # fmt: skip
    top, low, floor = walls[s.rng.randrange(len(walls))]
    _wall(s, top, low)
    for x in s.along(70, 0.7):
        s.far.oval(x, s.floor - s.rng.uniform(30, 60), 22, 22, top, 0.6)
    s.band(s.ground, s.floor - 5, floor)
    s.ground.shade(0, s.floor - 5, s.width, 10, [low, floor])


INDOORS: dict[str, PlaceDrawing] = {
    "kitchen": kitchen, "restaurant": restaurant, "room": room, "stage": stage, "": studio,
}  # fmt: skip
