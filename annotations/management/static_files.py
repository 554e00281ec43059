"""Collects static files only when one of them changed: compressing and hashing them takes seconds at each start."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

MARK = ".collected"


def collect_static_files() -> None:
    mark = Path(settings.STATIC_ROOT) / MARK
    present = _signature()
    if mark.exists() and mark.read_text() == present:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(present)


def _signature() -> str:
    """Changes with any file's path, size or time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: str(found[0])):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
