"""Right for the right reason: a model's maps held against the boxes that experts drew, in a child process."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import fmean
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Box, Concept, Job, ModelVersion, SaliencyStudy, Side
from annotations.models.predictions import Method
from annotations.queries.review import other_face
from annotations.queries.saliency import methods_of
from annotations.queries.studies import choose_boxes, count_witnesses
from annotations.services.children import run_child
from annotations.services.jobs import Pulse, write_fenced
from annotations.services.publishing import model_folder
from annotations.services.saliency import queue_map
from mlcore.files import write_json

WORST = 8
"""Maps that are shown because they lie worst to their boxes."""


class NothingToStudy(ValueError):
    """Says why a study cannot be made."""


@transaction.atomic
def queue_study(*, user: User | None, version: ModelVersion, methods: Sequence[str]) -> SaliencyStudy:
    """Queue a study of a model; one that waits or runs is returned as it is. Raises NothingToStudy."""
    ModelVersion.objects.select_for_update().get(pk=version.pk)
    if active := SaliencyStudy.objects.filter(version=version, status__in=Job.ACTIVE).first():
        return cast(SaliencyStudy, active)
    possible = methods_of(version)
    chosen = [method.value for method in possible if method in methods]
    if not chosen or len(chosen) < len(set(methods)):
        names = ", ".join(method.label for method in possible)
        raise NothingToStudy(f"Choose at least one method that the network of model {version.pk} allows: {names}.")
    supply = count_witnesses(version)
    if not supply.used:
        raise NothingToStudy(
            "No expert has drawn a box around anything that this model knows, before seeing a map of the side. "
            "Draw some first."
        )
    return SaliencyStudy.objects.create(created_by=user, version=version, methods=chosen, boxes=supply.used)


def carry_out_study(study: SaliencyStudy, pulse: Pulse) -> None:
    """Map every boxed side with every method, keep the figures, and ask for the maps that lie worst to be drawn."""
    folder = model_folder(study.version)
    plan, out = folder / f"study-{study.pk}.json", folder / f"study-{study.pk}.jsonl"
    boxes, supply = choose_boxes(study.version)
    try:
        write_json(plan, {"methods": study.methods, "questions": _questions(boxes)})
        done = run_child(
            ["study", str(folder), str(plan), "--pictures", str(settings.MEDIA_ROOT), "--out", str(out)],
            log=folder / "log.txt",
            pulse=pulse,
            on_event=lambda event: None,
        )
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    finally:
        for file in (plan, out):
            file.unlink(missing_ok=True)
    worst = _worst(rows)
    figures = {
        "rows": [row | {"forwards": _forwards(rows, row["concept"], row["method"])} for row in done["figures"]],
        "worst": worst,
        "part": supply.part,
        "warning": supply.warning,
        "refused": done["refused"],
    }
    with transaction.atomic():
        write_fenced(study, figures=figures, boxes=done["boxes"])
        _draw(study, worst)


def _questions(boxes: Sequence[Box]) -> list[dict[str, Any]]:
    """One question per side and concept, with all of its boxes."""
    coins = {box.side.coin_id for box in boxes}
    crops = {(side.coin_id, side.face): side.crop for side in Side.objects.pictured().filter(coin__in=coins)}
    questions: dict[tuple[int, int | None], dict[str, Any]] = {}
    for box in boxes:
        question = questions.setdefault((box.side_id, box.concept_id), _question(box, crops))
        question["boxes"].append([box.left, box.top, box.right, box.bottom])
    return list(questions.values())


def _question(box: Box, crops: dict[tuple[int, str], str]) -> dict[str, Any]:
    side = box.side
    assert box.concept  # noqa: S101 - only boxes of a concept are chosen
    group = side.coin.doubles_id
    return {
        "side": side.pk,
        "coin": f"doubles {group}" if group else side.coin.identifier,
        "concept": box.concept.slug,
        "picture": side.crop,
        "other": crops.get((side.coin_id, other_face(side.face))),
        "boxes": [],
    }


def _forwards(rows: list[dict[str, Any]], concept: str | None, method: str) -> float | None:
    """Mean passes through the network for one map."""
    found = [row["forwards"] for row in rows if _is_of(row, concept, method)]
    return round(fmean(found), 1) if found else None


def _is_of(row: dict[str, Any], concept: str | None, method: str) -> bool:
    return row["method"] == method and concept in (None, row["concept"]) and "error" not in row


def _worst(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What lies furthest below chance, the worst first; each side once."""

    def above_chance(row: dict[str, Any]) -> float:
        return float(row["share"] - row["chance"])

    measured = sorted((row for row in rows if row.get("share") is not None), key=above_chance)
    of_side = {row["side"]: row for row in reversed(measured)}
    wanted = sorted(of_side.values(), key=above_chance)[:WORST]
    return [
        {name: row[name] for name in ("side", "concept", "method", "share", "chance", "hit", "probability")}
        for row in wanted
    ]


def _draw(study: SaliencyStudy, worst: list[dict[str, Any]]) -> None:
    """Queue the maps that the page shows; the reconciler sends them on."""
    concepts = {concept.slug: concept for concept in Concept.objects.filter(slug__in=study.version.concepts)}
    sides = Side.objects.in_bulk([row["side"] for row in worst])
    for row in worst:
        if side := sides.get(row["side"]):
            queue_map(
                user=study.created_by,
                side=side,
                version=study.version,
                concept=concepts[row["concept"]],
                method=Method(row["method"]),
            )
