"""What is said of an order while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .orders import ForTakes, Order
from .words import doing, duration

if TYPE_CHECKING:
    from storyboard.film.runner import Progress


def running_words(order: Order | None, progress: Progress | None, waiting: int) -> str:
    """What there is to say beside an order's title: `step 12 of 25 · 0:34 left · 1 queued`."""
    parts = []
    if progress and progress.running:
        now = progress.running[0]
        # The title names the shot where there is only one.
        alone = isinstance(order, ForTakes) and len(order.wanted) == 1
        parts = [
            doing(now) if alone else f"{now.label}: {doing(now)}",
            f"{duration(progress.seconds_left)} left",
        ]
    if waiting and order:
        parts.append(f"{waiting} queued")
    return " · ".join(parts)
