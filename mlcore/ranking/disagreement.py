"""The questions first on which text, published model and the coin's other side contradict each other."""

from __future__ import annotations

import numpy as np

from mlcore.ranking.evidence import NONE, YES, Evidence, Floats
from mlcore.ranking.facts import Facts

LABEL = "Text, model or other side disagree"
JUDGES_UNSEEN = False
IS_SUSPICION = True
SILENT = "No side has both a text and another voice to hold against it."
BOTH_SIDES = 0.3
"""Suspicion of a concept that both sides of a coin are said to show: seldom so, often one text taken for both."""


def rank(evidence: Evidence) -> Floats:
    """How far text and model are apart, raised where both sides are said to show it; (S, C), NaN without two voices."""
    apart = np.abs(evidence.text - evidence.model)
    both = np.where((evidence.text == YES) & (evidence.other == YES), BOTH_SIDES, 0.0)
    heard = np.isfinite(evidence.model) | (both > 0)
    found = 1 - (1 - np.nan_to_num(apart)) * (1 - both)
    return np.where(heard & (evidence.text != NONE), found, np.nan).astype(np.float32)


def reason(facts: Facts) -> str:
    also = f" The other side is said to show {facts.concept}, too." if facts.text == facts.other == YES else ""
    return facts.told() + also
