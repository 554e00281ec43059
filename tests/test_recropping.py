"""Photographs cropped again by the present cropper: more is accepted, and nothing that a person drew is touched."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from annotations.models import Coin, Photograph, RecropRun, Side
from annotations.services import jobs
from annotations.services.crops import crop_by_hand
from annotations.services.recropping import carry_out_recropping, queue_recropping
from tests.coin_photographs import THREE, TWO, draw_discs, take_photograph
from tests.conftest import MakeCoin

pytestmark = pytest.mark.django_db
LEFT = (10, 60, 200, 250)


@pytest.fixture(autouse=True)
def _no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat's own connection cannot see into the transaction of a test."""
    monkeypatch.setattr(jobs, "HEARTBEAT", 600)


@pytest.fixture
def coin(make_coin: MakeCoin) -> Coin:
    return make_coin("lot.1")


def run_recropping(refused_only: bool = True) -> RecropRun:
    run = queue_recropping(user=None, refused_only=refused_only)
    jobs.work_on(RecropRun, run.pk, carry_out_recropping)
    run.refresh_from_db()
    assert (run.status, run.reason) == ("succeeded", "")
    return run


def test_cropping_again_accepts_what_an_older_cropper_refused(tmp_path: Path, coin: Coin) -> None:
    photograph = take_photograph(tmp_path, coin, draw_discs(*TWO))
    Photograph.objects.update(refusal="many_objects", reason="As an older cropper said.")
    Side.objects.update(crop="", thumbnail="", photograph=None, crop_box=None)
    run = run_recropping()
    assert (run.counts["photographs"], run.counts["newly_accepted"], run.counts.get("refused", 0)) == (1, 1, 0)
    photograph.refresh_from_db()
    assert photograph.refusal == ""
    assert coin.sides.get(face="obverse").crop and coin.sides.get(face="obverse").photograph == photograph


def test_cropping_again_keeps_what_persons_cropped(tmp_path: Path, expert: User, coin: Coin) -> None:
    refused = take_photograph(tmp_path, coin, draw_discs(*THREE))
    crop_by_hand(user=expert, photograph=refused, boxes={"obverse": LEFT}, key=uuid4(), base_id=None)
    run = run_recropping(refused_only=False)
    assert run.counts.get("photographs", 0) == 0
    refused.refresh_from_db()
    assert (refused.refusal, coin.sides.get(face="obverse").crop_box) == ("", [*LEFT])


def test_a_side_keeps_its_photograph_when_another_is_cropped_again(tmp_path: Path, coin: Coin) -> None:
    first = take_photograph(tmp_path, coin, draw_discs(*TWO), name="first.jpg")
    second = take_photograph(tmp_path, coin, draw_discs(TWO[1], TWO[0]), name="second.jpg")
    Side.objects.update(photograph=first)
    Photograph.objects.filter(pk=second.pk).update(refusal="many_objects")
    run_recropping()
    assert {side.photograph for side in coin.sides.all()} == {first}


def test_two_runs_that_wait_are_one() -> None:
    assert queue_recropping(user=None, refused_only=True) == queue_recropping(user=None, refused_only=True)
    assert queue_recropping(user=None, refused_only=False) != queue_recropping(user=None, refused_only=True)
