"""Whatever is edited in whatever order: the film stays whole, undo is exact, and the file says the same."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from storyboard import edit, values
from storyboard.errors import EditError
from storyboard.project import MAX_LENGTH, Music, Project, new_shot, wish
from storyboard.take import Take, state

Edit = Callable[[Project, int], Project]
"""An edit, and the number of the step it is, for fresh ids."""

places = st.integers(0, 12)
frames = st.integers(-60, 60)
texts = st.text(max_size=20)
fractions = st.fractions(min_value=Fraction(1, 64), max_value=64, max_denominator=97)


def some(project: Project, place: int) -> str:
    """The id of one of the shots; a film without any refuses every edit of one."""
    return project.shots[place % len(project.shots)].id if project.shots else "none"


def made_for(project: Project, shot_id: str, number: int) -> Take:
    shot = project.shot(shot_id)
    return Take(
        id=f"take-{number}", shot=shot_id, number=number, created="2026-01-01T00:00:00Z", frames=24,
        rate=Fraction(24), width=64, height=64, content="00", wish=wish(shot, project.look).key,
    )  # fmt: skip


def choose(project: Project, shot_id: str, number: int) -> Project:
    return edit.choose(project, shot_id, made_for(project, shot_id, number))


edits: st.SearchStrategy[Edit] = st.one_of(
    places.map(lambda at: lambda p, n: edit.insert(p, at, new_shot(f"new-{n}", "a"))),
    places.map(lambda at: lambda p, _: edit.remove(p, {some(p, at)})),
    st.tuples(places, places, places).map(
        lambda a: lambda p, _: edit.move(p, {some(p, a[0]), some(p, a[1])}, a[2])
    ),
    places.map(lambda at: lambda p, n: edit.duplicate(p, some(p, at), f"new-{n}")),
    st.tuples(places, frames).map(lambda a: lambda p, n: edit.split(p, some(p, a[0]), a[1], f"new-{n}")),
    st.tuples(places, frames).map(lambda a: lambda p, _: edit.trim_start(p, some(p, a[0]), a[1])),
    st.tuples(places, frames).map(lambda a: lambda p, _: edit.trim_end(p, some(p, a[0]), a[1])),
    st.tuples(places, st.integers(-2, MAX_LENGTH + 2)).map(
        lambda a: lambda p, _: edit.set_length(p, some(p, a[0]), a[1])
    ),
    st.tuples(places, texts).map(lambda a: lambda p, _: edit.set_shot(p, some(p, a[0]), prompt=a[1])),
    st.tuples(places, fractions).map(lambda a: lambda p, _: edit.set_motion(p, some(p, a[0]), speed=a[1])),
    places.map(lambda at: lambda p, n: choose(p, some(p, at), n + 1)),
    places.map(lambda at: lambda p, _: edit.unchoose(p, some(p, at))),
    places.map(lambda at: lambda p, n: edit.star(p, some(p, at), f"take-{n}")),
    texts.map(lambda style: lambda p, _: edit.set_look(p, style=style)),
    st.sampled_from(["8", "24000/1001", "25", "60"]).map(
        lambda rate: lambda p, _: edit.set_project(p, rate=Fraction(rate))
    ),
    fractions.map(lambda offset: lambda p, _: edit.set_music(p, Music(file="media/a.wav", offset=offset))),
    st.tuples(st.integers(-2, 500), texts).map(lambda a: lambda p, _: edit.add_marker(p, a[0], a[1])),
)


def whole(project: Project) -> None:
    assert len({shot.id for shot in project.shots}) == len(project.shots)
    assert all(1 <= shot.length <= MAX_LENGTH for shot in project.shots)
    assert project.length == sum(shot.length for shot in project.shots)
    assert all(project.motion_of(shot).source_in >= 0 for shot in project.shots)
    read = values.decode(values.encode(project), Project)
    assert read == project
    assert values.key(read) == values.key(project)


@settings(max_examples=150, deadline=None)
@given(st.lists(edits, max_size=25))
def test_any_edits_leave_a_whole_film_and_undo_to_equal_values(steps: list[Edit]) -> None:
    project = Project(shots=tuple(new_shot(name, "a") for name in "abc"))
    history: list[tuple[Project, bytes]] = []
    refusals: list[str] = []
    for n, step in enumerate(steps):
        before = (project, values.encode(project))
        try:
            project = step(project, n)
        except EditError as error:
            refusals.append(str(error))
            continue
        history.append(before)
        whole(project)
    assert [values.encode(before) for before, _ in history] == [written for _, written in history]
    assert not [words for words in refusals if not words or "\n" in words]


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 400), st.data(), fractions, st.sampled_from(["8", "24", "24000/1001"]))
def test_a_split_adds_up_and_both_halves_stay_ready(
    length: int, data: st.DataObject, speed: Fraction, rate: str
) -> None:
    project = Project(rate=Fraction(rate), shots=(new_shot("a", "a", length),))
    project = choose(edit.set_motion(project, "a", speed=speed), "a", 1)
    made = made_for(project, "a", 1)
    at = data.draw(st.integers(0, length))
    if not 0 < at < length:
        return
    halves = edit.split(project, "a", at, "b")
    assert halves.length == project.length
    assert "stale" not in [state(halves, shot, made) for shot in halves.shots]
    start = halves.motion_of(halves.shot("b")).source_in
    assert abs(start - at * speed / project.rate) < Fraction(1, 10**6)


@settings(max_examples=100, deadline=None)
@given(st.permutations("abcdef"), st.sets(st.sampled_from("abcdef")), st.integers(0, 6))
def test_moving_keeps_both_orders(order: list[str], moved: set[str], to: int) -> None:
    project = Project(shots=tuple(new_shot(name) for name in order))
    result = [shot.id for shot in edit.move(project, moved, to).shots]
    assert [name for name in result if name not in moved] == [name for name in order if name not in moved]
    inside = [name for name in order if name in moved]
    at = len([name for name in order[:to] if name not in moved])
    assert result[at : at + len(inside)] == inside
