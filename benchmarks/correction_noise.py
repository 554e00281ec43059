"""How near two ways come to the true share of wrong labels, which on the site nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.ans_sides import CONCEPTS
from benchmarks.correction_lots import share_of
from benchmarks.correction_rounds import Corpus
from mlcore.metrics.resampling import mean_of_defined
from mlcore.noise.confident_learning import estimate_errors
from mlcore.noise.noisy_sigmoid import fit_noise
from mlcore.ranking.out_of_fold import out_of_fold

WAYS = {"noisy sigmoid": fit_noise, "confident learning": estimate_errors}
CALLED = ("wrong_present", "wrong_absent")


def estimate_shares(corpus: Corpus, seed: int) -> dict[str, Any]:
    """Per way and under "true": (concepts, 2) of the labels that call it present and absent the share that is wrong."""
    coins = np.arange(len(corpus.noisy))
    said = out_of_fold(corpus.features, corpus.noisy, coins, seed=seed)
    found: dict[str, Any] = {way: np.full((len(CONCEPTS), 2), np.nan) for way in WAYS}
    found["true"] = np.full((len(CONCEPTS), 2), np.nan)
    for column in range(len(CONCEPTS)):
        given, truth = corpus.noisy[:, column], corpus.truth[:, column]
        found["true"][column] = share_of(truth[given == 1] == 0), share_of(truth[given == 0] == 1)
        for way, estimate in WAYS.items():
            if guess := estimate(given, said[:, column]):
                found[way][column] = [getattr(guess, name) for name in CALLED]
    return found


def print_shares(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Print the means over the seeds; return how far each way is off on average, and which way."""
    print(f"\n{'share of wrong labels':24}" + "".join(f"{way:>24}" for way in ("true", *WAYS)))
    print(f"{'(no corrections yet)':24}" + f"{'present':>13}{'absent':>11}" * (1 + len(WAYS)))
    means = {way: mean_of_defined(np.stack([each[way] for each in found])) for way in ("true", *WAYS)}
    for column, concept in enumerate(CONCEPTS):
        cells = "".join(f"{_share(each[column, 0]):>13}{_share(each[column, 1]):>11}" for each in means.values())
        print(f"{concept:24}{cells}")
    off = {way: np.concatenate([each[way] - each["true"] for each in found]) for way in WAYS}
    figures = {
        way: {
            "mean_error": dict(zip(CALLED, mean_of_defined(np.abs(each)).round(4).tolist(), strict=True)),
            "bias": dict(zip(CALLED, mean_of_defined(each).round(4).tolist(), strict=True)),
        }
        for way, each in off.items()
    }
    for way, each in figures.items():
        print(f"{way}: off by {each['mean_error']}, on average by {each['bias']}")
    return figures


def _share(value: float) -> str:
    return f"{value:.1%}" if np.isfinite(value) else "too few"
