"""Networks that are finished while others of the same run still learn, so that a killed run does none of them twice."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import nn

from mlcore.checkpoint import write_tensors
from mlcore.contract import LearningError, Report
from mlcore.distributed import crew
from mlcore.files import sha256_of, write_json
from mlcore.learner import Standing


@dataclass(frozen=True)
class Finished:
    """What is left of one concept's training."""

    standing: Standing
    note: str
    """Why the concept has no network, or empty."""
    logits: dict[int, float]
    """Number of a sample to its logit, for those that are measured on; empty without a network."""
    seconds: float
    """Spent on these logits."""
    parameters: int


def counted_on(row: dict[str, Any], before: int, concept: str) -> dict[str, Any]:
    """The figures of an epoch, its number counted on from the networks before."""
    return row | {key: before + row[key] for key in ("epoch", "epochs")} | {"concept": concept}


class Shelf:
    """Finished networks by the number of their concept, in a folder of the run."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder, self._identity = folder, identity

    def weights(self, number: int) -> Path:
        return self._folder / f"{number:03d}.safetensors"

    def keep(self, number: int, finished: Finished, net: nn.Module | None) -> None:
        """Keep what a concept came to; `net` None where there is no network. Raises LearningError (disk full)."""
        if not crew().leads:
            return
        about: dict[str, Any] = {"identity": self._identity, "sha256": "", "finished": asdict(finished)}
        if net is not None:
            write_tensors(self.weights(number), net.state_dict())
            about["sha256"] = sha256_of(self.weights(number))
        write_json(self.weights(number).with_suffix(".json"), about)

    def find(self, number: int, report: Report) -> Finished | None:
        """What `keep` kept; None, with a notice, where it is damaged. Raises LearningError: of another run."""
        about_file = self.weights(number).with_suffix(".json")
        if not about_file.is_file():
            return None
        try:
            about = json.loads(about_file.read_text(encoding="utf-8"))
            identity, sha256, found = about["identity"], about["sha256"], about["finished"]
            whole = not sha256 or sha256_of(self.weights(number)) == sha256
            standing = Standing(**found.pop("standing"))
            logits = {int(sample): logit for sample, logit in found.pop("logits").items()}
            finished = Finished(standing=standing, logits=logits, **found)
        except (OSError, ValueError, KeyError, TypeError):
            whole, identity = False, self._identity
        if identity != self._identity:
            raise LearningError(
                f"The folder {self._folder.parent.parent} holds a run with other data or settings that was not "
                "finished. Choose another folder."
            )
        if not whole:
            message = f"The finished network {self.weights(number).name} is damaged; it is learned again."
            report({"event": "notice", "message": message})
            return None
        return finished
