"""Orders: what the window asks the worker thread for, each with the words for it and the way to do it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from storyboard import edit, store
from storyboard.film import queue
from storyboard.film.wanted import Wanted
from storyboard.project import Shot
from storyboard.take import Take

from .reel import PRESET, Film
from .words import plural, sentence

if TYPE_CHECKING:
    from storyboard.film.plan import Plan
    from storyboard.film.runner import Failure, Show, Watch
    from storyboard.workers.crew import Crew

MUSIC = frozenset((".mp3", ".wav", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".aif", ".aiff"))
"""Endings of files that are brought in as music; everything else as a clip or a picture."""


class Hands(NamedTuple):
    """What an order is given to work with, in the worker's thread."""

    crew: Crew
    watch: Watch
    show: Show
    cancelled: Callable[[], bool]
    pausing: Callable[[], bool]


class Brought(NamedTuple):
    """What an import brought: takes for shots that are to be inserted before `at`, and music."""

    at: int
    takes: tuple[tuple[str, Take], ...] = ()
    """(Name of the original, its take). The shot's id is the take's."""
    music: str = ""
    """The file in the project; empty for none."""


class Outcome(NamedTuple):
    """How an order ended."""

    said: str
    failed: bool = False
    failures: tuple[Failure, ...] = ()
    film: Path | None = None
    """What an export wrote."""
    brought: Brought | None = None


class Make(NamedTuple):
    """`takes` new takes of each of `shots`; or, where they are settled already, those that are `wanted`."""

    film: Film
    shots: tuple[Shot, ...]
    takes: int = 1
    wanted: tuple[Wanted, ...] = ()
    quick: bool = False
    """Whether they are made in less time, to look at."""

    @property
    def title(self) -> str:
        return f"Generating {_of(self.film, self.shots).lower()}"

    @property
    def name(self) -> str:
        """What it is, in the queue."""
        shots = _of(self.film, self.shots)
        return shots if self.takes == 1 else f"{shots}, {self.takes} takes{_each(self.shots)}"

    def seconds(self) -> float | None:
        """How long it will likely take; may take a moment to find out. Raises `StoryboardError`."""
        from storyboard.film.estimate import estimate_takes

        return estimate_takes(self.film.folder, self.film.project, self.wanted)

    def run(self, hands: Hands) -> Outcome:
        from storyboard.film import takes

        result = takes.make_wanted(
            self.film.folder,
            self.film.project,
            self.wanted,
            hands.watch,
            hands.cancelled,
            pausing=hands.pausing,
            show=hands.show,
            crew=hands.crew,
        )
        return _ended(result.failures, f"Made {plural(len(result.made), 'take')}.")


class Hold(NamedTuple):
    """An audition: `takes` new takes of each of `shots`, or those that are `wanted`, up to `steps` and held there."""

    film: Film
    shots: tuple[Shot, ...]
    takes: int
    steps: int
    wanted: tuple[Wanted, ...] = ()

    @property
    def title(self) -> str:
        return f"Auditioning {_of(self.film, self.shots).lower()}"

    @property
    def name(self) -> str:
        """What it is, in the queue."""
        takes = f"{plural(self.takes, 'take')}{_each(self.shots)}"
        return f"{_of(self.film, self.shots)}, audition of {takes} up to step {self.steps}"

    def seconds(self) -> float | None:
        """How long it will likely take; may take a moment to find out. Raises `StoryboardError`."""
        from storyboard.film.estimate import estimate_audition

        return estimate_audition(self.film.folder, self.film.project, self.wanted, self.steps)

    def run(self, hands: Hands) -> Outcome:
        from storyboard.film import audition

        result = audition.hold_wanted(
            self.film.folder,
            self.film.project,
            self.wanted,
            self.steps,
            hands.watch,
            hands.cancelled,
            pausing=hands.pausing,
            show=hands.show,
            crew=hands.crew,
        )
        held = f"{plural(len(result.held), 'take')} held at step {self.steps}: pick those that are to be made whole."
        return _ended(result.failures, held)


class CarryOn(NamedTuple):
    """Those of the held takes that are `wanted`, to be made whole."""

    film: Film
    shots: tuple[Shot, ...]
    wanted: tuple[Wanted, ...]

    @property
    def title(self) -> str:
        return f"Carrying on {_of(self.film, self.shots).lower()}"

    @property
    def name(self) -> str:
        """What it is, in the queue."""
        return f"{_of(self.film, self.shots)}, {plural(len(self.wanted), 'held take')} carried on"

    def seconds(self) -> float | None:
        """How long it will likely take; may take a moment to find out. Raises `StoryboardError`."""
        from storyboard.film import audition
        from storyboard.film.estimate import estimate_carrying_on

        return estimate_carrying_on([audition.held_as(self.film.folder, one.take) for one in self.wanted])

    def run(self, hands: Hands) -> Outcome:
        from storyboard.film import audition

        result = audition.carry_on(
            self.film.folder,
            [one.take for one in self.wanted],
            hands.watch,
            hands.cancelled,
            pausing=hands.pausing,
            show=hands.show,
            crew=hands.crew,
        )
        return _ended(result.failures, f"Made {plural(len(result.made), 'take')} whole.")


def _of(film: Film, shots: tuple[Shot, ...]) -> str:
    """`Shot 4` or `3 shots`."""
    return f"Shot {film.project.index(shots[0].id) + 1}" if len(shots) == 1 else f"{len(shots)} shots"


def _each(shots: tuple[Shot, ...]) -> str:
    return "" if len(shots) == 1 else " each"


def _ended(failures: tuple[Failure, ...], said: str) -> Outcome:
    if failures:
        return Outcome(sentence(failures[0]), failed=True, failures=failures)
    return Outcome(said)


class Export(NamedTuple):
    """The film of what plays now. `out` is its file; None for the project's `exports/`."""

    film: Film
    out: Path | None = None
    preset: queue.Preset = PRESET

    @property
    def title(self) -> str:
        return "Exporting the film"

    @property
    def name(self) -> str:
        return f"Export {(self.out or self.target).name}"

    @property
    def target(self) -> Path:
        """The file that it writes. Raises `MediaError`."""
        from storyboard.film import place

        return place.target(self.film.folder, self.preset, self.out)

    def plan(self) -> Plan:
        """What it shows and needs, with the takes that arrived while it waited. Raises `StoryboardError`."""
        from storyboard.film import plan as planning

        folder = self.film.folder
        takes = store.TakeFolder(folder).scan()
        project = edit.adopt(self.film.project, takes)
        return planning.plan(folder, project, takes, mode="export", preset=self.preset, out=self.target)

    def seconds(self) -> float | None:
        """How long it will likely take; may take a moment to find out. Raises `StoryboardError`."""
        from storyboard.film.estimate import estimate

        return estimate(self.plan())

    def run(self, hands: Hands) -> Outcome:
        from storyboard.film import build

        plan = self.plan()
        made = build.build(plan, hands.watch, hands.cancelled, pausing=hands.pausing, crew=hands.crew)
        said = f"{made.film}, {made.seconds:.2f} s. {sketched(plan)}".strip()
        return Outcome(said, film=Path(made.film))


class Import(NamedTuple):
    """Files for the film: clips and pictures become shots before the one at `at`, sound becomes the music."""

    film: Film
    paths: tuple[Path, ...]
    at: int
    shots: tuple[str, ...] = ()
    """An id for the shot of each path; made when the order is handed in."""

    @property
    def title(self) -> str:
        return f"Importing {self.paths[0].name if len(self.paths) == 1 else f'{len(self.paths)} files'}"

    @property
    def name(self) -> str:
        return self.title.replace("Importing", "Import")

    def seconds(self) -> float | None:
        """None: nobody knows before a file is read."""
        return None

    def run(self, hands: Hands) -> Outcome:
        from storyboard.errors import MediaError
        from storyboard.film import imported, takes

        there = {take.shot: take for take in store.TakeFolder(self.film.folder).scan().values()}
        brought: list[tuple[str, Take]] = []
        music, refused = "", []
        for path, shot in zip(self.paths, self.shots, strict=True):
            try:
                if path.suffix.lower() in MUSIC:
                    music = takes.bring_sound(self.film.folder, path, hands.crew)
                    continue
                take = there.get(shot) or takes.bring_in(
                    self.film.folder, path, shot, hands.watch, hands.cancelled, hands.crew
                )
                brought.append((imported.prompt_of(path), take))
            except MediaError as error:
                refused.append(sentence(error))
        count = len(brought) + bool(music)
        said = refused[0] if refused else f"Imported {plural(count, 'file')}."
        return Outcome(said, failed=bool(refused), brought=Brought(self.at, tuple(brought), music))


class Prepare(NamedTuple):
    """Some parts of the film, encoded for smooth playing. In nobody's queue: it gives way to every other order."""

    film: Film
    start: int
    """The place of the first shot whose part is made."""
    many: int

    @property
    def title(self) -> str:
        return "Preparing playback"

    def run(self, hands: Hands) -> Outcome:
        from storyboard.film import build
        from storyboard.film import plan as planning

        folder, project, takes = self.film
        # Only these are planned: a film of thousands would keep Python busy, and the window waiting, for seconds.
        shots = project.shots[self.start : self.start + self.many]
        part = replace(project, shots=shots)
        out = Export(self.film).target
        plan = planning.plan(folder, part, takes, mode="export", preset=PRESET, out=out)
        numbered = tuple(shot._replace(number=shot.number + self.start) for shot in plan.shots)
        build.build(
            plan._replace(shots=numbered), hands.watch, hands.cancelled, crew=hands.crew, stitch=False
        )
        return Outcome("")


ForTakes = Make | Hold | CarryOn
"""What is done for shots."""
Order = ForTakes | Export | Import
"""What goes into the queue."""


def settled(order: Order, waiting: list[Wanted]) -> Order:
    """`order` with everything in it that must be the same when it is done later, or again; `waiting` are the takes
    that the queue or an audition holds already. Raises `MediaError` for an export that cannot be."""
    if isinstance(order, Make | Hold) and not order.wanted:
        takes = order.film.takes
        found = takes if isinstance(takes, store.Takes) else store.Takes(takes.values())
        from storyboard.film.wanted import want

        quick = isinstance(order, Make) and order.quick
        takes_ = want(order.shots, order.takes, found, waiting=waiting, quick=quick)
        return order._replace(wanted=takes_)
    if isinstance(order, Export):
        return order._replace(out=order.target)
    if isinstance(order, Import) and not order.shots:
        return order._replace(shots=tuple(store.new_id() for _ in order.paths))
    return order


def task_of(order: Order) -> queue.Task:
    """What is written of a settled order."""
    match order:
        case Make():
            return queue.MakeTakes(order.wanted)
        case Hold():
            return queue.MakeAudition(order.wanted, order.steps)
        case CarryOn():
            return queue.CarryOn(order.wanted)
        case Export():
            return queue.ExportFilm(order.preset, str(order.out))
        case Import():
            pairs = zip(order.paths, order.shots, strict=True)
            return queue.ImportFiles(
                tuple(queue.Incoming(str(path.absolute()), shot) for path, shot in pairs), order.at
            )


def order_of(task: queue.Task, film: Film) -> Order | None:
    """The order that was written as `task`, for the film as it is now; None when none of its shots is there."""
    match task:
        case queue.MakeTakes() | queue.MakeAudition() | queue.CarryOn():
            return _for_takes(task, film)
        case queue.ExportFilm(preset=preset, out=out):
            return Export(film, Path(out), preset)
        case queue.ImportFiles(files=files, at=at):
            return Import(
                film, tuple(Path(each.file) for each in files), at, tuple(each.shot for each in files)
            )


def _for_takes(task: queue.ForTakes, film: Film) -> ForTakes | None:
    found = {shot.id: shot for shot in film.project.shots}
    shots = tuple(found[shot] for shot in task.shots if shot in found)
    if not shots:
        return None
    each = sum(take.shot == shots[0].id for take in task.takes)
    match task:
        case queue.MakeTakes():
            return Make(film, shots, each, task.takes, any(take.quick for take in task.takes))
        case queue.MakeAudition():
            return Hold(film, shots, each, task.steps, task.takes)
        case queue.CarryOn():
            return CarryOn(film, shots, tuple(take for take in task.takes if take.shot in found))


def sketched(plan: Plan) -> str:
    """`Sketched: shots 3, 7.`; empty where every shot has a take."""
    numbers = [str(planned.number) for planned in plan.shots if planned.sketched]
    if not numbers:
        return ""
    shown = ", ".join(numbers[:8]) + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")
    return f"Sketched: shot {shown}." if len(numbers) == 1 else f"Sketched: shots {shown}."
