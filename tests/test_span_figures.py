"""The page of a model of texts: what it finds in texts that an expert checked, and in the others."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client

from annotations.models import ModelVersion, Snapshot, TrainingRun


def figures(f1: float) -> dict[str, Any]:
    row = {"precision": f1, "recall": f1, "f1": f1}
    counted = row | {"found": 8, "true": 8}
    return {"PERSON": counted, "all": counted, "mean": row}


@pytest.mark.parametrize(
    ("texts", "others"),
    [
        ({"test": 30, "test_expert": 10}, "Test texts that no expert checked"),
        ({"test": 30}, "All test texts"),
    ],
)
def test_figures_on_checked_texts_and_on_the_others_stand_apart(
    client: Client, admin: User, texts: dict[str, int], others: str
) -> None:
    snapshot = Snapshot.objects.create(file="s", sha256="0" * 64, concepts=["PERSON"], counts={})
    run = TrainingRun.objects.create(snapshot=snapshot, kind="ner", config={}, seed=0, status="succeeded")
    version = ModelVersion.objects.create(
        run=run,
        kind="ner",
        concepts=["PERSON"],
        thresholds=[0.5],
        metrics={"test": figures(0.25), "test_expert": figures(0.75), "texts": texts},
        folder="run-1",
    )
    client.force_login(admin)
    page = BeautifulSoup(client.get(version.get_absolute_url()).content, "html.parser")
    shown = {
        section.h2.get_text(): section.select_one("tbody tr td:last-child").get_text()
        for section in page.select("section[aria-labelledby^=figures]")
    }
    assert shown == {others: "0.250", "Test texts that an expert checked": "0.750"}
