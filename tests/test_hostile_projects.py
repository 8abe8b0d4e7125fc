"""Projects that somebody made to do harm: each is refused, or does none, and a sentence says why."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storyboard import store, values
from storyboard.cli import run as cli
from storyboard.media import lossless
from storyboard.take import Recipe, Source, Take
from tests.support import Ran, make_project, storyboard, with_further

posix = pytest.mark.skipif(os.name != "posix", reason="needs links and pipes as Unix has them")

FILM = ("render", "export", "animatic")
PATIENCE = 60.0
"""Seconds after which a command hangs: far more than any of these takes."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "film", "a dog runs", "a red car", length=4, smoother="flow")


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A folder of somebody else's, with a file in it. Nothing may be changed there."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("not yours")
    yield folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"secret": b"not yours"}


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    value = json.loads((folder / "project.json").read_text())
    change(value)
    (folder / "project.json").write_text(json.dumps(value))


def run(*arguments: object) -> Ran:
    """The command line in this process: quick, where nothing can hold it up."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        code = cli.run([*map(str, arguments)])
    return Ran(code, out.getvalue(), error.getvalue())


def run_apart(*arguments: object) -> Ran:
    """The command line in a process of its own, which is ended when it hangs."""
    return storyboard(*arguments, timeout=PATIENCE)


def assert_refused(ran: Ran, *words: str) -> None:
    said = [line for line in ran.error.splitlines() if line.startswith("storyboard: ")]
    assert ran.code == 1, ran
    assert len(said) == 1, ran.error
    assert "Traceback" not in ran.error
    assert "bug" not in said[0]
    for word in words:
        assert word in said[0], said[0]


def drawn(folder: Path, take_id: str = "drawn") -> Take:
    """A whole take of the first shot."""
    (folder / "takes").mkdir(exist_ok=True)
    frames = (np.full((64, 64, 3), 40 + n, np.uint8) for n in range(12))
    written = lossless.write(folder / "takes" / f"{take_id}.mkv", frames, Fraction(24))
    with store.open_project(folder) as opened:
        shot = opened.project.shots[0]
        wish = opened.project.wish_of(shot)
    recipe = Recipe("sketch", "1", "sketch", wish.prompt, shot.base_seed, 12, 64, 64, Fraction(24))
    take = Take(
        take_id, shot.id, 1, "2026-01-01T00:00:00+00:00", 12, Fraction(24), 64, 64, written.content, wish.key, recipe
    )  # fmt: skip
    store.publish(folder, take)
    return take


def brought(folder: Path, file: str, **facts: Any) -> None:
    """The sidecar of an import for the first shot, which says that its pixels are in `file`; and it is chosen."""
    source = Source(file, "ab" * 32, facts.pop("kind", "clip"), time_base=Fraction(1, 24), times=(0, 1, 2))
    take = Take(
        "brought", "shot-1", 1, "2026-01-01T00:00:00+00:00", facts.pop("frames", 3), Fraction(24), 64, 64, "ab" * 32,
        source=source, **facts,
    )  # fmt: skip
    (folder / "takes").mkdir(exist_ok=True)
    (folder / "takes" / "brought.json").write_bytes(values.encode(take))
    rewrite(folder, lambda p: p["shots"][0].update(chosen={"take": "brought"}))


# Values


def _second_shot(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda project: project["shots"][1].update(changes)


VALUES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a length that is no number": (_second_shot(length=float("nan")), "project.json"),
    "a length of 1e308": (_second_shot(length=1e308), "length"),
    "a length of 10^40": (_second_shot(length=10**40), "length"),
    "a negative length": (_second_shot(length=-1), "length"),
    "guidance without end": (_second_shot(guidance=float("inf")), "project.json"),
    "two shots of one id": (_second_shot(id="shot-1"), "same id"),
    "an id that is a path": (_second_shot(id="../../x"), "id"),
    "a chosen take that is a path": (_second_shot(chosen={"take": "../x"}), "take"),
    "half a character": (_second_shot(prompt="\ud800"), "project.json"),
    "a rate of nothing": (lambda p: p.update(rate="1/0"), "rate"),
    "a rate of a million digits": (lambda p: p.update(rate="9" * 1_000_000), "rate"),
    "pixels without end": (lambda p: p.update(width=10**9), "width"),
    "a picture from outside": (
        lambda p: p.update(cast=[{"name": "Maria", "picture": "media/../../photo-0123456789abcdef.png"}]), "picture",
    ),
    "a picture by its whole path": (lambda p: p.update(cast=[{"name": "M", "picture": "/etc/passwd"}]), "picture"),
    "ten million starred takes": (lambda p: p["shots"][0].update(starred=["a"] * 1_000_000), "too many"),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_no_film_has_is_refused_with_its_place(name: str, project: Path) -> None:
    change, word = VALUES[name]
    rewrite(project, change)
    before = (project / "project.json").read_bytes()
    for command in ("show", "render"):
        assert_refused(run(command, project), word)
    assert (project / "project.json").read_bytes() == before


def test_a_million_shots_are_refused_before_they_take_memory(project: Path) -> None:
    shots = ",".join(f'{{"id":"s{n}"}}' for n in range(1_000_000))
    (project / "project.json").write_text(f'{{"format":1,"shots":[{shots}]}}')
    assert_refused(run("show", project), "project.json", "too many")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"format":1,"shots":' + "[" * 100_000, '{"a":' * 100_000])
def test_a_document_nested_without_end_is_refused(text: str, project: Path) -> None:
    (project / "project.json").write_text(text)
    assert_refused(run("show", project), "project.json")


def test_a_document_of_two_gigabytes_is_not_read(project: Path) -> None:
    os.truncate(project / "project.json", 2 << 30)
    assert_refused(run("render", project), "project.json", "larger")


@pytest.mark.parametrize("name", ["queue.json", "takes/huge.json", "versions/20260131T174500.120Z.json"])
def test_other_files_of_two_gigabytes_are_not_read(name: str, project: Path) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).touch()
    os.truncate(project / name, 2 << 30)
    assert run("versions", project).code == 0
    ran = run("render", project)
    assert ran.code == 0, ran
    checked = run("check", project)
    assert name != "takes/huge.json" or "huge.json" in checked.out + checked.error


# Paths

PATHS = (
    "../../etc/passwd", "/etc/passwd", "media/../../etc/passwd", "C:\\Windows\\win.ini", "\\\\host\\share\\a.wav",
    "media/CON", "media/nul.wav", "media/song.wav.", "media/song ", "media/song:stream", "media//song", "media/\u202ewav",
    "file:///etc/passwd", "concat:a|b", "media/" + "ß" * 300,
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_music_from_outside_the_project_is_refused(path: str, project: Path) -> None:
    rewrite(project, lambda p: p.update(music={"file": path}))
    for command in FILM:
        assert_refused(run(command, project), "import")


@pytest.mark.parametrize("path", [*PATHS[:5], PATHS[-1]])
def test_pixels_from_outside_the_project_are_not_read(path: str, project: Path) -> None:
    brought(project, path)
    ran = run("export", project)
    assert "Traceback" not in ran.error
    assert ran.code == 0 or "storyboard: " in ran.error, ran


# Links


@posix
@pytest.mark.parametrize("name", ["takes", "media", "cache", "exports", "versions"])
def test_a_folder_that_leads_out_of_the_project_is_not_written_to(
    name: str, project: Path, outside: Path
) -> None:
    (project / name).symlink_to(outside, target_is_directory=True)
    rewrite(project, lambda p: p["shots"][0].update(prompt="a cat"))
    for command in FILM:
        ran = run(command, project)
        assert "Traceback" not in ran.error
        assert ran.code == 0 or "storyboard: " in ran.error, ran
    for arguments in (("set", project, "1", "--mute"), ("clean", project), ("versions", project)):
        assert "Traceback" not in run(*arguments).error


@posix
@pytest.mark.parametrize("name", ["project.json", ".lock", ".lock.json", "exports/film.mp4", "queue.json"])
def test_a_file_that_is_a_link_out_of_the_project_is_not_written_through(
    name: str, project: Path, outside: Path
) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    target = outside / "secret"
    if name == "project.json":
        (outside.parent / "elsewhere.json").write_bytes((project / name).read_bytes())
        target = outside.parent / "elsewhere.json"
    (project / name).unlink(missing_ok=True)
    (project / name).symlink_to(target)
    before = target.read_bytes()
    for arguments in (("set", project, "1", "--mute"), ("render", project)):
        assert "Traceback" not in run(*arguments).error
    assert target.read_bytes() == before


@posix
def test_a_document_with_a_second_name_elsewhere_is_changed_in_the_project_only(
    project: Path, tmp_path: Path
) -> None:
    os.link(project / "project.json", tmp_path / "mine.json")
    before = (tmp_path / "mine.json").read_bytes()
    assert run("set", project, "1", "--mute").code == 0
    assert (tmp_path / "mine.json").read_bytes() == before != (project / "project.json").read_bytes()


@posix
def test_a_take_whose_pixels_are_a_link_out_of_the_project_is_not_shown(
    project: Path, tmp_path: Path
) -> None:
    take = drawn(project)
    (project / take.pixels).rename(tmp_path / "private.mkv")
    (project / take.pixels).symlink_to(tmp_path / "private.mkv")
    before = (tmp_path / "private.mkv").read_bytes()
    for command in FILM:
        ran = run(command, project)
        assert "Traceback" not in ran.error
        assert ran.code == 0 or "storyboard: " in ran.error, ran
    assert (tmp_path / "private.mkv").read_bytes() == before


# What never ends


def _pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True, parents=True)
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True, parents=True)
    path.symlink_to("/dev/zero")


NEVER = pytest.mark.parametrize("never", [_pipe, pytest.param(_endless, marks=pytest.mark.long)])


@posix
@NEVER
def test_a_document_that_never_ends_is_refused(never: Callable[[Path], None], project: Path) -> None:
    never(project / "project.json")
    for arguments in (("show", project), ("render", project), ("set", project, "--name", "x")):
        assert_refused(run_apart(*arguments), "project.json")


@posix
@NEVER
@pytest.mark.parametrize(
    "name",
    with_further(
        ["takes/x.json", "queue.json", ".lock.json", "versions/20260131T174500.120Z.json", "cache/films/x.json"], 0, 1
    ),
)  # fmt: skip
def test_no_other_file_that_never_ends_holds_a_command_up(
    name: str, never: Callable[[Path], None], project: Path
) -> None:
    never(project / name)
    for arguments in (("render", project), ("takes", project, "1"), ("versions", project)):
        ran = run_apart(*arguments)
        assert ran.code == 0, ran


@posix
@NEVER
def test_music_that_never_ends_is_refused(never: Callable[[Path], None], project: Path) -> None:
    never(project / "media" / "song.wav")
    rewrite(project, lambda p: p.update(music={"file": "media/song.wav"}))
    for command in FILM:
        assert_refused(run_apart(command, project), "song.wav")


@posix
@NEVER
def test_pixels_that_never_end_are_not_waited_for(never: Callable[[Path], None], project: Path) -> None:
    never(project / "takes" / f"{drawn(project).id}.mkv")
    never(project / "media" / "clip.mp4")
    brought(project, "media/clip.mp4")
    for command in ("export", "animatic"):
        ran = run_apart(command, project)
        assert ran.code == 0, ran


@posix
@NEVER
def test_a_file_that_never_ends_cannot_be_imported(
    never: Callable[[Path], None], project: Path, tmp_path: Path
) -> None:
    never(tmp_path / "clip.mp4")
    assert_refused(run_apart("import", project, tmp_path / "clip.mp4"), "clip.mp4")
    assert_refused(run_apart("music", project, tmp_path / "clip.mp4"), "clip.mp4")
    assert_refused(run_apart("cast", project, "Maria", "--picture", tmp_path / "clip.mp4"), "clip.mp4")


# Media


def _png(side: int, pixels: bytes) -> bytes:
    """A square picture of black and white, a bit each."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _bomb(side: int) -> bytes:
    """A picture that is small on disk, and whole."""
    squeezer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    return _png(side, b"".join(squeezer.compress(row) for _ in range(side)) + squeezer.flush())


PICTURES = {"ten gigabytes by its head": _png(58_000, zlib.compress(b"")), "a bomb of 1.2 GB": _bomb(20_000)}
"""What they take as RGB."""


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_would_fill_memory_is_refused(name: str, project: Path, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(PICTURES[name])
    assert_refused(run("import", project, tmp_path / "photo.png"), "photo.png")
    assert not list((project / "media").glob("*"))


@pytest.mark.parametrize("name", PICTURES)
def test_such_a_picture_is_not_drawn_though_its_name_is_right(name: str, project: Path) -> None:
    (project / "media").mkdir()
    digest = hashlib.sha256(PICTURES[name]).hexdigest()[:16]
    (project / "media" / f"photo-{digest}.png").write_bytes(PICTURES[name])
    role = {"name": "Maria", "picture": f"media/photo-{digest}.png"}
    rewrite(project, lambda p: (p.update(cast=[role]), p["shots"][0].update(prompt="Maria runs")))
    for command in FILM:
        assert_refused(run(command, project), f"photo-{digest}.png")


@pytest.mark.parametrize("name", PICTURES)
def test_nor_is_it_shown_as_an_imported_one(name: str, project: Path) -> None:
    (project / "media").mkdir()
    (project / "media" / "photo.png").write_bytes(PICTURES[name])
    brought(project, "media/photo.png", kind="picture", frames=1)
    for command in FILM:
        assert_refused(run(command, project), "photo.png")


def test_a_take_with_other_pixels_than_its_sidecar_says_is_refused(project: Path) -> None:
    take = drawn(project)
    sidecar = project / "takes" / f"{take.id}.json"
    told = json.loads(sidecar.read_text()) | {"frames": 10_000_000, "width": 16384, "height": 16384}
    sidecar.write_text(json.dumps(told))
    rewrite(project, lambda p: p["shots"][0].update(length=40))
    for command in ("export", "render"):
        ran = run(command, project)
        assert "Traceback" not in ran.error
        assert ran.code == 0 or "storyboard: " in ran.error, ran


# Starts


STARTS: dict[str, dict[str, object]] = {
    "a picture by its whole path": {"from": "picture", "picture": "/etc/passwd"},
    "a picture from outside": {"from": "picture", "picture": "media/../../etc/passwd-0123456789abcdef.png"},
    "a picture that is not there": {"from": "picture", "picture": "media/photo-0123456789abcdef.png"},
    "a take that is a path": {"from": "take", "take": "../../x"},
    "a take that is its own": {"from": "take", "take": "drawn"},
    "a strength without end": {"from": "sketch", "strength": 1e308},
}


@pytest.mark.parametrize("name", STARTS)
def test_a_start_that_cannot_be_is_refused(name: str, project: Path) -> None:
    rewrite(project, lambda p: [shot.update(start=STARTS[name]) for shot in p["shots"]])
    for command in ("generate", "render"):
        assert_refused(run(command, project))


def test_shots_that_go_on_from_each_other_have_a_beginning(project: Path) -> None:
    """A circle cannot be written: "the shot before" is the one before it on the timeline, and the first has none."""
    rewrite(project, lambda p: [shot.update(start={"from": "previous"}) for shot in p["shots"]])
    for command in ("generate", "render"):
        assert_refused(run(command, project))
