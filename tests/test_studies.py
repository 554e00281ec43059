"""Right for the right reason: which boxes bear witness, a study by the real child process, and its page."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from PIL import Image

from annotations.models import Box, Coin, Concept, ModelVersion, SaliencyMap, SaliencyStudy, SaliencyView, Side
from annotations.queries.studies import ENOUGH, count_witnesses, describe_study
from annotations.queries.study_figures import read_lines
from annotations.services import jobs
from annotations.services.publishing import model_folder
from annotations.services.saliency import carry_out_map
from annotations.services.studies import NothingToStudy, carry_out_study, queue_study
from mlcore.kinds import concept_vit
from tests.coin_drawings import TINY, Heard, draw_side, drawn_snapshot
from tests.conftest import MakeCoin
from tests.learning_rows import make_model, make_run
from tests.review_steps import page_of

ALTAR = (4 / 40, 22 / 40, 18 / 40, 36 / 40)
"""Where a drawn side carries its square."""


def model_of(backbone: str, **fields: Any) -> ModelVersion:
    return make_model(run=make_run(status="succeeded", config={"backbone": backbone}), **fields)


def draw_box(side: Side, user: User, concept: str, edges: tuple[float, ...] = ALTAR, **fields: Any) -> Box:
    places = dict(zip(("left", "top", "right", "bottom"), edges, strict=True))
    return Box.objects.create(
        side=side, user=user, concept=Concept.objects.get(slug=concept), key=uuid4(), **places, **fields
    )


@pytest.fixture
def side(make_coin: MakeCoin) -> Side:
    return make_coin(crop="ab/x.webp").sides.get(face="reverse")


@pytest.fixture
def version(concepts: dict[str, Concept]) -> ModelVersion:
    return model_of("resnet10t")


def finished(version: ModelVersion, **figures: Any) -> SaliencyStudy:
    """A study that came out well for eagles, and no better than chance for horses."""

    def row(concept: str | None, method: str, share: float, low: float, high: float) -> dict[str, Any]:
        above = {"share_above": share - 0.4, "hits_above": share - 0.4}
        ends = {"share": (low, high), "hits": (low, high), "share_above": (low - 0.4, high - 0.4), "hits_above": None}
        counts = {"maps": 9, "coins": 8, "empty": 1, "forwards": 121.4}
        figures = {"share": share, "hits": share, "chance": 0.4, "hit_chance": 0.4, **above}
        return {"concept": concept, "method": method, **counts, **figures, "intervals": ends}

    rows = [
        row(concept, method, *place)
        for method in ("grad_cam", "hipe")
        for concept, place in {"horse": (0.4, 0.3, 0.5), "eagle": (0.7, 0.6, 0.8), None: (0.55, 0.5, 0.6)}.items()
    ]
    held = {"rows": rows, "worst": [], "part": "all", "warning": "Few boxes.", "refused": 0} | figures
    return SaliencyStudy.objects.create(
        version=version, methods=["hipe", "grad_cam"], boxes=9, status="succeeded", figures=held
    )


def test_only_boxes_that_a_person_drew_before_seeing_a_map_bear_witness(
    side: Side, version: ModelVersion, expert: User
) -> None:
    draw_box(side, expert, "eagle")
    for fields in ({"by_hand": False}, {"after_saliency": True}, {"removed": True}):
        draw_box(side, expert, "eagle", **fields)
    draw_box(side, expert, "patera")  # the model does not know it
    supply = count_witnesses(version)
    assert (supply.all, supply.test, supply.used, supply.by_concept) == (1, 0, 1, [("Eagle", 1)])
    assert "Only 0 of 1 boxes" in supply.warning


def test_boxes_on_test_coins_are_enough_where_there_are_enough(
    make_coin: MakeCoin, version: ModelVersion, expert: User
) -> None:
    seen = make_coin("seen", crop="ab/x.webp", split="train").sides.get(face="reverse")
    kept = make_coin("kept", crop="ab/x.webp", split="test").sides.get(face="reverse")
    draw_box(seen, expert, "horse")
    for _ in range(ENOUGH - 1):
        draw_box(kept, expert, "eagle")
    assert count_witnesses(version).used == ENOUGH
    draw_box(kept, expert, "eagle")
    supply = count_witnesses(version)
    assert (supply.part, supply.used, supply.warning) == ("test", ENOUGH, "")
    assert supply.by_concept == [("Eagle", ENOUGH)]


def test_a_study_without_a_box_or_a_possible_method_is_refused(
    side: Side, version: ModelVersion, expert: User, admin: User
) -> None:
    with pytest.raises(NothingToStudy, match="No expert has drawn a box"):
        queue_study(user=admin, version=version, methods=["hipe"])
    draw_box(side, expert, "eagle")
    for methods in ([], ["rollout"], ["hipe", "guess"]):
        with pytest.raises(NothingToStudy, match="HiPe, Grad-CAM, RISE"):
            queue_study(user=admin, version=version, methods=methods)
    assert not SaliencyStudy.objects.exists()


def test_a_double_click_is_one_study(
    client: Client, side: Side, version: ModelVersion, expert: User, admin: User
) -> None:
    draw_box(side, expert, "eagle")
    client.force_login(admin)
    for _ in range(2):
        answer = client.post(reverse("reasons", args=[version.pk]), {"methods": ["hipe", "grad_cam"]})
        assert answer["Location"] == reverse("reasons", args=[version.pk])
    study = SaliencyStudy.objects.get()
    assert (study.methods, study.boxes, study.created_by, study.status) == (["hipe", "grad_cam"], 1, admin, "queued")
    page = page_of(client.get(reverse("reasons", args=[version.pk])).content)
    assert page.select_one("#study")["hx-get"] == reverse("reasons", args=[version.pk])
    assert page.select_one("[name=methods]") is None


def test_a_refused_study_says_why_on_the_page(client: Client, version: ModelVersion, admin: User) -> None:
    client.force_login(admin)
    answer = client.post(reverse("reasons", args=[version.pk]), {"methods": ["hipe"]}, follow=True)
    assert "No expert has drawn a box" in answer.content.decode()
    assert "No box to hold the maps against" in answer.content.decode()


def test_methods_that_the_network_cannot_give_are_not_offered(
    client: Client, side: Side, version: ModelVersion, expert: User, admin: User
) -> None:
    draw_box(side, expert, "eagle")
    client.force_login(admin)
    for model, methods in {
        version: ["hipe", "grad_cam", "rise"],
        model_of("vit_small_patch16_224.augreg_in21k"): ["hipe", "grad_cam", "chefer", "rollout", "rise"],
    }.items():
        page = page_of(client.get(reverse("reasons", args=[model.pk])).content)
        assert [box["value"] for box in page.select("[name=methods]")] == methods


def test_the_page_draws_each_method_with_its_interval_against_chance(
    client: Client, version: ModelVersion, admin: User
) -> None:
    study = finished(version)
    assert [(line.name, [each.method for each in line.lines]) for line in read_lines(study)] == [
        ("Eagle", ["hipe", "grad_cam"]),
        ("Horse", ["hipe", "grad_cam"]),
        ("Mean of 2", ["hipe", "grad_cam"]),
    ]
    client.force_login(admin)
    page = page_of(client.get(reverse("reasons", args=[version.pk])).content)
    mark = page.select_one(".study-lines g")
    assert (mark.select_one(".study-mark")["x"], mark.select_one(".chance")["x1"]) == ("70.0%", "40.0%")
    assert (mark.select_one(".span")["x1"], mark.select_one(".span")["x2"]) == ("60.0%", "80.0%")
    row = [cell.get_text(" ", strip=True) for cell in page.select_one(".figures-table tbody tr").select("th, td")]
    assert row == ["Eagle", "HiPe", "9 1 empty", "70 % 60 to 80", "40 %", "+30 20 to 40", "70 % 60 to 80", "+30", "121"]
    assert "Few boxes." in page.get_text()
    told = client.get(reverse("reasons_json", args=[version.pk])).json()["studies"]
    assert told[0]["figures"]["rows"] == json.loads(json.dumps(describe_study(study)["figures"]["rows"]))
    table = list(csv.DictReader(io.StringIO(client.get(reverse("reasons_csv", args=[version.pk])).content.decode())))
    assert (table[1]["concept"], table[1]["share"], table[1]["share_high"]) == ("eagle", "0.7", "0.8")
    assert table[2]["concept"] == table[1]["hits_above_low"] == ""


def test_two_models_stand_side_by_side(client: Client, version: ModelVersion, admin: User) -> None:
    other = model_of("resnet18")
    client.force_login(admin)
    finished(version)
    beside = f"{reverse('reasons', args=[version.pk])}?with={other.pk}"
    assert client.get(beside).status_code == 404
    finished(other)
    page = page_of(client.get(beside).content)
    assert [head.get_text().split(" ·")[0].strip() for head in page.select(".two-columns h2")] == [
        f"Model {version.pk}",
        f"Model {other.pk}",
    ]
    assert page.select_one(f"#beside option[value='{other.pk}']").has_attr("selected")


@pytest.mark.parametrize("query", ["?study=999", "?with=999"])
def test_a_study_or_a_model_that_is_not_there_is_not_found(
    client: Client, version: ModelVersion, admin: User, query: str
) -> None:
    finished(version)
    client.force_login(admin)
    assert client.get(reverse("reasons", args=[version.pk]) + query).status_code == 404
    assert client.get(reverse("reasons", args=[version.pk]) + "?study=x").status_code == 400


def test_without_a_study_there_is_no_table(client: Client, version: ModelVersion, admin: User) -> None:
    client.force_login(admin)
    assert client.get(reverse("reasons_csv", args=[version.pk])).status_code == 400


def test_a_failed_study_says_why_and_can_be_made_again(client: Client, version: ModelVersion, admin: User) -> None:
    study = SaliencyStudy.objects.create(version=version, methods=["hipe"], status="failed", reason="Weights damaged.")
    client.force_login(admin)
    assert "Weights damaged." in client.get(reverse("reasons", args=[version.pk])).content.decode()
    client.post(reverse("study_repeat", args=[study.pk]))
    study.refresh_from_db()
    assert study.status == "queued"
    client.post(reverse("study_cancel", args=[study.pk]))
    study.refresh_from_db()
    assert study.status == "cancelled"


@pytest.fixture
def trained(tmp_path: Path, settings: Any, concepts: dict[str, Concept]) -> ModelVersion:
    """A very small network that learned altars and globes from drawings for a moment."""
    settings.MODELS_ROOT, settings.MEDIA_ROOT = tmp_path, tmp_path / "pictures"
    snapshot = drawn_snapshot(settings.MEDIA_ROOT, sides=16)
    places = {"pictures": settings.MEDIA_ROOT, "features": tmp_path / "features"}
    result = concept_vit.train(snapshot, concept_vit.Config(**TINY), tmp_path / "model", Heard(), **places)
    return model_of("test_resnet", concepts=list(result.concepts), thresholds=[0.5, 0.5], folder="model")


@pytest.mark.django_db(transaction=True)
def test_a_study_by_the_real_child_ends_with_figures_and_asks_for_the_worst_maps(
    trained: ModelVersion, make_coin: MakeCoin, expert: User, admin: User, settings: Any, client: Client
) -> None:
    for number in range(3):
        draw_side(settings.MEDIA_ROOT / f"altar-{number}.png", altar=True, globe=False, seed=number)
        coin: Coin = make_coin(f"altar.{number}", crop=f"altar-{number}.png")
        draw_box(coin.sides.get(face="reverse"), expert, "altar")
    draw_box(Side.objects.get(coin__identifier="altar.0", face="reverse"), expert, "altar", (0.5, 0, 0.75, 0.25))
    study = queue_study(user=admin, version=trained, methods=["hipe", "grad_cam"])
    jobs.work_on(SaliencyStudy, study.pk, carry_out_study)
    study.refresh_from_db()
    assert (study.status, study.reason, study.boxes) == ("succeeded", "", 4)
    figures = {(row["concept"], row["method"]): row for row in study.figures["rows"]}
    assert set(figures) == {(concept, method) for concept in ("altar", None) for method in ("hipe", "grad_cam")}
    first = figures["altar", "hipe"]
    assert (first["maps"], first["coins"], round(first["chance"], 2)) == (3, 3, 0.14)
    assert first["forwards"] > figures["altar", "grad_cam"]["forwards"]
    assert "Only 0 of 4 boxes" in study.figures["warning"]
    assert not list(model_folder(trained).glob("study-*"))
    worst = SaliencyMap.objects.order_by("pk")
    assert {row.side_id for row in worst} == {row["side"] for row in study.figures["worst"]} != set()
    for row in worst:
        jobs.work_on(SaliencyMap, row.pk, carry_out_map)
    client.force_login(admin)
    page = page_of(client.get(reverse("reasons", args=[trained.pk])).content)
    assert len(page.select(".study-examples .saliency-grey")) == len(worst)
    assert SaliencyView.objects.filter(user=admin).count() == len(worst)
    with Image.open(settings.MEDIA_ROOT / SaliencyMap.objects.first().file) as grey:  # type: ignore[union-attr]
        assert (grey.mode, grey.size) == ("L", (40, 40))


@pytest.mark.django_db(transaction=True)
def test_a_study_of_a_model_whose_folder_is_gone_fails_with_a_sentence(
    side: Side, version: ModelVersion, expert: User, admin: User, settings: Any, tmp_path: Path
) -> None:
    settings.MODELS_ROOT = tmp_path
    (tmp_path / version.folder).mkdir()
    draw_box(side, expert, "eagle")
    study = queue_study(user=admin, version=version, methods=["hipe"])
    jobs.work_on(SaliencyStudy, study.pk, carry_out_study)
    study.refresh_from_db()
    assert study.status == "failed"
    assert "holds no readable model" in study.reason
    assert study.figures == []
