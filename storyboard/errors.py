"""Errors that the user, the disk, the model or the GPU caused.

Each message says what happened, to which shot or file, and what to do next; the command line and the window
show exactly that sentence. Anything that is not a `StoryboardError` is a bug of ours.
"""


class StoryboardError(Exception):
    """Something outside the program went wrong; the message is for the user."""


class ProjectError(StoryboardError):
    """The project folder or its `project.json` cannot be used as it is."""


class ProjectChanged(ProjectError):
    """`project.json` was changed by someone else since it was read; nothing was overwritten."""


class ProjectLocked(ProjectError):
    """Another program is editing the project."""


class EditError(StoryboardError):
    """An edit that the project does not allow, such as a shot number that is not there."""


class MediaError(StoryboardError):
    """A picture, clip or sound that cannot be read or written."""


class GeneratorError(StoryboardError):
    """A model that is missing, broken, or failed while it made a take."""


class SmootherError(StoryboardError):
    """A smoothing engine that is missing, broken, or failed."""


class EngineFailed(SmootherError):
    """A smoothing engine that broke at its work, where another engine may do it."""

    def __init__(self, engine: str, message: str) -> None:
        super().__init__(message)
        self.engine = engine


class DiskFull(StoryboardError):
    """There is no room left where something was to be written."""


class DiskGone(StoryboardError):
    """The disk, or the machine that shares it, does not answer: it was pulled out, or the network is down."""


class Cancelled(Exception):
    """The user asked to stop. Not an error: what was done is kept."""


def why(error: OSError) -> str:
    """The system's reason, to stand within a sentence."""
    return (error.strerror or str(error)).lower()
