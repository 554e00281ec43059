"""The same site over Redis: a broker that dies with work queued loses none of it, and pages answer meanwhile."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_site import RunningSite, eventually, free_port

pytestmark = pytest.mark.slow
JOBS = 200
AWAY = 10.0  # seconds without a broker


class Redis:
    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.fail("redis-server is missing; install Debian's package `redis-server`.")
        self.port, self.folder = free_port(), folder
        self.command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self.command += ["--appendonly", "yes", "--maxmemory-policy", "noeviction", "--save", ""]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    broker = Redis(tmp_path_factory.mktemp("redis"))
    yield broker
    broker.kill()


@pytest.fixture(scope="module")
def site(redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    var = tmp_path_factory.mktemp("var")
    (var / "coins.csv").write_text("identifier,reverse_text\nlot.1,Eagle standing left\n")
    site = RunningSite(var, extra={"BROKER_URL": f"redis://127.0.0.1:{redis.port}/0"})
    yield site.start("--corpus", str(var / "coins.csv"))
    site.stop()


def queue_imports(site: RunningSite, number: int) -> None:
    site.shell(
        "from pathlib import Path; from annotations.services.importing import queue_import; "
        "from annotations.tasks import send; "
        f"path = Path({str(site.var / 'coins.csv')!r}); "
        f"[send(queue_import(user=None, format='table', path=path, name=f'queued {{n}}')) for n in range({number})]"
    )


def count(site: RunningSite, **conditions: object) -> int:
    code = "from annotations.models import ImportRun; print(ImportRun.objects.filter(name__startswith='queued'"
    return int(site.shell(f"{code}, **{conditions!r}).count())"))


def test_a_broker_that_dies_with_work_queued_loses_none_and_nothing_runs_twice(site: RunningSite, redis: Redis) -> None:
    queue_imports(site, JOBS)
    eventually(lambda: count(site, status="succeeded") > 0, seconds=60)
    redis.kill()
    queue_imports(site, 5)  # the broker is away: the rows wait in the table
    began = time.monotonic()
    while time.monotonic() - began < AWAY:
        assert site.status("/coins/") == 200
        time.sleep(0.5)
    redis.start()
    eventually(lambda: count(site, status="succeeded") == JOBS + 5, seconds=240, every=2)
    assert count(site, attempts=1) == JOBS + 5
