"""Roman and Greek capitals as strokes, and how they stand around a coin's rim or in its field."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .relief import Pen, Point

Strokes = tuple[tuple[Point, ...], ...]


def _arc(x: float, y: float, rx: float, ry: float, start: float, end: float, count: int = 7) -> tuple[Point, ...]:
    angles = [math.radians(start + (end - start) * i / (count - 1)) for i in range(count)]
    return tuple((x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles)


_STEM: tuple[Point, ...] = ((0.0, 0.0), (0.0, 1.0))

GLYPHS: dict[str, tuple[float, Strokes]] = {
    "A": (0.72, (((0.0, 1.0), (0.36, 0.0), (0.72, 1.0)), ((0.14, 0.66), (0.58, 0.66)))),
    "B": (
        0.50,
        (
            _STEM,
            ((0.0, 0.0), (0.28, 0.0), (0.42, 0.12), (0.40, 0.36), (0.26, 0.47), (0.0, 0.47)),
            ((0.26, 0.47), (0.46, 0.60), (0.48, 0.84), (0.30, 1.0), (0.0, 1.0)),
        ),
    ),
    "C": (0.66, (_arc(0.40, 0.5, 0.40, 0.5, -48, -312, 9),)),
    "D": (0.64, (_STEM, ((0.0, 0.0), (0.30, 0.0), (0.56, 0.20), (0.64, 0.5), (0.56, 0.80), (0.30, 1.0), (0.0, 1.0)))),
    "E": (0.46, (_STEM, ((0.0, 0.0), (0.46, 0.0)), ((0.0, 0.49), (0.38, 0.49)), ((0.0, 1.0), (0.46, 1.0)))),
    "F": (0.46, (_STEM, ((0.0, 0.0), (0.46, 0.0)), ((0.0, 0.49), (0.38, 0.49)))),
    "G": (0.70, (_arc(0.40, 0.5, 0.40, 0.5, -48, -318, 9), ((0.68, 0.88), (0.68, 0.56), (0.50, 0.56)))),
    "H": (0.62, (_STEM, ((0.62, 0.0), (0.62, 1.0)), ((0.0, 0.5), (0.62, 0.5)))),
    "I": (0.0, (_STEM,)),
    "K": (0.56, (_STEM, ((0.54, 0.0), (0.02, 0.52), (0.56, 1.0)))),
    "L": (0.44, (_STEM, ((0.0, 1.0), (0.44, 1.0)))),
    "M": (0.82, (((0.0, 1.0), (0.12, 0.0), (0.41, 0.82), (0.70, 0.0), (0.82, 1.0)),)),
    "N": (0.64, (((0.0, 1.0), (0.0, 0.0), (0.64, 1.0), (0.64, 0.0)),)),
    "O": (0.80, (_arc(0.40, 0.5, 0.40, 0.5, -90, 270, 13),)),
    "P": (0.48, (_STEM, ((0.0, 0.0), (0.30, 0.0), (0.47, 0.14), (0.46, 0.40), (0.28, 0.54), (0.0, 0.52)))),
    "Q": (0.86, (_arc(0.40, 0.47, 0.40, 0.47, -90, 270, 13), ((0.46, 0.80), (0.90, 1.14)))),
    "R": (
        0.54,
        (
            _STEM,
            ((0.0, 0.0), (0.30, 0.0), (0.46, 0.13), (0.44, 0.38), (0.26, 0.50), (0.0, 0.50)),
            ((0.22, 0.50), (0.56, 1.0)),
        ),
    ),
    "S": (
        0.50,
        (
            (
                (0.48, 0.12),
                (0.28, 0.0),
                (0.06, 0.10),
                (0.04, 0.32),
                (0.24, 0.48),
                (0.46, 0.62),
                (0.48, 0.86),
                (0.26, 1.0),
                (0.0, 0.90),
            ),
        ),
    ),
    "T": (0.60, (((0.30, 0.0), (0.30, 1.0)), ((0.0, 0.0), (0.60, 0.0)))),
    "V": (0.68, (((0.0, 0.0), (0.34, 1.0), (0.68, 0.0)),)),
    "X": (0.62, (((0.0, 0.0), (0.62, 1.0)), ((0.62, 0.0), (0.0, 1.0)))),
    "Y": (0.62, (((0.0, 0.0), (0.31, 0.48), (0.62, 0.0)), ((0.31, 0.48), (0.31, 1.0)))),
    "Z": (0.54, (((0.0, 0.0), (0.54, 0.0), (0.0, 1.0), (0.54, 1.0)),)),
    "Γ": (0.46, (((0.46, 0.0), (0.0, 0.0), (0.0, 1.0)),)),
    "Δ": (0.70, (((0.35, 0.0), (0.0, 1.0), (0.70, 1.0), (0.35, 0.0)),)),
    "Θ": (0.80, (_arc(0.40, 0.5, 0.40, 0.5, -90, 270, 13), ((0.22, 0.5), (0.58, 0.5)))),
    "Λ": (0.68, (((0.0, 1.0), (0.34, 0.0), (0.68, 1.0)),)),
    "Ξ": (0.50, (((0.0, 0.0), (0.50, 0.0)), ((0.08, 0.5), (0.42, 0.5)), ((0.0, 1.0), (0.50, 1.0)))),
    "Π": (0.60, (((0.0, 1.0), (0.0, 0.0), (0.60, 0.0), (0.60, 1.0)),)),
    "Σ": (0.52, (((0.52, 0.0), (0.0, 0.0), (0.34, 0.5), (0.0, 1.0), (0.52, 1.0)),)),
    "Φ": (0.70, (_arc(0.35, 0.5, 0.35, 0.30, -90, 270, 11), ((0.35, 0.0), (0.35, 1.0)))),
    "Ψ": (0.66, (((0.0, 0.0), (0.06, 0.42), (0.33, 0.56), (0.60, 0.42), (0.66, 0.0)), ((0.33, 0.0), (0.33, 1.0)))),
    "Ω": (
        0.74,
        (
            (
                (0.0, 1.0),
                (0.26, 1.0),
                (0.06, 0.62),
                (0.06, 0.28),
                (0.37, 0.0),
                (0.68, 0.28),
                (0.68, 0.62),
                (0.48, 1.0),
                (0.74, 1.0),
            ),
        ),
    ),
    "·": (0.0, (((0.0, 0.5), (0.001, 0.5)),)),
    "*": (0.62, (((0.0, 0.5), (0.62, 0.5)), ((0.155, 0.23), (0.465, 0.77)), ((0.465, 0.23), (0.155, 0.77)))),
}
for _greek, _latin in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True):
    GLYPHS[_greek] = GLYPHS[_latin]

GAP = 0.30
SPACE = 0.42


def _advance(letter: str) -> float:
    return SPACE if letter == " " else GLYPHS[letter][0] + GAP


def length(text: str) -> float:
    """Of a line of letters, in letter heights."""
    return sum(_advance(letter) for letter in text)


def engrave_letter(pen: Pen, letter: str, weight: float, rng: np.random.Generator) -> None:
    """A letter one unit high whose top left stands at the origin, with the small wedges (serifs) of punched dies."""
    for stroke in GLYPHS[letter][1]:
        shaky = [(x + rng.normal() * 0.012, y + rng.normal() * 0.012) for x, y in stroke]
        pen.stroke(shaky, (weight,), 1.45)
        if len(stroke) < 6:
            for x, y in (shaky[0], shaky[-1]):
                pen.ball((x, y), weight * 1.45, rise=weight * 1.15)


def engrave_rim(
    pen: Pen,
    words: Sequence[str],
    spans: Sequence[tuple[float, float]],
    radius: float,
    height: float,
    rng: np.random.Generator,
) -> None:
    """Parts of a legend on arcs, letters' feet towards the centre.

    Each span is (start, end) in degrees clockwise from six o'clock; letters are spaced to fill it.
    """
    for text, (start, end) in zip(words, spans, strict=True):
        room = math.radians(end - start) * (radius - height / 2)
        tall = min(height, room / max(length(text), 0.1))
        stretch = min(room / max(length(text) * tall, 1e-6), 1.55)
        angle = math.radians((start + end) / 2) - length(text) * tall * stretch / 2 / (radius - tall / 2)
        for letter in text:
            wide = _advance(letter) * tall * stretch / (radius - tall / 2)
            middle = angle + wide / 2
            angle += wide
            if letter == " ":
                continue
            turn = math.degrees(middle) + 180 + rng.normal() * 1.2
            x, y = -radius * math.sin(middle), radius * math.cos(middle)
            spot = pen.at(x, y, tall * float(rng.uniform(0.96, 1.03)), turn)
            engrave_letter(spot.at(-GLYPHS[letter][0] / 2, 0.0), letter, 0.105, rng)


def engrave_line(
    pen: Pen, text: str, x: float, y: float, height: float, rng: np.random.Generator, widest: float = 9.0
) -> None:
    """A straight line of letters centred on (x, y)."""
    height = min(height, widest / max(length(text), 0.1))
    left = x - (length(text) - GAP) * height / 2
    for letter in text:
        if letter != " ":
            engrave_letter(
                pen.at(left, y - height / 2 + rng.normal() * 0.004, height, float(rng.normal())), letter, 0.11, rng
            )
        left += _advance(letter) * height
