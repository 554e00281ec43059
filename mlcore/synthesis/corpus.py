"""The folder: pictures, the table that names them, and the truth, written aside and renamed when whole."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from mlcore.contract import LearningError, Report

from .facts import MATERIALS, NOMISMA
from .lot import lot_text, title
from .photograph import Sheet, alone, refused, side_by_side
from .plan import Record, plan_records
from .workshop import Side, camera_of, photographed

COLLECTION = "Demo corpus (synthetic)"
LICENCE = "CC0 1.0"
COLUMNS = (
    *(
        "identifier",
        "title",
        "authority",
        "authority_uri",
        "issuer",
        "mint",
        "mint_uri",
        "region",
        "denomination",
        "denomination_uri",
    ),
    *(
        "material",
        "material_uri",
        "date_from",
        "date_to",
        "weight",
        "diameter",
        "axis",
        "reference",
        "collection",
        "licence",
    ),
    *("synthetic", "text", "language", "obverse_picture", "reverse_picture", "picture"),
)
PARALLEL_FROM = 24
"""Fewer coins are drawn sooner by one process than a second one starts."""


@dataclass(frozen=True)
class Drawn:
    identifier: str
    row: dict[str, str]
    truth: dict[str, Any]


def synthesize(*, coins: int, seed: int, out: Path, report: Report) -> None:
    """Draw `coins` records into the folder `out`: images/, coins.csv and truth.json.

    The same seed gives the same bytes, however many processes draw. Raises LearningError where `out` holds
    something already or cannot be written; an interrupted run leaves no `out` behind.
    """
    if coins < 1 or seed < 0:
        raise LearningError(
            f"{coins} coins with seed {seed} cannot be drawn; ask for 1 coin or more and a seed of 0 or more."
        )
    groups = plan_records(coins, seed)
    with _folder_aside(out) as folder:
        (folder / "images").mkdir()
        drawn: list[Drawn] = []
        for part in _draw_all(groups, seed, folder, coins):
            drawn += part
            report({"event": "progress", "stage": "drawing", "done": len(drawn), "total": coins})
        drawn.sort(key=lambda coin: coin.identifier)
        _write_table(folder / "coins.csv", drawn)
        truth = {"format": 1, "seed": seed, "coins": {coin.identifier: coin.truth for coin in drawn}}
        (folder / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def _folder_aside(out: Path) -> Iterator[Path]:
    aside = out.with_name(f"{out.name}.{os.getpid()}.partial")
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise LearningError(
                f"{out} is not an empty folder. Name another folder or empty this one; nothing was changed."
            )
        aside.mkdir(parents=True)
        yield aside
        if out.exists():
            out.rmdir()
        aside.rename(out)
    except OSError as error:
        raise LearningError(
            f"The corpus cannot be written to {out}: {error.strerror or error}. Make room or name another folder."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _draw_all(groups: list[list[Record]], seed: int, folder: Path, coins: int) -> Iterator[list[Drawn]]:
    draw = partial(draw_group, seed=seed, folder=folder)
    workers = min(4, len(os.sched_getaffinity(0)))
    if workers < 2 or coins < PARALLEL_FROM:
        yield from map(draw, groups)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(draw, groups)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def draw_group(group: list[Record], seed: int, folder: Path) -> list[Drawn]:
    """Draw all records of one type, so that its dies are cut once."""
    return [_draw(record, seed, folder) for record in group]


def _draw(record: Record, seed: int, folder: Path) -> Drawn:
    rng = np.random.default_rng([seed, 30, int(record.identifier.rsplit(".", 1)[1])])
    camera = camera_of(seed, record)
    sides = photographed(seed, record, camera)
    if record.refused:
        sheets = {"picture": refused(record.refused, sides, camera, rng)}
    elif record.apart:
        sheets = {"obverse_picture": alone(sides[0], camera, rng), "reverse_picture": alone(sides[1], camera, rng)}
    else:
        sheets = {"picture": side_by_side(sides, camera, rng)}
    names = {}
    for column, sheet in sheets.items():
        suffix = {"picture": "", "obverse_picture": ".obv", "reverse_picture": ".rev"}[column]
        names[column] = f"images/{record.identifier}{suffix}.jpg"
        (folder / names[column]).write_bytes(sheet.jpeg)
    return Drawn(record.identifier, _row(record, rng) | names, _truth(record, sides, list(sheets.values())))


def _row(record: Record, rng: np.random.Generator) -> dict[str, str]:
    specimen, coin = record.specimen, record.specimen.type
    text, language = lot_text(record, rng)
    return {
        "identifier": record.identifier,
        "title": title(coin),
        "authority": coin.ruler.names[0],
        "authority_uri": NOMISMA + coin.ruler.uri,
        "mint": coin.mint.names[0],
        "mint_uri": NOMISMA + coin.mint.uri,
        "region": coin.mint.region,
        "denomination": coin.denomination.name,
        "denomination_uri": NOMISMA + coin.denomination.uri,
        "material": coin.denomination.material.capitalize(),
        "material_uri": NOMISMA + MATERIALS[coin.denomination.material],
        "date_from": str(coin.years[0]),
        "date_to": str(coin.years[1]),
        "weight": f"{specimen.weight:.2f}",
        "diameter": f"{specimen.diameter:g}",
        "axis": str(specimen.axis),
        "reference": f"Demo {coin.number}",
        "collection": COLLECTION,
        "licence": LICENCE,
        "synthetic": "yes",
        "text": text,
        "language": language,
    }


def _truth(record: Record, sides: tuple[Side, Side], sheets: list[Sheet]) -> dict[str, Any]:
    specimen = record.specimen
    corners = [corner for sheet in sheets for corner in sheet.corners] if not record.refused else []
    return {
        "ok": not record.refused,
        "why": record.refused or "one coin, both sides",
        "type": specimen.type.number,
        "motif": specimen.type.motif.name,
        "obverse_die": f"{specimen.type.number}.o{specimen.obverse_die + 1}",
        "reverse_die": f"{specimen.type.number}.r{specimen.reverse_die + 1}",
        "specimen": specimen.number,
        "mint": specimen.type.mint.names[0],
        **{
            face: _side_truth(side, corners[k] if corners else None)
            for k, (face, side) in enumerate(zip(("obverse", "reverse"), sides, strict=True))
        },
    }


def _side_truth(side: Side, corner: tuple[int, int] | None) -> dict[str, Any]:
    if corner is None:
        return {"concepts": list(side.concepts), "box": None, "figures": []}
    x, y = corner
    figures = [
        {
            "concept": figure.concept,
            "box": [
                round(figure.box[0]) + x,
                round(figure.box[1]) + y,
                round(figure.box[2]) + x,
                round(figure.box[3]) + y,
            ],
        }
        for figure in side.figures
    ]
    return {
        "concepts": list(side.concepts),
        "box": [x, y, x + side.picture.width, y + side.picture.height],
        "figures": figures,
    }


def _write_table(path: Path, drawn: list[Drawn]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(coin.row for coin in drawn)
