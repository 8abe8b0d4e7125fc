"""Earlier states of a project: when they are kept, which stay, and how one comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storyboard import edit, store
from storyboard.errors import ProjectError
from storyboard.project import Project, new_shot
from storyboard.store import versions

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FILM = Project(name="Bikes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store.create(tmp_path / "Bikes", FILM).close()
    return tmp_path / "Bikes"


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "versions").iterdir())


def test_a_save_keeps_what_it_replaces_at_most_once_a_minute(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        for n in range(5):
            opened.save(edit.append(opened.project, new_shot(f"s{n}")))
        [kept] = opened.versions()
        assert (kept.label, kept.shots, kept.problem) == ("", 0, "")
        # a minute later
        only = folder / "versions" / files(folder)[0]
        only.rename(only.with_name("20200101T000000.000Z.json"))
        opened.save(edit.append(opened.project, new_shot("last")))
        assert [version.shots for version in opened.versions()] == [5, 0]


def test_the_clock_may_go_back(folder: Path) -> None:
    versions.keep_timed(folder, b"late", NOW + timedelta(days=1))
    versions.keep_timed(folder, b"early", NOW)
    assert len(files(folder)) == 2


def test_of_timed_versions_the_latest_then_hourly_then_daily_ones_stay() -> None:
    times = [
        NOW - timedelta(minutes=5 * n) for n in range(24 * 12 * 40)
    ]  # one every five minutes for 40 days
    stay = versions.kept(times, NOW)
    assert set(times[:20]) <= stay
    ages = [NOW - time for time in stay - set(times[:20])]
    hourly = [age for age in ages if age <= timedelta(days=1)]
    daily = [age for age in ages if age > timedelta(days=1)]
    assert 22 <= len(hourly) <= 25
    assert 28 <= len(daily) <= 31
    assert max(ages) <= timedelta(days=30)
    assert versions.kept(stay, NOW) == stay


def test_few_versions_all_stay_whatever_their_age() -> None:
    times = {NOW - timedelta(days=365 * n) for n in range(1, 21)}
    assert versions.kept(times, NOW) == times


def test_pruning_never_touches_a_named_version_nor_a_foreign_file(folder: Path) -> None:
    for n in range(30):
        versions.keep(folder, b"x", now=NOW - timedelta(days=100, minutes=n))
    versions.keep(folder, b"x", "The cut that works", now=NOW - timedelta(days=999))
    for foreign in ("notes.txt", "20269999T000000.000Z.json"):
        (folder / "versions" / foreign).write_text("mine")
    versions.prune(folder, NOW)
    names = files(folder)
    assert len([name for name in names if name.startswith("2025") and " " not in name]) == 20
    assert [name for name in names if " " in name] == ["20230606T120000.000Z The cut that works.json"]
    assert {"notes.txt", "20269999T000000.000Z.json"} <= set(names)


def test_two_versions_of_one_moment_are_two(folder: Path) -> None:
    for label in ("", "", "a", "a"):
        versions.keep(folder, b"x", label, NOW)
    names = [version.name for version in versions.listing(folder)]
    assert names == [f"20260301T120000.00{n}Z" for n in (3, 2, 1, 0)]


@pytest.mark.parametrize(
    "label", ["Before the end", 'für Ana: 50% / "final" * ?', "<|>\\", "  spaced  ", "日本語", "%41"]
)
def test_a_named_version_shows_the_name_it_was_given(folder: Path, label: str) -> None:
    with store.open_project(folder, "write") as opened:
        opened.save_version(label)
        [version] = opened.versions()
    assert version.label == label.strip()
    [name] = files(folder)
    assert not set(name) & set('/\\:*?"<>|')


@pytest.mark.parametrize("label", ["   ", "x" * 81, "\N{BICYCLE}" * 60, "a\nb", "a\0b", "\ud83d"])
def test_a_name_that_no_file_can_have_is_refused(folder: Path, label: str) -> None:
    with (
        store.open_project(folder, "write") as opened,
        pytest.raises(ProjectError, match="a version's name has 1 to 80 plain characters"),
    ):
        opened.save_version(label)


def test_a_version_comes_back_as_a_copy_and_what_was_there_is_kept(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        opened.save_version("Empty")
        opened.save(edit.append(FILM, new_shot("a")))
        name = opened.versions()[-1].name
        assert opened.restore(name) == FILM == opened.project
        shots = {version.shots for version in opened.versions()}
        assert shots == {0, 1}
        assert name in [version.name for version in opened.versions()]
    with store.open_project(folder) as opened:
        assert opened.project == FILM


def test_a_broken_version_is_listed_as_such_and_in_nobodys_way(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        opened.save_version("Good")
        (folder / "versions" / "20250101T000000.000Z.json").write_bytes(b'{"format": 1, "na')
        (folder / "versions" / "20250102T000000.000Z Later.json").write_bytes(b'{"format": 7}')
        good, later, half = opened.versions()
        assert (good.label, good.problem) == ("Good", "")
        assert "install a newer Storyboard" in later.problem
        assert "ends in the middle" in half.problem
        with pytest.raises(ProjectError, match="ends in the middle"):
            opened.restore(half.name)
        with pytest.raises(
            ProjectError, match="has no version yesterday; list them with: storyboard versions"
        ):
            opened.restore("yesterday")
        assert opened.project == FILM


def test_versions_are_listed_without_the_right_to_write(folder: Path) -> None:
    with store.open_project(folder, "write") as opened:
        opened.save_version("One")
    with store.open_project(folder) as opened:
        [version] = opened.versions()
        assert datetime.fromisoformat(version.saved).tzinfo == UTC
