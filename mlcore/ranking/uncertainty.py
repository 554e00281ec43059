"""The questions first on which the model is least sure (Lewis and Gale, 1994)."""

from __future__ import annotations

import numpy as np

from mlcore.ranking.evidence import Evidence, Floats
from mlcore.ranking.facts import Facts

LABEL = "Where the model is in doubt"
JUDGES_UNSEEN = True
IS_SUSPICION = True
SILENT = "No model has looked at the sides yet."


def rank(evidence: Evidence) -> Floats:
    """1 where the model says one half, 0 where it is sure; (S, C), NaN where it says nothing."""
    return np.asarray(1 - np.abs(2 * evidence.believed - 1), dtype=np.float32)


def reason(facts: Facts) -> str:
    return f"In doubt. {facts.told()}"
