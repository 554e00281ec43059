"""Small corpora to rank: what texts, models and experts say of sides with two concepts."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlcore.ranking.evidence import NONE, Evidence

NAMES = ("eagle", "captive")


def evidence(text: Any, model: Any = None, **given: Any) -> Evidence:
    """Sides by two concepts; nobody was asked, no side is placed and nothing is said of other sides, unless given."""
    said = np.array(text, dtype=np.int8)
    numbers = np.arange(len(said))
    unknown = np.full(said.shape, np.nan)
    fields: dict[str, Any] = {
        "other": np.full(said.shape, NONE),
        "expert": np.full(said.shape, NONE),
        "embedding": np.empty((len(said), 0)),
    } | given
    types = {"other": np.int8, "expert": np.int8, "embedding": np.float32}
    return Evidence(
        concepts=NAMES,
        sides=numbers + 100,
        coins=numbers,
        text=said,
        model=np.asarray(unknown if model is None else model, dtype=np.float32),
        seed=fields.pop("seed", 0),
        **{name: np.asarray(value, dtype=types[name]) for name, value in fields.items()},
    )


def corpus(sides: int = 300, seed: int = 0, **given: Any) -> tuple[Evidence, np.ndarray]:
    """A corpus whose embeddings show what is there, with texts that err; and the truth."""
    drawn = np.random.default_rng(seed)
    places = drawn.standard_normal((sides, 6))
    truth = (places[:, :2] > 0.8).astype(np.int8)
    text = np.where(drawn.random(truth.shape) < 0.08, 1 - truth, truth)
    model = 1 / (1 + np.exp(-4 * (places[:, :2] - 0.8)))
    return evidence(text, model, **{"embedding": places, "seed": seed} | given), truth
