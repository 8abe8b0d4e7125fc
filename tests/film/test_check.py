"""`storyboard check`: what is damaged is found, mended where it can be, and nothing of the user's is deleted."""

from __future__ import annotations

import errno
import os
import shutil
import time
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from storyboard import edit, store, values
from storyboard.errors import Cancelled, ProjectError, ProjectLocked
from storyboard.film import audition, remake, repair
from storyboard.film import check as checking
from storyboard.film.findings import Finding, Report
from storyboard.media import lossless
from storyboard.project import Music, Role
from storyboard.start import of_picture
from storyboard.store import lock, rescue
from storyboard.take import Take
from storyboard.workers.steps import Generate
from tests.support import make_project, storyboard

LONG_AGO = time.time() - 86_400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of three sketched takes, rendered, with music and an imported picture."""
    folder = make_project(
        tmp_path_factory.mktemp("made") / "film", "a dog runs", "a red car", "a whale jumps", smoother="flow"
    )
    from PIL import Image

    picture = folder.parent / "card.png"
    Image.fromarray(np.full((32, 32, 3), 90, np.uint8)).save(picture)
    assert storyboard("import", folder, picture).code == 0
    assert storyboard("render", folder).code == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "film")
    return tmp_path / "film"


def takes(folder: Path) -> list[Take]:
    """The generated takes, in the film's order."""
    with store.open_project(folder) as opened:
        found = opened.takes()
        return [found[shot.chosen.take] for shot in opened.project.shots[:3] if shot.chosen]


def kinds(report: Report) -> list[tuple[str, str]]:
    return sorted((finding.kind, finding.file) for finding in report.findings)


def one(report: Report) -> Finding:
    assert len(report.findings) == 1, kinds(report)
    return report.findings[0]


def mended(folder: Path, *look_in: Path) -> Report:
    return repair.repair(folder, checking.check(folder), look_in)


def user_files(folder: Path) -> dict[str, bytes]:
    """The content of everything that is a user's, by content: names may change."""
    places = ("takes", "media", "orphaned", "versions")
    files = (path for place in places for path in (folder / place).rglob("*") if path.is_file())
    return {path.read_bytes().hex()[:64]: b"" for path in files if not path.name.startswith(".")}


def test_a_whole_project_is_sound_and_every_file_is_compared(folder: Path) -> None:
    report = checking.check(folder)
    assert report.findings == ()
    assert (report.sound, report.takes, report.files, report.unproven) == (True, 4, 4, 0)
    assert report.bytes == sum((folder / take.pixels).stat().st_size for take in _all(folder))
    done = storyboard("check", folder, "--json")
    assert (done.code, done.json["findings"]) == (0, [])
    assert checking.check(folder, deep=True).findings == ()


def _all(folder: Path) -> list[Take]:
    with store.open_project(folder) as opened:
        return list(opened.takes().values())


def test_damaged_pixels_are_told_from_gone_ones_and_can_be_made_again(folder: Path) -> None:
    altered, truncated, gone = takes(folder)
    before = {take.id: (folder / take.pixels).read_bytes() for take in (altered, truncated, gone)}
    data = bytearray(before[altered.id])
    data[len(data) // 2] ^= 1
    (folder / altered.pixels).write_bytes(data)
    (folder / truncated.pixels).write_bytes(before[truncated.id][:-10])
    (folder / gone.pixels).unlink()
    report = checking.check(folder)
    assert kinds(report) == sorted(
        [("altered", altered.pixels), ("truncated", truncated.pixels), ("missing", gone.pixels)]
    )
    assert {finding.shots for finding in report.findings} == {(1,), (2,), (3,)}
    assert all("can be made again from its recipe with sketch" in found.sentence for found in report.findings)
    again = remake.remake(folder, repair.repair(folder, report))
    assert again.sound
    assert all("identical to what was lost" in finding.mended for finding in again.findings)
    assert {take.id: (folder / take.pixels).read_bytes() for take in takes(folder)} == before
    kept = {path.read_bytes() for path in (folder / "orphaned").rglob("*.mkv")}
    assert kept == {bytes(data), before[truncated.id][:-10]}
    assert checking.check(folder).findings == ()


def damage(folder: Path) -> dict[str, bytes]:
    """Appends to the pixels of every generated take; what they hold now, by their names."""
    for take in takes(folder):
        with (folder / take.pixels).open("ab") as file:
            file.write(bytes(8))
    return {take.pixels: (folder / take.pixels).read_bytes() for take in takes(folder)}


def aside(folder: Path) -> list[Path]:
    return [path for path in (folder / "orphaned").rglob("*") if path.is_file()]


def test_damaged_takes_stay_in_the_film_until_there_are_others(folder: Path) -> None:
    damaged = damage(folder)
    with pytest.raises(Cancelled):
        remake.remake(folder, checking.check(folder), cancelled=lambda: True)
    assert {name: (folder / name).read_bytes() for name in damaged} == damaged
    assert aside(folder) == []


def test_a_take_that_cannot_be_made_again_stays_where_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storyboard.generators import registry

    def refuse(model: str, folder: Path) -> None:
        raise ProjectError(f"{model} is not here")

    damaged = damage(folder)
    monkeypatch.setattr(registry, "check", refuse)
    report = remake.remake(folder, checking.check(folder))
    assert all("could not be made again: sketch is not here" in found.sentence for found in report.findings)
    assert {name: (folder / name).read_bytes() for name in damaged} == damaged
    assert aside(folder) == []


def test_damaged_pixels_are_kept_also_where_a_file_has_one_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    damaged = damage(folder)
    with pytest.raises(Cancelled):
        remake.remake(folder, checking.check(folder), cancelled=lambda: True)
    assert aside(folder) == []
    assert remake.remake(folder, checking.check(folder)).sound
    assert {path.read_bytes() for path in aside(folder)} == set(damaged.values())


def test_on_a_full_disk_what_is_damaged_stays_where_it_is(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = folder / takes(folder)[0].pixels
    shutil.copy(pixels, tmp_path / "backup.mkv")
    pixels.write_bytes(pixels.read_bytes()[:-10])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", full)
        assert "mending failed" in one(mended(folder, tmp_path)).sentence
    assert pixels.is_file()
    assert aside(folder) == []
    assert one(mended(folder, tmp_path)).mended
    assert [path.name for path in aside(folder)] == [pixels.name]
    assert checking.check(folder).findings == ()


def test_what_was_moved_away_is_found_again_by_its_content(folder: Path, tmp_path: Path) -> None:
    picture = next(take for take in _all(folder) if take.is_import)
    (tmp_path / "disk" / "deep").mkdir(parents=True)
    (folder / picture.pixels).rename(tmp_path / "disk" / "deep" / "renamed.png")
    first = takes(folder)[0]
    (folder / "elsewhere").mkdir()
    (folder / first.pixels).rename(folder / "elsewhere" / "x.bin")
    report = mended(folder)
    assert {finding.kind for finding in report.findings} == {"missing"}
    assert {finding.file for finding in report.findings if finding.mended} == {first.pixels}
    found = one(mended(folder, tmp_path / "disk"))
    assert "it was copied back from" in found.mended
    assert "renamed.png" in found.mended
    assert checking.check(folder).findings == ()


def test_music_is_compared_with_the_hash_in_its_name(folder: Path, tmp_path: Path) -> None:
    (folder / "media").mkdir(exist_ok=True)
    song = tmp_path / "song.wav"
    song.write_bytes(b"RIFF" + bytes(1000))
    from storyboard.film.takes import copy_media

    name, _ = copy_media(folder, song)
    with store.open_project(folder, "write") as opened:
        opened.save(replace(opened.project, music=Music(file=name)))
    assert checking.check(folder).findings == ()
    (folder / name).write_bytes(b"RIFF" + bytes(999) + b"x")
    assert (one(checking.check(folder)).kind, one(checking.check(folder)).file) == ("altered", name)
    assert one(mended(folder, tmp_path)).mended
    assert checking.check(folder).findings == ()


def test_a_damaged_sidecar_is_written_anew_from_its_pixels(folder: Path) -> None:
    first, second, third = takes(folder)
    sidecar = folder / "takes" / f"{first.id}.json"
    sidecar.write_bytes(sidecar.read_bytes()[:150])
    # Of one that is JSON still, what is right in it is kept.
    told = msgspec.json.decode((folder / "takes" / f"{second.id}.json").read_bytes())
    (folder / "takes" / f"{second.id}.json").write_bytes(msgspec.json.encode({**told, "frames": "many"}))
    (folder / "takes" / f"{third.id}.json").unlink()
    report = mended(folder)
    assert [finding.kind for finding in report.findings] == ["sidecar"] * 3
    assert report.sound
    with store.open_project(folder) as opened:
        found = opened.takes()
        assert edit.adopt(opened.project, found) == opened.project, "the film shows what it showed"
    for take in (first, second, third):
        new = found[take.id]
        same = ("shot", "frames", "rate", "width", "height", "content", "wish", "stored")
        assert {name: getattr(new, name) for name in same} == {name: getattr(take, name) for name in same}
        assert new.ran["rebuilt"]
    assert found[first.id].recipe is None
    assert found[second.id].recipe == second.recipe
    assert "made 0 takes, 0 in-betweens, 0 segments" in storyboard("render", folder, "--keep-stale").out
    assert checking.check(folder, deep=True).findings == ()


def test_nothing_of_the_users_is_deleted(folder: Path) -> None:
    first, second, _ = takes(folder)
    shutil.copy(folder / "takes" / f"{first.id}.json", folder / "takes" / "copy.json")
    (folder / "takes" / f"{second.id}.json").rename(folder / "takes" / "renamed.json")
    (folder / "takes" / "lost.mkv").write_bytes((folder / first.pixels).read_bytes()[:1000])
    (folder / "media" / "mine.txt").write_text("a note")
    (folder / "takes" / "broken.json").write_text("{")
    for name in ("takes/lost.mkv", "media/mine.txt"):
        os.utime(folder / name, (LONG_AGO, LONG_AGO))
    before = set(user_files(folder))
    report = mended(folder)
    assert kinds(report) == [
        ("duplicate", "takes/copy.json"),
        ("orphaned", "media/mine.txt"),
        ("orphaned", "takes/broken.json"),
        ("orphaned", "takes/lost.mkv"),
        ("sidecar", "takes/renamed.json"),
    ]
    assert set(user_files(folder)) >= before
    assert (folder / "orphaned" / "media" / "mine.txt").read_text() == "a note"
    assert takes(folder)[1] == second
    assert checking.check(folder).findings == ()


def test_leftovers_and_broken_parts_of_the_cache_go(folder: Path) -> None:
    mine = folder / "takes" / ".my.part.notes"
    mine.write_text("mine")
    left = folder / "takes" / ".abc.0123abcd.part.mkv"
    fresh = folder / "takes" / ".def.0123abcd.part.mkv"
    empty = folder / "cache" / "segments" / f"{'a' * 64}.mp4"
    for path in (mine, left, empty):
        path.write_bytes(b"mine" if path is mine else b"")
        os.utime(path, (LONG_AGO, LONG_AGO))
    fresh.write_bytes(b"")
    report = mended(folder)
    assert {finding.kind for finding in report.findings} == {"leftover", "cache"}
    assert not left.exists()
    assert not empty.exists()
    assert fresh.exists(), "another program may be writing it"
    assert mine.read_text() == "mine"


def test_only_decoding_finds_what_no_checksum_tells(folder: Path) -> None:
    first = takes(folder)[0]
    frames = [np.asarray(frame) for frame in lossless.read(folder / first.pixels)]
    lossless.write(folder / first.pixels, [frames[0] + 1, *frames[1:]], Fraction(24))
    sidecar = folder / "takes" / f"{first.id}.json"
    sidecar.write_bytes(values.encode(replace(first, stored=None)))  # as an earlier program left it
    segment = next((folder / "cache" / "segments").glob("*.mp4"))
    segment.write_bytes(segment.read_bytes()[:-100])
    quick = checking.check(folder)
    assert (quick.findings, quick.unproven) == ((), 1)
    deep = checking.check(folder, deep=True)
    assert kinds(deep) == [("altered", first.pixels), ("cache", segment.relative_to(folder).as_posix())]
    repair.repair(folder, deep)
    assert not segment.exists()


def test_a_chosen_take_that_is_nowhere_or_in_the_trash_is_told(folder: Path) -> None:
    first, second, _ = takes(folder)
    store.throw(folder, first)
    (folder / second.pixels).unlink()
    (folder / "takes" / f"{second.id}.json").unlink()
    found = {finding.shots: finding.sentence for finding in checking.check(folder).findings}
    assert "is in the project's trash; restore it" in found[(1,)]
    assert "its chosen take is gone; `storyboard render` makes another" in found[(2,)]


def conflicted(folder: Path, take: Take) -> Path:
    """A copy of the take's sidecar, as cloud folders make them."""
    sidecar = folder / "takes" / f"{take.id}.json"
    return Path(shutil.copy(sidecar, sidecar.with_name(f"{take.id} (conflicted copy).json")))


def truncate_sidecar(folder: Path, take: Take) -> None:
    os.truncate(folder / "takes" / f"{take.id}.json", 300)


def test_a_copy_beside_a_damaged_sidecar_takes_its_place(folder: Path) -> None:
    first = takes(folder)[0]
    picture = next(take for take in _all(folder) if take.is_import)
    with store.open_project(folder, "write") as opened:
        opened.save(edit.remove(opened.project, [picture.shot]))  # no shot shows it any more
    copies = {conflicted(folder, take).name for take in (first, picture)}
    for take in (first, picture):
        truncate_sidecar(folder, take)
    report = mended(folder)
    assert [finding.kind for finding in report.findings] == ["duplicate", "sidecar"] * 2
    assert all(finding.mended for finding in report.findings)
    assert copies <= {finding.mended.removesuffix(" took its place") for finding in report.findings}
    with store.open_project(folder) as opened:
        assert opened.takes()[first.id] == first, "with its recipe"
        assert opened.takes()[picture.id] == picture
    assert [path.stat().st_size for path in aside(folder)] == [300, 300]
    assert checking.check(folder).findings == ()


def test_a_copy_that_tells_of_other_pixels_does_not(folder: Path) -> None:
    first = takes(folder)[0]
    copy = conflicted(folder, first)
    assert first.stored is not None
    copy.write_bytes(values.encode(replace(first, stored=replace(first.stored, sha256="0" * 64))))
    truncate_sidecar(folder, first)
    report = mended(folder)
    assert any("written anew from its" in finding.mended for finding in report.findings)
    assert takes(folder)[0].ran["rebuilt"]
    assert (folder / "orphaned" / "takes" / copy.name).is_file()


def test_a_copy_stays_beside_a_sidecar_that_cannot_be_mended(folder: Path) -> None:
    first = takes(folder)[0]
    copy = conflicted(folder, first)
    truncate_sidecar(folder, first)
    (folder / first.pixels).write_bytes(b"no pixels")
    assert not mended(folder).sound
    assert copy.is_file()


def test_a_thrown_take_that_was_parted_from_its_pixels_has_them_again(folder: Path) -> None:
    first = takes(folder)[0]
    store.throw(folder, first)
    trash = folder / "takes" / ".trash"
    (trash / f"{first.id}.mkv").rename(folder / first.pixels)  # as a program that is ended leaves it
    os.utime(folder / first.pixels, (LONG_AGO, LONG_AGO))
    found = next(finding for finding in mended(folder).findings if finding.kind == "orphaned")
    assert found.file == first.pixels
    assert found.mended == "it was moved into the project's trash, beside its sidecar"
    assert (trash / f"{first.id}.mkv").is_file()
    store.restore(folder, first)
    assert checking.check(folder).findings == ()


def test_a_thrown_take_without_pixels_is_told_and_the_film_is_whole(folder: Path) -> None:
    made = storyboard("generate", folder, "--shots", "1", "--json")
    assert made.code == 0
    (second,) = (take for take in _all(folder) if take.number == 2)
    store.throw(folder, second)
    pixels = folder / "takes" / ".trash" / f"{second.id}.mkv"
    (folder / "orphaned").mkdir()
    pixels.rename(folder / "orphaned" / "any.mkv")
    found = one(checking.check(folder))
    assert (found.kind, found.harms) == ("missing", False)
    assert "which is in the project's trash, are gone" in found.sentence
    assert storyboard("check", folder).code == 0
    assert one(mended(folder)).mended
    store.restore(folder, second)
    assert checking.check(folder).findings == ()


def old_media(folder: Path, name: str) -> str:
    """A file in `media/` that is old enough to be taken for unused."""
    path = folder / "media" / name
    path.write_bytes(name.encode())
    os.utime(path, (LONG_AGO, LONG_AGO))
    return f"media/{name}"


def test_what_rescued_edits_or_held_takes_name_is_in_use(folder: Path) -> None:
    cast, start, unused = (
        old_media(folder, f"{name}-0123456789abcdef.png") for name in ("cast", "start", "none")
    )
    with store.open_project(folder) as opened:
        project = opened.project
    assert rescue.keep(rescue.new_file(folder), folder, replace(project, cast=(Role("Rex", picture=cast),)))
    hold(folder, takes(folder)[0], start)
    assert one(checking.check(folder)).file == unused


def hold(folder: Path, take: Take, start: str) -> None:
    """Writes down that a take like `take`, which starts from a picture, is held."""
    assert take.recipe is not None
    recipe = replace(take.recipe, starts=(of_picture(start, "first"),))
    step = Generate("heldtake0001", take.shot, 2, take.wish, take.recipe.model, recipe)
    (folder / audition.FOLDER).mkdir(parents=True)
    held = audition.Held(step, 3, f"{audition.FOLDER}/{step.take}.webp")
    (folder / audition.FOLDER / f"{step.take}.json").write_bytes(values.encode(held))


def test_nothing_is_unused_while_a_version_cannot_be_read(folder: Path) -> None:
    unused = old_media(folder, "cast-0123456789abcdef.png")
    with store.open_project(folder, "write") as opened:
        opened.save_version("Good")
    version = next(path for path in (folder / "versions").glob("*Good.json"))
    whole = version.read_bytes()
    version.write_bytes(whole[:50])
    found = one(mended(folder))
    assert found.kind == "version"
    assert "is not taken for unused" in found.sentence
    assert (folder / unused).is_file()
    version.write_bytes(whole)
    assert one(mended(folder)).mended
    assert not (folder / unused).exists()


def test_takes_of_shots_that_are_nowhere_are_told_and_stay(folder: Path) -> None:
    first, second, _ = takes(folder)
    for take, number in ((first, 1), (second, 2)):
        lost = replace(take, id=f"lost{number}", shot=f"nowhere{number}")
        shutil.copy(folder / take.pixels, folder / lost.pixels)
        (folder / "takes" / f"{lost.id}.json").write_bytes(values.encode(lost))
    assert checking.check(folder).findings == (), "a program that imports saves their shots in a moment"
    for number in (1, 2):
        os.utime(folder / "takes" / f"lost{number}.json", (LONG_AGO, LONG_AGO))
    report = mended(folder)
    found = one(report)
    assert "2 takes belong to shots that no document or version holds (lost1, lost2)" in found.sentence
    assert (found.harms, found.mended, report.sound) == (False, "", True)
    assert (folder / "takes" / "lost1.json").is_file()


def test_takes_that_lie_elsewhere_are_named_and_left_alone(folder: Path) -> None:
    elsewhere = folder.with_name("big disk")
    (folder / "takes").rename(elsewhere)
    (folder / "takes").symlink_to(elsewhere)
    before = sorted(path.name for path in elsewhere.iterdir())
    with pytest.raises(ProjectError, match="takes is a link that leads out of the project"):
        mended(folder)
    verified = storyboard("verify", folder)
    assert verified.code == 1
    assert "takes is a link that leads out of the project" in verified.error
    assert sorted(path.name for path in elsewhere.iterdir()) == before


def test_a_broken_document_comes_back_with_the_takes(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        opened.save_version("Good")
        project = opened.project
    (folder / "project.json").write_bytes(b"{")
    report = mended(folder)
    assert report.findings[0].kind == "document"
    assert report.sound
    with store.open_project(folder) as opened:
        assert opened.project == project


def test_the_command_says_what_it_found_by_its_exit_code(folder: Path) -> None:
    first = takes(folder)[0]
    (folder / first.pixels).unlink()
    found = storyboard("check", folder)
    assert found.code == 1
    assert f"missing: {first.pixels} (shot 1): take 1 of shot shot-1 is gone" in found.out
    again = storyboard("check", folder, "--remake")
    assert again.code == 0, again.out
    assert "identical to what was lost" in again.out


def test_a_project_that_is_being_edited_is_looked_at_but_not_mended(folder: Path) -> None:
    held = lock.acquire(folder)
    assert checking.check(folder).sound
    with pytest.raises(ProjectLocked):
        mended(folder)
    report = repair.repair(folder, checking.check(folder), held=True)  # as the editor itself may
    assert report.sound
    held.release()


def test_looking_can_be_stopped(folder: Path) -> None:
    with pytest.raises(Cancelled):
        checking.check(folder, cancelled=lambda: True)


@pytest.mark.skipif(os.name != "posix", reason="links need a right of their own there")
def test_links_out_of_the_project_are_told_and_not_followed(folder: Path, tmp_path: Path) -> None:
    first = takes(folder)[0]
    (folder / first.pixels).rename(tmp_path / "secret.mkv")
    (folder / first.pixels).symlink_to(tmp_path / "secret.mkv")
    assert one(checking.check(folder)).kind == "unreadable"
