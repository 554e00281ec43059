"""What the worker does with a photograph: models kept warm, verdicts by their bounds, likeness to the corpus."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from annotations.models import Coin, Embedding, Identification, ModelVersion, PredictionRun, Publication, Side
from annotations.services.identifying import LearningError, _find, carry_out_identification, queue_identification
from annotations.services.jobs import claim_job
from annotations.services.likeness import FEWEST, describe_likeness
from annotations.services.publishing import model_folder
from annotations.services.serving import _load
from mlcore.kinds import concept_vit
from tests.coin_drawings import TINY, Heard, drawn_snapshot
from tests.coin_photographs import THREE, TWO, draw_discs
from tests.learning_rows import make_run

pytestmark = pytest.mark.django_db


def trained(folder: Path, user: User, *, concepts: tuple[str, ...], epochs: int = 1) -> ModelVersion:
    """A very small model in its folder, and published."""
    snapshot = drawn_snapshot(folder / "pictures", sides=96, concepts=concepts)
    run = make_run(user, status="succeeded")
    given = {"run": run, "kind": "concept_vit", "concepts": list(concepts), "folder": f"run-{run.pk}"}
    version = ModelVersion(**given, metrics={}, thresholds=[])
    config = concept_vit.Config(**(TINY | {"epochs": epochs}))
    places = {"pictures": folder / "pictures", "features": folder / "features"}
    result = concept_vit.train(snapshot, config, model_folder(version), Heard(), **places)
    version.metrics, version.thresholds = result.metrics, list(result.thresholds)
    version.save()
    publish(version, user)
    return version


def publish(version: ModelVersion, user: User) -> None:
    Publication.objects.create(version=version, user=user)


def identified() -> Identification:
    stream = io.BytesIO()
    draw_discs(*TWO).save(stream, "PNG")
    row = queue_identification(user=None, content=stream.getvalue(), name="denarius.png")
    claimed = claim_job(Identification, row.pk)
    assert claimed is not None
    carry_out_identification(claimed, lambda event: None)
    row.refresh_from_db()
    return row


def test_a_model_published_meanwhile_answers_the_next_photograph_and_the_old_one_stays_warm(
    tmp_path: Path, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _load.cache_clear()
    old = trained(tmp_path / "old", admin, concepts=("altar", "globe"))
    first = identified()
    new = trained(tmp_path / "new", admin, concepts=("globe", "altar", "eagle"), epochs=2)
    second = identified()
    assert (first.version, second.version) == (old, new)
    assert [set(side["probabilities"]) for side in second.sides] == [{"globe", "altar", "eagle"}] * 2
    assert set(first.sides[0]["probabilities"]) == {"altar", "globe"}
    publish(old, admin)
    again = identified()
    assert again.version == old
    assert [side["probabilities"] for side in again.sides] == [side["probabilities"] for side in first.sides]
    assert (_load.cache_info().misses, _load.cache_info().hits) == (2, 1)


def test_the_verdicts_are_those_of_the_model_s_bounds_and_the_boxes_those_of_the_sides(
    tmp_path: Path, admin: User
) -> None:
    version = trained(tmp_path, admin, concepts=("altar", "globe"))
    kept = version.metrics["bounds"]["concepts"]
    for verdict, low, high in (("seen", 0.0, 0.0), ("not seen", 1.0, 1.0), ("not sure", 0.0, 1.0)):
        kept["altar"] |= {"low": low, "high": high}
        version.save()
        row = identified()
        assert [side["face"] for side in row.sides] == ["obverse", "reverse"]
        assert {side["verdicts"]["altar"]["verdict"] for side in row.sides} == {verdict}
        assert {side["level"] for side in row.sides} == {0.9}
    left, right = (side["box"] for side in row.sides)
    assert left[2] < right[0] and row.sides[0]["of"] == [640, 320]


def test_an_older_model_whose_bounds_let_it_say_seen_uncalibrated_is_never_sure_of_that_concept(
    tmp_path: Path, admin: User
) -> None:
    version = trained(tmp_path, admin, concepts=("altar", "globe"))
    version.metrics["bounds"]["concepts"]["altar"] |= {"low": 0.0, "high": 0.0, "reason": "only 1 show it"}
    few = {"method": "none", "reason": "1 of 24 validation sides show it", "n": 24, "positives": 1}
    version.metrics["calibration"]["altar"] = few
    version.save()
    said = identified().sides[0]["verdicts"]["altar"]
    assert said == {
        "verdict": "not sure",
        "low": 0.0,
        "high": 1.0,
        "reason": "not calibrated: 1 of 24 validation sides show it",
        "calibration": "none",
    }


ALONE = "Send a photograph of one coin alone"
GROUND = Image.fromarray(np.random.default_rng(5).integers(0, 255, (320, 640, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    ("picture", "finding", "advice"),
    [
        (draw_discs(), "Nothing stands out from the background: no coin was found.", "Check that the right picture"),
        (draw_discs((20, 20, 300, 300), (20, 340, 300, 620), size=(320, 640)), "above the other", "beside each other"),
        (draw_discs(*THREE), "3 objects lie on the picture", f"{ALONE}: both sides beside each other, or one side."),
        (draw_discs(TWO[0], (400, 150, 540, 290)), "The two objects are unlike", "Send both sides of one coin in"),
        (draw_discs((60, 80, 580, 240)), "The side has not the outline of a coin", f"{ALONE} on a plain ground."),
        (draw_discs(TWO[0], (500, 20, 780, 300)), "cut off by the edge of the picture.", "Send the whole photograph."),
        (GROUND, "The background is uneven", "Send a photograph on a plain ground."),
    ],
    ids=["none", "stacked", "three", "unlike", "bar", "cut off", "uneven"],
)
def test_a_photograph_that_cannot_be_used_is_refused_by_one_finding_and_advice_for_a_visitor(
    picture: Image.Image, finding: str, advice: str
) -> None:
    with pytest.raises(LearningError) as refused:
        _find(picture)
    sentence = str(refused.value)
    assert finding in sentence and advice in sentence and "by hand" not in sentence
    assert sentence.count(". ") == 1 and sentence.endswith(".")


def test_one_side_alone_is_taken_and_not_called_obverse_or_reverse() -> None:
    ((face, crop),) = _find(draw_discs(TWO[0]))
    assert face == "unknown" and crop.box[0] == pytest.approx(TWO[0][0], abs=3)


def test_a_model_without_bounds_is_served_without_verdicts(tmp_path: Path, admin: User) -> None:
    version = trained(tmp_path, admin, concepts=("altar", "globe"))
    del version.metrics["bounds"]
    version.save()
    side = identified().sides[0]
    assert "verdicts" not in side and set(side["probabilities"]) == {"altar", "globe"}


@pytest.fixture
def corpus(admin: User) -> ModelVersion:
    """A model whose space has the coins around one direction, each coin's sides in one place."""
    run = make_run(admin, status="succeeded")
    version = ModelVersion.objects.create(
        run=run, kind="concept_vit", concepts=[], thresholds=[], metrics={}, folder="x"
    )
    coins = Coin.objects.bulk_create(Coin(identifier=f"rrc.{number}") for number in range(FEWEST // 2))
    sides = Side.objects.bulk_create(Side(coin=coin, face=face) for coin in coins for face in ("obverse", "reverse"))
    random = np.random.default_rng(0)
    places = {coin.pk: unit(np.array([4.0, 0, 0, 0]) + random.normal(size=4)).tolist() for coin in coins}
    Embedding.objects.bulk_create(Embedding(version=version, side=side, vector=places[side.coin_id]) for side in sides)
    return version


def unit(vector: np.ndarray) -> np.ndarray:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def test_what_lies_among_the_collection_is_like_it_and_what_lies_apart_is_not(corpus: ModelVersion) -> None:
    among = describe_likeness(corpus, "obverse", unit(np.array([4.0, 0.3, -0.2, 0.1])))
    apart = describe_likeness(corpus, "obverse", unit(np.array([-1.0, 1.0, 0, 0])))
    assert (among["unlike"], apart["unlike"]) == (False, True)
    assert among["nearest"] > apart["nearest"]
    sides = Side.objects.in_bulk([side for side, _ in among["alike"]])
    assert len(sides) == 6 and {side.face for side in sides.values()} == {"obverse"}
    cosines = [cosine for _, cosine in among["alike"]]
    assert cosines == sorted(cosines, reverse=True)


def test_the_corpus_is_counted_once_until_a_model_has_seen_it_again(corpus: ModelVersion) -> None:
    place = unit(np.array([4.0, 0.3, -0.2, 0.1]))
    counted = []
    for _ in range(2):
        for face in ("obverse", "reverse"):
            with CaptureQueriesContext(connection) as queries:
                found = describe_likeness(corpus, face, place)
            counted.append(sum("COUNT(" in query["sql"] for query in queries))
            assert found["unlike"] is False
        PredictionRun.objects.create(version=corpus, status="succeeded")
    assert counted == [1, 0, 1, 0]


def test_with_too_few_places_nothing_is_said_of_likeness(corpus: ModelVersion) -> None:
    Embedding.objects.filter(side__in=Side.objects.order_by("pk")[:10]).delete()
    found = describe_likeness(corpus, "unknown", unit(np.ones(4)))
    assert found["unlike"] is None and len(found["alike"]) == 6
    assert describe_likeness(corpus, "obverse", np.empty(0, dtype=np.float32)) == {}
