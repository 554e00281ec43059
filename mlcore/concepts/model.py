"""A trained concept model as it is kept in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn

from mlcore.concepts.answering import Answering
from mlcore.concepts.explaining import explain_concept
from mlcore.concepts.inputs import Squares, Transform
from mlcore.contract import LearningError
from mlcore.explain.methods import Explanation
from mlcore.metrics.calibration import Calibration, calibrated
from mlcore.model_folder import checked_weights, read_about
from mlcore.nets.backbones import build_backbone
from mlcore.nets.concept_net import ConceptNet, make_net
from mlcore.nets.devices import prepare_device

Floats = npt.NDArray[np.float32]


@torch.inference_mode()
def picture_features(net: ConceptNet, transform: Transform, squares: Squares, turns: Sequence[float] = ()) -> Floats:
    """Pooled features (n, width) of pictures (n, size, size, channels), with the network at rest.

    `turns`: degrees by which each picture is turned; the features are averaged.
    """
    images = transform.normalise(transform.tensor(squares, net.device))
    return np.asarray(net.eval().mean_features(images, turns).cpu().numpy(), dtype=np.float32)


def probabilities_of(logits: Floats, calibrations: Sequence[Calibration] | None = None) -> Floats:
    """Logits (n, concepts) to 0..1, as calibrated; by the sigmoid alone where a model knows no calibration."""
    return np.asarray(calibrated(logits, calibrations), dtype=np.float32)


class ConceptModel:
    """A trained model, ready to look at pictures."""

    def __init__(self, net: ConceptNet, transform: Transform, about: dict[str, Any]) -> None:
        self.net, self.transform, self.about = net.eval(), transform, about
        self.concepts: tuple[str, ...] = tuple(about["concepts"])
        self.thresholds: tuple[float, ...] = tuple(about["thresholds"])
        self.turns: tuple[float, ...] = tuple(about.get("turns", ()))
        """Degrees by which each picture is turned; models from before there were turns see it upright."""

    @classmethod
    def load(cls, folder: Path) -> ConceptModel:
        """Read what training wrote. Raises LearningError."""
        about = read_about(folder)
        device = prepare_device(0)
        seen = about["transform"]
        transform = Transform(seen["size"], seen["grey"], tuple(seen["mean"]), tuple(seen["std"]))
        backbone = build_backbone(about["backbone"], transform.size)
        net = make_net(backbone, len(about["concepts"]), device, about.get("together", False))
        try:
            net.load_state_dict(load_file(checked_weights(folder), device=str(device)))
        except RuntimeError as error:
            raise LearningError(
                f"The weights of the model {folder.name} do not fit the backbone {about['backbone']} as this version "
                "builds it. Train the model again."
            ) from error
        return cls(net, transform, about)

    def features(self, squares: Squares) -> Floats:
        """Pooled features (n, width) of pictures brought into shape by `transform.square`."""
        return picture_features(self.net, self.transform, squares, self.turns)

    def joined(self, own: Floats, others: Sequence[Floats | None]) -> Floats:
        """What `logits` takes for sides with features (n, width) and those (width,) of their other sides, if any."""
        if not self.net.together:
            return own
        missing = np.zeros(self.net.width, dtype=np.float32)
        beside = [missing if other is None else other for other in others]
        return np.concatenate([own, np.stack(beside)], axis=1) if beside else np.empty((0, 2 * self.net.width), "f4")

    @torch.inference_mode()
    def logits(self, features: Floats) -> Floats:
        """(n, concepts) from pooled features; a model of both sides takes those of one side alone as they are."""
        if features.shape[1] < self.net.head.in_features:
            features = self.joined(features, [None] * len(features))
        answers = self.net.head(torch.from_numpy(np.array(features, dtype=np.float32)).to(self.net.device))
        return np.asarray(answers.cpu().numpy(), dtype=np.float32)

    def probabilities(self, features: Floats) -> Floats:
        """(n, concepts) in 0..1 from pooled features."""
        return probabilities_of(self.logits(features), self.about.get("calibration"))

    def predict(self, pictures: Sequence[Image.Image], others: Sequence[Image.Image | None] | None = None) -> Floats:
        """(n, concepts) in 0..1 for RGB pictures of any size; `others`: of the coins' other sides, where known."""
        return self.look(pictures, others)[0]

    def look(
        self, pictures: Sequence[Image.Image], others: Sequence[Image.Image | None] | None = None
    ) -> tuple[Floats, Floats]:
        """What `predict` says, and the features of each picture (n, width) at L2 norm 1, as predictions keep them."""
        if not pictures:
            return np.empty((0, len(self.concepts)), dtype=np.float32), np.empty((0, self.net.width), dtype=np.float32)
        own = self.features(np.stack([self.transform.square(each) for each in pictures]))
        placed = own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-12)
        if others is None or not self.net.together:
            return self.probabilities(own), placed
        beside = [None if each is None else self.features(self.transform.square(each)[None])[0] for each in others]
        return self.probabilities(self.joined(own, beside)), placed

    def say(self, picture: Image.Image, concepts: Sequence[str], other: Image.Image | None = None) -> Floats:
        """What `predict` says of these concepts (len(concepts),) for one picture."""
        said: Floats = self.predict([picture], [other])[0, [self.concepts.index(concept) for concept in concepts]]
        return said

    def answering(self, concepts: Sequence[str], other: Image.Image | None = None) -> nn.Module:
        """The network for some of its concepts, see `mlcore.concepts.explaining.Explainable`."""
        beside = None
        if other is not None and self.net.together:
            beside = torch.from_numpy(self.features(self.transform.square(other)[None])[0])
        return Answering(self.net, [self.concepts.index(concept) for concept in concepts], beside)

    def explain(
        self, picture: Image.Image, concept: str, method: str = "hipe", *, other: Image.Image | None = None
    ) -> Explanation:
        """Where it looks in a picture for a concept, see `explain_concept`. Raises LearningError."""
        return explain_concept(self, picture, concept, method, other=other)
