"""An error in a method that Qt calls is told like any other, instead of ending the program.

Up to Python 3.11 an error that Python's own C code raises, such as that of an index beyond a tuple's end, carries bare
words until somebody catches it. PySide (6.9 to 6.11) takes those words for the error itself when it leaves a method that
Qt called, and crashes.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any, Final

from shiboken6 import Shiboken

NEEDED: Final = sys.version_info < (3, 12)


def guard() -> None:
    """From now on, methods of new classes that override those of Qt let only whole errors out."""
    if NEEDED:
        Shiboken.Object.__init_subclass__ = classmethod(_init_subclass)  # type: ignore[assignment, method-assign]


def _init_subclass(cls: type, /, **given: Any) -> None:
    super(Shiboken.Object, cls).__init_subclass__(**given)  # type: ignore[misc]
    seen: set[str] = set()
    for base in cls.__mro__:
        if base is cls or not issubclass(base, Shiboken.Object):
            for name in vars(base).keys() - seen:
                method = vars(base)[name]
                if isinstance(method, FunctionType) and not name.startswith("__") and _is_qts(cls, name):
                    setattr(cls, name, _whole(method))
        seen |= vars(base).keys()  # what stands further back is overridden


def _is_qts(cls: type, name: str) -> bool:
    """Whether Qt has a method of this name in one of the classes that `cls` is made of."""
    return any(name in vars(base) for base in cls.__mro__ if base.__module__.startswith("PySide6."))


def _whole(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*given: Any, **named: Any) -> Any:
        try:
            return method(*given, **named)
        except BaseException:
            raise  # caught once, it is an error and not only its words

    return call
