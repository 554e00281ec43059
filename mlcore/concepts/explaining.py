"""Where a concept model looks, found by any method, as a map of the size of the picture that was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import nn

from mlcore.concepts.inputs import Squares, Transform
from mlcore.contract import LearningError
from mlcore.explain.attention import find_transformer
from mlcore.explain.chefer import chefer
from mlcore.explain.grad_cam import find_stage, grad_cam
from mlcore.explain.hipe import hipe
from mlcore.explain.methods import METHODS, Explanation, check_method
from mlcore.explain.rise import rise
from mlcore.explain.rollout import rollout
from mlcore.nets.devices import memory_explained
from mlcore.odds import sigmoid

Floats = npt.NDArray[np.float32]
BATCH = 32
"""Pictures put through the network at once."""


class Explainable(Protocol):
    """What a model offers so that every method can explain it."""

    concepts: tuple[str, ...]

    @property
    def transform(self) -> Transform:
        """How pictures are brought to the network."""

    def answering(self, concepts: Sequence[str], other: Image.Image | None = None) -> nn.Module:
        """The network at rest, from pictures scaled by `transform` (n, 3, size, size) on its device to logits
        (n, len(concepts)) of upright pictures, not calibrated. A model that looks at both sides of a coin holds `other`
        fixed, or leaves it out where it is None.
        """

    def say(self, picture: Image.Image, concepts: Sequence[str], other: Image.Image | None = None) -> Floats:
        """(len(concepts),) in 0..1 for an RGB picture of any size, as calibrated; networks that answer for none of
        these concepts are left alone."""


def explain_concept(
    model: Explainable, picture: Image.Image, concept: str, method: str = "hipe", *, other: Image.Image | None = None
) -> Explanation:
    """Where the model looks in an RGB picture for a concept; `other`: the coin's other side, for models that see both.

    Raises LearningError for a concept that the model does not know, and for a method that its network does not allow.
    """
    return explain_concepts(model, picture, [concept], method, other=other)[0]


@memory_explained()
def explain_concepts(
    model: Explainable,
    picture: Image.Image,
    concepts: Sequence[str],
    method: str = "hipe",
    *,
    other: Image.Image | None = None,
) -> list[Explanation]:
    """As `explain_concept` for several concepts of one picture, in order. What one pass answers for all of them (RISE)
    is computed once, and stands in `forwards` of each. Raises LearningError where memory runs out, too."""
    check_method(method)
    unknown = [concept for concept in concepts if concept not in model.concepts]
    if unknown:
        raise LearningError(f"The model does not know {unknown[0]!r}; it knows {', '.join(model.concepts)}.")
    square, place = model.transform.square(picture), model.transform.place(picture)
    said = dict(zip(concepts, model.say(picture, concepts, other).tolist(), strict=True))
    found: list[Explanation] = []
    for asked in _passes(concepts, method):
        seen, forwards, backwards = _look(model.answering(asked, other), model.transform, square, method)
        for concept, each in zip(asked, seen, strict=True):
            shown = _on_picture(each, place, picture.size)
            found.append(Explanation(shown, method, forwards + 1, said[concept], backwards))
    return found


def methods_for(model: Explainable) -> tuple[str, ...]:
    """Names of the methods that work with the model's network."""
    net = model.answering(model.concepts[:1])
    works = {"grad_cam": find_stage(net) is not None}
    works |= dict.fromkeys(("chefer", "rollout"), find_transformer(net) is not None)
    return tuple(name for name in METHODS if works.get(name, True))


def _passes(concepts: Sequence[str], method: str) -> list[Sequence[str]]:
    """Which concepts are looked for at once."""
    return [concepts] if method == "rise" else [[concept] for concept in concepts]


def _look(net: nn.Module, transform: Transform, square: Squares, method: str) -> tuple[Sequence[Floats], int, int]:
    """Maps (concepts, size, size), and passes forward and back."""
    score = scoring(net, transform)
    if method == "hipe":
        found, forwards = hipe(lambda squares: score(squares)[:, 0], square, batch=BATCH)
        return [found], forwards, 0
    if method == "rise":
        maps, forwards = rise(lambda squares: sigmoid(score(squares)), square, batch=BATCH)
        return list(maps), forwards, 0
    image = transform.normalise(transform.tensor(square[None], next(net.parameters()).device))
    if method == "rollout":
        return [rollout(net, image)], 1, 0
    return [(chefer if method == "chefer" else grad_cam)(net, image)], 1, 1


def scoring(net: nn.Module, transform: Transform) -> Callable[[Squares], Floats]:
    """From pictures (n, size, size, channels) to logits (n, concepts)."""
    device = next(net.parameters()).device

    @torch.inference_mode()
    def score(squares: Squares) -> Floats:
        logits = net(transform.normalise(transform.tensor(squares, device)))
        return np.asarray(logits.float().cpu().numpy(), dtype=np.float32)

    return score


def _on_picture(found: Floats, place: tuple[int, int, int, int], size: tuple[int, int]) -> Floats:
    """Cut away what was filled around the picture, and bring the map to the picture's size."""
    left, top, right, bottom = place
    shown = Image.fromarray(found[top:bottom, left:right]).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(shown, dtype=np.float32).clip(0, 1)
