"""The labels first that are most probably wrong (confident learning: Northcutt, Jiang and Chuang, 2021)."""

from __future__ import annotations

from mlcore.ranking.evidence import Evidence, Floats
from mlcore.ranking.facts import Facts

LABEL = "Probably wrong labels"
JUDGES_UNSEEN = True
IS_SUSPICION = True
SILENT = "No model has looked at sides with a text yet."


def rank(evidence: Evidence) -> Floats:
    """Probability (S, C) that the text's answer is wrong, NaN where text or model say nothing."""
    return evidence.wrongness


def reason(facts: Facts) -> str:
    also = f" The other side is said to show {facts.concept}, too." if facts.text == facts.other == 1 else ""
    return facts.told() + also
