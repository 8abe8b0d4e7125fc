"""Native code in a worker crashes: that shot fails with a reason, the others are made, and nothing is made twice."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from storyboard import store
from tests.faults import harness
from tests.faults.fault import Fault
from tests.support import make_project

PROMPTS = ("a dog runs", "a crash in a driver", "a red car at night", "a cat sleeps")


@pytest.mark.parametrize(
    ("native", "words"),
    [("abort", "SIGABRT"), ("segfault", "SIGSEGV"), ("exit", "exit code 3")],
)
def test_a_crash_in_native_code_fails_its_shot_and_no_other(
    native: Literal["abort", "segfault", "exit"], words: str, tmp_path: Path
) -> None:
    folder = make_project(tmp_path / "film", *PROMPTS)
    fault = Fault(native=native, prompt="*crash*")
    ended = harness.run(harness.command("generate", folder), fault)
    assert ended.code == 1, ended.lines
    assert not any("Traceback" in line for line in ended.lines if line.startswith("storyboard: "))
    assert any("shot 2" in line and words in line and "try again" in line for line in ended.lines), (
        ended.lines
    )
    assert takes_by_shot(folder) == {"shot-1": 1, "shot-3": 1, "shot-4": 1}
    harness.silently("render", folder)
    assert takes_by_shot(folder) == dict.fromkeys(harness.shot_ids(folder), 1)
    harness.whole_takes(folder)


@pytest.mark.long  # in the suite a runner of its own does the same
def test_a_step_that_hangs_is_ended_and_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORYBOARD_PATIENCE", "3")
    folder = make_project(tmp_path / "film", *PROMPTS)
    harness.silently("generate", folder, "--shots", "3")  # how long a step takes here is known from now on
    ended = harness.run(
        harness.command("generate", folder, "--shots", "1-2"), Fault(native="hang", prompt="*crash*")
    )
    assert ended.code == 1, ended.lines
    assert any("shot 2" in line and "did not get on" in line for line in ended.lines), ended.lines
    assert takes_by_shot(folder) == {"shot-1": 1, "shot-3": 1}
    harness.silently("render", folder)
    assert takes_by_shot(folder) == dict.fromkeys(harness.shot_ids(folder), 1)


def test_what_a_script_reads_of_a_crash_is_the_same_sentence(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", *PROMPTS)
    ended = harness.run(harness.command("generate", folder, "--shots", "2", "--json"), Fault(native="abort"))
    assert ended.code == 1
    assert any("SIGABRT" in line for line in ended.lines if line.startswith(("{", " "))), ended.lines


def takes_by_shot(folder: Path) -> dict[str, int]:
    with store.open_project(folder) as opened:
        takes = opened.takes()
        return {
            shot.id: len(takes.of_shot(shot.id)) for shot in opened.project.shots if takes.of_shot(shot.id)
        }
