"""Texts frozen for training: what persons said stands before the lists, and their models are not published."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Description, ModelVersion, Publication, Snapshot, TrainingRun
from annotations.services import jobs
from annotations.services.entities import import_entities
from annotations.services.publishing import NotPublishable, publish_version
from annotations.services.spans import record_span
from annotations.services.training import freeze_data, queue_training
from mlcore.contract import LearningError, read_snapshot
from tests.conftest import MakeCoin
from tests.test_entities_service import ANIMALS, PERSONS


@pytest.fixture
def text(make_coin: MakeCoin, tmp_path: Path, settings: Any) -> Description:
    settings.MODELS_ROOT = tmp_path / "models"
    (tmp_path / "nlp_list_animal.csv").write_text(ANIMALS)
    (tmp_path / "nlp_list_person.csv").write_text(PERSONS)
    import_entities(folder=tmp_path)
    return make_coin("demo.1", obverse="Eagle", reverse="Apollo standing, eagle beside Diktynna").descriptions.last()


def test_a_run_of_the_kind_ner_learns_from_texts_as_experts_left_them(
    expert: User, text: Description, tmp_path: Path
) -> None:
    record_span(user=expert, description_id=text.pk, start=17, end=22, label="", key=uuid4(), base_id=None)
    record_span(user=expert, description_id=text.pk, start=30, end=38, label="person", key=uuid4(), base_id=None)
    run = jobs.claim_job(TrainingRun, queue_training(user=expert, kind="ner", config={}).pk)
    assert run is not None
    snapshot = freeze_data(run, lambda event: None)
    frozen = read_snapshot(tmp_path / "models" / snapshot.file)
    assert frozen.sha256 == snapshot.sha256 and TrainingRun.objects.get().snapshot == snapshot
    by_id = {sample.description: sample for sample in frozen.texts}
    corrected, listed = by_id[text.pk], by_id[text.coin.descriptions.first().pk]
    assert [(text.text[span.start : span.end], span.label) for span in corrected.spans] == [
        ("Apollo", "PERSON"),
        ("Diktynna", "PERSON"),
    ]
    assert (corrected.expert, listed.expert) == (True, False)
    assert [span.label for span in listed.spans] == ["ANIMAL"]
    text.coin.refresh_from_db()
    assert {corrected.split, listed.split} == {text.coin.split}
    assert snapshot.counts["expert"] == 1


def test_where_no_text_names_anything_the_run_is_refused_with_the_way_out(
    make_coin: MakeCoin, tmp_path: Path, settings: Any
) -> None:
    settings.MODELS_ROOT = tmp_path
    make_coin(obverse="Eagle")
    with pytest.raises(LearningError, match="import_entities"):
        queue_training(user=None, kind="ner", config={})
    assert not TrainingRun.objects.exists()


def test_the_form_says_what_the_kind_learns_from(client: Client, admin: User, text: Description) -> None:
    client.force_login(admin)
    page = BeautifulSoup(client.get(reverse("run_new") + "?kind=ner").content, "html.parser")
    aside = page.select_one("aside")
    assert aside is not None
    assert "texts checked by experts" in aside.get_text()
    button = page.select_one(".send-bar button")
    assert button is not None
    assert not button.has_attr("disabled")


@pytest.fixture
def version(admin: User) -> ModelVersion:
    snapshot = Snapshot.objects.create(file="s", sha256="0" * 64, concepts=["PERSON"], counts={})
    run = TrainingRun.objects.create(snapshot=snapshot, kind="ner", config={}, seed=0, status="succeeded")
    row = {"precision": 0.5, "recall": 0.25, "f1": 0.333, "found": 4, "true": 8}
    mean = {"precision": 0.5, "recall": 0.25, "f1": 0.333}
    return ModelVersion.objects.create(
        run=run,
        kind="ner",
        concepts=["PERSON"],
        thresholds=[0.5],
        metrics={"test": {"PERSON": row, "all": row, "mean": mean}, "test_expert": {}},
        folder="run-1",
    )


def test_a_model_of_texts_shows_exact_figures_and_is_never_published(
    client: Client, admin: User, version: ModelVersion
) -> None:
    client.force_login(admin)
    page = BeautifulSoup(client.get(version.get_absolute_url()).content, "html.parser")
    assert [row.th.get_text() for row in page.select("tbody tr") if row.th] == ["Person", "All", "Mean"]
    assert page.select("form[action$=publish]") == []
    for name in ("run_json", "model_json"):
        number = version.run_id if name == "run_json" else version.pk
        assert client.get(reverse(name, args=[number])).status_code == 200
    assert client.get(reverse("run", args=[version.run_id])).status_code == 200
    with pytest.raises(NotPublishable):
        publish_version(version=version, user=admin)
    answer = client.post(reverse("model_publish", args=[version.pk]), follow=True)
    assert "cannot say what a picture shows" in answer.content.decode()
    assert not Publication.objects.exists()
