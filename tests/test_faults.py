"""Kill what runs, at the worst moment: what was acknowledged is stored, what was begun goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from mlcore.synthesis import synthesize
from tests.coin_drawings import SCRATCH
from tests.running_site import RunningSite, eventually, is_alive

pytestmark = pytest.mark.slow
LONG_RUN = SCRATCH | {"epochs": 40, "image_size": 32, "batch_size": 8, "backbone": "resnet10t"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    var = tmp_path_factory.mktemp("var")
    synthesize(coins=24, seed=5, out=var / "corpus", report=lambda event: None)
    site = RunningSite(var).start("--corpus", str(var / "corpus" / "coins.csv"))
    yield site
    site.stop()


class Person:
    """Somebody signed in with a browser that keeps cookies."""

    def __init__(self, site: RunningSite, name: str) -> None:
        self.site, self.cookies = site, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.get("/account/login/")
        form = {"username": name, "password": site.passwords()[name], "csrfmiddlewaretoken": self.token()}
        self.opener.open(site.address + "/account/login/", urlencode(form).encode(), timeout=30)

    def token(self) -> str:
        return next(cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken")

    def get(self, path: str) -> Any:
        return self.opener.open(self.site.address + path, timeout=30)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.token()}
        request = urllib.request.Request(self.site.address + path, json.dumps(body).encode(), headers)
        return dict(json.loads(self.opener.open(request, timeout=30).read()))


def start_run(site: RunningSite, **config: Any) -> int:
    code = (
        "from annotations.services.training import queue_training; from annotations.tasks import send; "
        f"run = queue_training(user=None, kind='concept_vit', config={config!r}); send(run); print(run.pk)"
    )
    return int(site.shell(code))


def run_row(site: RunningSite, run: int) -> dict[str, Any]:
    code = (
        "import json; from annotations.models import TrainingRun; "
        f"run = TrainingRun.objects.get(pk={run}); "
        "print(json.dumps({'status': run.status, 'attempts': run.attempts, "
        "'epochs': len(run.epochs), 'reason': run.reason}))"
    )
    return dict(json.loads(site.shell(code)))


def wait_for_epochs(site: RunningSite, run: int, epochs: int) -> None:
    eventually(lambda: run_row(site, run)["epochs"] >= epochs, seconds=90, every=1)


def wait_for_end(site: RunningSite, run: int, seconds: float = 240) -> dict[str, Any]:
    eventually(lambda: run_row(site, run)["status"] not in ("queued", "running"), seconds=seconds, every=1)
    return run_row(site, run)


def test_a_killed_training_child_goes_on_from_its_checkpoint(site: RunningSite) -> None:
    run = start_run(site, **LONG_RUN)
    wait_for_epochs(site, run, 3)
    (child,) = site.children("mlcore", "train")
    os.kill(child, signal.SIGKILL)
    killed = time.monotonic()
    eventually(lambda: [pid for pid in site.children("mlcore", "train") if pid != child], seconds=60)
    assert time.monotonic() - killed < 60
    row = wait_for_end(site, run)
    assert (row["status"], row["attempts"], row["epochs"]) == ("succeeded", 2, LONG_RUN["epochs"])


def test_a_killed_worker_group_leaves_no_orphan_and_the_run_goes_on(site: RunningSite) -> None:
    run = start_run(site, **LONG_RUN, seed=1)
    wait_for_epochs(site, run, 3)
    (worker,) = site.children("celery", "default,gpu")
    (child,) = site.children("mlcore", "train")
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: not is_alive(child), seconds=15)
    eventually(lambda: site.children("mlcore", "train"), seconds=60)
    row = wait_for_end(site, run)
    assert (row["status"], row["attempts"]) == ("succeeded", 2)


def test_a_cancelled_run_stops_within_seconds_and_publishes_nothing(site: RunningSite) -> None:
    run = start_run(site, **{**LONG_RUN, "epochs": 400})
    wait_for_epochs(site, run, 1)
    site.shell(
        "from annotations.models import TrainingRun; from annotations.services.jobs import cancel_job; "
        f"cancel_job(TrainingRun.objects.get(pk={run}))"
    )
    row = wait_for_end(site, run, seconds=30)
    assert row["status"] == "cancelled"
    code = f"from annotations.models import ModelVersion; print(ModelVersion.objects.filter(run={run}).exists())"
    assert site.shell(code) == "False"


def test_a_backbone_that_does_not_exist_fails_with_a_sentence_and_the_worker_lives(site: RunningSite) -> None:
    row = wait_for_end(site, start_run(site, backbone="resnet10x"), seconds=90)
    assert row["status"] == "failed"
    assert "resnet10x" in row["reason"] and "resnet10t" in row["reason"]
    assert site.children("celery", "default,gpu")


def decide_all_the_time(person: Person, ended: threading.Event, acknowledged: list[str], tried: list[str]) -> None:
    """Answer every question; send again what was not acknowledged, with the same key, as the page does."""
    while not ended.is_set():
        try:
            questions = json.loads(person.get("/review/next.json").read())["questions"]
        except OSError:
            time.sleep(0.1)
            continue
        if not questions:
            return
        question, key = questions[0], str(uuid4())
        answer = {"side": question["side"], "concept": question["concept"], "answer": "yes"}
        body = {**answer, "base": question.get("base") or "", "key": key}
        tried.append(key)
        while not ended.is_set():
            try:
                person.post("/review/decide", body)
                acknowledged.append(key)
                break
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    break
            except OSError:
                pass
            time.sleep(0.1)


def stored_keys(site: RunningSite) -> set[str]:
    code = "from annotations.models import Decision; print(*Decision.objects.values_list('key', flat=True))"
    return set(site.shell(code).split())


def test_what_was_acknowledged_is_stored_though_the_web_server_is_killed_twenty_times(site: RunningSite) -> None:
    person, ended = Person(site, "expert"), threading.Event()
    acknowledged: list[str] = []
    tried: list[str] = []
    thread = threading.Thread(target=decide_all_the_time, args=(person, ended, acknowledged, tried))
    thread.start()
    for _ in range(20):
        time.sleep(0.4)
        for pid in site.children("gunicorn"):
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: site.status("/health") == 200, seconds=60, every=0.1)
    ended.set()
    thread.join(60)
    stored = stored_keys(site)
    assert len(acknowledged) > 5
    assert set(acknowledged) <= stored
    assert stored <= set(tried), "no row without a try, none twice (the key is unique)"


def test_what_was_acknowledged_is_stored_though_the_database_is_killed(site: RunningSite) -> None:
    before = stored_keys(site)
    person, ended = Person(site, "admin"), threading.Event()
    acknowledged: list[str] = []
    thread = threading.Thread(target=decide_all_the_time, args=(person, ended, acknowledged, []))
    thread.start()
    for _ in range(3):
        time.sleep(1)
        postmaster = int((site.var / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        for pid in [postmaster, *map(int, children_of(postmaster))]:
            kill_quietly(pid)
        eventually(lambda: site.run("check", "--database", "default").returncode == 0, seconds=60, every=0.5)
        eventually(lambda: site.status("/health") == 200, seconds=60, every=0.2)
    ended.set()
    thread.join(60)
    assert set(acknowledged) <= stored_keys(site) - before


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def kill_quietly(pid: int) -> None:
    subprocess.run(["kill", "-9", str(pid)], check=False, capture_output=True)
