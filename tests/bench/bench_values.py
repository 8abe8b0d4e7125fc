"""How long the values take in a film of 10,000 shots: each edit, opening, saving and scanning takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from storyboard import edit, store, values
from storyboard.project import Look, Marker, Music, Project, new_shot, wish
from storyboard.take import Take
from tests.bench.harness import Finding

SHOTS = 10_000
EDIT = 5.0
"""Milliseconds that an edit of one shot may take."""
FOLDER = 500.0
"""Milliseconds that opening and saving may take."""


def film() -> Project:
    prompt = "a man eats spaghetti in a crowded restaurant, hand-held camera, "
    return Project(name="Long", shots=tuple(new_shot(f"shot-{n}", prompt + str(n)) for n in range(SHOTS)))


def take_of(project: Project, index: int) -> Take:
    shot = project.shots[index]
    return Take(
        id=f"take-{index}", shot=shot.id, number=1, created="2026-01-01T00:00:00Z", frames=24,
        rate=Fraction(24), width=256, height=256, content="ab" * 32, wish=wish(shot, project.look).key,
    )  # fmt: skip


def median_ms(work: Callable[[], object], times: int = 9) -> float:
    def once() -> float:
        start = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - start)

    return statistics.median(once() for _ in range(times))


def edits(project: Project) -> dict[str, Callable[[], object]]:
    middle, take = project.shots[SHOTS // 2].id, take_of(project, SHOTS // 2)
    chosen = edit.choose(project, middle, take)
    marked = edit.add_marker(project, 5)
    return {
        "insert": lambda: edit.insert(project, SHOTS // 2, new_shot("x")),
        "remove": lambda: edit.remove(project, [middle]),
        "move 3": lambda: edit.move(project, [shot.id for shot in project.shots[10:13]], SHOTS // 2),
        "duplicate": lambda: edit.duplicate(project, middle, "x"),
        "split": lambda: edit.split(chosen, middle, 24, "x"),
        "trim_start": lambda: edit.trim_start(chosen, middle, 5),
        "trim_end": lambda: edit.trim_end(chosen, middle, 5),
        "set_length": lambda: edit.set_length(project, middle, 50),
        "set_shot": lambda: edit.set_shot(project, middle, prompt="another"),
        "set_motion": lambda: edit.set_motion(project, middle, speed=Fraction(1)),
        "set_look": lambda: edit.set_look(project, style="grain"),
        "set_project": lambda: edit.set_project(project, width=512),
        "set_music": lambda: edit.set_music(project, Music(file="media/a.wav")),
        "add_marker": lambda: edit.add_marker(project, 100),
        "remove_marker": lambda: edit.remove_marker(marked, Marker(at=5)),
        "choose": lambda: edit.choose(project, middle, take),
        "unchoose": lambda: edit.unchoose(chosen, middle),
        "star": lambda: edit.star(chosen, middle, "t"),
        "arrive": lambda: edit.arrive(project, take, {take.id: take}),
    }


def whole_film(project: Project) -> dict[str, Callable[[], object]]:
    takes = {f"take-{n}": take_of(project, n) for n in range(SHOTS)}
    every = [shot.id for shot in project.shots]
    return {
        "set_shots, all": lambda: edit.set_shots(project, every, length=24),
        "set_project rate": lambda: edit.set_project(project, rate=Fraction(25)),
        "adopt, all": lambda: edit.adopt(project, takes),
    }


def folder(project: Project, place: Path) -> dict[str, float]:
    """Milliseconds of opening, saving and scanning a real folder."""
    path = place / "film"
    found = {}
    with store.create(path, project) as opened:
        prompts = iter(range(1000))
        found["save"] = median_ms(
            lambda: opened.save(edit.set_shot(opened.project, "shot-5", prompt=str(next(prompts)))), 5
        )
    found["open"] = median_ms(lambda: store.open_project(path), 5)
    takes = path / "takes"
    takes.mkdir()
    for n in range(SHOTS):
        (takes / f"take-{n}.json").write_bytes(values.encode(take_of(project, n)))
    scanner = store.TakeFolder(path)
    found["scan of all takes, first"] = median_ms(scanner.scan, 1)
    found["scan of all takes, again"] = median_ms(scanner.scan, 5)
    return found


def measure(scratch: Path, runs: int) -> list[Finding]:
    """Medians in milliseconds; each number has its own count of runs, since they are short."""
    project = film()
    size = f"{SHOTS} shots, {len(values.encode(project)) / 2**20:.1f} MiB"
    edited = {name: median_ms(work) for name, work in edits(project).items()}
    slowest = max(edited, key=lambda name: edited[name])
    every = ", ".join(f"{name} {took:.2g}" for name, took in edited.items())
    found = [
        Finding(f"slowest edit ({slowest})", edited[slowest], "ms", EDIT, how=f"{size}; {every}"),
        *(Finding(name, median_ms(work), "ms", None) for name, work in whole_film(project).items()),
    ]
    for name, took in folder(project, scratch).items():
        found.append(Finding(name, took, "ms", FOLDER if name in ("open", "save") else None))
    key = median_ms(lambda: wish(project.shots[0], Look()).key, 99)
    return [*found, Finding("wish key", key, "ms", None)]
