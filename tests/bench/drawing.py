"""Draws a sketched take of 24 frames for each prompt, and prints the most memory that took, in MB.

python -m tests.bench.drawing WIDTH HEIGHT PROMPT...
"""

from __future__ import annotations

import resource
import sys
from fractions import Fraction

from storyboard.generators.sketch import draw


def main() -> None:
    width, height, *prompts = sys.argv[1:]
    for prompt in prompts:
        for _ in draw(prompt, 1, int(width), int(height), 24, Fraction(24)):
            pass
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))


if __name__ == "__main__":
    main()
