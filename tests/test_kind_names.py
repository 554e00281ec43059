"""People read what a kind of model is called; its internal name stands in JSON and addresses."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Identification, ModelVersion, TrainingRun
from annotations.templatetags.model_kinds import kind_label
from mlcore.registry import kinds
from tests.learning_rows import make_model


@pytest.fixture
def version(client: Client, admin: User) -> ModelVersion:
    client.force_login(admin)
    return make_model(admin)


def words(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    main = BeautifulSoup(response.content, "html.parser").select_one("main")
    assert main is not None
    return main.get_text(" ", strip=True)


@pytest.mark.parametrize("name", ["runs", "run", "models", "model", "model_table", "rounds"])
def test_pages_call_a_kind_by_its_label(client: Client, version: ModelVersion, name: str) -> None:
    pk = {"run": version.run_id, "model": version.pk}.get(name)
    shown = words(client, reverse(name, args=[pk] if pk else []))
    assert "Concepts on a side" in shown
    assert "concept_vit" not in shown


def test_an_identification_calls_the_kind_by_its_label(client: Client, version: ModelVersion) -> None:
    row = Identification.objects.create(file="ab/x.webp", version=version, status="succeeded")
    assert f"Model {version.pk} (Concepts on a side)" in words(client, row.get_absolute_url())


def test_json_keeps_the_internal_name(client: Client, version: ModelVersion) -> None:
    assert client.get(reverse("models_json")).json()["models"][0]["kind"] == "concept_vit"
    assert client.get(reverse("runs_json")).json()["runs"][0]["kind"] == "concept_vit"


def test_a_kind_that_is_gone_is_shown_by_the_name_that_was_stored(client: Client, version: ModelVersion) -> None:
    TrainingRun.objects.update(kind="oracle")
    assert "oracle" in words(client, reverse("runs"))


def test_every_kind_has_a_label_of_its_own_in_a_few_words() -> None:
    labels = {kind_label(name) for name in kinds()}
    assert len(labels) == len(kinds())
    assert all("(" not in label and len(label) <= 30 for label in labels)
