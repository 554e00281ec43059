"""From a plan to pixels: dies are cut, specimens struck, sides photographed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image

from . import flan, light, metal
from .die import cleared, engrave_border, engrave_legend
from .head import Face
from .plan import CoinType, Record, Specimen
from .portrait import engrave_portrait
from .relief import SIZE, SPAN, UNIT, Array, Box, Figure, Pen, Relief


@dataclass(frozen=True)
class Side:
    """One side as a camera sees it, on no ground yet."""

    picture: Image.Image
    """RGBA, cropped to the flan."""
    figures: tuple[Figure, ...]
    """Boxes in pixels of `picture`."""
    concepts: tuple[str, ...]


@lru_cache(maxsize=8)
def obverse_die(seed: int, coin: CoinType, number: int) -> Relief:
    person = np.random.default_rng([seed, 10, coin.number])
    face = Face.drawn(person, coin.portrait.woman)
    rng = np.random.default_rng([seed, 11, coin.number, number])
    relief = Relief()
    engrave_border(Pen(relief), rng)
    engrave_legend(relief, coin.obverse_legend, "", rng, coin.portrait.bust)
    engrave_portrait(Pen(relief), coin.portrait, face.varied(rng), rng)
    return cleared(relief)


@lru_cache(maxsize=8)
def reverse_die(seed: int, coin: CoinType, number: int) -> Relief:
    rng = np.random.default_rng([seed, 12, coin.number, number])
    relief = Relief()
    engrave_border(Pen(relief), rng)
    engrave_legend(relief, coin.reverse_legend, coin.exergue, rng, "")
    shaken = Pen(
        relief,
        float(rng.normal() * 0.012),
        float(rng.normal() * 0.010),
        float(rng.uniform(0.95, 1.02)),
        turn=float(rng.normal() * 1.5),
    )
    coin.motif.scene(shaken, rng)
    return cleared(relief)


@dataclass(frozen=True)
class Camera:
    """How one photograph was taken; both sides alike."""

    lamp: light.Light
    diameter: int
    """Of the coin, in pixels."""
    turns: tuple[float, float]
    """Degrees by which each side lies askew."""
    ground: tuple[int, int, int]
    shadow: float
    warmth: float
    blur: float
    noise: float
    quality: int


GROUNDS = (
    (255, 255, 255),
    (252, 252, 252),
    (245, 245, 243),
    (225, 226, 228),
    (200, 200, 205),
    (26, 26, 28),
    (8, 8, 8),
    (243, 236, 220),
    (176, 190, 205),
    (92, 94, 98),
)


def camera_of(seed: int, record: Record) -> Camera:
    rng = np.random.default_rng([seed, 20, record.specimen.number, record.photograph])
    lamp = light.Light(
        float(rng.normal(228, 26)),
        float(rng.uniform(30, 52)),
        float(rng.uniform(0.26, 0.48)),
        float(rng.uniform(0.93, 1.10)),
    )
    ground = GROUNDS[int(rng.choice(len(GROUNDS), p=(0.34, 0.12, 0.10, 0.08, 0.06, 0.09, 0.06, 0.06, 0.04, 0.05)))]
    bright = min(ground) > 150
    return Camera(
        lamp,
        int(rng.integers(330, 400)),
        (float(rng.normal() * 2.5), float(rng.normal() * 2.5)),
        ground,
        float(rng.choice((0.0, rng.uniform(0.12, 0.34)))) if bright else 0.0,
        float(rng.normal() * 0.018),
        float(abs(rng.normal()) * 0.35),
        float(rng.uniform(0.6, 2.6)),
        int(rng.integers(84, 94)),
    )


def photographed(seed: int, record: Record, camera: Camera) -> tuple[Side, Side]:
    specimen = record.specimen
    condition = _condition(seed, specimen)
    skins = metal.SKINS[specimen.type.denomination.material]
    skin = skins[int(np.random.default_rng([seed, 21, specimen.number]).integers(len(skins)))]
    dies = (
        obverse_die(seed, specimen.type, specimen.obverse_die),
        reverse_die(seed, specimen.type, specimen.reverse_die),
    )
    obverse, reverse = (
        _side(die, condition, skin, camera, np.random.default_rng([seed, 22, specimen.number, face]), face)
        for face, die in enumerate(dies)
    )
    return obverse, reverse


def _condition(seed: int, specimen: Specimen) -> flan.Condition:
    rng = np.random.default_rng([seed, 23, specimen.number])
    metal_ = specimen.type.denomination.material
    rough = {"gold": 0.05, "silver": 0.22, "bronze": 0.45}[metal_]
    broad = specimen.type.denomination.name == "Solidus" or rng.random() < 0.15
    return flan.Condition(
        radius=float(rng.normal(1.0 if broad else 0.965, 0.022)),
        ragged=float(abs(rng.normal()) * 0.016 + 0.006),
        wear=specimen.wear,
        pitting=float(rng.beta(1, 4) * rough * 2.2),
        roughness=float(rng.uniform(0.3, 1.4) * rough),
        scratches=int(rng.integers(0, 7)),
        cracks=int(rng.choice(4, p=(0.66, 0.22, 0.09, 0.03))) if metal_ != "gold" else 0,
        weak=float(rng.beta(1, 3)),
        seed=int(rng.integers(2**31)),
    )


def _side(
    die: Relief, condition: flan.Condition, skin: metal.Skin, camera: Camera, rng: np.random.Generator, face: int
) -> Side:
    double = float(rng.choice((0.0, 9.0, -12.0), p=(0.965, 0.0175, 0.0175)))
    dx, dy, turn = (float(value) for value in rng.normal(size=3) * (0.032, 0.032, 4.0))
    strike = flan.Strike(dx, dy, turn, double)
    height, gap = flan.struck(die.height, strike, condition, rng, mirror=face == 1)
    colour, gloss = metal.painted(height, skin, rng)
    warmth = np.array([1 + camera.warmth, 1, 1 - camera.warmth], np.float32)
    rgb = light.lit(height, colour * warmth, gloss, camera.lamp)
    pixels = np.dstack([_developed(rgb), 255 * np.clip(gap * UNIT + 0.5, 0, 1)]).astype(np.uint8)
    picture = Image.fromarray(pixels).rotate(-camera.turns[face], Image.Resampling.BICUBIC)
    scale = camera.diameter / (2 * condition.radius * UNIT)
    picture = picture.resize((round(SIZE * scale), round(SIZE * scale)), Image.Resampling.LANCZOS)
    opaque = picture.getchannel("A").point(lambda value: 255 * (value > 100))
    crop = opaque.getbbox() or (0, 0, *picture.size)
    boxes = [(figure.concept, _seen(figure.box, strike, camera.turns[face], scale, crop)) for figure in die.figures]
    figures = tuple(Figure(concept, box) for concept, box in boxes if box)
    return Side(picture.crop(crop), figures, tuple(sorted({concept for concept, _ in boxes})))


def _developed(rgb: Array) -> Array:
    """Highlights roll off instead of burning out."""
    soft = np.where(rgb > 0.75, 0.75 + 0.25 * np.tanh((rgb - 0.75) / 0.35), rgb)
    return np.asarray(np.clip(soft, 0, 1) * 255, np.float32)


def _seen(box: Box, strike: flan.Strike, turn: float, scale: float, crop: tuple[int, int, int, int]) -> Box | None:
    """A box on the die as a box in pixels of the cropped picture, or None where the blow missed the figure."""
    left, top, right, bottom = box
    middle = flan.Strike(0, 0, turn)
    corners = [flan.place(*flan.place(x, y, strike), middle) for x in (left, right) for y in (top, bottom)]
    xs = [(x + SPAN) * UNIT * scale - crop[0] for x, _ in corners]
    ys = [(y + SPAN) * UNIT * scale - crop[1] for _, y in corners]
    seen = (
        max(0.0, min(xs)),
        max(0.0, min(ys)),
        min(float(crop[2] - crop[0]), max(xs)),
        min(float(crop[3] - crop[1]), max(ys)),
    )
    return seen if seen[2] - seen[0] > 4 and seen[3] - seen[1] > 4 else None
