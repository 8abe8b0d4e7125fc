"""A batch of inputs in a process of its own: `python -m tests.fuzz.batch FIRST LAST NOW`.

A number is an input: the kind of file, its variant and all. The number in hand stands in the file NOW, so that a crash
can be told from an end. What is wrong is printed, a line each.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from tests.fuzz.mutate import mutated

HOME = "home"


class Place:
    """The folder that is fuzzed, and every file of it as it was."""

    def __init__(self, folder: Path) -> None:
        from tests.fuzz import seeds

        folder.mkdir()
        seeds.write(folder)
        self.folder = folder
        self.files = {name: Path(folder, name).read_bytes() for name in self._there() if name != ".lock"}
        self._stamps = self._there()

    def restore(self) -> None:
        """As it was, whatever an input did to it. Empty folders may stay."""
        there = self._there()
        for name in there.keys() - self.files.keys():
            Path(self.folder, name).unlink()
        for name, data in self.files.items():
            if there.get(name) != self._stamps[name]:
                path = Path(self.folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                self._stamps[name] = _stamp(path)

    def _there(self) -> dict[str, tuple[int, int]]:
        start = len(str(self.folder)) + 1
        paths = (os.path.join(root, name) for root, _, names in os.walk(self.folder) for name in names)  # noqa: PTH118 - quick
        return {path[start:]: _stamp(path) for path in paths}


def _stamp(path: str | Path) -> tuple[int, int]:
    status = os.lstat(path)
    return status.st_mtime_ns, status.st_size


def main() -> None:
    first, last, now = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    memory = Path("/dev/shm")
    scratch = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    os.environ["STORYBOARD_HOME"] = str(scratch / "film" / HOME)
    try:
        _run(first, last, now, Place(scratch / "film"))
    finally:
        shutil.rmtree(scratch)


def _run(first: int, last: int, now: Path, fuzzed: Place) -> None:
    from tests.fuzz import guard, targets

    watch, refused = guard.Guard(), 0
    with now.open("wb", buffering=0) as noted:
        for number in range(first, last):
            os.pwrite(noted.fileno(), b"%012d" % number, 0)
            chance = random.Random(number)
            target = targets.chosen(chance)
            data = mutated(fuzzed.files[target.place], chance)
            (fuzzed.folder / target.place).write_bytes(data)
            try:
                with watch.watching(fuzzed.folder):
                    target.read(fuzzed.folder)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
                if targets.refused(error):
                    refused += 1
                else:
                    _say(number, target.name, error)
            fuzzed.restore()
    print(f"refused {refused}")


def _say(number: int, name: str, error: Exception) -> None:
    where = traceback.extract_tb(error.__traceback__)[-1]
    text = str(error).replace("\n", " ")
    print(f"wrong {number} {name}: {type(error).__name__} {text:.300} ({where.filename}:{where.lineno})")


if __name__ == "__main__":
    main()
