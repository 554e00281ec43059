"""How a concept model comes from a snapshot: backbone, lesson, loop, figures, folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mlcore.checkpoint import Checkpoints
from mlcore.concepts.data import ConceptLesson, FeatureInputs, Labels, PictureInputs, labels_of
from mlcore.concepts.gaps import mask, silence, why_untrained
from mlcore.concepts.inputs import PictureStore, Transform, check_present
from mlcore.concepts.model import picture_features
from mlcore.concepts.results import Answered, write_results
from mlcore.contract import LearningError, Report, RunResult, Sample, Snapshot
from mlcore.features import FeatureStore, digests_of, features_of
from mlcore.losses.masked_bce import MaskedBCE, positive_weights
from mlcore.model_folder import finished_result
from mlcore.nets.augment import Augmentation
from mlcore.nets.backbones import BackboneChoice, fingerprint, open_backbone
from mlcore.nets.concept_net import ConceptNet, make_net
from mlcore.nets.devices import memory_explained, prepare_device, threads
from mlcore.train_loop import Plan, fit

FEWEST = 2


@dataclass(frozen=True)
class ConceptRun:
    """A concept model to be trained, whichever kind asks for it."""

    kind: str
    config: dict[str, Any]
    """The settings as a person gave them, to be stored with the model."""
    backbone: BackboneChoice
    grey: bool
    plan: Plan
    augmentation: Augmentation
    faces: Literal["both", "obverse", "reverse"]
    batch_size: int
    positive_weights: bool
    seed: int

    def identity(self, snapshot: Snapshot) -> str:
        """The same for the same kind, settings and data, and for no other."""
        data = snapshot.sha256 or hashlib.sha256(repr(snapshot).encode()).hexdigest()
        return hashlib.sha256(json.dumps([self.kind, self.config, data], sort_keys=True).encode()).hexdigest()


def train_concepts(
    snapshot: Snapshot, run: ConceptRun, out: Path, report: Report, *, pictures: Path, features: Path
) -> RunResult:
    """Train, measure and write the model folder; goes on from a checkpoint, and returns a finished run as it is."""
    identity = run.identity(snapshot)
    checkpoints = Checkpoints(out / "checkpoints", identity)
    if finished := finished_result(out, identity):
        checkpoints.clear()
        return finished
    samples = choose_samples(snapshot, run.faces)
    labels = labels_of(samples, len(snapshot.concepts))
    device = prepare_device(run.seed)
    with memory_explained(run.batch_size):
        backbone, mean, std = open_backbone(run.backbone)
        transform = Transform(run.backbone.size, run.grey, mean, std)
        key = {"backbone": run.backbone.name, "weights": fingerprint(backbone), "transform": asdict(transform)}
        net = make_net(backbone, len(snapshot.concepts), device)
        paths = [pictures / sample.picture for sample in samples]
        inputs = make_inputs(run, net, transform, paths, (features, key), report)
        learned: nn.Module = net.head if run.backbone.frozen else net
        untrained = why_untrained(snapshot.concepts, labels[numbers_of(samples, "train")])
        lesson = make_lesson(run, samples, mask(labels, snapshot.concepts, untrained), inputs, device)
        standing = fit(learned, lesson, run.plan, checkpoints, report)
        silence(net.head, snapshot.concepts, labels[lesson.train], untrained)
        logits = lesson.answers(learned, np.arange(len(samples)))
    report({"event": "progress", "stage": "testing", "done": 1, "total": 1})
    answers = Answered(snapshot.concepts, samples, labels, logits, untrained)
    about = about_run(run, identity, snapshot.sha256, key)
    result = write_results(out, net.state_dict(), net.device, answers, standing, about)
    checkpoints.clear()
    return result


def about_run(run: ConceptRun, identity: str, snapshot: str, key: dict[str, Any]) -> dict[str, Any]:
    """What is noted beside the weights, so that they can be used again; `features` names where kept passes are."""
    return {
        "kind": run.kind,
        "identity": identity,
        "snapshot": snapshot,
        "config": run.config,
        "backbone": run.backbone.name,
        "frozen": run.backbone.frozen,
        "transform": key["transform"],
        "features": key if run.backbone.frozen else None,
    }


def choose_samples(snapshot: Snapshot, faces: str) -> tuple[Sample, ...]:
    """The samples of the wanted faces. Raises LearningError where too few can be learned from."""
    chosen = tuple(sample for sample in snapshot.samples if faces in ("both", sample.face))
    known = sum(sample.split == "train" and max(sample.labels, default=-1) >= 0 for sample in chosen)
    if known < FEWEST:
        sides = "sides" if faces == "both" else f"{faces} sides"
        raise LearningError(
            f"The snapshot has {known} {sides} with a known label to train on; at least {FEWEST} are needed. "
            "Label more sides, or choose other faces, and freeze a new snapshot."
        )
    return chosen


def numbers_of(samples: Sequence[Sample], split: str) -> npt.NDArray[np.int_]:
    return np.array([number for number, sample in enumerate(samples) if sample.split == split], dtype=int)


def make_inputs(
    run: ConceptRun,
    net: ConceptNet,
    transform: Transform,
    paths: list[Path],
    kept: tuple[Path, dict[str, Any]],
    report: Report,
) -> FeatureInputs | PictureInputs:
    """Pictures for a backbone that is trained on; for a frozen one their features, new or kept."""
    if not run.backbone.frozen:
        check_present(paths)
        return PictureInputs(PictureStore(paths, transform), transform, run.augmentation, net.device)
    folder, key = kept
    store = FeatureStore(folder, key | {"bfloat16": net.halved})
    pictures = PictureStore(paths, transform, keep=False)
    known = digests_of(paths, threads())
    found = features_of(
        known, store, pictures.batch, lambda squares: picture_features(net, transform, squares), report
    )
    return FeatureInputs(found, net.device)


def make_lesson(
    run: ConceptRun,
    samples: Sequence[Sample],
    labels: Labels,
    inputs: FeatureInputs | PictureInputs,
    device: torch.device,
) -> ConceptLesson:
    """Raises LearningError where no concept can be learned."""
    train = numbers_of(samples, "train")
    taught = train[(labels[train] >= 0).any(axis=1)]
    if len(taught) < FEWEST:
        raise LearningError(
            "No concept of the snapshot is present on some training sides and absent on others, so nothing can be "
            "learned. Confirm where a concept is seen and where it is not, and freeze a new snapshot."
        )
    weights = positive_weights(labels[train]) if run.positive_weights else np.ones(labels.shape[1])
    return ConceptLesson(
        inputs=inputs,
        labels=labels,
        train=taught,
        validation=numbers_of(samples, "validation"),
        criterion=MaskedBCE(weights, device),
        batch_size=run.batch_size,
        seed=run.seed,
        device=device,
    )
