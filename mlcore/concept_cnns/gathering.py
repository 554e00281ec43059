"""The networks of all concepts as one model folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mlcore.concept_cnns.finished import Finished, Shelf, counted_on
from mlcore.concept_cnns.lesson import Numbers
from mlcore.concept_cnns.run import Course
from mlcore.concepts.results import Answered, write_results
from mlcore.contract import RunResult
from mlcore.learner import Standing
from mlcore.losses.prevalence import prior_log_odds
from mlcore.stored_tensors import StoredTensors


def write_cnns(
    out: Path,
    learned: Mapping[str, Finished],
    labels: Numbers,
    course: Course,
    shelf: Shelf,
    seen: dict[str, Any],
) -> RunResult:
    """Measure and write the model folder; the weights of a network carry the number of its concept.

    A concept without a network has one logit everywhere, noted under `constants`. `seen` is noted as it is.
    """
    run, measured = course.run, course.of("validation", "test")
    prior = prior_log_odds(labels[course.of("train")])
    untrained = {concept: each.note for concept, each in learned.items() if each.note}
    constants = {each: logit for each, logit in zip(learned, prior.tolist(), strict=True) if each in untrained}
    weights = {str(number): shelf.weights(number) for number, each in enumerate(learned) if each not in untrained}
    kept = [each for concept, each in learned.items() if concept not in untrained]
    seconds = sum(each.seconds for each in kept)
    about = seen | {
        "kind": run.kind,
        "identity": course.identity,
        "config": run.config,
        "network": run.network,
        "final_relu": run.final_relu,
        "constants": constants,
        "best_epochs": {concept: each.standing.best_epoch for concept, each in learned.items()},
        "cost": {
            "best_epoch": None,  # every network has its own
            "trained_parameters": sum(each.parameters for each in kept),
            "predict_images_per_second": round(len(measured) / seconds, 1) if seconds else None,
        },
    }
    logits = logits_of(learned, constants, labels)
    # they learned from as many present as absent sides, which lifts a rare concept by its log odds
    answered = Answered(tuple(learned), tuple(course.samples), labels, logits, untrained, shifts=-prior)
    return write_results(out, StoredTensors(weights), course.device, answered, together(learned), about)


def logits_of(learned: Mapping[str, Finished], constants: Mapping[str, float], labels: Numbers) -> Any:
    """(samples, concepts); NaN for training sides, which no figure is made of."""
    logits = np.full(labels.shape, np.nan, dtype=np.float32)
    for column, (concept, each) in enumerate(learned.items()):
        if concept in constants:
            logits[:, column] = constants[concept]
        else:
            logits[list(each.logits), column] = list(each.logits.values())
    return logits


def together(learned: Mapping[str, Finished]) -> Standing:
    """One standing for all networks: epochs counted on from one to the next, each with its concept."""
    rows: list[dict[str, Any]] = []
    for concept, each in learned.items():
        before = len(rows)
        rows += [counted_on(row, before, concept) for row in each.standing.epochs]
    seconds = sum(each.standing.seconds for each in learned.values())
    return Standing(epoch=len(rows), seconds=seconds, best_score=0.0, epochs=rows)
