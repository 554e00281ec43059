from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coinsite.settings")

app = Celery("coinsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _announce(sender: Any, **_: object) -> None:
    from annotations.services.presence import announce_worker

    announce_worker(sender.hostname, [queue.name for queue in sender.task_consumer.queues])


@worker_shutdown.connect
def _leave(sender: Any, **_: object) -> None:
    from annotations.services.presence import forget_worker

    forget_worker(sender.hostname)
