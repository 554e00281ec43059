"""A model that finds names reads the texts of the corpus: a job, whose names stand beside lists and below persons."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Description, EntityMention, ModelVersion, PredictionRun, Snapshot, TrainingRun
from annotations.queries.entities import merged_mentions
from annotations.queries.source_answers import read_ground
from annotations.queries.span_queue import doubtful_texts
from annotations.services import jobs
from annotations.services.concepts import compiled_rules
from annotations.services.entities import import_entities
from annotations.services.predicting import carry_out_predictions
from annotations.services.spans import record_span
from annotations.services.text_reading import NoReader, queue_reading
from tests.coin_descriptions import described
from tests.conftest import MakeCoin
from tests.review_steps import page_of
from tests.test_entities_service import ANIMALS, PERSONS
from tests.test_ner import SMALL, learn

TEXT = described(1000, "Zeus", "patera", "dolphin", "test").text
"""Three names that the model learned and no list has."""


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("names") / "model"
    learn(out, config=replace(SMALL, epochs=4))
    return out


@pytest.fixture
def make_version(tmp_path: Path, settings: Any, learned: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)  # its own connection cannot see into the transaction of a test
    settings.MODELS_ROOT = tmp_path

    def make(kind: str = "ner") -> ModelVersion:
        snapshot = Snapshot.objects.create(file="s", sha256="0" * 64, concepts=["PERSON"], counts={})
        run = TrainingRun.objects.create(snapshot=snapshot, kind=kind, config={}, seed=0, status="succeeded")
        folder = f"run-{run.pk}"
        shutil.copytree(learned, tmp_path / folder)
        said = {"concepts": ["PERSON"], "thresholds": [0.5], "metrics": {"test": {}}, "folder": folder}
        return ModelVersion.objects.create(run=run, kind=kind, **said)

    return make


@pytest.fixture
def text(make_coin: MakeCoin, tmp_path: Path) -> Description:
    (tmp_path / "nlp_list_animal.csv").write_text(ANIMALS)
    (tmp_path / "nlp_list_person.csv").write_text(PERSONS)
    import_entities(folder=tmp_path)
    return make_coin("demo.1", obverse="Apollo and eagle", reverse=TEXT).descriptions.get(scope="reverse")


def read_all(version: ModelVersion, user: User) -> PredictionRun:
    run = queue_reading(version=version, user=user)
    jobs.work_on(PredictionRun, run.pk, carry_out_predictions)
    run.refresh_from_db()
    return run


def standing(text: Description) -> dict[str, tuple[str, str]]:
    return {text.text[each.start : each.end]: (each.label, each.source) for each in merged_mentions([text])[text.pk]}


def test_names_of_the_newest_reader_stand_beside_lists_and_below_persons(
    expert: User, text: Description, make_version: Any, make_coin: MakeCoin, tmp_path: Path
) -> None:
    first, second = make_version(), make_version()
    unchecked = make_coin("demo.2", reverse=TEXT).descriptions.get()
    start = TEXT.index("patera")
    said = {"start": start, "end": start + 6, "label": "", "key": uuid4(), "base_id": None}
    record_span(user=expert, description_id=text.pk, **said)
    of_lists = set(EntityMention.objects.filter(source="list").values_list("pk", flat=True))
    for version in (first, second):
        run = read_all(version, expert)
        assert (run.status, run.reason, run.counts["texts"]) == ("succeeded", "", 3)
    by = f"model {second.pk}"
    assert standing(text) == {"Zeus": ("person", by), "dolphin": ("animal", by)}, "the expert took one away"
    found = EntityMention.objects.exclude(source="list")
    assert set(found.values_list("source", flat=True)) == {by} and run.counts["names"] == found.count()
    assert all(0.5 <= score <= 1 for score in found.values_list("score", flat=True))
    assert set(EntityMention.objects.filter(source="list").values_list("pk", flat=True)) == of_lists
    assert not list(tmp_path.rglob("texts-*")) and not list(tmp_path.rglob("names-*"))
    asked = doubtful_texts()[0]
    assert (asked.description, asked.disputed) == (unchecked, 3), "where list and model differ is asked first"
    assert read_ground(compiled_rules()).entity_sources == ["list"], "a name without an entity weighs no concept"


def test_the_page_starts_one_job_and_says_what_came_of_it(
    client: Client, admin: User, text: Description, make_version: Any
) -> None:
    version = make_version()
    client.force_login(admin)
    page = page_of(client.get(version.get_absolute_url()))
    assert "has not read the texts" in page.select_one("section").get_text()
    for _ in range(2):
        client.post(page.select_one("section form")["action"])
    run = PredictionRun.objects.get()
    assert (run.version, run.created_by) == (version, admin)
    waiting = page_of(client.get(version.get_absolute_url()))
    assert waiting.select_one("#corpus[hx-get]")
    fragment = client.get(version.get_absolute_url(), headers={"hx-request": "true", "hx-target": "corpus"})
    assert fragment.status_code == 200 and "HX-Refresh" not in fragment
    mention = EntityMention.objects.create(
        description=text, start=0, end=4, label="person", source=f"model {version.pk}", score=0.934
    )
    PredictionRun.objects.update(status="succeeded", finished_at=run.created_at, counts={"texts": 2, "names": 1})
    assert "It read 2 texts on" in page_of(client.get(version.get_absolute_url())).select_one("section").get_text()
    (name,) = client.get(reverse("coin_json", args=["demo.1"])).json()["texts"][1]["names"]
    assert (name["source"], name["score"]) == (f"model {version.pk}", 0.934)
    shown = page_of(client.get(reverse("spans", args=[text.pk]))).get_text()
    assert f"found by model {version.pk}, 93 % sure" in shown
    mention.delete()
    assert "Another model read them since" in page_of(client.get(version.get_absolute_url())).get_text()


def test_a_failed_reading_leaves_the_names_that_stood(
    expert: User, text: Description, make_version: Any, tmp_path: Path
) -> None:
    EntityMention.objects.create(description=text, start=0, end=4, label="person", source="model 0", score=0.9)
    before = standing(text)
    damaged = make_version()
    (tmp_path / damaged.folder / "model.safetensors").write_bytes(b"nothing")
    run = read_all(damaged, expert)
    assert (run.status, bool(run.reason)) == ("failed", True)
    assert standing(text) == before != {}


def test_a_model_of_pictures_reads_no_texts(client: Client, admin: User, make_version: Any) -> None:
    version = make_version("concept_vit")
    with pytest.raises(NoReader, match="looks at pictures"):
        queue_reading(version=version, user=admin)
    client.force_login(admin)
    answer = client.post(reverse("model_read", args=[version.pk]))
    assert answer.url == version.get_absolute_url() and not PredictionRun.objects.exists()
