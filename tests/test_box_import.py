"""A box that comes in by files is stored once: what stood on its side, drawn or brought in, is no second witness."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Box, Coin, Side
from annotations.services.box_import import import_boxes
from annotations.services.boxes import draw_box, remove_box
from tests.test_box_files import crop, draw, foreign, photographed, written


@pytest.fixture
def side(make_coin: Callable[..., Coin]) -> Side:
    return make_coin("ans/1", crop=crop()).sides.get(face="reverse")


@pytest.fixture
def eagle(side: Side, expert: User) -> Box:
    return draw(side, expert)


def test_the_same_file_again_adds_nothing_even_where_a_box_was_moved(side: Side, admin: User, tmp_path: Path) -> None:
    photographed(side, [100, 20, 260, 180])
    path = foreign(tmp_path / "a.json")
    assert import_boxes(user=admin, path=path, format="coco").new == 1
    box = Box.objects.get()
    draw_box(
        user=admin, side_id=side.pk, concept="eagle", box=(0.1, 0.1, 0.4, 0.4), key=uuid.uuid4(), replaces_id=box.pk
    )
    again = import_boxes(user=admin, path=path, format="coco")
    assert (again.new, again.known) == (0, 1) and Box.objects.current().get().left == 0.1


def test_what_was_drawn_here_and_comes_back_under_any_name_is_one_witness(
    eagle: Box, admin: User, tmp_path: Path
) -> None:
    draw(eagle.side, admin, None, (0.1, 0.1, 0.3, 0.31))
    remove_box(user=admin, box_id=draw(eagle.side, admin, "horse").pk, key=uuid.uuid4())
    first, second = tmp_path / "one.json", tmp_path / "other name.json"
    first.write_bytes(written("coco"))
    content = json.loads(first.read_text())
    for annotation in content["annotations"]:
        annotation["bbox"] = [round(edge) for edge in annotation["bbox"]]
    second.write_text(json.dumps(content))
    before = list(Box.objects.values_list("pk", flat=True))
    for path in (first, second):
        done = import_boxes(user=admin, path=path, format="coco")
        assert (done.new, done.known, done.refused) == (0, 2, [])
    assert list(Box.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    ("bbox", "concept", "new"),
    [
        ([50.2, 99.8, 100, 75], "eagle", 0),
        ([50, 100, 100, 75], "Eagle", 0),
        ([50, 100, 100, 75], "horse", 1),
        ([50, 100, 100, 75], "figure", 1),
        ([50, 101, 100, 75], "eagle", 0),
        ([50, 102, 100, 75], "eagle", 1),
        ([50, 100, 100, 90], "eagle", 1),
    ],
)
def test_only_another_place_or_another_concept_is_another_box(
    eagle: Box, admin: User, tmp_path: Path, bbox: list[float], concept: str, new: int
) -> None:
    path = tmp_path / "boxes.json"
    content = json.loads(written("coco"))
    content["annotations"][0]["bbox"] = bbox
    content["categories"][0]["name"] = concept
    path.write_text(json.dumps(content))
    assert import_boxes(user=admin, path=path, format="coco").new == new
    assert Box.objects.count() == 1 + new


def test_a_box_that_was_removed_here_stays_away(eagle: Box, admin: User, tmp_path: Path) -> None:
    path = tmp_path / "boxes.json"
    path.write_bytes(written("coco"))
    remove_box(user=admin, box_id=eagle.pk, key=uuid.uuid4())
    assert import_boxes(user=admin, path=path, format="coco").known == 1
    assert not Box.objects.current().exists()


def test_who_drew_it_and_what_they_had_seen_comes_along(
    client: Client, eagle: Box, admin: User, tmp_path: Path
) -> None:
    Box.objects.update(after_saliency=True)
    path = tmp_path / "boxes.json"
    content = json.loads(written("coco"))
    found = {name: value for name, value in content["annotations"][0].items() if name != "by_hand"}
    content["annotations"] += [found | {"bbox": [0, 0, 40, 40], "score": 0.9, "after_saliency": False}]
    path.write_text(json.dumps(content))
    Box.objects.all().delete()
    assert import_boxes(user=admin, path=path, format="coco").new == 2
    drawn, detected = Box.objects.all()
    assert (drawn.by_hand, drawn.after_saliency, drawn.source) == (True, True, "boxes.json")
    assert (detected.by_hand, detected.after_saliency) == (False, False)
    client.force_login(admin)
    words = client.get(reverse("box_files")).content.decode()
    assert "2 boxes stand on sides now; 0 of them were drawn here by a person, and 1 elsewhere" in words
