"""Whether a window can be opened at all. Qt itself ends the process without an exception when it cannot."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Mapping

from storyboard.errors import StoryboardError

_DISPLAY = re.compile(r"(?P<host>[^:]*):(?P<number>\d{1,5})(\.\d+)?")
_NEXT = "on a machine without a screen use the command line (`storyboard --help`), or `xvfb-run storyboard`"


def check(environ: Mapping[str, str], platform: str = sys.platform) -> None:
    """Raises `StoryboardError` when there is nowhere to show a window."""
    if platform != "linux" or environ.get("QT_QPA_PLATFORM") or environ.get("WAYLAND_DISPLAY"):
        return
    display = environ.get("DISPLAY", "")
    if not display:
        raise StoryboardError(f"there is no display to open the window on (DISPLAY is not set); {_NEXT}")
    found = _DISPLAY.fullmatch(display)
    if found and not _answers(found["host"], int(found["number"])):
        raise StoryboardError(f"no display answers at {display} (DISPLAY); {_NEXT}")


def _answers(host: str, number: int) -> bool:
    """Whether an X server listens: on its socket here, or on its port of another machine."""
    if host not in ("", "unix"):
        return _connects(socket.AF_INET, (host, 6000 + number))
    path = f"/tmp/.X11-unix/X{number}"  # where every X server has it
    return _connects(socket.AF_UNIX, path) or _connects(socket.AF_UNIX, f"\0{path}")


def _connects(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(3)
        try:
            connection.connect(address)
        except OSError:
            return False
        return True
