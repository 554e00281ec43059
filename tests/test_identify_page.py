"""A photograph that anybody brings: the form, the page that waits, and what the model saw."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from annotations import tasks
from annotations.models import Concept, Identification, ModelVersion, Publication, Snapshot, TrainingRun, WorkerPresence

pytestmark = pytest.mark.django_db
SLUGS = ["eagle", "horse", "globe"]


@pytest.fixture
def published(admin: User, concepts: dict[str, Concept]) -> ModelVersion:
    snapshot = Snapshot.objects.create(file="x", sha256="0" * 64, concepts=SLUGS, counts={})
    run = TrainingRun.objects.create(snapshot=snapshot, kind="concept_vit", config={}, seed=1)
    version = ModelVersion.objects.create(
        run=run, kind="concept_vit", concepts=SLUGS, thresholds=[0.6, 0.4, 0.5], metrics={}, folder="x"
    )
    Publication.objects.create(version=version, user=admin)
    return version


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of the rows for which a message went to a worker."""
    rows: list[int] = []
    monkeypatch.setattr(tasks, "send", lambda job: rows.append(job.pk))
    return rows


@pytest.fixture
def seen(published: ModelVersion) -> Identification:
    side = {"face": "reverse", "crop": "ab/c.webp", "probabilities": {"eagle": 0.35, "horse": 0.02, "globe": 0.9}}
    return Identification.objects.create(
        file="ab/p.webp",
        name="denarius.jpg",
        status="succeeded",
        version=published,
        sides=[side | {"present": ["globe"]}],
    )


def photograph(content: bytes | None = None, name: str = "denarius.jpg") -> SimpleUploadedFile:
    if content is None:
        stream = io.BytesIO()
        Image.new("RGB", (80, 40), "silver").save(stream, "JPEG")
        content = stream.getvalue()
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def page_of(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def problem_of(response: Any) -> str:
    return page_of(response).select_one("#problem").get_text(" ", strip=True)


def test_anybody_sends_a_photograph_and_is_led_to_its_page_at_once(
    client: Client, published: ModelVersion, sent: list[int]
) -> None:
    response = client.post(reverse("identify"), {"photograph": photograph()})
    row = Identification.objects.get()
    assert response.url == reverse("identification", args=[row.public_id])
    assert sent == [row.pk]
    assert (row.status, row.name, row.created_by) == ("queued", "denarius.jpg", None)


def test_who_is_signed_in_is_noted(client: Client, expert: User, published: ModelVersion, sent: list[int]) -> None:
    client.force_login(expert)
    client.post(reverse("identify"), {"photograph": photograph()})
    assert Identification.objects.get().created_by == expert


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty (0 bytes)."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawing"),
        (b"\xff\xd8\xff\xe0 cut off", "damaged or cut off"),
        (b"hello", "not a picture"),
        (b"\x00\x00\x00\x20ftypheic", "HEIC"),
    ],
)
def test_what_is_no_photograph_is_refused_in_a_sentence(
    client: Client, published: ModelVersion, sent: list[int], content: bytes, sentence: str
) -> None:
    response = client.post(reverse("identify"), {"photograph": photograph(content)})
    assert response.status_code == 400
    assert sentence in problem_of(response)
    assert not Identification.objects.exists()
    assert sent == []


def test_sending_nothing_says_what_to_do(client: Client, published: ModelVersion) -> None:
    assert problem_of(client.post(reverse("identify"), {})) == "Choose a photograph first."
    assert problem_of(client.post(reverse("identify"), {"photograph": "text"})) == "Choose a photograph first."


def test_a_post_without_its_token_is_refused(published: ModelVersion) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("identify"), {"photograph": photograph()}).status_code == 403
    token = page_of(strict.get(reverse("identify"))).select_one(".identify input[name=csrfmiddlewaretoken]")["value"]
    foreign = {"origin": "https://elsewhere.example"}
    body = {"photograph": photograph(), "csrfmiddlewaretoken": token}
    assert strict.post(reverse("identify"), body, headers=foreign).status_code == 403
    assert not Identification.objects.exists()
    body["photograph"] = photograph()
    assert strict.post(reverse("identify"), body).status_code == 302


def test_without_a_published_model_the_page_says_so_and_an_admin_what_to_do(client: Client, admin: User) -> None:
    page = page_of(client.get(reverse("identify")))
    assert page.select_one(".empty-state h2").get_text() == "No model is published yet"
    assert page.select_one(".empty-state a")["href"] == reverse("search")
    assert client.post(reverse("identify"), {"photograph": photograph()}).status_code == 400
    client.force_login(admin)
    assert page_of(client.get(reverse("identify"))).select_one(".empty-state a")["href"] == reverse("runs")


def test_the_page_asks_again_while_it_waits_and_says_when_no_worker_is_there(
    client: Client, published: ModelVersion
) -> None:
    row = Identification.objects.create(file="ab/p.webp", version=published)
    progress = page_of(client.get(row.get_absolute_url())).select_one("#progress")
    assert progress["hx-trigger"] == "every 1s"
    assert "No worker is connected" in progress.get_text()
    WorkerPresence.objects.create(name="one", queues=["predict"], seen_at=timezone.now())
    asked = client.get(row.get_absolute_url(), headers={"hx-request": "true", "hx-target": "progress"})
    assert "No worker" not in asked.content.decode()
    assert "<html" not in asked.content.decode()
    assert "HX-Refresh" not in asked.headers
    Identification.objects.update(status="succeeded")
    asked = client.get(row.get_absolute_url(), headers={"hx-request": "true", "hx-target": "progress"})
    assert asked.headers["HX-Refresh"] == "true"


def groups_of(page: BeautifulSoup) -> dict[str, list[tuple[str, str]]]:
    """Heading of a group to its concepts with their percentages."""
    return {
        table.caption.get_text().split(",")[0]: [
            (row.a.get_text(), row.select("td")[-1].get_text()) for row in table.select("tbody tr:not(.seen-reason)")
        ]
        for table in page.select("table.seen")
    }


def bounded(row: Identification, **bounds: tuple[float, float, str]) -> Identification:
    """As a model with bounds leaves it: concept to low, high and verdict."""
    (side,) = row.sides
    verdicts = {
        slug: {"low": low, "high": high, "verdict": verdict, "reason": "", "calibration": "platt"}
        for slug, (low, high, verdict) in bounds.items()
    }
    row.sides = [side | {"level": 0.9, "verdicts": verdicts, "box": [10, 20, 60, 70], "of": [100, 80]}]
    row.save()
    return row


def test_the_result_is_grouped_by_what_is_seen_not_sure_and_not_seen(client: Client, seen: Identification) -> None:
    bounded(seen, eagle=(0.1, 0.7, "not sure"), horse=(0.1, 0.6, "not seen"), globe=(0.2, 0.8, "seen"))
    page = page_of(client.get(seen.get_absolute_url()))
    assert groups_of(page) == {
        "Seen": [("Globe", "90 %")],
        "Not sure": [("Eagle", "35 %")],
        "Not seen": [("Horse", "2 %")],
    }
    assert [float(bar["value"]) for bar in page.select(".seen progress")] == [90, 35, 2]
    spans = [(float(span["x"]), float(span["width"])) for span in page.select(".seen rect")]
    assert spans == [(20, 60), (10, 60), (10, 50)]
    assert " ".join(page.select_one("details.not-seen summary").get_text().split()) == "Not seen 1 of 3 concepts"
    assert "at most one in 10 that show a concept is called not seen" in page.get_text()
    assert "before calibration" not in page.get_text()
    assert [each.get_text() for each in page.select("details.prose li")] == ["By Platt scaling: Globe, Eagle, Horse"]
    assert page.select_one(".seen a")["href"] == f"{reverse('search')}?concept=globe"
    assert f"Model {seen.version_id}" in page.select_one("h1 + p").get_text()


def test_the_sides_are_drawn_on_the_photograph(client: Client, seen: Identification) -> None:
    bounded(seen, globe=(0.2, 0.8, "seen"))
    page = page_of(client.get(seen.get_absolute_url()))
    assert page.select_one(".found svg")["viewbox"] == "0 0 100 80"
    (box,) = page.select(".found rect")
    assert [float(box[name]) for name in ("x", "y", "width", "height")] == [10, 20, 50, 50]


def test_a_concept_that_was_not_calibrated_is_set_apart_with_the_reason(client: Client, seen: Identification) -> None:
    bounded(seen, globe=(0.0, 1.0, "not sure"), eagle=(0.1, 0.3, "seen"), horse=(0.1, 0.6, "not seen"))
    few = "not calibrated: only 3 of 112 validation sides show it; 5 are needed"
    seen.sides[0]["verdicts"]["globe"] |= {"calibration": "none", "reason": few}
    seen.save()
    page = page_of(client.get(seen.get_absolute_url()))
    assert groups_of(page)["Not sure"] == [("Globe", "90 %")]
    assert page.select_one(".seen-not-sure tr:has(a) + .seen-reason").get_text() == few.capitalize()
    assert [each.get_text() for each in page.select("details.prose li")] == [
        "By Platt scaling: Eagle, Horse",
        "Not calibrated: Globe",
    ]


def test_a_model_from_before_calibration_is_served_and_the_page_says_why_it_is_never_sure(
    client: Client, seen: Identification
) -> None:
    page = page_of(client.get(seen.get_absolute_url()))
    assert groups_of(page) == {"Not sure": [("Globe", "90 %"), ("Eagle", "35 %"), ("Horse", "2 %")]}
    assert not page.select(".seen rect") and not page.select(".seen tfoot") and not page.select("details.prose")
    assert "was trained before calibration" in page.select_one("main .alert").get_text()
    assert "at most one in" not in page.get_text()


def test_a_photograph_unlike_the_collection_is_called_so_and_its_nearest_are_shown(
    client: Client, seen: Identification, make_coin: Any
) -> None:
    near = make_coin("rrc.1", crop="ab/d.webp").sides.get(face="reverse")
    bounded(seen, globe=(0.2, 0.8, "seen"))
    seen.sides[0] |= {"unlike": True, "alike": [[near.pk, 0.61], [near.pk + 999, 0.6]]}
    seen.save()
    page = page_of(client.get(seen.get_absolute_url()))
    assert "does not look like the coins the model learned from" in page.select_one(".unlike").get_text()
    assert groups_of(page) == {"Not sure": [("Globe", "90 %"), ("Eagle", "35 %"), ("Horse", "2 %")]}
    assert "The model sees" not in page.select_one(".seen-words").get_text()
    assert [link["href"] for link in page.select(".side-row a")] == [near.coin.get_absolute_url()]
    said = client.get(reverse("identification_json", args=[seen.public_id])).json()["sides"][0]
    assert said["unlike"] is True and {each["verdict"] for each in said["concepts"]} == {"not sure"}
    assert said["alike"] == [{"coin": "rrc.1", "face": "reverse", "cosine": 0.61}]


def test_more_sides_alike_cost_no_more_queries(
    client: Client, seen: Identification, make_coin: Any, django_assert_max_num_queries: Any
) -> None:
    coins = [make_coin(f"rrc.{number}", crop="ab/d.webp") for number in range(6)]
    bounded(seen, globe=(0.2, 0.8, "seen"))
    seen.sides[0]["alike"] = [[coin.sides.first().pk, 0.5] for coin in coins]
    seen.save()
    with django_assert_max_num_queries(5):
        client.get(seen.get_absolute_url())


def test_the_same_as_json(client: Client, seen: Identification) -> None:
    bounded(seen, globe=(0.2, 0.8, "seen"))
    said = client.get(reverse("identification_json", args=[seen.public_id])).json()
    assert (said["status"], said["model"]["version"]) == ("succeeded", seen.version_id)
    side = said["sides"][0]
    assert (side["face"], side["picture"], side["box"]) == ("reverse", "/media/ab/c.webp", [10, 20, 60, 70])
    assert (side["level"], side["unlike"], side["alike"]) == (0.9, False, [])
    assert side["concepts"][0] == {
        "concept": "globe",
        "name": Concept.objects.get(slug="globe").name,
        "probability": 0.9,
        "threshold": 0.5,
        "low": 0.2,
        "high": 0.8,
        "verdict": "seen",
        "reason": "",
        "calibration": "platt",
    }


def test_a_result_outlives_its_model(client: Client, seen: Identification) -> None:
    bounded(seen, globe=(0.2, 0.8, "seen"))
    Identification.objects.update(version=None)
    page = page_of(client.get(seen.get_absolute_url()))
    assert groups_of(page)["Seen"] == [("Globe", "90 %")]


def test_a_failure_is_shown_with_its_reason(client: Client, published: ModelVersion) -> None:
    row = Identification.objects.create(file="ab/p.webp", status="failed", reason="There is no coin on the picture.")
    page = page_of(client.get(row.get_absolute_url()))
    assert "There is no coin on the picture." in page.select_one(".alert").get_text()
    assert not page.select_one("#progress").has_attr("hx-get")


def test_a_file_name_is_never_run_as_html(client: Client, seen: Identification) -> None:
    Identification.objects.update(name="<script>alert(1)</script>")
    assert b"<script>alert(1)" not in client.get(seen.get_absolute_url()).content


@pytest.mark.parametrize("name", ["identification", "identification_json"])
def test_an_address_that_nobody_was_given_is_not_found(client: Client, name: str) -> None:
    address = reverse(name, args=[uuid.uuid4()])
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 405
