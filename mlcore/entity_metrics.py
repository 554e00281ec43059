"""How many names are found exactly: same start, same end, same label (as CoNLL and Corpus Nummorum count)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Span = tuple[int, int, str]
"""Start, end, label."""


def figures_of(hits: int, found: int, true: int) -> dict[str, Any]:
    """Precision, recall and F1; None where they are not defined."""
    return {
        "precision": hits / found if found else None,
        "recall": hits / true if true else None,
        "f1": 2 * hits / (found + true) if found + true else None,
        "found": found,
        "true": true,
    }


def measure_spans(
    found: Sequence[Iterable[Span]], true: Sequence[Iterable[Span]], labels: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Figures per label, over all spans ("all") and as the mean of the labels that are there ("mean")."""
    ours = {(number, span) for number, spans in enumerate(found) for span in spans}
    theirs = {(number, span) for number, spans in enumerate(true) for span in spans}
    counts = {
        label: [sum(span[2] == label for _, span in each) for each in (ours & theirs, ours, theirs)] for label in labels
    }
    rows = {label: figures_of(*counts[label]) for label in labels}
    there = [rows[label] for label in labels if counts[label][2]]
    mean = {
        name: sum(row[name] or 0.0 for row in there) / len(there) if there else None
        for name in ("precision", "recall", "f1")
    }
    return rows | {"all": figures_of(len(ours & theirs), len(ours), len(theirs)), "mean": mean}
