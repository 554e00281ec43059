"""Imports end to end in the database: whole or not at all, again without doubling, with every refusal kept."""

from __future__ import annotations

import io
import zlib
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from django.contrib.auth.models import User
from PIL import Image, ImageDraw

from annotations.models import Coin, Decision, ImportRun, Label, Photograph, PseudoLabel, ReviewItem, Side
from annotations.services import importing, jobs
from annotations.services.decisions import record_decision
from annotations.services.importing import carry_out_import, queue_import

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat's own connection cannot see into the transaction of a test."""
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)


def picture(width: int = 300, height: int = 300, coins: int = 1) -> Image.Image:
    """Grey discs with some relief on a white ground."""
    image = Image.new("RGB", (width, height), "white")
    noise = np.random.default_rng(0).integers(60, 160, (height, width, 3), dtype=np.uint8)
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    for place in range(coins):
        left = place * width // coins
        draw.ellipse((left + 20, 20, left + width // coins - 20, height - 20), fill=255)
    image.paste(Image.fromarray(noise), mask=mask)
    return image


def write_table(folder: Path, *rows: dict[str, str], name: str = "coins.csv") -> Path:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [",".join(columns), *(",".join(f'"{row.get(column, "")}"' for column in columns) for row in rows)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def import_table(path: Path, format: str = "table") -> ImportRun:
    run = queue_import(user=None, format=format, path=path, name=path.name)
    jobs.work_on(ImportRun, run.pk, carry_out_import)
    run.refresh_from_db()
    return run


def test_a_lot_becomes_a_coin_with_two_sides_texts_labels_and_questions(tmp_path: Path) -> None:
    picture(640, 320, coins=2).save(tmp_path / "lot.jpg")
    path = write_table(
        tmp_path,
        {
            "identifier": "lot.1",
            "mint": "Rome",
            "picture": "lot.jpg",
            "text": "Obv: IMP CAES, laureate head right. Rev: Eagle standing left on globe. 3.2 g",
        },
    )
    run = import_table(path)
    assert (run.status, run.reason) == ("succeeded", "")
    coin = Coin.objects.get(identifier="lot.1")
    assert coin.mint == "Rome"
    obverse, reverse = coin.sides.order_by("face")
    assert run.counts["texts_unsplit"] == 0
    assert (coin.descriptions.get().rule, coin.descriptions.get().refusal) == ("marks", "")
    assert obverse.crop and reverse.crop and obverse.crop != reverse.crop
    assert "Eagle" in reverse.text and "Eagle" not in obverse.text
    assert set(Label.objects.present().filter(side=reverse).values_list("concept__slug", flat=True)) >= {
        "eagle",
        "globe",
    }
    assert not Label.objects.filter(side=obverse, concept__slug="eagle").exists()
    words = PseudoLabel.objects.filter(side=reverse, concept__slug="eagle").get()
    assert words.words == "Eagle"
    assert ReviewItem.objects.filter(side=reverse, concept__slug="eagle").exists()


def test_a_lot_without_marks_says_why_its_sides_are_unknown(tmp_path: Path) -> None:
    run = import_table(write_table(tmp_path, {"identifier": "lot.1", "text": "Denarius, Rome. Eagle standing left."}))
    description = Coin.objects.get().descriptions.get()
    assert run.counts["texts_unsplit"] == 1
    assert (description.rule, description.spans) == ("", {})
    assert "unknown" in description.refusal
    assert not PseudoLabel.objects.exists(), "what is said of an unknown side is said of none"


def test_importing_again_updates_and_keeps_decisions(tmp_path: Path, expert: User) -> None:
    row = {"identifier": "lot.1", "reverse_text": "Eagle standing left"}
    import_table(write_table(tmp_path, row))
    side = Side.objects.get(coin__identifier="lot.1", face="reverse")
    record_decision(user=expert, side_id=side.pk, concept="eagle", answer="no", key=uuid4(), base_id=None)
    run = import_table(write_table(tmp_path, row | {"mint": "Antioch", "reverse_text": "Eagle standing on altar"}))
    assert run.counts["updated"] == 1
    assert Coin.objects.get().mint == "Antioch"
    assert Decision.objects.count() == 1
    assert Label.objects.get(side=side, concept__slug="eagle").answer == "no"
    assert Label.objects.get(side=side, concept__slug="altar").answer == "yes"


def test_importing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    picture().save(tmp_path / "rev.jpg")
    path = write_table(
        tmp_path, {"identifier": "lot.1", "reverse_text": "Eagle standing left", "reverse_picture": "rev.jpg"}
    )
    import_table(path)
    before = [*PseudoLabel.objects.values_list("concept__slug", "start")], Side.objects.get(face="reverse").crop
    run = import_table(path)
    assert run.counts["pictures_unchanged"] == 1
    assert (
        [*PseudoLabel.objects.values_list("concept__slug", "start")],
        Side.objects.get(face="reverse").crop,
    ) == before
    assert Photograph.objects.count() == 1


def test_an_error_in_the_last_row_imports_nothing(tmp_path: Path) -> None:
    rows = [{"identifier": f"lot.{number}", "weight": "3.1"} for number in range(50)]
    run = import_table(write_table(tmp_path, *rows, {"identifier": "lot.50", "weight": "heavy"}))
    assert run.status == "failed"
    assert "nothing of coins.csv was imported" in run.reason
    assert (run.refused[0]["row"], run.refused[0]["field"], run.refused[0]["value"]) == (52, "weight", "heavy")
    assert not Coin.objects.exists()


def test_an_import_that_is_interrupted_while_saving_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    real, calls = importing.save_records, []

    def stumble(records: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise ConnectionError("The database went away.")
        return real(records, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "save_records", stumble)
    run = import_table(write_table(tmp_path, *({"identifier": f"lot.{n}"} for n in range(50))))
    assert run.status == "failed"
    assert not Coin.objects.exists()


def test_a_folder_of_records_goes_on_past_a_broken_one(tmp_path: Path) -> None:
    good = '<nuds xmlns="http://nomisma.org/nuds"><control><recordId>{0}</recordId></control><descMeta><title>{0}</title></descMeta></nuds>'
    for number in (1, 2):
        (tmp_path / f"coin.{number}.xml").write_text(good.format(f"coin.{number}"))
    (tmp_path / "broken.xml").write_text("<nuds><control>")
    (tmp_path / "double.xml").write_text(good.format("coin.1"))
    run = import_table(tmp_path, "nuds")
    assert run.status == "succeeded"
    assert (run.counts["created"], run.counts["refused"]) == (2, 2)
    assert {row["source"] for row in run.refused} == {"broken.xml", "double.xml"}
    assert all(row["reason"] for row in run.refused)


def png_bomb() -> bytes:
    """The header of a 13,000 x 13,000 PNG and a little of its pixels."""
    buffer = io.BytesIO()
    Image.new("1", (8, 8)).save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    data[16:24] = (13_000).to_bytes(4) * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.jpg", b""),
        ("cut.jpg", None),
        ("bomb.png", png_bomb()),
        ("drawing.jpg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("missing.jpg", False),
    ],
)
def test_a_bad_picture_keeps_its_reason_and_its_coin(tmp_path: Path, name: str, content: bytes | bool | None) -> None:
    if content is None:
        buffer = io.BytesIO()
        picture().save(buffer, "JPEG")
        content = buffer.getvalue()[: len(buffer.getvalue()) // 3]
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    picture().save(tmp_path / "obv.jpg")
    run = import_table(
        write_table(tmp_path, {"identifier": "lot.1", "obverse_picture": "obv.jpg", "reverse_picture": name})
    )
    assert run.status == "succeeded"
    assert (run.counts["pictures"], run.counts["pictures_refused"]) == (1, 1)
    refused = Photograph.objects.get(name=name)
    assert refused.refusal and refused.reason.endswith(".")
    assert Side.objects.get(face="obverse").crop
    assert not Side.objects.get(face="reverse").crop


def test_a_folder_with_nothing_in_it_says_so(tmp_path: Path) -> None:
    run = import_table(tmp_path, "nuds")
    assert run.status == "failed"
    assert "no coin" in run.reason


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nuds"):
        queue_import(user=None, format="excel", path=tmp_path, name="x")


def test_real_coins_arrive_with_crops_and_labels_of_their_own_side(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "nuds").mkdir()
    (tmp_path / "images").symlink_to(shared / "ans" / "images")
    for record in sorted((shared / "ans" / "nuds").iterdir())[:20]:
        (tmp_path / "nuds" / record.name).symlink_to(record)
    run = import_table(tmp_path, "nuds")
    assert (run.status, run.counts["created"], run.counts["pictures_refused"]) == ("succeeded", 20, 0)
    assert Side.objects.pictured().count() == 40
    for said in PseudoLabel.objects.select_related("side", "description"):
        assert said.description.span(said.side.face)[0] <= said.start < said.end  # type: ignore[index]
