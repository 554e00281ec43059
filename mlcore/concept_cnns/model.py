"""Trained networks, one per concept, as they are kept in a folder: a few of them in memory at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import nn

from mlcore.concepts.explaining import explain_concept
from mlcore.concepts.inputs import Squares, Transform
from mlcore.contract import LearningError
from mlcore.explain.methods import Explanation
from mlcore.metrics.calibration import calibrated
from mlcore.model_folder import checked_weights, read_about
from mlcore.nets.cooper_cnn import TwoAnswers, make_cnn, remake_cnn
from mlcore.nets.devices import prepare_device
from mlcore.stored_tensors import tensors_of

Floats = npt.NDArray[np.float32]
KEPT_BYTES = 3 * 2**30
"""Of networks in memory at most: twenty of the published size."""
BATCH = 32


class CnnModel:
    """Trained networks, ready to look at pictures. Each is read when it is first asked."""

    def __init__(self, weights: Path, about: dict[str, Any], device: torch.device, kept_bytes: int) -> None:
        self._weights, self.about, self.device = weights, about, device
        self._kept_bytes = kept_bytes
        self._networks: OrderedDict[int, TwoAnswers] = OrderedDict()
        seen = about["transform"]
        self.transform = Transform(seen["size"], seen["grey"], tuple(seen["mean"]), tuple(seen["std"]))
        self.concepts: tuple[str, ...] = tuple(about["concepts"])
        self.thresholds: tuple[float, ...] = tuple(about["thresholds"])

    @classmethod
    def load(cls, folder: Path, kept_bytes: int = KEPT_BYTES) -> CnnModel:
        """Open what training wrote; one network at least stays in memory, more within `kept_bytes`.

        Raises LearningError.
        """
        return cls(checked_weights(folder), read_about(folder), prepare_device(0), kept_bytes)

    def network(self, column: int) -> TwoAnswers:
        """The network of one concept at rest; those that were not asked for longest make room.

        Raises LearningError.
        """
        if column in self._networks:
            self._networks.move_to_end(column)
            return self._networks[column]
        size = sum(map(_bytes_of, self._networks.values()))
        while self._networks and size + _bytes_of(next(iter(self._networks.values()))) > self._kept_bytes:
            _, dropped = self._networks.popitem(last=False)
            size -= _bytes_of(dropped)
        self._networks[column] = self._read(column).eval()
        return self._networks[column]

    @torch.inference_mode(False)  # gradients are wanted of it later, though it is first asked without
    def _read(self, column: int) -> TwoAnswers:
        """One network from the file; for a concept without one a network that says the same of every picture."""
        name, size = self.about["network"], self.transform.size
        constant = self.about["constants"].get(self.concepts[column])
        if constant is not None:
            net = make_cnn(name, size, False, self.device)
            nn.init.zeros_(net.head.weight)
            net.head.bias.data = torch.tensor([0.0, constant], device=self.device)
            return net
        weights = tensors_of(self._weights, str(column), str(self.device))
        try:
            return remake_cnn(name, size, self.about["final_relu"], self.device, weights)
        except RuntimeError as error:
            raise LearningError(
                f"The weights of {self.concepts[column]} in {self._weights} do not fit the network "
                f"{self.about['network']} as this version builds it. Train the model again."
            ) from error

    @torch.inference_mode()
    def logits_of(self, column: int, squares: Squares) -> Floats:
        """Logits (n,) of one concept for pictures brought into shape by `transform.square`."""
        if self.concepts[column] in self.about["constants"]:
            return np.full(len(squares), self.about["constants"][self.concepts[column]], dtype=np.float32)
        net = self.network(column)
        parts = [squares[start : start + BATCH] for start in range(0, len(squares), BATCH)]
        found = [net(self.transform.normalise(self.transform.tensor(part, self.device))) for part in parts]
        outputs = torch.cat(found).float().cpu().numpy() if found else np.empty((0, 2), dtype=np.float32)
        return np.asarray(outputs[:, 1] - outputs[:, 0], dtype=np.float32)

    def probabilities(self, logits: Floats, columns: Sequence[int] | None = None) -> Floats:
        """(n, concepts) in 0..1, as calibrated on the validation sides; `columns`: of which concepts, if not all."""
        calibrations = self.about["calibration"]
        chosen = calibrations if columns is None else [calibrations[column] for column in columns]
        return np.asarray(calibrated(logits, chosen), dtype=np.float32)

    def predict(self, pictures: Sequence[Image.Image], others: Sequence[Image.Image | None] | None = None) -> Floats:
        """(n, concepts) in 0..1 for RGB pictures of any size; `others` are not looked at."""
        return self._answers(pictures, range(len(self.concepts)))

    def say(self, picture: Image.Image, concepts: Sequence[str], other: Image.Image | None = None) -> Floats:
        """What `predict` says of these concepts (len(concepts),) for one picture, by their networks alone."""
        said: Floats = self._answers([picture], [self.concepts.index(concept) for concept in concepts])[0]
        return said

    def _answers(self, pictures: Sequence[Image.Image], columns: Sequence[int]) -> Floats:
        if not pictures:
            return np.empty((0, len(columns)), dtype=np.float32)
        squares = np.stack([self.transform.square(each) for each in pictures])
        logits = [self.logits_of(column, squares) for column in columns]
        return self.probabilities(np.stack(logits, axis=1), columns)

    def answering(self, concepts: Sequence[str], other: Image.Image | None = None) -> nn.Module:
        """The networks of some concepts as one, see `mlcore.concepts.explaining.Explainable`."""
        return SideBySide([self.network(self.concepts.index(concept)) for concept in concepts])

    def explain(
        self, picture: Image.Image, concept: str, method: str = "hipe", *, other: Image.Image | None = None
    ) -> Explanation:
        """Where the concept's network looks in a picture, see `explain_concept`. Raises LearningError."""
        return explain_concept(self, picture, concept, method, other=other)


class SideBySide(nn.Module):
    """Several networks with two outputs each: pictures (n, 3, size, size) to logits (n, networks)."""

    def __init__(self, networks: list[TwoAnswers]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        outputs = [net(images) for net in self.networks]
        return torch.stack([each[:, 1] - each[:, 0] for each in outputs], dim=1)


def _bytes_of(net: nn.Module) -> int:
    return sum(each.numel() * each.element_size() for each in net.parameters())
