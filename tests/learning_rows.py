"""Builders of runs, models and figures, with defaults; a test states only what matters."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.utils import timezone

from annotations.models import ModelVersion, Snapshot, TrainingRun
from mlcore.metrics.concepts import Answers, curves, measure
from mlcore.registry import config_from

CONCEPTS = ("eagle", "horse")


def make_run(user: User | None = None, **fields: Any) -> TrainingRun:
    snapshot = Snapshot.objects.create(
        file="snapshots/1.jsonl",
        sha256="ab" * 32,
        concepts=list(CONCEPTS),
        counts={"samples": 10, "samples/train": 6, "samples/validation": 2, "samples/test": 2, "positives/eagle": 4},
        created_by=user,
    )
    now = timezone.now()
    ended = {"started_at": now - timedelta(seconds=90), "finished_at": now} if "status" in fields else {}
    given = {"kind": "concept_vit", "config": vars(config_from("concept_vit", {})), "seed": 0, "created_by": user}
    return TrainingRun.objects.create(**{**given, **ended, "snapshot": snapshot, **fields})


def make_model(user: User | None = None, **fields: Any) -> ModelVersion:
    run = make_run(user, status="succeeded")
    given = {"kind": run.kind, "concepts": list(CONCEPTS), "thresholds": [0.5, 0.5], "folder": f"run-{run.pk}"}
    return ModelVersion.objects.create(**{**given, "run": run, "metrics": measured(), **fields})


def measured(*, expert_answers: int = 3, seed: int = 0) -> dict[str, Any]:
    """Figures of a model that knows something, in the shape in which a training leaves them."""
    random = np.random.default_rng(seed)
    labels = (random.random((40, 2)) < 0.4).astype(int)
    said = np.clip(0.3 + 0.35 * labels + random.normal(0, 0.15, labels.shape), 0.01, 0.99)
    answers = Answers(CONCEPTS, labels, said, [f"coin {place // 2}" for place in range(40)], [0.5, 0.5], {})
    asked = np.zeros(labels.shape, dtype=bool)
    asked[:expert_answers, 0] = True
    found = {"test": measure(answers, draws=20), "test_expert": measure(answers.only(asked), draws=20)}
    written: dict[str, Any] = json.loads(json.dumps(found | {"curves": curves(answers), "epochs": []}))
    return written
