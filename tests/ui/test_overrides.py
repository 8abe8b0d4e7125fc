"""What goes wrong in a method that Qt calls is told, and the program lives on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QApplication, QWidget

EMPTY: tuple[int, ...] = ()


class Measured:
    """Says how large a window wants to be, and fails."""

    def sizeHint(self) -> int:
        return EMPTY[3]


class Painted(QWidget):
    def paintEvent(self, *_: object) -> None:
        EMPTY[3]

    def take(self) -> int:
        return EMPTY[3]


class Mixed(Measured, QWidget):
    pass


class Corrected(Measured, QWidget):
    def sizeHint(self) -> QSize:  # type: ignore[override]
        return QSize(30, 20)


class Grown(Corrected):
    pass


class Filter(QObject):
    def eventFilter(self, *_: object) -> bool:
        return bool({}["nothing"])


# The errors are those of C code on purpose: only they came out as bare words.


def test_an_error_while_painting_is_an_error(qt: QApplication) -> None:
    widget = Painted()
    with pytest.raises(IndexError, match="tuple index out of range"):
        widget.grab()


def test_an_error_in_a_class_beside_qts_is_an_error(qt: QApplication) -> None:
    widget = Mixed()
    with pytest.raises(IndexError, match="tuple index out of range"):
        widget.adjustSize()


def test_a_method_that_is_overridden_stays_so(qt: QApplication) -> None:
    assert Grown().sizeHint() == QSize(30, 20)


def test_an_error_in_a_filter_of_events_is_an_error(qt: QApplication) -> None:
    watched, filter_ = QObject(), Filter()
    watched.installEventFilter(filter_)
    with pytest.raises(KeyError, match="nothing"):
        QApplication.sendEvent(watched, QEvent(QEvent.Type.User))


def test_methods_that_qt_does_not_know_are_left_alone(qt: QApplication) -> None:
    assert not hasattr(Painted.take, "__wrapped__")
