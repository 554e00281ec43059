"""Whether it matters that a network has learned the label it judges: small networks from scratch on wrong labels."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.ans_sides import CONCEPTS
from benchmarks.concepts import SCRATCH
from benchmarks.correction_lots import Labels, Lots, draw_test_coins, make_noisy
from benchmarks.correction_rounds import STEPS, found_per_concept, gather
from mlcore.contract import Sample, SidePicture, Snapshot
from mlcore.kinds.concept_vit import Config, predict, train
from mlcore.metrics.concepts import mean_average_precision
from mlcore.ranking import noise_rank
from mlcore.ranking.evidence import NONE
from mlcore.ranking.out_of_fold import deal_folds

Floats = npt.NDArray[np.float64]
NETWORK = replace(
    SCRATCH, backbone="resnet10t", image_size=48, batch_size=24, epochs=32, ema=0.99, test_time_rotations=1
)
HALVES = 2
ROOT = Path("/")
JUDGES = {
    "unseen": "a network that did not learn the label",
    "seen": "a network that learned it",
    "unseen_places": "answers taught fold by fold over a network that did not learn it",
    "seen_places": "answers taught fold by fold over a network that learned it",
}


@dataclass(frozen=True)
class Learned:
    said: Floats
    """(coins, concepts) of all coins."""
    places: Floats
    """(coins, width): embeddings."""


@dataclass(frozen=True)
class Compared:
    found: dict[str, tuple[float, ...]]
    """Per judge: of the wrong labels found by noise rank at each step, averaged over the concepts."""
    ap: float
    """On clean test labels, mean of the two."""


def compare_networks(lots: Lots, seed: int, config: Config) -> Compared:
    """Two networks, each taught half of the labels, judge both halves: what they learned and what they did not."""
    noisy, tested = make_noisy(lots, seed), draw_test_coins(lots, seed)
    pool = np.flatnonzero(~tested)
    half = np.full(len(noisy), -1)
    half[pool] = deal_folds(pool, HALVES, seed)
    suspicion = {judge: np.full(noisy.shape, np.nan) for judge in JUDGES}
    ap = []
    for taught in range(HALVES):
        learned = learn(lots, noisy, half != taught, config, seed)
        ap.append(mean_average_precision(lots.truth[tested].astype(int), learned.said[tested]) or 0.0)
        print(f"networks, seed {seed}: one of {HALVES} has learned, AP {ap[-1]:.3f}", flush=True)
        for judged in range(HALVES):
            mine, name = half == judged, "seen" if judged == taught else "unseen"
            suspicion[name][mine] = suspect(noisy[mine], learned.said[mine], None, seed)
            suspicion[f"{name}_places"][mine] = suspect(noisy[mine], learned.said[mine], learned.places[mine], seed)
    wrong = (noisy != lots.truth)[pool]
    found = {name: tuple(share_found(each[pool], wrong, share) for share in STEPS) for name, each in suspicion.items()}
    return Compared(found, float(np.mean(ap)))


def learn(lots: Lots, labels: Labels, held_back: npt.NDArray[np.bool_], config: Config, seed: int) -> Learned:
    """A network taught by these labels of all coins but those held back; a tenth of the others chooses the epoch."""
    validating = ~held_back & (np.random.default_rng(seed).random(len(labels)) < 0.1)
    splits: npt.NDArray[np.str_] = np.where(held_back, "test", np.where(validating, "validation", "train"))
    nobody = (False,) * labels.shape[1]
    samples = tuple(
        Sample(number, coin, "reverse", str(path.relative_to(path.anchor)), "", tuple(row), nobody, split)
        for number, (coin, path, row, split) in enumerate(
            zip(lots.coins, lots.pictures, labels.tolist(), splits.tolist(), strict=True)
        )
    )
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        quiet = replace(config, seed=seed)
        train(Snapshot(tuple(CONCEPTS), samples), quiet, out, lambda _: None, pictures=ROOT, features=out)
        sides = [SidePicture(number, path) for number, path in enumerate(lots.pictures)]
        answers = list(predict(out, sides, lambda _: None))
    said, places = ([getattr(each, part) for each in answers] for part in ("probabilities", "embedding"))
    return Learned(np.array(said, dtype=np.float64), np.array(places, dtype=np.float64))


def suspect(text: Labels, said: Floats, places: Floats | None, seed: int) -> Floats:
    """How suspicious noise rank finds each label, by these answers or by those taught over the embeddings."""
    nowhere = np.empty((len(text), 0)) if places is None else places
    return noise_rank.rank(gather(text, np.full(text.shape, NONE, dtype=np.int8), said, nowhere, seed)).astype(float)


def first_of(scores: Floats, share: float) -> npt.NDArray[np.bool_]:
    """The labels (coins, concepts) that are looked at first."""
    chosen = np.zeros(scores.size, dtype=bool)
    chosen[np.argsort(-scores.ravel(), kind="stable")[: round(share * scores.size)]] = True
    return chosen.reshape(scores.shape)


def share_found(scores: Floats, wrong: npt.NDArray[np.bool_], share: float) -> float:
    return found_per_concept(first_of(scores, share), wrong)


def print_networks(compared: Sequence[Compared]) -> dict[str, Any]:
    """Print the means over the seeds, and return them."""
    found = {name: np.mean([each.found[name] for each in compared], axis=0) for name in JUDGES}
    ap = float(np.mean([each.ap for each in compared]))
    seeds = "one seed" if len(compared) == 1 else f"{len(compared)} seeds"
    print(f"\nsmall networks taught half of the labels, {seeds}, AP {ap:.3f} on clean test labels:")
    heads = "".join(f"{share:>8.0%}" for share in STEPS)
    print(f"  {'wrong labels found by noise rank, ranked once, as judged by':66}{heads}")
    for name, shares in found.items():
        print(f"  {JUDGES[name]:66}" + "".join(f"{each:>8.3f}" for each in shares))
    shares_found = {name: np.round(shares, 4).tolist() for name, shares in found.items()}
    return {"found": shares_found, "ap_without_corrections": round(ap, 4), "seeds": len(compared)}
