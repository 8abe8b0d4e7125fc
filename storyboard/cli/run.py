"""From arguments to an exit code: the one place where errors become sentences."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import typer

from storyboard.errors import Cancelled, StoryboardError, why

OK, ERROR, USAGE, CANCELLED = 0, 1, 2, 130


# Typer brings its own copy of click from some version on; the error that both raise for wrong usage is found
# through the one that Typer exports.
UsageError: type[typer.BadParameter] = typer.BadParameter.__mro__[1]


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code. Errors are one sentence on standard error (an object with
    `error` in it on standard output where `--json` was asked for)."""
    from storyboard.cli.app import app

    signal.signal(signal.SIGTERM, _terminated)
    for stream in (sys.stdout, sys.stderr):
        # A prompt in a script that the terminal cannot show must not end the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = app(args=list(arguments), prog_name="storyboard", standalone_mode=False)
    except UsageError as error:
        error.show()
        return USAGE
    except (KeyboardInterrupt, typer.Abort, Cancelled):
        print("Stopped. What was done is kept; the same command goes on from here.", file=sys.stderr)
        return CANCELLED
    except StoryboardError as error:
        return _say(str(error), arguments)
    except BrokenPipeError:
        # `storyboard show | head`: nobody reads on. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _say(f"{where}{why(error)}", arguments)
    except Exception as error:  # noqa: BLE001 - the one place where a bug is reported
        traceback.print_exc()
        return _say(
            f"a bug in Storyboard ({error!r}); please report the lines above. The project is unharmed.",
            arguments,
        )
    return result if isinstance(result, int) else OK


def _say(sentence: str, arguments: Sequence[str]) -> int:
    if "--json" in arguments:
        print(json.dumps({"error": sentence}, ensure_ascii=False))
    print(f"storyboard: {sentence}", file=sys.stderr)
    return ERROR


def _terminated(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
