"""Places drawn as flat vector art: outdoors."""

from __future__ import annotations

from storyboard.generators.sketch.scenery import ABOVE, LIGHTS, Pen, PlaceDrawing, Set


def _tree(pen: Pen, x: float, y: float, size: float, leaf: str, trunk: str = "#6b4a33") -> None:
    pen.rect(x - size * 0.06, y - size * 0.45, size * 0.12, size * 0.46, trunk)
    for dx, dy, r in ((0, -0.8, 0.3), (-0.2, -0.6, 0.26), (0.2, -0.6, 0.26), (0, -0.55, 0.28)):
        pen.oval(x + dx * size, y + dy * size, r * size, r * size, leaf)


def _pine(pen: Pen, x: float, y: float, size: float, leaf: str, trunk: str = "#5d4030") -> None:
    pen.rect(x - size * 0.04, y - size * 0.15, size * 0.08, size * 0.16, trunk)
    for i in range(3):
        top, wide = y - size * (1 - 0.26 * i), size * (0.18 + 0.08 * i)
        pen.shape([(x, top), (x + wide, top + size * 0.4), (x - wide, top + size * 0.4)], leaf)


def _building(s: Set, x: float, wide: float, high: float, fill: str, lit: str) -> None:
    top = s.floor - high
    s.near.rect(x, top, wide, high + 6, fill)
    for row in range(int(high / 6.5)):
        for column in range(max(1, int(wide / 5.5))):
            window = (x + 2 + column * (wide - 3) / max(1, int(wide / 5.5)), top + 3 + row * 6.5, 2.6, 3.4)
            if s.dark and s.rng.random() < 0.6:
                s.lamps.rect(*window, s.rng.choice(("#ffe08a", "#ffd166", "#fff1bf", lit)))
            else:
                s.near.rect(*window, "#5b7590" if s.dark else "#d5e6f2")


def city(s: Set) -> None:
    s.open_sky()
    x = 0.0
    while x < s.width:
        wide = min(s.rng.uniform(9, 15), s.width - x)
        s.far.rect(
            x,
            s.floor - s.rng.uniform(26, 58),
            wide + 0.4,
            80,
            "#7f93ad" if s.rng.random() < 0.5 else "#91a4bc",
        )
        x += wide
    x = 1.0
    while x < s.width - 12:
        wide = min(s.rng.uniform(14, 22), s.width - x)
        fill = s.rng.choice(("#c96f5a", "#5f7d9c", "#d9a766", "#8b6f9e", "#4f8f8b", "#b5835a"))
        _building(s, x, wide, s.rng.uniform(26, 50), fill, "#8ad1ff")
        x += wide + s.rng.uniform(0.5, 3)
    _asphalt(s)
    for x in s.along(48, 0.2):
        s.near.rect(x, s.floor - 24, 1, 22, "#474d57")
        s.near.rect(x - 3, s.floor - 24.6, 7, 1.4, "#474d57")
        if s.dark:
            s.lamps.oval(x - 2.5, s.floor - 22.6, 2, 1.5, "#fff3c0")
            s.lamps.oval(x - 2.5, s.floor - 19, 8, 9, "#ffe9a0", 0.22)


def _asphalt(s: Set) -> None:
    s.ground.rect(0, s.floor - 3.5, s.width, 4.5, "#b9bcc2")
    s.band(s.ground, s.floor + 0.4, "#565b66")
    for x in s.along(22, 0):
        s.ground.rect(x, s.floor + 9.5, 11, 1.5, "#f1e7b8")


def street(s: Set) -> None:
    s.open_sky()
    s.hills(s.far, s.floor - 18, 10, 3, "#9fb7a3")
    x = 0.0
    walls = ("#e8b28c", "#f0d6a5", "#c9d8c2", "#d89b95", "#b9c9dc", "#e9c8d4")
    while x < s.width - 8:
        wide, high = min(s.rng.uniform(22, 30), s.width - x), s.rng.uniform(27, 38)
        _house(s, x, wide, high, s.rng.choice(walls))
        x += wide
    _asphalt(s)


def _house(s: Set, x: float, wide: float, high: float, wall: str) -> None:
    top = s.floor - high
    s.near.rect(x, top, wide, high, wall)
    s.near.shape([(x - 1, top), (x + wide + 1, top), (x + wide - 3, top - 7), (x + 3, top - 7)], "#9a5548")
    for i in range(3):
        window = (x + 3 + i * (wide - 4) / 3, top + 5, wide / 5.5, 7)
        (s.lamps if s.dark else s.near).rect(*window, "#ffdf8f" if s.dark else "#7fa6bd", 0.5)
    s.near.rect(
        x + wide * 0.1, top + 15, wide * 0.8, 3, s.rng.choice(("#c94f4f", "#3f8f6b", "#e0a030", "#4a74b5"))
    )
    (s.lamps if s.dark else s.near).rect(
        x + wide * 0.12, top + 18, wide * 0.42, high - 20, "#ffe3a1" if s.dark else "#b9d5e2"
    )
    s.near.rect(x + wide * 0.62, top + 19, wide * 0.24, high - 19, "#6d4c3a")


def road(s: Set) -> None:
    s.open_sky()
    s.hills(s.far, s.floor - 8, 20, 3, "#8fb58b", 0.3)
    s.hills(s.near, s.floor - 2, 8, 4, "#79b063")
    for x in s.along(40):
        _tree(s.near, x, s.floor - 2, s.rng.uniform(10, 17), "#4f9a50")
    s.band(s.ground, s.floor - 4, "#7d9a55")
    s.ground.rect(0, s.floor - 2, s.width, 26, "#5a5f69")
    for x in s.along(24, 0):
        s.ground.rect(x, s.floor + 10, 13, 1.6, "#f6eec9")


def forest(s: Set) -> None:
    s.open_sky()
    s.hills(s.far, s.floor - 12, 8, 3, "#8fb597")
    for x in s.along(9):
        _pine(s.far, x, s.floor - 6, s.rng.uniform(30, 46), "#6f9d7b")
    for x in s.along(26):
        if s.rng.random() < 0.5:
            _pine(s.near, x, s.floor, s.rng.uniform(46, 64), "#2f6e47")
        else:
            _tree(s.near, x, s.floor, s.rng.uniform(42, 54), "#3d8a4a")
    s.band(s.ground, s.floor - 4, "#5c8f45")
    s.band(s.ground, s.floor + 8, "#4d7c3a")
    for x in s.along(30, 1):
        s.ground.oval(x, s.floor - 2, 6, 4, "#3f7a3c")
    for x in s.along(60, 1):
        s.front.oval(x, s.height + 3, 14, 9, "#2d5f33")


def beach(s: Set) -> None:
    s.open_sky()
    sea = "#2f94c9"
    s.far.rect(0, s.floor - 24, s.width, 30, sea)
    _glitter(s, s.far, s.floor - 22, s.floor - 8)
    s.near.rect(0, s.floor - 10, s.width, 6, "#7cc8e3")
    s.hills(s.ground, s.floor - 5, 4, 3, "#fbf3dc")
    s.hills(s.ground, s.floor - 3, 4, 3, "#f0d79b")
    s.band(s.ground, s.floor + 8, "#e6c883")
    for x in s.along(110, 0.6):
        _palm(s.near, x, s.floor - 1, 44)
    for x in s.along(38, 1):
        s.ground.oval(x, s.floor + 12, 1.3, 0.8, s.rng.choice(("#d8a7a0", "#fff6e4", "#c99a5b")))


def _palm(pen: Pen, x: float, y: float, size: float) -> None:
    bend = size * 0.12
    pen.line([(x, y), (x + bend * 0.4, y - size * 0.4), (x + bend, y - size * 0.8)], "#8a6239", size * 0.06)
    top = (x + bend, y - size * 0.8)
    for dx, dy in ((-0.36, 0.08), (-0.26, -0.16), (0.05, -0.24), (0.3, -0.14), (0.36, 0.1)):
        middle = (top[0] + dx * size * 0.5, top[1] + dy * size * 0.5 - size * 0.07)
        pen.line([top, middle, (top[0] + dx * size, top[1] + dy * size)], "#3c9550", size * 0.07)


def _glitter(s: Set, pen: Pen, top: float, bottom: float) -> None:
    colour = {"sunset": "#ffc48a", "night": "#8fa4d8"}.get(s.light, "#9fdcf2")
    for _ in range(int(s.width / 5)):
        y = s.rng.uniform(top, bottom)
        pen.rect(s.rng.uniform(0, s.width - 10), y, s.rng.uniform(3, 9), 0.7, colour)


def sea(s: Set) -> None:
    s.open_sky()
    s.band(s.far, s.floor - 12, "#3b86bd")
    _glitter(s, s.far, s.floor - 11, s.floor - 2)
    s.hills(s.near, s.floor - 3, 3, 6, "#2f78b0")
    s.hills(s.front, s.floor + 5, 5, 5, "#2a6ca6")
    s.hills(s.front, s.floor + 13, 5, 4, "#215a90")
    _glitter(s, s.front, s.floor + 8, s.bottom)


def river(s: Set) -> None:
    s.open_sky()
    s.hills(s.far, s.floor - 14, 18, 3, "#86ad7f", 0.2)
    for x in s.along(20):
        _tree(s.near, x, s.floor - 12, s.rng.uniform(12, 22), s.rng.choice(("#4f9a50", "#5fa657", "#3f8a4d")))
    s.near.rect(0, s.floor - 13, s.width, 8, "#7fb565")
    s.band(s.ground, s.floor - 7, "#4a9fd0")
    _glitter(s, s.ground, s.floor - 5, s.floor + 6)
    s.hills(s.front, s.floor + 6, 3, 6, "#3d8fc3")
    _glitter(s, s.front, s.floor + 7, s.height)
    s.hills(s.front, s.height - 2, 5, 4, "#6ba34f")


def pool(s: Set) -> None:
    s.open_sky()
    s.near.rect(0, s.floor - 16, s.width, 12, "#dfe6ea")
    for x in s.along(26, 0.3):
        _tree(s.near, x, s.floor - 15, 16, "#4f9a50")
    s.band(s.ground, s.floor - 5, "#39b8dc")
    s.hills(s.front, s.floor + 6, 2.5, 6, "#2ea6cc")
    _glitter(s, s.front, s.floor + 8, s.bottom)


def underwater(s: Set) -> None:
    s.sky.shade(0, -ABOVE, s.width, s.bottom + ABOVE, ["#8fe3f2", "#2ba4cf", "#11659f", "#0b3f72"])
    for x in s.along(40, 0.9):
        s.far.shape([(x, -ABOVE), (x + 12, -ABOVE), (x + 2, s.height), (x - 26, s.height)], "#d7fbff", 0.13)
    s.hills(s.far, s.height - 4, 14, 3, "#1f6f9c")
    s.hills(s.ground, s.height - 1, 7, 3, "#d8c28a")
    for x in s.along(26, 0.9):
        colour = s.rng.choice(("#ff7a6b", "#f2a23c", "#e0569a", "#8d6bd6"))
        for dx in (-3, 0, 3):
            s.near.line([(x, s.height), (x + dx, s.height - s.rng.uniform(8, 15))], colour, 2.2)
    for x in s.along(34, 0.9):
        high = s.rng.uniform(16, 32)
        s.near.line([(x, s.height), (x + 3, s.height - high / 3), (x - 2, s.height - high * 0.66), (x + 2, s.height - high)],
                    "#2f9c6a", 2)  # fmt: skip


def mountains(s: Set) -> None:
    s.open_sky()
    for x in s.along(46, 0.5):
        high, wide = s.rng.uniform(38, 56), s.rng.uniform(30, 40)
        top = s.floor - high
        s.far.shape(
            [(x, top), (x + wide, s.floor + 4), (x - wide, s.floor + 4)],
            s.rng.choice(("#7f8fa6", "#8d9bb0", "#73849c")),
        )
        cut = wide * 0.28
        s.far.shape(
            [(x, top), (x + cut, top + high * 0.28), (x + cut * 0.4, top + high * 0.22), (x, top + high * 0.32),
             (x - cut * 0.45, top + high * 0.22), (x - cut, top + high * 0.28)], "#f7fafc",
        )  # fmt: skip
    s.hills(s.near, s.floor - 2, 14, 4, "#6f9a66")
    for x in s.along(18):
        _pine(s.near, x, s.floor - 2, s.rng.uniform(8, 15), "#3c7350")
    s.hills(s.ground, s.floor + 1, 4, 3, "#86b266")
    s.band(s.ground, s.floor + 8, "#79a65b")


def desert(s: Set) -> None:
    s.open_sky()
    s.hills(s.far, s.floor - 4, 20, 2, "#e3b06a")
    for x in s.along(120, 0.4):
        s.far.shape([(x, s.floor - 36), (x + 28, s.floor), (x - 28, s.floor)], "#d19c56")
        s.far.shape([(x, s.floor - 36), (x + 28, s.floor), (x + 6, s.floor)], "#b88446")
    s.hills(s.near, s.floor, 9, 3, "#edc27c")
    for x in s.along(52, 0.8):
        high = s.rng.uniform(12, 18)
        s.near.line([(x, s.floor + 1), (x, s.floor - high)], "#4f8f4a", 3.4)
        s.near.line([(x, s.floor - 6), (x + 5, s.floor - 6), (x + 5, s.floor - 11)], "#4f8f4a", 2.4)
        s.near.line([(x, s.floor - 4), (x - 4.5, s.floor - 4), (x - 4.5, s.floor - 9)], "#4f8f4a", 2.4)
    s.hills(s.ground, s.floor + 3, 5, 2, "#f3cf8e")
    s.band(s.ground, s.floor + 10, "#eac17b")


def space(s: Set) -> None:
    s.sky.shade(0, -ABOVE, s.width, s.bottom + ABOVE, ["#05060f", "#0d1030", "#1b1542"])
    s.stars(s.sky, 1.2)
    for x in s.along(90, 0.6):
        s.sky.oval(x, s.height * s.rng.uniform(0.2, 0.8), 34, 15, "#5a3a9c", 0.22)
    x = s.width * 0.31
    s.sky.oval(x, s.height * 0.22, 11, 11, "#e08a4f")
    s.sky.oval(x + 2, s.height * 0.22 + 2, 8, 8, "#c76f3c")
    s.sky.line(
        [(x - 18, s.height * 0.22 + 5), (x, s.height * 0.22 + 1), (x + 18, s.height * 0.22 - 5)],
        "#f0cf9a",
        1.6,
    )
    s.stars(s.far, 0.25)


def _craters(s: Set, pen: Pen, dark: str) -> None:
    for x in s.along(30, 0.9):
        s_y = s.rng.uniform(s.floor + 3, s.bottom - 8)
        pen.oval(x, s_y, s.rng.uniform(4, 9), s.rng.uniform(1.2, 2.6), dark)


def moon(s: Set) -> None:
    s.sky.shade(0, -ABOVE, s.width, s.bottom + ABOVE, ["#04050c", "#0a0d22"])
    s.stars(s.sky, 1.0)
    s.sky.oval(s.width * 0.6, s.height * 0.22, 11, 11, "#2d7fd1")
    s.sky.oval(s.width * 0.6 - 3, s.height * 0.22 - 1, 4, 5, "#4fae62")
    s.hills(s.near, s.floor - 2, 9, 4, "#8f929c")
    s.hills(s.ground, s.floor + 2, 4, 3, "#b9bcc5")
    _craters(s, s.ground, "#9a9da7")


def mars(s: Set) -> None:
    s.sky.shade(0, -ABOVE, s.width, s.bottom + ABOVE, ["#7a3b2e", "#c46f4a", "#eab38a"])
    s.hills(s.far, s.floor - 4, 18, 3, "#a4543a", 0.5)
    s.hills(s.ground, s.floor + 2, 5, 3, "#c4653f")
    _craters(s, s.ground, "#a9512f")


def field(s: Set) -> None:
    s.open_sky()
    s.hills(s.far, s.floor - 8, 14, 2, "#9cc77a")
    s.hills(s.near, s.floor - 3, 8, 3, "#86bb62")
    for x in s.along(70, 0.8):
        _tree(s.near, x, s.floor - 6, s.rng.uniform(14, 20), "#4f9a50")
    s.band(s.ground, s.floor - 4, "#74ad50")
    _grass(s, "#5f9843")


def _grass(s: Set, colour: str) -> None:
    for x in s.along(9, 1):
        y = s.rng.uniform(s.floor, s.height + 10)
        s.ground.line([(x - 1, y - 2.5), (x, y), (x + 1.2, y - 2.8)], colour, 0.7)


def garden(s: Set) -> None:
    s.open_sky()
    for x in s.along(30):
        _tree(s.far, x, s.floor - 4, s.rng.uniform(24, 34), s.rng.choice(("#6aa865", "#7db56d")))
    for x in s.along(6, 0):
        s.near.rect(x - 1.4, s.floor - 15, 2.8, 14, "#f4efe4", 0.8)
    s.near.rect(0, s.floor - 11, s.width, 1.6, "#f4efe4")
    s.band(s.ground, s.floor - 4, "#7cb558")
    _grass(s, "#649c47")
    for x in s.along(11, 1):
        y = s.rng.uniform(s.floor - 3, s.floor + 1)
        s.ground.line([(x, y), (x, y - 4)], "#4f8a3c", 0.8)
        s.ground.oval(
            x, y - 5, 1.9, 1.9, s.rng.choice(("#ff6f91", "#ffd34f", "#b07bea", "#ff9550", "#ffffff"))
        )


def snow(s: Set) -> None:
    s.open_sky()
    s.hills(s.far, s.floor - 6, 22, 3, "#c9d8e8", 0.6)
    for x in s.along(18):
        size = s.rng.uniform(12, 26)
        _pine(s.near, x, s.floor - 2, size, "#5c8a80")
        s.near.shape([(x, s.floor - 2 - size), (x + size * 0.1, s.floor - 2 - size * 0.8), (x - size * 0.1, s.floor - 2 - size * 0.8)],
                     "#ffffff")  # fmt: skip
    s.hills(s.ground, s.floor, 5, 3, "#f2f7fb")
    s.band(s.ground, s.floor + 9, "#e2ecf5")
    for x in s.along(44, 0.8):
        s.ground.oval(x, s.floor + 8, 13, 2, "#ffffff")


def sky(s: Set) -> None:
    s.sky.shade(0, -ABOVE, s.width, s.bottom + ABOVE, LIGHTS[s.light].sky)
    if s.dark:
        s.stars(s.sky, 1)
    s.clouds(s.far, 0.9, 40)
    s.clouds(s.near, 1.1, 55)


def castle(s: Set) -> None:
    s.sky.shade(0, -ABOVE, s.width, s.bottom + ABOVE, ["#6f6a78", "#8b8594"])
    for row in range(int((s.floor + ABOVE) / 8) + 1):
        for x in s.along(16, 0):
            s.far.rect(
                x - 7.6 + (row % 2) * 4,
                -ABOVE + row * 8,
                15,
                7.4,
                "#7d7786" if (row + int(x)) % 3 else "#857f8f",
                0.6,
            )
    for x in s.along(56, 0):
        s.near.rect(x - 5, -ABOVE, 9, s.floor + ABOVE, "#9a94a4")
        s.near.rect(x - 6.5, s.floor - 6, 12, 6, "#aaa4b4")
        s.near.rect(x + 18, 4, 12, 34, "#b3252b")
        s.near.shape([(x + 18, 38), (x + 30, 38), (x + 24, 46)], "#b3252b")
        s.lamps.oval(x - 0.5, s.floor - 30, 2.4, 4, "#ffb43c")
        s.lamps.oval(x - 0.5, s.floor - 30, 9, 10, "#ffd27a", 0.2)
    s.band(s.ground, s.floor - 3, "#5f5a68")
    s.ground.shape(
        [(0, s.floor + 3), (s.width, s.floor + 3), (s.width, s.floor + 14), (0, s.floor + 14)], "#a32a33"
    )


def dungeon(s: Set) -> None:
    s.sky.shade(0, -ABOVE, s.width, s.bottom + ABOVE, ["#1c1a22", "#3a3540"])
    s.hills(s.far, s.floor - 10, 30, 4, "#2c2933", 0.7)
    for x in s.along(15):
        high = s.rng.uniform(8, 26)
        s.near.shape([(x - 6, -ABOVE), (x + 6, -ABOVE), (x, high)], "#2a2730")
    s.hills(s.ground, s.floor, 4, 4, "#4b4551")
    for x in s.along(60, 0.3):
        s.lamps.oval(x, s.floor - 26, 2.2, 3.6, "#ffa93c")
        s.lamps.oval(x, s.floor - 26, 13, 15, "#ffcf7a", 0.17)


def volcano(s: Set) -> None:
    s.sky.shade(0, -ABOVE, s.width, s.bottom + ABOVE, ["#2a1018", "#7a2420", "#e0602c"])
    s.hills(s.far, s.floor - 4, 26, 3, "#3a1c20", 0.8)
    s.hills(s.near, s.floor, 10, 4, "#2b1518", 0.5)
    s.band(s.ground, s.floor - 1, "#3d2a2a")
    for x in s.along(26, 0.8):
        s.lamps.oval(x, s.rng.uniform(s.floor + 6, s.height), 9, 1.6, "#ff8a2c")


OUTDOORS: dict[str, PlaceDrawing] = {
    "city": city, "street": street, "road": road, "forest": forest, "beach": beach, "sea": sea, "river": river, "pool": pool,
    "underwater": underwater, "mountains": mountains, "desert": desert, "space": space, "moon": moon, "mars": mars,
    "field": field, "garden": garden, "snow": snow, "sky": sky, "volcano": volcano, "castle": castle, "dungeon": dungeon,
}  # fmt: skip
