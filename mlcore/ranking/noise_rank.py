"""The labels first that are most probably wrong (confident learning: Northcutt, Jiang and Chuang, 2021)."""

from __future__ import annotations

import numpy as np

from mlcore.noise.confident_learning import estimate_errors, wrongness
from mlcore.ranking.evidence import Evidence, Floats
from mlcore.ranking.facts import Facts

LABEL = "Probably wrong labels"
JUDGES_UNSEEN = True
IS_SUSPICION = True
SILENT = "No model has looked at sides with a text yet."


def rank(evidence: Evidence) -> Floats:
    """Probability (S, C) that the text's answer is wrong, NaN where text or model say nothing.

    How often texts err is estimated per concept from all they say, settled or not: what experts have not looked at yet
    is what seemed right, and would make texts look better than they are.
    """
    found = np.full(evidence.text.shape, np.nan, dtype=np.float32)
    for column in range(len(evidence.concepts)):
        labels, said = evidence.text[:, column], evidence.believed[:, column]
        found[:, column] = wrongness(labels, said, estimate_errors(labels, said))
    return np.where(evidence.open, found, np.nan)


def reason(facts: Facts) -> str:
    also = f" The other side is said to show {facts.concept}, too." if facts.text == facts.other == 1 else ""
    return facts.told() + also
