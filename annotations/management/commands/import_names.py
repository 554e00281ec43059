"""manage.py import_names PATH: names of an authority file, for translations and for telling names from words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.management.progress import ProgressLine
from annotations.services.names import NamesRefused, import_names


class Command(BaseCommand):
    help = (
        "Import nomisma's labels (a table with tabs: id, class, prop, lang, label); the same file again adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        if not path.is_file():
            raise CommandError(f"There is no file at {path}.")
        line = ProgressLine(self.stdout)
        try:
            counts = import_names(path=path, report=line.show)
        except NamesRefused as error:
            raise CommandError(str(error)) from error
        line.end()
        self.stdout.write(", ".join(f"{number} {words}" for words, number in counts.items()))
