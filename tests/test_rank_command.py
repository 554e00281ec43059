"""python -m mlcore rank: a corpus in, an order of questions with scores, strategies and reasons out."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from mlcore.commands import rank
from mlcore.contract import LearningError
from mlcore.ranking import noise_rank
from mlcore.ranking.evidence import NO, NONE, YES, Evidence
from mlcore.ranking.strategies import STRATEGIES
from tests.coin_drawings import Heard
from tests.ranking_evidence import NAMES, corpus, evidence


def write_files(folder: Path, found: Evidence, **plan: Any) -> argparse.Namespace:
    given = {"concepts": NAMES, "shares": dict.fromkeys(STRATEGIES, 1), "floor": 0.0} | plan
    (folder / "plan.json").write_text(json.dumps(given))
    arrays = {name: getattr(found, name) for name in ("text", "other", "expert", "model")}
    arrays |= {"side": found.sides, "coin": found.coins, "embedding": found.embedding.astype(np.float16)}
    save_file(arrays, folder / "evidence.safetensors")
    paths = ("evidence.safetensors", "plan.json", "order.safetensors")
    return argparse.Namespace(**dict(zip(("evidence", "plan", "out"), (folder / path for path in paths), strict=True)))


def test_the_command_writes_an_order_with_its_reasons(tmp_path: Path) -> None:
    found, truth = corpus()
    expert = np.full(truth.shape, NONE, dtype=np.int8)
    expert[:20] = truth[:20]
    heard = Heard()
    done = rank.run(write_files(tmp_path, replace(found, expert=expert), most=400), heard)
    order, about = load_file(tmp_path / "order.safetensors"), json.loads((tmp_path / "order.json").read_text())
    assert done["questions"] == len(order["side"]) == sum(about["counts"].values()) <= 400
    assert (np.diff(order["score"]) < 0).all() and order["score"][0] == 1 and order["score"][-1] > 0
    assert order["side"].min() >= 120 and order["concept"].max() == 1
    assert set(np.unique(order["strategy"])) <= set(range(len(about["strategies"])))
    assert order["reason"].max() == len(about["reasons"]) - 1
    assert done["counts"] == about["counts"] and not about["silent"]
    assert heard[-1]["stage"] == "ranking"
    eagle = about["concepts"]["eagle"]
    assert eagle["expert"] == 20 and eagle["present"] + eagle["absent"] == 280
    assert eagle["corrected_present"] == int(((found.text == 1) & (truth == 0))[:20, 0].sum())
    wrong = np.mean(truth[20:, 0][found.text[20:, 0] == 1] == 0)
    assert eagle["wrong_present"] == pytest.approx(wrong, abs=0.12)


def test_what_is_estimated_wrong_falls_as_experts_find_it(tmp_path: Path) -> None:
    found, truth = corpus(1500)
    arguments = write_files(tmp_path, found)
    before = rank.run(arguments, Heard())["concepts"]["eagle"]
    suspicious = noise_rank.rank(found)
    looked = suspicious > np.quantile(suspicious, 0.85)
    later = replace(found, expert=np.where(looked, truth, NONE).astype(np.int8))
    after = rank.run(write_files(tmp_path, later), Heard())["concepts"]["eagle"]
    wrong = ((found.text != truth) & ~looked)[:, 0]
    assert after["wrong_present"] < before["wrong_present"] / 2
    assert after["corrected_present"] == int(((found.text == 1) & (truth == 0) & looked)[:, 0].sum())
    assert after["wrong_present"] == pytest.approx(wrong[found.text[:, 0] == 1].sum() / after["present"], abs=0.1)


def test_the_command_says_why_a_strategy_is_silent(tmp_path: Path) -> None:
    rank.run(write_files(tmp_path, evidence([[YES, NO]] * 30)), Heard())
    about = json.loads((tmp_path / "order.json").read_text())
    assert set(about["silent"]) == {"noise_rank", "uncertainty", "disagreement", "diversity"}
    assert about["silent"]["diversity"] == "No model has placed the sides yet."
    assert about["concepts"]["eagle"]["wrong_present"] is None


def test_an_empty_corpus_has_no_questions(tmp_path: Path) -> None:
    done = rank.run(write_files(tmp_path, evidence(np.empty((0, 2)))), Heard())
    assert done["questions"] == 0 and not load_file(tmp_path / "order.safetensors")["side"].size


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": np.zeros((3, 1), dtype=np.int8)}, "'text' has shape"),
        ({"text": np.full((3, 2), 7, dtype=np.int8)}, "'text' holds values outside -1 to 1"),
        ({"model": np.full((3, 2), 1.5, dtype=np.float32)}, "outside 0 to 1"),
        ({"embedding": np.zeros((2, 4), dtype=np.float16)}, "'embedding' has shape"),
        ({"expert": None}, "expert"),
    ],
)
def test_evidence_that_does_not_fit_is_refused(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    arguments = write_files(tmp_path, evidence([[YES, NO]] * 3))
    arrays = load_file(arguments.evidence) | change
    save_file({name: each for name, each in arrays.items() if each is not None}, arguments.evidence)
    with pytest.raises(LearningError, match=reason):
        rank.run(arguments, Heard())
    assert not arguments.out.exists()


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"concepts": ["a"]}', '{"concepts": ["a"], "shares": {"random": "x"}}']
)
def test_a_plan_that_cannot_be_read_is_refused(tmp_path: Path, content: str) -> None:
    arguments = write_files(tmp_path, evidence([[YES, NO]]))
    arguments.plan.write_text(content)
    with pytest.raises(LearningError, match=r"plan.json cannot be read"):
        rank.run(arguments, Heard())


def test_damaged_evidence_is_refused(tmp_path: Path) -> None:
    arguments = write_files(tmp_path, evidence([[YES, NO]]))
    arguments.evidence.write_bytes(b"no tensors")
    with pytest.raises(LearningError, match=r"evidence.safetensors cannot be read"):
        rank.run(arguments, Heard())


def test_suspicion_stands_only_where_a_strategy_judges_it(tmp_path: Path) -> None:
    rank.run(write_files(tmp_path, corpus()[0]), Heard())
    order, about = load_file(tmp_path / "order.safetensors"), json.loads((tmp_path / "order.json").read_text())
    for number, name in enumerate(about["strategies"]):
        given = order["suspicion"][order["strategy"] == number]
        assert len(given) and np.isfinite(given).all() == STRATEGIES[name].IS_SUSPICION == np.isfinite(given).any()


def test_of_a_handful_of_open_labels_no_share_is_given(tmp_path: Path) -> None:
    found, truth = corpus()
    settled = found.text[:, 0] == YES
    settled[np.flatnonzero(settled)[:7]] = False
    expert = np.where(settled[:, None], truth, NONE).astype(np.int8)
    eagle = rank.run(write_files(tmp_path, replace(found, expert=expert)), Heard())["concepts"]["eagle"]
    assert (eagle["present"], eagle["wrong_present"]) == (7, None)
    assert eagle["absent"] > 20 and 0 <= eagle["wrong_absent"] < 0.1


def test_a_strategy_that_found_nothing_worth_asking_does_not_blame_the_model(tmp_path: Path) -> None:
    found = replace(corpus()[0], embedding=np.ones((300, 4), dtype=np.float32))
    found.expert[0, 0] = YES
    rank.run(write_files(tmp_path, found, floor=1.0), Heard())
    silent = json.loads((tmp_path / "order.json").read_text())["silent"]
    assert silent["diversity"] == "Every side with questions is near one that experts answered."
    assert silent["noise_rank"] == "No question that is left to it is suspicious enough."
