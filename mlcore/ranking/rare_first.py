"""What is said to show the rarest concepts first: with few examples each wrong one weighs more."""

from __future__ import annotations

import numpy as np

from mlcore.ranking.evidence import YES, Evidence, Floats
from mlcore.ranking.facts import Facts

LABEL = "Rare concepts first"
JUDGES_UNSEEN = False
IS_SUSPICION = False
SILENT = "Neither text nor model says of any open side that it shows a concept."
LIKELY = 0.5


def rank(evidence: Evidence) -> Floats:
    """1 over the root of how many sides show the concept; (S, C), NaN where neither text nor model says present."""
    rarity = 1 / np.sqrt(np.maximum(1, evidence.named))
    said = (evidence.text == YES) | (np.nan_to_num(evidence.model) >= LIKELY)
    return np.where(said, rarity, np.nan).astype(np.float32)


def reason(facts: Facts) -> str:
    sides = "side is" if facts.named == 1 else "sides are"
    return f"Rare: {facts.named} {sides} said to show {facts.concept}. {facts.told()}"
