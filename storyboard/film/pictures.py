"""Bringing a picture of one's own into a project: for the cast, or for a shot to start from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from storyboard import atomic, paths
from storyboard.errors import MediaError
from storyboard.film.history import History
from storyboard.film.runner import Runner, Watch
from storyboard.film.takes import media_stem
from storyboard.workers.crew import Crew
from storyboard.workers.steps import Tidy


def bring_picture(
    folder: Path,
    original: Path,
    watch: Watch = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    as_start: bool = False,
) -> str:
    """Copy a picture (PNG, JPEG, WebP, GIF, SVG) into `media/`; returns its name there, for a role or a shot.

    `as_start` keeps all of it, for a shot to start from.

    It is read in a process of its own, and what is kept is written anew: pixels, not too many of them, also
    of a drawing. The name carries the hash of the content. Raises `MediaError` when it cannot
    be used, and `Cancelled`.
    """
    from storyboard.generators.sketch import own

    part = (
        f"media/{atomic.temporary_name(Path('picture'))}"  # what a crash leaves of it is found as unfinished
    )
    made = paths.inside(folder, part)
    try:
        with Crew(folder, media_workers=1) as crew:
            runner = Runner(crew, History(), watch, cancelled)
            step = Tidy(file=str(original.absolute()), out=part, as_start=as_start)
            runner.submit(part, step, original.name, lambda _: None)
            runner.run()
        if runner.failures:
            raise MediaError(runner.failures[0].reason.replace(str(original.absolute()), str(original)))
        content = made.read_bytes()
    finally:
        made.unlink(missing_ok=True)
    name = own.file_name(media_stem(original), content)
    target = paths.inside(folder, name)
    if not target.is_file() or target.read_bytes() != content:  # one that was damaged is made whole
        target.parent.mkdir(exist_ok=True)
        with atomic.replacing(target) as temporary:
            temporary.write_bytes(content)
    return name
