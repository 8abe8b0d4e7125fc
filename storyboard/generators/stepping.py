"""Watching, stopping and carrying on the denoising of a take, whatever pipeline runs it.

All of diffusers' pipelines do the same in each step: ask the denoiser, then the scheduler's `step`. So the scheduler is
put in place of one of the same class that tells of each step; an exception from there passes through the pipeline.

A take can be held at a step and carried on: the pipeline runs again from the start, but for the steps that were done
the denoiser answers at once, with nothing, and at the last of them the scheduler, its noise and the latents are set
to what they were. So it goes on exactly as it would have, and the steps that are done are not done again.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from storyboard import atomic
from storyboard.errors import GeneratorError, why

Seen = Callable[[int, int, Any], None]
"""`seen(done, total, latents)` hears of each step, latents as the scheduler has them."""

_VERSION: Final = 1


class Held(NamedTuple):
    """A take as it was after one of its steps."""

    done: int
    """Steps of the wish."""
    calls: int
    """Calls of the scheduler: some take two a step."""
    tensors: dict[str, Any]
    facts: dict[str, Any]
    """How the tensors are put back together, as JSON."""


class Stopped(Exception):
    """The take was to be held at a step, and was. Not an error."""

    def __init__(self, held: Held) -> None:
        super().__init__(held.done)
        self.held = held


class Stepping:
    """One run's steps."""

    def __init__(
        self,
        steps: int,
        seen: Seen,
        generators: Sequence[Any],
        *,
        start: Held | None = None,
        stop_at: int = 0,
        keep: Callable[[Held], None] | None = None,
        keep_every: int = 0,
    ) -> None:
        """`start` is where to carry on, `stop_at` the step after which to raise `Stopped` (0: never). `keep` gets what
        is held after each `keep_every` steps."""
        self._steps = steps
        self._seen = seen
        self._generators = generators
        self._start = start
        self._stop_at = stop_at
        self._keep = keep
        self._keep_every = keep_every
        self._calls = 0
        self._done = 0
        self._shapes: list[list[int]] = []
        self.denoised = 0
        """Steps that the denoiser did work in."""

    def scheduler(self, last: Any, sigmas: Sequence[float] = ()) -> Any:
        """A new scheduler like `last`, watched by this run: one remembers its steps, and a cancelled run must leave
        none for the next. With `sigmas` these are its steps."""
        kind = getattr(type(last), "watched_kind", type(last))
        return _watching(kind, self, tuple(sigmas)).from_config(last.config)

    @contextlib.contextmanager
    def watching(self, *denoisers: Any) -> Iterator[None]:
        """While the pipeline runs."""
        before = [(module, module.__dict__.get("forward")) for module in denoisers]
        for module, _ in before:
            module.forward = functools.partial(self._forward, module.forward)
        try:
            yield
        finally:
            for module, forward in before:
                if forward is None:
                    del module.forward
                else:
                    module.forward = forward

    @property
    def _skipping(self) -> bool:
        return self._start is not None and self._calls < self._start.calls

    def _forward(self, forward: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._skipping:
            return self._blank(args, kwargs)
        made = forward(*args, **kwargs)
        if not self._shapes:
            tensors = made if isinstance(made, tuple) else (made.sample,)
            self._shapes = [list(tensor.shape) for tensor in tensors]
        return made

    def _blank(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """An answer of the shape that the denoiser's had."""
        assert self._start is not None
        import torch

        like = next(value for value in (*args, *kwargs.values()) if hasattr(value, "shape"))
        shapes = self._start.facts["shapes"]
        made = tuple(torch.zeros(shape, dtype=like.dtype, device=like.device) for shape in shapes)
        return made if kwargs.get("return_dict") is False else SimpleNamespace(sample=made[0])

    def step(self, scheduler: Any, step: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """What the scheduler's `step` answers."""
        if self._skipping:
            return self._skip(scheduler, args, kwargs)
        if "generator" not in kwargs and "generator" in inspect.signature(step).parameters:
            # Where a pipeline does not hand on its noise, a scheduler would take anybody's, and no take could be repeated.
            noise = list(self._generators)
            kwargs = {**kwargs, "generator": noise[0] if len(noise) == 1 else noise}
        made = step(*args, **kwargs)
        self._calls += 1
        latents = made[0] if isinstance(made, tuple) else made.prev_sample
        total = max(1, self._total(scheduler))
        done = min(self._steps, self._calls * self._steps // total)
        if self._calls >= total:
            done = self._steps
        new, self._done = done > self._done, done
        self.denoised += int(new)
        self._seen(done, self._steps, latents)
        if new and done < self._steps:
            self._hold(scheduler, made, done)
        return made

    def _total(self, scheduler: Any) -> int:
        """Calls of a whole run; fewer than the scheduler has times where a clip is made anew in part."""
        times = len(scheduler.timesteps)
        wanted = getattr(scheduler, "num_inference_steps", None) or times
        return int(times if self._steps >= wanted else max(1, times * self._steps // wanted))

    def _hold(self, scheduler: Any, made: Any, done: int) -> None:
        keeps = self._keep is not None and self._keep_every and done % self._keep_every == 0
        if done != self._stop_at and not keeps:
            return
        held = self._state(scheduler, made, done)
        if keeps and self._keep is not None:
            self._keep(held)
        if done == self._stop_at:
            raise Stopped(held)

    def _state(self, scheduler: Any, made: Any, done: int) -> Held:
        tensors: dict[str, Any] = {}
        outs = made if isinstance(made, tuple) else (made.prev_sample,)
        for number, tensor in enumerate(outs):
            tensors[f"out.{number}"] = _copied(tensor)
        for number, generator in enumerate(self._generators):
            tensors[f"generator.{number}"] = generator.get_state().clone()
        state = {}
        for name, value in vars(scheduler).items():
            with contextlib.suppress(TypeError):
                state[name] = _packed(value, f"scheduler.{name}", tensors)
        return Held(
            done, self._calls, tensors, {"scheduler": state, "shapes": self._shapes, "outs": len(outs)}
        )

    def _skip(self, scheduler: Any, args: Any, kwargs: Any) -> Any:
        assert self._start is not None
        self._calls += 1
        held, like = self._start, args[0]
        if self._calls == held.calls:
            self._restore(scheduler, like)
        outs = tuple(held.tensors[f"out.{n}"].to(like.device, copy=True) for n in range(held.facts["outs"]))
        return outs if kwargs.get("return_dict") is False else SimpleNamespace(prev_sample=outs[0])

    def _restore(self, scheduler: Any, like: Any) -> None:
        assert self._start is not None
        held = self._start
        for name, packed in held.facts["scheduler"].items():
            device = getattr(getattr(scheduler, name, None), "device", like.device)
            setattr(scheduler, name, _unpacked(packed, held.tensors, device))
        for number, generator in enumerate(self._generators):
            generator.set_state(held.tensors[f"generator.{number}"].cpu())
        self._done = held.done


def save(held: Held, path: Path, about: dict[str, str]) -> None:
    """Writes `held` to `path` as safetensors, whole or not at all. `about` says what it belongs to."""
    from safetensors.torch import save_file

    facts = json.dumps({"version": _VERSION, "done": held.done, "calls": held.calls, "facts": held.facts})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path) as temporary:
            save_file(held.tensors, temporary, metadata={**about, "held": facts})
    except OSError as error:
        raise GeneratorError(f"{path} cannot be written: {why(error)}; make room, or try again") from error


def load(path: Path, about: dict[str, str]) -> Held:
    """What `save` wrote. Raises `GeneratorError` when it is gone, damaged, or belongs to something else."""
    from safetensors import SafetensorError, safe_open

    again = "make the take from its start"
    try:
        with safe_open(path, framework="pt") as file:
            metadata = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dict
        said = json.loads(metadata.pop("held"))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise GeneratorError(f"{path} cannot be carried on: it is gone or damaged; {again}") from error
    if metadata != about or said.get("version") != _VERSION:
        raise GeneratorError(f"{path} belongs to another take; {again}")
    return Held(said["done"], said["calls"], tensors, said["facts"])


def _watching(kind: type[Any], run: Stepping, sigmas: tuple[float, ...]) -> type[Any]:
    """A class like `kind` whose `step` goes through `run`. Pipelines look at its signature, and at what it is."""

    def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        return run.step(self, functools.partial(kind.step, self), args, kwargs)

    def set_timesteps(self: Any, num_inference_steps: Any = None, *args: Any, **kwargs: Any) -> None:
        if sigmas:
            kwargs["sigmas"] = list(sigmas)
        kind.set_timesteps(self, num_inference_steps, *args, **kwargs)

    def plain(self: Any, memo: dict[int, Any]) -> Any:
        """A copy is nobody's business: one pipeline makes one for its sound."""
        import copy

        twin = kind.from_config(self.config)
        twin.__dict__.update({name: copy.deepcopy(value, memo) for name, value in vars(self).items()})
        return twin

    members = {
        "step": functools.wraps(kind.step)(step),
        "set_timesteps": functools.wraps(kind.set_timesteps)(set_timesteps),
        "__deepcopy__": plain,
        "__module__": kind.__module__,
        "watched_kind": kind,
    }
    return type(kind.__name__, (kind,), members)


def _copied(tensor: Any) -> Any:
    return tensor.detach().cpu().contiguous().clone()


def _packed(value: Any, name: str, tensors: dict[str, Any]) -> Any:
    """`value` as JSON, with its tensors apart. Raises `TypeError` for what is neither."""
    import numpy as np
    import torch

    if isinstance(value, torch.Tensor):
        tensors[name] = _copied(value)
        return {"tensor": name}
    if isinstance(value, np.ndarray):
        tensors[name] = torch.from_numpy(value.copy())
        return {"array": name}
    if value is None or isinstance(value, bool | int | float | str):
        return {"value": value}
    if type(value) in (list, tuple):
        items = [_packed(item, f"{name}.{number}", tensors) for number, item in enumerate(value)]
        return {type(value).__name__: items}
    raise TypeError(name)


def _unpacked(packed: dict[str, Any], tensors: dict[str, Any], device: Any) -> Any:
    ((kind, what),) = packed.items()
    if kind == "tensor":
        return tensors[what].to(device, copy=True)
    if kind == "array":
        return tensors[what].numpy().copy()
    if kind == "value":
        return what
    items = [_unpacked(item, tensors, device) for item in what]
    return tuple(items) if kind == "tuple" else items
