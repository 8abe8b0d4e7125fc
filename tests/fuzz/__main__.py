"""`make fuzz`: 100,000 broken and hostile files, and what the program makes of them.

`python -m tests.fuzz [INPUTS [FIRST]]`. Each file is refused with a sentence or read, within two seconds and 200 MB, and
nothing outside its folder is written.
"""

from __future__ import annotations

import sys

from tests.fuzz.batches import in_batches

INPUTS = 100_000


def main() -> int:
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else INPUTS
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    wrong: list[str] = []
    refused = 0
    done = first
    for found in in_batches(first, first + inputs):
        wrong += found.wrong
        refused += found.refused
        done = found.last
        for line in found.wrong:
            print(line, flush=True)
        print(f"{done - first:,} inputs, {refused:,} refused, {len(wrong)} wrong", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
