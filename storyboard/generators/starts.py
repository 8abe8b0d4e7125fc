"""The pictures that a recipe starts from, read as a generator needs them: in the recipe's size, and none too many.

They come only from inside the project's folder, and only as the pixels that the recipe says.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from storyboard import paths, reading, values
from storyboard.errors import GeneratorError, MediaError, ProjectError, why
from storyboard.start import MAX_SIDE, MIN_SIDE, Drawing, Reference, Start, StartRole
from storyboard.take import Recipe, Take

if TYPE_CHECKING:
    from storyboard.frames import Frame, Frames
    from storyboard.project import Wish

MAX_BYTES = 4 << 30
"""Of a clip's frames in the recipe's size, which are in memory at once."""
MAX_PICTURE = 64 << 20
"""Bytes of a picture's file; ours are far smaller."""
_MAX_SIDECAR = 64 << 20
_AGAIN = "set another start with `storyboard set`, or bring it back"


class Starts(NamedTuple):
    """What a take starts from, each frame (recipe.height, recipe.width, 3) uint8 RGB."""

    first: Frame | None = None
    last: Frame | None = None
    clip: tuple[Frame, ...] = ()
    """As many frames as the recipe has; empty where there is no clip."""
    strength: float | None = None
    """Of the clip."""


def read(base: Path, recipe: Recipe) -> Starts:
    """What `recipe` starts from, out of the project's folder `base`, filling the recipe's size.

    A clip is brought to the recipe's rate and length: what is too long is cut, what is too short holds its last
    frame. Raises `GeneratorError` for pixels that are gone, damaged or not those of the recipe, or too many.
    """
    by_role = {start.role: start for start in recipe.starts}
    clip = by_role.get("clip")
    try:
        return Starts(
            first=_one(base, by_role.get("first"), recipe),
            last=_one(base, by_role.get("last"), recipe),
            clip=() if clip is None else tuple(_clip(base, clip, recipe)),
            strength=None if clip is None else clip.strength,
        )
    except (MediaError, ProjectError) as error:
        raise GeneratorError(f"what the take starts from cannot be used: {error}") from error


def refuse(wish: Wish, can: Collection[StartRole], others: Sequence[str], *, loras: bool = False) -> None:
    """Raises `GeneratorError` when `wish` starts from something that its model cannot start from, or has LoRAs
    where it takes none. `can` is what the model can start from, `others` names models that can do more."""
    words = {"first": "a picture", "last": "a last picture", "clip": "a clip"}
    choose = f"choose a model that can ({', '.join(others)})" if others else "choose a model that can"
    for start in wish.starts:
        if start.role not in can:
            raise GeneratorError(
                f"{wish.model} cannot start from {words[start.role]}; {choose}, or set the shot's start to none"
            )
    if wish.loras and not loras:
        raise GeneratorError(
            f"{wish.model} takes no LoRA; {choose}, or take {wish.loras[0].name} away from the shot or the look"
        )


def frame_of(base: Path, reference: Reference) -> Frame:
    """The one picture that `reference` is: (H, W, 3) uint8 RGB, in its own size.

    Raises `MediaError` or `ProjectError` for what is gone, is another than it was, or lies outside `base`.
    """
    if reference.file.startswith("media/"):
        return _picture(base, reference)
    take = _take(base, reference)
    number = reference.frame or 0
    if number >= take.frames:
        raise MediaError(f"{reference.file} has {take.frames} frames and not {number + 1}; {_AGAIN}")
    (found,) = _frames_at(base, take, [number])
    return found


def coloured(base: Path, recipe: Recipe, frames: Frames) -> Frames:
    """`frames` with the colours that `recipe` wants, before they are stored; as they are where it wants none."""
    from storyboard.media import matching

    if recipe.colours_of is None:
        return frames
    try:
        wanted = frame_of(base, recipe.colours_of)
    except (MediaError, ProjectError) as error:
        raise GeneratorError(
            f"the frame whose colours the take is to have cannot be used: {error}"
        ) from error
    return matching.matched(frames, wanted)


def settled(base: Path, recipe: Recipe) -> Recipe:
    """`recipe` with the content of the sketches in it, which nobody knows before they are drawn."""
    if not any(start.drawn and not start.content for start in recipe.starts):
        return recipe
    return replace(recipe, starts=tuple(_settled(base, start, recipe) for start in recipe.starts))


def _one(base: Path, start: Start | None, recipe: Recipe) -> Frame | None:
    return None if start is None else _fitted(frame_of(base, start), recipe)


def _clip(base: Path, start: Start, recipe: Recipe) -> Iterator[Frame]:
    if recipe.frames * recipe.width * recipe.height * 3 > MAX_BYTES:
        raise GeneratorError(
            f"{recipe.frames} frames of {recipe.width}x{recipe.height} are too many to start from at once; "
            "shorten the shot or split it"
        )
    if start.drawn is not None:
        yield from _checked_drawing(base, start, start.drawn, recipe)
        return
    take = _take(base, start)
    wanted = [min(take.frames - 1, math.floor(i * take.rate / recipe.rate)) for i in range(recipe.frames)]
    yield from (_fitted(frame, recipe) for frame in _frames_at(base, take, wanted))


def _fitted(frame: Frame, recipe: Recipe) -> Frame:
    from storyboard.media import fit

    return fit.fit(frame, recipe.width, recipe.height, "cover")


def _frames_at(base: Path, take: Take, numbers: Sequence[int]) -> Frames:
    """The frames of `take` with these ascending `numbers`. Its content is compared with what it should be: that of
    an import before, that of a generated take when its last frame was read."""
    from storyboard.media import takes

    if take.source is not None:
        _compare(_file_hash(paths.inside(base, take.pixels)), take.content, take.pixels)
        first = numbers[0]
        yield from _picked(takes.frames_of(base, take, first, numbers[-1] + 1), first, numbers)
        return
    digest = hashlib.sha256()
    yield from _picked(_hashed(takes.frames_of(base, take), digest), 0, numbers)
    _compare(digest.hexdigest(), take.content, take.pixels)


def _picked(frames: Frames, first: int, numbers: Sequence[int]) -> Frames:
    """Those of `frames`, the first of which has number `first`, that have one of `numbers`; all are read."""
    times = Counter(numbers)
    for number, frame in enumerate(frames, first):
        yield from itertools.repeat(frame, times[number])


def _hashed(frames: Frames, digest: hashlib._Hash) -> Frames:
    import numpy as np

    for frame in frames:
        digest.update(np.ascontiguousarray(frame).data)
        yield frame


def _compare(found: str, content: str, name: str) -> None:
    if content and not found.startswith(content):
        raise MediaError(f"{name} is not what it was, the file was changed or is damaged; {_AGAIN}")


def _file_hash(path: Path) -> str:
    try:
        return reading.digest(path)
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {why(error)}; {_AGAIN}") from error


def _take(base: Path, reference: Reference) -> Take:
    """The take that `reference` names by its sidecar, when it has the content that it should have."""
    path = paths.inside(base, reference.file) if reference.file else base
    try:
        if not reference.file.startswith("takes/") or not path.is_file():
            raise MediaError(f"{reference.file or 'the clip'} is gone; {_AGAIN}")
        if path.stat().st_size > _MAX_SIDECAR:
            raise MediaError(f"{path} is too large to be a take's sidecar; {_AGAIN}")
        take = values.decode(path.read_bytes(), Take)
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {why(error)}; {_AGAIN}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MediaError(f"{path} is no take's sidecar ({error}); {_AGAIN}") from error
    if reference.content != take.content:
        raise MediaError(f"take {take.number} in {path} is not the one that it was; {_AGAIN}")
    return take


def _picture(base: Path, reference: Reference) -> Frame:
    from storyboard.media import clip

    path = paths.inside(base, reference.file)
    if not path.is_file():  # opening a pipe would wait for ever
        raise MediaError(f"the picture {reference.file} is not in {base}; {_AGAIN}")
    if path.stat().st_size > MAX_PICTURE:
        raise MediaError(f"the picture {reference.file} is too large; {_AGAIN}")
    with clip.opened_picture(path) as image:
        check_size(image.width, image.height, reference.file)
    _compare(_file_hash(path), reference.content, reference.file)
    return clip.picture(path)


def check_size(width: int, height: int, name: str) -> None:
    """Raises `MediaError` for a picture that no shot can start from."""
    if not (min(width, height) >= MIN_SIDE and max(width, height) <= MAX_SIDE):
        raise MediaError(
            f"{name}: a shot cannot start from a picture of {width} x {height} pixels; its sides must have "
            f"{MIN_SIDE} to {MAX_SIDE:,}, choose another or resize it"
        )


def _drawn(base: Path, drawn: Drawing, recipe: Recipe) -> Frames:
    from storyboard.generators import sketch

    return sketch.draw(
        drawn.prompt,
        drawn.seed,
        recipe.width,
        recipe.height,
        recipe.frames,
        recipe.rate,
        cast=drawn.pictures,
        folder=base,
    )


def _settled(base: Path, start: Start, recipe: Recipe) -> Start:
    from storyboard.generators import sketch

    drawn = start.drawn
    if drawn is None:
        return start
    if not sketch.can_draw(drawn.prompt, drawn.pictures):
        raise GeneratorError(
            f"the sketch finds nothing to draw in {drawn.prompt[:60]!r}, so that no take can start from it; "
            "set another start"
        )
    digest = hashlib.sha256()
    for _ in _hashed(_drawn(base, drawn, recipe), digest):
        pass
    return replace(start, content=digest.hexdigest(), drawn=replace(drawn, version=sketch.VERSION))


def _checked_drawing(base: Path, start: Start, drawn: Drawing, recipe: Recipe) -> Frames:
    digest = hashlib.sha256()
    yield from _hashed(_drawn(base, drawn, recipe), digest)
    if start.content and digest.hexdigest() != start.content:
        raise GeneratorError(
            "the sketch that the take started from is drawn otherwise now (by another version of it); make a new take"
        )
