"""Every model that diffusers runs, through one generator: what differs between them is in their tables."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec.structs import replace

from storyboard import settings
from storyboard.errors import GeneratorError
from storyboard.frames import Report, Show
from storyboard.generators import (
    calling,
    compiling,
    hastening,
    learned,
    memory,
    pipeline,
    starts,
    tasks,
    weights,
)
from storyboard.generators.base import Crowded
from storyboard.generators.catalog import Pipeline
from storyboard.generators.models import Found
from storyboard.take import Recipe

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from storyboard.frames import Frame, Frames
    from storyboard.generators import forming
    from storyboard.generators.fit import Plan
    from storyboard.generators.stepping import Held
    from storyboard.generators.texts import Texts
    from storyboard.project import Wish
    from storyboard.start import Lora

NAME: Final = "diffusers"
VERSION: Final = "1"
"""Goes up when the same recipe would give other pixels."""


class DiffusersVideo:
    """A `Generator` for one model. The model is loaded by the first `generate` and stays until `close`."""

    def __init__(self, found: Found, base: Path | None = None) -> None:
        self._found = found
        self._base = base or Path()
        self._facts = found.facts
        self._hash = ""
        self._loaded: pipeline.Loaded | None = None
        self._texts: Texts | None = None
        self._notes: dict[str, str] = {}
        self._palette: NDArray[np.float32] | None = None
        self._seeds: tuple[int, ...] = ()
        self._loras: tuple[Lora, ...] = ()
        self._compiler = compiling.Compiler()
        self.coming = 0
        """Takes like the next one that are wanted after it."""
        self.compiled: bool | None = None
        """Whether the next takes are made with compiled blocks where that is possible; None for where it pays."""
        self.preview: Show | None = None
        """Gets a look at the take every few seconds while it is denoised; None for none."""
        self.denoised = 0
        """Steps that the model has worked on so far."""

    def recipe(self, wish: Wish, seed: int, seconds: Fraction, width: int, height: int) -> Recipe:
        """What would be run for `wish`: `seconds` in frames at the model's rate, as many as it can make.

        Reads files but imports no PyTorch. Raises `GeneratorError` for what the model cannot do.
        """
        facts = self._facts
        tasks.refuse(wish, facts, self._found.files.most_steps)
        count = max(1, math.ceil(seconds * facts.rate))
        frames = facts.frames(count)
        if frames > facts.most_frames:
            raise GeneratorError(
                f"{wish.model} makes at most {facts.most_frames} frames at once and this shot needs {count}; "
                "split it, shorten it or slow it down"
            )
        width, height = tasks.fitted(width, height, facts.most_pixels, facts.multiple)
        return Recipe(
            generator=NAME,
            version=VERSION,
            model=wish.model,
            prompt=wish.prompt,
            seed=seed,
            frames=frames,
            width=width,
            height=height,
            rate=facts.rate,
            avoid=wish.avoid or facts.model.avoid,
            steps=facts.steps if wish.steps is None else wish.steps,
            guidance=facts.guidance if wish.guidance is None else wish.guidance,
            revision=self._found.revision,
            model_hash=self._model_hash(),
            starts=wish.starts,
            loras=wish.loras,
        )

    def quick(self, recipe: Recipe) -> Recipe:
        """The recipe of the take that stands in for that of `recipe`: `hastening` says how it is made. Raises
        `GeneratorError` for a model that has no quicker way."""
        hastening.refuse(recipe, self._facts)
        return replace(recipe, quick=True)

    def generate(self, recipe: Recipe, report: Report) -> Frames:
        """The frames of `recipe`. `report` counts denoising steps; it is called again for each frame, with all steps
        done, so that it can cancel there too.

        Raises `GeneratorError`, and whatever `report` raises; another `generate` is exact after either.
        """
        (frames,) = self.generate_together([recipe], report)
        yield from frames

    def generate_together(self, recipes: Sequence[Recipe], report: Report) -> list[Frames]:
        """The frames of takes that differ in their seeds alone, made in one batch. They may differ from those made
        one by one by `BATCH_DIFFERENCE`; the takes say how many were made together, and their seeds. Raises
        `Crowded` with the first frame where memory holds fewer."""
        for recipe in recipes:
            self._refuse_other(recipe)
        tasks.refuse_unlike(recipes, self._facts)
        made: list[Frames] = []
        shared = _Once(lambda: self._run(recipes, report))
        for number, recipe in enumerate(recipes):
            made.append(self._frames(shared, number, recipe, report))
        return made

    def room(self, recipe: Recipe, most: int) -> int:
        """How many takes of `recipe` fit beside each other where the model is now, from 1 to `most`; 1 while it is not
        loaded, and where the model makes them one by one only."""
        if self._loaded is None or recipe.starts or recipe.quick or not self._facts.pipeline.batches:
            return 1
        from storyboard.generators import fit

        place = self._loaded.place
        pixels = recipe.width * recipe.height * recipe.frames
        need, device = memory.needs_of(self._found, pixels), memory.report(place.device, with_own=True)
        many = fit.batch(need, device, place.plan, most)
        while many > 1 and place.plan.name in learned.failed(self._model_hash(), place.device, pixels * many):
            many -= 1
        return many

    def begin(self, recipe: Recipe, stop_at: int, report: Report) -> Held:
        """The take of `recipe` as it is after `stop_at` of its steps, to be carried on by `carry_on`."""
        from storyboard.generators.stepping import Stopped

        self._refuse_other(recipe)
        if recipe.quick:
            raise GeneratorError(
                "a quick take cannot be held at a step; make it at once, or hold a whole one"
            )
        steps = self._steps(recipe)
        if not 0 < stop_at < steps:
            raise GeneratorError(f"a take of {steps} steps cannot be held after step {stop_at}; give fewer")
        try:
            self._run([recipe], report, _Part(stop_at=stop_at))
        except Stopped as stopped:
            return stopped.held
        raise GeneratorError(f"{recipe.model} has no single step {stop_at} to be held after; give another")

    def carry_on(self, recipe: Recipe, held: Held, report: Report) -> Frames:
        """The frames of `recipe` from where `held` is: the very ones that `generate` makes."""
        self._refuse_other(recipe)
        return self._frames(_Once(lambda: self._run([recipe], report, _Part(start=held))), 0, recipe, report)

    def audition(self, recipe: Recipe, steps: int, report: Report, place: Path) -> list[Frame]:
        """Makes the take up to `steps`, keeps it at `place` for `generate_kept`, and answers how it looks so far."""
        from storyboard.generators import forming, stepping

        held = self.begin(recipe, steps, report)
        stepping.save(held, place, {"recipe": recipe.key})
        loaded = self._ready()
        pipe, table = calling.pipe_for(loaded.pipe, self._facts, tasks.task_of(recipe), loaded.place.device)
        palette = self._colours(pipe)
        if palette is None:
            raise GeneratorError(f"{recipe.model} shows nothing before it is done; make whole takes")
        return forming.moving(forming.unpacker(pipe, table, recipe)(held.tensors["out.0"]), palette)

    def generate_kept(self, recipe: Recipe, report: Report, place: Path, every: int) -> Frames:
        """What `generate` gives; what is done is kept at `place` after each `every` steps, and gone on with where it
        is there already. A quick take is made at once: what its denoiser left out depends on all steps before."""
        from storyboard.generators import stepping

        if recipe.quick:
            return self.generate(recipe, report)
        self._refuse_other(recipe)
        about = {"recipe": recipe.key}
        held = None
        if place.is_file():
            with contextlib.suppress(GeneratorError):
                held = stepping.load(place, about)

        def keep(now: Held) -> None:
            stepping.save(now, place, about)

        shared = _Once(lambda: self._run([recipe], report, _Part(start=held, keep=keep, every=every)))
        return self._frames(shared, 0, recipe, report)

    def resumes(self) -> bool:
        """Whether takes can be held at a step."""
        return self._facts.pipeline.resumes

    def facts(self) -> Mapping[str, str]:
        """How the last take was made, or how the next would be; loads the model if it is not loaded yet."""
        loaded = self._ready()
        import diffusers
        import torch
        import transformers

        place = loaded.place
        device = place.device
        if device.startswith("cuda"):
            device = f"{device} ({torch.cuda.get_device_name(torch.device(device))})"
        return {
            "device": device,
            "dtype": place.dtype,
            "batch": str(len(self._seeds) or 1),
            "memory": place.plan.name,
            "torch": torch.__version__,
            "diffusers": diffusers.__version__,
            "transformers": transformers.__version__,
            **({"seeds": " ".join(map(str, self._seeds))} if len(self._seeds) > 1 else {}),
            **loaded.speed,
            **self._notes,
        }

    def close(self) -> None:
        """Gives the model's memory back. The generator stays usable and loads it again when needed."""
        if self._loaded is None:
            return
        device = self._loaded.place.device
        self._loaded = self._texts = None
        self._loras = ()
        self._compiler = compiling.Compiler()
        pipeline.empty(device)

    def _ready(self, pixels: int = 0) -> pipeline.Loaded:
        if self._loaded is None:
            self._load(None, pixels)
        assert self._loaded is not None
        return self._loaded

    def _load(self, plan: Plan | None, pixels: int) -> None:
        from storyboard.generators.texts import Texts

        if plan is None and pipeline.installed():
            device = pipeline.chosen_device()
            failed = learned.failed(self._model_hash(), device, pixels)
            plan = memory.pick_plan(self._found, device, pixels, failed)
        with self._trying(pixels, plan):
            self._loaded = pipeline.load(self._found, plan)
        self._texts = Texts(self._loaded.pipe, self._facts.pipeline, self._loaded.place)

    def _run(self, recipes: Sequence[Recipe], report: Report, part: _Part | None = None) -> Any:
        """What the pipeline made. When memory runs out, once more after the next smaller plan."""
        first = recipes[0]
        pixels = first.width * first.height * first.frames * len(recipes)
        self._ready(pixels)
        try:
            with self._trying(pixels):
                return self._once(recipes, report, part)
        except (RuntimeError, MemoryError) as error:
            if not pipeline.out_of_memory(error):
                raise
            if len(recipes) > 1:
                self._note_failed(pixels)
                raise Crowded(f"memory does not hold {len(recipes)} takes at once") from error
            smaller = self._smaller(pixels)
            if smaller is None:
                raise tasks.too_large(first) from error
        # Only here, where nobody holds the error and what hangs on it, is the memory free that ran out.
        self.close()
        self._load(smaller, pixels)
        with self._in_words(first), self._trying(pixels):
            return self._once(recipes, report, part)

    @contextlib.contextmanager
    def _trying(self, pixels: int, plan: Plan | None = None) -> Iterator[None]:
        """Leaves a note of what is tried, should the system end this process for want of memory meanwhile."""
        plan = plan or (self._loaded.place.plan if self._loaded else None)
        if plan is not None:
            learned.begin(self._model_hash(), pipeline.chosen_device(), pixels, plan.name)
        try:
            yield
        finally:
            learned.end(self._model_hash())

    def _smaller(self, pixels: int) -> Plan | None:
        """The plan below the one that ran out of memory, which is remembered."""
        from storyboard.generators import fit

        self._note_failed(pixels)
        place = self._ready().place
        return fit.step_down(place.plan, memory.needs_of(self._found, pixels), memory.report(place.device))

    def _note_failed(self, pixels: int) -> None:
        place = self._ready().place
        learned.note_failed(self._model_hash(), place.device, pixels, place.plan.name)

    def _once(self, recipes: Sequence[Recipe], report: Report, part: _Part | None) -> Any:
        first = recipes[0]
        self._ready()
        self._have(first.loras)
        if part is not None or not self._compiles(recipes):
            return self._denoised(recipes, report, part or _Part())
        try:
            return self._denoised(recipes, report, _Part(), compiled=True)
        except (RuntimeError, MemoryError) as error:
            if not compiling.at_fault(error) and not pipeline.out_of_memory(error):
                raise
            self._compiler.give_up()
        # Only here, where nobody holds the error and what hangs on it, is the memory free that ran out.
        pipeline.empty(self._ready().place.device)
        return self._denoised(recipes, report, _Part())

    def _compiles(self, recipes: Sequence[Recipe]) -> bool:
        """Whether whole takes of these recipes are made with compiled blocks."""
        first, loaded = recipes[0], self._ready()
        table = calling.table_for(self._facts, tasks.task_of(first))
        if self.compiled is False or self._found.files.quantised or first.quick or first.loras:
            return False
        if self.compiled is None and not settings.load().compile_blocks:
            return False
        if not compiling.able(calling.denoisers(loaded.pipe, table), loaded.place):
            return False
        steps = self._steps(first) * self.coming / len(recipes)
        return bool(self.compiled) or self._compiler.wanted(compiling.size_of(recipes), steps)

    def _denoised(
        self, recipes: Sequence[Recipe], report: Report, part: _Part, *, compiled: bool = False
    ) -> Any:
        from storyboard.generators import stepping

        first = recipes[0]
        loaded = self._ready()
        assert self._texts is not None
        given = starts.read(self._base, first) if first.starts else starts.Starts()
        pipe, table = calling.pipe_for(loaded.pipe, self._facts, tasks.task_of(first), loaded.place.device)
        self._notes = calling.unread(pipe, table, first)
        if compiled:
            self._notes["compiled"] = compiling.SAID
        self._seeds = tuple(recipe.seed for recipe in recipes)
        steps = self._asked(first)
        doing = self._steps(first)
        looks = self._looks(pipe, table, first)
        pace = compiling.Pace(loaded.place.device)

        def seen(done: int, total: int, latents: Any) -> None:
            pace.at(done, total)
            report(done, total)
            if looks is not None:
                looks.at(done, total, latents)

        generators = calling.generators(recipes)
        run = stepping.Stepping(
            doing,
            seen,
            generators,
            start=part.start,
            stop_at=part.stop_at,
            keep=part.keep,
            keep_every=part.every,
        )
        guided = first.guidance is None or first.guidance > 1
        arguments = {
            **calling.arguments(pipe, table, first, generators, given, steps),
            **calling.repeated(self._texts.arguments(first.prompt, first.avoid, guided), len(recipes)),
        }
        denoisers = calling.denoisers(pipe, table)
        try:
            with self._compiler.blocks(denoisers, loaded.place, compiled):
                if first.quick:
                    with hastening.leaving_out(denoisers, table) as passes:
                        made = calling.call(pipe, table, run, arguments, (), steps)
                    self._notes["quick"] = passes.in_words(table, doing)
                    return made
                made = calling.call(pipe, table, run, arguments, self._facts.model.sigmas, steps)
            self._compiler.note(compiling.size_of(recipes), compiled, pace.seconds)
            return made
        finally:
            self.denoised += run.denoised
            pipe.maybe_free_model_hooks()

    def _have(self, loras: tuple[Lora, ...]) -> None:
        """Puts a recipe's LoRAs on the model. They may change what its text encoders make of a text."""
        if loras == self._loras:
            return
        from storyboard.generators import adding

        assert self._loaded is not None
        assert self._texts is not None
        on, self._loras = self._loras, ()
        self._texts.forget()
        adding.apply(self._loaded.pipe, loras, on)
        self._loras = loras

    def _asked(self, recipe: Recipe) -> int:
        """How many steps the pipeline is asked for."""
        table = calling.table_for(self._facts, tasks.task_of(recipe))
        return hastening.steps(recipe, recipe.steps or self._facts.steps, table)

    def _steps(self, recipe: Recipe) -> int:
        """How many steps the model works: fewer than are asked for where a clip is made anew in part."""
        steps = self._asked(recipe)
        strength = next((start.strength for start in recipe.starts if start.role == "clip"), None)
        table = calling.table_for(self._facts, tasks.task_of(recipe))
        return max(1, int(steps * strength)) if strength and "strength" in table.starts else steps

    def _frames(self, shared: _Once, number: int, recipe: Recipe, report: Report) -> Frames:
        made = shared()
        steps = self._steps(recipe)
        pipe = self._ready().pipe
        for frame in calling.frames(pipe, self._facts.pipeline, made, number, recipe, self._in_words):
            report(steps, steps)
            yield frame

    def _looks(self, pipe: Any, table: Pipeline, recipe: Recipe) -> forming.Looks | None:
        from storyboard.generators import forming

        if self.preview is None:
            return None
        palette = self._colours(pipe)
        if palette is None:
            return None
        return forming.Looks(palette, self.preview, forming.unpacker(pipe, table, recipe))

    def _colours(self, pipe: Any) -> NDArray[np.float32] | None:
        """What this model's cells look like, learned once."""
        from storyboard.generators import forming

        if self._palette is None:
            self._palette = forming.palette(pipe)
            pipe.maybe_free_model_hooks()
        return self._palette

    def _model_hash(self) -> str:
        self._hash = self._hash or weights.content_hash(self._found.files)
        return self._hash

    def _refuse_other(self, recipe: Recipe) -> None:
        """A recipe of another generator or of other weights would quietly give another picture."""
        name, facts = self._found.name, self._facts
        if (recipe.generator, recipe.version) != (NAME, VERSION):
            raise GeneratorError(
                f"this recipe is for {recipe.generator} {recipe.version} and {name} runs with {NAME} {VERSION}; "
                "make a new take"
            )
        if recipe.model_hash != self._model_hash():
            raise GeneratorError(
                f"this recipe is for other weights of {name} (recipe {recipe.model_hash[:8]}, "
                f"here {self._model_hash()[:8]}); make a new take, or get the version {recipe.revision}".rstrip()
            )
        if recipe.width % facts.multiple or recipe.height % facts.multiple:
            raise GeneratorError(
                f"{name} makes sizes that are multiples of {facts.multiple}, not {recipe.width}x{recipe.height}; "
                "make a new take"
            )
        if facts.frames(recipe.frames) != recipe.frames:
            raise GeneratorError(
                f"{name} makes a multiple of {facts.frame_step} frames and one more, not {recipe.frames}; make a new take"
            )

    @contextlib.contextmanager
    def _in_words(self, recipe: Recipe) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, MemoryError) as error:
            if not pipeline.out_of_memory(error):
                raise
            raise tasks.too_large(recipe) from error


BATCH_DIFFERENCE: Final = 2
"""The most by which a channel of a pixel of a take that was made with others may differ from the same made alone: sums of
many numbers come out a little different in another order."""


class _Part(NamedTuple):
    """Where the making of a take begins and ends, and what is kept on the way; as it is, all of it and nothing."""

    start: Held | None = None
    stop_at: int = 0
    keep: Callable[[Held], None] | None = None
    every: int = 0


class _Once:
    """What a function gives, asked once and shared; when it raises, asked again."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: list[Any] = []

    def __call__(self) -> Any:
        if not self._made:
            self._made.append(self._make())
        return self._made[0]
