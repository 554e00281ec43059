"""manage.py replay_decisions FILE: restore what export_decisions wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotations.services.replay import replay
from annotations.services.replay_checks import Refused


class Command(BaseCommand):
    help = "Insert the answers of a file again, all or nothing; the same file again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--make-accounts", action="store_true", help="make accounts without a password for persons who have none"
        )

    def handle(self, *args: Any, path: Path, make_accounts: bool, **options: Any) -> None:
        if not path.is_file():
            raise CommandError(f"There is no file at {path}.")
        try:
            with path.open(encoding="utf-8") as lines:
                counts = replay(lines, make_accounts=make_accounts)
        except (Refused, UnicodeDecodeError) as error:
            raise CommandError(f"Nothing was replayed. {error}") from error
        self.stdout.write("{answers} answers in the file, {stood} stood here, {inserted} inserted.".format(**counts))
