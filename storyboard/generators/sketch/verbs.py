"""What things do: which motion a verb is, and which words make a place, a time, a camera move, a colour."""

from __future__ import annotations

from functools import cache

from storyboard.generators.sketch.nouns import listed


def _table(text: str) -> dict[str, str]:
    """`name: word, phrase` lines as word -> name; the first line that has a word wins."""
    result: dict[str, str] = {}
    for line in text.strip().splitlines():
        name, _, words = line.strip().partition(": ")
        for word in words.split(", "):
            result.setdefault(word, name)
    return result


@cache
def motions() -> dict[str, str]:
    """Verb (as in a dictionary) or phrase -> motion."""
    return _table(
        """
        walk: walk, stroll, wander, march, step, approach, enter, leave, hike, pace, tiptoe, arrive, crawl, come, go, limp, sneak, parade, shuffle, patrol, travel, stomp, exit, cross, pass, move, follow, trot
        run: run, sprint, jog, race, rush, hurry, dash, escape, flee, gallop, charge, storm, scurry
        drive: drive, speed, cruise, park, reverse, skate, ski, surf, snowboard, skateboard, cycle, pedal, sail, row, slide, glide across, steer, scoot, pull up
        chase: chase, pursue, hunt
        ride: ride
        roll: roll, tumble down, trundle
        fly: fly, soar, hover, flap, glide, circle, swoop, zoom past, zip
        rise: rise, ascend, climb, lift, launch, take off, takes off, taking off, blast off, blasts off, blasting off, fly up, flies up, flying up, float up, floats up, float away, floats away, levitate, lift off, lifts off, soar up, shoot up, shoots up, emerge, stand up, stands up, go up, goes up, get up, gets up, erupt upward
        fall: fall, drop, tumble, plunge, sink, collapse, descend, crash, land, fall down, falls down, rain down, rains down, trip, go down, goes down, faint, slip, fly down, flies down, drip, cascade
        dive: dive, dip, plunge into
        jump: jump, leap, hop, pounce, vault, skip, spring, breach
        bounce: bounce, bob, trampoline
        spin: spin, rotate, turn, revolve, pirouette, cartwheel, turn around, turns around, orbit, whirl around
        twirl: twirl, whirl, swirl, wind, coil, stir, whisk, mix
        dance: dance, boogie, waltz, tango, salsa, party, celebrate, groove, sway, cheer, rejoice
        wave: wave, greet, beckon, raise, salute, clap, applaud, gesture, point, conduct, high-five
        shake: shake, tremble, shiver, vibrate, shudder, quiver, rattle, panic, buzz, wobble, wiggle, rumble
        eat: eat, chew, munch, devour, bite, slurp, taste, gobble, feast, nibble, swallow, gulp, lick, enjoy, dine, sample, stuff, feed
        drink: drink, sip, guzzle
        hug: hug, embrace, cuddle, kiss, snuggle, marry
        fight: fight, battle, box, wrestle, attack, duel, punch, slap, spar, argue, clash, shout at
        explode: explode, burst, erupt, blow up, blows up, blowing up, detonate, shatter, pop, combust
        swim: swim, paddle
        float: float, drift, hang, levitate softly
        grow: grow, expand, swell, inflate, bloom, enlarge, stretch
        shrink: shrink, melt, deflate, dwindle, vanish, disappear, fade, dissolve
        laugh: laugh, giggle, chuckle, smile, grin, beam
        cry: cry, weep, sob
        splash: splash, splatter, spill, spray, gush, squirt, pour, flow, drizzle, fling, fly everywhere, flies everywhere
        cook: cook, fry, bake, boil, simmer, grill, roast, prepare, sizzle, steam, make
        sleep: sleep, nap, doze, rest, dream, snore, lie, lay, asleep
        paint: paint, draw, sketch, color, colour
        write: write, type, work, study, code
        play: play, strum, drum, perform, jam
        sing: sing, hum, shout, scream, yell, roar, howl, bark, meow, cheer loudly, announce
        talk: talk, speak, say, chat, tell, ask, whisper, discuss, explain, interview, present
        read: read
        look: look, watch, stare, gaze, see, observe, peek, peer, glance, inspect, admire, search, wait, think, look around, looks around, sniff, ponder, contemplate, pose, notice
        sit: sit, perch, meditate, sit down, sits down, kneel
        stand: stand, stay, remain, be, live, stand still
        catch: catch, fetch, grab, snatch, receive
        throw: throw, toss, hurl, pitch, kick, shoot, launch at, juggle, fire, blow
        lean: lean, lean back, leans back, leaning back, bow, bend, recline, sigh
        push: push, pull, drag, carry
        hold: hold, clutch, grip, wear, lift up, lifts up, hold up, holds up, show, have, bring, offer, give, serve, take, pick, pick up, picks up, wield
        burn: burn, blaze, flicker, ignite
        shine: shine, glow, sparkle, twinkle, glitter, gleam, glimmer, glisten, flash
        cut: cut, chop, slice, carve, dice, peel, saw
        wash: wash, clean, scrub, sweep, shower, bathe, mop
        slurp: slurp up
        """
    )


@cache
def relations() -> dict[str, str]:
    """Preposition or phrase between two things -> how they are staged."""
    return _table(
        """
        on: on top of, on, upon, onto, atop, aboard, sitting on, standing on
        ride: riding on, astride, on the back of
        under: under, beneath, below, underneath
        over: over, above, across the top of
        in: inside, inside of, in, within, from inside
        into: into, in to
        out: out of, from
        behind: behind, in back of
        before: in front of, before
        between: between, among, amid
        beside: next to, beside, alongside, by, near, at, against, around, past
        with: with, and, accompanied by, together with, plus
        hold: holding, wearing, carrying, clutching, wielding
        of: of, full of, filled with, covered in, covered with, made of
        toward: towards, toward, to
        through: through, across, along, down, up
        """
    )


@cache
def directions() -> dict[str, str]:
    """Words after a verb -> where the motion goes."""
    return _table(
        """
        left: left, to the left, leftward, leftwards, from right to left, from the right
        right: right, to the right, rightward, rightwards, from left to right, from the left
        up: up, upward, upwards, skyward, into the air, into the sky, higher, up into the sky
        down: down, downward, downwards, to the ground, to the floor
        away: away, into the distance, off into the distance
        near: toward the camera, towards the camera, at the camera, towards us, toward us, to camera, into the camera
        around: around, in circles, round and round, everywhere
        """
    )


@cache
def places() -> dict[str, str]:
    """Noun or phrase -> the place that is drawn."""
    return _table(
        """
        kitchen: kitchen, bakery, galley, stove
        restaurant: restaurant, cafe, café, diner, bar, pub, trattoria, bistro, pizzeria, dining room, dining hall, cafeteria, canteen, coffee shop, banquet
        city: city, new york city, new york, town, downtown, skyline, manhattan, metropolis, tokyo, paris, london, rome, times square, hong kong, city skyline, cityscape, rooftop, roof, los angeles, chicago
        street: street, alley, sidewalk, pavement, crosswalk, avenue, neighborhood, neighbourhood, village, market, plaza, square, suburb, parking lot, shop, old town, marketplace
        road: road, highway, motorway, freeway, lane, racetrack, race track, route, country road, runway, railway, tracks
        forest: forest, woods, woodland, jungle, rainforest, grove, swamp, enchanted forest, wood
        beach: beach, shore, seaside, coast, island, sand, shoreline, seashore, tropical island, desert island
        sea: sea, ocean, lake, water, waves, wave, pond, bay, harbor, harbour, high seas, surface of the sea
        pool: pool, swimming pool
        underwater: underwater, under water, under the sea, under the ocean, ocean floor, seabed, coral reef, reef, deep sea, bottom of the sea, aquarium, below the waves
        river: river, stream, riverbank, creek, canal, waterfall, brook, venice
        mountains: mountain, mountains, hill, hills, cliff, peak, summit, alps, canyon, valley, mountaintop, himalayas, mountain peak, everest
        desert: desert, dune, dunes, sahara, wild west, savanna, savannah, wasteland, egypt, pyramid, pyramids
        space: space, outer space, galaxy, universe, cosmos, orbit, milky way, zero gravity, nebula
        moon: lunar surface, surface of the moon, on the moon
        mars: mars, red planet
        room: room, bedroom, living room, house interior, apartment, studio, office, classroom, indoors, inside the house, library, hospital room, lounge, hallway, corridor, floor, wall, ceiling, at home, attic, nursery, museum hall, gallery, art gallery, laboratory, lab
        dungeon: dungeon, cave, cellar, basement, tunnel, cavern, crypt
        stage: stage, theater, theatre, concert, show, opera, opera house, circus ring, spotlight, club, nightclub, disco, dance floor, ballroom, arena, gym, cinema
        field: field, meadow, grass, prairie, countryside, farm, pasture, lawn, wheat field, hillside, stadium, steppe, plain, plains, flower field, football field
        garden: garden, park, backyard, yard, orchard, vineyard, greenhouse, playground, picnic, zoo, central park
        snow: snow, snowy field, arctic, antarctica, tundra, glacier, ice, north pole, south pole, snowy landscape, iceberg, snowy mountain, ski slope, frozen lake, winter landscape
        sky: sky, clouds, air, heaven, mid-air, midair, above the clouds, through the clouds
        castle: throne room, castle courtyard, palace, castle hall, great hall
        volcano: lava, hell, underworld, inferno, erupting volcano
        """
    )


@cache
def scenery() -> dict[str, str]:
    """Adjectives and materials that name a place without being its noun: "snowy" -> snow."""
    return {
        "snowy": "snow",
        "sandy": "beach",
        "urban": "city",
        "grassy": "field",
        "icy": "snow",
        "tropical": "beach",
        "lunar": "moon",
        "cosmic": "space",
        "rural": "field",
        "medieval": "castle",
    }


@cache
def times() -> dict[str, str]:
    """Words for the light -> time of day."""
    return _table(
        """
        night: night, midnight, nighttime, moonlight, moonlit, dark, at night, nocturnal, starry, evening, late at night, neon, under the stars, starlight, starry night, nightfall, darkness
        sunset: sunset, dusk, golden hour, twilight, sundown, at sunset, setting sun, golden light
        dawn: dawn, sunrise, daybreak, early morning, morning, at dawn
        day: day, noon, daytime, midday, afternoon, daylight, sunny, sunlight, sunshine, bright day
        """
    )


@cache
def weathers() -> dict[str, str]:
    """Words for the weather -> what falls or hangs in the air."""
    return _table(
        """
        rain: rain, rainy, raining, drizzle, shower of rain, downpour, pouring rain
        snowfall: snowing, snowfall, snowflakes, blizzard, falling snow, snowstorm, winter, in the snow, snow falls, snow falling
        storm: storm, stormy, thunderstorm, thunder, lightning, tempest
        fog: fog, foggy, mist, misty, haze, hazy, smoky, smoke
        wind: wind, windy, breeze, breezy, gust, autumn wind
        """
    )


@cache
def cameras() -> dict[str, str]:
    """Words for the camera -> shot size (`close`, `medium`, `wide`, `aerial`, `low`) or move."""
    return _table(
        """
        close: close-up, close up, closeup, extreme close-up, extreme close up, macro, tight shot, portrait shot, close shot, headshot
        medium: medium shot, mid shot, medium close-up, cowboy shot, two-shot, two shot
        wide: wide shot, wide, wide angle, wide-angle, establishing shot, long shot, panorama, panoramic, full shot, extreme wide shot, extreme long shot, very wide
        aerial: aerial, aerial view, aerial shot, bird's eye view, bird's-eye view, drone shot, drone view, overhead, overhead shot, top-down, from above, top view, drone footage, drone, high angle
        low: low angle, low-angle, from below, worm's eye view
        zoom-in: zoom in, zooms in, zooming in, push in, pushes in, dolly in, camera moves in, slow zoom, zoom, camera pushes in, move in, dolly forward, crash zoom
        zoom-out: zoom out, zooms out, zooming out, pull out, pulls out, pull back, pulls back, dolly out, dolly back, camera pulls back, reveal
        pan-left: pan left, pans left, panning left, camera pans left, truck left
        pan-right: pan right, pans right, panning right, camera pans right, pan, panning, pans, camera pans, truck right, truck shot
        tilt-up: tilt up, tilts up, tilting up, crane up, camera rises, pedestal up, camera tilts up, crane shot, tilt
        tilt-down: tilt down, tilts down, tilting down, crane down, pedestal down, camera tilts down
        tracking: tracking shot, tracking, camera follows, follow shot, steadicam, dolly, dolly shot, following shot, tracks
        handheld: handheld, hand-held, shaky cam, shaky, documentary style, found footage, shaky camera
        orbit: orbiting shot, orbit shot, camera orbits, arc shot, 360, rotating camera, camera circles
        pov: pov, point of view, first person, first-person, point-of-view
        dutch: dutch angle, tilted angle, canted angle
        slow: slow motion, slow-motion, slowmo, slow mo, in slow motion, slow-mo
        fast: time lapse, timelapse, time-lapse, fast motion, hyperlapse, sped up, fast forward
        still: static shot, static, locked off, locked-off, tripod, still camera
        """
    )


SHOT_SIZES = frozenset({"close", "medium", "wide", "aerial", "low"})
PACES = frozenset({"slow", "fast"})

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (226, 40, 44),
    "scarlet": (226, 40, 44),
    "crimson": (190, 20, 50),
    "blue": (38, 104, 230),
    "navy": (28, 44, 120),
    "turquoise": (32, 190, 190),
    "teal": (18, 140, 140),
    "green": (44, 160, 66),
    "yellow": (250, 205, 40),
    "golden": (240, 180, 40),
    "orange": (248, 130, 30),
    "purple": (140, 66, 200),
    "violet": (140, 66, 200),
    "pink": (250, 120, 180),
    "magenta": (224, 40, 160),
    "brown": (132, 84, 52),
    "black": (44, 42, 48),
    "white": (240, 240, 242),
    "grey": (140, 142, 148),
    "gray": (140, 142, 148),
    "silver": (190, 196, 204),
    "beige": (222, 200, 164),
}

SIZES: dict[str, float] = {
    "tiny": 0.5, "little": 0.75, "small": 0.72, "miniature": 0.5, "short": 0.85, "baby": 0.65, "mini": 0.6,
    "big": 1.35, "large": 1.35, "huge": 1.6, "giant": 1.75, "gigantic": 1.8, "enormous": 1.7, "massive": 1.6,
    "tall": 1.25, "colossal": 1.8, "fat": 1.15, "great": 1.2, "monstrous": 1.6, "towering": 1.6,
}  # fmt: skip

NUMBERS: dict[str, int] = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "both": 2, "pair": 2, "couple": 2, "few": 3, "some": 3, "several": 4, "group": 4, "family": 3, "team": 4, "band": 4,
    "trio": 3, "bunch": 4, "many": 6, "lots": 6, "dozen": 8, "dozens": 9, "flock": 6, "herd": 5, "school": 6,
    "swarm": 8, "army": 9, "crowd": 9, "hundreds": 9, "thousands": 9, "pack": 4, "countless": 9, "pile": 5,
}  # fmt: skip
MANY = 9
"""The most of one thing that is drawn."""

CROWD_WORDS = frozenset({"people", "crowd", "audience", "family", "villager", "passenger"})
"""Nouns that are several people without saying how many."""

FILLER = listed(
    """
    a an the this that these those his her its their my our your is are was were be been being am do does did has
    had and or but while as then when where who which that's it's very really so just also still again there here
    one suddenly slowly quickly happily gently softly quietly loudly camera shot scene video film footage style
    cinematic view image of photo realistic photorealistic hyperrealistic 4k 8k hd uhd high quality highly detailed
    beautiful stunning amazing epic dramatic gorgeous masterpiece award winning vibrant colorful colourful bright
    soft warm cool ultra best resolution lighting natural animated animation cartoon pixar anime render rendering 3d
    rendered volumetric sharp focus depth bokeh up-close now today outside back himself herself itself themselves
    each other together alone all every everyone it not no can will would more most much too only like during
    until after before toward about into onto off new old young happy sad angry cute lovely funny scary wild empty
    for to at with by in on up down from out
    """
)
"""Words that draw nothing, so that they are not looked up as pictures."""

STYLES = frozenset(
    """
    oil painting|watercolor painting|watercolour painting|digital painting|digital art|matte painting|pencil drawing|
    pencil sketch|studio lighting|studio ghibli|film grain|35mm film|black and white|dark fantasy|golden ratio|
    shot on film|comic book|comic book style|stop motion|clay animation|soft light|natural light|hard light|rim light|
    shallow depth of field|depth of field|high quality|best quality|ray tracing|unreal engine|concept art|line art|
    oil painting style|vintage film|film noir|color grading|colour grading|movie scene|movie still|film still|
    music video|home video|security camera|at least|a lot
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""Phrases that say how a picture is made: nothing in them is a thing to draw."""
