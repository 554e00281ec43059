"""manage.py export_decisions FILE: all that persons answered, as JSON lines that replay_decisions reads."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from annotations.queries.decision_export import export_rows
from mlcore.files import written_aside


class Command(BaseCommand):
    help = "Write every decision, blind answer and gold question to a file; equal answers give an equal file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        rows, digest = 0, hashlib.sha256()
        with written_aside(path) as partial, partial.open("wb") as file:
            for row in export_rows():
                line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
                digest.update(line)
                file.write(line)
                rows += 1
        self.stdout.write(f"{rows} rows written to {path}, SHA-256 {digest.hexdigest()}.")
