"""manage.py reconcile: send again what waits, take back what went stale, begin training where it is time.

`start` does this by itself.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from annotations.services.retraining import consider_training
from annotations.tasks import send, send_waiting
from mlcore.contract import LearningError


class Command(BaseCommand):
    help = "Send waiting jobs to the workers again, take back jobs whose worker died, and train where it is time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, help="go on for ever, with this many seconds between")

    def handle(self, *args: Any, every: float | None, **options: Any) -> None:
        while True:
            try:
                close_old_connections()
                send_waiting()
                if run := consider_training():
                    send(run)
            except LearningError as error:
                self.stderr.write(f"Training cannot begin by itself: {error}")
            except DatabaseError as error:
                self.stderr.write(f"The database does not answer: {error}")
            if every is None:
                return
            time.sleep(every)
