"""What happens around the viewer: sketches that move, takes that form, the full screen, parts made ahead."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from .document import Document
from .forming import Forming
from .fullscreen import FullScreen
from .play_verbs import PlayVerbs
from .preparing import Preparing
from .rehearsal import Rehearsal
from .session import Session
from .transport import Transport
from .viewer import Viewer
from .worker import FilmThread


class Stage(QObject):
    """Connects the viewer and its controls with what they show. `stop` it before the worker."""

    said = Signal(str, bool)
    """A sentence for the status bar, and whether it is a problem."""

    def __init__(
        self,
        document: Document,
        session: Session,
        worker: FilmThread,
        viewer: Viewer,
        transport: Transport,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.rehearsal = Rehearsal(document, session, self)
        self.forming = Forming(session, worker, viewer, self)
        self.full_screen = FullScreen(viewer, transport, self)
        self.preparing = Preparing(document, session, worker, self)
        self._transport = transport
        viewer.painted.connect(session.tally.painted)
        viewer.full_screen_wanted.connect(self.full_screen.toggle)
        transport.said.connect(self.said)
        session.sound.problem.connect(lambda sentence: self.said.emit(sentence, True))

    def follow(self, verbs: PlayVerbs, actions: dict[str, QAction]) -> None:
        """Does what the actions on playing ask for."""
        verbs.watch(actions["shuttle_stop"], actions["shuttle_back"], actions["shuttle_forward"])
        verbs.timecode_wanted.connect(self._transport.timecode.begin)
        verbs.size_wanted.connect(self._transport.toggle_size)
        verbs.full_screen_wanted.connect(self.full_screen.toggle)

    def start(self) -> None:
        """After the first paint: what can wait until then."""
        self.preparing.start()
        self.rehearsal.start()

    def stop(self) -> None:
        self.full_screen.leave()
        self.rehearsal.stop()
        self.preparing.stop()
