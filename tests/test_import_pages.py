from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from annotations.importers import formats
from annotations.models import ImportRun, Photograph
from annotations.services.uploads import ImportRefused, store_upload
from tests.review_steps import page_of

TABLE = b"identifier,title\ndemo.1,A coin\n"
REFUSED = {"row": 3, "source": "a.csv", "field": "weight", "value": "=1+1", "reason": "This is no number."}


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.UPLOADS_ROOT = tmp_path / "uploads"
    settings.UPLOADS_ROOT.mkdir()
    yield settings.UPLOADS_ROOT


@pytest.fixture
def page(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def table(name: str = "coins.csv", content: bytes = TABLE) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def packed(*files: tuple[str, bytes], name: str = "coins.zip") -> SimpleUploadedFile:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files:
            archive.writestr(path, content)
    return SimpleUploadedFile(name, stream.getvalue())


def send(client: Client, upload: SimpleUploadedFile, format: str = "table") -> Any:
    return client.post("/imports/new", {"format": format, "upload": upload})


def make_import(**fields: Any) -> ImportRun:
    return ImportRun.objects.create(**{"format": "table", "path": "/x", "name": "coins.csv", **fields})


@pytest.mark.parametrize("name", ["imports", "imports_json", "import_new"])
def test_only_admins_see_imports(client: Client, expert: User, admin: User, name: str) -> None:
    assert client.get(reverse(name)).status_code == 302
    client.force_login(expert)
    assert client.get(reverse(name)).status_code == 403
    client.force_login(admin)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "name", ["import_run", "import_run_json", "import_refused_csv", "import_cancel", "import_repeat"]
)
def test_only_admins_touch_an_import(client: Client, expert: User, name: str) -> None:
    run = make_import()
    client.force_login(expert)
    ask = client.post if name in ("import_cancel", "import_repeat") else client.get
    assert ask(reverse(name, args=[run.pk])).status_code == 403
    assert ImportRun.objects.get().status == "queued"


def test_experts_send_no_file(client: Client, expert: User, uploads: Path) -> None:
    client.force_login(expert)
    assert send(client, table()).status_code == 403
    assert not list(uploads.iterdir())


def test_more_imports_cost_no_more_queries(page: Client, admin: User, django_assert_num_queries: Any) -> None:
    make_import(created_by=admin)
    with CaptureQueriesContext(connection) as few:
        page.get("/imports/")
    for _ in range(10):
        make_import(created_by=admin, status="failed")
    with django_assert_num_queries(len(few)):
        page.get("/imports/")


def test_every_format_can_be_chosen_and_says_what_it_is(page: Client) -> None:
    shown = page_of(page.get("/imports/new").content)
    for name, module in formats().items():
        label = shown.select_one(f'label[for="format-{name}"]').get_text(" ", strip=True)
        assert label == f"{module.LABEL} {module.DESCRIPTION}"


def test_a_file_that_is_sent_is_kept_and_queued(page: Client, admin: User) -> None:
    response = send(page, table())
    run = ImportRun.objects.get()
    assert response.url == reverse("import_run", args=[run.pk])
    assert (run.format, run.name, run.created_by, run.status) == ("table", "coins.csv", admin, "queued")
    assert Path(run.path).read_bytes() == TABLE


def test_htmx_is_sent_on_to_the_import(page: Client) -> None:
    response = page.post("/imports/new", {"format": "table", "upload": table()}, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == reverse("import_run", args=[ImportRun.objects.get().pk])


def test_a_double_click_is_one_import(page: Client, uploads: Path) -> None:
    assert send(page, table()).url == send(page, table()).url
    assert (ImportRun.objects.count(), len(list(uploads.iterdir()))) == (1, 1)


def test_the_same_file_later_is_another_import(page: Client) -> None:
    send(page, table())
    ImportRun.objects.update(created_at=timezone.now() - timedelta(seconds=6))
    send(page, table())
    assert ImportRun.objects.count() == 2


@pytest.mark.parametrize(
    ("upload", "format", "words"),
    [
        (table(content=b""), "table", "This file is empty"),
        (table("coins.svg", b"<svg onload=alert(1)>"), "table", "coins.svg is neither a zip nor a file that ends in"),
        (table("coins.zip", b"no zip at all"), "table", "coins.zip is neither a zip"),
        (packed(("readme.txt.exe", b"x")), "nuds", "holds no file that ends in .xml"),
        (packed(("a.csv", TABLE), ("b.csv", TABLE)), "table", "holds 2 tables"),
        (packed(("a/x.xml", b"<x/>"), ("b/y.xml", b"<x/>")), "nuds", "2 folders of records"),
        (packed(("../../evil.csv", TABLE)), "table", "points out of the archive"),
        (packed(("/etc/evil.csv", TABLE)), "table", "points out of the archive"),
        (packed(("..\\evil.csv", TABLE)), "table", "points out of the archive"),
        (packed(("C:evil.csv", TABLE)), "table", "points out of the archive"),
        (packed(("bomb.csv", bytes(300 * 2**20))), "table", "would grow more than 200 times"),
        (table("coins.csv"), "", "Choose what the file is written in"),
        (table("coins.csv"), "oracle", "oracle"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_a_sentence(
    page: Client, uploads: Path, upload: SimpleUploadedFile, format: str, words: str
) -> None:
    response = send(page, upload, format)
    assert response.status_code == 400
    assert words in page_of(response.content).select_one("[role=alert]").get_text(strip=True)
    assert not ImportRun.objects.exists()
    assert not list(uploads.rglob("*"))


def test_a_damaged_zip_is_refused_and_leaves_nothing(uploads: Path) -> None:
    whole = packed(("a.csv", TABLE * 200)).read()
    cut = whole[:40] + bytes(20) + whole[60:]
    with pytest.raises(ImportRefused, match="damaged or locked zip"):
        store_upload(upload=SimpleUploadedFile("a.zip", cut), format="table")
    assert not list(uploads.iterdir())


def test_a_link_in_a_zip_is_refused(uploads: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("a.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ImportRefused, match="points out of the archive"):
        store_upload(upload=SimpleUploadedFile("a.zip", stream.getvalue()), format="table")
    assert not list(uploads.iterdir())


def test_a_folder_packed_on_a_desktop_is_stepped_into(uploads: Path) -> None:
    upload = packed(
        ("ans/nuds/1.xml", b"<nuds/>"),
        ("ans/images/1.jpg", b"x"),
        ("__MACOSX/ans/._1.xml", b"x"),
        ("ans/.DS_Store", b"x"),
    )
    path = store_upload(upload=upload, format="nuds")
    assert (path.name, sorted(each.name for each in path.parent.parent.rglob("*") if each.is_file())) == (
        *("nuds", ["1.jpg", "1.xml"]),
    )


def test_a_running_import_shows_how_far_it_is(page: Client) -> None:
    run = make_import(status="running", progress={"stage": "saving", "done": 50, "total": 200}, counts={"created": 50})
    address = reverse("import_run", args=[run.pk])
    live = page_of(page.get(address, headers={"HX-Request": "true", "HX-Target": "live"}).content)
    assert "50 of 200 (25 %)" in live.get_text(" ", strip=True)
    assert live.select_one("dl.counts dd").get_text() == "50"
    ImportRun.objects.update(status="succeeded")
    assert page.get(address, headers={"HX-Request": "true", "HX-Target": "live"})["HX-Refresh"] == "true"


def test_refused_rows_stand_in_a_table_with_number_field_value_and_reason(page: Client) -> None:
    run = make_import(status="failed", reason="1 row is refused.", refused=[REFUSED], counts={"refused": 1})
    shown = page_of(page.get(reverse("import_run", args=[run.pk])).content)
    cells = [cell.get_text() for cell in shown.select("table tbody tr")[0].select("td")]
    assert cells == ["3", "a.csv", "weight", "=1+1", "This is no number."]
    assert "1 row is refused." in shown.select_one("[role=alert]").get_text()


def test_the_csv_of_refused_rows_runs_no_formula(page: Client) -> None:
    run = make_import(refused=[REFUSED, REFUSED | {"value": "@x"}, REFUSED | {"value": "-3"}])
    response = page.get(reverse("import_refused_csv", args=[run.pk]))
    lines = response.content.decode().splitlines()
    assert lines[0] == "row,source,field,value,reason"
    assert [line.split(",")[3] for line in lines[1:]] == ["'=1+1", "'@x", "'-3"]
    assert "attachment" in response["Content-Disposition"]


def test_values_of_refused_rows_are_text_and_no_markup(page: Client) -> None:
    run = make_import(refused=[REFUSED | {"value": "<img src=x onerror=alert(1)>"}])
    shown = page_of(page.get(reverse("import_run", args=[run.pk])).content)
    assert shown.select_one("table code").get_text() == "<img src=x onerror=alert(1)>"


def test_refused_pictures_stand_with_their_coin_and_reason(page: Client, make_coin: Any) -> None:
    run = make_import(status="running", started_at=timezone.now() - timedelta(minutes=1))
    coin = make_coin("demo.7", source="table: coins.csv")
    Photograph.objects.create(coin=coin, scope="both", name="lot.jpg", refusal="many_coins", reason="Three coins.")
    older = make_coin("demo.8", source="nuds: x.xml")
    Photograph.objects.create(coin=older, scope="both", name="old.jpg", refusal="many_coins", reason="Four coins.")
    text = page_of(page.get(reverse("import_run", args=[run.pk])).content).get_text(" ", strip=True)
    assert "demo.7 lot.jpg Three coins." in text
    assert "Four coins." not in text


def test_an_import_can_be_cancelled_and_tried_again(page: Client) -> None:
    run = make_import()
    page.post(reverse("import_cancel", args=[run.pk]))
    assert ImportRun.objects.get().status == "cancelled"
    page.post(reverse("import_repeat", args=[run.pk]))
    assert ImportRun.objects.get().status == "queued"


def test_the_json_of_an_import_holds_what_the_page_shows(page: Client) -> None:
    run = make_import(refused=[REFUSED], counts={"refused": 1})
    told = page.get(reverse("import_run_json", args=[run.pk])).json()
    assert (told["counts"], told["refused"], told["status"]) == ({"refused": 1}, [REFUSED], "queued")
    assert page.get("/imports.json").json()["imports"][0]["url"] == reverse("import_run", args=[run.pk])


def test_an_import_that_is_not_there_is_not_found(page: Client) -> None:
    assert page.get("/imports/99999").status_code == 404


def test_a_zip_of_picture_folders_is_read_as_a_whole_below_its_lone_folder(uploads: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for face in ("obverse", "reverse"):
            archive.writestr(f"MyCoins/{face}/lot.1.jpg", b"picture")
    path = store_upload(upload=SimpleUploadedFile("coins.zip", stream.getvalue()), format="folder")
    assert sorted(child.name for child in path.iterdir()) == ["obverse", "reverse"]
