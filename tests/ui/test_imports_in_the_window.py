"""Imported clips and pictures in the window: shown, scrubbed and played without being opened in its process."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import av
import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QThreadPool
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from storyboard import atomic, resources, store
from storyboard.film import queue
from storyboard.film.cache import PROXIES
from storyboard.media import takes
from storyboard.take import Take
from ui import document
from ui.orders import Import
from ui.reel import Film, Reel
from ui.take_card import card_box, picture_box
from ui.window import Window

Until = Callable[[Callable[[], bool]], None]
Opener = Callable[[Path], Window]

CLIP, SLOWED, PICTURE = "postcard-04", "postcard-05", "postcard-09"
"""The shots of the sample that show an import."""


class Guard:
    """Hears which files of a folder are opened in this process, and by whom. What is only hashed is not decoded."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.opened: list[str] = []
        sys.addaudithook(self._hear)

    def note(self, who: str, file: object) -> None:
        if self.folder is not None and str(file).startswith(str(self.folder)):
            self.opened.append(f"{who}: {file}")

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.folder is not None and event == "open" and not _is_hashing(sys._getframe()):
            self.note("open", arguments[0])


def _is_hashing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_name == "digest" and frame.f_code.co_filename.endswith("reading.py"):
            return True
        frame = frame.f_back
    return False


_GUARD = Guard()
"""One for all tests: Python never lets go of a hook."""


class FullDisk:
    """No room for the document of a project; everything else can be written."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.full = True
        self._publish = atomic._publish
        patch.setattr(atomic, "_publish", self._refuse)

    def _refuse(self, temporary: Path, path: Path, *others: Any) -> None:
        if self.full and path.name == "project.json":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._publish(temporary, path, *others)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.new("RGB", (64, 48), "red").save(tmp_path / "a_boat.png")
    return tmp_path / "a_boat.png"


def test_an_import_is_done_when_the_film_with_it_is_on_disk_and_no_sooner(
    opened: Opener, folder: Path, picture: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "RETRY_AFTER", 200)
    disk = FullDisk(monkeypatch)
    window = opened(folder)
    window.actions_by_name["queue"].trigger()
    window.worker.submit(Import(window.document.film, (picture,), 1))
    until(lambda: len(window.document.project.shots) == 4)
    until(lambda: window.document.saved_words == "Not saved")
    window.worker._writing.waitForDone()
    assert [job.state for job in queue.load(folder).jobs] == ["running"]
    (row,) = window.making.panel.rows.values()
    assert row.detail.text() == "Brought in. Done when the film with it is saved."
    assert row.pause.isHidden()
    disk.full = False
    until(lambda: [job.state for job in queue.load(folder).jobs] == ["done"])
    assert len(store.open_project(folder).project.shots) == 4


def test_an_import_that_was_never_saved_is_done_again_and_only_once(
    opened: Opener, folder: Path, picture: Path, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        FullDisk(away)
        first = opened(folder)
        first.worker.submit(Import(first.document.film, (picture,), 1))
        until(lambda: len(first.document.project.shots) == 4)
        first.shut()
    assert [job.state for job in queue.load(folder).jobs] == ["paused"]
    assert len(store.open_project(folder).project.shots) == 3

    again = opened(folder)
    assert again.banner.about == "rescued"
    again.banner.buttons[0].click()
    assert again.banner.about == "queue"
    again.banner.buttons[0].click()
    until(lambda: [job.state for job in again.worker.jobs] == ["done"])
    assert [shot.prompt for shot in again.document.project.shots].count("a boat") == 1
    assert len(again.document.takes) == 1


def test_who_closes_at_once_after_an_import_finds_it_done(
    opened: Opener, folder: Path, picture: Path, until: Until
) -> None:
    window = opened(folder)
    window.worker.submit(Import(window.document.film, (picture,), 1))
    window.worker.brought.connect(lambda *_: window.shut())
    until(lambda: not window._open)
    assert [job.state for job in queue.load(folder).jobs] == ["done"]
    assert len(store.open_project(folder).project.shots) == 4


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sample, with nothing made of it."""
    return Path(shutil.copytree(resources.samples() / "postcard", tmp_path / "postcard"))


@pytest.fixture
def guard(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    for module, name in ((av, "open"), (Image, "open"), (cv2, "imread"), (cv2, "VideoCapture")):
        monkeypatch.setattr(module, name, _heard(f"{module.__name__}.{name}", getattr(module, name)))
    _GUARD.opened = []
    _GUARD.folder = project / "media"
    yield _GUARD
    _GUARD.folder = None


def _heard(name: str, real: Any) -> Any:
    def opened(file: object, *rest: Any, **named: Any) -> Any:
        _GUARD.note(name, file)
        return real(file, *rest, **named)

    return opened


def take_of(window: Window, shot: str) -> Take:
    chosen = window.document.project.shot(shot).chosen
    assert chosen is not None
    take = window.document.takes.get(chosen.take)
    assert take is not None
    return take


def pixels(image: QImage | None) -> Any:
    assert image is not None
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(bytes(rgb.constBits()), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3)


def shows(window: Window, wanted: Any, within: float = 6.0) -> bool:
    if window.viewer.image is None or pixels(window.viewer.image).shape != wanted.shape:
        return False
    return float(np.abs(pixels(window.viewer.image).astype(int) - wanted).mean()) < within


def scrub(window: Window, until: Until) -> None:
    """A pointer goes slowly through the picture of the first take in the panel."""
    panel = window.takes.list
    box = picture_box(card_box(panel.visualItemRect(panel.item(0))))
    for x in range(box.left() + 1, box.right(), box.width() // 6):
        QTest.mouseMove(panel.viewport(), QPoint(x, box.center().y()))
        panel.viewport().repaint()
        until(lambda: not window.thumbnails._making and not window.thumbnails._postponed)
    kept = [key for key, picture in window.thumbnails._kept.items() if picture and key[:2] == _key(window)]
    assert len(kept) >= 4


def _key(window: Window) -> tuple[str, str]:
    return ("take", window.takes.list.item(0).data(256))


def test_the_window_opens_no_import_itself(
    project: Path, guard: Guard, opened: Opener, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(project)
    clip, picture = (
        next(takes.frames_of(resources.samples() / "postcard", take_of(window, shot)))
        for shot in (CLIP, PICTURE)
    )
    film = window.document.project
    window.session.select(CLIP)
    window.session.seek(film.start_of(CLIP))
    until(lambda: shows(window, clip))
    scrub(window, until)
    window.session.show_take(CLIP, take_of(window, PICTURE).id)
    until(lambda: shows(window, _half(picture)))
    window.session.show_film()
    window.session.smoothed = False
    window.session.seek(film.start_of(CLIP) + 20)
    window.session.play()
    until(lambda: window.session.frame > film.start_of(SLOWED) + 8)
    window.session.pause()
    window.session.seek(film.start_of(PICTURE))
    until(lambda: shows(window, _half(picture)))
    window.show_page("storyboard")
    until(lambda: not window.thumbnails._making and not window.thumbnails._postponed)
    assert list((project / PROXIES).glob("*.mp4"))
    assert guard.opened == []


def _half(picture: Any) -> Any:
    from storyboard.media import fit

    return fit.fit(picture, 640, 360, "cover")


def test_the_guard_hears_what_opens_an_import(project: Path, guard: Guard) -> None:
    with store.open_project(project, "read") as read:
        for take in read.takes().values():
            next(takes.frames_of(project, take))
    assert {words.partition(":")[0] for words in guard.opened} == {"av.open", "PIL.Image.open", "open"}


def test_raw_playing_shows_each_frame_of_the_clip_at_its_time(
    project: Path, opened: Opener, until: Until
) -> None:
    window = opened(project)
    film = window.document.film
    start = film.project.start_of(CLIP)
    reel = Reel(proxies=window.imports.proxies)
    until(lambda: not window.imports.proxies._waiting and bool(list((project / PROXIES).glob("*.mp4"))))
    originals = list(takes.frames_of(project, take_of(window, CLIP)))
    for frame in (0, 1, 2, 3, 17, 46, 47, 5):
        seen = reel.at(film, start + frame, smoothed=False).astype(int)
        place = frame * 30 // 24
        nearest = min(range(max(0, place - 2), place + 3), key=lambda n: np.abs(seen - originals[n]).mean())
        assert nearest == place


def test_the_shots_words_stand_there_until_an_import_can_be_shown(project: Path) -> None:
    with store.open_project(project, "read") as read:
        film = Film(project, read.project, read.takes())
    at = film.project.start_of(CLIP)
    card = Reel().at(film, at)
    assert card.shape == (360, 640, 3)
    assert card.std() > 0


def broken(project: Path, file: str, content: bytes) -> None:
    next((project / "media").glob(file)).write_bytes(content)


@pytest.mark.parametrize("half", [True, False], ids=["cut off", "garbage"])
def test_an_import_that_cannot_be_read_is_said_on_its_shots_and_the_window_lives(
    project: Path, opened: Opener, until: Until, guard: Guard, half: bool
) -> None:
    clip = next((project / "media").glob("paper-plane-*.mp4"))
    whole = clip.read_bytes()
    clip.write_bytes(whole[: len(whole) // 2] if half else bytes(range(256)) * 400)
    guard.opened.clear()
    window = opened(project)
    until(lambda: CLIP in window.imports.states())
    said = window.imports.states()[CLIP]
    assert said.state == "failed"
    assert clip.name in said.detail
    assert PICTURE not in window.imports.states()
    film = window.document.project
    until(lambda: window.timeline._clips.jobs.get(CLIP) == said)
    window.session.select(CLIP)
    assert clip.name in window.inspector.failure.text()
    assert window.inspector.retry.isHidden()  # another take in its place is not what is wanted
    window.session.seek(film.start_of(CLIP))
    until(lambda: clip.name in window.viewer._words)
    window.session.play()
    until(lambda: window.session.frame > film.start_of(CLIP) + 5)
    window.session.pause()
    picture = next(takes.frames_of(resources.samples() / "postcard", take_of(window, PICTURE)))
    window.session.seek(film.start_of(PICTURE))
    until(lambda: shows(window, _half(picture)))
    assert guard.opened == []


def test_a_shot_that_shows_another_take_has_no_problem_any_more(
    project: Path, opened: Opener, until: Until
) -> None:
    broken(project, "paper-plane-*.mp4", b"nothing")
    window = opened(project)
    until(lambda: window.timeline._clips.jobs.keys() >= {CLIP, SLOWED})
    window.commands.takes.choose(CLIP, take_of(window, PICTURE))
    until(lambda: window.timeline._clips.jobs.keys() == {SLOWED})
    QThreadPool.globalInstance().waitForDone()
