"""Getting a model from the hub: file by file, only what is read here, never a pickle. The one place that uses the network."""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from storyboard.errors import DiskFull, GeneratorError
from storyboard.frames import Report, unreported
from storyboard.generators import catalog, parts, weights
from storyboard.generators.models import (
    COMMIT,
    MODELSCOPE,
    NEEDS_PACKAGES,
    Found,
    hub_cache,
    hub_storage,
    is_hub_id,
)
from storyboard.generators.parts import INDEX


class Listing(NamedTuple):
    """What there is to get of a model."""

    commit: str
    sizes: dict[str, int]
    """Bytes of each file, small files first."""


def fetch(name: str, report: Report = unreported) -> Found:
    """Gets a model from the hub into its cache. `report` counts bytes.

    Files that an earlier try got are kept, and the others are still got when one fails. Raises `GeneratorError`,
    and `DiskFull` where there is no room for all of it, before anything large is got.
    """
    if not is_hub_id(name):
        raise GeneratorError(
            f"{name!r} is no model of the hub; ask for one as owner/model, such as {MODELSCOPE}"
        )
    with _in_words(name):
        listing = _listing(name)
        _room_for(listing, name)
    failed = _get_all(name, listing, report)
    if failed:
        file, reason = next(iter(failed.items()))
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        raise GeneratorError(
            f"{name} could not be got: {file}{more} ({reason}); try again, whole files are kept"
        )
    return Found(
        name, "hub", weights.check_folder(hub_storage(name) / "snapshots" / listing.commit), listing.commit
    )


def _get_all(name: str, listing: Listing, report: Report) -> dict[str, str]:
    """Gets every file; answers which failed, and why."""
    counter = _Counter(report, sum(listing.sizes.values()))
    failed: dict[str, str] = {}
    for file, size in listing.sizes.items():
        try:
            with _in_words(name):
                _get(name, file, listing.commit, _counting_bar(counter))
        except GeneratorError as error:
            failed[file] = _reason(error.__cause__ or error)
        counter.finished(size)
    return failed


def _get(name: str, file: str, commit: str, bar: type[Any] | None = None) -> Path:
    import huggingface_hub

    return Path(
        huggingface_hub.hf_hub_download(name, file, revision=commit, cache_dir=hub_cache(), tqdm_class=bar)
    )


@contextlib.contextmanager
def _in_words(name: str) -> Iterator[None]:
    """What the hub's client raises, in sentences."""
    try:
        from huggingface_hub import errors
    except ImportError as error:
        raise GeneratorError(NEEDS_PACKAGES.format(f"getting {name}")) from error
    # The HTTP library below the hub's client differs between its versions; its base error is a base of this.
    failures: tuple[type[Exception], ...] = (OSError, *errors.HfHubHTTPError.__bases__)
    try:
        yield
    except errors.GatedRepoError as error:
        raise GeneratorError(_gated(name, error)) from error
    except errors.OfflineModeIsEnabled as error:
        raise GeneratorError(
            f"{name} could not be got: this machine is set to offline (HF_HUB_OFFLINE); unset that and try again"
        ) from error
    except failures as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise DiskFull(
                f"the disk with {hub_cache()} was full before {name} was whole; make room"
            ) from error
        raise GeneratorError(
            f"{name} could not be got ({_reason(error)}); try again, whole files are kept"
        ) from error


def _gated(name: str, error: Any) -> str:
    """Its makers give it only to those who accepted its terms: what is missing, the token or the acceptance."""
    page = f"https://huggingface.co/{name}"
    if getattr(error.response, "status_code", 0) == 401:
        return (
            f"{name} is given only to those who are logged in and accepted its licence: accept it on {page}, make a "
            "token there, set HF_TOKEN to it, and try again"
        )
    return f"the licence of {name} is not accepted yet by the owner of this token: accept it on {page}, and try again"


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


class _Counter:
    """Adds up the bytes of several files, some of which were here before."""

    def __init__(self, report: Report, total: int) -> None:
        self._report = report
        self._total = total
        self._before = 0
        self._now = 0

    def add(self, count: int) -> None:
        self._now += count
        self._report(min(self._before + self._now, self._total), self._total)

    def finished(self, size: int) -> None:
        self._before += size
        self._now = 0
        self._report(self._before, self._total)


def _counting_bar(counter: _Counter) -> type[Any]:
    """A progress bar for the hub's client that shows nothing and counts."""
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})  # type: ignore[no-untyped-call]
            counter.add(int(kwargs.get("initial") or 0))

        def update(self, n: float | None = 1) -> bool | None:
            counter.add(int(n or 0))
            return None

    return Bar


def _listing(name: str) -> Listing:
    """What to get of a model. Reads its index first: what it is made of decides which files are read."""
    from huggingface_hub import HfApi

    revision = catalog.facts(name).revision or None
    info = HfApi().model_info(name, revision=revision, files_metadata=True)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    if not COMMIT.fullmatch(info.sha or ""):
        raise GeneratorError(f"the hub does not say which version of {name} it has; try again later")
    if INDEX not in sizes:
        raise GeneratorError(f"{name} is no diffusers model: it has no {INDEX}; choose another model")
    index = weights.read_json(_get(name, INDEX, str(info.sha)), dict[str, Any])
    wanted = parts.to_download(sizes.keys(), parts.described(index, f"{name}/{INDEX}"), name)
    return Listing(str(info.sha), {file: sizes[file] for file in sorted(wanted, key=lambda f: (sizes[f], f))})


def _room_for(listing: Listing, name: str) -> None:
    """Raises `DiskFull` unless what is still to come fits on the disk."""
    place = hub_cache()
    place.mkdir(parents=True, exist_ok=True)
    snapshot = hub_storage(name) / "snapshots" / listing.commit
    to_come = sum(size for file, size in listing.sizes.items() if not (snapshot / file).is_file())
    free = shutil.disk_usage(place).free
    if free < to_come:
        raise DiskFull(
            f"{name} needs {to_come / 1e9:.1f} GB more in {place} and {free / 1e9:.1f} GB are free; "
            "make room, or set HF_HOME to a folder on another disk"
        )
