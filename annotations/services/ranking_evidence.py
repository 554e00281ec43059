"""What texts, experts and the model say of every side and concept, as the ranking reads it: one safetensors file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from annotations.models import Concept, Embedding, ModelVersion
from annotations.services.copied_rows import BIGINT, SMALLINT, Rows, copy_out, half_vector, reals
from mlcore.contract import Report
from mlcore.files import written_aside

Numbers = npt.NDArray[Any]
STAGES = 5
# A group of doubles is one coin: what is known of one is not asked of another.
_SIDES = """
SELECT side.id AS side, CASE WHEN coin.doubles_id IS NULL THEN 2 * coin.id ELSE 2 * coin.doubles_id + 1 END AS coin,
  coalesce(other.id, 0)::bigint AS other, (side.text <> '')::int::smallint AS told,
  (side.crop <> '')::int::smallint AS pictured
FROM annotations_side side JOIN annotations_coin coin ON coin.id = side.coin_id
LEFT JOIN annotations_side other ON other.coin_id = side.coin_id AND other.face <> side.face
ORDER BY side.id
"""
_TEXTS = "SELECT side_id, concept_id FROM annotations_label WHERE text_present"
_EXPERTS = """
SELECT side_id, concept_id, (CASE expert WHEN 'yes' THEN 1 WHEN 'no' THEN 0 ELSE 2 END)::smallint
FROM annotations_label WHERE expert <> ''
"""
_PREDICTIONS = """
SELECT side_id, probabilities::real[] FROM annotations_prediction
WHERE version_id = %s AND cardinality(probabilities) = %s
"""
_EMBEDDINGS = """
SELECT side_id, vector::halfvec FROM annotations_embedding WHERE version_id = %s AND vector_dims(vector) = %s
"""


@dataclass(frozen=True)
class Axes:
    """Which row is which side, and which column which concept."""

    sides: npt.NDArray[np.int64]
    """Ids, rising."""
    concepts: Sequence[Concept]

    def rows(self, sides: Numbers) -> tuple[Numbers, Numbers]:
        """Places of sides, and which of them are known: one may have come since."""
        places = np.searchsorted(self.sides, sides).clip(0, len(self.sides) - 1)
        return places, self.sides[places] == sides

    def pairs(self, rows: Rows) -> tuple[Numbers, Numbers, Numbers]:
        """Places of the pairs that are on both axes, and which these are."""
        places, known = self.rows(rows["side"])
        ids = np.array([concept.pk for concept in self.concepts], dtype=np.int64)
        order = np.argsort(ids)
        found = np.searchsorted(ids, rows["concept"], sorter=order).clip(0, len(ids) - 1)
        columns = order[found]
        known &= ids[columns] == rows["concept"]
        return places[known], columns[known], known


def write_evidence(path: Path, concepts: Sequence[Concept], version: ModelVersion | None, report: Report) -> int:
    """Write the file as `mlcore rank` wants it. Returns how many sides with a picture it holds."""

    def stage(done: int) -> None:
        report({"event": "progress", "stage": "collecting evidence", "done": done, "total": STAGES})

    stage(0)
    sides = _whole(
        copy_out(_SIDES, {"side": BIGINT, "coin": BIGINT, "other": BIGINT, "told": SMALLINT, "pictured": SMALLINT})
    )
    pictured = sides["pictured"] == 1
    if not pictured.any() or not concepts:
        return 0
    axes = Axes(sides["side"].astype(np.int64), concepts)
    text = _texts(axes, sides["told"] == 1)
    stage(1)
    evidence = {
        "side": axes.sides[pictured],
        "coin": sides["coin"].astype(np.int64)[pictured],
        "text": text[pictured],
        "other": _of_other_sides(axes, text, sides["other"])[pictured],
    }
    stage(2)
    evidence["expert"] = _experts(axes)[pictured]
    stage(3)
    evidence["model"] = _predictions(axes, version)[pictured]
    stage(4)
    evidence["embedding"] = _embeddings(axes, version)[pictured]
    with written_aside(path) as partial:
        save_file({name: np.ascontiguousarray(values) for name, values in evidence.items()}, partial)
    stage(STAGES)
    return int(pictured.sum())


def _texts(axes: Axes, told: Numbers) -> Numbers:
    text = np.zeros((len(axes.sides), len(axes.concepts)), dtype=np.int8)
    text[~told] = -1
    for rows in copy_out(_TEXTS, {"side": BIGINT, "concept": BIGINT}):
        places, columns, _ = axes.pairs(rows)
        text[places, columns] = 1
    return text


def _of_other_sides(axes: Axes, text: Numbers, others: Numbers) -> Numbers:
    places, known = axes.rows(others)
    found: Numbers = np.where(known[:, None], text[places], np.int8(-1))
    return found


def _experts(axes: Axes) -> Numbers:
    expert = np.full((len(axes.sides), len(axes.concepts)), -1, dtype=np.int8)
    for rows in copy_out(_EXPERTS, {"side": BIGINT, "concept": BIGINT, "said": SMALLINT}):
        places, columns, known = axes.pairs(rows)
        expert[places, columns] = rows["said"][known]
    return expert


def _predictions(axes: Axes, version: ModelVersion | None) -> Numbers:
    said = np.full((len(axes.sides), len(axes.concepts)), np.nan, dtype=np.float32)
    if version is None:
        return said
    column_of = {concept.slug: column for column, concept in enumerate(axes.concepts)}
    known = [(place, column_of[slug]) for place, slug in enumerate(version.concepts) if slug in column_of]
    own, columns = [place for place, _ in known], [column for _, column in known]
    count = len(version.concepts)
    for rows in copy_out(_PREDICTIONS, {"side": BIGINT, "p": reals(count)}, [version.pk, count]):
        places, here = axes.rows(rows["side"])
        said[places[here][:, None], columns] = rows["p"]["values"]["value"][here][:, own]
    return said


def _embeddings(axes: Axes, version: ModelVersion | None) -> Numbers:
    first = Embedding.objects.filter(version=version).first() if version else None
    size = len(first.vector) if first else 0
    placed = np.full((len(axes.sides), size), np.nan, dtype=np.float16)
    if version is None or not size:
        return placed
    for rows in copy_out(_EMBEDDINGS, {"side": BIGINT, "vector": half_vector(size)}, [version.pk, size]):
        places, here = axes.rows(rows["side"])
        placed[places[here]] = rows["vector"]["values"][here]
    return placed


def _whole(blocks: Iterator[Rows]) -> Rows:
    return np.concatenate(list(blocks))
