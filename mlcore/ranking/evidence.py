"""All that is known of the questions: what texts, experts and the model say, and where the model puts each side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mlcore.contract import LearningError
from mlcore.noise.confident_learning import estimate_errors, wrongness
from mlcore.ranking.out_of_fold import out_of_fold

Ints = npt.NDArray[np.int64]
Answers = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
YES, NO, UNSURE, NONE = 1, 0, 2, -1
FEWEST_PLACED = 50
"""Sides with an embedding and a label, below which no model is taught to judge them."""


@dataclass(frozen=True)
class Evidence:
    """S sides by C concepts."""

    concepts: tuple[str, ...]
    sides: Ints
    """(S,): the site's ids."""
    coins: Ints
    """(S,): sides of one coin carry the same number."""
    text: Answers
    """(S, C): YES, NO, or NONE where the side has no text."""
    other: Answers
    """(S, C): the same of the text of the coin's other side."""
    expert: Answers
    """(S, C): YES, NO, UNSURE, or NONE where nobody was asked."""
    model: Floats
    """(S, C): probability by the published model, 0..1, NaN where it has none."""
    embedding: Floats
    """(S, D): rows of NaN where the model has none; D may be 0."""
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises LearningError where shapes or values do not fit."""
        shape = (len(self.sides), len(self.concepts))
        for name, wanted in (("coins", shape[:1]), *((each, shape) for each in ("text", "other", "expert", "model"))):
            if getattr(self, name).shape != wanted:
                raise LearningError(f"The evidence {name!r} has shape {getattr(self, name).shape}, not {wanted}.")
        if self.embedding.ndim != 2 or len(self.embedding) != shape[0]:
            raise LearningError(f"The evidence 'embedding' has shape {self.embedding.shape}, not {shape[0]} rows.")
        for name, allowed in (("text", (NONE, YES)), ("other", (NONE, YES)), ("expert", (NONE, UNSURE))):
            values = getattr(self, name)
            if values.size and not allowed[0] <= values.min() <= values.max() <= allowed[1]:
                raise LearningError(f"The evidence {name!r} holds values outside {allowed[0]} to {allowed[1]}.")
        known = self.model[np.isfinite(self.model)]
        if known.size and not 0 <= known.min() <= known.max() <= 1:
            raise LearningError("The evidence 'model' holds probabilities outside 0 to 1.")

    @cached_property
    def open(self) -> Mask:
        """(S, C): what nobody was asked and something is known of."""
        return np.asarray((self.expert == NONE) & ((self.text != NONE) | np.isfinite(self.model)))

    @cached_property
    def labels(self) -> Answers:
        """(S, C): what a model would be taught: the expert's word, else the text's; NONE for neither and for unsure."""
        return np.where(self.expert == NONE, self.text, np.where(self.expert == UNSURE, NONE, self.expert))

    @cached_property
    def placed(self) -> Mask:
        """(S,): sides with an embedding."""
        return np.asarray(np.isfinite(self.embedding).all(axis=1) & (self.embedding.shape[1] > 0), dtype=np.bool_)

    @cached_property
    def is_unseen(self) -> bool:
        """Whether `believed` comes from models that did not learn the label they judge."""
        return bool((self.placed & (self.labels != NONE).any(axis=1)).sum() >= FEWEST_PLACED)

    @cached_property
    def believed(self) -> Floats:
        """(S, C): probability that a label calls it present, out of fold where sides are placed, else the model's."""
        if not self.is_unseen:
            return self.model
        found = self.model.copy()
        seen = self.placed
        found[seen] = out_of_fold(self.embedding[seen], self.labels[seen], self.coins[seen], seed=self.seed)
        return found

    @cached_property
    def wrongness(self) -> Floats:
        """(S, C): probability that the text's answer is wrong, NaN where it is settled or text or model say nothing.

        How often texts err is estimated per concept from all they say, settled or not: what experts have not looked at
        yet is what seemed right, and would make texts look better than they are.
        """
        found = np.full(self.text.shape, np.nan, dtype=np.float32)
        for column in range(len(self.concepts)):
            labels, said = self.text[:, column], self.believed[:, column]
            found[:, column] = wrongness(labels, said, estimate_errors(labels, said))
        return np.where(self.open, found, np.nan)

    @cached_property
    def named(self) -> Ints:
        """(C,): sides whose label calls a concept present."""
        return np.asarray((self.labels == YES).sum(axis=0))

    def draw(self, strategy: str) -> np.random.Generator:
        """Random numbers of one strategy: the same for the same seed, and others than those of another strategy."""
        return np.random.default_rng([self.seed, *strategy.encode()])
