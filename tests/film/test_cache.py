"""The cache: it forgets the least recently used, never what is needed, and touches nothing that is not its own."""

from __future__ import annotations

import os
import time
from fractions import Fraction
from pathlib import Path

import pytest

from storyboard import values
from storyboard.atomic import UNFINISHED
from storyboard.errors import ProjectError, StoryboardError
from storyboard.film.cache import INBETWEENS, SEGMENTS, Cache

KEYS = [f"{n:064x}" for n in range(1, 6)]


def part(folder: Path, name: str, age: float, size: int = 1000) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    then = time.time() - age
    os.utime(path, (then, then))
    return name


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def segments(cache: Cache) -> list[str]:
    """Five parts, the oldest first."""
    return [part(cache.folder, f"{SEGMENTS}/{key}.mp4", 10_000 - n) for n, key in enumerate(KEYS)]


def there(cache: Cache, names: list[str]) -> list[bool]:
    return [(cache.folder / name).exists() for name in names]


def test_the_least_recently_used_go_first(cache: Cache) -> None:
    names = segments(cache)
    assert cache.has(names[0])  # used now
    assert cache.evict(2000) == 3000
    assert there(cache, names) == [True, False, False, False, True]


def test_what_a_render_needs_stays(cache: Cache) -> None:
    names = segments(cache)
    cache.evict(0, pinned=names[:2])
    assert there(cache, names) == [True, True, False, False, False]


def test_what_was_used_lately_stays(cache: Cache) -> None:
    names = segments(cache)
    cache.has(names[3])
    cache.evict(0, unused_for=3600)
    assert there(cache, names) == [False, False, False, True, False]


def test_in_betweens_and_their_index_are_one_part(cache: Cache) -> None:
    name = part(cache.folder, f"{INBETWEENS}/{KEYS[0]}/{KEYS[1][:16]}.mkv", 5000)
    index = part(cache.folder, name.replace(".mkv", ".json"), 90_000)
    (cache.folder / index).write_bytes(values.encode_line((Fraction(1, 2),)))
    os.utime(cache.folder / index, (0, 0))
    old = part(cache.folder, f"{SEGMENTS}/{KEYS[2]}.mp4", 7000)
    assert [file.positions for file in cache.inbetweens(KEYS[0])] == [(Fraction(1, 2),)]
    cache.evict(1000)
    assert there(cache, [name, index, old]) == [True, True, False]
    cache.evict(0)
    assert there(cache, [name, index]) == [False, False]


@pytest.mark.parametrize("content", [b"", b"[", b'["x"]', b"\xff\xfe", b"[" * 100_000])
def test_a_broken_index_is_not_believed(content: bytes, cache: Cache) -> None:
    part(cache.folder, f"{INBETWEENS}/{KEYS[0]}/{KEYS[1][:16]}.mkv", 0)
    (cache.folder / INBETWEENS / KEYS[0] / f"{KEYS[1][:16]}.json").write_bytes(content)
    assert cache.inbetweens(KEYS[0]) == []


def test_files_of_others_are_left_alone(cache: Cache) -> None:
    own = segments(cache)
    others = [
        part(cache.folder, name, 90_000)
        for name in (f"{SEGMENTS}/notes.txt", "cache/thesis.txt", "takes/a.mkv")
    ]
    cache.clear(0)
    assert not any(there(cache, own))
    assert all(there(cache, others))


def test_a_link_out_of_the_project_is_not_followed(
    cache: Cache, tmp_path_factory: pytest.TempPathFactory
) -> None:
    precious = tmp_path_factory.mktemp("precious")
    kept = part(precious, f"segments/{KEYS[0]}.mp4", 90_000)
    (cache.folder / "cache").symlink_to(precious)
    for deed in (lambda: cache.evict(0), cache.sweep):
        with pytest.raises(ProjectError, match="inside the project"):
            deed()
    assert (precious / kept).exists()


def test_what_a_killed_run_left_is_swept_once_it_is_old(cache: Cache) -> None:
    old = part(cache.folder, "takes/.abc.1234abcd.part.mkv", UNFINISHED + 60)
    young = part(cache.folder, "takes/.abd.1234abcd.part.mkv", 1)
    take = part(cache.folder, "takes/abc.mkv", 90_000)
    assert cache.sweep() == 1
    assert there(cache, [old, young, take]) == [False, True, True]


def test_cleaning_waits_for_a_render(cache: Cache) -> None:
    names = segments(cache)
    with cache.in_use(), pytest.raises(StoryboardError, match="is being rendered"):
        Cache(cache.folder).clear(0)
    assert all(there(cache, names))
    assert cache.clear(0) == 5000
