"""manage.py reconcile: send again what waits, take back what went stale. `start` does this by itself."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from annotations.tasks import send_waiting


class Command(BaseCommand):
    help = "Send waiting jobs to the workers again and take back jobs whose worker died."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, help="go on for ever, with this many seconds between")

    def handle(self, *args: Any, every: float | None, **options: Any) -> None:
        while True:
            try:
                close_old_connections()
                send_waiting()
            except DatabaseError as error:
                self.stderr.write(f"The database does not answer: {error}")
            if every is None:
                return
            time.sleep(every)
