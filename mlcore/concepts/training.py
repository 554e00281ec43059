"""How a concept model comes from a snapshot: backbone, lesson, loop, figures, folder."""

from __future__ import annotations

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
from mlcore.concepts.gaps import find_gaps, mask, silence, warnings_of
from mlcore.concepts.inputs import PictureStore, Squares, Transform, check_present
from mlcore.concepts.model import picture_features
from mlcore.concepts.paired_inputs import PairedFeatures, PairedPictures
from mlcore.concepts.pairs import Numbers, find_others, pictures_with_others
from mlcore.concepts.preparation import Preparation
from mlcore.concepts.results import Answered, write_results
from mlcore.concepts.speed import rate_if_readable
from mlcore.contract import LearningError, Report, RunResult, Sample, Snapshot
from mlcore.distributed import crew
from mlcore.divergence import checked
from mlcore.features import FeatureStore, digests_of, features_of
from mlcore.losses.choice import LossChoice, make_loss
from mlcore.model_folder import finished_result, identity_of
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
    seed: int
    loss: LossChoice
    together: bool = False
    """Whether a side is judged with its coin's other side."""
    turns: tuple[float, ...] = ()
    """Degrees by which a picture is turned when it is judged; the answers are averaged."""


def train_concepts(
    snapshot: Snapshot, run: ConceptRun, out: Path, report: Report, *, pictures: Path, features: Path
) -> RunResult:
    """Train, measure and write the model folder; goes on from a checkpoint, and returns a finished run as it is."""
    identity = identity_of(run.kind, run.config, snapshot)
    checkpoints = Checkpoints(out / "checkpoints", identity)
    if finished := finished_result(out, identity):
        checkpoints.clear()
        return finished
    samples = choose_samples(snapshot, run.faces)
    labels = labels_of(samples, len(snapshot.concepts))
    untrained, few = find_gaps(snapshot.concepts, labels[numbers_of(samples, "train")])
    for sentence in warnings_of(untrained, few):
        report({"event": "notice", "message": sentence})
    device = prepare_device(run.seed)
    with memory_explained(run.batch_size):
        net, transform, key = open_net(run, len(snapshot.concepts), device)
        seen = find_pictures(run, samples, snapshot, pictures)
        prepared = Preparation(out / "checkpoints", identity)
        with prepared.timed(report) as told:
            inputs = make_inputs(run, net, transform, seen, (features, key), told)
        learned: nn.Module = net.head if run.backbone.at_rest else net
        lesson = make_lesson(run, samples, mask(labels, snapshot.concepts, untrained), inputs, device)
        standing = fit(learned, lesson, run.plan, checkpoints, report)
        silence(net.head, snapshot.concepts, labels[lesson.train], untrained)
        net.turns = run.turns  # only now: in each epoch they would take as long as half the learning
        logits = lesson.answers(learned, np.arange(len(samples)))
        checked(float(logits.sum(dtype=float)), standing.best_epoch, run.plan.learning_rate)
        from_files = picture_inputs(run, transform, seen, device, keep=False)
        rate = rate_if_readable(net, from_files, numbers_of(samples, "test"), report)
    report({"event": "progress", "stage": "testing", "done": 1, "total": 1})
    answers = Answered(snapshot.concepts, samples, labels, logits, untrained, few, lesson.criterion.shifts)
    cost = {"trained_parameters": count_learned(learned), "predict_images_per_second": rate}
    cost |= prepared.cost() if run.backbone.at_rest else {}
    about = about_run(run, identity, snapshot.sha256, key) | {"cost": cost}
    result = write_results(out, net.state_dict(), net.device, answers, prepared.added_to(standing), about)
    checkpoints.clear()
    return result


def open_net(run: ConceptRun, concepts: int, device: torch.device) -> tuple[ConceptNet, Transform, dict[str, Any]]:
    """The network before it learns, how it sees pictures, and the key of kept passes through its backbone."""
    backbone, mean, std = open_backbone(run.backbone)
    transform = Transform(run.backbone.size, run.grey, mean, std)
    key = {"backbone": run.backbone.name, "weights": fingerprint(backbone), "transform": asdict(transform)}
    net = make_net(backbone, concepts, device, run.together)
    return net, transform, key | ({"turns": run.turns} if run.turns else {})


def count_learned(net: nn.Module) -> int:
    """How many numbers of a network are learned."""
    return sum(each.numel() for each in net.parameters() if each.requires_grad)


def about_run(run: ConceptRun, identity: str, snapshot: str, key: dict[str, Any]) -> dict[str, Any]:
    """What is noted beside the weights, so that they can be used again; `features` names where kept passes are."""
    return {
        "kind": run.kind,
        "identity": identity,
        "snapshot": snapshot,
        "config": run.config,
        "backbone": run.backbone.name,
        "frozen": run.backbone.at_rest,
        "transform": key["transform"],
        "together": run.together,
        "turns": run.turns,
        "features": key if run.backbone.at_rest else None,
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
    """Places (n,) of the samples of a split."""
    return np.array([number for number, sample in enumerate(samples) if sample.split == split], dtype=int)


@dataclass(frozen=True)
class Seen:
    """The pictures of a lesson."""

    paths: list[Path]
    """Of the samples, in order; then of other sides that are no samples themselves."""
    others: Numbers
    """For each sample the place in `paths` of its coin's other side, or NONE; empty where each side stands alone."""


def find_pictures(run: ConceptRun, samples: Sequence[Sample], snapshot: Snapshot, folder: Path) -> Seen:
    """The pictures of the samples in `folder`; where sides are judged together those of their other sides, too.

    Raises LearningError where some are gone.
    """
    if not run.together:
        check_present(samples, folder)
        return Seen([folder / sample.picture for sample in samples], np.empty(0, dtype=int))
    beside = find_others(samples, snapshot.samples)
    check_present(list({each.side: each for each in (*samples, *beside) if each}.values()), folder)
    names, others = pictures_with_others(samples, beside)
    return Seen([folder / name for name in names], others)


def make_inputs(
    run: ConceptRun,
    net: ConceptNet,
    transform: Transform,
    seen: Seen,
    kept: tuple[Path, dict[str, Any]],
    report: Report,
) -> FeatureInputs | PictureInputs:
    """Pictures for a backbone that learns on; for one at rest their features, new or kept."""
    if not run.backbone.at_rest:
        return picture_inputs(run, transform, seen, net.device)
    found = find_features(run, net, transform, seen.paths, kept, report)
    return PairedFeatures(found, seen.others, net.device) if run.together else FeatureInputs(found, net.device)


def picture_inputs(
    run: ConceptRun, transform: Transform, seen: Seen, device: torch.device, keep: bool = True
) -> PictureInputs:
    """`keep`: hold pictures in memory once they are read, where there is room."""
    store = PictureStore(seen.paths, transform, keep)
    if run.together:
        return PairedPictures(store, transform, run.augmentation, seen.others, device)
    return PictureInputs(store, transform, run.augmentation, device)


def find_features(
    run: ConceptRun,
    net: ConceptNet,
    transform: Transform,
    paths: list[Path],
    kept: tuple[Path, dict[str, Any]],
    report: Report,
) -> npt.NDArray[np.float32]:
    """Features (pictures, width), from the folder of kept passes or computed and kept there; several processes share
    the work."""
    folder, key = kept
    store = FeatureStore(folder, key | {"bfloat16": net.halved})
    mine = paths[crew().share(paths)]
    pictures = PictureStore(mine, transform, keep=False)
    known = digests_of(mine, threads())

    def compute(squares: Squares) -> npt.NDArray[np.float32]:
        return picture_features(net, transform, squares, run.turns)

    return crew().gather(features_of(known, store, pictures.batch, compute, report))


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
    return ConceptLesson(
        inputs=inputs,
        labels=labels,
        train=taught,
        validation=numbers_of(samples, "validation"),
        criterion=make_loss(run.loss, labels[train], device),
        batch_size=run.batch_size,
        seed=run.seed,
        device=device,
    )
