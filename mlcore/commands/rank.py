"""Put the questions that experts could be asked in an order, by several strategies at once.

EVIDENCE is a safetensors file, S sides by C concepts:

    side       int64 (S,)     the site's id of the side
    coin       int64 (S,)     sides of one coin (and of its doubles) carry the same number
    text       int8 (S, C)    1 the side's text names it, 0 it does not, -1 the side has no text
    other      int8 (S, C)    the same of the coin's other side
    expert     int8 (S, C)    1 yes, 0 no, 2 unsure, -1 nobody was asked; only -1 is still a question
    model      float32 (S, C) probability by the published model, 0..1; NaN where it has none
    embedding  float16 or float32 (S, D)   where that model puts the side; rows of NaN where it has none, D may be 0

PLAN is one JSON object:

    {"concepts": ["eagle", …],                   C names as experts know them, in the order of the columns
     "shares": {"noise_rank": 0.6, "random": 0.1, …},   names of mlcore.ranking.strategies.STRATEGIES; sum is made 1
     "seed": 7,                                  may be missing: 0
     "most": 500000,                             may be missing: how many questions at most
     "most_per_side": 4,                         may be missing: how many on one side at most
     "floor": 0.05}                              may be missing: less suspicion than this is no question (random aside)

ORDER is a safetensors file with N questions, the first to be asked first:

    side       int64 (N,)     the site's id
    concept    int32 (N,)     column of the plan's concepts
    score      float64 (N,)   falls from 1 towards 0 along the order: what to sort by
    suspicion  float32 (N,)   what the strategy itself gave it, 0..1; NaN where that is no suspicion (random, rare)
    strategy   int16 (N,)     number in "strategies" of the JSON file
    reason     int32 (N,)     number in "reasons" of the JSON file

Beside it, the same name with .json:

    {"strategies": ["noise_rank", …],            as numbered above
     "reasons": ["Text says eagle, model 3 %.", …],     sentences of at most 200 characters
     "counts": {"noise_rank": 300000, …},        questions by strategy; one that has nothing to go by has 0
     "silent": {"diversity": "No model has placed the sides yet."},   why a strategy has none
     "concepts": {"eagle": {"present": 812, "absent": 9100,          open labels by text
                            "wrong_present": 0.21, "wrong_absent": 0.01,    shares of these that are estimated wrong;
                                                                null where there is too little to go by, or fewer
                                                                than FEWEST_LEFT are open
                            "corrected_present": 15, "corrected_absent": 2,    wrong ones that experts have found
                            "expert": 40}, …}}                  experts' answers

While it works: {"event": "progress", "stage": "ranking", "done": n, "total": n}. The last event is {"event": "done",
"out": ORDER, "questions": N, "counts": {…}, "concepts": {…}}. A file that does not fit ends it with a sentence.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from mlcore.contract import LearningError, Report
from mlcore.files import write_json, written_aside
from mlcore.noise.noisy_sigmoid import fit_noise
from mlcore.ranking.evidence import NO, NONE, YES, Evidence
from mlcore.ranking.order import FLOOR, MOST, MOST_PER_SIDE, Order, Plan, put_in_order
from mlcore.ranking.reasons import tell_reasons
from mlcore.ranking.shares import FEWEST_LEFT
from mlcore.ranking.strategies import why_silent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("evidence", type=Path, help="safetensors: what texts, experts and the model say of each side")
    parser.add_argument("plan", type=Path, help="JSON: concepts, and the share of each strategy")
    parser.add_argument("--out", type=Path, required=True, help="safetensors to write; sentences go beside it as .json")


def run(arguments: argparse.Namespace, report: Report) -> dict[str, Any]:
    concepts, seed, plan = read_plan(arguments.plan)
    evidence = read_evidence(arguments.evidence, concepts, seed)
    order = put_in_order(evidence, plan, report)
    reasons, numbers = tell_reasons(evidence, order)
    write_order(arguments.out, evidence, order, numbers)
    counts = order.counts()
    silent = {name: why_silent(name, evidence) for name, count in counts.items() if not count}
    found = {"counts": counts, "concepts": describe_labels(evidence)}
    about = {"strategies": order.names, "reasons": reasons, "silent": silent} | found
    write_json(arguments.out.with_suffix(".json"), about)
    return {"out": str(arguments.out), "questions": len(order.places)} | found


def read_plan(path: Path) -> tuple[tuple[str, ...], int, Plan]:
    """Concepts, seed and plan. Raises LearningError naming what cannot be read."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        concepts, seed = tuple(str(name) for name in given["concepts"]), int(given.get("seed", 0))
        shares = {str(name): float(share) for name, share in given["shares"].items()}
        most, per_side = int(given.get("most", MOST)), int(given.get("most_per_side", MOST_PER_SIDE))
        floor = float(given.get("floor", FLOOR))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LearningError(f"The plan {path.name} cannot be read ({error!r}).") from error
    if seed < 0:
        raise LearningError(f"The plan {path.name} has the seed {seed}; take 0 or more.")
    return concepts, seed, Plan(shares, most, per_side, floor)


def read_evidence(path: Path, concepts: tuple[str, ...], seed: int) -> Evidence:
    """Raises LearningError where the file is damaged or does not fit."""
    try:
        found = load_file(path)
        arrays = {name: found[name] for name in ("text", "other", "expert")}
        return Evidence(
            concepts=concepts,
            sides=found["side"],
            coins=found["coin"],
            model=found["model"],
            embedding=found["embedding"].astype(np.float32),
            seed=seed,
            **arrays,
        )
    except (OSError, SafetensorError, KeyError) as error:
        raise LearningError(f"The evidence {path.name} cannot be read ({error!r}).") from error


def write_order(path: Path, evidence: Evidence, order: Order, reasons: np.ndarray[Any, np.dtype[np.int32]]) -> None:
    """Write the questions whole or not at all. Raises LearningError where there is no room."""
    count, columns = len(order.places), len(evidence.concepts)
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "side": evidence.sides[order.places // columns].astype(np.int64),
        "concept": (order.places % columns).astype(np.int32),
        "score": 1 - np.arange(count, dtype=np.float64) / max(1, count),
        "suspicion": order.judged(),
        "strategy": order.strategies,
        "reason": reasons,
    }
    with written_aside(path) as partial:
        save_file(arrays, partial)
        partial.chmod(0o644)


def describe_labels(evidence: Evidence) -> dict[str, dict[str, Any]]:
    """Per concept what stands in ORDER's JSON file under "concepts".

    How texts err is fitted on all their labels. What is still wrong is then judged label by label, and of the open ones
    alone, so that it does not matter how suspicious the labels were that experts looked at.
    """
    found: dict[str, dict[str, Any]] = {}
    for column, concept in enumerate(evidence.concepts):
        text, expert = evidence.text[:, column], evidence.expert[:, column]
        noise = fit_noise(text, evidence.believed[:, column])
        row: dict[str, Any] = {"expert": int((expert != NONE).sum())}
        for name, said, opposite in (("present", YES, NO), ("absent", NO, YES)):
            still = (text == said) & (expert == NONE)
            doubts = noise.doubts[still & np.isfinite(noise.doubts)] if noise else np.empty(0)
            row |= {name: int(still.sum()), f"corrected_{name}": int(((text == said) & (expert == opposite)).sum())}
            row[f"wrong_{name}"] = round(float(doubts.mean()), 4) if len(doubts) >= FEWEST_LEFT else None
        found[concept] = row
    return found
