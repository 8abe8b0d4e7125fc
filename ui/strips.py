"""The strips of pictures on the timeline's clips: several pictures of a shot side by side, as many as fit."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from storyboard.project import Shot

from .allowance import Allowance
from .document import Document
from .pictures import Thumbnails
from .reel import Film, picture_key, thumbnail

PLACES: Final = 4
"""Different pictures in a strip of up to as many tiles; a longer strip has twice as many, and so on."""
MOST_PLACES: Final = 32
THUMBNAIL_HEIGHT: Final = 96
"""Pixels: sharp enough for the tallest strip of the usual height."""
MOST_FITTING: Final = 800
"""Pictures kept in the size in which they are painted: 32 MB of 100x100."""
MOST_STRIPS: Final = 2000

Box = tuple[int, int, int, int]
"""Left, top, width and height, in whole pixels: so a picture is copied and not drawn anew."""


class _Tile:
    """One picture of a strip."""

    __slots__ = ("asked", "done", "key", "picture", "source")

    def __init__(self) -> None:
        self.key: str | None = None
        """Its name, once it was asked for."""
        self.asked = -1
        """What `Thumbnails.news` said when it was asked for last."""
        self.done = False
        """Whether it is there in its size: until then there may be a better one the next time."""
        self.source: QPixmap | None = None
        """As it was made, or what was shown here before it."""
        self.picture: QPixmap | None = None
        """In the size in which it is painted."""


@dataclass(eq=False, slots=True)
class _Strip:
    """The pictures of one shot, by their frame, and what they follow from."""

    film: Film
    shot: Shot
    size: tuple[int, int, float]
    tiles: dict[int, _Tile]

    def holds(self, film: Film, shot: Shot, size: tuple[int, int, float]) -> bool:
        """Whether the pictures are still those of `shot` in `film`. An edit makes another film, and leaves most
        shots as they were."""
        if self.size != size or self.shot is not shot:
            return False
        if self.film is film:
            return True
        before, now = self.film.project, film.project
        same_takes = self.film.takes is film.takes
        same_defaults = before.look is now.look and before.motion is now.motion and before.cast is now.cast
        same_size = before.width == now.width and before.height == now.height
        return same_takes and same_defaults and same_size and before.rate == now.rate


class Strips:
    """Paints strips. What is not there yet is asked for, and the strip is painted without it."""

    def __init__(self, document: Document, thumbnails: Thumbnails, allowance: Allowance) -> None:
        self._document = document
        self._allowance = allowance
        self._thumbnails = thumbnails
        self._previews: dict[str, QPixmap] = {}
        self._fitting: OrderedDict[tuple[int, int, int, float], QPixmap] = OrderedDict()
        self._strips: OrderedDict[str, _Strip] = OrderedDict()
        self.begin(1.0)

    def begin(self, ratio: float) -> None:
        """Before the strips of a view are painted, each time."""
        self._ratio = ratio

    def set_preview(self, shot_id: str, image: QImage) -> None:
        """The picture of a shot as it forms is shown instead of what it had."""
        self._previews[shot_id] = QPixmap.fromImage(image)
        self._strips.pop(shot_id, None)

    def keep_previews(self, busy: set[str]) -> None:
        """Lets go of those of other shots."""
        for shot_id in self._previews.keys() - busy:
            del self._previews[shot_id]
            self._strips.pop(shot_id, None)

    def paint(self, painter: QPainter, box: Box, index: int) -> None:
        """Draws the strip of the shot at `index` into `box`."""
        left, top, width, height = box
        # Of the film as it is, also while a trim is tried: its pictures are there, and do not flicker.
        film = self._document.film
        project = film.project
        shot = project.shots[index]
        tile_width = max(1, round(height * project.width / project.height))
        tiles = max(1, -(-width // tile_width))
        strip = self._strip(film, shot, (tile_width, height, self._ratio))
        # Only what can be seen: of a shot of minutes, zoomed in, that is a small part.
        first, last = 0, tiles
        if tiles > PLACES and painter.hasClipping():
            seen = painter.clipBoundingRect()
            first = max(0, int((seen.left() - left) / tile_width))
            last = min(tiles, int((seen.right() - left) / tile_width) + 1)
        places = _places(tiles)
        for number in range(first, last):
            part = min(number * places // tiles, places - 1)
            tile = self._tile(strip, index, part, places)
            x = left + number * tile_width
            self._paint_tile(painter, tile, x, top, min(tile_width, left + width - x), strip.size)

    def _paint_tile(
        self, painter: QPainter, tile: _Tile, x: int, top: int, wide: int, size: tuple[int, int, float]
    ) -> None:
        """The first `wide` pixels of a picture."""
        width, height, ratio = size
        if tile.picture is not None:
            pixels = tile.picture.width() if wide == width else round(wide * ratio)
            painter.drawPixmap(x, top, tile.picture, 0, 0, pixels, tile.picture.height())
        elif tile.source is not None:
            source = tile.source
            painter.drawPixmap(
                x, top, wide, height, source, 0, 0, source.width() * wide // width, source.height()
            )

    def _strip(self, film: Film, shot: Shot, size: tuple[int, int, float]) -> _Strip:
        """What is known of the strip; empty where something is another now."""
        known = self._strips.get(shot.id)
        if known is not None and known.holds(film, shot, size):
            known.film = film  # what is still to be made is asked for by the shot's place in it
            return known
        strip = _Strip(film, shot, size, {})
        self._strips[shot.id] = strip
        while len(self._strips) > MOST_STRIPS:
            self._strips.popitem(last=False)
        return strip

    def _tile(self, strip: _Strip, index: int, part: int, places: int) -> _Tile:
        """Picture `part` of `places` of a shot, as far as it is there."""
        frame = part * strip.shot.length // places
        tile = strip.tiles.get(frame)
        if tile is None:
            tile = strip.tiles[frame] = _Tile()
        if not tile.done:
            self._complete(strip, tile, index, part, frame)
        return tile

    def _complete(self, strip: _Strip, tile: _Tile, index: int, part: int, frame: int) -> None:
        """Takes what was made of a picture since it was painted last."""
        source, made = self._previews.get(strip.shot.id), True
        if source is None:
            news, hurried = self._thumbnails.news, self._allowance.hurried
            if tile.asked == news and hurried:
                self._allowance.exceeded = (
                    True  # asked for again when hands rest: by then it may be forgotten
                )
                return
            if tile.key is None and not self._allowance.take():
                return
            tile.asked = news
            source, made = self._asked(strip, tile, index, part, frame)
        if source is not None and source is not tile.source:
            tile.picture = None
        tile.source = source
        if source is not None and tile.picture is None:
            tile.picture = self._fitted(source, *strip.size)
        tile.done = made and (source is None or tile.picture is not None)

    def _asked(
        self, strip: _Strip, tile: _Tile, index: int, part: int, frame: int
    ) -> tuple[QPixmap | None, bool]:
        """The picture that was made, or what was shown in its place before; and whether it was made."""
        film = strip.film
        project = film.project
        size = (max(16, round(THUMBNAIL_HEIGHT * project.width / project.height)), THUMBNAIL_HEIGHT)
        if tile.key is None:
            tile.key = repr(("clip", *picture_key(film, index, frame), *size))
        make = partial(thumbnail, film, index, frame, *size, self._thumbnails.proxies)
        source = self._thumbnails.get((strip.shot.id, part), tile.key, make)
        return source, self._thumbnails.has(tile.key)

    def _fitted(self, picture: QPixmap, width: int, height: int, ratio: float) -> QPixmap | None:
        """`picture` in just the size in which it is painted: scaling it each time would take most of the time.
        None when there is no time for it now: then it is scaled roughly."""
        key = (picture.cacheKey(), width, height, ratio)
        known = self._fitting.get(key)
        if known is not None:
            self._fitting.move_to_end(key)
            return known
        if not self._allowance.take():
            return None
        smooth = Qt.TransformationMode.SmoothTransformation
        ignore = Qt.AspectRatioMode.IgnoreAspectRatio
        fitted = picture.scaled(round(width * ratio), round(height * ratio), ignore, smooth)
        fitted.setDevicePixelRatio(ratio)
        self._fitting[key] = fitted
        while len(self._fitting) > MOST_FITTING:
            self._fitting.popitem(last=False)
        return fitted


def _places(tiles: int) -> int:
    """How many different pictures a strip of `tiles` tiles has. Doubled, so that those of a shorter strip are among
    them and need not be made again."""
    places = PLACES
    while places < min(tiles, MOST_PLACES):
        places *= 2
    return places
