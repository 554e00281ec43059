"""manage.py import FORMAT PATH: what the upload form does, without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.importers import formats
from annotations.management.progress import ProgressLine
from annotations.models import ImportRun
from annotations.services.importing import carry_out_import, queue_import
from annotations.services.jobs import Pulse, work_on


class Command(BaseCommand):
    help = "Import coins: all or nothing per file; the same identifier again updates its coin, decisions stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=sorted(formats()))
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, format: str, path: Path, **options: Any) -> None:
        if not path.exists():
            raise CommandError(f"There is nothing at {path}.")
        run = queue_import(user=None, format=format, path=path.resolve(), name=path.name)
        line = ProgressLine(self.stdout)

        def carry_out(job: ImportRun, pulse: Pulse) -> None:
            carry_out_import(job, lambda event: (pulse(event), line.show(event))[0])

        work_on(ImportRun, run.pk, carry_out)
        line.end()
        run.refresh_from_db()
        for row in run.refused[:20]:
            self.stderr.write(f"row {row['row']} of {row['source']}: {row['field']} “{row['value']}”: {row['reason']}")
        if run.status != ImportRun.Status.SUCCEEDED:
            raise CommandError(run.reason or f"The import ended as {run.status}.")
        self.stdout.write(", ".join(f"{number} {name.replace('_', ' ')}" for name, number in run.counts.items()))
