"""The sentence of each question: made once for all questions with the same facts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mlcore.ranking.evidence import Evidence, Ints
from mlcore.ranking.facts import Facts
from mlcore.ranking.order import Order
from mlcore.ranking.strategies import STRATEGIES

LONGEST = 200
_UNKNOWN = 101
"""Stands for a percentage that is not known."""


def tell_reasons(evidence: Evidence, order: Order) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Sentences of at most 200 characters, and the number (N,) of each question's sentence."""
    concepts = len(evidence.concepts)
    text, other = (each.ravel()[order.places].astype(np.int64) + 1 for each in (evidence.text, evidence.other))
    unseen = np.array([STRATEGIES[name].JUDGES_UNSEEN for name in order.names], dtype=bool)[order.strategies]
    believed = _percent(evidence.believed, order.places) if unseen.any() else np.zeros(0, dtype=np.int64)
    seen = _percent(evidence.model, order.places)
    percent = np.where(unseen, believed, seen) if unseen.any() else seen
    shape = (len(order.names), concepts, 4, 4, _UNKNOWN + 1)
    keys = np.ravel_multi_index((order.strategies, order.places % concepts, text, other, percent), shape)
    different, numbers = np.unique(keys, return_inverse=True)
    facts = zip(*(each.tolist() for each in np.unravel_index(different, shape)), strict=True)
    return [_sentence(evidence, order.names, *each) for each in facts], numbers.astype(np.int32)


def _percent(probabilities: npt.NDArray[np.floating], places: Ints) -> Ints:
    taken = probabilities.ravel()[places]
    return np.where(np.isfinite(taken), np.round(100 * np.nan_to_num(taken)), _UNKNOWN).astype(np.int64)


def _sentence(
    evidence: Evidence, names: tuple[str, ...], number: int, concept: int, text: int, other: int, percent: int
) -> str:
    strategy = STRATEGIES[names[number]]
    facts = Facts(
        evidence.concepts[concept],
        text - 1,
        other - 1,
        None if percent == _UNKNOWN else percent,
        strategy.JUDGES_UNSEEN and evidence.is_unseen,
        int(evidence.named[concept]),
    )
    sentence = strategy.reason(facts)
    return sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 1]}…"
