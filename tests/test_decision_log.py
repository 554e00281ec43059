"""The log of decisions: filtered, paged, exported, and replayed to the same rows."""

from __future__ import annotations

import csv
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.models import BlindAnswer, Decision, GoldQuestion, HiddenQuestion, Label, ReviewItem, Side
from annotations.queries import decision_log
from annotations.services.decisions import record_decision, undo_decision
from annotations.services.gold import set_gold
from annotations.services.hidden_questions import record_blind, undo_blind
from annotations.services.review import rank_questions
from tests.conftest import MakeCoin
from tests.review_steps import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    coins = [make_coin(f"demo.{number}", reverse="Eagle standing", crop="ab/picture.webp") for number in range(4)]
    rank_questions(round=0)
    return [coin.sides.get(face="reverse") for coin in coins]


def decide(user: User, side: Side, answer: str = "yes", base: Decision | None = None) -> Decision:
    return record_decision(
        user=user,
        side_id=side.pk,
        concept="eagle",
        answer=answer,
        key=uuid.uuid4(),
        base_id=base.pk if base else None,
    )


@pytest.fixture
def history(expert: User, second_expert: User, admin: User, sides: list[Side]) -> list[Decision]:
    """Answers, one taken back and given anew, one answered by another, one read again and taken back, one gold."""
    first = decide(expert, sides[0])
    undo = undo_decision(user=expert, decision_id=first.pk, key=uuid.uuid4())
    anew = decide(expert, sides[0], "no", base=undo)
    other = decide(second_expert, sides[1], "unsure", base=decide(expert, sides[1]))
    HiddenQuestion.objects.create(
        user=second_expert, side=anew.side, concept=anew.concept, purpose="overlap", decision=anew
    )
    said = record_blind(user=second_expert, side_id=sides[0].pk, concept="eagle", answer="no", key=uuid.uuid4())
    undo_blind(user=second_expert, answer=said, key=uuid.uuid4())
    opened = decide(expert, sides[3])
    undo_decision(user=expert, decision_id=opened.pk, key=uuid.uuid4())
    set_gold(user=admin, decision=decide(second_expert, sides[2]))
    assert other.pk < opened.pk
    return list(Decision.objects.order_by("-id"))


def read_json(client: Client, **query: Any) -> list[dict[str, Any]]:
    response: Any = client.get(reverse("decision_log_json"), query)
    rows: list[dict[str, Any]] = json.loads(b"".join(response.streaming_content))["decisions"]
    return rows


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ({}, range(8)),
        ({"person": "bela"}, [0, 3]),
        ({"coin": "demo.0"}, [5, 6, 7]),
        ({"answer": "unsure"}, [3]),
        ({"undone": "yes"}, [2, 7]),
        ({"side": "obverse"}, []),
        ({"concept": "eagle", "undone": "no", "person": "ada"}, [1, 4, 5, 6]),
        ({"until": "2020-01-01"}, []),
        ({"page": str(uuid.UUID(int=1))}, []),
    ],
)
def test_decisions_are_found_by_what_they_say(
    client: Client, admin: User, history: list[Decision], query: dict[str, str], places: list[int]
) -> None:
    client.force_login(admin)
    expected = [history[place].pk for place in places]
    assert [row["id"] for row in read_json(client, **query)] == expected
    page = page_of(client.get(reverse("decision_log"), query))
    assert len(page.select(".log tbody tr")) == len(expected)


def test_a_day_counts_whole_and_pages_go_on_where_the_last_one_ended(
    client: Client, admin: User, history: list[Decision], monkeypatch: pytest.MonkeyPatch
) -> None:
    from annotations.views import decision_log as view

    monkeypatch.setattr(decision_log, "PAGE", 5)
    monkeypatch.setattr(view, "PAGE", 5)
    client.force_login(admin)
    today = timezone.localdate().isoformat()
    page = page_of(client.get(reverse("decision_log"), {"since": today, "until": today}))
    assert len(page.select(".log tbody tr")) == 5
    following = page_of(client.get(page.select_one("a[rel=next]")["href"]))
    assert len(following.select(".log tbody tr")) == 3
    assert following.select_one("a[rel=next]") is None
    assert "since=" in page.select_one("a[rel=next]")["href"]


def test_the_log_says_when_an_answer_was_taken_back_and_by_whom(
    client: Client, admin: User, history: list[Decision]
) -> None:
    client.force_login(admin)
    taken_back = next(row for row in read_json(client) if row["id"] == history[7].pk)
    assert (taken_back["answer"], taken_back["taken_back_by"]) == ("yes", "ada")
    assert taken_back["taken_back"] == history[6].created_at.isoformat()
    row = page_of(client.get(reverse("decision_log"))).select(".log tbody tr")[-1]
    assert row.select_one(".taken-back").get_text() == "Yes"
    assert "taken back" in row.get_text()


def test_the_table_guards_spreadsheets_from_formulas(client: Client, admin: User, make_coin: MakeCoin) -> None:
    side = make_coin("=1+1", reverse="Eagle").sides.get(face="reverse")
    decide(admin, side)
    client.force_login(admin)
    response: Any = client.get(reverse("decision_log_csv"))
    [row] = csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode()))
    assert (row["coin"], row["person"], row["answer"]) == ("'=1+1", "root", "yes")


@pytest.mark.parametrize("query", [{"person": "nobody"}, {"since": "x"}, {"answer": "perhaps"}, {"before": "x"}])
def test_a_filter_that_cannot_be_read_is_refused_with_a_sentence(
    client: Client, admin: User, query: dict[str, str]
) -> None:
    client.force_login(admin)
    response = client.get(reverse("decision_log"), query)
    assert response.status_code == 400
    assert next(iter(query)) in page_of(response).main.get_text()


def test_administrators_make_a_standing_answer_gold_and_withdraw_it(
    client: Client, admin: User, history: list[Decision]
) -> None:
    client.force_login(admin)
    standing, unsure = history[5], history[3]
    for _ in range(2):
        assert client.post(reverse("decision_gold", args=[standing.pk]), {"gold": "on"}).status_code == 302
    assert GoldQuestion.objects.filter(decision=standing, withdrawn=False).count() == 1
    client.post(reverse("decision_gold", args=[standing.pk]), {"gold": "off", "back": "https://elsewhere.example"})
    assert GoldQuestion.objects.get(decision=standing).withdrawn
    client.post(reverse("decision_gold", args=[unsure.pk]), {"gold": "on"})
    assert "no known answer" in page_of(client.get(reverse("decision_log"))).get_text()


def export(path: Path) -> bytes:
    call_command("export_decisions", path, stdout=io.StringIO())
    return path.read_bytes()


def replay(path: Path, *arguments: str) -> str:
    told = io.StringIO()
    call_command("replay_decisions", path, *arguments, stdout=told)
    return told.getvalue()


def wipe() -> None:
    """As a database that has the coins and not the decisions."""
    Label.objects.update(expert="", decision=None)
    Label.objects.filter(text_present=True).update(answer="yes", origin="text")
    ReviewItem.objects.update(status="open")
    with connection.cursor() as cursor:
        for table in ("goldquestion", "hiddenquestion", "blindanswer", "decision"):
            cursor.execute(f"DELETE FROM annotations_{table}")


def state() -> dict[str, list[Any]]:
    """Labels and questions, with decisions named by their keys."""
    labels = Label.objects.order_by("side", "concept")
    return {
        "labels": list(labels.values_list("side", "concept", "expert", "answer", "origin", "decision__key")),
        "open": list(ReviewItem.objects.filter(status="open").order_by("pk").values_list("pk", flat=True)),
        "gold": list(GoldQuestion.objects.values_list("side", "answer", "withdrawn", "decision__key", "set_by")),
        "blind": list(BlindAnswer.objects.values_list("key", "base__key", "undoes__key", "decision__key", "answer")),
    }


def test_what_was_exported_and_replayed_gives_the_same_rows_labels_and_open_questions(
    history: list[Decision], tmp_path: Path
) -> None:
    before, exported = state(), export(tmp_path / "decisions.jsonl")
    assert len(before["open"]) >= 1
    wipe()
    assert state() != before
    assert replay(tmp_path / "decisions.jsonl") == "10 answers in the file, 0 stood here, 10 inserted.\n"
    assert state() == before
    assert export(tmp_path / "again.jsonl") == exported
    assert replay(tmp_path / "decisions.jsonl") == "10 answers in the file, 10 stood here, 0 inserted.\n"
    assert export(tmp_path / "again.jsonl") == exported


def test_a_beginning_is_gone_on_with_and_what_is_newer_stays(
    history: list[Decision], expert: User, sides: list[Side], tmp_path: Path
) -> None:
    early, path = tmp_path / "early.jsonl", tmp_path / "decisions.jsonl"
    export(early)
    decide(expert, sides[3], "no", base=Decision.objects.filter(side=sides[3]).latest("id"))
    before, exported = state(), export(path)
    assert replay(early) == "10 answers in the file, 11 stood here, 0 inserted.\n"
    assert state() == before
    wipe()
    replay(early)
    assert replay(path) == "11 answers in the file, 10 stood here, 1 inserted.\n"
    assert state() == before
    assert export(tmp_path / "again.jsonl") == exported


def test_a_file_that_contradicts_what_stands_is_refused(
    history: list[Decision], expert: User, sides: list[Side], tmp_path: Path
) -> None:
    path = tmp_path / "decisions.jsonl"
    export(path)
    wipe()
    standing = decide(expert, sides[2], "no")
    with pytest.raises(CommandError, match=r"Line 1 contradicts .* ada says yes to eagle on demo.0; here"):
        replay(path)
    assert Decision.objects.get() == standing


def changed(path: Path, line: int, **changes: Any) -> None:
    rows = [json.loads(each) for each in path.read_text().splitlines()]
    rows[line] = {name: value for name, value in (rows[line] | changes).items() if value is not None}
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize(
    ("line", "changes", "sentence"),
    [
        (0, {"coin": "gone.1"}, r"These sides are not here: gone.1 \(reverse\) in 1 rows. Import the corpus first"),
        (0, {"concept": "unicorn"}, "These concepts are not here: unicorn in 1 rows"),
        (0, {"person": "zoe"}, "zoe in 1 rows. Make the accounts, or replay with --make-accounts"),
        (0, {"answer": "perhaps"}, "Line 1: answer is “perhaps”; it must be one of no, unsure, withdrawn, yes"),
        (0, {"key": "x"}, "Line 1: key “x” cannot be read"),
        (0, {"when": "yesterday"}, "Line 1: when “yesterday” cannot be read"),
        (0, {"kind": "wish"}, "Line 1 is of no known kind"),
        (0, {"person": None}, "Line 1 lacks person"),
        (0, {"person": 7}, "Line 1: person cannot be 7"),
        (1, {"base": str(uuid.UUID(int=5))}, "Line 2 names an answer to its question that does not stand before it"),
        (3, {"coin": "demo.0"}, "does not hold together|that does not stand before it"),
    ],
)
def test_a_broken_file_is_refused_whole_with_a_sentence(
    history: list[Decision], tmp_path: Path, line: int, changes: dict[str, Any], sentence: str
) -> None:
    path = tmp_path / "decisions.jsonl"
    export(path)
    wipe()
    changed(path, line, **changes)
    with pytest.raises(CommandError, match=f"Nothing was replayed. .*({sentence})"):
        replay(path)
    assert not Decision.objects.exists()


def test_persons_without_an_account_are_given_one_that_nobody_can_sign_in_to(
    history: list[Decision], tmp_path: Path
) -> None:
    path = tmp_path / "decisions.jsonl"
    export(path)
    wipe()
    User.objects.filter(username="bela").update(username="renamed")
    replay(path, "--make-accounts")
    assert not User.objects.get(username="bela").has_usable_password()
    assert Decision.objects.filter(user__username="bela").count() == 2
