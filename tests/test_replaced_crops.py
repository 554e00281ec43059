"""What models said of a crop goes with the crop: a new one is put before the model that answers, and only that one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from annotations.models import (
    Coin,
    Concept,
    Embedding,
    Label,
    ModelVersion,
    Prediction,
    PredictionRun,
    Publication,
    RecropRun,
    SaliencyMap,
    Side,
)
from annotations.services import jobs, predicting
from annotations.services.crops import crop_by_hand
from annotations.services.decisions import record_decision
from annotations.services.labels import refresh_model_labels
from annotations.services.machine_answers import queue_missing_predictions
from annotations.services.predicting import carry_out_predictions
from annotations.services.recropping import carry_out_recropping, queue_recropping
from tests.coin_photographs import THREE, TWO, draw_discs, take_photograph
from tests.conftest import MakeCoin
from tests.learning_rows import make_model

pytestmark = pytest.mark.django_db
LEFT = (10, 60, 200, 250)


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat's own connection cannot see into the transaction of a test."""
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)


@pytest.fixture
def coin(tmp_path: Path, make_coin: MakeCoin) -> Coin:
    """Photographed; the reverse is said to show an eagle."""
    coin = make_coin("lot.1", reverse="Eagle standing")
    take_photograph(tmp_path, coin, draw_discs(*TWO))
    return coin


@pytest.fixture
def other(make_coin: MakeCoin) -> Coin:
    return make_coin("other.1", reverse="Eagle", crop="ab/x.webp")


@pytest.fixture
def published(admin: User, coin: Coin, other: Coin) -> ModelVersion:
    """It sees an eagle and a horse everywhere, and an older version said the same."""
    version, older = make_model(admin), make_model(admin)
    Publication.objects.create(version=version, user=admin, served_at="2026-01-01T00:00:00Z")
    for each in (version, older):
        say_everywhere(each)
    PredictionRun.objects.create(version=version, status="succeeded")
    refresh_model_labels(version)
    return version


def say_everywhere(version: ModelVersion) -> None:
    eagle = Concept.objects.get(slug="eagle")
    for side in Side.objects.exclude(crop=""):
        Prediction.objects.create(version=version, side=side, probabilities=[0.9, 0.8])
        Embedding.objects.create(version=version, side=side, vector=[0.6, 0.8])
        SaliencyMap.objects.create(version=version, side=side, concept=eagle, status="succeeded", file="ab/m.png")


def left_of(coin: Coin) -> list[int]:
    """How many predictions, embeddings and maps there are of the coin's sides."""
    return [model.objects.filter(side__coin=coin).count() for model in (Prediction, Embedding, SaliencyMap)]


def run_recropping() -> None:
    run = queue_recropping(user=None, refused_only=False)
    jobs.work_on(RecropRun, run.pk, carry_out_recropping)
    run.refresh_from_db()
    assert (run.status, run.reason) == ("succeeded", "")


def was_cropped_otherwise(coin: Coin) -> None:
    coin.sides.filter(face="obverse").update(crop="cd/older.webp")


def test_what_models_said_goes_with_a_crop_that_is_cut_otherwise(
    coin: Coin, other: Coin, published: ModelVersion
) -> None:
    was_cropped_otherwise(coin)
    before = left_of(other)
    run_recropping()
    assert (left_of(coin), left_of(other)) == ([0, 0, 0], before)
    run = PredictionRun.objects.get(status="queued")
    assert run.version == published


def test_labels_rest_on_what_is_left(coin: Coin, published: ModelVersion, expert: User) -> None:
    obverse = coin.sides.get(face="obverse")
    record_decision(user=expert, side_id=obverse.pk, concept="horse", answer="yes", key=uuid4(), base_id=None)
    was_cropped_otherwise(coin)
    run_recropping()
    rows = Label.objects.filter(side__coin=coin).order_by("side__face", "concept__slug")
    assert list(rows.values_list("side__face", "concept__slug", "answer", "origin")) == [
        ("obverse", "horse", "yes", "expert"),
        ("reverse", "eagle", "yes", "text"),
        ("reverse", "standing", "yes", "text"),
    ]
    assert set(rows.values_list("model_score", "model_present", "model_version")) == {(None, False, None)}


def test_cropping_again_with_the_same_result_keeps_everything(coin: Coin, published: ModelVersion) -> None:
    before = left_of(coin)
    run_recropping()
    assert left_of(coin) == before == [4, 4, 4]
    assert not PredictionRun.objects.filter(status="queued").exists()


def test_an_attempt_after_a_killed_one_still_asks_the_model(coin: Coin, published: ModelVersion) -> None:
    """The first cropped and forgot; the second finds nothing to replace."""
    Prediction.objects.filter(side__coin=coin).delete()
    run_recropping()
    assert PredictionRun.objects.get(status="queued").version == published


def test_two_that_find_sides_missing_queue_one_job(coin: Coin, published: ModelVersion) -> None:
    Prediction.objects.filter(side__coin=coin).delete()
    first = queue_missing_predictions(user=None)
    assert first is not None and queue_missing_predictions(user=None) == first
    PredictionRun.objects.filter(pk=first.pk).update(status="running")
    assert queue_missing_predictions(user=None) != first, "one that runs has made its list before"


def test_where_no_model_answers_nothing_is_asked(coin: Coin) -> None:
    assert queue_missing_predictions(user=None) is None


def test_what_models_said_goes_when_a_person_crops(
    tmp_path: Path, expert: User, coin: Coin, published: ModelVersion
) -> None:
    photograph = take_photograph(tmp_path, coin, draw_discs(*THREE), name="second.jpg")
    assert left_of(coin) == [4, 4, 4], "a refused photograph replaces nothing"
    crop_by_hand(user=expert, photograph=photograph, boxes={"obverse": LEFT}, key=uuid4(), base_id=None)
    assert left_of(coin) == [0, 0, 0]


def test_what_models_said_goes_when_an_import_brings_another_picture(
    tmp_path: Path, coin: Coin, published: ModelVersion
) -> None:
    take_photograph(tmp_path, coin, draw_discs(*TWO))
    assert left_of(coin) == [4, 4, 4], "the same bytes again"
    take_photograph(tmp_path, coin, draw_discs((30, 30, 290, 290), TWO[1]))
    assert left_of(coin) == [0, 0, 0]


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> list[int]:
    """Stands in for the child process: it says 0.1 of every side of its list, which is returned as it grows."""
    settings.MODELS_ROOT = tmp_path
    asked: list[int] = []

    def predict(arguments: list[str], **named: Any) -> dict[str, Any]:
        places = dict(zip(arguments[2::2], arguments[3::2], strict=True))
        rows = [json.loads(line) for line in Path(places["--sides"]).read_text().splitlines()]
        asked.extend(row["side"] for row in rows)
        said = [{"side": row["side"], "probabilities": [0.1, 0.1], "embedding": [1.0, 0.0]} for row in rows]
        Path(places["--out"]).write_text("".join(json.dumps(row) + "\n" for row in said))
        return {}

    monkeypatch.setattr(predicting, "run_child", predict)
    return asked


def carry_out(run: PredictionRun) -> PredictionRun:
    jobs.work_on(PredictionRun, run.pk, carry_out_predictions)
    run.refresh_from_db()
    assert (run.status, run.reason) == ("succeeded", "")
    return run


def test_the_model_is_asked_only_about_sides_that_it_has_not_seen(
    coin: Coin, other: Coin, published: ModelVersion, child: list[int]
) -> None:
    was_cropped_otherwise(coin)
    run_recropping()
    run = carry_out(PredictionRun.objects.get(status="queued"))
    assert sorted(child) == sorted(coin.sides.values_list("pk", flat=True))
    assert run.counts == {"sides": 2, "refused": 0}
    kept = Prediction.objects.filter(version=published, side__coin=other)
    assert [each.probabilities for each in kept] == [[0.9, 0.8]] * 2
    assert Label.objects.get(side__coin=coin, concept__slug="eagle").model_score == pytest.approx(0.1)


def test_a_model_that_has_seen_every_side_is_not_started(coin: Coin, published: ModelVersion, child: list[int]) -> None:
    run = carry_out(PredictionRun.objects.create(version=published))
    assert (child, run.counts) == ([], {"sides": 0, "refused": 0})


@pytest.mark.parametrize("crop", ["ef/newer.webp", ""])
def test_a_crop_that_is_replaced_while_the_model_looks_is_put_before_it_again(
    coin: Coin, published: ModelVersion, child: list[int], monkeypatch: pytest.MonkeyPatch, crop: str
) -> None:
    Prediction.objects.filter(side__coin=coin).delete()
    looked = predicting.run_child

    def replace(arguments: list[str], **named: Any) -> dict[str, Any]:
        coin.sides.filter(face="obverse").update(crop=crop)
        return looked(arguments, **named)

    monkeypatch.setattr(predicting, "run_child", replace)
    carry_out(PredictionRun.objects.create(version=published))
    assert left_of(coin)[0] == 0
    again = PredictionRun.objects.get(status="queued")
    monkeypatch.setattr(predicting, "run_child", looked)
    carry_out(again)
    assert Prediction.objects.filter(side__coin=coin).count() == (2 if crop else 1)
    assert not PredictionRun.objects.filter(status="queued").exists()
