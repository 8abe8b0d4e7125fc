"""How a shot is filmed, as people write it: shot sizes, camera moves, paces.

The wordings are too many for a list ("the camera slowly pushes in on", "slow push-in", "camera: dolly forward"), so
each is a pattern over the words, hyphens read as spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

SHOT_SIZES = frozenset({"close", "medium", "wide", "aerial", "high", "low"})
PACES = frozenset({"slow", "fast"})

_HOW = (
    "(?:(?:very|extremely|super|ultra|slow|slowly|gentle|gently|smooth|smoothly|quick|quickly|fast|rapid|rapidly|sudden|"
    "suddenly|dramatic|dramatically|subtle|subtly|steady|steadily|gradual|gradually|soft|softly|lazy|lazily|cinematic|"
    "continuous|continuously|deliberate|long|short|single|sweeping|beautiful|epic|simple|tight|then|and|is|starts|"
    "begins|to|brisk|swift|swiftly|leisurely|elegant|floating|moving|stable|stabilized|one|low|high|big) )*"
)
_CAMERA = "(?:the |a |our )?(?:camera|cam|shot|view|lens|frame)(?: then| that)? "
_LEAD = (
    "(?:(?:shot|seen|filmed|captured|viewed|framed|taken|presented|shown|recorded) )?"
    "(?:(?:in|from|with|at|via|as|using|on|by|through) )?(?:(?:a|an|the|one) )?"
)
_OF = (
    "(?: (?:shot|shots|view|angle|camera|cam|footage|perspective|clip|video|movement|move|style|framing|scene|lens|"
    "effect|photography|frame|portrait))*"
    "(?: (?:to reveal|revealing|and reveals|to show|of|on|at|toward|towards|onto|to|into|as|following|follows|showing|"
    "shows|from(?: (?:the|a|an|his|her))?(?: [a-z']+){1,4}? (?:(?:down|up|over|back) )?(?:to|onto|towards?)|from))?"
)
_IN = "(?:in(?:to|ward|wards)?|closer|close|forward|forwards|toward|towards|nearer|up close|tighter)"
_OUT = "(?:out(?:ward|wards)?|back|backward|backwards|away|further away|farther away|wider)"
_GOES = (
    "(?:mov(?:e|es|ing)|push(?:es|ing)?|creep(?:s|ing)?|glid(?:e|es|ing)|travel(?:s|ling|ing)?|fl(?:y|ies|ying)|"
    "inch(?:es|ing)?|drift(?:s|ing)?|doll(?:y|ies|ying)|float(?:s|ing)?|track(?:s|ing)?|rush(?:es|ing)?|"
    "pull(?:s|ing)?|go(?:es|ing)?|com(?:e|es|ing)|sweep(?:s|ing)?|swoop(?:s|ing)?|back(?:s|ing)?|get(?:s|ting)?|"
    "driv(?:e|es|ing)|retreat(?:s|ing)?|zoom(?:s|ing)?|truck(?:s|ing)?|slid(?:e|es|ing)|turn(?:s|ing)?|"
    "swing(?:s|ing)?|whip(?:s|ping)?|swivel(?:s|ing)?|shift(?:s|ing)?)"
)
_SIDE = (
    "(?:(?: (?:slowly|gently|smoothly|quickly|to|the|from|towards?|over|across|along|it|scene|off|screen))*"
)

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("close", f"(?:extreme |big |intimate |macro |detailed? )*(?:close ?ups?|ecu){_OF}"),
    ("close", f"(?:extreme )?(?:macro|detail shot|insert shot|tight shot|tight on|close shot|close view|"
              f"head ?shot|portrait shot|face shot|choker shot|tight framing|close framing|close angle|up close|"
              f"close in on|seen close|close range|facial shot){_OF}"),
    ("medium", f"(?:medium|mid)(?: close up| long| full| wide)?(?: shot| view| framing| angle| close up)+{_OF}"),
    ("medium", f"(?:waist (?:up|high|level)|cowboy shot|two shot|american shot|half body|over (?:the|his|her) shoulder|"
               f"midshot|waist shot|chest up|three quarter shot){_OF}"),
    ("wide", f"(?:extreme |super |ultra |very )*(?:wide (?:angle|shot|view|lens|establishing|landscape|frame|framing|"
             f"aerial|panoramic)|widescreen shot|establishing|long shot|panorama|panoramic|full shot|full body|"
             f"full length|master shot|landscape shot|distant shot|far shot|(?:seen|shot|filmed|viewed|framed) from "
             f"(?:afar|far away|a distance|a great distance)|wide open shot|general view|total shot){_OF}"),
    ("wide", "wide(?=$| [,.;:!?—–…]| and | close| then | slow| pan| zoom| static| tracking| dolly)"),
    ("aerial", f"(?:aerial|bird'?s? eye|bird view|drone (?:shot|view|footage|fly ?over|camera|video|angle|perspective)|"
               f"(?<![a-z] )overhead|overhead(?= (?:shot|view|angle|camera|drone|perspective))|top down|top view|top shot|god'?s? eye|"
               f"helicopter (?:shot|view|footage)|satellite view|fly ?over (?:shot|of|footage)|(?<!rays )(?<!light )(?<!lights )(?<!down )from above|from high above|"
               f"from overhead|(?:seen|shot|filmed|viewed) from (?:the air|the sky)|from a drone|from a helicopter|"
               f"from a plane|birds ?eye)"
               f"{_OF}"),
    ("high", f"(?:high angle|high shot|{_CAMERA}(?:is )?looking down){_OF}"),
    ("aerial", "(?<!a )(?<!the )drone(?=$| [,.;:!?—–…])"),
    ("low", f"(?:low angle|from below|worm'?s? eye|low shot|at (?:ground|floor) level|ground level|floor level|hero shot|"
            f"(?:seen|shot|filmed|viewed) from (?:the ground|the floor)|low camera|frog perspective|upward angle|"
            f"{_CAMERA}(?:is )?look(?:s|ing) up|"
            f"low to the ground){_OF}"),
    ("zoom-in", f"(?:crash |snap |punch |whip )?zoom(?:s|ing)? {_HOW}{_IN}{_OF}"),
    ("zoom-in", f"(?:crash zoom|snap zoom|dolly zoom|vertigo (?:effect|shot)|zoom in)(?:s|ing)?{_OF}"),
    ("zoom-in", f"zoom(?:s|ing)?(?: shot| effect| on| lens)+{_OF}"),
    ("zoom-in", "(?:(?:slow|fast|quick|slowly|camera) )*zoom(?:s|ing)?(?=$| [,.;:!?—–…])"),
    ("dolly-in", f"(?:push(?:es|ing)?|punch(?:es|ing)?) in{_OF}"),
    ("dolly-in", f"dolly(?:ing)?(?: shot| move)? {_HOW}{_IN}{_OF}"),
    ("dolly-in", f"dollies {_HOW}{_IN}{_OF}"),
    ("dolly-in", f"{_CAMERA}{_HOW}{_GOES} {_HOW}{_IN}{_OF}"),
    ("dolly-in", "mov(?:e|es|ing) (?:in|closer)(?: on)?(?=$| [,.;:!?—–…])"),
    ("zoom-out", f"zoom(?:s|ing)? {_HOW}{_OUT}{_OF}"),
    ("dolly-out", f"(?:pull(?:s|ing)?) (?:back|out|away)(?: (?:to|and) reveal(?:s|ing)?| revealing)?"
                  f"(?=$| [,.;:!?—–…]| from| to| shot| and| reveal| over| slowly){_OF}"),
    ("dolly-out", f"(?:dolly|dollies|dollying)(?: shot| move)? {_HOW}{_OUT}{_OF}"),
    ("dolly-out", f"{_CAMERA}{_HOW}{_GOES} {_HOW}{_OUT}{_OF}"),
    ("dolly-out", f"(?:pull ?back|pull ?out|reveal) shot{_OF}"),
    ("dolly-out", f"{_CAMERA}{_HOW}(?:reveal(?:s|ing)?|widens){_OF}"),
    ("pan", f"(?:whip |swish |camera |slow |quick )*pan(?:s|ning)?(?: shot)?{_SIDE} (?P<side>left|right|up|down)"
            f"(?: to (?P<end>left|right))?)"),
    ("pan", f"(?:whip|swish|slow|quick|smooth|gentle|horizontal|camera|fast) (?:camera )?pan(?:s|ning)?{_OF}"),
    ("pan", f"pan(?:s|ning)(?: shot)?(?: slowly| gently| smoothly| quickly)?"
            f"(?: (?:across|over|along|around|past|through|with))?{_OF}"),
    ("pan", "(?<!a )(?<!the )pan(?: slowly| shot)? (?:across|over|along|around|past|to|from|shot|with)"),
    ("pan", "(?<!a )(?<!the )(?<!his )(?<!her )(?<!iron )(?<!frying )(?<!hot )(?<!steel )(?<!sizzling )(?<!their )pan(?=$| [,.;:!?—–…])"),
    ("pan", f"{_CAMERA}{_HOW}{_GOES}{_SIDE} (?P<way>left|right))"),
    ("pan", "(?:truck|trucks|trucking|slide|slider shot|crab)(?: shot)? (?:to the )?(?P<truck>left|right)"),
    ("pan", f"{_CAMERA}{_HOW}(?:sweep|scan|sweep)s? (?:across|over|along|around){_OF}"),
    ("tilt-up", f"tilt(?:s|ing)?(?: shot)?{_SIDE})(?: (?:slowly|gently|smoothly))? up(?:ward|wards)?{_OF}"),
    ("tilt-down", f"tilt(?:s|ing)?(?: shot)?{_SIDE})(?: (?:slowly|gently|smoothly))? down(?:ward|wards)?{_OF}"),
    ("tilt-up", f"(?:{_CAMERA})?(?:vertical )?tilt(?: shot)?(?=$| [,.;:!?—–…])"),
    ("tilt-up", f"{_CAMERA}{_HOW}(?:tilt|point|turn|pan|angle)s?{_SIDE}) up(?:ward|wards)?{_OF}"),
    ("tilt-down", f"{_CAMERA}{_HOW}(?:tilt|look|point|turn|pan|angle)s?{_SIDE}) down(?:ward|wards)?{_OF}"),
    ("crane-up", f"(?:crane|cranes|craning|jib|boom|booms|pedestal|pedestals|elevator shot)(?: shot)? "
                 f"{_HOW}(?:up(?:ward|wards)?|rising|rises|above|over){_OF}"),
    ("crane-down", f"(?:crane|cranes|craning|jib|boom|booms|pedestal|pedestals)(?: shot)? "
                   f"{_HOW}(?:down(?:ward|wards)?|descending|descends|lowering|lowers|dropping){_OF}"),
    ("crane-up", f"{_CAMERA}{_HOW}(?:ris(?:e|es|ing)|ascend(?:s|ing)?|lift(?:s|ing)?|climb(?:s|ing)?|"
                 f"soar(?:s|ing)?|crane(?:s)?|craning)(?: up| upward| upwards| above| over| high| into the sky)*{_OF}"),
    ("crane-up", f"{_CAMERA}{_HOW}{_GOES} {_HOW}(?:up|upward|upwards)(?: above| over)?{_OF}"),
    ("crane-up", f"(?:rising|ascending) (?:crane |camera |drone |aerial )?(?:shot|camera|crane){_OF}"),
    ("crane-up", f"(?:crane|jib) shot{_OF}"),
    ("crane-down", f"{_CAMERA}{_HOW}(?:descend(?:s|ing)?|lower(?:s|ing)?|sink(?:s|ing)?|drop(?:s|ping)?)"
                   f"(?: down| downward| downwards| towards?| to)*{_OF}"),
    ("crane-down", f"{_CAMERA}{_HOW}{_GOES} {_HOW}(?:down|downward|downwards){_OF}"),
    ("crane-down", f"(?:descending|lowering) (?:crane |camera |drone )?(?:shot|camera|crane){_OF}"),
    ("tracking", f"(?:tracking|follow|following|trailing|chase|lateral|side ?scrolling|travelling|traveling|"
                 f"side tracking) (?:shot|camera|cam|view|dolly)(?: (?:alongside|behind|beside|along|with))?{_OF}"),
    ("tracking", f"(?:tracking|steadicam|steady ?cam|gimbal)(?: (?:alongside|behind|along|with))?{_OF}"),
    ("tracking", f"tracks (?:alongside|behind|along|with|him|her|them|it){_OF}"),
    ("tracking", f"{_CAMERA}{_HOW}(?:follow(?:s|ing)?|trail(?:s|ing)?|chas(?:e|es|ing)|track(?:s|ing)?|"
                 f"accompan(?:y|ies)|pursu(?:e|es)|keep(?:s|ing)? (?:up|pace)(?: with)?|stay(?:s)? with)"
                 f"(?= the| a| an| him| her| it| them| its| alongside| behind| along| from| beside| [,.;]|$)"
                 f"(?: alongside| behind| along| beside)?{_OF}"),
    ("tracking", f"{_CAMERA}{_HOW}{_GOES} (?:with|alongside|beside|behind){_OF}"),
    ("tracking", f"dolly(?:ing)?(?: shot| track| alongside| along| with| past| left| right| move)*{_OF}"),
    ("tracking", "followed by (?:the |a )?(?:camera|drone|steadicam)"),
    ("handheld", f"(?:hand ?held|shaky|jittery|unsteady|wobbly)(?: cam| camera| shot| footage| video| style| feel| "
                 f"phone| smartphone| documentary)+{_OF}"),
    ("handheld", f"(?:hand ?held|shaky ?cam|documentary style|found footage|vlog style|shaky(?=$| [,.;:!?—–…])|amateur footage|"
                 f"camera shake|camera shakes|home video footage){_OF}"),
    ("orbit", f"{_CAMERA}{_HOW}(?:orbit|circle|rotate|revolve|arc|whirl|swirl|spin|spiral|wrap)(?:s|ing)?"
              f"(?: slowly| all)?(?: (?:around|round|about))?{_OF}"),
    ("orbit", f"{_CAMERA}{_HOW}(?:circling|rotating|revolving|spiralling|spiraling){_OF}(?: around)?"),
    ("orbit", f"{_CAMERA}{_HOW}{_GOES} {_HOW}(?:all the way )?(?:around|round|in a circle)(?! the corner){_OF}"),
    ("orbit", f"(?:orbit|orbiting|orbital|circling|rotating|revolving|arc|arcing|spinning|turntable) "
              f"(?:shot|camera|view|pan|move|movement)(?: (?:around|round))?{_OF}"),
    ("orbit", f"360(?: degrees?)?(?: (?:shot|view|spin|rotation|orbit|pan|camera|turn|around))*{_OF}"),
    ("orbit", "(?:slow |smooth )?orbit(?:ing)?(?: (?:around|round))(?= the subject| it| him| her| them)"),
    ("orbit", f"bullet time{_OF}"),
    ("pov", f"(?:pov|fpv|point of view|first person(?: (?:view|perspective|point of view))?|subjective camera|"
            f"through the eyes|helmet ?cam|go ?pro|body ?cam|dash ?cam){_OF}"),
    ("pov", "(?:from |in )(?:the |his |her |its |a )?(?:\\w+ ){0,3}(?:perspective|point of view|pov)(?: of)?"),
    ("dutch", f"(?:dutch(?: angle| tilt)|canted(?: angle| frame)?|tilted (?:angle|frame|camera|horizon)){_OF}"),
    ("slow", f"(?:in |extreme |super |ultra |very )*slow ?(?:motion|mo)(?: playback)?{_OF}"),
    ("slow", f"(?:slowed down|high speed (?:camera|footage)|slomo|phantom camera|240 ?fps|120 ?fps){_OF}"),
    ("fast", f"(?:in |as )?(?:a )?(?:time ?lapse|hyper ?lapse|fast ?motion|fast forward|sped up|speeded up|"
             f"accelerated motion|double speed|speed ramp){_OF}"),
    ("still", f"(?:static|locked (?:off|down)|fixed|stationary|motionless|unmoving|immobile|tripod) "
              f"(?:shot|camera|frame|view|angle|framing|cam|tripod)+{_OF}"),
    ("still", f"(?:locked (?:off|down)|tripod|still (?:shot|camera)|no camera (?:movement|motion|moves)){_OF}"),
    ("still", "static(?=$| [,.;:!?—–…]| wide| close| medium| aerial| low| high| overhead| top)"),
    ("still", f"{_CAMERA}(?:is |remains |stays |stands |holds |held |kept )*"
              f"(?:still|static|fixed|motionless|stationary|steady|does not move|doesn't move|never moves|"
              f"not moving|holds|locked|unmoving|in place|stays put)+"),
)  # fmt: skip

_TRIGGERS = re.compile(
    r"camera|\bcam\b|shot|view|zoom|pan|tilt|doll|push|pull|punch|crane|crab|jib|boom|pedestal|track|truck|follow|steadi|"
    r"steady|gimbal|hand ?held|handheld|shak|orbit|360|arc|circling|rotating|revolving|bullet|pov|fpv|person|perspective|"
    r"eye|helmet|gopro|go pro|dash|body|dutch|canted|tilted|slow|slomo|fps|lapse|fast|sped|speed|static|lock|fixed|"
    r"tripod|still|station|motion|close|ecu|macro|tight|head|portrait|medium|mid|waist|wide|establish|panoram|full|"
    r"aerial|drone|helicopter|overhead|top|above|high|low|below|ground|floor|distan|afar|far|lens|frame|jitter|documentary|"
    r"footage|air|sky|lateral|looking|detail|insert|mov|hero|birds|sweep|whip|swish|rising|ascending|descending|"
    r"turntable|vlog|subjective|shoulder|amateur|half|chest|quarter|frog|master|landscape|long|vertigo|reveal|slide"
)


class Filmed(NamedTuple):
    """What some words say about the camera."""

    value: str
    """A shot size, a pace, or a move."""
    words: int
    """How many words say it."""


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (value, re.compile(f"{_LEAD}(?:{_CAMERA})?{_HOW}(?:{pattern})(?= |$)"))
        for value, pattern in _PATTERNS
    )


@cache
def _anywhere() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((value, re.compile(f"\\b(?:{pattern})(?= |$)")) for value, pattern in _PATTERNS)


def _plain(low: str) -> str:
    return low.replace("-", " ")


def _move(value: str, match: re.Match[str]) -> str:
    if value != "pan":
        return value
    found = match.groupdict()
    text = match[0]
    side = found.get("end") or found.get("side") or found.get("way") or found.get("truck") or "right"
    if side in ("up", "down"):
        return f"tilt-{side}"
    if not found.get("end") and f"from the {side}" in text:
        side = "left" if side == "right" else "right"
    return f"pan-{side}"


def filmed(lows: list[str]) -> Callable[[int], Filmed | None]:
    """A function that says what the words that start at a place in `lows` (lower case) say about the camera.

    The wording that reads the most words wins.
    """
    text = " ".join(_plain(low) or "\x00" for low in lows)
    if not _TRIGGERS.search(text):
        return lambda _at: None
    starts: list[int] = []
    ends: dict[int, int] = {}
    offset = 0
    for number, low in enumerate(lows):
        starts.append(offset)
        offset += len(low) or 1
        ends[offset] = number + 1
        offset += 1
    live = [pair for pair, loose in zip(_compiled(), _anywhere(), strict=True) if loose[1].search(text)]

    def at(index: int) -> Filmed | None:
        best: Filmed | None = None
        for value, pattern in live:
            match = pattern.match(text, starts[index])
            # A wording may not end inside a hyphenated word.
            if match is None or match.end() not in ends:
                continue
            length = ends[match.end()] - index
            if best is None or length > best.words:
                best = Filmed(_move(value, match), length)
        return best

    return at
