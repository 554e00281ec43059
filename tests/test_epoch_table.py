"""The figures of each epoch on the page of a run."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from django.contrib.auth.models import User
from django.test import Client

from annotations.models import Concept
from mlcore.registry import config_from, kinds
from tests.learning_rows import make_run
from tests.review_steps import page_of


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_the_curves_have_a_table_behind_them(page: Client) -> None:
    row = {"event": "epoch", "epoch": 1, "epochs": 2, "train_loss": 0.7, "validation_loss": 0.8, "validation_ap": None}
    row |= {"images_per_second": 150.0}
    run = make_run(status="running", epochs=[row, row | {"epoch": 2, "validation_ap": 0.5}])
    table = page_of(page.get(run.get_absolute_url())).select_one("table#epochs")
    heads = {cell.get_text(): cell["data-group"] for cell in table.select("th")}
    losses, scores = {"Train loss": "loss", "Validation loss": "loss"}, {"Validation AP": "score"}
    assert heads == losses | scores | {"Epoch": "", "Sides per second, from features": ""}
    first = [cell.get_text() for cell in table.select("tbody tr")[0].select("td")]
    assert sorted(first) == ["0.7000", "0.8000", "1", "150.0", "–"]


def test_rates_of_a_backbone_at_rest_are_named_for_what_they_are(page: Client) -> None:
    row = {"event": "epoch", "epoch": 1, "epochs": 1, "train_loss": 0.5, "images_per_second": 26009.0}
    for blocks, head in ((0, "Sides per second, from features"), (2, "Images per second")):
        run = make_run(status="succeeded", config={"frozen": True, "unfrozen_blocks": blocks}, epochs=[row])
        table = page_of(page.get(run.get_absolute_url())).select_one("table#epochs")
        assert table.select("thead th")[-1].get_text() == head


def test_epochs_of_networks_of_their_own_are_counted_for_each_and_named(page: Client) -> None:
    Concept.objects.create(slug="eagle", name="Eagle")
    row = {"event": "epoch", "epochs": 2, "train_loss": 0.5, "validation_ap": 0.25}
    concepts = ["eagle", "eagle", "horse", "horse"]
    epochs = [row | {"epoch": place, "concept": slug} for place, slug in enumerate(concepts, start=1)]
    run = make_run(kind="concept_cnn", config={}, status="succeeded", epochs=epochs)
    table = page_of(page.get(run.get_absolute_url())).select_one("table#epochs")
    heads = [cell.get_text() for cell in table.select("thead th")]
    shown = [[cell.get_text() for cell in line.select("th, td")] for line in table.select("tbody tr")]
    assert heads[:2] == ["Network of", "Epoch"]
    assert [line[:2] for line in shown] == [["Eagle", "1"], ["Eagle", "2"], ["horse", "1"], ["horse", "2"]]


def test_settings_stand_in_the_order_of_the_form_and_in_words(page: Client) -> None:
    fields = [field.name for field in kinds()["concept_vit"].fields]
    stored = asdict(config_from("concept_vit", {}))
    run = make_run(status="succeeded", attempts=2, config={name: stored[name] for name in sorted(stored)})
    shown = page_of(page.get(run.get_absolute_url()))
    listed = shown.find("summary", string=re.compile("settings")).parent.select("dt, dd")
    labels = {field.name: field.label for field in kinds()["concept_vit"].fields}
    assert [each.get_text() for each in listed if each.name == "dt"] == [labels[name] for name in fields]
    assert not {"True", "False"} & {each.get_text(strip=True) for each in listed} and "yes" in str(listed)
    assert "its last attempt took" in shown.select_one(".page-head").get_text(" ", strip=True)


@pytest.mark.parametrize(
    ("stage", "unit"), [("network 1 of 3 (eagle): training", " batches"), ("features", " pictures"), ("freezing", "")]
)
def test_progress_says_what_it_counts(page: Client, stage: str, unit: str) -> None:
    run = make_run(status="running", progress={"stage": stage, "done": 9, "total": 840, "rate": 1.1})
    line = page_of(page.get(run.get_absolute_url())).select_one("#live .progress-line").get_text(" ", strip=True)
    assert f"9 of 840{unit} (1 %) · 1.1{unit} per second" in line
