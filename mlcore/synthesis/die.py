"""A die: a motif, its legend around the rim and a border, as one engraver cut it."""

from __future__ import annotations

import math

import numpy as np

from .letters import engrave_line, engrave_rim
from .relief import Pen, Point, Relief

BORDER = 0.935


def engrave_border(pen: Pen, rng: np.random.Generator) -> None:
    kind = rng.random()
    if kind < 0.72:
        count = int(rng.integers(72, 96))
        for k in range(count):
            angle = 2 * math.pi * k / count + rng.normal() * 0.006
            radius = BORDER + rng.normal() * 0.003
            pen.ball((radius * math.cos(angle), radius * math.sin(angle)), 0.021, rise=0.026)
        return
    ring: list[Point] = [(BORDER * math.cos(a), BORDER * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 90)]
    pen.stroke(ring, (0.014 if kind < 0.9 else 0.022,), 0.9)


def engrave_legend(relief: Relief, legend: str, exergue: str, rng: np.random.Generator, bust: str) -> None:
    """`legend` may hold breaks `-`. Room is left below for the exergue or the `bust` (bare, draped, armed), if any."""
    pen = Pen(relief)
    parts = [part.strip() for part in legend.split("-") if part.strip()]
    height = float(rng.uniform(0.125, 0.15))
    below = {"": 38.0 if exergue else 18.0, "bare": 24.0}.get(bust, 42.0) + float(rng.uniform(0, 5))
    start, end = below, 360.0 - below
    split = 18.0 if bust else 22.0
    room = (end - start - split * (len(parts) - 1)) / max(sum(map(len, parts)), 1)
    spans, angle = [], start
    if len(parts) == 2 and not bust:
        spans = [(start, 180 - split / 2), (180 + split / 2, end)]
    else:
        for part in parts:
            spans.append((angle, angle + room * len(part)))
            angle += room * len(part) + split
    engrave_rim(pen, parts, spans, 0.885, height, rng)
    if exergue:
        engrave_line(pen, exergue, 0.0, 0.755, 0.115, rng, 0.80)


def cleared(relief: Relief) -> Relief:
    """Nothing is engraved outside the border but what stands on the rim."""
    axis = np.linspace(-1.06, 1.06, relief.height.shape[0], dtype=np.float32)
    radius = np.hypot(axis[None, :], axis[:, None])
    relief.height *= np.clip((0.98 - radius) / 0.02, 0, 1)
    return relief
