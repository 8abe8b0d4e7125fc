"""How long one paint may take for what is not there yet: words that were never drawn, pictures to be scaled."""

from __future__ import annotations

import time
from typing import Final

TIME: Final = 0.02
"""Seconds of one paint."""
HURRIED: Final = 0.0002
"""While hands scroll, zoom or drag: with the copies of what is there, the picture follows them at once."""


class Allowance:
    """Time for making things while a view is painted. What is left undone is made at the next paint."""

    def __init__(self) -> None:
        self._end = 0.0
        self._made = False
        self.hurried = False
        self.exceeded = False
        """Whether something was left undone since `begin`."""

    def begin(self, *, hurried: bool) -> None:
        """Before a view is painted."""
        self.hurried = hurried
        self._end = time.perf_counter() + (HURRIED if hurried else TIME)
        self._made = False
        self.exceeded = False

    def take(self) -> bool:
        """Whether there is time to make one more thing. The first one is always made, so that each paint gets on."""
        if self._made and time.perf_counter() > self._end:
            self.exceeded = True
            return False
        self._made = True
        return True
