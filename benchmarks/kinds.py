"""Kinds of photographs: those on which both sides must be found, and those that must be refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.staging import Box, Random, Side, Stage, Staged, grain, jpeg, pair, slope, vignette


def _drawn(kind: str) -> Callable[[Side, Side, Random], Staged]:
    def stage(obverse: Side, reverse: Side, random: Random) -> Staged:
        laid, boxes = pair(obverse, reverse, random, gap=0.35, margin=0.3)
        _draw(kind, laid.image, boxes, random)
        return jpeg(laid.image), boxes

    return stage


def _draw(kind: str, image: Image.Image, boxes: tuple[Box, Box], random: Random) -> None:
    draw, (width, height) = ImageDraw.Draw(image), image.size
    ink = (30, 30, 30) if random.random() < 0.7 else (160, 30, 30)
    middle, foot = (boxes[0][2] + boxes[1][0]) // 2, max(boxes[0][3], boxes[1][3])
    big = 26
    if kind == "caption_below":
        draw.text((width // 6, foot + 30), "Lot 218  Denarius, Rome, 119-122", fill=ink, font_size=big)
    elif kind == "caption_above":
        draw.text((width // 6, 20), "Roman Empire. Hadrian", fill=ink, font_size=big)
    elif kind == "mark_between":
        draw.text((middle - 35, height // 2), "NAC 54", fill=ink, font_size=20)
        draw.ellipse((middle - 20, height // 2 - 60, middle + 20, height // 2 - 20), outline=ink, width=4)
    elif kind == "bar_below":
        draw.rectangle((width // 4, foot + 35, width // 4 + 200, foot + 44), fill=ink)
        draw.text((width // 4 + 70, foot + 48), "10 mm", fill=ink, font_size=18)
    elif kind == "bar_between":
        draw.rectangle((middle - 4, height // 4, middle + 4, 3 * height // 4), fill=ink)
        for tick in range(height // 4, 3 * height // 4, 15):
            draw.line((middle - 12, tick, middle + 12, tick), fill=ink, width=2)
    elif kind == "frame":
        inset, wide = int(random.integers(0, 7)), int(random.integers(1, 5))
        draw.rectangle((inset, inset, width - 1 - inset, height - 1 - inset), outline=ink, width=wide)
    elif kind == "two_frames":
        draw.rectangle((4, 4, middle - 4, height - 5), outline=ink, width=2)
        draw.rectangle((middle + 4, 4, width - 5, height - 5), outline=ink, width=2)
    elif kind == "number_near":
        draw.text((boxes[0][0], boxes[0][3] - 12), "12", fill=ink, font_size=big)
        draw.text((boxes[1][2] - 30, boxes[1][1] - 20), "a.", fill=ink, font_size=big)


def _holed(side: Side, random: Random) -> Side:
    alpha = side.alpha.copy()
    width, height = alpha.size
    across, down, radius = random.uniform(0.25, 0.75) * width, random.uniform(0.1, 0.6) * height, 0.07 * width
    ImageDraw.Draw(alpha).ellipse((across - radius, down - radius, across + radius, down + radius), fill=0)
    return Side(side.colour, alpha)


def _broken(side: Side, turn: float, keep: float) -> Side:
    """Break off what lies beyond a ragged line at `keep` of the way across."""
    rows, columns = np.mgrid[: side.alpha.height, : side.alpha.width]
    away = np.cos(turn) * (columns / side.alpha.width - 0.5) + np.sin(turn) * (rows / side.alpha.height - 0.5)
    ragged = 0.02 * np.sin(30 * (columns + rows) / side.alpha.width)
    alpha = np.where(away + ragged < keep - 0.5, np.asarray(side.alpha), 0).astype(np.uint8)
    return Side(side.colour, Image.fromarray(alpha))


def _fragment(obverse: Side, reverse: Side, random: Random) -> Staged:
    turn, keep = random.uniform(0, 2 * np.pi), random.uniform(0.6, 0.85)
    broken = _broken(obverse.scaled(320), turn, keep), _broken(reverse.scaled(320), np.pi - turn, keep)
    laid, boxes = pair(*broken, random)
    return jpeg(laid.image), boxes


def _touching(obverse: Side, reverse: Side, random: Random) -> Staged:
    laid, boxes = pair(obverse, reverse, random, gap=-0.008)
    return jpeg(laid.image), boxes


def _coloured(obverse: Side, reverse: Side, random: Random) -> Staged:
    colour = random.integers(0, 256, 3)
    laid, boxes = pair(obverse, reverse, random, ground=(int(colour[0]), int(colour[1]), int(colour[2])))
    return jpeg(laid.image), boxes


def _sized(length: int) -> Callable[[Side, Side, Random], Staged]:
    return lambda obverse, reverse, random: _finished(pair(obverse, reverse, random, length=length))


def _finished(laid: tuple[Stage, tuple[Box, Box]], quality: int = 85) -> Staged:
    return jpeg(laid[0].image, quality), laid[1]


def _changed(
    change: Callable[[Image.Image, Random], Image.Image], ground: tuple[int, int, int] = (235, 235, 232)
) -> Callable[[Side, Side, Random], Staged]:
    def stage(obverse: Side, reverse: Side, random: Random) -> Staged:
        laid, boxes = pair(obverse, reverse, random, ground=ground)
        return jpeg(change(laid.image, random)), boxes

    return stage


GOOD: dict[str, Callable[[Side, Side, Random], Staged]] = {
    "white": lambda o, r, random: _finished(pair(o, r, random)),
    "jpeg 20": lambda o, r, random: _finished(pair(o, r, random), 20),
    "jpeg 40": lambda o, r, random: _finished(pair(o, r, random, ground=(201, 202, 204)), 40),
    "jpeg 60": lambda o, r, random: _finished(pair(o, r, random, ground=(20, 20, 22)), 60),
    "black": lambda o, r, random: _finished(pair(o, r, random, ground=(0, 0, 0))),
    "dark": lambda o, r, random: _finished(pair(o, r, random, ground=(28, 28, 30))),
    "any colour": _coloured,
    "slope 20": _changed(lambda image, random: slope(image, random, 20)),
    "slope 60": _changed(lambda image, random: slope(image, random, 60)),
    "vignette 30": _changed(lambda image, random: vignette(image, 30)),
    "camera noise": _changed(lambda image, random: grain(image, random, 5, 1)),
    "blotches": _changed(lambda image, random: grain(image, random, 3, 40)),
    "cloth": _changed(lambda image, random: grain(image, random, 6, 3), (90, 20, 30)),
    "soft shadow": lambda o, r, random: _finished(pair(o, r, random, shadow=0.25)),
    "deep shadow": lambda o, r, random: _finished(pair(o, r, random, ground=(230, 230, 230), shadow=0.6)),
    **{
        kind.replace("_", " "): _drawn(kind)
        for kind in ("caption_below", "caption_above", "mark_between", "bar_below", "bar_between", "frame")
    },
    "two frames": _drawn("two_frames"),
    "number near": _drawn("number_near"),
    "holed": lambda o, r, random: _finished(pair(_holed(o.scaled(320), random), _holed(r.scaled(320), random), random)),
    "fragment": _fragment,
    "touching": _touching,
    "narrow margins": lambda o, r, random: _finished(pair(o, r, random, gap=0.03, margin=0.01)),
    "wide margins": lambda o, r, random: _finished(pair(o, r, random, gap=0.6, margin=0.6)),
    "tiny": _sized(52),
    "large": _sized(1800),
    "reverse 3/4": lambda o, r, random: _finished(pair(o, r, random, ratio=0.75)),
    "reverse 5/8": lambda o, r, random: _finished(pair(o, r, random, ratio=0.625)),
}


def _row(sides: list[Side], rows: int = 1, length: int = 240) -> Image.Image:
    step, columns = round(length * 1.15), -(-len(sides) // rows)
    stage = Stage.plain((columns * step + 40, rows * step + 40), (255, 255, 255))
    for place, side in enumerate(sides):
        stage.lay(side.scaled(length), 30 + place % columns * step, 30 + place // columns * step)
    return jpeg(stage.image)


def _cut_off(obverse: Side, reverse: Side, random: Random) -> Image.Image:
    laid, boxes = pair(obverse, reverse, random)
    wide = boxes[1][2] - boxes[1][0]
    return jpeg(laid.image.crop((0, 0, boxes[1][2] - round(wide * random.uniform(0.2, 0.5)), laid.image.height)))


def _uneven(obverse: Side, reverse: Side, random: Random) -> Image.Image:
    laid, _ = pair(obverse, reverse, random, ground=(128, 128, 128))
    return jpeg(grain(laid.image, random, 45, 12))


def _half_and_half(obverse: Side, reverse: Side, random: Random) -> Image.Image:
    laid, boxes = pair(obverse, reverse, random)
    dark, _ = pair(obverse, reverse, np.random.default_rng(0), ground=(40, 40, 60))
    middle = boxes[0][2] + 10
    laid.image.paste(dark.image.crop((middle, 0, *laid.image.size)), (middle, 0))
    return jpeg(laid.image)


BAD: dict[str, Callable[[Side, Side, Side, Random], Image.Image]] = {
    "no coin": lambda o, r, other, random: jpeg(slope(Image.new("RGB", (800, 400), (240, 240, 240)), random, 15)),
    "text only": lambda o, r, other, random: _text_only(),
    "one side": lambda o, r, other, random: _row([o]),
    "three coins": lambda o, r, other, random: _row([o, r, other]),
    "three and small": lambda o, r, other, random: _row_of_unlike(o, r, other),
    "two by two": lambda o, r, other, random: _row([o, r, other, o], rows=2),
    "stacked": lambda o, r, other, random: jpeg(pair(o, r, random, stacked=True)[0].image),
    "cut off": lambda o, r, other, random: _cut_off(o, r, random),
    "texture": lambda o, r, other, random: _uneven(o, r, random),
    "two grounds": lambda o, r, other, random: _half_and_half(o, r, random),
    "overlapping": lambda o, r, other, random: jpeg(pair(o, r, random, gap=-0.3)[0].image),
    "coin and logo": lambda o, r, other, random: _with_logo(o),
}


def _text_only() -> Image.Image:
    image = Image.new("RGB", (800, 400), (255, 255, 255))
    ImageDraw.Draw(image).text((60, 160), "No picture available", fill=(90, 90, 90), font_size=60)
    return jpeg(image)


def _row_of_unlike(obverse: Side, reverse: Side, other: Side) -> Image.Image:
    stage = Stage.plain((900, 360), (255, 255, 255))
    for side, left, length in ((obverse, 20, 300), (reverse, 340, 300), (other, 680, 170)):
        stage.lay(side.scaled(length), left, 30)
    return jpeg(stage.image)


def _with_logo(side: Side) -> Image.Image:
    stage = Stage.plain((700, 360), (255, 255, 255))
    stage.lay(side.scaled(300), 20, 30)
    draw = ImageDraw.Draw(stage.image)
    draw.ellipse((480, 100, 620, 240), outline=(30, 60, 160), width=8)
    draw.text((510, 150), "CNG", fill=(30, 60, 160), font_size=40)
    return jpeg(stage.image)
