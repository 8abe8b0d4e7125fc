"""The storyboard: cards that are selected, moved and edited as the clips of the timeline are."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from storyboard import edit, store
from storyboard.project import Shot
from ui.board_card import wrapped
from ui.board_layout import GAP, MARGIN, BoardLayout
from ui.window import Window

Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def board(window: Window) -> Window:
    """A window that shows its storyboard."""
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    window.actions_by_name["board"].trigger()
    QApplication.processEvents()
    return window


def press(window: Window, key: Key, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, keys)


def prompts(window: Window) -> list[str]:
    return [shot.prompt for shot in window.document.project.shots]


def selected(window: Window) -> list[int]:
    project = window.document.project
    return [project.index(shot_id) for shot_id in window.session.selected]


def middle(window: Window, index: int) -> QPoint:
    return window.board.card_rect(index).center().toPoint()


def click(window: Window, index: int, keys: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(window.board.viewport(), Qt.MouseButton.LeftButton, keys, middle(window, index))


def test_ctrl_tab_and_the_button_switch_between_timeline_and_storyboard(board: Window) -> None:
    assert board.board.isVisible()
    assert not board.timeline.isVisible()
    assert board.top.page.text() == "Timeline"
    QTest.keyClick(board, Key.Key_Tab, CTRL)
    assert not board.board.isVisible()
    assert board.timeline.isVisible()
    board.top.page.click()
    assert board.board.isVisible()


def test_a_click_selects_a_card_and_puts_the_playhead_on_its_shot(board: Window) -> None:
    click(board, 1)
    assert selected(board) == [1]
    assert board.session.frame == 8
    click(board, 2, SHIFT)
    assert selected(board) == [1, 2]
    click(board, 1, CTRL)
    assert selected(board) == [2]


def test_arrows_go_from_card_to_card_and_shift_takes_more(board: Window) -> None:
    press(board, Key.Key_Right)
    press(board, Key.Key_Right)
    press(board, Key.Key_Right)  # no further than the last
    assert selected(board) == [2]
    press(board, Key.Key_Home)
    assert selected(board) == [0]
    press(board, Key.Key_Right, SHIFT)
    press(board, Key.Key_Right, SHIFT)
    assert selected(board) == [0, 1, 2]
    press(board, Key.Key_Left, SHIFT)
    assert selected(board) == [0, 1]


def test_a_dragged_card_lands_where_the_bar_shows(board: Window) -> None:
    view = board.board.viewport()
    start, target = middle(board, 0), board.board.card_rect(2)
    at = QPoint(round(target.right()) - 4, round(target.center().y()))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start + QPoint(30, 5))
    QTest.mouseMove(view, at)
    board.board.grab()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at)
    assert prompts(board) == ["a blue car", "a green tree", "a red ball"]
    assert board.document.undo_stack.undoText() == "Move shot"
    assert selected(board) == [2]


def test_escape_gives_a_drag_up(board: Window) -> None:
    view, before = board.board.viewport(), prompts(board)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle(board, 0))
    QTest.mouseMove(view, middle(board, 2))
    press(board, Key.Key_Escape)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle(board, 2))
    assert prompts(board) == before


def test_alt_and_an_arrow_move_the_selected_shots(board: Window) -> None:
    click(board, 0)
    click(board, 1, SHIFT)
    press(board, Key.Key_Right, ALT)
    assert prompts(board) == ["a green tree", "a red ball", "a blue car"]
    press(board, Key.Key_Left, ALT)
    press(board, Key.Key_Left, ALT)
    assert prompts(board) == ["a red ball", "a blue car", "a green tree"]


def test_a_rubber_band_selects_what_it_touches(board: Window) -> None:
    view = board.board.viewport()
    start, end = board.board.card_rect(0), board.board.card_rect(1)
    corner = QPoint(round(start.left()) - 8, round(start.bottom()) + 30)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=corner)
    QTest.mouseMove(view, QPoint(round(end.left()) + 5, round(start.center().y())))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end.center().toPoint())
    assert selected(board) == [0, 1]


def test_a_prompt_is_typed_on_its_card_as_one_step(board: Window) -> None:
    click(board, 1)
    press(board, Key.Key_Return)
    editor = board.board.editor
    assert QApplication.focusWidget() is editor
    editor.selectAll()
    QTest.keyClicks(editor, "new snow")  # n and s are letters here, not commands
    press(board, Key.Key_Return)
    assert prompts(board)[1] == "new snow"
    assert not editor.isVisible()
    assert QApplication.focusWidget() is board.board
    board.document.undo_stack.undo()
    assert prompts(board)[1] == "a blue car"


def test_escape_takes_back_what_was_typed_on_a_card(board: Window) -> None:
    QTest.mouseDClick(board.board.viewport(), Qt.MouseButton.LeftButton, pos=middle(board, 0))
    QTest.keyClicks(board.board.editor, " rolls")
    assert prompts(board)[0] == "a red ball rolls"
    press(board, Key.Key_Escape)
    assert prompts(board)[0] == "a red ball"


def test_tab_goes_on_with_the_next_card(board: Window) -> None:
    board.board.edit_prompt()
    press(board, Key.Key_Tab)
    QTest.keyClicks(board.board.editor, "!")
    press(board, Key.Key_Backtab)
    QTest.keyClicks(board.board.editor, "?")
    assert prompts(board)[:2] == ["a red ball?", "a blue car!"]


def test_n_adds_a_card_after_the_selected_one_ready_to_be_typed_in(board: Window) -> None:
    press(board, Key.Key_N)
    QTest.keyClicks(board.board.editor, "nest")
    assert prompts(board) == ["a red ball", "nest", "a blue car", "a green tree"]


def test_a_shot_that_is_removed_while_its_prompt_is_edited_takes_the_field_with_it(board: Window) -> None:
    board.board.edit_prompt()
    board.document.edit("Remove", lambda p: edit.remove(p, [p.shots[0].id]))
    assert not board.board.editor.isVisible()
    assert prompts(board) == ["a blue car", "a green tree"]


def test_cards_grow_and_shrink_with_the_zoom_keys(board: Window) -> None:
    board.board.setFocus()
    before = board.board.card_rect(0).width()
    press(board, Key.Key_Equal)
    assert board.board.card_rect(0).width() > before
    press(board, Key.Key_Backslash)
    assert board.board.card_rect(0).width() == before


def test_thousands_of_cards_paint_only_what_is_seen(board: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    shots = [Shot(id=store.new_id(), prompt=f"shot {number}", length=8) for number in range(5000)]
    board.document.edit("Many", lambda p: edit.append(p, *shots))
    painted: list[int] = []
    paint = board.board._cards.paint

    def counted(painter: object, card: object, index: int, **how: object) -> None:
        painted.append(index)
        paint(painter, card, index, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(board.board._cards, "paint", counted)
    board.board.grab()
    assert 0 < len(painted) < 100
    press(board, Key.Key_End)
    painted.clear()
    board.board.grab()
    assert painted[-1] == 5002
    assert len(painted) < 100


def test_an_empty_film_says_how_to_begin(board: Window) -> None:
    board.document.edit("Remove", lambda p: edit.remove(p, [shot.id for shot in p.shots]))
    board.board.grab()
    press(board, Key.Key_Right)
    press(board, Key.Key_Return)
    press(board, Key.Key_N)
    assert len(prompts(board)) == 1


# Where cards lie


def test_cards_wrap_in_the_width() -> None:
    layout = BoardLayout(10, 2 * MARGIN + 3 * 100 + 2 * GAP, 100, 80)
    assert layout.columns == 3
    assert layout.rows == 4
    assert layout.height == 2 * MARGIN + 4 * 80 + 3 * GAP
    assert layout.rect(4).top() == MARGIN + 80 + GAP
    assert all(
        layout.card_at(layout.rect(n).center().x(), layout.rect(n).center().y()) == n for n in range(10)
    )
    assert layout.card_at(layout.rect(9).right() + GAP + 20, layout.rect(9).center().y()) is None
    assert list(layout.visible(layout.rect(3).top(), layout.rect(3).bottom())) == [3, 4, 5]
    assert layout.within(QRectF(layout.rect(0).center(), layout.rect(4).center())) == [0, 1, 3, 4]
    assert BoardLayout(0, 50, 100, 80).gap_at(10, 10) == 0


def test_a_drop_lands_before_or_after_the_card_it_is_nearer_to() -> None:
    layout = BoardLayout(10, 400, 100, 80)
    card = layout.rect(4)
    assert layout.gap_at(card.left() + 5, card.center().y()) == 4
    assert layout.gap_at(card.right() - 5, card.center().y()) == 5
    assert layout.gap_at(0, 0) == 0
    assert layout.gap_at(5000, 5000) == 10


def test_long_prompts_are_cut_after_two_lines_in_any_script(qt: QApplication) -> None:
    font = QFont().toString()
    for text in ("a very long prompt about spaghetti " * 9, "一个男人在厨房里吃意大利面" * 9, "x" * 400):
        lines = wrapped(text, font, 150.0, 2)
        assert len(lines) == 2
        assert lines[1].endswith("…")
    assert wrapped("a cat", font, 150.0, 2) == ("a cat",)
