"""What must hold after a program was killed, wherever that happened."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

from storyboard import store
from storyboard.cli import run as cli
from storyboard.film import queue
from storyboard.media import lossless
from tests.faults.fault import ROOT, Fault
from tests.support import COMMAND, Film, film

PATIENCE = 120.0
"""Seconds after which a program counts as hanging: far more than any of these takes on a busy machine."""


class Ended(NamedTuple):
    """How a program under test ended."""

    code: int
    lines: list[str]
    """What it printed."""
    at: float
    """When, by `time.monotonic`, which all processes of a machine share."""


class Program(NamedTuple):
    """A program that runs."""

    process: subprocess.Popen[bytes]
    output: Path
    """Where what it prints goes: unlike a pipe, that holds nobody up."""

    @property
    def lines(self) -> list[str]:
        return self.output.read_text(errors="replace").splitlines()

    def wait_for(self, line: str) -> None:
        """Until it has printed `line`, or has ended."""
        end = time.monotonic() + PATIENCE
        while line not in self.lines and self.process.poll() is None:
            assert time.monotonic() < end, self.lines
            time.sleep(0.01)

    def ended(self) -> Ended:
        """Waits for its end."""
        try:
            code = self.process.wait(PATIENCE)
        finally:
            kill(family(self.process.pid))
        at, lines = time.monotonic(), self.lines
        self.output.unlink()
        return Ended(code, lines, at)


def start(arguments: Sequence[object], fault: Fault | None = None) -> Program:
    """The program in a process of its own, with what is to happen to it."""
    handle, name = tempfile.mkstemp(prefix="storyboard-fault-")
    with os.fdopen(handle, "wb") as output:
        process = subprocess.Popen(
            [*map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict((fault or Fault()).environment()),
            cwd=ROOT,
        )
    return Program(process, Path(name))


def run(arguments: Sequence[object], fault: Fault | None = None) -> Ended:
    """The program until its end."""
    return start(arguments, fault).ended()


def command(*arguments: object) -> list[str]:
    """The real command line."""
    return [*COMMAND, *map(str, arguments)]


def window(folder: Path, *arguments: object) -> list[str]:
    """The real window, with someone at it: see `tests.faults.window`."""
    return [sys.executable, "-m", "tests.faults.window", str(folder), *map(str, arguments)]


def family(pid: int) -> list[psutil.Process]:
    """The process and all that it started, itself first."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)


def silently(*arguments: object) -> None:
    """The command line in this process; it must succeed."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = cli.run([*map(str, arguments)])
    assert code == 0, said.getvalue()


def prove_nothing_lost(folder: Path, undisturbed: Film) -> None:
    """The project and its queue open, every take that counts is whole, and a new render makes the undisturbed film."""
    assert not queue.load(folder).problem
    before = whole_takes(folder)
    silently("render", folder, "--json")
    assert film(folder / "exports" / f"{folder.name}.mp4").frames == undisturbed.frames
    after = whole_takes(folder)
    assert before <= after, "a take was lost"
    assert len(after) == len(shot_ids(folder)), "a take was made twice"


def whole_takes(folder: Path) -> set[str]:
    """The takes that are there; each must have all its frames, bit for bit."""
    with store.open_project(folder) as opened:
        takes = opened.takes()
    assert not takes.problems
    for take in takes.values():
        frames = list(lossless.read(folder / take.pixels))
        assert len(frames) == take.frames
        assert hashlib.sha256(b"".join(frame.tobytes() for frame in frames)).hexdigest() == take.content
    return set(takes)


def shot_ids(folder: Path) -> list[str]:
    with store.open_project(folder) as opened:
        return [shot.id for shot in opened.project.shots]
