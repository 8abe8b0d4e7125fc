"""How a model lives in the memory that there is: plans from the fastest to the smallest, and which one to take.

Nothing here says that a model cannot run: the last plan is always there, and slow. Pure: a table of machines is its test.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

GIB: Final = 2**30
MARGIN: Final = 0.92
"""Of what is free: a driver, a desktop and a fragmented heap take the rest."""
GROUP: Final = 0.12
"""Of a denoiser: the blocks that are on the device at once when it goes there block by block, with the next ones."""

Name = Literal["whole", "encoder", "tiles", "offload", "int8", "groups", "casting", "halves", "disk"]
Kind = Literal["cuda", "mps", "cpu"]
TextPlace = Literal["stays", "visits", "alone", "groups"]
"""Where text encoders are: beside the rest; there only while they work; there while they work and the rest is not; there
block by block."""

WORDS: Final[dict[Name, str]] = {
    "whole": "all of it fits",
    "encoder": "fits with the text encoder unloaded",
    "tiles": "fits with the text encoder unloaded and the picture decoded in tiles",
    "offload": "fits with one part at a time in the GPU's memory",
    "int8": "fits in 8-bit whole numbers, which changes the picture a little",
    "groups": "fits block by block, which is slower",
    "casting": "fits block by block in 8-bit numbers, which is slower and changes the picture a little",
    "halves": "fits in 16-bit numbers, with the text encoder unloaded and the picture decoded in tiles",
    "disk": "fits block by block from the disk, which is slow",
}
TIGHT: Final = "larger than the memory here: it is tried in the smallest way, slowly"
LADDERS: Final[dict[Kind, tuple[Name, ...]]] = {
    "cuda": ("whole", "encoder", "tiles", "offload", "int8", "groups", "casting", "disk"),
    "mps": ("whole", "encoder", "tiles", "halves"),
    "cpu": ("whole", "encoder", "tiles", "halves", "int8"),
}
"""With `int8` the denoiser stays on the device, so it is quicker than block by block, which moves it there in each step."""
TILED: Final = frozenset({"tiles", "offload", "int8", "groups", "casting", "halves", "disk"})


class Needs(NamedTuple):
    """Bytes that a model needs, its weights in 16-bit numbers."""

    text: int
    denoiser: int
    vae: int
    other: int
    work: int
    """For the frames that are asked for, beside the weights."""
    tiles: int
    """The same with the picture decoded in parts."""

    @property
    def parts(self) -> int:
        return self.text + self.denoiser + self.vae + self.other


class Device(NamedTuple):
    """What there is to run on."""

    kind: Kind
    free: int
    """Bytes of the device's memory."""
    memory: int
    """Bytes of main memory that are free; 0 where the system does not say."""
    quantises: bool = False
    """Whether the package is here that makes 8-bit whole numbers of weights."""


class Plan(NamedTuple):
    name: Name
    text: TextPlace
    fits: bool = True
    """False for the smallest, taken because there is no smaller one."""

    @property
    def words(self) -> str:
        return WORDS[self.name] if self.fits else TIGHT

    @property
    def tiled(self) -> bool:
        return self.name in TILED


def needs(weights: dict[str, int], work: float, tiles: float, ratio: float) -> Needs:
    """From bytes of weights by part (`text`, `denoiser`, `vae`, `other`) and GB of work for frames of the native size;
    `ratio` is how many pixels are asked for, of the native ones."""

    def scaled(amount: float) -> int:
        return int(max(amount * ratio, 0.25) * GIB)

    return Needs(
        weights.get("text", 0), weights.get("denoiser", 0), weights.get("vae", 0), weights.get("other", 0),
        scaled(work), scaled(min(work, tiles)),
    )  # fmt: skip


def ladder(need: Needs, device: Device) -> list[tuple[Plan, int, int]]:
    """Every plan for `device`, fastest first, with the bytes that it needs of the device and of main memory."""
    return [
        (Plan(name, _text(name, need, device)), *_bytes(name, need, device))
        for name in LADDERS[device.kind]
        if name != "int8" or device.quantises
    ]


def pick(need: Needs, device: Device, failed: frozenset[str] = frozenset()) -> Plan:
    """The fastest plan that fits; the smallest where none does. `failed` ones ran out of memory before: only what is
    smaller than they are is taken."""
    rungs = ladder(need, device)
    tried = [number for number, (plan, _, _) in enumerate(rungs) if plan.name in failed]
    below = rungs[max(tried) + 1 :] if tried else rungs
    room, memory = device.free * MARGIN, device.memory * MARGIN or float("inf")
    fitting = (plan for plan, here, beside in below if here <= room and beside <= memory)
    return next(fitting, rungs[-1][0]._replace(fits=False))


def step_down(plan: Plan, need: Needs, device: Device) -> Plan | None:
    """The next smaller plan; None below the smallest."""
    plans = [rung for rung, _, _ in ladder(need, device)]
    order = LADDERS[device.kind]
    at = max(number for number, rung in enumerate(plans) if order.index(rung.name) <= order.index(plan.name))
    return plans[at + 1] if at + 1 < len(plans) else None


def batch(need: Needs, device: Device, plan: Plan, most: int) -> int:
    """How many takes of one shot fit beside each other, from 1 to `most`."""
    if plan.name not in ("whole", "encoder"):
        return 1
    here = next(used for rung, used, _ in ladder(need, device) if rung.name == plan.name)
    spare = device.free * MARGIN - here
    return max(1, min(most, 1 + int(spare // max(need.work, 1))))


def _text(name: Name, need: Needs, device: Device) -> TextPlace:
    if name == "whole":
        return "stays"
    room = device.free * MARGIN
    if device.kind != "cuda" or need.parts <= room:
        return "visits"
    return "alone" if need.text <= room else "groups"


def _bytes(name: Name, need: Needs, device: Device) -> tuple[int, int]:
    """Of the device and of main memory. On a processor and on Apple's chips these are one, and count once."""
    # A processor works in 32-bit numbers, a GPU in 16.
    size = 2 if device.kind == "cpu" and name not in ("halves", "int8") else 1
    text = need.text * size if _text(name, need, device) != "groups" else int(need.text * GROUP)
    rest = (need.denoiser + need.vae + need.other) * size
    largest = max(need.denoiser, need.vae + need.other)
    here: dict[Name, int] = {
        "whole": text + rest + need.work,
        "encoder": max(text, rest + need.work),
        "tiles": max(text, rest + need.tiles),
        "halves": max(text, rest + need.tiles),
        "offload": max(text, largest + need.tiles),
        "int8": max(text, need.denoiser // 2 + need.vae + need.other + need.tiles),
        "groups": max(text, max(int(need.denoiser * GROUP), need.vae + need.other) + need.tiles),
        "casting": max(text, max(int(need.denoiser * GROUP / 2), need.vae + need.other) + need.tiles),
        "disk": min(text, need.tiles),
    }
    beside: dict[Name, int] = {
        "encoder": need.text, "tiles": need.text, "int8": need.text, "offload": need.parts, "groups": need.parts,
        "casting": need.text + need.denoiser // 2 + need.vae + need.other,
    }  # fmt: skip
    return here[name], beside.get(name, 0) if device.kind == "cuda" else 0
