"""What the window looks at: the playhead, how it plays, and the selected shots. None of it is in the project."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from storyboard.project import Shot

from .clock import Tally
from .document import Document
from .pictures import PictureThread, Wanted
from .player import Player
from .reel import place_of
from .route import Run, around, faster
from .showing import Showing, Trial
from .sound import Sound

AHEAD = 8
BEHIND = 4
"""Frames beside the playhead that are read while it stands."""


class Session(QObject):
    """The playhead, whether and how the film plays, and which shots are selected."""

    moved = Signal(int)
    """The playhead stands on another timeline frame."""
    playing_changed = Signal(bool)
    """It plays or stands now, or at another speed."""
    selection_changed = Signal()
    range_changed = Signal()
    """`range` is another."""
    showing_changed = Signal()
    """`smoothed`, `split`, `loop` or `trial` is another."""

    def __init__(self, document: Document, pictures: PictureThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._pictures = pictures
        self._selected: tuple[str, ...] = ()
        self._current = ""
        self._frame = 0
        self._peek: int | None = None
        self._range: tuple[int, int] | None = None
        self.quick = False
        """Whether takes that are asked for are made in less time, to look at."""
        self._loop = True
        self._smoothed = True
        self._split = False
        self._trial: Trial | None = None
        self._showing = Showing()
        self.tally = Tally()
        self.sound = Sound(self)
        self.sound.arrived.connect(self._hear)
        self.sound.prepare(document.film)
        self._player = Player(self.sound, self)
        self._player.due.connect(self._present)
        self._player.over.connect(self._end)
        document.changed.connect(self._follow)
        self._order = [shot.id for shot in document.project.shots]
        if document.project.shots:
            self.select(document.project.shots[0].id)

    # ---- selection

    @property
    def selected(self) -> tuple[str, ...]:
        """Ids of the selected shots, in the film's order."""
        return self._selected

    @property
    def current(self) -> Shot | None:
        """The shot that the inspector and the takes show: the one selected last."""
        shots = (shot for shot in self._document.project.shots if shot.id == self._current)
        return next(shots, None)

    def select(self, *ids: str, current: str = "") -> None:
        """Selects these shots; `current` (else the first) is shown in the inspector."""
        wanted = set(ids)
        selected = tuple(shot.id for shot in self._document.project.shots if shot.id in wanted)
        shown = current if current in wanted else (ids[0] if ids else "")
        if (selected, shown) != (self._selected, self._current):
            self._document.end_typing()
            self._selected, self._current = selected, shown
            if self._trial is not None and shown != self._trial.shot:
                self.show_film()
            self.selection_changed.emit()

    def toggle(self, shot_id: str) -> None:
        """Adds a shot to the selection, or takes it away."""
        if shot_id in self._selected:
            self.select(*(other for other in self._selected if other != shot_id))
        else:
            self.select(*self._selected, shot_id, current=shot_id)

    def extend(self, shot_id: str) -> None:
        """Selects everything from the current shot to this one."""
        order = [shot.id for shot in self._document.project.shots]
        if self._current not in order:
            self.select(shot_id)
            return
        first, last = sorted((order.index(self._current), order.index(shot_id)))
        self.select(*order[first : last + 1], current=self._current)

    # ---- the playhead

    @property
    def frame(self) -> int:
        return self._frame

    def seek(self, frame: int) -> None:
        """Puts the playhead on `frame`, or the nearest one in the film; a film that plays goes on from there."""
        self._place(frame)
        if self.playing:
            self._run_from(self._frame, self.speed)

    def edit_point(self, forward: bool) -> int:
        """The timeline frame of the next edit, or of the one before the playhead."""
        project = self._document.project
        starts = [*project.starts(), max(project.length - 1, 0)]
        if forward:
            return next((start for start in starts if start > self._frame), starts[-1])
        return next((start for start in reversed(starts) if start < self._frame), 0)

    def shot_under_playhead(self) -> tuple[Shot, int] | None:
        """The shot at the playhead and the frame of it."""
        place = place_of(self._document.project, self._frame)
        return None if place is None else (self._document.project.shots[place.shot_index], place.frame)

    def _place(self, frame: int) -> None:
        frame = max(0, min(frame, self._document.project.length - 1))
        if frame != self._frame:
            self._frame = frame
            self._ask()
            self.moved.emit(frame)

    # ---- playing

    @property
    def playing(self) -> bool:
        return self._player.run is not None

    @property
    def speed(self) -> int:
        """Frames each frame time, negative backwards; 0 while the film stands."""
        return self._player.run.speed if self._player.run else 0

    @property
    def presented(self) -> int:
        """Frames that were painted in time since the film began to play."""
        return self.tally.presented

    @property
    def dropped(self) -> int:
        """Frames that were due since then and not painted in time."""
        return self.tally.dropped

    def toggle_play(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self, speed: int = 1) -> None:
        """Plays from the playhead at `speed`; at the end of the way from its beginning."""
        first, stop = self._way
        if stop <= first:
            return
        self._peek = None
        frame = min(max(self._frame, first), stop - 1)
        if frame != self._frame or frame == (stop - 1 if speed > 0 else first):
            frame = first if speed > 0 else stop - 1
        self._place(frame)
        self.tally.start()
        self._run_from(frame, speed)
        self.playing_changed.emit(True)

    def shuttle(self, direction: int) -> None:
        """Plays forwards (1) or backwards (-1); the same way again is faster."""
        self.play(faster(self.speed, direction))

    def pause(self) -> None:
        if self.playing:
            self._player.stop()
            self.tally.stop()
            self._ask()  # what lies beside the playhead, for steps
            self.playing_changed.emit(False)

    @property
    def _way(self) -> tuple[int, int]:
        """The first frame of what plays, and the one after its last."""
        whole = (0, self._document.project.length)
        return self._range if self._loop and self._range else whole

    def _run_at(self, frame: int, speed: int) -> Run:
        first, stop = self._way
        if not first <= frame < stop:  # sought beside the range: the whole film plays
            first, stop = 0, self._document.project.length
        return Run(frame, first, stop, speed, self._loop)

    def _run_from(self, frame: int, speed: int) -> None:
        run = self._run_at(frame, speed)
        self.sound.use(self._document.film)
        self._ask(run.upcoming(0, self._pictures.ahead(self._document.project)), refresh=not self.playing)
        following = run.at(1)
        self._player.start(
            run,
            self._document.project.rate,
            lambda: following is None or self._pictures.has(following),
        )
        self.tally.stop()
        self.tally.due(0, frame)
        self.tally.painted(frame)  # it stands there already

    def _present(self, tick: int, frame: int) -> None:
        self.tally.due(tick, frame)
        self._frame = frame
        run = self._player.run
        if run is not None:
            self._ask(run.upcoming(tick, self._pictures.ahead(self._document.project)))
        self.moved.emit(frame)

    def _end(self, frame: int) -> None:
        self.tally.stop()
        self._place(frame)
        self._ask()
        self.playing_changed.emit(False)

    # ---- how it plays

    @property
    def loop(self) -> bool:
        """Whether the film, or its range, plays again and again."""
        return self._loop

    @loop.setter
    def loop(self, on: bool) -> None:
        if on != self._loop:
            self._loop = on
            self._play_on()
            self.showing_changed.emit()

    @property
    def range(self) -> tuple[int, int] | None:
        """The first frame of the range that a loop plays, and the one after its last; None for the whole film."""
        return self._range

    @range.setter  # noqa: A003 - the editor's word for it
    def range(self, wanted: tuple[int, int] | None) -> None:
        """What lies beside the film is cut off; a range without a frame is none."""
        if wanted is not None:
            start, stop = max(wanted[0], 0), min(wanted[1], self._document.project.length)
            wanted = (start, stop) if start < stop else None
        if wanted != self._range:
            self._range = wanted
            self._play_on()
            self.range_changed.emit()

    @property
    def smoothed(self) -> bool:
        """Whether in-betweens are shown where they are made; else each take's own frames, held."""
        return self._smoothed

    @smoothed.setter
    def smoothed(self, on: bool) -> None:
        if on != self._smoothed:
            self._smoothed = on
            self._ask()
            self.showing_changed.emit()

    @property
    def split(self) -> bool:
        """Whether the picture is raw left of a handle and smoothed right of it."""
        return self._split

    @split.setter
    def split(self, on: bool) -> None:
        if on != self._split:
            self._split = on
            self._ask()
            self.showing_changed.emit()

    def _play_on(self) -> None:
        """Goes on from here under other rules."""
        if self.playing:
            self._run_from(self._frame, self.speed)

    # ---- takes that are looked at without being chosen

    @property
    def trial(self) -> Trial | None:
        """The takes that the viewer shows in place of the chosen one; None for the film as it is."""
        return self._trial

    def show_take(self, shot_id: str, take_id: str) -> None:
        """Shows the film as if that take were chosen, until `show_film`, another shot, or the take is chosen."""
        self._try(Trial(shot_id, take_id))

    def compare(self, shot_id: str, take_id: str, other_id: str) -> None:
        """Shows two takes of a shot in one picture, the first one left of a handle."""
        self._try(Trial(shot_id, take_id, other_id))

    def show_film(self) -> None:
        """Shows the film as it is again."""
        self._try(None)

    @property
    def captions(self) -> tuple[str, ...]:
        """What the pictures of a trial are called, `Take 2` and the one beside it; none where another shot plays.
        Where the picture is split, what its halves are."""
        if self._trial is None:
            return ("Raw", "Smoothed") if self._split else ()
        place = place_of(self._document.project, self.shown_frame)
        if place is None or self._order[place.shot_index] != self._trial.shot:
            return ()
        takes = [self._document.takes.get(take) for take in self._trial[1:] if take]
        return tuple(f"Take {take.number}" for take in takes if take is not None)

    def _try(self, trial: Trial | None) -> None:
        if trial == self._trial:
            return
        self._trial = trial
        if trial is not None:
            self._go_into(trial.shot)
        self._ask()
        self.showing_changed.emit()

    def _go_into(self, shot_id: str) -> None:
        """Puts the playhead on a shot, unless it is there."""
        place, project = self.shot_under_playhead(), self._document.project
        if shot_id in self._order and (place is None or place[0].id != shot_id):
            self.seek(project.start_of(shot_id))

    def _trial_ends(self) -> bool:
        """Whether the project moved on: the shot or a take is gone, or one of the takes was chosen just now."""
        if self._trial is None:
            return False
        shot_id, *takes = self._trial
        if shot_id not in self._order or any(take and take not in self._document.takes for take in takes):
            return True
        chosen = self._document.project.shot(shot_id).chosen
        return not self._trial.other and chosen is not None and chosen.take == self._trial.take

    # ---- pictures

    def look_again(self) -> None:
        """Shows the present frame anew, from what is built by now."""
        self._ask(refresh=True)

    def peek(self, frame: int | None, ahead: tuple[int, ...] | None = None) -> None:
        """Shows another frame than the playhead's, without moving it, those of `ahead` soon after it; None shows
        the playhead's again."""
        if frame != self._peek and not self.playing:
            self._peek = frame
            self._ask(ahead)

    @property
    def shown_frame(self) -> int:
        """The timeline frame that the viewer shows."""
        return self._frame if self._peek is None else self._peek

    def _ask(self, ahead: tuple[int, ...] | None = None, refresh: bool = False) -> None:
        length = self._document.project.length
        if not length:
            return
        run = self._player.run
        if ahead is None and run is not None:
            ahead = run.upcoming(self._player.tick, self._pictures.ahead(self._document.project))
        frame = min(self.shown_frame, length - 1)
        films = self._showing.films(self._document.film, self._trial)
        beside = around(frame, 0, length, AHEAD, BEHIND) if ahead is None else ahead
        wanted = Wanted(films.film, frame, beside, self._smoothed, films.other, self._smoothed, refresh)
        if self._split and self._trial is None:
            wanted = wanted._replace(smoothed=False, other=films.film, other_smoothed=True)
        self._pictures.ask(wanted)

    # ---- following

    def _hear(self) -> None:
        """Plays on with the sound that has come."""
        if self.playing:
            self._run_from(self._frame, self.speed)

    def _follow(self) -> None:
        """Keeps to what is still there when the project is another."""
        self.sound.prepare(self._document.film)
        order = [shot.id for shot in self._document.project.shots]
        if order != self._order:
            self._reselect(order)
            self._order = order
        if not order:
            self.pause()
        if self._trial_ends():
            self._trial = None
            self.showing_changed.emit()
        self.range = self._range  # cut off where the film became shorter
        self._place(self._frame)
        if self.playing and self._is_another_run():
            self._run_from(self._frame, self.speed)
        else:
            self._ask()

    def _is_another_run(self) -> bool:
        """Whether the film's length, or what is heard, changed while it plays."""
        now, wanted = self._player.run, self._run_at(self._frame, self.speed)
        same_way = now is not None and (now.first, now.stop) == (wanted.first, wanted.stop)
        same_rate = self._player.rate == self._document.project.rate
        return not (same_way and same_rate) or self.sound.differs(self._document.film)

    def _reselect(self, order: list[str]) -> None:
        left = [shot_id for shot_id in self._selected if shot_id in order]
        if not left and order:
            # Beside where the removed one was.
            was = self._order.index(self._current) if self._current in self._order else 0
            left = [order[min(was, len(order) - 1)]]
        self.select(*left, current=self._current)
