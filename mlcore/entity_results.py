"""What a trained recogniser says of its validation and test texts, and the folder in which all of it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mlcore.contract import SPLITS, RunResult, Snapshot, TextSample
from mlcore.entity_metrics import measure_spans
from mlcore.entity_recogniser import Recogniser
from mlcore.files import write_json
from mlcore.model_folder import TEST, WEIGHTS, write_about, write_result

LIBRARIES = ("spacy", "thinc", "numpy", "safetensors")
THRESHOLD = 0.5
"""A score from which a span is believed."""


def write_results(
    out: Path, recogniser: Recogniser, snapshot: Snapshot, about: Mapping[str, Any], standing: Mapping[str, Any]
) -> RunResult:
    """Measure and write the model folder, result.json last."""
    libraries = {name: version(name) for name in LIBRARIES}
    test, validation = snapshot.texts_of("test"), snapshot.texts_of("validation")
    answers, labels = _answers(recogniser, test), recogniser.labels
    metrics = measure_apart(answers, test, labels) | {
        "validation": _measure(_answers(recogniser, validation), validation, labels),
        "epochs": standing["epochs"],
        "best_epoch": standing["best_epoch"],
        "texts": {split: len(snapshot.texts_of(split)) for split in SPLITS}
        | {"test_expert": sum(text.expert for text in test)},
    }
    result = RunResult(
        kind=about["kind"],
        concepts=labels,
        metrics=metrics,
        thresholds=(THRESHOLD,) * len(labels),
        seconds=round(standing["seconds"], 3),
        device="CPU",
        libraries=libraries,
    )
    note = recogniser.save(out / WEIGHTS)
    write_about(out, {**about, **note, "concepts": labels, "thresholds": result.thresholds, "libraries": libraries})
    write_json(out / TEST, _test_file(labels, test, answers))
    write_result(out, result)
    return result


def measure_apart(answers: Sequence[Any], texts: Sequence[TextSample], labels: Sequence[str]) -> dict[str, Any]:
    """Figures on texts that nobody corrected ("test") and on those that a person did ("test_expert"); never on both."""
    parts: dict[str, Any] = {}
    for name, by_expert in (("test", False), ("test_expert", True)):
        chosen = [number for number, text in enumerate(texts) if text.expert == by_expert]
        parts[name] = _measure([answers[number] for number in chosen], [texts[number] for number in chosen], labels)
    return parts


def _answers(recogniser: Recogniser, texts: Sequence[TextSample]) -> list[list[Any]]:
    """[start, end, label, score] of each span of each text."""
    found = recogniser.find([text.text for text in texts], THRESHOLD)
    return [[list(astuple(span)) for span in spans] for spans in found]


def _measure(answers: Sequence[Any], texts: Sequence[TextSample], labels: Sequence[str]) -> dict[str, Any]:
    true = [[(each.start, each.end, each.label) for each in text.spans] for text in texts]
    return measure_spans([[tuple(each[:3]) for each in spans] for spans in answers], true, labels)


def _test_file(labels: Sequence[str], texts: Sequence[TextSample], answers: Sequence[Any]) -> dict[str, Any]:
    """The test split with spans and answers, so that two recognisers can be set against each other later."""
    return {
        "concepts": labels,
        "descriptions": [text.description for text in texts],
        "coins": [text.coin for text in texts],
        "texts": [text.text for text in texts],
        "expert": [text.expert for text in texts],
        "spans": [[list(astuple(each)) for each in text.spans] for text in texts],
        "answers": answers,
    }
