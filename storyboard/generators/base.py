"""What a generator is: the seam between a recipe and its frames."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from storyboard.errors import GeneratorError
from storyboard.frames import Report, Show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storyboard.frames import Frame, Frames
    from storyboard.project import Wish
    from storyboard.take import Recipe


class Generator(Protocol):
    """Turns recipes into frames. One object serves many shots, so a loaded model stays warm between them.

    The contract, tested over every generator in `tests/generators/test_generator_contract.py`:
    the same recipe gives the same frames, bit for bit, on the same machine; `generate` yields exactly
    `recipe.frames` frames of (recipe.height, recipe.width, 3) uint8 RGB; `report` is called after each step of
    the work, and an exception that it raises passes through and leaves the generator usable.
    """

    def recipe(self, wish: Wish, seed: int, seconds: Fraction, width: int, height: int) -> Recipe:
        """What would be run for `wish`.

        `seconds` is how much of the take the shot needs, and `width` and `height` the project's size in pixels:
        the generator asks for at least `seconds` times its model's rate in frames, and rounds all three to what
        the model accepts. Loads no model. Raises `GeneratorError` when the model is not here or broken.
        """
        ...

    def generate(self, recipe: Recipe, report: Report) -> Frames:
        """The frames of `recipe`. Raises `GeneratorError`, and whatever `report` raises."""
        ...

    def facts(self) -> Mapping[str, str]:
        """How takes are made here: device, dtype, batch, memory plan, versions. Recorded with the take."""
        ...


@runtime_checkable
class Previewing(Protocol):
    """A generator that can show what it has in hand long before the first frame is done.

    While `preview` is set, `generate` calls it now and then with a small picture, no side longer than
    `frames.SMALL`. That never changes a pixel of the take, and what it raises passes through.
    """

    preview: Show | None


@runtime_checkable
class Auditioning(Protocol):
    """A generator whose takes can be stopped at a step and looked at."""

    def resumes(self) -> bool:
        """Whether its model can."""
        ...

    def audition(self, recipe: Recipe, steps: int, report: Report, place: Path) -> list[Frame]:
        """Makes the take up to `steps`, keeps it at `place` for `generate_kept`, and answers how it looks so far: small
        pictures, one for each moment that the model keeps apart."""
        ...


@runtime_checkable
class Hastening(Protocol):
    """A generator that can make a take in less time and less well. Others make theirs as ever."""

    def quick(self, recipe: Recipe) -> Recipe:
        """The recipe of the take that stands in for that of `recipe`. Raises `GeneratorError` where it has none."""
        ...


@runtime_checkable
class Keeping(Protocol):
    """A generator that can keep a take as it is after some of its steps, and carry it on after a crash."""

    def resumes(self) -> bool:
        """Whether its model can."""
        ...

    def generate_kept(self, recipe: Recipe, report: Report, place: Path, every: int) -> Frames:
        """What `generate` gives, bit for bit; what is done is kept at `place` after each `every` steps, and gone on
        with where it is there already. What is there for another take, or damaged, is made anew."""
        ...


@runtime_checkable
class Batching(Generator, Protocol):
    """A generator that can make several takes which differ in their seeds alone in one batch."""

    def room(self, recipe: Recipe, most: int) -> int:
        """How many takes of `recipe` fit beside each other in the memory that there is, from 1 to `most`. It may say 1
        until the model is loaded."""
        ...

    def generate_together(self, recipes: Sequence[Recipe], report: Report) -> list[Frames]:
        """The frames of each. `facts` says then how many were made together, and their seeds. Nothing is made before
        the first frame is asked for; that raises `Crowded` where memory holds fewer."""
        ...


@runtime_checkable
class Compiling(Protocol):
    """A generator that can compile parts of its model. That takes its time and gives other pixels: takes say in `facts`
    whether they were made so."""

    coming: int
    """Takes like the next one that are wanted after it: compiling may pay then."""
    compiled: bool | None
    """Whether the next takes are made with compiled parts where that is possible, as takes were that are to be repeated;
    None where that is the generator's to say."""


class Crowded(GeneratorError):
    """Memory ran out for a batch: its takes are to be made one by one."""
