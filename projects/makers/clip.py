"""The postcard's clip: four seconds of a paper plane over the sea at sunset, with a hard cut to a lighthouse."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from makers import audio, plane, sea
from makers.audio import Samples
from makers.drawn import rasterised
from makers.sea import Picture

if TYPE_CHECKING:
    from storyboard.frames import Frame

WIDTH, HEIGHT = 640, 360
RATE = 30
FRAMES = 120
CUT = 72
"""The first frame of the second picture."""

_SUNSET = sea.Light(
    sky=((0, (58, 44, 98)), (0.35, (150, 72, 120)), (0.65, (232, 110, 92)), (0.85, (250, 166, 88)), (1, (255, 208, 128))),
    deep=(38, 40, 92),
    cloud=(255, 190, 130),
    shade=(112, 62, 110),
    glow=(255, 214, 132),
    glow_at=(236, 186),
    radius=30,
    halo=1.0,
)  # fmt: skip
_DUSK = sea.Light(
    sky=((0, (12, 18, 48)), (0.45, (26, 44, 92)), (0.75, (64, 78, 132)), (0.92, (150, 112, 150)), (1, (214, 148, 150))),
    deep=(10, 20, 52),
    cloud=(120, 118, 170),
    shade=(24, 32, 70),
    glow=(226, 232, 250),
    glow_at=(150, 62),
    radius=15,
    halo=0.55,
)  # fmt: skip
_LAMP_AT = np.array([487.0, 118.0])
"""The lighthouse's lamp, in pixels."""


def frames() -> Iterator[Frame]:
    """The clip's pictures, in order."""
    for number in range(FRAMES):
        picture = _sunset(number / RATE) if number < CUT else _dusk((number - CUT) / RATE)
        yield np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def _over_the_sea(time: float) -> NDArray[np.float64]:
    t = time / 2.4
    return np.array(
        [
            -2.6 + 7.6 * t - 0.6 * t * t,
            -1.15 + 2.0 * t + 0.9 * t * t + 0.16 * np.sin(5.2 * t),
            7.0 + 5.0 * t * t,
        ]
    )


def _to_the_light(time: float) -> NDArray[np.float64]:
    t = time / 1.6
    return np.array([-7.2 + 9.4 * t, 1.1 + 1.3 * t - 1.25 * t * t + 0.12 * np.sin(7 * t), 19.0 - 5.0 * t])


_SEA_LINE, _NIGHT_LINE = 206, 226
"""The horizons, in pixels."""
_SUNLIT = plane.Lamp((-0.35, 0.25, 0.9), (255, 240, 214), (176, 118, 140))
_MOONLIT = plane.Lamp((-0.6, 0.6, -0.3), (240, 244, 255), (104, 116, 168))


@cache
def _seaside(light: sea.Light, horizon: int, seed: int) -> sea.Seaside:
    return sea.Seaside(light, WIDTH, HEIGHT, horizon, seed)


def _sunset(time: float) -> Picture:
    picture = _birds(_seaside(_SUNSET, _SEA_LINE, 3).at(time), time)
    return plane.draw(picture, plane.Path(_over_the_sea, 0.12), time, _SUNLIT, _SEA_LINE)


def _birds(picture: Picture, time: float) -> Picture:
    """Three gulls far away, two strokes of the wing a second."""
    layer = np.zeros((HEIGHT * 4, WIDTH * 4), np.float32)
    for number, (x, y, size) in enumerate(((430, 96, 9), (462, 84, 7), (492, 101, 6))):
        beat = np.sin(2 * np.pi * 1.9 * time + 1.3 * number)
        at = np.array([x - 11 * time, y - 2 * time + 1.2 * beat])
        side = np.array([[-1.0, -0.20 - 0.34 * beat], [-0.45, -0.36 - 0.06 * beat], [0.0, 0.0]])
        wings = np.concatenate([side, (side * [-1, 1])[::-1][1:]]) * size + at
        cv2.polylines(layer, [np.round(wings * 4 * 16).astype(np.int32)], False, 1.0, 6, cv2.LINE_AA, 4)
    alpha = cv2.resize(layer, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return sea.mix(picture, (70, 40, 88), np.asarray(alpha * 0.85, np.float32))


def _dusk(time: float) -> Picture:
    picture = _stars(_seaside(_DUSK, _NIGHT_LINE, 8).at(time), time)
    turn = 2 * np.pi * (0.30 * time - 0.02)
    picture = _beam(picture, turn)
    land = _headland()
    picture = np.asarray(picture * (1 - land[..., 3:]) + land[..., :3] * land[..., 3:], np.float32)
    picture = plane.draw(picture, plane.Path(_to_the_light, 0.15), time, _MOONLIT, _NIGHT_LINE)
    return _lamp(picture, turn)


def _stars(picture: Picture, time: float) -> Picture:
    random = np.random.default_rng(21)
    light = np.zeros((HEIGHT, WIDTH), np.float32)
    for x, y, bright, pace in zip(
        random.uniform(4, WIDTH - 4, 90),
        random.uniform(4, 150, 90),
        random.random(90) ** 2,
        random.uniform(2, 6, 90),
        strict=True,
    ):
        twinkle = 0.75 + 0.25 * np.sin(pace * time + x)
        fade = 1 - y / 170
        cv2.circle(
            light,
            (round(x * 16), round(y * 16)),
            round((0.5 + 0.7 * bright) * 16),
            float(twinkle * fade * (0.35 + 0.65 * bright)),
            -1,
            cv2.LINE_AA,
            4,
        )
    return sea.mix(picture, (255, 250, 236), light)


def _beam(picture: Picture, turn: float) -> Picture:
    """The two arms of the light, turning about an upright axis: short and bright when they point at us or away."""
    x, y = np.meshgrid(np.arange(WIDTH) - _LAMP_AT[0], np.arange(HEIGHT) - _LAMP_AT[1])
    light = np.zeros((HEIGHT, WIDTH))
    for arm in (turn, turn + np.pi):
        sideways, towards = np.cos(arm), -np.sin(arm)
        length = 60 + 430 * abs(sideways)
        along = x * np.sign(sideways)
        width = 5 + (0.075 + 0.10 * (1 - abs(sideways))) * np.maximum(along, 0)
        ray = np.exp(-((y / width) ** 2)) * np.exp(-np.maximum(along, 0) / length)
        light += ray * sea.smooth_step(-2, 6, along) * (0.50 + 0.25 * towards) * min(1.0, 3 * abs(sideways))
    return sea.mix(picture, (255, 240, 190), np.asarray(np.clip(light, 0, 0.9), np.float32))


def _lamp(picture: Picture, turn: float) -> Picture:
    """The glare of the lamp itself, strongest as an arm sweeps past us."""
    x, y = np.meshgrid(np.arange(WIDTH) - _LAMP_AT[0], np.arange(HEIGHT) - _LAMP_AT[1])
    facing = np.abs(np.sin(turn)) ** 6
    distance = np.hypot(x, y)
    glare = np.exp(-distance / 5) + (0.30 + 0.5 * facing) * np.exp(-distance / (16 + 20 * facing))
    return sea.mix(picture, (255, 244, 206), np.asarray(np.clip(glare, 0, 1), np.float32))


_LAND = f"""
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">
 <defs>
  <linearGradient id="rock" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#27335c"/><stop offset="1" stop-color="#0b1230"/></linearGradient>
  <linearGradient id="white" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#e6e4f0"/><stop offset="0.55" stop-color="#a9abc8"/><stop offset="1" stop-color="#5b6090"/></linearGradient>
  <linearGradient id="red" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#c4545c"/><stop offset="0.55" stop-color="#93384c"/><stop offset="1" stop-color="#4c2444"/></linearGradient>
  <clipPath id="tower"><path d="M476 130 L498 130 L507 262 L467 262 Z"/></clipPath>
 </defs>
 <path d="M0 222 C30 216 60 219 96 217 C128 214 150 221 188 224 L188 227 L0 227 Z" fill="#3a4478" opacity="0.8"/>
 <path d="M352 276 C372 268 384 256 404 254 C424 252 430 244 450 242 C476 238 500 240 520 236 C560 230 590 214 640 206 L640 300 C560 296 480 292 420 286 C394 284 372 282 352 276 Z" fill="url(#rock)"/>
 <path d="M352 276 C372 268 384 256 404 254 C424 252 430 244 450 242 C476 238 500 240 520 236 C560 230 590 214 640 206" stroke="#56608f" stroke-width="1.6" fill="none"/>
 <g clip-path="url(#tower)">
  <rect x="460" y="126" width="54" height="140" fill="url(#white)"/>
  <rect x="460" y="152" width="54" height="26" fill="url(#red)"/>
  <rect x="460" y="206" width="54" height="28" fill="url(#red)"/>
 </g>
 <path d="M470 130 H504 L501 125 H473 Z" fill="#2a2f58"/>
 <path d="M474 125 V119 M480 125 V119 M494 125 V119 M500 125 V119 M472 119 H502" stroke="#2a2f58" stroke-width="1.2"/>
 <rect x="479" y="108" width="16" height="17" fill="#ffe9a8"/>
 <path d="M479 108 V125 M487 108 V125 M495 108 V125" stroke="#2a2f58" stroke-width="1"/>
 <path d="M475 108 L487 97 L499 108 Z" fill="#7d3048"/><circle cx="487" cy="96" r="2" fill="#7d3048"/>
 <rect x="484" y="190" width="6" height="9" rx="3" fill="#ffd98a"/><rect x="484" y="141" width="5" height="7" rx="2.5" fill="#ffd98a"/>
 <path d="M526 236 V218 L546 206 L566 216 V231 Z" fill="#8d90b6"/><path d="M522 220 L546 203 L570 217 L566 219 L546 208 L526 222 Z" fill="#3a2444"/>
 <rect x="535" y="219" width="7" height="8" fill="#ffd98a"/><rect x="549" y="218" width="7" height="8" fill="#ffd98a"/>
</svg>
"""


@cache
def _headland() -> NDArray[np.float32]:
    """The headland with its lighthouse, (H, W, 4), 0 to 1."""
    return rasterised(_LAND, WIDTH, HEIGHT)


def sound() -> Samples:
    """The clip's four seconds of sea: surf that swells and ebbs, a breath of wind as the plane goes by."""
    length = FRAMES * audio.RATE // RATE
    t = np.arange(length) / audio.RATE
    random = np.random.default_rng(5)
    stereo = np.empty((length, 2))
    for side in (0, 1):
        rumble = audio.band(random.standard_normal(length), 90, 420)
        hiss = audio.band(random.standard_normal(length), 900, 5200)
        swell = 0.55 + 0.45 * np.sin(2 * np.pi * t / 3.1 - 1.9 + 0.35 * side)
        stereo[:, side] = rumble * (0.6 + 0.4 * swell) + 0.55 * hiss * swell**2
    wind = audio.band(random.standard_normal(length), 500, 1500)
    near = np.exp(-(((t - 0.7) / 0.45) ** 2))
    stereo += 1.1 * wind[:, None] * near[:, None] * np.array([0.8, 0.6])
    edges = np.stack([audio.rounded(stereo[:, side], 0.02, 0.05) for side in (0, 1)], axis=1)
    return audio.mastered(edges, lufs=-27.0)


def write(path: Path) -> None:
    """Encode the clip: H.264, 640x360, 30 fps, BT.709, with AAC sound."""
    import av

    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        options = {"crf": "20", "preset": "slower", "tune": "animation"}
        video = out.add_stream("libx264", rate=RATE, options=options)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.thread_count = 1  # its bytes depend on it
        video.color_range, video.colorspace = 1, 1
        video.color_primaries, video.color_trc = 1, 1
        stream = out.add_stream("aac", rate=audio.RATE, layout="stereo", options=audio.CODER)
        stream.bit_rate = 64_000
        for number, picture in enumerate(frames()):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        audio.encode(out, stream, sound())
