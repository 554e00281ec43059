"""A height map that is engraved stroke by stroke, and the pen that engraves it in a figure's own coordinates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy import ndimage

Array: TypeAlias = npt.NDArray[np.float32]
Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Mode: TypeAlias = Literal["over", "add", "cut"]

SIZE = 400
SPAN = 1.06
"""The map reaches from -SPAN to SPAN both ways; the die's border stands at about 0.93, the flan's edge at about 1."""
UNIT = SIZE / (2 * SPAN)
"""Pixels of the map per unit of the die; heights are in die units too."""


@dataclass(frozen=True)
class Figure:
    """A thing drawn on a die, in die coordinates."""

    concept: str
    box: Box


class Relief:
    def __init__(self) -> None:
        self.height: Array = np.zeros((SIZE, SIZE), np.float32)
        self.figures: list[Figure] = []
        self._extents: list[Box] = []

    @contextmanager
    def figure(self, *concepts: str) -> Iterator[None]:
        """Everything engraved inside belongs to one figure, whose box is kept under each of the concepts."""
        start = len(self._extents)
        yield
        boxes = np.array(self._extents[start:])
        left, top = boxes[:, :2].min(axis=0)
        right, bottom = boxes[:, 2:].max(axis=0)
        box = (float(left), float(top), float(right), float(bottom))
        self.figures += [Figure(concept, box) for concept in concepts]

    def window(self, box: Box, margin: float) -> tuple[slice, slice, Array, Array]:
        """Rows and columns of the map that a box with a margin touches, and their die coordinates (x row, y column)."""
        left, top, right, bottom = box
        columns = slice(_pixel(left - margin, math.floor), _pixel(right + margin, math.ceil) + 1)
        rows = slice(_pixel(top - margin, math.floor), _pixel(bottom + margin, math.ceil) + 1)
        grid = (np.arange(SIZE, dtype=np.float32) + 0.5) / UNIT - SPAN
        return rows, columns, grid[columns][None, :], grid[rows][:, None]

    def level(self, point: Point) -> float:
        """The height at a point, 0 outside the map."""
        column, row = (round((value + SPAN) * UNIT) for value in point)
        inside = 0 <= column < SIZE and 0 <= row < SIZE
        return float(self.height[row, column]) if inside else 0.0

    def note(self, box: Box) -> None:
        self._extents.append(box)


def _pixel(value: float, rounding: object) -> int:
    pixel = (value + SPAN) * UNIT
    return max(0, min(SIZE, math.floor(pixel) if rounding is math.floor else math.ceil(pixel)))


@dataclass(frozen=True)
class Pen:
    """Engraves in local coordinates: scaled, mirrored left to right, turned, then moved to (x, y) on the die."""

    relief: Relief
    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0
    mirror: bool = False
    turn: float = 0.0
    """Degrees clockwise."""
    z: float = 0.0
    """Height on which shapes with mode `over` stand."""

    def at(self, x: float, y: float, scale: float = 1.0, turn: float = 0.0, mirror: bool = False) -> Pen:
        """A pen whose origin is this pen's point (x, y)."""
        dx, dy = self.place((x, y))
        turned = self.turn + (-turn if self.mirror else turn)
        return replace(self, x=dx, y=dy, scale=self.scale * scale, turn=turned, mirror=self.mirror != mirror)

    def on(self, z: float) -> Pen:
        return replace(self, z=z)

    def place(self, point: Point) -> Point:
        x, y = point[0] * self.scale * (-1 if self.mirror else 1), point[1] * self.scale
        cos, sin = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        return x * cos - y * sin + self.x, x * sin + y * cos + self.y

    def level(self, point: Point) -> float:
        return self.relief.level(self.place(point))

    def stroke(
        self,
        points: Sequence[Point],
        widths: Sequence[float],
        bulge: float = 0.7,
        mode: Mode = "over",
        z: float | None = None,
        moat: float = 0.0,
    ) -> None:
        """A round limb along points, its half width at each given; as high as `bulge` times its half width.

        `moat` cuts a furrow of that depth around the limb into what lies below, to part it from its ground.
        """
        placed = [self.place(point) for point in points]
        radii = [width * self.scale for width in _spread(widths, len(points))]
        box = _bounds(placed, max(radii))
        self.relief.note(box)
        rows, columns, x, y = self.relief.window(box, 3 / UNIT)
        height = self.relief.height[rows, columns]
        if not height.size:
            return
        dome, gap = _limb(placed, radii, x, y)
        if mode != "over":
            dome = dome**3 / max(radii) ** 2
        _furrow(height, moat, gap)
        _lay(height, dome * bulge, mode, self.z if z is None else z, gap)

    def ball(
        self,
        center: Point,
        rx: float,
        ry: float | None = None,
        angle: float = 0.0,
        rise: float = 0.03,
        mode: Mode = "over",
        z: float | None = None,
        soft: bool = False,
        moat: float = 0.0,
    ) -> None:
        """An ellipse `rise` (local units) high; `soft` fades like a bell instead of ending in an edge."""
        cx, cy = self.place(center)
        a, b = rx * self.scale, (rx if ry is None else ry) * self.scale
        turned = math.radians(self.turn + (-angle if self.mirror else angle))
        cos, sin = math.cos(turned), math.sin(turned)
        wide, tall = math.hypot(a * cos, b * sin), math.hypot(a * sin, b * cos)
        if mode == "over":
            self.relief.note((cx - wide, cy - tall, cx + wide, cy + tall))
        reach = 2.0 if soft else 1.0
        box = (cx - wide * reach, cy - tall * reach, cx + wide * reach, cy + tall * reach)
        rows, columns, x, y = self.relief.window(box, 3 / UNIT)
        height = self.relief.height[rows, columns]
        u, v = ((x - cx) * cos + (y - cy) * sin) / a, ((y - cy) * cos - (x - cx) * sin) / b
        square = u * u + v * v
        gap = np.asarray((np.sqrt(square) - 1) * min(a, b), np.float32)
        _furrow(height, moat, gap)
        dome = np.exp(-1.5 * square) if soft else np.sqrt(np.clip(1 - square, 0, None))
        _lay(height, np.asarray(dome * rise * self.scale, np.float32), mode, self.z if z is None else z, gap)

    def mass(
        self,
        outline: Sequence[Point],
        rise: float,
        edge: float,
        z: float | None = None,
        smooth: bool = True,
        moat: float = 0.0,
        belly: float = 0.5,
    ) -> None:
        """A filled outline, rounded within `edge` of its rim and swelling by `belly` of its rise to its middle."""
        points = [self.place(point) for point in (spline(outline) if smooth else outline)]
        box = _bounds(points, 0.0)
        self.relief.note(box)
        rows, columns, _, _ = self.relief.window(box, 4 / UNIT)
        height = self.relief.height[rows, columns]
        if not height.size:
            return
        depth = _depth(points, rows, columns)
        if moat:
            near = ndimage.gaussian_filter((depth > 0).astype(np.float32), 1.8)
            height -= np.minimum(height, moat * np.clip(2 * near, 0, 1) * (depth <= 0))
        near = np.clip(depth / (edge * self.scale * UNIT), 0, 1)
        far = np.clip(depth / max(float(depth.max()), 1.0), 0, 1)
        dome = (1 - belly) * np.sqrt(1 - (1 - near) ** 2) + belly * np.sqrt(1 - (1 - far) ** 2)
        dome = (
            ndimage.gaussian_filter(dome, 0.8) if depth.max() < 40 else ndimage.gaussian_filter(dome, 2.0) * (depth > 0)
        )
        _lay(height, dome * rise * self.scale, "over", self.z if z is None else z, np.where(depth > 0, -depth, 1))


def spline(points: Sequence[Point], closed: bool = True, steps: int = 8) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    p = np.asarray(points, np.float64)
    p = np.vstack([p[-1:], p, p[:2]]) if closed else np.vstack([p[:1], p, p[-1:]])
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    a, b, c, d = (p[i : len(p) - 3 + i, None, :] for i in range(4))
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    flat = [(float(x), float(y)) for x, y in curve.reshape(-1, 2)]
    return flat if closed else [*flat, (float(p[-1, 0]), float(p[-1, 1]))]


def _spread(widths: Sequence[float], count: int) -> list[float]:
    return [float(w) for w in np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(widths)), widths)]


def _bounds(points: Sequence[Point], margin: float) -> Box:
    xs, ys = zip(*points, strict=True)
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin


def _limb(points: Sequence[Point], radii: Sequence[float], x: Array, y: Array) -> tuple[Array, Array]:
    """Height of a row of tapering capsules of bulge 1, and the distance from their rim (negative inside)."""
    shape = np.broadcast_shapes(x.shape, y.shape)
    dome, gap = np.zeros(shape, np.float32), np.full(shape, 9.0, np.float32)
    for (ax, ay), (bx, by), ra, rb in zip(points, points[1:], radii, radii[1:], strict=False):
        dx, dy = bx - ax, by - ay
        t = np.clip(((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
        square = (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2
        radius = ra + t * (rb - ra)
        np.maximum(dome, np.sqrt(np.clip(radius * radius - square, 0, None)), out=dome)
        np.minimum(gap, np.sqrt(square) - radius, out=gap)
    return dome, gap


def _furrow(height: Array, depth: float, gap: Array) -> None:
    if depth:
        height -= np.minimum(height, depth * np.clip(1 - np.abs(gap) * UNIT / 2.2, 0, 1))


def _lay(height: Array, dome: Array, mode: Mode, z: float, gap: Array) -> None:
    if mode == "add":
        height += dome
    elif mode == "cut":
        height -= np.minimum(height, dome)
    else:
        inside = np.clip(0.5 - gap * UNIT, 0, 1) if z else 1.0
        np.maximum(height, (dome + z) * inside, out=height)


def _depth(points: Sequence[Point], rows: slice, columns: slice) -> Array:
    """Pixels from the rim of a filled outline, measured at double size for a smooth rim; 0 outside."""
    shape = (rows.stop - rows.start, columns.stop - columns.start)
    canvas = Image.new("1", (shape[1] * 2, shape[0] * 2))
    corners = [((x + SPAN) * UNIT * 2 - columns.start * 2, (y + SPAN) * UNIT * 2 - rows.start * 2) for x, y in points]
    ImageDraw.Draw(canvas).polygon(corners, fill=1)
    inside = ndimage.distance_transform_edt(np.asarray(canvas))
    return np.asarray(inside.reshape(shape[0], 2, shape[1], 2).mean(axis=(1, 3)) / 2, np.float32)
