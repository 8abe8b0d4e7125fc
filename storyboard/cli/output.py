"""What the command line prints: tables and JSON on standard output, progress on standard error."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storyboard.film.runner import Progress, Watch

PLAIN_EVERY = 5.0
"""Seconds between progress lines where there is no terminal."""


def facts(value: Any) -> None:
    """`value` as JSON."""
    from storyboard import values

    sys.stdout.write(values.encode(value).decode())


def facts_line(value: Mapping[str, object]) -> None:
    """`value` as one line of JSON, at once: for who follows what goes on."""
    import msgspec

    print(msgspec.json.encode(value).decode(), flush=True)


def line(text: str) -> None:
    print(text)


def note(text: str) -> None:
    """Beside the result: on standard error, so that the result can be piped."""
    print(text, file=sys.stderr)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table; long cells wrap in a terminal, and stay whole lines in a pipe."""
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(escape(cell) for cell in row))
    console = Console(soft_wrap=False) if sys.stdout.isatty() else Console(width=200, color_system=None)
    console.print(made)


def duration(seconds: float) -> str:
    """`0:34`, `12:05`, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextlib.contextmanager
def progress(quiet: bool) -> Iterator[Watch]:
    """A watch that shows how far the work is: a bar in a terminal, a line now and then elsewhere."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar() as watch:
            yield watch
    else:
        yield _Lines().show


@contextlib.contextmanager
def _bar() -> Iterator[Watch]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.description}", markup=False),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)

        def show(now: Progress) -> None:
            doing = now.doing[0] if now.doing else "working"
            more = f" (+{len(now.doing) - 1})" if len(now.doing) > 1 else ""
            bar.update(
                task, completed=now.fraction, description=f"{duration(now.seconds_left)} left · {doing}{more}"
            )

        yield show


class _Lines:
    def __init__(self) -> None:
        self._last = time.monotonic()

    def show(self, now: Progress) -> None:
        if time.monotonic() - self._last < PLAIN_EVERY:
            return
        self._last = time.monotonic()
        doing = "; ".join(now.doing) or "working"
        note(f"{now.fraction:4.0%}  {duration(now.seconds_left)} left  {doing}")
