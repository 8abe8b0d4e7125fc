"""How much room a film needs is known before it is made, and learned from what was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyboard import edit, places, store
from storyboard.errors import DiskFull
from storyboard.film import disk, place, room
from storyboard.film import plan as planning
from storyboard.film.history import History
from storyboard.film.plan import Plan
from tests.support import make_project, storyboard


def plan_of(folder: Path) -> Plan:
    with store.open_project(folder) as opened:
        takes = opened.takes()
        project = edit.adopt(opened.project, takes)
    return planning.plan(
        folder, project, takes, mode="render", preset="h264", out=place.target(folder, "h264")
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_project(
        tmp_path / "film", "a dog runs", "a red car", "a whale jumps", size=128, length=24, smoother="flow"
    )


def test_the_forecast_is_near_what_is_used_and_falls_to_the_film_when_all_is_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(places.HOME, str(tmp_path / "home"))  # where nothing was learned yet
    before = room.forecast(plan_of(folder))
    assert storyboard("render", folder).code == 0
    used = sum(
        path.stat().st_size
        for part in ("takes", "cache")
        for path in (folder / part).rglob("*")
        if path.is_file()
    )
    assert used / 3 < before.project < used * 3
    after = room.forecast(plan_of(folder))
    assert after.project == 0
    film = (folder / "exports" / "film.mp4").stat().st_size
    assert film / 2 < after.film < film * 2, "segments that are there tell the film's size"


def test_the_plan_tells_the_room(folder: Path) -> None:
    facts = storyboard("render", folder, "--dry-run", "--json").json
    assert facts["bytes"] == sum(room.forecast(plan_of(folder)))
    assert "that are free" in storyboard("render", folder, "--dry-run").out


@pytest.mark.parametrize(("free", "said"), [(10**9, ""), (900_000, "this needs about 1 MB")])
def test_a_tight_disk_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch, free: int, said: str) -> None:
    monkeypatch.setattr(room, "room", lambda _place: free)
    words = room.check(plan_of(folder), room.Forecast(900_000, 100_001))
    assert said in words
    assert bool(words) == bool(said)


def test_a_disk_that_cannot_do_is_told_before_any_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "room", lambda _place: 400_000)
    with pytest.raises(
        DiskFull, match=r"this needs about 1 MB and 0 MB are free on that disk; make room there first"
    ):
        room.check(plan_of(folder), room.Forecast(900_000, 100_001))


def test_of_a_small_disk_only_a_small_part_is_kept_in_reserve(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def usage(free: int, total: int) -> None:
        monkeypatch.setattr(
            disk.shutil, "disk_usage", lambda _: type("Usage", (), {"free": free, "total": total})
        )

    usage(10 * 2**20, 16 * 2**20)
    assert disk.room(tmp_path) == 10 * 2**20 - int(0.16 * 2**20)
    usage(2**30, 2**40)
    assert disk.room(tmp_path) == 2**30 - 2**28
    usage(2**27, 2**40)
    with pytest.raises(DiskFull, match="nearly no room is left"):
        disk.keep_reserve(tmp_path)


def test_learned_sizes_last(tmp_path: Path) -> None:
    history = History(tmp_path / "times.json")
    history.learn_bytes("take vast", 1000, 2500)
    history.save()
    assert History(tmp_path / "times.json").bytes_each("take vast") == 2.5
    assert History(tmp_path / "times.json").bytes_each("take other") == 1.6
