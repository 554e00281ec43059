"""Where two persons said different things a third one settles it, and is led from one to the next."""

from __future__ import annotations

import uuid

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Decision, GoldQuestion, Label, Side
from annotations.queries.disagreements import find_case, list_cases
from annotations.services.adjudication import NoDisagreement, adjudicate
from annotations.services.decisions import undo_decision
from annotations.services.gold import set_gold
from tests.conftest import MakeCoin
from tests.review_steps import page_of
from tests.test_agreement import decide, eagles, read_again

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(make_coin: MakeCoin) -> list[Side]:
    return eagles(make_coin)


def settle(user: User, side: Side, answer: str, base: Decision, *, gold: bool = False) -> Decision:
    return adjudicate(
        user=user, side_id=side.pk, concept="eagle", answer=answer, key=uuid.uuid4(), base_id=base.pk, gold=gold
    )


def test_a_third_person_settles_a_disagreement_and_it_becomes_gold(
    client: Client, expert: User, second_expert: User, third: User, sides: list[Side]
) -> None:
    first = decide(expert, sides[0], "yes")
    read_again(second_expert, first, "no")
    client.force_login(third)
    listed = page_of(client.get(reverse("disagreements")))
    assert [each.get_text() for each in listed.select(".case-title")] == ["Eagle?"]
    assert "ada" not in listed.main.get_text()
    address = listed.select_one(".case-card a")["href"]
    page = page_of(client.get(address))
    assert [each.get_text() for each in page.select(".said strong")] == ["Yes", "No"]
    assert not {"ada", "bela"} & set(page.main.get_text().split()), "who said what is not told"
    fields = {each["name"]: each["value"] for each in page.select("#answers input[type=hidden]")}
    assert fields["base"] == str(first.pk)
    sent = fields | {"answer": "no", "gold": "on"}
    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302], "a double click"
    decision = Decision.objects.latest("id")
    assert (decision.user, decision.answer, decision.base) == (third, "no", first)
    assert Decision.objects.count() == 2
    assert Label.objects.get(side=sides[0], concept__slug="eagle").expert == "no"
    assert GoldQuestion.objects.get().decision == decision
    assert page_of(client.get(reverse("disagreements"))).select(".case-card") == []
    rows = client.get(reverse("disagreements_json"), {"state": "settled"}).json()["disagreements"]
    assert [(row["answers"], row["settled"]) for row in rows] == [(["yes", "no"], "no")]


def test_who_answered_is_not_the_one_to_settle_nor_shown_that_anybody_disagrees(
    client: Client, expert: User, second_expert: User, sides: list[Side]
) -> None:
    first = decide(expert, sides[0], "yes")
    read_again(second_expert, first, "no")
    with pytest.raises(PermissionDenied, match="third person"):
        settle(second_expert, sides[0], "yes", first)
    client.force_login(second_expert)
    address = reverse("disagreement", args=[sides[0].pk, "eagle"])
    assert page_of(client.get(reverse("disagreements"))).select(".case-card") == []
    assert client.get(address).status_code == 404
    sent = {"answer": "yes", "key": str(uuid.uuid4()), "base": first.pk}
    assert client.post(address, sent).status_code == 403
    assert Decision.objects.get() == first


def test_two_persons_who_answered_each_other_disagree_and_undoing_reopens_the_case(
    client: Client, expert: User, second_expert: User, third: User, sides: list[Side]
) -> None:
    second = decide(second_expert, sides[0], "no", base=decide(expert, sides[0], "yes"))
    case = find_case(sides[0].pk, "eagle")
    assert case is not None and case.settled_by is None
    decision = settle(third, sides[0], "no", second)
    case = find_case(sides[0].pk, "eagle")
    assert case is not None and case.settled_by is not None and case.settled_by.id == decision.pk
    client.force_login(third)
    address = reverse("disagreement_undo", args=[sides[0].pk, "eagle"])
    assert client.post(address, {"of": decision.key, "key": second.key}).status_code == 400, "that key is another's"
    assert client.post(address, {"of": decision.key, "key": uuid.uuid4()}).status_code == 302
    case = find_case(sides[0].pk, "eagle")
    assert case is not None and case.settled_by is None
    assert Label.objects.get(side=sides[0], concept__slug="eagle").expert == "no"


def test_answers_are_read_through_once_for_a_page_however_many_disagree(
    client: Client, admin: User, expert: User, second_expert: User, sides: list[Side]
) -> None:
    client.force_login(admin)
    counts = []
    for side in sides[:3]:
        read_again(second_expert, decide(expert, side, "yes"), "no")
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client.get(reverse("disagreements")))
        assert sum("WITH asked" in query["sql"] for query in queries) == 1
        counts.append(len(queries))
    assert len(page.select(".case-card")) == 3
    assert len(set(counts)) == 1


def test_agreeing_answers_undone_answers_and_gold_are_no_disagreement(
    expert: User, second_expert: User, third: User, admin: User, sides: list[Side]
) -> None:
    read_again(second_expert, decide(expert, sides[0], "yes"), "yes")
    undone = decide(second_expert, sides[1], "no", base=decide(expert, sides[1], "yes"))
    undo_decision(user=second_expert, decision_id=undone.pk, key=uuid.uuid4())
    known = decide(expert, sides[2], "yes")
    set_gold(user=admin, decision=known)
    read_again(second_expert, known, "no", purpose="gold")
    assert list_cases(admin, see_all=True) == []
    with pytest.raises(NoDisagreement, match="Nobody disagrees about eagle"):
        settle(third, sides[0], "no", known)


def disagreeing(first: User, second: User, sides: list[Side]) -> list[str]:
    """Their addresses, the newest first, as they are listed."""
    for side in sides:
        read_again(second, decide(first, side, "yes"), "no")
    return [reverse("disagreement", args=[side.pk, "eagle"]) for side in reversed(sides)]


def hidden(page: BeautifulSoup, form: str) -> dict[str, str]:
    return {str(each["name"]): str(each["value"]) for each in page.select(f"{form} input[type=hidden]")}


def test_settling_leads_to_the_next_and_the_last_is_taken_back_from_there(
    client: Client, expert: User, second_expert: User, third: User, sides: list[Side]
) -> None:
    newest, middle, oldest = disagreeing(expert, second_expert, sides[:3])
    client.force_login(third)
    page = page_of(client.get(newest))
    assert page.select(".last-settled") == []
    skip = page.select_one("[name=skip]")["href"]
    assert client.get(skip).headers["Location"] == middle, "to leave one leads on to the next"
    page = page_of(client.get(middle))
    led = client.post(middle, hidden(page, "#answers") | {"answer": "no"})
    settled = Decision.objects.latest("id")
    assert led.headers["Location"] == f"{oldest}?last={settled.pk}", "what was left is not asked again at once"
    assert not GoldQuestion.objects.exists(), "gold only where it is asked for"

    page = page_of(client.get(led.headers["Location"]))
    assert page.select_one("#gold").get("checked") is None
    assert "Settled: no, Eagle on the reverse of" in page.select_one(".last-settled [role=status]").get_text()
    form = page.select_one(".last-settled")
    sent = hidden(page, ".last-settled")
    assert [client.post(form["action"], sent).headers["Location"] for _ in range(2)] == [middle, middle]
    assert Decision.objects.filter(undoes=settled).count() == 1
    assert page_of(client.get(led.headers["Location"])).select(".last-settled") == [], "it does not stand any more"
    case = find_case(sides[1].pk, "eagle")
    assert case is not None and case.settled_by is None


def test_after_the_oldest_the_list_shows_what_was_left_and_the_last_settled(
    client: Client, expert: User, second_expert: User, third: User, sides: list[Side]
) -> None:
    newest, oldest = disagreeing(expert, second_expert, sides[:2])
    client.force_login(third)
    led = client.post(oldest, hidden(page_of(client.get(oldest)), "#answers") | {"answer": "yes"})
    listed = page_of(client.get(led.headers["Location"]))
    assert [each["href"] for each in listed.select(".case-card a")] == [newest]
    assert listed.select_one(".actions .btn-primary")["href"] == newest
    assert "Settled: yes" in listed.select_one(".last-settled").get_text()
    client.force_login(second_expert)
    assert page_of(client.get(led.headers["Location"])).select(".last-settled") == [], "only whose it is takes it back"


def test_an_administrator_is_led_past_those_of_their_own(
    client: Client, admin: User, expert: User, second_expert: User, sides: list[Side]
) -> None:
    [address] = disagreeing(expert, second_expert, sides[:1])
    read_again(second_expert, decide(admin, sides[1], "yes"), "no")
    client.force_login(admin)
    listed = page_of(client.get(reverse("disagreements")))
    assert len(listed.select(".case-card")) == 2
    assert listed.select_one(".actions .btn-primary")["href"] == address
    assert client.get(reverse("disagreements"), {"after": "x"}).status_code == 400
