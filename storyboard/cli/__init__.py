"""The command line: everything the window does, headless."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit: 0 done, 1 an error, 2 wrong usage, 130 cancelled."""
    # Imported here, so that `from storyboard.cli import main` (the console script) stays cheap.
    from storyboard.cli.run import run

    sys.exit(run(sys.argv[1:]))
