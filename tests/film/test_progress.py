"""How far a run is and how long it still takes: said honestly, for steps of every pace, on clocks of the test's own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple, cast

import pytest

from storyboard.film import build as building
from storyboard.film import estimate as estimating
from storyboard.film import plan as planning
from storyboard.film.history import History
from storyboard.film.runner import Outcome, Progress, Runner, Running
from storyboard.project import Motion
from storyboard.take import Recipe, Take
from storyboard.workers import messages
from storyboard.workers.crew import Crashed, Crew, Event, Lane
from storyboard.workers.steps import Encode, Generate, Mix, Smooth, SmoothVideo, Step, Stitch
from tests.support import make_project

RATE = Fraction(24)


class Takes(NamedTuple):
    """How long a step takes the workers: its start (in each process once), its work in `parts`, its tail."""

    start: float
    work: float
    parts: int = 20
    tail: float = 0.0


class Rehearsal:
    """A crew that only waits, on a clock that only moves when it is asked for the next event."""

    def __init__(
        self,
        script: Callable[[Step], Takes | None],
        workers: int = 2,
        device: str = "cpu",
        *,
        crashes: str = "",
    ) -> None:
        self.now = 0.0
        self._crashes = crashes
        self._script = script
        self._device = device
        self._free: dict[Lane, list[tuple[Lane, int]]] = {
            "generate": [("generate", 0)],
            "media": [("media", n) for n in range(workers)],
        }
        self._met: set[tuple[tuple[Lane, int], type[Step]]] = set()
        self._waiting: dict[Lane, list[tuple[int, Step]]] = {"generate": [], "media": []}
        self._coming: list[tuple[float, int, Event, tuple[Lane, int] | None]] = []
        self._order = itertools.count()
        self._numbers = itertools.count(1)

    def submit(self, step: Step, lane: Lane) -> int:
        job = next(self._numbers)
        self._waiting[lane].append((job, step))
        self._hand_out()
        return job

    def next(self, timeout: float) -> Event | None:
        self._coming.sort()
        if not self._coming or self._coming[0][0] > self.now + timeout:
            self.now += timeout
            return None
        at, _, event, worker = self._coming.pop(0)
        self.now = max(self.now, at)
        if worker is not None:
            self._free[worker[0]].append(worker)
            self._hand_out()
        return event

    def in_hand(self) -> list[int]:
        return []

    def _hand_out(self) -> None:
        for lane, waiting in self._waiting.items():
            while waiting and self._free[lane]:
                self._play(*waiting.pop(0), self._free[lane].pop(0))

    def _play(self, job: int, step: Step, worker: tuple[Lane, int]) -> None:
        self._at(0.0, messages.Progress(job, 0, 1))
        takes = self._script(step)
        if takes is None:
            self._at(0.5, messages.Failed(job, "it did not work"), worker)
            return
        if self._crashes:
            reason, self._crashes = self._crashes, ""
            for part in range(1, takes.parts // 2):
                self._at(takes.work * part / takes.parts, messages.Progress(job, part, takes.parts))
            self._at(takes.work / 2, Crashed(job, reason, ""), worker)
            return
        start = takes.start if (worker, type(step)) not in self._met else 0.0
        self._met.add((worker, type(step)))
        for part in range(1, takes.parts + 1):
            self._at(start + takes.work * part / takes.parts, messages.Progress(job, part, takes.parts))
        seconds = start + takes.work + takes.tail
        take = take_of(step, self._device) if isinstance(step, Generate) else None
        self._at(seconds, messages.Done(job, seconds, take), worker)

    def _at(self, after: float, event: Event, worker: tuple[Lane, int] | None = None) -> None:
        self._coming.append((self.now + after, next(self._order), event, worker))


def take_of(step: Generate, device: str = "cpu") -> Take:
    ran = {"device": device}
    return Take(step.take, step.shot, 1, "", 24, RATE, 64, 64, "", ran=ran)


def generating(shot: str, model: str = "some/model") -> Generate:
    recipe = Recipe(
        generator="test",
        version="1",
        model=model,
        prompt="",
        seed=1,
        frames=24,
        rate=RATE,
        width=256,
        height=256,
        steps=20,
    )
    return Generate(f"take-{shot}", shot, 1, "", model, recipe)


def following(shot: str) -> tuple[Smooth, Encode]:
    between = tuple(Fraction(2 * n + 1, 2) for n in range(23))
    smooth = Smooth(take_of(generating(shot)), "flow", between, f"{shot}.mkv")
    return smooth, Encode(64, 64, RATE, "h264", 48, f"{shot}.mp4")


def ending() -> tuple[Mix, Stitch]:
    return Mix(Fraction(20), "sound"), Stitch((), 480, RATE, "h264", "film.mp4")


class Film:
    """Runs the steps of a film of `shots` as `build` does, and keeps what was shown, and when."""

    def __init__(
        self, crew: Rehearsal, history: History, shots: int, model: str = "some/model", workers: int = 2
    ) -> None:
        self.crew = crew
        self.shown: list[tuple[float, Progress]] = []
        self._shots = [f"shot-{n}" for n in range(shots)]
        self._model = model
        self.runner = Runner(
            cast(Crew, crew),
            history,
            lambda progress: self.shown.append((crew.now, progress)),
            workers=workers,
            clock=lambda: crew.now,
        )

    def run(self) -> None:
        runner = self.runner
        runner.expect("", ending())
        for shot in self._shots:
            runner.expect(shot, following(shot))
        lane: Lane = "media" if self._model == "sketch" else "generate"
        for shot in self._shots:
            step = generating(shot, self._model)
            runner.submit(step.take, step, shot, self._smoothing(shot), lane=lane, unit="step", shot=shot)
        runner.run()
        for last in ending():
            runner.submit(last.out, last, "film", lambda _: None)
            runner.run()

    def _smoothing(self, shot: str) -> Callable[[Outcome], None]:
        smooth, encode = following(shot)

        def encoding(_: Outcome) -> None:
            self.runner.submit(encode.out, encode, f"{shot} encoding", lambda _: None, shot=shot)

        def taken(_: Outcome) -> None:
            self.runner.submit(smooth.out, smooth, f"{shot} smoothing", encoding, shot=shot)

        return taken

    @property
    def fractions(self) -> list[float]:
        return [progress.fraction for _, progress in self.shown]

    def off_by(self, since: float = 0.0, until: float = 1.0) -> float:
        """The largest error of the time left between two parts of the run, as a part of the whole."""
        end = self.crew.now
        return max(
            abs(progress.seconds_left - (end - at)) / end
            for at, progress in self.shown
            if since <= at / end <= until
        )


def usual(step: Step) -> Takes:
    if isinstance(step, Generate):
        return Takes(5.0, 10.0, tail=1.0)
    if isinstance(step, Smooth):
        return Takes(2.0, 4.0)
    return Takes(0.5, 1.0)


@pytest.fixture
def histories(tmp_path: Path) -> Iterator[History]:
    return (History(tmp_path / "times.json") for _ in itertools.count())


@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
@pytest.mark.parametrize(
    ("shots", "workers", "model"), [(1, 2, "some/model"), (7, 2, "some/model"), (12, 4, "sketch")]
)
def test_a_machine_that_made_a_film_knows_how_long_the_next_one_takes(
    histories: Iterator[History], device: str, shots: int, workers: int, model: str
) -> None:
    Film(Rehearsal(usual, workers, device), next(histories), 4, model, workers).run()
    film = Film(Rehearsal(usual, workers, device), next(histories), shots, model, workers)
    film.run()
    assert film.off_by() < 0.25
    assert film.fractions == sorted(film.fractions)
    assert film.fractions[-1] > 0.9


def test_the_first_film_of_a_machine_is_known_once_its_first_shot_is_half_done(
    histories: Iterator[History],
) -> None:
    def slow(step: Step) -> Takes:
        return Takes(60.0, 300.0) if isinstance(step, Generate) else usual(step)

    film = Film(Rehearsal(slow), next(histories), 6)
    film.run()
    assert film.off_by(since=0.15) < 0.1
    assert film.fractions == sorted(film.fractions)


def test_while_takes_are_made_what_follows_them_counts(histories: Iterator[History]) -> None:
    def quick_takes(step: Step) -> Takes:
        return Takes(1.0, 1.0) if isinstance(step, Generate) else Takes(1.0, 10.0)

    Film(Rehearsal(quick_takes), next(histories), 2).run()
    film = Film(Rehearsal(quick_takes), next(histories), 10)
    film.run()
    taken = next(at for at, progress in film.shown if "smoothing" in "".join(progress.doing))
    at, progress = next((at, progress) for at, progress in film.shown if at >= taken)
    assert progress.fraction < 0.2
    assert progress.seconds_left == pytest.approx(film.crew.now - at, rel=0.15)


def test_a_wrong_guess_never_moves_the_bar_back(histories: Iterator[History]) -> None:
    Film(Rehearsal(usual), next(histories), 3).run()
    film = Film(Rehearsal(lambda step: usual(step)._replace(work=80.0)), next(histories), 5)
    film.run()
    assert film.fractions == sorted(film.fractions)
    assert all(0 <= fraction < 1 for fraction in film.fractions)


def test_a_shot_that_fails_is_waited_for_no_longer(histories: Iterator[History]) -> None:
    film = Film(Rehearsal(lambda _: None), next(histories), 3)
    runner = film.runner
    for shot in ("a", "b"):
        runner.expect(shot, following(shot))
        runner.submit(shot, generating(shot), shot, lambda _: None, shot=shot)
    runner.run()
    assert len(runner.failures) == 2
    assert runner.progress().seconds_left == 0


def test_a_step_takes_itself_and_those_before_it_off_what_is_expected(histories: Iterator[History]) -> None:
    runner = Film(Rehearsal(usual), next(histories), 1).runner
    smooth, encode = following("a")
    history = runner.history
    runner.expect("a", [smooth, encode])
    both = history.estimate(smooth, cold=True) + history.estimate(encode, cold=True)
    assert runner.progress().seconds_left == pytest.approx(both)
    runner.submit("film", ending()[1], "film", lambda _: None)
    runner.submit(encode.out, encode, "a encoding", lambda _: None, shot="a")  # nothing was left to smooth
    runner.run()
    assert runner.progress().seconds_left == 0
    runner.expect("a", [smooth, encode])
    runner.expect("a", [])
    assert runner.progress().seconds_left == 0


def test_a_video_of_unknown_length_is_timed_by_its_own_pace(
    histories: Iterator[History], tmp_path: Path
) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(bytes(30_000))
    step = SmoothVideo(str(video), "out.mp4", "flow", "h264", Fraction(1), 2)
    film = Film(Rehearsal(lambda _: Takes(1.0, 45.0, parts=450)), next(histories), 0)
    film.runner.submit("out.mp4", step, "clip.mp4", lambda _: None)
    assert film.runner.progress().seconds_left > 0
    film.runner.run()
    assert film.off_by(since=0.05) < 0.05
    half = min(film.shown, key=lambda shown: abs(shown[0] - 23.0))[1]
    assert half.fraction == pytest.approx(0.5, abs=0.05)


def test_what_runs_is_told_as_values_too(histories: Iterator[History]) -> None:
    film = Film(Rehearsal(usual), next(histories), 1)
    runner = film.runner
    smooth, _ = following("a")
    runner.submit(smooth.out, smooth, "shot 1 smoothing", lambda _: None, shot="a")
    assert not runner.submit(smooth.out, smooth, "shot 2 smoothing", lambda _: None, shot="b")
    runner.submit("take", generating("c"), "shot 3 take 2", lambda _: None, lane="generate", unit="step")
    assert runner.progress().doing == ("shot 3 take 2: starting",)
    assert runner.progress().running == ()
    runner.run()
    assert Running("shot 1 smoothing", ("a", "b"), "frame", 0, 1) in film.shown[0][1].running
    halves = [progress for _, progress in film.shown if "shot 3 take 2: step 10 of 20" in progress.doing]
    assert Running("shot 3 take 2", ("c",), "step", 10, 20) in halves[0].running


def test_a_step_that_is_tried_again_starts_from_nothing(histories: Iterator[History]) -> None:
    film = Film(Rehearsal(usual, crashes="it crashed"), next(histories), 1)
    _, encode = following("a")
    film.runner.submit(encode.out, encode, "shot 1", lambda _: None)
    film.runner.run()
    assert film.runner.failures == []
    assert film.fractions == sorted(film.fractions)
    done = [progress.running[0].done for _, progress in film.shown if progress.running]
    assert any(later < earlier for earlier, later in itertools.pairwise(done))


# ---- the plan's time


def plan_of(folder: Path) -> planning.Plan:
    from storyboard import store

    with store.open_project(folder, mode="read") as opened:
        project, found = opened.project, opened.takes()
    out = folder / "exports" / "film.mp4"
    out.parent.mkdir(exist_ok=True)
    return planning.plan(folder, project, found, mode="render", preset="h264", out=out)


def test_the_plans_time_counts_what_is_not_there_and_nothing_else(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "a red car", "a whale", smoother="flow")
    history = History(tmp_path / "times.json")
    whole = estimating.estimate(plan_of(folder), history)
    building.build(plan_of(folder))
    plan = plan_of(folder)
    assert not plan.to_generate
    assert estimating.estimate(plan, history) == 0

    # A segment and the in-betweens below it are gone: as long as one shot's smoothing, encoding, and the stitch.
    for part in ("segments", "inbetweens"):
        for file in sorted((folder / "cache" / part).rglob("*.m*"))[:1]:
            file.unlink()
    assert 0 < estimating.estimate(plan, history) < whole

    # Other motion: no take is needed, but all is smoothed and encoded again.
    slower = edit_motion(plan, Motion(speed=Fraction(1, 3)))
    again = estimating.estimate(slower, history, workers=1)
    assert again > estimating.estimate(plan, history, workers=1)
    assert again > estimating.estimate(slower, history, workers=2)


def edit_motion(plan: planning.Plan, motion: Motion) -> planning.Plan:
    import msgspec

    shots = tuple(
        shot._replace(shot=msgspec.structs.replace(shot.shot, motion=motion)) for shot in plan.shots
    )
    return plan._replace(shots=shots)


def test_the_plans_time_has_a_sketched_film_drawn_once(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "film", "a red car", "a red car")
    history = History(tmp_path / "times.json")
    plan = plan_of(folder)
    sketched = plan._replace(shots=tuple(shot._replace(generate=False) for shot in plan.shots))
    one = sketched._replace(shots=sketched.shots[:1])
    assert estimating.estimate(one, history) > 0
    building.build(sketched)
    assert estimating.estimate(sketched, history) == 0
