"""What the sketch understands of a prompt."""

from __future__ import annotations

import pytest

from storyboard.generators.sketch import generator, pack, verbs
from storyboard.generators.sketch.backdrop import place_of
from storyboard.generators.sketch.motion import ACTS
from storyboard.generators.sketch.nouns import nouns
from storyboard.generators.sketch.places import OUTDOORS
from storyboard.generators.sketch.reading import read
from storyboard.generators.sketch.rooms import INDOORS
from storyboard.generators.sketch.scene import Scene


def pictures(scene: Scene) -> list[str]:
    return [thing.noun.picture for thing in scene.things]


def motions(scene: Scene) -> list[str]:
    return [deed.motion for deed in scene.deeds]


EXPECTED = [
    # prompt, pictures, motions, place, time, shot, moves
    ("a man eats spaghetti in the kitchen, close-up", ["man", "spaghetti"], ["eat"], "kitchen", "", "close", ()),
    ("two chefs twirl spaghetti", ["cook", "spaghetti"], ["twirl"], "", "", "", ()),
    ("a red car drives through the city at night", ["automobile"], ["drive"], "city", "night", "", ()),
    ("a dog catches a meatball", ["dog", "~meatball"], ["catch"], "", "", "", ()),
    ("a rocket flies up in space", ["rocket"], ["rise"], "space", "", "", ()),
    ("a whale jumps out of the sea at sunset", ["whale"], ["jump"], "sea", "sunset", "", ()),
    ("an astronaut riding a horse", ["astronaut", "horse"], ["ride"], "", "", "", ()),
    ("a teddy bear painting a self-portrait", ["teddy-bear", "framed-picture"], ["paint"], "", "", "", ()),
    ("a cat plays guitar on the beach", ["cat", "guitar"], ["play"], "beach", "", "", ()),
    ("a dragon flies over a castle in the snow, zoom in", ["dragon", "castle"], ["fly"], "snow", "", "", ("zoom-in",)),
    ("fork dives into the bowl of pasta", ["~fork", "~bowl", "spaghetti"], ["dive"], "", "", "", ()),
    ("sauce splashes, slow motion, red tomato drops", ["~sauce", "tomato"], ["splash", "fall"], "", "", "", ()),
    ("he laughs, spaghetti everywhere", ["man", "spaghetti"], ["laugh", "splash"], "", "", "", ()),
    ("the bowl is empty, he leans back", ["~bowl", "man"], ["lean"], "", "", "", ()),
    ("the dog sleeps under the table", ["dog", "~table"], ["sleep"], "room", "", "", ()),
    ("a teddy bear running in New York City", ["teddy-bear"], ["run"], "city", "", "", ()),
    ("a dog eating ice cream", ["dog", "soft-ice-cream"], ["eat"], "", "", "", ()),
    ("three birds fly left over the mountains", ["bird"], ["fly"], "mountains", "", "", ()),
    ("an old woman walks through the rain with an umbrella", ["old-woman", "umbrella"], ["walk"], "field", "", "", ()),
    ("a fox chases a rabbit in the forest, tracking shot", ["fox", "rabbit"], ["chase"], "forest", "", "", ("tracking",)),
    ("a shark swims underwater, wide shot, pan left", ["shark"], ["swim"], "underwater", "", "wide", ("pan-left",)),
    ("kitchen, night, handheld", [], [], "kitchen", "night", "", ("handheld",)),
    ("the moon over a quiet village at night", ["full-moon"], [], "street", "night", "", ()),
    ("a wizard holding a crystal ball in a castle", ["person-mage", "crystal-ball", "castle"], [], "castle", "", "", ()),
    ("a bomb explodes in the desert, aerial view", ["bomb"], ["explode"], "desert", "", "aerial", ()),
]  # fmt: skip


@pytest.mark.parametrize(("prompt", "things", "deeds", "place", "time", "shot", "moves"), EXPECTED)
def test_a_prompt_gives_its_pictures_motion_place_and_camera(
    prompt: str, things: list[str], deeds: list[str], place: str, time: str, shot: str, moves: tuple[str, ...]
) -> None:
    scene = read(prompt)
    assert pictures(scene) == things
    assert motions(scene) == deeds
    assert place in (scene.place, place_of(scene))
    assert (scene.time, scene.shot, scene.moves) == (time, shot, moves)


def test_adjectives_are_colour_and_size_and_nothing_else() -> None:
    scene = read("a red car and a tiny blue bird")
    assert pictures(scene) == ["automobile", "bird"]
    assert [thing.colour for thing in scene.things] == ["red", "blue"]
    assert scene.things[1].scale < 0.6
    assert read("the car is red").things[0].colour == "red"


def test_orange_is_a_colour_before_a_noun_and_else_a_fruit() -> None:
    scene = read("an orange cat eats an orange")
    assert pictures(scene) == ["cat", "tangerine"]
    assert scene.things[0].colour == "orange"


def test_words_do_not_steal_each_others_meaning() -> None:
    # What a ranking of keywords made of these: a goblin, a skier, a levitating man, a can, ballet shoes, a shirt.
    assert pictures(read("a red car in the city")) == ["automobile"]
    assert pictures(read("a cat in the snow")) == ["cat"]
    assert pictures(read("a whale jumps in the sea")) == ["whale"]
    assert pictures(read("two chefs dance with tomatoes")) == ["cook", "tomato"]
    assert pictures(read("a cat plays guitar")) == ["cat", "guitar"]
    assert pictures(read("a quiet dog")) == ["dog"]


def test_a_word_that_is_both_noun_and_verb_is_read_by_its_place() -> None:
    assert motions(read("a man waves")) == ["wave"]
    assert read("a boat in the waves").place == "sea"
    assert motions(read("birds fly over the sea")) == ["fly"]
    assert pictures(read("a drop of sauce")) == ["~sauce"]
    assert motions(read("tomatoes drop")) == ["fall"]


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("two chefs", 2),
        ("3 cats", 3),
        ("a crowd of people", 9),
        ("a flock of birds", 6),
        ("dogs", 3),
        ("a dog", 1),
    ],
)
def test_counts(prompt: str, count: int) -> None:
    assert read(prompt).things[0].count == count


def test_relations_say_who_stands_where() -> None:
    dog = read("a dog under a table")
    assert [tie.kind for tie in dog.ties] == ["under"]
    book = read("a woman reads a book on a sofa")
    assert (book.deeds[0].motion, book.deeds[0].to) == ("read", 1)
    assert [(tie.kind, tie.a, tie.b) for tie in book.ties] == [("on", 0, 2)]
    assert read("a robot and a panda dance").ties[0].kind == "with"


def test_pronouns_mean_somebody_named_before_or_a_new_person() -> None:
    assert pictures(read("a woman enters, she laughs")) == ["woman"]
    assert pictures(read("he laughs")) == ["man"]
    assert motions(read("a chef cooks. then he dances")) == ["cook", "dance"]


def test_a_verb_without_a_subject_is_done_by_somebody() -> None:
    scene = read("eating pizza")
    assert set(pictures(scene)) == {"pizza", "person"}
    assert (scene.things[scene.deeds[0].who].noun.picture, scene.deeds[0].motion) == ("person", "eat")


def test_an_unknown_name_before_a_verb_is_a_person() -> None:
    assert pictures(read("Marilena drinks coffee")) == ["person", "hot-beverage"]


def test_emoji_draw_themselves() -> None:
    assert pictures(read("🐶 eats 🍕")) == ["dog-face", "pizza"]
    assert pictures(read("👩🏽‍🍳❤️")) == ["woman-cook", "red-heart"]


@pytest.mark.parametrize(
    "prompt",
    [
        "un perro come espaguetis en la cocina",
        "un chien mange des spaghettis dans la cuisine",
        "ein Hund isst Spaghetti in der Küche",
        "um cachorro come espaguete na cozinha",
        "un cane mangia spaghetti in cucina",
        "犬がキッチンでスパゲッティを食べる",
        "狗在厨房里吃意大利面",
    ],
)
def test_other_languages_find_dog_spaghetti_eating_and_the_kitchen(prompt: str) -> None:
    scene = read(prompt)
    assert set(pictures(scene)) & {"dog", "dog-face"}
    assert "spaghetti" in pictures(scene)
    assert motions(scene)[:1] == ["eat"]
    assert scene.place == "kitchen"


def test_words_of_style_are_not_things() -> None:
    scene = read("a fox in the forest, oil painting, cinematic, highly detailed, 4k, film grain")
    assert pictures(scene) == ["fox"]


def test_explain_says_which_words_gave_what() -> None:
    notes = {
        note.words: (note.role, note.what)
        for note in generator.explain("a red car drives to Zorblax at night")
    }
    assert notes["red"] == ("colour", "red")
    assert notes["car"] == ("picture", "automobile")
    assert notes["drives"] == ("motion", "drive")
    assert notes["at night"] == ("time", "night")
    assert notes["Zorblax"] == ("unknown", "")


@pytest.mark.parametrize(
    "prompt", ["", "   ", "…", "the of and", "zoom in", "\x00\ud800", "½ ² ①", "qwrtz plmk"]
)
def test_where_nothing_can_be_drawn_it_says_so(prompt: str) -> None:
    assert not generator.can_draw(prompt)


def test_a_very_long_prompt_is_read() -> None:
    scene = read(("a dog chases a cat, " * 400)[:5000])
    assert pictures(scene) == ["dog", "cat"]


def test_every_curated_word_has_a_picture_a_motion_or_a_place() -> None:
    for noun in nouns().values():
        assert noun.picture.startswith("~") or pack.has(noun.picture), noun
    assert set(verbs.motions().values()) <= set(ACTS)
    places = set(verbs.places().values()) | set(verbs.scenery().values())
    assert places <= set(OUTDOORS) | set(INDOORS)
