"""One run of the fault harness each: a program is started, meets its fault, and nothing may be lost."""

from __future__ import annotations

import hashlib
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from storyboard.store import document
from tests.faults import harness
from tests.faults.fault import Fault
from tests.support import Film, film, make_project

PROMPTS = ("a dog runs", "a red car at night")
Chance = random.Random


class Sample(NamedTuple):
    """What every run starts from."""

    project: Path
    undisturbed: Film
    whole: float
    """Seconds that its render takes here."""
    moments: list[Fault]
    """Each at which something on disk changes while it is rendered, and which process is then killed."""


class Told(NamedTuple):
    """What came of a run."""

    words: str
    hit: bool
    """Whether the program met its fault; if not, it was done before."""
    lost: float = 0.0
    """Seconds of edits that were missing afterwards."""


Run = Callable[[Sample, Path, Chance], Told]


def sample(scratch: Path) -> Sample:
    """A small project and its film, made undisturbed."""
    project = make_project(scratch / "film", *PROMPTS, smoother="flow")
    calm, log = scratch / "calm" / "film", scratch / "moments"
    shutil.copytree(project, calm)
    begun = time.monotonic()
    done = harness.run(harness.command("render", calm))
    assert done.code == 0, done.lines
    whole = done.at - begun
    counted = scratch / "counted" / "film"
    shutil.copytree(project, counted)
    watched = Fault(log=str(log), path=f"{counted}*")
    assert harness.run(harness.command("render", counted), watched).code == 0
    return Sample(project, film(calm / "exports" / "film.mp4"), whole, list(_moments(log)))


def _moments(log: Path) -> Iterable[Fault]:
    """Every line of `log` as a fault, told from its like by its number."""
    seen: dict[tuple[str, ...], int] = {}
    for line in log.read_text().splitlines():
        role, what, when, path = line.split("\t")
        name = Path(path).parent.name
        key = (role, what, when, name)
        seen[key] = seen.get(key, 0) + 1
        place = {"path": f"*/{name}/*", "what": what, "when": when, "nth": seen[key], "role": role}
        for do in ("kill", "kill-all") if role == "worker" else ("kill",):
            yield msgspec.convert({"do": do, **place}, Fault)


# The kinds of runs


def at_random(sample: Sample, folder: Path, chance: Chance) -> Told:
    """A render is killed at a random moment: the command, its workers, or all."""
    moment, victim = chance.uniform(0.1, 0.95 * sample.whole), chance.choice(("command", "workers", "all"))
    program = harness.start(harness.command("render", folder))
    time.sleep(moment)
    hit = program.process.poll() is None
    family = harness.family(program.process.pid)
    harness.kill({"command": family[:1], "workers": family[1:], "all": family}[victim])
    program.ended()
    return Told(f"render, {victim} at {moment:.2f} s of {sample.whole:.2f}", hit)


def at_a_moment(sample: Sample, folder: Path, chance: Chance) -> Told:
    """A render is killed right before, in the middle of or after a call that changes something on disk."""
    fault = chance.choice(sample.moments)
    mark = folder.parent / "hit"
    harness.run(harness.command("render", folder), msgspec.structs.replace(fault, mark=str(mark)))
    words = f"render, {fault.role} {fault.when} {fault.what} {fault.path} no {fault.nth} ({fault.do})"
    return Told(words, mark.exists())


COMMANDS: tuple[tuple[str, ...], ...] = (
    ("set", "1", "--mute"), ("set", "1,2", "--steps", "9"), ("generate",), ("generate", "2"), ("export",),
    ("animatic",), ("takes",), ("clean",),
)  # fmt: skip


def a_command(sample: Sample, folder: Path, chance: Chance) -> Told:
    """Another command is killed at its first, second, ... change of something on disk."""
    name, *options = chance.choice(COMMANDS)
    fault = Fault("kill-all", f"{folder}*", nth=chance.randint(1, 12))
    done = harness.run(harness.command(name, folder, *options), fault)
    _forget_edits(folder)
    return Told(f"{name} {' '.join(options)}, change {fault.nth} of its files", done.code == -9)


def _forget_edits(folder: Path) -> None:
    """The film is compared with the one of the first project, steps and all."""
    harness.silently("set", folder, "1,2", "--steps", "none")


def the_window(sample: Sample, folder: Path, chance: Chance) -> Told:
    """The window is killed at a random moment while someone edits, or while takes are made too."""
    make = ["make"] if chance.random() < 0.5 else []
    fault = Fault("kill", f"{folder}*", nth=chance.randint(1, 60), role="command")
    by_call = chance.random() < 0.5
    arguments = harness.window(folder, chance.randrange(10**6), *make)
    program = harness.start(arguments, fault if by_call else None)
    where = f"change {fault.nth} of its files"
    if not by_call:
        seconds = chance.uniform(0.2, 3.0)
        where = f"{seconds:.2f} s after it was ready"
        program.wait_for("ready")
        time.sleep(seconds)
        harness.kill(harness.family(program.process.pid)[: chance.choice((1, 9))])
    done = program.ended()
    assert done.code == -9, done.lines
    told = Told(f"window{', making takes' if make else ''}, {where}", True, lost(folder, done))
    after = harness.run(harness.window(folder, "finish"))
    assert after.code == 0, after.lines
    assert not any("failed" in line for line in after.lines if line.startswith("jobs")), after.lines
    return told


def lost(folder: Path, done: harness.Ended) -> float:
    """Seconds of edits that are not on disk. Raises when what is there was never the project."""
    edits = [line.split() for line in done.lines if line.startswith("edit ") and line.count(" ") == 2]
    now = hashlib.sha256(document.read(folder / document.NAME)).hexdigest()
    kept = max((n for n, (_, _, digest) in enumerate(edits) if digest == now), default=-1)
    if not edits or kept == len(edits) - 1:
        return 0.0
    assert kept >= 0, "what is on disk is none of the states that were shown"
    return done.at - float(edits[kept + 1][1])


KINDS: tuple[tuple[Run, int], ...] = ((at_random, 100), (at_a_moment, 110), (a_command, 30), (the_window, 60))
"""Each kind of run, and how many of 300 are of it."""


def one(sample: Sample, scratch: Path, seed: int) -> Told:
    """Run number `seed`: the same number is the same run."""
    chance = random.Random(seed)
    run = chance.choices([kind for kind, _ in KINDS], [many for _, many in KINDS])[0]
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        folder = Path(place, "film")
        shutil.copytree(sample.project, folder)
        told = run(sample, folder, chance)
        harness.prove_nothing_lost(folder, sample.undisturbed)
    return told
