"""The whole job, as persons do it, in a browser against a real installation and 150 real coins."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running_site import RunningSite, eventually

COINS = 150
A_LOOK = 300  # ms; what follows faster is taken for the second half of a double click

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    var = tmp_path_factory.mktemp("var")
    (var / "one.csv").write_text("identifier,title\nfirst.1,The coin that was there before\n")
    site = RunningSite(var).start("--corpus", str(var / "one.csv"))
    yield site
    site.stop()


@pytest.fixture(scope="module")
def archive(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """150 coins of the museum: records and pictures in one zip."""
    path = tmp_path_factory.mktemp("upload") / "ans-150.zip"
    records = sorted((shared / "ans" / "nuds").iterdir())[::13][:COINS]
    with zipfile.ZipFile(path, "w") as zipped:
        for record in records:
            zipped.write(record, f"nuds/{record.name}")
            for face in ("obv", "rev"):
                picture = shared / "ans" / "images" / f"{record.stem}.{face}.jpg"
                zipped.write(picture, f"images/{picture.name}")
    return path


@pytest.fixture(scope="module")
def page(site: RunningSite, browser: Any) -> Iterator[Any]:
    context = browser.new_context(base_url=site.address, viewport={"width": 1400, "height": 900})
    context.set_default_timeout(30_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert not problems, "\n".join(problems)


def sign_in(page: Any, site: RunningSite, name: str) -> None:
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", site.passwords()[name])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "login" not in address)


def wait_for_status(page: Any, address: str, *, seconds: float) -> dict[str, Any]:
    """Ask a job's JSON until it has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        row = page.request.get(f"{address}.json").json()
        if row["status"] not in ("queued", "running"):
            return dict(row)
        time.sleep(0.5)
    raise AssertionError(f"{address} did not end in {seconds} s: {row}")


def test_the_admin_imports_150_coins_by_the_form(page: Any, site: RunningSite, archive: Path) -> None:
    sign_in(page, site, "admin")
    page.goto("/imports/new")
    page.check("#format-nuds")
    page.set_input_files("input[type=file]", str(archive))
    page.click("button:has-text('Import')")
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    row = wait_for_status(page, page.url, seconds=180)
    assert (row["status"], row["counts"]["created"]) == ("succeeded", COINS), row
    page.get_by_text("See the coins").click()
    page.get_by_text(f"{COINS + 1} coins").first.wait_for()


def test_the_expert_lands_on_the_queue_and_answers_ten_by_keyboard(page: Any, site: RunningSite) -> None:
    sign_in(page, site, "expert")
    page.wait_for_url(re.compile("/review/"))
    page.wait_for_selector("html.scripted")
    for number in range(10):
        page.wait_for_timeout(A_LOOK)
        before = page.inner_text("#asked")
        page.keyboard.press("n" if number % 4 == 3 else "y")
        eventually(lambda before=before: page.inner_text("#asked") != before, seconds=30, every=0.05)
    page.wait_for_selector("#saving[data-state=saved]")
    assert site.shell("from annotations.models import Decision; print(Decision.objects.count())") == "10"


def test_the_admin_trains_and_sees_the_figures(page: Any, site: RunningSite) -> None:
    sign_in(page, site, "admin")
    page.goto("/runs/new")
    for summary in page.query_selector_all("details.more-settings > summary"):
        summary.click()
    for name, value in {"epochs": "4", "image_size": "64", "batch_size": "16"}.items():
        page.fill(f"[name={name}]", value)
    page.dblclick("button:has-text('Start the run')")
    page.wait_for_url(re.compile(r"/runs/\d+$"))
    row = wait_for_status(page, page.url, seconds=240)
    assert row["status"] == "succeeded", row
    assert site.shell("from annotations.models import TrainingRun; print(TrainingRun.objects.count())") == "1"
    page.reload()
    assert len(row["epochs"]) == 4
    assert row["snapshot"]["counts"]["expert"] >= 10


def test_the_admin_publishes_and_the_corpus_is_predicted(page: Any, site: RunningSite) -> None:
    page.goto("/models/1")
    page.click("button:has-text('Publish model 1')")
    page.click("dialog button:has-text('Publish it')")
    deadline = time.monotonic() + 120
    while "published" not in page.request.get("/models/1.json").text() and time.monotonic() < deadline:
        time.sleep(0.5)
    code = (
        "from annotations.models import Label, Prediction; "
        "print(Prediction.objects.count(), Label.objects.exclude(model_version=None).count())"
    )
    while time.monotonic() < deadline:
        predictions, labels = map(int, site.shell(code).split())
        if labels:
            break
    assert predictions == 2 * COINS
    assert labels > 0


def test_the_public_finds_coins_by_what_the_model_sees(page: Any, site: RunningSite) -> None:
    page.context.clear_cookies()
    slug = site.shell(
        "from annotations.models import Label; from django.db.models import Count; "
        "print(Label.objects.said_by('model').values_list('concept__slug').annotate(n=Count('id')).order_by('-n')[0][0])"
    )
    page.goto(f"/coins/?concept={slug}&origin=model")
    found = page.request.get(f"/coins.json?concept={slug}&origin=model").json()
    assert found["count"] > 0
    page.click("main a[href^='/coins/']:has(img)")
    page.wait_for_url(re.compile("/coins/."))
    assert "Model" in page.inner_text("main")


def test_a_visitor_has_a_photograph_identified(page: Any, shared: Path) -> None:
    page.goto("/identify/")
    page.set_input_files("input[type=file]", str(shared / "photographs" / "images" / "photo_0000.jpg"))
    page.click("button:has-text('Look at it')")
    page.wait_for_url(re.compile("/identify/.+"))
    row = wait_for_status(page, page.url.rstrip("/"), seconds=90)
    assert row["status"] == "succeeded", row
    assert {side["face"] for side in row["sides"]} == {"obverse", "reverse"}
    page.wait_for_selector("text=Eagle")


def test_a_program_gets_the_same_answer_by_rest(page: Any, site: RunningSite, shared: Path) -> None:
    token = site.shell(
        "from django.contrib.auth.models import User; from annotations.services.accounts import make_token; "
        "print(make_token(user=User.objects.get(username='expert')))"
    )
    content = (shared / "photographs" / "images" / "photo_0000.jpg").read_bytes()
    answer = page.request.post(
        "/api/v1/predictions",
        headers={"Authorization": f"Token {token}"},
        multipart={"picture": {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content}},
    )
    assert answer.status == 200, answer.text()
    seen = [concept for side in answer.json()["sides"] for concept in side["concepts"]]
    assert len(seen) == 2 * 16
    assert all(0 <= concept["probability"] <= 1 for concept in seen)


def test_an_expert_sees_where_the_model_looks(page: Any, site: RunningSite) -> None:
    sign_in(page, site, "expert")
    identifier = site.shell(
        "from annotations.models import Side; "
        "print(Side.objects.pictured().filter(face='reverse').first().coin.identifier)"
    )
    page.goto(f"/coins/{identifier}")
    page.click("details.saliency >> nth=1 >> summary")
    page.click("details.saliency >> nth=1 >> button:has-text('Show where the model looks')")
    page.wait_for_selector("details.saliency canvas", timeout=90_000)
