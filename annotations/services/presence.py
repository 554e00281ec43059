"""Workers say that they live, so that a page can tell when nobody would do the work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from annotations.models import WorkerPresence

logger = logging.getLogger(__name__)
EVERY = 5.0  # seconds


def announce_worker(name: str, queues: Sequence[str]) -> None:
    """Write this worker's presence every few seconds, from a thread, until its process ends."""
    threading.Thread(target=_announce, args=(name, list(queues)), name="presence", daemon=True).start()


def _announce(name: str, queues: list[str]) -> None:
    pause = threading.Event()
    while True:
        try:
            close_old_connections()
            note_presence(name, queues)
        except DatabaseError as error:
            logger.warning("The database does not answer: %s", error)
        pause.wait(EVERY)


def note_presence(name: str, queues: list[str]) -> None:
    WorkerPresence.objects.update_or_create(name=name, defaults={"queues": queues, "seen_at": timezone.now()})


def forget_worker(name: str) -> None:
    WorkerPresence.objects.filter(name=name).delete()
