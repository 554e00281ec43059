"""Captives and trophies, birds and things."""

from __future__ import annotations

import numpy as np

from .. import attributes as held
from ..animals import eagle
from ..letters import engrave_line
from ..relief import Pen
from .ground import ground
from .mounted import rider


def rider_captive(pen: Pen, rng: np.random.Generator) -> None:
    rider(pen.at(-0.02, -0.09, 0.94), rng)
    _captive(pen.at(0.36, 0.60, 0.50), rng)


def _captive(p: Pen, rng: np.random.Generator) -> None:
    """Sitting on the ground to the left, bent forward, hands tied behind."""
    with p.relief.figure("captive", "seated"):
        p.stroke([(0.16, -0.10), (0.12, -0.36), (0.05, -0.52)], (0.13, 0.12, 0.09), 0.7, z=0.012, moat=0.01)
        p.stroke(
            [(0.16, -0.09), (-0.14, -0.30), (-0.18, -0.02), (-0.27, 0.0)],
            (0.085, 0.065, 0.04, 0.03),
            0.75,
            z=0.016,
            moat=0.012,
        )
        p.stroke([(0.10, -0.48), (0.26, -0.34), (0.24, -0.18)], (0.055, 0.042, 0.032), 0.8, z=0.020, moat=0.012)
        p.ball((-0.01, -0.64), 0.085, 0.095, -10, 0.07, z=0.012, moat=0.012)
        p.stroke([(-0.07, -0.56), (-0.09, -0.50)], (0.035, 0.02), 0.9, z=0.012)
        p.stroke([(0.0, -0.72), (0.09, -0.67), (0.10, -0.56)], (0.035, 0.045, 0.03), 0.8, z=0.024, moat=0.01)


def trophy(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen, 0.5)
    p.stroke([(0, 0), (0, -0.95)], (0.022,), 0.8, z=0.004)
    p.stroke([(-0.22, -0.72), (0.22, -0.72)], (0.016,), 0.8, z=0.004)
    q = p.at(0, 0.07)
    for k in range(6):
        q.stroke([(-0.075 + 0.03 * k, -0.56), (-0.095 + 0.038 * k, -0.42)], (0.018, 0.021), 0.75, z=0.02, moat=0.01)
    q.mass(
        [
            (-0.11, -0.83),
            (0.11, -0.83),
            (0.12, -0.74),
            (0.085, -0.62),
            (0.095, -0.54),
            (-0.095, -0.54),
            (-0.085, -0.62),
            (-0.12, -0.74),
        ],
        0.06,
        0.05,
        z=0.006,
        moat=0.012,
    )
    q.ball((0, -0.93), 0.062, 0.066, rise=0.055, z=0.01, moat=0.012)
    q.stroke([(-0.075, -0.90), (0.075, -0.90)], (0.012,), 0.9, z=0.04)
    q.stroke([(0, -0.99), (0, -1.06)], (0.026, 0.012), 0.8, z=0.006)
    for side in (-1, 1):
        held.shield(q.at(side * 0.22, -0.70), 0.075, 1.55, side * 18)
        _captive(p.at(side * 0.27, 0.0, 0.56, mirror=side > 0), rng)


def eagle_globe(pen: Pen, rng: np.random.Generator) -> None:
    held.globe(pen.at(0.0, 0.50), 0.15)
    eagle(pen.at(0.0, 0.36, float(rng.uniform(1.20, 1.30))), rng, spread=True)


def eagle_thunderbolt(pen: Pen, rng: np.random.Generator) -> None:
    bolt = pen.at(0.02, 0.58)
    bolt.stroke(
        [(-0.36, 0.0), (-0.12, 0.0), (0.0, 0.0), (0.12, 0.0), (0.36, 0.0)], (0.012, 0.045, 0.025, 0.045, 0.012), 0.8
    )
    for side in (-1, 1):
        for lean in (-0.06, 0.06):
            bolt.stroke(
                [(side * 0.06, 0.0), (side * 0.22, lean), (side * 0.34, lean * 0.7)], (0.014, 0.014, 0.006), 0.9
            )
    eagle(pen.at(0.0, 0.53, 1.32, mirror=True), rng, spread=False)


def altar_lit(pen: Pen, rng: np.random.Generator) -> None:
    p = ground(pen, 0.46)
    held.altar(p, 0.72, 0.25)
    for x in (-0.16, -0.08, 0.0, 0.08, 0.16):
        p.stroke([(x, -0.52), (x, -0.16)], (0.006,), 0.9, "cut")


def double_cornucopia(pen: Pen, rng: np.random.Generator) -> None:
    p = pen.at(0.0, 0.42, 2.0)
    with pen.relief.figure("cornucopia"):
        for mirror in (True, False):
            held.cornucopia(p.at(-0.02 if not mirror else 0.02, 0.0, mirror=mirror), rng)
    for side in (-1, 1):
        p.stroke([(0, 0.08), (side * 0.07, 0.13), (side * 0.13, 0.11)], (0.012, 0.016, 0.010), 0.9)


def vota(pen: Pen, rng: np.random.Generator) -> None:
    held.wreath(pen, 0.60, 20, 0.115)
    lines = ("VOT", "XX", "MVLT", "XXX")
    for k, line in enumerate(lines):
        engrave_line(pen, line, 0.0, -0.29 + 0.195 * k, 0.14, rng, 0.85)
