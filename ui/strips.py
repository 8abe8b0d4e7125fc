"""The strips of pictures on the timeline's clips: several pictures of a shot side by side, as many as fit."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

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


class _Strip(NamedTuple):
    """The pictures of one shot, by their part of it, and what they follow from."""

    film: Film
    tiles: int
    size: tuple[int, int, float]
    made: int
    """How many pictures had been made when these were asked for: after that there may be better ones."""
    pictures: dict[int, QPixmap]


class Strips(QObject):
    """Paints strips. What is not there yet is asked for, and the strip is painted without it."""

    def __init__(self, document: Document, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._document = document
        self._thumbnails = thumbnails
        self._made = 0
        self._previews: dict[str, QPixmap] = {}
        self._fitting: OrderedDict[tuple[int, int, int, float], QPixmap] = OrderedDict()
        self._strips: OrderedDict[str, _Strip] = OrderedDict()
        thumbnails.ready.connect(self._note_made)

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
        tile_width = max(1, round(height * film.project.width / film.project.height))
        tiles = max(1, -(-width // tile_width))
        ratio = painter.device().devicePixelRatioF()
        strip = self._strip(film, index, tiles, (tile_width, height, ratio))
        # Only what can be seen: of a shot of minutes, zoomed in, that is a small part.
        first, last = 0, tiles
        if tiles > PLACES and painter.hasClipping():
            seen = painter.clipBoundingRect()
            first = max(0, int((seen.left() - left) / tile_width))
            last = min(tiles, int((seen.right() - left) / tile_width) + 1)
        places = _places(tiles)
        for tile in range(first, last):
            picture = self._picture(strip, index, min(tile * places // tiles, places - 1), places)
            if picture is None:
                continue
            x = left + tile * tile_width
            if x + tile_width <= left + width:
                painter.drawPixmap(x, top, picture)
            else:
                part = QRectF(0, 0, (left + width - x) * ratio, height * ratio)
                painter.drawPixmap(QPointF(x, top), picture, part)

    def _strip(self, film: Film, index: int, tiles: int, size: tuple[int, int, float]) -> _Strip:
        """What is known of the strip; empty where something is another now."""
        shot_id = film.project.shots[index].id
        known = self._strips.get(shot_id)
        if (
            known is not None
            and known.film is film
            and known.tiles == tiles
            and known.size == size
            and known.made == self._made
        ):
            return known
        strip = _Strip(film, tiles, size, self._made, {})
        self._strips[shot_id] = strip
        while len(self._strips) > MOST_STRIPS:
            self._strips.popitem(last=False)
        return strip

    def _picture(self, strip: _Strip, index: int, part: int, places: int) -> QPixmap | None:
        """Picture `part` of `places` of a shot, in the strip's size."""
        known = strip.pictures.get(part)
        if known is not None:
            return known
        project = strip.film.project
        shot = project.shots[index]
        picture = self._previews.get(shot.id)
        if picture is None:
            frame = part * shot.length // places
            size = (max(16, round(THUMBNAIL_HEIGHT * project.width / project.height)), THUMBNAIL_HEIGHT)
            key = ("clip", *picture_key(strip.film, index, frame), *size)
            make = partial(thumbnail, strip.film, index, frame, *size)
            picture = self._thumbnails.get((shot.id, part), key, make)
        if picture is None:
            return None
        strip.pictures[part] = self._fitted(picture, *strip.size)
        return strip.pictures[part]

    def _fitted(self, picture: QPixmap, width: int, height: int, ratio: float) -> QPixmap:
        """`picture` in just the size in which it is painted: scaling it each time would take most of the time."""
        key = (picture.cacheKey(), width, height, ratio)
        known = self._fitting.get(key)
        if known is None:
            smooth = Qt.TransformationMode.SmoothTransformation
            ignore = Qt.AspectRatioMode.IgnoreAspectRatio
            known = picture.scaled(round(width * ratio), round(height * ratio), ignore, smooth)
            known.setDevicePixelRatio(ratio)
            self._fitting[key] = known
            while len(self._fitting) > MOST_FITTING:
                self._fitting.popitem(last=False)
        else:
            self._fitting.move_to_end(key)
        return known

    def _note_made(self) -> None:
        self._made += 1


def _places(tiles: int) -> int:
    """How many different pictures a strip of `tiles` tiles has. Doubled, so that those of a shorter strip are among
    them and need not be made again."""
    places = PLACES
    while places < min(tiles, MOST_PLACES):
        places *= 2
    return places
