"""The RIFE networks that `rife_graph` computes: one form, in several widths and numbers of blocks.

From 4.21 on (but for 4.24) Practical-RIFE publishes networks of this form: a head that gives each picture a few
features, then blocks from coarse to fine, each of which also hands eight features to the next. Which one a file of
weights belongs to is read from its shapes; the scales are part of the published code, not of the weights, so only
known widths are taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from storyboard.errors import SmootherError

if TYPE_CHECKING:
    from collections.abc import Mapping

Shape = tuple[int, ...]

RESIDUALS = 8
HANDED_ON = 8
"""Features that a block hands to the next."""


class Family(NamedTuple):
    """The widths of one published network."""

    name: str
    channels: tuple[int, ...]
    """Of each block, the coarsest first."""
    scales: tuple[int, ...]
    """By which each block's input is shrunk; the last is 1."""
    features: int
    """Channels that the head makes of a picture."""
    hidden: int
    """Channels within the head."""

    @property
    def step(self) -> int:
        """Both sides of a picture must be multiples of this: the coarsest block halves twice more."""
        return 4 * self.scales[0]

    @property
    def planes(self) -> int:
        """Channels of a picture as the graphs pass it on: RGB, then its features."""
        return 3 + self.features

    def shapes(self) -> dict[str, Shape]:
        """Every array that the network needs, by our names."""
        found: dict[str, Shape] = {}
        for i, inputs in enumerate((3, self.hidden, self.hidden)):
            found |= _layer(f"head.{i}", (self.hidden, inputs, 3, 3))
        found |= _layer("head.3", (self.hidden, self.features, 4, 4), out=self.features)
        for i, channels in enumerate(self.channels):
            found |= self._block(i, channels)
        return found

    def _block(self, i: int, channels: int) -> dict[str, Shape]:
        inputs = 7 + 2 * self.features if i == 0 else 12 + 2 * self.features + HANDED_ON
        found = _layer(f"block{i}.shrink.0", (channels // 2, inputs, 3, 3))
        found |= _layer(f"block{i}.shrink.1", (channels, channels // 2, 3, 3))
        for k in range(RESIDUALS):
            found |= _layer(f"block{i}.residual.{k}", (channels, channels, 3, 3))
        out = 4 * (5 + HANDED_ON)
        return found | _layer(f"block{i}.out", (channels, out, 4, 4), out=out)


FAMILIES = (
    Family("4.25/4.26", (192, 128, 96, 64, 32), (16, 8, 4, 2, 1), 4, 16),
    Family("4.26 large", (192, 128, 96, 64, 32), (16, 8, 4, 2, 1), 16, 16),
    Family("4.25 heavy", (384, 256, 192, 128, 64), (16, 8, 4, 2, 1), 4, 16),
    Family("4.25 lite", (192, 128, 96, 64, 24), (32, 16, 8, 4, 1), 4, 16),
    Family("4.22 lite", (192, 128, 64, 32), (8, 4, 2, 1), 4, 16),
    Family("4.21 to 4.23", (256, 192, 96, 48), (8, 4, 2, 1), 8, 32),
)
SHIPPED = FAMILIES[0]


def family_of(shapes: Mapping[str, Shape]) -> Family:
    """The network whose arrays have these names and shapes. Raises `SmootherError` that says what was found."""
    for family in FAMILIES:
        if family.shapes() == dict(shapes):
            return family
    names = ", ".join(family.name for family in FAMILIES)
    raise SmootherError(f"these are not weights of RIFE {names}: {_found(shapes)}")


def _found(shapes: Mapping[str, Shape]) -> str:
    widths = _widths(shapes)
    if not widths:
        some = ", ".join(sorted(shapes)[:3]) or "nothing"
        return f"found {len(shapes)} arrays ({some}, ...) and no blocks of RIFE"
    head = shapes.get("head.3.weight", ())
    features = f"a head of {head[1]} features" if len(head) == 4 else "no head"
    return (
        f"found {len(widths)} blocks of {', '.join(map(str, widths))} channels and {features}; {_odd(shapes)}"
    )


def _odd(shapes: Mapping[str, Shape]) -> str:
    """The first array that the nearest family has otherwise."""
    near = min(FAMILIES, key=lambda family: len(family.shapes().items() ^ shapes.items()))
    wanted = near.shapes()
    name = next(name for name in sorted({*wanted, *shapes}) if wanted.get(name) != shapes.get(name))
    if name not in shapes:
        return f"{name} is missing"
    if name not in wanted:
        return f"{name} has no place in {near.name}"
    return f"{name} is {_times(shapes[name])}, and {_times(wanted[name])} in {near.name}"


def _widths(shapes: Mapping[str, Shape]) -> list[int]:
    found: list[int] = []
    while len(shape := shapes.get(f"block{len(found)}.shrink.1.weight", ())) == 4:
        found.append(shape[0])
    return found


def _times(shape: Shape) -> str:
    return "x".join(map(str, shape)) or "one number"


def _layer(name: str, weight: Shape, out: int | None = None) -> dict[str, Shape]:
    return {f"{name}.weight": weight, f"{name}.bias": (out or weight[0],)}
