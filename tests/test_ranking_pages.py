"""The page of the order of questions, and the policy by which administrators choose it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from annotations.models import Concept, Publication, RankingRun, ReviewItem, ReviewPolicy
from annotations.queries.ranking import STRATEGIES
from annotations.services.ranking import queue_ranking
from mlcore.ranking.shares import DEFAULT_SHARES
from mlcore.ranking.strategies import STRATEGIES as RANKED_BY
from tests.conftest import MakeCoin
from tests.learning_rows import make_model
from tests.review_steps import page_of

pytestmark = pytest.mark.django_db
SHARES = {"noise_rank": 50, "disagreement": 20, "uncertainty": 10, "rare_first": 10, "diversity": 5, "random": 5}


def policy(**changes: Any) -> dict[str, Any]:
    return SHARES | {"gold": 8, "overlap": 10, "retrain_after": 300, "retrain_pause": 15} | changes


def test_the_site_offers_every_strategy_that_can_rank_and_no_other() -> None:
    assert set(STRATEGIES) == set(RANKED_BY) == set(DEFAULT_SHARES)
    assert sum(DEFAULT_SHARES.values()) == pytest.approx(1)


def test_the_page_counts_open_questions_by_concept_and_strategy(
    client: Client, expert: User, make_coin: MakeCoin, concepts: dict[str, Concept]
) -> None:
    for number in range(3):
        side = make_coin(f"coin.{number}").sides.get(face="reverse")
        for slug, strategy in (("eagle", "noise_rank"), ("horse", "random" if number else "first")):
            ReviewItem.objects.create(side=side, concept=concepts[slug], score=0.5, reason="a", strategy=strategy)
    ReviewItem.objects.filter(side=side, concept=concepts["eagle"]).update(status="answered")
    client.force_login(expert)
    page = page_of(client.get(reverse("review_order")))
    rows = [
        [cell.get_text(strip=True) for cell in row.select("th, td")]
        for row in page.select("section[aria-labelledby=concepts-title] tbody tr")
    ]
    assert rows == [
        ["Horse", "Random: 2First order: 1", "3", "0", "2", "1"],
        ["Eagle", "Probably wrong: 2", "2", "2", "0", "0"],
    ]
    widths = [rect["width"] for rect in page.select(".queue-bar rect")]
    assert [round(float(width.rstrip("%"))) for width in widths] == [67, 33, 67]
    assert page.select_one("form[action$=rank]") is None
    found = client.get(reverse("review_order_json")).json()
    assert (found["questions"], found["strategies"]) == (5, {"noise_rank": 2, "random": 2, "first": 1})
    assert found["concepts"]["horse"] == {"noise_rank": 0, "random": 2, "first": 1}
    assert found["ranking"] is None


def test_an_empty_queue_says_where_questions_come_from(client: Client, expert: User) -> None:
    client.force_login(expert)
    assert (
        page_of(client.get(reverse("review_order"))).select_one(".empty-state h2").get_text() == "No question is open"
    )


def test_two_clicks_on_rank_again_are_one_ranking_and_a_third_person_can_cancel_it(client: Client, admin: User) -> None:
    client.force_login(admin)
    for _ in range(2):
        assert client.post(reverse("ranking_start")).status_code == 302
    run = RankingRun.objects.get()
    assert (run.status, run.shares) == ("queued", DEFAULT_SHARES)
    assert "Waiting for a worker" in page_of(client.get(reverse("review_order"))).select_one("#live").get_text()
    client.post(reverse("ranking_cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_a_ranking_that_waits_is_for_the_newest_round_and_the_shares_of_now(admin: User) -> None:
    first = queue_ranking(user=admin, round=4)
    ReviewPolicy.objects.create(shares={"random": 1.0})
    again = queue_ranking(user=None, round=3)
    assert again.pk == first.pk
    assert (again.round, again.shares) == (4, {"random": 1.0})


def test_the_policy_is_saved_as_one_row_with_who_changed_it(client: Client, admin: User) -> None:
    client.force_login(admin)
    for _ in range(2):
        assert client.post(reverse("review_policy"), policy(retrain="on")).status_code == 302
    saved = ReviewPolicy.objects.get()
    assert saved.shares == {name: share / 100 for name, share in SHARES.items()}
    assert (saved.gold_share, saved.overlap_share) == (0.08, 0.1)
    assert (saved.retrain, saved.retrain_after, saved.retrain_pause) == (True, 300, 15)
    assert saved.changed_by == admin
    page = page_of(client.get(reverse("review_policy")))
    assert page.select_one("[name=noise_rank]")["value"] == "50"
    assert page.select_one("#sum-words").get_text() == "100 %"
    assert not RankingRun.objects.exists()


def test_saving_can_rank_again_at_once_with_the_new_shares(client: Client, admin: User) -> None:
    client.force_login(admin)
    response = client.post(reverse("review_policy"), policy(noise_rank=40, random=15, rank="rank"))
    assert response["Location"] == reverse("review_order")
    assert RankingRun.objects.get().shares["random"] == 0.15


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"random": 0}, "make 95 %; give 5 % more"),
        ({"random": 25}, "make 120 %; take 20 % away"),
        ({"random": -5}, "whole number from 0 to 100"),
        ({"gold": 21}, "whole number from 0 to 20"),
        ({"overlap": "x"}, "whole number from 0 to 50"),
        ({"retrain_after": 0}, "whole number from 1 to 1,000,000"),
        ({"diversity": ""}, "whole number from 0 to 100"),
    ],
)
def test_shares_that_do_not_fit_are_refused_with_a_sentence(
    client: Client, admin: User, changes: dict[str, Any], sentence: str
) -> None:
    client.force_login(admin)
    response = client.post(reverse("review_policy"), policy(**changes))
    assert response.status_code == 400
    assert sentence in page_of(response).select_one("#policy").get_text()
    assert not ReviewPolicy.objects.exists()


def test_the_page_leads_to_the_model_that_nobody_has_published(
    client: Client, admin: User, expert: User, make_coin: MakeCoin, concepts: dict[str, Concept]
) -> None:
    version = make_model(admin)
    side = make_coin("coin.0").sides.get(face="reverse")
    ReviewItem.objects.create(side=side, concept=concepts["eagle"], score=0.5, reason="a", strategy="rare_first")
    facts = {"questions": 1, "counts": {"random": 1, "rare_first": 4}, "silent": {}, "model": None, "concepts": {}}
    RankingRun.objects.create(status="succeeded", facts=facts, finished_at=timezone.now(), started_at=timezone.now())
    client.force_login(expert)
    assert f"publishes model {version.pk}" in page_of(client.get(reverse("review_order"))).main.get_text()
    asked = page_of(client.get(reverse("review_sheet"), {"concept": "eagle", "said": "no"})).select_one(".sheet-asked")
    assert "order of questions, which mixes “Rare concepts first”, “Random”." in asked.get_text()
    client.force_login(admin)
    link = page_of(client.get(reverse("review_order"))).find("a", string=f"Publish model {version.pk}")
    assert link["href"] == version.get_absolute_url()
    Publication.objects.create(version=version, user=admin)
    assert "Publish model" not in page_of(client.get(reverse("review_order"))).main.get_text()


def test_before_any_ranking_the_sheet_says_that_its_order_is_chance(
    client: Client, expert: User, make_coin: MakeCoin
) -> None:
    client.force_login(expert)
    asked = page_of(client.get(reverse("review_sheet"))).select_one(".sheet-asked")
    assert "No ranking has put them in an order yet" in asked.get_text()
