"""`make screenshots`: pictures of the window in its states, dark and light, in three sizes, made offscreen.

The sample film, with real takes; what shows a job in the middle of a step is a job that was handed in and is held
there. `python -m tests.screenshots [FOLDER] [--only fresh-dark]`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from ui.window import Window

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / ".github" / "screenshots"
PATIENCE: Final = 60.0
"""Seconds that pictures and takes are waited for at most."""
QUIET: Final = 0.7
"""Seconds without news after which everything is painted."""
QUALITY: Final = 92
"""Of the files: text stays crisp, and thirty of them are a few megabytes."""
POINTS: Final = 9.75
"""Text of 13 pixels, as most systems have it."""


class Frame(NamedTuple):
    """A size of the window, and how many pixels one of its points has."""

    name: str
    width: int
    height: int
    scale: int = 1


FRAMES: Final = (
    Frame("1280x800", 1280, 800),
    Frame("1600x1000", 1600, 1000),
    Frame("1280x800-2x", 1280, 800, 2),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    parser.add_argument("--only", default="", help="pictures whose names hold this")
    parser.add_argument("--frame", choices=[frame.name for frame in FRAMES], help=argparse.SUPPRESS)
    parser.add_argument("--project", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.frame:
        frame = next(frame for frame in FRAMES if frame.name == wanted.frame)
        _Studio(frame, wanted.project, wanted.folder, wanted.only).work()
        return
    with tempfile.TemporaryDirectory(prefix="s") as scratch:
        project = Path(scratch, "Spaghetti")
        _environment(Path(scratch, "home"), 1)
        _with_takes(project)
        wanted.folder.mkdir(parents=True, exist_ok=True)
        for frame in FRAMES:
            # Qt reads the scale when it starts: a process for each.
            _environment(Path(scratch, "home"), frame.scale)
            options = ["--frame", frame.name, "--project", str(project), "--only", wanted.only]
            command = [sys.executable, "-m", "tests.screenshots", str(wanted.folder), *options]
            subprocess.run(command, cwd=ROOT, check=True)


def _environment(home: Path, scale: int) -> None:
    os.environ.update(
        STORYBOARD_HOME=str(home), QT_QPA_PLATFORM="offscreen", QT_SCALE_FACTOR=str(scale), HF_HUB_OFFLINE="1"
    )


def _with_takes(folder: Path) -> None:
    """The sample with takes of most of its shots, made here."""
    from storyboard import edit, resources, store
    from storyboard.film import takes

    store.copy(resources.samples() / "spaghetti", folder)
    with store.open_project(folder, "write") as opened:
        project = opened.project
        drafts = {project.shots[at].id for at in (4, 5, 6)}
        makes = [shot for shot in project.shots if shot.id not in drafts]
        takes.make(folder, project, makes, 2)
        takes.make(folder, project, [project.shots[3]], 2)
        found = opened.takes()
        project = edit.adopt(opened.project, found)
        fourth = project.shots[3]
        chosen = found.of_shot(fourth.id)[1]
        project = edit.star(edit.choose(project, fourth.id, chosen), fourth.id, chosen.id)
        project = edit.set_shot(
            project, fourth.id, prompt="sauce splashes, slow motion, red tomato drops frozen"
        )
        long = (
            "the man drinks red wine at the table, one long slow gulp, and looks at us as if we had asked him"
        )
        project = edit.set_shot(
            project, project.shots[8].id, prompt="厨房里的碗是空的，他向后靠着，看着窗外的雨，慢动作"
        )
        opened.save(edit.set_shot(project, project.shots[7].id, prompt=long))


class _Studio:
    """One process: one size, all states, both sets of colours."""

    def __init__(self, frame: Frame, project: Path, folder: Path, only: str) -> None:
        from ui import app

        self._frame = frame
        self._project = project
        self._folder = folder
        self._only = only
        self._qt: QApplication = app.application()
        self._text()

    def _text(self) -> None:
        """The text that ships with the program: the same pictures on every machine."""
        from PySide6.QtGui import QFont, QFontDatabase

        from storyboard import resources

        families = []
        for name in ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "DroidSansFallbackFull.ttf"):
            at = QFontDatabase.addApplicationFont(str(resources.path(f"fonts/{name}")))
            families += QFontDatabase.applicationFontFamilies(at)
        font = QFont(list(dict.fromkeys(families)))
        font.setPointSizeF(POINTS)
        self._qt.setFont(font)

    def work(self) -> None:
        from ui import preferences, theme

        for colours in ("dark", "light"):
            theme.prefer(self._qt, preferences.Preferences(colours=colours))  # type: ignore[arg-type]
            for state, prepare in STATES.items():
                name = f"{state}-{colours}-{self._frame.name}"
                if self._only in name:
                    self._take(name, prepare, "fresh" not in state)

    def _take(self, name: str, prepare: Callable[[Window, _Studio], Any], with_takes: bool) -> None:
        from storyboard import resources, store
        from ui import memory
        from ui.window import Window

        # Another place each time: what a window remembers of a project is not for the next picture. A short one: it shows.
        place = Path(tempfile.mkdtemp(prefix="", dir=self._project.parent)) / "Films" / "Spaghetti"
        store.copy(self._project if with_takes else resources.samples() / "spaghetti", place)
        if with_takes:
            memory.see_advice()
        window = Window(place)
        window.resize(self._frame.width, self._frame.height)
        window.show()
        self.settle(window)
        shown = prepare(window, self) or window
        self.settle(window)
        self._save(window, shown, self._folder / f"{name}.webp")
        window.shut()
        window.deleteLater()
        shutil.rmtree(place.parents[1])
        print(name, flush=True)

    def settle(self, window: Window) -> None:
        """Lets the window live until nothing new is painted for a while."""
        news = time.monotonic()

        def note(*_: object) -> None:
            nonlocal news
            news = time.monotonic()

        signals = (window.thumbnails.ready, window.document.changed, window.pictures.shown)
        for signal in signals:
            signal.connect(note)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < (min(end, news + QUIET) if window.thumbnails.idle else end):
            self._qt.processEvents()
            time.sleep(0.01)
        for signal in signals:
            signal.disconnect(note)

    def _save(self, window: Window, shown: Any, file: Path) -> None:
        """The window, with what stands over it."""
        from PIL import Image
        from PySide6.QtCore import QPoint
        from PySide6.QtGui import QColor, QImage, QPainter

        picture = window.grab()
        if shown is not window:
            painter = QPainter(picture)
            painter.fillRect(window.rect(), QColor(0, 0, 0, 110))
            top = shown.grab()
            inside = window.rect().center() - QPoint(shown.width() // 2, shown.height() // 2)
            painter.drawPixmap(inside, top)
            painter.end()
        image = picture.toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = bytes(image.constBits())
        size = (image.width(), image.height())
        plain = Image.frombuffer("RGB", size, rows, "raw", "RGB", image.bytesPerLine(), 1)
        plain.save(file, quality=QUALITY, method=6)


# States


def _fresh(window: Window, _: _Studio) -> None:
    window.session.seek(20)


def _generating(window: Window, studio: _Studio) -> None:
    from storyboard.film.runner import Progress, Running
    from storyboard.workers import messages
    from ui.orders import Make
    from ui.reel import thumbnail

    worker, film = window.worker, window.document.film
    fifth, sixth = film.project.shots[4], film.project.shots[5]
    worker._thread.hand = lambda _: None  # type: ignore[method-assign]
    worker.submit(Make(film, (fifth,)))
    worker.submit(Make(film, (sixth,)))
    running = Running("shot 5 take 1", (fifth.id,), "step", 12, 25)
    worker._note_progress(Progress(0.48, 34.0, ("shot 5: step 12 of 25",), (running,)))
    picture = thumbnail(film, 4, 30, 128, 128)
    if picture is not None:
        worker._note_preview(fifth.id, messages.Preview(0, 128, 128, picture.tobytes()))
    window.session.select(film.project.shots[3].id)
    window.session.seek(172)


def _compare(window: Window, _: _Studio) -> None:
    fourth = window.document.project.shots[3]
    takes = window.document.takes.of_shot(fourth.id)
    window.session.select(fourth.id)
    window.session.seek(172)
    window.commands.takes.compare_takes(fourth.id, takes[1].id, takes[3].id)


def _storyboard(window: Window, _: _Studio) -> None:
    window.session.select(window.document.project.shots[3].id)
    window.show_page("storyboard")


def _export(window: Window, studio: _Studio) -> Any:
    window.session.select(window.document.project.shots[3].id)
    window.session.seek(172)
    window.actions_by_name["export"].trigger()
    studio.settle(window)
    return window.making.dialog


def _audition(window: Window, studio: _Studio) -> None:
    """Six takes of the fifth shot, held at the sixth step: pictures as rough as a model's cells."""
    from fractions import Fraction

    import numpy as np
    from PIL import Image

    from storyboard import values
    from storyboard.film import audition
    from storyboard.film.audition import Held
    from storyboard.take import Recipe
    from storyboard.workers.auditioning import _write
    from storyboard.workers.steps import Generate
    from ui.reel import thumbnail

    film = window.document.film
    fifth = film.project.shots[4]
    (film.folder / audition.FOLDER).mkdir(parents=True, exist_ok=True)
    for nth in range(6):
        recipe = Recipe("diffusers", "1", fifth.model or film.project.look.model, fifth.prompt,
                        5120371 + 7919 * nth, 24, 256, 256, Fraction(24), steps=25)  # fmt: skip
        take = f"held-{nth}"
        step = Generate(take=take, shot=fifth.id, number=1, wish="", model=recipe.model, recipe=recipe)
        rough = [thumbnail(film, (4 + nth) % 10, 2 * frame, 256, 256) for frame in range(12)]
        cells = [np.asarray(Image.fromarray(one).resize((32, 32))) for one in rough if one is not None]
        _write(film.folder / audition.FOLDER / f"{take}.webp", cells, 12.0)
        held = Held(step, 6, f"{audition.FOLDER}/{take}.webp")
        (film.folder / audition.FOLDER / f"{take}.json").write_bytes(values.encode(held))
    window.commands.auditions.set_models([])  # the model of the pictures is none
    window.session.select(fifth.id)
    window.session.seek(film.project.start_of(fifth.id) + 10)
    window.commands.auditions.look()
    studio.settle(window)
    window.commands.auditions.pick(["held-1", "held-4"])


STATES: Final[dict[str, Callable[[Any, _Studio], Any]]] = {
    "fresh": _fresh,
    "generating": _generating,
    "compare": _compare,
    "storyboard": _storyboard,
    "export": _export,
    "audition": _audition,
}


if __name__ == "__main__":
    main()
