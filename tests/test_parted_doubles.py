"""Groups of doubles that a person dissolves: the word is kept through later searches, and no split is moved by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from annotations.models import Coin, DoubleGroup, DoublesRun, DoublesVerdict, Label
from annotations.services import doubles, jobs
from annotations.services.doubles import SurelyDoubles, carry_out_doubles, part_doubles, queue_doubles, rejoin_doubles
from annotations.services.pictures import leave_out
from annotations.services.snapshots import freeze_snapshot
from mlcore.images.doubles import find_doubles
from tests.coin_photographs import THREE, TWO, draw_discs, take_photograph
from tests.conftest import MakeCoin
from tests.review_steps import page_of

pytestmark = pytest.mark.django_db
Groups = list[list[str]]


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat's own connection cannot see into the transaction of a test."""
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)


def search() -> Groups:
    run = queue_doubles(user=None)
    jobs.work_on(DoublesRun, run.pk, carry_out_doubles)
    run.refresh_from_db()
    assert (run.status, run.reason) == ("succeeded", "")
    return groups()


def groups() -> Groups:
    found = DoubleGroup.objects.prefetch_related("coins")
    return sorted(sorted(coin.identifier for coin in group.coins.all()) for group in found)


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((image.width * 3 // 4, image.height * 3 // 4))


@pytest.fixture
def lots(tmp_path: Path, make_coin: MakeCoin) -> list[Coin]:
    """Two coins with one file, a third with a smaller version of it."""
    coins = [make_coin(f"lot.{number}", reverse="Eagle standing left") for number in range(3)]
    for number, coin in enumerate(coins):
        picture = draw_discs(*TWO)
        take_photograph(tmp_path, coin, smaller(picture) if number == 2 else picture, name=f"{number}.jpg")
    assert search() == [["lot.0", "lot.1", "lot.2"]]
    return coins


def only_group() -> DoubleGroup:
    return DoubleGroup.objects.get()


def test_a_parted_group_stays_parted_when_all_pictures_are_searched_again(lots: list[Coin], expert: User) -> None:
    verdict = part_doubles(user=expert, group_id=only_group().pk)
    assert (verdict.user, verdict.coins) == (expert, ["lot.0", "lot.1", "lot.2"])
    assert groups() == [["lot.0", "lot.1"]], "what is the same file stays one"
    assert search() == [["lot.0", "lot.1"]]
    assert DoubleGroup.objects.get().kind == DoubleGroup.Kind.EXACT


def test_a_new_coin_with_the_very_picture_of_a_parted_one_joins_that_one_alone(
    tmp_path: Path, lots: list[Coin], expert: User, make_coin: MakeCoin
) -> None:
    part_doubles(user=expert, group_id=only_group().pk)
    take_photograph(tmp_path, make_coin("lot.3"), draw_discs(*TWO), name="3.jpg")
    assert search() == [["lot.0", "lot.1", "lot.3"]]


@pytest.fixture
def pair(tmp_path: Path, make_coin: MakeCoin) -> list[Coin]:
    """Coins a and b: b has the picture of a without its edges."""
    coins, picture = [make_coin("a"), make_coin("b")], draw_discs(*TWO)
    take_photograph(tmp_path, coins[0], picture, name="a.jpg")
    take_photograph(tmp_path, coins[1], without_edges(picture), name="b.jpg")
    assert search() == [["a", "b"]]
    return coins


def without_edges(image: Image.Image) -> Image.Image:
    return image.crop((32, 16, image.width - 32, image.height - 16))


def dotted(image: Image.Image) -> Image.Image:
    dotted = image.copy()
    dotted.paste("grey", (0, 0, 12, 12))
    return dotted


@pytest.mark.parametrize(("edges", "joined"), [(False, ["b", "c"]), (True, ["a", "c"])])
def test_a_new_coin_like_a_parted_one_joins_that_one_and_does_not_bring_the_other_back(
    tmp_path: Path, pair: list[Coin], expert: User, make_coin: MakeCoin, edges: bool, joined: list[str]
) -> None:
    verdict = part_doubles(user=expert, group_id=only_group().pk)
    picture = draw_discs(*TWO)
    take_photograph(tmp_path, make_coin("c"), dotted(picture if edges else without_edges(picture)), name="c.jpg")
    assert search() == [joined]
    assert only_group().kind == DoubleGroup.Kind.NEAR
    rejoin_doubles(user=expert, verdict_id=verdict.pk)
    assert groups() == search() == [["a", "b", "c"]]


def test_a_group_that_is_parted_while_a_search_runs_stays_parted(
    tmp_path: Path, pair: list[Coin], expert: User, make_coin: MakeCoin
) -> None:
    take_photograph(tmp_path, make_coin("c"), dotted(without_edges(draw_discs(*TWO))), name="c.jpg")
    group, said = only_group().pk, []

    def part(event: Any) -> None:
        if event["stage"] == "keeping groups":
            said.append(part_doubles(user=expert, group_id=group).coins)

    run = queue_doubles(user=None)
    jobs.work_on(DoublesRun, run.pk, lambda run, _: carry_out_doubles(run, part))
    assert (said, groups()) == ([["a", "b"]], [["b", "c"]])


def test_pictures_that_are_the_same_to_the_pixel_cannot_be_parted(lots: list[Coin], expert: User) -> None:
    part_doubles(user=expert, group_id=only_group().pk)
    with pytest.raises(SurelyDoubles, match="same to the pixel"):
        part_doubles(user=expert, group_id=only_group().pk)
    assert (groups(), DoublesVerdict.objects.count()) == ([["lot.0", "lot.1"]], 1)


def test_parting_moves_no_coin_out_of_its_split_and_leaves_what_was_frozen(
    lots: list[Coin], expert: User, make_coin: MakeCoin
) -> None:
    for number in range(10):
        make_coin(f"other.{number}", reverse="Eagle", crop="ab/x.webp")
    snapshot = freeze_snapshot(user=expert)
    frozen = (Path(settings.MODELS_ROOT) / snapshot.file).read_bytes()
    before = dict(Coin.objects.values_list("identifier", "split"))
    assert len({before[lot.identifier] for lot in lots}) == 1
    part_doubles(user=expert, group_id=only_group().pk)
    assert dict(Coin.objects.values_list("identifier", "split")) == before
    assert (Path(settings.MODELS_ROOT) / snapshot.file).read_bytes() == frozen
    freeze_snapshot(user=expert)
    assert dict(Coin.objects.values_list("identifier", "split")) == before


def test_rejoined_coins_leave_the_test_when_one_of_them_was_learned_from(lots: list[Coin], expert: User) -> None:
    verdict = part_doubles(user=expert, group_id=only_group().pk)
    Coin.objects.filter(identifier="lot.2").update(split="train")
    Coin.objects.filter(identifier__in=["lot.0", "lot.1"]).update(split="test")
    rejoin_doubles(user=expert, verdict_id=verdict.pk)
    assert (groups(), only_group().reason) == ([["lot.0", "lot.1", "lot.2"]], "near, same file")
    assert freeze_snapshot(user=expert).counts["left_test"] == 2
    assert set(Coin.objects.values_list("split", flat=True)) == {"train"}
    assert search() == [["lot.0", "lot.1", "lot.2"]], "the word that was taken back parts nothing any more"


def test_originals_are_read_before_others_have_to_wait(
    tmp_path: Path, make_coin: MakeCoin, expert: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locks() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
            return int(cursor.fetchone()[0])

    def read(*asked: Any, **told: Any) -> Any:
        held.append(locks())
        return find_doubles(*asked, **told)

    monkeypatch.setattr(doubles, "find_doubles", read)
    group = DoubleGroup.objects.create(kind="near", score=0.9, reason="near")
    for name in ("a", "b"):
        take_photograph(tmp_path, make_coin(name, doubles=group), draw_discs(*TWO), name=f"{name}.jpg")
    before, held = locks(), []
    part_doubles(user=expert, group_id=group.pk)
    assert (held, locks()) == ([before], before + 1)
    assert groups() == [["a", "b"]], "they are the same file"


def test_a_double_click_parts_and_rejoins_once(client: Client, lots: list[Coin], expert: User) -> None:
    client.force_login(expert)
    form = page_of(client.get(reverse("doubles"))).select_one(".panel form")
    for said in ("lot.0, lot.1 and lot.2 are parted", "This group is gone"):
        answer = client.post(form["action"], follow=True)
        assert said in page_of(answer).select_one(".alert").get_text()
    parted = page_of(client.get(reverse("doubles"), {"show": "parted"}))
    assert "says ada" in parted.select_one(".panel h2").get_text()
    assert len(parted.select(".panel .coin-card")) == 3
    told = client.get(reverse("doubles_json"), {"show": "parted"}).json()
    assert [(row["coins"], row["who"]) for row in told["groups"]] == [(["lot.0", "lot.1", "lot.2"], "ada")]
    for _ in range(2):
        client.post(parted.select_one(".panel form")["action"])
    assert DoublesVerdict.objects.count() == 2
    assert not page_of(client.get(reverse("doubles"), {"show": "parted"})).select(".panel")
    assert groups() == [["lot.0", "lot.1", "lot.2"]]


def test_an_exact_group_offers_no_button_and_a_group_that_is_not_there_cannot_be_rejoined(
    client: Client, lots: list[Coin], expert: User
) -> None:
    part_doubles(user=expert, group_id=only_group().pk)
    client.force_login(expert)
    assert not page_of(client.get(reverse("doubles"))).select(".panel form")
    answer = client.post(reverse("doubles_part", args=[only_group().pk]), follow=True)
    assert "nobody can part them" in page_of(answer).select_one(".alert-danger").get_text()
    assert client.post(reverse("doubles_rejoin", args=[DoublesVerdict.objects.get().pk + 1])).status_code == 404


def test_a_coin_that_left_the_corpus_is_missing_from_the_parted_group_and_hinders_nothing(
    client: Client, lots: list[Coin], expert: User
) -> None:
    verdict = part_doubles(user=expert, group_id=only_group().pk)
    lots[2].delete()
    client.force_login(expert)
    page = page_of(client.get(reverse("doubles"), {"show": "parted"}))
    assert len(page.select(".panel .coin-card")) == 2
    rejoin_doubles(user=expert, verdict_id=verdict.pk)
    assert groups() == [["lot.0", "lot.1"]]


def test_cards_say_only_what_is_there_and_more_groups_cost_no_more_queries(
    client: Client, lots: list[Coin], expert: User, make_coin: MakeCoin, django_assert_max_num_queries: Any
) -> None:
    def cards() -> list[str]:
        return [card.get_text() for card in page_of(client.get(reverse("doubles"))).select(".coin-card")]

    client.force_login(expert)
    assert ["Eagle" in card for card in cards()] == [True] * 3
    Label.objects.filter(side__coin=lots[0]).update(answer="no", origin="expert")
    assert ["Eagle" in card for card in cards()] == [False, True, True]
    with CaptureQueriesContext(connection) as alone:
        cards()
    for number in range(5):
        group = DoubleGroup.objects.create(kind="near", score=0.9, reason="near")
        make_coin(f"other.{number}", reverse="Eagle", doubles=group)
    with django_assert_max_num_queries(len(alone)):
        assert len(cards()) == 8


def test_a_picture_that_was_left_out_makes_no_doubles(tmp_path: Path, expert: User, make_coin: MakeCoin) -> None:
    for number in range(2):
        coin = make_coin(f"lot.{number}")
        refused = take_photograph(tmp_path, coin, draw_discs(*THREE), name=f"{number}.jpg")
        leave_out(user=expert, photograph_id=refused.pk, left_out=number == 1)
    assert search() == []
