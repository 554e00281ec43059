"""Files of boxes: what is written can be read by others, what is read finds its side and is stored once."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import defusedxml.ElementTree as ElementTree
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from PIL import Image

from annotations.box_files import formats, load_format
from annotations.models import Box, Coin, Photograph, Side
from annotations.records import BoxRecord, RefusedRecord
from annotations.services.box_export import picture_name, records_of, write_boxes
from annotations.services.box_import import BoxesRefused, import_boxes
from annotations.services.boxes import draw_box, remove_box
from annotations.services.media import store

EAGLE = (0.25, 0.5, 0.75, 0.875)


def crop(edge: int = 200) -> str:
    stream = io.BytesIO()
    Image.new("RGB", (edge, edge), "grey").save(stream, "WEBP")
    return store(stream.getvalue(), ".webp")


@pytest.fixture
def side(make_coin: Callable[..., Coin]) -> Side:
    return make_coin("ans/1 & <2>", crop=crop()).sides.get(face="reverse")


@pytest.fixture
def eagle(side: Side, expert: User) -> Box:
    return draw(side, expert)


def draw(side: Side, user: User, concept: str | None = "eagle", box: Any = EAGLE) -> Box:
    return draw_box(user=user, side_id=side.pk, concept=concept, box=box, key=uuid.uuid4(), replaces_id=None)


def written(format: str, pictures: bool = False) -> bytes:
    stream = io.BytesIO()
    boxes = Box.objects.current()
    write_boxes(boxes=boxes, format=format, stream=stream, address="https://coins.example/media/", pictures=pictures)
    return stream.getvalue()


def foreign(path: Path, annotation: dict[str, Any] | None = None, **image: Any) -> Path:
    box = {"id": 1, "image_id": 7, "category_id": 3, "bbox": [140, 30, 100, 60]} | (annotation or {})
    content = {
        "images": [{"id": 7, "file_name": "plates/pair.jpg", "width": 400, "height": 200} | image],
        "categories": [{"id": 3, "name": "Eagle"}],
        "annotations": [box],
    }
    path.write_text(json.dumps(content))
    return path


def photographed(side: Side, crop_box: list[int], width: int = 400) -> None:
    side.photograph = Photograph.objects.create(coin=side.coin, scope="both", name="pair.jpg", width=width, height=200)
    side.crop_box = crop_box
    side.save()


def test_each_format_says_what_it_is() -> None:
    assert {"coco", "yolo", "voc", "web_annotation"} <= set(formats("files"))
    assert {"coco", "figures"} <= set(formats("read"))
    for module in [*formats("files").values(), *formats("read").values()]:
        assert module.LABEL and module.DESCRIPTION.endswith(".") and module.SUFFIX.startswith(".")
    with pytest.raises(ValueError, match=r"no format of boxes 'xls' here. Choose one of: coco"):
        load_format("xls", "files")


def test_coco_gives_pixels_of_the_crop_with_areas_and_categories(eagle: Box) -> None:
    content = json.loads(written("coco"))
    (image,), (annotation,), (category,) = (content[name] for name in ("images", "annotations", "categories"))
    assert annotation["bbox"] == [50, 100, 100, 75] and annotation["area"] == 7500 and annotation["iscrowd"] == 0
    assert (image["width"], image["height"], image["coin"]) == (200, 200, "ans/1 & <2>")
    assert annotation["image_id"] == image["id"] and annotation["category_id"] == category["id"]
    assert category["name"] == "eagle"


def test_several_figures_of_a_side_share_one_picture_and_removed_ones_are_gone(eagle: Box, expert: User) -> None:
    draw(eagle.side, expert, None, (0, 0, 0.5, 0.5))
    gone = draw(eagle.side, expert, "horse", (0.1, 0.1, 0.2, 0.2))
    remove_box(user=expert, box_id=gone.pk, key=uuid.uuid4())
    content = json.loads(written("coco"))
    assert len(content["images"]) == 1 and len(content["annotations"]) == 2
    assert [each["name"] for each in content["categories"]] == ["eagle", "figure"]


def test_yolo_gives_shares_of_the_picture(eagle: Box) -> None:
    with zipfile.ZipFile(io.BytesIO(written("yolo", pictures=True))) as archive:
        name = picture_name(eagle.side.coin.identifier, "reverse", eagle.side_id)
        assert archive.read("classes.txt") == b"eagle\n"
        line = archive.read(f"labels/{Path(name).stem}.txt").decode().split()
        assert [float(each) for each in line] == [0, 0.5, 0.6875, 0.5, 0.375]
        assert Image.open(io.BytesIO(archive.read(f"images/{name}"))).size == (200, 200)
        assert all(".." not in each and not each.startswith("/") for each in archive.namelist())


def test_voc_counts_pixels_from_one_and_escapes_names(eagle: Box) -> None:
    with zipfile.ZipFile(io.BytesIO(written("voc"))) as archive:
        (name,) = archive.namelist()
        root = ElementTree.fromstring(archive.read(name))
    assert root.findtext("filename") == picture_name("ans/1 & <2>", "reverse", eagle.side_id)
    edges = [int(root.findtext(f"object/bndbox/{tag}") or 0) for tag in ("xmin", "ymin", "xmax", "ymax")]
    assert edges == [51, 101, 150, 175] and root.findtext("object/name") == "eagle"


def test_a_web_annotation_points_into_the_picture_and_names_the_concept(eagle: Box) -> None:
    page = json.loads(written("web_annotation"))
    (item,) = page["items"]
    assert page["@context"] == "http://www.w3.org/ns/anno.jsonld" and page["type"] == "AnnotationPage"
    assert item["type"] == "Annotation" and item["id"].endswith(str(eagle.pk))
    assert item["target"]["source"] == f"https://coins.example/media/{eagle.side.crop}"
    assert item["target"]["selector"]["value"] == "xywh=percent:25.0000,50.0000,50.0000,37.5000"
    assert item["body"][0]["value"] == "eagle"


def test_what_coco_writes_it_reads_back_to_the_same_shares(eagle: Box, admin: User, tmp_path: Path) -> None:
    path = tmp_path / "boxes.json"
    path.write_bytes(written("coco"))
    Box.objects.all().delete()
    done = import_boxes(user=admin, path=path, format="coco")
    box = Box.objects.get()
    assert (done.new, done.known, done.refused) == (1, 0, [])
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx(EAGLE, abs=1e-6)
    assert box.concept and box.concept.slug == "eagle" and box.source == "boxes.json"


@pytest.mark.parametrize("scale", [1, 2])
def test_pixels_of_the_photograph_become_shares_of_the_crop(
    side: Side, admin: User, tmp_path: Path, scale: int
) -> None:
    photographed(side, [100 * scale, 20 * scale, 260 * scale, 180 * scale], width=400 * scale)
    import_boxes(user=admin, path=foreign(tmp_path / "a.json"), format="coco")
    box, edge = Box.objects.get(), 160 / 0.94
    expected = [0.5 + (140 - 180) / edge, 0.5 + (30 - 100) / edge, 0.5 + (240 - 180) / edge, 0.5 + (90 - 100) / edge]
    assert [box.left, box.top, box.right, box.bottom] == pytest.approx(expected, abs=1e-6)


REFUSED = [
    ({"bbox": [1, 2, 3]}, "four numbers"),
    ({"bbox": [1, 2, 0, 5]}, "more than 0"),
    ({"bbox": [1, 2, float("nan"), 5]}, "no number"),
    ({"bbox": [1e300, 2, 3, 5]}, "no number"),
    ({"bbox": ["1", 2, 3, 5]}, "no number"),
    ({"bbox": [390, 190, 5, 5]}, "lies on 0 sides"),
    ({"image_id": 99}, "names what the file does not hold"),
]


@pytest.mark.parametrize(("wrong", "reason"), REFUSED)
def test_a_wrong_box_is_refused_with_its_reason_and_the_others_are_stored(
    side: Side, admin: User, tmp_path: Path, wrong: dict[str, Any], reason: str
) -> None:
    photographed(side, [100, 20, 260, 180])
    path = foreign(tmp_path / "a.json")
    content = json.loads(path.read_text())
    content["annotations"].append(content["annotations"][0] | wrong)
    path.write_text(json.dumps(content))
    done = import_boxes(user=admin, path=path, format="coco")
    assert done.new == 1 and reason in done.refused[0].reason and done.refused[0].row == 2


def test_an_unknown_concept_or_coin_is_named(side: Side, admin: User, tmp_path: Path) -> None:
    photographed(side, [100, 20, 260, 180])
    path = foreign(tmp_path / "a.json")
    path.write_text(path.read_text().replace("Eagle", "Okapi"))
    assert "no concept “Okapi”" in import_boxes(user=admin, path=path, format="coco").refused[0].reason
    strange = foreign(tmp_path / "b.json", coin="nobody", face="obverse")
    assert "no coin “nobody”" in import_boxes(user=admin, path=strange, format="coco").refused[0].reason
    assert not Box.objects.exists()


@pytest.mark.parametrize(
    "content", ["", "[1]", "{}", '{"images": 3}', "[" * 100_000, '{"images": [], "categories": []}']
)
def test_a_file_that_is_no_coco_is_refused_as_a_whole(admin: User, tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(BoxesRefused, match=r"\."):
        import_boxes(user=admin, path=path, format="coco")


def test_the_museums_figures_are_read_with_who_drew_them(shared: Path) -> None:
    records = list(load_format("figures", "read").read(shared / "ans" / "boxes.json"))
    assert len(records) > 1000 and not [each for each in records if isinstance(each, RefusedRecord)]
    first = records[0]
    assert isinstance(first, BoxRecord) and first.face in ("obverse", "reverse") and first.right > first.left
    assert {each.by_hand for each in records} == {True, False}


def test_the_museums_figures_land_on_the_right_sides(
    shared: Path, make_coin: Callable[..., Coin], admin: User, tmp_path: Path
) -> None:
    entry = json.loads((shared / "ans" / "boxes.json").read_text())[0]
    coin = make_coin(entry["record_id"], crop=crop())
    coin.sides.update(crop_box=[8, 8, 248, 248])
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps([entry, entry | {"record_id": "gone"}]))
    done = import_boxes(user=admin, path=path, format="figures")
    box, face = Box.objects.get(), {"obv": "obverse", "rev": "reverse"}[entry["side"]]
    assert box.side.face == face and box.by_hand is entry["drawn_by_hand"] and box.concept is None
    assert box.left == pytest.approx(0.5 + (entry["xyxy"][0] - 128) / (240 / 0.94), abs=1e-6)
    assert len(done.refused) == 1


def test_the_commands_write_and_read(eagle: Box, admin: User, tmp_path: Path, capsys: Any) -> None:
    call_command("export_boxes", str(tmp_path / "all.json"), "--concept", "eagle")
    assert len(json.loads((tmp_path / "all.json").read_text())["annotations"]) == 1
    Box.objects.all().delete()
    call_command("import_boxes", str(tmp_path / "all.json"))
    assert "1 new, 0 known, 0 refused" in capsys.readouterr().out
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_boxes", str(tmp_path / "nowhere.json"))


def test_a_person_brings_a_file_and_takes_one_away(client: Client, admin: User, side: Side, tmp_path: Path) -> None:
    photographed(side, [100, 20, 260, 180])
    client.force_login(admin)
    content = foreign(tmp_path / "a.json").read_bytes()
    upload = SimpleUploadedFile("a.json", content, content_type="application/json")
    shown = client.post(reverse("box_files"), {"format": "coco", "upload": upload})
    assert shown.status_code == 200 and "<strong>1</strong> new" in shown.content.decode()
    answer = client.get(reverse("box_export"), {"format": "voc", "concept": "eagle"})
    assert answer["Content-Disposition"].endswith('filename="boxes-voc.zip"')
    assert zipfile.is_zipfile(io.BytesIO(answer.getvalue()))


def test_a_bad_file_is_told_on_the_page_and_experts_bring_none(client: Client, admin: User, expert: User) -> None:
    bad = SimpleUploadedFile("a.json", b"no json", content_type="application/json")
    client.force_login(admin)
    shown = client.post(reverse("box_files"), {"format": "coco", "upload": bad})
    assert shown.status_code == 400 and "no JSON that can be read" in shown.content.decode()
    client.force_login(expert)
    assert client.post(reverse("box_files"), {"format": "coco"}).status_code == 403
    assert client.get(reverse("box_files")).status_code == 200
    assert client.get(reverse("box_export"), {"format": "xls"}).status_code == 400


def test_sizes_are_read_once_per_side(side: Side, expert: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in range(4):
        draw(side, expert, "eagle", (0.1 * place, 0.1, 0.1 * place + 0.05, 0.2))
    opened: list[Any] = []
    real = Image.open
    monkeypatch.setattr(Image, "open", lambda *given, **named: opened.append(given) or real(*given, **named))
    assert len(list(records_of(Box.objects.current(), ""))) == 4 and len(opened) == 1
    assert Path(settings.MEDIA_ROOT, side.crop).is_file()
