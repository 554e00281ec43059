"""Any question, by chance: what the other strategies are measured against, and the only fair sample of the labels."""

from __future__ import annotations

import numpy as np

from mlcore.ranking.evidence import Evidence, Floats
from mlcore.ranking.facts import Facts

LABEL = "At random, as a control"
JUDGES_UNSEEN = False
IS_SUSPICION = False
SILENT = "No question is open."


def rank(evidence: Evidence) -> Floats:
    """Evenly drawn from 0..1 (S, C), the same for the same seed."""
    return evidence.draw("random").random(evidence.open.shape, dtype=np.float32)


def reason(facts: Facts) -> str:
    return f"Drawn at random. {facts.told()}"
