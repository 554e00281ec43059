"""Ranking as a job: what it collects, how it fills the queue, and that nobody who answers meanwhile is in its way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from safetensors.numpy import load_file

from annotations.models import Concept, Embedding, Label, Prediction, Publication, ReviewItem, Side
from annotations.services.copied_rows import BIGINT, copy_out, reals
from annotations.services.decisions import record_decision
from annotations.services.ranking_evidence import write_evidence
from annotations.services.ranking_order import Order, store_order
from annotations.services.review import lease_items, rank_questions, skip_item
from tests.conftest import MakeCoin
from tests.learning_rows import make_model
from tests.review_steps import answer, page_of

pytestmark = pytest.mark.django_db
PICTURE = "ab/picture.webp"


def quietly(event: dict[str, Any]) -> None:
    """Nobody watches."""


def order_of(*questions: tuple[Side, Concept, float, str], strategy: str = "noise_rank") -> tuple[Order, list[Concept]]:
    """An order as the ranking leaves it: side, concept, score and reason of each question."""
    concepts = list(Concept.objects.in_use().order_by("pk"))
    sides, asked, scores, reasons = zip(*questions, strict=True) if questions else ((), (), (), ())
    words = {"strategies": [strategy], "reasons": list(reasons), "counts": {}, "silent": {}, "concepts": {}}
    order = Order(
        side=np.array([side.pk for side in sides], dtype=np.int64),
        concept=np.array([concepts.index(concept) for concept in asked], dtype=np.int32),
        score=np.array(scores, dtype=np.float64),
        suspicion=np.array([0.93 if strategy == "noise_rank" else np.nan] * len(questions), dtype=np.float32),
        strategy=np.zeros(len(questions), dtype=np.int16),
        reason=np.arange(len(questions), dtype=np.int32),
        words=words,
    )
    return order, concepts


def store(*questions: tuple[Side, Concept, float, str], round: int = 7) -> dict[str, int]:
    return store_order(*order_of(*questions), round=round, report=quietly)


def queue() -> list[tuple[int, str, float, str]]:
    items = ReviewItem.objects.open().select_related("concept").order_by("-score", "id")
    return [(item.side_id, item.concept.slug, item.score, item.strategy) for item in items]


@pytest.fixture
def side(make_coin: MakeCoin) -> Side:
    coin = make_coin(obverse="Head of Athena right", reverse="Eagle standing left on altar", crop=PICTURE)
    return coin.sides.get(face="reverse")


def test_the_evidence_says_what_texts_experts_and_the_model_say_of_each_side(
    tmp_path: Path, make_coin: MakeCoin, expert: User, concepts: dict[str, Concept]
) -> None:
    told = make_coin("told", obverse="Head of Athena right", reverse="Eagle standing left", crop=PICTURE)
    silent = make_coin("silent", reverse="Horse galloping", crop=PICTURE)
    make_coin("unseen", reverse="Eagle")
    eagle, horse = told.sides.get(face="reverse"), silent.sides.get(face="reverse")
    record_decision(user=expert, side_id=horse.pk, concept="eagle", answer="no", key=_key(), base_id=None)
    version = make_model(expert)
    Publication.objects.create(version=version, user=expert)
    Prediction.objects.create(side=eagle, version=version, probabilities=[0.03, 0.25])
    Embedding.objects.create(side=eagle, version=version, vector=[0.6, 0.8, 0.0])
    columns = list(Concept.objects.in_use().order_by("pk"))
    assert write_evidence(tmp_path / "evidence.safetensors", columns, version, quietly) == 4
    found = load_file(tmp_path / "evidence.safetensors")
    row = {int(side): place for place, side in enumerate(found["side"])}
    at = {concept.slug: place for place, concept in enumerate(columns)}
    front = row[told.sides.get(face="obverse").pk]
    assert set(row) == set(Side.objects.pictured().values_list("pk", flat=True))
    assert found["text"][row[eagle.pk], [at["eagle"], at["horse"]]].tolist() == [1, 0]
    assert found["text"][row[silent.sides.get(face="obverse").pk], at["eagle"]] == -1
    assert found["other"][front, at["eagle"]] == 1
    assert found["other"][row[horse.pk], at["eagle"]] == -1
    assert found["expert"][row[horse.pk], at["eagle"]] == 0
    assert (found["expert"] >= 0).sum() == 1
    assert found["model"][row[eagle.pk], [at["eagle"], at["horse"]]].tolist() == pytest.approx([0.03, 0.25])
    assert np.isfinite(found["model"]).sum() == 2
    assert found["embedding"][row[eagle.pk]].tolist() == pytest.approx([0.6, 0.8, 0.0], abs=1e-3)
    assert np.isnan(found["embedding"][row[horse.pk]]).all()
    assert found["coin"][front] == found["coin"][row[eagle.pk]] != found["coin"][row[horse.pk]]


def test_where_no_model_answers_the_evidence_holds_texts_alone(tmp_path: Path, side: Side) -> None:
    columns = list(Concept.objects.in_use().order_by("pk"))
    assert write_evidence(tmp_path / "evidence.safetensors", columns, None, quietly) == 2
    found = load_file(tmp_path / "evidence.safetensors")
    assert np.isnan(found["model"]).all()
    assert found["embedding"].shape == (2, 0)


def test_rows_of_another_width_are_refused(side: Side, expert: User) -> None:
    version = make_model(expert)
    Prediction.objects.create(side=side, version=version, probabilities=[0.1, 0.2])
    query = "SELECT side_id, probabilities::real[] FROM annotations_prediction"
    assert [rows["side"].tolist() for rows in copy_out(query, {"side": BIGINT, "p": reals(2)})] == [[side.pk]]
    with pytest.raises(ValueError, match="not as wide"):
        list(copy_out(query, {"side": BIGINT, "p": reals(3)}))


def test_an_order_becomes_the_queue_with_score_reason_strategy_and_round(
    side: Side, concepts: dict[str, Concept]
) -> None:
    counts = store(
        (side, concepts["eagle"], 0.9, "Text says eagle, model 3 %."),
        (side, concepts["horse"], 0.4, "Text does not say horse, model 80 %."),
    )
    assert counts == {"changed": 0, "added": 2, "withdrawn": 0}
    assert [row[1:] for row in queue()] == [("eagle", 0.9, "noise_rank"), ("horse", 0.4, "noise_rank")]
    item = ReviewItem.objects.get(concept=concepts["eagle"])
    assert (item.reason, item.round, item.suspicion) == ("Text says eagle, model 3 %.", 7, pytest.approx(0.93))
    counts = store((side, concepts["horse"], 0.8, "Text does not say horse, model 99 %."))
    assert counts == {"changed": 1, "added": 0, "withdrawn": 1}
    assert [row[1:] for row in queue()] == [("horse", 0.8, "noise_rank")]


def test_only_where_the_strategy_judges_suspicion_is_a_suspicion_kept_and_shown(
    client: Client, expert: User, side: Side, concepts: dict[str, Concept]
) -> None:
    client.force_login(expert)
    for strategy, kept, told in (("noise_rank", 0.93, "Probably wrong 0.93 of 1."), ("random", None, "")):
        order = order_of((side, concepts["eagle"], 0.99, "Text says eagle."), strategy=strategy)
        store_order(*order, round=7, report=quietly)
        assert ReviewItem.objects.get().suspicion == (kept if kept is None else pytest.approx(kept))
        asked = page_of(client.get("/review/", {"concept": "eagle"})).select_one(".asked p")
        assert " ".join(asked.get_text().split()) == f"Text says eagle. {told}".strip()


def test_what_an_expert_answered_is_not_asked_again(side: Side, expert: User, concepts: dict[str, Concept]) -> None:
    store((side, concepts["eagle"], 0.9, "Text says eagle."))
    for concept in ("eagle", "horse"):
        record_decision(user=expert, side_id=side.pk, concept=concept, answer="no", key=_key(), base_id=None)
    counts = store((side, concepts["eagle"], 0.8, "a"), (side, concepts["horse"], 0.7, "b"))
    assert counts == {"changed": 0, "added": 0, "withdrawn": 0}
    assert queue() == []
    assert ReviewItem.objects.get().status == "answered"


def test_a_question_that_stands_before_a_person_is_withdrawn_only_by_a_later_ranking(
    side: Side, expert: User, concepts: dict[str, Concept]
) -> None:
    store((side, concepts["eagle"], 0.9, "a"), (side, concepts["horse"], 0.8, "b"))
    [held] = lease_items(user=expert, count=1)
    assert store()["withdrawn"] == 1
    assert [row[1] for row in queue()] == ["eagle"]
    ReviewItem.objects.filter(pk=held.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert store()["withdrawn"] == 1
    assert queue() == []


def test_a_withdrawn_question_takes_its_skips_with_it(side: Side, expert: User, concepts: dict[str, Concept]) -> None:
    store((side, concepts["eagle"], 0.9, "a"))
    skip_item(user=expert, item_id=ReviewItem.objects.get().pk)
    assert store()["withdrawn"] == 1
    assert expert.skipped_items.count() == 0


def test_sides_and_concepts_that_are_gone_meanwhile_are_left_out(side: Side, concepts: dict[str, Concept]) -> None:
    order = order_of((side, concepts["eagle"], 0.9, "a"), (side, concepts["horse"], 0.8, "b"))
    Concept.objects.filter(slug="horse").update(retired=True)
    assert store_order(*order, round=1, report=quietly)["added"] == 1
    order = order_of((Side(pk=side.pk + 1000), concepts["eagle"], 0.9, "a"))
    assert store_order(*order, round=1, report=quietly) == {"changed": 0, "added": 0, "withdrawn": 1}


def test_new_texts_open_questions_and_leave_what_a_ranking_judged_as_it_is(
    side: Side, make_coin: MakeCoin, concepts: dict[str, Concept]
) -> None:
    store((side, concepts["eagle"], 0.9, "Text says eagle, model 3 %."))
    other = make_coin("new", reverse="Eagle standing", crop=PICTURE).sides.get(face="reverse")
    rank_questions(round=0)
    ranked = {(side_id, concept): (score, strategy) for side_id, concept, score, strategy in queue()}
    assert ranked[side.pk, "eagle"] == (0.9, "noise_rank")
    assert ranked[other.pk, "eagle"][1] == "first"
    Label.objects.filter(side=other).update(text_present=False)
    rank_questions(round=0)
    assert other.pk not in {row[0] for row in queue()}
    assert side.pk in {row[0] for row in queue()}


def _key() -> Any:
    return answer(Side(pk=0))["key"]
