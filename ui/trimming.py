"""Edits at the playhead: ripple trims, and markers."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from storyboard import edit
from storyboard.project import Marker

from .document import Document
from .session import Session


class Trimming(QObject):
    """What Q, W and M do."""

    said = Signal(str, bool)
    """A sentence for the status bar, and whether it is a problem."""
    name_wanted = Signal(object)
    """The `Marker` whose name should be written."""

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._session = session

    def start(self) -> None:
        """The shot under the playhead starts with the frame that is shown now; the film closes up."""
        place = self._session.shot_under_playhead()
        if place is None:
            return
        shot, frame = place
        if frame == 0:
            self.said.emit("The shot starts at the playhead already; move the playhead into it first.", True)
            return
        first = self._session.frame - frame
        if self._document.edit("Trim start", lambda p: edit.trim_start(p, shot.id, frame)):
            self._session.select(shot.id)
            self._session.seek(first)

    def end(self) -> None:
        """The shot under the playhead ends before the frame that is shown now; the film closes up."""
        place = self._session.shot_under_playhead()
        if place is None:
            return
        shot, frame = place
        if frame == 0:
            self.said.emit(
                "Nothing of the shot lies before the playhead; move the playhead into it, or remove the shot.",
                True,
            )
            return
        if self._document.edit("Trim end", lambda p: edit.trim_end(p, shot.id, shot.length - frame)):
            self._session.select(shot.id)

    def mark(self) -> None:
        """A marker at the playhead; where one stands already, its name can be written."""
        frame = self._session.frame
        there = self._marker()
        if there is None:
            self._document.edit("Add marker", lambda p: edit.add_marker(p, frame))
        else:
            self.name_wanted.emit(there)

    def unmark(self) -> None:
        """Takes the marker at the playhead away."""
        there = self._marker()
        if there is None:
            self.said.emit("No marker stands at the playhead; put the playhead on one first.", True)
        else:
            self.remove(there)

    def remove(self, marker: Marker) -> None:
        self._document.edit("Remove marker", lambda p: edit.remove_marker(p, marker))

    def to_marker(self, *, forward: bool) -> None:
        """The playhead goes to the next marker, or to the one before it."""
        frame = self._session.frame
        places = [marker.at for marker in self._document.project.markers if (marker.at > frame) == forward]
        places = [place for place in places if place != frame]
        if places:
            self._session.seek(min(places) if forward else max(places))

    def _marker(self) -> Marker | None:
        frame = self._session.frame
        return next((m for m in self._document.project.markers if m.at == frame), None)
