"""A denoiser's repeated blocks compiled, for runs that are long enough to pay for it.

PyTorch compiles one block of each kind and uses it for all of that kind, so it takes a minute and not many. Compiled blocks
give other pixels than plain ones (sums come in another order), and whether they are worth it depends on what else is to be
made. So a take says in its facts how it was made, and what must equal a plain run bit for bit (what is held at a step, kept
at its steps, quick) is always made plain.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from importlib import util
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from storyboard.generators.pipeline import Place
    from storyboard.take import Recipe

SAID: Final = "repeated blocks"
"""What a take's facts say under `compiled`."""
AHEAD: Final = 300.0
"""Seconds of plain steps that must be wanted still. Compiling takes up to a minute for each size, and blocks are quicker by a
fifth and more where they are quicker at all: then it has paid for itself before the end."""
GAIN: Final = 0.97
"""Compiled steps that take more than this part of the plain ones' time are not worth other pixels."""
MOST_SIZES: Final = 4
"""Sizes that are compiled while a model is loaded; PyTorch gives up by itself, and silently, after eight."""
PLANS: Final = frozenset({"whole", "encoder", "tiles"})
"""Memory plans in which the denoiser stays where it is, with nothing hooked into it."""
BACKENDS: Final = {"cuda": "inductor"}
"""What compiles, by kind of device. A processor is not among them: its steps are few."""
_NEEDS: Final = {"inductor": "triton"}
"""The package that a backend writes its kernels in."""


class Size(NamedTuple):
    """What blocks are compiled for: another one takes as long again."""

    width: int
    height: int
    frames: int
    takes: int
    """In one batch."""


def size_of(recipes: Sequence[Recipe]) -> Size:
    return Size(recipes[0].width, recipes[0].height, recipes[0].frames, len(recipes))


def able(denoisers: Sequence[Any], place: Place) -> bool:
    """Whether the blocks of these models can be compiled where they are. Imports nothing."""
    backend = BACKENDS.get(place.kind, "")
    return (
        bool(denoisers)
        and place.kind in BACKENDS
        and place.plan.name in PLANS
        and all(getattr(denoiser, "_repeated_blocks", None) for denoiser in denoisers)
        and (backend not in _NEEDS or util.find_spec(_NEEDS[backend]) is not None)
    )


class Compiler:
    """What is known about one loaded model: how long its steps take, plain and compiled, and what does not pay."""

    def __init__(self) -> None:
        self._plain: dict[Size, float] = {}
        self._sizes: set[Size] = set()
        self._refused: set[Size] = set()
        self._given_up = False
        self._compiled = False

    def wanted(self, size: Size, steps: float) -> bool:
        """Whether takes of this size are to be made with compiled blocks from now on, with so many steps to come. The
        first take of a size is made plain: it tells how long a step takes."""
        if self._given_up or size in self._refused:
            return False
        if size in self._sizes:
            return True
        pace = self._plain.get(size)
        return len(self._sizes) < MOST_SIZES and pace is not None and steps * pace >= AHEAD

    def note(self, size: Size, compiled: bool, pace: float | None) -> None:
        """How long a step of a take took, in seconds; None where that could not be told."""
        if compiled:
            self._sizes.add(size)
        if pace is None:
            return
        if not compiled:
            self._plain[size] = pace
        elif pace > GAIN * self._plain.get(size, float("inf")):
            self._refused.add(size)

    def give_up(self) -> None:
        """Compiling failed here: no more of it while the model is loaded."""
        self._given_up = True

    @contextlib.contextmanager
    def blocks(self, denoisers: Sequence[Any], place: Place, compiled: bool) -> Iterator[None]:
        """While a take is made: the blocks of `denoisers` compiled, or as they were before."""
        if compiled and not self._compiled:
            for denoiser in denoisers:
                denoiser.compile_repeated_blocks(backend=BACKENDS[place.kind])
            self._compiled = True
        if not self._compiled:
            yield
            return
        import torch

        with torch.compiler.set_stance("default" if compiled else "force_eager"):
            yield


def at_fault(error: Exception) -> bool:
    """Whether compiling raised this, and not the model: no compiler, an operation that it does not know."""
    from torch._dynamo.exc import TorchDynamoException

    return isinstance(error, TorchDynamoException)


class Pace:
    """The seconds of a take's steps after the first, which is where compiling happens."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._begun: tuple[int, float] | None = None
        self._ended: tuple[int, float] | None = None

    def at(self, done: int, total: int) -> None:
        """To be called after each step. A GPU is behind what it was told to do: it is waited for after the first and
        after the last."""
        if done == total and self._begun is not None:
            self._ended = (done, self._now())
        elif done == 1:
            self._begun = (done, self._now())

    @property
    def seconds(self) -> float | None:
        """Of one step; None where fewer than two were seen after the first."""
        if self._begun is None or self._ended is None or self._ended[0] - self._begun[0] < 2:
            return None
        return (self._ended[1] - self._begun[1]) / (self._ended[0] - self._begun[0])

    def _now(self) -> float:
        if self._device.startswith("cuda"):
            import torch

            torch.cuda.synchronize(torch.device(self._device))
        return time.perf_counter()
