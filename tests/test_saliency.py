from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from annotations.models import Box, Concept, ModelVersion, Prediction, Publication, SaliencyMap, SaliencyView, Side
from tests.learning_rows import make_model, make_run
from tests.review_steps import page_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def side(make_coin: Any) -> Side:
    return make_coin(crop="ab/x.webp").sides.get(face="reverse")


@pytest.fixture
def version(admin: User) -> ModelVersion:
    version = make_model(admin, run=make_run(admin, status="succeeded", config={"backbone": "resnet10t"}))
    Publication.objects.create(version=version, user=admin)
    return version


@pytest.fixture
def drawn(side: Side, version: ModelVersion, concepts: dict[str, Any], settings: Any, tmp_path: Path) -> SaliencyMap:
    """A map that is bright in its left upper quarter alone."""
    settings.MEDIA_ROOT = tmp_path
    grey = np.zeros((64, 64), dtype=np.uint8)
    grey[:32, :32] = 200
    (tmp_path / "cd").mkdir()
    Image.fromarray(grey).save(tmp_path / "cd" / "map.png")
    facts = {"crop": side.crop, "method": "HiPe", "forwards": 121, "probability": 0.87, "seconds": 0.42}
    return SaliencyMap.objects.create(
        side=side, version=version, concept=concepts["eagle"], status="succeeded", file="cd/map.png", facts=facts
    )


def ask(client: Client, side: Side, concept: str = "eagle", **chosen: Any) -> Any:
    return client.post(reverse("saliency", args=[side.pk]), {"concept": concept} | chosen, headers=HTMX)


def draw_box(side: Side, user: User, concept: Concept | None, edges: tuple[float, ...], **fields: Any) -> Box:
    places = dict(zip(("left", "top", "right", "bottom"), edges, strict=True))
    return Box.objects.create(side=side, user=user, concept=concept, key=uuid4(), **places, **fields)


@pytest.mark.parametrize("role", ["expert", "admin"])
def test_experts_and_admins_ask_for_a_map(
    client: Client, side: Side, version: ModelVersion, role: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(role))
    waiting = page_of(ask(client, side).content)
    row = SaliencyMap.objects.get()
    assert (row.side, row.version, row.concept.slug, row.status) == (side, version, "eagle", "queued")
    polled = waiting.select_one(f"#map-{row.pk}")
    # the panel around it names a target of its own, which would be inherited
    assert (polled["hx-get"], polled["hx-target"]) == (reverse("saliency_map", args=[row.pk]), "this")


def test_others_ask_for_none(client: Client, side: Side, version: ModelVersion, visitor: User) -> None:
    assert ask(client, side).status_code == 302
    client.force_login(visitor)
    assert ask(client, side).status_code == 403
    assert not SaliencyMap.objects.exists()


def test_a_double_click_is_one_map(client: Client, side: Side, version: ModelVersion, expert: User) -> None:
    client.force_login(expert)
    assert ask(client, side).content == ask(client, side).content
    assert SaliencyMap.objects.count() == 1


@pytest.mark.parametrize("concept", ["", "unicorn", "patera", "x" * 500])
def test_a_concept_that_the_model_does_not_know_is_refused(
    client: Client, side: Side, version: ModelVersion, expert: User, concept: str
) -> None:
    client.force_login(expert)
    assert ask(client, side, concept).status_code == 404
    assert not SaliencyMap.objects.exists()


def test_without_a_published_model_there_is_nothing_to_ask(client: Client, side: Side, expert: User) -> None:
    client.force_login(expert)
    assert ask(client, side).status_code == 404
    assert "No model is published" in client.get(reverse("saliency", args=[side.pk])).content.decode()


def test_experts_may_look_through_a_model_that_is_not_published(client: Client, side: Side, expert: User) -> None:
    other = make_model()
    client.force_login(expert)
    offered = page_of(client.get(reverse("saliency", args=[side.pk])).content)
    assert [option["value"] for option in offered.select("[name=model] option")] == [str(other.pk)]
    assert ask(client, side, model=other.pk).status_code == 200
    assert SaliencyMap.objects.get().version == other


def test_a_side_without_a_picture_offers_nothing(
    client: Client, make_coin: Any, version: ModelVersion, expert: User
) -> None:
    bare = make_coin("bare").sides.get(face="obverse")
    client.force_login(expert)
    assert ask(client, bare).status_code == 404
    assert "no picture" in client.get(reverse("saliency", args=[bare.pk])).content.decode()


def test_the_likeliest_concept_stands_first(client: Client, side: Side, version: ModelVersion, expert: User) -> None:
    Prediction.objects.create(side=side, version=version, probabilities=[0.2, 0.9])
    client.force_login(expert)
    options = page_of(client.get(reverse("saliency", args=[side.pk]), headers=HTMX).content).select(
        "[name=concept] option"
    )
    assert [option.get_text() for option in options] == ["Horse · 0.90, present", "Eagle · 0.20"]


def test_everybody_sees_the_maps_that_exist(client: Client, drawn: SaliencyMap) -> None:
    offered = page_of(client.get(reverse("saliency", args=[drawn.side_id]), headers=HTMX).content)
    assert [link["href"] for link in offered.select("a")] == [reverse("saliency_map", args=[drawn.pk])]
    assert offered.select_one("form") is None
    shown = page_of(client.get(reverse("saliency_map", args=[drawn.pk]), follow=True).content)
    assert shown.select_one(".saliency-grey")["src"].endswith(drawn.file)
    assert "121 passes through the network, 0.4 s" in shown.get_text(" ", strip=True)
    assert client.get(reverse("saliency_map_json", args=[drawn.pk])).json()["facts"] == drawn.facts
    assert [row["id"] for row in client.get(reverse("saliency_json", args=[drawn.side_id])).json()["maps"]] == [
        drawn.pk
    ]


def test_a_map_that_failed_gives_its_reason_and_can_be_asked_for_again(
    client: Client, side: Side, version: ModelVersion, concepts: dict[str, Any], expert: User
) -> None:
    row = SaliencyMap.objects.create(
        side=side, version=version, concept=concepts["eagle"], status="failed", reason="The weights are damaged."
    )
    shown = client.get(reverse("saliency_map", args=[row.pk]), headers=HTMX)
    assert "The weights are damaged." in shown.content.decode()
    client.force_login(expert)
    ask(client, side)
    assert SaliencyMap.objects.get().status == "queued"


def test_a_side_or_a_map_that_is_not_there_is_not_found(client: Client, db: None) -> None:
    assert client.get("/sides/99999/saliency").status_code == 404
    assert client.get("/saliency/99999").status_code == 404
    assert client.get("/sides/99999/saliency.json").status_code == 404


def test_two_methods_and_two_models_stand_side_by_side_at_an_address(
    client: Client, side: Side, version: ModelVersion, expert: User
) -> None:
    client.force_login(expert)
    other = make_model(run=make_run(status="succeeded", config={"backbone": "vit_tiny_patch16_224"}))
    chosen = {"concept": "eagle", "other_model": other.pk, "other_method": "rollout"}
    answer = client.post(reverse("saliency", args=[side.pk]), chosen)
    wanted = SaliencyMap.objects.order_by("version").values_list("version", "method")
    assert list(wanted) == [(version.pk, "hipe"), (other.pk, "rollout")]
    panes = page_of(client.get(answer["Location"]).content).select(".saliency-pane h3")
    assert [pane.get_text(" ", strip=True) for pane in panes] == [
        f"Model {version.pk} · HiPe",
        f"Model {other.pk} · Attention rollout",
    ]


def test_what_one_network_cannot_give_is_said_in_its_place(
    client: Client, side: Side, version: ModelVersion, expert: User
) -> None:
    client.force_login(expert)
    shown = page_of(ask(client, side, other_method="chefer").content)
    assert list(SaliencyMap.objects.values_list("method", flat=True)) == ["hipe"]
    assert "reads the attention of a transformer" in shown.select(".saliency-pane")[1].get_text()
    assert ask(client, side, method="chefer").status_code == 404


@pytest.mark.parametrize(
    "query", ["concept=unicorn", "concept=eagle&model=999", "concept=eagle&model=x", "concept=eagle&method=guess"]
)
def test_an_address_that_names_what_is_not_there_is_not_found(
    client: Client, side: Side, version: ModelVersion, query: str
) -> None:
    assert client.get(f"{reverse('saliency', args=[side.pk])}?{query}").status_code == 404


def test_the_way_of_showing_stands_in_the_address(client: Client, drawn: SaliencyMap) -> None:
    address = f"{reverse('saliency', args=[drawn.side_id])}?concept=eagle&show=map&boxes=no&strength=40"
    page = page_of(client.get(address).content)
    group = page.select_one("[data-saliency-group]")
    assert (group["data-show"], group["data-boxes"]) == ("map", "no")
    assert page.select_one("[data-strength]")["value"] == "40"
    assert "show=picture" in page.select_one("[data-show-link=picture]")["href"]
    assert "strength=40" in page.select_one("[data-show-link=picture]")["href"]
    odd = page_of(client.get(f"{address}&show=nothing&strength=999999999999").content)
    assert odd.select_one("[data-saliency-group]")["data-show"] == "overlay"


def test_boxes_are_measured_on_the_map(
    client: Client, drawn: SaliencyMap, expert: User, concepts: dict[str, Concept]
) -> None:
    draw_box(drawn.side, expert, concepts["eagle"], (0, 0, 0.5, 1))
    draw_box(drawn.side, expert, None, (0.5, 0.5, 1, 1), by_hand=False)
    draw_box(drawn.side, expert, concepts["horse"], (0, 0, 1, 1))
    draw_box(drawn.side, expert, concepts["eagle"], (0, 0, 1, 1), removed=True)
    boxes = client.get(reverse("saliency_map_json", args=[drawn.pk])).json()["boxes"]
    assert [(box["name"], box["share"], box["area"], box["hit"], box["counts"]) for box in boxes] == [
        ("Eagle", 1.0, 0.5, True, True),
        ("Main figure", 0.0, 0.25, False, False),
    ]
    page = page_of(client.get(reverse("saliency_map", args=[drawn.pk]), headers=HTMX).content)
    assert [rect["class"] for rect in page.select("rect:not(.outer)")] == [["drawn"], ["guessed"]]
    assert "Guessed by a model" in page.get_text()


def test_boxes_are_read_once_for_all_maps_of_a_side(
    client: Client, drawn: SaliencyMap, expert: User, concepts: dict[str, Concept], django_assert_num_queries: Any
) -> None:
    draw_box(drawn.side, expert, concepts["eagle"], (0, 0, 0.5, 1))
    draw_box(drawn.side, expert, concepts["horse"], (0.5, 0.5, 1, 1))
    address = reverse("saliency_json", args=[drawn.side_id])
    with CaptureQueriesContext(connection) as for_one:
        client.get(address)
    same = {"side": drawn.side, "version": drawn.version, "status": "succeeded", "file": drawn.file}
    SaliencyMap.objects.create(concept=concepts["eagle"], method="rise", **same)
    SaliencyMap.objects.create(concept=concepts["horse"], **same)
    replaced = SaliencyMap.objects.create(concept=concepts["horse"], method="rise", facts={"crop": "old"}, **same)
    with django_assert_num_queries(len(for_one)):
        maps = client.get(address).json()["maps"]
    found = {(row["concept"], row["method"]): [box["share"] for box in row["boxes"]] for row in maps}
    assert found.pop((replaced.concept.slug, "rise")) == []
    assert found == {("eagle", "hipe"): [1.0], ("eagle", "rise"): [1.0], ("horse", "hipe"): [0.0]}


def test_whoever_was_shown_a_map_is_remembered_once(
    client: Client, drawn: SaliencyMap, expert: User, visitor: User
) -> None:
    address = reverse("saliency_map", args=[drawn.pk])
    client.get(address, headers=HTMX)
    assert not SaliencyView.objects.exists()
    for user in (expert, expert, visitor):
        client.force_login(user)
        client.get(address, headers=HTMX)
        client.get(address, follow=True)
    assert set(SaliencyView.objects.values_list("side", "user")) == {
        (drawn.side_id, expert.pk),
        (drawn.side_id, visitor.pk),
    }


def test_asking_without_seeing_is_no_view(client: Client, side: Side, version: ModelVersion, expert: User) -> None:
    client.force_login(expert)
    ask(client, side)
    client.get(reverse("saliency", args=[side.pk]))
    assert not SaliencyView.objects.exists()


def test_a_map_of_a_crop_that_was_replaced_is_drawn_anew(client: Client, drawn: SaliencyMap, expert: User) -> None:
    client.force_login(expert)
    ask(client, drawn.side)
    assert SaliencyMap.objects.get() == drawn
    draw_box(drawn.side, expert, drawn.concept, (0, 0, 0.5, 1))
    Side.objects.filter(pk=drawn.side_id).update(crop="ab/new.webp")
    assert client.get(reverse("saliency_map_json", args=[drawn.pk])).json()["boxes"] == []
    ask(client, drawn.side)
    assert SaliencyMap.objects.get().status == "queued"
