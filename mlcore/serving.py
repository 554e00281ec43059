"""A trained model kept warm, for a process that answers one picture at a time. Loads torch when a model is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from mlcore.contract import LearningError
from mlcore.explain.methods import Explanation
from mlcore.model_folder import kind_of_model
from mlcore.registry import load_kind


class ServedModel:
    """What the site asks of a published model, whichever kind it is."""

    def __init__(self, model: Any) -> None:
        """`model` is what `load` of its kind returned."""
        self._model = model
        self.concepts: tuple[str, ...] = tuple(model.concepts)
        self.thresholds: tuple[float, ...] = tuple(model.thresholds)

    @classmethod
    def load(cls, folder: Path) -> ServedModel:
        """Raises LearningError where the folder holds no whole model, or one that cannot be served."""
        name = kind_of_model(folder)
        kind = load_kind(name)
        if not hasattr(kind, "load"):
            raise LearningError(f"Models of the kind {name} answer no single pictures.")
        return cls(kind.load(folder))

    def predict(
        self, images: Sequence[Image.Image], others: Sequence[Image.Image | None] | None = None
    ) -> npt.NDArray[np.float32]:
        """(images, concepts) in 0..1 for RGB pictures of one side each.

        `others`: for each the same coin's other side where there is a picture of it, for models that look at both.
        """
        return np.asarray(self._model.predict(images, others), dtype=np.float32)

    def look(
        self, images: Sequence[Image.Image], others: Sequence[Image.Image | None] | None = None
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """What `predict` says, and where the images lie in the model's space: (images, width) at L2 norm 1.

        The width is 0 for kinds that have no space.
        """
        if not hasattr(self._model, "look"):
            return self.predict(images, others), np.empty((len(images), 0), dtype=np.float32)
        probabilities, placed = self._model.look(images, others)
        return np.asarray(probabilities, dtype=np.float32), np.asarray(placed, dtype=np.float32)

    def explain(
        self, image: Image.Image, concept: str, method: str = "hipe", *, other: Image.Image | None = None
    ) -> Explanation:
        """What speaks for a concept on a side, by a method of `mlcore.explain.methods.METHODS`; `other` is the coin's
        other side, held fixed by models that look at both.

        Raises LearningError for a concept that the model does not know or a method that its network does not allow.
        """
        if not hasattr(self._model, "explain"):
            raise LearningError("Models of this kind offer no map of what they look at.")
        explanation: Explanation = self._model.explain(image, concept, method, other=other)
        return explanation
