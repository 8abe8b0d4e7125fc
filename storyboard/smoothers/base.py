"""What a smoother is: the seam between two frames and the one between them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames


class Gap(NamedTuple):
    """A wanted in-between: the frame at time `t`, 0 < t < 1, between `before` and `after` (equal sizes)."""

    before: Frame
    after: Frame
    t: Fraction


class Engine(NamedTuple):
    """What decides a smoother's pixels: part of every key of what it makes."""

    name: str
    """`rife-openvino`, `rife-ncnn`, `flow`."""
    version: str
    """Of the code and the library under it."""
    precision: str
    """`f32`, `f16`, `u8`."""
    weights: str
    """First 16 hex digits of the weights file's SHA-256, or an empty string."""


class Smoother(Protocol):
    """Makes in-betweens. The contract is tested over every engine in `tests/smoothers/test_smoother_contract.py`."""

    @property
    def engine(self) -> Engine: ...

    def between(self, gaps: Iterable[Gap]) -> Frames:
        """One frame for each gap, in order. Reads ahead a little so that engines can keep busy.

        Consecutive gaps usually share frames (the very same array objects): an engine may keep what it
        computed of a frame for its next use. Equal neighbours give that frame again. Raises `SmootherError`.
        """
        ...


class OpenSmoother(Smoother, Protocol):
    """A smoother that holds memory, threads or a process until it is closed."""

    def close(self) -> None: ...
