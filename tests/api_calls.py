"""Calls of the REST interface, and what they need to stand on."""

from __future__ import annotations

import io
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from annotations.models import (
    ModelVersion,
    Publication,
    Snapshot,
    TrainingRun,
)
from annotations.services.accounts import make_token

API = "/api/v1/"
PROBLEM = "application/problem+json"


def get(client: Client, address: str, status: int = 200, **options: Any) -> Any:
    response = client.get(API + address, **options)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == (PROBLEM if status >= 400 else "application/json")
    return response.json()


def make_version(concepts: tuple[str, ...] = ("eagle", "horse"), publisher: User | None = None) -> ModelVersion:
    snapshot = Snapshot.objects.create(file="s.jsonl", sha256="f" * 64, concepts=list(concepts), counts={})
    run = TrainingRun.objects.create(snapshot=snapshot, kind="concept_vit", config={"epochs": 1}, seed=0)
    metrics = {"test": {"mean": {"ap": 0.5}}, "curves": {}}
    version = ModelVersion.objects.create(
        run=run, kind=run.kind, concepts=list(concepts), thresholds=[0.5] * len(concepts), metrics=metrics, folder="f"
    )
    if publisher:
        Publication.objects.create(version=version, user=publisher)
    return version


def picture(name: str = "coin.png", content: bytes | None = None) -> SimpleUploadedFile:
    if content is None:
        stream = io.BytesIO()
        Image.new("RGB", (80, 40), "white").save(stream, "PNG")
        content = stream.getvalue()
    return SimpleUploadedFile(name, content)


def token_header(user: User) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Token {make_token(user=user)}"}
