"""Hidden gold and second readings on the contact sheet: not to be told from open sides, stored with the page."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import (
    BlindAnswer,
    Decision,
    GoldQuestion,
    Label,
    ReviewItem,
    Side,
)
from annotations.services import hidden_draws
from annotations.services.hidden_questions import record_blind
from annotations.services.review import rank_questions
from annotations.services.sheets import lease_sheet
from tests.conftest import MakeCoin
from tests.review_steps import GOLD, OPEN, OVERLAP, decide_on_the_eagle, page_of, post, settle_two_of_five_eagles
from tests.test_contact_sheet import SHEET, answers, next_page
from tests.test_decision_log import export, replay, wipe

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(make_coin: MakeCoin, second_expert: User, admin: User, monkeypatch: pytest.MonkeyPatch) -> list[Side]:
    monkeypatch.setattr(hidden_draws, "FIRST", 0)
    return settle_two_of_five_eagles(make_coin, second_expert, admin)


@pytest.fixture
def page(client: Client, expert: User, sides: list[Side]) -> dict[str, Any]:
    client.force_login(expert)
    return next_page(client)


def undo(client: Client, sent: dict[str, Any]) -> Any:
    undone = [{"of": each["key"], "key": str(uuid.uuid4())} for each in sent["answers"]]
    return post(client, "review_page_undo", page=str(uuid.uuid4()), undone=undone)


def shape(cell: Any) -> list[Any]:
    """Elements and the names of their attributes, within the template too."""
    inner = page_of(cell.select_one("template").decode_contents())
    return [(tag.name, sorted(tag.attrs)) for tag in [*cell.find_all(True), *inner.find_all(True)]]


def test_hidden_sides_stand_among_the_open_ones_by_their_suspicion_and_look_like_them(
    client: Client, page: dict[str, Any], sides: list[Side]
) -> None:
    assert [cell["side"] for cell in page["cells"]] == [side.pk for side in sides]
    assert len({tuple(cell) for cell in page["cells"]}) == 1
    assert {cell["base"] for cell in page["cells"]} == {None}
    for html in (page["html"], page_of(client.get(reverse("review_sheet"), SHEET)).select_one("#grid").decode()):
        cells = page_of(html).select(".cell")
        assert [cell["data-item"] for cell in cells] == [str(cell["id"]) for cell in page["cells"]]
        assert all(shape(cell) == shape(cells[0]) for cell in cells)
        assert "bela" not in html and "Expert" not in html
    held = ",".join(str(cell["id"]) for cell in page["cells"])
    assert (renewed := post(client, "review_renew", items=held)).status_code == 204 and not renewed.content
    assert next_page(client, exclude=held)["cells"] == [], "nothing is left, so nothing is hidden either"


def test_a_page_stores_both_kinds_at_once_in_one_numbering_and_changes_no_settled_label(
    client: Client, expert: User, page: dict[str, Any], sides: list[Side]
) -> None:
    sent = answers(page)
    sent["answers"].reverse()
    for answer in sent["answers"]:
        answer["answer"] = "no"
    first, again = post(client, "review_page", **sent), post(client, "review_page", **sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    said = first.json()["decisions"]
    assert [each["key"] for each in said] == [each["key"] for each in sent["answers"]]
    assert len({tuple(each) for each in said}) == 1
    numbers = [each["id"] for each in said]
    assert numbers == list(range(numbers[0], numbers[0] - 5, -1)), "numbered by side, whatever their kind"
    blind = BlindAnswer.objects.order_by("side")
    assert [(each.side_id, each.purpose, str(each.page)) for each in blind] == [
        (sides[GOLD].pk, "gold", sent["page"]),
        (sides[OVERLAP].pk, "overlap", sent["page"]),
    ]
    assert Decision.objects.filter(user=expert).count() == 3
    experts = dict(Label.objects.filter(concept__slug="eagle").values_list("side_id", "expert"))
    assert [experts[side.pk] for side in sides] == ["no", "yes", "no", "yes", "no"]
    assert page_of(client.get(reverse("review_sheet"), SHEET)).select_one("#answered").get_text() == "5"


def test_what_the_second_reader_confirms_by_the_page_becomes_gold(
    client: Client, page: dict[str, Any], sides: list[Side]
) -> None:
    sent = answers(page)
    post(client, "review_page", **sent)
    gold = GoldQuestion.objects.filter(withdrawn=False)
    assert set(gold.values_list("side_id", flat=True)) == {sides[GOLD].pk, sides[OVERLAP].pk}
    assert undo(client, sent).status_code == 201
    assert gold.get().side == sides[GOLD]


def test_undo_takes_back_both_kinds_and_the_next_answers_follow_it(
    client: Client, expert: User, page: dict[str, Any]
) -> None:
    sent = answers(page)
    post(client, "review_page", **sent)
    undone = [{"of": each["key"], "key": str(uuid.uuid4())} for each in sent["answers"]]
    body = {"page": str(uuid.uuid4()), "undone": undone}
    taken_back = [post(client, "review_page_undo", **body) for _ in range(2)]
    assert [each.status_code for each in taken_back] == [201, 200]
    assert taken_back[0].json() == taken_back[1].json()
    assert [each["answer"] for each in taken_back[0].json()["decisions"]] == ["withdrawn"] * 5
    again = answers(page)
    for answer, each in zip(again["answers"], undone, strict=True):
        answer["base"] = each["key"]
    assert post(client, "review_page", **again).status_code == 201
    assert list(BlindAnswer.objects.order_by("id").values_list("answer", flat=True)) == [
        "yes", "yes", "withdrawn", "withdrawn", "yes", "yes",
    ]  # fmt: skip
    assert Decision.objects.filter(user=expert, answered_by=None, answer="yes").count() == 3


def test_the_last_page_comes_whole_after_a_reload(client: Client, page: dict[str, Any]) -> None:
    sent = answers(page)
    post(client, "review_page", **sent)
    sheet = client.get(reverse("review_sheet"), SHEET)
    state = sheet.context["state"]
    assert {cell["side"] for cell in state["previous"]["cells"]} == {cell["side"] for cell in page["cells"]}
    assert {each["key"] for each in state["answers"].values()} == {each["key"] for each in sent["answers"]}
    assert "bela" not in sheet.content.decode()
    fields = page_of(sheet).select("#answers input[name=of]")
    form = {"page": str(uuid.uuid4()), "concept": "eagle", "of": [each["value"] for each in fields]}
    assert client.post(reverse("review_page_undo"), form).status_code == 302
    assert BlindAnswer.objects.filter(answer="withdrawn").count() == 2


@pytest.mark.parametrize("meanwhile", ["another expert", "another tab"])
def test_a_conflict_of_either_kind_stores_nothing(
    client: Client, expert: User, second_expert: User, page: dict[str, Any], sides: list[Side], meanwhile: str
) -> None:
    """The other tab asked the hidden question by itself."""
    if meanwhile == "another expert":
        stale: Any = decide_on_the_eagle(second_expert, sides[OPEN[0]], "no")
    else:
        stale = record_blind(user=expert, side_id=sides[GOLD].pk, concept="eagle", answer="no", key=uuid.uuid4())
    before = Decision.objects.count(), BlindAnswer.objects.count()
    refused = post(client, "review_page", **answers(page))
    assert refused.status_code == 409
    (named,) = refused.json()["theirs"]
    assert (named["side"], named["theirs"]["id"], named["theirs"]["answer"]) == (stale.side_id, stale.pk, "no")
    assert named["theirs"]["mine"] == (meanwhile == "another tab")
    assert (Decision.objects.count(), BlindAnswer.objects.count()) == before


def test_only_what_the_machines_say_the_same_of_is_hidden_on_a_sheet(
    expert: User, second_expert: User, sides: list[Side], make_coin: MakeCoin
) -> None:
    """An expert's no to what a text names stands among what is said to show it, whatever the label is now."""
    GoldQuestion.objects.update(withdrawn=True)
    settled = Decision.objects.get(side=sides[OVERLAP])
    decide_on_the_eagle(second_expert, sides[OVERLAP], "no", settled.pk)
    silent = make_coin("silent", reverse="Horse", crop="ab/picture.webp").sides.get(face="reverse")
    asked = ReviewItem.objects.get(side=sides[0], concept__slug="eagle").concept
    for side in (silent, make_coin("silent.2", crop="ab/picture.webp").sides.get(face="reverse")):
        ReviewItem.objects.create(side=side, concept=asked, score=0.5, reason="The text does not name it.")
    decide_on_the_eagle(second_expert, silent, "yes")
    drawn = {
        said: {item.side_id for item in lease_sheet(user=expert, concept="eagle", said=said, count=24)}
        for said in ("yes", "no")
    }
    assert silent.pk in drawn["no"] and len(drawn["no"]) == 2
    assert drawn["yes"] == {sides[number].pk for number in (*OPEN, GOLD)}, "its answer was changed by the same person"


def test_a_full_sheet_has_no_more_sides_than_were_asked_for(expert: User, sides: list[Side]) -> None:
    items = lease_sheet(user=expert, concept="eagle", said="yes", count=3)
    assert len(items) == 3
    assert ReviewItem.objects.filter(leased_to=expert).count() == 1, "open questions that found no place stay free"
    assert not ReviewItem.objects.filter(leased_to=expert, status="answered").exists()


def test_more_hidden_sides_ask_the_database_no_more_often(
    client: Client, expert: User, second_expert: User, sides: list[Side], make_coin: MakeCoin
) -> None:
    client.force_login(expert)
    counts = []
    for more in (0, 6):
        coins = [make_coin(f"more.{n}", reverse="Eagle", crop="ab/picture.webp") for n in range(more)]
        rank_questions(round=0)
        for coin in coins[::2]:
            decide_on_the_eagle(second_expert, coin.sides.get(face="reverse"))
        with CaptureQueriesContext(connection) as drawing:
            page = next_page(client)
        with CaptureQueriesContext(connection) as storing:
            assert post(client, "review_page", **answers(page)).status_code == 201
        counts.append((len(page["cells"]), len(drawing), len(storing)))
    assert (counts[0][0], counts[1][0]) == (5, 6)
    assert counts[1][1] <= counts[0][1] and counts[1][2] <= counts[0][2]


def test_a_hidden_page_is_exported_and_replayed_to_the_same_rows(
    client: Client, expert: User, page: dict[str, Any], tmp_path: Path
) -> None:
    sent = answers(page)
    post(client, "review_page", **sent)
    undo(client, sent)
    exported = export(tmp_path / "decisions.jsonl")
    pages = set(BlindAnswer.objects.values_list("page", flat=True))
    assert len(pages) == 2 and None not in pages
    wipe()
    replay(tmp_path / "decisions.jsonl")
    assert set(BlindAnswer.objects.values_list("page", flat=True)) == pages
    assert export(tmp_path / "again.jsonl") == exported
