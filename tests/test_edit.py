"""Each edit of a project, and what it refuses."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from msgspec.structs import replace

from storyboard import edit, timing
from storyboard.errors import EditError
from storyboard.project import MAX_SHOTS, Chosen, Look, Marker, Motion, Music, Project, Shot, new_shot, wish
from storyboard.start import FromPrevious
from storyboard.take import Recipe, Source, Take, state, wish_of


@pytest.fixture
def film() -> Project:
    """Five shots of 48 frames: a b c d e."""
    return Project(shots=tuple(new_shot(name, f"prompt {name}") for name in "abcde"))


def order(project: Project) -> str:
    return "".join(shot.id for shot in project.shots)


def take(shot: str, project: Project, number: int = 1, **changes: Any) -> Take:
    place = next((s for s in project.shots if s.id == shot), new_shot(shot))
    made: dict[str, Any] = {
        "id": f"take-{shot}-{number}",
        "shot": shot,
        "number": number,
        "created": "2026-01-01T00:00:00Z",
        "frames": 24,
        "rate": Fraction(24),
        "width": 256,
        "height": 256,
        "content": "ab" * 32,
        "wish": wish(place, project.look).key,
    }
    return Take(**{**made, **changes})


def by_id(*takes: Take) -> dict[str, Take]:
    return {made.id: made for made in takes}


def positions(project: Project, shot: Shot, made: Take) -> tuple[Fraction, ...]:
    motion = project.motion_of(shot)
    return timing.positions(motion, shot.length, made.rate, project.rate, made.frames)


# Order


def test_insert_and_append(film: Project) -> None:
    assert order(edit.insert(film, 1, new_shot("x"), new_shot("y"))) == "axybcde"
    assert order(edit.append(film, new_shot("x"))) == "abcdex"
    assert order(film) == "abcde"


def test_insert_refuses_a_place_that_is_not_there_and_an_id_that_is(film: Project) -> None:
    with pytest.raises(EditError, match="no place 7 in a film of 5 shots"):
        edit.insert(film, 6, new_shot("x"))
    with pytest.raises(EditError, match="same id"):
        edit.append(film, new_shot("a"))
    with pytest.raises(EditError, match="shot 6: a shot's id is made of letters"):
        edit.append(film, new_shot("Not An Id"))


def test_a_film_has_a_largest_number_of_shots() -> None:
    full = Project(shots=tuple(new_shot(f"s{n}") for n in range(MAX_SHOTS)))
    with pytest.raises(EditError, match="at most 20,000 shots"):
        edit.append(full, new_shot("x"))


def test_remove(film: Project) -> None:
    assert order(edit.remove(film, {"b", "d"})) == "ace"
    with pytest.raises(EditError, match="no shot x"):
        edit.remove(film, {"a", "x"})


@pytest.mark.parametrize(
    ("ids", "to", "expected"),
    [
        ("a", 5, "bcdea"),
        ("e", 0, "eabcd"),
        ("db", 0, "bdace"),  # they keep their order, whatever order they are named in
        ("bd", 3, "acbde"),
        ("bd", 5, "acebd"),
        ("c", 2, "abcde"),
        ("c", 3, "abcde"),
    ],
)
def test_move(film: Project, ids: str, to: int, expected: str) -> None:
    assert order(edit.move(film, list(ids), to)) == expected


def test_move_refuses_a_place_that_is_not_there(film: Project) -> None:
    with pytest.raises(EditError, match="no place 7"):
        edit.move(film, ["a"], 6)


def test_a_copy_keeps_the_take_and_gets_seeds_of_its_own(film: Project) -> None:
    film = edit.star(edit.choose(film, "b", take("b", film)), "b", "take-b-1")
    copied = edit.duplicate(film, "b", "x")
    assert order(copied) == "abxcde"
    assert copied.shot("x").chosen == film.shot("b").chosen
    assert copied.shot("x").prompt == "prompt b"
    assert copied.shot("x").base_seed != film.shot("b").base_seed
    assert copied.shot("x").starred == ()


# Lengths


def test_a_split_plays_what_the_shot_played(film: Project) -> None:
    made = take("b", film)
    film = edit.choose(film, "b", made)
    halves = edit.split(film, "b", 13, "x")
    first, second = halves.shot("b"), halves.shot("x")
    assert order(halves) == "abxcde"
    assert (first.length, second.length) == (13, 35)
    assert halves.motion_of(second).source_in == Fraction(13, 48)
    whole = positions(film, film.shot("b"), made)
    assert positions(halves, first, made) + positions(halves, second, made) == whole
    assert state(halves, first, made) == state(halves, second, made) == "ready"
    assert second.base_seed == new_shot("x").base_seed


def test_a_split_draft_is_two_drafts_that_start_alike(film: Project) -> None:
    halves = edit.split(film, "b", 24, "x")
    assert halves.shot("x").motion is None
    assert halves.shot("x").prompt == "prompt b"
    assert halves.length == film.length


@pytest.mark.parametrize("at", [0, 48, -1, 1000])
def test_a_split_at_an_edge_is_refused(film: Project, at: int) -> None:
    with pytest.raises(EditError, match=f"shot 2 is 48 frames long and cannot be split at frame {at}"):
        edit.split(film, "b", at, "x")


def test_splitting_again_and_again_at_odd_rates_stays_writable(film: Project) -> None:
    film = edit.choose(film, "a", take("a", film))
    for n, (rate, speed) in enumerate(
        [("30000/1001", "1/3"), ("25", "7/13"), ("24000/1001", "11/17"), ("239", "5/7")]
    ):
        film = edit.set_project(film, rate=Fraction(rate))
        film = edit.set_motion(film, film.shots[n].id, speed=Fraction(speed))
        film = edit.split(film, film.shots[n].id, 3, f"n{n}")
    assert film.motion_of(film.shots[4]).source_in > 0


def test_trimming_the_start_keeps_what_the_other_frames_show(film: Project) -> None:
    made = take("b", film)
    film = edit.choose(film, "b", made)
    trimmed = edit.trim_start(film, "b", 10)
    assert trimmed.shot("b").length == 38
    assert positions(trimmed, trimmed.shot("b"), made) == positions(film, film.shot("b"), made)[10:]
    back = edit.trim_start(trimmed, "b", -10)
    assert positions(back, back.shot("b"), made) == positions(film, film.shot("b"), made)


def test_no_more_is_given_back_than_the_take_has(film: Project) -> None:
    film = edit.choose(film, "b", take("b", film))
    back = edit.trim_start(edit.trim_start(film, "b", 10), "b", -500)
    assert (back.shot("b").length, back.motion_of(back.shot("b")).source_in) == (48, 0)
    assert edit.trim_start(film, "b", -1) == film


def test_a_start_between_two_frames_gives_back_whole_frames(film: Project) -> None:
    film = edit.choose(film, "b", take("b", film))
    film = edit.set_motion(film, "b", source_in=Fraction(5, 96))  # two and a half timeline frames
    back = edit.trim_start(film, "b", -9)
    assert (back.shot("b").length, back.motion_of(back.shot("b")).source_in) == (50, Fraction(1, 96))


def test_trimming_a_draft_only_changes_its_length(film: Project) -> None:
    assert edit.trim_start(film, "b", 10).shot("b") == replace(film.shot("b"), length=38)
    assert edit.trim_start(film, "b", -10).shot("b") == replace(film.shot("b"), length=58)


def test_trimming_the_end(film: Project) -> None:
    assert edit.trim_end(film, "c", 47).shot("c").length == 1
    assert edit.trim_end(film, "c", -2).shot("c").length == 50


@pytest.mark.parametrize("trim", [edit.trim_start, edit.trim_end])
def test_trimming_everything_is_refused(film: Project, trim: Any) -> None:
    with pytest.raises(EditError, match="shot 3 is 48 frames long and trimming 48 leaves nothing"):
        trim(film, "c", 48)


@pytest.mark.parametrize("length", [0, -5, 10**9])
def test_a_length_that_no_shot_has_is_refused(film: Project, length: int) -> None:
    with pytest.raises(EditError, match="shot 4: a length is 1 to 1,000,000 frames; give one of these"):
        edit.set_length(film, "d", length)


# Settings


def test_settings_are_set_and_inherited_again(film: Project) -> None:
    own = edit.set_shot(
        film, "a", model="n", avoid="text", seed=3, steps=9, guidance=2, fit="contain", muted=True
    )
    shot = own.shot("a")
    assert (shot.model, shot.avoid, shot.seed, shot.steps, shot.guidance) == ("n", "text", 3, 9, 2.0)
    assert (shot.fit, shot.muted) == ("contain", True)
    reset = edit.set_shot(own, "a", model=None, avoid=None, seed=None, steps=None, guidance=None)
    assert wish(reset.shot("a"), reset.look) == wish(film.shot("a"), film.look)


def test_several_shots_are_set_at_once(film: Project) -> None:
    changed = edit.set_shots(film, ["a", "c"], length=24)
    assert [shot.length for shot in changed.shots] == [24, 48, 24, 48, 48]
    with pytest.raises(EditError, match="shot 1: steps are a whole number"):
        edit.set_shots(film, ["a", "c"], steps=0)


def test_an_edit_that_changes_nothing_gives_the_same_value(film: Project) -> None:
    assert edit.set_shot(film, "a", prompt="prompt a") is film


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"prompt": "x" * 10_000}, "a prompt has at most 5,000 characters; shorten it"),
        ({"prompt": "\ud83d"}, "half a character"),
        ({"seed": -1}, "a seed is a whole number from 0 to"),
        ({"seed": 2**53}, "a seed is a whole number from 0 to"),
        ({"guidance": 101}, "guidance is a number from 0 to 100"),
        ({"guidance": float("nan")}, "guidance is a number from 0 to 100"),
        ({"guidance": float("inf")}, "guidance is a number from 0 to 100"),
        ({"steps": 2.5}, "steps are a whole number"),
        ({"model": "m" * 301}, "a model's name is a text of at most 300 characters"),
        ({"fit": "zoom"}, "fit is cover, contain or stretch"),
    ],
)
def test_a_setting_that_no_shot_has_is_refused(film: Project, settings: Any, words: str) -> None:
    with pytest.raises(EditError, match=f"^shot 2: .*{words}"):
        edit.set_shot(film, "b", **settings)


def test_motion_of_one_shot(film: Project) -> None:
    changed = edit.set_motion(film, "a", speed=Fraction(1, 4), smoothing="x2")
    assert changed.shot("a").motion == Motion(speed=Fraction(1, 4), smoothing="x2")
    assert changed.shot("b").motion is None
    inherits = edit.set_shot(changed, "a", motion=None)
    assert inherits == film


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"speed": Fraction(0)}, "speed must lie between"),
        ({"speed": Fraction(1, 10**13) + 1}, "a speed lies between"),
        ({"source_in": Fraction(-1)}, "source_in is negative"),
        ({"smoothing": "x9"}, "smoothing is off, auto, x2, x3 or x4"),
    ],
)
def test_a_motion_that_is_none_is_refused(film: Project, settings: Any, words: str) -> None:
    with pytest.raises(EditError, match=f"shot 1: {words}"):
        edit.set_motion(film, "a", **settings)


def test_look(film: Project) -> None:
    changed = edit.set_look(film, model="m", style="grain", steps=20)
    assert changed.look == Look(model="m", style="grain", steps=20)
    with pytest.raises(EditError, match="the look: style words have at most"):
        edit.set_look(film, style="x" * 5001)


def test_size_name_and_smoother(film: Project) -> None:
    changed = edit.set_project(film, name="Bikes", width=640, height=360, smoother="flow")
    assert (changed.name, changed.width, changed.height, changed.smoother) == ("Bikes", 640, 360, "flow")
    assert changed.shots == film.shots


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"width": 641}, "size 641x256 is odd .* use 642x256"),
        ({"height": 0}, "a film's sides are even numbers from 16 to 8192"),
        ({"width": 10_000}, "a film's sides are even numbers from 16 to 8192"),
        ({"rate": Fraction(0)}, "rate must lie between 1 and 240"),
        ({"rate": 24 + Fraction(1, 10**13)}, "a rate is 1 to 240 frames per second"),
        ({"name": ""}, "a name has 1 to 100 characters"),
        ({"smoother": "magic"}, "the smoother is rife"),
    ],
)
def test_a_project_setting_that_is_none_is_refused(film: Project, settings: Any, words: str) -> None:
    with pytest.raises(EditError, match=f"the project: {words}"):
        edit.set_project(film, **settings)


def test_another_rate_keeps_the_seconds(film: Project) -> None:
    film = edit.add_marker(edit.set_length(film, "b", 1), 60, "here")
    faster = edit.set_project(film, rate=Fraction(30))
    assert [shot.length for shot in faster.shots] == [60, 1, 60, 60, 60]
    assert faster.markers == (Marker(at=75, name="here"),)
    slow = edit.set_project(film, rate=Fraction(8))
    assert [shot.length for shot in slow.shots] == [16, 1, 16, 16, 16]
    assert [shot.length for shot in edit.set_project(film, rate=Fraction(24000, 1001)).shots] == [
        48,
        1,
        48,
        48,
        48,
    ]


def test_a_rate_at_which_a_shot_is_too_long_is_refused(film: Project) -> None:
    film = edit.set_length(film, "e", 1_000_000)
    with pytest.raises(EditError, match="shot 5 would be 10,000,000 frames long"):
        edit.set_project(film, rate=Fraction(240))


def test_music(film: Project) -> None:
    music = Music(file="media/tune.wav", gain=-6, fade_out=Fraction(2))
    assert edit.set_music(film, music).music == music
    assert edit.set_music(edit.set_music(film, music), None) == film
    with pytest.raises(EditError, match="the music: the music's gain is -60 to 24 decibels"):
        edit.set_music(film, Music(file="media/tune.wav", gain=99))


def test_markers_are_in_order_and_stay_on_their_frame(film: Project) -> None:
    marked = edit.add_marker(edit.add_marker(film, 100, "late"), 10, "early")
    assert [marker.name for marker in marked.markers] == ["early", "late"]
    assert edit.remove(marked, ["a"]).markers == marked.markers
    assert edit.remove_marker(marked, Marker(at=10, name="early")).markers == (Marker(at=100, name="late"),)
    with pytest.raises(EditError, match="no marker 'early' on frame 11"):
        edit.remove_marker(marked, Marker(at=11, name="early"))
    with pytest.raises(EditError, match="the marker: a marker stands on a frame from 0 up"):
        edit.add_marker(film, -1)


def test_every_edit_of_a_shot_that_is_not_there_says_so(film: Project) -> None:
    for refused in (
        lambda: edit.duplicate(film, "x", "y"),
        lambda: edit.split(film, "x", 1, "y"),
        lambda: edit.trim_start(film, "x", 1),
        lambda: edit.trim_end(film, "x", 1),
        lambda: edit.set_shot(film, "x", muted=True),
        lambda: edit.set_shots(film, ["x"], muted=True),
        lambda: edit.set_motion(film, "x", speed=Fraction(1)),
        lambda: edit.choose(film, "x", take("x", film)),
        lambda: edit.unchoose(film, "x"),
        lambda: edit.star(film, "x", "t"),
    ):
        with pytest.raises(EditError, match="there is no shot x in 'Untitled'"):
            refused()


# Takes


def test_choosing_never_makes_a_shot_stale(film: Project) -> None:
    old = take("a", film)
    film = edit.set_shot(edit.choose(film, "a", old), "a", prompt="something else")
    assert state(film, film.shot("a"), old) == "stale"
    film = edit.choose(film, "a", old)
    assert state(film, film.shot("a"), old) == "ready"
    assert edit.unchoose(film, "a").shot("a").chosen is None


def test_an_import_is_chosen_for_no_wish(film: Project) -> None:
    source = Source(file="media/a.mp4", sha256="00", kind="clip")
    clip = take("a", film, wish="", source=source)
    film = edit.set_shot(edit.choose(film, "a", clip), "a", prompt="anything")
    assert film.shot("a").chosen == Chosen(take=clip.id)
    assert state(film, film.shot("a"), clip) == "ready"


def test_stars(film: Project) -> None:
    starred = edit.star(edit.star(edit.star(film, "a", "t1"), "a", "t2"), "a", "t1")
    assert starred.shot("a").starred == ("t1", "t2")
    assert edit.unstar(starred, "a", "t1").shot("a").starred == ("t2",)


def test_moving_splitting_trimming_and_copying_never_make_a_shot_stale(film: Project) -> None:
    made = take("b", film)
    film = edit.choose(film, "b", made)
    edited = edit.split(edit.duplicate(edit.move(film, ["b"], 0), "b", "x"), "b", 20, "y")
    edited = edit.trim_end(edit.trim_start(edited, "x", 3), "x", 2)
    edited = edit.set_project(edited, rate=Fraction(12), width=512)
    assert [state(edited, edited.shot(name), made) for name in "bxy"] == ["ready"] * 3


def test_the_first_take_of_a_batch_is_shown(film: Project) -> None:
    first, second = take("a", film, 1), take("a", film, 2)
    one = edit.arrive(film, first, by_id(first))
    both = edit.arrive(one, second, by_id(first, second))
    assert one.shot("a").chosen == Chosen(take=first.id, wish=first.wish)
    assert both == one


def test_a_take_that_arrives_for_a_stale_shot_is_shown(film: Project) -> None:
    old = take("a", film)
    film = edit.set_shot(edit.choose(film, "a", old), "a", prompt="something else")
    new = take("a", film, 2)
    film = edit.arrive(film, new, by_id(old, new))
    assert film.shot("a").chosen == Chosen(take=new.id, wish=new.wish)


def test_a_take_that_arrives_for_a_ready_shot_is_not_shown(film: Project) -> None:
    mine, other = take("a", film, 1), take("a", film, 2, wish="ff" * 32)
    film = edit.choose(film, "a", mine)
    assert edit.arrive(film, other, by_id(mine, other)) is film


def made_with(seed: int, *, quick: bool) -> Recipe:
    sizes: dict[str, Any] = {"frames": 24, "width": 256, "height": 256, "rate": Fraction(24)}
    return Recipe("diffusers", "1", "model", "prompt a", seed, quick=quick, **sizes)


def test_the_whole_take_of_its_seed_takes_the_place_of_a_quick_one(film: Project) -> None:
    quick = take("a", film, 1, recipe=made_with(7, quick=True))
    other = take("a", film, 2, recipe=made_with(8, quick=False))
    whole = take("a", film, 3, recipe=made_with(7, quick=False))
    film = edit.choose(film, "a", quick)
    assert state(film, film.shot("a"), quick) == "quick"
    assert edit.arrive(film, other, by_id(quick, other)) is film, "one of another seed is another take"
    assert edit.adopt(film, by_id(quick, other)) is film
    arrived = edit.arrive(film, whole, by_id(quick, other, whole))
    assert arrived == edit.adopt(film, by_id(quick, other, whole))
    assert state(arrived, arrived.shot("a"), whole) == "ready"
    assert edit.arrive(arrived, quick, by_id(quick, whole)) is arrived
    earlier = replace(quick, wish="ff" * 32)
    by_hand = edit.choose(film, "a", earlier)
    assert edit.arrive(by_hand, whole, by_id(earlier, whole)) == arrived, (
        "one chosen by hand is for the wish now"
    )
    bare = edit.adopt(edit.unchoose(film, "a"), by_id(quick, other))
    assert bare.shot("a").chosen == Chosen(take=other.id, wish=other.wish), "whole ones come first"


def test_a_shot_that_goes_on_from_a_quick_one_is_stale(film: Project) -> None:
    film = edit.set_shot(film, "b", start=FromPrevious())
    takes = by_id(take("a", film, recipe=made_with(7, quick=True)))
    film = edit.choose(film, "a", takes["take-a-1"])
    after = take("b", film, wish=wish_of(film, film.shot("b"), takes).key)
    film = edit.choose(film, "b", after, takes)
    assert state(film, film.shot("b"), after, {**takes, after.id: after}) == "stale"


def test_a_take_for_an_earlier_wish_is_shown_as_stale(film: Project) -> None:
    made = take("a", film)
    film = edit.set_shot(film, "a", prompt="changed while it was made")
    film = edit.arrive(film, made, by_id(made))
    assert state(film, film.shot("a"), made) == "stale"


def test_a_take_of_a_shot_that_was_removed_changes_nothing(film: Project) -> None:
    made = take("x", film)
    assert edit.arrive(film, made, by_id(made)) is film


def test_takes_that_fulfil_a_wish_are_adopted(film: Project) -> None:
    second, first = take("a", film, 2), take("a", film, 1)
    elsewhere = take("b", film, 1, wish="ff" * 32)
    adopted = edit.adopt(film, by_id(second, first, elsewhere))
    assert adopted.shot("a").chosen == Chosen(take=first.id, wish=first.wish)
    assert adopted.shot("b").chosen is None
    assert edit.adopt(adopted, by_id(second, first)) is adopted


def test_a_wish_that_was_undone_and_done_again_finds_its_take(film: Project) -> None:
    cat = take("a", film, 1)
    film = edit.choose(film, "a", cat)
    dogs = edit.set_shot(film, "a", prompt="a dog")
    dog = take("a", dogs, 2)
    assert edit.adopt(dogs, by_id(cat, dog)).shot("a").chosen == Chosen(take=dog.id, wish=dog.wish)


def test_a_choice_is_kept_when_others_fulfil_the_wish_too(film: Project) -> None:
    first, second = take("a", film, 1), take("a", film, 2)
    film = edit.choose(film, "a", second)
    assert edit.adopt(film, by_id(first, second)) is film


def test_a_lost_take_is_replaced_by_one_for_the_same_wish(film: Project) -> None:
    film = edit.choose(film, "a", take("a", film, 1))
    left = take("a", film, 2)
    assert edit.adopt(film, by_id(left)).shot("a").chosen == Chosen(take=left.id, wish=left.wish)
    assert edit.adopt(film, {}) is film


def test_a_sketch_gives_way_to_the_real_take(film: Project) -> None:
    film = edit.set_look(film, model="some/model")
    recipe = Recipe(
        generator="sketch",
        version="1",
        model="sketch",
        prompt="prompt a",
        seed=1,
        frames=24,
        width=16,
        height=16,
        rate=Fraction(24),
    )
    sketch = take("a", film, 1, recipe=recipe, wish="ee" * 32)
    film = edit.choose(film, "a", sketch)
    real = take("a", film, 2)
    assert edit.arrive(film, real, by_id(sketch, real)).shot("a").chosen == Chosen(
        take=real.id, wish=real.wish
    )
