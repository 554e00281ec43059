"""manage.py export FORMAT PATH: the whole corpus in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from annotations.exporters import formats, load_format
from annotations.models import Coin
from annotations.services.exporting import records_of
from mlcore.files import written_aside


class Command(BaseCommand):
    help = "Write all coins to a file; importing it again gives the same coins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=sorted(formats()))
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, format: str, path: Path, **options: Any) -> None:
        with written_aside(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
            written = load_format(format).write(records_of(Coin.objects.order_by("pk")), stream)
        self.stdout.write(f"{written} coins written to {path}.")
