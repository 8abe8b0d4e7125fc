"""The window: it shows a `Project` value and turns hands into edits. Nothing in `storyboard` knows of it."""

from . import overrides

overrides.guard()
