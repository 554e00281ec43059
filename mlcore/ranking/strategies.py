"""All strategies by name; a new one is a file beside this and a word here.

Each offers LABEL, SILENT (why it may have nothing to say), `rank(evidence)` -> (sides, concepts) 0..1 or NaN, and
`reason(facts)` -> a sentence. JUDGES_UNSEEN: whether it goes by what models say that did not learn the label;
IS_SUSPICION: whether a low score means that nothing speaks for asking.
"""

from __future__ import annotations

from typing import Protocol

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
