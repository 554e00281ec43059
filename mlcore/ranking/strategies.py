"""All strategies by name; a new one is a file beside this and a word here.

Each offers LABEL, SILENT (that it has nothing to go by), `rank(evidence)` -> (sides, concepts) 0..1 or NaN, and
`reason(facts)` -> a sentence. JUDGES_UNSEEN: whether it goes by what models say that did not learn the label;
IS_SUSPICION: whether a low score means that nothing speaks for asking.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from mlcore.ranking import disagreement, diversity, noise_rank, random, rare_first, uncertainty
from mlcore.ranking.evidence import Evidence, Floats
from mlcore.ranking.facts import Facts


class Strategy(Protocol):
    LABEL: str
    JUDGES_UNSEEN: bool
    IS_SUSPICION: bool
    SILENT: str

    def rank(self, evidence: Evidence) -> Floats: ...

    def reason(self, facts: Facts) -> str: ...


CONTROL = "random"
STRATEGIES: dict[str, Strategy] = {
    "noise_rank": noise_rank,
    "uncertainty": uncertainty,
    "disagreement": disagreement,
    "rare_first": rare_first,
    "diversity": diversity,
    CONTROL: random,
}
NOTHING_LEFT = "No question that is left to it is suspicious enough."


def why_silent(name: str, evidence: Evidence) -> str:
    """Why a strategy put no question into the order: it had nothing to go by, or found nothing worth asking."""
    if name == "diversity" and evidence.placed.any():
        return diversity.COVERED_ALL
    if STRATEGIES[name].IS_SUSPICION and np.isfinite(evidence.believed).any():
        return NOTHING_LEFT
    return STRATEGIES[name].SILENT
