"""The plain way to compare with: logistic regression on the grey values of small pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from mlcore.concepts.inputs import Transform
from mlcore.metrics.concepts import mean_average_precision

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int_]
SIZE = 24
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1)
"""Inverse of the pull to nought; the one that is best on the validation coins is taken."""


def read_pixels(pictures: Sequence[Path]) -> Floats:
    """(pictures, 576) in 0..1."""
    transform = Transform(SIZE, True, (0.0,) * 3, (1.0,) * 3)
    return np.stack([transform.read(each).reshape(-1) for each in pictures]) / 255.0


def regress(train: tuple[Floats, Labels], validation: tuple[Floats, Labels], test: Floats) -> Floats:
    """Probabilities (test pictures, concepts); a concept that is nowhere or everywhere in training has its share."""

    def score(strength: float) -> float:
        return mean_average_precision(validation[1], _fit(*train, strength, validation[0])) or 0.0

    best = max(STRENGTHS, key=score)
    print(f"logistic regression: strength {best:g} of {', '.join(f'{each:g}' for each in STRENGTHS)}")
    return _fit(*train, best, test)


def _fit(pixels: Floats, labels: Labels, strength: float, asked: Floats) -> Floats:
    said = np.empty((len(asked), labels.shape[1]))
    scale = StandardScaler().fit(pixels)
    near, far = scale.transform(pixels), scale.transform(asked)
    for column, truth in enumerate(labels.T):
        if 0 < truth.sum() < len(truth):
            model = LogisticRegression(C=strength, class_weight="balanced", max_iter=300).fit(near, truth)
            said[:, column] = model.predict_proba(far)[:, 1]
        else:
            said[:, column] = truth.mean()
    return said
