"""A site for a benchmark alone: an embedded database in a folder, and a web server as an installation starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60  # seconds a web server has to take its first connection


def open_site(folder: str) -> None:
    """Django on a database in this folder, which nothing else uses."""
    os.environ["COINSITE_VAR"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "coinsite.settings"
    for name in ("DATABASE_URL", "BROKER_URL", "SECRET_KEY"):
        os.environ.pop(name, None)
    import django
    from django.core.management import call_command

    from coinsite.embedded import prepare_environment

    prepare_environment()
    django.setup()
    call_command("migrate", verbosity=0)


def close_site() -> None:
    from django.db import connections

    connections.close_all()


@contextmanager
def web_server(folder: str) -> Iterator[int]:
    """gunicorn with the options of `manage.py start`; gives its port. Raises SystemExit where it does not start."""
    from annotations.management.static_files import collect_static_files
    from coinsite.embedded import ROOT

    collect_static_files()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "coinsite.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--threads", "8", "--log-level", "warning"]
    with (Path(folder) / "web.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait_for(port, server, Path(folder) / "web.log")
            yield port
        finally:
            server.terminate()
            server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"The web server did not start on port {port}: {log.read_text()}")
