"""Where the model looks, over the picture that is asked about: only when the person wants it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from PIL import Image
from pytest_django.live_server_helper import LiveServer

from annotations.models import Concept, Job, ModelVersion, Publication, ReviewItem, SaliencyMap, SaliencyView
from annotations.services import media
from tests.conftest import MakeCoin
from tests.learning_rows import make_model
from tests.test_review_browser import open_queue, press, wait_for_saving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OVERLAY = ".looked:not([hidden])"


@pytest.fixture
def page(browser: Any, live_server: LiveServer, expert: User, make_coin: MakeCoin) -> Iterator[Any]:
    """The queue, with a published model that knows the eagle."""
    Publication.objects.create(version=make_model(expert), user=expert)
    yield from open_queue(browser, live_server, expert, make_coin)


def map_of_first_question(**fields: Any) -> SaliencyMap:
    """Of the side that is asked about: the upper left quarter counts most."""
    side = ReviewItem.objects.open().order_by("-score", "id")[0].side
    version = Publication.objects.get().version
    given = {"facts": {"crop": side.crop}, "status": Job.Status.SUCCEEDED, "file": grey_map()}
    return SaliencyMap.objects.create(
        side=side, version=version, concept=Concept.objects.get(slug="eagle"), **given | fields
    )


def grey_map() -> str:
    grey, written = Image.new("L", (8, 8), 0), io.BytesIO()
    grey.paste(255, (0, 0, 4, 4))
    grey.save(written, "PNG")
    return media.store(written.getvalue(), ".png")


def painted(page: Any) -> list[int]:
    """Opacity of the overlay's four corners, 0..255."""
    script = """canvas => [[0, 0], [7, 0], [0, 7], [7, 7]].map(([x, y]) =>
        canvas.getContext('2d').getImageData(x, y, 1, 1).data[3])"""
    return list(page.eval_on_selector(".looked", script))


def test_a_map_is_shown_by_a_key_and_hidden_by_it_and_never_before(page: Any, expert: User) -> None:
    drawn = map_of_first_question()
    page.wait_for_timeout(500)
    assert page.locator(OVERLAY).count() == 0
    assert not SaliencyView.objects.exists()
    assert "may sway your answer" in page.inner_text(".looking")
    press(page, "m")
    page.wait_for_selector(OVERLAY)
    upper_left, *others = painted(page)
    assert upper_left > 200
    assert max(others) < 50
    assert SaliencyView.objects.get().side == drawn.side
    page.fill("[data-look-strength] input", "30")
    assert page.eval_on_selector(".looked", "canvas => canvas.style.opacity") == "0.3"
    page.focus("#question")
    press(page, "m")
    assert page.locator(OVERLAY).count() == 0
    press(page, "m", "y")
    wait_for_saving(page, "Saved")
    assert page.locator(OVERLAY).count() == 0
    assert SaliencyView.objects.count() == 1


def test_a_map_that_is_being_drawn_is_waited_for(page: Any) -> None:
    row = map_of_first_question(status=Job.Status.RUNNING, file="")
    press(page, "m")
    page.wait_for_selector("[data-look-state] > *")
    assert page.locator(OVERLAY).count() == 0
    assert not SaliencyView.objects.exists()
    SaliencyMap.objects.filter(pk=row.pk).update(status=Job.Status.SUCCEEDED, file=grey_map())
    page.wait_for_selector(OVERLAY)
    assert page.inner_text("[data-look-state]") == ""


def test_what_the_server_refuses_is_said_in_its_words(page: Any) -> None:
    map_of_first_question()
    ModelVersion.objects.update(concepts=["horse", "shield"])
    press(page, "m")
    page.wait_for_selector("[data-look-state]:has-text('was not trained on Eagle')")
    assert page.locator(OVERLAY).count() == 0
    page.route("**/saliency", lambda route: route.abort())
    press(page, "m")
    page.wait_for_selector("[data-look-state]:has-text('out of reach')")
