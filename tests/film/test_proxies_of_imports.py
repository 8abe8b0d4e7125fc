"""What the window reads of imports: made by a worker when it is asked for, kept in the cache, made again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PIL import Image

from storyboard import edit, places
from storyboard.errors import MediaError
from storyboard.film import proxies as proxies_module
from storyboard.film.cache import PROXIES, Cache
from storyboard.film.proxies import NotYet, Proxies
from storyboard.media import importing, proxy, takes
from storyboard.project import Chosen, Motion, Project, Shot
from storyboard.take import Take
from tests.media.films import step_of, steps, write_clip

if TYPE_CHECKING:
    from storyboard.frames import Frame

PATIENCE = 60.0
Works = Callable[[Proxies], "Queue[bool]"]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    (tmp_path / "media").mkdir()
    file = write_clip(tmp_path / "media" / "a.mp4", steps(48))
    found = importing.examine(file)
    return Take(
        "t1", "s1", 1, "now", found.frames, found.rate, found.width, found.height, found.sha256,
        source=found.source("media/a.mp4"),
    )  # fmt: skip


@pytest.fixture
def works() -> Iterator[Works]:
    """`works(proxies)` has them made in a thread; the queue hears of what arrived."""
    running: list[tuple[Proxies, threading.Thread]] = []

    def begin(proxies: Proxies) -> Queue[bool]:
        news: Queue[bool] = Queue()
        thread = threading.Thread(target=proxies.work, args=(lambda: news.put(True),))
        running.append((proxies, thread))
        thread.start()
        return news

    yield begin
    for proxies, thread in running:
        proxies.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def look(proxies: Proxies, take: Take, start: int, stop: int, news: Queue[bool]) -> list[Frame]:
    """The frames, as soon as they are there."""
    while True:
        try:
            return list(proxies.frames(take, start, stop))
        except NotYet:
            news.get(timeout=PATIENCE)


def kept(folder: Path) -> list[Path]:
    return sorted((folder / PROXIES).glob("*.mp4"))


def film(take: Take, length: int = 24, second: Fraction = Fraction(0)) -> Project:
    shot = Shot(
        id="s1", prompt="a", length=length, chosen=Chosen(take=take.id),
        motion=Motion(source_in=second, speed=Fraction(1)),
    )  # fmt: skip
    return edit.append(Project(), shot)


def test_what_is_looked_at_is_made_and_kept(tmp_path: Path, take: Take, works: Works) -> None:
    proxies = Proxies(tmp_path)
    with pytest.raises(NotYet):
        next(proxies.frames(take, 20, 24))
    frames = look(proxies, take, 20, 24, works(proxies))
    assert [step_of(frame) for frame in frames] == [20, 21, 22, 23]
    assert len(kept(tmp_path)) == 1
    again = Proxies(tmp_path)
    assert [step_of(frame) for frame in again.frames(take, 47, 48)] == [47]


def test_nobody_but_the_worker_opens_the_import(
    tmp_path: Path, take: Take, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takes, "frames_of", lambda *_: pytest.fail("the import was opened here"))
    proxies = Proxies(tmp_path)
    assert len(look(proxies, take, 0, 48, works(proxies))) == 48


def test_of_a_long_import_only_what_the_film_shows_is_made(
    tmp_path: Path, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "PART", 12)
    proxies = Proxies(tmp_path)
    proxies.prepare(film(take, 10, Fraction(25, 24)), {take.id: take})
    assert [number for _, number in proxies._waiting] == [2]
    with pytest.raises(NotYet):
        next(proxies.frames(take, 5, 6))
    # What is looked at now comes first.
    assert [number for _, number in proxies._waiting] == [0, 2]


def test_frames_run_on_from_one_part_into_the_next(
    tmp_path: Path, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "PART", 10)
    proxies = Proxies(tmp_path)
    (tmp_path / PROXIES).mkdir(parents=True)
    for number in range(5):
        name = proxies._name(proxies_module._Part(take, number))
        proxy.write(tmp_path, take, number, tmp_path / name)
    assert [step_of(frame) for frame in proxies.frames(take, 8, 33)] == list(range(8, 33))
    assert list(proxies.frames(take, 8, 8)) == []


def test_they_belong_to_the_cache_and_are_made_again(tmp_path: Path, take: Take, works: Works) -> None:
    proxies = Proxies(tmp_path)
    news = works(proxies)
    look(proxies, take, 0, 1, news)
    assert Cache(tmp_path).size() == kept(tmp_path)[0].stat().st_size
    assert Cache(tmp_path).clear(0) > 0
    assert kept(tmp_path) == []
    assert step_of(look(proxies, take, 3, 4, news)[0]) == 3


def test_a_damaged_one_is_made_again(tmp_path: Path, take: Take, works: Works) -> None:
    proxies = Proxies(tmp_path)
    news = works(proxies)
    look(proxies, take, 0, 1, news)
    kept(tmp_path)[0].write_bytes(b"nothing")
    assert step_of(look(proxies, take, 3, 4, news)[0]) == 3


def test_an_import_that_cannot_be_read_is_named_once_for_all_of_it(
    tmp_path: Path, take: Take, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "PART", 12)  # the worker, which has parts of its own size, makes nothing of it
    (tmp_path / take.pixels).write_bytes(os.urandom(5000))
    proxies = Proxies(tmp_path)
    news = works(proxies)
    proxies.prepare(film(take, 48), {take.id: take})
    news.get(timeout=PATIENCE)
    assert proxies.failures[take.id].startswith("media/a.mp4: ")
    assert not proxies._waiting
    with pytest.raises(MediaError, match=r"media/a\.mp4") as caught:
        next(proxies.frames(take, 40, 41))
    assert not isinstance(caught.value, NotYet)
    # Not tried at every edit.
    proxies.prepare(film(take, 48), {take.id: take})
    assert not proxies._waiting


def test_an_import_that_is_put_back_is_shown(
    tmp_path: Path, take: Take, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxies_module, "RETRY", 0.0)
    (tmp_path / take.pixels).rename(tmp_path / "elsewhere.mp4")
    proxies = Proxies(tmp_path)
    news = works(proxies)
    proxies.prepare(film(take), {take.id: take})
    news.get(timeout=PATIENCE)
    assert "gone" in proxies.failures[take.id]
    (tmp_path / "elsewhere.mp4").rename(tmp_path / take.pixels)
    proxies.prepare(film(take), {take.id: take})
    news.get(timeout=PATIENCE)
    assert not proxies.failures
    assert step_of(next(proxies.frames(take, 5, 6))) == 5


def test_an_import_that_kills_its_worker_ends_nothing_else(
    tmp_path: Path, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decoder that is broken into can do no more than this."""
    (tmp_path / "media").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "media" / "bad.png")
    found = importing.examine(tmp_path / "media" / "bad.png")
    picture = Take(
        "p1", "s1", 1, "now", 1, Fraction(24), 8, 8, found.sha256, source=found.source("media/bad.png")
    )
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "sys.addaudithook(lambda event, a: os.abort() if event == 'open' and 'bad.png' in str(a[0]) else None)\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    proxies = Proxies(tmp_path)
    with pytest.raises(MediaError, match=r"media/bad\.png: the worker process crashed"):
        look(proxies, picture, 0, 1, works(proxies))


def test_no_import_leads_out_of_the_project(tmp_path: Path, take: Take, works: Works) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    source = take.source
    assert source is not None
    out = replace(take, source=replace(source, file="../media/a.mp4"))
    proxies = Proxies(folder)
    news = works(proxies)
    with pytest.raises(MediaError, match="project"):
        look(proxies, out, 0, 1, news)


def test_of_a_project_that_cannot_be_written_they_are_kept_elsewhere(
    tmp_path: Path, take: Take, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everywhere: what the system would say is said here.
    asked = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path and asked(path, mode))
    proxies = Proxies(tmp_path)
    assert step_of(look(proxies, take, 7, 8, works(proxies))[0]) == 7
    assert not (tmp_path / "cache").exists()
    assert kept(places.cache())


def test_generated_takes_are_none_of_theirs(tmp_path: Path) -> None:
    made = Take("g", "s1", 1, "", 8, Fraction(24), 32, 32, "0" * 64)
    proxies = Proxies(tmp_path)
    proxies.prepare(film(made), {made.id: made})
    assert not proxies._waiting
