"""What was imported becomes part of the film, as one undo step."""

from __future__ import annotations

from msgspec.structs import replace

from storyboard import edit
from storyboard.project import Music, Project

from .document import Document
from .orders import Brought
from .session import Session
from .words import plural


def put_in(document: Document, session: Session, brought: Brought) -> None:
    """Inserts the shots that were imported and selects them; music takes the place of the music before."""
    from storyboard.film import imported

    def change(project: Project) -> Project:
        project = imported.insert(project, brought.at, brought.takes)
        if not brought.music:
            return project
        before = project.music or Music(file=brought.music)
        return edit.set_music(project, replace(before, file=brought.music))

    clips = len(brought.takes)
    name = f"Import {plural(clips, 'shot')}" if clips else "Set music"
    if (clips or brought.music) and document.edit(name, change) and clips:
        session.select(*(take.shot for _, take in brought.takes))
