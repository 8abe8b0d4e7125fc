"""The sketch: a moving picture drawn from a prompt's words, with no model and no GPU.

`reading` turns words into a `Scene`, `staging` puts the scene on a stage, `painting` paints the stage at a time.
Start at `generator`.
"""

from storyboard.generators.sketch.alternatives import alternatives
from storyboard.generators.sketch.cast import Cast, can_be_drawn
from storyboard.generators.sketch.generator import VERSION, SketchGenerator, can_draw, draw, explain, scene

__all__ = [
    "VERSION",
    "Cast",
    "SketchGenerator",
    "alternatives",
    "can_be_drawn",
    "can_draw",
    "draw",
    "explain",
    "scene",
]
